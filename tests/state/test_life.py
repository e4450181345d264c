from tests.messages import Channel
from tests.state.mixed import MutableChannel, ai
from tests.state.test_conversation import only
from tui.state import Conversation, Status, Updated
from tui.state.life import PATIENCE, SETTLED, SILENCE
from tui.wire import (
    Action,
    ApprovalRequest,
    Cancel,
    Cancelled,
    Gap,
    Member,
    Outgoing,
    Reason,
    Roster,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    UserInput,
)


def after_silence(conversation: Conversation, silent: int = SILENCE + 1) -> Status:
    response = only(conversation)
    conversation.tick(response.heard_at + silent)
    return response.status


def test_a_response_of_complete_parts_is_done_when_nothing_more_comes_and_lives_again() -> None:
    channel, conversation = MutableChannel(), Conversation()
    first = channel.create("response", "a", {"headers": {"responseId": "r"}})
    conversation.apply(first)
    assert after_silence(conversation) is Status.QUIET
    conversation.apply(channel.revise(first, Action.APPEND, "b", phase="done"))
    assert only(conversation).status is Status.LIVE
    assert after_silence(conversation, SETTLED + 1) is Status.DONE
    conversation.apply(channel.create("response", "c", {"headers": {"responseId": "r"}}))
    assert (only(conversation).status, only(conversation).ended_at) == (Status.LIVE, None)


def test_a_tool_that_has_not_returned_keeps_a_response_from_being_done() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.message("response", "a", {"responseId": "r", "phase": "done"}))
    conversation.apply(channel.publish(ToolCall("r", "t", "f", "{}")))
    assert after_silence(conversation, SETTLED + 1) is Status.LIVE
    conversation.apply(channel.publish(ToolResult("r", "t", "ok")))
    assert after_silence(conversation, SETTLED + 1) is Status.DONE


def test_what_waits_for_somebody_does_not_stall() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply_all([channel.publish(Start("r")), channel.publish(ApprovalRequest("r", "t", "f"))])
    assert after_silence(conversation) is Status.LIVE
    conversation.apply(channel.publish(ToolResult("r", "t", "ok")))
    assert after_silence(conversation) is Status.STALLED
    mutable, suspended = MutableChannel(), Conversation()
    for name in ("ai-run-start", "ai-run-suspend"):
        suspended.apply(mutable.create(name, None, ai(transport={"run-id": "r"})))
    assert after_silence(suspended) is Status.SUSPENDED
    suspended.apply(mutable.create("ai-run-resume", None, ai(transport={"run-id": "r"})))
    assert only(suspended).status is Status.LIVE


def test_a_publisher_that_leaves_stalls_its_response_until_it_returns() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.publish(Start("r")))
    here, nobody = Roster((Member.of("agent", "c1", None),)), Roster(())
    response = only(conversation)
    assert conversation.members(here) == []
    assert conversation.members(nobody) == [Updated(response)]
    assert (response.status, response.left) == (Status.STALLED, True)
    assert conversation.members(here) == [Updated(response)]
    assert (response.status, response.left) == (Status.LIVE, False)


def test_a_cancel_is_a_request_until_it_stops_or_is_confirmed() -> None:
    ends: tuple[Outgoing, ...] = (Stop("r"), Cancelled("r"))
    for end in ends:
        channel, conversation = Channel(), Conversation()
        conversation.apply(channel.publish(Start("r"), client="ana"))
        conversation.apply(channel.publish(Cancel("r"), client="ben"))
        response = only(conversation)
        assert (response.status, response.cancel_asked_by) == (Status.LIVE, "ben")
        conversation.apply(channel.publish(end, client="ana"))
        assert (response.status, response.cancelled_by) == (Status.CANCELLED, "ben")
    conversation.apply(channel.publish(Stop("r"), client="ana"))
    assert response.status is Status.CANCELLED


def test_a_cancel_that_names_the_prompt_reaches_answers_before_and_after() -> None:
    for before in (True, False):
        channel = Channel()
        values: list[Outgoing] = [Cancel(None, "p"), Start("r", prompt_id="p")]
        log = [channel.publish(value, client="ben") for value in (values if before else values[::-1])]
        conversation = Conversation()
        conversation.apply_all(log)
        conversation.apply_all(log)
        assert only(conversation).cancel_asked_by == "ben"


def test_an_outage_splits_the_text_of_what_straddles_it_alone() -> None:
    channel, conversation = Channel(step=100), Conversation()
    for name in ("r1", "r2"):
        conversation.apply(channel.publish(Start(name)))
        conversation.apply(channel.publish(Text(name, "a")))
    before = channel.log[1].timestamp
    conversation.apply(channel.publish(Stop("r2")))
    later = channel.publish(Text("r1", "b"))
    conversation.apply(later)
    conversation.lose(Gap(before, later.timestamp, Reason("missed")))
    assert [block.text for block in conversation.responses["r1"].blocks] == ["a", "b"]
    assert conversation.responses["r1"].gaps == 1
    assert conversation.responses["r2"].gaps == 0


def test_a_gap_in_the_numbers_is_counted_shown_and_healed() -> None:
    channel, conversation = Channel(), Conversation()
    pieces = [channel.publish(Start("r"))]
    pieces += [channel.publish(Text("r", str(n), seq=n)) for n in range(4)]
    for message in (pieces[0], pieces[1], pieces[3], pieces[4]):
        conversation.apply(message)
    response = only(conversation)
    assert (response.missing, response.gaps, response.blocks[1].gap) == (1, 1, 1)
    conversation.apply(pieces[2])
    assert (response.missing, response.healed, response.gaps, response.late) == (0, 1, 0, 1)
    assert response.text == "0123"
    conversation.apply(pieces[2])
    assert response.duplicates == 1


def test_beginnings_that_nobody_keeps_are_lost() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.publish(Text("r", "tail")))
    assert conversation.incomplete
    assert conversation.exhaust() == [Updated(only(conversation))]
    assert conversation.exhaust() == []
    assert only(conversation).beginning_lost
    assert only(conversation).joined_midway


def test_pieces_without_start_and_number_need_not_say_that_they_end() -> None:
    channel, conversation = Channel(), Conversation()
    token = channel.message("token", "a", {"responseId": "r"})
    start = channel.publish(Start("r"))
    conversation.apply(token)
    assert after_silence(conversation) is Status.QUIET
    conversation.apply(start)  # which came late
    assert after_silence(conversation) is Status.STALLED
    numbered = Conversation()
    numbered.apply(channel.message("token", "a", {"responseId": "r2", "seq": "7"}))
    assert after_silence(numbered) is Status.STALLED


def test_nobody_falls_silent_while_nothing_can_be_heard_and_has_the_whole_time_again() -> None:
    for value, limit, status in (
        (Start("r"), SILENCE, Status.LIVE),
        (UserInput("p", "why?"), PATIENCE, Status.WAITING),
    ):
        channel, conversation = Channel(), Conversation()
        conversation.apply(channel.publish(value))
        response = only(conversation)
        lost = response.heard_at + 1_000
        for passed in (0, limit, 10 * limit):
            assert conversation.tick(lost + passed, lost) == []
        back = lost + 10 * limit
        assert conversation.tick(back + limit) == []
        assert response.status is status
        assert conversation.tick(back + limit + 1) == [Updated(response)]
        assert response.status is Status.STALLED


def test_who_fell_silent_only_after_nothing_could_be_heard_did_not() -> None:
    for lost_after, status in ((SILENCE - 1, Status.LIVE), (SILENCE + 2, Status.STALLED)):
        channel, conversation = Channel(), Conversation()
        conversation.apply(channel.publish(Start("r")))
        response = only(conversation)
        assert after_silence(conversation) is Status.STALLED
        conversation.tick(response.heard_at + 2 * SILENCE, response.heard_at + lost_after)
        assert response.status is status


def test_who_left_has_left_whatever_can_be_heard() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.publish(Start("r")))
    response = only(conversation)
    conversation.members(Roster((Member.of("agent", "c1", None),)))
    after_silence(conversation)
    conversation.members(Roster(()))
    assert conversation.tick(response.heard_at + 2 * SILENCE, response.heard_at) == []
    assert (response.status, response.left) == (Status.STALLED, True)


def test_who_is_missing_when_everything_was_cut_off_has_not_left() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.publish(Start("r")))
    response = only(conversation)
    conversation.members(Roster((Member.of("agent", "c1", None),)))
    back = response.heard_at + 5 * SILENCE
    conversation.tick(back, response.heard_at)
    conversation.tick(back + 1_000)
    assert conversation.members(Roster(())) == []
    assert (response.status, response.left) == (Status.LIVE, False)
    conversation.tick(back + SILENCE + 1)
    assert (response.status, response.left) == (Status.STALLED, False)
    conversation.apply(channel.publish(Text("r", "back", 0)))
    conversation.members(Roster((Member.of("agent", "c1", None),)))
    assert conversation.members(Roster(())) == [Updated(response)]
    assert (response.status, response.left) == (Status.STALLED, True)
