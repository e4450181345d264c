from __future__ import annotations

import pytest

from tui.state.block import Block
from tui.state.ending import ask_to_cancel, control, stop
from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.response import Response, Status
from tui.wire import Cancel, Cancelled, Resumed, Said, Stop, Suspended

ANA, BEN = Publisher("ana", "c1"), Publisher("ben", "c2")


def record(said: Said, publisher: Publisher = ANA) -> Record:
    return Record("1", said, publisher, None, 100, 200)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (Stop("r"), Status.DONE),
        (Stop("r", "end_turn"), Status.DONE),
        (Stop("r", "cancelled"), Status.CANCELLED),
        (Stop("r", cancelled_by="ben"), Status.CANCELLED),
        (Stop("r", "error", error="no"), Status.FAILED),
        (Stop("r", "cancelled", error="no"), Status.FAILED),
    ],
)
def test_a_stop_says_how_it_ended_also_where_it_seemed_to_have(said: Stop, status: Status) -> None:
    resting = Response("r", ANA, status=Status.DONE, ended_at=50, settled=True)
    for response in (Response("r", ANA), Response("r", ANA, status=Status.STALLED), resting):
        stop(response, said, record(said))
        response.revive()
        assert (response.status, response.ended_at, response.settled) == (status, 100, False)
        stop(response, Stop("r", error="later"), record(said))
        assert response.status is status


def test_a_stop_without_a_response_is_nothing() -> None:
    assert stop(None, Stop("r"), record(Stop("r"))).response is None


def test_what_a_text_held_back_is_shown_at_its_end() -> None:
    for others in ([], [Block()]):
        block = Block()
        block.append("half \ud83d")
        response = Response("r", ANA, blocks=[block, *others])
        step = stop(response, Stop("r"), record(Stop("r")))
        assert (block.text, step.anew) == ("half \ufffd", bool(others))
        assert step.text == ("" if others else "\ufffd")


@pytest.mark.parametrize(
    ("said", "before", "status"),
    [
        (Cancel("r"), Status.LIVE, Status.LIVE),
        (Cancel("r"), Status.STALLED, Status.STALLED),
        (Cancelled("r"), Status.LIVE, Status.CANCELLED),
        (Cancelled("r"), Status.STALLED, Status.CANCELLED),
        (Suspended("r"), Status.LIVE, Status.SUSPENDED),
        (Resumed("r"), Status.SUSPENDED, Status.LIVE),
        (Resumed("r"), Status.STALLED, Status.LIVE),
    ],
)
def test_what_changes_the_state_alone(said: Said, before: Status, status: Status) -> None:
    response = Response("r", ANA, status=before)
    control(response, said, record(said))
    assert response.status is status
    ended = Response("r", ANA, status=Status.FAILED, ended_at=1)
    control(ended, said, record(said))
    assert (ended.status, ended.cancel_asked_by) == (Status.FAILED, None)


def test_who_asked_first_cancelled_it() -> None:
    response = Response("r", ANA)
    for publisher in (BEN, ANA):
        ask_to_cancel(response, record(Cancel("r"), publisher))
    control(response, Cancelled("r"), record(Cancelled("r")))
    assert (response.cancelled_by, response.cancel_asked_at) == ("ben", 200)
