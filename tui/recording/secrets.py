"""Takes out of recordings what looks like a credential of anybody's: a file is kept, and passed on.

Leaves to `Writer`'s caller what this program itself knows: Ably's and Anthropic's keys, and its own secrets.
"""

from __future__ import annotations

import re

MASK = "[redacted]"

_START = r"(?<![A-Za-z0-9])"
_PATTERNS = (
    # GitHub's and Slack's tokens, and the ids of AWS's access keys, by their prefixes
    (re.compile(rf"{_START}(?:gh[pousr]_|github_pat_)\w{{6,}}"), MASK),
    (re.compile(rf"{_START}xox[abeoprs]-[\w-]{{6,}}"), MASK),
    (re.compile(rf"{_START}(?:AKIA[0-9A-Z]{{8,}}|ASIA[0-9A-Z]{{16}}(?![0-9A-Z]))"), MASK),
    # aws_secret_access_key=… in an environment, "secretAccessKey": "…" in JSON
    (
        re.compile(
            r"(?i)((?:secret[_-]?access[_-]?key|aws[_-]?session[_-]?token)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)}\]]+"
        ),
        rf"\1{MASK}",
    ),
    # scheme://user:password@host, where what follows the colon is no port; bounded, for a text may be made to
    # have it tried from everywhere
    (
        re.compile(
            r"(?i)\b([a-z][a-z0-9+.-]{0,20}://[^\s/:@\"'<>]{0,100}:)(?!\d+[/?#])"
            r"[^\s@\"'<>]{1,300}(?:@[^\s@/\"'<>]{1,100}){0,3}(?=@)"
        ),
        rf"\1{MASK}",
    ),
)


def without_credentials(text: str) -> str:
    """Return the text with a mask wherever something looks like a credential."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
