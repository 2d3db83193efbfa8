"""What is never trained on: the same always and everywhere, and by document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePath

from eval.datasets import Half, Policies, Statutes, half_of

_PARTS = 6  # one document in six of the written questions is kept for measuring
_VERSION = re.compile(r"[(（]\d{4}-\d{2}-\d{2}[)）]$|^中华人民共和国")


class Halves:
    """Says of a document whether it may be trained on."""

    def __init__(self, policies: Policies, statutes: Statutes) -> None:
        self._policies = {
            policies.documents[name]: half_of(cluster)
            for name, cluster in policies.clusters.items()
        }
        self._asked_laws = {
            law_name(statutes.law_of[article])
            for question in statutes.questions
            for article in question.articles
            if half_of(statutes.law_of[article]) is Half.HELD_OUT
        }

    def trains_policy(self, text: str) -> bool:
        """Say whether a text of NCP may be trained on."""
        return self._policies[text] is Half.TUNING

    def trains_law(self, name: str) -> bool:
        """Say whether a law's text may be trained on, whatever its version."""
        plain = law_name(name)
        return plain not in self._asked_laws and not _is_kept(plain)

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
