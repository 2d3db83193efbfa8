"""Keys for programs: made, listed and revoked by whoever runs the desk."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.document import SHANGHAI
from index.errors import InvalidRequest, WenjuError
from service.access import SCOPE_NAMES, Scope
from service.cli.chinese import ChineseSubgroup
from service.cli.commands import Json, add_command, settings
from service.cli.screen import fail, say, say_json, warn
from service.requests import accept_day, is_readable
from service.settings import is_rate

if TYPE_CHECKING:  # imported where it is used, so that the help comes at once
    from index.store.api_keys import ApiKey

LONGEST_LABEL = 100
_SCOPES = "、".join(f"{scope} {name}" for scope, name in SCOPE_NAMES.items())


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    group = typer.Typer(
        cls=ChineseSubgroup,
        help="管理其他程序用的密钥。",
        add_completion=False,
        no_args_is_help=True,
    )
    add_command(group, "create", "建一个密钥；它只显示这一次。", create)
    add_command(group, "list", "列出密钥：用途、权限、期限、最近使用。", list_)
    add_command(group, "revoke", "撤销密钥，立即失效，不能恢复。", revoke)
    application.add_typer(group, name="keys")


def create(  # noqa: PLR0913  an option each
    label: Annotated[
        str, typer.Argument(metavar="用途", help="给谁、做什么用，如 “市民之窗小程序”")
    ],
    *,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            "--scope", metavar="权限", help=f"可多次给出：{_SCOPES}。默认 ask、search、read"
        ),
    ] = None,
    internal: Annotated[
        bool, typer.Option("--internal", help="也能看到不公开的文件；默认只看公开的")
    ] = False,
    rate: Annotated[
        str | None,
        typer.Option("--rate", metavar="次数", help="如 60/minute；默认按设置 key_rate_limit"),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="日期", help="用到哪一天为止，如 2027-12-31；默认长期"),
    ] = None,
    json: Json = False,
) -> None:
    """Make a key and show it, this once."""
    if not label.strip() or len(label) > LONGEST_LABEL or not is_readable(label):
        raise InvalidRequest(f"用途应有 1 到 {LONGEST_LABEL} 个字。")
    if rate is not None and not is_rate(rate):
        raise InvalidRequest("次数应写成 60/minute，单位有 second、minute、hour、day。")
    wanted = frozenset(scope or (Scope.ASK, Scope.SEARCH, Scope.READ))
    from index.store.api_keys import ApiKeyDraft  # noqa: PLC0415
    from service.bootstrap import open_base  # noqa: PLC0415

    draft = ApiKeyDraft(
        label=label.strip(),
        scopes=tuple(one.value for one in Scope if one in wanted),
        sees_internal=internal,
        rate_limit=rate,
        expires_at=_end_of(expires),
    )
    with open_base(settings()) as base:
        key, text = base.api_keys.create(draft, datetime.now(SHANGHAI))
    if json:
        say_json({**_key_json(key), "key": text})
        return
    say(text)
    warn(f"已建立密钥 {key.id}（{key.draft.label}）。它只显示这一次，请现在就保存好。")
    warn("使用：请求头 Authorization: Bearer <密钥>，用法见 docs/integrations.md。")


def list_(*, json: Json = False) -> None:
    """List the keys that were made, never the keys themselves."""
    from service.bootstrap import open_base  # noqa: PLC0415

    with open_base(settings()) as base:
        keys = base.api_keys.all()
    if json:
        say_json({"keys": [_key_json(key) for key in keys]})
        return
    for key in keys:
        say(_line(key))
    warn(f"共 {len(keys)} 个。" if keys else "还没有密钥。建一个：wenju keys create 用途")


def revoke(
    identifiers: Annotated[
        list[str], typer.Argument(metavar="编号…", help="密钥编号，见 wenju keys list")
    ],
) -> None:
    """End keys for good, on every server at once."""
    from service.bootstrap import open_base  # noqa: PLC0415

    failed = 0
    with open_base(settings()) as base:
        for identifier in identifiers:
            try:
                key = base.api_keys.revoke(identifier, datetime.now(SHANGHAI))
                say(f"已撤销 {key.id}（{key.draft.label}）")
            except WenjuError as error:
                failed = max(failed, fail(error))
    if failed:
        raise typer.Exit(failed)


def _end_of(day: str | None) -> datetime | None:
    """Return the end of the last day on which a key works."""
    last = accept_day(day)
    if last is None:
        return None
    if last < datetime.now(SHANGHAI).date():
        raise InvalidRequest(f"{last} 已经过去，请给出今天或以后的日期。")
    return datetime(last.year, last.month, last.day, 23, 59, 59, 999999, SHANGHAI)


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.has_expired(datetime.now(SHANGHAI)) else "active"


def _key_json(key: ApiKey) -> dict[str, Any]:
    def shown(moment: datetime | None) -> str | None:
        return moment.isoformat(timespec="seconds") if moment else None

    return {
        "id": key.id,
        "prefix": key.prefix,
        "label": key.draft.label,
        "scopes": list(key.draft.scopes),
        "disclosure": "internal" if key.draft.sees_internal else "public",
        "rate_limit": key.draft.rate_limit,
        "state": _state(key),
        "created_at": shown(key.created_at),
        "expires_at": shown(key.draft.expires_at),
        "revoked_at": shown(key.revoked_at),
        "last_used_at": shown(key.last_used_at),
    }


def _line(key: ApiKey) -> str:
    states = {"active": "有效", "expired": "已过期", "revoked": "已撤销"}
    parts = [
        key.id,
        states[_state(key)],
        f"{key.prefix}…",
        "、".join(key.draft.scopes),
        "含不公开" if key.draft.sees_internal else "只看公开",
        *([key.draft.rate_limit] if key.draft.rate_limit else []),
        f"用到 {key.draft.expires_at:%Y-%m-%d}" if key.draft.expires_at else "长期",
        f"最近使用 {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "没有用过",
        key.draft.label,
    ]
    return "　".join(parts)
