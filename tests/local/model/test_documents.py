from __future__ import annotations

from typing import Any

import anthropic
import httpx2
from hypothesis import given
from hypothesis import strategies as st

from tests.local.model.serving import KEY, demo_server
from tui.local.model.documents import CITATIONS, MADE_UP, citations, documents

TEXT = "The grass is green. The sky is blue, mostly. Water is wet! And so on."


def asked(*sources: dict[str, Any], enabled: bool = True) -> list[dict[str, Any]]:
    cited = {"citations": {"enabled": enabled}}
    blocks = [
        {"type": "document", "title": f"d{n}", "source": each} | cited for n, each in enumerate(sources)
    ]
    return [{"role": "user", "content": [*blocks, {"type": "text", "text": "What is green?"}]}]


@given(st.text())
def test_a_citation_of_a_text_is_in_the_text(text: str) -> None:
    found = citations(documents(asked({"type": "text", "media_type": "text/plain", "data": text})))
    assert len(found) <= CITATIONS
    for each in found:
        start, end = each["start_char_index"], each["end_char_index"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert each["cited_text"] == text[start:end]


def test_every_kind_of_document() -> None:
    blocks = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    messages = asked(
        {"type": "content", "content": blocks},
        {"type": "content", "content": "three"},
        {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
    )
    found = citations(documents(messages))
    assert [(each["type"], each["document_index"]) for each in found] == [
        ("content_block_location", 0),
        ("content_block_location", 0),
        ("content_block_location", 1),
    ]
    assert citations(documents(asked({"type": "base64"})))[0]["type"] == "page_location"


def test_without_documents_every_source_says_that_it_is_made_up() -> None:
    assert documents(asked({"type": "text", "data": TEXT}, enabled=False)) == []
    found = citations([])
    assert len(found) == 3
    assert all(MADE_UP in (each.get("document_title"), each.get("title")) for each in found)


async def test_the_sdk_reads_them() -> None:
    async with (
        demo_server() as url,
        httpx2.AsyncClient(trust_env=False) as http,
        anthropic.AsyncAnthropic(api_key=KEY, base_url=url, max_retries=0, http_client=http) as client,
        client.messages.stream(
            model="demo-9000tps",
            max_tokens=900,
            messages=asked({"type": "text", "media_type": "text/plain", "data": TEXT}),  # type: ignore[arg-type]
        ) as stream,
    ):
        cited = [event.citation async for event in stream if event.type == "citation"]
        message = await stream.get_final_message()
    assert [each.cited_text for each in cited] == [
        "The grass is green.",
        "The sky is blue, mostly.",
        "Water is wet!",
    ]
    held = [block.citations for block in message.content if block.type == "text"]
    assert [each.to_dict() for found in held for each in found or ()] == [each.to_dict() for each in cited]
