"""A site's calibration is kept, followed by what serves, and undone."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from index.document import SHANGHAI
from service.answering.confidence import Calibration, Correction
from service.checks import Grade, examine
from service.settings import Settings
from service.site_calibration import (
    FILE_NAME,
    FittedCorrection,
    FollowedCalibration,
    InvalidSiteCalibration,
    SiteCalibration,
    reader_identity,
    undo,
)

SHIPPED = Calibration({"bias": 1.0}, {}, 0.4, 0.4)
SITE = SiteCalibration(
    made_at=datetime(2026, 1, 31, tzinfo=SHANGHAI),
    reader="rules",
    corrections={"value": FittedCorrection(shift=-1.0, scale=0.5)},
    threshold=0.6,
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert SiteCalibration.read(tmp_path) is None
    SITE.write(tmp_path)
    assert SiteCalibration.read(tmp_path) == SITE


def test_a_desk_at_work_takes_over_what_is_written_and_what_is_undone(tmp_path: Path) -> None:
    current = FollowedCalibration(SHIPPED, tmp_path, "rules")
    assert current() is SHIPPED
    SITE.write(tmp_path)
    assert current().corrections == {"value": Correction(-1.0, 0.5)}
    assert (current().answer_threshold, current().passage_threshold) == (0.6, 0.6)
    assert current().corrected("value", 2.0) == pytest.approx(0.5)
    assert current().corrected("passage", 0.0) == pytest.approx(0.5)
    undo(tmp_path)
    assert current() is SHIPPED


def test_undoing_goes_back_one_step_at_a_time(tmp_path: Path) -> None:
    SITE.write(tmp_path)
    SITE.model_copy(update={"threshold": 0.7, "previous": SITE}).write(tmp_path)
    assert undo(tmp_path) == SITE
    assert SiteCalibration.read(tmp_path) == SITE
    assert undo(tmp_path) is None
    assert not (tmp_path / FILE_NAME).exists()
    with pytest.raises(InvalidSiteCalibration):
        undo(tmp_path)


def test_what_another_reader_was_fitted_on_is_left_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    SITE.write(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert FollowedCalibration(SHIPPED, tmp_path, "trained")() is SHIPPED
    assert "another reader" in caplog.text


def test_a_damaged_file_changes_nothing_and_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    SITE.write(tmp_path)
    current = FollowedCalibration(SHIPPED, tmp_path, "rules")
    before = current()
    replaced = tmp_path / "half"
    replaced.write_text('{"made_at"', "utf-8")
    replaced.replace(tmp_path / FILE_NAME)
    with caplog.at_level(logging.WARNING):
        assert current() is before
    assert "wenju calibrate" in caplog.text
    with pytest.raises(InvalidSiteCalibration):
        SiteCalibration.read(tmp_path)


def test_a_correction_keeps_the_order_of_confidences() -> None:
    with pytest.raises(ValueError, match="scale"):
        FittedCorrection(shift=0.0, scale=-1.0)


def test_readers_go_by_their_weights() -> None:
    assert reader_identity("rules") == "rules"
    assert reader_identity("trained").startswith("trained:")


def test_without_a_threshold_the_shipped_one_holds() -> None:
    plain = SITE.model_copy(update={"threshold": None})
    assert plain.applied_to(SHIPPED) == replace(
        SHIPPED, corrections={"value": Correction(-1.0, 0.5)}
    )


def test_the_doctor_tells_of_a_calibration_that_is_not_in_use(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, reader="rules", model="demo")

    def told() -> list[Grade]:
        return [one.grade for one in examine(settings) if one.check == "校准"]

    assert told() == []
    SITE.write(tmp_path)
    assert told() == [Grade.GOOD]
    SITE.model_copy(update={"reader": "another"}).write(tmp_path)
    assert told() == [Grade.WARNING]
    (tmp_path / FILE_NAME).write_text("{", "utf-8")
    assert told() == [Grade.WARNING]


def test_after_hundreds_of_calibrations_the_file_can_still_be_read(tmp_path: Path) -> None:
    current = SITE
    for number in range(300):
        current = SITE.model_copy(update={"verdicts": number, "previous": current})
        current.write(tmp_path)
        found = SiteCalibration.read(tmp_path)
        assert found is not None
        assert found.is_as(current)
        current = found
    earlier = undo(tmp_path)
    assert earlier is not None
    assert earlier.verdicts == 298
