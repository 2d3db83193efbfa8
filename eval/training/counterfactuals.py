"""Questions and passages made unanswerable by one change: cheap, and as near as a miss can be."""

from __future__ import annotations

import random
import re

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


def changed(question: str, located: Located, choose: random.Random) -> Group | None:
    """Return the group of a question made unanswerable, or None where nothing can be changed."""
    ways = [_ask_another, _take_out] if choose.random() < 0.6 else [_take_out, _ask_another]
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
    stated = "".join((*located.passage.heading, located.passage.text))
    for pattern, others in (
        (_YEAR, [str(year) for year in range(2009, 2025)]),
        (_PLACE, _PLACES),
        (_ORDINAL, [f"第{ordinal}" for ordinal in _ORDINALS]),
    ):
        named = pattern.search(question)
        fitting = [other for other in others if other not in stated and other not in question]
        if named is not None and named[0] in stated and fitting:
            asked = question.replace(named[0], choose.choice(fitting))
            return Example(asked, located.passage, relevant=None, answerable=False)
    return None
