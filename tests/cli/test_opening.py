"""Opening the channel for a command. How commands use it is in their own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.waiting import wait_until
from tui.cli import opening
from tui.local import discover
from tui.settings import Folders


def test_a_server_whose_model_is_used_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_KEEP", 0.05)
    folders = Folders.of({"ABLY_TUI_HOME": str(tmp_path)})
    local = folders.state / "local"
    first = opening.local_server(folders)
    try:
        with opening.kept(folders):
            assert discover.stop(local)
            wait_until(lambda: discover.find(local) is not None, timeout=20)
            again = discover.find(local)
            assert again is not None
            assert (again.port, again.model_key) == (first.port, first.model_key)
    finally:
        # One that was being started when it ended is waited for.
        discover.ensure(local)
        discover.stop(local)
