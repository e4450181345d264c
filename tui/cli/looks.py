"""How the screen looks by the settings: its theme, and whether it has colours at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.settings import Settings
    from tui.ui.app import WallApp


def dressed(make: Callable[[], WallApp], settings: Settings) -> WallApp:
    """Return the application that `make` makes, as the settings want it to look."""
    # Textual looks only whether this is there. Empty it means nothing (no-color.org), and the settings may
    # say the same.
    os.environ.pop("NO_COLOR", None)
    if not settings.color:
        os.environ["NO_COLOR"] = "1"
    app = make()
    if settings.theme is not None:
        app.theme = settings.theme
    return app
