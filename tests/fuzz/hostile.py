"""Values that nobody should send, and what may come out of them: strategies for hypothesis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tui.wire import Action, Annotation, ChannelMessage

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal must never be sent: controls but newline and tab, separators, bidi, halves of pairs."""

NASTY = (
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]0;title\x1b\\",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[31m",
    "\x1b[2J\x1b[H",
    "\x1bP+q544e\x1b\\",
    "\x1b[",
    "\x1b]",
    "\x1b",
    "\x9b31m",
    "\x9d0;t\x9c",
    "\x90q\x9c",
    "\x07",
    "\x08\x08\x08",
    "\r",
    "\x00",
    "\x7f",
    "\x85",
    "\u202eevil\u202c",
    "\u2066x\u2069",
    "\u2028",
    "\u2029",
    "\ud83d",
    "\ude00",
    "\ufeff",
    "\u200b",
    "\u200d",
    "\ufe0f",
    "\U000e0001",
    "e\u0301\u0301\u0301",
    "👩\u200d💻",
    "世界",
    "\U0010ffff",
    "[red]x[/red]",
    "[@click=app.quit]go[/]",
    "[link=https://evil.example]x[/link]",
    "[/]",
    "[x](javascript:alert(1))",
    "<!--",
    "```",
    "| a |\n|---|\n",
    "\n",
    "\t",
    " ",
    "",
    "x" * 300,
)


def texts(longest: int = 6) -> SearchStrategy[str]:
    """Texts of hostile pieces and of any characters at all, halves of surrogate pairs included."""
    any_character = st.text(st.characters(codec=None), max_size=8)
    return st.lists(st.sampled_from(NASTY) | any_character, max_size=longest).map("".join)


NUMBERS = st.sampled_from(
    [0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63), 2**64, 10**400, 0.5, -0.0, 1e308, 1e-320]
) | st.integers(-(10**20), 10**20)
ODD_NUMBERS = st.sampled_from([float("nan"), float("inf"), float("-inf")])
SCALARS: SearchStrategy[object] = st.none() | st.booleans() | NUMBERS | ODD_NUMBERS | texts(3)
KEYS: SearchStrategy[object] = texts(2) | st.sampled_from(
    ["headers", "text", "promptId", "responseId", "type", "ai", "transport", "content"]
)


class _List(list[object]):
    """A list that goes too deep to be printed."""

    def __repr__(self) -> str:
        return "<lists>"


class _Object(dict[str, object]):
    """An object that goes too deep to be printed."""

    def __repr__(self) -> str:
        return "<objects>"


def nested(value: object, depth: int, *, in_list: bool) -> object:
    """Return the value within so many lists or objects."""
    for _ in range(depth - 1):
        value = [value] if in_list else {"a": value}
    return _List([value]) if in_list else _Object(a=value)


DEEP = st.builds(nested, st.just("x"), st.sampled_from([40, 600, 3_000]), in_list=st.booleans())
JSON: SearchStrategy[object] = (
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=8,
    )
    | DEEP
)
DATA: SearchStrategy[object] = (
    JSON
    | st.binary(max_size=40)
    | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts(2)}), max_size=3)
    | st.dictionaries(st.integers() | st.binary(max_size=2) | st.none(), st.binary(max_size=3), max_size=2)
)
HEADER_NAMES = (
    "responseId",
    "promptId",
    "inReplyTo",
    "siblingOf",
    "supersedes",
    "model",
    "seq",
    "deltas",
    "stopReason",
    "error",
    "cancelledBy",
    "inputTokens",
    "outputTokens",
    "to",
    "kind",
    "label",
    "phase",
    "done",
    "toolCallId",
    "x-ably-turn-id",
    "x-ably-stream",
    "x-ably-turn-reason",
    "x-ably-cancel-turn-id",
)
TRANSPORT_NAMES = (
    "run-id",
    "run-reason",
    "step-id",
    "step-start-serial",
    "codec-message-id",
    "input-codec-message-id",
    "parent",
    "fork-of",
    "msg-regenerate",
    "supersedes",
    "error-code",
    "error-message",
    "status",
    "stream",
    "type",
    "toolCallId",
    "toolName",
)
NAMES = (
    "start",
    "token",
    "stop",
    "response-complete",
    "reasoning",
    "message",
    "tool_call",
    "tool_progress",
    "tool_result",
    "approval-request",
    "approval-response",
    "user-input",
    "prompt",
    "cancel",
    "cancelled",
    "response",
    "agent-response",
    "response-end",
    "ai-input",
    "ai-output",
    "ai-cancel",
    "ai-run-start",
    "ai-run-end",
    "ai-run-suspend",
    "ai-run-resume",
    "ai-step-start",
    "ai-step-end",
    "x-ably-turn-start",
    "x-ably-turn-end",
    "x-ably-abort",
    "x-ably-error",
    "error",
)
HEADERS: SearchStrategy[object] = (
    st.dictionaries(
        st.sampled_from(HEADER_NAMES) | texts(1),
        st.sampled_from(["r1", "r2", "p1", "0", "7", "-1", "9" * 20, "٣"]) | texts(2) | SCALARS,
        max_size=6,
    )
    | SCALARS
    | DEEP
)
TRANSPORT: SearchStrategy[object] = st.dictionaries(
    st.sampled_from(TRANSPORT_NAMES) | texts(1),
    st.sampled_from(["r1", "r2", "s1", "true", "complete", "streaming"]) | texts(2) | SCALARS,
    max_size=6,
)
EXTRAS: SearchStrategy[dict[str, object]] = st.builds(
    lambda headers, more: {**more, "headers": headers},
    HEADERS,
    st.dictionaries(texts(1), JSON, max_size=2)
    | st.fixed_dictionaries(
        {"ai": st.fixed_dictionaries({"transport": TRANSPORT, "codec": TRANSPORT | JSON}) | TRANSPORT | JSON}
    ),
) | st.dictionaries(st.sampled_from(["headers", "ai", "userClaim", "ref"]), JSON, max_size=3)
SERIALS = st.sampled_from([f"0{n}-000@a:000" for n in range(8)] + ["", "0", "\uffff", "~"]) | texts(1)
IDENTITIES = st.none() | st.sampled_from(["ana", "ben", "c1", "c2", "*", ""]) | texts(2)
TIMES = st.integers(-(10**18), 10**18) | st.sampled_from([0, 1_800_000_000_000, 1_800_000_000_001])
MESSAGES: SearchStrategy[ChannelMessage] = st.builds(
    ChannelMessage,
    serial=SERIALS,
    timestamp=TIMES,
    received=TIMES,
    name=st.sampled_from(NAMES) | st.none() | texts(2),
    data=DATA,
    id=IDENTITIES,
    client_id=IDENTITIES,
    connection_id=IDENTITIES,
    extras=EXTRAS,
    action=st.sampled_from(Action) | st.just(Action.CREATE),
    version=st.none() | SERIALS,
    encoding=st.sampled_from([None] * 8 + ["utf-8/cipher+aes-128-cbc", "vcdiff\x1b[31m"]),
    metadata=st.just({}) | st.dictionaries(st.sampled_from(HEADER_NAMES), SCALARS, max_size=2),
    summary=st.none() | st.dictionaries(texts(1), JSON, max_size=2),
    live=st.booleans(),
)


def strings_in(value: object, skipped: frozenset[str], seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """Yield every text in a value: of its fields, properties, items and keys; not of what was published as
    it came (a `ChannelMessage`, an `Annotation`), of what is private, nor of the fields that are skipped.
    """
    if isinstance(value, str):
        yield str(value)
    if isinstance(value, str | bytes | Enum | ChannelMessage | Annotation) or id(value) in seen:
        return
    seen |= {id(value)}
    if isinstance(value, dict):
        for key, item in value.items():
            yield from strings_in(key, skipped, seen)
            yield from strings_in(item, skipped, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from strings_in(item, skipped, seen)
    elif is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value)]
        names += [name for name, member in vars(type(value)).items() if isinstance(member, property)]
        for name in names:
            if not name.startswith("_") and name not in skipped:
                yield from strings_in(getattr(value, name), skipped, seen)


def assert_clean(value: object, *, skipped: frozenset[str] = frozenset()) -> None:
    """Fail when any text in the value could do something to a terminal; fields by these names may."""
    for text in strings_in(value, skipped):
        found = CONTROL.search(text)
        assert found is None, f"{found.group()!r} in {text[:200]!r}"
