"""公开属性 as people write it into a cell or a field of their own."""

from __future__ import annotations

import re
import unicodedata

from index.document import Disclosure

_ON_REQUEST = re.compile(r"依申请|onrequest|on_request")
_INTERNAL = re.compile(
    r"不(?!限)|未|非|内部|仅|(?<!不)限|免予|^否$|^n(?:o)?$|internal|保密|秘密|机密|坐席"
)
_PUBLIC = re.compile(r"(?<!部分)公开|不限|对外|公众|社会|^是$|^y(?:es)?$|public|全部|所有人|任何人")


def disclosure_of(words: str) -> Disclosure | None:
    """Read who may see something; None where the words are neither public nor internal for sure."""
    words = "".join(unicodedata.normalize("NFKC", words).lower().split())
    for pattern, disclosure in (
        (_ON_REQUEST, Disclosure.ON_REQUEST),
        (_INTERNAL, Disclosure.INTERNAL),
        (_PUBLIC, Disclosure.PUBLIC),
    ):
        if pattern.search(words):
            return disclosure
    return None
