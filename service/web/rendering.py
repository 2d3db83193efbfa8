"""Fills the templates. What goes in is escaped: no document and no question is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from service.presentation import KINDS, STATUSES

HERE = Path(__file__).parent
STATIC = HERE / "static"


def render(template: str, **values: Any) -> str:
    """Fill a template."""
    return _templates().get_template(template).render(version=_version(), **values)


def error_page(
    status: int, code: str, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Return a page that says what went wrong and where to go."""
    page = render("error.html", here="", title=title, detail=detail, code=code)
    return HTMLResponse(page, status, headers)


def wants_page(request: Request) -> bool:
    """Say whether a person looks at this with a browser, rather than a program."""
    path = request.url.path
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(status_names=STATUSES, kind_names=KINDS)
    return environment


@cache
def _version() -> str:
    """Name the static files by their content, so that no browser keeps old ones."""
    content = b"".join(file.read_bytes() for file in sorted(STATIC.iterdir()))
    return sha256(content).hexdigest()[:12]
