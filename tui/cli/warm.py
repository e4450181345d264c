"""What the screen needs soon, though not for its first paint: loaded on another thread, and left to it.

Leaves what comes before the first paint to `screen`.
"""

from __future__ import annotations

LANGUAGES = ("python", "json", "bash", "javascript")
"""What code in answers is most often written in; a lexer takes a tenth of a second to be made."""


def load() -> None:
    """Load what renders markdown and code."""
    from tui.render.highlight import find_lexer
    from tui.ui import body  # noqa: F401  it and all that it needs

    for language in LANGUAGES:
        find_lexer(language)
