"""What an evaluation leaves behind: tables on the screen, JSON files, and one page with plots."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path

from rich.console import Console
from rich.table import Table as ScreenTable

from eval.intervals import Interval
from eval.plots import Plot
from index.document import SHANGHAI

Row = Sequence[str]
FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is read: words and rounded numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number: its key for programs, its name on the screen, its value."""

    key: str
    name: str
    value: Interval | float

    def __str__(self) -> str:
        return str(self.value) if isinstance(self.value, Interval) else f"{self.value:.3f}"


def measures_table(title: str, measures: Sequence[Measure]) -> Table:
    """Return a row a measure: name, how many it is over, value with its interval."""
    return Table(
        title,
        ("指标", "题数", "值 [95% 区间]"),
        tuple(
            (m.name, str(m.value.count) if isinstance(m.value, Interval) else "", str(m))
            for m in measures
        ),
    )


def measures_numbers(measures: Sequence[Measure]) -> dict[str, object]:
    """Return the values by key."""
    return {m.key: asdict(m.value) if isinstance(m.value, Interval) else m.value for m in measures}


@dataclass(frozen=True, slots=True)
class Section:
    """One evaluation: what was done, what came out, and question by question.

    `numbers` are for programs, `results` are the single questions, `figures` are by title.
    """

    name: str  # the JSON file's name
    title: str
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    numbers: Mapping[str, object] = field(default_factory=dict)
    results: tuple[Mapping[str, object], ...] = ()
    figures: Mapping[str, Plot] = field(default_factory=dict)


def show(section: Section, console: Console) -> None:
    """Print the tables and what was done."""
    console.rule(section.title)
    for note in section.notes:
        console.print(note, style="dim")
    for table in section.tables:
        screen = ScreenTable(title=table.title, title_justify="left")
        for place, column in enumerate(table.columns):
            screen.add_column(column, justify="right" if place else "left")
        for row in table.rows:
            screen.add_row(*row)
        console.print(screen)


def save(section: Section, folder: Path) -> Path:
    """Write the section's JSON and plots, and the page of all sections in `folder`.

    The single questions are a file of their own as well, one JSON object a line, so that anyone
    can score them. Returns the page's path.
    """
    plots = folder / FIGURES
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob(f"{section.name}-[0-9]*"):
        old.unlink()
    files = {}
    for place, (title, drawing) in enumerate(section.figures.items()):
        path = plots / f"{section.name}-{place}.svg"
        path.write_text(drawing.svg, encoding="utf-8")
        path.with_suffix(".png").write_bytes(drawing.png)
        files[title] = f"{FIGURES}/{path.name}"
    lines = folder / f"{section.name}.jsonl"
    lines.unlink(missing_ok=True)
    if section.results:
        lines.write_text("".join(f"{_line(one)}\n" for one in section.results), "utf-8")
    content = asdict(section) | {
        "figures": files,
        "made_at": datetime.now(SHANGHAI).isoformat(timespec="seconds"),
    }
    (folder / f"{section.name}.json").write_text(as_json(content) + "\n", encoding="utf-8")
    page = folder / "index.html"
    page.write_text(_page(folder), encoding="utf-8")
    return page


def _line(result: Mapping[str, object]) -> str:
    return json.dumps(_plain(result), ensure_ascii=False)


def as_json(value: object) -> str:
    """Return `value` as JSON: a number that is none becomes null."""
    return json.dumps(_plain(value), ensure_ascii=False, indent=1)


def _plain(value: object) -> object:
    """Return `value` as JSON knows it: no NaN, no tuples, keys as text."""
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, bool)) or value is None else str(value)


def _page(folder: Path) -> str:
    saved = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    sections = "\n".join(_section(content, folder) for content in saved if "tables" in content)
    return _PAGE.replace("{sections}", sections)


def _section(content: Mapping[str, object], folder: Path) -> str:
    notes = _list(content["notes"])
    tables = _list(content["tables"])
    figures = content["figures"]
    pieces = [f"<section><h2>{escape(str(content['title']))}</h2>"]
    pieces.append(f"<p class=made>{escape(str(content['made_at']))}</p>")
    pieces += [f"<p>{escape(str(note))}</p>" for note in notes]
    pieces += [_table(table) for table in tables if isinstance(table, Mapping)]
    if isinstance(figures, Mapping):
        for title, file in figures.items():
            drawing = (folder / str(file)).read_text(encoding="utf-8")
            drawing = drawing[drawing.index("<svg") :]
            pieces.append(f"<figure>{drawing}<figcaption>{escape(title)}</figcaption></figure>")
    pieces.append("</section>")
    return "\n".join(pieces)


def _table(table: Mapping[str, object]) -> str:
    head = "".join(f"<th scope=col>{escape(str(name))}</th>" for name in _list(table["columns"]))
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in _list(row)) + "</tr>"
        for row in _list(table["rows"])
    )
    title = escape(str(table["title"]))
    return f"<table><caption>{title}</caption><tr>{head}</tr>{rows}</table>"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else []


_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>问据评测报告</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
       color: #1c2430; background: #fff }
section { border-top: 1px solid #d5dae1; padding-top: 1rem; margin-top: 2rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums;
        display: block; overflow-x: auto }
caption { text-align: left; font-weight: 600; padding: .3rem 0 }
th, td { border-bottom: 1px solid #e5e8ec; padding: .25rem .8rem; text-align: right }
th:first-child, td:first-child { text-align: left }
figure { display: inline-block; margin: 1rem 1rem 1rem 0; max-width: 100% }
figure svg { max-width: 100%; height: auto }
figcaption, .made { color: #5a6675; font-size: .9rem }
</style>
<h1>问据评测报告</h1>
{sections}
</html>
"""
