"""Who asks, and what for: scopes, and the callers that have them, on every channel alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a caller may do. `admin` includes all others."""

    ASK = "ask"
    SEARCH = "search"
    READ = "read"
    WRITE = "write"
    CURATE = "curate"
    ADMIN = "admin"


SCOPE_NAMES = {
    Scope.ASK: "提问",
    Scope.SEARCH: "检索",
    Scope.READ: "读文件",
    Scope.WRITE: "收进、更改和移除文件",
    Scope.CURATE: "维护标准问答",
    Scope.ADMIN: "管理",
}
_ANONYMOUS = "anonymous"
OPEN_SCOPES = frozenset({Scope.ASK, Scope.SEARCH, Scope.READ})  # what the anonymous can be let do


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who sent a request.

    `name` tells callers apart: a key's prefix, or what kind of caller it is. Only a key can see
    what is not public. `rate_limit` is the key's own, if it has one.
    """

    name: str
    scopes: frozenset[Scope]
    sees_internal: bool = False
    rate_limit: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """Say whether nobody knows who it is."""
        return self.name == _ANONYMOUS

    def may(self, scope: Scope) -> bool:
        """Say whether the caller may do this."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


LOCAL = Caller("local", frozenset(Scope))  # a program on this machine itself
SITE = Caller("site", frozenset(Scope))  # the key in the site's settings


def anonymous(scopes: frozenset[Scope]) -> Caller:
    """Return the caller whom nobody knows."""
    return Caller(_ANONYMOUS, scopes & OPEN_SCOPES)
