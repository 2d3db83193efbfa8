"""`wenju eval`: measure the desk, print the numbers, and leave a report behind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import index
from eval import (
    edit_test,
    metadata,
    own_questions,
    policies,
    policy_answers,
    references,
    refusal_sets,
    refusals,
    report,
    sibling_test,
    statutes,
    structure,
)
from eval.datasets import (
    QUESTIONS,
    Half,
    Policies,
    Question,
    data_directory,
    evenly,
    load_ncp,
    load_questions,
    load_stard,
)
from eval.every_threshold import EveryThreshold
from eval.fitting import written
from eval.progress import Progress
from eval.public_documents import load_public_documents
from eval.report import Section
from eval.training.library import Library
from eval.vector_cache import CachedEmbedder
from eval.workbench import Asking, Workbench
from index.corpus import Laws, incoming
from index.document import Metadata
from index.embedding import load_embedder
from index.incoming import Incoming
from service.settings import EVALUATION_VARIABLE, load_configuration

CATALOGUE = Path(index.__file__).parents[1] / "corpus" / "catalogue.toml"
application = typer.Typer(
    help="评测：自有问题、编辑与同类文件测试、检索、NCP 问答。", no_args_is_help=True
)


class QuestionSet(StrEnum):
    """Which of our own sets."""

    DEVELOPMENT = "development"
    HELD_OUT = "held_out"


class Corpus(StrEnum):
    """Which external set to search."""

    NCP = "ncp"
    STARD = "stard"


class RefusalSet(StrEnum):
    """On which questions refusals are measured."""

    DEVELOPMENT = "development"
    WRITTEN = "written"
    NEAR_MISSES = "near-misses"
    NCP = "ncp"


Output = Annotated[Path, typer.Option("--output", help="评测报告写到哪个目录")]
Cache = Annotated[
    Path | None, typer.Option("--cache", help="向量与知识库缓存目录，默认 ~/.cache/wenju-eval")
]
Data = Annotated[
    Path | None, typer.Option("--data", help="外部评测数据目录，默认取 WENJU_EVAL_DATA")
]
AsJson = Annotated[bool, typer.Option("--json", help="把数字以 JSON 打到标准输出")]
PAGE_WIDTH = 160
DEFAULT_OUTPUT = Path("eval-report")


@application.command("questions", help="在项目自带的文件与法律上问自有问题集。")
def ask_questions(
    *,
    set_: Annotated[
        QuestionSet, typer.Option("--set", help="哪个问题集")
    ] = QuestionSet.DEVELOPMENT,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="held_out 也列出单题（会让它不再干净）")
    ] = False,
    output: Output = DEFAULT_OUTPUT,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Ask our own questions of what the project ships."""
    with _workbench(cache) as workbench:
        _deliver([_own_questions(workbench, set_, reveal=reveal)], output, as_json=as_json)


@application.command(
    "edit", help="编辑测试：改掉报告里每一个数，答案要跟着变；删掉依据，就要拒答。"
)
def measure_edits(
    *, output: Output = DEFAULT_OUTPUT, cache: Cache = None, as_json: AsJson = False
) -> None:
    """Change every figure of the report, then take sentences out."""
    with _workbench(cache) as workbench:
        _deliver([edit_test.run(_report(), _development(), workbench)], output, as_json=as_json)


@application.command(
    "siblings", help="同类文件测试：别的地方、年份、部门的报告一并入库，数不能张冠李戴。"
)
def measure_siblings(
    *, output: Output = DEFAULT_OUTPUT, cache: Cache = None, as_json: AsJson = False
) -> None:
    """Index reports of other places and years beside the report."""
    with _workbench(cache) as workbench:
        _deliver([sibling_test.run(_report(), _development(), workbench)], output, as_json=as_json)


@application.command("retrieval", help="在外部数据上测检索，与 BM25 逐题比较。")
def measure_retrieval(
    which: Annotated[list[Corpus] | None, typer.Argument(help="ncp、stard，不写则两者")] = None,
    *,
    data: Data = None,
    output: Output = DEFAULT_OUTPUT,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Search the external sets beside BM25."""
    directory = data_directory(data)
    with _workbench(cache) as workbench:
        chosen = which or list(Corpus)
        sections = (_retrieval(workbench, corpus, directory) for corpus in chosen)
        _deliver(sections, output, as_json=as_json)


@application.command("ncp-answers", help="在 NCP 上端到端问答：可答的要答对，不可答的要拒。")
def measure_policy_answers(
    *,
    half: Annotated[Half, typer.Option("--half", help="哪一半")] = Half.HELD_OUT,
    data: Data = None,
    output: Output = DEFAULT_OUTPUT,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Answer or refuse NCP questions end to end."""
    directory = data_directory(data)
    with _workbench(cache) as workbench:
        _deliver([_policy_answers(workbench, directory, half)], output, as_json=as_json)


@application.command(
    "refusals", help="诚实的拒答：每题在所有阈值上各问一遍，给出取舍曲线、区分度与校准。"
)
def measure_refusals(  # noqa: PLR0913  options, each by name
    which: Annotated[
        list[RefusalSet] | None,
        typer.Argument(help="development、written、near-misses、ncp，不写则全部"),
    ] = None,
    *,
    half: Annotated[Half, typer.Option("--half", help="外部与手写问题的哪一半")] = Half.HELD_OUT,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="每个集合至多问多少题，从头到尾均匀取")
    ] = None,
    data: Data = None,
    output: Output = DEFAULT_OUTPUT,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Put questions, answerable and not, at all thresholds."""
    with _workbench(cache) as workbench:
        sections = (
            _refusals(workbench, one, half, data, limit) for one in (which or list(RefusalSet))
        )
        _deliver(sections, output, as_json=as_json)


@application.command("structure", help="读全部法律和政策文件：条号、章节、项目逐一点数，列出例外。")
def check_structure(
    *,
    data: Data = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="同时读几份")] = 1,
    output: Output = DEFAULT_OUTPUT,
    as_json: AsJson = False,
) -> None:
    """Read every law and policy, and list what does not add up."""
    documents = load_public_documents(data_directory(data))
    section = structure.run(documents, Progress(shown=True), workers)
    _deliver([section], output, as_json=as_json)


@application.command("metadata", help="人工标注的 100 份：标题、文号、机关、日期等读得对不对。")
def measure_metadata(
    *, data: Data = None, output: Output = DEFAULT_OUTPUT, as_json: AsJson = False
) -> None:
    """Read the labelled documents, and count what is right field by field."""
    documents = load_public_documents(data_directory(data))
    section = metadata.run(metadata.load_labels(), documents, Progress(shown=True))
    _deliver([section], output, as_json=as_json)


@application.command(
    "references", help="人工标注的段落：引用的法条、文号、前款找得全不全、对不对。"
)
def measure_references(
    *, data: Data = None, output: Output = DEFAULT_OUTPUT, as_json: AsJson = False
) -> None:
    """Count the references of the labelled paragraphs: right, missed and too many."""
    documents = load_public_documents(data_directory(data))
    section = references.run(references.load_labels(), documents, Progress(shown=True))
    _deliver([section], output, as_json=as_json)


@application.command("all", help="依次运行全部评测；没有外部数据时跳过检索与 NCP。")
def measure_everything(
    *,
    data: Data = None,
    output: Output = DEFAULT_OUTPUT,
    cache: Cache = None,
    as_json: AsJson = False,
) -> None:
    """Run every evaluation; without external data, those that need none."""
    named = data is not None or EVALUATION_VARIABLE in os.environ
    directory = data_directory(data) if named else None
    if directory is None:
        Console(stderr=True).print("没有指定 --data，跳过 NCP 与 STARD。")
    with _workbench(cache) as workbench:
        _deliver(_everything(workbench, directory), output, as_json=as_json)


def _everything(workbench: Workbench, directory: Path | None) -> Iterator[Section]:
    for set_ in QuestionSet:
        yield _own_questions(workbench, set_, reveal=False)
    yield edit_test.run(_report(), _development(), workbench)
    yield sibling_test.run(_report(), _development(), workbench)
    if directory is not None:
        for corpus in Corpus:
            yield _retrieval(workbench, corpus, directory)
        yield _policy_answers(workbench, directory, Half.HELD_OUT)


def _own_questions(workbench: Workbench, set_: QuestionSet, *, reveal: bool) -> Section:
    files = list(incoming(CATALOGUE, Laws.PINNED))
    reports = [file.source for file in incoming(CATALOGUE, Laws.NONE)]
    questions = load_questions(QUESTIONS / f"{set_}.jsonl")
    with workbench.kept_desk("corpus", files) as asking:
        judgements = own_questions.ask(questions, asking, reports, workbench.progress)
    reveal = reveal or set_ is QuestionSet.DEVELOPMENT
    return own_questions.summarise(judgements, set_, reveal=reveal)


def _retrieval(workbench: Workbench, corpus: Corpus, directory: Path) -> Section:
    if corpus is Corpus.NCP:
        with _policies(workbench, directory) as (found, asking):
            return policies.run(found, asking, workbench.progress)
    laws = load_stard(directory)
    files = statutes.laws(laws)
    with workbench.kept_desk("stard", [law.file for law in files]) as asking:
        return statutes.run(laws, files, asking, workbench.progress)


def _policy_answers(workbench: Workbench, directory: Path, half: Half) -> Section:
    with _policies(workbench, directory) as (found, asking):
        return policy_answers.run(found, asking, workbench.progress, half)


def _refusals(
    workbench: Workbench, which: RefusalSet, half: Half, data: Path | None, limit: int | None
) -> Section:
    def some(asked: Sequence[refusals.Trial]) -> list[refusals.Trial]:
        return evenly(asked, limit or len(asked))

    if which is RefusalSet.DEVELOPMENT:
        with _corpus(workbench) as asking:
            asked = some(refusal_sets.development(asking, _development()))
            return _put(asked, asking, workbench, which, "自有题（开发集）")
    directory = data_directory(data)
    if which is RefusalSet.NCP:
        with _policies(workbench, directory) as (found, asking):
            asked = some(refusal_sets.policy_questions(found, half))
            return _put(asked, asking, workbench, which, f"NCP（{half}）")
    library = Library(directory)
    with workbench.kept_desk("written", written.files(library)) as asking:
        if which is RefusalSet.WRITTEN:
            asked = some(refusal_sets.written_questions(library, half))
            return _put(asked, asking, workbench, which, f"手写题（{half}）")
        misses = some(refusal_sets.missed_written(asking, library, half))
        results = refusals.put(misses, EveryThreshold(asking), workbench.progress)
    with _corpus(workbench) as asking:
        misses = some(refusal_sets.missed_development(asking, _development()))
        every = EveryThreshold(asking)
        results += refusals.put(misses, every, workbench.progress)
    return refusals.summarise(
        results, which, f"只改一处的问题（手写题 {half} 与自有题）", every.threshold
    )


def _put(
    asked: Sequence[refusals.Trial],
    asking: Asking,
    workbench: Workbench,
    name: RefusalSet,
    title: str,
) -> Section:
    every = EveryThreshold(asking)
    results = refusals.put(asked, every, workbench.progress)
    return refusals.summarise(results, name, title, every.threshold)


@contextmanager
def _corpus(workbench: Workbench) -> Iterator[Asking]:
    files = list(incoming(CATALOGUE, Laws.PINNED))
    with workbench.kept_desk("corpus", files) as asking:
        yield asking


@contextmanager
def _policies(workbench: Workbench, directory: Path) -> Iterator[tuple[Policies, Asking]]:
    found = load_ncp(directory)
    with workbench.kept_desk("ncp", policies.files(found), policies.AS_OF) as asking:
        yield found, asking


def _report() -> Incoming:
    """Return the report the project ships, without what its catalogue entry states."""
    file = next(iter(incoming(CATALOGUE, Laws.NONE)))
    return Incoming(file.source, file.content, Metadata(title=""))


def _development() -> tuple[Question, ...]:
    return load_questions(QUESTIONS / "development.jsonl")


def cache_folder(given: Path | None) -> Path:
    """Return where vectors and big knowledge bases are kept between runs."""
    folder = given or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "wenju-eval"
    return folder.expanduser()


@contextmanager
def _workbench(cache: Path | None) -> Iterator[Workbench]:
    settings = load_configuration().settings
    folder = cache_folder(cache)
    model = load_embedder(settings.model, settings.model_dir, settings.threads)
    embedder = CachedEmbedder(model, folder / "vectors.sqlite")
    try:
        yield Workbench(embedder, folder, Progress(shown=True))
    finally:
        embedder.close()


def screen(*, stderr: bool = False) -> Console:
    """Return a console, wide where the output goes to a file."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=PAGE_WIDTH)


def _deliver(sections: Iterable[Section], output: Path, *, as_json: bool) -> None:
    """Show each section as it comes, and save it."""
    numbers, page = {}, output
    for section in sections:
        report.show(section, screen(stderr=as_json))
        page = report.save(section, output)
        numbers[section.name] = section.numbers
    if as_json:
        typer.echo(report.as_json(numbers))
    Console(stderr=True).print(f"报告：{page}", highlight=False)
