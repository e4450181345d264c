"""The queue of prompts: whatever becomes of each, they go out in the order in which they were asked."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tui.link.prompt_lane import PromptLane
from tui.wire import UserInput


@given(st.integers(1, 6), st.lists(st.sampled_from(["accepted", "unknown", "refused"]), max_size=30))
def test_they_are_acknowledged_in_order_and_one_is_under_way_at_a_time(
    count: int, outcomes: list[str]
) -> None:
    numbers = itertools.count()
    lane = PromptLane("p", lambda: f"n-{next(numbers)}", window=0.0, binary=True)
    ids = [lane.add(UserInput(f"p{number}", "?")).id for number in range(count)]
    had: list[str] = []
    for outcome in [*outcomes, *["accepted"] * count]:
        if not lane.ready(1.0):
            break
        item = lane.take(1.0)
        assert not lane.ready(1.0)
        if outcome == "unknown":
            lane.unknown(item)
        elif outcome == "refused":
            lane.refused(item, retry=True)
        else:
            lane.accepted(item, None)
            had.append(item.id)
    assert had == ids
    assert lane.finished
