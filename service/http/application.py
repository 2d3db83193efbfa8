"""The web application: routes, guards and failures put together."""

from __future__ import annotations

from functools import partial
from threading import Lock

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware

from service.chat.allowance import Allowance
from service.desk import Desk
from service.http import (
    answers,
    curated,
    documents,
    guide,
    operations,
    original_pages,
    references,
    succession,
    synonyms,
)
from service.http.description import DescribedApplication
from service.http.envelope import Envelope
from service.http.metrics import Measured, Metrics
from service.http.problems import answer_failures
from service.http.rates import RateLimits
from service.http.readiness import ReadinessWatch
from service.mcp_server import http as mcp
from service.openai import completions, embeddings, failures, models
from service.original_pages import OriginalPages
from service.settings import Settings
from service.web import pages, setup
from service.web import synonyms as synonyms_page
from service.web.rendering import STATIC
from service.wechat import route as wechat
from service.wecom import route as wecom
from service.wecom.wiring import Parts

DESCRIPTION = """\
问据：面向政务服务热线的问答台，每个回答都附原文依据。

- 出错时返回 RFC 9457 问题详情（`application/problem+json`），`code` 不变，`detail` 是中文说明。
- 偏移量（`start`、`end`）以码点计，不是 UTF-16。
- 密钥放在请求头 `Authorization: Bearer <密钥>` 里，由管理员用 `wenju keys create` 建立；
  在服务器本机上写入不需要密钥，从别处写入需要。
"""


def build_application(
    desk: Desk, settings: Settings, readiness: ReadinessWatch | None = None
) -> FastAPI:
    """Return the application over an open desk; it owns neither the desk nor the settings."""
    application = DescribedApplication(
        title="问据 Wenju",
        version="1",
        description=DESCRIPTION,
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    application.state.desk = desk
    application.state.settings = settings
    application.state.readiness = readiness or ReadinessWatch()
    application.state.metrics = Metrics()
    application.state.rates = RateLimits(settings.data_dir, settings)
    application.state.suggestions = answers.TriedSuggestions()
    allowance = Allowance(
        application.state.rates.seconds_over,
        settings.chat_person_rate_limit,
        settings.chat_rate_limit,
    )
    application.state.wechat = wechat.open_channel(
        desk,
        settings,
        partial(application.state.suggestions.give, desk),
        application.state.metrics.answered,
        admit=allowance.admit,
    )
    application.state.wecom_parts = Parts(
        desk,
        settings,
        partial(application.state.suggestions.give, desk),
        application.state.metrics.answered,
        admit=allowance.admit,
    )
    application.state.wecom = wecom.open_channel(application.state.wecom_parts)
    application.state.embedding = Lock()
    application.state.original_pages = OriginalPages(desk.knowledge_base)
    application.state.mcp = mcp.Mounted(desk, application.state.metrics)
    for router in (
        answers.asking_routes,
        answers.searching_routes,
        documents.reading,
        documents.keeping,
        documents.uploading,
        original_pages.router,
        succession.reading,
        references.reading,
        guide.reading,
        succession.curating,
        curated.router,
        synonyms.router,
        operations.router,
        completions.router,
        models.router,
        embeddings.router,
        mcp.router,
        wechat.router,
        wecom.router,
        pages.asking,
        pages.reading,
        pages.showing,
        setup.router,
        synonyms_page.reading,
        synonyms_page.changing,
        synonyms_page.taking_in,
    ):
        application.include_router(router)
    application.mount("/static", StaticFiles(directory=STATIC), name="static")
    answer_failures(application, {failures.PREFIX: failures.failure_response})
    application.add_middleware(GZipMiddleware, minimum_size=2048)
    application.add_middleware(Envelope, upload_bytes=settings.upload_megabytes << 20)
    application.add_middleware(Measured, metrics=application.state.metrics)
    return application
