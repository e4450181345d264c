"""The agent against a server of bytes: whatever it does, a response with a beginning and an end comes out."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agent.raw_server import (
    HEAD,
    LAST,
    PAYLOADS,
    chunk,
    error_body,
    event,
    raw_server,
    refused,
    stream,
)
from tui.agent import Agent, AgentSettings, Turn, Yielded
from tui.wire import Kind, Notice, Start, Stop, Text, ToolCall, UserInput

PROMPT = UserInput("p1", "What is six times seven?")
KEY = "sk-ant-api03-verysecret"
ANSWER = "42 木漏れ日 🎉"
BROKEN_URL = f"http://127.0.0.1:{KEY}"


@asynccontextmanager
async def agent_for(url: str, **changes: object) -> AsyncIterator[Agent]:
    options: dict[str, object] = {"model": "m", "api_key": KEY, "base_url": url, "max_retries": 0, **changes}
    agent = Agent(AgentSettings(**options))  # type: ignore[arg-type]
    try:
        yield agent
    finally:
        await agent.close()


async def ask(url: str, **changes: object) -> list[Yielded]:
    async with agent_for(url, **changes) as agent:
        return [value async for value in agent.answer(PROMPT)]


async def answer_of(*pieces: bytes, **changes: object) -> list[Yielded]:
    async with raw_server(*pieces) as server:
        return await ask(server.url, **changes)


def checked(values: Sequence[Yielded]) -> tuple[Start, str, Stop]:
    """Return start, text and stop of a response; it must have just these, with one id, and show no key."""
    start, *texts, stop = values
    assert isinstance(start, Start)
    assert isinstance(stop, Stop)
    assert start.prompt_id == "p1"
    assert {value.response_id for value in values if not isinstance(value, UserInput | Notice)} == {
        start.response_id
    }
    assert KEY not in repr(values)
    text = "".join(text.text for text in texts if isinstance(text, Text) and text.kind is Kind.TEXT)
    return start, text, stop


async def test_a_whole_answer() -> None:
    values = await answer_of(*stream())
    assert values == [
        Start("msg_1", "p1", None, "m"),
        Text("msg_1", "hm", kind=Kind.THINKING),
        Text("msg_1", "42"),
        Text("msg_1", " 木漏れ日 🎉"),
        ToolCall("msg_1", "toolu_1", "get_weather", '{"location": "Paris"}'),
        Stop("msg_1", "tool_use", input_tokens=12, output_tokens=17),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
async def test_any_line_ending(newline: str) -> None:
    body = b"".join(event(payload, newline=newline) for payload in PAYLOADS)
    assert checked(await answer_of(HEAD, chunk(body), LAST))[1:] == (
        ANSWER,
        Stop("msg_1", "tool_use", input_tokens=12, output_tokens=17),
    )


async def test_a_byte_at_a_time() -> None:
    body = b"".join(event(payload) for payload in PAYLOADS)
    pieces = [chunk(body[at : at + 1]) for at in range(len(body))]
    assert await answer_of(HEAD, *pieces, LAST) == await answer_of(*stream())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, sum(len(event(payload)) for payload in PAYLOADS) - 1), unique=True))
def test_any_chunking_gives_the_same(cuts: list[int]) -> None:
    body = b"".join(event(payload) for payload in PAYLOADS)
    edges = [0, *sorted(cuts), len(body)]
    pieces = [chunk(body[start:end]) for start, end in pairwise(edges)]
    start, text, stop = checked(asyncio.run(answer_of(HEAD, *pieces, LAST)))
    assert (start.response_id, text, stop.stop_reason, stop.error) == ("msg_1", ANSWER, "tool_use", None)


def text_before(count: int) -> str:
    """Return the answer's text in the first events."""
    return ("42" if count > 7 else "") + (" 木漏れ日 🎉" if count > 8 else "")


@pytest.mark.parametrize("count", range(len(PAYLOADS)))
@pytest.mark.parametrize("end", [b"", LAST], ids=["socket lost", "ends cleanly"])
async def test_cut_after_any_event(count: int, end: bytes) -> None:
    start, text, stop = checked(
        await answer_of(HEAD, *(chunk(event(data)) for data in PAYLOADS[:count]), end)
    )
    assert start.response_id == ("msg_1" if count else "failed-p1")
    assert text == text_before(count)
    assert stop.stop_reason == "error"
    assert stop.error


@pytest.mark.parametrize("count", range(len(PAYLOADS)))
async def test_cut_inside_any_event(count: int) -> None:
    half = event(PAYLOADS[count])
    pieces = [*(chunk(event(data)) for data in PAYLOADS[:count]), chunk(half[: len(half) // 2])]
    start, text, stop = checked(await answer_of(HEAD, *pieces))
    assert start.response_id == ("msg_1" if count else "failed-p1")
    assert text == text_before(count)
    assert "lost" in (stop.error or "")


async def test_an_error_event_in_the_middle() -> None:
    body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    values = await answer_of(*stream([*PAYLOADS[:8], body]))
    start, text, stop = checked(values)
    assert (start.response_id, text) == ("msg_1", "42")
    assert stop.stop_reason == "error"
    assert "overloaded" in (stop.error or "")
    assert stop.input_tokens == 12


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        (b"event: content_block_delta\ndata: {broken\n\n", "cannot be read"),
        (b"event: content_block_delta\ndata: \xff\xfe\n\n", "cannot be read"),
        (
            event('{"type":"content_block_delta","index":9,"delta":{"type":"text_delta","text":"x"}}'),
            "made no sense",
        ),
    ],
)
async def test_nonsense_in_the_middle(payload: bytes, word: str) -> None:
    before = [chunk(event(data)) for data in PAYLOADS[:8]]
    _, text, stop = checked(await answer_of(HEAD, *before, chunk(payload), LAST))
    assert text == "42"
    assert word in (stop.error or "")


async def test_events_without_names_are_no_answer() -> None:
    pieces = [chunk(event(data, named=False)) for data in PAYLOADS]
    start, text, stop = checked(await answer_of(HEAD, *pieces, LAST))
    assert (start.response_id, text) == ("failed-p1", "")
    assert "Messages API" in (stop.error or "")


async def test_a_start_without_an_id_gets_one() -> None:
    begun = '{"type":"message_start","message":{"type":"message","role":"assistant","content":[]}}'
    start, text, stop = checked(await answer_of(*stream([begun, *PAYLOADS[6:7], PAYLOADS[-1]])))
    assert (start.response_id, text, stop.error) == ("answer-p1", "", None)


async def test_a_second_start_begins_no_second_response() -> None:
    values = await answer_of(*stream([PAYLOADS[0], PAYLOADS[0].replace("msg_1", "msg_2"), *PAYLOADS[1:]]))
    assert checked(values)[0].response_id == "msg_1"


async def test_a_server_that_keeps_the_body_open_after_message_stop() -> None:
    async with raw_server(*stream()[:-1], silent=True) as server:
        assert checked(await ask(server.url))[2].stop_reason == "tool_use"


STATUSES = [
    (400, "invalid_request_error", "max_tokens: too large"),
    (401, "authentication_error", "ANTHROPIC_API_KEY"),
    (402, "billing_error", "billing"),
    (403, "permission_error", "another model"),
    (404, "not_found_error", "--model"),
    (408, "timeout_error", "took too long"),
    (409, "conflict_error", "conflict"),
    (413, "request_too_large", "too large"),
    (422, "invalid_request_error", "refused"),
    (429, "rate_limit_error", "rate limit"),
    (500, "api_error", "failed"),
    (503, "api_error", "failed"),
    (504, "timeout_error", "took too long"),
    (529, "overloaded_error", "overloaded"),
]


@pytest.mark.parametrize("named", [True, False], ids=["API error", "anything"])
@pytest.mark.parametrize(("status", "type_", "word"), STATUSES)
async def test_a_status_before_the_stream(status: int, type_: str, word: str, named: bool) -> None:
    body = error_body(type_, f"max_tokens: too large, {KEY}") if named else b"<html>oops</html>"
    start, text, stop = checked(await answer_of(refused(status, body)))
    assert start == Start("failed-p1", "p1", None, "m")
    assert text == ""
    assert stop.stop_reason == "error"
    assert stop.error
    if named:
        assert word in stop.error


async def test_retry_after_is_told() -> None:
    pieces = refused(429, error_body("rate_limit_error", "slow down"), retry_after="77")
    assert "77 s" in (checked(await answer_of(pieces))[2].error or "")


async def test_a_failure_before_the_stream_is_tried_again() -> None:
    async with raw_server() as server:
        busy = refused(529, error_body("overloaded_error", "Overloaded"), retry_after_ms="1")
        server.scripts = [[busy], [busy], stream()]
        assert checked(await ask(server.url, max_retries=2))[1] == ANSWER
        assert len(server.requests) == 3


async def test_a_long_pause_is_not_waited_out_in_silence() -> None:
    async with raw_server(refused(429, error_body("rate_limit_error", "x"), retry_after="3600")) as server:
        assert "60 min" in (checked(await ask(server.url, max_retries=2))[2].error or "")
        assert len(server.requests) == 1


async def test_a_date_as_retry_after() -> None:
    when = "Wed, 21 Oct 2015 07:28:00 GMT"
    pieces = refused(503, error_body("api_error", "x"), retry_after=when, x_should_retry="false")
    assert "in a moment" in (checked(await answer_of(pieces, max_retries=1))[2].error or "")


async def test_what_follows_message_stop_is_nobody_s_business() -> None:
    values = await answer_of(*stream([*PAYLOADS, *PAYLOADS])[:-1])
    assert values == await answer_of(*stream())


async def test_nothing_is_tried_again_once_the_stream_has_begun() -> None:
    async with raw_server(*stream()[:9]) as server:
        assert checked(await ask(server.url, max_retries=2))[1] == "42"
        assert len(server.requests) == 1


async def test_nobody_listens() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        start, _, stop = checked(await ask(f"http://127.0.0.1:{port}"))
    assert start.response_id == "failed-p1"
    assert f"Cannot reach 127.0.0.1:{port}: connection refused." in (stop.error or "")


@pytest.mark.parametrize(("pieces", "word"), [([], "did not answer within"), (stream()[:9], "went silent")])
async def test_silence(pieces: list[bytes], word: str) -> None:
    async with raw_server(*pieces, silent=True) as server:
        _, text, stop = checked(await ask(server.url, timeout=1.0))
    assert text == ("42" if pieces else "")
    assert word in (stop.error or "")


async def test_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in ("API_KEY", "AUTH_TOKEN", "PROFILE", "FEDERATION_RULE_ID"):
        monkeypatch.delenv(f"ANTHROPIC_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ANTHROPIC_CONFIG_DIR", raising=False)
    _, _, stop = checked(await ask("http://127.0.0.1:9", api_key=None))
    assert "ANTHROPIC_API_KEY" in (stop.error or "")


async def test_settings_that_no_client_can_be_made_of() -> None:
    start, _, stop = checked(await ask(BROKEN_URL))
    assert start.response_id == "failed-p1"
    assert "client could not be made" in (stop.error or "")


async def test_refusal_is_explained() -> None:
    details = '"stop_details":{"type":"refusal","category":null,"explanation":"Not about this."}'
    delta = '{"type":"message_delta","delta":{"stop_reason":"refusal",%s},"usage":{"output_tokens":0}}'
    _, text, stop = checked(await answer_of(*stream([PAYLOADS[0], delta % details, PAYLOADS[-1]])))
    assert (text, stop.stop_reason) == ("", "refusal")
    assert "Not about this" in (stop.error or "")


@pytest.mark.parametrize(
    "reason", ["end_turn", "max_tokens", "stop_sequence", "model_context_window_exceeded"]
)
async def test_other_stop_reasons_are_no_errors(reason: str) -> None:
    values = await answer_of(
        *stream([data.replace('"tool_use","stop', f'"{reason}","stop') for data in PAYLOADS])
    )
    stop = checked(values)[2]
    assert (stop.stop_reason, stop.error) == (reason, None)


async def drain(values: AsyncIterator[Yielded]) -> None:
    async for _ in values:
        pass


async def test_what_is_sent() -> None:
    async with (
        raw_server(*stream()) as server,
        agent_for(server.url, system="Be brief.", max_tokens=99) as agent,
    ):
        past = [Turn("one", "1", "r1"), Turn("lost", "", "r2"), Turn("two", "2", "r3")]
        values = [value async for value in agent.answer(PROMPT, past)]
        assert checked(values)[0].in_reply_to == "r3"
        await drain(agent.answer(UserInput("p2", "hi", model="theirs")))
        await drain(agent.answer(UserInput("p3", "hi", model="theirs"), model="mine"))
    line, headers, body = server.requests[0]
    assert line == "POST /v1/messages HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == {
        "model": "m",
        "max_tokens": 99,
        "system": "Be brief.",
        "stream": True,
        "messages": [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "1"},
            {"role": "user", "content": "lost\n\ntwo"},
            {"role": "assistant", "content": "2"},
            {"role": "user", "content": "What is six times seven?"},
        ],
    }
    assert [request[2]["model"] for request in server.requests] == ["m", "theirs", "mine"]


async def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert checked(await answer_of(*stream()))[1] == ANSWER


@pytest.mark.parametrize("pieces", [[], stream()[:9]], ids=["before headers", "in the middle"])
async def test_cancelling_closes_the_stream(pieces: list[bytes]) -> None:
    async with raw_server(*pieces, silent=True) as server, agent_for(server.url) as agent:
        begun = asyncio.Event()

        async def run() -> None:
            async for _ in agent.answer(PROMPT):
                begun.set()

        task = asyncio.create_task(run())
        async with asyncio.timeout(10):
            while not server.requests or (pieces and not begun.is_set()):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.gone.wait()


async def test_closing_the_iterator_closes_the_stream() -> None:
    async with raw_server(*stream()[:9], silent=True) as server, agent_for(server.url) as agent:
        values = agent.answer(PROMPT)
        await anext(values)
        async with asyncio.timeout(10):
            await values.aclose()
            await server.gone.wait()


async def test_several_at_once() -> None:
    async with raw_server(*stream()) as server, agent_for(server.url) as agent:

        async def one(number: int) -> list[Yielded]:
            return [value async for value in agent.answer(UserInput(f"p{number}", "hi"))]

        answers = await asyncio.gather(*(one(number) for number in range(8)))
    assert all(isinstance(values[-1], Stop) and values[-1].error is None for values in answers)


async def test_loading_in_a_thread() -> None:
    async with raw_server(*stream()) as server, agent_for(server.url) as agent:
        thread = threading.Thread(target=agent.load)
        thread.start()
        await asyncio.to_thread(thread.join)
        values = [value async for value in agent.answer(PROMPT)]
        assert checked(values)[1] == ANSWER


def test_loading_never_raises() -> None:
    Agent(AgentSettings(base_url=BROKEN_URL, api_key=KEY)).load()
