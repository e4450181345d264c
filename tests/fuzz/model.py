"""The agent against a model's server of bytes: each answer is a beginning, text and exactly one end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from random import Random

from tests.agent.raw_server import (
    HEAD,
    LAST,
    PAYLOADS,
    RawServer,
    chunk,
    error_body,
    event,
    raw_server,
    refused,
)
from tests.fuzz.hostile import assert_clean
from tests.fuzz.mutation import Mutator, dumped
from tests.fuzz.target import Attack, Strike
from tui.agent import Agent, AgentSettings
from tui.wire import Start, Stop, UserInput

KEY = "sk-ant-api03-verysecret"
DEADLINE = 30.0
SILENCE = 0.3
"""Seconds that the model may be silent: what hangs on purpose must not hold up the rest."""
_EVENTS = tuple(event(payload) for payload in PAYLOADS)
_ERROR = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
_REFUSED = tuple(
    refused(status, error_body(kind, "no\x1b]52;c;eA==\x07"), retry_after="30")
    for status, kind in ((400, "invalid_request_error"), (429, "rate_limit_error"), (529, "overloaded_error"))
)
CORPUS = (*_EVENTS, event(_ERROR), b": comment\n\n", b"data: [DONE]\n\n", b"event: ping\ndata:\ndata: {}\n\n")


@asynccontextmanager
async def arena(_directory: Path) -> AsyncIterator[Strike]:
    async with raw_server(b"") as server:
        settings = AgentSettings(model="m", api_key=KEY, base_url=server.url, max_retries=0, timeout=SILENCE)
        agent = Agent(settings)
        try:

            async def strike(random: Random) -> None:
                script = script_of(Mutator(random))
                await _ask(agent, server, script)

            yield strike
        finally:
            await agent.close()


async def _ask(agent: Agent, server: RawServer, script: tuple[bytes, ...]) -> None:
    server.scripts[:] = [script]
    values: list[object] = []
    prompt = UserInput("p1", "What is six times seven?")
    try:
        async with asyncio.timeout(DEADLINE), aclosing(agent.answer(prompt)) as answer:
            async for value in answer:
                values.append(value)  # noqa: PERF401  what came before a failure is wanted
        check(values)
    except (AssertionError, TimeoutError) as failure:
        raise AssertionError(f"{failure!r}: {values}\nafter {script!r}"[:8_000]) from failure
    finally:
        server.requests.clear()


def check(values: Sequence[object]) -> None:
    """A response has one start, first, and one stop, last, all of one id; it shows no key."""
    assert isinstance(values[0], Start)
    assert isinstance(values[-1], Stop)
    assert sum(isinstance(value, Start) for value in values) == 1
    assert sum(isinstance(value, Stop) for value in values) == 1
    assert values[0].prompt_id == "p1"
    ids = {getattr(value, "response_id", values[0].response_id) for value in values}
    assert ids == {values[0].response_id}
    assert KEY not in repr(values)
    assert_clean(values[0])
    assert_clean(values[-1])
    for value in values:
        repr(value).encode()


def script_of(mutator: Mutator) -> tuple[bytes, ...]:
    """Return what the server sends: events, bodies, chunks or headers that are almost right."""
    random = mutator.random
    kind = random.randrange(10)
    if kind == 0:
        return (mutator.damaged(random.choice(_REFUSED)),)
    if kind == 1:
        whole = HEAD + b"".join(chunk(each) for each in _EVENTS) + LAST
        return (mutator.damaged(whole, CORPUS),)
    events = list(_EVENTS)
    for _ in range(random.randrange(4)):
        at = random.randrange(len(events))
        act = random.randrange(5)
        if act == 0:
            del events[at : at + 1]
            events = events or [b"\n\n"]
        elif act == 1:
            events.insert(at, random.choice(CORPUS))
        elif act == 2:
            events[at] = _changed(mutator, random.choice(PAYLOADS))
        else:
            events[at] = mutator.damaged(events[at], CORPUS)
    body = b"".join(events)
    pieces = [body[start : start + 200] for start in range(0, len(body), 200)]
    pieces = pieces[: random.randint(1, len(pieces))] if random.random() < 0.2 else pieces
    return (HEAD, *(chunk(piece) for piece in pieces), *((LAST,) if random.random() < 0.8 else ()))


def _changed(mutator: Mutator, payload: str) -> bytes:

    changed = mutator.tree(json.loads(payload))
    name = changed.get("type") if isinstance(changed, dict) else None
    head = f"event: {name}\n".encode() if isinstance(name, str) and name.isidentifier() else b"event: x\n"
    return head + b"data: " + dumped(changed) + b"\n\n"


ATTACK = Attack("model", arena, 200)
