"""What a site can set: environment variables `WENJU_*`, or `wenju.toml`."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.document import Disclosure
from index.errors import WenjuError
from service.access import OPEN_SCOPES, Scope

PREFIX = "WENJU_"
CONFIG_VARIABLE = "WENJU_CONFIG"
EVALUATION_VARIABLE = "WENJU_EVAL_DATA"  # read by `wenju eval` alone
DEFAULT_FILE = Path("wenju.toml")


Network = IPv4Network | IPv6Network
_RATE = re.compile(r"[1-9]\d{0,8}/(second|minute|hour|day)", re.ASCII)


class InvalidConfiguration(WenjuError):
    """The configuration file or a variable says something we do not understand."""

    code: ClassVar[str] = "invalid_configuration"


class Settings(BaseSettings):
    """Everything a site can set. Each field is also the variable `WENJU_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    data_dir: Path = Path("data")
    model: str = Field("wenju-e5-small", min_length=1)
    model_dir: Path = Field(default_factory=lambda: Path(sys.prefix) / "share" / "wenju" / "models")
    reader: Literal["trained", "rules"] = "trained"
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = ""
    region: str | None = None
    unknown_disclosure: Literal["public", "internal"] = "public"
    api_key: SecretStr | None = Field(None, min_length=1)
    anonymous: Annotated[frozenset[Scope], NoDecode] = OPEN_SCOPES
    key_rate_limit: str = "1200/minute"
    address_rate_limit: str = "1200/minute"
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = (
        IPv4Network("127.0.0.0/8"),
        IPv6Network("::1/128"),
    )
    lapse_notice_days: int = Field(30, ge=0, le=3650)
    answers_kept_days: int = Field(0, ge=0, le=36_500)
    refusal_threshold: float | None = Field(None, ge=0, le=1)
    threads: int = Field(default_factory=lambda: min(4, os.cpu_count() or 1), ge=1, le=256)
    watch_folders: Annotated[tuple[Path, ...], NoDecode] = ()
    upload_megabytes: int = Field(100, ge=1, le=2048)
    chat_person_rate_limit: str = "30/minute"
    chat_rate_limit: str = "1200/minute"
    disclaimer: str = Field("以上内容摘自公开文件，仅供参考，以主管部门解释为准。", max_length=100)
    wechat_token: SecretStr | None = Field(None, min_length=3, max_length=32)
    wechat_app_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_]{1,64}$")
    wechat_encoding_aes_key: SecretStr | None = None
    wechat_previous_aes_key: SecretStr | None = None
    wechat_compatible_mode: bool = False
    wechat_app_secret: SecretStr | None = Field(None, min_length=1)
    wechat_customer_messages: bool = False
    wechat_api_url: str = "https://api.weixin.qq.com"
    wecom_corp_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    wecom_token: SecretStr | None = Field(None, min_length=1, max_length=32)
    wecom_encoding_aes_key: SecretStr | None = None
    wecom_previous_aes_key: SecretStr | None = None
    wecom_agent_id: int | None = Field(None, ge=1)
    wecom_secret: SecretStr | None = Field(None, min_length=1)
    wecom_shows_internal: bool = False
    wecom_customer_service: bool = False
    wecom_bot_token: SecretStr | None = Field(None, min_length=1, max_length=32)
    wecom_bot_encoding_aes_key: SecretStr | None = None
    wecom_bot_id: str | None = Field(None, min_length=1, max_length=128)
    wecom_bot_secret: SecretStr | None = Field(None, min_length=1)
    wecom_alert_webhook: SecretStr | None = None
    wecom_alert_times: int = Field(3, ge=1, le=1000)
    wecom_api_url: str = "https://qyapi.weixin.qq.com"
    wecom_socket_url: str = "wss://openws.work.weixin.qq.com"

    @property
    def public_disclosures(self) -> frozenset[Disclosure]:
        """Return what anybody may see: what is public, and what says nothing, if that counts."""
        if self.unknown_disclosure == "public":
            return frozenset({Disclosure.PUBLIC, Disclosure.UNKNOWN})
        return frozenset({Disclosure.PUBLIC})

    @property
    def answers_kept(self) -> timedelta | None:
        """Return how long given answers are kept, None for ever."""
        return timedelta(days=self.answers_kept_days) if self.answers_kept_days else None

    @field_validator(
        "wechat_encoding_aes_key",
        "wechat_previous_aes_key",
        "wecom_encoding_aes_key",
        "wecom_previous_aes_key",
        "wecom_bot_encoding_aes_key",
    )
    @classmethod
    def _is_an_encoded_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch("[A-Za-z0-9]{43}", value.get_secret_value()):
            raise ValueError
        return value

    @field_validator("watch_folders", mode="before")
    @classmethod
    def _are_folders(cls, value: object) -> object:
        """Read paths with commas between them; a path may hold blanks."""
        return re.split(r"\s*,\s*", value.strip()) if isinstance(value, str) else value

    @field_validator("anonymous", mode="before")
    @classmethod
    def _are_open_scopes(cls, value: object) -> object:
        """Read words with commas between them, or `none`."""
        words = _words_of(value)
        if words == ["none"]:
            return frozenset()
        if not isinstance(words, list | frozenset) or not all(
            word in OPEN_SCOPES for word in words
        ):
            raise ValueError
        return words

    @field_validator(
        "key_rate_limit", "address_rate_limit", "chat_person_rate_limit", "chat_rate_limit"
    )
    @classmethod
    def _is_a_rate(cls, value: str) -> str:
        if value != "none" and not is_rate(value):
            raise ValueError
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _are_networks(cls, value: object) -> object:
        """Read addresses and networks with commas between them, or `none`."""
        words = _words_of(value)
        if words == ["none"]:
            return ()
        return tuple(ip_network(str(word)) for word in words) if isinstance(words, list) else words

    @field_validator("public_url", "wechat_api_url", "wecom_api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        address = urlsplit(value)
        if value and (address.scheme not in {"http", "https"} or not address.netloc):
            raise ValueError
        return value.rstrip("/")

    @field_validator("wecom_alert_webhook")
    @classmethod
    def _is_a_webhook(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        address = urlsplit(value.get_secret_value())
        if address.scheme not in {"http", "https"} or not parse_qs(address.query).get("key"):
            raise ValueError
        return value

    @field_validator("wecom_socket_url")
    @classmethod
    def _is_a_socket(cls, value: str) -> str:
        address = urlsplit(value)
        if address.scheme != "wss" or not address.netloc:
            raise ValueError
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the command line outrank the environment, and that the file."""
        del dotenv_settings, file_secret_settings
        file = configuration_file()
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def is_rate(text: str) -> bool:
    """Say whether a text is a rate such as 60/minute."""
    return _RATE.fullmatch(text) is not None


def _words_of(value: object) -> object:
    """Cut a text at its commas and blanks; a list stays one."""
    return re.split(r"[\s,，、]+", value.strip()) if isinstance(value, str) else value


WANTED = {
    "port": "应是 0 到 65535 的整数",
    "public_url": "应是 http:// 或 https:// 开头的完整地址",
    "reader": "应是 trained 或 rules",
    "unknown_disclosure": "应是 public 或 internal",
    "anonymous": "应是 ask、search、read 中的几个，以逗号分开；或 none",
    "key_rate_limit": "应是 1200/minute 这样的次数（second、minute、hour、day），或 none",
    "address_rate_limit": "应是 1200/minute 这样的次数（second、minute、hour、day），或 none",
    "chat_person_rate_limit": "应是 30/minute 这样的次数（second、minute、hour、day），或 none",
    "chat_rate_limit": "应是 1200/minute 这样的次数（second、minute、hour、day），或 none",
    "trusted_proxies": "应是代理的地址或网段，以逗号分开；或 none",
    "lapse_notice_days": "应是 0 到 3650 的整数（天）",
    "answers_kept_days": "应是 0 到 36500 的整数（天）；0 是一直保留",
    "refusal_threshold": "应是 0 到 1 之间的数",
    "threads": "应是 1 到 256 的整数",
    "watch_folders": "应是文件夹的路径，以逗号分开",
    "upload_megabytes": "应是 1 到 2048 的整数",
    "disclaimer": "最多 100 个字",
    "wechat_token": "应是 3 到 32 个字符，与公众号后台“令牌(Token)”一致",
    "wechat_app_id": "应是公众号后台的 AppID（wx 开头的一串字母数字）",
    "wechat_encoding_aes_key": "应是 43 位字母和数字，与公众号后台“消息加解密密钥”一致",
    "wechat_previous_aes_key": "应是 43 位字母和数字，即换钥前的“消息加解密密钥”",
    "wechat_compatible_mode": "应是 true 或 false",
    "wechat_app_secret": "应是公众号后台的 AppSecret",
    "wechat_customer_messages": "应是 true 或 false",
    "wechat_api_url": "应是 http:// 或 https:// 开头的完整地址",
    "wecom_corp_id": "应是企业微信后台“我的企业”里的企业 ID（ww 开头的一串字母数字）",
    "wecom_token": "应是 1 到 32 个字符，与应用“接收消息”里的 Token 一致",
    "wecom_encoding_aes_key": "应是 43 位字母和数字，与应用“接收消息”里的 EncodingAESKey 一致",
    "wecom_previous_aes_key": "应是 43 位字母和数字，即换钥前的 EncodingAESKey",
    "wecom_agent_id": "应是应用详情页里的 AgentId（一个整数）",
    "wecom_secret": "应是应用详情页里的 Secret",
    "wecom_shows_internal": "应是 true 或 false",
    "wecom_customer_service": "应是 true 或 false",
    "wecom_bot_token": "应是 1 到 32 个字符，与智能机器人“URL 回调”里的 Token 一致",
    "wecom_bot_encoding_aes_key": "应是 43 位字母和数字，与智能机器人“URL 回调”里的一致",
    "wecom_bot_id": "应是智能机器人“长连接”里的 Bot ID",
    "wecom_bot_secret": "应是智能机器人“长连接”里的 Secret",
    "wecom_alert_webhook": "应是群机器人的 Webhook 地址，带 ?key=",
    "wecom_alert_times": "应是 1 到 1000 的整数",
    "wecom_api_url": "应是 http:// 或 https:// 开头的完整地址",
    "wecom_socket_url": "应是 wss:// 开头的完整地址",
}  # what to tell a person whose value does not fit


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force, the file they were read from, and what nobody understood."""

    settings: Settings
    file: Path | None
    unknown_variables: tuple[str, ...]


def load_configuration(**overrides: object) -> Configuration:
    """Read the file, lay the environment over it, then the overrides that are not None.

    Raises InvalidConfiguration for an unknown key in the file or a value that does not fit.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise _explain(error) from None  # the cause would print the values, a key among them
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidConfiguration(
            f"配置文件 {configuration_file()} 读不了（{error}）。请改正后重试。"
        ) from error
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    known |= {CONFIG_VARIABLE, EVALUATION_VARIABLE}
    unknown = sorted(
        name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known
    )
    return Configuration(settings, configuration_file(), tuple(unknown))


def configuration_file() -> Path | None:
    """Return the file that `WENJU_CONFIG` names, else ./wenju.toml where there is one."""
    named = os.environ.get(CONFIG_VARIABLE)
    if not named:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    if not Path(named).is_file():
        raise InvalidConfiguration(
            f"找不到配置文件 {named}。请检查环境变量 {CONFIG_VARIABLE}，或去掉它。"
        )
    return Path(named)


def _explain(error: ValidationError) -> InvalidConfiguration:
    """Say which setting is wrong and what would be right, without repeating its value."""
    sentences = []
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            sentences.append(
                f"配置文件 {configuration_file()} 中有不认识的设置 {name}，请删去或改正"
            )
        else:
            wanted = WANTED.get(name, "格式不对")
            sentences.append(f"设置 {name}（环境变量 {PREFIX}{name.upper()}）{wanted}")
    return InvalidConfiguration("；".join(sentences) + "。全部设置见 docs/configuration.md。")
