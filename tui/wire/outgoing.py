"""What a publisher says, whichever pattern carries it.

The same values go both ways: an agent yields them and `encode` puts them on the wire; `decode` makes them
of what arrives. Ids are as published; `response_id` is None where the publisher sent none.
"""

from __future__ import annotations

from enum import StrEnum

from tui.wire.citations import Citation
from tui.wire.immutable import immutable


class Kind(StrEnum):
    """What a block of a response holds."""

    TEXT = "text"
    THINKING = "thinking"
    TOOL = "tool"
    """A tool call: its text is the arguments, as JSON."""
    DATA = "data"
    """Something that is no text: a file, a source, an object; its text says what it is."""


@immutable
class UserInput:
    """Somebody asks something: `user-input` (Ably's guide on sessions)."""

    prompt_id: str
    text: str
    to: str | None = None
    """The clientId of the agent that is asked; None means the asker's own."""
    model: str | None = None
    """The model the asker wants, where they said so."""
    in_reply_to: str | None = None
    """The responseId that it continues; None begins a thread."""
    sibling_of: str | None = None
    """The promptId that it asks again, in the same or in other words."""
    within: str | None = None
    """The responseId of the running response that it is said to, to steer it or to let it go on."""
    part: bool = False
    """Whether other messages with this promptId may carry more of the prompt, by the order of serials."""
    models: tuple[str, ...] = ()
    """The models that the asker wants an answer of each from, in the order in which they were named."""


@immutable
class Start:
    """A response begins: `start`."""

    response_id: str | None
    prompt_id: str | None = None
    in_reply_to: str | None = None
    """The responseId of the response before it in its thread."""
    model: str | None = None
    supersedes: tuple[str, ...] = ()
    """Ids of responses in whose place it comes, as after a crash; they are to be hidden."""
    sibling_of: str | None = None
    """The responseId that it is another answer beside."""


@immutable
class Text:
    """A piece of a response's text or thinking: `token`, `reasoning`."""

    response_id: str | None
    text: str
    seq: int | None = None
    """Position among the pieces of this response, from 0; lets a viewer see that one is missing."""
    deltas: int = 1
    """How many of the model's deltas were joined into this piece; what a token rate is counted by."""
    kind: Kind = Kind.TEXT
    whole: bool = False
    """Whether its publisher may mean it as a text of its own and not as the rest of the one before."""


@immutable
class Part:
    """A block of a response that is one message, whose text grows by appends and changes by updates."""

    response_id: str
    text: str
    kind: Kind = Kind.TEXT
    prompt_id: str | None = None
    model: str | None = None
    done: bool = False
    """Whether its publisher has said that nothing more will be appended."""
    label: str = ""
    """What it is, where that is no plain text: `file`, `source-url`, `refusal` …"""
    continues: bool = False
    """Whether it is the rest of the part before it, whose message had no room for more."""


@immutable
class ToolCall:
    """A response calls a tool: `tool_call`. Where the arguments stream, its message grows by appends."""

    response_id: str | None
    call_id: str
    name: str | None
    arguments: str = ""
    """As JSON text, perhaps not all of it yet."""
    done: bool = True
    """Whether the arguments are complete."""


@immutable
class ToolProgress:
    """How far a tool has got: `tool_progress`."""

    response_id: str | None
    call_id: str
    status: str
    percent: float | None = None
    name: str | None = None


@immutable
class ToolResult:
    """What a tool has returned: `tool_result`; also a client may say it."""

    response_id: str | None
    call_id: str
    result: str
    """Text, or JSON text."""
    name: str | None = None
    failed: bool = False


@immutable
class Route:
    """How an answer reaches a response of AI Transport, which does not know `approval-response`."""

    codec: str
    """`vercel` or `openai`."""
    run_id: str
    message_id: str
    """Codec-message-id of the message that holds the call."""


@immutable
class Cite:
    """A response cites a source: an annotation of the message that holds its text (`annotation_of`). It
    follows the text that it belongs to.
    """

    response_id: str | None
    citation: Citation
    """Its offsets count the response's text so far."""


@immutable
class ApprovalRequest:
    """Whoever runs a tool asks whether it may: `approval-request`."""

    response_id: str | None
    call_id: str
    tool: str
    """Empty where only the call itself says it."""
    arguments: str = ""
    """As JSON text."""
    route: Route | None = None
    """How the answer travels; None for `approval-response`."""


@immutable
class ApprovalResponse:
    """Somebody allows a tool call or not: `approval-response`. Whether it counts depends on who says it."""

    call_id: str
    approved: bool
    reason: str | None = None
    response_id: str | None = None


@immutable
class Cancel:
    """Somebody wants a response to end: `cancel`. A request, which its agent may refuse."""

    response_id: str | None
    prompt_id: str | None = None
    """The prompt whose answer it is, which may not have begun; AI Transport names this one alone."""


@immutable
class Cancelled:
    """The agent confirms that a response was cancelled: `cancelled`."""

    response_id: str


@immutable
class Best:
    """Somebody calls a response the best of those that answer the same: `best`."""

    response_id: str
    prompt_id: str | None = None
    """The prompt that it answers."""
    taken_back: bool = False
    """Whether it is not the best any more."""


@immutable
class Suspended:
    """A response pauses until somebody answers it, and has not ended: AI Transport's `ai-run-suspend`."""

    response_id: str


@immutable
class Resumed:
    """A suspended response goes on: AI Transport's `ai-run-resume`."""

    response_id: str


@immutable
class StepStart:
    """An attempt at a step of a response begins: AI Transport's `ai-step-start`. The newest attempt at a step
    is the one that counts; what the earlier ones said is hidden.
    """

    response_id: str
    step_id: str


@immutable
class StepEnd:
    """An attempt at a step has ended, and with it every part that it left open: `ai-step-end`."""

    response_id: str
    step_id: str
    start_serial: str


@immutable
class InStep:
    """What is said within an attempt at a step."""

    step_id: str
    start_serial: str
    """Serial of the attempt's `StepStart`."""
    value: Part | ToolCall | ToolProgress | ToolResult | ApprovalRequest
    message_id: str | None = None
    """The name of the message that it is a part of: AI Transport's codec-message-id, which replies
    (`UserInput.in_reply_to`) and siblings (`Start.sibling_of`) name in place of the response."""

    @property
    def response_id(self) -> str | None:
        """The response that it is said in."""
        return self.value.response_id


@immutable
class Forked:
    """A tool's result with which a suspended response goes on as another, as AI Transport's client tools do:
    the response that answers `prompt_id` comes in its place.
    """

    prompt_id: str
    response_id: str
    """The response that is suspended, and whose place is taken."""
    value: ToolResult


@immutable
class Stop:
    """A response has ended: `stop`."""

    response_id: str | None
    stop_reason: str | None = None
    """Anthropic's stop_reason, or `cancelled` or `error`."""
    error: str | None = None
    """Cause and remedy, for a person; present means that the response failed."""
    cancelled_by: str | None = None
    """The clientId of who cancelled it."""
    input_tokens: int | None = None
    output_tokens: int | None = None


@immutable
class Whole:
    """The full text of a response, in place of all its pieces: `response-complete`."""

    response_id: str | None
    text: str


@immutable
class Revision:
    """What an append, update or delete does to the message with its serial."""

    text: str
    """What is appended, or all of it."""
    appended: bool
    """Whether `text` follows what was there; otherwise it takes its place."""
    done: bool = False
    """Whether its publisher has said that nothing more will be appended."""
    deleted: bool = False
    """Whether the message was deleted: softly, so `text` is empty and what was there may be kept."""


@immutable
class Unknown:
    """A message that carries no response."""

    why: str
    expected: bool = False
    """Whether its pattern is known and it merely says nothing that anybody would want to see."""


Outgoing = (
    UserInput
    | Start
    | Text
    | Stop
    | Whole
    | ToolCall
    | ToolProgress
    | ToolResult
    | ApprovalRequest
    | ApprovalResponse
    | Cancel
    | Cancelled
    | Best
)
"""What we publish ourselves."""
Said = Outgoing | Part | Suspended | Resumed | StepStart | StepEnd | InStep | Forked | Unknown
"""What a message may say."""
