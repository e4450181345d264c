from __future__ import annotations

import signal

import pytest

from tui.cli.exits import Told
from tui.cli.interrupts import remembered


class Dying:
    """Is interrupted by a signal while it is let go of."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __del__(self) -> None:
        signal.raise_signal(self._number)


def _told(_number: int, _frame: object) -> None:
    raise Told


@pytest.mark.parametrize(("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Told)])
def test_an_interrupt_that_python_cannot_raise_is_raised_at_the_next_look(
    number: signal.Signals, kind: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _told)
    try:
        with remembered() as again:
            again()
            Dying(number)
            with pytest.raises(kind):
                again()
            again()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert capsys.readouterr().err == ""
