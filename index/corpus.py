"""What the knowledge base is built from: the files and laws that the corpus catalogue names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from index.document import Disclosure, Kind, Metadata, Status
from index.errors import InvalidCatalogue
from index.incoming import Incoming
from index.packaged_laws import national_laws, procurement_rules

_ENUMS: Mapping[str, type[StrEnum]] = {
    "kind": Kind,
    "disclosure": Disclosure,
    "ended_by": Status,
}


class Laws(StrEnum):
    """Which of the packaged laws come in."""

    NONE = "none"
    PINNED = "pinned"  # those the catalogue names
    ALL = "all"


def incoming(catalogue: Path, laws: Laws = Laws.PINNED) -> Iterator[Incoming]:
    """Yield the catalogue's files, then the laws, each made only when it is asked for.

    Raises InvalidCatalogue, and MissingPackage once the laws are reached.
    """
    entries = _load(catalogue)
    yield from _files(catalogue, entries)
    yield from packaged(catalogue, laws)


def packaged(catalogue: Path, laws: Laws) -> Iterator[Incoming]:
    """Yield the packaged laws: none, those the catalogue pins, or all."""
    if laws is Laws.NONE:
        return
    pinned = _load(catalogue).get("laws", {})
    every = laws is Laws.ALL
    national = None if every else frozenset(pinned.get("national", ()))
    procurement = None if every else frozenset(pinned.get("procurement", ()))
    seen: set[str] = set()
    for law in national_laws(national):
        seen.add(law.known.title)
        yield law
    for rule in procurement_rules(procurement):
        if f"中华人民共和国{Path(rule.source).stem}" not in seen:  # the same law, better dated
            yield rule


def _load(catalogue: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(catalogue.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidCatalogue(f"找不到语料目录 {catalogue.name}，请确认项目文件完整。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidCatalogue(f"语料目录 {catalogue.name} 的写法有误：{error}。") from error


def _files(catalogue: Path, entries: Mapping[str, Any]) -> Iterator[Incoming]:
    for entry in entries.get("file", ()):
        stated = dict(entry)
        path = catalogue.parent / str(stated.pop("path", ""))
        if not path.is_file():
            raise InvalidCatalogue(f"语料目录列出的文件 {path.name} 不存在。")
        yield Incoming(path.name, path.read_bytes(), _metadata(stated))


def _metadata(stated: Mapping[str, Any]) -> Metadata:
    """Make metadata of a catalogue entry; a field we do not have is a mistake."""
    unknown = stated.keys() - {field.name for field in fields(Metadata)}
    if unknown:
        raise InvalidCatalogue(f"语料目录里有不认识的字段：{'、'.join(sorted(unknown))}。")
    values: dict[str, Any] = {}
    for name, value in stated.items():
        try:
            values[name] = _ENUMS[name](value) if name in _ENUMS else value
        except ValueError as error:
            raise InvalidCatalogue(f"语料目录的 {name} 不能是“{value}”。") from error
        if isinstance(value, list):
            values[name] = tuple(value)
    return Metadata(**{"title": "", **values})
