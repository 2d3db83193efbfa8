"""The elements of a 公文, as they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.document import Document
from index.elements import Element, Form, Stated, official
from index.numerals import dates

Json = dict[str, Any]

FORMS = {
    Form.DOCUMENT: "文件格式",
    Form.LETTER: "信函格式",
    Form.ORDER: "命令（令）格式",
    Form.MINUTES: "纪要格式",
}
NAMES = {
    Element.COPY_NUMBER: "份号",
    Element.SECRECY: "密级和保密期限",
    Element.URGENCY: "紧急程度",
    Element.LETTERHEAD: "发文机关标志",
    Element.NUMBER: "发文字号",
    Element.SIGNER: "签发人",
    Element.TITLE: "标题",
    Element.RECIPIENTS: "主送",
    Element.ATTACHMENT: "附件说明",
    Element.SIGNATURE: "署名",
    Element.ISSUED_ON: "成文日期",
    Element.NOTE: "附注",
    Element.COPIED_TO: "抄送",
    Element.PRINTED_BY: "印发机关",
    Element.PRINTED_ON: "印发日期",
    Element.CHAIR: "主持",
    Element.PRESENT: "出席",
    Element.ATTENDING: "列席",
    Element.ABSENT: "请假",
}


def shown_elements(document: Document) -> Json:
    """Return the form of a 公文 and where its elements stand; None where it is none."""
    found = official(document)
    return {
        "official": found
        and {
            "form": found.form.value,
            "name": FORMS[found.form],
            "elements": [_shown(one, document.text) for one in found.stated],
        }
    }


def _shown(one: Stated, text: str) -> Json:
    quote = one.span.of(text)
    days = one.element in {Element.ISSUED_ON, Element.PRINTED_ON}
    day = next((day for _, day in dates(quote)), None) if days else None
    return {
        "element": one.element.value,
        "name": NAMES[one.element],
        "start": one.span.start,
        "end": one.span.end,
        "quote": quote,
        "day": day and day.isoformat(),
        "annex": one.annex and {"start": one.annex.start, "end": one.annex.end},
    }


def element_lines(document: Document) -> Iterator[tuple[str, str]]:
    """Yield a name and a value for the form and for each element."""
    found = official(document)
    if found is None:
        return
    yield "公文", FORMS[found.form]
    for one in found.stated:
        yield NAMES[one.element], one.span.of(document.text).replace("\n", "")
