"""What the Messages API accepts, as strictly as the real one.

A request that it refuses raises `Problem`, which is the API's own error JSON; one that it accepts becomes
a `Request` that holds only what the demo needs. Errors follow the order of the real API: credentials,
version, JSON, fields, model.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.model import exchange, names, pieces
from tui.local.model.documents import Document, documents
from tui.local.model.problem import Problem, invalid
from tui.local.model.tooling import Call, Tool, call_of, calls

VERSIONS = frozenset({"2023-06-01", "2026-10-21"})
"""Values of `anthropic-version` that are understood; the stream is the same in both."""
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
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


@dataclass(frozen=True, slots=True)
class Request:
    """What the demo needs of a request."""

    model: names.DemoModel
    prompt: str
    """The text of the last user message that has any: results of tools have none."""
    earlier: tuple[str, ...]
    """The texts of the user messages before it, oldest first."""
    input_tokens: int
    max_tokens: int = 0
    stream: bool = False
    thinks: bool = False
    call: Call | None = None
    """The tool to call now."""
    tool_result: str | None = None
    """What a tool has said, when the last message brings it."""
    tool_failed: bool = False
    """Whether it says that it could not do it."""
    documents: tuple[Document, ...] = ()
    """What may be cited."""
    stop_sequences: tuple[str, ...] = ()


def authenticate(headers: Mapping[str, str], key: str) -> None:
    """Check credentials and version; `headers` finds names in any case. Raises `Problem`."""
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    given = headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), key.encode()):
        raise Problem(401, "authentication_error", "invalid x-api-key")
    version = headers.get("anthropic-version")
    if not version:
        raise invalid("anthropic-version: header is required")
    if version not in VERSIONS:
        raise invalid(f'anthropic-version: "{version[:40]}" is not a valid version')


def read(body: object, *, counting: bool = False) -> Request:
    """Return the request of a JSON body; `counting` reads one for count_tokens. Raises `Problem`."""
    if not isinstance(body, Mapping):
        raise invalid("Input should be a valid dictionary")
    for name in body:
        if name not in (_COUNTED if counting else _FIELDS):
            raise invalid(f"{name}: Extra inputs are not permitted")
    for name in ("model", "messages") if counting else ("model", "max_tokens", "messages"):
        if name not in body:
            raise invalid(f"{name}: Field required")
    if not isinstance(body["model"], str):
        raise invalid("model: Input should be a valid string")
    turns = list(_turns(body["messages"]))
    system = _text(body.get("system", ""), "system")
    tools = _tools(body.get("tools", []))
    asked = sum(pieces.count(text) for _, text in turns) + pieces.count(system) + 20 * len(tools)
    model = names.parse(body["model"])
    if model is None:
        raise Problem(404, "not_found_error", f"model: {body['model']}")
    exchange.check(body["messages"])
    user = [text for role, text in turns if role == "user" and text.strip()] or [""]
    request = Request(model, user[-1], tuple(user[:-1]), asked + 4 * len(turns))
    return request if counting else _with_options(request, body, tools)


def _with_options(request: Request, body: Mapping[str, object], tools: list[Tool]) -> Request:
    max_tokens, stream = body["max_tokens"], body.get("stream", False)
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, int):
        raise invalid("max_tokens: Input should be a valid integer")
    if max_tokens < 0:
        raise invalid("max_tokens: Input should be greater than or equal to 0")
    if not isinstance(stream, bool):
        raise invalid("stream: Input should be a valid boolean")
    stops = body.get("stop_sequences") or []
    if not isinstance(stops, list) or not all(isinstance(stop, str) and stop.strip() for stop in stops):
        raise invalid("stop_sequences: each stop sequence must contain non-whitespace")
    asks_to_think = _thinks(_options(body, "thinking"), max_tokens)
    effort = _options(body, "output_config").get("effort")
    if effort not in (None, "low", "medium", "high", "xhigh", "max"):
        raise invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'")
    said: Any = body["messages"]  # of which everything was checked
    result, failed = exchange.result(said) or (None, False)
    done = exchange.rounds(said)
    return Request(
        request.model,
        request.prompt,
        request.earlier,
        request.input_tokens,
        max_tokens=max_tokens,
        stream=stream,
        thinks=request.model.thinks if asks_to_think is None else asks_to_think,
        call=_call(request, tools, body.get("tool_choice"), done),
        tool_result=result,
        tool_failed=failed,
        documents=tuple(documents(said)),
        stop_sequences=tuple(stops),
    )


def _options(body: Mapping[str, object], name: str) -> Mapping[str, object]:
    given = body.get(name)
    if given is not None and not isinstance(given, Mapping):
        raise invalid(f"{name}: Input should be a valid dictionary")
    return given or {}


def _thinks(thinking: Mapping[str, object], max_tokens: int) -> bool | None:
    """Return whether the request wants thinking; None when it does not say."""
    match thinking.get("type"):
        case None if not thinking:
            return None
        case "adaptive":
            if thinking.get("display") not in (None, "summarized", "omitted"):
                raise invalid("thinking.adaptive.display: Input should be 'summarized' or 'omitted'")
            return True
        case "enabled":
            budget = thinking.get("budget_tokens")
            if isinstance(budget, bool) or not isinstance(budget, int) or budget < 1024:
                raise invalid("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024")
            if budget >= max_tokens:
                raise invalid("`max_tokens` must be greater than `thinking.budget_tokens`")
            return True
        case "disabled":
            return False
        case "between_tools":
            return None
    raise invalid(
        "thinking: Input tag does not match any of the expected tags: 'adaptive', 'enabled', "
        "'disabled', 'between_tools'"
    )


def _turns(messages: object) -> Iterator[tuple[str, str]]:
    """Yield role and text of each message."""
    if not isinstance(messages, list):
        raise invalid("messages: Input should be a valid list")
    if not messages:
        raise invalid("messages: at least one message is required")
    role = ""
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        role, content = _turn(message, where)
        text = _text(content, f"{where}.content")
        if not text.strip() and isinstance(content, str):
            raise invalid(f"{where}: all messages must have non-empty content")
        yield role, text
    if role != "user":
        raise invalid(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )


def _turn(message: object, where: str) -> tuple[str, object]:
    """Return role and content of a message."""
    if not isinstance(message, Mapping):
        raise invalid(f"{where}: Input should be a valid dictionary")
    role = message.get("role")
    if role not in ("user", "assistant"):
        raise invalid(f'{where}.role: Input should be "user" or "assistant"')
    if "content" not in message:
        raise invalid(f"{where}.content: Field required")
    for name in message:
        if name not in ("role", "content"):
            raise invalid(f"{where}.{name}: Extra inputs are not permitted")
    return str(role), message["content"]


def _text(content: object, where: str) -> str:
    """Return the text of a content: a string, or a list of blocks. Raises `Problem`."""
    if isinstance(content, str):
        texts = [content]
    elif isinstance(content, list):
        texts = []
        for index, block in enumerate(content):
            if not isinstance(block, Mapping) or not isinstance(block.get("type"), str):
                raise invalid(f"{where}.{index}: Input should be a valid content block")
            text = block.get("text", "")
            if not isinstance(text, str) or (block["type"] == "text" and not text.strip()):
                raise invalid(f"{where}.{index}.text: text content blocks must contain non-whitespace text")
            texts.append(text)
    else:
        raise invalid(f"{where}: Input should be a valid string or list")
    joined = "\n".join(texts)
    if len(joined) > MAX_TEXT:
        raise Problem(413, "request_too_large", "Request exceeds the maximum size")
    try:
        joined.encode()
    except UnicodeEncodeError:
        raise invalid("The request body is not valid JSON: no low surrogate in string") from None
    return joined


def _tools(tools: object) -> list[Tool]:
    if not isinstance(tools, list):
        raise invalid("tools: Input should be a valid list")
    found = []
    for index, tool in enumerate(tools):
        if not isinstance(tool, Mapping) or not isinstance(tool.get("name"), str):
            raise invalid(f"tools.{index}.name: Field required")
        schema = tool.get("input_schema")
        if not isinstance(schema, Mapping):
            raise invalid(f"tools.{index}.input_schema: Field required")
        if not _TOOL_NAME.fullmatch(tool["name"]):
            raise invalid(f"tools.{index}.name: String should match pattern '{_TOOL_NAME.pattern}'")
        found.append(Tool(tool["name"], schema))
    if len({tool.name for tool in found}) < len(found):
        raise invalid("tools: Tool names must be unique.")
    return found


def _call(request: Request, tools: list[Tool], choice: object, done: int) -> Call | None:
    """Return what to call next under a tool_choice, after `done` calls; None when all is done."""
    model = request.model
    if not (model.uses_tools or model.asks):
        return None
    match choice:
        case {"type": "none"}:
            planned = []
        case {"type": "tool", "name": name}:
            planned = [call_of(tool, request.prompt) for tool in tools if tool.name == name]
        case _:
            planned = calls(request.prompt, tools, asks=model.asks)
    return planned[done] if done < len(planned) else None
