"""Who a client is and what it may do: keys, tokens and the requests for them (Ably's basic and token auth).

A token is a JWT signed with a key's secret (HS256), whether an application made it or `request_token` did.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeGuard

import jwt

from tui.local.core.capability import EVERYTHING, Capability
from tui.local.core.errors import ProtocolError, bad_request, not_permitted, unauthorized
from tui.local.core.words import Fields

ANY_CLIENT = "*"
"""The clientId of a credential that may take any identity (RSA7)."""
DEFAULT_TTL = 3_600_000
MAX_TTL = 86_400_000
"""Milliseconds that a requested token may live."""
CLOCK_SKEW = 120_000
"""Milliseconds by which the time of a token request may differ from the server's."""
_CLAIM = "ably.channel."


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: `name` is `appId.keyId`."""

    name: str
    secret: str = field(repr=False)
    capability: Capability = EVERYTHING

    @classmethod
    def parse(cls, text: str, capability: Capability = EVERYTHING) -> Key:
        """Read `appId.keyId:secret`; raises ProtocolError 40101 when it is none."""
        name, separator, secret = text.partition(":")
        app, dot, key_id = name.partition(".")
        if not (separator and dot and app and key_id and secret):
            raise unauthorized("invalid key: it is appId.keyId:secret")
        return cls(name, secret, capability)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client has proved. `client_id` is None for an anonymous token and `*` for any identity."""

    key_name: str
    capabilities: tuple[Capability, ...]
    client_id: str | None = ANY_CLIENT
    expires: int | None = None
    """Milliseconds since the epoch; None for a key."""
    user_claims: Mapping[str, str] = field(default_factory=dict)
    """The token's `ably.channel.<pattern>` claims by pattern."""

    def allows(self, operation: str, channel: str) -> bool:
        """Whether every capability behind this credential permits the operation."""
        return all(capability.allows(operation, channel) for capability in self.capabilities)

    def require(self, operation: str, channel: str) -> None:
        """Raise ProtocolError 40160 unless the operation is permitted."""
        if not self.allows(operation, channel):
            raise not_permitted(operation, channel)

    def identify(self, claimed: str | None) -> str | None:
        """Return the identity of a client that claims one (RSA15); None for anonymous, `*` for any.

        Raises ProtocolError 40102 when the credential does not carry the claim, 40012 for `*` itself.
        """
        if claimed is None or claimed == self.client_id:
            return self.client_id
        if claimed == ANY_CLIENT:
            raise bad_request("a clientId cannot be *", 40012)
        if self.client_id != ANY_CLIENT:
            raise unauthorized("mismatched clientId", 40102)
        return claimed

    def user_claim(self, channel: str) -> str | None:
        """Return the claim for this client's messages on a channel: the most specific pattern's."""
        found = [
            pattern
            for pattern in self.user_claims
            if Capability(((pattern, ("*",)),)).allows("publish", channel)
        ]
        return (
            self.user_claims[max(found, key=lambda pattern: (pattern == channel, len(pattern)))]
            if found
            else None
        )


class UnknownAppError(ProtocolError):
    """The key that a credential names is of no app of this server's."""

    def __init__(self) -> None:
        super().__init__(40101, 401, "invalid credential: its app is unknown")


class Authenticator:
    """Checks credentials against the server's keys."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys = {key.name: key for key in keys}
        self._requests: dict[tuple[str, int, str], int] = {}
        """When each token request came: by key, its timestamp and its nonce, which together are used once."""

    def basic(self, text: str) -> Credential:
        """Return the credential of a key; raises ProtocolError 40101."""
        given = Key.parse(text)
        key = self._known(given.name)
        if key is None or not hmac.compare_digest(key.secret.encode(), given.secret.encode()):
            raise unauthorized("invalid key")
        return Credential(key.name, (key.capability,))

    def token(self, text: str, now: int) -> Credential:
        """Return the credential of a token.

        Raises ProtocolError 40101 for what is no token of this server, 40144 for a JWT that is not valid and
        40142 for one that has expired: the last two make an SDK get a new one (RSA4b).
        """
        key, claims = self._verified(text)
        expires, issued = claims.get("exp"), claims.get("iat")
        if not (_is_time(expires) and _is_time(issued)):
            raise unauthorized("invalid JWT: exp and iat are needed", 40144)
        if expires * 1000 <= now:
            raise unauthorized("token expired", 40142)
        capability = claims.get("x-ably-capability")
        client_id = claims.get("x-ably-clientId")
        if client_id is not None and not isinstance(client_id, str):
            raise unauthorized("invalid JWT: x-ably-clientId is a string", 40144)
        return Credential(
            key.name,
            (key.capability,) if capability is None else (key.capability, Capability.parse(capability)),
            client_id or None,
            int(expires * 1000),
            {
                name[len(_CLAIM) :]: value
                for name, value in claims.items()
                if name.startswith(_CLAIM) and isinstance(value, str)
            },
        )

    def request_token(self, key_name: str, body: object, now: int, random: Callable[[], str]) -> Fields:
        """Return TokenDetails for a signed TokenRequest (RSA8, RSA9).

        Raises ProtocolError 40101 for a wrong key or mac, 40104 for a wrong time, 40105 for a nonce that was
        used, 40000 for a bad capability and 40003 for a ttl out of range.
        """
        key = self._keys.get(key_name)
        if not isinstance(body, dict):
            raise bad_request("a token request is an object")
        if key is None or body.get("keyName", key_name) != key_name:
            raise unauthorized("invalid key")
        self._check_request(key, body, now)
        return self.issue(key, body, now, random())

    def issue(self, key: Key, body: Mapping[str, object], now: int, random: str) -> Fields:
        """Return TokenDetails for what a request asks of a key; `random` makes the token unique."""
        ttl = _whole(body.get("ttl")) or DEFAULT_TTL
        if not isinstance(ttl, int) or not 0 < ttl <= MAX_TTL:
            raise bad_request("ttl is between 1 ms and 24 hours", 40003)
        capability = key.capability
        if body.get("capability"):
            capability = capability.intersect(Capability.parse(body["capability"]))
        if not capability.rules:
            raise unauthorized("the key does not hold the capability that was asked for", 40160)
        details: Fields = {
            "keyName": key.name,
            "issued": now,
            "expires": now + ttl,
            "capability": capability.text(),
        }
        claims: Fields = {
            "iat": now / 1000,
            "exp": (now + ttl) / 1000,
            "jti": random,
            "x-ably-capability": details["capability"],
        }
        client_id = body.get("clientId")
        if client_id is not None and not isinstance(client_id, str):
            raise bad_request("clientId is a string", 40012)
        if client_id is not None:
            details["clientId"] = claims["x-ably-clientId"] = client_id
        details["token"] = jwt.encode(claims, key.secret, "HS256", headers={"kid": key.name})
        return details

    def key(self, name: str) -> Key:
        """Return a key by its name; raises ProtocolError 40101."""
        try:
            return self._keys[name]
        except KeyError:
            raise unauthorized("invalid key") from None

    def _known(self, name: str) -> Key | None:
        key = self._keys.get(name)
        app = name.partition(".")[0]
        if key is None and all(known.partition(".")[0] != app for known in self._keys):
            raise UnknownAppError
        return key

    def _verified(self, text: str) -> tuple[Key, Fields]:
        try:
            key = self._known(str(jwt.get_unverified_header(text).get("kid")))
        except (jwt.PyJWTError, ValueError, RecursionError):  # the library lets some through
            raise unauthorized("invalid token") from None
        if key is None:
            raise unauthorized("invalid token: unknown key")
        try:
            # Only the signature: whether the times fit is a question to the clock that is handed in.
            claims = jwt.decode(
                text,
                key.secret,
                algorithms=["HS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )
            json.dumps(claims, ensure_ascii=False).encode()  # half a surrogate pair could not be sent on
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise unauthorized("invalid JWT: signature verification failed", 40144) from None
        return key, claims

    def _check_request(self, key: Key, body: Mapping[str, object], now: int) -> None:
        timestamp, nonce, mac = _whole(body.get("timestamp")), body.get("nonce"), body.get("mac")
        names = ("ttl", "capability", "clientId")
        values = [key.name, *("" if body.get(name) is None else str(body[name]) for name in names)]
        text = "".join(f"{value}\n" for value in (*values, timestamp or "", nonce or ""))
        expected = base64.b64encode(hmac.digest(key.secret.encode(), text.encode(), hashlib.sha256)).decode()
        if not isinstance(mac, str) or not hmac.compare_digest(mac.encode(), expected.encode()):
            raise unauthorized("the mac does not match", 40101)
        if not isinstance(timestamp, int) or abs(timestamp - now) > CLOCK_SKEW:
            raise unauthorized("the timestamp is not current", 40104)
        if not isinstance(nonce, str) or len(nonce) < 16:
            raise bad_request("a nonce has at least 16 characters")
        self._requests = {used: at for used, at in self._requests.items() if now - at <= 2 * CLOCK_SKEW}
        request = (key.name, timestamp, nonce)
        if request in self._requests:
            raise unauthorized("the nonce has been used", 40105)
        self._requests[request] = now


def _is_time(value: object) -> TypeGuard[int | float]:
    """Whether a claim is a number of seconds that a clock may show."""
    return isinstance(value, int | float) and 0 <= value < 1e15


def _whole(value: object) -> object:
    """Return a number that came as text, which it does when a request has travelled as a URL's query."""
    text = value if isinstance(value, str) and value.isascii() and value.isdecimal() else ""
    return int(text) if 0 < len(text) < 16 else value


def parse_basic_header(value: str) -> str:
    """Return the key of an `Authorization: Basic` value; raises ProtocolError 40101."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:  # not base64, not even ASCII, or base64 of what is no text
        raise unauthorized("invalid Authorization header") from None


def parse_bearer_header(value: str) -> str:
    """Return the token of an `Authorization: Bearer` value: base64 of it, or the token itself."""
    if "." in value:  # base64 has no dot and every token of ours has
        return value
    return parse_basic_header(value)


def parse_keys(text: str) -> list[Key]:
    """Read the JSON list of `{"key": "app.id:secret", "capability": {"channel": ["operation"]}}`.

    Raises ValueError, whose text does not hold a secret.
    """
    try:
        entries = json.loads(text)
        return [
            Key.parse(
                entry["key"], Capability.parse(entry["capability"]) if "capability" in entry else EVERYTHING
            )
            for entry in entries
        ]
    except ProtocolError as error:
        raise ValueError(error.info.message) from None
    except (ValueError, TypeError, KeyError):
        msg = 'keys are a JSON list of {"key": "app.id:secret", "capability": {"channel": ["operation"]}}'
        raise ValueError(msg) from None
