from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import values
from tui.values import SettingsError, host_and_port, since_of, span_words


@pytest.mark.parametrize(
    ("check", "given_", "value"),
    [
        (values.text, "two\nlines", "two\nlines"),
        (values.name, "ai:ana", "ai:ana"),
        (values.switch, False, False),
        (values.whole, "12", 12),
        (values.whole, 12, 12),
        (values.limit, "none", 0),
        (values.limit, 40, 40),
        (values.OneOf(("a", "b")), "b", "b"),
        (values.names, "ana, ben,,ana", ("ana", "ben")),
        (values.names, ["ana"], ("ana",)),
        (values.names, [], ()),
        (values.ranks, "viewer, admin", ("viewer", "admin")),
        (values.ranks, ["viewer", "admin"], ("viewer", "admin")),
        (values.by_tool, "a:x, *:y,", {"a": "x", "*": "y"}),
        (values.by_tool, "", {}),
        (values.by_tool, {"a": "x"}, {"a": "x"}),
        (values.OneOf(("a", "b"), {"a": "b"}), "a", "b"),
        (values.folder, "/", Path("/")),
        (values.folder, "~", Path.home()),
        (values.prices, {"m": [1, 2.5]}, {"m": (1.0, 2.5)}),
        (values.keys, {"zoom": "f", "end": ["G", "end"]}, {"zoom": "f", "end": "G,end"}),
        (values.keys, {"zoom": "f, g"}, {"zoom": "f,g"}),
        (values.endpoint, "host:1", "host:1"),
    ],
)
def test_what_is_right_becomes_a_value(
    check: Callable[[object], object], given_: object, value: object
) -> None:
    assert check(given_) == value


@pytest.mark.parametrize(
    ("check", "given_", "words"),
    [
        (values.text, " ", "not empty"),
        (values.text, 3, "text"),
        (values.text, "secret\udcff", "^is no valid UTF-8$"),
        (values.name, "a\x1bb", "control"),
        (values.name, "a\x9bb", "control"),
        (values.client_id, "*", "name of its own"),
        (values.switch, "yes", "true or false"),
        (values.whole, 0, "above 0"),
        (values.whole, True, "above 0"),
        (values.whole, "-1", "above 0"),
        (values.whole, "²", "above 0"),
        (values.whole, "9" * 5_000, "above 0"),
        (values.limit, 0, "none"),
        (values.OneOf(("token", "auto")), "tokn", "did you mean token"),
        (values.OneOf(("token", "auto")), ["token"], "none of token, auto"),
        (values.names, 3, "list of texts"),
        (values.names, ["a", 3], "list of texts"),
        (values.names, ["a\n"], "control"),
        (values.ranks, "a,b, a", "a stands twice"),
        (values.ranks, ["a", "a"], "a stands twice"),
        (values.ranks, 3, "list of texts"),
        (values.by_tool, "a:x,a:y", "a tool stands twice"),
        (values.by_tool, "a", "'a' must be TOOL:ROLE"),
        (values.by_tool, ":x", "'x' must be TOOL:ROLE"),
        (values.by_tool, {"a": 3}, "table"),
        (values.by_tool, ["a:x"], "TOOL:ROLE"),
        (values.by_tool, {"a\x1b": "x"}, "control"),
        (values.folder, "", "not empty"),
        (values.folder, "/nowhere/at/all", "'/nowhere/at/all' is no folder"),
        (values.folder, "/a\0b", "no folder"),
        (values.folder, "~nobody-of-that-name", "no folder"),
        (values.prices, [1], "table"),
        (values.prices, {"m": 1}, "USD"),
        (values.prices, {"m": [1, -1]}, "USD"),
        (values.prices, {"m": [1, float("nan")]}, "USD"),
        (values.prices, {"m": [1, True]}, "USD"),
        (values.keys, "zoom", "table"),
        (values.keys, {"zoom": ""}, "zoom must be"),
        (values.keys, {"zoom": [1]}, "zoom must be"),
        (values.endpoint, "http://host", "HOST:PORT"),
        (values.endpoint, "a\x1b[31m", "control"),
        (since_of, "yesterday", "10m"),
        (since_of, 10, "10m"),
    ],
)
def test_what_is_wrong_says_what_would_be_right(
    check: Callable[[object], object], given_: object, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        check(given_)


@pytest.mark.parametrize(
    ("text", "span"),
    [("10m", 600_000), ("2h", 7_200_000), ("30s", 30_000), ("1d", 86_400_000), ("none", 0), ("all", None)],
)
def test_time_spans(text: str, span: int | None) -> None:
    assert since_of(text) == span
    assert span_words(span) == text


@given(st.from_regex(r"[0-9]{1,6}[smhd]", fullmatch=True))
def test_a_spans_words_mean_the_span(text: str) -> None:
    assert since_of(span_words(since_of(text))) == since_of(text)


@pytest.mark.parametrize(
    ("endpoint", "tls", "expected"),
    [
        ("localhost:8080", False, ("localhost", 8080)),
        ("realtime.example.com", True, ("realtime.example.com", 443)),
        ("host", False, ("host", 80)),
        ("[::1]:9000", False, ("::1", 9000)),
    ],
)
def test_endpoints(endpoint: str, tls: bool, expected: tuple[str, int]) -> None:
    assert host_and_port(endpoint, tls=tls) == expected


@pytest.mark.parametrize("endpoint", ["http://host", "host:0", "host:99999", "ho st", "user@host", ""])
def test_what_is_no_endpoint_is_refused(endpoint: str) -> None:
    with pytest.raises(SettingsError, match="endpoint"):
        host_and_port(endpoint, tls=True)


@pytest.mark.parametrize(("given_", "question"), [("chanel", "; did you mean channel?"), ("zzz", "")])
def test_the_nearest_name(given_: str, question: str) -> None:
    assert values.near(given_, ["channel", "model"]) == question
