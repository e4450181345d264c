"""The tool loop: the real SDK against bytes, and against the demo model, with our own tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.agent.raw_server import PAYLOADS, error_body, raw_server, refused, stream
from tests.agent.test_answer import KEY, agent_for
from tests.agent.test_tasks import Log, until
from tests.agent.tools.test_shell import gone
from tests.local.model.serving import KEY as DEMO_KEY
from tests.local.model.serving import demo_server
from tui.agent import (
    Agent,
    AgentSettings,
    AgentTasks,
    ApprovalPolicy,
    Approvals,
    Cancels,
    Toolbox,
    Wishes,
    Yielded,
    toolbox,
)
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Cancel,
    ChannelMessage,
    Cite,
    Kind,
    Outgoing,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    encode,
)

PROMPT = UserInput("p1", "What does the README say?")
NAMES = ("list_files", "read_file", "search_files", "run_command")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("Read me, 木漏れ日.\n")
    return tmp_path


@pytest.fixture
def approvals() -> Approvals:
    return Approvals(ApprovalPolicy(timeout=30))


@pytest.fixture
def box(root: Path, approvals: Approvals) -> Toolbox:
    return toolbox(NAMES, root, {"PATH": "/usr/bin:/bin"}, approvals)


def calling(
    *calls: tuple[str, str, Sequence[str]], reason: str = "tool_use", start: int = 2, close: bool = True
) -> list[bytes]:
    """A turn that thinks, says something and calls tools: id, name and pieces of JSON of each."""
    payloads = [data.replace('"index":0', '"index":0') for data in PAYLOADS[:10]]
    for index, (id_, name, pieces) in enumerate(calls, start):
        block = {"type": "tool_use", "id": id_, "name": name, "input": {}}
        events: list[dict[str, Any]] = [
            {"type": "content_block_start", "index": index, "content_block": block}
        ]
        for piece in pieces:
            delta = {"type": "input_json_delta", "partial_json": piece}
            events.append({"type": "content_block_delta", "index": index, "delta": delta})
        if close:
            events.append({"type": "content_block_stop", "index": index})
        payloads += map(json.dumps, events)
    payloads.append(PAYLOADS[-2].replace('"tool_use"', f'"{reason}"'))
    return stream([*payloads, PAYLOADS[-1]])


FINISH = stream(
    [data.replace('"tool_use","stop', '"end_turn","stop') for data in (*PAYLOADS[:10], *PAYLOADS[-2:])]
)


async def run(
    box: Toolbox | None, *scripts: list[bytes], **options: Any
) -> tuple[list[Yielded], list[dict[str, Any]]]:
    """Return what the agent yields, and the requests that it made."""
    async with raw_server() as server:
        # The server closes after each answer, which the SDK is to know: it would use the connection again.
        closing = b"connection: close\r\nrequest-id"
        server.scripts = [[piece.replace(b"request-id", closing) for piece in script] for script in scripts]
        agent = Agent(
            AgentSettings(model="m", api_key=KEY, base_url=server.url, max_retries=0, **options), box
        )
        values = [value async for value in agent.answer(PROMPT)]
        await agent.close()
        return values, [body for _, _, body in server.requests]


def results(values: Sequence[Yielded]) -> list[ToolResult]:
    return [value for value in values if isinstance(value, ToolResult)]


def without_text(values: Sequence[Yielded]) -> list[Yielded]:
    return [value for value in values if not isinstance(value, Text)]


async def test_a_tool_is_called_and_its_result_sent_back(box: Toolbox) -> None:
    call = ("toolu_1", "read_file", ['{"path": "READ', 'ME.md"}'])
    values, requests = await run(box, calling(call), FINISH)
    assert without_text(values) == [
        Start("msg_1", "p1", None, "m"),
        ToolCall("msg_1", "toolu_1", "read_file", '{"path": "README.md"}'),
        ToolProgress("msg_1", "toolu_1", "running", name="read_file"),
        ToolResult("msg_1", "toolu_1", "Read me, 木漏れ日.\n", "read_file"),
        Stop("msg_1", "end_turn", input_tokens=24, output_tokens=34),
    ]
    assert text_of(values) == "42 木漏れ日 🎉\n\n42 木漏れ日 🎉"
    assert [tool["name"] for tool in requests[0]["tools"]] == list(NAMES)
    assert requests[0]["tools"] == requests[1]["tools"]
    question, said, answer = requests[1]["messages"]
    assert question == requests[0]["messages"][0]
    assert said == {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "text", "text": "42 木漏れ日 🎉"},
            {"type": "tool_use", "id": "toolu_1", "name": "read_file", "input": {"path": "README.md"}},
        ],
    }
    result = {
        "type": "tool_result",
        "tool_use_id": "toolu_1",
        "content": "Read me, 木漏れ日.\n",
        "is_error": False,
    }
    assert answer == {"role": "user", "content": [result]}


async def test_several_calls_in_one_turn_each_get_a_result(box: Toolbox) -> None:
    calls = [
        ("a", "list_files", []),
        ("b", "read_file", ['{"path": "READ']),
        ("c", "read_file", ["nonsense"]),
        ("d", "fetch", ["{}"]),
        ("a", "search_files", ['{"text": "me"}']),
    ]
    values, requests = await run(box, calling(*calls), FINISH)
    assert [(value.call_id, value.failed) for value in results(values)] == [
        ("a", False),
        ("b", True),
        ("c", True),
        ("d", True),
        ("a-2", False),
    ]
    said, answer = requests[1]["messages"][1:]
    assert [block["tool_use_id"] for block in answer["content"]] == ["a", "b", "c", "d", "a"]
    assert [block["is_error"] for block in answer["content"]] == [False, True, True, True, False]
    assert [block["input"] for block in said["content"][2:]] == [
        {},
        {"INVALID_JSON": '{"path": "READ'},
        {"INVALID_JSON": "nonsense"},
        {},
        {"text": "me"},
    ]


@pytest.mark.parametrize("reason", ["max_tokens", "end_turn", "stop_sequence", "refusal"])
async def test_a_call_in_a_turn_that_ended_otherwise_is_not_run(box: Toolbox, reason: str) -> None:
    values, requests = await run(box, calling(("a", "read_file", ['{"path": "RE']), reason=reason))
    assert len(requests) == 1
    assert [(value.failed, reason in value.result) for value in results(values)] == [(True, True)]
    assert [type(value) for value in values].count(Stop) == 1
    assert isinstance(values[-1], Stop)
    assert values[-1].stop_reason == reason


async def test_a_call_that_is_not_complete_is_none(box: Toolbox) -> None:
    values, requests = await run(box, calling(("a", "list_files", ["{}"]), close=False))
    assert len(requests) == 1
    assert not [value for value in values if isinstance(value, ToolCall | ToolResult)]


async def test_a_pause_is_gone_on_from(box: Toolbox) -> None:
    values, requests = await run(None, calling(reason="pause_turn"), FINISH)
    assert [message["role"] for message in requests[1]["messages"]] == ["user", "assistant"]
    assert text_of(values) == "42 木漏れ日 🎉" * 2
    assert without_text(values) == [
        Start("msg_1", "p1", None, "m"),
        Stop("msg_1", "end_turn", input_tokens=24, output_tokens=34),
    ]


async def test_what_the_sdk_does_not_know_is_sent_back_as_it_came() -> None:
    block = {"type": "oracle", "answer": {"a": [1, None]}, "text": "x", "caller": "me"}
    begun = json.dumps({"type": "content_block_start", "index": 0, "content_block": block})
    ends = [PAYLOADS[5], PAYLOADS[-2].replace("tool_use", "pause_turn"), PAYLOADS[-1]]
    _, requests = await run(None, stream([PAYLOADS[0], begun, *ends]), FINISH)
    assert requests[1]["messages"][1]["content"] == [block]


async def test_a_pause_with_nothing_said_is_an_end() -> None:
    values, requests = await run(
        None, stream([PAYLOADS[0], PAYLOADS[-2].replace("tool_use", "pause_turn"), PAYLOADS[-1]])
    )
    assert len(requests) == 1
    assert isinstance(values[-1], Stop)


async def test_calls_without_an_end(box: Toolbox) -> None:
    values, requests = await run(box, calling(("a", "list_files", [])))
    assert len(requests) == 30
    assert isinstance(values[-1], Stop)
    assert "too long" in (values[-1].error or "")
    assert len({value.call_id for value in results(values)}) == 30


@pytest.mark.parametrize(
    ("second", "word"),
    [
        ([refused(529, error_body("overloaded_error", "Overloaded"))], "overloaded"),
        (FINISH[:6], "lost"),
        ([FINISH[0], b"0\r\n\r\n"], "before it was complete"),
        ([], "Cannot reach"),
    ],
)
async def test_a_second_turn_that_fails_ends_the_response_once(
    box: Toolbox, second: list[bytes], word: str
) -> None:
    values, requests = await run(box, calling(("a", "list_files", [])), second)
    assert len(requests) == 2
    assert [type(value) for value in values].count(Start) == 1
    assert [type(value) for value in values].count(Stop) == 1
    stop = values[-1]
    assert isinstance(stop, Stop)
    assert word in (stop.error or "")
    assert stop.input_tokens in (12, 24)


@pytest.mark.parametrize(
    ("thinking", "wish", "sent"),
    [
        (None, None, {}),
        (
            "high",
            None,
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "high"}},
        ),
        (
            "high",
            "low",
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "low"}},
        ),
        ("max", "off", {"thinking": {"type": "disabled"}}),
    ],
)
async def test_thinking_is_asked_for(thinking: str | None, wish: str | None, sent: dict[str, Any]) -> None:
    async with raw_server(*FINISH) as server, agent_for(server.url, thinking=thinking, system="s") as agent:
        wishes = Wishes(system="", max_tokens=7, thinking=wish)
        values = [value async for value in agent.answer(PROMPT, wishes=wishes)]
    body = server.requests[0][2]
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == sent
    assert body["max_tokens"] == 7
    assert "system" not in body
    assert Text("msg_1", "hm", kind=Kind.THINKING) in values


def test_an_effort_that_is_none() -> None:
    for made in (AgentSettings, Wishes):
        with pytest.raises(ValueError, match="no effort"):
            made(thinking="heroic")


# with the demo model


async def demo(box: Toolbox | None, model: str, prompt: str, **options: Any) -> list[Yielded]:
    async with demo_server() as url:
        agent = Agent(AgentSettings.demo(url, DEMO_KEY, model=model), box)
        values = [value async for value in agent.answer(UserInput("p1", prompt), **options)]
        await agent.close()
        return values


def text_of(values: Sequence[Yielded]) -> str:
    return "".join(value.text for value in values if isinstance(value, Text) and value.kind is Kind.TEXT)


async def test_the_demo_uses_our_tools(box: Toolbox) -> None:
    values = await demo(box, "demo-tools-thinking-9000tps", "List the files, then read the README")
    assert [value.name for value in values if isinstance(value, ToolCall)] == ["list_files", "read_file"]
    assert [value.result for value in results(values)] == ["README.md", "Read me, 木漏れ日.\n"]
    assert "Read me, 木漏れ日." in text_of(values)
    assert any(isinstance(value, Text) and value.kind is Kind.THINKING for value in values)
    assert isinstance(values[-1], Stop)
    assert (values[-1].stop_reason, values[-1].error) == ("end_turn", None)


async def test_the_demo_is_the_same_for_a_seed(box: Toolbox, root: Path, approvals: Approvals) -> None:
    other = toolbox(NAMES, root, {}, approvals)
    said = [text_of(await demo(each, "demo-tools-9000tps-seed3", "Compare a and b")) for each in (box, other)]
    assert said[0] == said[1]


@pytest.mark.parametrize("model", ["demo-tools-9000tps", "demo-approval-9000tps"])
async def test_the_demo_without_tools_answers(model: str) -> None:
    assert text_of(await demo(None, model, "Compare a and b"))


async def test_the_demo_does_what_thinking_is_switched_to() -> None:
    for thinking, thinks in (("off", False), ("low", True)):
        values = await demo(None, "demo-thinking-9000tps", "x", wishes=Wishes(thinking=thinking))
        assert any(isinstance(value, Text) and value.kind is Kind.THINKING for value in values) is thinks


async def test_the_demo_cites() -> None:
    values = await demo(None, "demo-cites-9000tps", "What is grass? 🎉")
    text = text_of(values).encode("utf-16-le")
    cited = [value.citation for value in values if isinstance(value, Cite)]
    assert len(cited) == 3
    for number, each in enumerate(cited, 1):
        assert each.start is not None
        assert each.end is not None
        assert (
            text[2 * each.start : 2 * each.end].decode("utf-16-le").startswith(f"{number}. Nobody has said")
        )
        assert "Made-up" in (each.title or "")
    assert [each.characters for each in cited] == [(0, 42), None, None]
    assert [each.pages for each in cited] == [None, (7, 8), None]
    assert cited[2].url == "https://example.com/made-up"
    place = [index for index, value in enumerate(values) if isinstance(value, Cite)]
    assert len(text_of(values[: place[0]]).encode("utf-16-le")) // 2 == cited[0].end


# the channel, by messages


def said(
    value: Outgoing, serial: str, *, client: str = "ana", live: bool = True, **extras: Any
) -> ChannelMessage:
    publication = encode(value)
    headers = {"headers": dict(publication.headers)}
    return ChannelMessage(
        serial, 0, 0, publication.name, publication.data, client_id=client, extras=headers | extras, live=live
    )


class Running:
    """An agent of the demo that answers, until it is left."""

    def __init__(self, box: Toolbox, approvals: Approvals, cancels: Cancels = Cancels.ANY) -> None:
        self.log = Log()
        self.box = box
        self.tasks = AgentTasks(
            self.log, lambda _prompt, _reason: None, approvals=approvals, cancels=cancels, heartbeat=60
        )

    async def __aenter__(self) -> Running:
        self._server = demo_server()
        url = await self._server.__aenter__()
        self.agent = Agent(AgentSettings.demo(url, DEMO_KEY), self.box)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.tasks.close(5)
        await self.agent.close()
        await self._server.__aexit__(None, None, None)

    def ask(self, model: str, prompt: str) -> None:
        self.tasks.ask(self.agent, UserInput("p1", prompt), models=[model], asker="ana")

    async def requested(self) -> ApprovalRequest:
        await until(lambda: any(isinstance(value, ApprovalRequest) for value in self.log.values))
        return next(value for value in self.log.values if isinstance(value, ApprovalRequest))

    def count(self, kind: type) -> int:
        return sum(isinstance(value, kind) for value in self.log.values)


@pytest.mark.parametrize("approved", [True, False])
async def test_a_command_that_somebody_allows_or_not(
    box: Toolbox, approvals: Approvals, approved: bool, root: Path
) -> None:
    async with Running(box, approvals) as running:
        running.ask("demo-approval-9000tps", "run `echo done; touch proof`")
        request = await running.requested()
        assert json.loads(request.arguments) == {"command": "echo done; touch proof"}
        assert running.tasks.decide(request.call_id, approved=approved, reason="so", by="me")
        assert not running.tasks.decide(request.call_id, approved=True)
        await until(lambda: not running.tasks.running)
        assert (root / "proof").exists() is approved
        found = results(running.log.values)
        assert [value.failed for value in found] == [not approved]
        assert ("denied by me: so" in found[0].result) is not approved
        assert running.log.values[-1] == Stop(
            request.response_id,
            "end_turn",
            input_tokens=running.log.values[-1].input_tokens,  # type: ignore[union-attr]
            output_tokens=running.log.values[-1].output_tokens,  # type: ignore[union-attr]
        )


async def test_who_may_allow_it_by_a_message(root: Path) -> None:
    approvals = Approvals(ApprovalPolicy(frozenset({"boss"}), ("viewer", "admin"), {"*": "admin"}))
    async with Running(toolbox(NAMES, root, {"PATH": "/usr/bin:/bin"}, approvals), approvals) as running:
        running.ask("demo-approval-9000tps", "date")
        request = await running.requested()
        yes = ApprovalResponse(request.call_id, approved=True)
        hear = running.tasks.hear
        hear(said(yes, "1", client="boss", live=False))  # history
        hear(said(yes, "2", client="stranger"))
        hear(said(yes, "3", client="ben", userClaim="viewer"))
        hear(said(yes, "4", client="ben", userClaim=["admin"]))
        hear(said(ApprovalResponse("other", approved=True), "5", client="boss"))
        hear(said(ApprovalResponse(request.call_id, True, response_id="other"), "6", client="boss"))
        await asyncio.sleep(0.05)
        assert running.tasks.running == 1
        assert not results(running.log.values)
        told = [value.status for value in running.log.values if isinstance(value, ToolProgress)]
        assert [status.split(" does not")[0].split()[-1] for status in told] == ["stranger", "ben"]
        hear(said(yes, "7", client="carla", userClaim="admin"))
        await until(lambda: not running.tasks.running)
        assert [value.failed for value in results(running.log.values)] == [False]


async def test_cancelling_while_somebody_is_asked(box: Toolbox, approvals: Approvals) -> None:
    async with Running(box, approvals) as running:
        running.ask("demo-approval-9000tps", "date")
        request = await running.requested()
        running.tasks.hear(said(Cancel(request.response_id), "1", client="ben"))
        assert running.log.values[-1] == Stop(request.response_id, "cancelled", cancelled_by="ben")
        await until(lambda: not approvals.waiting)
        assert not running.tasks.decide(request.call_id, approved=True)
        assert running.count(Stop) == 1


async def test_cancelling_a_command_kills_it(box: Toolbox, approvals: Approvals, root: Path) -> None:
    async with Running(box, approvals) as running:
        running.ask("demo-approval-9000tps", "run `sleep 1000 & echo $! > child; sleep 1000`")
        request = await running.requested()
        running.tasks.decide(request.call_id, approved=True)
        child = root / "child"
        await until(lambda: child.exists() and child.read_text().strip())
        assert running.tasks.cancel("p1", "me")
        pid = int(child.read_text())
        await until(lambda: gone(pid))
        assert running.count(Stop) == 1
        assert not results(running.log.values)


@pytest.mark.parametrize(
    ("cancels", "client", "live", "obeyed"),
    [
        (Cancels.ANY, "ben", True, True),
        (Cancels.ANY, "ben", False, False),
        (Cancels.OWN, "ana", True, True),
        (Cancels.OWN, "ben", True, False),
        (Cancels.NONE, "ana", True, False),
    ],
)
async def test_whose_cancel_is_obeyed(
    box: Toolbox, approvals: Approvals, cancels: Cancels, client: str, live: bool, obeyed: bool
) -> None:
    async with Running(box, approvals, cancels) as running:
        running.ask("demo-20tps", "x")
        await until(lambda: running.count(Start))
        running.tasks.hear(said(Cancel(None, "p1"), "1", client=client, live=live))
        assert running.tasks.running == (0 if obeyed else 1)
