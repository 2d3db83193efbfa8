"""Documents over HTTP: reading them, and keeping them."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import ValidationError

from index.document import Metadata
from index.errors import InvalidRequest
from index.store.editing import edited_metadata
from index.store.tables import JobState
from service.access import Scope
from service.desk import Channel
from service.http import repeats
from service.http.guard import MULTIPART, open_to
from service.http.paging import PART, Cursor, Limit
from service.http.problems import Problem, explain
from service.http.schemas.documents import (
    DocumentListShape,
    DocumentShape,
    JobListShape,
    JobShape,
    MetadataShape,
    SheetReportShape,
)
from service.http.schemas.shape import FAILURES, MISSING, PROBLEM
from service.http.wiring import CallerHere, DeskHere, OriginalPagesHere
from service.paging import part, unpack
from service.presentation import document_json, job_json, sheet_json, summary_json, today
from service.succession import shown_lineage
from service.visibility import part_of, visible_document, visible_documents

reading = APIRouter(
    prefix="/api", tags=["文件"], route_class=open_to(Scope.READ), responses=FAILURES
)
keeping = APIRouter(
    prefix="/api", tags=["维护"], route_class=open_to(Scope.WRITE), responses=FAILURES
)
uploading = APIRouter(
    prefix="/api",
    tags=["维护"],
    route_class=open_to(Scope.WRITE, media_type=MULTIPART),
    responses=FAILURES,
)


@reading.get("/documents", summary="文件列表", responses={200: {"model": DocumentListShape}})
def list_documents(  # noqa: PLR0913, PLR0917  a parameter of the query each
    desk: DeskHere,
    caller: CallerHere,
    q: Annotated[str, Query(max_length=200, description="标题、文号、机关或文件名中的字")] = "",
    limit: Limit = PART,
    cursor: Cursor = None,
    offset: Annotated[
        int, Query(ge=0, le=10_000_000, deprecated=True, description="请改用 cursor")
    ] = 0,
) -> JSONResponse:
    """List the documents in the order they came in."""
    found = visible_documents(desk, Channel.HTTP, q, sees_internal=caller.sees_internal)
    given, following = part_of(found, limit, cursor, offset)
    shown = [summary_json(summary, today()) for summary in given]
    return JSONResponse({"total": len(found), "documents": shown, "next": following})


@reading.get(
    "/documents/{document_id}",
    summary="一份文件",
    responses={200: {"model": DocumentShape}, **MISSING},
)
def get_document(
    document_id: str, desk: DeskHere, caller: CallerHere, originals: OriginalPagesHere
) -> JSONResponse:
    """Return what was read from a document: metadata, where that stands, and the outline."""
    document = visible_document(desk, Channel.HTTP, document_id, sees_internal=caller.sees_internal)
    sees = partial(desk.may_see, channel=Channel.HTTP, sees_internal=caller.sees_internal)
    related = shown_lineage(desk.knowledge_base, document, sees)
    pages = f"/api/documents/{document.id}/pages" if originals.are_there(document) else None
    return JSONResponse(document_json(document, today()) | related | {"pages": pages})


@reading.get(
    "/documents/{document_id}/text",
    summary="全文",
    response_class=PlainTextResponse,
    responses=MISSING,
)
def get_text(document_id: str, desk: DeskHere, caller: CallerHere) -> PlainTextResponse:
    """Return the text in which all offsets count, by code points."""
    document = visible_document(desk, Channel.HTTP, document_id, sees_internal=caller.sees_internal)
    return PlainTextResponse(document.text)


@uploading.post(
    "/documents",
    status_code=202,
    summary="收进文件",
    responses={202: {"model": JobShape}, 413: PROBLEM, 422: PROBLEM},
    openapi_extra=repeats.DESCRIBED,
)
def add_document(
    desk: DeskHere,
    *,
    file: Annotated[UploadFile, File(description="文件，或装着文件的 zip；格式见 docs/formats.md")],
    metadata: Annotated[
        str, Form(description="已知的元数据，JSON 对象，胜过从文件里读到的", examples=["{}"])
    ] = "",
    withdraw: Annotated[
        bool, Form(description="问答表格：上一版有、这一版没有的行，一并撤回")
    ] = False,
) -> JSONResponse:
    """Keep a file and queue it for reading. The same bytes again are done at once."""
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name or "未命名"
    content = file.file.read()
    if not content:
        raise Problem(422, "empty_document", "文件是空的，请选择有内容的文件。")
    known = _known(metadata)
    job = desk.knowledge_base.submit(content, name[:255], known, withdraws=withdraw)
    return JSONResponse(job_json(job), 202, {"location": f"/api/jobs/{job.id}"})


@keeping.patch(
    "/documents/{document_id}",
    summary="改元数据",
    responses={200: {"model": DocumentShape}, **MISSING},
    openapi_extra=repeats.DESCRIBED,
)
def edit_document(document_id: str, body: MetadataShape, desk: DeskHere) -> JSONResponse:
    """Change the fields given; null empties one. Answers follow within a second."""
    desk.knowledge_base.edit(document_id, body.model_dump(exclude_unset=True))
    document = desk.knowledge_base.document(document_id)
    related = shown_lineage(desk.knowledge_base, document)
    return JSONResponse(document_json(document, today()) | related)


@keeping.delete(
    "/documents/{document_id}",
    status_code=204,
    summary="移除文件",
    responses=MISSING,
    openapi_extra=repeats.DESCRIBED,
)
def remove_document(document_id: str, desk: DeskHere) -> Response:
    """Take a document away, its original too."""
    desk.knowledge_base.remove(document_id)
    return Response(status_code=204)


@keeping.get("/jobs/{job_id}", summary="任务进度", responses={200: {"model": JobShape}, **MISSING})
def get_job(job_id: str, desk: DeskHere) -> JSONResponse:
    """Return how far a file has come, or why it was not taken in."""
    try:
        job = desk.knowledge_base.job(job_id)
    except InvalidRequest as error:
        raise Problem(404, "job_not_found", error.message) from error
    return JSONResponse(job_json(job))


@keeping.get(
    "/jobs/{job_id}/rows",
    summary="问答表格各行的去向",
    responses={200: {"model": SheetReportShape}, **MISSING},
)
def get_rows(job_id: str, desk: DeskHere) -> JSONResponse:
    """Return what became of a spreadsheet's rows: those rejected and why, those that are gone."""
    report = desk.knowledge_base.sheet_reports.of_job(job_id)
    if report is None:
        raise Problem(404, "job_not_found", "没有这个任务，或它收的不是问答表格，或还没有读完。")
    return JSONResponse(sheet_json(report))


@keeping.get("/jobs", summary="任务列表", responses={200: {"model": JobListShape}})
def list_jobs(
    desk: DeskHere,
    state: Annotated[
        JobState | None, Query(description="只要这一种；failed 是没能读入、已隔离的")
    ] = None,
    limit: Limit = PART,
    cursor: Cursor = None,
) -> JSONResponse:
    """List the jobs, newest first; a failed one keeps its file until it is retried."""
    before = unpack(cursor, int)
    found = desk.knowledge_base.jobs(state, limit + 1, before and before[0])
    given, following = part(found, limit, lambda job: (job.sequence,))
    return JSONResponse({"jobs": [job_json(job) for job in given], "next": following})


@keeping.post(
    "/jobs/{job_id}/retry",
    status_code=202,
    summary="重读隔离的文件",
    responses={202: {"model": JobShape}, **MISSING},
    openapi_extra=repeats.DESCRIBED,
)
def retry_job(job_id: str, desk: DeskHere) -> JSONResponse:
    """Queue a failed job once more, as after LibreOffice or 文字识别 was installed."""
    try:
        job = desk.knowledge_base.retry(job_id)
    except InvalidRequest as error:
        raise Problem(404, "job_not_found", error.message) from error
    return JSONResponse(job_json(job), 202)


def _known(metadata: str) -> Metadata | None:
    """Read the metadata that came with a file; what it leaves empty is read from the file."""
    if not metadata.strip():
        return None
    try:
        changes = MetadataShape.model_validate_json(metadata).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise Problem(*explain(error.errors())) from error
    return edited_metadata(Metadata(title=""), changes)
