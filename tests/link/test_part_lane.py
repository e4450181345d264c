"""Messages that grow, without a network: a channel that applies, refuses and forgets is a few lines."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tui.link.budget import Bucket
from tui.link.chunks import LIMIT
from tui.link.item import IDEMPOTENT, Item
from tui.link.outbox import Outbox
from tui.link.part_lane import Growth, PartLane
from tui.wire import (
    Action,
    Annotation,
    Citation,
    Cite,
    Kind,
    Outgoing,
    Publication,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    Whole,
)

START = Start("r", "p", model="haiku")


@dataclass
class Message:
    name: str | None
    text: str
    headers: dict[str, str]
    done: bool = False
    versions: int = 1


@dataclass
class Channel:
    """What a server would have."""

    messages: dict[str, Message] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """Serials, by the ids that are remembered."""
    kept: dict[str, str] = field(default_factory=dict)
    """Serials, by the ids that history has."""
    growing: bool = True

    def allows(self, item: Item) -> bool:
        said = item.published
        return self.growing or isinstance(said, Annotation) or said.action is Action.CREATE

    def take(self, item: Item) -> str:
        """Apply a message; return its serial."""
        said = item.published
        if isinstance(said, Annotation):
            self.annotations.append(said)
            return "annotation"
        if said.action is Action.CREATE:
            serial = self.ids.setdefault(item.id, f"s{len(self.messages):04d}")
            assert self.kept.setdefault(item.id, serial) == serial, "nothing is published twice"
            text = said.data if isinstance(said.data, str) else ""
            done = said.headers.get("phase") == "done"
            self.messages.setdefault(serial, Message(said.name, text, dict(said.headers), done))
            return serial
        assert said.serial is not None
        message = self.messages[said.serial]
        assert isinstance(said.data, str)
        message.text = message.text + said.data if said.action is Action.APPEND else said.data
        message.done = said.metadata["phase"] == "done"
        message.versions += 1
        assert len(message.text.encode()) <= LIMIT
        return f"{said.serial}v{message.versions}"

    @property
    def names(self) -> list[str | None]:
        return [message.name for message in self.messages.values()]

    def text(self, kind: Kind = Kind.TEXT) -> str:
        """What a subscriber makes of it."""
        text = ""
        names = {"response", "token"} if kind is Kind.TEXT else {"thinking", "reasoning"}
        for message in self.messages.values():
            if message.name in names:
                text += message.text
            elif message.name == "response-complete" and kind is Kind.TEXT:
                text = message.text
        return text


def outbox(pattern: str = "response", window: float = 0.0) -> Outbox:
    return Outbox(bucket=Bucket(None), window=window, nonce="n", pattern=pattern)  # type: ignore[arg-type]


def settle(box: Outbox, channel: Channel, now: float = 1.0) -> None:
    """Have everything that waits happen; what the channel does not allow is refused for good."""
    while (item := box.next(now)) is not None:
        if channel.allows(item):
            box.accepted(item, channel.take(item))
        elif not box.fall_back(item, rule=True):
            box.refused(item, retry=False)


def say(box: Outbox, channel: Channel, *values: Outgoing | Cite) -> None:
    """Say one after another, each when the one before has been taken."""
    for value in values:
        box.put(value)
        settle(box, channel)


def test_a_response_is_one_message_that_grows() -> None:
    box, channel = outbox(), Channel()
    say(box, channel, START, Text("r", "Hel"), Text("r", "lo"), Stop("r", "end_turn", output_tokens=2))
    assert channel.names == ["response", "response-end"]
    part, end = channel.messages.values()
    assert (part.text, part.done) == ("Hello", True)
    assert part.headers == {"responseId": "r", "promptId": "p", "model": "haiku"}
    assert end.headers == {"responseId": "r", "stopReason": "end_turn", "outputTokens": "2"}
    assert box.unfinished == 0


def test_nothing_is_appended_before_the_serial_is_known_and_one_at_a_time() -> None:
    box, channel = outbox(), Channel()
    for value in (START, Text("r", "a"), Text("r", "b")):
        box.put(value)
    create = box.next(1.0)
    assert create is not None
    assert box.next(1.0) is None
    box.accepted(create, channel.take(create))
    append = box.next(1.0)
    assert append is not None
    assert isinstance(append.published, Publication)
    assert (append.published.action, append.published.data) == (Action.APPEND, "ab")
    box.put(Text("r", "c"))
    assert box.next(1.0) is None
    assert box.wait(1.0) is None


def test_appends_wait_for_the_window() -> None:
    box, channel = outbox(window=0.5), Channel()
    say(box, channel, START, Text("r", "a"))
    box.put(Text("r", "b"))
    assert box.next(1.1) is None
    assert box.wait(1.1) == pytest.approx(0.4)
    settle(box, channel, 1.5)
    assert channel.text() == "ab"


def test_thinking_tools_and_text_are_messages_of_their_own_in_order() -> None:
    box, channel = outbox(), Channel()
    say(
        box,
        channel,
        START,
        Text("r", "hm", kind=Kind.THINKING),
        Text("r", "Let me look."),
        ToolCall("r", "c", "read", "{}"),
        ToolResult("r", "c", "1"),
        Text("r", "It is "),
        Text("r", "1."),
        Stop("r"),
    )
    assert [(m.name, m.text) for m in channel.messages.values() if m.name != "tool_call"] == [
        ("response", ""),
        ("thinking", "hm"),
        ("response", "Let me look."),
        ("tool_result", ""),
        ("response", "It is 1."),
        ("response-end", ""),
    ]
    assert all(m.done for m in channel.messages.values() if m.name in {"response", "thinking"})


def test_silence_is_an_empty_append() -> None:
    box, channel = outbox(), Channel()
    say(box, channel, START, Text("r", "a"), Text("r", ""), ToolCall("r", "c", "run"), Text("r", ""))
    part = channel.messages["s0000"]
    assert (part.text, part.done, part.versions) == ("a", True, 5)
    assert channel.names == ["response", "tool_call"]


def test_a_part_ends_before_it_is_too_large() -> None:
    box, channel = outbox(), Channel()
    text = "語" * 50_000
    say(box, channel, START, Text("r", "a"), Text("r", text), Stop("r"))
    parts = [message for message in channel.messages.values() if message.name == "response"]
    assert len(parts) == 3
    assert all(part.done for part in parts)
    assert channel.text() == "a" + text


@pytest.mark.parametrize("applied", [False, True])
def test_an_append_of_unknown_outcome_is_followed_by_the_whole_part(applied: bool) -> None:
    box, channel = outbox(), Channel()
    say(box, channel, START, Text("r", "a"))
    box.put(Text("r", "b"))
    append = box.next(1.0)
    assert append is not None
    if applied:
        channel.take(append)
    box.unknown(append)
    again = box.next(1.0)
    assert again is not None
    assert isinstance(again.published, Publication)
    assert (again.published.action, again.published.data) == (Action.UPDATE, "ab")
    box.accepted(again, channel.take(again))
    say(box, channel, Text("r", "c"), Stop("r"))
    assert channel.text() == "abc"
    assert channel.names == ["response", "response-end"]


def test_an_append_that_arrives_late_is_put_right_at_the_end_of_the_part() -> None:
    box, channel = outbox(), Channel()
    say(box, channel, START, Text("r", "a"))
    box.put(Text("r", "b"))
    append = box.next(1.0)
    assert append is not None
    box.unknown(append)
    settle(box, channel)
    channel.take(append)  # from a connection that was given up
    assert channel.text() == "abb"
    say(box, channel, Text("r", "c"), Stop("r"))
    assert channel.text() == "abc"


def test_on_another_connection_the_whole_part_is_said_first() -> None:
    box, channel = outbox(), Channel()
    say(box, channel, START, Text("r", "a"))
    box.renewed()
    box.put(Text("r", "b"))
    item = box.next(1.0)
    assert item is not None
    assert isinstance(item.published, Publication)
    assert (item.published.action, item.published.data) == (Action.UPDATE, "ab")
    box.accepted(item, channel.take(item))
    box.put(Text("r", "c"))
    item = box.next(1.0)
    assert item is not None
    assert isinstance(item.published, Publication)
    assert item.published.action is Action.APPEND


def test_a_server_that_tells_no_serial_gets_further_parts() -> None:
    box = outbox()
    channel = Channel()
    for value in (START, Text("r", "a"), Text("r", "b"), Stop("r")):
        box.put(value)
        for _ in range(5):
            item = box.next(1.0)
            if item is not None:
                channel.take(item)
                first = len(channel.messages) < 2
                box.accepted(item, None if first else list(channel.messages)[-1])
    settle(box, channel)
    assert channel.text() == "ab"
    assert channel.names[-1] == "response-end"


def test_a_beginning_that_was_withdrawn_leaves_the_rest() -> None:
    box, channel = outbox(), Channel()
    start = box.put_alone(START)
    item = box.next(1.0)
    assert item is start
    assert not box.withdraw(item)
    box.unknown(item)
    say(box, channel, Text("r", "a"), Stop("r"))
    again = box.put_alone(Start("q"))
    item = box.next(1.0)
    assert item is again
    box.unknown(item)
    assert not box.withdraw(item)
    say(box, channel, Text("q", "b"), Stop("q"))
    assert channel.names == ["response", "response-end"] * 2
    assert channel.text() == "ab"


class TestRefused:
    @pytest.mark.parametrize("pattern", ["auto", "response"])
    def test_the_first_append_falls_back_to_tokens(self, pattern: str) -> None:
        box, channel = outbox(pattern), Channel(growing=False)
        say(box, channel, START, Text("r", "a"), Text("r", "b", kind=Kind.THINKING), Text("r", "c"))
        say(box, channel, ToolCall("r", "t", "run"), Text("r", "d"), Stop("r"))
        assert channel.text() == "acd"
        assert channel.text(Kind.THINKING) == "b"
        assert channel.names[:3] == ["response", "start", "token"]
        assert channel.names[-1] == "stop"
        assert box.unfinished == 0
        say(box, channel, Start("q"), Text("q", "x"), Stop("q"))
        again = ["start"] if pattern == "auto" else ["response", "start"]
        assert channel.names[-2 - len(again) :] == [*again, "token", "stop"]

    def test_later_only_the_rest_is_said_by_tokens(self) -> None:
        box, channel = outbox(), Channel()
        say(box, channel, START, Text("r", "a"))
        channel.growing = False
        say(box, channel, Text("r", "b"), Text("r", "c"), Stop("r"))
        assert channel.names == ["response", "token", "token", "stop"]
        assert channel.text() == "abc"

    @pytest.mark.parametrize("applied", [False, True])
    def test_in_doubt_the_whole_text_is_said_in_the_end(self, applied: bool) -> None:
        box, channel = outbox(), Channel()
        say(box, channel, START, Text("r", "a"))
        box.put(Text("r", "b"))
        append = box.next(1.0)
        assert append is not None
        if applied:
            channel.take(append)
        box.unknown(append)
        channel.growing = False
        settle(box, channel)
        say(box, channel, Text("r", "c"), Stop("r"))
        assert channel.names[-2:] == ["response-complete", "stop"]
        assert channel.text() == "abc"

    def test_an_append_that_is_refused_for_another_reason_is_made_good_in_the_end(self) -> None:
        box, channel = outbox(), Channel()
        say(box, channel, START, Text("r", "a"))
        box.put(Text("r", "b"))
        item = box.next(1.0)
        assert item is not None
        assert not box.fall_back(item, rule=False)
        assert not box.refused(item, retry=False)
        say(box, channel, Text("r", "c"), Stop("r"))
        assert channel.names == ["response", "response", "response-complete", "response-end"]
        assert channel.text() == "abc"

    def test_what_is_no_text_is_tried_once_more_before_the_end(self) -> None:
        box, channel = outbox(), Channel()
        say(box, channel, START)
        box.put(ToolResult("r", "c", "1"))
        for _ in range(2):
            item = box.next(1.0)
            assert item is not None
            if isinstance(item.value, ToolResult):
                box.refused(item, retry=False)
            else:
                box.accepted(item, channel.take(item))
        say(box, channel, Stop("r"))
        assert channel.names == ["response", "tool_result", "response-end"]


class TestCitations:
    def test_they_are_annotations_of_the_part_in_which_they_begin(self) -> None:
        box, channel = outbox(), Channel()
        cite = Cite("r", Citation("source", start=5, end=7))
        say(
            box,
            channel,
            START,
            Text("r", "ab😀"),
            ToolResult("r", "c", "1"),
            Text("r", "cdef"),
            cite,
            Stop("r"),
        )
        (annotation,) = channel.annotations
        assert channel.messages[annotation.message_serial].text == "cdef"
        assert annotation.type == "citations:multiple.v1"
        assert annotation.data == {"startOffset": 1, "endOffset": 3}
        assert channel.messages["s0000"].text == "ab😀"

    @pytest.mark.parametrize("pattern", ["token", "response"])
    def test_they_never_hold_up_the_text(self, pattern: str) -> None:
        box, channel = outbox(pattern), Channel()
        cite = Cite("r", Citation("source"))
        say(box, channel, cite, START, Text("r", "a"))
        box.put(cite)
        item = box.next(1.0)
        assert item is not None
        box.refused(item, retry=False)
        say(box, channel, Text("r", "b"), Stop("r"))
        assert channel.text() == "ab"
        assert channel.annotations == []
        assert channel.names[-1] in {"stop", "response-end"}
        assert "response-complete" not in channel.names


values = st.lists(
    st.one_of(
        st.text(max_size=5).map(lambda text: Text("r", text)),
        st.text(max_size=3).map(lambda text: Text("r", text, kind=Kind.THINKING)),
        st.just(ToolCall("r", "c", "run")),
        st.just(Cite("r", Citation("source", start=0, end=1))),
    ),
    max_size=20,
)
FATES = ("accepted",) * 4 + ("unheard", "lost", "later", "never", "rule", "renewed", "dark")


def meet(fate: str, box: Outbox, channel: Channel, item: Item) -> None:
    """Have a message that was sent meet its fate."""
    change = isinstance(item.published, Publication) and item.published.action is not Action.CREATE
    match fate:
        case "accepted":
            box.accepted(item, channel.take(item))
        case "unheard" | "dark":
            channel.take(item)
            box.unknown(item)
        case "lost":
            box.unknown(item)
        case "later":
            box.refused(item, retry=True)
        # Where even what puts it right is refused for good, nothing can be promised.
        case "never" if not isinstance(item.value, Stop | Whole):
            _ = box.fall_back(item, rule=False) or box.refused(item, retry=False)
        case "rule" if change:
            _ = box.fall_back(item, rule=True) or box.refused(item, retry=False)
        case _:
            box.unknown(item)
            box.renewed()


@settings(max_examples=300)
@example([Text("r", ""), Text("r", "", kind=Kind.THINKING)], ["accepted"] * 4 + ["never"], True)
@given(values, st.lists(st.sampled_from(FATES), max_size=60), st.booleans())
def test_whatever_happens_the_text_is_what_was_published(
    said: Sequence[Outgoing | Cite], fates: list[str], eager: bool
) -> None:
    box, channel = outbox("auto"), Channel()
    coming = itertools.chain(fates, itertools.repeat("accepted"))
    now = 1.0

    def run(most: int) -> None:
        nonlocal now
        for fate in itertools.islice(coming, most):
            for late in box.doubtful(now):
                if late.id in channel.kept:
                    assert box.found(late, channel.kept[late.id])
                else:
                    box.absent(late, sure=True)
            item = box.next(now)
            if item is None:
                return
            meet(fate, box, channel, item)
            if fate == "dark":
                now += 1.5 * IDEMPOTENT
                channel.ids.clear()

    for value in (START, *said, Stop("r")):
        box.put(value)
        if eager:
            run(2)
    run(2_000)
    assert (box.unfinished, box.queued) == (0, 0)
    assert channel.names[-1] in {"stop", "response-end"}
    texts = [value for value in said if isinstance(value, Text)]
    assert channel.text() == "".join(text.text for text in texts if text.kind is Kind.TEXT)
    if not {"never", "rule"} & set(fates):
        assert "response-complete" not in channel.names
        assert channel.text(Kind.THINKING) == "".join(t.text for t in texts if t.kind is Kind.THINKING)


def test_it_is_a_lane_by_itself() -> None:
    numbers = itertools.count()
    lane = PartLane(
        "r:r", lambda: f"n{next(numbers)}", response_id="r", growth=Growth(), window=0.0, binary=True
    )
    lane.add(ToolResult("r", "c", "1"))
    item = lane.take(1.0)
    assert not lane.finished
    lane.accepted(item, "s")
    assert lane.finished
