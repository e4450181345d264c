"""The guide's agent and client understand each other, and us, over the same channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guide.programs import LANGUAGES, RESPONSES, TEXTS, client, publish, require
from tests.local.server import running_server
from tui.local.statefile import LocalServer


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    directory: Path = tmp_path_factory.mktemp("server")
    with running_server(directory) as server:
        yield server


@pytest.mark.parametrize("speaker", LANGUAGES)
@pytest.mark.parametrize("listener", LANGUAGES)
def test_agent_to_client(speaker: str, listener: str, server: LocalServer) -> None:
    require(speaker)
    require(listener)
    channel = f"ai:{speaker}-{listener}"
    with client(listener, server, channel, len(RESPONSES)) as reader:
        publish(speaker, server, channel, RESPONSES)
        assert reader.rebuilt() == TEXTS
