"""Makes the recordings in this folder anew: `python -m tests.recordings.make`. Each is tricky."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from tests.messages import EPOCH, Channel
from tui.recording.file import Writer
from tui.recording.messages import from_object
from tui.state import Conversation
from tui.wire import ChannelMessage, Start, Stop, Text, UserInput, Whole

FOLDER = Path(__file__).parent


def _answer(channel: Channel, name: str, pieces: int) -> list[ChannelMessage]:
    said = [channel.publish(Start(name, model="m"))]
    said += [channel.publish(Text(name, f"{number} ", number)) for number in range(pieces)]
    return [*said, channel.publish(Stop(name, "end_turn"))]


def late_and_twice() -> Iterable[ChannelMessage]:
    """Two responses, shuffled, each message up to three times."""
    channel, mixed = Channel(), random.Random(7)
    said = [*_answer(channel, "a", 8), *_answer(channel, "b", 8)]
    said += mixed.sample(said, 10) + mixed.sample(said, 5)
    mixed.shuffle(said)
    return said


def gapped() -> Iterable[ChannelMessage]:
    """One that lacks two pieces for good, and one whose whole text comes after its end."""
    channel = Channel()
    lost, healed = _answer(channel, "lost", 6), _answer(channel, "healed", 6)
    whole = channel.publish(Whole("healed", "the whole text"))
    return [*lost[:2], *lost[4:], *healed[:3], *healed[5:], whole]


def hostile() -> Iterable[ChannelMessage]:
    """Escape sequences across tokens, in names and ids; odd data; an id that two publishers use."""
    channel = Channel()
    evil = "\x1b]52;c;cm0gLXJmIC8=\x07\x1b[2J\u202e\x9b2J"
    yield channel.publish(UserInput(f"p{evil}", f"asked {evil}"), client=f"mal{evil}lory")
    yield channel.message("start", None, {"responseId": f"r{evil}", "model": f"m{evil}"})
    for letter in f"{evil}text":
        yield channel.message("token", letter, {"responseId": f"r{evil}"})
    yield channel.message("stop", None, {"responseId": f"r{evil}", "error": f"no{evil}"})
    yield channel.message("token", {"deep": [None, 1.5, {"x": []}]}, {"responseId": "odd"})
    yield channel.message("token", b"\xff\xfe", {"responseId": ["no", "id"]})
    yield channel.message("start", None, {"responseId": "twice"}, connection="c1")
    yield channel.message("start", None, {"responseId": "twice"}, connection="c2")
    yield channel.message("token", "mine", {"responseId": "twice"}, connection="c1")
    yield channel.message("token", "theirs", {"responseId": "twice"}, connection="c2")


def _transport(codec: str) -> Callable[[], Iterable[ChannelMessage]]:
    def session() -> Iterable[ChannelMessage]:
        text = (FOLDER.parent / "wire" / f"transport_{codec}.json").read_text(encoding="utf-8")
        for number, value in enumerate(json.loads(text)[:60]):
            yield from_object({**value, "timestamp": EPOCH + 100 * number})

    return session


RECORDINGS: dict[str, Callable[[], Iterable[ChannelMessage]]] = {
    "late_and_twice": late_and_twice,
    "gapped": gapped,
    "hostile": hostile,
    "transport_vercel": _transport("vercel"),
    "transport_openai": _transport("openai"),
}


def outcome(conversation: Conversation) -> dict[str, list[object]]:
    """Return status, text and losses of each response."""
    return {
        key: [response.status.value, response.text, response.missing, response.error]
        for key, response in sorted(conversation.responses.items())
    }


def make() -> None:
    """Write every recording, with its outcome beside it."""
    for name, messages in RECORDINGS.items():
        said = [replace(message, received=EPOCH + 50 * n) for n, message in enumerate(messages())]
        writer = Writer(f"ai:{name}", EPOCH, str)
        lines = [writer.header(), *map(writer.entry, said)]
        (FOLDER / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="ascii")
        conversation = Conversation()
        conversation.apply_all(said)
        found = json.dumps(outcome(conversation), indent=1)
        (FOLDER / f"{name}.json").write_text(f"{found}\n", encoding="ascii")


if __name__ == "__main__":
    make()
