from __future__ import annotations

import itertools

from tests.state.mixed import MutableChannel, ai
from tests.state.test_conversation import after, only
from tui.state.attempts import Attempts, end
from tui.state.block import Block
from tui.state.parts import Parts
from tui.state.people import Publisher
from tui.state.response import Response
from tui.wire import Action, ChannelMessage

RESPONSE = "r"


def response(*blocks: Block) -> Response:
    return Response(RESPONSE, Publisher("ana", "c1"), blocks=list(blocks))


def test_the_newest_attempt_is_the_one_with_the_greatest_serial() -> None:
    attempts, answer = Attempts(Parts()), response(Block(step=("s", "1")), Block(step=("t", "1")), Block())
    assert attempts.begin("s", "2", answer).anew
    assert [block.step for block in answer.blocks] == [("t", "1"), None]
    assert not attempts.begin("s", "1", answer).anew
    assert attempts.is_over("s", "1")
    assert not attempts.is_over("s", "2")
    assert not attempts.is_over("other", "0")
    assert attempts.begin("u", "3", None).response is None


def test_an_end_finishes_what_its_attempt_has_left_open() -> None:
    mine, other = Block(step=("s", "1")), Block(step=("s", "2"))
    mine.append("half \ud83d")
    assert end(("s", "1"), response(mine, other)).anew
    assert (mine.done, mine.text, other.done) == (True, "half \ufffd", False)
    assert not end(("s", "2"), response(mine, other)).anew
    assert end(("s", "1"), None).response is None


def retried() -> list[ChannelMessage]:
    """Two attempts at a step, of which the first goes on after the second has begun."""
    channel = MutableChannel()
    run = {"run-id": RESPONSE}
    channel.create("ai-run-start", None, ai(transport=run))
    outputs: list[ChannelMessage] = []
    for text in ("lost", "kept"):
        start = channel.create("ai-step-start", None, ai(transport={**run, "step-id": "s"}))
        within = {**run, "step-id": "s", "step-start-serial": start.serial, "stream": "true"}
        outputs.append(channel.create("ai-output", text, ai(transport=within, codec={"kind": "text"})))
    for output in outputs:
        channel.revise(output, Action.APPEND, " more")
    return channel.log


def test_in_any_order_what_the_first_attempt_said_is_hidden() -> None:
    for order in list(itertools.permutations(retried()))[::41]:
        assert [block.text for block in only(after(list(order))).blocks] == ["kept more"]
