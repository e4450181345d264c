"""What is said of a wrong command line: one line, with what is wrong, what to do, and where help is."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, NoReturn

from tui.cli.exits import USAGE

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_WORDS = (
    (r"the following arguments are required: (.+)", r"\1 is missing"),
    (r"argument (.+?): not allowed with argument (.+)", r"\1 cannot go with \2"),
    (r"argument (.+?): expected one argument", r"\1 needs a value"),
    (r"argument (.+?): ignored explicit argument (.+)", r"\1 takes no value, and \2 is one"),
    (r"argument (.+?): invalid int value: (.+)", r"\1: \2 is no whole number"),
    (r"argument (.+?): invalid float value: (.+)", r"\1: \2 is no number"),
    (r"argument (-.+?): (.+)", r"\1: \2"),
    (r"ambiguous option: (\S+) could match (.+)", r"\1 may be \2: say which"),
)
"""What argparse says, and what we do."""
_CHOICE = re.compile(r"argument (.+?): invalid choice: (.+) \(choose from (.+)\)")


class Parser(argparse.ArgumentParser):
    """Says one line of what is wrong, as every other failure of a command does; the usage is for `--help`."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; unlike argparse's own, raise OSError when it cannot be written."""
        (file or sys.stdout).write(self.format_help())

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end the process."""
        said = explained(message)
        see = " See" if said.endswith("?") else "; see"
        self.exit(USAGE, f"{self.prog}: {said}{see} {self.prog} --help\n")


def explained(message: str) -> str:
    """Return in our words what argparse says is wrong; as it is, where it is something else."""
    choice = _CHOICE.fullmatch(message)
    if choice is not None:
        one, value, every = choice.groups()
        return f"{one}: {value} is none of {every.replace(chr(39), '')}"
    for said, ours in _WORDS:
        found = re.fullmatch(said, message)
        if found is not None:
            return found.expand(ours)
    return message
