"""What routes are given: the desk and the settings of this application, and who asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.access import Caller
from service.desk import Desk
from service.original_pages import OriginalPages
from service.settings import Settings


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _original_pages(request: Request) -> OriginalPages:
    pages: OriginalPages = request.app.state.original_pages
    return pages


def caller_of(request: Request) -> Caller:
    """Return who sent a request to a guarded route."""
    caller: Caller = request.state.caller
    return caller


DeskHere = Annotated[Desk, Depends(_desk)]
SettingsHere = Annotated[Settings, Depends(_settings)]
OriginalPagesHere = Annotated[OriginalPages, Depends(_original_pages)]
CallerHere = Annotated[Caller, Depends(caller_of)]
