from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.proxied import proxied
from tests.faults.proxy import Proxy
from tests.local.server import running_server
from tests.terminal import Terminal
from tui.agent import AgentSettings
from tui.cli.screen import PrivateLog, join_command, start_log
from tui.link.logs import LOGGERS
from tui.local import discover
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


@pytest.mark.usefixtures("loggers")
def test_only_its_user_can_read_the_log(tmp_path: Path) -> None:
    (tmp_path / "ably-tui.log").touch(mode=0o644)
    for folder in (tmp_path, tmp_path / "new"):
        path = start_log(folder, resolve({}, ENVIRON, {}), None)
        logging.getLogger("tui.cli").error("something about prompts")
        assert path.stat().st_mode & 0o777 == 0o600
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, PrivateLog)
        handler.doRollover()
        assert {each.stat().st_mode & 0o777 for each in folder.glob("ably-tui.log*")} == {0o600}


@pytest.mark.timeout(120)
def test_leaving_without_a_connection_says_what_others_see(tmp_path: Path) -> None:
    with running_server(tmp_path / "elsewhere") as server, proxied(server.host, server.port) as proxy:
        command = [sys.executable, "-m", "tui", "--model", "demo-slow", "--no-tls"]
        command += ["--endpoint", f"127.0.0.1:{proxy.port}"]
        environment = {"USER": "ana", "ABLY_TUI_HOME": str(tmp_path), "ABLY_API_KEY": server.key}
        try:
            with Terminal(command, columns=100, rows=30, environment=environment) as terminal:
                terminal.wait_for("connected")
                terminal.send("a long one\r")
                terminal.wait_for("Demo answer")
                proxy.do(Proxy.refuse)
                terminal.wait_for("disconnected")
                terminal.press("ctrl+q")
                assert terminal.wait_exit() == 0
                (said,) = [row.strip() for row in terminal.display if row.startswith("ably-tui:")]
                assert "1 answer could not be ended: no connection; others see it as STALLED" in said
                assert terminal.restored, terminal.left_behind
        finally:
            discover.stop(tmp_path / "local")
