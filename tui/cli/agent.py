"""`ably-tui agent`: one prompt and its answer, or an agent that answers the channel."""

from __future__ import annotations

import sys
from argparse import RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import USAGE
from tui.values import SettingsError, whole

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.settings import Folders, Settings

HELP = "publish a prompt and its answer, or answer the channel"
_ABOUT = """\
Publish a prompt, have the model answer it on the channel, and print the answer as it comes back from there:
  ably-tui agent "Why is the sky blue?"        git diff | ably-tui agent -
The exit code is 1 when the answer failed or was cancelled. With --json, a line for each message of it.

Or answer what others ask on the channel, until Ctrl+C:
  ably-tui agent --serve --allow-from ben,eva --tokens-per-hour 100000
Prompts addressed to its client id are answered in any case, those to nobody only of who is allowed, and all
at the expense of whoever runs it. A line is said for each; with --json as {"said": …}.
"""


def add(parser: ArgumentParser) -> None:
    """Add its flags."""
    parser.description, parser.formatter_class = _ABOUT, RawDescriptionHelpFormatter
    flags.place(parser)
    flags.model(parser)
    flags.forms(parser)
    flags.patience(parser)
    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help="what to ask; - reads it from a pipe")
    flags.agent(parser)
    serving = parser.add_argument_group("answering others")
    serving.add_argument("--serve", action="store_true", help="answer the channel until interrupted")
    flags.setting(serving, "allow_from", metavar="IDS")
    serving.add_argument("--concurrency", default="2", metavar="N", help="answers at a time (2)")
    serving.add_argument(
        "--tokens-per-hour", default="500000", metavar="N", help="tokens in and out at most, or none (500000)"
    )


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Ask once, or serve."""
    if arguments.serve:
        if arguments.prompt is not None:
            raise SettingsError("--serve takes its prompts from the channel")
        from tui.cli.serving import serve

        return serve(
            settings,
            folders,
            concurrent=_number("--concurrency", arguments.concurrency),
            tokens=None
            if arguments.tokens_per_hour == "none"
            else _number("--tokens-per-hour", arguments.tokens_per_hour),
            json_lines=arguments.json,
        )
    text = _prompt(arguments.prompt)
    if not text:
        print("ably-tui: agent needs a prompt, as an argument or on standard input", file=sys.stderr)
        return USAGE
    from tui.cli.answering import ask

    return ask(text, settings, folders, json_lines=arguments.json, patience=flags.seconds(arguments))


def _prompt(given: str | None) -> str:
    if given is not None and given != "-":
        return given.strip()
    return "" if sys.stdin.isatty() else sys.stdin.read().strip()


def _number(flag: str, value: object) -> int:
    try:
        return whole(value)
    except SettingsError as error:
        raise SettingsError(f"{flag}: {error}") from None
