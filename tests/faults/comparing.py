"""What was sent against what came, to the letter."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.faults.publishing import Sent
from tests.faults.viewing import Viewer, rendered
from tui.state import Response, Status
from tui.wire import ChannelMessage, Part, Start, Stop, Text, UserInput, Whole, clean_line, clean_text, decode


@dataclass
class Differences:
    """Characters, and what is wrong in words."""

    lost: int = 0
    repeated: int = 0
    found: tuple[str, ...] = ()

    def __add__(self, other: Differences) -> Differences:
        return Differences(
            self.lost + other.lost, self.repeated + other.repeated, (*self.found, *other.found)
        )


def shown(viewer: Viewer, sent: Mapping[str, Sent]) -> Differences:
    """What a viewer shows of these responses, by id, against what was sent of them."""
    total = Differences()
    for response_id, truth in sent.items():
        where = f"{viewer.name}: {response_id}"
        response = viewer.response(response_id)
        if response is None:
            total += Differences(len(truth.text), 0, (f"{where} is not there",))
            continue
        total += _text(where, response.text, clean_text(truth.text))
        total += _state(where, response, truth)
        if viewer.rows(response_id) != rendered(clean_text(truth.text)):
            total += Differences(found=(f"{where}: its rows are others",))
    strangers = [
        key
        for key, response in viewer.conversation.responses.items()
        if key not in sent and response.status is not Status.WAITING and response.response_id is not None
    ]
    return total + Differences(found=tuple(f"{viewer.name}: nobody sent {key}" for key in strangers))


def whole(viewer: Viewer, sent: Mapping[str, Sent]) -> bool:
    """Whether a viewer has seen the end of all these, and their texts are as long as they should be."""
    for response_id, truth in sent.items():
        response = viewer.response(response_id)
        if response is None or not response.stopped or response.text != clean_text(truth.text):
            return False
    return True


def said(messages: Iterable[ChannelMessage], sent: Mapping[str, Sent]) -> Differences:
    """What the channel keeps of these responses: each message once, in order, `stop` last."""
    total = Differences()
    kept: dict[str, list[Start | Part | Text | Stop | Whole]] = {key: [] for key in sent}
    ids: Counter[str | None] = Counter()
    unique = {message.serial: message for message in messages}
    for message in sorted(unique.values(), key=lambda message: message.serial):
        ids[message.id] += 1
        match decode(message):
            case Start() | Part() | Text() | Stop() | Whole() as value if value.response_id in kept:
                kept[value.response_id].append(value)
            case UserInput():
                pass
            case other:
                total += Differences(found=(f"channel: nobody sent {other}",))
    for response_id, values in kept.items():
        kinds = [type(value).__name__ for value in values]
        begun = kinds.count("Start") == 1 or kinds[:1] == ["Part"]
        if not begun or kinds.count("Stop") != 1 or kinds[-1] != "Stop":
            total += Differences(found=(f"channel: {response_id} is {kinds[:2]} … {kinds[-3:]}",))
        text = ""
        for value in values:
            text = text + value.text if isinstance(value, Text | Part) else text
            text = value.text if isinstance(value, Whole) else text
        total += _text(f"channel: {response_id}", text, sent[response_id].text)
    twice = [str(id_) for id_, count in ids.items() if count > 1]
    return total + Differences(found=tuple(f"channel: {id_} is there twice" for id_ in twice))


def _text(where: str, text: str, truth: str) -> Differences:
    if text == truth:
        return Differences()
    lost = repeated = 0
    place = 0
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, truth, text, autojunk=False).get_opcodes():
        if tag != "equal":
            lost, repeated, place = lost + i2 - i1, repeated + j2 - j1, place or i1
    return Differences(lost, repeated, (f"{where}: another text from {place} of {len(truth)} on",))


def _state(where: str, response: Response, truth: Sent) -> Differences:
    stop = truth.stops[-1]
    status = Status.DONE
    if stop.error is not None:
        status = Status.FAILED
    elif stop.cancelled_by is not None or stop.stop_reason == "cancelled":
        status = Status.CANCELLED
    pairs = {
        "status": (response.status, status),
        "stop reason": (response.stop_reason, stop.stop_reason),
        "error": (response.error, None if stop.error is None else clean_line(stop.error)),
        "cancelled by": (response.cancelled_by, stop.cancelled_by),
        "output tokens": (response.output_tokens, stop.output_tokens),
        "model": (response.model, truth.start.model),
        "prompt": (response.prompt and response.prompt.prompt_id, truth.start.prompt_id),
    }
    return Differences(
        found=tuple(
            f"{where}: {name} is {had!r}, not {due!r}" for name, (had, due) in pairs.items() if had != due
        )
    )
