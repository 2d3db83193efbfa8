"""`python -m eval.benchmarks.batch [FILES]`: a batch with bad files, stopped halfway, resumed.

The files are made, one in fifty cannot be read. The process is stopped as Ctrl+C stops it when
half are in; the numbers are files a second before and after. The vectors are those of the demo
model, so that it is the batch that is measured, not a model.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.store.database import Database
from index.store.jobs import Jobs
from index.store.progress import progress

FILES = 1000
ONE_BAD_IN = 50
NOTICE = """关于第{number}号事项的通告

{paragraphs}

示例市人民政府
2025年3月1日
"""
PARAGRAPH = (
    "　　第{number}号事项第{line}款由第{line}号窗口办理，{line} 个工作日办结，在示例路{number}号。"
)
_COMMAND = [sys.executable, "-c", "import sys; from service.cli import main; sys.exit(main())"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the batch: how many files became documents in how many seconds."""

    documents: int
    seconds: float

    def __str__(self) -> str:
        rate = self.documents / self.seconds
        return f"{self.documents} files in {self.seconds:.1f} s, {rate:.1f} a second"


def main() -> None:
    """Make the files, bring them in with an interruption, and print the numbers."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    with tempfile.TemporaryDirectory() as place:
        folder, data = Path(place) / "in", Path(place) / "data"
        _make(folder, files)
        begun = time.perf_counter()
        first = _run(data, ["add", str(folder)], stop_at=files // 2)
        _say(f"until it was stopped: {Stretch(_documents(data), first)}")
        before = _documents(data)
        second = _run(data, ["jobs", "--resume"])
        _say(f"resumed:              {Stretch(_documents(data) - before, second)}")
        _say(f"all together:         {time.perf_counter() - begun:.1f} s, vectors included")
        with closing(Database.open(data)) as database:
            states = Counter(job.state.value for job in Jobs(database).latest(files + 1))
        _say(f"jobs: {dict(states)}; documents: {_documents(data)}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _make(folder: Path, files: int) -> None:
    folder.mkdir()
    for number in range(files):
        path = folder / f"{number:05}.txt"
        if number % ONE_BAD_IN == 1:
            path.write_bytes(b"%PDF-1.7\n" + number.to_bytes(4) * 40)
        else:
            lines = (PARAGRAPH.format(number=number, line=line) for line in range(1, 13))
            text = NOTICE.format(number=number, paragraphs="\n\n".join(lines))
            path.write_text(text, "utf-8")


def _run(data: Path, arguments: list[str], stop_at: int | None = None) -> float:
    """Run a command, perhaps only until there are so many documents; return the seconds."""
    begun = time.perf_counter()
    environment = {**os.environ, "WENJU_DATA_DIR": str(data), "WENJU_MODEL": "demo"}
    with subprocess.Popen(  # noqa: S603  our own program
        [*_COMMAND, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509  this process has no other threads
    ) as process:
        while process.poll() is None:
            time.sleep(0.05)
            if stop_at is not None and _documents(data) >= stop_at:
                process.send_signal(signal.SIGINT)
                process.wait()
    return time.perf_counter() - begun


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it


def _documents(data: Path) -> int:
    if not (data / "wenju.db").exists():
        return 0
    with closing(Database.open(data)) as database, database.reading() as connection:
        return progress(connection).documents


if __name__ == "__main__":
    main()
