from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.local.server import running_server
from tui.cli.doctor_local import on_trial, state
from tui.local import discover
from tui.wire import Severity


def test_none_runs_and_none_is_started(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    ((_, severity, reason),), server = state(folder)
    assert server is None
    assert severity is Severity.INFORMATION
    assert "not running" in reason.message
    assert "store empty" in reason.message
    assert not folder.exists()


def test_one_that_runs(tmp_path: Path) -> None:
    with running_server(tmp_path) as running:
        ((_, severity, reason),), server = state(tmp_path)
        assert server == running
        assert severity is Severity.INFORMATION
        assert f"127.0.0.1:{running.port}" in reason.message
        assert "MB in" in reason.message


def test_one_of_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server(tmp_path):
        monkeypatch.setattr("tui.local.statefile.own_version", lambda: "99")
        ((_, severity, reason),), _ = state(tmp_path)
    assert severity is Severity.WARNING
    assert "another version" in reason.message
    assert "serve --stop" in reason.remedy


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.cli.doctor_local._ROOM", 2**62)
    found, _ = state(tmp_path)
    assert [severity for _, severity, _ in found] == [Severity.INFORMATION, Severity.WARNING]
    assert "MB are free" in found[1][2].message
    assert "make room" in found[1][2].remedy


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        ((_, severity, reason),), _ = state(tmp_path / "local")
    finally:
        tmp_path.chmod(0o700)
    assert severity is Severity.ERROR
    assert "ABLY_TUI_HOME" in reason.remedy


def test_a_server_on_trial_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with on_trial() as (((_, severity, _),), server):
        assert severity is Severity.INFORMATION
        assert server is not None
        assert list(tmp_path.iterdir())
        assert discover.condition(server) is not None
    assert not list(tmp_path.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


def test_a_server_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.TemporaryDirectory", lambda **_: _Unusable(tmp_path / "file"))
    with on_trial() as (((_, severity, reason),), server):
        assert server is None
        assert severity is Severity.ERROR
        assert reason.message


class _Unusable:
    """A temporary folder that is a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> str:
        return str(self._path)

    def __exit__(self, *_: object) -> None:
        pass
