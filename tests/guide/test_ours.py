"""What the guide's agent publishes is seen here, and the guide's client can rebuild what we publish."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.guide.programs import LANGUAGES, RESPONSES, TEXTS, client, publish, require
from tests.local.server import running_server
from tests.waiting import wait_until
from tui.link import Endpoint, Link, LinkOptions
from tui.local.statefile import LocalServer
from tui.state import Conversation, Status
from tui.wire import ChannelChange, ChannelMessage, Outgoing, Start, Stop, Text

# To the letter, but for the ends of lines, which are all made "\n" for the screen.
SHOWN = {key: text.replace("\r\n", "\n").replace("\u2028", "\n") for key, text in TEXTS.items()}


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    directory: Path = tmp_path_factory.mktemp("server")
    with running_server(directory) as server:
        yield server


class Viewer:
    """Our own link and state, without a screen."""

    def __init__(self, server: LocalServer, channel: str, *, budget: float | None = None) -> None:
        endpoint = Endpoint(server.host, server.port, tls=False)
        options = LinkOptions(
            channel=channel, client_id="viewer", key=server.key, endpoint=endpoint, budget=budget, window=0.02
        )
        self.link = Link(options, wake=threading.Event().set)
        self.conversation = Conversation()
        self.attached = False

    def look(self) -> None:
        """Take in what has arrived."""
        for item in self.link.drain():
            if isinstance(item, ChannelMessage):
                self.conversation.apply(item)
            elif isinstance(item, ChannelChange):
                self.attached = item.state == "attached"

    def is_attached(self) -> bool:
        self.look()
        return self.attached

    def texts(self) -> dict[str | None, str]:
        """Text of every response by responseId, as it would be shown."""
        self.look()
        return {response.response_id: response.text for response in self.conversation.responses.values()}

    def is_done(self, count: int) -> bool:
        """Whether so many responses have ended as they should."""
        self.look()
        statuses = [response.status for response in self.conversation.responses.values()]
        return statuses == [Status.DONE] * count


@contextlib.contextmanager
def _viewer(server: LocalServer, channel: str, *, budget: float | None = None) -> Iterator[Viewer]:
    viewer = Viewer(server, channel, budget=budget)
    viewer.link.start()
    try:
        wait_until(viewer.is_attached, what="attached")
        yield viewer
    finally:
        viewer.link.close()


def _interleaved(responses: Mapping[str, Sequence[str]]) -> Iterator[Outgoing]:
    """The responses as our agents publish them: more headers than the guide knows, all of them harmless."""
    for response_id in responses:
        yield Start(response_id, prompt_id=f"p-{response_id}", model="claude-haiku-5-5")
    for place in range(max(map(len, responses.values()))):
        for response_id, tokens in responses.items():
            if place < len(tokens):
                yield Text(response_id, tokens[place], seq=place)
    for response_id in responses:
        yield Stop(response_id, stop_reason="end_turn", input_tokens=3, output_tokens=5)


@pytest.mark.parametrize("speaker", LANGUAGES)
def test_the_guides_agent_is_seen_here(speaker: str, server: LocalServer) -> None:
    require(speaker)
    channel = f"ai:{speaker}-to-us"
    with _viewer(server, channel) as viewer:
        publish(speaker, server, channel, RESPONSES)
        wait_until(lambda: viewer.is_done(len(RESPONSES)))
        assert viewer.texts() == SHOWN
        assert viewer.conversation.counts.unknown == 0
    # Who comes later finds the same in the channel's history.
    with _viewer(server, channel) as latecomer:
        wait_until(lambda: latecomer.is_done(len(RESPONSES)))
        assert latecomer.texts() == SHOWN


@pytest.mark.parametrize("listener", LANGUAGES)
@pytest.mark.parametrize("budget", [None, 200.0], ids=["unlimited", "budget"])
def test_the_guides_client_rebuilds_ours(listener: str, budget: float | None, server: LocalServer) -> None:
    require(listener)
    channel = f"ai:us-to-{listener}-{budget}"
    with (
        client(listener, server, channel, len(RESPONSES)) as reader,
        _viewer(server, channel, budget=budget) as viewer,
    ):
        for value in _interleaved(RESPONSES):
            viewer.link.run(viewer.link.publisher.publish, value)
        assert reader.rebuilt() == TEXTS
        wait_until(lambda: viewer.is_done(len(RESPONSES)))
        assert viewer.texts() == SHOWN
