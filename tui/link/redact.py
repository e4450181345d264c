"""Takes keys and tokens out of text before it is written anywhere, and the life out of control characters.

The SDK logs the URL of a connection, key included, and puts credentials in some errors. What is known to be
secret is replaced wherever it stands; what merely looks like a key or a token as well. Leaves to `logs` where
records go.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[redacted]"

_VALUE = r"[^\s&\"',;)}\]]+"
_NAMES = (
    r"(?:ably[_-]?|anthropic[_-]?|x-)?(?:api[_-]?)?key(?:[_-]?secret)?|(?:access|auth)[_-]?token|ably[_-]?token|"
    r"secret|password|mac|resume|recover|connection[_-]?key"
)
_PATTERNS = (
    # Authorization: Bearer …, Basic …
    (re.compile(r"\b(bearer|basic)\s+[\w+/=.~:-]{6,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"sk-ant-[\w-]+"), MASK),
    # a JSON Web Token
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), MASK),
    # key=… in a URL, "accessToken": "…" in JSON, 'key': '…' in a dict
    (re.compile(rf"(?i)\b({_NAMES})([\"']?\s*[=:]\s*[\"']?){_VALUE}"), rf"\1\2{MASK}"),
    # an Ably key, app.id:secret, also with the colon quoted for a URL
    (re.compile(r"\b[\w-]{3,}\.[\w-]{3,}(?::|%3[Aa])[\w+/=-]{8,}"), MASK),
)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return the text with control characters but newline and tab as escapes: a log is read in a terminal."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without anything that is, or looks like, a key or a token.

    `secrets` are values to remove wherever they stand, also as they are quoted in a URL.
    """
    for secret in secrets:
        for form in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            text = text.replace(form, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def parts_of(key: str) -> list[str]:
    """Return what of a key `app.id:secret` must not be seen: the whole and its secret half."""
    _, colon, secret = key.partition(":")
    return [part for part in (key, secret if colon else "") if len(part) >= 6]


def message_of(record: logging.LogRecord) -> str:
    """Return what a record says, also when its arguments do not fit, as in some log calls of the SDK."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args!r}"


class RedactingFilter(logging.Filter):
    """Redacts every record of the handler it is added to: the message, its arguments and its traceback.

    What is left holds no control characters, and a message cannot pretend to be several records.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place; always let it pass."""
        record.msg, record.args = self._harmless(message_of(record)).replace("\n", "\n  "), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._harmless(record.exc_text)
        if record.stack_info:
            record.stack_info = self._harmless(record.stack_info)
        return True

    def _harmless(self, text: str) -> str:
        return visible(redact(text, self._secrets))
