"""The command line: `wenju`."""

from __future__ import annotations

from service.cli.application import main

__all__ = ["main"]
