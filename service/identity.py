"""Takes out of a text what may say who somebody is: numbers, addresses, names given as such."""

from __future__ import annotations

import re

_HIDDEN = "***"
_HIDE = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),  # mail
    re.compile(r"[\u4e00-\u9fff][A-Z][·\s]?[A-Z0-9]{5,6}(?![A-Za-z0-9])"),  # number plates
    re.compile(r"\d+\s*(?:号楼|栋|幢|单元|室|号院)"),  # a home
    # Telephones, identity cards, accounts; six digits and more, spaces and strokes between.
    re.compile(r"(?<![\d.])\d(?:[ -]?\d){5,}[Xx]?(?!\d)"),
    re.compile(r"(?<=我叫|我是|姓名)[是为:： ]{0,2}[\u4e00-\u9fff·]{2,4}"),
)


def without_identity(text: str) -> str:
    """Return the text with what may identify a person hidden.

    A name that nothing announces is not recognised.
    """
    for pattern in _HIDE:
        text = pattern.sub(_HIDDEN, text)
    return text
