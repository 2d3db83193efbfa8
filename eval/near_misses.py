"""Questions that differ in one thing from one with an answer, and have none.

The place, year, batch or object of an answerable question becomes another that the document
does not state. Nor may another document of the base answer the changed question: none may state
what is new together with everything else that the question is about.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import rjieba

from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.places import find_places
from service.answering.understanding.question import Inquiry, understand
from service.answering.understanding.terms import bare

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)(?=年|[^个件宗条项台次名人元万号])")
_YEARS = tuple(str(year) for year in range(2008, 2026))
_ORDINAL = re.compile(r"第([一二三四五六七八九十])(?=[批期次届轮季阶类])")
_ORDINALS = "一二三四五六七八九十"
_PLACES = (
    *("河北省", "山西省", "辽宁省", "吉林省", "江苏省", "浙江省", "安徽省", "福建省", "江西省"),
    *("山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省", "四川省", "贵州省", "云南省"),
    *("北京市", "天津市", "上海市", "重庆市", "石家庄市", "唐山市", "保定市", "广州市", "深圳市"),
    *("武汉市", "成都市", "杭州市", "南京市", "西安市", "长沙市", "郑州市", "济南市", "昆明市"),
    *("海淀区", "浦东新区", "天河区", "南山区", "武侯区", "安吉县", "昆山市", "义乌市", "晋江市"),
)
_HEAVY = 1.0  # weight from which a word is what a question is about
_THINGS = frozenset({"n", "nz", "vn"})  # tags of words that name things
_SPOKEN_OF = 5  # documents that use a word, so that it is one of theirs
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Answerable:
    """A question, and the document that answers it."""

    id: str
    question: str
    document: str


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A question made from one that `document` answers: `now` stands where `was` stood."""

    id: str
    made_from: str  # the id of the question
    kind: str  # place, year, batch, object
    question: str
    was: str
    now: str
    document: str


def near_misses(
    asked: Sequence[Answerable], texts: Mapping[str, str], day: date
) -> Iterator[NearMiss]:
    """Yield a near miss of each question of which one can be made, the same for the same ones.

    Of several things that can be changed it is the first of place, year, batch and object.
    `texts` are all documents of the base, titles included, by id.
    """
    lexicon = Lexicon.bundled()
    read = {name: bare(text) for name, text in texts.items()}
    inquiries = [(one, understand(one.question, day, lexicon)) for one in asked]
    inquiries = [(o, i) for o, i in inquiries if not (i.english or i.fact or i.vague)]
    objects = _known_objects(inquiries, read)
    for one, inquiry in inquiries:
        choose = random.Random(hashlib.sha256(f"{_SEED}{one.id}".encode()).digest())  # noqa: S311  a choice of words, no secret
        about = [term.text for term in inquiry.terms if term.weight >= _HEAVY]
        miss = next(_misses(one, about, _changes(one, inquiry, objects), read, choose), None)
        if miss is not None:
            yield miss


def _misses(
    one: Answerable,
    about: Sequence[str],
    changes: Iterable[tuple[str, str, list[str]]],
    read: Mapping[str, str],
    choose: random.Random,
) -> Iterator[NearMiss]:
    for kind, was, others in changes:
        if bare(was) not in read[one.document]:
            continue
        rest = [word for word in about if word not in bare(was) and bare(was) not in word]
        ordered = _most_like_first(was, others, choose)
        now = next((n for n in ordered if _is_missing(bare(n), rest, one, read)), None)
        if now is not None:
            question = one.question.replace(was, now)
            yield NearMiss(f"{one.id}-{kind}", one.id, kind, question, was, now, one.document)


def _changes(
    one: Answerable, inquiry: Inquiry, objects: Sequence[str]
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield what may be changed, and for what, a kind each."""
    places = [
        name for name in find_places(one.question) if name in one.question and name[0] != "全"
    ]
    if places:
        yield "place", max(places, key=len), list(_PLACES)
    if year := _YEAR.search(one.question):
        yield "year", year[0], list(_YEARS)
    if ordinal := _ORDINAL.search(one.question):
        yield "batch", ordinal[0], [f"第{number}" for number in _ORDINALS]
    own = [word for word in _objects(one, inquiry) if word in objects]
    if own:
        yield "object", max(own, key=len), list(objects)


def _known_objects(
    inquiries: Sequence[tuple[Answerable, Inquiry]], read: Mapping[str, str]
) -> list[str]:
    """Return the objects of all questions that are words of such documents, not scraps of them."""
    words = sorted({word for one, inquiry in inquiries for word in _objects(one, inquiry)})
    least = min(_SPOKEN_OF, len(read))
    return [word for word in words if sum(word in text for text in read.values()) >= least]


def _objects(one: Answerable, inquiry: Inquiry) -> list[str]:
    """Return the words for things that the question is about, as they stand in it."""
    limits = inquiry.limits
    fixed = {bare(words) for words in (*limits.places, *limits.ordinals, *limits.titles)}
    return [
        word
        for word, tag in rjieba.tag(one.question)
        if tag in _THINGS
        and len(word) > 1
        and rjieba.has_word(word)
        and not any(word in words or words in word for words in fixed)
    ]


def _is_missing(now: str, rest: Sequence[str], one: Answerable, read: Mapping[str, str]) -> bool:
    """Say whether nothing in the base states what is new of what the question is about."""
    if now in read[one.document] or now in bare(one.question):
        return False
    return not any(now in text and all(word in text for word in rest) for text in read.values())


def _most_like_first(was: str, others: Sequence[str], choose: random.Random) -> list[str]:
    """Return the words in a drawn order, those that end alike and are as long before others."""
    drawn = choose.sample(others, len(others))
    return sorted(drawn, key=lambda now: (now[-1] != was[-1]) + (len(now) != len(was)))
