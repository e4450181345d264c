from pathlib import Path

import pytest

from tui.settings import (
    Folders,
    Settings,
    SettingsError,
    host_and_port,
    read_file,
    resolve,
    since_of,
    user_of,
)

USER = {"USER": "ana"}
KEY = {**USER, "ABLY_API_KEY": "app.key:secret"}


def test_defaults_are_local_and_personal() -> None:
    settings = resolve({}, USER, {})
    assert settings.channel == "ai:ana"
    assert settings.client_id.startswith("ana-")
    assert len(settings.client_id) == len("ana-") + 4
    assert settings.local
    assert settings.since == 600_000


def test_flags_win_over_environment_over_file() -> None:
    file = {"model": "from-file", "channel": "from-file", "system": "from-file"}
    environ = {**USER, "ANTHROPIC_MODEL": "from-environment"}
    settings = resolve({"channel": "from-flag", "model": None}, environ, file)
    assert (settings.channel, settings.model, settings.system) == (
        "from-flag",
        "from-environment",
        "from-file",
    )


def test_a_credential_means_the_cloud_unless_a_flag_says_otherwise() -> None:
    assert not resolve({}, KEY, {}).local
    assert resolve({"local": True}, KEY, {}).local
    assert not resolve({"cloud": True}, KEY, {}).local
    assert not resolve({}, {**USER, "ABLY_TOKEN": "t"}, {}).local
    assert not resolve({"endpoint": "host:1"}, KEY, {}).local


@pytest.mark.parametrize(
    ("flags", "environ", "file", "words"),
    [
        ({"cloud": True}, USER, {}, "ABLY_API_KEY"),
        ({"endpoint": "host:1"}, USER, {}, "ABLY_API_KEY"),
        ({"since": "yesterday"}, USER, {}, "10m"),
        ({"max_tokens": "none"}, USER, {}, "whole number"),
        ({"max_tokens": "0"}, USER, {}, "whole number"),
        ({"channel": " "}, USER, {}, "channel"),
        ({"channel": "a\x1bb"}, USER, {}, "control"),
        ({"client_id": "*"}, USER, {}, "name of its own"),
        ({}, USER, {"chanel": "x"}, "did you mean channel"),
        ({}, USER, {"zzz": "x"}, "known are"),
        ({}, USER, {"tls": "no"}, "true or false"),
        ({}, USER, {"ably_key": "a.b:c"}, "set ABLY_API_KEY instead"),
    ],
)
def test_a_wrong_setting_names_the_cause(
    flags: dict[str, object], environ: dict[str, str], file: dict[str, object], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        resolve(flags, environ, file)


def test_secrets_are_not_in_the_repr() -> None:
    assert "secret" not in repr(resolve({}, KEY, {}))


@pytest.mark.parametrize(
    ("text", "span"),
    [("10m", 600_000), ("2h", 7_200_000), ("30s", 30_000), ("1d", 86_400_000), ("none", 0), ("all", None)],
)
def test_time_spans(text: str, span: int | None) -> None:
    assert since_of(text) == span


@pytest.mark.parametrize(
    ("endpoint", "tls", "expected"),
    [
        ("localhost:8080", False, ("localhost", 8080)),
        ("realtime.example.com", True, ("realtime.example.com", 443)),
        ("host", False, ("host", 80)),
        ("[::1]:9000", False, ("::1", 9000)),
    ],
)
def test_endpoints(endpoint: str, tls: bool, expected: tuple[str, int]) -> None:
    assert host_and_port(endpoint, tls=tls) == expected


@pytest.mark.parametrize("endpoint", ["http://host", "host:0", "host:99999", "ho st", "user@host", ""])
def test_what_is_no_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(SettingsError, match="endpoint"):
        host_and_port(endpoint, tls=True)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert read_file(path) == {}
    path.write_text('channel = "team"\nsince = "2h"\n')
    settings = resolve({}, USER, read_file(path))
    assert (settings.channel, settings.since) == ("team", 7_200_000)
    path.write_text("channel = ")
    with pytest.raises(SettingsError, match=r"config\.toml"):
        read_file(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_file(tmp_path)


def test_one_variable_moves_every_folder(tmp_path: Path) -> None:
    folders = Folders.of({"ABLY_TUI_HOME": str(tmp_path)})
    assert (folders.config, folders.state) == (tmp_path, tmp_path)
    assert Folders.of({}).config != Folders.of({}).state or Folders.of({}).config.name == "ably-tui"


def test_user_names_fit_into_a_channels_name() -> None:
    assert user_of({"USER": "an a/ü"}) == "an-a-ü"
    assert user_of({"USERNAME": "win"}) == "win"


@pytest.mark.parametrize(
    ("colours", "theme"),
    [("15;0", None), ("0;15", "textual-light"), ("0;default;7", "textual-light"), ("", None)],
)
def test_a_light_terminal_gets_a_light_theme(colours: str, theme: str | None) -> None:
    assert resolve({}, {**USER, "COLORFGBG": colours}, {}).theme == theme
    assert resolve({"theme": "nord"}, {**USER, "COLORFGBG": colours}, {}).theme == "nord"


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        resolve({}, USER, {}).channel = "x"  # type: ignore[misc]
    assert Settings.__dataclass_params__.frozen  # type: ignore[attr-defined]
