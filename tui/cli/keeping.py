"""What the screen gives away: text to this machine's clipboard, and files beside where it was started."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

log = logging.getLogger(__name__)

ENDINGS = {"markdown": "md", "json": "json", "svg": "svg"}
SAME_SECOND = 1_000
"""Files that may be named for one second."""


def copy(text: str) -> bool:
    """Put text on the clipboard of the desktop that this program runs on; return whether it was seen there.

    Over SSH the desktop in front of the person is another machine's. Blocks while the platform's tool runs.
    """
    if os.environ.get("SSH_CONNECTION"):
        return False
    import pyperclip

    try:
        pyperclip.copy(text)
        return bool(pyperclip.paste().replace("\r\n", "\n") == text)
    except (pyperclip.PyperclipException, OSError, UnicodeError) as error:
        log.info("no clipboard of the platform's: %s", error)
        return False


def keep(text: str, form: str, folder: Path) -> Path:
    """Write text to a new file in `folder` and return its path; only the user can read it.

    The name is the time and a counter, nothing from the channel. Raise OSError when it cannot be written.
    """
    stem = f"ably-tui-{time.strftime('%Y%m%d-%H%M%S')}"
    for number in range(1, SAME_SECOND):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.{ENDINGS.get(form, 'txt')}"
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(text)
        return path
    raise FileExistsError(f"{stem} and its like are there already")
