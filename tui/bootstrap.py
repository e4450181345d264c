"""Lets `python3 -m tui` and `python3 -m tests` work in a fresh clone: a virtual environment, made once.

Standard library only. Python 3.6 must be able to import this module and `steps`, so that it can be told
which Python is needed: hence quoted annotations, and later parts of the library imported inside functions.
What runs afterwards is left to the two `__main__` modules.
"""

# ruff: noqa: S603 (every command is of our own making)

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tui.steps import SetupError, become, locked, run, say

DISTRIBUTION = "ably-tui"
OLDEST = (3, 11)
STAMP = "ably-tui.json"
ARRIVED = "_ABLY_TUI_BOOTSTRAPPED"
"""Environment variable of the process that set-up hands over to, so that it never goes round in circles."""


def prepare(module: str, extras: "tuple[str, ...]" = ()) -> None:
    """Return when this interpreter has what `python -m module` needs; otherwise install it, and go there.

    `extras` names the optional dependencies that are wanted. Where something has to be installed, the process
    becomes `.venv`'s Python with the same arguments and this call never returns. Ends the process with 1 and
    an explanation when that fails, and with 130 when it is interrupted.
    """
    with explained():
        python = find_or_make(module, extras)
    if python:
        os.environ[ARRIVED] = "1"
        become([str(python), *sys.orig_argv[1:]])


@contextlib.contextmanager
def explained() -> "Iterator[None]":
    """End the process without a traceback where set-up fails or is interrupted."""
    try:
        yield
    except SetupError as error:
        say(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        say("\nInterrupted. The same command starts the set-up again.")
        sys.exit(130)


def find_or_make(module: str, extras: "tuple[str, ...]") -> "Path | None":
    """The Python to go to, made where it has to be; None when this one will do."""
    if sys.version_info[:2] < OLDEST:
        raise SetupError(too_old(sys.version_info[:3], module, newer_python()))
    checkout = Checkout.beside(Path(__file__).resolve().parent)
    if os.environ.pop(ARRIVED, None) or is_ready(checkout, extras):
        return None
    if checkout is None:
        raise SetupError(
            f"{DISTRIBUTION} is not installed for {sys.executable}.\n"
            f"Install it:  {sys.executable} -m pip install {DISTRIBUTION}"
        )
    if not checkout.is_satisfied(extras):
        try:
            checkout.set_up(extras)
        except OSError as error:
            raise SetupError(f"{DISTRIBUTION} cannot be set up in {checkout.root}: {error}") from error
    return checkout.python


def too_old(version: "tuple[int, ...]", module: str, newer: "str | None") -> str:
    """What to tell someone whose Python is older than ours; `newer` is a command that would do, if known."""
    text = "{} needs Python {}.{} or newer; this is Python {}.".format(
        DISTRIBUTION, *OLDEST, ".".join(map(str, version))
    )
    if newer:
        return f"{text}\nTry:  {newer} -m {module}"
    return f"{text}\nInstall a newer one (https://www.python.org/downloads/), then:  python3.11 -m {module}"


def newer_python() -> "str | None":
    """The command of a Python on this machine that is new enough, or None."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.call([found, "-c", test], stderr=subprocess.DEVNULL) == 0:
            return f"python3.{minor}"
    return None


def is_ready(checkout: "Checkout | None", extras: "tuple[str, ...]") -> bool:
    """Whether this very interpreter has the distribution and every package that it and the extras ask for."""
    if checkout is not None and checkout.is_ours() and not checkout.is_satisfied(extras):
        return False  # installed from an earlier pyproject.toml
    from importlib import metadata  # noqa: PLC0415 (Python 3.8)

    try:
        requirements = metadata.requires(DISTRIBUTION) or []
        for name in wanted(requirements, extras):
            metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def wanted(requirements: "list[str]", extras: "tuple[str, ...]") -> "list[str]":
    """Names of the packages among `requirements` (Requires-Dist) that these extras need on every platform."""
    names = []
    for requirement in requirements:
        text, _, marker = requirement.partition(";")
        name = re.match(r"\s*([A-Za-z0-9._-]+)", text)
        extra = re.fullmatch(r"\s*extra\s*==\s*['\"]([^'\"]+)['\"]\s*", marker)
        # Any other marker speaks of platforms and versions: whether it holds is pip's business.
        if name and (not marker or (extra and extra.group(1) in extras)):
            names.append(name.group(1))
    return names


class Checkout:
    """A clone of the repository, and the virtual environment in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        windows = os.name == "nt"
        self.python = self.venv / ("Scripts/python.exe" if windows else "bin/python")
        self._stamp = self.venv / STAMP

    @classmethod
    def beside(cls, package: Path) -> "Checkout | None":
        """The checkout whose package this is; None when the package was installed without one."""
        root = package.parent
        return cls(root) if (root / "pyproject.toml").is_file() else None

    @property
    def place(self) -> str:
        """What a virtual environment cannot survive a change of: where it stands, and Python's version."""
        return "{} {}.{}".format(self.root, *sys.version_info[:2])

    @property
    def wish(self) -> str:
        """Digest of what is to be installed."""
        return hashlib.sha256((self.root / "pyproject.toml").read_bytes()).hexdigest()

    def stamp(self) -> "dict[str, object]":
        """What was installed here by us; empty when nothing was, or not to the end."""
        try:
            content = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def is_ours(self) -> bool:
        """Whether the running interpreter is that of the virtual environment, as made by us."""
        return bool(self.stamp()) and Path(sys.prefix).resolve() == self.venv.resolve()

    def is_satisfied(self, extras: "tuple[str, ...]") -> bool:
        """Whether the virtual environment has what pyproject.toml wants, by the stamp alone."""
        stamp = self.stamp()
        had = stamp.get("extras")
        return (
            stamp.get("place") == self.place
            and stamp.get("wish") == self.wish
            and isinstance(had, list)
            and set(extras) <= set(had)
            and self.python.exists()
        )

    def set_up(self, extras: "tuple[str, ...]") -> None:
        """Make the virtual environment and install what is wanted; SetupError when that fails."""
        with locked(self.root / "pyproject.toml"):
            if self.is_satisfied(extras):  # while this process waited
                return
            say(f"Setting up {DISTRIBUTION} in .venv: only this once, a minute or two, mostly downloads.")
            wish, stamp = self.wish, self.stamp()
            if not self._usable(stamp):
                self._make()
            self._stamp.unlink(missing_ok=True)
            (self.venv / ".gitignore").write_text("*\n", encoding="utf-8")
            target = f".[{','.join(extras)}]" if extras else "."
            pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "--no-input"]
            run("packages", [*pip, "--no-user", "--editable", target], self.root)
            before = stamp.get("extras") if stamp.get("wish") == wish else []
            had = sorted({*extras, *(before if isinstance(before, list) else [])})
            content = {"place": self.place, "wish": wish, "extras": had}
            self._stamp.write_text(json.dumps(content) + "\n", encoding="utf-8")
            say("Ready. From now on this starts at once.\n")

    def _usable(self, stamp: "dict[str, object]") -> bool:
        if not self.venv.is_dir() or stamp.get("place", self.place) != self.place:
            return False
        test = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
        try:
            done = subprocess.run([str(self.python), "-c", test], capture_output=True, check=False)
        except OSError:
            return False
        return done.returncode == 0

    def _make(self) -> None:
        command = venv_command()
        if self.venv.exists():
            say("  The virtual environment there is broken or of another Python: making it again.")
            shutil.rmtree(self.venv)
        run("virtual environment", [*command, str(self.venv)], self.root)


def venv_command() -> "list[str]":
    """The command that makes a virtual environment with pip in it; SetupError when this Python has none."""
    # Where this is the Python of the very environment that is to be made again, the one below it makes it.
    base = str(getattr(sys, "_base_executable", sys.executable))
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return [base, "-m", "venv"]
    if importlib.util.find_spec("virtualenv"):
        return [sys.executable, "-m", "virtualenv", "--python", base]
    virtualenv = shutil.which("virtualenv")
    if virtualenv:
        return [virtualenv, "--python", base]
    python = "python{}.{}".format(*sys.version_info[:2])
    raise SetupError(
        f"This Python ({sys.executable}) cannot make virtual environments: it comes without ensurepip.\n"
        f"On Debian and Ubuntu:  sudo apt install {python}-venv\n"
        "Elsewhere install your system's package for Python's venv, or virtualenv. Then run this again."
    )
