"""The one place where parts are put together; everything else is handed what it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index import corpus
from index.embedding import load_embedder
from index.embedding.loading import LoadingEmbedder
from index.errors import WenjuError
from index.incoming import Incoming
from index.knowledge_base import KnowledgeBase
from index.store.answer_sheets import SheetReport
from index.store.jobs import Job
from index.store.progress import Progress
from service.settings import Settings

if TYPE_CHECKING:
    from index.bundle.bring_in import Rules
    from index.bundle.writing import Written
    from index.worker import Worker
    from service.carrying import Imported
    from service.desk import Desk

_MOST_FILES_AT_ONCE = 4  # being read; each process takes some 100 MB
_TABLES = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".csv", ".tsv"})
CATALOGUE = Path(__file__).parents[1] / "corpus" / "catalogue.toml"


@contextmanager
def open_base(settings: Settings) -> Iterator[KnowledgeBase]:
    """Open the knowledge base without the model, for work that searches nothing."""
    with KnowledgeBase.open(settings.data_dir, None, follow=False) as base:
        yield base


@contextmanager
def open_desk(settings: Settings, *, follow: bool = True) -> Iterator[Desk]:
    """Open the whole desk, the model included. `follow` keeps it in step with the worker."""
    embedder = LoadingEmbedder(settings.model, settings.model_dir, settings.threads)
    from service.desk import Desk  # noqa: PLC0415  slow to load, as the model is beside it

    with KnowledgeBase.open(settings.data_dir, embedder, follow=follow) as base:
        embedder.wait()
        yield Desk(settings, base)


def make_worker(settings: Settings) -> Worker:
    """Return the worker of the data directory; it loads the model when it first needs it."""
    from index.sandbox.reader import SandboxedReader  # noqa: PLC0415  as the line above
    from index.worker import Worker  # noqa: PLC0415  readers and splitters, which a server needs not

    embedder = partial(load_embedder, settings.model, settings.model_dir, settings.threads)
    return Worker(
        settings.data_dir,
        embedder,
        reader=SandboxedReader(files_at_once=min(_MOST_FILES_AT_ONCE, os.cpu_count() or 1)),
        answers_kept=settings.answers_kept,
    )


def preview_file(base: KnowledgeBase, source: str, content: bytes) -> SheetReport | None:
    """Say what a spreadsheet of answers would bring; None for what would be a document.

    Raises ReadError.
    """
    from index.answer_sheets.sheet import AnswerSheet  # noqa: PLC0415  for this alone
    from index.sandbox.reader import SandboxedReader  # noqa: PLC0415

    if Path(source).suffix.lower() not in _TABLES:
        return None
    with SandboxedReader() as read:
        reading = read(content, source, None)
    return base.sheet_reports.preview(source, reading) if isinstance(reading, AnswerSheet) else None


def complete_jobs(
    settings: Settings,
    job_ids: Collection[str],
    *,
    words_only: bool,
    report: Callable[[Progress], None] | None = None,
) -> list[Job]:
    """Return the jobs once every server of the data directory serves what came of them."""
    from index.completion import complete  # noqa: PLC0415

    return complete(make_worker(settings), job_ids, words_only=words_only, report=report)


def export_bundle(
    settings: Settings, target: Path, *, public: bool, report: Callable[[int, int], None]
) -> Written:
    """Write the knowledge base into one archive; `public`, only what anybody may see here.

    Raises InvalidSiteCalibration.
    """
    from index.bundle.writing import BundleWriter  # noqa: PLC0415  for this alone
    from index.store.database import Database  # noqa: PLC0415
    from service.site_calibration import SiteCalibration  # noqa: PLC0415  reads weights

    disclosures = settings.public_disclosures if public else None
    found = None if public else SiteCalibration.read(settings.data_dir)
    fitted = found.content if found is not None else None
    with closing(Database.open(settings.data_dir)) as database:
        return BundleWriter(database, settings.data_dir).write(target, disclosures, report, fitted)


def import_bundle(
    settings: Settings, source: Path, rules: Rules, report: Callable[[int, int], None]
) -> Imported:
    """Check an archive that `export_bundle` wrote, and bring it in.

    Raises BundleError and InvalidSiteCalibration.
    """
    from index.bundle.reading import Bundle  # noqa: PLC0415  for this alone
    from index.store.files import prepare_directory  # noqa: PLC0415
    from service.carrying import bring_in  # noqa: PLC0415

    with Bundle(source) as bundle:
        bundle.check(report)
        prepare_directory(settings.data_dir)
        model = _model_here(settings) if bundle.manifest.model else None
        return bring_in(bundle, settings, rules, model, report)


def _model_here(settings: Settings) -> str | None:
    """Name the model that questions are embedded with here, None where there is none."""
    try:
        return load_embedder(settings.model, settings.model_dir, settings.threads).identity
    except WenjuError:  # then there are words only, as everywhere
        return None


def corpus_files() -> Iterator[Incoming]:
    """Yield what the project ships: its files and the pinned laws."""
    return corpus.incoming(CATALOGUE)


def corpus_laws(laws: str) -> Iterator[Incoming]:
    """Yield the packaged laws, `pinned` or `all`."""
    return corpus.packaged(CATALOGUE, corpus.Laws(laws))
