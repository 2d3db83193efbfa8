"""A real server on an existing index: until it is ready, what memory it takes, how it answers."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.benchmarks.timing import Times, each

LONGEST_SECONDS = 600  # a limit, not a measure: on a busy machine a base takes minutes to build
_OK = 200


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds to ready; megabytes of the server and of all its processes, once it has answered.

    Memory is None where the system does not say. Shared pages are counted once, in parts; the
    most that the server ever took counts them in full.
    """

    seconds: float
    server_megabytes: float | None
    most_megabytes: float | None
    all_megabytes: float | None
    answers: Times


class ServerFailed(Exception):
    """Raised when the server ends or does not become ready."""


def measure(directory: Path, questions: Sequence[str]) -> Started:
    """Start `wenju serve` on a data directory, wait until it is ready, and ask.

    A start before that is not timed: it leaves what Python compiles and the system reads, as
    the first start at a site does.
    """
    port = free_port()
    with serving(directory, port) as server:
        until_ready(server, port)
    began = time.perf_counter()
    with serving(directory, port) as server:
        until_ready(server, port)
        seconds = time.perf_counter() - began
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            answers = each(partial(_ask, connection), questions)
        family = [server.pid, *_descendants(server.pid)]
        alone, together = _megabytes([server.pid]), _megabytes(family)
        most = _most_megabytes(server.pid)
    return Started(seconds, alone, most, together, answers)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(directory: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `wenju serve` on a data directory; `settings` are variables of its environment."""
    program = Path(sys.executable).with_name("wenju")
    environment = os.environ | {"WENJU_DATA_DIR": str(directory), **settings}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # no site runs so
    server = subprocess.Popen(  # noqa: S603  our own program
        [str(program), "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield server
    finally:
        server.terminate()
        server.wait(30)


def until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait until a server answers. Raises ServerFailed."""
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise ServerFailed(f"wenju serve ended with {server.returncode}")
        if _is_ready(port):
            return
        time.sleep(0.02)
    raise ServerFailed(f"wenju serve was not ready within {LONGEST_SECONDS} s")


def _is_ready(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == _OK
        except OSError:
            return False  # not listening yet


def _ask(connection: http.client.HTTPConnection, question: str) -> None:
    body = json.dumps({"question": question}).encode()
    connection.request("POST", "/api/answer", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status != _OK:
        raise ServerFailed(content.decode(errors="replace"))


def _descendants(process: int) -> list[int]:
    """Return the children of a process, and theirs."""
    found: list[int] = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in children.read_text().split():
            found += [int(child), *_descendants(int(child))]
    return found


def _megabytes(processes: Sequence[int]) -> float | None:
    """Return the proportional set size of processes together, None where it is not told."""
    total = 0
    for process in processes:
        try:
            told = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            return None
        if match := re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE):
            total += int(match[1])
    return total / 1024


def _most_megabytes(process: int) -> float | None:
    """Return the largest resident set a process has had, None where it is not told."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    match = re.search(r"^VmHWM:\s+(\d+) kB", told, re.MULTILINE)
    return int(match[1]) / 1024 if match else None
