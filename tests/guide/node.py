"""npm's packages for the JavaScript programs here: where they are, and getting them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tui.steps import SetupError, run, say

_FOLDER = Path(__file__).resolve().parents[2] / ".venv" / "node"
MODULES = _FOLDER / "node_modules"
"""Where the packages are found once `set_up` has run."""
_PACKAGES = {"ably": "2", "@ably/ai-transport": "0.8", "ai": "6"}  # AI Transport's Vercel codec needs `ai`


def set_up() -> None:
    """Install npm's packages beside the virtual environment, unless they are there or there is no npm.

    What is missing afterwards is `missing()`'s to say: it ends no run here.
    """
    npm = shutil.which("npm")
    if npm is None or missing() is None:
        return
    _FOLDER.mkdir(parents=True, exist_ok=True)
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    # npm's own patience is five minutes for each of three attempts.
    options += ["--fetch-timeout=30000", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    try:
        wanted = [f"{name}@{version}" for name, version in _PACKAGES.items()]
        run("npm's packages", [npm, "install", "--prefix", str(_FOLDER), *options, *wanted], _FOLDER)
    except SetupError as error:
        say(str(error))


def missing() -> str | None:
    """Why the JavaScript programs cannot run here; None when they can."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "needs node and npm"
    done = (MODULES / ".package-lock.json").is_file()  # npm's last act
    if not done or not all((MODULES / name / "package.json").is_file() for name in _PACKAGES):
        return f"needs npm's {', '.join(_PACKAGES)}: python3 -m tests installs them, given a network"
    return None


def is_required() -> bool:
    """Whether a run without node has failed: so it is where the environment says CI."""
    return bool(os.environ.get("CI"))
