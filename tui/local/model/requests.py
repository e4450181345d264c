"""What the Messages API accepts, as strictly as the real one.

A request that it refuses raises `Problem`, which is the API's own error JSON; one that it accepts becomes
a `Request` that holds only what the demo needs. Errors follow the order of the real API: credentials,
version, JSON, fields, model.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui.local.model import names, pieces

VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
"""Values of `anthropic-version` that are understood; the stream is the same in both."""
MAX_TEXT = 2_000_000
"""Characters of a request's text above which it is too large."""

_COUNTED = {
    "messages", "model", "cache_control", "output_config", "speed", "system", "thinking", "tool_choice",
    "tools",
}  # fmt: skip
_FIELDS = _COUNTED | {
    "max_tokens", "container", "diagnostics", "inference_geo", "metadata", "service_tier",
    "stop_sequences", "stream",
}  # fmt: skip


class Problem(Exception):  # noqa: N818 - the API calls it an error, this is one on its way there
    """A request that the API answers with an error."""

    def __init__(self, status: int, type_: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.type = type_
        self.retry_after = retry_after
        """Seconds, for the header `retry-after`."""

    def body(self, request_id: str) -> dict[str, object]:
        """Return the API's error JSON."""
        return {"type": "error", "error": {"type": self.type, "message": str(self)}, "request_id": request_id}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the request offers."""

    name: str
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """What the demo needs of a request."""

    model: names.DemoModel
    prompt: str
    """The text of the last user message."""
    earlier: tuple[str, ...]
    """The texts of the user messages before it, oldest first."""
    input_tokens: int
    max_tokens: int = 0
    stream: bool = False
    thinks: bool = False
    tool: Tool | None = None
    """The tool to use."""
    tool_result: str | None = None
    """What the tool has said, when the last message brings it."""
    stop_sequences: tuple[str, ...] = ()


def authenticate(headers: Mapping[str, str], key: str) -> None:
    """Check credentials and version; `headers` finds names in any case. Raises `Problem`."""
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    given = headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), key.encode()):
        raise Problem(401, "authentication_error", "invalid x-api-key")
    version = headers.get("anthropic-version")
    if not version:
        raise _invalid("anthropic-version: header is required")
    if version not in VERSIONS:
        raise _invalid(f'anthropic-version: "{version[:40]}" is not a valid version')


def read(body: object, *, counting: bool = False) -> Request:
    """Return the request of a JSON body; `counting` reads one for count_tokens. Raises `Problem`."""
    if not isinstance(body, Mapping):
        raise _invalid("Input should be a valid dictionary")
    for name in body:
        if name not in (_COUNTED if counting else _FIELDS):
            raise _invalid(f"{name}: Extra inputs are not permitted")
    for name in ("model", "messages") if counting else ("model", "max_tokens", "messages"):
        if name not in body:
            raise _invalid(f"{name}: Field required")
    if not isinstance(body["model"], str):
        raise _invalid("model: Input should be a valid string")
    turns = list(_turns(body["messages"]))
    system = _text(body.get("system", ""), "system")
    tools = _tools(body.get("tools", []))
    asked = sum(pieces.count(text) for _, text in turns) + pieces.count(system) + 20 * len(tools)
    model = names.parse(body["model"])
    if model is None:
        raise Problem(404, "not_found_error", f"model: {body['model']}")
    user = [text for role, text in turns if role == "user"]
    request = Request(model, user[-1], tuple(user[:-1]), asked + 4 * len(turns))
    return request if counting else _with_options(request, body, tools)


def _with_options(request: Request, body: Mapping[str, object], tools: list[Tool]) -> Request:
    max_tokens, stream = body["max_tokens"], body.get("stream", False)
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, int):
        raise _invalid("max_tokens: Input should be a valid integer")
    if max_tokens < 0:
        raise _invalid("max_tokens: Input should be greater than or equal to 0")
    if not isinstance(stream, bool):
        raise _invalid("stream: Input should be a valid boolean")
    stops = body.get("stop_sequences") or []
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop.strip() for stop in stops):
        raise _invalid("stop_sequences: each stop sequence must contain non-whitespace")
    thinking = body.get("thinking")
    asks_to_think = isinstance(thinking, Mapping) and thinking.get("type") in {"adaptive", "enabled"}
    result = _tool_result(body["messages"])
    return Request(
        request.model,
        request.prompt,
        request.earlier,
        request.input_tokens,
        max_tokens=max_tokens,
        stream=stream,
        thinks=request.model.thinks or asks_to_think,
        tool=_chosen(tools, body.get("tool_choice")) if request.model.uses_tools and result is None else None,
        tool_result=result,
        stop_sequences=tuple(stops),
    )


def _invalid(message: str) -> Problem:
    return Problem(400, "invalid_request_error", message)


def _turns(messages: object) -> Iterator[tuple[str, str]]:
    """Yield role and text of each message."""
    if not isinstance(messages, list):
        raise _invalid("messages: Input should be a valid list")
    if not messages:
        raise _invalid("messages: at least one message is required")
    role = ""
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        role, content = _turn(message, where)
        text = _text(content, f"{where}.content")
        if not text.strip() and isinstance(content, str):
            raise _invalid(f"{where}: all messages must have non-empty content")
        yield role, text
    if role != "user":
        raise _invalid(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )


def _turn(message: object, where: str) -> tuple[str, object]:
    """Return role and content of a message."""
    if not isinstance(message, Mapping):
        raise _invalid(f"{where}: Input should be a valid dictionary")
    role = message.get("role")
    if role not in ("user", "assistant"):
        raise _invalid(f'{where}.role: Input should be "user" or "assistant"')
    if "content" not in message:
        raise _invalid(f"{where}.content: Field required")
    for name in message:
        if name not in ("role", "content"):
            raise _invalid(f"{where}.{name}: Extra inputs are not permitted")
    return str(role), message["content"]


def _text(content: object, where: str) -> str:
    """Return the text of a content: a string, or a list of blocks. Raises `Problem`."""
    if isinstance(content, str):
        texts = [content]
    elif isinstance(content, list):
        texts = []
        for index, block in enumerate(content):
            if not isinstance(block, Mapping) or not isinstance(block.get("type"), str):
                raise _invalid(f"{where}.{index}: Input should be a valid content block")
            text = block.get("text", "")
            if not isinstance(text, str) or (block["type"] == "text" and not text.strip()):
                raise _invalid(f"{where}.{index}.text: text content blocks must contain non-whitespace text")
            texts.append(text)
    else:
        raise _invalid(f"{where}: Input should be a valid string or list")
    joined = "\n".join(texts)
    if len(joined) > MAX_TEXT:
        raise Problem(413, "request_too_large", "Request exceeds the maximum size")
    try:
        joined.encode()
    except UnicodeEncodeError:
        raise _invalid("The request body is not valid JSON: no low surrogate in string") from None
    return joined


def _tools(tools: object) -> list[Tool]:
    if not isinstance(tools, list):
        raise _invalid("tools: Input should be a valid list")
    found = []
    for index, tool in enumerate(tools):
        if not isinstance(tool, Mapping) or not isinstance(tool.get("name"), str):
            raise _invalid(f"tools.{index}.name: Field required")
        schema = tool.get("input_schema")
        found.append(Tool(tool["name"], schema if isinstance(schema, Mapping) else {}))
    return found


def _chosen(tools: list[Tool], choice: object) -> Tool | None:
    """Return the tool to use under a tool_choice: the named one, none, or the first."""
    match choice:
        case {"type": "none"}:
            return None
        case {"type": "tool", "name": name}:
            return next((tool for tool in tools if tool.name == name), None)
        case _:
            return tools[0] if tools else None


def _tool_result(messages: object) -> str | None:
    """Return what the tool said, when the last message brings a tool_result."""
    match messages:
        case [*_, {"content": [*blocks]}]:
            for block in blocks:
                match block:
                    case {"type": "tool_result", "content": str(text)}:
                        return text
                    case {"type": "tool_result", "content": [{"text": str(text)}, *_]}:
                        return text
                    case {"type": "tool_result"}:
                        return ""
    return None
