"""What a site has learnt about its confidences: kept as a file, followed by running servers."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import WenjuError
from index.store.files import reported, write_durably
from service.answering.confidence import Calibration, Correction
from service.answering.reading.trained_reader import WEIGHTS

FILE_NAME = "calibration.json"
Sort = Literal["value", "passage", "listing"]
_MOST_EARLIER = 50  # that can be gone back to; JSON nested deeper than 200 cannot be read
log = logging.getLogger(__name__)


class InvalidSiteCalibration(WenjuError):
    """The site's calibration cannot be read, or there is none to undo."""

    code: ClassVar[str] = "invalid_site_calibration"


class FittedCorrection(BaseModel):
    """A correction of fitted log-odds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift: float = Field(allow_inf_nan=False)
    scale: float = Field(gt=0, allow_inf_nan=False)


class SiteCalibration(BaseModel):
    """What `wenju calibrate` has found, and what held before it, so that it can be undone.

    It holds for the reader it was fitted on alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: datetime
    reader: str
    verdicts: int = 0
    corrections: dict[Sort, FittedCorrection] = {}
    threshold: float | None = Field(None, ge=0, le=1)
    previous: SiteCalibration | None = None

    @classmethod
    def read(cls, directory: Path) -> Self | None:
        """Return the site's calibration, None where it has none. Raises InvalidSiteCalibration."""
        try:
            return cls.of((directory / FILE_NAME).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise InvalidSiteCalibration(
                f"{directory / FILE_NAME} 读不了，校准没有用上。"
                "请用 wenju calibrate 重新校准，或删去这个文件，回到出厂校准。"
            ) from error

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Read a calibration as `content` writes it. Raises ValidationError."""
        return cls.model_validate_json(content)

    @property
    def content(self) -> bytes:
        """Write it down."""
        return (self.model_dump_json(indent=2) + "\n").encode()

    def write(self, directory: Path) -> None:
        """Make this the site's calibration; running servers take it over."""
        with reported(directory):
            write_durably(directory / FILE_NAME, self.with_latest(_MOST_EARLIER).content)

    def with_latest(self, count: int) -> SiteCalibration:
        """Return this with so many of those that held before."""
        if self.previous is None:
            return self
        earlier = self.previous.with_latest(count - 1) if count else None
        return self.model_copy(update={"previous": earlier})

    def is_as(self, other: SiteCalibration) -> bool:
        """Say whether both are the same one, whatever held before."""
        alone = {"previous": None}
        return self.model_copy(update=alone) == other.model_copy(update=alone)

    def follows(self, other: SiteCalibration) -> bool:
        """Say whether this is the other one, or can be undone to it."""
        one: SiteCalibration | None = self
        while one is not None and not one.is_as(other):
            one = one.previous
        return one is not None

    def applied_to(self, shipped: Calibration) -> Calibration:
        """Return the shipped calibration, corrected."""
        corrections: dict[str, Correction] = {
            sort: Correction(one.shift, one.scale) for sort, one in self.corrections.items()
        }
        corrected = replace(shipped, corrections=corrections)
        return corrected if self.threshold is None else corrected.at_threshold(self.threshold)


def undo(directory: Path) -> SiteCalibration | None:
    """Go back to what held before the last calibration; return it, None for the shipped one."""
    current = SiteCalibration.read(directory)
    if current is None:
        raise InvalidSiteCalibration("这个知识库没有自己的校准，用的就是出厂校准，无需撤销。")
    if current.previous is not None:
        current.previous.write(directory)
    else:
        with reported(directory):
            (directory / FILE_NAME).unlink()
    return current.previous


@cache
def reader_identity(reader: str) -> str:
    """Name who reads: the rules, or the trained model with its very weights."""
    if reader == "rules":
        return reader
    card = (WEIGHTS / "card.json").read_bytes()
    return f"{reader}:{hashlib.sha256(card).hexdigest()[:12]}"


class FollowedCalibration:
    """The shipped calibration with what the site has learnt, as its file is at the moment.

    Without a directory it stays as shipped.
    """

    def __init__(self, shipped: Calibration, directory: Path | None, reader: str) -> None:
        self._shipped = shipped
        self._directory = directory
        self._reader = reader_identity(reader)
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._current = shipped

    def __call__(self) -> Calibration:
        """Return the calibration; a file that cannot be read changes nothing."""
        stamp = self._stamped()
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                self._current = self._read()
            return self._current

    def _stamped(self) -> tuple[int, int] | None:
        if self._directory is None:
            return None
        try:
            found = (self._directory / FILE_NAME).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _read(self) -> Calibration:
        if self._directory is None:
            return self._shipped
        try:
            site = SiteCalibration.read(self._directory)
        except InvalidSiteCalibration as error:
            log.warning("%s", error.message)
            return self._current
        if site is None:
            return self._shipped
        if site.reader != self._reader:
            log.warning("the site's calibration was fitted on another reader and is left aside")
            return self._shipped
        return site.applied_to(self._shipped)
