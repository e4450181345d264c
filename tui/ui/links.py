"""Opening a link that somebody clicked on. What came from the channel says where it leads, and no more."""

from __future__ import annotations

import os
import sys

from textual.app import App

from tui.render.links import OPENED

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""Variables of which one is set where a browser can show itself."""


def open_link(app: App[None], target: str) -> None:
    """Open a target in the browser, if it is one for browsers, and say in any case where it leads."""
    if not target.lower().startswith(OPENED):
        app.notify(f"not opened, no address of the web: {target}", severity="warning", markup=False)
    elif not _has_browser():
        app.notify(f"not opened, there is no display for a browser here: {target}", markup=False)
    else:
        app.notify(f"opening {target}", markup=False)
        app.open_url(target)


def _has_browser() -> bool:
    # Without a display Python would start a text browser, on the terminal that this program draws on.
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in DISPLAYS)
