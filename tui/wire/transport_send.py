"""What a person sends into a session of AI Transport: prompts, regeneration, cancels and approvals.

`extras.ai.transport` always has `event-id`, by which an agent finds the message; all but a cancel have role,
codec-message-id, run-client-id and `stream` `false` there. What is said stands in `extras.ai.codec`:

| said     | name        | data | transport                          | codec                              |
|----------|-------------|------|------------------------------------|------------------------------------|
| prompt   | `ai-input`  | text | parent, fork-of, run-id, discrete  | kind, partType, messageId (vercel) |
| again    | `ai-input`  | none | parent, msg-regenerate             | kind                               |
| approval | `ai-input`  | none | run-id, parent                     | kind, approved, reason, a call's id |
| cancel   | `ai-cancel` | none | run-id, input-codec-message-id     |                                    |

The call's id is `toolCallId` for Vercel and `call_id` for OpenAI, codec-message-id and parent are those of
the call's message. `tui.wire.transport` reads them back. Ids are the caller's to make: `event_id` a new one
for every message.
"""

from __future__ import annotations

from tui.wire.outgoing import ApprovalResponse, Cancel, Route, UserInput
from tui.wire.payload import strings
from tui.wire.publication import Publication


def encode_input(value: UserInput, codec: str, *, event_id: str, client_id: str | None = None) -> Publication:
    """Return a prompt for an agent whose codec is `vercel` or `openai`. Its `in_reply_to` is the
    codec-message-id of the output that it follows, its `sibling_of` the promptId that it is an edit of.
    """
    said: dict[str, str | int | None] = {"kind": "user-message", "partType": "input_text"}
    if codec == "vercel":
        said |= {"partType": "text", "messageId": value.prompt_id}
    transport = _sent(value.prompt_id, event_id, client_id) | {
        "run-id": value.within,
        "parent": value.in_reply_to,
        "fork-of": value.sibling_of,
        "discrete": "true",
    }
    return _publication("ai-input", value.text, transport, said)


def encode_again(
    prompt_id: str, target: str, parent: str, *, event_id: str, client_id: str | None = None
) -> Publication:
    """Return the wish for an answer to `parent`, a prompt, beside that whose codec-message-id is `target`."""
    transport = _sent(prompt_id, event_id, client_id) | {"parent": parent, "msg-regenerate": target}
    return _publication("ai-input", "", transport, {"kind": "regenerate"})


def encode_approval(
    value: ApprovalResponse, route: Route, *, event_id: str, client_id: str | None = None
) -> Publication:
    """Return the answer to an `ApprovalRequest` that came by `route`."""
    said: dict[str, str | int | None] = {
        "kind": "tool-approval-response",
        "toolCallId" if route.codec == "vercel" else "call_id": value.call_id,
        "approved": "true" if value.approved else "false",
        "reason": value.reason,
    }
    transport = _sent(route.message_id, event_id, client_id)
    transport |= {"run-id": route.run_id, "parent": route.message_id}
    return _publication("ai-input", "", transport, said)


def encode_cancel(value: Cancel, *, event_id: str) -> Publication:
    """Return the request to end a run, by its run-id, by the prompt that it answers, or by both."""
    transport: dict[str, str | int | None] = {
        "event-id": event_id,
        "run-id": value.response_id,
        "input-codec-message-id": value.prompt_id,
    }
    return _publication("ai-cancel", None, transport, {})


def _sent(message_id: str, event_id: str, client_id: str | None) -> dict[str, str | int | None]:
    return {
        "role": "user",
        "codec-message-id": message_id,
        "run-client-id": client_id,
        "event-id": event_id,
        "stream": "false",
    }


def _publication(
    name: str, data: object, transport: dict[str, str | int | None], codec: dict[str, str | int | None]
) -> Publication:
    tiers = {"transport": strings(transport)} | ({"codec": strings(codec)} if codec else {})
    return Publication(name, data, {"ai": tiers})
