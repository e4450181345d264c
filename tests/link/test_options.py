from __future__ import annotations

import pytest

from tests.link.support import KEY
from tui.link import Endpoint, LinkOptions
from tui.link.options import CLOUD_BUDGET, CLOUD_WINDOW

SECRET = KEY.split(":")[1]
HERE = Endpoint("127.0.0.1", 9, tls=False)


def make(**changes: object) -> LinkOptions:
    settings: dict[str, object] = {"channel": "c", "client_id": "ana", "key": KEY, **changes}
    return LinkOptions(**settings)  # type: ignore[arg-type]


def test_secrets_are_not_shown() -> None:
    options = make(token="t0ken", auth_url="https://auth.example/?secret=x")
    for secret in (SECRET, "t0ken", "auth.example"):
        assert secret not in repr(options)
        assert secret not in str(options)
    assert set(options.secrets) == {KEY, "t0ken", "https://auth.example/?secret=x"}


@pytest.mark.parametrize(
    "changes",
    [
        {"channel": ""},
        {"client_id": ""},
        {"client_id": "*"},
        {"key": None},
        {"key": "no-colon-" + SECRET},
        {"key": "app.id:" + SECRET + ":more"},
        {"key": "app.id:"},
        {"key": "appid:" + SECRET},
    ],
)
def test_what_cannot_work_is_refused_without_a_secret_in_the_words(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w") as caught:
        make(**changes)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("host", "port"), [("", 1), ("a/b", 1), ("u@h", 1), ("h", 0), ("h", 65_536)])
def test_endpoints_that_are_none(host: str, port: int) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        Endpoint(host, port)


@pytest.mark.parametrize(
    ("host", "loopback", "text"),
    [
        ("127.0.0.1", True, "127.0.0.1:9"),
        ("127.9.9.9", True, "127.9.9.9:9"),
        ("localhost", True, "localhost:9"),
        ("::1", True, "[::1]:9"),
        ("192.0.2.1", False, "192.0.2.1:9"),
        ("127.0.0.1.example.com", False, "127.0.0.1.example.com:9"),
    ],
)
def test_endpoint(host: str, loopback: bool, text: str) -> None:
    endpoint = Endpoint(host, 9)
    assert endpoint.loopback is loopback
    assert str(endpoint) == text


@pytest.mark.parametrize(
    ("changes", "budget", "window"),
    [
        ({}, CLOUD_BUDGET, CLOUD_WINDOW),
        ({"endpoint": HERE}, None, 0.0),
        ({"endpoint": Endpoint("example.com", 443)}, CLOUD_BUDGET, CLOUD_WINDOW),
        ({"endpoint": HERE, "budget": 40.0, "window": 0.1}, 40.0, 0.1),
        ({"budget": 0}, None, CLOUD_WINDOW),
    ],
)
def test_pace(changes: dict[str, object], budget: float | None, window: float) -> None:
    options = make(**changes)
    assert options.messages_per_second == budget
    assert options.joining_window == window
