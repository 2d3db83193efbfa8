"""Folds text for search: width, case, script and spacing go, so that both sides' terms agree.

Only the search side is folded; what is quoted stays as printed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

from opencc import OpenCC

from index.numerals import numeral

# Scripts written without spaces: Han, kana, hangul. Their runs become characters and pairs.
_DENSE = r"\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_SPACED = rf"[^\W{_DENSE}]"  # a letter or digit of a script written with spaces

_SPACE = re.compile(rf"(?P<needed>(?<={_SPACED})\s+(?={_SPACED}))|\s+")
_ORDINAL = re.compile(r"第0*([1-9]\d{0,3})(?=[编章节条款项])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_TERM = re.compile(
    r"[〔\[【(](?P<year>(?:19|20)\d\d)[〕\]】)]第?(?P<serial>\d+)号"  # names a 文号
    rf"|(?P<word>{_SPACED}+(?:\.\d+)*)"
    rf"|(?P<run>[{_DENSE}]+)"
)


def fold(text: str) -> str:
    """Return `text` as search sees it.

    Full-width forms become half-width, capitals small, traditional characters simplified, 第12条
    becomes 第十二条, and white space stays only between words of scripts that need it.
    """
    text = unicodedata.normalize("NFKC", text).lower()
    text = _simplifier().convert(text)
    text = _SPACE.sub(lambda match: " " if match["needed"] else "", text)
    text = _ORDINAL.sub(lambda match: "第" + numeral(int(match[1])), text)
    return _THOUSANDS.sub("", text)


def terms(text: str) -> list[str]:
    """Return the terms of `text`, repeated as often as they occur.

    Numbers, Latin words and the year and serial of a 文号 are kept whole; everything else is
    characters and pairs of neighbouring characters, which need no dictionary.
    """
    found: list[str] = []
    for match in _TERM.finditer(fold(text)):
        if (run := match["run"]) is not None:
            found += run
            found += map("".join, pairwise(run))
        elif (word := match["word"]) is not None:
            found.append(word)
        else:
            found.append(f"{match['year']}〕{match['serial']}号")
    return found


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")
