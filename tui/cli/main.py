"""Reads the command line and starts what it asks for.

Each command is a module with a line of help, its flags and what it does; what they share is in `flags`. None
of them imports anything heavy before it runs, so that `--help` and completion are quick.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Protocol

from tui.cli import (
    agent,
    completion,
    config,
    demo,
    doctor,
    export,
    flags,
    publish,
    record,
    replay,
    serve,
    tail,
)
from tui.cli.exits import FAILED, FULL, INTERRUPTED, OK, USAGE, Failure, nowhere
from tui.cli.usage import Parser
from tui.settings import FILE, TABLE, Folders, Settings, SettingsError, read_file, resolve, where_in
from tui.values import is_text, near

PROGRAM = "ably-tui"
DESCRIPTION = "A terminal wall and chat for the AI responses on an Ably channel."
EPILOG = """\
With an Ably key (ABLY_API_KEY) the channel is on Ably, else on this machine; with an Anthropic key
(ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a server of your own) a real model answers, else the demo model.
With neither it runs at once. Keys are read from the environment only. Without a command the screen opens.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted, as by Ctrl+C; SIGTERM ends a server (`serve`,
`agent --serve`) with 0. A standard stream that is closed (`>&-`) is as /dev/null.
`ably-tui COMMAND --help` says more of each.
"""


class Command(Protocol):
    """What a command's module holds."""

    HELP: str
    """What it is for, in one line."""

    def add(self, parser: argparse.ArgumentParser, /) -> None:
        """Add its flags and arguments. Called only when they are needed."""

    def run(self, arguments: argparse.Namespace, settings: Settings, folders: Folders, /) -> int:
        """Do what it is for; return the exit code. A `SettingsError` is told by the caller."""


COMMANDS: Mapping[str, Command] = {
    "agent": agent,
    "tail": tail,
    "publish": publish,
    "record": record,
    "replay": replay,
    "export": export,
    "demo": demo,
    "serve": serve,
    "config": config,
    "doctor": doctor,
    "completion": completion,
}
"""Every command, in the order of the help."""


def parser(named: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, with the flags of the commands that are `named`."""
    whole = Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="store_true", help="show the version and exit")
    flags.screen(whole)
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    filled = set(named)
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=command.HELP, description=_sentence(command.HELP))
        if name in filled:
            command.add(one)
            # argparse has no other way to what was added
            one.set_defaults(takes={action.dest for action in one._actions}, parser=one)  # noqa: SLF001
    return whole


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    _stand_in()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a locale without some character costs that character only
    try:
        return _main(argv)
    except BrokenPipeError:  # whoever read the output has had enough
        return OK
    except OSError as error:
        if error.errno == errno.EIO:
            return INTERRUPTED  # the terminal was closed, which a signal does not tell in every case
        return _cannot(error)
    finally:
        _let_go()


def _stand_in() -> None:
    """Open what was closed from the outside (`>&-`), to nowhere: else the next socket took its place."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _cannot(error: OSError) -> int:
    """Say in a line what the system refuses; return the exit code. What has no name is standard output."""
    if error.filename is None and error.errno not in FULL:
        raise error
    where = "standard output cannot be written" if error.filename is None else error.filename
    with suppress(OSError):
        print(f"{PROGRAM}: {where}: {error.strerror}", file=sys.stderr, flush=True)
    nowhere(sys.stdout)
    return FAILED


def _main(argv: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    whole = parser(words)
    first = words[0] if words else ""
    if first and not first.startswith("-") and first not in COMMANDS:
        whole.error(f"there is no command {first!r}{near(first, COMMANDS)}")
    _check_front(whole, words)
    arguments, unknown = whole.parse_known_args(words)
    if unknown:
        _refuse(whole, arguments.command, words, unknown[0])
    for flag in _misplaced(arguments):
        arguments.parser.error(f"{flag} means nothing to {arguments.command}")
    if arguments.version:
        from importlib.metadata import version

        print(f"{PROGRAM} {version(PROGRAM)}")
        return OK
    _check_text(whole if arguments.command is None else arguments.parser, vars(arguments))
    folders = Folders.of(os.environ)
    try:
        return _run(arguments, _settings(arguments, folders), folders)
    except SettingsError as error:
        for line in str(error).splitlines():
            print(f"{PROGRAM}: {line}", file=sys.stderr)
        return USAGE
    except Failure as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _settings(arguments: argparse.Namespace, folders: Folders) -> Settings:
    """Return the settings; for a command that tells itself what is wrong with the file (`wrong`), those that
    there are without it.
    """
    path, given = folders.config / FILE, vars(arguments)
    try:
        return resolve(given, os.environ, read_file(path), where_in(path))
    except SettingsError as error:
        if "wrong" not in given:
            raise
        settings = resolve(given, os.environ, {})  # raises where the file is not to blame
        arguments.wrong = str(error)
        return settings


def _let_go() -> None:
    """Forget what cannot be written any more: it would fail again at the exit, with Python's exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            nowhere(stream)
        except OSError as error:
            nowhere(stream)
            if stream is sys.stdout and error.errno != errno.EIO:
                sys.exit(_cannot(error))  # what was left of it is lost


def _run(arguments: argparse.Namespace, settings: Settings, folders: Folders) -> int:
    if arguments.command is not None:
        code = COMMANDS[arguments.command].run(arguments, settings, folders)
        sys.stdout.flush()
        return code
    from tui.cli.screen import run

    return run(settings, folders)


def _check_front(whole: argparse.ArgumentParser, words: list[str]) -> None:
    """Refuse an unknown flag in front of the command: argparse would take what is behind it for a command."""
    command = next((word for word in words if word in COMMANDS), None)
    for word in words:
        if word in (command, "--"):
            return
        flag = word.partition("=")[0]
        if word.startswith("--") and not any(known.startswith(flag) for known in _flags_of(whole)):
            _refuse(whole, command, words, word)


def _check_text(one: argparse.ArgumentParser, given: Mapping[str, object]) -> None:
    """Refuse what is no text: a byte that is no character could neither be published nor shown again. The
    command that `publish` runs may have such words; they are not ours.
    """
    for action in one._actions:  # noqa: SLF001  as above
        value = given.get(action.dest)
        for text in value if isinstance(value, list) else [value]:
            if action.dest != "program" and isinstance(text, str | Path) and not is_text(str(text)):
                called = "/".join(action.option_strings) or action.metavar
                one.error(f"{called}: {str(text)!r} is no valid UTF-8")


def _refuse(whole: argparse.ArgumentParser, command: str | None, words: list[str], unknown: str) -> NoReturn:
    """Say what is wrong with a word that nothing takes, with the usage of the command that it was said to."""
    flag = unknown.partition("=")[0]
    before = command is None or unknown in words[: words.index(command)]
    its = whole if command is None else _commands_of(whole)[command]
    one = whole if before else its
    if not flag.startswith("-"):
        one.error(f"{unknown!r} is more than {command} takes")
    if before and flag in _flags_of(its):
        one.error(f"{flag} belongs behind the command: {PROGRAM} {command} {flag}")
    every = parser()
    takers = [name for name, each in _commands_of(every).items() if flag in _flags_of(each)]
    if len(takers) > 3:
        hint = f"; commands take it, as {PROGRAM} {takers[-1]} {flag}"
    elif takers:
        hint = f"; {', '.join(takers)} take{'s' if len(takers) == 1 else ''} it"
    else:
        hint = near(flag, _flags_of(one))
    one.error(f"there is no {flag}{'' if before else f' of {command}'}{hint}")


def _flags_of(one: argparse.ArgumentParser) -> list[str]:
    return [flag for action in one._actions for flag in action.option_strings]  # noqa: SLF001  as above


def _commands_of(whole: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    (commands,) = (
        action
        for action in whole._actions  # noqa: SLF001  as above
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001
    )
    return commands.choices


def _misplaced(arguments: argparse.Namespace) -> list[str]:
    """Return the flags that were given before a command that does not take them."""
    if arguments.command is None:
        return []
    known = {**{name: about.flag for name, about in TABLE.items()}, "local": "--local", "cloud": "--cloud"}
    return [str(known[name]) for name in known.keys() & vars(arguments).keys() - arguments.takes]


def _sentence(line: str) -> str:
    return f"{line[0].upper()}{line[1:]}."
