"""A thread's rows: whatever came in which order, they are those of a thread that is opened afterwards."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment

from tests.messages import Channel
from tui.render.theme import DARK
from tui.state import Appended, Conversation, Opened, Removed, Replaced, Response, TakenOver
from tui.state.threads import thread_of
from tui.ui.body import Body
from tui.ui.palette import Palette
from tui.ui.thread_body import ThreadBody
from tui.wire import Outgoing, Start, Stop, Text, UserInput

COLOURS = dict.fromkeys(
    ("background", "foreground", "accent", "warning", "success", "error", "primary"), "#888888"
)
PALETTE = Palette.of(COLOURS)
WIDTH = 40


def body_of(response: Response, width: int) -> Body:
    return Body(response, width, DARK, PALETTE)


def name_of(response: Response, width: int) -> list[Segment]:
    return [Segment(f"{response.key} {response.status}".ljust(width))]


def opened(chain: list[Response], width: int) -> ThreadBody:
    body = ThreadBody(chain, width, body_of, name_of)
    while body.behind:
        body.catch_up()
    return body


def rows(body: ThreadBody) -> list[str]:
    body.end(len(body))
    return [body.row(y).text.rstrip() for y in range(len(body))]


said = st.sampled_from(["word ", "*more* ", "\n\n", "- item\n", "```\ncode\n```\n", "日本 "])
steps = st.lists(st.tuples(st.sampled_from(["text", "stop", "turn", "look", "resize"]), said), max_size=40)


class Thread:
    """A thread that is shown while it is said."""

    def __init__(self) -> None:
        self.conversation, self.channel = Conversation(), Channel()
        self.turn, self.width = 0, WIDTH
        self.conversation.apply(self.channel.publish(Start("r0")))
        self.body = ThreadBody(self.chain, WIDTH, body_of, name_of)

    @property
    def chain(self) -> list[Response]:
        key = next(key for key in (f"r{self.turn}", f"?p{self.turn}") if key in self.conversation.responses)
        return thread_of(self.conversation, self.conversation.responses[key])

    def say(self, value: Outgoing) -> None:
        for change in self.conversation.apply(self.channel.publish(value)):
            match change:
                case Appended(_, _, block):
                    self.body.feed(block)
                case Replaced(response):
                    self.body.rebuild(response.key)
                case Opened() | TakenOver() | Removed():
                    self.body.show(self.chain)
                case _:
                    self.body.update([change.response.key])

    def go_on(self) -> None:
        self.turn += 1
        before, prompt = f"r{self.turn - 1}", f"p{self.turn}"
        self.say(UserInput(prompt, "Go on?", in_reply_to=before))
        self.say(Start(f"r{self.turn}", prompt_id=prompt, in_reply_to=before))

    def look(self) -> None:
        self.body.end(5)
        self.body.take_changed()

    def resize(self) -> None:
        self.width = 61 - self.width
        self.body.resize(self.width)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_streamed_turns_have_the_rows_of_a_thread_that_is_opened_afterwards(
    steps: list[tuple[str, str]],
) -> None:
    thread = Thread()
    for step, text in steps:
        match step:
            case "text":
                thread.say(Text(f"r{thread.turn}", text))
            case "stop":
                thread.say(Stop(f"r{thread.turn}", "end_turn"))
            case "turn":
                thread.go_on()
            case "look":
                thread.look()
            case _:
                thread.resize()
    body = thread.body
    while body.behind:
        body.catch_up()
    body.update()
    assert rows(body) == rows(opened(thread.chain, thread.width))


def test_turns_are_found_by_their_rows() -> None:
    conversation, channel = Conversation(), Channel()
    for n in range(3):
        before = f"r{n - 1}" if n else None
        for value in (
            Start(f"r{n}", in_reply_to=before),
            Text(f"r{n}", "one\n\ntwo\n\nthree"),
            Stop(f"r{n}"),
        ):
            conversation.apply(channel.publish(value))
    body = opened(thread_of(conversation, conversation.responses["r2"]), WIDTH)
    text = rows(body)
    for key in ("r0", "r1", "r2"):
        row = body.row_of_turn(key)
        assert text[row].startswith(key)
        assert body.turn_at(row) == body.turn_at(row + 3) == key
    assert text.index("r1 DONE") > text.index("three")


def test_a_long_thread_is_opened_turn_by_turn_from_its_end() -> None:
    conversation, channel = Conversation(), Channel()
    for n in range(30):
        before = f"r{n - 1}" if n else None
        for value in (Start(f"r{n}", in_reply_to=before), Text(f"r{n}", f"said {n}"), Stop(f"r{n}")):
            conversation.apply(channel.publish(value))
    body = ThreadBody(thread_of(conversation, conversation.responses["r29"]), WIDTH, body_of, name_of)
    body.end(4)
    text = [body.row(y).text for y in range(len(body))]
    assert any("said 29" in row for row in text)
    assert not any("said 0" in row for row in text)
    here = body.anchor(body.row_of_turn("r29"))
    while body.behind:
        body.catch_up()
    assert body.row(body.row_of(here)).text.startswith("r29")  # the reader stays where he was
