from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.mixed import MutableChannel
from tests.state.test_conversation import only
from tui.state import Block, Conversation, Mark
from tui.state.citations import CITATIONS, MESSAGES, Citations, characters, marks
from tui.wire import Action, Annotation, AnnotationAction, ChannelMessage, Citation, Start, Text, clean_text

TYPE = "citations:multiple.v1"


def cite(
    message: str, serial: str, name: str, start: int, *, action: AnnotationAction = AnnotationAction.CREATE
) -> Annotation:
    data = {"title": name, "startOffset": start, "endOffset": start + 2}
    return Annotation(serial, message, TYPE, 1, action, name, data, "ana")


def test_citations_come_in_any_order_once_and_by_where_they_stand() -> None:
    channel = MutableChannel()
    message = channel.create("response", "\x1b[1mab cd 😀 ef", {"headers": {"responseId": "r"}})
    one, two = cite(message.serial, "a1", "x", 10), cite(message.serial, "a2", "y", 4)
    orders: list[list[Annotation | ChannelMessage]] = [
        [one, two, message, one],
        [message, two, one],
        [two, message, one, two],
    ]
    for order in orders:
        conversation = Conversation()
        for each in order:
            if isinstance(each, Annotation):
                conversation.annotate(each)
            else:
                conversation.apply(each)
        response = only(conversation)
        assert [citation.source for citation in response.citations] == ["y", "x"]
        assert response.sources == {"x": 1, "y": 1}
        (first, second) = conversation.marks(response)
        assert (first.start, first.end) == (0, 2)
        assert (second.start, second.end) == (6, 7)
        assert second.block is response.blocks[0]


def test_a_deletion_takes_away_what_came_before_it() -> None:
    channel = MutableChannel()
    message = channel.create("response", "ab", {"headers": {"responseId": "r"}})
    values = [
        cite(message.serial, "a1", "x", 0),
        cite(message.serial, "a2", "x", 0, action=AnnotationAction.DELETE),
        cite(message.serial, "a3", "x", 0),
    ]
    for order in (values, values[::-1], [values[1], values[0], values[2], values[1]]):
        conversation = Conversation()
        conversation.apply(message)
        for annotation in order:
            conversation.annotate(annotation)
        assert len(only(conversation).citations) == 1


def test_citations_of_a_start_are_of_all_its_text() -> None:
    channel, conversation = Channel(), Conversation()
    start = channel.publish(Start("r"))
    conversation.apply_all([start, *(channel.publish(Text("r", text)) for text in ("a\r", "b", "cd"))])
    conversation.annotate(cite(start.serial, "a1", "x", 2))
    (mark,) = conversation.marks(only(conversation))
    assert (mark.start, mark.end) == (1, 3)


def test_the_servers_sum_counts_and_a_live_one_more_than_history() -> None:
    channel = MutableChannel()
    message = channel.create("response", "ab", {"headers": {"responseId": "r"}})

    def summed(total: int) -> dict[str, object]:
        return {TYPE: {"x": {"total": total, "clientIds": {"ana": total}}}}

    live = replace(message, action=Action.SUMMARY, summary=summed(3), name=None, data=None)
    old = replace(message, summary=summed(1), live=False)
    for order in ([live, old], [old, live], [message, old, live, old]):
        conversation = Conversation()
        for each in order:
            conversation.apply(each)
        assert only(conversation).sources == {"x": 3}
        assert only(conversation).text == "ab"


@given(st.text(st.sampled_from("aé世😀\x1b[3m\r\n")), st.lists(st.integers(0, 30)))
def test_places_are_those_of_the_cleaned_prefix(published: str, units: list[int]) -> None:
    wanted = sorted(units)
    found = characters(published, wanted)
    assert found == sorted(found)
    assert characters(published, [10**6]) == [len(clean_text(published))]
    if "\x1b" not in published:
        for unit, place in zip(wanted, found, strict=True):
            prefix = published.encode("utf-16-le")[: 2 * unit].decode("utf-16-le", "ignore")
            assert place == len(clean_text(prefix))


def test_a_mark_is_in_the_block_that_what_is_cited_ends_in() -> None:
    blocks = [Block(), Block()]
    for block, text in zip(blocks, ("abcd", "efgh"), strict=True):
        block.append(text)

    def placed(start: int | None, end: int | None) -> tuple[int | None, int, int]:
        (mark,) = marks([Citation("x", start=start, end=end)], "abcdefgh", blocks)
        return None if mark.block is None else blocks.index(mark.block), mark.start, mark.end

    assert placed(1, 3) == (0, 1, 3)
    assert placed(2, 6) == (1, 0, 2)
    assert placed(5, 99) == (1, 1, 4)
    assert placed(99, 100) == (None, 0, 0)
    assert placed(None, None) == (None, 0, 0)
    assert marks([Citation("x", start=0, end=1)], "", []) == [Mark(Citation("x", start=0, end=1))]


def test_of_very_many_the_first_citations_and_the_messages_annotated_last_are_kept() -> None:
    citations = Citations()
    for number in range(CITATIONS + 1):
        citations.annotate(cite("m", f"{number:06}", "x", 0))
    assert len(citations.of("m")) == CITATIONS
    for number in range(MESSAGES):
        citations.annotate(cite(f"m{number}", "1", "x", 0))
    assert "m" not in citations
    assert "m0" in citations


def test_what_is_no_citation_or_sums_up_none_is_nothing() -> None:
    citations = Citations()
    like = Annotation("1", "m", "likes:flag.v1", 1, AnnotationAction.CREATE, "x", {}, "ana")
    assert not citations.annotate(like)
    assert not citations.sum_up("m", {"likes:flag.v1": {"x": {"total": 1}}}, live=True)
    assert "m" not in citations
