"""Whole sessions that the JavaScript package of AI Transport published, through the reducer."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.state.test_conversation import told
from tests.wire import values
from tui.state import Conversation, Response
from tui.state.threads import families, heads, thread_of
from tui.wire import Action, ChannelMessage, Kind

STEP = 100  # ms between two messages


def session(codec: str) -> list[ChannelMessage]:
    """The session as a subscriber got it: a version has a serial of its own, and its message's timestamp."""
    sent = json.loads(Path(values.__file__).with_name(f"transport_{codec}.json").read_text(encoding="utf-8"))
    return [
        ChannelMessage(
            each["serial"],
            int(each["serial"][1:]) * STEP,
            (number + 1) * STEP,
            name=each.get("name"),
            data=each.get("data"),
            id=f"m{number}",
            client_id=each["clientId"],
            connection_id=f"c-{each['clientId']}",
            extras=each["extras"],
            action=Action[each["action"].upper()],
            version=each["version"],
        )
        for number, each in enumerate(sent)
    ]


def after(log: list[ChannelMessage], batch: int = 1_000) -> Conversation:
    conversation = Conversation()
    for begin in range(0, len(log), batch):
        conversation.apply_all(log[begin : begin + batch])
    return conversation


def texts(response: Response) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in response.blocks if block.kind is not Kind.TOOL]


def tools(response: Response) -> list[tuple[str, str | None, str, str | None, bool]]:
    """Call id (or none), name, arguments, result, failed."""
    return [
        (block.kind.value, block.tool.name, block.text, block.tool.result, block.tool.failed)
        for block in response.blocks
        if block.tool is not None
    ]


VERCEL = {
    "u004": (
        "DONE",
        [("thinking", "hm"), ("text", "Hey you"), ("data", "A · https://x.test/a"), ("data", '{"x":[1]}')],
    ),
    "u010": ("DONE", [("text", "ok")]),
    "u016": ("DONE", [("text", "done")]),
    "u025": ("SUSPENDED", [("text", "let me")]),
    "u030": ("DONE", [("text", "you are here")]),
    "u035": ("DONE", [("text", "Again")]),
    "u041": ("DONE", [("text", "Edited")]),
    "u047": ("CANCELLED", [("text", "a0a1a2a3a4")]),
    "u054": ("FAILED", [("text", "part")]),
    "u060": ("DONE", [("text", "good")]),
    "u067": ("DONE", [("data", "user: this way"), ("text", "ok")]),
}
OPENAI = {
    "u003": ("DONE", [("thinking", "thinking"), ("text", "Hey you")]),
    "u008": ("DONE", []),
    "u016": ("DONE", []),
}


@pytest.mark.parametrize(("codec", "expected"), [("vercel", VERCEL), ("openai", OPENAI)])
def test_what_was_said_and_how_it_ended(codec: str, expected: dict[str, Any]) -> None:
    conversation = after(session(codec))
    found = {key: (each.status.value, texts(each)) for key, each in conversation.responses.items()}
    assert found == expected
    assert (conversation.counts.unknown, conversation.counts.late, conversation.counts.duplicates) == (
        0,
        0,
        0,
    )
    assert all(
        response.gaps == 0 and not response.joined_midway for response in conversation.responses.values()
    )
    assert {response.publisher.name for response in conversation.responses.values()} == {"agent"}
    assert not conversation.incomplete


def test_tools_of_vercel() -> None:
    responses = after(session("vercel")).responses
    assert tools(responses["u010"]) == [
        ("tool", "weather", '{"city":"Rome"}', '{"t":21}', False),
        ("tool", "other", '{"a":1}', "no", True),
    ]
    assert tools(responses["u016"]) == [("tool", "rm", '{"path":"/"}', "gone", False)]
    tool = responses["u016"].blocks[0].tool
    assert tool is not None
    assert tool.approval is not None
    assert [(each.approved, each.reason, each.publisher.name) for each in tool.approval.decisions] == [
        (True, "fine", "user")
    ]
    assert (responses["u047"].cancelled_by, responses["u054"].error) == ("user", "model exploded (104008)")


def test_tools_of_openai() -> None:
    responses = after(session("openai")).responses
    assert tools(responses["u008"]) == [("tool", "weather", '{"city":"Rome"}', "denied", False)]
    assert tools(responses["u016"]) == [("tool", "locate", "{}", "here", False)]
    tool = responses["u008"].blocks[0].tool
    assert tool is not None
    assert tool.approval is not None
    assert [(each.approved, each.reason) for each in tool.approval.decisions] == [(False, "no")]


def test_a_result_of_a_client_tool_goes_on_as_a_response_in_the_place_of_the_suspended_one() -> None:
    responses = after(session("vercel")).responses
    assert [key for key, each in responses.items() if each.superseded] == ["u025"]
    assert tools(responses["u025"]) == [("tool", "locate", "{}", "here", False)]
    until_result = [
        message
        for message in session("vercel")
        if message.serial < next(m.serial for m in session("vercel") if "u030" in str(m.extras))
    ]
    assert not after(until_result).responses["u025"].superseded


def test_what_is_said_to_a_running_response_is_a_part_of_it_and_waits_for_nothing() -> None:
    conversation = after(session("vercel"))
    running = conversation.responses["u067"]
    assert running.blocks[0].label == "input"
    assert all(not key.startswith("?") for key in conversation.responses)
    assert running.prompt is not None
    assert running.prompt.text == "steer me"


def test_threads_and_siblings() -> None:
    vercel = after(session("vercel"))
    assert [[each.key for each in family] for family in families(vercel)] == [["u004", "u035", "u041"]]
    assert vercel.responses["u035"].question == vercel.responses["u004"].question != ""
    newest = vercel.responses["u067"]
    assert [each.key for each in thread_of(vercel, newest)] == ["u041", "u047", "u054", "u060", "u067"]
    assert [each.key for each in thread_of(vercel, vercel.responses["u016"])] == ["u004", "u010", "u016"]
    assert [(head.title, head.response.key) for head in heads(vercel)][-1] == ("hello edited", "u067")
    openai = after(session("openai"))
    assert [(head.title, head.response.key) for head in heads(openai)] == [("hello", "u016")]


def known(conversation: Conversation) -> dict[str, dict[str, Any]]:
    """All that is known but how it arrived: of a message that grows also how often and until when."""
    by_response = told(conversation)
    for response in by_response.values():
        del response["tokens"], response["last_text_at"]
        for block in response["blocks"]:
            del block["last_at"]
    return by_response


@pytest.mark.parametrize("codec", ["vercel", "openai"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_any_order_and_each_message_twice_is_the_same_session(codec: str, seed: int, batch: int) -> None:
    log = session(codec)
    shuffled = log + log
    random.Random(seed).shuffle(shuffled)
    conversation = after(shuffled, batch)
    assert known(conversation) == known(after(log))
    assert [[each.key for each in family] for family in families(conversation)] == [
        [each.key for each in family] for family in families(after(log))
    ]


@pytest.mark.parametrize("codec", ["vercel", "openai"])
def test_every_beginning_and_every_end_of_a_session_is_taken(codec: str) -> None:
    log = session(codec)
    whole = known(after(log))
    for cut in range(0, len(log), 5):
        conversation = after(log[cut:])
        conversation.apply_all(log[:cut])
        assert known(conversation) == whole
