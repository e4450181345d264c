"""The state file: who may read it, what it survives, and what it does not show."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tui.local import statefile
from tui.local.statefile import LocalServer, StateError

SERVER = LocalServer("127.0.0.1", 4321, "app.key:secret", 99)


def test_it_is_its_users_alone(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    statefile.prepare(directory)
    statefile.write(directory, SERVER)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()] == [0o600]
    assert statefile.read(directory) == SERVER


def test_a_directory_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    statefile.prepare(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"host":"h","port":"x","key":"a.b:c","pid":1}',
        '{"host":"h","port":0,"key":"a.b:c","pid":1}',
        '{"host":"h","port":1,"key":"nothing","pid":1}',
    ],
)
def test_a_file_that_makes_no_sense_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / statefile.NAME).write_text(text)
    assert statefile.read(tmp_path) is None


def test_no_file(tmp_path: Path) -> None:
    assert statefile.read(tmp_path) is None


def test_another_users_file_or_directory_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statefile.write(tmp_path, SERVER)
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(StateError, match="another user"):
        statefile.read(tmp_path)
    with pytest.raises(StateError, match="another user"):
        statefile.prepare(tmp_path)


def test_a_path_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError):
        statefile.prepare(tmp_path / "file")


def test_the_key_is_not_shown() -> None:
    assert "secret" not in repr(SERVER)
    assert (SERVER.key_name, SERVER.key_secret, SERVER.model_key) == ("app.key", "secret", "secret")


def test_a_proof_tells_nothing_of_the_key_and_fits_one_challenge() -> None:
    assert statefile.proof("app.key:secret", "a") != statefile.proof("app.key:secret", "b")
    assert "secret" not in statefile.proof("app.key:secret", "secret")
