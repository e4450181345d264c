from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.terminal import Terminal

_APP = """
from textual.app import App
from textual.widgets import Input, Static

class Small(App):
    BINDINGS = [("escape", "quit", "")]

    def compose(self):
        yield Static("ready", id="said")
        yield Input()

    def on_input_submitted(self, event):
        self.query_one("#said", Static).update(f"you said {event.value}")

    def on_resize(self, event):
        self.query_one(Input).placeholder = f"{event.size.width} by {event.size.height}"

Small().run()
print("goodbye")
"""
# Says what it is asked, until it is told to stop; leaves the terminal as the argument says.
_CHILD = """
import os, shutil, signal, sys
def resized(*_):
    os.write(1, b"now %d %d\\n" % os.get_terminal_size())
signal.signal(signal.SIGWINCH, resized)
print("size", *os.get_terminal_size(), "TERM", os.environ["TERM"], "SECRET" in os.environ, flush=True)
for line in sys.stdin:
    print("heard", line.strip()[::-1], flush=True)
    if line.strip() == "stop":
        break
sys.stdout.write(sys.argv[1])
sys.exit(5)
"""


def _child(left: str = "", **options: int) -> Terminal:
    return Terminal([sys.executable, "-c", _CHILD, left], **options)  # type: ignore[arg-type]


def test_a_command_sees_a_terminal_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of the test's own environment")
    with _child(columns=70, rows=12) as terminal:
        terminal.wait_for("size 70 12 TERM xterm-256color False")
        assert terminal.exit_code is None
        terminal.resize(90, 20)
        terminal.wait_for("now 90 20")
        assert (len(terminal.display), len(terminal.display[0])) == (20, 90)
        terminal.send("abc")
        terminal.press("enter")
        terminal.wait_for("heard cba")
        terminal.send("stop\r")
        assert terminal.wait_exit() == 5
        assert terminal.restored
        assert terminal.left_behind == []
        assert b"heard cba\r\n" in terminal.raw


def test_what_is_not_restored_is_seen() -> None:
    with _child("\x1b[?1049h\x1b[?25l") as terminal:
        terminal.send("stop\r")
        terminal.wait_exit()
        assert terminal.left_behind == ["alternate screen", "hidden cursor"]
    raw = "import tty; tty.setraw(0)"
    with Terminal([sys.executable, "-c", raw]) as terminal:
        terminal.wait_exit()
        assert terminal.left_behind == ["termios flags"]


def test_ctrl_c_is_a_signal_unless_the_command_wants_it_raw() -> None:
    with _child() as terminal:
        terminal.wait_for("size")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == -signal.SIGINT
        assert "KeyboardInterrupt" in terminal.text


def test_waiting_says_what_was_seen_instead() -> None:
    with _child() as terminal:
        terminal.wait_for("size")
        with pytest.raises(AssertionError, match=r"not seen in 0.2 s(.|\n)*size 80 24"):
            terminal.wait_for("never", timeout=0.2)
        terminal.send("stop\r")
        with pytest.raises(AssertionError, match=r"has ended \(exit code 5\)(.|\n)*heard pots"):
            terminal.wait_for("never")
        with pytest.raises(AssertionError, match="still running"), _child() as other:
            other.wait_exit(timeout=0.1)


def test_closing_ends_the_command_and_leaves_no_descriptor() -> None:
    def descriptors() -> int:
        return sum(1 for _ in Path("/dev/fd").iterdir())

    before = descriptors()
    with _child() as terminal:
        terminal.wait_for("size")
        assert descriptors() > before
    assert terminal.exit_code == -signal.SIGKILL
    assert descriptors() <= before


def test_a_textual_app_finds_all_it_asks_a_terminal() -> None:
    with Terminal([sys.executable, "-c", _APP], columns=60, rows=10) as terminal:
        terminal.wait_for(lambda text: "ready" in text and "60 by 10" in text)
        background = {cell.bg for row in terminal.cells for cell in row}
        assert "default" not in background  # truecolour: the app paints every cell
        terminal.send("häi 世")
        terminal.press("enter")
        # A key's binding runs when its event has bubbled up, so later input can overtake it: each step
        # waits until the effect of the one before is seen.
        terminal.wait_for(lambda text: "you said häi 世" in text and text.count("häi 世") == 2)
        terminal.press("ctrl+u")
        terminal.wait_for("60 by 10")
        terminal.paste("pasted")
        terminal.wait_for("pasted")
        terminal.press("enter")
        terminal.wait_for(lambda text: "you said pasted" in text and text.count("pasted") == 2)
        terminal.press("ctrl+u")
        terminal.wait_for("60 by 10")
        terminal.resize(44, 8)
        terminal.wait_for("44 by 8")
        terminal.press("escape")
        assert terminal.wait_exit() == 0
        assert terminal.left_behind == []
        assert "goodbye" in terminal.text
        assert b"\x1b[?2026h" in terminal.raw  # it believed the answer to its query


def test_cells_are_never_half_a_frame() -> None:
    with Terminal(
        ["sh", "-c", r"printf '\033[?2026hnew'; read go; printf ' whole\033[?2026l'; read end"]
    ) as it:
        it.wait_for("new")
        told: list[str] = []

        def look() -> None:
            told.append("".join(cell.data for row in it.cells for cell in row))

        looking = threading.Thread(target=look)
        looking.start()
        it.send("\r")
        looking.join()
        assert " whole" in told[0]


_FRAMES = r"""
import sys
while True:
    for n in range(10):
        between = "\033[3;1Hx" * 3_000
        sys.stdout.write(f"\033[?2026h\033[1;1H{n}{between}\033[5;1H{n}\033[?2026l")
"""


def test_frames_that_follow_at_once_are_seen_whole() -> None:
    with Terminal([sys.executable, "-c", _FRAMES], columns=10, rows=5) as terminal:
        terminal.wait_for("9")
        for _ in range(10):
            cells = terminal.cells
            assert [cell.data for cell in cells[0]] == [cell.data for cell in cells[4]]
