"""Calibrate a site: its kept evidence and verdicts in, its calibration out."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from index.document import SHANGHAI
from index.store.database import Database
from index.store.feedback import AnswerLog, FeedbackBook
from index.store.files import prepare_directory
from service.answering.confidence import Calibration
from service.recalibration import (
    Case,
    Choice,
    Refit,
    TooFewVerdicts,
    at_most_wrong,
    cases_of,
    choices,
    for_coverage,
    refit,
)
from service.settings import Settings
from service.site_calibration import FittedCorrection, SiteCalibration, reader_identity

_LATEST = 20_000  # answers looked at, the newest


@dataclass(frozen=True, slots=True)
class Wish:
    """The trade-off a site wants; neither leaves the threshold as it is."""

    coverage: float | None = None
    wrong: float | None = None

    @property
    def is_none(self) -> bool:
        """Say whether no threshold is to be chosen."""
        return self.coverage is None and self.wrong is None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was found, and what was written: None where nothing changes.

    `missing` says why confidences were left as they are though a threshold was chosen.
    """

    refits: tuple[Refit, ...]
    curve: tuple[Choice, ...]
    chosen: Choice | None
    missing: str | None
    written: SiteCalibration | None


def calibrate_site(settings: Settings, wish: Wish, *, dry_run: bool) -> Calibrated:
    """Fit the confidences of a data directory, and choose its threshold where one is wished for.

    Raises TooFewVerdicts, but not where a threshold can be chosen all the same, and
    TooFewQuestions where none can.
    """
    reader = reader_identity(settings.reader)
    shipped = Calibration.bundled()
    found = SiteCalibration.read(settings.data_dir)
    held = found if found is not None and found.reader == reader else None
    cases = _cases(settings, shipped, reader)
    current = held.applied_to(shipped) if held else shipped
    refits, missing = _refits(cases, current, wish)
    corrections = dict(held.corrections) if held else {}
    for one in refits:
        if one.helps:
            corrections[one.sort] = FittedCorrection(  # type: ignore[index]  # sorts are these
                shift=one.correction.shift, scale=one.correction.scale
            )
    fitted = SiteCalibration(
        made_at=datetime.now(SHANGHAI),
        reader=reader,
        verdicts=sum(one.verdicts for one in refits),
        corrections=corrections,
        threshold=held.threshold if held else None,
        previous=found,
    )
    curve, chosen = _chosen(cases, fitted.applied_to(shipped), wish)
    if chosen is not None:
        fitted = fitted.model_copy(update={"threshold": chosen.threshold})
    changes = chosen is not None or any(one.helps for one in refits)
    if changes and not dry_run:
        fitted.write(settings.data_dir)
    return Calibrated(refits, curve, chosen, missing, fitted if changes and not dry_run else None)


def _cases(settings: Settings, shipped: Calibration, reader: str) -> list[Case]:
    prepare_directory(settings.data_dir)
    with closing(Database.open(settings.data_dir)) as database:
        answers = AnswerLog(database).weighed(_LATEST)
        verdicts = FeedbackBook(database).verdicts({one.id for one in answers})
    return cases_of(answers, verdicts, shipped, reader)


def _refits(
    cases: list[Case], current: Calibration, wish: Wish
) -> tuple[tuple[Refit, ...], str | None]:
    try:
        return tuple(refit(cases, current.corrections)), None
    except TooFewVerdicts as error:
        if wish.is_none:
            raise
        return (), error.message


def _chosen(
    cases: list[Case], calibration: Calibration, wish: Wish
) -> tuple[tuple[Choice, ...], Choice | None]:
    if wish.is_none:
        return (), None
    curve = choices(cases, calibration)
    if wish.coverage is not None:
        return tuple(curve), for_coverage(curve, wish.coverage)
    return tuple(curve), at_most_wrong(curve, wish.wrong or 0.0)
