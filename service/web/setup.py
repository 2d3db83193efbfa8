"""The set-up page: which channels are on, what is missing, and what `wenju doctor` looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from index.document import SHANGHAI
from service.access import SCOPE_NAMES, Scope
from service.checks import Finding, Grade, examine_running, wechat_findings, wecom_findings
from service.http.guard import open_to
from service.http.wiring import DeskHere, SettingsHere
from service.settings import PREFIX, Settings
from service.web.rendering import render

# The settings a channel should not be without, and any one of which switches it on.
WECHAT = ("wechat_token", "wechat_app_id", "wechat_encoding_aes_key")
WECOM = ("wecom_token", "wecom_corp_id", "wecom_encoding_aes_key")
SWITCHES = ("wechat_token", "wecom_token", "wecom_bot_token", "wecom_bot_id")
router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    route_class=open_to(Scope.ADMIN, is_page=True),
)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A way in. `address` is where it is called; `lacking` are settings that would switch it on."""

    name: str
    is_on: bool
    address: str
    words: str
    lacking: Sequence[str] = ()
    findings: Sequence[Finding] = ()


@router.get("/setup")
def setup_page(desk: DeskHere, settings: SettingsHere) -> str:
    """Show what is set up and what is not; it holds no secret."""
    now = datetime.now(SHANGHAI)
    channels = list(channel_states(settings))
    findings = examine_running(settings, desk.knowledge_base)
    everything = [*findings, *(one for channel in channels for one in channel.findings)]
    return render(
        "setup.html",
        here="setup",
        channels=channels,
        findings=findings,
        wrong=sum(one.grade is not Grade.GOOD for one in everything),
        keys=[key for key in desk.knowledge_base.api_keys.all() if key.works(now)],
        scope_names=SCOPE_NAMES,
        now=now,
    )


def channel_states(settings: Settings) -> Iterator[ChannelState]:
    """Look at every way in."""
    base = settings.public_url
    open_to_all = "匿名可用" if Scope.ASK in settings.anonymous else "要有密钥"
    yield ChannelState("网页", is_on=True, address=f"{base}/", words=open_to_all)
    yield ChannelState("HTTP 接口", is_on=True, address=f"{base}/api/answer", words=open_to_all)
    yield ChannelState("OpenAI 兼容接口", is_on=True, address=f"{base}/v1", words=open_to_all)
    yield ChannelState("MCP 工具", is_on=True, address=f"{base}/mcp", words=open_to_all)
    for name, path, page, wanted, findings in (
        ("公众号", "/wechat", "docs/wechat.md", WECHAT, wechat_findings(settings)),
        ("企业微信", "/wecom", "docs/wecom.md", WECOM, wecom_findings(settings)),
    ):
        lacking = [one for one in wanted if getattr(settings, one) is None]
        kind = wanted[0].partition("_")[0]
        switches = [one for one in SWITCHES if one.startswith(kind)]
        yield ChannelState(
            name,
            is_on=any(getattr(settings, one) is not None for one in switches),
            address=f"{base}{path}",
            words=f"步骤见 {page}",
            lacking=[f"{PREFIX}{one.upper()}" for one in lacking],
            findings=findings,
        )
