"""What a site has taught its desk, on its way in with a knowledge base: synonyms, calibration."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError

from index.bundle.bring_in import BroughtIn, Importer, Rules
from index.bundle.contents import damaged
from index.bundle.manifest import CALIBRATION
from index.bundle.reading import Bundle
from index.store.database import Database
from index.store.synonyms import Synonyms
from service.settings import Settings
from service.site_calibration import SiteCalibration, reader_identity
from service.synonyms.carried import SynonymsBroughtIn, bring_in_synonyms

Report = Callable[[int, int], None]


class Became(StrEnum):
    """What became of the calibration of an archive."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # the one here
    OTHER_READER = "other_reader"


@dataclass(frozen=True, slots=True)
class CarriedCalibration:
    """The calibration of an archive, what became of it, and the one that was here."""

    became: Became
    carried: SiteCalibration
    here: SiteCalibration | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an archive has changed; None for what it does not carry."""

    base: BroughtIn
    synonyms: SynonymsBroughtIn | None
    calibration: CarriedCalibration | None


def bring_in(
    bundle: Bundle, settings: Settings, rules: Rules, model: str | None, report: Report
) -> Imported:
    """Bring in a bundle that is checked; `model` names the one whose vectors fit here.

    Raises DamagedBundle and InvalidSiteCalibration, and then nothing has changed.
    """
    directory = settings.data_dir
    fitted, carried = _fitted(bundle), bundle.synonyms()
    SiteCalibration.read(directory)
    with closing(Database.open(directory)) as database:
        base = Importer(database, directory, rules, model).bring_in(bundle, report)
        synonyms = None
        if carried is not None:
            kept = Synonyms(database)
            synonyms = bring_in_synonyms(kept, carried, keep=rules.keep, mirror=rules.mirror)
    calibration = None
    if fitted is not None:
        reader = reader_identity(settings.reader)
        calibration = take_over(fitted, directory, reader, mirror=rules.mirror)
    return Imported(base, synonyms, calibration)


def take_over(
    carried: SiteCalibration, directory: Path, reader: str, *, mirror: bool
) -> CarriedCalibration:
    """Take a calibration over where none is lost by it.

    One that was fitted here stays, unless the carried one came of it; with `mirror` it makes
    room, and `wenju calibrate --undo` brings it back. One for another reader would say nothing.
    """
    here = SiteCalibration.read(directory)
    goes_on = here is None or carried.follows(here)
    if carried.reader != reader:
        became = Became.OTHER_READER
    elif here is not None and here.is_as(carried):
        became = Became.UNCHANGED
    elif goes_on or mirror:
        became = Became.TAKEN
        previous = carried.previous if goes_on else here
        carried.model_copy(update={"previous": previous}).write(directory)
    else:
        became = Became.KEPT
    return CarriedCalibration(became, carried, here)


def _fitted(bundle: Bundle) -> SiteCalibration | None:
    content = bundle.calibration()
    if content is None:
        return None
    try:
        return SiteCalibration.of(content)
    except ValidationError as error:
        raise damaged(CALIBRATION) from error
