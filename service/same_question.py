"""Say whether two questions are surely the same one, asked in other words.

Sure means: nothing is left over on either side once politeness, particles and ways of asking
are seen through. 几点开门 and 几点关门 share most of their characters and are not the same.
A word that means exactly its official one (低保, 最低生活保障) may stand for it, as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from index.fold import fold
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.segment import tagged
from service.answering.understanding.terms import bare
from service.synonyms.exact import FIRST_MARK, ExactTerms

# In order: what is longer or more special comes first.
_WAYS: Sequence[tuple[str, str]] = (
    (r"为什么|为何|为啥|怎么会|何以", "why"),
    (r"什么时候|啥时候|啥时|何时|几时|什么时间", "when"),
    (r"几点钟?", "clock"),
    (r"多长时间|多久|几天|多少天|几日|多少个?工作日|几个工作日", "how_long"),
    (r"多少钱|几多钱|几块钱|多少费用|多少元", "how_much"),
    (r"多少|几多", "how_many"),
    (r"什么地方|什么位置|哪里|哪儿|何处|哪个地方|在哪|去哪", "where"),
    (r"怎么样|怎样|如何|怎么|咋样?|点样", "how"),
    (r"哪些|什么|哪几[个种样]|啥|哪[个种项]?", "what"),
    (r"谁|哪位", "who"),
    (r"能不能|可不可以|能否|可否|是否可以|是否能够?|可以|能够?", "can"),
    (r"需不需要|要不要|是否需要|需要|须要|必须|须|需|要", "need"),
    (r"有没有|是否有", "有"),
)
_WAY = re.compile(
    "|".join(f"(?P<{name if name.isascii() else 'have'}>{way})" for way, name in _WAYS)
)
_POLITE = re.compile(
    r"(?:你好|您好|请问|谢谢|麻烦|唔该|劳驾|喂)"
    r"|(?:我|我们|本人)?(?:想|要)?(?:请教|咨询|了解|打听|问问|问|知道|查询|查)(?:一下|下)"
    r"|(?:我|我们|本人)?想(?:请教|咨询|了解|打听|问|知道)|帮我?(?:查|看|问)(?:一下|下)?"
)
_IDLE = frozenset(
    {
        "吗",
        "呢",
        "吧",
        "啊",
        "呀",
        "嘛",
        "么",
        "哦",
        "噢",
        "的",
        "了",
        "是",
        "我",
        "我们",
        "你",
        "你们",
        "您",
        "本人",
        "咱们",
        "一下",
        "下",
        "到底",
        "究竟",
        "现在",
        "目前",
        "如今",
        "当前",
        "是否",
        "是不是",
        "请",
        "就",
        "都",
        "还",
        "在",
        "去",
        "到",
        "呐",
        "哈",
        "啦",
        "咯",
        "得",
        "来着",
        "这个",
        "那个",
    }
)
_DIRECTED = re.compile(r"[从由转给变改换比对向]")  # from whom to whom, what into what
_ALIKE = {"办理": "办", "申办": "办", "办事": "办"}


Sense = tuple[frozenset[str], tuple[str, ...]]


def is_same_question(asked: str, wording: str) -> bool:
    """Say whether two questions ask the same for sure."""
    return _are_one(_sense(asked), _sense(wording))


def is_same_by_terms(asked: str, wording: str, terms: ExactTerms) -> bool:
    """Say whether two questions ask the same for sure, an exact term being its official word.

    All else is to be equal as ever: a term counts as one word that nothing else is part of.
    """
    one, other = terms.marked(asked), terms.marked(wording)
    if one is None or other is None or one.terms != other.terms:
        return False
    return _are_one(_sense(one.wording, len(one.terms)), _sense(other.wording, len(one.terms)))


def _are_one(one: Sense, other: Sense) -> bool:
    return one == other and any(not word.isascii() or word.isdigit() for word in one[0])


@lru_cache(maxsize=4096)
def _sense(question: str, marks: int = 0) -> Sense:
    """Return the words of a question and how it asks; and their order, where that matters.

    So many private characters, the first there are, stand for a term each.
    """
    wording = fold(Lexicon.bundled().standard_wording(question))
    wording = _POLITE.sub("", wording)
    found = {str(match.lastgroup) for match in _WAY.finditer(wording)}
    found.discard("have")
    rest = _WAY.sub(lambda match: "有" if match.lastgroup == "have" else " ", wording)
    for mark in map(chr, range(FIRST_MARK, FIRST_MARK + marks)):
        rest = rest.replace(mark, f" {mark} ")  # no part of another word
    texts = (bare(word) for part in rest.split() for word, _ in tagged(part))
    words = [_ALIKE.get(text, text) for text in texts if text and text not in _IDLE]
    return frozenset(found.union(words)), tuple(words) if _DIRECTED.search(wording) else ()
