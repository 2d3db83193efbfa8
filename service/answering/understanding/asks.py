"""What sort of answer a question asks for: a count, a date, a name, a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import rjieba

from service.answering.understanding.numerals import CHINESE, NUMBER, parse_number
from service.answering.understanding.terms import bare


class Asks(StrEnum):
    """What sort of answer would satisfy the question."""

    COUNT = "count"
    MONEY = "money"
    RATE = "rate"
    PERIOD = "period"
    DATE = "date"
    PHONE = "phone"
    ADDRESS = "address"
    WHO = "who"  # a person or an agency
    WHICH = "which"  # a name, a place, a list
    CLAUSE = "clause"  # whether, what if: a clause of the text settles it
    PASSAGE = "passage"  # why, how, what does it say


TYPED = frozenset({Asks.COUNT, Asks.MONEY, Asks.RATE, Asks.PERIOD, Asks.DATE, Asks.PHONE})
TOLD_BY_PASSAGES = frozenset({Asks.CLAUSE, Asks.PASSAGE})
MAY_BE_TOLD_BY_PASSAGES = TOLD_BY_PASSAGES | {Asks.WHICH, Asks.WHO}


class Operation(StrEnum):
    """Arithmetic over stated values."""

    SUM = "sum"
    DIFFERENCE = "difference"
    REMAINDER = "remainder"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `noun` is what is counted or named; `claim` is a value to confirm.

    `verb` is the word whose object is asked for: 涉及 in 涉及什么, 配合 in 配合哪个部门.
    """

    kind: Asks
    unit: str = ""
    noun: str = ""
    verb: str = ""
    claim: Decimal | None = None


_UNIT = (
    "个百分点|个工作日|工作日|个月|小时|分钟|人次|户次|件次|批次|平方公里|平方米|公顷|公里|"
    "万元|亿元|元|块钱|块|钱|万|亿|周岁|岁|天|日|年|周|个|名|人|位|件|宗|条|项|次|台|套|家|户|份|张|辆|部|"
    "所|间|座|处|场|期|届|类|种|级|篇|册|本|亩|米|吨|倍|例|起|单|门|页|款|批|成"
)
_HOW_MANY = re.compile(rf"(?:多少|几|好多)\s?(?P<unit>{_UNIT})?(?P<noun>[^，。？！?,；]{{0,12}})")
_NUMBER_OF = re.compile(
    r"(?P<unit>[台宗件条个项人户家次单份])数|数量|总量|总数|人数|业务量|办理量|办件量|受理量|多不多"
)
_SAID = r"[吗吧么嘛呢，？]|是不是|对不对|没错|$"  # what may follow a number that stands alone
_CLAIM = re.compile(
    rf"(?P<number>{NUMBER})\s?[余多来]?\s?(?P<unit>[%％]|{_UNIT}|(?<=[\d万亿百千])(?={_SAID}))"
)
_PERCENT_CLAIM = re.compile(rf"百分之(?P<number>[{CHINESE}\d.]+)|(?P<rate>\d+(?:\.\d+)?)\s?[%％]")
_CONFIRMS = re.compile(
    r"(?:吗|吧|么|嘛|没有|对不对|是不是|是吗|对吗|没错|先)[呀啊]?[？?。！!~～]*$"
    r"|是不是|是否|刚好|正好|恰好|对不对|[吗吧]，|好像|记得|听说|听讲|有没有到|有没有超|应该是"
)
_MONEY_UNITS = frozenset({"元", "万元", "亿元", "块钱", "块", "钱", "万", "亿"})
_PERIOD_UNITS = frozenset({"天", "日", "年", "周", "个月", "小时", "分钟", "工作日", "个工作日"})

_RATE = re.compile(
    r"百分之(?:几|多少)|百分比|占比|比例|比率|(?<![效频汇税利])率|满意度|几个百分点|几成|多少成|比重|份额|幅度|扣除.{0,2}多少|占(?:了|到|据)?多少(?![个家项件宗条台名人户])"
)
_PERIOD = re.compile(
    r"多长时间|多久|期限|时限|多长|几天|几日|几年(?!级)|几个月|几个工作日|有效期"
    r"|多少(?:个)?(?:天|日|工作日|小时|月|年)(?:内|之内|以内)?"
)
_WHEN = re.compile(
    r"什么时候|什么时间|何时|哪天|哪一天|哪年|哪一年|哪月|哪个月|几月|几号|几时|什么日子|日期|哪日"
    r"|时间是|啥时候?|什么日期|何日|哪个时间|什么期间|哪个期间"
)
_MONEY = re.compile(
    r"多少钱|多少(?:万|亿)?元|金额|几块|罚多少|多少罚款|罚款(?:是|为|最高|最低|上限)?多少|几钱|多少块"
    r"|投资多少|经费(?:是)?多少|花了?多少|罚款.{0,5}多少|罚.{0,3}多少"
)
_PHONE = re.compile(
    r"电话(?:号码)?(?:是|为)?(?:多少|什么|几|号)|联系电话|电话号码|手机号|联系方式|打(?:什么|哪个)电话"
    r"|热线(?:号码|电话)(?:是多少|是什么|是几|是哪)|什么热线|打几号|拨打?(?:什么|哪个)"
)
_ADDRESS = re.compile(r"网址|邮箱|官网地址|网站地址")
_AGENCY = "部门|单位|机关|机构|局|法院|政府|委员会|委|组织|公司|企业"
_WHO = re.compile(
    rf"谁|哪位|哪个人|什么人|何人|哪(?:个|些|家|几个|两个|一个)?[^，。？]{{0,4}}?(?:{_AGENCY})|什么(?:{_AGENCY})|由哪|归哪"
)
_WHICH = re.compile(
    r"(?:哪(?P<several>一|些|几|两|三)?(?P<unit>个|家|项|种|类|份|部|条|座|方|样|门|批|场|次|本|款|级)?|什么|啥|何种|哪里|哪儿)"
    r"(?P<noun>[^，。？！?,；的是]{0,10})|名称|名字"
)
_WHY_OR_HOW = re.compile(
    r"为什么|为何|原因|怎么(?!了)|怎样|如何|什么意思|什么流程|步骤|什么措施|有什么要求|介绍|意义|什么办法"
    r"|啥意思|说明|是?指(?:的是)?(?:什么|啥)|^什么是|做了(?:什么|哪些)|(?:哪些|什么)(?:工作|措施|不足|问题|安排|举措|打算|要求|做法|部署|困难|成效)"
    r"|目的|内容是(?:什么|啥)|讲了|说了|干了|搞了(?:什么|哪些)|有何|(?:用来|用于|主要)(?:做|干)(?:什么|啥)"
)
_SUM = re.compile(
    r"加起来|合计|总共|一共|共计|总数|总和|加在一起|合起来|加总|总计|合共|拢共|共有|共多少|共几|共是|加埋"
)
_DIFFERENCE = re.compile(
    r"相差|差(?:了)?多少|差几|多(?:出|了)?(?:多少|几)(?!人)|少(?:了)?(?:多少|几)|差额|之差|比(?![例率重如赛]).{1,20}(?:多|少)"
)
_REMAINDER = re.compile(
    r"(?:还有|还剩|剩下|剩余|尚有|仍有|尚未|还没|没有?|未|余下)[^，。；！？]{0,12}(?:多少|几)"
    r"|(?:多少|几)[^，。；！？]{0,10}(?:还没|没有?|未|尚未|没能|剩)|剩多少|剩下多少"
)
_SHARE = re.compile(r"占(?:了)?.{0,12}(?:多少|几成|百分之|比)|比重|占.{0,4}比例")
_CONFIRMABLE = frozenset({Asks.CLAUSE, Asks.PASSAGE, Asks.RATE, Asks.DATE, Asks.WHICH, Asks.COUNT})
_CONFIRMABLE |= {Asks.MONEY, Asks.PERIOD}
_SEVERALLY = re.compile(r"分别|各自?(?=是|为|有|占|多少|几|能|要|需|收|办|不|最)")
_NAMING = frozenset({"名字", "名称", "名"})


def asked_in_chinese(wording: str) -> Request:
    """Say what a Chinese question asks for."""
    request = _kind(wording)
    if request.kind in TYPED and _SEVERALLY.search(wording):  # one value would be half an answer
        return Request(Asks.PASSAGE)
    return _confirmation(wording, request)


def _kind(wording: str) -> Request:  # noqa: C901, PLR0911 - one line a kind, in order of surety
    how_many = _HOW_MANY.search(wording)
    if _PHONE.search(wording):
        return Request(Asks.PHONE)
    if _WHY_OR_HOW.search(wording) and not re.search(r"多少|几[个项件宗条台次部]", wording):
        return Request(Asks.PASSAGE)
    if _WHEN.search(wording):
        return Request(Asks.DATE)
    if _PERIOD.search(wording):
        return Request(Asks.PERIOD)
    if _MONEY.search(wording):
        return Request(Asks.MONEY, "元")
    if _RATE.search(wording) and not (how_many and how_many["unit"] not in {None, "成"}):
        return Request(Asks.RATE, "%", _rate_named(wording))
    if how_many and not re.search(r"哪几", wording):
        return _counted(how_many)
    if _WHO.search(wording):
        return Request(Asks.WHO, noun=_which_noun(wording), verb=_verb_before(wording))
    if _WHICH.search(wording):
        which = _WHICH.search(wording)
        unit = (which["unit"] or "") if which and which["several"] in {"几", "两", "三"} else ""
        return Request(Asks.WHICH, unit, _which_noun(wording), _verb_before(wording))
    number_of = _NUMBER_OF.search(wording)
    if number_of:
        return Request(Asks.COUNT, number_of["unit"] or "")
    return Request(Asks.ADDRESS if _ADDRESS.search(wording) else Asks.CLAUSE)


def _rate_named(wording: str) -> str:
    """Return the rate a question names: 办结率, 满意度; empty where it only asks for a share."""
    named = re.search(r"(?P<of>[\u4e00-\u9fff]{2})(?:率|度)(?!假)", wording)
    if named is None or named["of"].endswith(("比", "概", "几", "制", "年")):
        return ""
    return named[0].replace("度", "率")


def _counted(match: re.Match[str]) -> Request:
    unit = match["unit"] or ""
    if unit == "个百分点":
        return Request(Asks.RATE, "%")
    if unit in _MONEY_UNITS:
        return Request(Asks.MONEY, unit)
    if unit in _PERIOD_UNITS:
        return Request(Asks.PERIOD, unit)
    return Request(Asks.COUNT, unit, _noun_phrase(match["noun"]))


def _noun_phrase(rest: str) -> str:
    """Keep the noun phrase that opens `rest`: 事项可以两市通办 counts 事项."""
    noun = ""
    words = rjieba.tag(rest)
    for index, (word, tag) in enumerate(words):
        if tag[0] not in "njlabiqzv" or (tag == "v" and noun and not _goes_on(words, index)):
            break
        noun += word
    return bare(noun)


def _goes_on(words: list[tuple[str, str]], index: int) -> bool:
    """Say whether a verb is part of a longer noun: 廉政教育|警示|片."""
    return index + 1 < len(words) and words[index + 1][1][0] in "nqk" and len(words[index][0]) > 1


def _which_noun(wording: str) -> str:
    """Return the noun that 哪个 or 什么 asks for, or the noun before 叫什么 and 是什么."""
    match = _WHICH.search(wording) or re.search(r"哪|谁|什么", wording)
    rest = match.groupdict().get("noun") or "" if match else ""
    noun = _noun_phrase(rest.removeprefix("一").lstrip("几些个两三"))
    if noun and noun not in _NAMING:
        return noun
    before = wording[: match.start()] if match else wording
    nouns = [word for word, tag in rjieba.tag(before) if tag[0] in "nlj" or tag == "vn"]
    return bare(nouns[-1]) if nouns else ""


def _verb_before(wording: str) -> str:
    """Return the verb right before the question word, whose object is asked for."""
    match = re.search(r"哪|谁|什么|啥", wording)
    if match is None:
        return ""
    words = rjieba.tag(wording[: match.start()])
    while words and (
        words[-1][1][0] in "up" or words[-1][0] in {"了", "到", "给", "过", "的", "是"}
    ):
        words.pop()
    return words[-1][0] if words and words[-1][1][0] == "v" and len(words[-1][0]) > 1 else ""


def _confirmation(wording: str, request: Request) -> Request:  # noqa: PLR0911 - one exit a kind
    """Turn 刚好78000宗吧 into the question it implies, remembering the claim."""
    if request.kind not in _CONFIRMABLE:
        return request
    if not _CONFIRMS.search(wording) or re.search(r"多少|[^一二三四五六七八九十]几", wording):
        return request
    percent = _PERCENT_CLAIM.search(wording)
    if percent:
        number = parse_number(percent["rate"] or percent["number"])
        return replace(request, kind=Asks.RATE, unit="%", claim=number)
    if re.search(r"\d\s?[月号]|\d日", wording):
        return Request(Asks.DATE)
    claims = [match for match in _CLAIM.finditer(wording) if not _belongs_elsewhere(wording, match)]
    if not claims or request.kind is Asks.DATE:
        return request
    claim = claims[-1]
    number, unit = parse_number(claim["number"]), claim["unit"]
    rest = re.split(
        r"[，。？！?,；吗吧呢嘛]|[是对]不[是对]|[是对没]错?吗?$", wording[claim.end() :]
    )[0]
    noun = _noun_phrase(rest)
    if not unit and request.kind in {Asks.MONEY, Asks.PERIOD}:
        return replace(request, claim=number)
    if unit in _MONEY_UNITS:
        return Request(Asks.MONEY, unit, claim=number)
    if unit in _PERIOD_UNITS:
        return Request(Asks.PERIOD, unit, claim=number)
    return Request(Asks.COUNT, unit, noun, claim=number)


def _belongs_elsewhere(wording: str, match: re.Match[str]) -> bool:
    """Say whether a number is part of an ordinal, a year, a month or a catchword (一件事)."""
    if wording[: match.start()].endswith(("第", "“", "每")):
        return True
    if match["unit"] in {"年", "月"} and match["number"].isdigit():
        return True
    return match["number"] == "一" and not wording[match.end() :].startswith(("吗", "吧"))


def asked_operation(wording: str) -> Operation | None:
    """Say which arithmetic a Chinese question asks for, if any."""
    if not re.search(r"多少|几|差|比例|占比|比重|剩", wording):
        return None
    if _SHARE.search(wording):
        return Operation.SHARE
    if _DIFFERENCE.search(wording):
        return Operation.DIFFERENCE
    if _REMAINDER.search(wording) and not re.search(r"有没有|没有超|未成年|不得|除了?", wording):
        return Operation.REMAINDER
    return (
        Operation.SUM
        if _SUM.search(wording) or re.search(r"两[批项者]|[和与跟、].*(?:都|各|共)", wording)
        else None
    )
