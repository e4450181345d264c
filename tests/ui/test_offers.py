import pytest

from tui.ui.commands import SLASHES
from tui.ui.offers import command_offers

MODELS = ["claude-opus-5-5", "claude-haiku-5-5"]
ARGUMENTS = {"model": lambda: MODELS, "fan": lambda: MODELS, "copy": lambda: ("response", "code")}


@pytest.mark.parametrize(
    ("before", "offers"),
    [
        ("/mod", ["/model "]),
        ("/model ", MODELS),
        ("/model hai", ["claude-haiku-5-5"]),
        ("/model claude-haiku-5-5", []),
        ("/fan claude-opus-5-5,", ["claude-haiku-5-5"]),
        ("/fan opus why is", []),
        ("/fan 5", []),
        ("/copy c", ["code"]),
        ("//model", []),
        ("model", []),
        ("/model\n", []),
    ],
)
def test_what_is_offered(before: str, offers: list[str]) -> None:
    assert [offer.text for offer in command_offers(before, ARGUMENTS, {})] == offers


def test_a_slash_offers_every_command() -> None:
    assert len(command_offers("/", {}, {})) == len(SLASHES)


def test_an_offer_takes_the_place_of_the_word_that_is_typed() -> None:
    (offer,) = command_offers("/fan claude-opus-5-5,hai", ARGUMENTS, {})
    assert offer.start == len("/fan claude-opus-5-5,")
