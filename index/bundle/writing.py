"""Write a knowledge base, or only what anybody may see of it, into one archive.

Left out always: keys, tokens, feedback, gaps, and everything about who asked.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, select

from index.bundle.contents import (
    CarriedAnswer,
    CarriedDocument,
    curated_json,
    digests,
    document_json,
    without_endings,
)
from index.bundle.manifest import (
    CALIBRATION,
    CURATED,
    MANIFEST,
    SYNONYMS,
    BundleManifest,
    MemberFacts,
    document_member,
    manifest_json,
    original_member,
    vectors_member,
)
from index.bundle.synonyms import Unsaid, synonyms_json
from index.document import Disclosure, Document
from index.hidden_names import HiddenNames
from index.store.catalogue import DocumentSummary, summaries
from index.store.columns import now
from index.store.content import document_of
from index.store.curated import CuratedAnswer, answers_of
from index.store.database import Database
from index.store.feed import chunks_in
from index.store.files import reported
from index.store.originals import Originals, sha256_of
from index.store.revision import state_of
from index.store.synonyms import Synonym, kept_synonyms
from index.store.tables import ContentRow, CuratedRow, DocumentRow, EndingRow, VectorRow

Report = Callable[[int, int], None]
_WHEN = (1980, 1, 1, 0, 0, 0)  # a member's time says nothing


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a bundle, and which public answers and synonyms could not.

    `unmarked` counts documents that go as public though nothing says that they are.
    """

    documents: int
    answers: int
    vectors: int
    unmarked: int
    withheld: tuple[str, ...] = ()  # questions whose basis is not public
    synonyms: int = 0
    withheld_synonyms: tuple[str, ...] = ()  # words that only what stays behind has
    calibration: bool = False


class BundleWriter:
    """Writes bundles of one data directory, each as of one moment."""

    def __init__(self, database: Database, directory: Path) -> None:
        self._database = database
        self._originals = Originals(directory)

    def write(
        self,
        target: Path,
        disclosures: Collection[Disclosure] | None,
        report: Report,
        calibration: bytes | None = None,
    ) -> Written:
        """Write a bundle; it is there whole or not at all.

        `disclosures` are the only ones that go in, None for everything. The calibration goes in
        as it is, but only with everything: it was fitted on what people said of all answers.
        """
        unfinished = target.with_name(f"{target.name}.part")
        try:
            with (
                reported(target),
                zipfile.ZipFile(unfinished, "w") as archive,
                self._database.reading() as connection,
            ):
                source = _Source(connection, disclosures)
                fitted = None if source.public else calibration
                written = _write(archive, source, self._originals, report, fitted)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        return written


class _Source:
    """What goes out of the catalogue, as of one transaction."""

    def __init__(self, connection: Connection, disclosures: Collection[Disclosure] | None) -> None:
        self.connection = connection
        self.public = disclosures is not None
        everything = summaries(connection)
        self.documents = [
            one
            for one in everything
            if disclosures is None or one.metadata.disclosure in disclosures
        ]
        self.ids = {one.id for one in self.documents}
        self._behind = [one for one in everything if one.id not in self.ids]
        self._disclosures = disclosures
        self._hidden = HiddenNames.of(one.metadata for one in self._behind)
        ended = connection.execute(select(EndingRow.document_id, EndingRow.by_document))
        self._ended = {row.document_id for row in ended if row.by_document in self.ids}
        state = state_of(connection)
        self.model, self.dimension = state.model, state.dimension

    def document(self, summary: DocumentSummary) -> Document:
        """Return a document as it goes out: what another one ended settles itself over there."""
        document = self._as_it_is(summary.id)
        if document.id in self._ended:
            document = without_endings(document, summary.edited)
        return replace(document, metadata=self._hidden.cleared(document.metadata))

    def passages(self, summary: DocumentSummary, document: Document) -> tuple[str, ...]:
        """Return the digests of a document's passages, where all have vectors; else none."""
        if not summary.chunks or summary.chunks_with_vectors < summary.chunks:
            return ()
        chunks = [chunk for _, chunk in chunks_in(self.connection, self._numbers(summary))]
        return digests(document.metadata.title, document.text, chunks)

    def vectors(self, summary: DocumentSummary) -> bytes:
        """Return a document's vectors, float16 row after row."""
        first, end = self._numbers(summary)
        rows = self.connection.execute(
            select(VectorRow.vector)
            .where(VectorRow.number >= first, VectorRow.number < end)
            .order_by(VectorRow.number)
        )
        return b"".join(rows.scalars())

    def answers(self) -> tuple[list[CarriedAnswer], list[str]]:
        """Return the curated answers that go out, and the questions of those that cannot.

        An answer that rests on what stays behind stays behind.
        """
        query = select(CuratedRow.__table__).order_by(CuratedRow.created_at, CuratedRow.id)
        going: list[CarriedAnswer] = []
        withheld: list[str] = []
        for answer in answers_of(self.connection, self.connection.execute(query).all()):
            draft = answer.draft
            if self._disclosures is not None and draft.disclosure not in self._disclosures:
                continue
            if draft.basis is not None and draft.basis.document_id not in self.ids:
                withheld += [draft.question] if self.public else []
                going += [] if self.public else [CarriedAnswer(answer)]
                continue
            going.append(CarriedAnswer(self._outward(answer), self._basis_words(answer)))
        return going, withheld

    def _outward(self, answer: CuratedAnswer) -> CuratedAnswer:
        """Leave out of a public answer what only says something of what stays behind."""
        if not self.public:
            return answer
        stated = answer.draft.stated_basis
        kept = stated if stated and not self._hidden.stand_in(stated) else None
        return replace(answer, origin=None, draft=replace(answer.draft, stated_basis=kept))

    def _basis_words(self, answer: CuratedAnswer) -> str | None:
        basis = answer.draft.basis
        if basis is None:
            return None
        return basis.span.of(self._as_it_is(basis.document_id).text)

    def synonyms(self) -> tuple[list[Synonym], list[str]]:
        """Return the site's own synonyms that go out, and the words of those that stay behind.

        A synonym is only wording; of the public part one stays behind that has a word which
        only what stays behind has. Notes are for those who keep the table, and stay with them.
        """
        own = [one.synonym for one in kept_synonyms(self.connection)]
        if not self.public:
            return own, []
        unsaid = Unsaid(own, self._hidden)
        for summary in self._behind if own else ():
            unsaid.stays(self._as_it_is(summary.id))
        going, _ = self.answers()
        there = {carried.answer.id for carried in going}
        every = select(CuratedRow.__table__)
        for answer in answers_of(self.connection, self.connection.execute(every).all()):
            if answer.id not in there:
                unsaid.stays(answer.draft)
        for carried in going:
            unsaid.goes(carried.answer.draft)
        for summary in self.documents:
            if not unsaid.is_open:
                break
            unsaid.goes(self.document(summary))
        return unsaid.divided()

    def _as_it_is(self, document_id: str) -> Document:
        query = (
            select(DocumentRow.__table__, ContentRow.text, ContentRow.structure)
            .join(ContentRow, ContentRow.document_id == DocumentRow.id)
            .where(DocumentRow.id == document_id)
        )
        return document_of(self.connection.execute(query).one())

    def _numbers(self, summary: DocumentSummary) -> tuple[int, int]:
        query = select(DocumentRow.first_chunk).where(DocumentRow.id == summary.id)
        first = self.connection.execute(query).scalar_one()
        return first, first + summary.chunks


def _write(
    archive: zipfile.ZipFile,
    source: _Source,
    originals: Originals,
    report: Report,
    calibration: bytes | None,
) -> Written:
    members: dict[str, MemberFacts] = {}
    vectors = 0
    for done, summary in enumerate(source.documents, 1):
        document = source.document(summary)
        passages = source.passages(summary, document)
        carried = CarriedDocument(document, summary.edited, passages)
        _add(archive, members, document_member(summary.id), document_json(carried))
        if passages:
            _add(archive, members, vectors_member(summary.id), source.vectors(summary))
            vectors += len(passages)
        if original_member(summary.sha256) not in members:
            content = originals.read(summary.sha256)
            _add(archive, members, original_member(summary.sha256), content, packed=False)
        report(done, len(source.documents))
    answers, withheld = source.answers()
    _add(archive, members, CURATED, curated_json(answers))
    synonyms, withheld_synonyms = source.synonyms()
    _add(archive, members, SYNONYMS, synonyms_json(synonyms))
    if calibration is not None:
        _add(archive, members, CALIBRATION, calibration)
    manifest = BundleManifest(
        made_by=f"wenju {version('wenju')}",
        made_at=now().isoformat(timespec="seconds"),
        public=source.public,
        model=source.model if vectors else None,
        dimension=source.dimension if vectors else None,
        members=members,
    )
    _add(archive, {}, MANIFEST, manifest_json(manifest))
    unmarked = sum(one.metadata.disclosure is Disclosure.UNKNOWN for one in source.documents)
    return Written(
        len(source.documents),
        len(answers),
        vectors,
        unmarked if source.public else 0,
        tuple(withheld),
        len(synonyms),
        tuple(withheld_synonyms),
        calibration is not None,
    )


def _add(
    archive: zipfile.ZipFile,
    members: dict[str, MemberFacts],
    name: str,
    content: bytes,
    *,
    packed: bool = True,
) -> None:
    """Add a member. Originals go in as they are: most are packed, and none then seems a bomb."""
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    archive.writestr(entry, content)
    members[name] = MemberFacts(sha256_of(content), len(content))
