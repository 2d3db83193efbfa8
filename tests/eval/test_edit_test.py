"""The report is edited, and the answers follow. In small; `wenju eval edit` does it in full."""

import pytest

from eval import edit_test
from eval.workbench import Workbench
from tests.eval.report_questions import QUESTIONS, REPORT


@pytest.fixture
def results(workbench: Workbench) -> list[dict[str, object]]:
    section = edit_test.run(REPORT, QUESTIONS, workbench, seeds=[4])
    return [dict(result) for result in section.results]


def test_every_answer_follows_its_figure_and_goes_with_its_sentence(
    results: list[dict[str, object]],
) -> None:
    changed = [r for r in results if r["edit"] == "numbers-4"]
    removed = [r for r in results if r["edit"] == "sentence"]
    assert len(changed) == len(QUESTIONS)
    assert len(removed) == len(QUESTIONS)
    assert not [r for r in results if not r["judgement"]["right"]]
    assert not any(r["stale"] for r in results)
    assert all(r["before"] for r in results)


def test_a_desk_that_clings_to_the_old_figure_is_caught(workbench: Workbench) -> None:
    """Index the report unchanged where the edited one should be."""

    class Unmoved(Workbench):
        def desk(self, files, as_of=None):
            return super().desk([REPORT for _ in files], as_of)

    section = edit_test.run(REPORT, QUESTIONS[:3], Unmoved(workbench.embedder), seeds=[4])
    changed = [r for r in section.results if r["edit"] == "numbers-4"]
    assert changed
    assert all(r["stale"] for r in changed)
    assert not any(r["judgement"]["right"] for r in section.results)
