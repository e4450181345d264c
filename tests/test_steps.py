from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tui import steps

_ROOT = Path(__file__).resolve().parents[1]


def test_a_step_is_named_with_what_it_is_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = "print('Collecting a>=1'); print('  Downloading b'); print('Collecting c')"
    steps.run("packages", [sys.executable, "-c", script], tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["  packages: Collecting a>=1", "  packages: Collecting c"]
    assert lines[2].startswith("  packages: done in ")


def test_a_step_that_fails_shows_the_end_of_what_it_said(tmp_path: Path) -> None:
    script = "[print('line', n) for n in range(40)]; raise SystemExit(3)"
    with pytest.raises(steps.SetupError) as caught:
        steps.run("packages", [sys.executable, "-c", script], tmp_path)
    assert "line 39" in str(caught.value)
    assert "line 20" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        "Temporary failure in name resolution",
        "ERROR: Could not find a version that satisfies the requirement x (from versions: none)",
        "npm error code ENOTFOUND",
    ],
)
def test_no_network_is_told_apart(said: str, tmp_path: Path) -> None:
    with pytest.raises(steps.SetupError, match="cannot be reached"):
        steps.run("packages", [sys.executable, "-c", f"raise SystemExit({said!r})"], tmp_path)


def test_one_line_changes_on_a_terminal(tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = f"""
import os, time
print('Collecting x', flush=True)
while not os.path.exists({str(go)!r}):
    time.sleep(0.01)
"""
    command = [sys.executable, "-c", wait]
    script = f"from pathlib import Path; from tui.steps import run; run('packages', {command!r}, Path())"
    with Terminal([sys.executable, "-c", script], columns=40, rows=6, folder=_ROOT) as terminal:
        text = terminal.wait_for("Collecting x")
        assert text.splitlines()[0].startswith("  packages: ")
        go.touch()
        terminal.wait_exit()
        rows = [row.rstrip() for row in terminal.display]
        assert rows[0].startswith("  packages: done in")
        assert rows[1:] == [""] * 5


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with steps.locked(path), path.open("r+b") as other:
        assert not steps.try_lock(other.fileno())
    with path.open("r+b") as other:
        assert steps.try_lock(other.fileno())


def test_becoming_another_command_passes_its_exit_code_on() -> None:
    script = "import sys; from tui.steps import become; become([sys.executable, '-c', 'raise SystemExit(9)'])"
    assert subprocess.run([sys.executable, "-c", script], cwd=_ROOT, check=False).returncode == 9
