"""What the screen needs soon, though not for its first paint: loaded on another thread, and left to it.

What has been loaded stays, so the garbage collector need not look through it again and again: each pass of it
stops the screen. Leaves what comes before the first paint to `screen`.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping

LANGUAGES = ("python", "json", "bash", "javascript")
"""What code in answers is most often written in; a lexer takes a tenth of a second to be made."""
PASSES = 4
"""Full passes of the collector after which all that is there is left out of the next ones: what is loaded
after the first paint is there by then."""


def load() -> None:
    """Load what renders markdown and code."""
    from tui.render.highlight import find_lexer
    from tui.ui import body  # noqa: F401  it and all that it needs

    for language in LANGUAGES:
        find_lexer(language)


def spare_collector() -> None:
    """Leave out of the collector's passes what is there now and has been loaded by its first ones."""
    gc.collect()
    gc.freeze()
    left = PASSES

    def passed(phase: str, info: Mapping[str, int]) -> None:
        nonlocal left
        if phase == "stop" and info["generation"] == 2 and left:
            left -= 1
            gc.freeze()

    gc.callbacks.append(passed)
