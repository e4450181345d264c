"""Reads the command line and starts what it asks for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130

EPILOG = """\
With an Ably key (ABLY_API_KEY) the channel is on Ably, else on this machine; with an Anthropic key
(ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own) a real model answers, else the demo model.
With neither it runs at once. Keys are read from the environment only.
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="ably-tui",
        description="A terminal wall and chat for the AI responses on an Ably channel.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="store_true", help="show the version and exit")
    whole.add_argument("--channel", metavar="NAME", help="channel to attach to (ai:<user>)")
    whole.add_argument("--client-id", metavar="ID", help="who you are on the channel (<user>-<4 hex>)")
    whole.add_argument("--model", metavar="ID", help="model that answers your prompts; demo needs no key")
    whole.add_argument("--max-tokens", metavar="N", help="longest answer, in tokens (8192)")
    whole.add_argument("--system", metavar="TEXT", help="system prompt")
    where = whole.add_mutually_exclusive_group()
    where.add_argument(
        "--local", action="store_true", default=None, help="channel on this machine, keys or not"
    )
    where.add_argument(
        "--cloud", action="store_true", default=None, help="channel on Ably; needs a credential"
    )
    whole.add_argument("--endpoint", metavar="HOST[:PORT]", help="an Ably-compatible server of your own")
    whole.add_argument(
        "--no-tls", dest="tls", action="store_false", default=None, help="plain connection to it"
    )
    whole.add_argument(
        "--since", metavar="SPAN", help="how much of the past to show: 10m, 2h, all, none (10m)"
    )
    whole.add_argument("--theme", metavar="NAME", help="colours: textual-dark, textual-light, nord …")
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    serve = commands.add_parser(
        "serve", help="run the local channel server in the foreground", add_help=False
    )
    serve.add_argument("rest", nargs=argparse.REMAINDER)
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["serve"]:
        from tui.cli.serve import serve

        return serve(arguments[1:])
    whole = parser()
    flags = vars(whole.parse_args(arguments))
    if flags.pop("command") is not None:
        whole.error("serve comes first and has flags of its own: ably-tui serve --help")
    if flags.pop("version"):
        from importlib.metadata import version

        print(f"ably-tui {version('ably-tui')}")
        return OK
    from tui.settings import Folders, SettingsError, read_file, resolve

    folders = Folders.of(os.environ)
    try:
        settings = resolve(flags, os.environ, read_file(folders.config / "config.toml"))
    except SettingsError as error:
        print(f"ably-tui: {error}", file=sys.stderr)
        return USAGE
    from tui.cli.screen import run

    return run(settings, folders)
