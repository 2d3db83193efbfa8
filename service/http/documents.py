"""Documents over HTTP: reading them is open, keeping them needs the key off this machine."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import ValidationError

from index.document import Metadata
from index.errors import InvalidRequest
from index.store.editing import edited_metadata
from service.desk import Channel
from service.http.guard import ManagedRoute, OpenRoute, UploadRoute
from service.http.problems import Problem, explain
from service.http.schemas import (
    DocumentListShape,
    DocumentShape,
    JobShape,
    MetadataShape,
    ProblemShape,
)
from service.http.wiring import DeskHere
from service.presentation import document_json, job_json, summary_json, today
from service.visibility import visible_document, visible_documents

_PROBLEM: dict[str, Any] = {"model": ProblemShape}
_MISSING: dict[int | str, dict[str, Any]] = {404: _PROBLEM}
_KEY: dict[int | str, dict[str, Any]] = {401: _PROBLEM, 403: _PROBLEM}

reading = APIRouter(prefix="/api", tags=["文件"], route_class=OpenRoute)
keeping = APIRouter(prefix="/api", tags=["维护"], route_class=ManagedRoute, responses=_KEY)
uploading = APIRouter(prefix="/api", tags=["维护"], route_class=UploadRoute, responses=_KEY)


@reading.get("/documents", summary="文件列表", responses={200: {"model": DocumentListShape}})
def list_documents(
    desk: DeskHere,
    q: Annotated[str, Query(max_length=200, description="标题、文号、机关或文件名中的字")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> JSONResponse:
    """List the public documents in the order they came in."""
    found = visible_documents(desk, Channel.HTTP, q)
    day = today()
    shown = [summary_json(summary, day) for summary in found[offset : offset + limit]]
    return JSONResponse({"total": len(found), "documents": shown})


@reading.get(
    "/documents/{document_id}",
    summary="一份文件",
    responses={200: {"model": DocumentShape}, **_MISSING},
)
def get_document(document_id: str, desk: DeskHere) -> JSONResponse:
    """Return what was read from a document: metadata, where that stands, and the outline."""
    document = visible_document(desk, Channel.HTTP, document_id)
    day = today()
    return JSONResponse(document_json(document, day))


@reading.get(
    "/documents/{document_id}/text",
    summary="全文",
    response_class=PlainTextResponse,
    responses=_MISSING,
)
def get_text(document_id: str, desk: DeskHere) -> PlainTextResponse:
    """Return the text in which all offsets count, by code points."""
    document = visible_document(desk, Channel.HTTP, document_id)
    return PlainTextResponse(document.text)


@uploading.post(
    "/documents",
    status_code=202,
    summary="收进文件",
    responses={202: {"model": JobShape}, 413: _PROBLEM, 422: _PROBLEM},
)
def add_document(
    desk: DeskHere,
    file: Annotated[UploadFile, File(description="txt、markdown、docx 或带文字层的 pdf")],
    metadata: Annotated[
        str, Form(description="已知的元数据，JSON 对象，胜过从文件里读到的", examples=["{}"])
    ] = "",
) -> JSONResponse:
    """Keep a file and queue it for reading. The same bytes again are done at once."""
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name or "未命名"
    content = file.file.read()
    if not content:
        raise Problem(422, "empty_document", "文件是空的，请选择有内容的文件。")
    job = desk.knowledge_base.submit(content, name[:255], _known(metadata))
    return JSONResponse(job_json(job), 202, {"location": f"/api/jobs/{job.id}"})


@keeping.patch(
    "/documents/{document_id}",
    summary="改元数据",
    responses={200: {"model": DocumentShape}, **_MISSING},
)
def edit_document(document_id: str, body: MetadataShape, desk: DeskHere) -> JSONResponse:
    """Change the fields given; null empties one. Answers follow within a second."""
    desk.knowledge_base.edit(document_id, body.model_dump(exclude_unset=True))
    document = desk.knowledge_base.document(document_id)
    return JSONResponse(document_json(document, today()))


@keeping.delete("/documents/{document_id}", status_code=204, summary="移除文件", responses=_MISSING)
def remove_document(document_id: str, desk: DeskHere) -> Response:
    """Take a document away, its original too."""
    desk.knowledge_base.remove(document_id)
    return Response(status_code=204)


@keeping.get("/jobs/{job_id}", summary="任务进度", responses={200: {"model": JobShape}, **_MISSING})
def get_job(job_id: str, desk: DeskHere) -> JSONResponse:
    """Return how far a file has come, or why it was not taken in."""
    try:
        job = desk.knowledge_base.job(job_id)
    except InvalidRequest as error:
        raise Problem(404, "job_not_found", error.message) from error
    return JSONResponse(job_json(job))


def _known(metadata: str) -> Metadata | None:
    """Read the metadata that came with a file; what it leaves empty is read from the file."""
    if not metadata.strip():
        return None
    try:
        changes = MetadataShape.model_validate_json(metadata).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise Problem(*explain(error.errors())) from error
    return edited_metadata(Metadata(title=""), changes)
