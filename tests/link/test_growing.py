"""Messages that grow, and citations, with the real SDK over sockets: to the channel server, and refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.link.peer import Frame, Peer
from tests.link.support import Watched, linked, options, until
from tests.local.server import running_server, token
from tui.link import LinkOptions, PublishError
from tui.local.statefile import LocalServer
from tui.state import Appended, Conversation, Opened, Replaced, Status
from tui.wire import (
    Action,
    Citation,
    Cite,
    Inbound,
    Kind,
    Outgoing,
    Publication,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    annotation_of,
    clean_text,
    encode_cancel,
)
from tui.wire import Cancel as CancelValue

NO_RULE = {"code": 93002, "statusCode": 400, "message": "mutable messages are not enabled"}
CITATION = Citation("nasa.gov", title="Moon", url="https://nasa.gov", cited_text="rock", start=2, end=6)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with running_server(tmp_path / "server") as running:
        yield running


def to(server: LocalServer, **changes: object) -> LinkOptions:
    return options(server.port, **{"key": server.key, "pattern": "response", **changes})


def without(server: LocalServer, *operations: str) -> dict[str, object]:
    """Credentials that lack these capabilities."""
    all_of_them = {"publish", "subscribe", "presence", "history", "annotation-subscribe"}
    granted = all_of_them | {"message-update-own", "annotation-publish"}
    capability = json.dumps({"*": sorted(granted - set(operations))})
    claims = {"x-ably-capability": capability, "x-ably-clientId": "ana"}
    return {"key": None, "token": token(server, **claims)}


async def say(watched: Watched, *values: Outgoing | Cite) -> None:
    """Say one after another, each when the one before was acknowledged."""
    for value in values:
        watched.link.run(watched.link.publisher.publish, value).result(5)
        await until(lambda: watched.link.publisher.queued == 0)


def conversation(items: list[Inbound]) -> Conversation:
    made = Conversation()
    for item in items:
        if hasattr(item, "serial"):
            made.apply(item)  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize("binary", [True, False])
async def test_a_response_that_grows_is_seen_whole_live_and_later(server: LocalServer, binary: bool) -> None:
    async with linked(to(server, binary=binary)) as watched:
        await until(lambda: watched.ready)
        values: list[Outgoing] = [
            Start("r", "p", model="haiku"),
            Text("r", "hm", kind=Kind.THINKING),
            Text("r", "Größe "),
            Text("r", "語 👩‍👩‍👧"),
            ToolCall("r", "c", "read", "{}"),
            ToolResult("r", "c", "1"),
            Text("r", "It is "),
            Text("r", "1."),
            Stop("r", "end_turn", output_tokens=5),
        ]
        await say(watched, *values)
        await until(lambda: any(message.name == "response-end" for message in watched.messages))
        async with linked(to(server, client_id="ben", since=None, publishing=False)) as late:
            await until(lambda: late.filled)
            for seen in (watched, late):
                response = conversation(seen.look()).responses["r"]
                assert response.text == "Größe 語 👩‍👩‍👧\n\nIt is 1."
                assert (response.model, response.status) == ("haiku", Status.DONE)
                assert [block.kind for block in response.blocks if block.length or block.tool] == [
                    Kind.THINKING,
                    Kind.TEXT,
                    Kind.TOOL,
                    Kind.TEXT,
                ]
            assert not any(message.name == "token" for message in late.messages)


async def test_a_text_that_one_message_has_no_room_for_is_one_text_all_the_same(server: LocalServer) -> None:
    words = [f"{number:05d} 語 \x1b[1m" for number in range(12_000)]
    async with linked(to(server)) as watched, linked(to(server, client_id="cleo", publishing=False)) as live:
        await until(lambda: watched.ready and live.ready)
        await say(watched, Start("r"), Text("r", words[0]))
        for start in range(1, len(words), 1_500):
            await say(watched, Text("r", "".join(words[start : start + 1_500])))
        await say(watched, Stop("r"))
        expected, made, fed, seen = clean_text("".join(words)), Conversation(), "", 0

        def take() -> bool:
            nonlocal fed, seen
            for message in live.messages[seen:]:
                seen += 1
                for change in made.apply(message):
                    match change:
                        case Appended(text=text):
                            fed += text
                        case Opened(response) | Replaced(response):
                            fed = response.text
            return fed == expected

        await until(take)
        assert made.responses["r"].text == expected
        assert len({message.serial for message in live.messages if message.name == "response"}) == 3
        async with linked(to(server, client_id="ben", since=None, publishing=False)) as late:
            await until(lambda: late.filled)
            (block,) = conversation(late.look()).responses["r"].blocks
            assert block.text == expected


async def test_without_the_capability_text_goes_by_tokens(server: LocalServer) -> None:
    settings = to(server, pattern="auto", **without(server, "message-update-own"))
    async with linked(settings) as watched:
        await until(lambda: watched.ready)
        for response_id in "rq":
            await say(
                watched, Start(response_id), Text(response_id, "a"), Text(response_id, "b"), Stop(response_id)
            )
        await until(lambda: [message.name for message in watched.messages].count("stop") == 2)
        responses = conversation(watched.look()).responses
        assert {key: response.text for key, response in responses.items()} == {"r": "ab", "q": "ab"}
        assert [message.name for message in watched.messages].count("response") == 1
        (notice,) = watched.notices
        assert "message-update" in notice


async def test_without_the_rule_a_notice_names_it() -> None:
    async with Peer() as peer:
        peer.judge = lambda message: NO_RULE if message.get("action") == Action.APPEND else True
        async with linked(options(peer.port, viewing=False, pattern="auto")) as watched:
            await until(lambda: watched.ready)
            await say(watched, Start("r"), Text("r", "a"), Text("r", "b"), Stop("r"))
            assert [m["name"] for m in peer.published] == ["response", "start", "token", "token", "stop"]
            (notice,) = watched.notices
            assert "Message annotations, updates, deletes and appends" in notice
            assert f"ask whoever runs 127.0.0.1:{peer.port}" in notice


async def test_a_lost_acknowledgement_of_an_append_is_followed_by_the_whole_text() -> None:
    async with Peer() as peer:
        appends: list[str] = []

        def judge(message: Frame) -> bool | None:
            if message.get("action") == Action.APPEND:
                appends.append(message["data"])
                return None if len(appends) == 1 else True
            return True

        peer.judge = judge
        async with linked(options(peer.port, viewing=False, pattern="response", ack_timeout=0.3)) as watched:
            await until(lambda: watched.ready)
            await say(watched, Start("r"), Text("r", "a"), Text("r", "b"), Stop("r"))
            changes = [(m["action"], m["data"]) for m in peer.published if "action" in m]
            assert changes == [(5, "a"), (1, "a"), (5, "b"), (1, "ab")]


@pytest.mark.parametrize("pattern", ["token", "response"])
async def test_citations_are_annotations_of_the_response(server: LocalServer, pattern: str) -> None:
    async with linked(to(server, pattern=pattern)) as watched:
        await until(lambda: watched.ready)
        await say(watched, Start("r"), Text("r", "a rock"), Cite("r", CITATION), Stop("r"))
        serial = watched.messages[0].serial
        found = await asyncio.wrap_future(watched.link.annotations(serial))
        kind, name, data = annotation_of(CITATION)
        assert [(each.type, each.name, each.data) for each in found] == [(kind, name, data)]
        assert watched.notices == []


async def test_citations_that_are_refused_are_told_once_and_harm_nothing(server: LocalServer) -> None:
    async with linked(to(server, **without(server, "annotation-publish"))) as watched:
        await until(lambda: watched.ready)
        cite = Cite("r", CITATION)
        await say(watched, Start("r"), Text("r", "a rock"), cite, cite, Text("r", "!"), cite, Stop("r"))
        await until(lambda: any(message.name == "response-end" for message in watched.messages))
        assert conversation(watched.look()).responses["r"].text == "a rock!"
        (notice,) = watched.notices
        assert "citations are not published" in notice
        assert watched.link.publisher.lost == 0


async def test_a_ready_made_message_and_a_change_of_it_are_delivered(server: LocalServer) -> None:
    async with linked(to(server)) as watched:
        await until(lambda: watched.ready)
        said = encode_cancel(CancelValue("run", "input"), event_id="e")
        await asyncio.wrap_future(watched.link.run(watched.link.publisher.deliver, said))
        await until(lambda: watched.messages)
        (message,) = watched.messages
        assert (message.name, message.extras) == (said.name, said.extras)
        change = Publication(None, "new", action=Action.UPDATE, serial=message.serial, metadata={"k": "v"})
        await asyncio.wrap_future(watched.link.run(watched.link.publisher.deliver, change))
        await until(lambda: len(watched.messages) == 2)
        assert (watched.messages[1].data, watched.messages[1].metadata) == ("new", {"k": "v"})
        nobody = Publication(None, "new", action=Action.UPDATE, serial="00000000000000-000@x:000")
        with pytest.raises(PublishError) as caught:
            await asyncio.wrap_future(watched.link.run(watched.link.publisher.deliver, nobody))
        assert caught.value.reason.code == 40400
