"""The sibling test: reports of other places, years and bureaus indexed beside the report.

A question that names one of them must get that one's figure, never another's; a question that
names one that is not there must be refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from eval.datasets import Question
from eval.edit_test import refused
from eval.intervals import share_of
from eval.metrics import CONFIDENT
from eval.report import Measure, Section, Table, measures_numbers, measures_table
from eval.rewriting import Edition, Rewritten, Role, rewrite, unchanged
from eval.scoring import Judge, Judgement
from eval.variants import follow, in_chinese
from eval.workbench import Workbench, document_id_of, text_file
from index.fold import fold
from index.incoming import Incoming
from service.answering.answer import Answer

QUESTIONS_EACH = 20
LONGEST = 40  # a rambling caller names things his own way, a name before it all rings false


@dataclass(frozen=True, slots=True)
class Body:
    """Who reports: 鹤山 市 政务服务数据管理局, 鹤政数 before the number of its documents."""

    place: str
    level: str
    bureau: str
    number: str
    short: str = "政数局"

    @property
    def region(self) -> str:
        """Return the place with its level: 鹤山市."""
        return self.place + self.level

    def names(self, other: Body) -> dict[str, str]:
        """Return what each of this body's names becomes in the other's report."""
        return {
            self.region + self.bureau: other.region + other.bureau,
            self.level + self.bureau: other.level + other.bureau,
            self.region: other.region,
            self.place: other.place,
            self.number: other.number,
            f"我{self.level}": f"我{other.level}",
            f"全{self.level}": f"全{other.level}",
            self.short: other.short,
        }


REPORTING = Body("鹤山", "市", "政务服务数据管理局", "鹤政数")
REPORT_YEAR = 2022
_SERVICE = REPORTING.bureau
_NEIGHBOURS = (
    Body("台山", "市", _SERVICE, "台政数"),
    Body("开平", "市", _SERVICE, "开政数"),
    Body("恩平", "市", _SERVICE, "恩政数"),
    Body("新兴", "县", _SERVICE, "新政数"),
    Body("四会", "市", _SERVICE, "四政数"),
    Body("高明", "区", _SERVICE, "明政数"),
)
_BUREAUS = (
    Body("鹤山", "市", "教育局", "鹤教", "教育局"),
    Body("鹤山", "市", "自然资源局", "鹤自然资", "自然资源局"),
)
INDEXED = (
    *((body, 2022) for body in _NEIGHBOURS),
    *((REPORTING, year) for year in (2020, 2021, 2023)),
    *((body, 2022) for body in _BUREAUS),
    (_NEIGHBOURS[0], 2021),
    (_NEIGHBOURS[1], 2023),
)
ABSENT = (
    (Body("罗定", "市", _SERVICE, "罗政数"), 2022),
    (Body("阳春", "市", _SERVICE, "春政数"), 2022),
    (Body("蓬江", "区", _SERVICE, "蓬政数"), 2022),
    (Body("鹤山", "市", "农业农村局", "鹤农", "农业农村局"), 2022),
    (REPORTING, 2018),
    (REPORTING, 2019),
    (_NEIGHBOURS[2], 2021),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """A report made from the report: whose, of which year, and how it was made."""

    body: Body
    year: int
    rewritten: Rewritten

    @property
    def name(self) -> str:
        """Return who reports on which year."""
        return f"{self.body.region}{self.body.bureau}{self.year}"

    @property
    def file(self) -> Incoming:
        """Return the report as a file to be read."""
        return text_file(f"{self.name}年报告.txt", self.rewritten.text)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to one of the siblings and what became of it.

    `leaked`: a figure was given, and nothing cited is of the sibling that was asked about.
    """

    target: str
    present: bool
    judgement: Judgement
    leaked: bool


@dataclass(frozen=True, slots=True)
class Family:
    """Whose reports are indexed beside the report, whose are asked for and not there.

    Each is asked `questions_each` of the questions, chosen by a hash of the wording.
    """

    indexed: tuple[tuple[Body, int], ...] = INDEXED
    absent: tuple[tuple[Body, int], ...] = ABSENT
    questions_each: int = QUESTIONS_EACH


def run(
    report: Incoming,
    questions: Sequence[Question],
    workbench: Workbench,
    family: Family | None = None,
) -> Section:
    """Index siblings of the report, ask each its own questions, and the absent ones theirs."""
    family = family or Family()
    original = (REPORTING, REPORT_YEAR)
    present = [variant_of(report, body, year) for body, year in (original, *family.indexed)]
    missing = [variant_of(report, body, year) for body, year in family.absent]
    several = _named_more_than_once(present)
    asked: list[Asked] = []
    with workbench.desk([variant.file for variant in present]) as asking:
        judge = Judge(asking.text)
        for variant in workbench.progress([*present, *missing], "同类文件"):
            target = document_id_of(variant.file.content) if variant in present else None
            for question in questions_for(variant, questions, several, family.questions_each):
                answer, milliseconds = asking.ask(question.question)
                expected = question if target else refused(question)
                asked.append(
                    Asked(
                        variant.name,
                        target is not None,
                        judge(expected, answer, milliseconds),
                        leaks(answer, target),
                    )
                )
    return _section(asked)


def variant_of(report: Incoming, body: Body, year: int) -> Variant:
    """Return the report as that body would have made it for that year."""
    if (body, year) == (REPORTING, REPORT_YEAR):
        return Variant(body, year, unchanged(report.content.decode()))
    names = {old: new for old, new in REPORTING.names(body).items() if old != new}
    digest = hashlib.sha256(f"{body.region}{body.bureau}{year}".encode()).digest()
    seed = int.from_bytes(digest[:4], "big")
    edition = Edition(seed, REPORT_YEAR - year, names, kept=frozenset({Role.NAME}))
    return Variant(body, year, rewrite(report.content.decode(), edition))


def _named_more_than_once(variants: Iterable[Variant]) -> frozenset[str]:
    """Return the regions of which more than one body reports."""
    bodies = {(variant.body.region, variant.body.bureau) for variant in variants}
    regions = [region for region, _ in bodies]
    return frozenset(region for region in regions if regions.count(region) > 1)


def questions_for(
    variant: Variant, questions: Sequence[Question], several: frozenset[str], count: int
) -> Iterator[Question]:
    """Yield questions that name the variant, with the answers that are right for it."""
    followed = [
        found
        for question in in_chinese(questions)
        if len(question.question) <= LONGEST
        and (found := follow(question, variant.rewritten)) is not None
    ]
    followed.sort(key=lambda q: hashlib.sha256(f"{variant.name}{q.question}".encode()).hexdigest())
    for question in followed[:count]:
        yield Question(
            id=f"{question.id}@{variant.name}",
            question=_named(question.question, variant, several),
            kind=question.kind,
            outcome=("answered",),
            answers=question.answers,
            must_contain=question.must_contain,
            quote=question.quote,
        )


def _can_be_renamed(question: str) -> bool:
    """Say whether its names can be told: it is brief, and 鹤山 is not written 鶴山."""
    simplified = fold(question)
    return len(question) <= LONGEST and (REPORTING.place in simplified) == (
        REPORTING.place in question
    )


def _named(question: str, variant: Variant, several: frozenset[str]) -> str:
    """Return the question with place, bureau and year named where it names them not."""
    body, year = variant.body, str(variant.year)
    if body.number in question:  # 鹤政数〔2021〕29号 names its document
        return question
    other_bureau = body.region in several and body.bureau not in question
    prefix = body.region if body.place not in question or other_bureau else ""
    prefix += body.bureau if other_bureau or body.bureau != REPORTING.bureau else ""
    prefix += f"{year}年" if year not in question else ""
    return prefix + question


def leaks(answer: Answer, target: str | None) -> bool:
    """Say whether a figure is given and nothing of the target is cited for it."""
    return answer.answer is not None and all(
        citation.document_id != target for citation in answer.citations
    )


def _section(asked: Sequence[Asked]) -> Section:
    there = [a.judgement for a in asked if a.present]
    missing = [a.judgement for a in asked if not a.present]
    measures = [
        Measure("right", "点名在库：答对", share_of(j.right for j in there)),
        Measure("answered", "点名在库：给出答案", share_of(j.value is not None for j in there)),
        Measure("absent_refused", "点名不在库：拒答", share_of(j.right for j in missing)),
        Measure("leaked", "张冠李戴（应不超过 2%）", share_of(a.leaked for a in asked)),
        Measure(
            "confidently_leaked",
            f"张冠李戴且置信度高于 {CONFIDENT}（应为 0）",
            share_of(a.leaked and a.judgement.confidence > CONFIDENT for a in asked),
        ),
        Measure(
            "confidently_misleads",
            f"误导且置信度高于 {CONFIDENT}",
            share_of(j.wrong and j.confidence > CONFIDENT for j in (*there, *missing)),
        ),
    ]
    names = list(dict.fromkeys(a.target for a in asked))
    each = [
        (
            name,
            str(len(of)),
            str(sum(a.judgement.right for a in of)),
            str(sum(a.leaked for a in of)),
        )
        for name in names
        if (of := [a for a in asked if a.target == name])
    ]
    return Section(
        "siblings",
        "同类文件测试",
        notes=("把报告改写成其他地方、年份和部门的报告（数各不相同）一并入库，点名提问。",),
        tables=(
            measures_table("同类文件测试", measures),
            Table("按文件", ("文件", "题数", "答对", "张冠李戴"), tuple(each)),
        ),
        numbers=measures_numbers(measures),
        results=tuple(asdict(a) for a in asked),
    )
