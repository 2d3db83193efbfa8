"""What routes are given: the desk and the settings this application was built with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.desk import Desk
from service.settings import Settings


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


DeskHere = Annotated[Desk, Depends(_desk)]
SettingsHere = Annotated[Settings, Depends(_settings)]
