"""What a question fixes: place, year, batch, planned or done; read from its wording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.numerals import number, numeral
from service.answering.understanding.numerals import CHINESE, parse_number
from service.answering.understanding.places import find_places


@dataclass(frozen=True, slots=True)
class Limits:
    """What the question fixes; a passage that says otherwise cannot answer it.

    `exact` are words that must stand in the sentence as they are: 省人大, 上半年.
    """

    places: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    agencies: tuple[str, ...] = ()  # 财政局 in 鹤山市财政局
    ordinals: tuple[str, ...] = ()  # 第二批, in Chinese numerals
    exact: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()  # 《…》 named in the question
    article: str | None = None  # 第四十二条
    planned: bool = False
    done: bool = False
    negated: tuple[str, ...] = ()  # 没办结: the verb that is denied
    excepted: tuple[str, ...] = ()  # 镇街 in 除了镇街，还有…
    loose: bool = False  # all values of a kind are wanted, as operands


_ORDINAL = re.compile(
    rf"第\s?(?P<number>[{CHINESE}\d]+)\s?(?P<unit>批|期|次|届|轮|阶段|季度|部分|类|档|名)"
)
_FIRST = re.compile(r"(?<!第)(?:[头首前]一?|前面那?一?)批")
_LAST_OF_TWO = re.compile(r"(?<![先前])后(?:面那?)?一?批")
_ARTICLE = re.compile(
    rf"第\s?(?P<number>[{CHINESE}\d]+)\s?条(?:之(?P<after>[一二三四五六七八九十]+))?"
)
_YEAR = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?!\d)(?!\s?[个件宗条项台次名人元万号])"
    r"|(?P<short>(?<!\d)[12]\d)\s?年(?!内|以|的|前|后|期|限)"
    r"|(?P<written>二[〇零○][〇零○一二三四五六七八九]{2})年?"
)
_MONTH = re.compile(rf"(?P<month>\d{{1,2}}|[{CHINESE}]{{1,2}})\s?月(?:份|底|初|中旬)?")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_RELATIVE_YEARS = {
    "今年": 0,
    "本年": 0,
    "去年": -1,
    "上年": -1,
    "前年": -2,
    "明年": 1,
    "后年": 2,
    "this year": 0,
    "last year": -1,
    "next year": 1,
}
_TITLE = re.compile(r"《([^《》]{2,60})》")
_DOCUMENT_NUMBER = re.compile(
    r"(?P<agency>[\u4e00-\u9fff]{2,8}?)\s?(?:[〔\[【（(]\s?(?P<year>\d{4})\s?[〕\]】）)]|(?P<bare>\d{4})\s?年)\s?"
    r"(?:第\s?)?(?P<number>\d{1,5})\s?号"
)
_AGENCY = re.compile(
    r"(?:省|市|县|区|镇)(?P<agency>(?![的和与跟同里])[\u4e00-\u9fff]{2,12}?(?:局|委员会|办公室|厅|法院|检察院|管理处))"
)
_SHORT_NUMBER = re.compile(r"(?<![\d〕\]）)])第?\s?(?P<number>\d{1,4})\s?号(?:文件|文|公文)")
_PLANNED = re.compile(r"拟|计划|打算|准备|预计|将要|\bplan(?:s|ned)?\b|going to|intend")
_DONE = re.compile(r"已经|已(?!知)|实际(?:上)?|完成了|建成|落地|真正|\balready\b|\bactually\b")
_EXACT = re.compile(
    r"[省市县区镇](?=人大|政协|委(?!员)|级)(?:人大|政协|委|级)|全国(?=人大|政协)(?:人大|政协)"
    r"|上半年|下半年|第?[一二三四]季度|上个月|本月|上周|本周"
)
_NEGATED = re.compile(r"(?:还没有?|没有|没能|没|未能|未|尚未)(?P<verb>[\u4e00-\u9fff]{2})")
_NO_DENIAL = re.compile(
    r"有没有|没有没|未来|未成|没错|没有?[的了吗超]|没有一|没有[就多]|没有具|没有规|没有写"
)
_ENGLISH_ORDINALS = {"first": "一", "second": "二", "third": "三", "fourth": "四", "fifth": "五"}
_ENGLISH_ORDINALS |= {"1st": "一", "2nd": "二", "3rd": "三", "4th": "四"}
_EXCEPTED = re.compile(
    r"除了?(?P<what>[^，。；？]{1,12}?)(?:(?:以外|之外|外)[，,]?|[，,])(?=[^。；]{0,12}(?:还|另|也|其他|别的))"
)
_CLAUSE = re.compile(r"[^，。；！？,;!?\n]+")
_QUESTION_WORD = re.compile(r"多少|几|哪|什么|谁|吗|吧|何|how|what|which|who|when")


def find_limits(wording: str, today: date) -> Limits:
    """Read what the wording (folded, standard words) fixes, as of `today`."""
    lowered = wording.lower()
    titles = tuple(match[1] for match in _TITLE.finditer(wording))
    untitled = _DOCUMENT_NUMBER.sub("", _TITLE.sub("", wording))
    article = _ARTICLE.search(untitled)
    return Limits(
        places=tuple(dict.fromkeys(find_places(untitled))),
        agencies=tuple(dict.fromkeys(match["agency"] for match in _AGENCY.finditer(untitled))),
        years=tuple(dict.fromkeys(_years(untitled, lowered, today))),
        months=tuple(dict.fromkeys(_months(untitled, lowered))),
        ordinals=ordinals_in(untitled),
        exact=tuple(dict.fromkeys(_EXACT.findall(untitled))),
        titles=titles,
        article=_article(article) if article else None,
        planned=bool(_PLANNED.search(untitled)),
        done=bool(_DONE.search(untitled)),
        negated=tuple(_negated(untitled)),
        excepted=tuple(match["what"] for match in _EXCEPTED.finditer(untitled)),
    )


def find_document_number(wording: str) -> str | None:
    """Return the 文号 the wording names, normalised, or its number alone (17号), or None."""
    match = _DOCUMENT_NUMBER.search(wording)
    if match is None:
        short = _SHORT_NUMBER.search(wording)
        return f"{short['number']}号" if short else None
    return f"{match['agency']}〔{match['year'] or match['bare']}〕{match['number']}号"


def written_ordinal(ordinal: str) -> str:
    """Write an ordinal in Chinese numerals, as official texts do."""
    value = number(ordinal)
    return numeral(value) if value else ordinal


def _years(wording: str, lowered: str, today: date) -> Iterator[int]:
    for match in _YEAR.finditer(wording):
        if match["year"]:
            yield int(match["year"])
        elif match["short"]:
            yield 2000 + int(match["short"])
        else:
            yield int(parse_number(match["written"]) or 0)
    for word, shift in _RELATIVE_YEARS.items():
        if word in lowered:
            yield today.year + shift


def _months(wording: str, lowered: str) -> Iterator[int]:
    for match in _MONTH.finditer(wording):
        month = number(match["month"])
        if month and 1 <= month <= 12 and "个" not in match[0]:
            yield month
    for index, name in enumerate(_MONTH_NAMES, 1):
        if re.search(rf"\b{name}\b(?! i\b)", lowered) and name != "may":
            yield index


def ordinals_in(wording: str) -> tuple[str, ...]:
    """Return the ordinals that a wording names (第二批, 头一批), in Chinese numerals."""
    return tuple(dict.fromkeys(_ordinals(wording, wording.lower())))


def _ordinals(wording: str, lowered: str) -> Iterator[str]:
    for match in _ORDINAL.finditer(wording):
        yield f"第{written_ordinal(match['number'])}{match['unit']}"
    if _FIRST.search(wording):
        yield "第一批"
    if _LAST_OF_TWO.search(wording):
        yield "第二批"
    for word, numeral_ in _ENGLISH_ORDINALS.items():
        if re.search(rf"\b{word}\b.{{0,30}}batch|batch {word}", lowered):
            yield f"第{numeral_}批"


def _article(match: re.Match[str]) -> str:
    branch = f"之{match['after']}" if match["after"] else ""
    return f"第{written_ordinal(match['number'])}条{branch}"


def _negated(wording: str) -> Iterator[str]:
    """Yield the verbs denied in a clause that asks something."""
    for clause in _CLAUSE.findall(wording):
        if not _QUESTION_WORD.search(clause):
            continue
        for match in _NEGATED.finditer(clause):
            if not _NO_DENIAL.search(clause[max(0, match.start() - 1) : match.end()]):
                yield match["verb"]
