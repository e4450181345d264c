from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from tests.agent.raw_server import PAYLOADS, stream
from tests.agent.test_answer import answer_of, checked
from tui.agent.response import Response
from tui.wire import Citation, Cite, Start, Stop, Text, ToolCall, ToolResult


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
    assert response.take(SimpleNamespace(type="message_stop")) == []
    assert response.stop() == Stop("answer-p1")
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
    assert response.take(SimpleNamespace(type="message_stop")) == []
    assert response.stop() == Stop("r1", "refusal", text)


async def test_citations_of_the_api() -> None:
    """Two blocks of text, the second with two citations, one of them before its text."""
    cited = {"type": "char_location", "cited_text": "Grass.", "document_index": 0, "document_title": "T"}
    where = {"start_char_index": 0, "end_char_index": 6}
    web = {
        "type": "web_search_result_location",
        "url": "https://a.example/b",
        "cited_text": "c",
        "title": "d",
    }

    def delta(index: int, **given: object) -> str:
        return json.dumps({"type": "content_block_delta", "index": index, "delta": given})

    def block(index: int) -> str:
        begun = {"type": "text", "text": "", "citations": []}
        return json.dumps({"type": "content_block_start", "index": index, "content_block": begun})

    def stop(index: int) -> str:
        return json.dumps({"type": "content_block_stop", "index": index})

    payloads = [
        PAYLOADS[0],
        block(0),
        delta(0, type="text_delta", text="🎉 So: "),
        stop(0),
        block(1),
        delta(1, type="citations_delta", citation=cited | where),
        delta(1, type="text_delta", text="grün 🌱"),
        delta(1, type="citations_delta", citation=web | {"encrypted_index": "x"}),
        delta(1, type="citations_delta", citation={"type": "unheard_of"}),
        stop(1),
        block(2),
        delta(2, type="text_delta", text="."),
        stop(2),
        PAYLOADS[-2].replace("tool_use", "end_turn"),
        PAYLOADS[-1],
    ]
    values = await answer_of(*stream(payloads))
    assert values[1:-1] == [
        Text("msg_1", "🎉 So: "),
        Text("msg_1", "grün 🌱"),
        Cite("msg_1", Citation("T", "T", None, "Grass.", 7, 14, 0, characters=(0, 6))),
        Cite("msg_1", Citation("a.example", "d", "https://a.example/b", "c", 7, 14)),
        Text("msg_1", "."),
    ]


def test_offsets_count_what_stands_between_two_turns() -> None:
    response = Response("m", "p1", None)
    where = {"type": "char_location", "cited_text": "x", "document_index": 0}
    for reason in ("tool_use", "end_turn"):
        response.begin()
        response.take(SimpleNamespace(type="message_start", message=None))
        response.take(SimpleNamespace(type="content_block_start", index=0, content_block={"type": "text"}))
        for delta in (
            SimpleNamespace(type="text_delta", text="ab"),
            SimpleNamespace(type="citations_delta", citation=where),
        ):
            response.take(SimpleNamespace(type="content_block_delta", index=0, delta=delta))
        (cite,) = response.take(SimpleNamespace(type="content_block_stop", index=0))
        assert isinstance(cite, Cite)
        expected = (0, 2) if reason == "tool_use" else (4, 6)  # "ab\n\nab"
        assert (cite.citation.start, cite.citation.end) == expected
        response.take(SimpleNamespace(type="message_delta", delta=SimpleNamespace(stop_reason=reason)))
        response.take(SimpleNamespace(type="message_stop"))


async def test_text_that_a_block_begins_with() -> None:
    begun = PAYLOADS[6].replace('"text":""', '"text":"6 * 7 = "')
    values = await answer_of(*stream([PAYLOADS[0], begun, *PAYLOADS[7:]]))
    assert values[1:3] == [Text("msg_1", "6 * 7 = "), Text("msg_1", "42")]


async def test_tools_of_the_server() -> None:
    """They are called and answered within the message; what only the API can read is not published."""
    use = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}}
    hit = {
        "type": "web_search_result",
        "url": "https://a.example",
        "title": "A",
        "encrypted_content": "x" * 99_999,
    }
    error = {"error_code": "too_many_requests", "type": "web_search_tool_result_error"}

    def result(content: object) -> dict[str, object]:
        return {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": content}

    blocks = [use, result([hit]), result(error)]
    payloads = [PAYLOADS[0]]
    for index, block in enumerate(blocks):
        payloads.append(json.dumps({"type": "content_block_start", "index": index, "content_block": block}))
        payloads.append(json.dumps({"type": "content_block_stop", "index": index}))
    values = await answer_of(*stream([*payloads, PAYLOADS[-2].replace("tool_use", "end_turn"), PAYLOADS[-1]]))
    assert values[1:-1] == [
        ToolCall("msg_1", "srv_1", "web_search", "{}"),
        ToolResult("msg_1", "srv_1", '[{"title":"A","type":"web_search_result","url":"https://a.example"}]'),
        ToolResult("msg_1", "srv_1", json.dumps(error, separators=(",", ":")), failed=True),
    ]
