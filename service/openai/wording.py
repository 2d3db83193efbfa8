"""An answer as the text of a chat message, with a note of where each source is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from service.answering.answer import Answer, Citation, Outcome, Part
from service.presentation import citation_json, source_line

PASSAGES = "没有哪一句话能直接回答，下面的原文与问题有关。"
BASIS = "依据："
NEAREST = "最接近的原文（不能当作回答）："


@dataclass(frozen=True, slots=True)
class Wording:
    """The text, and annotations whose indexes count its code points; a refusal has none."""

    text: str
    annotations: list[dict[str, Any]]


def word(answer: Answer, address: str) -> Wording:
    """Put an answer into words; `address` is where this desk is reached, for full links."""
    paragraphs = [_opening(answer)]
    if answer.script and answer.script != answer.answer:
        paragraphs.append(answer.script)
    paragraphs += [f"注意：{notice.message}" for notice in answer.notices]
    text = "\n\n".join(paragraphs)
    refusal = answer.refusal
    citations = refusal.nearest if refusal else answer.citations
    if citations:
        text += f"\n\n{NEAREST if refusal else BASIS}"
    annotations = []
    for number, citation in enumerate(citations, 1):
        entry = f"[{number}] {source_line(citation_json(citation))}\n“{citation.quote}”"
        text += "\n"
        if refusal is None:
            annotations.append(_annotation(citation, len(text), len(entry), address))
        text += entry
    return Wording(text, annotations)


def _opening(answer: Answer | Part) -> str:
    if answer.refusal:
        return answer.refusal.message
    if isinstance(answer, Answer) and answer.parts:
        return "\n".join(f"{part.question}\n{_opening(part)}" for part in answer.parts)
    if answer.outcome is Outcome.PASSAGES or not answer.answer:
        return PASSAGES
    return answer.answer


def _annotation(citation: Citation, start: int, length: int, address: str) -> dict[str, Any]:
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": start,
            "end_index": start + length,
            "title": citation.title,
            "url": urljoin(address, citation.url),
        },
    }
