"""`ably-tui completion SHELL`: a script that completes commands and flags in a shell.

The script is made from the command line's parser by shtab and stands by itself: completing starts no Python.
"""

from __future__ import annotations

import re
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

    told = "the shell that reads the script: bash, zsh or fish"
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=told)
    parser.epilog = _EPILOG
    parser.formatter_class = RawDescriptionHelpFormatter


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:  # noqa: ARG001
    """Print the script."""
    import shtab

    from tui.cli.main import parser

    whole = parser()
    _mark(whole)
    script = shtab.complete(whole, arguments.shell)
    if arguments.shell == "zsh":
        script = _WITH_VALUE.sub(r"\1=", script)
    elif arguments.shell == "fish":
        script = _WITH_WORDS.sub(_apart, script)
    else:
        script = script.replace(_SUBCOMMAND, f"$current_action_is_positional && {_SUBCOMMAND}")
    print(script)
    if arguments.shell == "bash":
        print(_BASH_EQUALS)
    return OK


_WITH_VALUE = re.compile(r'^(  "--[a-z-]+)(?=\[.*\]:)', re.MULTILINE)
"""In zsh's script a flag that takes a value; with `=` behind it --flag=value is completed as well."""


_WITH_WORDS = re.compile(
    r"""^(complete -c ably-tui -n (?:'[^']*'|\S+))((?: -[ls] \S+)*)( -x?ka "[^"]*")( -d .*)$""", re.MULTILINE
)
"""In fish's script a flag, or an argument, that takes one of several words: where it counts, how it is
called, the words, and what it is for.
"""


def _apart(line: re.Match[str]) -> str:
    """Return the line as two: what a flag is for stands beside the flag, not beside each word it takes. Of
    two lines fish shows what the later one says.
    """
    where, flag, words, what = line.groups()
    return f"{where}{flag}{words}\n{where}{flag} -x{what}" if flag else f"{where}{words}"


_SUBCOMMAND = '[[ -n $sub_parsers && " ${sub_parsers[@]} " == *" $this_word "* ]]'
"""In bash's script what takes a word for a command; it may be the value of a flag as well (--model demo)."""


_BASH_EQUALS = """\
# bash makes three words of --flag=value; shtab knows it as two.
_ably_tui() {
  local -a words=()
  local at cword=$COMP_CWORD
  for at in "${!COMP_WORDS[@]}"; do
    if [[ $at -gt 0 && ${COMP_WORDS[at]} == "=" && ${COMP_WORDS[at-1]} == --* ]]; then
      if [[ $at -eq $COMP_CWORD ]]; then
        words+=("")
      elif [[ $at -lt $COMP_CWORD ]]; then
        cword=$((cword - 1))
      fi
    else
      words+=("${COMP_WORDS[at]}")
    fi
  done
  local -a COMP_WORDS=("${words[@]}")
  local COMP_CWORD=$cword
  _shtab_ably_tui "$@"
}
complete -o bashdefault -F _ably_tui ably-tui"""


def _mark(parser: ArgumentParser) -> None:
    """Have what is called FILE or DIR completed as such, and settings that are of a closed set as one of it,
    also in the commands. To the parser itself any word is right: the settings say more of one that is wrong.
    """
    import argparse

    import shtab

    from tui.agent import KNOWN
    from tui.cli.main import COMMANDS
    from tui.settings import TABLE
    from tui.values import OneOf

    kinds = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY, "FOLDER": shtab.DIRECTORY}
    closed = {name: about.check.choices for name, about in TABLE.items() if isinstance(about.check, OneOf)}
    closed["tools"] = KNOWN
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to what was added
        action.choices = action.choices or closed.get(action.dest)
        if action.metavar in kinds:
            vars(action)["complete"] = kinds[action.metavar]  # where shtab looks for it
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  as above
            for name, each in action.choices.items():
                each.description = COMMANDS[name].HELP  # a line, beside the others
                _mark(each)
