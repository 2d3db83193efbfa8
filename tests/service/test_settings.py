from pathlib import Path

import pytest

from service.settings import (
    CONFIG_VARIABLE,
    WANTED,
    InvalidConfiguration,
    Settings,
    load_configuration,
)

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WENJU_{name.upper()}", raising=False)
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "wenju.toml") -> Path:
    file = Path(name)
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_has_to_be_set() -> None:
    configuration = load_configuration()
    assert configuration.file is None
    assert configuration.settings.data_dir == Path("data")
    assert configuration.settings.port == 8000


def test_the_command_line_outranks_the_environment_and_that_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write('port = 1\nhost = "file"\nregion = "鹤山市"')
    monkeypatch.setenv("WENJU_PORT", "2")
    monkeypatch.setenv("WENJU_HOST", "variable")
    settings = load_configuration(port=3, host=None).settings
    assert (settings.port, settings.host, settings.region) == (3, "variable", "鹤山市")


def test_the_file_may_lie_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_VARIABLE, str(write("port = 9", "site.toml")))
    assert load_configuration().settings.port == 9
    monkeypatch.setenv(CONFIG_VARIABLE, "nowhere.toml")
    with pytest.raises(InvalidConfiguration, match=r"nowhere\.toml"):
        load_configuration()


def test_a_variable_set_to_nothing_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_API_KEY", "")
    monkeypatch.setenv("WENJU_PORT", "")
    settings = load_configuration().settings
    assert (settings.api_key, settings.port) == (None, 8000)


@pytest.mark.parametrize("text", ["prot = 8000", "[server]\nport = 8000"])
def test_an_unknown_key_in_the_file_is_refused_by_name(text: str) -> None:
    write(text)
    with pytest.raises(InvalidConfiguration, match=r"不认识的设置 (prot|server)"):
        load_configuration()


def test_an_unknown_variable_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_PROT", "8000")
    assert load_configuration().unknown_variables == ("WENJU_PROT",)


@pytest.mark.parametrize("content", [b"port 8000", b"port = ", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(content: bytes) -> None:
    Path("wenju.toml").write_bytes(content)
    with pytest.raises(InvalidConfiguration, match=r"wenju\.toml"):
        load_configuration()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PUBLIC_URL", "wenju.example.gov.cn"),
        ("UNKNOWN_DISCLOSURE", "secret"),
        ("REFUSAL_THRESHOLD", "1.5"),
        ("THREADS", "0"),
        ("UPLOAD_MEGABYTES", "0"),
        ("ANONYMOUS", "ask, write"),
        ("KEY_RATE_LIMIT", "0/minute"),
        ("ADDRESS_RATE_LIMIT", "60 a minute"),
        ("TRUSTED_PROXIES", "127.0.0.1, proxy"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_what_would(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"WENJU_{name}", value)
    with pytest.raises(InvalidConfiguration) as caught:
        load_configuration()
    assert f"WENJU_{name}" in caught.value.message
    assert WANTED[name.lower()] in caught.value.message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("none", set()),
        ("ask", {"ask"}),
        ("ask, read", {"ask", "read"}),
        ("ask read", {"ask", "read"}),
    ],
)
def test_what_is_open_to_the_anonymous_is_written_in_words(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: set[str]
) -> None:
    monkeypatch.setenv("WENJU_ANONYMOUS", written)
    assert load_configuration().settings.anonymous == meant
    monkeypatch.delenv("WENJU_ANONYMOUS")
    Path("wenju.toml").write_text(f"anonymous = {sorted(meant)}", encoding="utf-8")
    assert load_configuration().settings.anonymous == meant


def test_the_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_API_KEY", "correct horse battery staple")
    assert "horse" not in repr(load_configuration())


def test_every_setting_is_described() -> None:
    described = DOCUMENTATION.read_text(encoding="utf-8")
    rows = [line for line in described.splitlines() if line.startswith("| `")]
    assert {row.split("`")[1] for row in rows} == set(Settings.model_fields)
