"""What is measured on is built as a site builds it, and kept only for the same files and model."""

from datetime import date
from pathlib import Path

import pytest

from eval.workbench import NotIndexed, Workbench, document_id_of, text_file

ALLOWANCE = text_file(
    "allowance.txt", "关于发放补贴的通知\n每人每月发放补贴300元。\n2020年5月1日\n"
)
HOUSING = text_file("housing.txt", "关于公租房的通知\n公租房每平方米租金12元。\n")


def test_a_question_is_answered_from_the_files_alone(workbench: Workbench) -> None:
    with workbench.desk([ALLOWANCE, HOUSING]) as asking:
        answer, milliseconds = asking.ask("公租房每平方米租金多少元？")
        assert milliseconds > 0
        assert "12" in (answer.answer or "")
        assert answer.citations[0].document_id == document_id_of(HOUSING.content)


def test_search_gives_passages_of_the_text(workbench: Workbench) -> None:
    with workbench.desk([ALLOWANCE, HOUSING]) as asking:
        found = asking.search("补贴多少元", 5)
        assert found[0].document_id == document_id_of(ALLOWANCE.content)
        assert found[0].text == found[0].span.of(asking.text(found[0].document_id))
        assert set(found) <= set(asking.passages())


def test_the_day_decides_what_is_in_force(workbench: Workbench) -> None:
    with workbench.desk([ALLOWANCE], as_of=date(2020, 3, 31)) as asking:
        assert asking.search("补贴多少元", 5) == []
        assert asking.ask("每人每月发放补贴多少元？")[0].answer is None
    with workbench.desk([ALLOWANCE], as_of=date(2020, 5, 2)) as asking:
        assert len(asking.search("补贴多少元", 5)) == 1
        assert asking.ask("每人每月发放补贴多少元？")[0].answer is not None


def test_a_kept_base_is_built_once_and_anew_for_other_files(
    workbench: Workbench, tmp_path: Path
) -> None:
    first = workbench.kept(tmp_path, "small", [ALLOWANCE])
    built = (first / "complete").stat().st_mtime_ns
    assert workbench.kept(tmp_path, "small", [ALLOWANCE]) == first
    assert (first / "complete").stat().st_mtime_ns == built
    edited = text_file(ALLOWANCE.source, ALLOWANCE.content.decode().replace("300", "400"))
    assert workbench.kept(tmp_path, "small", [edited]) != first
    second = workbench.kept(tmp_path, "small", [ALLOWANCE, HOUSING])
    assert second != first
    assert not first.exists()
    with workbench.open(second) as asking:
        assert {passage.document_id for passage in asking.passages()} == {
            document_id_of(ALLOWANCE.content),
            document_id_of(HOUSING.content),
        }


def test_a_file_that_cannot_be_read_stops_the_evaluation(workbench: Workbench) -> None:
    with (
        pytest.raises(NotIndexed, match=r"empty\.txt"),
        workbench.desk([ALLOWANCE, text_file("empty.txt", "")]),
    ):
        pass
