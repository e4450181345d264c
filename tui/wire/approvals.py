"""Human in the loop: whoever runs a tool asks whether it may, and somebody answers.

| name                | data                                    | headers (strings)      |
|---------------------|-----------------------------------------|------------------------|
| `approval-request`  | `{tool, arguments}`                     | toolCallId, responseId |
| `approval-response` | `{decision, reason}`                    | toolCallId, responseId |

A decision is `approved` or `rejected`; any other word is none: it neither allows the call nor closes the
question. Only the toolCallId is in Ably's guides. Arguments are a JSON text, or an object, which becomes
one. Who answered stands in the message's clientId and in `extras.userClaim`, which Ably stamps, and never in
a header; whether it counts is for others to say.
"""

from __future__ import annotations

from tui.wire.message import ChannelMessage
from tui.wire.outgoing import ApprovalRequest, ApprovalResponse, Unknown
from tui.wire.payload import identifier, json_text, line, mapping, strings
from tui.wire.tools import call_id_of

NAMES = frozenset({"approval-request", "approval-response"})
_DECISIONS: dict[object, bool] = {"approved": True, "rejected": False}


def decode(message: ChannelMessage) -> ApprovalRequest | ApprovalResponse | Unknown:
    """Return what the message says; `Unknown` when no call or no decision can be told."""
    response_id = identifier(message.header("responseId"))
    call_id = call_id_of(message)
    if call_id is None:
        return Unknown(f"{message.name} without toolCallId")
    data = mapping(message.data)
    if message.name == "approval-request":
        tool = identifier(data.get("tool")) or identifier(data.get("name")) or ""
        return ApprovalRequest(response_id, call_id, tool, json_text(data.get("arguments", data.get("args"))))
    decision = data.get("decision", message.data)
    approved = _DECISIONS.get(decision) if isinstance(decision, str) else None
    if approved is None:
        return Unknown("approval-response without a decision")
    return ApprovalResponse(call_id, approved, line(data.get("reason")), response_id)


def encode(value: ApprovalRequest | ApprovalResponse) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers."""
    headers = strings({"toolCallId": value.call_id, "responseId": value.response_id})
    if isinstance(value, ApprovalRequest):
        return "approval-request", {"tool": value.tool, "arguments": value.arguments}, headers
    data = {"decision": "approved" if value.approved else "rejected"}
    return "approval-response", data if value.reason is None else data | {"reason": value.reason}, headers
