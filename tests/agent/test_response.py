from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.agent.raw_server import PAYLOADS, stream
from tests.agent.test_answer import answer_of, checked
from tui.agent.response import Response
from tui.wire import Start, Stop


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["", "a"], "a"),
        (["\\ud83c", "\\udf89"], "🎉"),
        (["a", "\\ud83c"], "a\ufffd"),
    ],
)
async def test_deltas(texts: list[str], text: str) -> None:
    delta = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}'
    begun = PAYLOADS[6].replace('"index":1', '"index":0')
    values = await answer_of(*stream([PAYLOADS[0], begun, *(delta % piece for piece in texts), PAYLOADS[-1]]))
    assert checked(values)[1] == text
    assert len(values) == 2 + len(text)


@pytest.mark.parametrize("id_", ["msg\\u001b[2J_1", "msg_1\\n", "  msg_1 "])
async def test_an_id_is_cleaned(id_: str) -> None:
    values = await answer_of(*stream([PAYLOADS[0].replace("msg_1", id_), *PAYLOADS[1:]]))
    assert checked(values)[0].response_id == "msg_1"


@pytest.mark.parametrize("event", [None, SimpleNamespace(type="ping"), SimpleNamespace(type="message_delta")])
def test_what_says_nothing(event: object) -> None:
    assert Response("m", "p1", None).take(event) == []


def test_usage_that_is_none() -> None:
    response = Response("m", "p1", "r0")
    usage = SimpleNamespace(input_tokens="12", output_tokens=-1)
    message = SimpleNamespace(id=7, usage=usage)
    assert response.take(SimpleNamespace(type="message_start", message=message)) == [
        Start("answer-p1", "p1", "r0", "m")
    ]
    assert response.take(SimpleNamespace(type="message_stop")) == [Stop("answer-p1")]
    assert response.complete


@pytest.mark.parametrize(
    ("explanation", "said"), [("Not this.", ": Not this."), (None, "."), (7, "."), ("sk-ant-1234", ": ….")]
)
def test_refusal(explanation: object, said: str) -> None:
    response = Response("m", "p1", None)
    response.take(SimpleNamespace(type="message_start", message=SimpleNamespace(id="r1")))
    details = SimpleNamespace(explanation=explanation)
    delta = SimpleNamespace(stop_reason="refusal", stop_details=details)
    response.take(SimpleNamespace(type="message_delta", delta=delta))
    text = f"m declined to answer{said} Put it another way, or ask another model."
    assert response.take(SimpleNamespace(type="message_stop")) == [Stop("r1", "refusal", text)]
