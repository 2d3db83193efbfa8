"""The four tools: ask, search, read, list. What they do, without the protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from index.errors import InvalidRequest
from service.access import LOCAL, Caller, Scope
from service.desk import Channel, Desk, RequestFilter
from service.http.schemas.answers import AnswerShape, ConditionsShape, SearchShape
from service.http.schemas.documents import DocumentListShape
from service.http.schemas.shape import Shape
from service.mcp_server.schemas import (
    MOST_READ,
    AskArguments,
    ListArguments,
    ReadArguments,
    ReadShape,
    SearchArguments,
)
from service.presentation import Json, answer_json, search_json, summary_json, today
from service.requests import accept_day, accept_question
from service.visibility import part_of, visible_document, visible_documents

INSTRUCTIONS = """\
问据从政务文件里摘取回答，不生成内容。ask 给出简短的回答、口径和原文依据；没有依据时会拒答，\
请如实转告，不要自己补充。引用时请照抄 quote，并注明标题、文号和 locator。\
依据默认是今天现行有效的文件。\
"""

Answered = Callable[[str, float], None]  # is told the outcome of an answer, and its seconds


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as models are told of it."""

    name: str
    title: str
    description: str
    arguments: type[Shape]
    result: type[Shape]
    scope: Scope
    call: Callable[[Any, Caller], Json]


class Toolbox:
    """The tools over a desk. They see what is public, or what the caller's key shows."""

    def __init__(self, desk: Desk, answered: Answered | None = None) -> None:
        self._desk = desk
        self._answered = answered
        self.tools = {tool.name: tool for tool in self._made()}

    def ask(self, given: AskArguments, caller: Caller = LOCAL) -> Json:
        """Answer a question."""
        question = accept_question(given.question)
        previous = given.previous or ""
        before = accept_question(previous) if previous.strip() else None
        as_of, filter_ = _conditions(given)
        began = time.perf_counter()
        answer = self._desk.ask(
            question,
            as_of=as_of,
            filter_=filter_,
            channel=Channel.MCP,
            sees_internal=caller.sees_internal,
            previous=before,
        )
        if self._answered is not None:
            self._answered(answer.outcome.value, time.perf_counter() - began)
        return answer_json(answer)

    def search(self, given: SearchArguments, caller: Caller = LOCAL) -> Json:
        """Find passages."""
        query = accept_question(given.query)
        as_of, filter_ = _conditions(given)
        hits = self._desk.search(
            query,
            limit=given.limit,
            as_of=as_of,
            filter_=filter_,
            channel=Channel.MCP,
            sees_internal=caller.sees_internal,
        )
        return search_json(query, hits)

    def read(self, given: ReadArguments, caller: Caller = LOCAL) -> Json:
        """Read a part of a document, whole paragraphs where no end is given."""
        document = visible_document(
            self._desk, Channel.MCP, given.document_id, sees_internal=caller.sees_internal
        )
        text, metadata, start = document.text, document.metadata, given.start
        if start >= len(text) or (given.end is not None and given.end <= start):
            raise InvalidRequest(f"全文有 {len(text)} 个字，start 应小于它，end 应大于 start。")
        end = min(len(text), start + MOST_READ, given.end or len(text))
        if given.end is None and end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        return {
            "document_id": document.id,
            "title": metadata.title,
            "document_number": metadata.document_number,
            "issuer": metadata.issuer,
            "status": metadata.status_on(today()).value,
            "source": document.source,
            "url": f"{self._desk.settings.public_url}/documents/{document.id}",
            "length": len(text),
            "start": start,
            "end": end,
            "next_start": end if end < len(text) else None,
            "text": text[start:end],
        }

    def list(self, given: ListArguments, caller: Caller = LOCAL) -> Json:
        """List documents."""
        found = visible_documents(
            self._desk, Channel.MCP, given.query, sees_internal=caller.sees_internal
        )
        day = today()
        shown, following = part_of(found, given.limit, given.cursor)
        documents = [summary_json(one, day) for one in shown]
        return {"total": len(found), "documents": documents, "next": following}

    def _made(self) -> tuple[Tool, ...]:
        return (
            Tool(
                "ask",
                "提问",
                "用一句日常的话提问，得到从政务文件里摘取的简短回答、可以读给来电人听的口径和原文依据。"
                "outcome 是 answered（有依据）、computed（由原文里的数算出）、"
                "passages（只有相关原文）或 refused（没有依据）。refused 时不要自己作答。"
                "一次问了几件事时，parts 里逐一作答，其中没有依据的也要如实转告。",
                AskArguments,
                AnswerShape,
                Scope.ASK,
                self.ask,
            ),
            Tool(
                "search",
                "检索原文",
                "找出与内容最接近的原文段落，最接近的在前；不作回答，也不判断是否答非所问。",
                SearchArguments,
                SearchShape,
                Scope.SEARCH,
                self.search,
            ),
            Tool(
                "read",
                "读文件",
                f"读一份文件的全文或其中一部分，按字的位置；一次最多 {MOST_READ} 个字，"
                "next_start 是接着读的位置。",
                ReadArguments,
                ReadShape,
                Scope.READ,
                self.read,
            ),
            Tool(
                "list",
                "列出文件",
                "列出知识库里公开的文件和它们的标题、文号、机关、日期、效力状态。",
                ListArguments,
                DocumentListShape,
                Scope.READ,
                self.list,
            ),
        )


def _conditions(given: ConditionsShape) -> tuple[date | None, RequestFilter | None]:
    return accept_day(given.as_of), given.filter.to_filter() if given.filter else None
