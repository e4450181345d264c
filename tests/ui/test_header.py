import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.state import Response
from tui.ui.header import duration, edge, ending_of, figures_of, name_of, state_of
from tui.wire import Outgoing, Start, Stop, Text, UserInput


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
    assert name_of(one, "me") == "sonnet-5-5 · ana"
    assert name_of(one, "ana") == "sonnet-5-5 · you"
    assert name_of(response(Start("r")), "me") == "ana"


def test_a_rate_is_shown_while_it_streams_and_with_the_figures_afterwards() -> None:
    values: list[Outgoing] = [Start("r"), *(Text("r", "x") for _ in range(11))]
    live = response(*values)
    assert state_of(live, live.opened_here + 2_000) == "LIVE 10 t/s 2.0s"
    assert figures_of(live) == "11 tokens · first 0.1s"
    done = response(*values, Stop("r", output_tokens=12))
    assert state_of(done, 0) == "DONE 1.2s"
    assert figures_of(done) == "12 tokens · first 0.1s · 10 t/s"


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


words = st.text(st.sampled_from("ab 世😀·é"), max_size=40)


@given(st.lists(words, max_size=3), st.lists(words, max_size=2), st.integers(2, 120))
def test_a_border_is_as_wide_as_the_pane_whatever_stands_on_it(
    left: list[str], right: list[str], width: int
) -> None:
    row = edge([Segment(t) for t in left], [Segment(t) for t in right], width, "╭╮", "─", Style())
    text = "".join(segment.text for segment in row)
    assert cell_len(text) == width
    assert text[0] + text[-1] == "╭╮"
