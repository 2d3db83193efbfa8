"""Tells who sent a request, by the key it carries and the place it comes from."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request

from index.document import SHANGHAI
from index.store.api_keys import MARK, ApiKey, KeyUse
from service.access import LOCAL, SCOPE_NAMES, SITE, Caller, Scope, anonymous
from service.desk import Desk
from service.http.problems import Problem
from service.settings import Settings

FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")  # a proxy stands between


def identify(request: Request, token: str | None) -> Caller:
    """Return who asks. A key of ours must hold; any other is as good as none.

    Programs that speak OpenAI's protocol always send some key, and proxies pass on theirs.
    """
    settings: Settings = request.app.state.settings
    if token is not None:
        own = settings.api_key.get_secret_value() if settings.api_key else None
        if own is not None and hmac.compare_digest(_octets(token), own.encode()):
            return SITE
        if token.startswith(MARK):
            return _holder(request.app.state.desk, token)
    return LOCAL if is_local(request) else anonymous(settings.anonymous)


def require(
    request: Request, caller: Caller, token: str | None, *, any_of: frozenset[Scope]
) -> None:
    """Let through who may do one of these things; tell everybody else what they need."""
    if any(caller.may(scope) for scope in any_of):
        return
    if caller.name.startswith(MARK):
        raise _scope_missing(any_of)
    if token is not None:
        raise _wrong_key()
    settings: Settings = request.app.state.settings
    desk: Desk = request.app.state.desk
    now = datetime.now(SHANGHAI)
    if settings.api_key is None and not any(
        key.works(now) for key in desk.knowledge_base.api_keys.all()
    ):
        raise Problem(
            403,
            "key_not_configured",
            "还没有密钥，这只能在服务器本机上做。请用 wenju keys create 建一个，"
            "或设置 WENJU_API_KEY。",
        )
    raise Problem(
        401,
        "key_required",
        f"需要有{_named(any_of)}权限的密钥：请带上请求头 Authorization: Bearer <密钥>。",
        {"www-authenticate": _CHALLENGE},
    )


def require_scope(caller: Caller, scope: Scope) -> None:
    """Refuse a caller who was let in for something else."""
    if not caller.may(scope):
        raise _scope_missing([scope])


def bearer(request: Request) -> str | None:
    """Return the key that a program sends, None where it sends none."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def typed(request: Request) -> str | None:
    """Return the key that a person typed as the password a browser asked for, or a program's."""
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return bearer(request)
    try:
        pair = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return pair.partition(":")[2].strip() or None


def is_local(request: Request) -> bool:
    """Say whether a program on this machine asks directly, under a name of this machine."""
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(name_of(request.headers.get("host", "")))
        and not any(header in request.headers for header in FORWARDING)
    )


def name_of(host: str) -> str:
    """Return the host without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    """Say whether a host is an address or localhost, which no foreign name server can point."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return True


def is_loopback(name: str) -> bool:
    """Say whether a host is this machine itself."""
    return name == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)


_CHALLENGE = 'Bearer realm="wenju"'


def _holder(desk: Desk, token: str) -> Caller:
    key = desk.knowledge_base.api_keys.find(token)
    if key is None:
        raise _wrong_key()
    now = datetime.now(SHANGHAI)
    if key.revoked_at is not None:
        raise _refused(key, "key_revoked", "已被撤销")
    if key.has_expired(now):
        raise _refused(key, "key_expired", "已过期")
    if key.is_use_to_be_noted(now):
        desk.knowledge_base.journal.put(KeyUse(key.id, now))
    draft = key.draft
    known = frozenset(Scope) & frozenset(draft.scopes)
    scopes = frozenset(scope for scope in Scope if scope in known)
    return Caller(key.prefix, scopes, draft.sees_internal, draft.rate_limit)


def _refused(key: ApiKey, code: str, what: str) -> Problem:
    detail = f"密钥 {key.prefix}… {what}。请管理员用 wenju keys create 另建一个。"
    return Problem(403, code, detail, {"www-authenticate": f'{_CHALLENGE}, error="invalid_token"'})


def _wrong_key() -> Problem:
    challenge = {"www-authenticate": f'{_CHALLENGE}, error="invalid_token"'}
    return Problem(403, "wrong_key", "密钥不对，请检查后重试。", challenge)


def _scope_missing(any_of: Collection[Scope]) -> Problem:
    return Problem(
        403,
        "scope_missing",
        f"没有{_named(any_of)}的权限。请管理员用 wenju keys create 另建一个有此权限的密钥。",
        {"www-authenticate": f'{_CHALLENGE}, error="insufficient_scope"'},
    )


def _named(any_of: Collection[Scope]) -> str:
    return "或".join(f"“{SCOPE_NAMES[scope]}”（{scope}）" for scope in Scope if scope in any_of)


def _octets(token: str) -> bytes:
    return token.encode("latin-1", "replace")
