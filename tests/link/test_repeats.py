from __future__ import annotations

import logging

from tui.link.repeats import WINDOW, RepeatFilter


def said(at: float, text: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("ably", logging.ERROR, "file.py", 1, text, args, info)
    record.created = at
    return record


def raised(text: str) -> OSError:
    def fail() -> None:
        raise OSError(text)

    try:
        fail()
    except OSError as error:
        return error
    raise AssertionError


def test_a_fault_is_written_once_a_minute_with_the_number_of_those_between() -> None:
    once = RepeatFilter()
    passed = [
        record
        for second in range(125)
        if once.filter(
            record := said(1_000.0 + second, "connection %d failed", second, error=raised("portal"))
        )
    ]
    assert [record.created for record in passed] == [1_000, 1_060, 1_120]
    assert [record.getMessage() for record in passed] == [
        "connection 0 failed",
        "connection 60 failed (and 59 times more since the last time)",
        "connection 120 failed (and 59 times more since the last time)",
    ]


def test_numbers_make_no_other_fault_and_words_do() -> None:
    once = RepeatFilter()
    assert once.filter(said(0, "attempt %d failed", 1))
    assert not once.filter(said(1, "attempt %d failed", 2))
    assert once.filter(said(1, "attempt %d succeeded", 2))


def test_another_error_from_the_same_place_is_another_fault() -> None:
    once = RepeatFilter()
    assert once.filter(said(0, "failed", error=raised("40140")))
    assert once.filter(said(0, "failed", error=raised("40160")))
    assert not once.filter(said(0, "in other words", error=raised("40160")))


def test_a_clock_that_is_set_back_silences_nothing() -> None:
    once = RepeatFilter()
    assert once.filter(said(WINDOW * 10, "failed"))
    assert once.filter(said(WINDOW * 5, "failed"))


def test_what_cannot_be_formatted_passes() -> None:
    assert RepeatFilter().filter(said(0, "no place", 1))


def test_what_is_remembered_is_bounded() -> None:
    once = RepeatFilter()
    words = [f"fault {chr(97 + first)}{chr(97 + second)}" for first in range(26) for second in range(26)]
    assert all(once.filter(said(0, word)) for word in words)
    assert once.filter(said(1, words[0])), "long forgotten"
    assert not once.filter(said(1, words[-1]))
