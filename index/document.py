"""The central types: what a document is, and what flows between the rooms of the index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Kind(StrEnum):
    """What sort of text a document is."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    LOCAL_REGULATION = "local_regulation"
    RULE = "rule"
    NORMATIVE_DOCUMENT = "normative_document"
    REPORT = "report"
    INTERPRETATION = "interpretation"
    SERVICE_GUIDE = "service_guide"
    FAQ = "faq"
    OTHER = "other"


class Status(StrEnum):
    """Where a document stands on a given day; always derived, never stored."""

    IN_FORCE = "in_force"
    NOT_YET_EFFECTIVE = "not_yet_effective"
    AMENDED = "amended"
    REPEALED = "repealed"
    EXPIRED = "expired"
    UNVERIFIED = "unverified"


class Disclosure(StrEnum):
    """公开属性: who may see a document."""

    PUBLIC = "public"
    ON_REQUEST = "on_request"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points of `Document.text`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def __contains__(self, other: Span | int) -> bool:
        if isinstance(other, Span):
            return self.start <= other.start and other.end <= self.end
        return self.start <= other < self.end

    def overlaps(self, other: Span) -> bool:
        """Say whether the two ranges share at least one code point."""
        return self.start < other.end and other.start < self.end

    def of(self, text: str) -> str:
        """Return the slice of `text` that this span names."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about a document, beside its text.

    `ended_on` is the first day on which the text no longer holds and `ended_by` says what
    ended it (amended, repealed or expired). Fields nobody knows are None or empty.
    """

    title: str
    document_number: str | None = None  # 发文字号
    issuer: str | None = None  # 发文机关
    kind: Kind = Kind.OTHER
    region: str | None = None  # 地区, as in 鹤山市
    signer: str | None = None  # 签发人
    recipients: tuple[str, ...] = ()  # 主送
    copied_to: tuple[str, ...] = ()  # 抄送
    issued_on: date | None = None  # 成文日期, or for a law the day this version was published
    effective_on: date | None = None  # 施行日期
    expires_on: date | None = None  # 失效日期, the first day it no longer holds
    ended_on: date | None = None
    ended_by: Status | None = None
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    source_url: str | None = None
    disclosure: Disclosure = Disclosure.UNKNOWN
    disclosure_statement: str | None = None  # 公开方式, as printed: 主动公开
    category: str | None = None  # 类目
    keywords: tuple[str, ...] = ()  # 关键字
    owner: str | None = None  # 责任单位或责任人
    review_by: date | None = None  # 复核日期

    @property
    def valid_from(self) -> datetime | None:
        """The instant this text begins to hold: the later of publication and effect."""
        days = [day for day in (self.issued_on, self.effective_on) if day is not None]
        return _midnight(max(days)) if days else None

    @property
    def valid_until(self) -> datetime | None:
        """The instant this text ceases to hold, or None while nothing has ended it."""
        days = [day for day in (self.ended_on, self.expires_on) if day is not None]
        return _midnight(min(days)) if days else None

    def status_on(self, day: date) -> Status:
        """Derive the status on `day`; dates outrank labels."""
        now = _midnight(day)
        if self.valid_until is not None and now >= self.valid_until:
            ended = self.ended_on is not None and _midnight(self.ended_on) == self.valid_until
            return (self.ended_by or Status.REPEALED) if ended else Status.EXPIRED
        if self.ended_by is not None and self.ended_on is None:
            return self.ended_by  # known to have ended, the day unknown
        if self.valid_from is None:
            return Status.UNVERIFIED
        return Status.NOT_YET_EFFECTIVE if now < self.valid_from else Status.IN_FORCE


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


class SectionKind(StrEnum):
    """What a stretch of an official text is."""

    DOCUMENT = "document"  # the root
    TITLE = "title"  # 标题
    HEAD = "head"  # 发文字号, 签发人, 题注: whatever stands around the title
    SALUTATION = "salutation"  # 主送
    PREAMBLE = "preamble"  # text before the first heading
    PART = "part"  # 编
    CHAPTER = "chapter"  # 章
    DIVISION = "division"  # 节
    ARTICLE = "article"  # 条
    PARAGRAPH = "paragraph"  # 款
    ITEM = "item"  # 项
    SUBITEM = "subitem"  # 目
    HEADING = "heading"  # 一、 （一） 1. （1） of a 公文, or a markdown or Word heading
    SIGNATURE = "signature"  # 署名 and 成文日期
    FIELD = "field"  # 公开方式, 抄送, 附件 and the like
    IMPRINT = "imprint"  # 印发
    ANNEX = "annex"  # 附件


@dataclass(frozen=True, slots=True)
class Section:
    """A node of a document's structure; its span is heading and body together.

    `label` is the step this section adds to a locator (第一部分, 第（八）项, 第十二条, 第二款), or
    empty where it adds none. `heading` is the span of the heading's own words, without a
    sentence that runs on in the same paragraph, and None where there is no heading.
    """

    kind: SectionKind
    level: int
    span: Span
    heading: Span | None = None
    label: str = ""
    children: tuple[Section, ...] = ()

    def walk(self) -> Iterator[Section]:
        """Yield this section and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator[Section]:
        """Yield the sections without children, in reading order."""
        return (section for section in self.walk() if not section.children)

    def path_to(self, offset: int) -> tuple[Section, ...]:
        """Return the sections that hold `offset`, outermost first, this one included."""
        path = [self]
        while path[-1].children:
            children = path[-1].children
            index = bisect_right(children, offset, key=lambda child: child.span.start) - 1
            if index < 0 or offset not in children[index].span:
                break
            path.append(children[index])
        return tuple(path)


@dataclass(frozen=True, slots=True)
class OriginRun:
    """A stretch of `Document.text` copied without a break from the source.

    `source_start` is an offset into the text as the format's parser gave it; `page` counts
    from 1 and is None where the format has no pages.
    """

    span: Span
    source_start: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """Something of the source that is not in `Document.text`, and why."""

    source_start: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in shares of the page's width and height from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PrintedRun:
    """Where on its page a run of the source's characters stands, `length` of them."""

    source_start: int
    length: int
    box: Box


@dataclass(frozen=True, slots=True)
class Recognition:
    """How surely the text of a page was recognised from its picture, 0 to 1, and where it stands.

    `runs` is empty in documents read by earlier versions, which did not keep it.
    """

    page: int
    confidence: float
    runs: tuple[PrintedRun, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A read document: its rejoined text, where that came from, and how it is built.

    `evidence` leads from a metadata field's name to the span it was read from. `recognised`
    names the pages read from pictures.
    """

    id: str
    source: str  # original file name
    sha256: str  # of the original bytes
    text: str
    metadata: Metadata
    root: Section
    origin: tuple[OriginRun, ...] = ()
    removals: tuple[Removal, ...] = ()
    evidence: Mapping[str, Span] = field(default_factory=dict)
    recognised: tuple[Recognition, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page that holds `offset`, or None where pages are unknown."""
        index = bisect_right(self.origin, offset, key=lambda run: run.span.start) - 1
        return self.origin[index].page if index >= 0 else None

    def locator(self, span: Span) -> str:
        """Say where `span` stands, as one would cite it: 第一部分第（八）项, 第十二条第二款."""
        return "".join(section.label for section in self.root.path_to(span.start))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage to be searched: a span of a document, and the headings it stands under."""

    document_id: str
    span: Span
    path: tuple[str, ...] = ()

    def embedding_input(self, title: str, text: str) -> str:
        """Return what the model reads: title, headings and the passage, a line each."""
        return "\n".join([title, *self.path, self.span.of(text)])


@dataclass(frozen=True, slots=True)
class Filter:
    """What may be retrieved; an empty set means any value. Applied before ranking.

    `as_of` is the day on which `statuses` are derived.
    """

    as_of: date
    statuses: frozenset[Status] = frozenset({Status.IN_FORCE, Status.UNVERIFIED})
    issuers: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    disclosures: frozenset[Disclosure] = frozenset()
    documents: frozenset[str] = frozenset()

    @classmethod
    def today(cls) -> Self:
        """Return the filter for what is in force today in Shanghai."""
        return cls(datetime.now(SHANGHAI).date())

    def admits(self, document_id: str, metadata: Metadata) -> bool:
        """Say whether a document passes."""
        return (
            metadata.status_on(self.as_of) in self.statuses
            and (not self.issuers or metadata.issuer in self.issuers)
            and (not self.regions or metadata.region in self.regions)
            and (not self.kinds or metadata.kind in self.kinds)
            and (not self.disclosures or metadata.disclosure in self.disclosures)
            and (not self.documents or document_id in self.documents)
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage. `score` is fused, `words` and `vectors` its two sides, 0 to 1 each.

    `words` is the share of the question's term weight found in the passage, `vectors` the
    cosine similarity (0 where the vector is not yet computed).
    """

    chunk: Chunk
    score: float
    words: float = 0.0
    vectors: float = 0.0
