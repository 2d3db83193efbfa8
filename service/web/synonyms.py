"""The page of synonyms: those who keep the table see, search, change, take in and take out.

It works without a script: each change is a form that is sent, and leads back to the list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from index.errors import InvalidRequest, ReadError, SynonymNotFound
from index.formats.package import unpacked_bytes
from index.store.synonyms import Synonym, synonym_key
from service.access import Scope
from service.desk import Desk
from service.http.guard import MULTIPART, open_to
from service.http.problems import Problem
from service.http.wiring import CallerHere, DeskHere
from service.synonyms.checking import (
    LONGEST_NOTE,
    LONGEST_WORD,
    MOST_OFFICIAL,
    SynonymRefused,
)
from service.synonyms.files import official_words, read_synonyms, written
from service.synonyms.keeping import Import, Row, SynonymBook, shown
from service.synonyms.table import Origin, shipped
from service.web.rendering import render

PAGE_SIZE = 50
LONGEST_SEARCH = 60
MOST_BYTES = 4 << 20  # of a table: twenty thousand rows are a quarter of that
MOST_UNPACKED = 24 << 20  # it is read in this process: more would keep questions waiting
MOST_SHOWN = 100  # of the rows that did not come in
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
    ".toml": "text/plain; charset=utf-8",
}
DONE = {
    "set": "已保存",
    "off": "已停用",
    "on": "已启用",
    "remove": "已删除",
    "restore": "已恢复成自带的",
}
FORM = "application/x-www-form-urlencoded"

reading = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    route_class=open_to(Scope.CURATE, is_page=True),
)
changing = APIRouter(
    include_in_schema=False, route_class=open_to(Scope.CURATE, media_type=FORM, is_page=True)
)
taking_in = APIRouter(
    include_in_schema=False, route_class=open_to(Scope.CURATE, media_type=MULTIPART, is_page=True)
)


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form, as it was typed, and what is wrong with it."""

    word: str = ""
    official: str = ""
    note: str = ""
    changes: bool = False  # an entry that is there
    wrong: str = ""


@reading.get("/synonyms")
def synonyms_page(  # noqa: PLR0913  the parts of an address
    desk: DeskHere,
    *,
    q: str = "",
    own: bool = False,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    edit: str = "",
    done: str = "",
    word: str = "",
) -> str:
    """List the table, those whose words or note hold `q`; `edit` is in the form."""
    form = Written()
    entry = SynonymBook(desk.knowledge_base).table().get(synonym_key(edit)) if edit else None
    if entry is not None:
        one = entry.synonym
        form = Written(one.word, "；".join(one.official), one.note or "", changes=True)
    message = f"{DONE[done]}：{word[:LONGEST_WORD]}" if done in DONE else ""
    return _page(desk, form, q=q[:LONGEST_SEARCH], own=own, page=page, message=message)


@reading.get("/synonyms/table{suffix}")
def synonyms_file(desk: DeskHere, suffix: str, *, own: bool = False) -> Response:
    """Return the table as a file that can come in again."""
    if suffix not in MEDIA_TYPES:
        raise Problem(404, "not_found", "没有这种格式的表。请下载 .xlsx、.csv 或 .toml。")
    entries = shown(SynonymBook(desk.knowledge_base).table(), own=own)
    name = quote(("本站的同义词" if own else "同义词") + suffix)
    return Response(
        written(entries, suffix),
        media_type=MEDIA_TYPES[suffix],
        headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
    )


@changing.post("/synonyms")
def change_synonym(  # noqa: PLR0913  the fields of a form
    desk: DeskHere,
    caller: CallerHere,
    *,
    word: Annotated[str, Form()],
    action: Annotated[str, Form()],
    official: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    changes: Annotated[bool, Form()] = False,
    q: Annotated[str, Form()] = "",
    own: Annotated[bool, Form()] = False,
) -> Response:
    """Do one thing to one word, and lead back to the list; or say what is wrong with it."""
    book = SynonymBook(desk.knowledge_base)
    q = q[:LONGEST_SEARCH]
    try:
        if action == "set":
            book.put(Synonym(word, official_words(official), note or None), caller.name)
        else:
            _act(book, action, word, caller.name)
    except SynonymRefused as refused:
        form = Written(word, official, note, changes=changes, wrong=refused.message)
        return HTMLResponse(_page(desk, form, q=q, own=own), 422)
    except SynonymNotFound as missing:  # somebody else was quicker
        return HTMLResponse(_page(desk, Written(), q=q, own=own, failure=missing.message), 404)
    named = {"q": q or (word.strip() if action == "set" else ""), "own": "true" if own else ""}
    told = {**named, "done": action, "word": word.strip()[:LONGEST_WORD]}
    address = urlencode({name: value for name, value in told.items() if value})
    return RedirectResponse(f"/synonyms?{address}#told", 303)


@taking_in.post("/synonyms/table")
def take_in_table(
    desk: DeskHere,
    caller: CallerHere,
    *,
    file: Annotated[UploadFile, File()],
    action: Annotated[str, Form()] = "try",
) -> Response:
    """Take in a table, or only say what would become of it; rows that stay out are listed."""
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    content = file.file.read(MOST_BYTES + 1)
    try:
        rows = _rows(content, name)
        keeps = action == "keep"
        by = f"{caller.name}（{name[:60]}）"
        brought = SynonymBook(desk.knowledge_base).bring_in(rows, by, keep=keeps)
    except (InvalidRequest, ReadError) as error:
        return HTMLResponse(_page(desk, Written(), failure=error.message), 422)
    return HTMLResponse(_page(desk, Written(), brought=brought, kept=keeps, file_name=name))


def _rows(content: bytes, name: str) -> list[Row]:
    if PurePosixPath(name).suffix.lower() not in MEDIA_TYPES:
        raise InvalidRequest("请选择 .xlsx、.csv 或 .toml 文件。")
    if len(content) > MOST_BYTES:
        raise InvalidRequest(f"文件超过 {MOST_BYTES >> 20} MB，不像是同义词表。")
    if unpacked_bytes(content) > MOST_UNPACKED:
        raise InvalidRequest(
            "表格展开后过大，不像是同义词表。请删去别的工作表和空行，"
            "或在本机用 wenju synonyms import 收进。"
        )
    return read_synonyms(content, name)


def _act(book: SynonymBook, action: str, word: str, by: str) -> None:
    entry = book.get(word)
    if action == "off":
        book.put(replace(entry.synonym, enabled=False), by)
    elif action == "on" and shipped().get(synonym_key(word)) == replace(
        entry.synonym, enabled=True
    ):
        book.forget(word)
    elif action == "on":
        book.put(replace(entry.synonym, enabled=True), by)
    elif action in {"remove", "restore"}:
        book.forget(word)
    else:
        raise Problem(422, "invalid_field", "不认识这个操作，请从同义词页面上操作。")


def _page(  # noqa: PLR0913  what a page may say
    desk: Desk,
    form: Written,
    *,
    q: str = "",
    own: bool = False,
    page: int = 1,
    message: str = "",
    failure: str = "",
    brought: Import | None = None,
    kept: bool = False,
    file_name: str = "",
) -> str:
    table = SynonymBook(desk.knowledge_base).table()
    entries = sorted(  # stable: by word within
        shown(table, own=own, holding=q), key=lambda entry: entry.origin is Origin.SHIPPED
    )
    last = max(1, -(-len(entries) // PAGE_SIZE))
    page = min(page, last)
    values: dict[str, Any] = {
        "entries": entries[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        "total": len(entries),
        "everything": len(table),
        "own_count": sum(one.origin is not Origin.SHIPPED for one in table.values()),
        "exact": desk.exact_terms.everyday,
        "key_of": synonym_key,
        "address": lambda **more: _address(q=q, own="true" if own else "", **more),
    }
    return render(
        "synonyms.html",
        here="synonyms",
        form=form,
        query=q,
        own=own,
        page=page,
        last=last,
        message=message,
        failure=failure,
        brought=brought,
        kept=kept,
        file_name=file_name,
        most_shown=MOST_SHOWN,
        longest_word=LONGEST_WORD,
        longest_note=LONGEST_NOTE,
        most_official=MOST_OFFICIAL,
        **values,
    )


def _address(**parts: Any) -> str:
    return "/synonyms?" + urlencode({name: value for name, value in parts.items() if value})
