"""Ably's errors in plain words, with what a person can do about each.

Codes are those of Ably's error registry. Errors are read by their attributes, so this needs neither the SDK
nor the network, and whatever a message says, no credential is in the text that comes out.
"""

from __future__ import annotations

import re
import socket
import ssl

from tui.link.redact import redact
from tui.wire import Reason, clean_line

MAX_TEXT = 300
NO_TOKEN = 80019
"""Code of an auth URL that gives no token, or none that is accepted."""
NOT_ABLY = "the answer is not of Ably's protocol"
"""Text of an error for an HTTP answer that no Ably server gives: a page of HTML, a redirection."""

_CAPABILITY = re.compile(
    r"\b(subscribe|publish|presence|history|annotation-\w+|message-\w+(?:-\w+)?)\b", re.IGNORECASE
)

RULE = "Message annotations, updates, deletes and appends"
"""Ably's name for the channel rule that lets messages grow and be annotated."""
ABLY = "Ably"
"""What `where` is for Ably's own servers."""
_CHECK_KEY = "check ABLY_API_KEY or ABLY_TOKEN; copy the key again from Ably's dashboard"
_DASHBOARD = "see Ably's dashboard"
_MISSING_RULE = f"switch on “{RULE}” in a rule for the channel's namespace, in Ably's dashboard"
_CHECK_CLOCK = "set this machine's clock (it must be right to two minutes)"
_RENEW = "get a new token, or use ABLY_API_KEY, which does not expire"
_CHECK_NETWORK = "check the network connection, VPN and proxy; it is tried again"
_SLOWER = "fewer messages are published for a while; lower the budget if it persists"

_ELSEWHERE = {
    _CHECK_KEY: "check ABLY_API_KEY or ABLY_TOKEN: it must be one that {where} has given out",
    _DASHBOARD: "ask whoever runs {where}",
    _MISSING_RULE: f"ask whoever runs {{where}} to allow it on this channel (the rule “{RULE}”)",
}
"""What to do where the server is not Ably's, and nothing stands in Ably's dashboard."""

_BY_AUTH_URL = {
    40101: (
        "{where} does not know the key of the auth URL's token, or its secret is wrong",
        "check the key that the server behind ABLY_AUTH_URL signs with",
    ),
    40104: (
        "the clock of the token server is wrong: {where} refused its token request",
        "set the clock of the server behind ABLY_AUTH_URL; this machine's does not matter",
    ),
    40105: (
        "the auth URL gave a token request that was used before",
        "let the server behind ABLY_AUTH_URL make a new one each time",
    ),
    40142: (
        "the auth URL's token has expired",
        "a new one is fetched; if that is too old too, check the clock of the server behind ABLY_AUTH_URL",
    ),
    40144: (
        "the auth URL gave a JWT that is not valid",
        "check what the server behind ABLY_AUTH_URL signs, and its clock",
    ),
}
"""What is said in place of the below when tokens come from an auth URL, whose server is to blame."""

_KNOWN: dict[int, tuple[str, str]] = {
    40003: ("{where} refused a message: something in it is invalid", ""),
    40005: ("the key or token is malformed", _CHECK_KEY),
    40009: ("the message is larger than 64 KiB", "send it in smaller pieces"),
    40010: ("the channel's name is not valid", "choose another name with --channel"),
    40012: ("the client id is not allowed with these credentials", "choose another with --client-id"),
    40099: ("the server refused the message", ""),
    40100: ("{where} does not accept these credentials", _CHECK_KEY),
    40101: ("{where} does not know this key or token, or its secret is wrong", _CHECK_KEY),
    40102: (
        "the token belongs to another client id",
        "give that client id with --client-id, or use other credentials",
    ),
    40103: ("a key may not be used without TLS", "use TLS, or a token"),
    40104: ("this machine's clock differs from the server's", _CHECK_CLOCK),
    40105: ("the token request was used before", _RENEW),
    40110: ("the account is disabled", _DASHBOARD),
    40111: ("the account has reached its connection limit", "close other clients, or change the plan"),
    40112: ("the account has reached its message limit", _DASHBOARD),
    40120: ("the app is disabled", _DASHBOARD),
    40130: ("the key is disabled or was revoked", _CHECK_KEY),
    40131: ("the key was revoked", _CHECK_KEY),
    40133: ("the key has no such permission", "use another key"),
    40141: ("the token was revoked", _RENEW),
    40142: ("the token has expired", _RENEW),
    40143: ("{where} does not recognise the token", _RENEW),
    40144: ("the JWT is not valid", f"{_RENEW}; {_CHECK_CLOCK}"),
    40170: ("no token came from the auth URL", "check that the auth URL answers with a token"),
    40171: ("the token is no longer valid, and there is no means to renew it", _RENEW),
    40300: ("{where} forbids this to these credentials", "use a key with more rights"),
    40400: ("{where} does not know this app or message", _CHECK_KEY),
    42920: ("much too many messages were published; the connection was closed", _SLOWER),
    42921: ("much too many messages were published; the connection was closed", _SLOWER),
    42922: ("much too many messages were published; the connection was closed", _SLOWER),
    42924: ("too many connections or messages at once", _SLOWER),
    50003: ("there was no answer in time", _CHECK_NETWORK),
    80000: ("the connection failed", _CHECK_NETWORK),
    80002: ("disconnected for over two minutes", _CHECK_NETWORK),
    80003: ("disconnected", _CHECK_NETWORK),
    80008: ("the connection could not be resumed; what was missed is fetched from history", ""),
    80016: ("this connection was replaced by a newer one", ""),
    80017: ("the connection is closed", ""),
    80018: ("the connection could not be resumed; what was missed is fetched from history", ""),
    80019: ("no token could be got from the auth URL", "check that the auth URL answers"),
    90001: ("the channel is not in a state for this", ""),
    90003: ("the server no longer has what was missed; it is fetched from history", ""),
    90004: ("more was missed than the server keeps ready; it is fetched from history", ""),
    90007: ("the channel did not answer in time", "it is tried again"),
    90010: ("too many channels on this connection", ""),
    91000: ("presence needs a client id", "give one with --client-id"),
    93001: ("annotations need the channel mode annotation_subscribe", ""),
    93002: (
        "this channel does not allow appends and updates",
        _MISSING_RULE,
    ),
}


def code_of(error: object) -> int:
    """Return Ably's code of an error, 0 when it has none.

    In several of the SDK's exceptions code and HTTP status have changed places.
    """
    status = getattr(error, "status_code", None)
    if status is None:  # not one of the SDK's; what others call a code is another thing
        return 0
    code = getattr(error, "code", None)
    numbers = [n for n in (code, status) if isinstance(n, int) and not isinstance(n, bool) and n >= 10_000]
    return numbers[0] if numbers else 0


def is_token_error(code: int) -> bool:
    """Whether a new token would help (RSA4b)."""
    return 40140 <= code < 40150


def is_rate_error(code: int) -> bool:
    """Whether the server refused for the number of messages."""
    return 42910 <= code <= 42929


def explain(
    error: object, *, where: str = ABLY, by_auth_url: bool = False, has_worked: bool = False
) -> Reason:
    """Return what happened and what to do; never raises.

    `where` names the server, `host:port` for one that is not Ably's: of that nobody can ask Ably's dashboard.
    `by_auth_url` says that tokens come from an auth URL, `has_worked` that there was a connection before, so
    that port and TLS are right.
    """
    if code_of(error) == NO_TOKEN and getattr(error, "cause", None) is not None:
        error, by_auth_url = getattr(error, "cause", None), True
    reason = _explain(error, where, has_worked=has_worked)
    if by_auth_url and reason.code in _BY_AUTH_URL:
        message, remedy = _BY_AUTH_URL[reason.code]
        return Reason(message.replace("{where}", where), reason.code, remedy)
    if where == ABLY or reason.remedy not in _ELSEWHERE:
        return reason
    return Reason(reason.message, reason.code, _ELSEWHERE[reason.remedy].replace("{where}", where))


def _explain(error: object, where: str, *, has_worked: bool) -> Reason:
    code = code_of(error)
    text = _text(error)
    remedy = getattr(error, "remedy", None)
    if isinstance(remedy, str):  # it knows better
        return Reason(text, code, remedy)
    network = _network(error, text, where, has_worked=has_worked)
    if network is not None:
        # 40000 is what the SDK writes over its WebSocket library's errors.
        return Reason(network[0], 0 if code == 40000 else code, network[1])
    if code == 40160:
        found = _CAPABILITY.search(text)
        missing = f"the capability {found.group().lower()}" if found else "a capability that this needs"
        return Reason(f"the key or token lacks {missing} on this channel", code, "use a key that has it")
    if code in _KNOWN:
        message, what_to_do = _KNOWN[code]
        return Reason(message.replace("{where}", where), code, what_to_do)
    if is_token_error(code):
        return Reason("the token is not valid", code, _RENEW)
    if is_rate_error(code):
        return Reason("too many messages in a second", code, _SLOWER)
    if 40100 <= code < 40200:
        return Reason(f"{where} does not accept these credentials: {text}", code, _CHECK_KEY)
    if isinstance(error, TimeoutError) or type(error).__name__ in _HTTP_TIMEOUTS:
        return Reason(f"{where} did not answer in time", code, _CHECK_NETWORK)
    return Reason(text or type(error).__name__, code)


def _text(error: object) -> str:
    text = getattr(error, "message", "") if hasattr(error, "message") else str(error)
    return clean_line(redact(text), MAX_TEXT) if isinstance(text, str) else ""


def _causes(error: object) -> list[object]:
    """The error and what it was raised from, the SDK's own attribute for that included."""
    causes: list[object] = []
    while error is not None and len(causes) < 10:
        causes.append(error)
        error = getattr(error, "cause", None) or getattr(error, "__cause__", None)
    return causes


def _network(error: object, text: str, where: str, *, has_worked: bool) -> tuple[str, str] | None:
    """Causes below Ably's protocol; the SDK wraps them in errors of its own and keeps only their text."""
    if (
        isinstance(error, ConnectionRefusedError)
        or "Connect call failed" in text
        or "refused" in text.lower()
    ):
        return f"nothing listens at {where}", f"check that a server runs at {where}; it is tried again"
    if isinstance(error, socket.gaierror) or any(words in text for words in _NAME_FAILURES):
        name = "of Ably" if where == ABLY else where.rpartition(":")[0]
        return f"the name {name} cannot be resolved: no network, or DNS fails", _CHECK_NETWORK
    if "All connection attempts failed" in text:  # httpx, which fetches tokens and history
        return "no connection could be made to fetch a token or history", (
            "check ABLY_AUTH_URL, where you use one, and the network; it is tried again"
        )
    if isinstance(error, ssl.SSLError) or "CERTIFICATE" in text or "[SSL" in text:
        return (
            f"no trusted TLS connection to {where}",
            "check the clock, and whether a proxy or captive portal is in between"
            + ("; it is tried again" if has_worked else "; without TLS: --no-tls"),
        )
    broken = any(
        isinstance(each, ConnectionResetError | BrokenPipeError | EOFError) for each in _causes(error)
    )
    if broken or "no close frame" in text:  # as the WebSocket library calls it
        return (
            f"{where} broke the connection off",
            _CHECK_NETWORK if has_worked else "check the port, and whether it speaks TLS; it is tried again",
        )
    if "HTTP 407" in text or "proxy" in text.lower():
        return f"the proxy refused the connection to {where}", "check HTTPS_PROXY and NO_PROXY"
    if any(words in text for words in _FOREIGN):
        return (
            f"what answers at {where} does not speak Ably's protocol",
            "check whether a captive portal is in between: open any web page; it is tried again"
            if has_worked
            else "check the endpoint, TLS and port, and whether a captive portal is in between",
        )
    return None


_HTTP_TIMEOUTS = ("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout")
"""Classes of httpx, whose exceptions have no text."""
_FOREIGN = (
    NOT_ABLY,
    "rejected WebSocket connection",
    "did not receive a valid HTTP response",
    "isn't a valid URI",  # a redirection to a web page
    "redirects",
)
_NAME_FAILURES = (
    "Name or service not known",
    "nodename nor servname",
    "Temporary failure in name",
    "getaddrinfo",
)
