"""Importing the agent must not cost what its SDK costs."""

from __future__ import annotations

import subprocess
import sys


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
