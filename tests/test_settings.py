from pathlib import Path

import pytest

from tui.settings import TABLE, Settings, SettingsError, read_file, resolve, where_in

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
        ({"channel": " "}, USER, {}, "--channel: must be a text"),
        ({"local": True, "cloud": True}, KEY, {}, "not both"),
        ({"pattern": "tokens"}, USER, {}, "--pattern: .*did you mean token"),
        ({}, {**USER, "ANTHROPIC_MODEL": "a\x1bb"}, {}, "ANTHROPIC_MODEL: cannot hold control"),
        ({}, USER, {"notify": "loud"}, "config.toml: notify: 'loud' is none of bell, desktop, none"),
        ({}, USER, {"since": 10}, "config.toml: since: "),
        ({}, USER, {"keymap": {"zoom": 1}}, "config.toml: keymap: zoom must be"),
        ({"channel": "a\x1bb"}, USER, {}, "control"),
        ({"client_id": "*"}, USER, {}, "name of its own"),
        ({}, USER, {"chanel": "x"}, "did you mean channel"),
        ({}, USER, {"zzz": "x"}, "known are"),
        ({}, USER, {"tls": "no"}, "true or false"),
        ({}, USER, {"ably_key": "a.b:c"}, "set ABLY_API_KEY instead"),
        ({}, USER, {"anthropic_key": "sk"}, "set ANTHROPIC_API_KEY instead"),
        ({"theme": "nrd"}, USER, {}, "--theme: 'nrd' is none of .*; did you mean nord"),
        ({"roles": "viewer,admin,viewer"}, USER, {}, "--roles: viewer stands twice; .* the least first"),
        (
            {"minimum_role": "*:admin"},
            USER,
            {},
            r"--minimum-role: admin is none of the roles \(none\); .*--roles",
        ),
        (
            {"roles": "viewer"},
            USER,
            {"minimum_role": {"*": "boss"}},
            r"config.toml: minimum_role: boss is none of the roles \(viewer\)",
        ),
        ({"minimum_role": "run_command"}, USER, {}, "--minimum-role: 'run_command' must be TOOL:ROLE"),
        ({"approval_timeout": "0"}, USER, {}, "--approval-timeout: '0' is no whole number above 0"),
    ],
)
def test_a_wrong_setting_names_the_cause(
    flags: dict[str, object], environ: dict[str, str], file: dict[str, object], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        resolve(flags, environ, file)


def test_all_that_is_wrong_in_a_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'since = "1h"\ntheme = "nosuchtheme"\n"chanel" = "x"\n  ably_key="a.b:c"\n\n[ keymap ]\nz = 1\n'
    )
    with pytest.raises(SettingsError) as raised:
        resolve({}, USER, read_file(path), where_in(path))
    places = [line.removeprefix(f"{path}:").split(": ")[0] for line in str(raised.value).splitlines()]
    assert sorted(places) == ["2", "3", "4", "6"]
    assert "a.b:c" not in str(raised.value)


def test_every_setting_has_a_default_and_a_line() -> None:
    settings = resolve({}, USER, {})
    for name, about in TABLE.items():
        assert about.what, name
        assert about.default, name
        assert settings.origins[name] == "default"
    assert settings.pattern == "token"
    assert (settings.allow_cancel, settings.allow_from) == ("any", ())
    assert settings.messages_per_second is None
    assert (settings.tools, settings.tools_root, settings.price) == ((), None, {})
    assert (settings.approvers, settings.roles, settings.minimum_role) == ((), (), {})
    assert settings.approval_timeout == 300
    assert (settings.plain, settings.reduced_motion, settings.notify) == (False, False, "bell")
    assert settings.keymap == {}


def test_every_setting_says_where_it_comes_from() -> None:
    environ = {**USER, "ABLY_API_KEY": "app.key:secret", "NO_COLOR": "1", "COLORFGBG": "0;15"}
    file = {"model": "m", "since": "2h", "color": True, "keymap": {"zoom": "f"}}
    settings = resolve({"since": "1h", "tls": False, "system": None}, environ, file)
    origins = {name: origin for name, origin in settings.origins.items() if origin != "default"}
    assert origins == {
        "ably_key": "environment ABLY_API_KEY",
        "color": "environment NO_COLOR",
        "keymap": "config.toml",
        "local": "environment ABLY_API_KEY",
        "model": "config.toml",
        "since": "flag",
        "theme": "environment COLORFGBG",
        "tls": "flag",
    }
    assert (settings.since, settings.tls, settings.color, settings.theme) == (
        3_600_000,
        False,
        False,
        "textual-light",
    )


def test_the_place_of_the_channel_says_what_it_follows_from() -> None:
    assert resolve({"cloud": True}, KEY, {}).origins["local"] == "flag"
    assert resolve({"local": True}, KEY, {}).origins["local"] == "flag"
    assert resolve({"endpoint": "host:1"}, KEY, {}).origins["local"] == "environment ABLY_API_KEY"
    assert resolve({}, KEY, {"local": True}).origins["local"] == "config.toml"
    assert resolve({}, KEY, {"local": True}).local


@pytest.mark.parametrize("value", ["1", "true", "0"])
def test_no_color_with_any_value_means_none(value: str) -> None:
    assert not resolve({}, {**USER, "NO_COLOR": value}, {}).color
    assert resolve({}, {**USER, "NO_COLOR": ""}, {}).color


def test_tables_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        """
        messages_per_second = "none"
        allow_from = ["ana", "ben"]
        tools = "read, search"
        tools_root = "~"
        approvers = ["boss"]
        roles = ["viewer", "admin"]
        approval_timeout = 60
        [minimum_role]
        run_command = "admin"
        "*" = "viewer"
        [price]
        "model.1" = [3, 15]
        [keymap]
        zoom = "f"
        end = ["G", "end"]
        """
    )
    settings = resolve({}, USER, read_file(path))
    assert settings.messages_per_second == 0
    assert settings.allow_from == ("ana", "ben")
    assert settings.tools == ("read", "search")
    assert settings.tools_root == Path.home()
    assert (settings.approvers, settings.roles) == (("boss",), ("viewer", "admin"))
    assert settings.minimum_role == {"run_command": "admin", "*": "viewer"}
    assert settings.approval_timeout == 60
    assert settings.price == {"model.1": (3.0, 15.0)}
    assert settings.keymap == {"zoom": "f", "end": "G,end"}


def test_secrets_are_not_in_the_repr() -> None:
    assert "secret" not in repr(resolve({}, KEY, {}))


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


@pytest.mark.parametrize("word", ["dark", "light"])
def test_dark_and_light_are_themes_in_a_word(word: str) -> None:
    assert resolve({"theme": word}, USER, {}).theme == f"textual-{word}"
    assert resolve({}, USER, {"theme": word}).theme == f"textual-{word}"


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
