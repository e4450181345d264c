"""A server of nothing but bytes, so that the SDK's own reading of them is what is tested.

It is not in `tui.local`, on purpose: it replays the exact bytes of Anthropic's API, whole or broken, and
knows nothing of what they mean.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"request-id: req_1\r\ntransfer-encoding: chunked\r\n\r\n"
)
PAYLOADS = """\
{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5",\
"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}}
{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}
{"type":"ping"}
{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}
{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}
{"type":"content_block_stop","index":0}
{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}
{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"42"}}
{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":" 木漏れ日 🎉"}}
{"type":"content_block_stop","index":1}
{"type":"content_block_start","index":2,"content_block":\
{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{}}}
{"type":"content_block_delta","index":2,"delta":\
{"type":"input_json_delta","partial_json":"{\\"location\\": \\"Paris\\"}"}}
{"type":"content_block_stop","index":2}
{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},\
"usage":{"output_tokens":17}}
{"type":"message_stop"}
""".splitlines()
"""The data lines of a stream as the API sends it (one delta more than the reference: wide characters)."""


def event(payload: str, *, named: bool = True, newline: str = "\n") -> bytes:
    """Return a server-sent event; `named` with its `event:` line."""
    name = f"event: {json.loads(payload)['type']}{newline}" if named else ""
    return f"{name}data: {payload}{newline}{newline}".encode()


def chunk(data: bytes) -> bytes:
    """Return a chunk of a chunked body (RFC 9112 §7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST = b"0\r\n\r\n"


@dataclass
class RawServer:
    """Answers each request with the next script, the last one again and again."""

    scripts: list[Sequence[bytes]]
    """For each request what is written, each piece by itself, before the connection is closed."""
    silent: bool = False
    """Whether the connection stays open after the script until the client closes it."""
    port: int = 0
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    """Request line, headers in lower case and JSON body of each request."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client has closed a connection that the server had kept."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *fields = head.strip().split("\r\n")
            headers = {name.lower(): value for name, value in (text.split(": ", 1) for text in fields)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
            self.requests.append((line, headers, json.loads(body or b"null")))
            for piece in script:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if self.silent:
                await reader.read(1)
                self.gone.set()
        except (ConnectionError, asyncio.IncompleteReadError):
            self.gone.set()
        finally:
            writer.close()


@asynccontextmanager
async def raw_server(*pieces: bytes, silent: bool = False, port: int = 0) -> AsyncIterator[RawServer]:
    """Serve these bytes to whoever asks."""
    server = RawServer([pieces], silent)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(server.serve(reader, writer))
        tasks.add(task)

    listening = await asyncio.start_server(accept, "127.0.0.1", port)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listening.wait_closed()


def stream(payloads: Sequence[str] = PAYLOADS) -> list[bytes]:
    """Return a whole answer: head, a chunk for each event, the last chunk."""
    return [HEAD, *(chunk(event(payload)) for payload in payloads), LAST]


def refused(status: int, body: object, **headers: str) -> bytes:
    """Return an answer that is no stream."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = (
        f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n{extra}\r\n"
    )
    return head.encode() + data


def error_body(type_: str, message: str) -> dict[str, object]:
    """Return the API's error JSON."""
    return {"type": "error", "error": {"type": type_, "message": message}, "request_id": "req_1"}
