"""What the guide's agent publishes is seen here, and the guide's client can rebuild what we publish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.guide.programs import LANGUAGES, RESPONSES, TEXTS, client, publish, require
from tests.guide.viewer import viewer
from tests.local.server import running_server
from tests.waiting import wait_until
from tui.local.statefile import LocalServer
from tui.wire import Outgoing, Start, Stop, Text

# To the letter, but for the ends of lines, which are all made "\n" for the screen.
SHOWN = {key: text.replace("\r\n", "\n").replace("\u2028", "\n") for key, text in TEXTS.items()}


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    directory: Path = tmp_path_factory.mktemp("server")
    with running_server(directory) as server:
        yield server


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
    with viewer(server, channel) as seen:
        publish(speaker, server, channel, RESPONSES)
        wait_until(lambda: seen.is_done(len(RESPONSES)))
        assert seen.texts() == SHOWN
        assert seen.conversation.counts.unknown == 0
    # Who comes later finds the same in the channel's history.
    with viewer(server, channel) as latecomer:
        wait_until(lambda: latecomer.is_done(len(RESPONSES)))
        assert latecomer.texts() == SHOWN


@pytest.mark.parametrize("listener", LANGUAGES)
@pytest.mark.parametrize("budget", [None, 200.0], ids=["unlimited", "budget"])
def test_the_guides_client_rebuilds_ours(listener: str, budget: float | None, server: LocalServer) -> None:
    require(listener)
    channel = f"ai:us-to-{listener}-{budget}"
    with (
        client(listener, server, channel, len(RESPONSES)) as reader,
        viewer(server, channel, budget=budget) as seen,
    ):
        for value in _interleaved(RESPONSES):
            seen.link.run(seen.link.publisher.publish, value)
        assert reader.rebuilt() == TEXTS
        wait_until(lambda: seen.is_done(len(RESPONSES)))
        assert seen.texts() == SHOWN
