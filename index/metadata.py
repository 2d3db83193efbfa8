"""What a document says of itself: each field with the span it was read from, or left open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any

from index.document import Disclosure, Metadata, Section, SectionKind, Span
from index.identity import issuer_of, kind_of, number_of, opening_of, region_of, title_of
from index.markers import field_name, field_value_start, is_note
from index.parts import Parts
from index.validity import effective_on_of, expires_on_of, version_on_of

_SIGNER = re.compile(
    r"签\s?发\s?人\s*[：:]\s*(?P<names>[\u4e00-\u9fff·]+(?:[ \u3000、]+[\u4e00-\u9fff·]+)*)"
)
_NAMES_APART = re.compile(r"[，、,;；](?![^（(]*[）)])")
_STATEMENT = re.compile(
    r"此\s?件\s?(?P<note>(?:主动|依申请|不予|不|全文)?\s?公开(?:发布)?)"
    r"|公开(?:选项|形式|属性|方式|类型|类别)\s*[：:]\s*(?P<field>[^）)\s]+)"
)
_DISCLOSURES: Sequence[tuple[str, Disclosure]] = (
    (r"依申请", Disclosure.ON_REQUEST),
    (r"不予公开|不公开|内部|不得|免予公开", Disclosure.INTERNAL),
    (r"主动公开|公开发布|全文公开|^公开$|社会公开", Disclosure.PUBLIC),
)

Found = tuple[Any, Span | None] | None


def read_metadata(
    text: str,
    root: Section,
    name: str,
    known: Sequence[Metadata | None] = (),
    named_on: date | None = None,
) -> tuple[Metadata, dict[str, Span]]:
    """Read the metadata out of a text. Fields that `known` sets win, the first of them most.

    `name` is the title of last resort, `named_on` the day that the file's name ends with. What
    is uncertain stays None; where the text does speak of it, the evidence says where, for a
    person to decide.
    """
    parts = Parts(text, root)
    stated = {key: value for source in reversed(known) for key, value in _set_fields(source)}
    found: dict[str, Found] = {"title": title_of(parts) or opening_of(parts, name)}
    title = stated.get("title") or (found["title"] or (name, None))[0]
    found["document_number"] = number_of(parts)
    found["issuer"] = issuer_of(parts, title)
    issuer = stated.get("issuer") or _value(found["issuer"])
    found["kind"] = (stated.get("kind") or kind_of(parts, title, issuer), None)
    found["region"] = region_of(parts, title, issuer)
    found |= {"signer": signer_of(parts), "recipients": recipients_of(parts)}
    found |= {"copied_to": copied_to_of(parts)}
    found["disclosure_statement"] = _statement(parts)
    found["disclosure"] = _disclosure(_value(found["disclosure_statement"]), found)
    found |= _dates(parts, title, stated, named_on)
    values = {key: pair[0] for key, pair in found.items() if pair is not None}
    evidence = {
        key: pair[1]
        for key, pair in found.items()
        if pair is not None and pair[1] is not None and stated.get(key, pair[0]) == pair[0]
    }
    return replace(Metadata(title=title), **{**values, **stated, "title": title}), evidence


def _dates(
    parts: Parts, title: str, stated: Mapping[str, Any], named_on: date | None
) -> dict[str, Found]:
    issued = version_on_of(parts, named_on)
    issued_on: date | None = stated.get("issued_on") or _value(issued)
    effective = effective_on_of(parts, title, issued_on)
    effective_on: date | None = stated.get("effective_on") or _value(effective)
    begins_on = effective_on or (issued_on if effective is None else None)
    expires = expires_on_of(parts, begins_on)
    return {"issued_on": issued, "effective_on": effective, "expires_on": expires}


def _set_fields(source: Metadata | None) -> list[tuple[str, Any]]:
    """Return the fields of `source` that somebody set."""
    if source is None:
        return []
    pairs = [
        (one.name, getattr(source, one.name), None if one.default is MISSING else one.default)
        for one in fields(source)
    ]
    return [(name, value) for name, value, default in pairs if value and value != default]


def _value(found: Found) -> Any:
    return found[0] if found else None


def signer_of(parts: Parts) -> Found:
    """Return who the head says signed, several of them joined."""
    for section in parts.of(SectionKind.HEAD):
        match = _SIGNER.search(parts.text, section.span.start, section.span.end)
        if match is None:
            continue
        names = re.split(r"[ \u3000、]+", match["names"])
        name = "".join(names) if any(len(one) == 1 for one in names) else "、".join(names)
        return name, Span(*match.span("names"))
    return None


def recipients_of(parts: Parts) -> Found:
    """Return the 主送 as names."""
    for section in parts.of(SectionKind.SALUTATION):
        printed = section.span.of(parts.text).rstrip().rstrip("：:")
        span = Span(section.span.start, section.span.start + len(printed))
        return _names(printed), span
    return _field(parts, "主送")


def copied_to_of(parts: Parts) -> Found:
    """Return the 抄送 as names; 纪要 have 分送."""
    return _field(parts, "抄送") or _field(parts, "分送")


def _field(parts: Parts, name: str) -> Found:
    """Return the names that a field such as 抄送 lists."""
    for section in parts.last(SectionKind.FIELD):
        printed = section.span.of(parts.text).rstrip()
        if field_name(printed) == name:
            start = field_value_start(printed)
            value = printed[start:].rstrip("。 ")
            if value:
                begin = section.span.start + start
                return _names(value), Span(begin, begin + len(value))
    return None


def _names(printed: str) -> tuple[str, ...]:
    names = (re.sub(r"\s", "", name) for name in _NAMES_APART.split(printed))
    return tuple(name for name in names if name)


def _statement(parts: Parts) -> Found:
    """Return the 公开方式 as printed."""
    frame = [*parts.of(SectionKind.FIELD), *parts.of(SectionKind.HEAD)]
    for section in frame:
        printed = section.span.of(parts.text).rstrip()
        if field_name(printed) is None and not is_note(printed):
            continue
        match = _STATEMENT.search(parts.text, section.span.start, section.span.end)
        if match is not None:
            group = "note" if match["note"] else "field"
            return match[group], Span(*match.span(group))
    return None


def _disclosure(statement: str | None, found: Mapping[str, Found]) -> Found:
    if statement is None:
        return None
    pair = found["disclosure_statement"]
    for pattern, disclosure in _DISCLOSURES:
        if re.search(pattern, re.sub(r"\s", "", statement)):
            return disclosure, pair[1] if pair else None
    return None
