from collections import Counter

import pytest

from tests.wire.values import message, session, transport
from tui.wire import (
    Action,
    ApprovalRequest,
    ApprovalResponse,
    Cancel,
    ChannelMessage,
    Forked,
    InStep,
    Kind,
    Part,
    Resumed,
    Said,
    Start,
    StepEnd,
    StepStart,
    Stop,
    Suspended,
    ToolCall,
    ToolResult,
    Unknown,
    UserInput,
    codec_of,
    decode,
    revise,
)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (transport("ai-run-start"), Start("R")),
        (transport("ai-run-start", headers={"parent": "P"}), Start("R", prompt_id="P")),
        (
            transport(
                "ai-run-start", headers={"parent": "P", "input-codec-message-id": "I", "msg-regenerate": "A"}
            ),
            Start("R", prompt_id="I", sibling_of="A"),
        ),
        (transport("ai-run-start", headers={"supersedes": "R0"}), Start("R", supersedes=("R0",))),
        (transport("ai-run-suspend"), Suspended("R")),
        (transport("ai-run-resume"), Resumed("R")),
        (transport("ai-run-end"), Stop("R")),
        (transport("ai-run-end", headers={"run-reason": "complete"}), Stop("R")),
        (transport("ai-run-end", headers={"run-reason": "cancelled"}), Stop("R", stop_reason="cancelled")),
        (
            transport("ai-run-end", headers={"run-reason": "error"}),
            Stop("R", stop_reason="error", error="the agent reported an error"),
        ),
        (
            transport(
                "ai-run-end",
                headers={"run-reason": "error", "error-code": "104008", "error-message": "model\x1b[1m gone"},
            ),
            Stop("R", stop_reason="error", error="model gone (104008)"),
        ),
        (transport("ai-step-start", headers={"step-id": "S"}), StepStart("R", "S")),
        (transport("ai-step-start"), Unknown("AI Transport ai-step-start")),
        (
            transport("ai-step-end", headers={"step-id": "S", "step-start-serial": "s3"}),
            StepEnd("R", "S", "s3"),
        ),
        (transport("ai-step-end", headers={"step-id": "S"}), StepEnd("R", "S", "")),
        (transport("ai-cancel"), Cancel("R")),
        (transport("ai-cancel", headers={"run-id": None, "input-codec-message-id": "I"}), Cancel(None, "I")),
        (transport("ai-cancel", headers={"input-codec-message-id": "I"}), Cancel("R", "I")),
        (transport("ai-cancel", headers={"run-id": ""}), Unknown("ai-cancel without a run")),
        (
            transport("ai-run-start", headers={"run-id": 5}),
            Unknown("AI Transport ai-run-start without run-id"),
        ),
        (transport("ai-unheard-of"), Unknown("AI Transport ai-unheard-of")),
        (message("ai-run-end", extras={"ai": {}}), Unknown("AI Transport ai-run-end without run-id")),
    ],
)
def test_the_life_of_a_run(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


USER = {"run-id": None, "role": "user", "codec-message-id": "I"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            transport("ai-input", "user-message", "hi\x1b[1m", USER, {"partType": "text"}),
            UserInput("I", "hi", part=True),
        ),
        (
            transport("ai-input", "user-message", "hi", USER, {"partType": "input_text"}),
            UserInput("I", "hi", part=True),
        ),
        (
            transport(
                "ai-input",
                "user-message",
                "https://x.test/a",
                USER,
                {"partType": "file", "mediaType": "image/png"},
            ),
            UserInput("I", "file: https://x.test/a (image/png)", part=True),
        ),
        (
            transport("ai-input", "user-message", "data:;base64,AAAA", USER, {"partType": "file"}),
            UserInput("I", "file: data, 17 bytes", part=True),
        ),
        (
            transport("ai-input", "user-message", {"x": 1}, USER, {"partType": "data-chart"}),
            UserInput("I", 'data-chart: {"x":1}', part=True),
        ),
        # An edit stands beside the prompt it edits, a continuation follows the message it names.
        (
            transport("ai-input", "user-message", "hi", {**USER, "fork-of": "I0", "parent": "M0"}),
            UserInput("I", "hi", in_reply_to="M0", sibling_of="I0", part=True),
        ),
        # A message to a run that goes on steers it.
        (
            transport("ai-input", "user-message", "no", {**USER, "run-id": "R"}),
            UserInput("I", "no", within="R", part=True),
        ),
        # As the older documentation has it.
        (
            transport("ai-input", None, {"role": "user", "content": "hi"}, USER),
            UserInput("I", "hi", part=True),
        ),
        (transport("ai-input", None, "hi", USER), UserInput("I", "hi", part=True)),
        (
            transport("ai-input", "regenerate", "", {**USER, "parent": "I0", "msg-regenerate": "M0"}),
            UserInput("I", "", sibling_of="I0"),
        ),
        (
            transport("ai-input", "user-message", "hi"),
            Unknown("AI Transport user-message · text, 2 characters"),
        ),
        (
            transport("ai-input", "unheard-of", "hi", USER),
            Unknown("AI Transport unheard-of · text, 2 characters"),
        ),
        (transport("ai-input", None, "hi"), Unknown("AI Transport input without id · text, 2 characters")),
        (
            transport("ai-input", "tool-result", {"output": {"t": 21}}, None, {"toolCallId": "c"}),
            ToolResult("R", "c", '{"t":21}'),
        ),
        (
            transport("ai-input", "tool-result", {"output": "x"}, None, {"call_id": "c"}),
            ToolResult("R", "c", "x"),
        ),
        (
            transport("ai-input", "tool-result", {"output": None}, None, {"call_id": "c"}),
            ToolResult("R", "c", ""),
        ),
        (
            transport("ai-input", "tool-result-error", {"message": "no"}, None, {"toolCallId": "c"}),
            ToolResult("R", "c", "no", failed=True),
        ),
        (transport("ai-input", "tool-result", {}), Unknown("AI Transport tool-result without a call")),
        (
            transport(
                "ai-input", "tool-result", {"output": "x"}, {**USER, "supersedes": "R0"}, {"toolCallId": "c"}
            ),
            Forked("I", "R0", ToolResult("R0", "c", "x")),
        ),
        (
            transport(
                "ai-input", "tool-approval-response", "", None, {"toolCallId": "c", "approved": "true"}
            ),
            ApprovalResponse("c", True, response_id="R"),
        ),
        (
            transport(
                "ai-input",
                "tool-approval-response",
                "",
                None,
                {"call_id": "c", "approved": "false", "reason": "no"},
            ),
            ApprovalResponse("c", False, "no", "R"),
        ),
        # The SDK reads an approval that is not there as a denial.
        (
            transport("ai-input", "tool-approval-response", "", None, {"toolCallId": "c", "approved": True}),
            ApprovalResponse("c", False, response_id="R"),
        ),
        (
            transport("ai-input", "tool-approval-response", ""),
            Unknown("AI Transport tool-approval-response without a call"),
        ),
    ],
)
def test_what_is_put_in(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


STEP = {"step-id": "S", "step-start-serial": "s3", "codec-message-id": "M"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (transport("ai-output", "text", "Hey", {"stream": "true", "status": "streaming"}), Part("R", "Hey")),
        (
            transport("ai-output", "text", "Hey", {"stream": "true", "status": "complete"}),
            Part("R", "Hey", done=True),
        ),
        (transport("ai-output", "text", "Hey", STEP), InStep("S", "s3", Part("R", "Hey", done=True), "M")),
        # Stream headers of the codec tier, as documented.
        (
            transport("ai-output", "text", "Hey", None, {"stream": "true", "status": "streaming"}),
            Part("R", "Hey"),
        ),
        # Without a kind, without a run, without a name: what can be shown is shown.
        (transport("ai-output", None, "Hey", {"stream": "true"}), Part("R", "Hey")),
        (
            transport("ai-output", "text", "Hey", {"run-id": None, "codec-message-id": "M"}),
            Part("M", "Hey", done=True),
        ),
        (transport("ai-output", "text", "Hey", {"run-id": None}), Part("s1", "Hey", done=True)),
        (transport(None, "text", "Hey", {"stream": "true"}, action=Action.APPEND), Part("R", "Hey")),
        (transport(None, "user-message", "hi", USER, action=Action.UPDATE), UserInput("I", "hi", part=True)),
        (
            transport("ai-output", "text", "Hey", {"input-codec-message-id": "I"}),
            Part("R", "Hey", prompt_id="I", done=True),
        ),
        (
            transport("ai-output", "unheard-of", {"a": 1}),
            Unknown("AI Transport unheard-of · JSON object, 1 key: a · 7 bytes"),
        ),
        (
            transport("ai-output", None, {"a": 1}),
            Unknown("AI Transport output without kind · JSON object, 1 key: a · 7 bytes"),
        ),
        (transport("ai-output", "start"), Unknown("AI Transport start", expected=True)),
        (
            message("ai-output", "Hey", extras={"ai": {"transport": "none", "codec": ["none"]}}),
            Part("s1", "Hey", done=True),
        ),
    ],
)
def test_outputs(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


@pytest.mark.parametrize(
    ("sent", "codec"),
    [
        (transport("ai-input", "user-message", "hi", USER, {"partType": "text"}), "vercel"),
        (transport("ai-input", "user-message", "hi", USER, {"partType": "data-x"}), "vercel"),
        (transport("ai-input", "user-message", "hi", USER, {"partType": "input_text"}), "openai"),
        (transport("ai-output", "text"), "vercel"),
        (transport("ai-output", "refusal"), "openai"),
        (transport("ai-input", "tool-result", {}, None, {"call_id": "c"}), "openai"),
        (transport("ai-input", "tool-result", {}, None, {"toolCallId": "c"}), "vercel"),
        (transport("ai-run-start"), None),
        (transport("ai-input", "regenerate"), None),
        (message("token", "x"), None),
    ],
)
def test_which_codec_a_session_speaks(sent: ChannelMessage, codec: str | None) -> None:
    assert codec_of(sent) == codec


def said_in(codec: str) -> list[tuple[str, Said]]:
    """What a session says: by serial, each message as its last append or update has left it."""
    seen: dict[str, tuple[ChannelMessage, str]] = {}
    for sent in session(codec):
        text = revise(sent).text
        if sent.serial in seen:
            assert sent.action is Action.APPEND
            text = seen[sent.serial][1] + text
        seen[sent.serial] = (sent, text)
    return [
        (
            serial,
            decode(
                message(sent.name, text if sent.action is Action.APPEND else sent.data, extras=sent.extras)
            ),
        )
        for serial, (sent, text) in seen.items()
    ]


def inner(said: Said) -> Said:
    return said.value if isinstance(said, InStep) else said


@pytest.mark.parametrize("codec", ["vercel", "openai"])
def test_every_message_of_a_real_session_is_understood(codec: str) -> None:
    for sent in session(codec):
        for each in (
            decode(sent),
            decode(message(None, sent.data, extras=sent.extras, action=Action.APPEND)),
        ):
            assert not isinstance(each, Unknown) or each.expected or sent.data is None
        assert codec_of(sent) in (codec, None)


def test_a_real_session_of_vercels_codec() -> None:
    said = [each for _, each in said_in("vercel")]
    counts = Counter(type(inner(each)).__name__ for each in said)
    assert counts["Start"] == counts["Stop"] + 1 == 11  # a run that a fork superseded never ends
    assert (counts["Suspended"], counts["Resumed"], counts["Forked"], counts["Cancel"]) == (2, 1, 1, 1)
    parts = [part for each in said if isinstance(part := inner(each), Part)]
    texts = [part.text for part in parts if part.kind is Kind.TEXT]
    assert texts[:3] == ["Hey you", "ok", "done"]
    assert [part.text for part in parts if part.kind is Kind.THINKING] == ["hm"]
    assert [part.label for part in parts if part.kind is Kind.DATA] == ["source-url", "data-chart"]
    # Only the stream of the run that failed was never ended by its publisher.
    assert [part.text for part in parts if not part.done] == ["part"]
    calls = [call for each in said if isinstance(call := inner(each), ToolCall)]
    assert [(call.name, call.arguments, call.done) for call in calls[:2]] == [
        ("weather", '{"city":"Rome"}', True),
        ("other", '{"a":1}', True),
    ]
    answers = [answer for each in said if isinstance(answer := inner(each), ApprovalResponse)]
    assert [(answer.call_id, answer.approved, answer.reason) for answer in answers] == [("c3", True, "fine")]
    stops = [each for each in said if isinstance(each, Stop) and each.stop_reason is not None]
    assert [stop.stop_reason for stop in stops] == ["cancelled", "error"]
    assert stops[1].error == "model exploded (104008)"


def test_in_a_real_session_runs_and_prompts_are_told_by_their_ids() -> None:
    said = [each for _, each in said_in("vercel")]
    prompts = {each.prompt_id: each for each in said if isinstance(each, UserInput)}
    forks = {each.prompt_id: each for each in said if isinstance(each, Forked)}
    starts = {each.response_id: each for each in said if isinstance(each, Start)}
    messages = {each.message_id: each.response_id for each in said if isinstance(each, InStep)}
    for start in starts.values():
        assert start.prompt_id in prompts or start.prompt_id in forks
        if start.sibling_of is not None:  # regenerated: beside the run whose message it names
            again = prompts[start.prompt_id or ""]
            assert again.sibling_of == starts[messages[start.sibling_of]].prompt_id
    for prompt in prompts.values():
        assert prompt.in_reply_to is None or messages[prompt.in_reply_to] in starts
        assert prompt.sibling_of is None or prompt.sibling_of in prompts
        assert prompt.within is None or prompt.within in starts
    assert all(fork.response_id in starts for fork in forks.values())


def test_in_a_real_session_the_newest_attempt_at_a_step_counts() -> None:
    said = said_in("vercel")
    starts = [(serial, each) for serial, each in said if isinstance(each, StepStart) and each.step_id == "S"]
    assert len(starts) == 2
    texts = {
        each.start_serial: inner(each) for _, each in said if isinstance(each, InStep) and each.step_id == "S"
    }
    newest = texts[max(serial for serial, _ in starts)]
    assert isinstance(newest, Part)
    assert newest.text == "good"


def test_a_real_session_of_openais_codec() -> None:
    said = [inner(each) for _, each in said_in("openai")]
    parts = [each for each in said if isinstance(each, Part)]
    assert [(part.kind, part.text, part.done) for part in parts] == [
        (Kind.THINKING, "thinking", True),
        (Kind.TEXT, "Hey you", True),
    ]
    calls = [each for each in said if isinstance(each, ToolCall)]
    assert [(call.call_id, call.name, call.arguments, call.done) for call in calls] == [
        ("call1", "weather", '{"city":"Rome"}', True),
        ("call2", "locate", "{}", True),
    ]
    asked = [each for each in said if isinstance(each, ApprovalRequest)]
    assert [(each.call_id, each.tool, each.arguments) for each in asked] == [
        ("call1", "weather", '{"city":"Rome"}')
    ]
    results = [each for each in said if isinstance(each, ToolResult)]
    assert [(each.call_id, each.result) for each in results] == [("call1", "denied"), ("call2", "here")]
