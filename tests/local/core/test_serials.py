"""Serials: they rise whatever the clock does, and say whose they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.local.core.serials import HELD, SerialClock, after, channel_serial, message_serial, milliseconds

TIMES = st.lists(st.integers(0, 10**13), max_size=50)


@given(TIMES, TIMES)
def test_they_strictly_rise_also_in_the_next_process(first: list[int], second: list[int]) -> None:
    clock = SerialClock("s")
    serials = [clock.next(now) for now in first]
    later = SerialClock("s", message_serial(clock.last, 7))
    serials += [later.next(now) for now in second]
    assert serials == sorted(set(serials))
    assert all(later.known(serial) for serial in serials)


def test_many_in_one_millisecond() -> None:
    clock = SerialClock("s")
    serials = [clock.next(5) for _ in range(3_000)]
    assert serials == sorted(set(serials))


def test_order_of_what_belongs_to_a_publish() -> None:
    clock = SerialClock("s")
    first, second = clock.next(1), clock.next(1)
    parts = [message_serial(first, index) for index in (0, 1, 999)]
    order = [clock.origin, milliseconds(1), first, *parts, after(first), second, milliseconds(2), HELD]
    assert order == sorted(order)
    assert {channel_serial(part) for part in parts} == {first}


def test_serials_of_others_are_not_known() -> None:
    clock = SerialClock("s")
    serial = clock.next(1_000)
    assert clock.known(serial)
    assert clock.known(clock.origin)
    for other in ("", "x", serial + ":000", serial.replace("@s", "@t"), SerialClock("s").next(2_000)):
        assert not clock.known(other)
