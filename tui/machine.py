"""What this machine and its user say of themselves: folders, names, the terminal, its background's colour."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

HOME_VARIABLE = "ABLY_TUI_HOME"
"""Environment variable: one folder for settings, state and logs, in place of the platform's."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the program keeps its files."""

    config: Path
    state: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Folders:
        """Return the platform's folders, or those below ABLY_TUI_HOME."""
        home = environ.get(HOME_VARIABLE)
        if home:
            return cls(Path(home).expanduser(), Path(home).expanduser())
        return cls(platformdirs.user_config_path("ably-tui"), platformdirs.user_state_path("ably-tui"))


def user_of(environ: Mapping[str, str]) -> str:
    """Return the user's name, as far as it can stand in a channel's name."""
    name = environ.get("USER") or environ.get("USERNAME") or ""
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a user id without a name, as in a container
            name = "me"
    return re.sub(r"[^\w.-]", "-", name) or "me"


def theme_of(environ: Mapping[str, str]) -> str | None:
    """Return the theme for a terminal that says in COLORFGBG (`15;0`) that its background is light."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "textual-light" if background in {"7", "15"} else None


def terminal_of(environ: Mapping[str, str]) -> str:
    """Return four hex digits that stay the same for as long as this terminal does."""
    try:
        terminal = os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):  # no terminal, or a platform without names for them
        terminal = str(os.getppid())
    window = environ.get("TMUX_PANE") or environ.get("TERM_SESSION_ID") or environ.get("WINDOWID") or ""
    place = f"{platform.node()} {terminal} {window}"
    return hashlib.blake2s(place.encode("utf-8", "replace"), digest_size=2).hexdigest()
