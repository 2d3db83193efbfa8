"""A report is a JSON file a section and one page of all of them."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from eval.intervals import share
from eval.plots import bars, curves_plot, reliability_plot, risk_coverage_plot
from eval.report import Section, Table, save


def section(name: str, title: str) -> Section:
    return Section(
        name,
        title,
        notes=("怎么做的 <b>",),
        tables=(Table("表", ("类", "值"), (("数值", "0.9"),)),),
        numbers={"right": share(9, 10).mean, "nothing": share(0, 0).mean},
        results=({"id": "d1", "right": True, "expected": ("56个",)},),
        figures={"图": bars({"数值": {"对": share(9, 10), "误导": share(1, 10)}})},
    )


def test_the_page_shows_every_section_saved_so_far(tmp_path: Path) -> None:
    save(section("one", "第一项"), tmp_path)
    page = save(section("two", "第二项"), tmp_path).read_text(encoding="utf-8")
    assert "第一项" in page
    assert "第二项" in page
    assert page.count("<svg") == 2
    assert "怎么做的 &lt;b&gt;" in page


def test_a_section_saved_again_replaces_itself(tmp_path: Path) -> None:
    save(section("one", "旧"), tmp_path)
    page = save(section("one", "新"), tmp_path).read_text(encoding="utf-8")
    assert "<h2>旧" not in page
    assert page.count("<svg") == 1


def test_numbers_and_results_are_there_for_programs(tmp_path: Path) -> None:
    save(section("one", "项"), tmp_path)
    content = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert content["numbers"] == {"right": 0.9, "nothing": None}
    assert content["results"] == [{"id": "d1", "right": True, "expected": ["56个"]}]


def test_every_plot_is_a_drawing_with_its_words() -> None:
    drawings = {
        "置信度": reliability_plot([(0.2, share(0, 1)), (0.9, share(2, 2))]),
        "作答比例": risk_coverage_plot({"全部": ([0.5, 1.0], [0.0, 0.5])}),
        "前多少个": curves_plot({"问据": {1: share(1, 2), 10: share(2, 2)}}, "前多少个", "召回率"),
        "应拒答": bars({"应拒答": {"对": share(0, 0)}}),
    }
    for words, drawing in drawings.items():
        assert ET.fromstring(drawing.svg).tag.endswith("svg")  # noqa: S314  # our own drawing
        assert words in drawing.svg
        assert drawing.png.startswith(b"\x89PNG")
