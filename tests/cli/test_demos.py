"""The demo's model, from whichever channel it is asked."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import pytest

from tests.waiting import wait_until
from tui.cli.demos import DEMO_STREAMS, DEMOS, DemoModel
from tui.local.statefile import LocalServer, StateError
from tui.settings import is_demo, resolve


def test_two_presses_of_the_key_ask_different_things_of_demo_models_alone() -> None:
    assert len(DEMOS) % DEMO_STREAMS == 0
    assert all(is_demo(model) for model, _ in DEMOS)
    assert all(first != second for first, second in pairwise(DEMOS))


@pytest.mark.parametrize("local", [True, False])
def test_the_server_is_started_where_the_channel_does_not_do_it(local: bool) -> None:
    started: list[bool] = []
    done: list[bool] = []

    def start() -> LocalServer:
        started.append(True)
        raise StateError("none to be had")

    environ = {"USER": "ana", "ABLY_API_KEY": "own.key:other"}
    model = DemoModel(resolve({"local": local}, environ, {}), start, lambda prompt, why: None)
    model.once_served(lambda: done.append(True))
    wait_until(lambda: done == [True])  # also where it could not be started: the pane tells
    assert bool(started) is not local


def test_what_waits_for_the_server_is_done_in_its_order() -> None:
    done: list[int] = []

    def start() -> LocalServer:
        raise StateError("none to be had")

    environ = {"USER": "ana", "ABLY_API_KEY": "own.key:other"}
    model = DemoModel(resolve({"local": False}, environ, {}), start, lambda prompt, why: None)
    with model._serving:  # the server is being started meanwhile
        for number in range(50):
            model.once_served(partial(done.append, number))
    wait_until(lambda: len(done) == 50)
    assert done == list(range(50))
