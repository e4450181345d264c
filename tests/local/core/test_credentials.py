"""Keys and tokens, apart from what the tests of connecting and of REST see of them."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from tests.local.core.world import KEY, NARROW, START
from tui.local.core.capability import Capability
from tui.local.core.credentials import (
    Authenticator,
    Key,
    UnknownAppError,
    parse_basic_header,
    parse_bearer_header,
    parse_keys,
)
from tui.local.core.errors import ProtocolError

AUTHENTICATOR = Authenticator([KEY, NARROW])


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b:", ":s3cret", "ab:s3cret", ".b:c", "a.:c"])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        Key.parse(text)
    assert refused.value.info.code == 40101
    assert "s3cret" not in str(refused.value)


def test_a_secret_may_hold_anything_and_is_not_shown() -> None:
    key = Key.parse("app.id:se:cr.et")
    assert (key.name, key.secret) == ("app.id", "se:cr.et")
    assert "cr.et" not in repr(key)


def test_a_token_that_was_issued_is_taken_until_it_ends() -> None:
    details = AUTHENTICATOR.issue(KEY, {"clientId": "ana", "ttl": 5_000}, START, "unique")
    credential = AUTHENTICATOR.token(details["token"], START + 4_999)
    assert (credential.client_id, credential.expires) == ("ana", START + 5_000)
    with pytest.raises(ProtocolError) as refused:
        AUTHENTICATOR.token(details["token"], START + 5_000)
    assert refused.value.info.code == 40142


def test_a_token_holds_no_more_than_its_key() -> None:
    details = AUTHENTICATOR.issue(NARROW, {"capability": '{"*":["*"]}'}, START, "unique")
    credential = AUTHENTICATOR.token(details["token"], START)
    assert credential.allows("subscribe", "open:a")
    assert not credential.allows("publish", "open:a")
    assert not credential.allows("subscribe", "closed")


def test_a_token_for_what_the_key_does_not_hold_at_all_is_refused() -> None:
    with pytest.raises(ProtocolError) as refused:
        AUTHENTICATOR.issue(NARROW, {"capability": '{"closed":["publish"]}'}, START, "unique")
    assert refused.value.info.code == 40160


def test_headers() -> None:
    assert parse_basic_header(base64.b64encode(b"a.b:c").decode()) == "a.b:c"
    assert parse_bearer_header("x.y.z") == "x.y.z"
    assert parse_bearer_header(base64.b64encode(b"x.y.z").decode()) == "x.y.z"
    for value in ("?", base64.b64encode(b"\xff").decode()):
        with pytest.raises(ProtocolError):
            parse_basic_header(value)


def test_a_file_of_keys() -> None:
    keys = parse_keys('[{"key":"a.b:c"},{"key":"d.e:f","capability":{"x":["publish"]}}]')
    assert [key.name for key in keys] == ["a.b", "d.e"]
    assert keys[0].capability.allows("anything", "anywhere")
    assert keys[1].capability == Capability.parse({"x": ["publish"]})


def signed_request(**fields: object) -> dict[str, object]:
    request: dict[str, object] = {"timestamp": START, "nonce": "0123456789abcdef", **fields}
    text = "".join(
        f"{value}\n"
        for value in (KEY.name, request.get("ttl", ""), "", "", request["timestamp"], request["nonce"])
    )
    mac = hmac.digest(KEY.secret.encode(), text.encode(), hashlib.sha256)
    return {**request, "mac": base64.b64encode(mac).decode()}


def test_a_token_request_is_good_once() -> None:
    authenticator = Authenticator([KEY])
    authenticator.request_token(KEY.name, signed_request(), START, lambda: "unique")
    with pytest.raises(ProtocolError) as refused:
        authenticator.request_token(KEY.name, signed_request(), START + 1, lambda: "unique")
    assert refused.value.info.code == 40105
    authenticator.request_token(KEY.name, signed_request(timestamp=START + 1), START + 1, lambda: "unique")


def test_the_numbers_of_a_token_request_may_be_text() -> None:
    request = signed_request(timestamp=str(START), ttl="5000")
    details = Authenticator([KEY]).request_token(KEY.name, request, START, lambda: "unique")
    assert details["expires"] == START + 5_000


@pytest.mark.parametrize(
    ("text", "unknown_app"), [("app.key:wrong", False), ("app.none:x", False), ("b.key:x", True)]
)
def test_a_key_of_an_unknown_app_is_told_apart(text: str, unknown_app: bool) -> None:
    with pytest.raises(ProtocolError) as refused:
        AUTHENTICATOR.basic(text)
    assert refused.value.info.code == 40101
    assert isinstance(refused.value, UnknownAppError) == unknown_app
