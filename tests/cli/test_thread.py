"""What a chat in lines asks next."""

from __future__ import annotations

from tests.messages import Channel
from tui.cli.thread import Thread
from tui.state import Conversation
from tui.wire import Start, Stop, Text, UserInput


class Chat:
    """A thread whose prompts are answered by hand."""

    def __init__(self) -> None:
        self.channel = Channel()
        self.conversation = Conversation()
        self.thread = Thread(self.conversation)
        self.pasts: list[list[tuple[str, str]]] = []

    def ask(self, prompt_id: str) -> UserInput | None:
        found = self.thread.next(prompt_id)
        if found is None:
            return None
        prompt, past = found
        self.thread.open.add(prompt_id)
        self.pasts.append([(turn.prompt, turn.answer) for turn in past])
        return prompt

    def answer(self, prompt: UserInput | None) -> None:
        assert prompt is not None
        name = f"r-{prompt.prompt_id}"
        start = Start(name, prompt.prompt_id, prompt.in_reply_to, prompt.model or "opus")
        for value in (prompt, start, Text(name, f"{prompt.text}!"), Stop(name)):
            self.channel.publish(value)
        self.conversation.apply_all(self.channel.log)
        assert [each.response_id for each in self.thread.ended()] == [name]
        assert not list(self.thread.ended())


def test_a_prompt_continues_the_last_answer_and_carries_its_past() -> None:
    chat = Chat()
    for text in ("one", "two", "three"):
        chat.thread.put(text)
    chat.answer(chat.ask("a"))
    chat.answer(chat.ask("b"))
    last = chat.ask("c")
    assert last is not None
    assert last.in_reply_to == "r-b"
    assert chat.pasts == [[], [("one", "one!")], [("one", "one!"), ("two", "two!")]]


def test_nothing_is_asked_while_something_is_answered() -> None:
    chat = Chat()
    chat.thread.put("one")
    chat.thread.put("two")
    first = chat.ask("a")
    assert chat.ask("b") is None
    assert chat.thread.busy
    chat.answer(first)
    assert chat.ask("b") == UserInput("b", "two", in_reply_to="r-a")


def test_new_and_the_model_hold_for_what_is_typed_after_them() -> None:
    chat = Chat()
    chat.thread.put("one")
    chat.thread.put("two")
    chat.thread.new()
    chat.thread.model = "haiku"
    chat.thread.put("three")
    chat.thread.put("four")
    asked = []
    for prompt_id in "abcd":
        prompt = chat.ask(prompt_id)
        chat.answer(prompt)
        assert prompt is not None
        asked.append((prompt.in_reply_to, prompt.model))
    assert asked == [(None, None), ("r-a", None), (None, "haiku"), ("r-c", "haiku")]


def test_what_is_asked_again_stands_beside_its_answer_and_is_continued() -> None:
    chat = Chat()
    assert not chat.thread.begun
    chat.thread.put("one")
    chat.answer(chat.ask("a"))
    chat.thread.put("two")
    chat.answer(chat.ask("b"))
    chat.thread.again()
    again = chat.ask("c")
    assert again == UserInput("c", "two", model="opus", in_reply_to="r-a", sibling_of="b")
    assert chat.pasts[-1] == [("one", "one!")]
    chat.answer(again)
    chat.thread.put("three")
    assert chat.ask("d") == UserInput("d", "three", in_reply_to="r-c")


def test_what_was_never_sent_cannot_be_asked_again() -> None:
    chat = Chat()
    chat.thread.put("one")
    chat.thread.again()
    assert chat.ask("a") is not None
    chat.thread.open.discard("a")
    assert chat.ask("b") is None
    assert not chat.thread.busy
