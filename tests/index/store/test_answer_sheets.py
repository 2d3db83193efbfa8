from datetime import datetime

import pytest

from index.answer_sheets.sheet import AnswerRow, AnswerSheet
from index.document import SHANGHAI
from index.store.answer_sheets import SheetReport, SheetReports, bring_in
from index.store.curated import CuratedAnswers, Draft, Origin
from index.store.database import Database
from index.store.gaps import Gaps, Miss

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=SHANGHAI)
HOURS = AnswerRow("表", 2, "几点开门？", "九点。", wordings=("开门时间",))
FEES = AnswerRow("表", 3, "收费吗？", "不收。")


@pytest.fixture
def curated(database: Database) -> CuratedAnswers:
    return CuratedAnswers(database)


def bring(
    database: Database, *rows: AnswerRow, source: str = "知识库.xlsx", withdraws: bool = False
) -> SheetReport:
    with database.writing() as connection:
        bring_in(connection, "job", source, AnswerSheet(rows), withdraws=withdraws)
    report = SheetReports(database).of_job("job")
    assert report is not None
    return report


def figures(report: SheetReport) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


def asked(curated: CuratedAnswers, question: str) -> list[str]:
    return [one.draft.answer for one in curated.find(question, NOW)]


def test_rows_come_in_with_where_they_came_from(
    database: Database, curated: CuratedAnswers
) -> None:
    assert figures(bring(database, HOURS, FEES)) == (2, 0, 0)
    [kept] = curated.find("开门时间", NOW)
    assert kept.draft.wordings == ("开门时间",)
    assert kept.origin == Origin("知识库.xlsx", "表", 2)


def test_the_same_file_again_changes_nothing(database: Database, curated: CuratedAnswers) -> None:
    bring(database, HOURS, FEES)
    before = curated.all()
    assert figures(bring(database, HOURS, FEES)) == (0, 0, 2)
    assert curated.all() == before


def test_a_new_version_changes_what_differs_and_doubles_nothing(
    database: Database, curated: CuratedAnswers
) -> None:
    bring(database, HOURS, FEES)
    later = AnswerRow("表", 9, "几点开门", "八点半。", wordings=("几时开门",))
    moved = AnswerRow("表", 4, "收费吗？", "不收。")
    assert figures(bring(database, later, moved)) == (0, 1, 1)
    assert asked(curated, "几时开门") == ["八点半。"]
    assert asked(curated, "开门时间") == []
    rows = {one.draft.answer: one.origin.row for one in curated.all() if one.origin}
    assert rows == {"八点半。": 9, "不收。": 4}


def test_a_row_that_left_the_file_is_told_and_taken_away_when_asked(
    database: Database, curated: CuratedAnswers
) -> None:
    bring(database, HOURS, FEES)
    report = bring(database, HOURS)
    assert [(one.row, one.question) for one in report.gone] == [(3, "收费吗？")]
    assert asked(curated, "收费吗") == ["不收。"]
    assert bring(database, HOURS, withdraws=True).withdrawn == 1
    assert asked(curated, "收费吗") == []
    assert asked(curated, "开门时间") == ["九点。"]


def test_another_file_takes_nothing_from_the_first(
    database: Database, curated: CuratedAnswers
) -> None:
    bring(database, HOURS)
    report = bring(database, FEES, source="另一个.xlsx", withdraws=True)
    assert report.gone == ()
    assert asked(curated, "几点开门") == ["九点。"]


def test_what_somebody_else_answers_otherwise_is_refused(
    database: Database, curated: CuratedAnswers
) -> None:
    curated.add(Draft("几点开门", "十点。"))
    bring(database, FEES, source="收费.xlsx")
    report = bring(database, HOURS, AnswerRow("表", 3, "收费吗？", "收十元。"))
    assert figures(report) == (0, 0, 0)
    assert [(one.row, one.code) for one in report.remarks] == [
        (2, "answered_elsewhere"),
        (3, "answered_elsewhere"),
    ]
    assert "人工录入" in report.remarks[0].message
    assert "收费.xlsx" in report.remarks[1].message
    assert asked(curated, "几点开门") == ["十点。"]


def test_what_was_written_at_the_desk_comes_before_a_spreadsheet(
    database: Database, curated: CuratedAnswers
) -> None:
    bring(database, HOURS)
    curated.add(Draft("几点开门", "今天十点。"))
    changed = AnswerRow("表", 2, "几点开门？", "九点一刻。")
    bring(database, changed)
    assert asked(curated, "几点开门") == ["今天十点。"]


def test_a_notice_ends_to_the_minute_in_shanghai(
    database: Database, curated: CuratedAnswers
) -> None:
    until = datetime.fromisoformat("2026-07-01T18:00")
    bring(database, AnswerRow("表", 2, "停水吗？", "停。", valid_until=until))
    before, after = (datetime.fromisoformat(f"2026-07-01T{t}:00Z") for t in ("09:59", "10:00"))
    assert curated.find("停水吗", before)
    assert not curated.find("停水吗", after)


def test_answers_close_the_gaps_that_ask_the_same_and_open_them_again(
    database: Database,
) -> None:
    gaps = Gaps(database)
    gaps.record([Miss("开门时间?", "no_basis", "web"), Miss("停车吗", "no_basis", "web")])
    bring(database, HOURS, FEES)
    assert [gap.question for gap in gaps.open()] == ["停车吗"]
    bring(database, FEES, withdraws=True)
    assert len(gaps.open()) == 2


def test_a_preview_says_the_same_and_changes_nothing(
    database: Database, curated: CuratedAnswers
) -> None:
    bring(database, HOURS)
    preview = SheetReports(database).preview("知识库.xlsx", AnswerSheet((FEES,)))
    assert figures(preview) == (1, 0, 0)
    assert [one.question for one in preview.gone] == ["几点开门？"]
    assert len(curated.all()) == 1
