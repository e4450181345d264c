from __future__ import annotations

import pytest
from ably.util.exceptions import AblyException

from tui.link.outcome import Outcome, outcome_of, refuses_change


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (42910, Outcome.TOO_FAST),
        (42911, Outcome.TOO_FAST),
        (42913, Outcome.TOO_FAST),
        (50003, Outcome.UNKNOWN),
        (80000, Outcome.UNKNOWN),
        (80003, Outcome.UNKNOWN),
        (80017, Outcome.UNKNOWN),
        (90000, Outcome.UNKNOWN),
        (50000, Outcome.LATER),
        (50001, Outcome.LATER),
        (40142, Outcome.LATER),
        (40003, Outcome.NEVER),
        (40009, Outcome.NEVER),
        (40012, Outcome.NEVER),
        (40160, Outcome.NEVER),
    ],
)
def test_by_code(code: int, expected: Outcome) -> None:
    assert outcome_of(AblyException("no", code // 100, code)) is expected


@pytest.mark.parametrize("error", [ConnectionResetError(), RuntimeError("no"), OSError(104, "reset")])
def test_what_is_no_answer_of_the_server_is_unknown(error: Exception) -> None:
    assert outcome_of(error) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("code", "expected"),
    [(93002, True), (93001, True), (40160, True), (40003, False), (40400, False), (0, False)],
)
def test_whether_messages_may_change(code: int, expected: bool) -> None:
    assert refuses_change(AblyException("no", code // 100, code)) is expected


def test_what_cannot_be_encoded_is_not_tried_again() -> None:
    assert outcome_of(UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed")) is Outcome.NEVER
