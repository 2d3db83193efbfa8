"""An answer as a message on a phone: short, with its basis, and never longer than may be sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from service.answering.answer import Answer, Citation, Outcome, Reason
from service.presentation import STATUSES, document_name

LONGEST = 2000  # bytes of UTF-8; what is over 2048 vanishes without a word
HOTLINE = "12345政务服务便民热线"
_LONGEST_LINK = 600  # bytes; a question makes a link three times its length
_WORTH_CUTTING = 300  # bytes of the answer that must remain for its basis to be kept whole
_URL = re.compile(r"https?://[^\s，。；、）》”]+")
_CUT = "…"
_CUT_SHORT = "（内容较长，未完）"
_REFUSALS = {
    Reason.NO_BASIS: "没有找到能回答这个问题的文件，不敢随意答复。",
    Reason.OUT_OF_SCOPE: "这个问题不在本号能查到的文件范围内。",
    Reason.TOO_VAGUE: "问题还不够具体，请说明是哪个地方、哪件事，再问一次。",
}


@dataclass(frozen=True, slots=True)
class PhoneStyle:
    """What a site puts into each message: where its pages are, and a line to end with."""

    public_url: str = ""
    disclaimer: str = ""
    limit: int = LONGEST


def phone_text(answer: Answer, style: PhoneStyle) -> str:
    """Return the answer, its basis, status and link; or whom to ask where there is none."""
    notices = [f"注意：{notice.message}" for notice in answer.notices]
    link = full_link(answer, style)
    if answer.refusal is not None:
        return fit(_refused(answer, style), [*notices], link, style)
    if answer.parts:
        return fit(*_in_parts(answer), link, style)
    if answer.outcome is Outcome.PASSAGES:
        quotes = [f"“{one.quote}”\n——{basis_line(one)}" for one in answer.citations]
        lead = "\n".join(["没有一句话的现成答案，相关原文是：", *quotes])
        return fit(lead, notices, link, style, always_linked=True)
    lead = answer.answer or ""
    if answer.outcome is Outcome.COMPUTED:
        lead = f"{lead}（由原文数字计算得出）\n{answer.script or ''}".rstrip()
    foot = [f"依据：{basis_line(one)}" for one in answer.citations[:1]]
    if len(answer.citations) > 1:
        foot[0] += f"等 {len(answer.citations)} 处"
    foot += [f"状态：{STATUSES[one.status]}" for one in answer.citations[:1]]
    foot += notices
    if style.public_url and answer.citations:
        foot.append(f"查看原文：{answer.citations[0].url}")
    return fit(lead, foot, link, style)


def phone_basis(answer: Answer, style: PhoneStyle) -> str:
    """Return the exact words that the answer rests on, each with its place; "" for none."""
    shown = answer.refusal.nearest if answer.refusal else answer.citations
    if not shown:
        return ""
    quotes = [f"“{one.quote}”\n——{basis_line(one)}，{STATUSES[one.status]}" for one in shown]
    lead = "相近的原文：" if answer.refusal else "依据的原文："
    return fit("\n".join([lead, *quotes]), [], full_link(answer, style), style, always_linked=True)


def basis_line(citation: Citation) -> str:
    """Name a place as one would in writing: title, 文号, locator."""
    return f"{document_name(citation.title, citation.document_number)}{citation.locator}"


def full_link(answer: Answer, style: PhoneStyle) -> str:
    """Return the address of the page with the full answer; "" where the site has none."""
    if not style.public_url:
        return ""
    link = f"{style.public_url}/?q={quote(answer.question)}"
    if len(link) <= _LONGEST_LINK:
        return link
    return answer.citations[0].url if answer.citations else f"{style.public_url}/"


def fit(
    lead: str, foot: Sequence[str], link: str, style: PhoneStyle, *, always_linked: bool = False
) -> str:
    """Join lead and foot; where that is too long, cut the lead and end with the link."""
    ending = [style.disclaimer] if style.disclaimer else []
    linked = [f"完整答案：{link}"] if link else [_CUT_SHORT]
    whole = _joined(lead, *foot, *ending, *(linked if link and always_linked else []))
    if _size(whole) <= style.limit:
        return whole
    kept = _joined(*(line for line in foot if not _URL.search(line)), *ending, *linked)
    room = style.limit - _size(f"{_CUT}\n{kept}")
    if room >= min(_WORTH_CUTTING, _size(lead)):
        return f"{cut(lead, room)}{_CUT}\n{kept}"
    short = _joined(*linked)
    room = style.limit - _size(f"{_CUT}\n{short}")
    return f"{cut(_joined(lead, *foot), room)}{_CUT}\n{short}"


def cut(text: str, limit: int) -> str:
    """Return the beginning of the text, `limit` bytes at most, never half a character or link."""
    kept = text.encode()[: max(0, limit)].decode(errors="ignore")
    if len(kept) == len(text):
        return text
    for url in _URL.finditer(text):
        if url.start() < len(kept) < url.end():
            kept = kept[: url.start()]
    return kept.rstrip()


def _in_parts(answer: Answer) -> tuple[str, list[str]]:
    """Return each part with its answer and basis, and what is to know beside them."""
    lines = []
    for number, part in enumerate(answer.parts, 1):
        lines.append(f"{number}. {part.question.rstrip('？?')}")
        if part.refusal is not None:
            lines.append(f"没有找到依据，可以拨打{HOTLINE}。")
        elif part.answer is None:
            lines += [f"“{one.quote}”\n——{basis_line(one)}" for one in part.citations]
        else:
            computed = "（由原文数字计算得出）" if part.outcome is Outcome.COMPUTED else ""
            lines.append(f"{part.answer}{computed}")
            lines += [
                f"依据：{basis_line(one)}（{STATUSES[one.status]}）" for one in part.citations[:1]
            ]
    told = (notice for notice in answer.notices if notice.kind != "part_without_basis")
    return "\n".join(lines), [f"注意：{notice.message}" for notice in told]


def _refused(answer: Answer, style: PhoneStyle) -> str:
    refusal = answer.refusal
    assert refusal is not None  # noqa: S101  the caller looked
    lines = [_REFUSALS[refusal.reason]]
    if refusal.reason is not Reason.TOO_VAGUE:
        issuers = [one.issuer for one in refusal.nearest if one.issuer]
        department = issuers[0] if issuers else "主管部门"
        lines.append(f"可以拨打{HOTLINE}，或向{department}咨询。")
    if refusal.nearest:
        lines.append("相近的文件，供参考：")
        for one in _of_different_documents(refusal.nearest):
            address = f"\n{one.url}" if style.public_url else ""
            lines.append(f"{basis_line(one)}（{STATUSES[one.status]}）{address}")
    return "\n".join(lines)


def _of_different_documents(citations: Sequence[Citation]) -> list[Citation]:
    return list({one.document_id: one for one in reversed(citations)}.values())[::-1]


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _size(text: str) -> int:
    return len(text.encode())
