from tui.state.generations import Generations
from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.response import Response
from tui.wire import Start

ANA, ANA_AGAIN, BEN = Publisher("ana", "c1"), Publisher("ana", "c9"), Publisher("ben", "c2")


def opened(generations: Generations, publisher: Publisher, *, started: bool = True) -> Response:
    response = generations.open(Record("1", Start("r"), publisher, None, 10, 20))
    response.started = started
    return response


def test_a_message_belongs_to_its_publishers_newest_else_to_the_newest() -> None:
    generations = Generations("r", {})
    assert generations.of(ANA) is None
    first = opened(generations, ANA)
    assert generations.of(BEN) is first
    second = opened(generations, BEN)
    assert [generations.of(each) for each in (ANA, ANA_AGAIN, BEN)] == [first, first, second]
    assert generations.of(Publisher(None, "c3")) is second
    assert [each.key for each in generations.all] == ["r", "r#2"]


def test_a_start_is_of_what_has_none_or_of_a_live_one_of_its_connection() -> None:
    generations = Generations("r", {})
    assert generations.started(ANA) is None
    response = opened(generations, ANA, started=False)
    assert generations.started(BEN) is response
    response.started = True
    assert generations.started(ANA) is response
    assert generations.started(BEN) is None
    response.ended_at = 30
    assert generations.started(ANA) is None


def test_a_response_of_an_earlier_fold_stays_the_same_object_with_what_only_it_knows() -> None:
    before = Response("r", BEN, tokens=7, duplicates=2, late=1, missing=3, left=True)
    generations = Generations("r", {"r": before})
    response = opened(generations, ANA)
    generations.finish()
    assert response is before
    assert (response.publisher, response.tokens) == (ANA, 0)
    assert (response.duplicates, response.late, response.healed, response.left) == (2, 1, 3, True)
