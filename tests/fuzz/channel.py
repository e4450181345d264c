"""What holds for whatever comes from a channel: the cleaner, the decoder and the reducer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import get_args

from hypothesis import strategies as st

from tests.fuzz.hostile import (
    EXTRAS,
    HEADER_NAMES,
    IDENTITIES,
    MESSAGES,
    NASTY,
    assert_clean,
    texts,
)
from tests.fuzz.target import Property
from tests.messages import Channel
from tui.state import Conversation, Response
from tui.wire import (
    Action,
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    Cancelled,
    ChannelMessage,
    Cleaner,
    Outgoing,
    Said,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    UserInput,
    Whole,
    clean_line,
    clean_text,
    decode,
)

FAR = 10**15
SERIALS = frozenset({"serial", "start_serial", "step"})
"""Fields that hold serials as they came, by which messages are told apart and which nobody is shown."""
PIECES = frozenset({"text", "arguments", "result"})
"""Fields of what was decoded that are pieces of a longer text, which is cleaned when all of it is known."""


# The cleaner


def cleans(value: tuple[str, list[int]]) -> None:
    text, sizes = value
    whole = clean_text(text)
    assert_clean(whole)
    assert clean_text(whole) == whole
    line = clean_line(text, 40)
    assert_clean(line)
    assert "\n" not in line
    assert "\t" not in line
    assert len(line) <= 40
    cleaner = Cleaner()
    pieces = [cleaner.feed(piece) for piece in cut(text, sizes)]
    assert "".join(pieces) + cleaner.finish() == whole
    whole.encode()


def cut(text: str, sizes: Sequence[int]) -> list[str]:
    """Cut a text into pieces of these sizes; the rest is the last."""
    ends = [*accumulate(sizes), len(text)]
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


# The decoder


def decodes(message: ChannelMessage) -> None:
    said = decode(message)
    assert isinstance(said, get_args(Said))
    for name in ("responseId", "error", *HEADER_NAMES):
        message.header(name)
    assert_clean(said, skipped=PIECES)


_IDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
_MAYBE = st.none() | _IDS
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_CLEAN = _TEXTS.map(clean_text)
_COUNTS = st.none() | st.integers(0, 10**15 - 1)
SEQ = st.none() | st.integers(0, 10**15 - 1)
SAID: st.SearchStrategy[Outgoing] = st.one_of(
    st.builds(UserInput, _IDS, _CLEAN, to=_MAYBE, model=_MAYBE, in_reply_to=_MAYBE),
    st.builds(Start, _IDS, prompt_id=_MAYBE, in_reply_to=_MAYBE, model=_MAYBE),
    st.builds(Text, _IDS, _TEXTS, seq=SEQ, deltas=st.integers(1, 10**6)),
    st.builds(
        Stop,
        _IDS,
        stop_reason=_MAYBE,
        error=_MAYBE,
        cancelled_by=_MAYBE,
        input_tokens=_COUNTS,
        output_tokens=_COUNTS,
    ),
    st.builds(Whole, _IDS, _TEXTS),
    st.builds(ToolCall, _IDS, _IDS, _IDS, st.just('{"a":1}')),
    st.builds(ToolResult, _IDS, _IDS, _TEXTS, name=_IDS, failed=st.booleans()),
    st.builds(ApprovalRequest, _IDS, _IDS, _IDS, st.just('{"a":1}')),
    st.builds(ApprovalResponse, _IDS, st.booleans(), reason=_MAYBE, response_id=_IDS),
    st.builds(Cancel, _IDS),
    st.builds(Cancelled, _IDS),
    st.builds(Best, _IDS, taken_back=st.booleans()),
)


def comes_back(value: Outgoing) -> None:
    assert decode(Channel().publish(value)) == value


# The reducer


def takes_anything(messages: list[ChannelMessage]) -> None:
    conversation = Conversation()
    half = len(messages) // 2
    changes = [conversation.apply(message) for message in messages[:half]]
    changes.append(conversation.apply_all(messages[half:]))
    changes.append(conversation.apply_all(messages[:half]))
    changes.extend(conversation.tick(now) for now in (0, -FAR, FAR, 2 * 10**18))
    for response in conversation.responses.values():
        assert_clean(response, skipped=SERIALS)
        response.elapsed(FAR)
    assert_clean([list(some) for some in changes], skipped=SERIALS)
    assert_clean(list(conversation.responses))
    for key, response in conversation.responses.items():
        assert response.key == key


Exchange = tuple[list[ChannelMessage], int]


@st.composite
def traffic(draw: st.DrawFn) -> Exchange:
    """Messages of several publishers as they are meant to be, interleaved, and a seed for their disorder."""
    random = Random(draw(st.integers(0, 2**32)))
    channel = Channel()
    running: list[list[Outgoing]] = []
    for number in range(draw(st.integers(1, 4))):
        model, prompt = draw(texts(1)), f"p{number}"
        pieces = draw(st.lists(texts(2), max_size=8))
        said: list[Outgoing] = [
            UserInput(prompt, draw(texts(2)), to=draw(IDENTITIES)),
            Start(f"r{number}", prompt, model=model),
            *(Text(f"r{number}", piece, seq=at) for at, piece in enumerate(pieces)),
        ]
        if draw(st.booleans()):
            said.append(Whole(f"r{number}", "".join(pieces)))
        if draw(st.booleans()):
            said.append(Stop(f"r{number}", stop_reason="end_turn", error=draw(st.none() | texts(1))))
        running.append(said[draw(st.integers(0, 1)) :])
    clients = [draw(IDENTITIES) for _ in running]
    while any(running):
        number = random.choice([index for index, said in enumerate(running) if said])
        channel.publish(running[number].pop(0), client=clients[number], connection=f"c{number}")
    return channel.log, random.getrandbits(32)


def looks(response: Response) -> tuple[object, ...]:
    """What a person sees of a response; not when this process heard of it."""
    return (
        response.key,
        [(block.kind, block.label, block.text, block.tool) for block in response.blocks],
        response.status,
        response.publisher,
        response.model,
        response.prompt and (response.prompt.prompt_id, response.prompt.text, response.prompt.publisher),
        response.error,
        response.started,
        response.stopped,
        response.tokens,
        response.stop_reason,
        response.cancelled_by,
    )


def order_does_not_matter(value: Exchange) -> None:
    messages, seed = value
    first, second = Conversation(), Conversation()
    first.apply_all(messages)
    random = Random(seed)
    again = [*messages, *random.choices(messages, k=len(messages) // 2)]
    random.shuffle(again)
    while again:
        batch = random.randint(1, 5)
        second.apply_all(again[:batch])
        del again[:batch]
    assert {key: looks(response) for key, response in second.responses.items()} == {
        key: looks(response) for key, response in first.responses.items()
    }
    assert_clean(list(second.responses.values()), skipped=SERIALS)


_PLAIN = st.builds(
    ChannelMessage,
    serial=st.just("1"),
    timestamp=st.just(1),
    received=st.just(1),
    name=st.sampled_from(["token", "start", "stop", "response-complete", "user-input"]),
    extras=EXTRAS,
    data=st.sampled_from(NASTY) | texts(),
)

PROPERTIES = (
    Property("cleaner", st.tuples(texts(), st.lists(st.integers(0, 9), max_size=12)), cleans, 200),
    Property(
        "decoder",
        MESSAGES | _PLAIN,
        decodes,
        200,
        (
            ChannelMessage("1", 1, 1, name="token", data={1: "keys that are no text"}),
            ChannelMessage("1", 1, 1, name="token", data=b"\xff", action=Action.APPEND),
        ),
    ),
    Property("round trip", SAID, comes_back, 150),
    Property("reducer", st.lists(MESSAGES | _PLAIN, max_size=12), takes_anything, 150),
    Property("reducer order", traffic(), order_does_not_matter, 60),
)
