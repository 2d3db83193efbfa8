"""Agencies change their names: who became whom, and by which short names they go."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from index.errors import InvalidRequest

SITE_FILE = "agencies.toml"  # in the data directory
_JOINT = "、"  # between agencies that issue together
_ANY_PLACE = "*"  # *国土资源局 is that of every place


@dataclass(frozen=True, slots=True)
class Change:
    """That agencies are, since some year, another. The year is None where nobody has said.

    One that is `likely` was made in most places: it holds where somebody names the new agency,
    and is told to nobody who does not.
    """

    former: tuple[str, ...]
    now: str
    since: int | None = None
    likely: bool = False


@dataclass(frozen=True, slots=True)
class Agencies:
    """A table of changes and of short names, each with the name it stands for."""

    changes: tuple[Change, ...]
    aliases: Mapping[str, str]

    def name(self, said: str) -> str:
        """Return the full name of an agency, as far as it is known."""
        said = "".join(said.split())
        return self.aliases.get(said, said)

    def short_names(self, agency: str) -> list[str]:
        """Return the short names by which an agency goes."""
        return [short for short, name in self.aliases.items() if name == agency]

    def after(self, agency: str) -> Iterator[tuple[str, int | None]]:
        """Yield what an agency has become, step by step, each with the year."""
        seen = {self.name(agency)}
        step = [self.name(agency)]
        while step:
            following = []
            for name in step:
                for now, since in self._next(name):
                    if now not in seen:
                        seen.add(now)
                        following.append(now)
                        yield now, since
            step = following

    def is_or_became(self, agency: str, wanted: str) -> bool:
        """Say whether an agency is the wanted one, or has become it."""
        wanted = self.name(wanted)
        return self.name(agency) == wanted or any(now == wanted for now, _ in self.after(agency))

    def issuers(self, wanted: Iterable[str], there: Iterable[str | None]) -> frozenset[str]:
        """Return the issuers there are whose documents somebody wants who names agencies of today.

        Of several who issued together one is enough. What was asked for stays in it, so that a
        filter by an agency that is not there admits nothing.
        """
        asked = [(name, self.name(name)) for name in wanted]
        found = {
            issuer
            for issuer in there
            if issuer is not None
            and any(
                self.is_or_became(part, name) for part in issuer.split(_JOINT) for _, name in asked
            )
        }
        return frozenset(found.union(name for name, _ in asked))

    def certain(self) -> Agencies:
        """Return the table without what is only likely."""
        return replace(self, changes=tuple(one for one in self.changes if not one.likely))

    def are_one(self, first: str | None, second: str | None) -> bool:
        """Say whether two names are those of one agency, then and now."""
        if first is None or second is None:
            return first == second
        return self.is_or_became(first, second) or self.is_or_became(second, first)

    def with_more(self, table: str) -> Agencies:
        """Return the table with a site's own before it. Raises InvalidRequest."""
        more = _read(table)
        return Agencies((*more.changes, *self.changes), {**self.aliases, **more.aliases})

    def _next(self, name: str) -> Iterator[tuple[str, int | None]]:
        for change in self.changes:
            for former in change.former:
                if former == name:
                    yield change.now, change.since
                elif former.startswith(_ANY_PLACE) and name.endswith(former[1:]):
                    place = name.removesuffix(former[1:])
                    if place:
                        yield change.now.replace(_ANY_PLACE, place, 1), change.since


@cache
def national() -> Agencies:
    """Return the table that is shipped."""
    return _read(files("index").joinpath("agencies.toml").read_text("utf-8"))


def agencies_of(directory: Path) -> Agencies:
    """Return the shipped table with the site's own, where it has one. Raises InvalidRequest."""
    try:
        own = (directory / SITE_FILE).read_text("utf-8")
    except FileNotFoundError:
        return national()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(error)) from error
    return national().with_more(own)


def _read(table: str) -> Agencies:
    try:
        given = tomllib.loads(table)
        if unknown := given.keys() - {"aliases", "changes"}:
            raise _wrong(f"不认识 {'、'.join(sorted(unknown))}")
        changes = tuple(_change(one) for one in given.get("changes", ()))
        aliases = {
            _name(short): _name(name)
            for name, shorts in given.get("aliases", {}).items()
            for short in shorts
        }
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise _wrong(str(error)) from error
    return Agencies(changes, aliases)


def _change(given: Mapping[str, Any]) -> Change:
    if unknown := given.keys() - {"former", "now", "since", "likely"}:
        raise ValueError(f"不认识 {'、'.join(sorted(unknown))}")
    former: Sequence[str] = given["former"]
    since, likely = given.get("since"), given.get("likely", False)
    if isinstance(former, str) or not isinstance(since, int | None):
        raise TypeError("former 应是列表，since 应是年份")
    if not isinstance(likely, bool):
        raise TypeError("likely 应是 true 或 false")
    return Change(tuple(_name(one) for one in former), _name(given["now"]), since, likely)


def _name(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise TypeError("机关名称应是文字")
    return given.strip()


def _wrong(reason: str) -> InvalidRequest:
    return InvalidRequest(
        f"数据目录里的 {SITE_FILE} 读不懂：{reason}。写法见 docs/keeping.md，改好后重启。"
    )
