from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.agent.test_tasks import until
from tui.agent import ApprovalPolicy, Approvals, Toolbox, toolbox
from tui.agent.policy import Decider
from tui.agent.tools import ToolUse
from tui.wire import ApprovalRequest, ApprovalResponse, Outgoing, ToolProgress, ToolResult

OWN = Decider("me", own=True)


@pytest.fixture
def approvals() -> Approvals:
    return Approvals(ApprovalPolicy(timeout=5))


@pytest.fixture
def box(tmp_path: Path, approvals: Approvals) -> Toolbox:
    (tmp_path / "README.md").write_text("hello, hunter2hunter2\n")
    (tmp_path / ".env").write_text("x=1\n")
    (tmp_path / "long").write_text("木" * 20_000)
    (tmp_path / "bad\udcff").touch()
    return toolbox(
        ["read_file", "list_files", "run_command"],
        tmp_path,
        {"PATH": "/usr/bin:/bin", "A_KEY": "hunter2hunter2"},
        approvals,
    )


async def run(box: Toolbox, name: str, given: Mapping[str, Any] | None) -> list[Outgoing]:
    return [value async for value in box.run("r1", ToolUse("t1", name, given))]


async def result(box: Toolbox, name: str, given: Mapping[str, Any] | None) -> ToolResult:
    *_, last = await run(box, name, given)
    assert isinstance(last, ToolResult)
    assert (last.response_id, last.call_id, last.name) == ("r1", "t1", name)
    return last


async def test_a_call(box: Toolbox) -> None:
    assert await run(box, "read_file", {"path": "README.md"}) == [
        ToolProgress("r1", "t1", "running", name="read_file"),
        ToolResult("r1", "t1", "hello, …\n", "read_file"),
    ]


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("fetch", {}, "there is no tool 'fetch'"),
        ("", {}, "there is no tool ''"),
        ("search_files", {"text": "x"}, "there is no tool"),  # not switched on
        ("read_file", None, "no JSON object"),
        ("read_file", {}, "needs the argument 'path'"),
        ("read_file", {"path": 1}, "'path' is no text"),
        ("read_file", {"path": "x", "mode": "w"}, "takes no argument 'mode'"),
        ("read_file", {"path": "x"}, "cannot read it"),
        ("run_command", {"command": "date \u009d; rm -rf ~ \u009c"}, "no screen shows"),
        ("run_command", {"command": "date \u202e"}, "no screen shows"),
        ("run_command", {"command": "date \x1b[2K"}, "no screen shows"),
        ("run_command", {"command": "x" * 60_000}, "too long to be shown"),
    ],
)
async def test_calls_that_make_no_sense_are_not_run_and_nobody_is_asked(
    box: Toolbox, name: str, given: Mapping[str, Any] | None, why: str
) -> None:
    said = await run(box, name, given)
    assert not any(isinstance(value, ApprovalRequest) for value in said)
    last = said[-1]
    assert isinstance(last, ToolResult)
    assert last.failed
    assert why in last.result


async def test_a_result_is_made_to_fit(box: Toolbox) -> None:
    assert "cut" in (await result(box, "read_file", {"path": "long"})).result
    (await result(box, "list_files", {})).result.encode()


@pytest.mark.parametrize(
    ("name", "given", "arguments"),
    [
        ("read_file", {"path": ".env"}, '{"path": ".env"}'),
        ("run_command", {"command": "echo 'ä\n'"}, '{"command": "echo \'ä\\n\'"}'),
    ],
)
@pytest.mark.parametrize("approved", [True, False])
async def test_what_asks_first(
    box: Toolbox, approvals: Approvals, name: str, given: Mapping[str, Any], arguments: str, approved: bool
) -> None:
    said: list[Outgoing] = []

    async def collect() -> None:
        async for value in box.run("r1", ToolUse("t1", name, given)):
            said.append(value)  # noqa: PERF401  one after the other is what is looked at

    task = asyncio.create_task(collect())
    await until(lambda: approvals.waiting)
    assert said == [ApprovalRequest("r1", "t1", name, arguments)]
    approvals.hear(ApprovalResponse("t1", approved, "because"), OWN)
    await task
    last = said[-1]
    assert isinstance(last, ToolResult)
    assert last.failed is not approved
    if not approved:
        assert last.result == "not allowed: denied by me: because"
        assert not any(isinstance(value, ToolProgress) for value in said)


async def test_a_tool_that_fails_in_another_way(
    box: Toolbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tui.agent.tools.files._text", lambda *_: 1 / 0)
    found = await result(box, "read_file", {"path": "README.md"})
    assert (found.failed, found.result) == (True, "it failed (ZeroDivisionError)")
    assert "ZeroDivisionError" in caplog.text


def test_ids_that_a_model_uses_again(box: Toolbox) -> None:
    assert [box.call_id(name) for name in ("call_0", "call_0", "toolu_1", "call_0")] == [
        "call_0",
        "call_0-2",
        "toolu_1",
        "call_0-3",
    ]
