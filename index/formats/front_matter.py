"""What a markdown file says of itself above its text: `title: …`, one field a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from index.document import Disclosure, Kind, Metadata
from index.numerals import dates

_NAMES: Mapping[str, str] = {
    "title": "title",
    "标题": "title",
    "document_number": "document_number",
    "文号": "document_number",
    "发文字号": "document_number",
    "issuer": "issuer",
    "发文机关": "issuer",
    "kind": "kind",
    "region": "region",
    "地区": "region",
    "issued_on": "issued_on",
    "date": "issued_on",
    "成文日期": "issued_on",
    "effective_on": "effective_on",
    "施行日期": "effective_on",
    "source_url": "source_url",
    "url": "source_url",
    "来源": "source_url",
    "disclosure": "disclosure",
    "category": "category",
    "类目": "category",
    "owner": "owner",
    "责任单位": "owner",
}
_DATES = {"issued_on", "effective_on"}
Member = TypeVar("Member", Kind, Disclosure)


def metadata_stated(front_matter: str) -> Metadata | None:
    """Read the fields we know; None where not every line is a field, so that it is text."""
    fields: dict[str, str] = {}
    for line in front_matter.splitlines():
        if not line.strip() or line.startswith(("#", " ", "-")):
            continue
        match = re.match(r"([\w\u4e00-\u9fff-]+)\s*[:：]\s*(.*)", line)
        if match is None:
            return None
        name = _NAMES.get(match[1].lower())
        if name and match[2].strip():
            fields[name] = match[2].strip().strip("\"'")
    days = {name: _day(value) for name, value in fields.items() if name in _DATES}
    return Metadata(
        title=fields.get("title", ""),
        document_number=fields.get("document_number"),
        issuer=fields.get("issuer"),
        kind=_member(Kind, fields.get("kind"), Kind.OTHER),
        region=fields.get("region"),
        issued_on=days.get("issued_on"),
        effective_on=days.get("effective_on"),
        source_url=fields.get("source_url"),
        disclosure=_member(Disclosure, fields.get("disclosure"), Disclosure.UNKNOWN),
        category=fields.get("category"),
        owner=fields.get("owner"),
    )


def _member(of: type[Member], value: str | None, default: Member) -> Member:
    try:
        return of(value) if value else default
    except ValueError:
        return default


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return next((day for _, day in dates(value)), None)
