"""Which font letters are drawn in where a page brings none."""

from pathlib import Path

import pytest

from index.pages import fonts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(fonts, "_folders", lambda: [tmp_path / "nowhere", tmp_path])
    fonts.find_font.cache_clear()
    monkeypatch.setattr(fonts, "find_font", fonts.find_font.__wrapped__)
    return tmp_path


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / "deep" / name
        path.parent.mkdir(exist_ok=True)
        path.touch()


def test_no_font_is_found_among_those_without_chinese_characters(folder: Path) -> None:
    put(folder, "DejaVuSans.ttf", "opens___.ttf", "NotoSans-Regular.ttf", "SimSun.txt")
    assert fonts.find_font() is None


def test_one_for_print_comes_before_one_for_screens_and_the_regular_before_the_bold(
    folder: Path,
) -> None:
    put(folder, "wqy-zenhei.ttc", "NotoSansCJK-Regular.ttc", "DejaVuSans.ttf")
    assert fonts.find_font() == folder / "deep" / "NotoSansCJK-Regular.ttc"
    put(folder, "NotoSerifCJK-Bold.ttc", "NotoSerifCJK-Regular.ttc")
    assert fonts.find_font() == folder / "deep" / "NotoSerifCJK-Regular.ttc"
    put(folder, "FangSong.otf")
    assert fonts.find_font() == folder / "deep" / "NotoSerifCJK-Regular.ttc"
