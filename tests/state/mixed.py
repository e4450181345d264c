"""Logs that mix every pattern, for properties of the reducer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from tests.messages import Channel, serial_of
from tui.wire import (
    Action,
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    Cancelled,
    ChannelMessage,
    Outgoing,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    Whole,
)

SENDERS = [("ana", "c1"), ("ana", "c2"), ("ben", "c3"), (None, "c4")]
PIECES = ["a", "b ", "\n", "", "\x1b[3", "1m", "\ud83d", "\ude00", "世"]
RESPONSE_IDS = ["r1", "r2", "~ana"]


@dataclass
class MutableChannel(Channel):
    """A channel whose messages can be appended to, updated and deleted."""

    extras: dict[str, dict[str, Any]] = field(default_factory=dict)

    def create(
        self,
        name: str | None,
        data: object,
        extras: dict[str, Any],
        sender: tuple[str | None, str] = ("agent", "c1"),
    ) -> ChannelMessage:
        """Publish a message with any extras."""
        message = self.message(name, data, client=sender[0], connection=sender[1])
        message = self.log[-1] = replace(message, extras=extras, version=message.serial)
        return message

    def revise(
        self,
        first: ChannelMessage,
        action: Action,
        data: object,
        *,
        bare: bool = False,
        phase: str | None = None,
    ) -> ChannelMessage:
        """Append to a message, update or delete it; `bare` is without name and headers."""
        self.count += 1
        message = replace(
            first,
            action=action,
            data=data,
            version=serial_of(self.count),
            metadata={"phase": phase} if phase else {},
            name=None if bare else first.name,
            extras={} if bare else first.extras,
        )
        self.log.append(message)
        return message


def ai(**tiers: dict[str, str]) -> dict[str, Any]:
    """Extras of AI Transport."""
    return {"ai": {"transport": tiers.get("transport", {}), "codec": tiers.get("codec", {})}}


ids = st.sampled_from([*RESPONSE_IDS, None])
known = st.sampled_from(RESPONSE_IDS)
prompts = st.sampled_from(["p1", "p2"])
calls = st.sampled_from(["t1", "t2"])
pieces = st.sampled_from(PIECES)


def values() -> st.SearchStrategy[Outgoing]:
    """Everything that we publish ourselves."""
    seq = st.none() | st.integers(0, 6)
    return st.one_of(
        st.builds(
            Start,
            ids,
            prompt_id=st.none() | prompts,
            model=st.none() | st.just("m"),
            in_reply_to=st.none() | known,
            supersedes=st.sampled_from([(), (), ("r1",)]),
        ),
        st.builds(Text, ids, pieces, seq=seq),
        st.builds(Text, known, pieces, seq=st.integers(0, 4)),
        st.builds(Stop, ids, error=st.none() | st.just("e"), cancelled_by=st.none() | st.just("ben")),
        st.builds(Whole, known, st.sampled_from(["whole", ""])),
        st.builds(UserInput, prompts, st.sampled_from(["why?", "how?"]), within=st.none() | known),
        st.builds(UserInput, prompts, st.sampled_from(["one", "two"]), part=st.just(True)),
        st.builds(ToolCall, ids, calls, st.just("f"), st.sampled_from(["{}", '{"a":1}'])),
        st.builds(ToolProgress, ids, calls, st.just("busy"), st.just(50.0)),
        st.builds(ToolResult, ids, calls, st.just("ok"), failed=st.booleans()),
        st.builds(ApprovalRequest, st.none() | ids, calls, st.just("f"), st.just("{}")),
        st.builds(ApprovalResponse, calls, st.booleans(), st.none() | st.just("why not")),
        st.builds(Cancel, known),
        st.builds(Cancel, st.none(), prompts),
        st.builds(Cancelled, known),
        st.builds(Best, known, taken_back=st.booleans()),
    )


steps = st.sampled_from(["s1", "s2"])


@st.composite
def logs(draw: st.DrawFn, size: int = 22) -> list[ChannelMessage]:  # noqa: C901  a case a pattern
    """What any number of publishers say on one channel, in the order of the channel."""
    channel = MutableChannel()
    open_: list[ChannelMessage] = []
    attempts: list[tuple[str, str, str]] = []
    for _ in range(draw(st.integers(0, size))):
        sender = draw(st.sampled_from(SENDERS))
        match draw(st.sampled_from("vvvvcraarxxxs")):
            case "v":
                value = draw(values())
                message = channel.publish(value, client=sender[0], connection=sender[1])
                if not isinstance(value, Text | Cancel | Cancelled):
                    open_.append(message)
            case "c":
                headers = draw(
                    st.sampled_from(
                        [{"responseId": "r1"}, {"responseId": "r2", "promptId": "p1"}, {"promptId": "p2"}]
                    )
                )
                name = draw(st.sampled_from(["response", "agent-response", "any"]))
                open_.append(channel.create(name, draw(pieces), {"headers": headers}, sender))
            case "r":
                data = draw(st.sampled_from(["odd", None, {"x": 1}]))
                open_.append(channel.create("odd", data, {}, sender))
            case "a" if open_:
                actions = [Action.APPEND, Action.APPEND, Action.APPEND, Action.UPDATE, Action.DELETE]
                channel.revise(
                    draw(st.sampled_from(open_)),
                    draw(st.sampled_from(actions)),
                    draw(pieces),
                    bare=draw(st.booleans()),
                    phase=draw(st.sampled_from([None, "done", "streaming"])),
                )
            case "x":
                transport: dict[str, str] = {"run-id": draw(known)}
                name = draw(
                    st.sampled_from(["ai-step-start", "ai-step-end", "ai-output", "ai-output", "ai-output"])
                )
                kind: dict[str, str] = {}
                if name == "ai-step-start":
                    step = draw(steps)
                    message = channel.create(name, None, ai(transport=transport | {"step-id": step}), sender)
                    attempts.append((transport["run-id"], step, message.serial))
                    continue
                if attempts:
                    run, step, serial = draw(st.sampled_from(attempts))
                    transport = {"run-id": run, "step-id": step, "step-start-serial": serial}
                if name == "ai-output":
                    kind = draw(
                        st.sampled_from(
                            [
                                {"kind": "text"},
                                {"kind": "reasoning"},
                                {"kind": "tool-input", "toolCallId": "t1", "toolName": "f"},
                                {"kind": "tool-output-available", "toolCallId": "t1"},
                            ]
                        )
                    )
                    transport |= {"codec-message-id": "m1", "stream": "true", "status": "streaming"}
                open_.append(channel.create(name, draw(pieces), ai(transport=transport, codec=kind), sender))
            case "s":
                name = draw(
                    st.sampled_from(["ai-run-start", "ai-run-suspend", "ai-run-resume", "ai-run-end"])
                )
                transport = {"run-id": draw(known), "input-codec-message-id": draw(prompts)}
                channel.create(name, None, ai(transport=transport), sender)
    return channel.log
