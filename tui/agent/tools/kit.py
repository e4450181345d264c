"""The tools that there are, by name."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.agent.tools.box import Toolbox
from tui.agent.tools.files import Files
from tui.agent.tools.secrets import Redactor
from tui.agent.tools.shell import Shell

if TYPE_CHECKING:
    from tui.agent.approvals import Approvals


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    description: str
    """For the model."""
    schema: Mapping[str, Any]
    """JSON schema of its input: an object whose properties are all strings."""
    run: Callable[[Mapping[str, Any]], Awaitable[str]]
    """Takes the input; returns the result, or raises ToolError with a text for the model and for people."""
    asks: Callable[[Mapping[str, Any]], bool]
    """Whether a person has to allow a call with this input first."""


def _schema(required: tuple[str, ...], **properties: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def _kit(root: Path, environ: Mapping[str, str]) -> dict[str, Tool]:
    files, shell = Files(root), Shell(root, environ)
    tools = (
        Tool(
            "list_files",
            "List the files and folders in a folder of the project.",
            _schema((), path="Folder, relative to the project's root; the root when absent."),
            files.list,
            files.is_private,
        ),
        Tool(
            "read_file",
            "Read a text file of the project.",
            _schema(("path",), path="File, relative to the project's root."),
            files.read,
            files.is_private,
        ),
        Tool(
            "search_files",
            "Find lines that contain a text, whatever the case, in the project's text files.",
            _schema(("text",), text="What to find.", path="Folder to search; the root when absent."),
            files.search,
            files.is_private,
        ),
        Tool(
            "run_command",
            "Run a shell command in the project's root, for a minute at the most, without a terminal or "
            "input; a person has to allow it first.",
            _schema(("command",), command="The command line."),
            shell.run,
            lambda _input: True,
        ),
    )
    return {tool.name: tool for tool in tools}


KNOWN = ("list_files", "read_file", "search_files", "run_command")
"""Names of the tools that can be switched on; `run_command` not on Windows."""


def toolbox(
    names: Iterable[str],
    root: Path,
    environ: Mapping[str, str],
    approvals: Approvals,
    secrets: Iterable[str] = (),
) -> Toolbox:
    """Return the tools with these names, working below `root`.

    A command gets what of `environ` is no key; values of variables that are named like one, and `secrets`,
    are taken out of what any tool says. Raises ValueError for a name that is none, or not here.
    """
    kit = _kit(root, environ)
    chosen = []
    for name in dict.fromkeys(names):
        if name not in kit:
            raise ValueError(f"there is no tool {name!r}; known are {', '.join(KNOWN)}")
        if name == "run_command" and os.name != "posix":
            raise ValueError("the tool 'run_command' needs Linux or macOS, where what it starts can be ended")
        chosen.append(kit[name])
    return Toolbox(chosen, approvals, Redactor(environ, secrets))
