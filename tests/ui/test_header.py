import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tests.ui.sections.support import PALETTE
from tui.state import Conversation, Publisher, Response, Status
from tui.ui.header import duration, edge, ending_of, figures_of, header, name_of, pace_of, state_of
from tui.ui.own import Own
from tui.ui.verdicts import counts_for
from tui.wire import ApprovalRequest, ApprovalResponse, Cancel, Outgoing, Start, Stop, Text, UserInput

ME = Own("me")


def response(*values: Outgoing, step: int = 100) -> Response:
    channel = Channel(step=step)
    for value in values:
        channel.publish(value, client="ana")
    return only(after(channel.log))


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "0.0s"), (3_140, "3.1s"), (59_940, "59.9s"), (72_000, "1m 12s"), (7_500_000, "2h 05m")],
)
def test_durations(milliseconds: int, text: str) -> None:
    assert duration(milliseconds) == text


def test_names() -> None:
    one = response(Start("r", model="claude-sonnet-5-5"))
    assert name_of(one, ME) == "sonnet-5-5 · ana"
    assert name_of(response(Start("r")), ME) == "ana"
    asked = response(UserInput("p", "why?"), Start("r", "p", model="claude-sonnet-5-5"))
    assert name_of(asked, Own("ana", lambda prompt_id: prompt_id == "p")) == "sonnet-5-5 · you"
    assert name_of(asked, Own("ana")) == "sonnet-5-5 · ana", "it has only the same name"


def test_a_rate_is_shown_while_it_streams_and_with_the_figures_afterwards() -> None:
    values: list[Outgoing] = [Start("r"), *(Text("r", "x") for _ in range(11))]
    live = response(*values)
    assert state_of(live, live.opened_here + 2_000) == "LIVE 10 t/s 2.0s"
    assert figures_of(live) == "11 tokens · first 0.1s"
    done = response(*values, Stop("r", output_tokens=12))
    assert state_of(done, 0) == "DONE 1.2s"
    assert figures_of(done) == "12 tokens · first 0.1s · 10 t/s"


def test_lines_of_a_log_are_no_tokens() -> None:
    lines: list[Outgoing] = [
        Start("r"),
        *(Text("r", "Compiling the twelfth of forty modules\n") for _ in range(11)),
    ]
    live = response(*lines)
    assert state_of(live, live.opened_here + 2_000) == "LIVE 390 chars/s 2.0s"
    assert figures_of(live) == "429 chars · first 0.1s"
    assert ending_of(response(*lines, Stop("r", cancelled_by="ben"))) == "cancelled by ben after 429 chars"
    told = response(Text("r", "a text that comes whole"), Stop("r", output_tokens=6))
    assert figures_of(told) == "6 tokens"


def test_figures_that_are_not_known_are_not_shown() -> None:
    assert figures_of(response(Start("r"))) == ""
    assert figures_of(response(Text("r", "x"))) == "1 token"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([Start("r"), Stop("r", "error", error="429 · wait")], "failed: 429 · wait"),
        ([Start("r"), Text("r", "x"), Stop("r", cancelled_by="ben")], "cancelled by ben after 1 token"),
        ([Start("r"), Stop("r", "cancelled")], "cancelled"),
        ([Start("r"), Stop("r", "max_tokens")], "max_tokens"),
        ([Start("r"), Stop("r", "refusal")], "refused"),
    ],
)
def test_an_ending_says_why(values: list[Outgoing], words: str) -> None:
    assert words in (ending_of(response(*values)) or "")


def test_an_ordinary_end_needs_no_words() -> None:
    assert ending_of(response(Start("r"), Stop("r", "end_turn"))) is None
    assert ending_of(response(UserInput("p", "?"))) is None


def test_losses_are_counted_after_what_happens_and_what_did_no_harm_comes_last() -> None:
    one = response(Start("r"), Text("r", "a", 0), Text("r", "b", 3), Text("r", "c", 6), Cancel("r"))
    assert figures_of(one) == "cancel asked by ana · 2 gaps · 3 tokens · first 0.1s"
    one.healed, one.duplicates, one.late, one.superseded, one.left = 1, 3, 1, True, True
    assert figures_of(one) == (
        "cancel asked by ana · superseded · agent left · 2 gaps · 3 tokens · first 0.1s"
        " · 1 healed · 3 repeats · 1 late"
    )


def test_who_left_is_told_beside_the_state_and_below_the_text() -> None:
    one = response(Start("r"), Text("r", "x"))
    one.status, one.left = Status.STALLED, True
    assert state_of(one, one.heard_at + 3_000) == "STALLED agent left 3s"
    assert "agent left" not in figures_of(one)
    assert "left the channel" in (ending_of(one) or "")
    one.left = False
    assert state_of(one, one.heard_at + 3_000) == "STALLED silent 3s"


def test_other_states_that_need_words() -> None:
    one = response(Start("r"))
    one.status = Status.SUSPENDED
    assert "waits until somebody answers" in (ending_of(one) or "")
    one.status, one.superseded = Status.DONE, True
    assert "come in its place" in (ending_of(one) or "")
    waiting = response(UserInput("p", "?"))
    waiting.status = Status.STALLED
    assert "nobody has answered" in (ending_of(waiting) or "")


def test_a_title_says_what_a_response_is() -> None:
    channel = Channel()
    channel.message("telemetry", {"load": 1})
    raw = only(after(channel.log))
    assert name_of(raw, ME) == "other messages"
    raw.title = "data"
    raw.publisher = Publisher("ana", None)
    assert name_of(raw, ME) == "data · ana"


def test_every_state_has_a_colour() -> None:
    assert PALETTE.states.keys() == set(Status)


def test_who_is_asked_for_approval_sees_it_beside_the_state() -> None:
    one = response(Start("r"), ApprovalRequest("r", "t", "bash", "{}"))
    for counts, told in ((lambda _: False, True), (lambda _: True, True)):
        _, right = header(one, 1, ME, one.opened_here, PALETTE, counts)
        assert ("APPROVAL?" in "".join(segment.text for segment in right)) is told
    answered = response(
        Start("r"), ApprovalRequest("r", "t", "bash", "{}"), ApprovalResponse("t", approved=True)
    )
    for counts, told in ((lambda _: False, True), (lambda _: True, False)):
        _, right = header(answered, 1, ME, one.opened_here, PALETTE, counts)
        assert ("APPROVAL?" in "".join(segment.text for segment in right)) is told


def test_the_state_stays_where_its_figures_have_no_room() -> None:
    right = [Segment("LIVE"), Segment(" APPROVAL?"), Segment(" 84 t/s 3.1s")]
    for width, shown in ((40, "LIVE APPROVAL? 84 t/s 3.1s"), (24, "LIVE APPROVAL? "), (14, "LIVE ")):
        row = edge([Segment("1 haiku")], right, width, "╭╮", "─", Style())
        assert shown in "".join(segment.text for segment in row)


words = st.text(st.sampled_from("ab 世😀·é"), max_size=40)


@given(st.lists(words, max_size=3), st.lists(words, max_size=2), st.integers(2, 120))
def test_a_border_is_as_wide_as_the_pane_whatever_stands_on_it(
    left: list[str], right: list[str], width: int
) -> None:
    row = edge([Segment(t) for t in left], [Segment(t) for t in right], width, "╭╮", "─", Style())
    text = "".join(segment.text for segment in row)
    assert cell_len(text) == width
    assert text[0] + text[-1] == "╭╮"


def test_a_rate_gives_way_to_the_silence_after_it() -> None:
    values: list[Outgoing] = [Start("r"), *(Text("r", "x") for _ in range(11))]
    one = response(*values)
    assert pace_of(one, one.heard_at + 1_900) == "10 t/s"
    assert pace_of(one, one.heard_at + 3_400) == "silent 3s"
    assert pace_of(response(Start("r")), one.heard_at + 9_000) == ""


def test_of_a_quiet_response_that_need_not_say_so_the_end_is_unknown() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.message("token", "a", {"responseId": "r"}))
    quiet = only(conversation)
    conversation.tick(quiet.heard_at + 20_000)
    assert state_of(quiet, quiet.heard_at + 20_000).startswith("QUIET end unknown")


def test_a_request_of_its_own_is_decided_by_a_word_that_counts() -> None:
    for client, word in (("me", "DECIDED"), ("mallory", "LIVE")):
        channel = Channel()
        channel.publish(ApprovalRequest(None, "t", "bash", "{}"))
        channel.publish(ApprovalResponse("t", True), client=client)
        asked = only(after(channel.log))
        _, right = header(asked, 1, ME, asked.heard_at, PALETTE, counts_for("me", {("t", True)}))
        assert right[0].text == word


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (60, "╭ 1 opus-5-5 · somebody · 2/3 ───────────────── LIVE 9.1s ─╮"),
        (40, "╭ 1 opus-5-5 · some… · 2/3  LIVE 9.1s ─╮"),
        (30, "╭ 1 opus-… · 2/3  LIVE 9.1s ─╮"),
    ],
)
def test_of_what_has_no_room_the_longest_gives_way_and_its_ends_stay_known(width: int, expected: str) -> None:
    left = [Segment("1 "), Segment("opus-5-5 · somebody"), Segment(" · 2/3")]
    row = edge(left, [Segment("LIVE 9.1s")], width, "╭╮", "─", Style())
    assert "".join(segment.text for segment in row) == expected
