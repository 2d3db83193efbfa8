"""`python -m index.embedding [MODEL] [DIRECTORY]`: prepare a model for serving."""

from __future__ import annotations

import sys
from pathlib import Path

from index.embedding import prepare
from index.embedding.prepared import DEFAULT_MODEL


def _show(done: float, total: float, words: str) -> None:
    sys.stderr.write(f"[{done:.0f}/{total:.0f}] {words}\n")


if __name__ == "__main__":
    _model, _directory = (*sys.argv[1:], *(DEFAULT_MODEL, "")[len(sys.argv) - 1 :])
    prepare(_model, Path(_directory or Path(sys.prefix, "share", "wenju", "models")), _show)
