"""The demo model over HTTP: the real Anthropic SDK, and plain requests where the SDK would not send them."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import anthropic
import httpx2
import pytest
from anthropic.types import Message, MessageParam, ToolParam

from tests.local.model.serving import KEY, demo_server
from tui.local.model import answers

ASK: list[MessageParam] = [{"role": "user", "content": "Compare tea and coffee"}]
GOOD = {"authorization": f"Bearer {KEY}", "anthropic-version": "2026-10-21"}
BODY = {"model": "demo-9000tps", "max_tokens": 50, "messages": ASK}
WEATHER: ToolParam = {
    "name": "get_weather",
    "input_schema": {
        "type": "object",
        "properties": {"location": {"type": "string"}, "days": {"type": "integer"}},
    },
}


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with demo_server() as url:
        yield url


@pytest.fixture
async def client(url: str) -> AsyncIterator[anthropic.AsyncAnthropic]:
    http = httpx2.AsyncClient(trust_env=False)
    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0, http_client=http) as client:
        yield client


async def streamed(client: anthropic.AsyncAnthropic, model: str, **options: Any) -> tuple[str, Message]:
    """Return the joined text deltas and the final message."""
    async with client.messages.stream(
        model=model,
        messages=options.pop("messages", ASK),
        max_tokens=options.pop("max_tokens", 1000),
        **options,
    ) as stream:
        texts = [text async for text in stream.text_stream]
        return "".join(texts), await stream.get_final_message()


async def test_a_streamed_answer(client: anthropic.AsyncAnthropic) -> None:
    text, message = await streamed(client, "demo-9000tps")
    assert text.startswith(answers.LABEL)
    assert "tea" in text
    assert message.id.startswith("msg_demo_")
    assert (message.model, message.stop_reason) == ("demo-9000tps", "end_turn")
    assert message.content[0].type == "text"
    assert 150 <= message.usage.output_tokens <= 400
    counted = await client.messages.count_tokens(model="demo", messages=ASK)
    assert message.usage.input_tokens == counted.input_tokens > 0


async def test_the_same_in_one_piece(client: anthropic.AsyncAnthropic) -> None:
    text, message = await streamed(client, "demo-9000tps-seed1")
    whole = await client.messages.create(model="demo-9000tps-seed1", messages=ASK, max_tokens=1000)
    assert whole.content[0].type == "text"
    assert whole.content[0].text == text
    assert whole.usage == message.usage
    assert whole.id != message.id


async def test_answers_differ_without_a_seed(client: anthropic.AsyncAnthropic) -> None:
    assert len({(await streamed(client, "demo-9000tps"))[0] for _ in range(5)}) > 1


async def test_thinking_comes_first(client: anthropic.AsyncAnthropic) -> None:
    _, message = await streamed(client, "demo-thinking-9000tps")
    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].type == "thinking"
    assert message.content[0].thinking
    assert message.content[0].signature


async def test_a_tool_is_used_and_its_result_read(client: anthropic.AsyncAnthropic) -> None:
    _, message = await streamed(client, "demo-tools-9000tps", tools=[WEATHER])
    assert message.stop_reason == "tool_use"
    call = message.content[1]
    assert call.type == "tool_use"
    assert call.input == {"location": "Compare tea and coffee", "days": 1}
    result: MessageParam = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "Sunny, 21 degrees"}],
    }
    said: MessageParam = {"role": "assistant", "content": message.content}
    text, message = await streamed(
        client, "demo-tools-9000tps", tools=[WEATHER], messages=[*ASK, said, result]
    )
    assert message.stop_reason == "end_turn"
    assert "Sunny, 21 degrees" in text


async def test_max_tokens(client: anthropic.AsyncAnthropic) -> None:
    _, message = await streamed(client, "demo-9000tps", max_tokens=7)
    assert (message.stop_reason, message.usage.output_tokens) == ("max_tokens", 7)
    text, message = await streamed(client, "demo-max-9000tps")
    assert message.stop_reason == "max_tokens"
    assert text.startswith(answers.LABEL)


async def test_stop_sequence(client: anthropic.AsyncAnthropic) -> None:
    text, message = await streamed(client, "demo-9000tps", stop_sequences=["tea"])
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "tea")
    assert "tea" not in text


async def test_refusal(client: anthropic.AsyncAnthropic) -> None:
    text, message = await streamed(client, "demo-refusal")
    assert (text, message.stop_reason, message.content) == ("", "refusal", [])
    assert message.stop_details
    assert message.stop_details.explanation
    whole = await client.messages.create(model="demo-refusal", messages=ASK, max_tokens=9)
    assert whole.stop_details == message.stop_details


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("demo-400", anthropic.BadRequestError),
        ("demo-401", anthropic.AuthenticationError),
        ("demo-403", anthropic.PermissionDeniedError),
        ("demo-404", anthropic.NotFoundError),
        ("demo-413", anthropic.ContentTooLargeError),
        ("demo-429", anthropic.RateLimitError),
        ("demo-500", anthropic.InternalServerError),
        ("demo-529", anthropic.OverloadedError),
        ("claude-sonnet-5-5", anthropic.NotFoundError),
        ("demo-nonsense", anthropic.NotFoundError),
    ],
)
async def test_failures_before_the_stream(
    client: anthropic.AsyncAnthropic, model: str, error: type[anthropic.APIStatusError]
) -> None:
    with pytest.raises(error) as raised:
        await streamed(client, model)
    assert raised.value.type
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["request_id"] == raised.value.request_id
    assert raised.value.response.headers.get("retry-after") == ("1" if model == "demo-429" else None)


async def test_overloaded_in_the_middle(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.APIStatusError) as raised:
        await streamed(client, "demo-overloaded-9000tps")
    assert (raised.value.status_code, raised.value.type) == (200, "overloaded_error")


async def test_cut_in_the_middle(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        await streamed(client, "demo-cut-9000tps")


async def test_end_without_message_stop(client: anthropic.AsyncAnthropic) -> None:
    text, message = await streamed(client, "demo-end-9000tps")
    assert text.startswith(answers.LABEL)
    assert message.stop_reason is None


async def test_silence(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        await streamed(client, "demo-stall-9000tps", timeout=1)


async def test_failures_in_one_piece(client: anthropic.AsyncAnthropic) -> None:
    async def create(model: str) -> None:
        await client.messages.create(model=model, messages=ASK, max_tokens=9, timeout=1)

    with pytest.raises(anthropic.OverloadedError):
        await create("demo-overloaded")
    for model in ("demo-cut", "demo-end"):
        with pytest.raises(anthropic.APIConnectionError):
            await create(model)
    with pytest.raises(anthropic.APITimeoutError):
        await create("demo-stall")


async def test_models(client: anthropic.AsyncAnthropic) -> None:
    found = [model async for model in client.models.list()]
    assert found[0].id == "demo"
    assert all(model.lifecycle == "active" and "Demo" in model.display_name for model in found)


async def post(
    url: str, body: object, headers: dict[str, str], path: str = "/v1/messages"
) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(url + path, data=io.BytesIO(data), headers=headers) as response,
    ):
        return response.status, await response.json()


@pytest.mark.parametrize(
    ("headers", "status", "type_", "word"),
    [
        (GOOD, 200, "message", ""),
        ({"x-api-key": KEY, "anthropic-version": "2023-06-01"}, 200, "message", ""),
        ({"anthropic-version": "2026-10-21"}, 401, "authentication_error", "x-api-key"),
        ({**GOOD, "authorization": "Bearer wrong"}, 401, "authentication_error", "x-api-key"),
        ({**GOOD, "authorization": f"Basic {KEY}"}, 401, "authentication_error", "x-api-key"),
        (
            {"authorization": f"Bearer {KEY}"},
            400,
            "invalid_request_error",
            "anthropic-version: header is required",
        ),
        ({**GOOD, "anthropic-version": "1999-01-01"}, 400, "invalid_request_error", "is not a valid version"),
    ],
)
async def test_headers(url: str, headers: dict[str, str], status: int, type_: str, word: str) -> None:
    got, body = await post(url, BODY, headers)
    assert got == status
    assert (body["error"]["type"] if got != 200 else body["type"]) == type_
    assert word in str(body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"x"', b"[" * 100_000])
async def test_bodies_that_are_no_request(url: str, body: bytes) -> None:
    status, answer = await post(url, body, GOOD)
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")


async def test_a_body_that_is_too_large(url: str) -> None:
    status, answer = await post(url, b" " * 1_100_000, GOOD)
    assert (status, answer["error"]["type"]) == (413, "request_too_large")


async def test_counting_takes_no_max_tokens(url: str) -> None:
    path = "/v1/messages/count_tokens"
    assert (await post(url, {"model": "demo", "messages": ASK}, GOOD, path))[0] == 200
    assert (await post(url, BODY, GOOD, path))[0] == 400


async def test_the_bytes(url: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/messages", json={**BODY, "stream": True}, headers=GOOD) as response,
    ):
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["transfer-encoding"] == "chunked"
        assert response.headers["request-id"].startswith("req_demo_")
        raw = await response.read()
    blocks = raw.decode().split("\n\n")
    assert blocks.pop() == ""
    for block in blocks:
        name, data = block.split("\n")
        assert name == f"event: {json.loads(data.removeprefix('data: '))['type']}"
    assert blocks[0].startswith(
        'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_demo_'
    )
    assert blocks[2] == 'event: ping\ndata: {"type":"ping"}'
    assert blocks[-1] == 'event: message_stop\ndata: {"type":"message_stop"}'


async def test_shutting_down_does_not_wait_for_answers() -> None:
    session = aiohttp.ClientSession()
    async with asyncio.timeout(20):
        async with demo_server() as url:
            body = {**BODY, "model": "demo-1tps", "stream": True}
            response = await session.post(f"{url}/v1/messages", json=body, headers=GOOD)
            stalled = {**BODY, "model": "demo-stall-9000tps", "stream": True}
            other = await session.post(f"{url}/v1/messages", json=stalled, headers=GOOD)
        for broken in (response, other):
            with pytest.raises(aiohttp.ClientPayloadError):
                await broken.read()
    await session.close()


async def test_an_answer_stops_when_its_reader_has_gone(url: str) -> None:
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as session:
        for model in ("demo-50tps", "demo-stall-9000tps"):
            body = {**BODY, "model": model, "stream": True, "max_tokens": 9_000}
            response = await session.post(f"{url}/v1/messages", json=body, headers=GOOD)
            await response.content.readany()
            response.close()
    async with asyncio.timeout(10):
        while any("_play" in repr(task) for task in asyncio.all_tasks() - before):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
