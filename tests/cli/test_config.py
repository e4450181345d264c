from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.cli.config import Row, markdown, public, rows, table
from tui.cli.main import main
from tui.settings import TABLE, Folders, resolve

USER = {"USER": "ana"}


def shown(tmp_path: Path, environ: dict[str, str], file: dict[str, object] | None = None) -> dict[str, Row]:
    environ = {**USER, "HOME": str(tmp_path), "ABLY_TUI_HOME": str(tmp_path), **environ}
    settings = resolve({}, environ, file or {})
    return {row.setting: row for row in rows(settings, Folders.of(environ), environ)}


def test_every_setting_is_shown_as_it_is_in_effect(tmp_path: Path) -> None:
    found = shown(tmp_path, {})
    assert set(TABLE) < set(found)
    assert found["channel"] == Row("channel", "ai:ana", "ai:ana", "default")
    assert found["since"].words == "10m"
    assert found["model"].words == "demo"
    assert found["messages_per_second"].words == "none"
    assert found["settings_file"].words == f"{tmp_path / 'config.toml'} (not there)"
    assert found["settings_file"].origin == "environment ABLY_TUI_HOME"


def test_what_follows_from_another_setting_follows(tmp_path: Path) -> None:
    cloud = {"ABLY_API_KEY": "app.key:secret", "ANTHROPIC_API_KEY": "sk-ant-secret"}
    found = shown(tmp_path, cloud)
    assert found["messages_per_second"].value == 40
    assert str(found["model"].value).startswith("claude-")
    assert found["anthropic_key"] == Row("anthropic_key", "set", "set", "environment ANTHROPIC_API_KEY")
    assert shown(tmp_path, cloud, {"endpoint": "localhost:1"})["messages_per_second"].words == "none"
    assert shown(tmp_path, cloud, {"messages_per_second": 7})["messages_per_second"].value == 7


def test_values_of_every_kind(tmp_path: Path) -> None:
    file: dict[str, object] = {
        "system": "two\nlines\x1b[31m",
        "since": "all",
        "tls": False,
        "allow_from": ["ana", "ben"],
        "price": {"m": [1, 2.5]},
        "keymap": {"zoom": ["f", "x"]},
        "messages_per_second": "none",
        "tools_root": "/tmp",
    }
    found = shown(tmp_path, {}, file)
    assert {name: found[name].words for name in file} == {
        "system": "two lines",
        "since": "all",
        "tls": "false",
        "allow_from": "ana, ben",
        "price": "m = 1 / 2.5",
        "keymap": "zoom = f,x",
        "messages_per_second": "none",
        "tools_root": "/tmp",
    }
    assert all(found[name].origin == "config.toml" for name in file)
    json.dumps([row.value for row in found.values()])


SECRET = "hush-hush-very-secret"


def test_no_secret_is_shown(tmp_path: Path) -> None:
    environ = {
        "ABLY_API_KEY": f"app.key:{SECRET}",
        "ABLY_TOKEN": SECRET,
        "ABLY_AUTH_URL": f"https://host/?token={SECRET}",
        "ANTHROPIC_API_KEY": SECRET,
        "ANTHROPIC_AUTH_TOKEN": SECRET,
        "ANTHROPIC_BASE_URL": f"https://user:{SECRET}@host/path?key={SECRET}",
    }
    found = shown(tmp_path, environ)
    assert SECRET not in repr(found)
    assert found["ably_key"].words == "app.key:…"
    assert found["ably_token"].words == "set"
    assert found["anthropic_base_url"].words == "https://host/path"


@pytest.mark.parametrize(
    ("secret", "seen"),
    [
        (None, None),
        ("app.key:secret", "app.key:…"),
        ("a-1.k_2:s", "a-1.k_2:…"),
        ("secret", "set"),
        ("secret.more", "set"),
        ("https://a.b/?token=x", "set"),
        ("only:secret", "set"),
        ("eyJ.a.b:c", "set"),
    ],
)
def test_the_public_part_of_a_credential(secret: str | None, seen: str | None) -> None:
    assert public(secret) == seen


def test_columns_stand_under_each_other_whatever_their_width() -> None:
    assert table([("a", "漢字", "x"), ("bbb", "c", "y")]) == ["a    漢字  x", "bbb  c     y"]


def test_the_table_for_documents_names_every_setting() -> None:
    lines = markdown()
    assert len(lines) == len(TABLE) + 2
    assert all(line.count("|") == 5 for line in lines)
    assert "<" not in "".join(lines)


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ABLY_TUI_HOME", str(tmp_path))
    assert main(["config", "--channel", "team"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["channel", "team", "flag"]
    assert main(["config", "--channel", "team", "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {"setting": "channel", "value": "team", "origin": "flag"}
    assert main(["config", "--markdown"]) == 0
    assert capsys.readouterr().out.splitlines() == markdown()
    (tmp_path / "config.toml").write_text('[keymap]\nzom = "f"')
    assert main(["config"]) == 2
    assert "did you mean zoom?" in capsys.readouterr().err
