"""AI Transport, the SDK whose messages carry `extras.ai` (as its JavaScript package 0.8 sends them).

| name             | headers of `extras.ai.transport`                              | means       |
|------------------|---------------------------------------------------------------|-------------|
| `ai-run-start`   | run-id, input-codec-message-id, parent, msg-regenerate        | `Start`     |
| `ai-run-suspend` | run-id                                                        | `Suspended` |
| `ai-run-resume`  | run-id                                                        | `Resumed`   |
| `ai-run-end`     | run-id, run-reason, error-code, error-message                 | `Stop`      |
| `ai-step-start`  | run-id, step-id                                               | `StepStart` |
| `ai-step-end`    | run-id, step-id, step-start-serial                            | `StepEnd`   |
| `ai-cancel`      | run-id or input-codec-message-id, or both                     | `Cancel`    |
| `ai-output`      | run-id, codec-message-id, step-id, step-start-serial, stream, status | `InStep` |
| `ai-input`       | codec-message-id, parent, fork-of, supersedes, run-id         | see below   |

A run is a response, its id the run-id. Everything is a string, and the messages about a run's life have no
data. What an output says stands in `extras.ai.codec.kind`, which each codec has its own of. An append has no
name, so that its kind tells it.

| kind of `ai-input`                 | data                          | means                             |
|------------------------------------|-------------------------------|-----------------------------------|
| `user-message`                     | by partType: text, url, any   | `UserInput`, a part               |
| `regenerate`                       | none                          | `UserInput` without text          |
| `tool-result`, `tool-result-error` | `{output}`, `{message}`       | `ToolResult`; `Forked`            |
| `tool-approval-response`           | none; codec: approved, reason | `ApprovalResponse`                |

A prompt is its codec-message-id, which run-start names as input-codec-message-id; each part of it is a
message. partType is `text` or `input_text`, `file`, or `data-*`. `parent` names the message before, so
`in_reply_to` is the codec-message-id of an output, and so is the `sibling_of` of a `Start`; of a
`regenerate` it is the prompt that is asked again. `fork-of` names the prompt that an edited one stands
beside. A user-message with run-id is said to that run. A tool's result with `supersedes` begins a run in the
place of the one named there. A cancel may name nothing but the prompt, and come before its run. Where older
documentation has it otherwise, that is read as well: stream headers in the codec tier, an `ai-input` without
kind whose data is `{role, content}`.
"""

from __future__ import annotations

from tui.wire import transport_openai, transport_vercel
from tui.wire.clean import clean_text
from tui.wire.message import ChannelMessage
from tui.wire.outgoing import (
    ApprovalResponse,
    Cancel,
    Forked,
    Resumed,
    Said,
    Start,
    StepEnd,
    StepStart,
    Stop,
    Suspended,
    ToolResult,
    Unknown,
    UserInput,
)
from tui.wire.payload import describe, identifier, identifiers, json_text, line, text_of
from tui.wire.transport_headers import Output

_INPUTS = frozenset(
    {"user-message", "regenerate", "tool-result", "tool-result-error", "tool-approval-response"}
)


def decode(message: ChannelMessage) -> Said:
    """Return what the message says; its `extras.ai` must be an object."""
    output = Output.of(message)
    match message.name:
        case "ai-input":
            return _input(output, message)
        case "ai-output":
            return _output(output, message)
        case None:
            return _input(output, message) if output.kind in _INPUTS else _output(output, message)
        case "ai-cancel":
            run, prompt = output.id("run-id"), output.id("input-codec-message-id")
            return Cancel(run, prompt) if run or prompt else Unknown("ai-cancel without a run")
    if output.id("run-id") is None:
        return Unknown(f"AI Transport {line(message.name, 80)} without run-id")
    return _lifecycle(message.name, output)


def codec_of(message: ChannelMessage) -> str | None:
    """Return which codec a message of AI Transport was made by: `vercel` or `openai`; None when it could be
    either. Who wants to speak to its agent has to use the same.
    """
    output = Output.of(message)
    part = output.field("partType") or ""
    if transport_openai.knows(output) or part == "input_text" or "call_id" in output.codec:
        return "openai"
    vercel = transport_vercel.knows(output) or part in ("text", "file") or part.startswith("data-")
    return "vercel" if vercel or "toolCallId" in output.codec else None


def _lifecycle(name: str, output: Output) -> Said:
    run, step = output.run, output.id("step-id")
    match name:
        case "ai-run-start":
            return Start(
                run,
                prompt_id=output.id("input-codec-message-id") or output.id("parent"),
                supersedes=identifiers(output.transport.get("supersedes")),
                sibling_of=output.id("msg-regenerate"),
            )
        case "ai-run-suspend":
            return Suspended(run)
        case "ai-run-resume":
            return Resumed(run)
        case "ai-run-end":
            return _end(output)
        case "ai-step-start" if step is not None:
            return StepStart(run, step)
        case "ai-step-end" if step is not None:
            return StepEnd(run, step, output.id("step-start-serial") or "")
        case _:
            return Unknown(f"AI Transport {line(name, 80) or 'message'}")


def _end(output: Output) -> Stop:
    reason = output.id("run-reason") or "complete"
    if reason != "error":
        return Stop(output.run, stop_reason=None if reason == "complete" else reason)
    code = output.id("error-code")
    error = line(output.transport.get("error-message")) or "the agent reported an error"
    return Stop(output.run, stop_reason=reason, error=f"{error} ({code})" if code else error)


def _output(output: Output, message: ChannelMessage) -> Said:
    if transport_openai.knows(output):
        said = transport_openai.decode(output)
    elif transport_vercel.knows(output):
        said = transport_vercel.decode(output)
    elif output.kind is None and isinstance(message.data, str):
        said = output.part(message.data)
    else:
        kind = output.kind or "output without kind"
        return Unknown(f"AI Transport {kind} · {describe(message)}")
    return said if isinstance(said, Unknown) else output.within(said)


def _input(output: Output, message: ChannelMessage) -> Said:
    run, prompt = output.id("run-id"), output.id("codec-message-id")
    match output.kind:
        case "tool-result" | "tool-result-error":
            return _result(output)
        case "tool-approval-response":
            call_id = _call_id(output)
            if call_id is None:
                return Unknown("AI Transport tool-approval-response without a call")
            approved = output.codec.get("approved") == "true"
            return ApprovalResponse(call_id, approved, line(output.codec.get("reason")), run)
        case "user-message" | "regenerate" | None if prompt is not None:
            again = output.kind == "regenerate"
            return UserInput(
                prompt,
                "" if again else clean_text(_prompt(output)),
                in_reply_to=None if again else output.id("parent"),
                sibling_of=output.id("parent") if again else output.id("fork-of"),
                within=run,
                part=not again,
            )
        case _:
            return Unknown(f"AI Transport {output.kind or 'input without id'} · {describe(message)}")


def _result(output: Output) -> Said:
    call_id, prompt = _call_id(output), output.id("codec-message-id")
    if call_id is None:
        return Unknown(f"AI Transport {output.kind} without a call")
    failed = output.kind == "tool-result-error"
    said = text_of(output.fields.get("message")) if failed else _returned(output.fields.get("output"))
    superseded = output.id("supersedes")
    result = ToolResult(superseded or output.id("run-id"), call_id, said, failed=failed)
    return result if superseded is None or prompt is None else Forked(prompt, superseded, result)


def _returned(value: object) -> str:
    text = text_of(value)
    return text if isinstance(value, str | list) else json_text(value)


def _call_id(output: Output) -> str | None:
    return output.field("toolCallId") or output.field("call_id")


def _prompt(output: Output) -> str:
    part = identifier(output.codec.get("partType")) or ""
    if part == "file":
        media = output.field("mediaType")
        return f"file: {transport_vercel.link(output.data)}" + (f" ({media})" if media else "")
    if part.startswith("data-"):
        return f"{part}: {json_text(output.data)}"
    content = output.fields.get("content") if output.kind is None else None
    return text_of(output.data if content is None else content)
