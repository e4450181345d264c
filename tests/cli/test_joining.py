"""How a terminal comes to its channel, what is asked before that, and what could not be said at the end."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.waiting import wait_until
from tui.cli.joining import Joining, left_unsaid
from tui.local import discover
from tui.settings import resolve
from tui.wire import ConnectionChange, Inbound


def joining(folder: Path, told: list[Inbound]) -> Joining:
    settings = resolve({"model": "demo-9000tps"}, {"USER": "ana"}, {})
    return Joining(
        settings,
        None,
        folder,
        lambda: 0,
        lambda: False,
        tell=told.append,
        undelivered=lambda prompt, why: None,
    )


def test_what_is_asked_early_is_done_in_order_with_the_link_and_its_agents(tmp_path: Path) -> None:
    told: list[Inbound] = []
    done: list[tuple[int, bool]] = []
    one = joining(tmp_path / "local", told)

    def note(number: int, link: object, crew: object) -> None:
        done.append((number, (link, crew) == (one.link, one.crew)))

    try:
        for number in range(3):
            one.once_open(partial(note, number))
        assert (one.early, done) == (3, [])
        one.start(lambda: None)
        one.wait()
        one.once_open(partial(note, 3))
        assert (one.early, done) == (0, [(number, True) for number in range(4)])
        assert not told
    finally:
        one.close(3)
        discover.stop(tmp_path / "local")


def test_what_cannot_be_opened_is_told_and_its_closing_says_nothing(tmp_path: Path) -> None:
    told: list[Inbound] = []
    (tmp_path / "local").write_text("a file where the folder should be")
    one = joining(tmp_path / "local", told)
    one.start(lambda: None)
    wait_until(lambda: [type(each) for each in told] == [ConnectionChange])
    assert (one.link, one.crew) == (None, None)
    assert one.close(1) is None


def test_what_was_left_unsaid_is_counted() -> None:
    assert left_unsaid(0, 0, "no connection") is None
    assert left_unsaid(2, 3, "no connection") == (
        "2 answers could not be ended: no connection; others see them as STALLED"
        " · 3 prompts were not sent: no connection"
    )
