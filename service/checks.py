"""What the desk needs to run, looked at one by one; each finding says what to do."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from index.document import SHANGHAI
from index.engine import Embedder
from index.errors import WenjuError
from service.settings import Settings, configuration_file

if TYPE_CHECKING:  # imported where they are used, so that what is broken can be told
    from index.knowledge_base import KnowledgeBase
    from index.store.api_keys import ApiKeys
    from index.store.progress import Progress

LEAST_FREE_BYTES = 1 << 30
LEAST_KEY_LENGTH = 16
SOON = timedelta(days=14)


class Grade(StrEnum):
    """How a finding bears on running the desk."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    check: str
    grade: Grade
    message: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything before it runs; nothing is changed."""
    model, embedder = _model(settings)
    return [
        *_machine(settings),
        model,
        *_data(settings, embedder),
        _port(settings),
        *examine_channels(settings),
    ]


def examine_running(settings: Settings, base: KnowledgeBase) -> list[Finding]:
    """Look at a desk that serves: as `examine`, but at what it has open already."""
    return [
        *_machine(settings),
        _embedder_finding(settings, base.embedder),
        _directory(settings),
        _filling(base.progress()),
        _keys(settings, base.api_keys),
        _kept_answers(settings),
    ]


def examine_channels(settings: Settings) -> list[Finding]:
    """Look at every channel that has to be set up, asking its platform where that is needed."""
    return [
        *wechat_findings(settings),
        *wecom_findings(settings),
    ]


def _machine(settings: Settings) -> Iterator[Finding]:
    yield _python()
    yield from _packages()
    yield from heavy_parts()
    yield _configuration(settings)
    yield from _calibration(settings)
    yield _disk(settings)
    yield _font()


def wechat_findings(settings: Settings) -> list[Finding]:
    """Look at the Official Account; nothing where none is set up."""
    from service.wechat.checks import examine_wechat  # noqa: PLC0415  few sites have an account

    return list(examine_wechat(settings))


def wecom_findings(settings: Settings) -> list[Finding]:
    """Look at WeCom; nothing where none is set up."""
    from service.wecom.checks import examine_wecom  # noqa: PLC0415  few sites have one

    return list(examine_wecom(settings))


def _python() -> Finding:
    running = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", Grade.GOOD, f"{running}（{sysconfig.get_platform()}）")


def _packages() -> Iterator[Finding]:
    lacking = []
    for line in requires("wenju") or []:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            if not requirement.specifier.contains(version(requirement.name), prereleases=True):
                lacking.append(f"{requirement.name}（要 {requirement.specifier}）")
        except PackageNotFoundError:
            lacking.append(requirement.name)
    if lacking:
        message = f"缺少或版本不合：{'、'.join(lacking)}。请运行 make setup。"
        yield Finding("依赖包", Grade.BAD, message)
    else:
        yield Finding("依赖包", Grade.GOOD, "齐全")


def heavy_parts() -> Iterator[Finding]:
    """Say whether what only some files need is installed, and the command that installs it."""
    from index.formats import recognition  # noqa: PLC0415
    from index.formats.office import INSTALL, program  # noqa: PLC0415  loads three readers

    try:
        yield Finding("LibreOffice", Grade.GOOD, f"{program()}，doc、wps、rtf 等旧格式可读")
    except WenjuError:
        message = f"没有安装，doc、wps、rtf、ppt 等旧格式读不了；需要时运行：{INSTALL}"
        yield Finding("LibreOffice", Grade.WARNING, message)
    if recognition.is_installed():
        yield Finding("文字识别", Grade.GOOD, "已安装，扫描件和图片可读")
    else:
        message = f"没有安装，扫描件和图片读不了；需要时运行：{recognition.INSTALL}"
        yield Finding("文字识别", Grade.WARNING, message)


def _configuration(settings: Settings) -> Finding:
    file = configuration_file()
    where = f"配置文件 {file}" if file else "没有配置文件，用环境变量和默认值"
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    is_open = settings.host not in {"127.0.0.1", "localhost", "::1"}
    if is_open and not key:
        message = (
            f"{where}；监听 {settings.host} 而没有设置 WENJU_API_KEY，"
            "别的机器要有 wenju keys create 建的密钥才能写"
        )
        return Finding("配置", Grade.WARNING, f"{message}。")
    if key and len(key) < LEAST_KEY_LENGTH:
        message = f"{where}；WENJU_API_KEY 太短，容易被猜中，请用 openssl rand -hex 32 生成"
        return Finding("配置", Grade.WARNING, f"{message}。")
    return Finding("配置", Grade.GOOD, f"{where}。")


def _model(settings: Settings) -> tuple[Finding, Embedder | None]:
    from index.embedding import load_embedder  # noqa: PLC0415  loads the runtime

    try:
        embedder = load_embedder(settings.model, settings.model_dir, settings.threads)
    except WenjuError as error:
        return Finding("向量模型", Grade.BAD, error.message), None
    return _embedder_finding(settings, embedder), embedder


def _embedder_finding(settings: Settings, embedder: Embedder | None) -> Finding:
    if embedder is None:
        message = "没有装入，只按词检索。请运行 wenju prepare-model 后重启服务。"
        return Finding("向量模型", Grade.WARNING, message)
    return Finding("向量模型", Grade.GOOD, f"{settings.model}，{embedder.dimension} 维")


def _data(settings: Settings, embedder: Embedder | None) -> Iterator[Finding]:
    from index.knowledge_base import KnowledgeBase  # noqa: PLC0415
    from index.store.database import FILE_NAME  # noqa: PLC0415

    directory = settings.data_dir.absolute()
    yield (found := _directory(settings))
    if found.grade is Grade.BAD:
        return
    if not (directory / FILE_NAME).exists():
        message = "知识库还没有建立；wenju serve 会装入随附的资料，wenju add 收进你的文件。"
        yield Finding("知识库", Grade.WARNING, message)
        return
    try:
        with KnowledgeBase.open(directory, embedder, follow=False) as base:
            yield _filling(base.progress())
            yield _keys(settings, base.api_keys)
            yield _kept_answers(settings)
    except WenjuError as error:
        yield Finding("知识库", Grade.BAD, error.message)


def _directory(settings: Settings) -> Finding:
    directory = settings.data_dir.absolute()
    nearest = next(one for one in (directory, *directory.parents) if one.exists())
    if not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        message = f"{nearest} 不能写，请改权限，或用 WENJU_DATA_DIR 换一个目录。"
        return Finding("数据目录", Grade.BAD, message)
    return Finding("数据目录", Grade.GOOD, str(directory))


def _filling(progress: Progress) -> Finding:
    message = f"{progress.documents} 份文件，{progress.chunks} 段"
    waiting = progress.jobs_queued + progress.jobs_running
    lacking = progress.chunks - progress.chunks_with_vectors
    if waiting or lacking:
        message += f"；还有 {waiting} 份待读、{lacking} 段没有向量，wenju serve 或 wenju add 会做完"
        return Finding("知识库", Grade.WARNING, f"{message}。")
    return Finding("知识库", Grade.GOOD, f"{message}，全部可查。")


def _keys(settings: Settings, keys: ApiKeys) -> Finding:
    """Say how many keys are good, and whether anybody can use what is open to keys alone."""
    now = datetime.now(SHANGHAI)
    working = [key for key in keys.all() if key.works(now)]
    if not settings.anonymous and not working and settings.api_key is None:
        message = "没有密钥，而 WENJU_ANONYMOUS 不许匿名提问，别的机器都用不了。"
        return Finding("密钥", Grade.WARNING, f"{message}请用 wenju keys create 建一个。")
    ending = [key for key in working if key.has_expired(now + SOON)]
    message = f"{len(working)} 个有效"
    if ending:
        names = "、".join(key.draft.label for key in ending)
        return Finding("密钥", Grade.WARNING, f"{message}，其中两周内到期：{names}。")
    return Finding("密钥", Grade.GOOD, f"{message}。")


def _kept_answers(settings: Settings) -> Finding:
    """Say how long is kept what people asked and were answered."""
    days = settings.answers_kept_days
    if not days:
        message = "一直保留问过的问题和答复；要定期删去，请设置 WENJU_ANSWERS_KEPT_DAYS。"
        return Finding("回答记录", Grade.GOOD, message)
    return Finding("回答记录", Grade.GOOD, f"保留 {days} 天，由 wenju serve 删去更早的。")


def _calibration(settings: Settings) -> Iterator[Finding]:
    """Say what the site's own calibration does, where it has one."""
    from service.site_calibration import (  # noqa: PLC0415  reads weights
        InvalidSiteCalibration,
        SiteCalibration,
        reader_identity,
    )

    try:
        site = SiteCalibration.read(settings.data_dir)
    except InvalidSiteCalibration as error:
        yield Finding("校准", Grade.WARNING, error.message)
        return
    if site is None:
        return
    if site.reader != reader_identity(settings.reader):
        message = "本单位的校准是按另一个阅读模型做的，没有用上。请重新运行 wenju calibrate。"
        yield Finding("校准", Grade.WARNING, message)
    else:
        yield Finding("校准", Grade.GOOD, f"本单位 {site.made_at:%Y-%m-%d} 的校准")


def _disk(settings: Settings) -> Finding:
    directory = settings.data_dir.absolute()
    nearest: Path = next(one for one in (directory, *directory.parents) if one.exists())
    free = shutil.disk_usage(nearest).free
    gigabytes = f"剩余 {free / (1 << 30):.1f} GB"
    if free < LEAST_FREE_BYTES:
        return Finding("磁盘", Grade.WARNING, f"{gigabytes}，不足 1 GB，请清理。")
    return Finding("磁盘", Grade.GOOD, gigabytes)


def _font() -> Finding:
    """Say whether the pages of originals can be shown with their letters."""
    from index.pages.fonts import INSTALL, find_font  # noqa: PLC0415  as all of the index

    font = find_font()
    if font is None:
        message = "没有找到，OFD 和没有嵌入字体的 PDF 在「原件页面」里显示不出文字。"
        return Finding("中文字体", Grade.WARNING, f"{message}安装：{INSTALL}")
    return Finding("中文字体", Grade.GOOD, font.name)


def _port(settings: Settings) -> Finding:
    from service.listening import bind  # noqa: PLC0415

    address = f"{settings.host}:{settings.port}"
    try:
        bind(settings.host, settings.port).close()
    except WenjuError as error:
        message = f"{error.message}如果占用它的正是问据，就不用管。"
        return Finding("端口", Grade.WARNING, message)
    return Finding("端口", Grade.GOOD, f"{address} 可用")
