"""The fields of a 办事指南 and the pairs of a page of questions and answers, as they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.document import Document, Span
from index.guide import pairs, services
from index.guide_captions import GuideField

Json = dict[str, Any]

NAMES = {
    GuideField.SERVICE: "事项名称",
    GuideField.CONDITIONS: "条件",
    GuideField.MATERIALS: "材料",
    GuideField.PROCEDURE: "流程",
    GuideField.TIME_LIMIT: "时限",
    GuideField.FEE: "费用",
    GuideField.PLACE: "地点",
    GuideField.HOURS: "时间",
    GuideField.TELEPHONE: "电话",
    GuideField.BASIS: "依据",
    GuideField.OFFICE: "机关",
    GuideField.APPLICANTS: "对象",
    GuideField.RESULT: "结果",
}


def shown_guide(document: Document) -> Json:
    """Return the services that a document describes, and its questions with their answers."""
    text = document.text
    return {
        "services": [
            {
                "start": service.span.start,
                "end": service.span.end,
                "fields": [
                    {
                        "field": one.field.value,
                        "name": NAMES[one.field],
                        "caption": one.caption.of(text),
                        **_stretch(one.value, text),
                    }
                    for one in service.fields
                ],
            }
            for service in services(document)
        ],
        "pairs": [
            {"question": _stretch(one.question, text), "answer": _stretch(one.answer, text)}
            for one in pairs(document)
        ],
    }


def _stretch(span: Span, text: str) -> Json:
    return {"start": span.start, "end": span.end, "quote": span.of(text)}


def guide_lines(document: Document) -> Iterator[tuple[str, str]]:
    """Yield a name and a value for each field, and for each question."""
    for service in services(document):
        for one in service.fields:
            yield NAMES[one.field], one.value.of(document.text).replace("\n", " ")
    for pair in pairs(document):
        answer = pair.answer.of(document.text).replace("\n", " ")
        yield "问答", f"{pair.question.of(document.text)}　→　{answer}"
