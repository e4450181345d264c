from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.agent import AgentSettings
from tui.cli.screen import join_command, start_log
from tui.link.logs import LOGGERS
from tui.settings import resolve

ENVIRON = {"USER": "ana", "ABLY_API_KEY": "app.key:very-secret-indeed"}


@pytest.fixture
def loggers() -> Iterator[None]:
    """Leave logging as it was."""
    known = [logging.getLogger(), *(logging.getLogger(name) for name in LOGGERS)]
    before = [(each, each.handlers[:], each.propagate, each.level) for each in known]
    raising = logging.raiseExceptions
    yield
    logging.captureWarnings(capture=False)
    logging.raiseExceptions = raising
    for each, handlers, propagate, level in before:
        for handler in each.handlers:
            if handler not in handlers:
                handler.close()
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


def test_the_second_terminals_command_can_be_pasted_anywhere() -> None:
    words = shlex.split(join_command(resolve({"channel": "it's; a $wall"}, {"USER": "ana"}, {}), {}))
    assert Path(words[0]).is_absolute()
    assert words[1:] == ["--channel", "it's; a $wall", "--local"]


def test_it_takes_the_programs_folder_along() -> None:
    command = join_command(resolve({}, {"USER": "ana"}, {}), {"ABLY_TUI_HOME": "/tmp/a b"})
    assert command.startswith("ABLY_TUI_HOME='/tmp/a b' /")


def test_it_names_the_endpoint_and_never_a_key() -> None:
    command = join_command(resolve({"endpoint": "host:99", "tls": False}, ENVIRON, {}), {})
    assert shlex.split(command)[3:] == ["--endpoint", "host:99", "--no-tls"]
    assert "very-secret" not in command


@pytest.mark.usefixtures("loggers")
def test_what_is_logged_goes_to_a_file_without_keys(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = AgentSettings(api_key="sk-ant-quite-secret")
    path = start_log(tmp_path / "state", resolve({}, ENVIRON, {}), agent)
    logging.getLogger("ably.realtime").warning("dial wss://host/?key=%s", ENVIRON["ABLY_API_KEY"])
    logging.getLogger("tui.cli").error("cannot reach the model with sk-ant-quite-secret")
    said = path.read_text()
    assert "dial" in said
    assert "cannot reach" in said
    assert "very-secret" not in said
    assert "quite-secret" not in said
    assert capsys.readouterr() == ("", "")
