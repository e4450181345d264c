"""Which tools the demo calls for a prompt, and with what: read from the prompt's words.

Knows the tools that this program's own agent may have, by name; of any other it calls the first, with an
input that fits its schema. What a prompt names several tools for is done one after the other, in that order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WORDS = {
    "run_command": {"run", "execute", "command", "shell", "terminal", "date", "time", "clock"},
    "read_file": {"read", "open", "readme", "content", "contents"},
    "search_files": {"search", "find", "grep"},
    "list_files": {"list", "files", "folder", "folders", "directory"},
}
_FILE = re.compile(r"(?:[\w-]+/)*[\w-]+\.[a-z]\w{0,7}\b")
_QUOTED = re.compile(r"[`\"“]([^`\"“”]{1,200})[`\"”]")
_WORD = re.compile(r"[\w-]+")
_FILLERS = frozenset({"for", "the", "a", "an", "all", "any", "in", "files", "file", "and", "text", "word"})
_PLAIN: dict[object, object] = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the request offers."""

    name: str
    schema: Mapping[str, object]


Call = tuple[Tool, Mapping[str, object]]
"""A tool and its input."""


def calls(prompt: str, tools: Sequence[Tool], *, asks: bool = False) -> list[Call]:
    """Return the calls for a prompt, in order; at least one where there is a tool.

    `asks` wants nothing but the tool that a person has to allow, and no call where it is not offered.
    """
    offered = {tool.name: tool for tool in tools}
    if asks:
        return [call_of(offered["run_command"], prompt)] if "run_command" in offered else []
    found = []
    for name, words in _WORDS.items():
        at = [match.start() for match in _WORD.finditer(prompt.lower()) if match[0] in words]
        if name == "read_file":
            at += [match.start() for match in _FILE.finditer(prompt)]
        if at and name in offered:
            found.append((min(at), name))
    names = [name for _, name in sorted(found)]
    if not names and tools:
        names = ["list_files" if "list_files" in offered else tools[0].name]
    return [call_of(offered[name], prompt) for name in names]


def call_of(tool: Tool, prompt: str) -> Call:
    """Return a call of this tool that fits a prompt."""
    quoted = _QUOTED.search(prompt)
    match tool.name:
        case "run_command":
            return tool, {"command": quoted[1] if quoted else "date"}
        case "read_file":
            file = _FILE.search(prompt)
            return tool, {"path": file[0] if file else "README.md"}
        case "search_files":
            return tool, {"text": quoted[1] if quoted else _sought(prompt)}
        case "list_files":
            return tool, {}
        case _:
            return tool, _fitting(tool, prompt)


def _sought(prompt: str) -> str:
    """Return the first word of note behind the one that asks to search."""
    words = _WORD.findall(prompt)
    lower = [word.lower() for word in words]
    at = next((index for index, word in enumerate(lower) if word in _WORDS["search_files"]), -1)
    rest = [word for word in words[at + 1 :] if word.lower() not in _FILLERS]
    return rest[0] if rest else "demo"


def _fitting(tool: Tool, prompt: str) -> dict[str, object]:
    """Return an input that fits the tool's schema: the prompt for each text, something plain for the rest."""
    properties = tool.schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    made: dict[str, object] = {}
    for name, schema in properties.items():
        kind = schema.get("type") if isinstance(schema, Mapping) else None
        choices = schema.get("enum") if isinstance(schema, Mapping) else None
        if isinstance(choices, list) and choices:
            made[name] = choices[0]
        else:
            made[name] = _PLAIN.get(kind, prompt[:80]) if isinstance(kind, str) else prompt[:80]
    return made
