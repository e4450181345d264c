import pytest

from tests.wire.values import message
from tui.wire import ApprovalRequest, ApprovalResponse, ChannelMessage, Said, Unknown, decode

ID = {"toolCallId": "t"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            message("approval-request", {"tool": "send_email", "arguments": {"to": "a@b"}}, ID),
            ApprovalRequest(None, "t", "send_email", '{"to":"a@b"}'),
        ),
        (
            message("approval-request", {"tool": "x", "arguments": "{}"}, {**ID, "responseId": "r"}),
            ApprovalRequest("r", "t", "x", "{}"),
        ),
        (message("approval-request", {"name": "x", "args": [1]}, ID), ApprovalRequest(None, "t", "x", "[1]")),
        (message("approval-request", "?", ID), ApprovalRequest(None, "t", "")),
        (message("approval-request", {"tool": "x", "toolCallId": "t"}), ApprovalRequest(None, "t", "x")),
        (message("approval-response", {"decision": "approved"}, ID), ApprovalResponse("t", True)),
        (
            message("approval-response", {"decision": "rejected", "reason": "no\x1b[1m way"}, ID),
            ApprovalResponse("t", False, "no way"),
        ),
        (message("approval-response", "approved", ID), ApprovalResponse("t", True)),
    ],
)
def test_each_shape(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


@pytest.mark.parametrize(
    "decision", ["APPROVED", "yes", "", True, 1, None, ["approved"], {"decision": "approved"}]
)
def test_any_other_word_is_no_decision(decision: object) -> None:
    assert decode(message("approval-response", {"decision": decision}, ID)) == Unknown(
        "approval-response without a decision"
    )


@pytest.mark.parametrize("name", ["approval-request", "approval-response"])
def test_without_a_call_there_is_nothing_to_decide(name: str) -> None:
    assert decode(message(name, {"decision": "approved", "tool": "x"})) == Unknown(
        f"{name} without toolCallId"
    )
