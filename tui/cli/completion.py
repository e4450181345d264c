"""`ably-tui completion SHELL`: a script that completes commands and flags in a shell.

The script is made from the command line's parser by shtab and stands by itself: completing starts no Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli.exits import OK

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.settings import Folders, Settings

HELP = "print a script that completes commands and flags in bash, zsh or fish"
SHELLS = ("bash", "zsh", "fish")
_EPILOG = """\
bash: eval "$(ably-tui completion bash)" in ~/.bashrc
zsh:  ably-tui completion zsh > a folder of $fpath/_ably-tui
fish: ably-tui completion fish > ~/.config/fish/completions/ably-tui.fish
"""


def add(parser: ArgumentParser) -> None:
    """Add the shell's name."""
    from argparse import RawDescriptionHelpFormatter

    parser.add_argument("shell", choices=SHELLS, help="the shell that reads the script")
    parser.epilog = _EPILOG
    parser.formatter_class = RawDescriptionHelpFormatter


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:  # noqa: ARG001
    """Print the script."""
    import shtab

    from tui.cli.main import parser

    whole = parser()
    _mark_files(whole)
    print(shtab.complete(whole, arguments.shell))
    return OK


def _mark_files(parser: ArgumentParser) -> None:
    """Have what is called FILE or DIR completed as such, also in the commands."""
    import argparse

    import shtab

    kinds = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY}
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to what was added
        if action.metavar in kinds:
            vars(action)["complete"] = kinds[action.metavar]  # where shtab looks for it
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  as above
            for each in action.choices.values():
                _mark_files(each)
