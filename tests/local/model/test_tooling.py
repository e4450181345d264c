from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.model.tooling import Tool, calls

OURS = [Tool(name, {}) for name in ("list_files", "read_file", "search_files", "run_command")]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Compare tea and coffee", [("list_files", {})]),
        ("What does the readme say?", [("read_file", {"path": "README.md"})]),
        ("Explain src/main.py", [("read_file", {"path": "src/main.py"})]),
        ("What is the date?", [("run_command", {"command": "date"})]),
        ("run `uname -a`", [("run_command", {"command": "uname -a"})]),
        ("Find all TODO in the project", [("search_files", {"text": "TODO"})]),
        ('search "a b"', [("search_files", {"text": "a b"})]),
        ("search", [("search_files", {"text": "demo"})]),
        ("List the folder, then read it", [("list_files", {}), ("read_file", {"path": "README.md"})]),
    ],
)
def test_which_tool_for_which_prompt(prompt: str, expected: list[tuple[str, dict[str, Any]]]) -> None:
    assert [(tool.name, input_) for tool, input_ in calls(prompt, OURS)] == expected


def test_the_one_that_has_to_be_allowed() -> None:
    assert [tool.name for tool, _ in calls("list the files", OURS, asks=True)] == ["run_command"]
    assert calls("list the files", OURS[:2], asks=True) == []


@given(st.text(), st.lists(st.sampled_from(OURS), unique_by=lambda tool: tool.name))
def test_only_what_is_offered_is_called(prompt: str, tools: list[Tool]) -> None:
    found = calls(prompt, tools)
    assert bool(found) is bool(tools)
    assert all(tool in tools for tool, _ in found)
