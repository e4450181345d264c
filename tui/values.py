"""What a setting's value may be.

Each function takes what stands in a flag, a variable or `config.toml`, and returns the value or raises
`SettingsError` with what would be right. Leaves whose value it is to `settings`.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PATTERNS = ("token", "response", "auto")
"""How a response is published: a message per token, one that grows, or whichever the channel allows."""
SHORT_THEMES = {"dark": "textual-dark", "light": "textual-light"}
"""Words for the themes that most people mean, and their names."""
THEMES = (
    "ansi-dark",
    "ansi-light",
    "atom-one-dark",
    "atom-one-light",
    "catppuccin-frappe",
    "catppuccin-latte",
    "catppuccin-macchiato",
    "catppuccin-mocha",
    "dracula",
    "flexoki",
    "gruvbox",
    "high-contrast",
    "monokai",
    "nord",
    "rose-pine",
    "rose-pine-dawn",
    "rose-pine-moon",
    "solarized-dark",
    "solarized-light",
    "textual-dark",
    "textual-light",
    "tokyo-night",
)
"""Names of the screen's themes: Textual's, and those of our own."""
UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class SettingsError(Exception):
    """A setting is wrong. Its text says which, and what would be right."""


def text(value: object) -> str:
    """Return a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise SettingsError("must be a text that is not empty")
    if not is_text(value):
        raise SettingsError("is no valid UTF-8")  # without the value: it may be a key
    return value


def is_text(value: str) -> bool:
    """Return whether a text can be encoded; what the system passes on of bytes that are none cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def name(value: object) -> str:
    """Return a text that can stand in a message, on a status line and in a command."""
    found = text(value)
    if re.search(r"[\x00-\x1f\x7f-\x9f]", found):
        raise SettingsError("cannot hold control characters")
    return found


def client_id(value: object) -> str:
    """Return a name that is one client's."""
    found = name(value)
    if found == "*":
        raise SettingsError("must be a name of its own, not *")
    return found


def switch(value: object) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise SettingsError("must be true or false")
    return value


def whole(value: object) -> int:
    """Return a whole number above 0."""
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", str(value)) or int(str(value)) < 1:
        raise SettingsError(f"{value!r} is no whole number above 0")
    return int(str(value))


def limit(value: object) -> int:
    """Return a whole number above 0, or 0 for `none`."""
    if value == "none":
        return 0
    try:
        return whole(value)
    except SettingsError as error:
        raise SettingsError(f"{error}, and not none") from None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A check for one of these words; `meant` says what some of them stand for."""

    choices: tuple[str, ...]
    meant: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, value: object) -> str:
        """Return the word, or what it stands for."""
        if isinstance(value, str) and value in self.choices:
            return self.meant.get(value, value)
        known = ", ".join(self.choices)
        raise SettingsError(f"{value!r} is none of {known}{near(str(value), self.choices)}")


def names(value: object) -> tuple[str, ...]:
    """Return the names of a list, or of a text that separates them by commas."""
    if isinstance(value, str):
        value = [each.strip() for each in value.split(",") if each.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
        raise SettingsError('must be a list of texts, ["one", "two"]')
    return tuple(dict.fromkeys(name(each) for each in value))


def ranks(value: object) -> tuple[str, ...]:
    """Return names as `names` does, whose order counts."""
    found = names(value)
    given = [each.strip() for each in value.split(",")] if isinstance(value, str) else value
    twice = [each for each in found if isinstance(given, list | tuple) and given.count(each) > 1]
    if twice:
        raise SettingsError(f"{twice[0]} stands twice; name each once, the least first")
    return found


def by_tool(value: object) -> Mapping[str, str]:
    """Return a name for each tool, `*` for all others: a table, or a text `tool:name,tool:name`."""
    if isinstance(value, str):
        pairs = [each.partition(":") for each in value.split(",") if each.strip()]
        if len({tool.strip() for tool, _, _ in pairs}) < len(pairs):
            raise SettingsError("a tool stands twice; name each once")
        value = {tool.strip(): given.strip() for tool, _, given in pairs}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise SettingsError('must be TOOL:ROLE,TOOL:ROLE, or in a file a table, run_command = "ROLE"')
    for tool, given in value.items():
        if not tool.strip() or not given.strip():
            raise SettingsError(f"{tool or given!r} must be TOOL:ROLE, with * for every other tool")
    return {name(tool): name(given) for tool, given in value.items()}


def folder(value: object) -> Path:
    """Return the path of a folder that is there, with `~` for the user's own."""
    given = text(value)
    try:
        found = Path(given).expanduser()
    except RuntimeError:  # ~ of somebody who is not there
        found = Path(given)
    if not found.is_dir():
        raise SettingsError(f"{given!r} is no folder")
    return found


def prices(value: object) -> Mapping[str, tuple[float, float]]:
    """Return what models cost: USD per million input tokens, and per million output tokens."""
    if not isinstance(value, dict):
        raise SettingsError("must be a table, model = [input, output]")
    found: dict[str, tuple[float, float]] = {}
    for model, pair in value.items():
        if not isinstance(pair, list) or len(pair) != 2 or not all(_is_amount(each) for each in pair):
            raise SettingsError(f"{model} must be [input, output], in USD per million tokens")
        found[model] = (float(pair[0]), float(pair[1]))
    return found


def keys(value: object) -> Mapping[str, str]:
    """Return the keys of commands by the command's id, several keys separated by commas."""
    if not isinstance(value, dict):
        raise SettingsError('must be a table, command = "key" or ["key", "key"]')
    found: dict[str, str] = {}
    for command, given in value.items():
        listed = given.split(",") if isinstance(given, str) else given
        if not isinstance(listed, list) or not all(isinstance(key, str) and key.strip() for key in listed):
            raise SettingsError(f'{command} must be "key" or ["key", "key"]')
        found[command] = ",".join(key.strip() for key in listed)
    return found


def since_of(value: object) -> int | None:
    """Return a time span in milliseconds: `10m`, `2h`, `30s`, `1d`; 0 for `none`, None for `all`."""
    if value == "all":
        return None
    if value == "none":
        return 0
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", str(value))
    if match is None:
        raise SettingsError(f"{value!r} is no time span; say 10m, 2h, 1d, all or none")
    return int(match[1]) * UNITS[match[2]]


def span_words(span: int | None) -> str:
    """Return the text that `since_of` reads as this span."""
    if span is None:
        return "all"
    unit, size = next((each for each in reversed(UNITS.items()) if span % each[1] == 0), ("s", 1_000))
    return f"{span // size}{unit}" if span else "none"


def endpoint(value: object) -> str:
    """Return `HOST` or `HOST:PORT` as it is."""
    found = name(value)
    host_and_port(found, tls=True)
    return found


def host_and_port(value: str, *, tls: bool) -> tuple[str, int]:
    """Return host and port of `HOST[:PORT]` (or `[IPv6]:PORT`); the port is the protocol's own by default."""
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@]+))(?::([0-9]{1,5}))?", value)
    port = int(match[3]) if match and match[3] else 443 if tls else 80
    if match is None or not 0 < port < 65_536:
        raise SettingsError(f"the endpoint {value!r} is not HOST or HOST:PORT")
    return match[1] or match[2], port


def near(given: str, known: Iterable[str]) -> str:
    """Return a question for the known name that is nearest, or nothing when none is."""
    found = difflib.get_close_matches(given, list(known), 1)
    return f"; did you mean {found[0]}?" if found else ""


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf
