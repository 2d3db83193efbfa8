"""How much a file may cost to read, and how a process is held to it."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from index.formats.parts import Part

_MEBIBYTE = 1024 * 1024
_PR_SET_PDEATHSIG = 1  # of Linux's prctl


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take. Memory is address space, beyond what the process began with."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    file_bytes: int = 256 * _MEBIBYTE  # of any one file that is written
    open_files: int = 256


PLAIN = Limits(memory_bytes=1536 * _MEBIBYTE, cpu_seconds=60, wall_seconds=120)
DRAWING = Limits(memory_bytes=1536 * _MEBIBYTE, cpu_seconds=20, wall_seconds=30)
OF_PART: Mapping[Part, Limits] = {
    Part.OFFICE: Limits(memory_bytes=6144 * _MEBIBYTE, cpu_seconds=150, wall_seconds=180),
    Part.RECOGNITION: Limits(
        memory_bytes=6144 * _MEBIBYTE, cpu_seconds=3600, wall_seconds=3600, open_files=1024
    ),
}


def hold_to(limits: Limits) -> None:
    """Hold this process, and all it starts, to the limits from now on."""
    _set(resource.RLIMIT_AS, limits.memory_bytes + _address_space())
    _set(
        resource.RLIMIT_CPU, limits.cpu_seconds, spare=5
    )  # the soft limit tells why, by its signal
    _set(resource.RLIMIT_FSIZE, limits.file_bytes)
    _set(resource.RLIMIT_NOFILE, limits.open_files)
    _set(resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the one that forked it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _set(which: int, soft: int, spare: int = 0) -> None:
    _, hard = resource.getrlimit(which)
    most = soft + spare
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # a system that does not know this limit
        resource.setrlimit(which, (min(soft, most), most))


def _address_space() -> int:
    """Return how much address space this process has already."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  no file of ours
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 512 * _MEBIBYTE
