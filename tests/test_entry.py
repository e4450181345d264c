"""Ctrl+C while the program is being loaded, in processes of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]
_PROGRAM = """
import os, runpy, signal, sys

at, how = sys.argv[1:]

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == at:
            os.kill(os.getpid(), signal.SIGINT)

if how == "ignored":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.meta_path.insert(0, Interrupts())
sys.argv = ["ably-tui", "--version"]
"""
_BEGINNINGS = {
    "script": "from tui.entry import main; sys.exit(main())",
    "module": "runpy.run_module('tui', run_name='__main__')",
}


def run(beginning: str, at: str, how: str = "obeyed") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM + _BEGINNINGS[beginning], at, how],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=_ROOT,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("beginning", "at"), [("script", "tui.cli.main"), ("module", "tui.bootstrap"), ("module", "tui.cli.main")]
)
def test_an_interruption_while_it_is_loaded_is_quiet(beginning: str, at: str) -> None:
    assert run(beginning, at) == (-signal.SIGINT, "", "")
    code, said, wrong = run(beginning, at, "ignored")
    assert (code, said.split()[0], wrong) == (0, "ably-tui", "")


def test_once_it_is_loaded_an_interruption_is_an_exit_code() -> None:
    assert run("script", "importlib.metadata") == (130, "", "")


def test_the_command_begins_there() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"ably-tui": "tui.entry:main"}
