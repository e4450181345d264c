from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tui.cli.export import FORMS
from tui.cli.exporting import document, pieces
from tui.state import Conversation, Response
from tui.state.threads import standings, tree_of
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Citation,
    Kind,
    Outgoing,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    UserInput,
)


def responses(*values: Outgoing) -> list[Response]:
    channel, conversation = Channel(), Conversation()
    conversation.apply_all([channel.publish(value) for value in values])
    return list(conversation.responses.values())


def everything() -> list[Response]:
    return responses(
        UserInput("p", "Why?\n---\nreally: yes"),
        Start("r", "p", model="m: [x]"),
        Text("r", "hm", kind=Kind.THINKING),
        ToolCall("r", "t", "look", '{"a":"```"}'),
        ToolResult("r", "t", "there"),
        Text("r", "# Because\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
        Stop("r", "error", "broke off", output_tokens=3),
    )


def test_markdown_has_front_matter_that_says_what_it_is() -> None:
    text = document("md", everything())
    _, front, body = text.split("---\n", 2)
    fields = dict(line[4:].split(": ", 1) for line in front.splitlines()[1:])
    assert {name: json.loads(value) for name, value in fields.items()} == {
        "id": "r",
        "publisher": "agent",
        "model": "m: [x]",
        "status": "FAILED",
        "started": "2027-01-15T08:00:00.200+00:00",
        "ended": "2027-01-15T08:00:00.700+00:00",
        "prompt": "Why?\n---\nreally: yes",
        "askedBy": "agent",
        "stopReason": "error",
        "error": "broke off",
        "outputTokens": 3,
    }
    assert "\n## m: \\[x\\] · agent\n" in body
    assert "> really: yes" in body
    assert '````\n{"a":"```"}\n````' in body
    assert "| 1 | 2 |\n" in body
    assert body.endswith("*FAILED: broke off*\n")


def test_json_holds_the_blocks() -> None:
    (found,) = json.loads(document("json", everything()))["responses"]
    assert [block["kind"] for block in found["blocks"]] == ["thinking", "tool", "text"]
    assert found["blocks"][1]["arguments"] == {"a": "```"}
    assert found["blocks"][1]["result"] == "there"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\n```python\nx = 1\n", "a\n```python\nx = 1\n```"),
        ("a\n```python", "a\n```python\n```"),
        ("~~~~\n~~~\n```", "~~~~\n~~~\n```\n~~~~"),
        ("```\nx\n````  \nb", "```\nx\n````  \nb"),
        ("``` a ` b", "``` a ` b"),
        ("- a\n\n      ```\n", "- a\n\n      ```"),
    ],
)
def test_a_code_block_that_was_cut_off_is_closed(text: str, written: str) -> None:
    found = document("md", responses(Start("r"), Text("r", text), Stop("r", "error", "broke off")))
    assert f"\n\n{written}\n\n*FAILED" in found.replace("\n\n\n", "\n\n")


@pytest.mark.parametrize("form", FORMS)
def test_who_asked_is_written_in_every_form(form: str) -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.publish(UserInput("p", "why?"), client="b*n"))
    conversation.apply(channel.publish(Start("r", "p"), client="robot"))
    text = document(form, [*conversation.responses.values()])
    (found,) = json.loads(document("json", [*conversation.responses.values()]))["responses"]
    assert (found["askedBy"], found["publisher"]) == ("b*n", "robot")
    assert ("b\\*n asked:" if form == "md" else "b*n") in text


def test_a_picture_loads_nothing_and_shows_the_text() -> None:
    text = "".join(pieces("svg", everything(), width=60))
    words = "".join(ET.fromstring(text).itertext()).replace("\xa0", " ")
    assert "Because" in words
    assert "# Because" not in words
    assert "@font-face" not in text
    assert "url(" not in text.replace("url(#", "")


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_text_breaks_out_of_a_document(text: str, name: str) -> None:
    found = responses(Start("r", model=name or None), Text("r", text), Stop("r"))
    ET.fromstring("".join(pieces("svg", found, width=40)))
    assert json.loads(document("json", found))["responses"][0]["id"] == "r"
    assert document("md", found).split("\n---\n", 1)[0].count("\n  - id: ") == 1


@pytest.mark.parametrize("form", FORMS)
def test_nothing_at_all(form: str) -> None:
    assert document(form, [])


@given(st.lists(st.text("ab \n", max_size=20), max_size=5))
def test_a_document_comes_a_response_at_a_time_and_is_one_all_the_same(texts: list[str]) -> None:
    found = responses(
        *(each for n, text in enumerate(texts) for each in (Start(f"r{n}"), Text(f"r{n}", text)))
    )
    for form in ("md", "json"):
        assert all(sum(f'"r{n}"' in piece for n in range(len(texts))) <= 1 for piece in pieces(form, found))
    whole = json.loads(document("json", found))
    assert document("json", found) == json.dumps(whole, indent=2) + "\n"
    assert [each["id"] for each in whole["responses"]] == [each.response_id for each in found]


def test_decisions_citations_and_deletions_are_written() -> None:
    found = responses(
        Start("r"),
        ToolCall("r", "t", "rm_rf", "{}"),
        ApprovalRequest("r", "t", "rm_rf"),
        ApprovalResponse("t", approved=False, reason="no"),
        Text("r", "x"),
        Stop("r"),
    )
    found[0].citations = [Citation("a", "A *title*", cited_text="words")]
    found[0].blocks[-1].deleted = True
    text = document("md", found)
    assert "denied by agent (unverified): no" in text
    assert "*(deleted by its publisher)*" in text
    assert "1]: A \\*title\\* · a “words”" in text
    (one,) = json.loads(document("json", found))["responses"]
    assert one["citations"] == [{"source": "a", "title": "A *title*", "citedText": "words"}]
    assert one["blocks"][0]["approval"]["decisions"][0]["approved"] is False
    assert one["blocks"][-1]["deleted"]


def test_siblings_are_marked_in_every_form_and_which_is_the_best() -> None:
    channel, conversation = Channel(), Conversation()
    said: list[Outgoing] = [UserInput("p", "why?")]
    said += [each for name in "abc" for each in (Start(name, "p", model="m"), Text(name, name), Stop(name))]
    said += [UserInput("q", "and?", in_reply_to="b"), Start("d", "q"), Text("d", "so"), Best("b", "p")]
    conversation.apply_all([channel.publish(value, client="ana") for value in said])
    thread, standing = tree_of(conversation, conversation.responses["b"]), standings(conversation)
    found = json.loads(document("json", thread, standing))["responses"]
    assert [each["id"] for each in found] == ["a", "b", "c", "d"]
    assert [(each.get("sibling"), each.get("siblings"), each.get("bestBy")) for each in found] == [
        (1, 3, None),
        (2, 3, "ana"),
        (3, 3, None),
        (None, None, None),
    ]
    assert found[3]["inReplyTo"] == "b"
    text = document("md", thread, standing)
    assert "## m · ana · 2/3 · best by ana\n" in text
    assert '    sibling: 2\n    siblings: 3\n    bestBy: "ana"\n' in text
    words = "".join(ET.fromstring(document("svg", thread, standing)).itertext()).replace("\xa0", " ")
    assert "m · ana · 2/3 · best by ana · DONE" in words
    assert "m · ana · 3/3 · DONE" in words
