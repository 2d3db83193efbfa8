"""A site fits its confidences to what people said of its answers, and takes it back."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.knowledge_base import KnowledgeBase
from index.store.feedback import Answered, KeptEvidence
from service.answering.confidence import Calibration, features, probability
from service.answering.reading.reader import Evidence
from service.calibrating import Wish, calibrate_site
from service.cli.application import main
from service.desk import Channel, Desk, Verdict
from service.recalibration import TooFewQuestions, TooFewVerdicts
from service.settings import Settings
from service.site_calibration import FILE_NAME, SiteCalibration, undo
from tests.service.conftest import MEASURES

NOON = datetime(2026, 1, 31, 12, tzinfo=SHANGHAI)
QUESTION = "热线受理人员应当在接到来电后多少秒内应答？"


def evidence(strength: float) -> Evidence:
    """Return evidence from weak, 0, to strong, 1."""
    return Evidence(
        share=strength,
        lacking=0.6 * (1 - strength),
        fit=strength,
        words=strength,
        vectors=strength,
        margin=0.3 * strength,
    )


def site(directory: Path, answers: int, *, right: Callable[[int, float], bool]) -> Settings:
    """Make a data directory whose answers were judged; return its settings."""
    with KnowledgeBase.open(directory, None, follow=False) as base:
        for number in range(answers):
            shown = evidence((number % 20) / 20)
            kept = KeptEvidence("value", "rules", features(shown))
            sure = Calibration.bundled().of_value(shown)
            base.answers.record([given(number, sure, kept)])
            verdict = Verdict.USEFUL if right(number, sure) else Verdict.WRONG
            base.feedback.add(str(number), verdict, "", "web")
    return Settings(data_dir=directory, reader="rules")


def given(number: int, sure: float, kept: KeptEvidence | None) -> Answered:
    at = NOON + timedelta(minutes=number)
    question = f"第{number}个问题？"
    return Answered(str(number), question, "answered", "56 个", sure, (), "web", 1, at, kept)


def less_often(number: int, sure: float) -> bool:
    """Say, of answers given in turn, which are right where half as many are as promised."""
    return _draw(number) < sure / 2


def _draw(number: int) -> float:
    return random.Random(number).random()  # noqa: S311  no secret


def test_a_desk_too_sure_of_itself_is_made_less_sure(tmp_path: Path) -> None:
    settings = site(tmp_path, 400, right=less_often)
    done = calibrate_site(settings, Wish(), dry_run=False)
    (refit,) = done.refits
    assert refit.verdicts == 400
    assert refit.helps
    assert done.written is not None
    corrected = done.written.applied_to(Calibration.bundled())
    strengths = [(number % 20) / 20 for number in range(400)]
    sure = [corrected.of_value(evidence(strength)) for strength in strengths]
    assert sum(sure) == pytest.approx(refit.right, abs=0.03 * 400)
    assert corrected.of_value(evidence(0.9)) < Calibration.bundled().of_value(evidence(0.9)) - 0.2


def test_looking_changes_nothing(tmp_path: Path) -> None:
    settings = site(tmp_path, 400, right=less_often)
    done = calibrate_site(settings, Wish(), dry_run=True)
    assert done.refits[0].helps
    assert done.written is None
    assert not (tmp_path / FILE_NAME).exists()


def test_a_desk_that_is_right_as_often_as_it_says_stays_as_it_is(tmp_path: Path) -> None:
    settings = site(tmp_path, 400, right=lambda n, sure: _draw(n) < sure)
    done = calibrate_site(settings, Wish(), dry_run=False)
    if done.written is not None:
        found = done.written.corrections["value"]
        assert abs(found.shift) < 0.3
        assert found.scale == pytest.approx(1, abs=0.25)


def test_too_few_verdicts_leave_everything_as_it_is(tmp_path: Path) -> None:
    settings = site(tmp_path, 10, right=less_often)
    with pytest.raises(TooFewVerdicts, match="10 条"):
        calibrate_site(settings, Wish(), dry_run=False)
    assert not (tmp_path / FILE_NAME).exists()


def test_verdicts_on_answers_whose_evidence_was_not_kept_do_not_count(tmp_path: Path) -> None:
    settings = site(tmp_path, 10, right=less_often)
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        for number in range(100, 200):
            base.answers.record([given(number, 0.9, None)])
            base.feedback.add(str(number), Verdict.WRONG, "", "web")
    with pytest.raises(TooFewVerdicts, match="10 条"):
        calibrate_site(settings, Wish(), dry_run=False)


def test_what_another_reader_answered_does_not_count(tmp_path: Path) -> None:
    settings = site(tmp_path, 400, right=less_often)
    with pytest.raises(TooFewVerdicts):
        calibrate_site(settings.model_copy(update={"reader": "trained"}), Wish(), dry_run=False)


def test_the_last_word_on_an_answer_counts(tmp_path: Path) -> None:
    settings = site(tmp_path, 60, right=lambda number, _: number % 2 == 0)
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        for number in range(60):
            base.feedback.add(str(number), Verdict.USEFUL, "", "web")
    with pytest.raises(TooFewVerdicts, match="纠错 0"):
        calibrate_site(settings, Wish(), dry_run=False)


def test_a_threshold_is_chosen_for_a_trade_off_and_kept_by_a_later_refit(tmp_path: Path) -> None:
    settings = site(tmp_path, 400, right=less_often)
    done = calibrate_site(settings, Wish(wrong=0.4), dry_run=False)
    assert done.chosen is not None
    assert done.chosen.expected_wrong <= 0.4
    kept = SiteCalibration.read(tmp_path)
    assert kept is not None
    assert kept.threshold == done.chosen.threshold
    covering = calibrate_site(settings, Wish(coverage=0.7), dry_run=False).chosen
    assert covering is not None
    assert covering.shown >= 0.7


def test_a_threshold_can_be_chosen_before_there_are_verdicts(tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        for number in range(80):
            shown = evidence((number % 20) / 20)
            kept = KeptEvidence("value", "rules", features(shown))
            base.answers.record([given(number, 0.5, kept)])
    settings = Settings(data_dir=tmp_path, reader="rules")
    done = calibrate_site(settings, Wish(coverage=0.5), dry_run=False)
    assert done.refits == ()
    assert done.missing is not None
    assert done.written is not None
    assert done.written.corrections == {}
    with pytest.raises(TooFewQuestions):
        calibrate_site(
            Settings(data_dir=tmp_path / "empty", reader="rules"), Wish(coverage=0.5), dry_run=True
        )


@pytest.fixture
def serving(own_desk: Desk, work: Callable[[], None]) -> Desk:
    own_desk.knowledge_base.submit(MEASURES.encode(), "热线管理办法.txt", None)
    work()
    settings = own_desk.settings.model_copy(update={"reader": "rules"})
    return Desk(settings, own_desk.knowledge_base)


def test_what_an_answer_was_weighed_by_is_kept_and_gives_its_confidence(serving: Desk) -> None:
    answer = serving.ask(QUESTION, channel=Channel.WEB)
    serving.knowledge_base.journal.close()
    kept = serving.knowledge_base.answers.get(answer.id)
    assert kept is not None
    assert kept.evidence is not None
    assert kept.evidence.reader == "rules"
    odds = Calibration.bundled().log_odds(kept.evidence.sort, kept.evidence.features)
    assert probability(odds) == pytest.approx(answer.confidence, abs=0.002)


def test_of_a_refusal_what_came_nearest_is_kept_and_of_a_fact_nothing(serving: Desk) -> None:
    settings = serving.settings.model_copy(update={"refusal_threshold": 1.0})
    refused = Desk(settings, serving.knowledge_base).ask(QUESTION, channel=Channel.WEB)
    fact = serving.ask("示例市政务服务热线管理办法什么时候施行？", channel=Channel.WEB)
    serving.knowledge_base.journal.close()
    answers = serving.knowledge_base.answers
    assert refused.refusal is not None
    assert fact.refusal is None
    assert (kept := answers.get(refused.id)) is not None
    assert kept.evidence is not None
    assert (kept := answers.get(fact.id)) is not None
    assert kept.evidence is None


def test_a_running_desk_takes_over_a_calibration_and_lets_it_go(serving: Desk) -> None:
    before = serving.ask(QUESTION, channel=Channel.WEB)
    assert before.refusal is None
    strict = SiteCalibration(made_at=NOON, reader="rules", threshold=1.0)
    strict.write(serving.settings.data_dir)
    assert serving.ask(QUESTION, channel=Channel.WEB).refusal is not None
    undo(serving.settings.data_dir)
    assert serving.ask(QUESTION, channel=Channel.WEB).confidence == before.confidence


def test_the_setting_outranks_what_was_chosen(serving: Desk) -> None:
    SiteCalibration(made_at=NOON, reader="rules", threshold=1.0).write(serving.settings.data_dir)
    settings = serving.settings.model_copy(update={"refusal_threshold": 0.0})
    assert Desk(settings, serving.knowledge_base).ask(QUESTION, channel=Channel.WEB).refusal is None


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("WENJU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WENJU_READER", "rules")

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["calibrate", *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def test_the_command_says_what_it_had_what_changes_and_how_to_take_it_back(
    tmp_path: Path, shell: Callable[..., tuple[int, str, str]]
) -> None:
    site(tmp_path, 400, right=less_often)
    status, out, _ = shell()
    assert status == 0
    assert "400 条反馈" in out
    assert "--undo" in out
    status, out, _ = shell("--at-most-wrong", "0.3", "--json")
    told = json.loads(out)
    assert told["calibration"]["threshold"] == told["chosen"]["threshold"]
    assert shell("--undo")[0] == 0
    assert "出厂" in shell("--undo")[1]
    status, _, err = shell("--undo")
    assert status == 1
    assert "invalid_site_calibration" in err


def test_the_command_refuses_what_it_cannot_do(
    tmp_path: Path, shell: Callable[..., tuple[int, str, str]]
) -> None:
    status, _, err = shell()
    assert status == 1
    assert "too_few_verdicts" in err
    assert shell("--at-most-wrong", "0.1", "--threshold-for-coverage", "0.5")[0] == 2
    assert shell("--undo", "--dry-run")[0] == 2
    assert shell("--at-most-wrong", "1.5")[0] == 2
    (tmp_path / FILE_NAME).write_text("{", "utf-8")
    status, _, err = shell()
    assert (status, "invalid_site_calibration" in err) == (1, True)


def test_a_calibration_of_another_reader_can_still_be_undone(tmp_path: Path) -> None:
    settings = site(tmp_path, 400, right=less_often)
    other = SiteCalibration(made_at=NOON, reader="another", threshold=0.9)
    other.write(tmp_path)
    done = calibrate_site(settings, Wish(), dry_run=False)
    assert done.written is not None
    assert done.written.threshold is None
    assert done.written.previous == other
