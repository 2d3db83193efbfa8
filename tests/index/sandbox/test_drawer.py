"""Originals are strangers' files still: their pages are drawn in processes of their own."""

import io
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from PIL import Image

from index.document import Span
from index.errors import DrawerBusy, NoPages, PageNotFound, ReadError, ReadingStopped
from index.pages.draw import draw, survey
from index.pages.sought import seek
from index.read import read_document
from index.sandbox import drawer as drawing
from index.sandbox import wire
from index.sandbox.drawer import SandboxedDrawer
from index.sandbox.limits import Limits
from tests.index.formats.hostile import EITHER, READ, Hostile, hostile_files
from tests.index.formats.rendering import as_ofd, as_pdf, report_paragraphs

MEBIBYTE = 1024 * 1024
LIMITS = Limits(memory_bytes=600 * MEBIBYTE, cpu_seconds=10, wall_seconds=30)
SHOWN = {".pdf", ".ofd", ".png", ".jpg", ".tif", ".gif", ".bmp"}


@pytest.fixture(scope="module")
def drawer() -> Iterator[SandboxedDrawer]:
    with SandboxedDrawer(LIMITS) as drawer:
        yield drawer


@pytest.mark.parametrize("render", [as_pdf, as_ofd])
def test_a_page_is_drawn_as_it_is_without_the_sandbox(
    drawer: SandboxedDrawer, render: object
) -> None:
    assert callable(render)
    content = render(report_paragraphs())
    document = read_document(content, "r")
    sought = seek(document, 2, Span(700, 760))
    assert sought is not None
    assert drawer.survey(content, "r", [sought]) == survey(content, "r", [sought])
    assert drawer.draw(content, "r", 2, sought) == draw(content, "r", 2, sought)


def test_an_error_comes_back_as_itself(drawer: SandboxedDrawer) -> None:
    content = as_pdf(report_paragraphs()[:3])
    with pytest.raises(PageNotFound, match="共 1 页"):
        drawer.draw(content, "r", 2)
    with pytest.raises(NoPages):
        drawer.survey("只有文字的文件".encode(), "r.txt")


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(one, id=one.name, marks=[pytest.mark.slow] * one.is_slow)
        for one in hostile_files()
        if any(one.name.endswith(suffix) for suffix in SHOWN)
    ],
)
def test_the_pages_of_a_hostile_file_end_well(drawer: SandboxedDrawer, file: Hostile) -> None:
    try:
        for page, size in enumerate(drawer.survey(file.content, file.name).sizes[:2], 1):
            picture = Image.open(io.BytesIO(drawer.draw(file.content, file.name, page)))
            assert abs(picture.width - size.width) <= 1
    except ReadError as error:
        ended = error.message
    else:
        ended = "看得见。"
        assert file.ends in {READ, EITHER, "empty_document", "file_too_large", "missing_part"}
    assert ended.endswith("。")


def test_a_page_that_takes_too_long_is_given_up() -> None:
    with (
        SandboxedDrawer(replace(LIMITS, wall_seconds=0.001)) as hasty,
        pytest.raises(ReadingStopped, match="请看全文"),
    ):
        hasty.draw(as_pdf(report_paragraphs() * 9), "r", 1)


def test_where_too_many_wait_the_next_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawing, "_MOST_WAITING", 1)
    content = as_pdf(report_paragraphs()[:3])
    with SandboxedDrawer(LIMITS, at_once=1) as narrow:
        go_on, began = threading.Event(), threading.Semaphore(0)
        ask = narrow._nurseries.ask

        def slowly(task: wire.Task) -> wire.Outcome:
            began.release()
            go_on.wait(60)
            return ask(task)

        monkeypatch.setattr(narrow._nurseries, "ask", slowly)
        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(narrow.draw, content, "r", 1) for _ in range(2)]
            began.acquire()
            for _ in range(1000):  # the second is on its way
                if not narrow._places:
                    break
                time.sleep(0.01)
            with pytest.raises(DrawerBusy, match="稍等"):
                narrow.draw(content, "r", 1)
            go_on.set()
            assert [one.result()[:4] for one in waiting] == [b"\x89PNG"] * 2
        assert narrow.draw(content, "r", 1)
