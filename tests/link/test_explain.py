from __future__ import annotations

import socket
import ssl

import httpx
import pytest
from ably.util.exceptions import AblyException
from hypothesis import given
from hypothesis import strategies as st

from tests.link.support import KEY
from tui.link.explain import code_of, explain, is_rate_error, is_token_error

CODES = [
    *(
        40003,
        40005,
        40009,
        40010,
        40012,
        40099,
        40100,
        40101,
        40102,
        40103,
        40104,
        40105,
        40110,
        40111,
        40112,
    ),
    *(
        40120,
        40130,
        40131,
        40133,
        40140,
        40141,
        40142,
        40143,
        40144,
        40145,
        40160,
        40170,
        40171,
        40300,
        40400,
    ),
    *(
        42910,
        42911,
        42913,
        42920,
        42921,
        42922,
        42924,
        50003,
        80000,
        80002,
        80003,
        80008,
        80016,
        80017,
        80018,
    ),
    *(80019, 90001, 90003, 90004, 90007, 90010, 91000, 93001, 93002),
]
NEEDS_A_REMEDY = [code for code in CODES if 40005 <= code < 43000 and code != 40099]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_words_of_its_own(code: int) -> None:
    reason = explain(AblyException("raw server text", code // 100, code))
    assert reason.code == code
    assert reason.message
    assert "raw server text" not in reason.message


@pytest.mark.parametrize("code", NEEDS_A_REMEDY)
def test_what_a_person_can_change_has_a_remedy(code: int) -> None:
    assert explain(AblyException("x", 401, code)).remedy


@pytest.mark.parametrize("capability", ["subscribe", "publish", "history", "message-update-own"])
def test_the_missing_capability_is_named(capability: str) -> None:
    error = AblyException(f"action not permitted, {capability} missing", 401, 40160)
    assert capability in explain(error).message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "nothing listens at h:1"),
        (AblyException("connection to h:1 refused", 400, 80000), "nothing listens at h:1"),
        (socket.gaierror(-2, "Name or service not known"), "DNS"),
        (
            AblyException(
                "Error opening websocket connection: [Errno -2] Name or service not known", 400, 40000
            ),
            "DNS",
        ),
        (ssl.SSLCertVerificationError("CERTIFICATE_VERIFY_FAILED"), "TLS"),
        (AblyException("server rejected WebSocket connection: HTTP 200", 400, 40000), "Ably's protocol"),
        (AblyException("proxy rejected connection: HTTP 407", 400, 40000), "proxy"),
        (TimeoutError(), "did not answer"),
        (AblyException("something new", 400, 49999), "something new"),
        (AblyException(None, None, None), "AblyException"),
        (ValueError(), "ValueError"),
    ],
)
def test_causes(error: Exception, words: str) -> None:
    assert words in explain(error, where="h:1").message or words in str(error)


@pytest.mark.parametrize(("where", "name"), [("h.invalid:443", "h.invalid"), ("Ably", "of Ably")])
def test_a_name_that_cannot_be_resolved_has_no_port(where: str, name: str) -> None:
    error = socket.gaierror(-2, "Name or service not known")
    assert explain(error, where=where).message.startswith(f"the name {name} cannot be resolved")


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(),
        ssl.SSLError("wrong version number"),
        AblyException("server rejected WebSocket connection: HTTP 200", 400, 40000),
    ],
)
def test_what_has_worked_is_not_said_to_be_set_up_wrong(error: Exception) -> None:
    assert "TLS" in explain(error, where="h:1").remedy
    worked = explain(error, where="h:1", has_worked=True).remedy
    assert "TLS" not in worked
    assert "port," not in worked
    assert "tried again" in worked


def test_a_timeout_of_the_http_library_has_no_text_of_its_own() -> None:
    assert explain(httpx.ReadTimeout(""), where="h:1").message == "h:1 did not answer in time"


@pytest.mark.parametrize("code", [40101, 40104, 40105, 40142, 40144])
def test_where_tokens_come_from_an_auth_url_its_server_is_to_blame(code: int) -> None:
    error = AblyException("x", 401, code)
    for said in (explain(error, by_auth_url=True), explain(AblyException("no token", 401, 80019, error))):
        assert said.code == code
        assert "this machine's clock" not in said.message
        assert "server behind ABLY_AUTH_URL" in said.remedy
    assert "{where}" not in str(said)


def test_code_and_status_may_have_changed_places() -> None:
    assert code_of(AblyException("Unable to send message", 50001, 500)) == 50001
    assert code_of(AblyException("Connection failed", 80000, 500)) == 80000
    assert code_of(OSError(40101, "no code of Ably's")) == 0


def test_no_key_and_no_escape_sequence_gets_through() -> None:
    reason = explain(AblyException(f"\x1b[31minvalid {KEY}", 499, 49999))
    assert KEY.split(":")[1] not in str(reason)
    assert "\x1b" not in str(reason)


@given(st.text(), st.none() | st.integers(), st.none() | st.integers())
def test_never_raises_and_stays_short(text: str, status: int | None, code: int | None) -> None:
    reason = explain(AblyException(text, status, code))
    assert len(reason.message) <= 400


def test_ranges() -> None:
    assert is_token_error(40142)
    assert not is_token_error(40150)
    assert is_rate_error(42911)
    assert not is_rate_error(40000)


@pytest.mark.parametrize("code", CODES)
def test_a_server_that_is_not_ably_s_is_called_by_its_name(code: int) -> None:
    there = explain(AblyException("x", code // 100, code), where="my.host:8080")
    assert "Ably" not in str(there).replace("ABLY_", "")
    assert "{where}" not in str(there)
    here = explain(AblyException("x", code // 100, code))
    assert "{where}" not in str(here)
    assert bool(here.remedy) is bool(there.remedy)


def test_a_wrong_key_elsewhere_is_not_in_ably_s_dashboard() -> None:
    error = AblyException("x", 401, 40101)
    assert "dashboard" in explain(error).remedy
    reason = explain(error, where="my.host:8080")
    assert reason.message == "my.host:8080 does not know this key or token, or its secret is wrong"
    assert reason.remedy == "check ABLY_API_KEY or ABLY_TOKEN: it must be one that my.host:8080 has given out"
