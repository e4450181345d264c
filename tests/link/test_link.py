"""The link against the real channel server, with the real SDK in between."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from ably.realtime.realtime import AblyRealtime
from ably.types.message import Message

from tests.link.support import KEY, Watched, link_threads, linked, options, until
from tests.local.server import end_server, running_server, start_server
from tui.link import Endpoint, Link, LinkOptions
from tui.link.client import make_realtime, make_rest
from tui.link.history import History
from tui.local import discover
from tui.local.statefile import LocalServer
from tui.wire import (
    ChannelChange,
    ChannelMessage,
    Outgoing,
    PublishingChange,
    Start,
    Stop,
    Text,
    UserInput,
    Whole,
    decode,
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with running_server(tmp_path / "server") as running:
        yield running


def to(server: LocalServer, **changes: object) -> LinkOptions:
    return options(server.port, key=server.key, **changes)


def said(messages: Sequence[ChannelMessage]) -> list[Outgoing]:
    """What distinct messages say, in the order of their serials."""
    unique = {message.serial: message for message in messages}
    values = [decode(unique[serial]) for serial in sorted(unique)]
    return [value for value in values if isinstance(value, Start | Text | Stop | Whole | UserInput)]


def text_of(messages: Sequence[ChannelMessage], response_id: str) -> str:
    """The text of a response as any subscriber rebuilds it."""
    text = ""
    for value in said(messages):
        if isinstance(value, Text | Whole) and value.response_id == response_id:
            text = text + value.text if isinstance(value, Text) else value.text
    return text


def stopped(messages: Sequence[ChannelMessage]) -> set[str | None]:
    return {value.response_id for value in said(messages) if isinstance(value, Stop)}


def publish(link: Link, *values: Outgoing) -> None:
    def all_of_them() -> None:
        for value in values:
            link.publisher.publish(value)

    link.run(all_of_them).result(5)


@pytest.mark.parametrize("binary", [True, False])
async def test_what_is_published_arrives(server: LocalServer, binary: bool) -> None:
    values: list[Outgoing] = [
        Start("r", prompt_id="p", model="m"),
        Text("r", "Größe 語 👩‍👩‍👧"),
        Stop("r", stop_reason="end_turn", output_tokens=3),
    ]
    async with linked(to(server, binary=binary)) as watched:
        await until(lambda: watched.ready)
        prompt = watched.link.run(watched.link.publisher.deliver, UserInput("p", "why?", to="ben"))
        await asyncio.wrap_future(prompt)
        publish(watched.link, *values)
        await until(lambda: len(watched.messages) == 4)
        first, second, *_ = said(watched.messages)
        assert first == UserInput("p", "why?", to="ben")
        assert second == values[0]
        assert text_of(watched.messages, "r") == "Größe 語 👩‍👩‍👧"
        assert said(watched.messages)[-1] == values[2]
        assert {message.client_id for message in watched.messages} == {"ana"}
        assert all(abs(message.received - message.timestamp) < 60_000 for message in watched.messages)
        assert watched.notices == []


async def test_the_publishing_connection_hears_no_echo(server: LocalServer) -> None:
    heard: list[Message] = []

    def listen(message: Message) -> None:
        heard.append(message)

    client: AblyRealtime = make_realtime(to(server), echo=False)
    client.connect()
    channel = client.channels.get("c")
    await channel.subscribe(listen)
    try:
        await channel.publish("token", "own")
        async with linked(to(server, viewing=False)) as other:
            await until(lambda: other.ready)
            publish(other.link, Text("r", "of another"))
            await until(lambda: heard)
        assert [message.data for message in heard] == ["of another"]
    finally:
        await client.close()


async def test_history_and_live_overlap_without_a_hole(server: LocalServer) -> None:
    """Somebody publishes without pause while another opens the channel."""
    async with linked(to(server, viewing=False)) as author:
        await until(lambda: author.ready)
        going = True
        count = 0
        publish(author.link, Start("r"))
        for number in range(1_500):
            publish(author.link, Text("r", f"{number} "))
        await asyncio.wrap_future(author.link.run(author.link.publisher.flush, 20.0))

        async def go_on() -> None:
            nonlocal count
            for count in itertools.count(1_500):
                if not going:
                    return
                author.link.publisher.publish(Text("r", f"{count} "))
                await asyncio.sleep(0.001)

        running = author.link.run(go_on)
        async with linked(to(server, since=None, publishing=False)) as reader:
            await until(lambda: reader.filled)
            await until(lambda: len(reader.messages) > 0)
            before = len(reader.messages)
            await until(lambda: len(reader.messages) > before + 20)
            going = False
            await asyncio.wrap_future(running)
            publish(author.link, Stop("r"))
            await until(lambda: stopped(reader.messages))
            assert text_of(reader.messages, "r") == "".join(f"{number} " for number in range(count))
            live = [message.serial for message in reader.messages if message.live]
            assert live == sorted(live)


async def test_since(server: LocalServer) -> None:
    async with linked(to(server)) as author:
        await until(lambda: author.ready)
        publish(author.link, Start("old"), Stop("old"))
        await until(lambda: len(author.messages) == 2)
        async with linked(to(server, since=0)) as fresh, linked(to(server, since=60_000)) as late:
            await until(lambda: fresh.ready and late.filled)
            publish(author.link, Start("new"))
            await until(lambda: fresh.messages and len(late.messages) == 3)
            assert said(fresh.messages) == [Start("new")]
            assert said(late.messages) == [Start("old"), Stop("old"), Start("new")]
            history = [message for message in late.messages if message.received == message.timestamp]
            assert len(history) >= 2


async def test_history_pages(server: LocalServer) -> None:
    settings = to(server)
    async with linked(settings) as author:
        await until(lambda: author.ready)
        for number in range(30):
            await asyncio.wrap_future(author.link.run(author.link.publisher.deliver, Text("r", str(number))))
        history = History(lambda: make_rest(settings), "c")
        found = [page async for page in history.pages()]
        assert [message.data for page in found for message in page.messages] == [str(n) for n in range(30)]


async def test_a_burst_keeps_order_and_loses_nothing(server: LocalServer) -> None:
    """2,000 tokens over 8 responses, as fast as they can be said."""
    rng = random.Random(7)
    words = {f"r{n}": [f"{n}.{i} " for i in range(250)] for n in range(8)}
    async with linked(to(server)) as watched:
        await until(lambda: watched.ready)

        async def agent(response_id: str) -> None:
            say = watched.link.publisher.publish
            say(Start(response_id))
            for word in words[response_id]:
                say(Text(response_id, word))
                if rng.random() < 0.3:
                    await asyncio.sleep(0)
            say(Stop(response_id, stop_reason="end_turn"))

        for response_id in words:
            watched.link.run(agent, response_id)
        await until(lambda: stopped(watched.messages) == set(words))
        for response_id, expected in words.items():
            assert text_of(watched.messages, response_id) == "".join(expected)
            pieces = [
                v for v in said(watched.messages) if isinstance(v, Text) and v.response_id == response_id
            ]
            assert [piece.seq for piece in pieces] == list(range(len(pieces)))
            assert sum(piece.deltas for piece in pieces) == 250
        assert not any(isinstance(value, Whole) for value in said(watched.messages))
        assert watched.link.publisher.queued == 0
        assert watched.notices == []


async def test_a_large_text_is_cut(server: LocalServer) -> None:
    text = "語👩‍👩‍👧é" * 20_000
    async with linked(to(server)) as watched:
        await until(lambda: watched.ready)
        publish(watched.link, Start("r"), Text("r", text), Stop("r"))
        await until(lambda: stopped(watched.messages))
        assert text_of(watched.messages, "r") == text


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_the_server_ends_mid_stream_and_is_started_again(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Same port, same key, same store: what was said arrives complete, in order."""
    directory = tmp_path / "server"
    process, server = start_server(directory)
    try:
        async with linked(to(server), revive=lambda: discover.ensure(directory)) as watched:
            await until(lambda: watched.ready)
            words = [f"{n} " for n in range(600)]

            async def agent() -> None:
                say = watched.link.publisher.publish
                say(Start("r"))
                for word in words:
                    say(Text("r", word))
                    await asyncio.sleep(0.003)
                say(Stop("r"))

            watched.link.run(agent)
            await until(lambda: len(watched.messages) > 50)
            await asyncio.to_thread(end_server, process, number)
            await until(lambda: stopped(watched.messages), within=30)
            assert text_of(watched.messages, "r") == "".join(words)
            await until(lambda: watched.attached)
            await until(lambda: watched.link.publisher.queued == 0)
    finally:
        end_server(process)
        discover.stop(directory)


async def test_wrong_key(server: LocalServer) -> None:
    wrong = server.key[:-6] + "xxxxxx"
    async with linked(options(server.port, key=wrong)) as watched:
        await until(lambda: "failed" in watched.states)
        change = watched.connection
        assert change is not None
        assert change.reason is not None
        assert change.reason.code == 40101
        assert change.reason.remedy
        assert wrong not in repr(watched.look())


async def test_two_viewers_agree(server: LocalServer) -> None:
    async with linked(to(server)) as one, linked(to(server, client_id="ben", binary=False)) as two:
        await until(lambda: one.ready and two.ready)
        publish(one.link, Start("a"), Text("a", "one"), Stop("a"))
        publish(two.link, Start("b"), Text("b", "two"), Stop("b"))
        both: tuple[Watched, ...] = (one, two)
        await until(lambda: all(stopped(watched.messages) == {"a", "b"} for watched in both))
        assert said(one.messages) == said(two.messages)


async def test_close_publishes_what_is_queued(server: LocalServer) -> None:
    """Agents that are cancelled say so on their way out."""
    async with linked(to(server, client_id="ben")) as reader:
        await until(lambda: reader.ready)
        link = Link(to(server), wake=lambda: None)
        link.start()
        watched = Watched(link)
        await until(lambda: watched.ready)

        async def agent() -> None:
            link.publisher.publish(Start("r"))
            try:
                await asyncio.Event().wait()
            finally:
                link.publisher.publish(Text("r", "half"))
                link.publisher.publish(Stop("r", stop_reason="cancelled"))

        link.run(agent)
        await until(lambda: reader.messages)
        await asyncio.to_thread(link.close)
        await until(lambda: stopped(reader.messages))
        assert text_of(reader.messages, "r") == "half"
        with pytest.raises(RuntimeError):
            link.run(agent).result(1)


async def test_an_endpoint_by_name(server: LocalServer) -> None:
    async with linked(
        to(server, endpoint=Endpoint("localhost", server.port, tls=False), since=None)
    ) as watched:
        await until(lambda: watched.ready and watched.filled)
        assert watched.notices == []


async def test_a_server_with_ablys_limits_that_nobody_knew_of(tmp_path: Path) -> None:
    """It refuses, the rate falls, and everything arrives all the same."""
    with running_server(tmp_path / "server", limits="ably") as server:
        async with linked(to(server)) as watched:
            await until(lambda: watched.ready)
            before = watched.link.publisher.budget
            words = {f"r{n}": [f"{n}.{i} " for i in range(60)] for n in range(4)}

            async def agent(response_id: str) -> None:
                watched.link.publisher.publish(Start(response_id))
                for word in words[response_id]:
                    watched.link.publisher.publish(Text(response_id, word))
                    await asyncio.sleep(0.002)
                watched.link.publisher.publish(Stop(response_id))

            for response_id in words:
                watched.link.run(agent, response_id)
            await until(lambda: stopped(watched.messages) == set(words), within=60)
            for response_id, expected in words.items():
                assert text_of(watched.messages, response_id) == "".join(expected)
            after = watched.link.publisher.budget
            assert (before, after is None) == (None, False)
            assert watched.notices == []
            changes = watched.of(PublishingChange)
            assert (changes[-1].state, changes[-1].slowed) == ("connected", True)


@pytest.mark.parametrize(
    ("allowed", "missing"),
    [
        (["subscribe", "history"], "publish"),
        (["publish", "history"], "subscribe"),
        (["publish", "subscribe"], "history"),
    ],
)
async def test_a_missing_capability_is_named(tmp_path: Path, allowed: list[str], missing: str) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps([{"key": KEY, "capability": {"*": allowed}}]))
    with running_server(tmp_path / "server", keys=keys) as server:
        async with linked(options(server.port, since=None)) as watched:
            await until(lambda: watched.link.publisher.sending)
            publish(watched.link, Start("r"))

            def told() -> bool:
                reasons = [str(change.reason) for change in watched.of(ChannelChange)]
                return any(f"the capability {missing}" in words for words in (*reasons, *watched.notices))

            await until(told)


async def test_a_frozen_server_does_not_keep_us_from_closing(tmp_path: Path) -> None:
    process, server = start_server(tmp_path / "server")
    try:
        async with linked(to(server)) as watched:
            await until(lambda: watched.ready)
            process.send_signal(signal.SIGSTOP)
            publish(watched.link, Start("r"), Text("r", "a"))
            await asyncio.to_thread(watched.link.close, 2.0)
            await until(lambda: not link_threads())
    finally:
        process.send_signal(signal.SIGCONT)
        end_server(process)
