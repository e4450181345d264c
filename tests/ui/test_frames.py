import asyncio
from collections.abc import Callable
from itertools import pairwise
from time import perf_counter, sleep

from tui.ui.frames import SHARE, SHORTEST, TURNS, FrameClock


async def until(predicate: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not predicate():  # noqa: ASYNC110  a frame sets no event
            await asyncio.sleep(0)


async def test_a_lone_wake_is_drawn_at_once_and_many_are_one_frame() -> None:
    frames: list[float] = []

    def draw() -> bool:
        frames.append(perf_counter())
        return False

    clock = FrameClock(draw)
    for _ in range(100):
        clock.wake()
    assert not frames  # not inside of the caller
    await until(lambda: clock.idle)
    assert len(frames) == 1


async def test_what_is_left_is_drawn_in_further_frames() -> None:
    left = [3]

    def draw() -> bool:
        left[0] -= 1
        return left[0] > 0

    clock = FrameClock(draw)
    clock.wake()
    await until(lambda: clock.idle)
    assert left == [0]


async def test_frames_are_spaced_by_what_they_cost() -> None:
    at: list[float] = []

    def draw() -> bool:
        at.append(perf_counter())
        while perf_counter() < at[-1] + 0.02:
            pass
        return len(at) < 4

    clock = FrameClock(draw)
    clock.wake()
    await until(lambda: clock.idle)
    gaps = [after - before for before, after in pairwise(at)]
    # The cost is smoothed, so the last gap is the one that knows it best.
    assert all(gap >= SHORTEST for gap in gaps)
    assert gaps[-1] >= SHARE * clock.cost * 0.8


async def test_what_takes_several_turns_of_the_loop_waits_for_one_long_frame_and_not_for_one_on_each() -> (
    None
):
    loop, turns = asyncio.get_running_loop(), [0]
    at: list[int] = []

    def turn() -> None:
        turns[0] += 1
        if len(at) < 5:
            loop.call_soon(turn)

    def draw() -> bool:
        at.append(turns[0])
        sleep(2 * SHORTEST)  # as for a thread that has no core: time goes on, and nothing is worked
        return len(at) < 5

    clock = FrameClock(draw)
    turn()
    clock.wake()
    await until(lambda: clock.idle)
    assert all(after - before >= TURNS for before, after in pairwise(at))


async def test_a_stopped_clock_draws_no_more() -> None:
    frames: list[float] = []

    def draw() -> bool:
        frames.append(perf_counter())
        return False

    clock = FrameClock(draw)
    clock.wake()
    clock.stop()
    clock.wake()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not frames


async def test_a_wake_during_a_frame_is_not_lost() -> None:
    frames: list[float] = []

    def draw() -> bool:
        frames.append(perf_counter())
        if len(frames) == 1:
            clock.wake()  # something came after this frame had looked
            asyncio.get_running_loop().call_soon(clock.wake)
        return False

    clock = FrameClock(draw)
    clock.wake()
    await until(lambda: len(frames) == 2 and clock.idle)
