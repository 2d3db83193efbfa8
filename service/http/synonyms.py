"""同义词: everyday words and the official ones for them, for those who keep the knowledge base."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from index.store.synonyms import Synonym, synonym_key
from service.access import Scope
from service.http import repeats
from service.http.guard import open_to
from service.http.paging import PART, Cursor, Limit
from service.http.schemas.shape import FAILURES, MISSING
from service.http.schemas.synonyms import (
    MeaningShape,
    SynonymDraftsShape,
    SynonymImportShape,
    SynonymListShape,
    SynonymShape,
    WantedWordsShape,
)
from service.http.wiring import CallerHere, DeskHere
from service.paging import part, unpack
from service.presentation import synonym_import_json, synonym_json, wanted_word_json
from service.synonyms.keeping import Row, SynonymBook, shown
from service.synonyms.wanted import wanted_words

router = APIRouter(
    prefix="/api",
    tags=["维护"],
    route_class=open_to(Scope.CURATE),
    responses=FAILURES,
)


@router.get("/synonyms", summary="同义词", responses={200: {"model": SynonymListShape}})
def list_synonyms(
    desk: DeskHere,
    limit: Limit = PART,
    cursor: Cursor = None,
    own: Annotated[bool, Query(description="true 时只列本站加的和改过的")] = False,  # noqa: FBT002  a query
) -> JSONResponse:
    """List the table: what comes with the desk, and what the site has added or changed."""
    entries = list(shown(SynonymBook(desk.knowledge_base).table(), own=own))
    after = unpack(cursor, str)
    if after is not None:
        entries = [one for one in entries if synonym_key(one.synonym.word) > after[0]]
    given, following = part(
        entries[: limit + 1], limit, lambda one: (synonym_key(one.synonym.word),)
    )
    return JSONResponse({"synonyms": [synonym_json(one) for one in given], "next": following})


@router.post(
    "/synonyms",
    summary="收进多条同义词",
    responses={200: {"model": SynonymImportShape}},
    openapi_extra=repeats.DESCRIBED,
)
def import_synonyms(body: SynonymDraftsShape, desk: DeskHere, caller: CallerHere) -> JSONResponse:
    """Set several at once; lines that cannot come in are told, and the others are in."""
    rows = [
        Row(
            number,
            one.word,
            Synonym(one.word, tuple(one.official), one.note, one.enabled),
            has_note="note" in one.model_fields_set,
        )
        for number, one in enumerate(body.synonyms, 1)
    ]
    done = SynonymBook(desk.knowledge_base).bring_in(rows, caller.name)
    return JSONResponse(synonym_import_json(done))


@router.get(
    "/synonyms/wanted", summary="该加哪些同义词", responses={200: {"model": WantedWordsShape}}
)
def list_wanted(desk: DeskHere, limit: Limit = PART) -> JSONResponse:
    """List words of refused questions that no document has, the most asked first."""
    words = wanted_words(desk.knowledge_base, desk.lexicon, limit)
    return JSONResponse({"words": [wanted_word_json(one) for one in words]})


@router.get(
    "/synonyms/{word}",
    summary="一条同义词",
    responses={200: {"model": SynonymShape}, **MISSING},
)
def get_synonym(word: str, desk: DeskHere) -> JSONResponse:
    """Return the entry of a word."""
    return JSONResponse(synonym_json(SynonymBook(desk.knowledge_base).get(word)))


@router.put(
    "/synonyms/{word}",
    summary="设同义词",
    responses={200: {"model": SynonymShape}},
    openapi_extra=repeats.DESCRIBED,
)
def put_synonym(word: str, body: MeaningShape, desk: DeskHere, caller: CallerHere) -> JSONResponse:
    """Set what a word stands for, in the place of what it stood for; or switch it off."""
    synonym = Synonym(word, tuple(body.official), body.note, body.enabled)
    return JSONResponse(synonym_json(SynonymBook(desk.knowledge_base).put(synonym, caller.name)))


@router.delete(
    "/synonyms/{word}",
    status_code=204,
    summary="撤销本站设的同义词",
    responses=MISSING,
    openapi_extra=repeats.DESCRIBED,
)
def forget_synonym(word: str, desk: DeskHere) -> Response:
    """Take back what the site has set for a word; an entry that comes with the desk holds again."""
    SynonymBook(desk.knowledge_base).forget(word)
    return Response(status_code=204)
