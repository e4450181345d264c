"""README.md says what is so: its tables are the code's, its links lead somewhere, its local commands run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.readme import README, Part, blocks, found, parts, text
from tests.terminal import Terminal
from tests.waiting import wait_until
from tui.local import discover

ROOT = README.parent
PAGE = text()
BLOCKS = list(blocks(PAGE))
DEADLINE = 60.0
"""Seconds until a command shows what it is for, and to its end."""

SCREENS = {
    "python3 -m tui": "Type a prompt below",
    "ably-tui --model demo-approval --tools run_command": "connected",
    "ably-tui --model demo-cut": "connected",
    "ably-tui demo patterns": "approve? ",
    "ably-tui replay wall.jsonl --speed 4": "DONE",
    "ably-tui replay wall.jsonl --align starts": "DONE",
}
"""Commands that open the screen, and what it shows then."""

_SERVES = "ably-tui agent --serve --client-id robot --allow-from ana,ben --tokens-per-hour 100000"
LASTING = {
    "ably-tui tail": "│ ",
    "ably-tui tail --json": '"name"',
    "ably-tui serve": "channel server and demo model on 127.0.0.1:",
    _SERVES: "answering on ai:ana as robot",
}
"""Commands that last until Ctrl+C, and what they print."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands who reads the page: a folder with something to make, and no keys."""

    folder: Path
    environment: dict[str, str]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    (folder / "Makefile").write_text("all:\n\t@echo built\n", encoding="utf-8")
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "USER": "ana",
        "LANG": "C.UTF-8",
        "ABLY_TUI_HOME": str(home),
        "PYTEST_ADDOPTS": "--version",  # `python3 -m tests` would run this test again
    }
    yield Place(folder, environment)
    discover.stop(home / "local")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lines", BLOCKS, ids=[lines[0] for lines in BLOCKS])
def test_local_commands_run(lines: list[str], place: Place) -> None:
    for line in lines:
        if line in SCREENS:
            _on_the_screen(line, SCREENS[line], place)
        elif line in LASTING:
            _until_interrupted(line, LASTING[line], place)
        else:
            _to_the_end(line, place)


def test_every_command_that_is_known_here_stands_on_the_page() -> None:
    lines = [line for block in BLOCKS for line in block]
    assert SCREENS.keys() | LASTING.keys() <= set(lines)


@pytest.mark.timeout(300)
def test_what_the_five_minutes_say_of_threads_siblings_and_cancelling(place: Place) -> None:
    with _screen("ably-tui --model demo-400tps", place) as terminal:
        terminal.wait_for("connected", timeout=DEADLINE)
        _ask(terminal, "Tell me a joke")
        terminal.wait_for(" DONE ", timeout=DEADLINE)
        _to_panes(terminal)
        terminal.press("enter")
        terminal.wait_for("re 1 ▸")
        _ask(terminal, "And a poem")
        terminal.wait_for(_times(" DONE ", 2), timeout=DEADLINE)
        assert "Before that you asked “Tell me a joke”" in " ".join(terminal.text.split())
    with _screen("ably-tui --model demo-400tps --since none", place) as terminal:
        terminal.wait_for("connected", timeout=DEADLINE)
        _ask(terminal, "/fan 3 Name this project")
        terminal.wait_for(_times(" DONE ", 3), timeout=DEADLINE)
    with _screen("ably-tui --model demo-stall --since none", place) as terminal:
        terminal.wait_for("connected", timeout=DEADLINE)
        _ask(terminal, "Wait for me")
        terminal.wait_for(" LIVE ", timeout=DEADLINE)
        _to_panes(terminal)
        terminal.press("x")
        terminal.wait_for("cancelled by ", timeout=DEADLINE)


@pytest.mark.timeout(300)
def test_what_the_five_minutes_say_of_approvals(place: Place) -> None:
    with _screen("ably-tui --model demo-approval --tools run_command", place) as terminal:
        terminal.wait_for("connected", timeout=DEADLINE)
        _ask(terminal, "What day is it?")
        terminal.wait_for("A approve", timeout=DEADLINE)
        _to_panes(terminal)
        terminal.press("A")
        terminal.wait_for(" DONE ", timeout=DEADLINE)


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.name)
def test_tables_are_those_of_the_code(part: Part) -> None:
    assert found(PAGE, part.name) == part.text, "python -m tests.readme writes it anew"


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", PAGE)
    local = [link for link in links if "://" not in link and not link.startswith("#")]
    assert len(local) > 10
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_the_page_is_not_heavy() -> None:
    moving = [path for path in (ROOT / "screenshots").iterdir() if path.suffix == ".gif"]
    assert moving
    assert all(path.stat().st_size < 1_500_000 for path in moving)


def test_modules_that_the_page_names_exist() -> None:
    modules = set(re.findall(r"python3? -m ((?:tests|tui)[\w.]*)", PAGE))
    assert {"tui", "tests", "tests.bench", "tests.faults", "tests.fuzz", "tests.pictures"} <= modules
    for module in modules:
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_nothing_of_one_machine_stands_on_the_page() -> None:
    assert not re.findall(r"/(?:home|root|Users|work|tmp)/", PAGE)


def _on_the_screen(line: str, sight: str, place: Place) -> None:
    with _screen(line, place) as terminal:
        terminal.wait_for(sight, timeout=DEADLINE)


@contextmanager
def _screen(line: str, place: Place) -> Iterator[Terminal]:
    with Terminal(
        ["/bin/sh", "-c", line],
        columns=150,
        rows=45,
        environment=place.environment,
        folder=_folder(line, place),
    ) as terminal:
        yield terminal
        terminal.press("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind


def _ask(terminal: Terminal, text: str) -> None:
    terminal.send(text)
    terminal.wait_for(text)
    terminal.press("enter")


def _times(word: str, count: int) -> Callable[[str], bool]:
    return lambda text: text.count(word) >= count


def _to_panes(terminal: Terminal) -> None:
    terminal.press("escape")
    terminal.wait_for("? help")


def _until_interrupted(line: str, said: str, place: Place) -> None:
    out = place.folder / "out"
    with out.open("wb") as stdout:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {line}"],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stdout,
            cwd=_folder(line, place),
            env=place.environment,
        )
        try:
            wait_until(
                lambda: said in out.read_text(encoding="utf-8") or process.poll() is not None,
                timeout=DEADLINE,
                what=f"{said!r} from {line}",
            )
            process.send_signal(signal.SIGINT)
            assert process.wait(DEADLINE) in {0, 130}, out.read_text(encoding="utf-8")
            assert said in out.read_text(encoding="utf-8")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _to_the_end(line: str, place: Place) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=_folder(line, place),
        env=place.environment,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def _folder(line: str, place: Place) -> Path:
    return ROOT if line.startswith("python3 -m") else place.folder
