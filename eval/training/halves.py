"""What is never trained on: the same always and everywhere.

By document; of laws also by article. Half of STARD's questions ask about one code, so what
measures there are articles that no question trained on asks for, and of every law the articles
that our own questions rest on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePath

from eval.datasets import Half, Policies, half_of
from eval.matching import squash

_PARTS = 6  # one document in six of the written questions is kept for measuring
_VERSION = re.compile(r"[(（]\d{4}-\d{2}-\d{2}[)）]$|^中华人民共和国")


class Halves:
    """Says of a document whether it may be trained on; `quotes` are what measuring asks for."""

    def __init__(self, policies: Policies, quotes: Iterable[str] = ()) -> None:
        self._policies = {
            policies.documents[name]: half_of(cluster)
            for name, cluster in policies.clusters.items()
        }
        self._quotes = tuple(sorted({squash(quote) for quote in quotes} - {""}))

    def trains_policy(self, text: str) -> bool:
        """Say whether a text of NCP may be trained on."""
        return self._policies[text] is Half.TUNING

    def trains_law(self, name: str) -> bool:
        """Say whether a law's text may be trained on, whatever its version."""
        return not _is_kept(law_name(name))

    def trains_passage(self, text: str) -> bool:
        """Say whether questions about a passage may be trained on, wherever it stands."""
        squashed = squash(text)
        return not any(quote in squashed for quote in self._quotes)

    def trains_document(self, key: str) -> bool:
        """Say whether another document may be trained on."""
        return not _is_kept(key)


def law_name(name: str) -> str:
    """Return a law's name without its country, version and place in the folders."""
    plain = PurePath(name).name.removesuffix(".md")
    return _VERSION.sub("", _VERSION.sub("", plain))


def first_by_hash(keys: Iterable[str]) -> list[str]:
    """Return keys in an order that says nothing, the same for all."""
    return sorted(set(keys), key=lambda key: hashlib.sha256(key.encode()).digest())


def _is_kept(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % _PARTS == 0
