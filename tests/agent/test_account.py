from __future__ import annotations

import pytest

from tui.agent.account import Account, Limits, Price, Used

MOST = Used(100, 100)


@pytest.mark.parametrize(
    ("limits", "model", "word"),
    [
        (Limits(), "m", None),
        (Limits(tokens=None), "m", None),
        (Limits(tokens=200), "m", None),
        (
            Limits(tokens=199),
            "m",
            "up to 200 tokens, would exceed its limit of 199 tokens in 1 h, of",
        ),
        (Limits(tokens=0, window=1800), "m", "0 tokens in 30 min"),
        (Limits(cost=1.0), "m", "nobody has said what m costs"),
        (Limits(cost=1.0, prices={"n": Price(1, 1)}), "m", "nobody has said what m costs"),
        (Limits(cost=0.0006, prices={"m": Price(1, 5)}), "m", None),
        (Limits(cost=0.0005, prices={"m": Price(1, 5)}), "m", "limit of cost"),
    ],
)
def test_the_first_answer(limits: Limits, model: str, word: str | None) -> None:
    found = Account(limits).refusal(0.0, model, MOST)
    assert (found is None) if word is None else word in (found or "")


def test_what_runs_and_what_was_spent_counts_until_the_window_has_passed() -> None:
    account = Account(Limits(tokens=400, window=60.0))
    account.begin("p1", "m", MOST)
    account.begin("p2", "m", Used(1, 0))
    assert account.refusal(0.0, "m", MOST)
    account.end("p1", 10.0, Used(5, 5))
    assert account.refusal(10.0, "m", MOST) is None
    account.end("p2", 20.0, Used(300, 0))
    assert "90 are left" in (account.refusal(20.0, "m", MOST) or "")
    account.begin("p3", "m", Used(90, 0))
    assert "is reached" in (account.refusal(20.0, "m", MOST) or "")
    account.end("p3", 20.0, Used(0, 0))
    assert account.refusal(79.0, "m", MOST)
    assert account.refusal(80.0, "m", MOST) is None


def test_prices_of_several_models_add_up() -> None:
    limits = Limits(cost=3.0, prices={"a": Price(1, 1), "b": Price(10_000, 10_000)})
    account = Account(limits)
    account.begin("p1", "b", MOST)
    assert account.refusal(0.0, "a", MOST) is None
    assert account.refusal(0.0, "b", MOST)
