"""Importing the agent must not cost what its SDK costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tui.agent


def test_the_sdk_is_not_imported_with_the_package() -> None:
    code = (
        "import sys, tui.agent; "
        "print([name for name in sys.modules if name.split('.')[0] in "
        "{'anthropic', 'httpx2', 'pydantic', 'ably', 'textual', 'aiohttp'}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_whoever_asks_for_the_settings_loads_nothing_that_answers() -> None:
    code = (
        "import sys, tui.agent.settings; "
        "print([name for name in sys.modules if name.startswith('tui.agent.')])"
    )
    assert (
        subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "['tui.agent.settings']"
    )


def test_each_part_is_loaded_when_it_is_asked_for() -> None:
    assert [getattr(tui.agent, name) for name in tui.agent.__all__]
    with pytest.raises(AttributeError, match="no attribute 'Nobody'"):
        _ = tui.agent.Nobody
