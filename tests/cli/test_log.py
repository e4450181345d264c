"""What is written to the log file can be read in a terminal."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.cli.exits import Failure
from tui.cli.screen import start_log
from tui.settings import Settings

EVIL = "\x1b]52;c;cm0gLXJmIC8=\x07\x9b2J\r\x00\u202e\u2028\ud83d"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The program's log; what it did to the loggers of the process is undone."""
    root = logging.getLogger()
    manager = logging.Logger.manager
    before = {name: (each.handlers, each.propagate, each.level) for name, each in _loggers(manager)}
    kept = root.handlers, root.level, logging.raiseExceptions
    path = start_log(tmp_path, Settings(channel="c", client_id="ana"), None)
    yield path
    for handler in root.handlers:
        handler.close()
    root.handlers, logging.raiseExceptions = kept[0], kept[2]
    root.setLevel(kept[1])
    logging.captureWarnings(capture=False)
    for name, each in _loggers(manager):
        each.handlers, each.propagate, level = before.get(name, ([], True, logging.NOTSET))
        each.setLevel(level)


def _loggers(manager: logging.Manager) -> Iterator[tuple[str, logging.Logger]]:
    for name, each in manager.loggerDict.items():
        if isinstance(each, logging.Logger):
            yield name, each


def test_control_characters_are_escaped_wherever_they_stand(log: Path) -> None:
    logger = logging.getLogger("ably.somewhere")
    logger.warning("a server said %s", EVIL)
    logger.error("and that %s", EVIL, exc_info=ValueError(EVIL))
    text = log.read_text(encoding="utf-8")
    assert CONTROL.search(text) is None
    assert "a server said \\x1b]52;c;cm0gLXJmIC8=\\x07\\x9b2J\\r\\x00\\u202e\\u2028\\ud83d\n" in text
    assert "ValueError: \\x1b]52" in text


def test_a_message_cannot_pretend_to_be_another_record(log: Path) -> None:
    logging.getLogger("ably").warning("one\n2026-01-01 00:00:00,000 1 root ERROR forged")
    lines = log.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("  2026-01-01")


def test_a_folder_that_cannot_be_is_a_failure_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match=r"cannot be made: .*; set ABLY_TUI_HOME"):
        start_log(tmp_path / "file" / "state", Settings(channel="c", client_id="ana"), None)
