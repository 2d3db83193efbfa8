"""Which document a text is: its title, 文号, issuer, kind and region."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from index.document import Kind, Section, SectionKind, Span
from index.frame import is_order
from index.markers import OWN_NUMBER
from index.masthead import ISSUE_NUMBER, is_minutes
from index.numerals import DATE, DATE_PATTERN
from index.parts import Parts

_CJK = r"\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef“”‘’"
_BESIDE_DIGIT = re.compile(
    rf"(?<=[{_CJK}])[ \xa0]+(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])[ \xa0]+(?=[{_CJK}])"
)
_ORDER_NUMBER = re.compile(
    r"(?P<order>(?:中华人民共和国)?(?P<issuer>[\u4e00-\u9fff、]{2,40}?)令\s*[（(]?\s*第?\s*"
    r"[\d〇零一二三四五六七八九十百]+\s*号)"
)  # 国务院令第711号
_PROMULGATED = re.compile(
    rf"{DATE_PATTERN}[ \u3000]*{_ORDER_NUMBER.pattern}[）)]?[ \u3000]*(?:公布|发布|颁布|颁发)"
)  # in the 题注: the order under which the text was first published
_ANNOUNCEMENT_NUMBER = re.compile(r"(?:公告)?\s*(?:19|20)\d{2}\s*年?\s*第\s*\d{1,4}\s*号")
_AGENCY = (
    r"[\u4e00-\u9fff]{2,40}?(?:人民代表大会(?:常务委员会)?|人民政府(?:办公厅|办公室)?|委员会(?:办公厅|办公室)?"
    r"|国务院(?:办公厅)?|总局|局|厅|部|署|院|室|中心|指挥部|领导小组(?:办公室)?|管委会|会|委|办|公司|处|所|队|校|银行|法院|检察院)"
)
_SIGNS = re.compile(rf"{_AGENCY}$")
_TITLE_ISSUER = re.compile(
    rf"(?P<issuer>{_AGENCY}(?:[ 、]{_AGENCY})*)\s*"
    r"(?=关于|对|印发|转发|(?:19|20)\d{2}\s*年|公告|通告|通知|令|文件)"
)
_LETTERHEAD = re.compile(r"(?P<issuer>[\u4e00-\u9fff（） 、]{4,40}?)\s*文\s?件")
_SESSION = r"(?:第[\d零〇一二三四五六七八九十百]+届)?"
_ENACTING = re.compile(
    rf"{_SESSION}(?P<place>全国|[\u4e00-\u9fff]{{2,10}}?(?:省|市|自治区|自治州|自治县|县|旗|区)){_SESSION}"
    r"(?P<congress>人民代表大会(?:常务委员会)?)"
    r"|(?:中华人民共和国)?(?P<agency>国务院|[\u4e00-\u9fff]{2,12}?(?:部|委员会|总局|局|署|银行|人民政府))"
    r"(?=令|公告|发布|公布|第|办公会议|批准|常务会议|颁布|[、，])"
)
_ONLY_APPROVED = re.compile(r"^[^，。；]*批准(?!.*(?:公布|发布))")

_NAME = r"(?:(?![和与及的局部厅委院会各本我该全])[\u4e00-\u9fff]){2,7}?"
_UNIT = (
    r"(?:省|自治区|特别行政区|自治州|自治县|市(?!场|民|容|政[^务府协])|盟(?!员)|县|旗|新区"
    r"|(?<![发范园业社地市片景验税洪查政胜能])区(?![域划别位]))"
)
_TOWN = r"(?:镇|乡(?!村|镇|土)|街道)"
_REGION = re.compile(
    rf"(?:中共|中国共产党)?(?P<chain>(?!国家|中华|全国|中国|关于|印发|转发)(?:{_NAME}{_UNIT}){{1,3}}(?:{_NAME}{_TOWN})?)"
)
_STEP = re.compile(rf"{_NAME}(?:{_UNIT}|{_TOWN})")

_KINDS_BY_TITLE = (
    (r"问答|常见问题|百问|FAQ", Kind.FAQ),
    (
        r"解读|答记者问|司法解释|(?:最高人民法院|最高人民检察院).*(?:解释|规定|批复)",
        Kind.INTERPRETATION,
    ),
    (r"(?:办事|服务|办理|申请|申报)指[南引]", Kind.SERVICE_GUIDE),
    (r"报告$|年报$|总结$", Kind.REPORT),
)
_LAW_TITLE = re.compile(r"(?:中华人民共和国)?[\u4e00-\u9fff]+(?<!办)法(?:典)?")
_NORMATIVE_TITLE = re.compile(
    r"(?:通知|意见|办法|规定|细则|方案|措施|公告|通告|决定|批复|通报|函|规划|要点|规则|纲要|预案)$"
)
_OPENING = re.compile(r"\s*([^\s。！？；]{4,60})")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def title_of(parts: Parts) -> tuple[str, Span] | None:
    """Return the title without the spaces a typesetter left beside digits.

    The 令 that promulgates a regulation lends its number, the regulation its title.
    """
    titles = parts.of(SectionKind.TITLE)
    regulations = parts.annex_sections(SectionKind.TITLE)
    if titles and regulations and is_order(_printed(parts.text, titles[0])):
        titles = regulations
    if not titles:
        return None
    span = titles[0].heading or titles[0].span
    title = clean_title(span.of(parts.text))
    return (title, span) if title else None


def opening_of(parts: Parts, name: str) -> tuple[str, Span] | None:
    """Return the first words of a text without a title, where its file's name says nothing either.

    They end with the line, the sentence or the first gap.
    """
    match = _OPENING.match(parts.text)
    if match is None or len(_HAN.findall(name)) >= 4:
        return None
    return match[1], Span(*match.span(1))


def clean_title(printed: str) -> str:
    """Join the lines of a title and close the gaps beside digits; keep those between names."""
    title = re.sub(r"\s*\n\s*", "", printed.strip())
    if re.fullmatch(r"\S(?:\s+\S)+", title):  # 通 告
        return re.sub(r"\s", "", title)
    return re.sub(r"[ \u3000\xa0]+", " ", _BESIDE_DIGIT.sub("", title))


def number_of(parts: Parts) -> tuple[str, Span] | None:
    """Return the 发文字号 in its one form, 鹤政数〔2022〕17号; only from the head or the title."""
    for title in parts.of(SectionKind.TITLE):
        order = _ORDER_NUMBER.match(parts.text, title.span.start)
        if order:
            return _plain_order(order["order"]), Span(*order.span("order"))
    places = [*parts.of(SectionKind.HEAD), *parts.of(SectionKind.TITLE)]
    for section in places:
        found = _number_in(parts.text, section.span)
        if found:
            return found
    if (issue := issue_of_minutes(parts)) is not None:
        return re.sub(r"\s", "", issue.of(parts.text)), issue
    for section in _heads(parts):
        promulgated = _PROMULGATED.search(parts.text, section.span.start, section.span.end)
        if promulgated:
            return _plain_order(promulgated["order"]), Span(*promulgated.span("order"))
    return None


def issue_of_minutes(parts: Parts) -> Span | None:
    """Return the number of 纪要, which has no agency: 第5期 or 〔2021〕2号."""
    below_name = False
    for section in parts.root.children:
        for line in re.finditer(r"[^\n]+", section.span.of(parts.text)):
            issue = ISSUE_NUMBER.fullmatch(line[0].strip())
            if issue is not None and below_name:
                start = section.span.start + line.start() + line[0].index(issue["issue"])
                return Span(start, start + len(issue["issue"]))
            below_name = is_minutes(line[0])
        if section.kind not in {SectionKind.TITLE, SectionKind.HEAD}:
            return None
    return None


def _number_in(text: str, within: Span) -> tuple[str, Span] | None:
    position = within.start
    for line in within.of(text).splitlines(keepends=True):
        visible = line.strip().strip("（()）")
        start = position + line.index(visible) if visible else position
        position += len(line)
        if DATE.match(visible):
            continue  # a 题注, which cites the numbers of others
        for word in re.finditer(r"(?:^|(?<=[\s（(]))(?=\S)", visible):
            match = OWN_NUMBER.match(text, start + word.start(), within.end)
            if match:
                return normal_number(match), Span(*match.span())
        order = _ORDER_NUMBER.match(text, start, within.end)  # 第487号 may stand on the next line
        if order and not text[order.end() :].startswith("《"):
            return _plain_order(order["order"]), Span(*order.span("order"))
        if _ANNOUNCEMENT_NUMBER.fullmatch(visible):
            return _plain_order(visible), Span(start, start + len(visible))
    return None


def _plain_order(printed: str) -> str:
    plain = re.sub(r"[\s（(]", "", printed).replace("中华人民共和国", "")
    return re.sub(r"[０-９]", lambda digit: str(int(digit[0])), plain)


def normal_number(match: re.Match[str]) -> str:
    """Write a 文号 with 〔〕, without spaces and without 第."""
    agency = re.sub(r"\s", "", match["agency"])
    return f"{agency}〔{match['year']}〕{int(match['serial'])}号"


def issuer_of(parts: Parts, title: str) -> tuple[str, Span | None] | None:
    """Return who issued the document: by its signature, its 题注, its title or its 红头."""
    return (
        _signing_agency(parts)
        or _enacting_body(parts)
        or _ordering_body(parts)
        or _agency_in_title(parts, title)
        or _agency_of_letterhead(parts)
        or _agency_above(parts)
    )


def _signing_agency(parts: Parts) -> tuple[str, Span] | None:
    for section in parts.of(SectionKind.SIGNATURE):
        printed = section.span.of(parts.text)
        day = DATE.search(printed)
        signed = (printed[: day.start()] if day else printed).rstrip()
        names = _agencies(signed)
        if names:
            start = section.span.start + len(signed) - len(signed.lstrip())
            return "、".join(names), Span(start, section.span.start + len(signed))
    return None


def _agencies(signed: str) -> list[str]:
    """Return the names signed; a name broken by a space is one name."""
    pieces = [
        name for piece in re.split(r"[\s\u3000、]+", signed.strip()) for name in _unglued(piece)
    ]
    if all(_SIGNS.fullmatch(piece) for piece in pieces):
        return pieces
    whole = "".join(pieces)
    return [whole] if _SIGNS.fullmatch(whole) else []


def _unglued(piece: str) -> list[str]:
    """Part agencies of one place that are set without a space: 某省教育厅某省财政厅."""
    place = _REGION.match(piece)
    if place is None:
        return [piece]
    return re.split(rf"(?<=[局委办厅府部院会署行室])(?={place['chain']})", piece)


def _agency_in_title(parts: Parts, title: str) -> tuple[str, Span | None] | None:
    match = _TITLE_ISSUER.match(title)
    if match is None:
        return None
    issuer = match["issuer"].replace(" ", "、")
    for section in parts.of(SectionKind.TITLE):
        start = parts.text.find(match["issuer"], section.span.start, section.span.end)
        if start >= 0:
            return issuer, Span(start, start + len(match["issuer"]))
    return issuer, None


def _ordering_body(parts: Parts) -> tuple[str, Span] | None:
    for section in [*parts.of(SectionKind.TITLE), *parts.of(SectionKind.HEAD)]:
        match = _ORDER_NUMBER.match(parts.text, section.span.start)
        if match:
            return match["issuer"], Span(*match.span("issuer"))
    return None


def _agency_of_letterhead(parts: Parts) -> tuple[str, Span] | None:
    for section in parts.of(SectionKind.HEAD):
        match = _LETTERHEAD.match(parts.text, section.span.start, section.span.end)
        if match:
            return re.sub(r"\s", "", match["issuer"]), Span(*match.span("issuer"))
    return None


def _agency_above(parts: Parts) -> tuple[str, Span] | None:
    """Return the agency that dates 纪要 in their head."""
    for section in parts.of(SectionKind.HEAD):
        for line in re.finditer(r"[^\n]+", section.span.of(parts.text)):
            day = DATE.search(line[0])
            name = line[0][: day.start()].strip() if day else ""
            if _SIGNS.fullmatch(name):
                start = section.span.start + line.start() + line[0].index(name)
                return re.sub(r"\s", "", name), Span(start, start + len(name))
    return None


def _enacting_body(parts: Parts) -> tuple[str, Span] | None:
    """Return who first enacted a regulation, as its 题注 says; who only approved it did not."""
    for section in _heads(parts):
        order = _PROMULGATED.search(parts.text, section.span.start, section.span.end)
        if order and "、" in order["issuer"]:
            return _plain_order(order["issuer"]), Span(*order.span("issuer"))
        for line in re.finditer(r"[^\n]+", section.span.of(parts.text)):
            start = section.span.start + line.start()
            days = [match.end() for match in DATE.finditer(line[0])]
            for begin, end in itertools.pairwise([*days, len(line[0])]):
                clause = line[0][begin:end]
                match = _ENACTING.match(clause.lstrip(" \u3000经由"))
                if match is None or _ONLY_APPROVED.match(clause):
                    continue
                name = match["agency"] or f"{match['place']}{match['congress']}"
                offset = start + begin + len(clause) - len(clause.lstrip(" \u3000经由"))
                last = "agency" if match["agency"] else "congress"
                first = "agency" if match["agency"] else "place"
                return name, Span(offset + match.start(first), offset + match.end(last))
    return None


def _heads(parts: Parts) -> Sequence[Section]:
    return [*parts.of(SectionKind.HEAD), *parts.annex_sections(SectionKind.HEAD)]


def region_of(parts: Parts, title: str, issuer: str | None) -> tuple[str, Span | None] | None:
    """Return the county, city or province of the issuer, or of the title."""
    for words in (issuer or "", title.lstrip("《〈")):
        match = _REGION.match(words)
        if match is None:
            continue
        steps = _STEP.findall(match["chain"])
        district = len(steps) > 1 and steps[-1].endswith(("区", "镇", "乡", "街道"))
        region = "".join(steps[-2:]) if district else steps[-1]
        position = parts.text.find(region)
        return region, Span(position, position + len(region)) if position >= 0 else None
    return None


def kind_of(parts: Parts, title: str, issuer: str | None) -> Kind:
    """Return what sort of text a document is, by its title, its issuer and its form."""
    by = issuer or ""
    bare = re.sub(r"[（(][^）)]*[）)]$", "", title)
    for pattern, kind in _KINDS_BY_TITLE:
        if re.search(pattern, bare):
            return kind
    if "人民代表大会" in by:
        return Kind.LAW if "全国人民代表大会" in by else Kind.LOCAL_REGULATION
    if _LAW_TITLE.fullmatch(bare):
        return Kind.LAW
    if bare.endswith("条例") and not bare.startswith(
        "中国共产党"
    ):  # no lesser rule may be called so
        local = region_of(parts, title, issuer) is not None
        return Kind.LOCAL_REGULATION if local else Kind.ADMINISTRATIVE_REGULATION
    if parts.has_articles() and re.search(r"(?:办法|规定|细则|规则)$", bare):
        return _regulation_kind(parts, by)
    return Kind.NORMATIVE_DOCUMENT if _NORMATIVE_TITLE.search(bare) else Kind.OTHER


def _regulation_kind(parts: Parts, issuer: str) -> Kind:
    """Tell 行政法规 from 规章 and 规范性文件, where the 令 or the issuer says it."""
    number = number_of(parts)
    head = "".join(section.span.of(parts.text) for section in _heads(parts))
    if issuer.endswith("国务院") or re.search(r"国务院令|国务院批准|国务院关于(?:废止和)?修", head):
        return Kind.ADMINISTRATIVE_REGULATION
    if (number and "令" in number[0]) or re.search(r"(?:部|委员会|政府|总局|署|银行)令", head):
        return Kind.RULE
    return Kind.NORMATIVE_DOCUMENT if number else Kind.OTHER


def _printed(text: str, section: Section) -> str:
    return section.span.of(text).strip()
