"""`ably-tui config`: every setting as it is in effect, and where it comes from. Shows no secret."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.cli import flags
from tui.cli.exits import OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.settings import Folders, Settings

HELP = "show every setting, its value and where it comes from"
_NOT_SET = "not set"


@dataclass(frozen=True, slots=True)
class Row:
    """A setting in effect. Its value holds no secret."""

    setting: str
    value: Any
    """What JSON can say."""
    words: str
    """The value for people, on one line."""
    origin: str


def add(parser: ArgumentParser) -> None:
    """Add the flags that are settings, to see what they change."""
    flags.screen(parser)
    form = parser.add_mutually_exclusive_group()
    flags.machine(form)
    form.add_argument("--markdown", action="store_true", help="the table of all settings, for documents")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Print the settings."""
    if arguments.markdown:
        print("\n".join(markdown()))
        return OK
    from tui.cli.keymap import check

    check(settings.keymap)
    found = rows(settings, folders, os.environ)
    if arguments.json:
        for row in found:
            print(json.dumps({"setting": row.setting, "value": row.value, "origin": row.origin}))
    else:
        print("\n".join(table([(row.setting, row.words, row.origin) for row in found])))
    return OK


def rows(settings: Settings, folders: Folders, environ: Mapping[str, str]) -> list[Row]:
    """Return every setting, those of the model's SDK, and where the program keeps its files."""
    from tui.settings import FILE, HOME_VARIABLE, TABLE

    unsaid = _unsaid(settings, environ)
    found = []
    for name, about in TABLE.items():
        value = getattr(settings, name)
        if about.secret:
            value = public(value)
            words = value or _NOT_SET
        else:
            value = _plain(name, unsaid.get(name) if value is None else value)
            words = "none" if value is None else _words(value)
        found.append(Row(name, value, words, settings.origins[name]))
    found += _model_rows(environ)
    origin = f"environment {HOME_VARIABLE}" if environ.get(HOME_VARIABLE) else "default"
    for name, path in (("settings_file", folders.config / FILE), ("state_folder", folders.state)):
        there = "" if path.exists() else " (not there)"
        found.append(Row(name, str(path), f"{path}{there}", origin))
    return found


def _model_rows(environ: Mapping[str, str]) -> list[Row]:
    """Return what the model's SDK will find, without its secrets."""
    from tui.agent.settings import has_credentials
    from tui.link.redact import redact

    variables = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
    given = next((name for name in variables if environ.get(name)), None)
    origin = f"environment {given}" if given else "default"
    if given is None and has_credentials(environ):
        given, origin = "profile", "profile of the Anthropic SDK"
    url = environ.get("ANTHROPIC_BASE_URL")
    shown = redact(_without_user(url)) if url else None
    return [
        Row("anthropic_key", "set" if given else None, "set" if given else _NOT_SET, origin),
        Row(
            "anthropic_base_url",
            shown,
            _line(shown or "Anthropic's"),
            "environment ANTHROPIC_BASE_URL" if url else "default",
        ),
    ]


def public(secret: str | None) -> str | None:
    """Return what of a credential may be seen: of an Ably key `app.keyId`, of all else that it is set."""
    if secret is None:
        return None
    key = re.fullmatch(r"([\w-]+\.[\w-]+):\S+", secret)
    return f"{key[1]}:…" if key else "set"


def table(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of aligned cells, measured in terminal columns."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def markdown() -> list[str]:
    """Return the lines of the one table of all settings."""
    from tui.settings import TABLE

    lines = ["| Setting | Meaning | Default | Flag, variable |", "|---|---|---|---|"]
    for name, about in TABLE.items():
        given = ", ".join(f"`{each}`" for each in (about.flag, about.variable) if each)
        lines.append(f"| `{name}` | {about.what} | {_escaped(about.default)} | {given} |")
    return lines


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")


def _unsaid(settings: Settings, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what applies of the settings whose default follows from others, or from where one is."""
    from tui.cli.model import real_model
    from tui.link.options import CLOUD_BUDGET, Endpoint
    from tui.settings import DEMO_MODEL, host_and_port

    agent = real_model(settings, environ)
    here = settings.local
    if settings.endpoint and not here:
        here = Endpoint(*host_and_port(settings.endpoint, tls=settings.tls)).loopback
    return {
        "model": DEMO_MODEL if agent is None else agent.model,
        "messages_per_second": 0 if here else round(CLOUD_BUDGET),
        "theme": "dark",
        "tools_root": Path.cwd(),
    }


def _words(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return _line(", ".join(f"{each} = {_amounts(given)}" for each, given in value.items())) or "none"
    if isinstance(value, tuple):
        return _line(", ".join(value)) or "none"
    return _line(str(value))


def _amounts(value: object) -> str:
    return " / ".join(f"{each:g}" for each in value) if isinstance(value, tuple) else str(value)


def _plain(name: str, value: Any) -> Any:
    """Return the value as `config.toml` would have it, where it has a form of its own."""
    from tui.values import span_words

    if name == "since":
        return span_words(value)
    if name == "messages_per_second" and value == 0:
        return "none"
    return str(value) if isinstance(value, Path) else value


def _line(text: str) -> str:
    from tui.wire import clean_line

    return clean_line(text, 1_000)


def _without_user(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    except ValueError:
        return "not a URL"
