"""Which of several answers is the best, by somebody's word. Whoever continues the thread follows it.

| name   | data            | headers              | means                         |
|--------|-----------------|----------------------|-------------------------------|
| `best` | none, or other  | responseId, promptId | this response is the best     |
| `best` | `{best: false}` | the same             | it is not: that is taken back |

promptId is that of the question, for others to find the answers that it stands beside, and may be absent. Of
all that is said about answers that stand side by side the latest counts. Nobody but us says this yet.
"""

from __future__ import annotations

from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Best, Unknown
from tui.wire.payload import identifier, mapping, strings

NAMES = frozenset({"best"})


def decode(message: ChannelMessage) -> Best | Unknown:
    """Return what the message says; `Unknown` when it does not name a response."""
    response_id = identifier(message.header("responseId"))
    if response_id is None:
        return Unknown("best without responseId")
    taken_back = mapping(message.data).get("best") is False
    return Best(response_id, identifier(message.header("promptId")), taken_back=taken_back)


def encode(value: Best) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers."""
    headers = strings({"responseId": value.response_id, "promptId": value.prompt_id})
    return "best", {"best": not value.taken_back}, headers
