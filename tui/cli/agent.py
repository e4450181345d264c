"""`ably-tui agent`: one prompt and its answer, or an agent that answers the channel."""

from __future__ import annotations

import os
import stat
import sys
from argparse import RawDescriptionHelpFormatter
from math import isfinite
from typing import TYPE_CHECKING

from tui.cli import flags
from tui.cli.exits import OK, USAGE, Told
from tui.values import SettingsError, whole

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.settings import Folders, Settings

MOST = 40_000
"""Bytes of what is piped in: a message may have about 56 KiB."""
_SILENCE = 3.0
"""Seconds after which is said what is waited for."""
HELP = "publish a prompt and its answer, or answer the channel"
_ABOUT = """\
Publish a prompt, have the model answer it on the channel, and print the answer as it comes back from there:
  ably-tui agent "Why is the sky blue?"        git diff | ably-tui agent "Summarise this"
What is piped in, or redirected from a file, stands below the prompt: at most 40 KB of it, since a prompt is
one message, and without what only a terminal would obey. `-` asks nothing but that; `< /dev/null` keeps it
out.
The exit code is 1 when the answer failed or was cancelled. With --json, a line for each message of it.

Or answer what others ask on the channel, until Ctrl+C (exit code 130) or SIGTERM (0):
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
    parser.add_argument(
        "prompt", nargs="?", metavar="PROMPT", help="what to ask; what is piped in stands below it"
    )
    flags.agent(parser)
    serving = parser.add_argument_group("answering others")
    serving.add_argument("--serve", action="store_true", help="answer the channel until interrupted")
    flags.setting(serving, "allow_from", metavar="IDS")
    serving.add_argument("--concurrency", default="2", metavar="N", help="answers at a time (2)")
    serving.add_argument(
        "--tokens-per-hour", default="500000", metavar="N", help="tokens in and out at most, or none (500000)"
    )
    serving.add_argument(
        "--cost-per-hour",
        metavar="USD",
        help="what answers may cost at most, by the prices in the settings (no limit)",
    )


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:
    """Ask once, or serve."""
    if arguments.serve:
        if arguments.prompt is not None:
            raise SettingsError("--serve takes its prompts from the channel")
        from tui.cli.serving import serve

        hourly, cost = arguments.tokens_per_hour, arguments.cost_per_hour
        try:
            serve(
                settings,
                folders,
                concurrent=_number("--concurrency", arguments.concurrency),
                tokens=None if hourly == "none" else _number("--tokens-per-hour", hourly),
                cost=None if cost in (None, "none") else _sum("--cost-per-hour", cost),
                json_lines=arguments.json,
            )
        except Told:
            return OK
    text = _prompt(arguments.prompt)
    if not text:
        print("ably-tui: agent needs a prompt, as an argument or on standard input", file=sys.stderr)
        return USAGE
    from tui.cli.answering import ask

    return ask(text, settings, folders, json_lines=arguments.json, patience=flags.seconds(arguments))


def _prompt(given: str | None) -> str:
    """Return what is asked: what was given, and what is piped below it."""
    asked = "" if given in (None, "-") else str(given).strip()
    return "\n\n".join(filter(None, (asked, _piped(sys.stdin.fileno()))))


def _piped(descriptor: int) -> str:
    """Return what standard input holds, cleaned; nothing where it is a terminal, or closed."""
    from tui.cli.opening import complain
    from tui.cli.source import Source
    from tui.wire import clean_text

    try:
        kind = os.fstat(descriptor).st_mode
    except OSError:
        return ""
    if stat.S_ISCHR(kind):  # a terminal, or no input at all
        return ""
    source, data = Source(descriptor), bytearray()
    piece = source.piece(_SILENCE)
    if piece is None:
        complain("what is piped in belongs to the prompt: waiting for its end (none with < /dev/null)")
        piece = source.piece(None)
    while piece:
        data += piece
        if len(data) > MOST:
            raise SettingsError(
                f"more than {MOST // 1_000} KB is piped in, and a prompt is one message: cut it"
            )
        piece = source.piece(None)
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return clean_text(text).strip("\n").rstrip()


def _number(flag: str, value: object) -> int:
    try:
        return whole(value)
    except SettingsError as error:
        raise SettingsError(f"{flag}: {error}") from None


def _sum(flag: str, value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not (isfinite(found) and found > 0):
        raise SettingsError(f"{flag}: {value} is no sum of dollars above 0, as 1.50, nor none")
    return found
