from __future__ import annotations

import json
from dataclasses import replace

from rich.cells import cell_len

from tests.ui.sections.support import SETTING, blocks, shown
from tui.state import Block, Decision, Publisher
from tui.ui.sections.approval import ATTEMPTS, card, decision_words
from tui.ui.sections.flow import Flow
from tui.ui.sections.part import Setting
from tui.ui.sections.stack import Stack
from tui.ui.verdicts import counts_for
from tui.wire import ApprovalRequest, ApprovalResponse, Outgoing, Start, ToolCall

ASKED = ApprovalRequest("r", "t", "bash", '{"command":"rm -rf build","cwd":"/srv"}')


def rows(
    *values: Outgoing | tuple[str, Outgoing],
    width: int = 44,
    pending: bool = True,
    setting: Setting = SETTING,
) -> tuple[list[str], Block]:
    (block,) = blocks(Start("r"), *values)
    assert block.tool is not None
    assert block.tool.approval is not None
    parts = card(block, block.tool.approval, width, setting, pending=pending)
    for part in parts:
        while isinstance(part, Flow) and part.behind:
            part.catch_up()
    return shown(Stack(parts, plain=True)), block


def test_it_says_what_would_be_done_who_asks_and_how_to_answer() -> None:
    assert rows(ASKED)[0] == [
        "╭─ approve? bash ──────────────────────────╮",
        "│  {                                       │",
        '│    "command": "rm -rf build",            │',
        '│    "cwd": "/srv"                         │',
        "│  }                                       │",
        "│                                          │",
        "│ asked by agent                           │",
        "│ A approve · D deny                       │",
        "╰──────────────────────────────────────────╯",
    ]  # fmt: skip


def test_nothing_of_the_arguments_is_left_out_however_long() -> None:
    command = " ".join(f"word{n}" for n in range(5_000))
    text, _ = rows(ApprovalRequest("r", "t", "bash", json.dumps({"command": command})), width=60)
    inside = "".join(line[2:-2].strip() for line in text)
    assert all(f"word{n}" in inside for n in range(0, 5_000, 97))
    assert "more characters" not in inside
    assert all(cell_len(line) == 60 for line in text)


def test_a_request_that_differs_from_its_call_is_told() -> None:
    call = ToolCall("r", "t", "bash", '{"command":"ls"}')
    text = "\n".join(rows(call, ASKED)[0])
    assert "the call itself says otherwise:" in text
    assert '{"command": "ls"}' in text
    same = ToolCall("r", "t", "bash", '{"command": "rm -rf build", "cwd": "/srv"}')
    assert "otherwise" not in "\n".join(rows(same, ASKED)[0])


def test_the_call_tells_what_the_request_does_not() -> None:
    text = "\n".join(rows(ToolCall("r", "t", "f", '{"a":1}'), ApprovalRequest("r", "t", ""))[0])
    assert "approve? f" in text
    assert '{"a": 1}' in text


def test_nothing_of_it_reaches_the_terminal_as_a_command_and_that_is_told() -> None:
    hostile = '{"command":"ls\x1b]52;c;AAAA\x07\u202e -la\x9b31m"}'
    text = "\n".join(rows(ApprovalRequest("r", "t", "bash", hostile), width=60)[0])
    assert '{"command": "ls -la"}' in text
    assert "it holds control characters" in text
    assert not set(text) & set("\x1b\x07\u202e\x9b")


def test_only_who_may_decides_and_everybody_is_shown() -> None:
    text = "\n".join(rows(ASKED, ("mallory", ApprovalResponse("t", True)))[0])
    assert "unverified attempt by mallory: approved" in text
    assert "A approve" in text
    earlier = replace(SETTING, counts=counts_for("me"))
    text = "\n".join(rows(ASKED, ("me", ApprovalResponse("t", True)), width=70, setting=earlier)[0])
    assert "approved in your name (me), but not in this session: unverified" in text
    assert "by you" not in text
    text = "\n".join(rows(ASKED, ("me", ApprovalResponse("t", False, "not now")))[0])
    assert "denied by you · not now" in text
    assert "A approve" not in text
    assert "A approve" not in "\n".join(rows(ASKED, pending=False)[0])


def test_a_flood_of_attempts_does_not_hide_the_decision() -> None:
    attempts = [(f"m{n}", ApprovalResponse("t", True)) for n in range(ATTEMPTS + 30)]
    text = "\n".join(rows(ASKED, *attempts[:10], ("me", ApprovalResponse("t", False)), *attempts[10:])[0])
    assert "denied by you" in text
    assert "… 30 more attempts" in text


def test_the_words_of_a_decision() -> None:
    said = Decision(True, None, Publisher("ana", "c"), "publisher", 0, "t")
    assert decision_words(said, SETTING) == "approved by ana (verified: role publisher)"
    assert decision_words(replace(said, claim=None), SETTING) == "unverified attempt by ana: approved"
    trusting = replace(SETTING, counts=lambda _: True)
    assert decision_words(replace(said, claim=None), trusting) == "approved by ana (verified)"
