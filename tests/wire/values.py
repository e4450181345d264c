"""What wire's tests are made of: messages, and strategies for values and for anything that may be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

from tui.wire import (
    Action,
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    Cancelled,
    ChannelMessage,
    Kind,
    Outgoing,
    Part,
    Publication,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    Whole,
    clean_text,
)


def message(
    name: str | None = None,
    data: object = None,
    headers: Mapping[str, object] | None = None,
    *,
    extras: Mapping[str, object] | None = None,
    action: Action = Action.CREATE,
    metadata: Mapping[str, object] | None = None,
    encoding: str | None = None,
    serial: str = "s1",
) -> ChannelMessage:
    """A message with these parts, and else what every message has."""
    return ChannelMessage(
        serial=serial,
        timestamp=0,
        received=0,
        name=name,
        data=data,
        encoding=encoding,
        extras={"headers": headers} if headers is not None else extras or {},
        action=action,
        metadata=metadata or {},
    )


def arrived(publication: Publication, serial: str = "s1") -> ChannelMessage:
    """The message that a subscriber gets of a publication."""
    return message(
        publication.name,
        publication.data,
        extras=publication.extras,
        action=publication.action,
        metadata=publication.metadata,
        serial=publication.serial or serial,
    )


def transport(
    name: str | None,
    kind: str | None = None,
    data: object = None,
    headers: Mapping[str, object] | None = None,
    fields: Mapping[str, object] | None = None,
    action: Action = Action.CREATE,
) -> ChannelMessage:
    """A message of AI Transport, of run `R`."""
    codec = {**({} if kind is None else {"kind": kind}), **(fields or {})}
    tiers = {"transport": {"run-id": "R", **(headers or {})}, "codec": codec}
    return message(name, data, extras={"ai": tiers}, action=action)


def session(codec: str) -> list[ChannelMessage]:
    """A session that the JavaScript package 0.8.0 published through a channel server: every message, in the
    order of its arrival, ids and serials shortened.
    """
    sent = json.loads(Path(__file__).with_name(f"transport_{codec}.json").read_text(encoding="utf-8"))
    return [
        message(
            each.get("name"),
            each.get("data"),
            extras=each["extras"],
            action=Action[each["action"].upper()],
            serial=each["serial"],
        )
        for each in sent
    ]


ids = st.text("abcXYZ0189_-:é", min_size=1, max_size=40)
maybe = st.none() | ids
counts = st.none() | st.integers(0, 10**12)
harmless = st.text().map(clean_text)
json_texts = st.sampled_from(["", "{}", '{"city":"Rome"}', "[1]", "half {"]) | st.text()
calls = st.one_of(
    st.builds(ToolCall, maybe, ids, maybe, json_texts, st.booleans()),
    st.builds(ToolProgress, maybe, ids, ids, st.none() | st.floats(0, 100), maybe),
    st.builds(ToolResult, maybe, ids, json_texts, maybe, st.booleans()),
)
approvals = st.one_of(
    st.builds(ApprovalRequest, maybe, ids, ids, json_texts),
    st.builds(ApprovalResponse, ids, st.booleans(), maybe, maybe),
)
stops = st.builds(
    Stop,
    maybe,
    stop_reason=maybe,
    error=maybe,
    cancelled_by=maybe,
    input_tokens=counts,
    output_tokens=counts,
)
texts = st.one_of(
    st.builds(Text, maybe, st.text(), seq=counts, deltas=st.integers(1, 10**6)),
    st.builds(Text, maybe, st.text(), seq=counts, deltas=st.integers(1, 10**6), whole=st.just(True)),
    st.builds(Text, maybe, st.text(), seq=st.integers(0, 99), kind=st.just(Kind.THINKING)),
    st.builds(Text, maybe, st.text(), kind=st.just(Kind.THINKING), whole=st.just(True)),
)
prompts = st.builds(
    UserInput,
    ids,
    harmless,
    to=maybe,
    model=maybe,
    in_reply_to=maybe,
    sibling_of=maybe,
    within=maybe,
    part=st.booleans(),
    models=st.lists(ids, unique=True, max_size=4).map(tuple),
)
outgoing: st.SearchStrategy[Outgoing] = st.one_of(
    prompts,
    st.builds(
        Start,
        maybe,
        prompt_id=maybe,
        in_reply_to=maybe,
        model=maybe,
        supersedes=st.lists(ids, unique=True, max_size=4).map(tuple),
        sibling_of=maybe,
    ),
    texts,
    stops,
    st.builds(Whole, maybe, st.text()),
    calls,
    approvals,
    st.builds(Cancel, ids, maybe) | st.builds(Cancel, st.none(), ids),
    st.builds(Cancelled, ids),
    st.builds(Best, ids, maybe, st.booleans()),
)
parts = st.builds(
    Part,
    ids,
    st.text(),
    st.sampled_from(Kind),
    prompt_id=maybe,
    model=maybe,
    done=st.booleans(),
    label=st.just("") | ids,
    continues=st.booleans(),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
