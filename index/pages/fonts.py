"""A Chinese font of this machine, for the text of pages that bring none of their own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# Names that fonts with Chinese characters have, the plainer for print the earlier.
_KNOWN = (
    "notoserifcjk",
    "sourcehanserif",
    "simsun",
    "songti",
    "stsong",
    "fangsong",
    "notosanscjk",
    "notoserifsc",
    "notosanssc",
    "sourcehansans",
    "wqy",
    "uming",
    "ukai",
    "droidsansfallback",
    "simhei",
    "msyh",
    "pingfang",
)
_SUFFIXES = frozenset({".ttf", ".ttc", ".otf", ".otc"})
_BOLD = ("bold", "black", "heavy", "light", "thin", "medium")  # after the regular one
_MOST_FILES = 20_000
INSTALL = "apt-get install fonts-noto-cjk"


@cache
def find_font() -> Path | None:
    """Return a font file with Chinese characters, or None where this machine has none."""
    found = [path for path in _files() if _rank(path) is not None]
    return min(found, key=lambda path: (_rank(path) or 0, _is_bold(path), str(path)), default=None)


def _rank(path: Path) -> int | None:
    name = "".join(filter(str.isalnum, path.stem.lower()))
    return next((rank for rank, known in enumerate(_KNOWN) if name.startswith(known)), None)


def _is_bold(path: Path) -> bool:
    return any(word in path.stem.lower() for word in _BOLD)


def _files() -> Iterator[Path]:
    seen = 0
    for folder in _folders():
        for parent, _, names in os.walk(folder):
            for name in names:
                seen += 1
                if seen > _MOST_FILES:
                    return
                if Path(name).suffix.lower() in _SUFFIXES:
                    yield Path(parent, name)


def _folders() -> list[Path]:
    home = Path("~").expanduser() if os.environ.get("HOME") else None
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts")]
    own = [home / ".fonts", home / ".local/share/fonts"] if home is not None else []
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), *own]
