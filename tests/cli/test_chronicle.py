"""What history and the present have in common, and that the past is said as it is read. That there is no seam
is seen in `test_tail`.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Response

from tests.cli.commands import COMMAND
from tests.link.peer import Peer
from tests.link.support import KEY, message, until
from tests.messages import Channel
from tui.cli.chronicle import Seam
from tui.local import discover
from tui.wire import Action, ChannelMessage, Roster, Start, Stop, Text


def said() -> list[ChannelMessage]:
    channel = Channel()
    return [channel.publish(value) for value in (Start("r"), Text("r", "a"), Text("r", "b"), Stop("r"))]


@given(st.integers(0, 4), st.integers(0, 4))
def test_wherever_they_overlap_each_message_comes_once(ends: int, begins: int) -> None:
    messages, seam = said(), Seam()
    seam.pass_by(messages[:ends])
    begins = min(begins, ends)
    assert messages[:ends] + seam.fresh(messages[begins:]) == messages


def test_a_newer_version_is_news_and_an_older_one_is_not() -> None:
    message, seam = said()[1], Seam()
    seam.since = message.timestamp + 1  # long ago, and revised since
    seam.pass_by([replace(message, action=Action.UPDATE, version="s5")])
    older, newer = (replace(message, action=Action.APPEND, version=version) for version in ("s5", "s6"))
    assert seam.fresh([older, newer]) == [newer]
    summary = replace(message, action=Action.SUMMARY, version="s1")
    assert seam.fresh([summary]) == [summary], "of what stands on a message, history tells less"


def test_what_is_old_and_was_never_revised_costs_no_memory() -> None:
    messages, seam = said(), Seam()
    seam.since = messages[-1].timestamp
    seam.pass_by(messages)
    assert list(seam._versions) == [messages[-1].serial]


def test_what_is_no_message_passes() -> None:
    roster = Roster(())
    assert Seam().fresh([roster]) == [roster]


@asynccontextmanager
async def command(peer: Peer, home: Path, *words: str) -> AsyncIterator[asyncio.StreamReader]:
    """Give what a command on the peer's channel says."""
    process = await asyncio.create_subprocess_exec(
        *(str(COMMAND), *words, "--channel", "c", "--endpoint", f"127.0.0.1:{peer.port}", "--no-tls"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "ABLY_TUI_HOME": str(home), "ABLY_API_KEY": KEY},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            yield process.stdout
    finally:
        with suppress(ProcessLookupError):  # it may have ended
            process.terminate()
        await process.communicate()


@asynccontextmanager
async def tail(peer: Peer, home: Path, *words: str) -> AsyncIterator[Callable[[int], Awaitable[list[int]]]]:
    """Give what reads so many numbers from `tail --json`."""
    async with command(peer, home, "tail", "--json", *words) as out:

        async def numbers(count: int) -> list[int]:
            return [int(json.loads(await out.readline())["data"]) for _ in range(count)]

        yield numbers


def fail_after_a_page(peer: Peer) -> None:
    """Let no more than the first page of the past be had."""

    def answer(socket: ServerConnection) -> Response | None:
        return socket.respond(HTTPStatus.BAD_GATEWAY, "") if len(peer.asked) > 1 else None

    peer.answer = answer


async def test_what_was_read_is_said_before_the_rest_can_be_had(tmp_path: Path) -> None:
    async with Peer() as peer:
        peer.history, peer.page = [message(number) for number in range(30)], 10
        fail_after_a_page(peer)
        async with tail(peer, tmp_path, "--since", "all") as numbers:
            assert await numbers(10) == [*range(10)]
            peer.answer = lambda socket: None
            assert await numbers(20) == [*range(10, 30)]
            await peer.say(message(30))
            assert await numbers(1) == [30]


async def test_without_its_history_a_channel_is_followed_all_the_same(tmp_path: Path) -> None:
    async with Peer() as peer:
        peer.history = 403
        async with tail(peer, tmp_path) as numbers:
            await until(lambda: peer.asked)
            await peer.say(message(7))
            assert await numbers(1) == [7]


async def test_a_chat_says_what_was_read_before_the_rest_can_be_had(tmp_path: Path) -> None:
    async with Peer() as peer:
        peer.history, peer.page = [{**message(number), "data": f"{number}\n"} for number in range(30)], 10
        fail_after_a_page(peer)
        try:
            async with command(peer, tmp_path, "--plain", "--model", "demo", "--since", "all") as out:
                said = [(await out.readline()).decode().split(" │ ") for _ in range(12)]
        finally:
            discover.stop(tmp_path / "local")
        assert [words[1] for words in said if len(words) > 1] == [f"{number}\n" for number in range(10)]


async def test_a_document_is_made_from_the_beginning_on(tmp_path: Path) -> None:
    async with Peer() as peer:
        peer.history, peer.page = [message(number) for number in range(30)], 10
        async with command(peer, tmp_path, "export", "--since", "all") as out:
            whole = (await out.read()).decode()
        assert {asked.get("direction") for asked in peer.asked} == {"forwards"}
        assert whole.startswith("---\nresponses:")
