"""A folder whose files come in by themselves, once they have stopped growing.

Nothing is ever removed: a file that is gone, or was replaced, is reported, and a person decides.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from index.errors import WenjuError
from index.knowledge_base import KnowledgeBase
from index.store.originals import sha256_of
from index.store.watched_files import Stamp, WatchedFile

SETTLED_SECONDS = 3.0  # that a file must not have changed; copying pauses, but not for long
_MOST_BYTES = 512 << 20  # more than any archive we open
_LEFT_BEHIND = ("~$", ".")  # by Office and by file managers
_UNFINISHED = (".tmp", ".part", ".crdownload", ".download", ".swp")
_IGNORED = frozenset({"thumbs.db", "desktop.ini"})


class Happening(StrEnum):
    """What was seen in a watched folder."""

    CAME_IN = "came_in"
    CHANGED = "changed"  # came in again; the earlier document stays until a person removes it
    GONE = "gone"  # its document stays until a person removes it
    BACK = "back"
    UNREADABLE = "unreadable"
    NO_FOLDER = "no_folder"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened to a file; `job_id` follows one that came in."""

    happening: Happening
    path: Path
    job_id: str | None = None
    documents: tuple[str, ...] = ()  # those that are there though the file is not so any more
    message: str = ""


@dataclass(slots=True)
class WatchedFolder:
    """Looks at a folder from time to time. `clock` gives seconds that only ever rise."""

    base: KnowledgeBase
    folder: Path
    clock: Callable[[], float] = time.monotonic
    _growing: dict[str, tuple[Stamp, float]] = field(default_factory=dict)
    _unreadable: dict[str, Stamp] = field(default_factory=dict)
    _was_there: bool = True

    def look(self) -> Iterator[Seen]:
        """Bring in what is new and has settled; yield what happened."""
        if not self.folder.is_dir():
            if self._was_there:
                message = "文件夹不在，可能没有连上。连上以后会接着看。"
                yield Seen(Happening.NO_FOLDER, self.folder, message=message)
            self._was_there = False
            return
        self._was_there = True
        known = self.base.watched_files.of(str(self.folder))
        there = dict(_stamps(self.folder))
        for path, stamp in there.items():
            before = known.get(path)
            if before is not None and before.stamp == stamp:
                self._growing.pop(path, None)
            elif self._has_settled(path, stamp):
                yield from self._take(path, stamp, before)
        yield from self._missed(known, there)
        self._growing = {path: seen for path, seen in self._growing.items() if path in there}

    def waits(self) -> bool:
        """Say whether some file is still growing."""
        return bool(self._growing)

    def _has_settled(self, path: str, stamp: Stamp) -> bool:
        if self._unreadable.get(path) == stamp:
            return False
        since = self._growing.get(path)
        if since is None or since[0] != stamp:
            self._growing[path] = (stamp, self.clock())
            return False
        return self.clock() - since[1] >= SETTLED_SECONDS

    def _take(self, path: str, stamp: Stamp, before: WatchedFile | None) -> Iterator[Seen]:
        file = Path(path)
        del self._growing[path]
        if stamp.size > _MOST_BYTES:
            self._unreadable[path] = stamp
            message = f"超过 {_MOST_BYTES >> 20} MB，没有收进。请拆分后再放进来。"
            yield Seen(Happening.UNREADABLE, file, message=message)
            return
        try:
            content = file.read_bytes()
            if _stamp(file.stat()) != stamp:  # it went on growing while it was read
                self._growing[path] = (_stamp(file.stat()), self.clock())
                return
            job = self.base.submit(content, file.name)
        except OSError as error:
            self._unreadable[path] = stamp
            message = f"读不了：{error.strerror}。请检查权限，改好后会再读。"
            yield Seen(Happening.UNREADABLE, file, message=message)
            return
        except WenjuError as error:  # such as a full disk: tried again with the next look
            yield Seen(Happening.UNREADABLE, file, message=error.message)
            return
        sha256 = sha256_of(content)
        self.base.watched_files.keep(str(self.folder), path, stamp, sha256, job.id)
        if before is None or before.sha256 == sha256:
            yield Seen(Happening.CAME_IN, file, job.id)
        else:
            earlier = (before.document_id,) if before.document_id else ()
            yield Seen(Happening.CHANGED, file, job.id, (*before.earlier, *earlier))

    def _missed(self, known: dict[str, WatchedFile], there: dict[str, Stamp]) -> Iterator[Seen]:
        gone = [one for one in known.values() if one.gone_at is None and one.path not in there]
        back = [one for one in known.values() if one.gone_at is not None and one.path in there]
        if gone:
            self.base.watched_files.mark([one.path for one in gone], gone=True)
        if back:
            self.base.watched_files.mark([one.path for one in back], gone=False)
        for one in gone:
            documents = (one.document_id,) if one.document_id else ()
            yield Seen(Happening.GONE, Path(one.path), documents=documents)
        for one in back:
            yield Seen(Happening.BACK, Path(one.path))


def _stamps(folder: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield the files at and below a folder that are worth reading; links are not followed."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            lowered = name.lower()
            if (
                name.startswith(_LEFT_BEHIND)
                or lowered.endswith(_UNFINISHED)
                or lowered in _IGNORED
            ):
                continue
            path = Path(parent) / name
            try:
                found = path.lstat()
            except OSError:  # gone in between
                continue
            if path.is_file() and not path.is_symlink():
                yield str(path), _stamp(found)


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns)
