from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tui.cli.rawtext import RawText
from tui.cli.telling import LONGEST, PAUSE, Said, Teller
from tui.state import Change, Conversation, Replaced
from tui.state.life import SILENCE
from tui.ui.verdicts import counts_for
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Kind,
    Outgoing,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    UserInput,
    Whole,
)


def told(*values: Outgoing, batch: int = 1) -> list[str]:
    """What is said of values that come in batches."""
    channel, conversation, teller = Channel(), Conversation(), Teller()
    messages = [channel.publish(value) for value in values]
    lines: list[Said] = []
    for start in range(0, len(messages), batch):
        lines += teller.take(conversation.apply_all(messages[start : start + batch]))
    return [str(said) for said in lines]


def test_a_response_from_its_prompt_to_its_end() -> None:
    lines = told(
        UserInput("p", "Why?\nReally"),
        Start("r", "p", model="claude-haiku-5-5"),
        Text("r", "Be"),
        Text("r", "cause.\nAnd "),
        Text("r", "so"),
        Stop("r", "end_turn", output_tokens=7),
    )
    assert lines == [
        "agent ? Why?",
        "agent ? Really",
        "agent/haiku-5-5 ▸ LIVE, r",
        "agent/haiku-5-5 │ Because.",
        "agent/haiku-5-5 │ And so",
        "agent/haiku-5-5 ▪ DONE, 0.4 s, 7 tokens",
    ]


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (Stop("r", "error", "Not now. Try again in 1 s."), "FAILED, 0.1 s: Not now. Try again in 1 s."),
        (Stop("r", "cancelled", cancelled_by="ben"), "CANCELLED, by ben, 0.1 s"),
        (Stop("r", "max_tokens"), "DONE, max_tokens, 0.1 s"),
    ],
)
def test_ends_have_their_cause(stop: Stop, words: str) -> None:
    assert told(Start("r"), stop)[-1] == f"agent ▪ {words}"


def test_thinking_and_tools_are_short() -> None:
    lines = told(
        Start("r"),
        Text("r", "hm\nhm\n", kind=Kind.THINKING),
        ToolCall("r", "t", "look", '{"at":\n"it"}'),
        ApprovalRequest("r", "t", "look"),
        ApprovalResponse("t", approved=True),
        ToolResult("r", "t", "it is\nthere" + "x" * 500),
        Text("r", "There."),
        Stop("r"),
    )
    assert lines[1:5] == [
        "agent │ (thinking)",
        "agent │ (thought, 6 characters)",
        'agent │ (tool look {"at": "it"})',
        "agent │ (tool look waits for somebody to allow it)",
    ]
    assert lines[5] == "agent │ (tool look unverified: agent says allowed)"
    assert lines[6].startswith("agent │ (tool look returned: it is there")
    assert len(lines[6]) < 220
    assert lines[7] == "agent │ There."


def test_two_at_a_time_have_two_names() -> None:
    lines = told(
        Start("a"), Start("b"), Text("a", "x\n"), Text("b", "y\n"), Stop("a"), Start("c"), Text("c", "z\n")
    )
    assert [line for line in lines if "│" in line] == ["agent │ x", "agent#2 │ y", "agent │ z"]


def test_a_correction_is_told_and_a_confirmation_is_not() -> None:
    start, piece = Start("r"), Text("r", "one\ntwo\n", 0)
    lines = told(start, piece, Whole("r", "one\ntwo\nthree\n"))
    assert [line[8:] for line in lines[1:4]] == ["one", "two", "three"]
    lines = told(start, piece, Whole("r", "one\n2\n"))
    assert lines[3:6] == ["agent ▪ corrected, from its beginning:", "agent │ one", "agent │ 2"]


def test_a_line_without_end_is_said_all_the_same() -> None:
    assert len(told(Start("r"), Text("r", "x" * (LONGEST + 1)))) == 2


pieces = st.lists(st.tuples(st.sampled_from("abc"), st.text("xy\n", max_size=6)), max_size=30)


@given(pieces, st.integers(1, 9), st.randoms(use_true_random=False))
def test_in_any_batches_and_order_the_end_is_the_text(
    said: list[tuple[str, str]], batch: int, mixed: random.Random
) -> None:
    channel, seqs = Channel(), dict.fromkeys("abc", 0)
    values: list[Start | Text | Stop] = [Start(name) for name in "abc"]
    for name, text in said:
        values.append(Text(name, text, seqs[name]))
        seqs[name] += 1
    values += [Stop(name) for name in "abc"]
    messages = [channel.publish(value, client=value.response_id) for value in values]
    if mixed.random() < 0.5:
        mixed.shuffle(messages)
    conversation, teller, lines = Conversation(), Teller(), list[Said]()
    raw, given_raw = RawText(), ""
    for start in range(0, len(messages), batch):
        changes = conversation.apply_all(messages[start : start + batch])
        lines += teller.take(changes)
        if "a" in conversation.responses:
            anew = any(isinstance(change, Replaced) and change.response.key == "a" for change in changes)
            given_raw += raw.take(conversation.responses["a"], anew=anew)
    whole = conversation.responses["a"].text
    assert given_raw.endswith(whole)
    assert raw.corrections or given_raw == whole
    spoken = [each for each in lines if each.label == "a"]
    after = max([i for i, each in enumerate(spoken) if each.text.startswith("corrected")], default=-1)
    assert [
        each.text for each in spoken[after + 1 :] if each.mark == "│" and not each.text.startswith("[")
    ] == (whole.removesuffix("\n").split("\n") if whole.strip("\n") or whole.count("\n") else [])


def test_a_decision_that_counts_is_told_as_one() -> None:
    channel, conversation = Channel(), Conversation()
    teller = Teller(counts_for("lab", {("t", False)}))
    values: list[tuple[Outgoing, str]] = [
        (Start("r"), "agent"),
        (ApprovalRequest("r", "t", "rm_rf"), "agent"),
        (ApprovalResponse("t", approved=True), "eve"),
        (ApprovalResponse("t", approved=False, reason="no"), "lab"),
    ]
    messages = [channel.publish(value, client=client) for value, client in values]
    texts = [said.text for said in teller.take(conversation.apply_all(messages))]
    assert texts[-2:] == ["(tool rm_rf unverified: eve says allowed)", "(tool rm_rf denied by lab: no)"]


def test_the_beginning_of_a_line_is_said_after_a_while_and_its_rest_marked() -> None:
    channel, conversation, teller = Channel(), Conversation(), Teller()
    lines = [
        str(said) for said in teller.take(_published(conversation, channel, Start("r"), Text("r", "An")))
    ]
    at = conversation.responses["r"].heard_at
    assert teller.pause(at + PAUSE - 1) == []
    assert [str(said) for said in teller.pause(at + PAUSE)] == ["agent │ An"]
    assert teller.pause(at + 2 * PAUSE) == []
    more = Text("r", "d so\non"), Text("r", "\n"), Stop("r")
    lines = [str(said) for said in teller.take(_published(conversation, channel, *more))]
    assert lines[:2] == ["agent ┆ d so", "agent │ on"]
    assert len(lines) == 3


@pytest.mark.parametrize(("rest", "mark"), [(" and on", "┆"), ("", "")])
def test_a_correction_goes_on_with_the_beginning_of_a_line(rest: str, mark: str) -> None:
    channel, conversation, teller = Channel(), Conversation(), Teller()
    teller.take(_published(conversation, channel, Start("r"), Text("r", "one\ntwo", 0)))
    assert [said.text for said in teller.pause(None)] == ["two"]
    said = teller.take(_published(conversation, channel, Whole("r", "one\ntwo" + rest), Stop("r")))
    assert [(each.mark, each.text) for each in said if each.mark != "▪"] == ([(mark, rest)] if rest else [])
    assert not any("corrected" in each.text for each in said)


def test_a_line_is_said_before_a_tool_and_before_a_pause() -> None:
    lines = told(Start("r"), Text("r", "Look: "), ToolCall("r", "t", "look", "{}"), ToolResult("r", "t", "x"))
    assert [line[8:] for line in lines[1:]] == ["Look: ", "(tool look {})", "(tool look returned: x)"]
    channel, conversation, teller = Channel(), Conversation(), Teller()
    teller.take(_published(conversation, channel, Start("r"), Text("r", "and")))
    changes = conversation.tick(conversation.responses["r"].heard_at + SILENCE + 1)
    texts = [said.text for said in teller.take(changes)]
    assert texts == ["and", "STALLED, its publisher is silent"]


def _published(conversation: Conversation, channel: Channel, *values: Outgoing) -> list[Change]:
    return list(conversation.apply_all([channel.publish(value) for value in values]))


@given(st.lists(st.text("xy\n", max_size=6), max_size=20), st.data())
def test_pauses_anywhere_lose_nothing(texts: list[str], data: st.DataObject) -> None:
    channel, conversation, teller = Channel(), Conversation(), Teller()
    lines = teller.take(_published(conversation, channel, Start("r")))
    for text in texts:
        lines += teller.take(_published(conversation, channel, Text("r", text)))
        if data.draw(st.booleans()):
            lines += teller.pause(None)
    lines += teller.take(_published(conversation, channel, Stop("r")))
    said = [each for each in lines if each.mark in "│┆"]
    written = "".join(("" if each.mark == "┆" else "\n") + each.text for each in said)
    assert written.removeprefix("\n") == conversation.responses["r"].text.removesuffix("\n")
