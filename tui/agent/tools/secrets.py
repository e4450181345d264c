"""Keeps keys out of what tools see and say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_PLAIN = frozenset(
    {
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV",
        "PYTHONPATH", "JAVA_HOME", "GOPATH", "GOROOT", "CARGO_HOME", "RUSTUP_HOME", "NVM_DIR", "PYENV_ROOT",
    }
)  # fmt: skip
"""Variables that a command is given, with `LC_*`: no list of what is secret could be complete."""
_SHAPES = re.compile(r"sk-ant-[\w-]{6,}|\b[\w-]{4,}\.[\w-]{4,}:[\w-]{20,}")
"""An Anthropic key, and an Ably one."""
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASS|_PWD|CREDENTIAL|AUTH|COOKIE", re.IGNORECASE)
_SHORTEST = 8
"""Characters of a secret; shorter ones would be found in ordinary text."""


def plain_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return of an environment what a command needs and what holds no key."""
    return {
        name: value
        for name, value in environ.items()
        if (name in _PLAIN or name.startswith("LC_")) and not _SHAPES.search(value)
    }


class Redactor:
    """Takes secrets out of a text: those that are known, and what has the shape of one."""

    def __init__(self, environ: Mapping[str, str], secrets: Iterable[str] = ()) -> None:
        """Known are the values of variables that have a secret's name, and `secrets`."""
        named = (value for name, value in environ.items() if _SECRET_NAME.search(name))
        known = {value for value in (*named, *secrets) if len(value) >= _SHORTEST}
        # The longest first, as one may be a part of another.
        self._known = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return the text with `…` in place of secrets."""
        for secret in self._known:
            text = text.replace(secret, "…")
        return _SHAPES.sub("…", text)
