from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.commands import Commands, commands


@pytest.fixture(scope="module")
def ably_tui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Commands on a local server that a module's tests share; each has a channel of its own."""
    with commands(tmp_path_factory.mktemp("home")) as found:
        yield found
