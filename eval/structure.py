"""The structure of every law and policy, checked by counting: each exception with its file."""

from __future__ import annotations

import multiprocessing
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from eval.progress import Progress
from eval.public_documents import PublicDocument, Sort
from eval.report import Section, Table
from index.chunk import chunk
from index.coverage import check
from index.errors import WenjuError
from index.read import read_document
from index.soundness import Fault, flaws

UNREAD = "unread"
LOST = "lost"  # a character in no section or passage, or a passage that is not true
UNMARKED = "unmarked"  # the file prints more 第X条 at the head of a line than were read
NAMES = {
    UNREAD: "没有读入",
    LOST: "有字没有着落",
    UNMARKED: "行首的条没有认出",
    Fault.ARTICLE_GAP: "条号不连续",
    Fault.ARTICLE_REPEATED: "条号重复或倒退",
    Fault.CHAPTER_GAP: "编章节缺号",
    Fault.CHAPTER_REPEATED: "编章节重号",
    Fault.CHAPTER_EMPTY: "章节之下无条",
    Fault.MISPLACED: "条在章节之外",
    Fault.ITEM_GAP: "项目缺号",
    Fault.ARTICLE_EMPTY: "条无内容",
}
SORTS = {
    Sort.NATIONAL: "法律",
    Sort.STATE_COUNCIL: "行政法规",
    Sort.LOCAL: "地方性法规",
    Sort.DEPARTMENT: "部门规章",
    Sort.POLICY: "政策文件",
}
_PRINTED = re.compile(
    r"^[ \t\u3000#*]*第\s?[一二三四五六七八九十百千零〇]+\s?条(?:之[一二三四五六七八九十]+)?"
    r"(?=[ \u3000\t【*])",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Something that does not add up in a file: what, how often, and a sentence for the first."""

    kind: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of reading a file."""

    name: str
    sort: Sort
    articles: int
    exceptions: tuple[Exceptional, ...]


def run(documents: Sequence[PublicDocument], progress: Progress, workers: int = 1) -> Section:
    """Read every document and count what does not add up."""
    found: list[Examined] = []
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(workers, mp_context=context) as pool,
        progress.meter("结构") as meter,
    ):
        for examined in pool.map(examine, documents, chunksize=16):
            found.append(examined)
            meter(len(found), len(documents))
    return _section(found)


def examine(given: PublicDocument) -> Examined:
    """Read a document and name what does not add up; no failure escapes."""
    try:
        document = read_document(given.content, given.source)
    except WenjuError as error:
        return Examined(given.name, given.sort, 0, (Exceptional(UNREAD, 1, error.code),))
    except Exception as error:  # noqa: BLE001  a crash is what this looks for
        words = f"{type(error).__name__}（程序错误）"
        return Examined(given.name, given.sort, 0, (Exceptional(UNREAD, 1, words),))
    account = check(document, chunk(document))
    counted: Counter[str] = Counter()
    first: dict[str, str] = {}
    for flaw in flaws(document.text, document.root):
        counted[flaw.fault] += 1
        first.setdefault(flaw.fault, flaw.words)
    lost = [words for words in account.problems if words not in account.article_gaps]
    if lost:
        counted[LOST], first[LOST] = len(lost), lost[0]
    printed = len(_PRINTED.findall(given.content.decode()))
    if printed > account.articles:
        counted[UNMARKED] = printed - account.articles
    exceptions = (Exceptional(kind, count, first.get(kind, "")) for kind, count in counted.items())
    return Examined(given.name, given.sort, account.articles, tuple(exceptions))


def _section(found: Sequence[Examined]) -> Section:
    files = Counter(one.sort for one in found)
    articles = Counter[Sort]()
    for one in found:
        articles[one.sort] += one.articles
    kinds = {
        kind: Counter(
            one.sort for one in found if any(other.kind == kind for other in one.exceptions)
        )
        for kind in NAMES
    }
    rows = [
        ("文件", *(str(files[sort]) for sort in Sort), str(len(found))),
        ("条", *(str(articles[sort]) for sort in Sort), str(articles.total())),
        *(
            (name, *(str(kinds[kind][sort]) for sort in Sort), str(kinds[kind].total()))
            for kind, name in NAMES.items()
        ),
    ]
    listed = [
        (one.name, NAMES[exception.kind], str(exception.count), exception.words)
        for one in found
        for exception in one.exceptions
    ]
    return Section(
        "structure",
        "结构",
        notes=("每个格是有这种例外的文件数。例外按文件名逐一列出，只写编号，不引原文。",),
        tables=(
            Table("有例外的文件", ("", *SORTS.values(), "合计"), tuple(rows)),
            Table("例外", ("文件", "种类", "处", "第一处"), tuple(listed)),
        ),
        numbers={
            "files": len(found),
            "articles": articles.total(),
            "files_with": {str(kind): kinds[kind].total() for kind in NAMES},
        },
        results=tuple(
            {"file": one.name, "kind": exception.kind, "count": exception.count}
            for one in found
            for exception in one.exceptions
        ),
    )
