"""Questions and passages made unanswerable by one change: cheap, and as near as a miss can be."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from eval.training.examples import Example, Group
from eval.training.passages import Located, Passage, holds, sentence_ends

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年|(?!\d))")
_ORDINAL = re.compile(r"第([一二三四五六七八九十])(?=[批次期季届轮阶])")
_ORDINALS = "一二三四五六七八九十"
_PLACES = [
    "北京",
    "天津",
    "上海",
    "重庆",
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "石家庄",
    "唐山",
    "秦皇岛",
    "邯郸",
    "邢台",
    "保定",
    "张家口",
    "承德",
    "沧州",
    "廊坊",
    "衡水",
    "雄安",
    "广州",
    "深圳",
    "武汉",
    "成都",
    "杭州",
    "南京",
    "西安",
    "长沙",
    "郑州",
    "济南",
    "合肥",
    "福州",
    "南昌",
    "昆明",
    "沈阳",
    "太原",
]
_PLACE = re.compile("|".join(_PLACES))
_SHORTEST = 50  # characters a passage must keep


# What callers ask of anything that has a name, and how a text that tells of it reads.
_TOLD: Sequence[tuple[re.Pattern[str], Sequence[str]]] = (
    (
        re.compile(r"电话|热线|\d{7}|\d{3,4}-\d{7}|1\d{10}"),
        ("{}的联系电话是多少？", "{}打哪个电话能问到？", "想找{}，号码给我一个", "{}热线系几多？"),
    ),
    (
        re.compile(r"元|费|资金|价"),
        ("{}一共花了多少钱？", "{}总投资是多少？", "搞{}用了几多钱？", "{}要交多少钱？"),
    ),
    (
        re.compile(r"\d\s*(?:余|多)?名|[\d万]\s*(?:余|多)?人|[一二三四五六七八九十百千]+[名人]"),
        ("{}有多少人参加？", "{}现在一共多少名工作人员？", "{}覆盖了多少人？"),
    ),
    (
        re.compile(r"组长|负责人|主任|局长|厅长|市长|省长|书记|牵头|主管"),
        ("{}的负责人是谁？", "{}归哪位领导管？", "边个负责{}？"),
    ),
    (
        re.compile(r"地址|位于|[路街]\d+号|大厅|地点"),
        ("{}在哪里办？", "{}的地址在哪？", "去边度可以搵到{}？", "Where is {}?"),
    ),
    (
        re.compile(r"为了|为贯彻|因|由于|旨在|原因|目的"),
        ("为什么要搞{}？", "{}是什么原因？", "点解要有{}？", "Why {}?"),
    ),
    (
        re.compile(r"%|％|百分|率|占"),
        ("{}完成了百分之几？", "{}的满意率有多高？", "{}的比例是多少？"),
    ),
    (
        re.compile(r"年|月|日|天|期限|小时"),
        ("{}要等几天？", "{}是哪一天开始的？", "{}多久能办好？", "When did {} begin?"),
    ),
)
_NAMED = re.compile(r"[“《]([^“”《》，。；：\s]{3,14})[”》]")


def changed(question: str, located: Located, choose: random.Random) -> Group | None:
    """Return the group of a question made unanswerable, or None where nothing can be changed."""
    ways = [_ask_another, _tell_of_another, _ask_what_is_not_told, _take_out]
    choose.shuffle(ways)
    for way in ways:
        example = way(question, located, choose)
        if example is not None:
            return Group("counterfactual", (example,))
    return None


def _take_out(question: str, located: Located, choose: random.Random) -> Example | None:
    """Take the answer's sentence out of the passage."""
    del choose
    text, span = located.passage.text, located.span
    ends = [0, *sentence_ends(text)]
    begin = max(end for end in ends if end <= span.start)
    stop = min((end for end in ends if end >= span.end), default=len(text))
    left = text[:begin] + text[stop:]
    if len(left) < _SHORTEST or holds(left, span.of(text)):
        return None
    passage = Passage(located.passage.document, located.passage.heading, left)
    return Example(question, passage, relevant=None, answerable=False)


def _ask_another(question: str, located: Located, choose: random.Random) -> Example | None:
    """Ask for another year, place or batch than the passage speaks of."""
    found = _another(question, located, choose)
    if found is None:
        return None
    named, other = found
    return Example(question.replace(named, other), located.passage, None, answerable=False)


def _tell_of_another(question: str, located: Located, choose: random.Random) -> Example | None:
    """Let the passage speak of another year, place or batch than is asked for."""
    found = _another(question, located, choose)
    if found is None:
        return None
    named, other = found
    told = located.passage
    heading = tuple(one.replace(named, other) for one in told.heading)
    passage = Passage(told.document, heading, told.text.replace(named, other), told.start)
    return Example(question, passage, None, answerable=False)


def _another(question: str, located: Located, choose: random.Random) -> tuple[str, str] | None:
    """Return what the question and the passage name, and another of its kind that neither does."""
    stated = "".join((*located.passage.heading, located.passage.text))
    found = []
    for pattern, others in (
        (_YEAR, [str(year) for year in range(2009, 2025)]),
        (_PLACE, _PLACES),
        (_ORDINAL, [f"第{ordinal}" for ordinal in _ORDINALS]),
    ):
        named = pattern.search(question)
        fitting = [other for other in others if other not in stated and other not in question]
        if named is not None and named[0] in stated and fitting:
            found.append((named[0], choose.choice(fitting)))
    return choose.choice(found) if found else None


def _ask_what_is_not_told(question: str, located: Located, choose: random.Random) -> Example | None:
    """Ask something of a thing that the passage names and tells nothing of the kind about."""
    del question
    text = located.passage.text
    names = sorted(set(_NAMED.findall(text)))
    untold = [wordings for told, wordings in _TOLD if told.search(text) is None]
    if not names or not untold:
        return None
    asked = choose.choice(choose.choice(untold)).format(choose.choice(names))
    return Example(asked, located.passage, None, answerable=False)
