from __future__ import annotations

import pytest

from tests.agent.test_tasks import Log
from tui.agent.running import Running
from tui.wire import Cancel, Start, Stop, Text, UserInput

PROMPT = UserInput("p1", "?", in_reply_to="r0", model="theirs")
BEGUN = Start("r1", "p1")


def running(log: Log, nth: int = 0, model: str | None = None) -> Running:
    return Running(PROMPT, log, lambda _prompt, _value: None, nth=nth, model=model)


def test_nothing_follows_the_end() -> None:
    log = Log()
    one = running(log)
    for value in (BEGUN, Text("r1", "a"), Stop("r1"), Text("r1", "b"), Stop("r1")):
        one.take(value)
    one.finish("error", error="x")
    assert log.values == [BEGUN, Text("r1", "a"), Stop("r1")]


@pytest.mark.parametrize(("nth", "id_"), [(0, "failed-p1"), (2, "failed-p1-3")])
def test_an_end_has_a_beginning(nth: int, id_: str) -> None:
    log = Log()
    running(log, nth, "ours").finish("cancelled", by="ana")
    assert log.values == [Start(id_, "p1", "r0", "ours"), Stop(id_, "cancelled", cancelled_by="ana")]


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (Cancel("r1"), True),
        (Cancel("r1", "p2"), True),
        (Cancel("r2", "p1"), False),
        (Cancel(None, "p1"), True),
        (Cancel(None, "p2"), False),
        (Cancel("p1"), False),
    ],
)
def test_which_answer_is_meant(said: Cancel, means: bool) -> None:
    one = running(Log())
    one.take(BEGUN)
    assert one.is_meant(said) is means
    assert one.known_as("p1")
    assert one.known_as("r1")
    assert not one.known_as("r2")
