"""Flags that several commands share, in groups: a command's `add` calls those that mean something to it.

A flag that is a setting has the setting's name as its `dest`, and says what the table of settings says. One
that is not given leaves no attribute, so that `ably-tui --channel a tail` and `ably-tui tail --channel a` are
the same.
"""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from tui.settings import TABLE
from tui.values import PATTERNS, SettingsError

if TYPE_CHECKING:
    from argparse import _ActionsContainer


def place(parser: ArgumentParser) -> None:
    """Add which channel, as whom, and on which server."""
    setting(parser, "channel", metavar="NAME")
    setting(parser, "client_id", metavar="ID")
    where = parser.add_mutually_exclusive_group()
    here, there = "channel on this machine, keys or not", "channel on Ably; needs a credential"
    where.add_argument("--local", action="store_true", default=SUPPRESS, help=here)
    where.add_argument("--cloud", action="store_true", default=SUPPRESS, help=there)
    setting(parser, "endpoint", metavar="HOST[:PORT]")
    parser.add_argument(
        "--no-tls", dest="tls", action="store_false", default=SUPPRESS, help="plain connection to it"
    )


def model(parser: ArgumentParser) -> None:
    """Add which model answers, and how its answer is published."""
    setting(parser, "model", metavar="ID")
    setting(parser, "max_tokens", metavar="N")
    setting(parser, "system", metavar="TEXT")
    pattern(parser)


def pattern(parser: ArgumentParser) -> None:
    """Add how a response is published."""
    setting(parser, "pattern", choices=PATTERNS)


def agent(parser: _ActionsContainer) -> None:
    """Add what an agent may do, who may allow it, and who may stop it."""
    setting(parser, "tools", metavar="NAMES")
    setting(parser, "tools_root", metavar="FOLDER")
    setting(parser, "approvers", metavar="IDS")
    setting(parser, "roles", metavar="NAMES")
    setting(parser, "minimum_role", metavar="TOOL:ROLE")
    setting(parser, "approval_timeout", metavar="S")
    setting(parser, "allow_cancel", metavar="WHO")


def past(parser: ArgumentParser) -> None:
    """Add how much of the channel's past counts."""
    setting(parser, "since", metavar="SPAN")


def plain(parser: ArgumentParser) -> None:
    """Add output for people who want text only."""
    setting(parser, "plain", action="store_true")


def forms(
    parser: ArgumentParser,
    json: str = "JSON lines",
    plain: str = "whole lines and no colours, as into a pipe",
) -> _ActionsContainer:
    """Add the two forms of output, for programs and for people; return their group, of which one flag may be
    given. `arguments.json` is always there, `--plain` is the setting; the texts are what help says of them.
    """
    group = parser.add_mutually_exclusive_group()
    machine(group, json)
    group.add_argument("--plain", action="store_true", default=SUPPRESS, help=plain)
    return group


def machine(parser: _ActionsContainer, told: str = "JSON lines") -> None:
    """Add output for programs alone, where the other form is there already."""
    parser.add_argument("--json", action="store_true", help=told)


def patience(parser: ArgumentParser) -> None:
    """Add how long to try, for a command that is to end by itself: `arguments.timeout`."""
    parser.add_argument(
        "--timeout", default="20", metavar="S", help="give up after so many seconds without a connection (20)"
    )


def seconds(arguments: Namespace) -> float:
    """Return what `--timeout` says; raise `SettingsError` when that is no number of seconds."""
    try:
        value = float(arguments.timeout)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise SettingsError(f"--timeout: {arguments.timeout!r} is no number of seconds above 0")
    return value


def screen(parser: ArgumentParser) -> None:
    """Add all that is a setting of the screen."""
    place(parser)
    model(parser)
    agent(parser)
    past(parser)
    plain(parser)
    setting(parser, "theme", metavar="NAME")
    setting(parser, "prompt_history", metavar="WHERE")


def setting(parser: _ActionsContainer, name: str, **how: Any) -> None:
    """Add the flag of one setting; `how` is what argparse wants to know beside its name and help."""
    about = TABLE[name]
    assert about.flag is not None  # noqa: S101  only settings with a flag are asked for
    told = "" if about.default in ("none", "false") else f" ({about.default})"
    words = f"{about.what}{told}".replace("`", "")
    parser.add_argument(about.flag, dest=name, default=SUPPRESS, help=words, **how)
