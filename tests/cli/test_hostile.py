"""The installed command on a channel where somebody is hostile: nothing that they say can do anything."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.terminal import Terminal
from tui.local import discover
from tui.local.statefile import LocalServer

COMMAND = Path(sys.executable).with_name("ably-tui")
CHANNEL = "ai:hostile"
CLIPBOARD = "\x1b]52;c;cm0gLXJmIC8=\x07"
EVIL = (
    f"{CLIPBOARD}\x1b]0;pwned\x07\x1b]8;;https://evil.example\x1b\\\x1b[31m\x1b[?1049l\x9b2J\x9d0;pwned\x9c"
    "\x07\x08\r\x00\x85\u202e\u2066\u2028"
)
MARKUP = "[red]loud[/red][@click=app.quit]quit[/][link=https://evil.example]link[/link][/]"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    discover.stop(tmp_path / "local")


def publish(server: LocalServer, *messages: dict[str, Any]) -> None:
    """Publish over REST, where no SDK of ours has a say in what is sent."""
    url = f"http://{server.host}:{server.port}/channels/{quote(CHANNEL)}/messages"
    credentials = base64.b64encode(server.key.encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    for message in messages:
        request = urllib.request.Request(url, json.dumps(message).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 201


def said(name: str, data: object = None, **headers: str) -> dict[str, Any]:
    return {
        "name": name,
        "data": data,
        "clientId": f"mallory{EVIL}{MARKUP}",
        "extras": {"headers": {"responseId": f"r{EVIL}{MARKUP}", **headers}},
    }


MESSAGES = (
    {"name": f"{EVIL}{MARKUP}", "data": EVIL, "clientId": f"{EVIL}x"},
    said("user-input", {"promptId": f"p{EVIL}", "text": f"{EVIL}asked {MARKUP}"}, model=f"m{EVIL}{MARKUP}"),
    said("start", promptId=f"p{EVIL}", model=f"m{EVIL}{MARKUP}", inReplyTo=EVIL),
    *(said("token", letter) for letter in f"{EVIL}{MARKUP}\n\n```{EVIL}\n{EVIL}{MARKUP}\n```\n\n"),
    said("token", f"[{EVIL}text]({EVIL}javascript:alert(1)) <https://evil.example/{EVIL}>\n\nlast words\n"),
    said("tool_call", {"name": f"{EVIL}{MARKUP}", "args": EVIL}, toolCallId=f"t{EVIL}"),
    said("stop", error=f"{EVIL}went wrong {MARKUP}", cancelledBy=f"{EVIL}{MARKUP}", stopReason=EVIL),
)

# What the program itself says to a terminal: CSI, character sets, save and restore, keypad, DCS, the pointer.
_OWN = re.compile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|[()][0AB]|[78=>M]|P[^\x1b]*\x1b\\\\|]22;[a-z]*\x07)")
_LINK = re.compile("\x1b]8;[!-:<-~]*;(?:https?://[!-~]*)?\x1b\\\\")
"""A link of ours, which shows its target: to the web, and in printable ASCII."""


def test_nothing_from_the_channel_reaches_the_terminal_but_its_text(home: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "USER": "ana", "LANG": "C.UTF-8", "ABLY_TUI_HOME": str(home)}
    command = [str(COMMAND), "--local", "--channel", CHANNEL]
    with Terminal(command, columns=120, rows=40, environment=environment) as terminal:
        terminal.wait_for("connected")
        server = discover.find(home / "local")
        assert server is not None
        publish(server, *MESSAGES)
        terminal.wait_for("last words")
        terminal.wait_for("went wrong")
        assert "[red]loud[/red][@click=app.quit]quit[/]" in terminal.text
        terminal.press("escape")
        for key in "zcphjkl1G":
            terminal.send(key)
        terminal.resize(60, 15)
        terminal.resize(120, 40)
        terminal.wait_for("last words")
        terminal.wait_for("connected")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind
        raw = terminal.raw.decode()
    assert "pwned" not in raw
    assert "]52;" not in raw
    left = _OWN.sub("", _LINK.sub("", raw))
    found = re.search("[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", left)
    assert found is None, repr(left[max(0, found.start() - 100) :][:300])
    log = home / "ably-tui.log"
    assert not log.exists() or not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", log.read_text(encoding="utf-8"))
