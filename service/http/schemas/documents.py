"""The shapes of documents, their metadata, and the jobs that bring them in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from index.document import Disclosure, Kind, Status
from service.http.schemas.shape import Day, Shape


class MetadataShape(Shape):
    """Changes to a document's metadata: only the fields given change; null empties one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"document_number": "鹤政数〔2022〕17号", "issued_on": "2022-11-21"}]
        }
    )

    title: str | None = Field(None, min_length=1, max_length=500)
    document_number: str | None = Field(None, max_length=200)
    issuer: str | None = Field(None, max_length=200)
    kind: Annotated[Kind, Field(strict=False)] | None = None
    region: str | None = Field(None, max_length=100)
    signer: str | None = Field(None, max_length=100)
    recipients: list[str] | None = Field(None, max_length=100)
    copied_to: list[str] | None = Field(None, max_length=100)
    issued_on: Day | None = None
    effective_on: Day | None = None
    expires_on: Day | None = None
    ended_on: Day | None = None
    ended_by: Annotated[Status, Field(strict=False)] | None = None
    replaces: list[str] | None = Field(None, max_length=100)
    replaced_by: list[str] | None = Field(None, max_length=100)
    source_url: str | None = Field(None, max_length=2000, pattern=r"^https?://")
    disclosure: Annotated[Disclosure, Field(strict=False)] | None = None
    disclosure_statement: str | None = Field(None, max_length=200)
    category: str | None = Field(None, max_length=200)
    keywords: list[str] | None = Field(None, max_length=100)
    owner: str | None = Field(None, max_length=200)
    review_by: Day | None = None


class MetadataShownShape(BaseModel):
    """The metadata of a document; `status` is that of today."""

    model_config = ConfigDict(extra="allow")

    title: str
    document_number: str | None
    issuer: str | None
    kind: Kind
    status: Status
    issued_on: Day | None
    effective_on: Day | None


class SummaryShape(Shape):
    """A document in a list."""

    id: str
    source: str
    length: int
    chunks: int
    chunks_with_vectors: int
    added_at: str
    updated_at: str
    url: str
    metadata: MetadataShownShape


class DocumentListShape(Shape):
    """A part of the list of documents."""

    total: int
    documents: list[SummaryShape]
    next: str | None = Field(description="接着列的 cursor；列完了是 null")


class EvidenceShape(Shape):
    """Where a metadata field was read from."""

    start: int
    end: int
    quote: str


class SectionShape(Shape):
    """A node of a document's outline."""

    kind: str
    label: str
    heading: str | None
    start: int
    end: int
    children: list[SectionShape]


class RemovalShape(Shape):
    """Something of the source that is not in the text, and why."""

    text: str
    reason: str


class SaidShape(Shape):
    """Where in the text of the one that ends another it says so."""

    start: int
    end: int


class EndedShape(Shape):
    """That a document was ended by another, on its own; a person may change it by PATCH."""

    document_id: str
    title: str
    ended_on: Day
    ended_by: Literal["amended", "repealed"]
    by: str
    by_title: str
    said: SaidShape


class VersionShape(Shape):
    """A text of the same name, and the first day it holds."""

    document_id: str
    title: str
    begins_on: Day | None


class LineageShape(Shape):
    """How a document stands to the others; `questions` are sentences for the maintainer."""

    ended_by: EndedShape | None
    ended: list[EndedShape]
    versions: list[VersionShape]
    questions: list[str]


class PlaceShape(Shape):
    """A span of the document's text, in code points."""

    start: int
    end: int


class BoxShape(Shape):
    """A rectangle on a page, in shares of its width and height from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


class PageShape(Shape):
    """A page of an original, and where the quote asked for stands on it."""

    page: int
    width: int = Field(description="图片的宽，像素")
    height: int
    text: PlaceShape | None = Field(description="这一页上的正文；没有读出文字的页是 null")
    quote: PlaceShape | None = Field(description="所问的引文在这一页上的部分")
    boxes: list[BoxShape] | None = Field(
        description="这部分在页面上的位置，每行一个；没有引文，或说不准在哪里的，是 null"
    )
    url: str = Field(description="页面图片的地址，引文已标出")


class PageListShape(Shape):
    """The pages of an original."""

    document_id: str
    total: int
    has_letters: bool = Field(description="本机有中文字体；没有时，未嵌入字体的文字画不出来")
    pages: list[PageShape]


class DocumentShape(Shape):
    """What was read from a document."""

    id: str
    source: str
    sha256: str
    length: int
    url: str
    metadata: MetadataShownShape
    evidence: dict[str, EvidenceShape]
    sections: list[SectionShape]
    removals: list[RemovalShape]
    lineage: LineageShape
    pages: str | None = Field(None, description="原件页面列表的地址；没有页面的格式是 null")


class ErrorShape(Shape):
    """Why a file was not taken in, or waits."""

    code: str
    message: str


class SheetCountsShape(Shape):
    """What became of the rows of a spreadsheet of answers; see /api/jobs/{job_id}/rows."""

    added: int
    changed: int
    unchanged: int
    rejected: int
    gone: int = Field(description="上一版有、这一版没有的行")
    withdrawn: int = Field(description="其中已撤回的")


class RemarkShape(Shape):
    """What to know of a row; `row` counts as Excel does and is null for a whole sheet."""

    sheet: str
    row: int | None
    question: str
    code: str
    message: str


class GoneShape(Shape):
    """An answer whose row is not in the new version of its file."""

    id: str
    sheet: str
    row: int
    question: str


class SheetReportShape(Shape):
    """What became of a spreadsheet's rows, row by row."""

    added: int
    changed: int
    unchanged: int
    withdrawn: int
    rejected: list[RemarkShape]
    remarks: list[RemarkShape]
    gone: list[GoneShape]


class JobShape(Shape):
    """How far a file has come: queued, running, words (searchable), done or failed.

    An archive is unpacked while its files, whose jobs `members` names, are on their way.
    """

    id: str
    state: Literal["queued", "running", "unpacked", "words", "done", "failed"]
    source: str
    document_id: str | None
    progress: float
    error: ErrorShape | None
    members: list[str] = Field([], description="压缩包里的文件各自的任务")
    endings: list[EndedShape] = Field([], description="这份文件终止了谁，或被谁终止")
    answers: SheetCountsShape | None = Field(None, description="问答表格：各行的去向")
    created_at: str
    updated_at: str


class JobListShape(Shape):
    """Jobs, newest first."""

    jobs: list[JobShape]
    next: str | None = Field(description="接着列的 cursor；列完了是 null")
