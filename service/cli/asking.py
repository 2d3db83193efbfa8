"""Asking on the command line."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from service.cli.commands import AsOf, Json, add_command, settings
from service.cli.screen import say, say_json, warn
from service.requests import accept_day, accept_question

NARROWEST, WIDEST = 1, 100


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    add_command(application, "ask", "提问：给出简短的回答和原文依据。", ask)
    add_command(application, "search", "检索原文：列出最接近的段落，不作回答。", search)


def ask(
    question: Annotated[str, typer.Argument(metavar="问题", help="1 到 1000 个字")],
    *,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Answer a question; a refusal is an answer too."""
    asked, day = accept_question(question), accept_day(as_of)
    from service.bootstrap import open_desk  # noqa: PLC0415  loads the engines
    from service.desk import Channel  # noqa: PLC0415
    from service.presentation import answer_json  # noqa: PLC0415

    with open_desk(settings(), follow=False) as desk:
        if not desk.knowledge_base.documents():
            warn("wenju: 知识库是空的。用 wenju add 收进文件，或先运行一次 wenju serve。")
        answer = desk.ask(asked, as_of=day, channel=Channel.CLI)
    if json:
        say_json(answer_json(answer))
    else:
        _show(answer_json(answer))


def search(
    query: Annotated[str, typer.Argument(metavar="内容", help="要找的内容")],
    limit: Annotated[
        int, typer.Option("--limit", min=NARROWEST, max=WIDEST, metavar="段数", help="最多几段")
    ] = 10,
    *,
    as_of: AsOf = None,
    json: Json = False,
) -> None:
    """Return the passages nearest to the query, best first."""
    wanted, day = accept_question(query), accept_day(as_of)
    from service.bootstrap import open_desk  # noqa: PLC0415
    from service.desk import Channel  # noqa: PLC0415
    from service.presentation import search_json, source_line  # noqa: PLC0415

    with open_desk(settings(), follow=False) as desk:
        hits = desk.search(wanted, limit=limit, as_of=day, channel=Channel.CLI)
    found = search_json(wanted, hits)
    if json:
        say_json(found)
        return
    for hit in found["hits"]:
        say(f"{hit['rank']}. {source_line(hit['citation'])}")
        say(f"   {hit['citation']['quote']}\n")
    if not found["hits"]:
        say("没有找到。")


def _show_parts(parts: list[dict[str, Any]]) -> None:
    """Print what is given to each of several things asked at once."""
    from service.presentation import source_line  # noqa: PLC0415

    for number, part in enumerate(parts, 1):
        say(f"\n{number}. {part['question']}")
        if part["refusal"]:
            say(f"   {part['refusal']['message']}")
            continue
        said = (part["answer"] or "只有相关原文").replace("\n", "\n   ")
        say(f"   {typer.style(said, bold=True)}（把握 {part['confidence']:.0%}）")
        for citation in part["citations"]:
            say(f"   {source_line(citation)}")
            say(f"   “{citation['quote']}”")


def _show(answer: dict[str, Any]) -> None:
    """Print an answer for a person."""
    from service.presentation import outcome_name, source_line  # noqa: PLC0415

    refusal = answer["refusal"]
    is_ours = answer["outcome"] == "answered" and not answer["citations"]  # and rests on nothing
    label = "标准问答" if is_ours else outcome_name(answer["outcome"])
    certainty = "" if refusal else f"（把握 {answer['confidence']:.0%}）"
    if answer["parts"]:
        say(f"{label}{certainty}")
        _show_parts(answer["parts"])
    elif answer["answer"]:
        say(typer.style(answer["answer"], bold=True) + f"　　{label}{certainty}")
    else:
        say(f"{label}{certainty}")
    if refusal:
        say(refusal["message"])
    if answer["script"]:
        say(f"\n口径：{answer['script']}")
    for notice in answer["notices"]:
        say(f"\n注意：{notice['message']}")
    if answer["parts"] and not refusal:
        return  # each part has shown its own
    citations = refusal["nearest"] if refusal else answer["citations"]
    if citations:
        say("\n最接近的原文（不能当作回答）：" if refusal else "\n依据：")
    for citation in citations:
        say(f"  {source_line(citation)}")
        say(f"  “{citation['quote']}”")
