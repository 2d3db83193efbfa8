from collections.abc import Sequence
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from index.agencies import SITE_FILE
from index.completion import complete
from index.document import Filter, Metadata, Status
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.catalogue import Catalogue
from index.store.database import Database
from index.store.tables import NamedTextRow
from index.succession import Question
from index.worker import Worker

TEXT = """示例市共享单车管理办法

（{passed}示例市人民政府令第{serial}号公布{more}）

第一条　为了规范共享单车，制定本办法。

第二条　每辆单车的押金不超过{deposit}元。

第三条　本办法自{effective}起施行。{ends}
"""


def rules(
    passed: str,
    deposit: int,
    *,
    effective: str | None = None,
    serial: int = 8,
    more: str = "",
    ends: str = "",
) -> str:
    return TEXT.format(
        passed=passed,
        deposit=deposit,
        effective=effective or passed,
        serial=serial,
        more=more,
        ends=ends,
    )


FIRST = rules("2012年3月1日", 300)
SECOND = rules("2018年5月1日", 200, effective="2018年7月1日", serial=21)
THIRD = rules("2024年1月5日", 100, effective="2024年3月1日", serial=40)
REPEALING = """示例市公共交通条例

（2025年1月10日示例市人民代表大会常务委员会通过　自2025年5月1日起施行）

第一条　为了发展公共交通，制定本条例。

第二条　公交票价为2元。

第三条　本条例自2025年5月1日起施行。2024年1月5日市人民政府公布的《示例市共享单车管理办法》同时废止。
"""


def add(directory: Path, texts: Sequence[str], known: Metadata | None = None) -> list[str]:
    with KnowledgeBase.open(directory, None, follow=False) as base:
        jobs = [base.submit(text.encode(), f"{hash(text)}.txt", known).id for text in texts]
    done = {job.id: job for job in complete(Worker(directory, DemoEmbedder), jobs)}
    return [str(done[job].document_id) for job in jobs]


def open_base(directory: Path) -> KnowledgeBase:
    return KnowledgeBase.open(directory, DemoEmbedder(), follow=False)


def ends(directory: Path, document_id: str) -> tuple[date | None, Status | None]:
    with open_base(directory) as base:
        metadata = base.document(document_id).metadata
    return metadata.ended_on, metadata.ended_by


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_versions_end_each_other_in_whatever_order_they_come(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    texts = (FIRST, SECOND, THIRD)
    ids = {place: add(tmp_path, [texts[place]])[0] for place in order}
    assert ends(tmp_path, ids[0]) == (date(2018, 7, 1), Status.AMENDED)
    assert ends(tmp_path, ids[1]) == (date(2024, 3, 1), Status.AMENDED)
    assert ends(tmp_path, ids[2]) == (None, None)
    with open_base(tmp_path) as base:
        lineage = base.lineage(ids[1])
        assert [version.document_id for version in lineage.versions] == [ids[0], ids[1], ids[2]]
        assert lineage.ended_by is not None
        assert lineage.ended_by.by == ids[2]
        assert lineage.ended_by.said.of(base.document(ids[2]).text) == "示例市共享单车管理办法"
        assert [ended.document_id for ended in lineage.ended] == [ids[0]]


def test_versions_that_come_together_end_each_other_too(tmp_path: Path) -> None:
    first, second, third = add(tmp_path, [FIRST, SECOND, THIRD])
    assert ends(tmp_path, first) == (date(2018, 7, 1), Status.AMENDED)
    assert ends(tmp_path, second) == (date(2024, 3, 1), Status.AMENDED)
    assert ends(tmp_path, third) == (None, None)


@pytest.mark.parametrize(
    ("day", "deposit"),
    [
        (date(2012, 3, 1), "300"),
        (date(2018, 6, 30), "300"),
        (date(2018, 7, 1), "200"),
        (date(2024, 2, 29), "200"),
        (date(2024, 3, 1), "100"),
    ],
)
def test_what_is_found_is_what_held_on_the_day(tmp_path: Path, day: date, deposit: str) -> None:
    add(tmp_path, [SECOND, THIRD, FIRST])
    with open_base(tmp_path) as base:
        hits = base.retrieve("单车押金不超过多少元", Filter(day), 9)
        found = [hit.chunk.span.of(base.document(hit.chunk.document_id).text) for hit in hits]
    assert [text for text in found if "押金" in text] == [
        text for text in found if f"押金不超过{deposit}元" in text
    ]
    assert any(f"押金不超过{deposit}元" in text for text in found)


def test_a_text_repealed_in_words_ends_on_that_day_and_both_say_so(tmp_path: Path) -> None:
    [repealing] = add(tmp_path, [REPEALING])
    [third] = add(tmp_path, [THIRD])  # what is repealed comes later
    assert ends(tmp_path, third) == (date(2025, 5, 1), Status.REPEALED)
    with open_base(tmp_path) as base:
        metadata = base.document(third).metadata
        assert metadata.replaced_by == ("示例市公共交通条例",)
        [ended] = base.lineage(repealing).ended
        assert ended.document_id == third
        said = ended.said.of(base.document(repealing).text)
        assert said.endswith("《示例市共享单车管理办法》同时废止")


def test_the_job_says_what_it_ended(tmp_path: Path) -> None:
    [first] = add(tmp_path, [FIRST])
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        job = base.submit(SECOND.encode(), "新.txt").id
    complete(Worker(tmp_path, DemoEmbedder), [job])
    with open_base(tmp_path) as base:
        [ended] = base.job(job).endings
    assert (ended.document_id, ended.on, ended.how) == (first, date(2018, 7, 1), Status.AMENDED)


def test_what_a_removed_text_had_ended_holds_again(tmp_path: Path) -> None:
    first, second, third = add(tmp_path, [FIRST, SECOND, THIRD])
    with open_base(tmp_path) as base:
        base.remove(second)
        assert base.document(first).metadata.ended_on == date(2024, 3, 1)
        base.remove(third)
        metadata = base.document(first).metadata
        assert (metadata.ended_on, metadata.ended_by, metadata.replaced_by) == (None, None, ())


def test_a_corrected_day_or_title_is_taken_over(tmp_path: Path) -> None:
    first, second = add(tmp_path, [FIRST, SECOND])
    with open_base(tmp_path) as base:
        base.edit(second, {"effective_on": "2019-01-01"})
        assert base.document(first).metadata.ended_on == date(2019, 1, 1)
        base.edit(first, {"issued_on": "2018-08-01", "effective_on": "2018-08-01"})
        assert base.document(first).metadata.ended_on == date(2019, 1, 1)
        base.edit(second, {"title": "示例市共享汽车管理办法"})
        assert base.document(first).metadata.ended_on is None


def test_a_person_may_undo_an_ending_and_no_later_text_brings_it_back(tmp_path: Path) -> None:
    first, second = add(tmp_path, [FIRST, SECOND])
    with open_base(tmp_path) as base:
        base.edit(first, {"ended_on": None, "ended_by": None})
        metadata = base.document(first).metadata
        assert (metadata.ended_on, metadata.ended_by, metadata.replaced_by) == (None, None, ())
        assert base.lineage(second).ended == ()
    add(tmp_path, [THIRD])
    assert ends(tmp_path, first) == (None, None)
    assert ends(tmp_path, second) == (date(2024, 3, 1), Status.AMENDED)


def test_what_was_known_when_it_came_in_is_not_touched(tmp_path: Path) -> None:
    known = Metadata("", ended_on=date(2015, 1, 1), ended_by=Status.REPEALED)
    [first] = add(tmp_path, [FIRST], known)
    add(tmp_path, [SECOND])
    assert ends(tmp_path, first) == (date(2015, 1, 1), Status.REPEALED)


def test_the_same_title_of_another_place_ends_nothing(tmp_path: Path) -> None:
    elsewhere = FIRST.replace("示例市", "样板市").replace("样板市共享", "示例市共享")
    [first] = add(tmp_path, [elsewhere])
    add(tmp_path, [SECOND])
    assert ends(tmp_path, first) == (None, None)


def test_the_same_words_in_another_file_are_no_new_version(tmp_path: Path) -> None:
    [first] = add(tmp_path, [FIRST])
    add(tmp_path, [FIRST + "\n\n"], Metadata("", issued_on=date(2013, 1, 1)))
    assert ends(tmp_path, first) == (None, None)


def test_two_notices_of_the_same_title_both_hold(tmp_path: Path) -> None:
    notice = (
        "关于做好春节值班工作的通知\n\n各科室：\n\n值班电话为{}。\n\n示例市民政局\n\n{}年1月3日\n"
    )
    old, _ = add(tmp_path, [notice.format("111", 2023), notice.format("222", 2024)])
    assert ends(tmp_path, old) == (None, None)


@pytest.mark.parametrize(
    "title",
    ["示例市关于修改《养犬办法》的决定", "示例章程修正案（{}年）", "{}年示例市政府工作报告"],
)
def test_decisions_amendments_and_reports_do_not_end_each_other(tmp_path: Path, title: str) -> None:
    text = "{}\n\n将第一条修改为第{}种写法。\n\n示例市人民政府\n\n{}年1月3日\n"
    texts = [text.format(title.format(year), year, year) for year in (2019, 2024)]
    for one in add(tmp_path, texts):
        assert ends(tmp_path, one) == (None, None)


def test_a_title_marked_as_revised_takes_the_place_of_any_text(tmp_path: Path) -> None:
    text = "示例市防汛应急工作意见{}\n\n值班{}人。\n\n示例市人民政府\n\n{}年1月3日\n"
    old, _ = add(tmp_path, [text.format("", 2, 2019), text.format("（2024年修订）", 3, 2024)])
    assert ends(tmp_path, old) == (date(2024, 1, 3), Status.AMENDED)


def test_a_text_without_a_day_is_asked_about_and_not_ended(tmp_path: Path) -> None:
    undated = (
        "示例市共享单车管理办法\n\n第一条　押金由企业定。\n\n第二条　本办法自公布之日起施行。\n"
    )
    [old] = add(tmp_path, [undated])
    add(tmp_path, [SECOND])
    assert ends(tmp_path, old) == (None, None)
    with open_base(tmp_path) as base:
        [asked] = base.lineage(old).questions
    assert asked.question is Question.DAYS_UNKNOWN


def test_a_decision_to_amend_does_not_end_the_text_but_is_asked_about(tmp_path: Path) -> None:
    decision = (
        "示例市人民政府关于修改《示例市共享单车管理办法》的决定\n\n"
        "将第二条修改为：“押金不超过150元”。\n\n本决定自2015年2月1日起施行。\n\n"
        "示例市人民政府\n\n2015年1月4日\n"
    )
    first, _ = add(tmp_path, [FIRST, decision])
    assert ends(tmp_path, first) == (None, None)
    with open_base(tmp_path) as base:
        assert [one.question for one in base.lineage(first).questions] == [Question.AMENDED]


def test_documents_of_an_older_catalogue_are_settled_by_the_worker(tmp_path: Path) -> None:
    first, second = add(tmp_path, [FIRST, SECOND])
    database = Database.open(tmp_path)
    with database.writing() as connection:  # as it was before names were kept
        connection.exec_driver_sql("DELETE FROM named_texts")
        connection.exec_driver_sql("DELETE FROM endings")
        connection.exec_driver_sql(
            "UPDATE documents SET ended_on = NULL, ended_by = NULL, replaced_by = '[]'"
        )
    Worker(tmp_path, DemoEmbedder).run_until_idle()
    assert Catalogue(database).document(first).metadata.ended_on == date(2018, 7, 1)
    with database.reading() as connection:
        assert connection.execute(NamedTextRow.__table__.select()).first() is not None
    database.close()
    assert ends(tmp_path, second) == (None, None)


MINISTRY = """停车设备安全管理办法

（{day}{issuer}令第{serial}号公布）

第一条　为了停车设备安全，制定本办法。

第二条　每{months}个月检查一次。

第三条　本办法自公布之日起施行。
"""


@pytest.mark.parametrize(
    ("earlier", "later", "ended"),
    [
        ("卫生部", "国家卫生健康委员会", True),
        ("建设部", "住房和城乡建设部", True),
        ("建设部", "农业农村部", False),
        ("国家卫生健康委员会", "卫生部", False),  # no agency becomes again what it was
    ],
)
def test_a_renamed_ministry_speaks_for_its_former_self(
    tmp_path: Path, earlier: str, later: str, ended: bool
) -> None:
    texts = [
        MINISTRY.format(day="2006年3月1日", issuer=earlier, serial=4, months=6),
        MINISTRY.format(day="2020年5月1日", issuer=later, serial=9, months=3),
    ]
    old, _ = add(tmp_path, texts)
    assert ends(tmp_path, old) == ((date(2020, 5, 1), Status.AMENDED) if ended else (None, None))


def test_a_sites_own_table_of_agencies_counts(tmp_path: Path) -> None:
    (tmp_path / SITE_FILE).write_text(
        '[[changes]]\nsince = 2019\nformer = ["示例市行政服务中心"]\nnow = "示例市政务数据局"\n',
        "utf-8",
    )
    text = "示例市窗口服务管理办法\n\n第一条　窗口{}点开门。\n\n{}\n\n{}年1月3日\n"
    old, _ = add(
        tmp_path,
        [text.format("9", "示例市行政服务中心", 2015), text.format("8", "示例市政务数据局", 2021)],
    )
    assert ends(tmp_path, old) == (date(2021, 1, 3), Status.AMENDED)
