"""A knowledge base to measure on, built and asked through the ways in that channels use."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import index
from eval.metrics import Passage
from eval.progress import Progress
from eval.vector_cache import fingerprint
from index.document import Document, Metadata, Span
from index.engine import Embedder
from index.errors import WenjuError
from index.incoming import Incoming
from index.knowledge_base import KnowledgeBase
from index.worker import Worker
from service.answering.answer import Answer, Citation
from service.desk import Channel, Desk
from service.settings import Settings, load_configuration

CHANNEL = Channel.HTTP
_READY = "complete"  # a file in a kept knowledge base that was built to its end


class NotIndexed(WenjuError):
    """A file of an evaluation could not be brought in, so that its numbers mean nothing."""

    code: ClassVar[str] = "evaluation_not_indexed"


class Asking:
    """An open desk, asked and timed as on one day."""

    def __init__(self, desk: Desk, as_of: date | None = None) -> None:
        self.desk = desk
        self.as_of = as_of

    def ask(self, question: str) -> tuple[Answer, float]:
        """Return the answer and the milliseconds it took."""
        began = time.perf_counter()
        answer = self.desk.ask(question, as_of=self.as_of, channel=CHANNEL)
        return answer, (time.perf_counter() - began) * 1000

    def search(self, query: str, limit: int) -> list[Passage]:
        """Return the passages that the search gives, best first."""
        hits = self.desk.search(query, limit=limit, as_of=self.as_of, channel=CHANNEL)
        return [_passage(hit.citation) for hit in hits]

    def passages(self) -> list[Passage]:
        """Return every passage of every document."""
        base = self.desk.knowledge_base
        return [
            Passage(summary.id, chunk.span, chunk.span.of(base.document(summary.id).text))
            for summary in base.documents()
            for chunk in base.chunks(summary.id)
        ]

    def text(self, document_id: str) -> str:
        """Return a document's text."""
        return self.document(document_id).text

    def document(self, document_id: str) -> Document:
        """Return a document as it was read."""
        return self.desk.knowledge_base.document(document_id)


class Workbench:
    """Opens desks over any documents, with one embedder for all.

    `cache` is where big knowledge bases are kept between runs.
    """

    def __init__(
        self, embedder: Embedder, cache: Path | None = None, progress: Progress | None = None
    ) -> None:
        self.embedder = embedder
        self.progress = progress or Progress()
        self._cache = cache

    @contextmanager
    def desk(self, files: Sequence[Incoming], as_of: date | None = None) -> Iterator[Asking]:
        """Open a desk over these documents alone, and leave nothing behind."""
        with TemporaryDirectory(prefix="wenju-eval-") as folder:
            directory = Path(folder) / "data"
            self.build(directory, files)
            with self.open(directory, as_of) as asking:
                yield asking

    @contextmanager
    def kept_desk(
        self, name: str, files: Sequence[Incoming], as_of: date | None = None
    ) -> Iterator[Asking]:
        """Open a desk over these documents, kept for the next time where there is a cache."""
        if self._cache is None:
            with self.desk(files, as_of) as asking:
                yield asking
        else:
            with self.open(self.kept(self._cache, name, files), as_of) as asking:
                yield asking

    def kept(self, cache: Path, name: str, files: Sequence[Incoming]) -> Path:
        """Return a data directory built once for these files, this model and this code."""
        directory = cache / f"{name}-{self._key(files)}"
        if not (directory / _READY).exists():
            for old in cache.glob(f"{name}-*"):
                shutil.rmtree(old)
            self.build(directory, files)
            (directory / _READY).touch()
        return directory

    def build(self, directory: Path, files: Sequence[Incoming]) -> None:
        """Hand the files in and let the worker bring them in, words and vectors."""
        with KnowledgeBase.open(directory, None, follow=False) as base:
            jobs = [
                base.submit(file.content, file.source, file.known if file.known.title else None).id
                for file in files
            ]
        with self.progress.meter("入库") as meter:
            Worker(directory, lambda: self.embedder).run_until_idle(
                lambda now: meter(now.chunks_with_vectors, now.chunks)
            )
        with KnowledgeBase.open(directory, None, follow=False) as base:
            failed = [job for job in map(base.job, jobs) if job.error_code is not None]
        if failed:
            first = failed[0]
            raise NotIndexed(
                f"{len(failed)} 个评测文件未能入库，例如 {first.source}：{first.error_message}"
            )

    @contextmanager
    def open(self, directory: Path, as_of: date | None = None) -> Iterator[Asking]:
        """Open a desk on a data directory."""
        settings = _as_shipped(directory)
        with KnowledgeBase.open(directory, self.embedder, follow=False) as base:
            yield Asking(Desk(settings, base), as_of)

    def _key(self, files: Sequence[Incoming]) -> str:
        """Name what a knowledge base is made of: files, model, and the code that reads them."""
        digest = hashlib.sha256(fingerprint(self.embedder))
        for file in files:
            digest.update(f"{file.source}\0{file.known}\0".encode())
            digest.update(hashlib.sha256(file.content).digest())
        for source in sorted(Path(index.__file__).parent.rglob("*.py")):
            digest.update(source.read_bytes())
        return digest.hexdigest()[:16]


def _as_shipped(directory: Path) -> Settings:
    """Return the settings of this computer, without what a site decides about its answers."""
    site = {"region": None, "unknown_disclosure": "public", "refusal_threshold": None}
    return load_configuration(data_dir=directory).settings.model_copy(update=site)


def text_file(source: str, text: str) -> Incoming:
    """Return a text as a file about which nothing is known beforehand."""
    return Incoming(source, text.encode(), Metadata(title=""))


def document_id_of(content: bytes) -> str:
    """Return the id a document with these bytes has."""
    return hashlib.sha256(content).hexdigest()[:16]


def _passage(citation: Citation) -> Passage:
    return Passage(citation.document_id, Span(citation.start, citation.end), citation.quote)
