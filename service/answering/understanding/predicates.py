"""What of a clause asks, and what it asks about: 居住证 in 居住证在哪里办."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.guide_captions import GuideField, guide_field
from service.answering.understanding.facts import asked_fact
from service.answering.understanding.segment import tagged

_ASKS = re.compile(
    r"多少|什么|(?<![不没有])啥|哪(?!怕)几?|谁|何[时地人种处]|怎么(?!就|还|会|又|没|不|这么|那么|了)|怎样|如何|多久"
    r"|多长|多大|多高|(?<![这那前近过好十用几])(?<![此以今往最的，]后)(?<!^后)几(?!乎|近|番|经)|边[个度间]|乜|点[样解]"
)
_INDEFINITE = re.compile(r"没什么|什么的|^为什么不")
_EMBEDDED = re.compile(
    r"不(?:管|论|清楚|晓得|知道|确定|记得)|无论|没(?:说|讲|弄|搞)|忘|[查看想]不|任何"
)
_ADVERBIAL = re.compile(r"(?:的时候|情况下|之[前后内]|以[上下内外前后]|[下时后前上中]|(?<!哪)里)$")
_AMOUNT = re.compile(r"^(?:多少钱|多久|多长时间|几多钱)$")
_TAIL = re.compile(r"[啊呀呢吧嘛呐哦的了吗㗎喇吖]+$")
_CANTONESE = (  # so that words are cut where they end
    *(("边个", "哪个"), ("边度", "哪里"), ("边间", "哪家"), ("几多", "多少"), ("几时", "何时")),
    *(("几耐", "多久"), ("乜嘢", "什么"), ("乜", "什么"), ("咩", "什么"), ("点样", "怎样")),
    *(("喺", "在"), ("系", "是")),
)
_IS = frozenset({"是", "为", "有", "系", "叫"})
_LINKS = _IS | frozenset({"在", "喺", "于", "由", "归", "到", "达到", "的"})
_MODALS = frozenset(
    {
        *("要", "需要", "需", "应当", "应该", "应", "必须", "可以", "可", "能", "能够", "得"),
        *("会", "一般", "一共", "总共", "共", "合计", "共计", "总", "都", "已", "已经", "又"),
        *("还", "还要", "另外", "目前", "现在", "大概", "大约", "最多", "最少", "最高", "最低"),
        *("最长", "最短", "最大", "最小"),
        *("分别", "各", "各自", "具体", "主要", "到底", "究竟", "想", "去", "来", "给", "再"),
    }
)
_HOTLINE = "热线"  # is asked about more often than for
_PROPERTY = re.compile(r"(?:[率量数度额费]|数量|金额|费用|价格|原因|期限|名称|名字|标准)$")
_LONGEST_PROPERTY = 4  # characters of a word that is a property and no more: 办理量 in 业务办理量
_HOW_MANY = re.compile(r"多少|几")
_MEASURES = frozenset("个件宗条项台名次家户人位份张部所间座处场期种级批")
_IS_HOW_MANY = re.compile(r"^(?P<link>[是为有])(?P<asks>多少|什么|谁|哪.*|几.*)$")


def is_question(clause: str, *, strict: bool = False) -> bool:
    """Say whether a clause asks one thing, and is whole without its neighbours.

    `strict` is for clauses between which stands no more than 、, as between parts of a name.
    """
    clause = _standard(clause)
    asked = list(_ASKS.finditer(_INDEFINITE.sub("", clause)))
    if len(asked) != 1 or _EMBEDDED.search(clause) or _ADVERBIAL.search(clause):
        return False
    if _AMOUNT.match(clause):
        return True
    words = _words(clause)
    place = _place(words)
    others = [(word, tag) for word, tag in words if not _ASKS.search(word)]
    if not strict:
        return any(tag[0] in "nvjzilab" for _, tag in others)
    before, after = words[:place], words[place + 1 :]
    acts = any(_is_verb(word, tag) for word, tag in before) or _acts(after)
    named = bool(before) and before[-1][1][0] in "nj" and not after[1:]
    return acts or named


def subject_of(clause: str) -> str:
    """Return what a clause that asks is about: what stands before its predicate, "" for nothing.

    Of 热线办结率是多少 it is 热线: the rate is what is asked.
    """
    words = _words(_standard(clause))
    place = _place(words)
    if place == len(words):
        return _before_modal(words)
    before: Sequence[tuple[str, str]] = words[:place]
    is_link = bool(before) and before[-1][0] in _IS
    before = _without_frame(before, _LINKS)
    if not (is_link or _acts(_after_counted(words, place))) and before and _is_verb(*before[-1]):
        before = before[:-1]
    before = _without_frame(before, _LINKS | _MODALS)
    return _without_property("".join(word for word, _ in before))


def counts_what_it_names(clause: str) -> bool:
    """Say whether a clause without a subject says what is done to what: 收到多少条留言."""
    words = _words(_standard(clause))
    place = _place(words)
    if not 0 < place < len(words) - 2 or words[0][0] in _LINKS | _MODALS:
        return False
    counts = _HOW_MANY.fullmatch(words[place][0]) and words[place + 1][0] in _MEASURES
    return bool(counts) and _is_verb(*words[0]) and len(words[place + 2][0]) > 1


def _before_modal(words: Sequence[tuple[str, str]]) -> str:
    """Return what stands before 要 or 能 in a clause that asks whether."""
    found = (index for index, (word, _) in enumerate(words) if word in _MODALS)
    return "".join(word for word, _ in words[: next(found, 0)])


def _without_frame(
    words: Sequence[tuple[str, str]], frame: frozenset[str]
) -> Sequence[tuple[str, str]]:
    """Leave out at the end what only leads over to the word that asks: 在, 了, 一共."""
    while words and (words[-1][0] in frame or words[-1][1][0] in "pduy"):
        words = words[:-1]
    return words


def property_at_end(text: str) -> int:
    """Return where a property begins that a text ends with (办结率, 申请材料); -1 for none."""
    for start in range(len(text)):
        if text[start:] != _HOTLINE and guide_field(text[start:]) not in {None, GuideField.SERVICE}:
            return start
    fact, rest = asked_fact(text, english=False)
    if fact is not None and text.startswith(rest.rstrip()):
        return len(rest.rstrip())
    words = [word for word, _ in tagged(text)]
    if not words or not _PROPERTY.search(words[-1]):
        return -1
    last = words[-1] if len(words[-1]) > 1 else "".join(words[-2:])
    return len(text) - (3 if len(last) > _LONGEST_PROPERTY else len(last))


def _without_property(subject: str) -> str:
    start = property_at_end(subject)
    return (subject if start < 0 else subject[:start]).rstrip("的")


def _words(clause: str) -> list[tuple[str, str]]:
    """Cut a clause into words, 是多少 into two, and what is asked for off what it is asked of."""
    words: list[tuple[str, str]] = []
    for word, tag in tagged(clause):
        linked = _IS_HOW_MANY.match(word)
        if linked is not None:
            words += [(linked["link"], "v"), (linked["asks"], "r")]
        else:
            words.append((word, tag))
    return words


def _place(words: Sequence[tuple[str, str]]) -> int:
    """Return which word asks."""
    found = (index for index, (word, _) in enumerate(words) if _ASKS.search(word))
    return next(found, len(words))


def _after_counted(words: Sequence[tuple[str, str]], place: int) -> Sequence[tuple[str, str]]:
    """Return the words after what is asked for: of 收到多少条留言 none, though one may 留言."""
    after = words[place + 1 :]
    is_measured = _HOW_MANY.fullmatch(words[place][0]) and after and after[0][0] in _MEASURES
    return after[2:] if is_measured else after


def _standard(clause: str) -> str:
    """Return a clause without the particles at its end, its words that ask as in Mandarin."""
    clause = _TAIL.sub("", clause)
    for said, meant in _CANTONESE:
        clause = clause.replace(said, meant)
    return clause


def _acts(words: Sequence[tuple[str, str]]) -> bool:
    return any(tag[0] == "v" or word in _MODALS for word, tag in words)


def _is_verb(word: str, tag: str) -> bool:
    return tag[0] == "v" or tag == "zg" or word in _MODALS
