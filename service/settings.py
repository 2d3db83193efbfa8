"""What a site can set: environment variables `WENJU_*`, or `wenju.toml`."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import WenjuError

PREFIX = "WENJU_"
CONFIG_VARIABLE = "WENJU_CONFIG"
EVALUATION_VARIABLE = "WENJU_EVAL_DATA"  # read by `wenju eval` alone
DEFAULT_FILE = Path("wenju.toml")


class InvalidConfiguration(WenjuError):
    """The configuration file or a variable says something we do not understand."""

    code: ClassVar[str] = "invalid_configuration"


class Settings(BaseSettings):
    """Everything a site can set. Each field is also the variable `WENJU_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    data_dir: Path = Path("data")
    model: str = Field("multilingual-e5-small", min_length=1)
    model_dir: Path = Field(default_factory=lambda: Path(sys.prefix) / "share" / "wenju" / "models")
    reader: Literal["trained", "rules"] = "trained"
    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = ""
    region: str | None = None
    unknown_disclosure: Literal["public", "internal"] = "public"
    api_key: SecretStr | None = Field(None, min_length=1)
    refusal_threshold: float | None = Field(None, ge=0, le=1)
    threads: int = Field(default_factory=lambda: min(4, os.cpu_count() or 1), ge=1, le=256)
    upload_megabytes: int = Field(100, ge=1, le=2048)
    disclaimer: str = Field("以上内容摘自公开文件，仅供参考，以主管部门解释为准。", max_length=100)
    wechat_token: SecretStr | None = Field(None, min_length=3, max_length=32)
    wechat_app_id: str | None = Field(None, pattern=r"^[A-Za-z0-9_]{1,64}$")
    wechat_encoding_aes_key: SecretStr | None = None
    wechat_previous_aes_key: SecretStr | None = None
    wechat_compatible_mode: bool = False
    wechat_app_secret: SecretStr | None = Field(None, min_length=1)
    wechat_customer_messages: bool = False
    wechat_api_url: str = "https://api.weixin.qq.com"

    @field_validator("wechat_encoding_aes_key", "wechat_previous_aes_key")
    @classmethod
    def _is_an_encoded_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch("[A-Za-z0-9]{43}", value.get_secret_value()):
            raise ValueError
        return value

    @field_validator("public_url", "wechat_api_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        address = urlsplit(value)
        if value and (address.scheme not in {"http", "https"} or not address.netloc):
            raise ValueError
        return value.rstrip("/")

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


WANTED = {
    "port": "应是 0 到 65535 的整数",
    "public_url": "应是 http:// 或 https:// 开头的完整地址",
    "reader": "应是 trained 或 rules",
    "unknown_disclosure": "应是 public 或 internal",
    "refusal_threshold": "应是 0 到 1 之间的数",
    "threads": "应是 1 到 256 的整数",
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
