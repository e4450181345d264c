import pytest

from tui.ui.commands import SLASHES
from tui.ui.offers import Arguments, command_offers

MODELS = ["claude-opus-5-5", "claude-haiku-5-5"]
ARGUMENTS: Arguments = {
    "model": lambda: MODELS,
    "fan": lambda: MODELS,
    "copy": lambda: ("response", "code"),
    "system": lambda: {"default": "the agent's own", "none": ""},
}


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
        ("/system ", ["default", "none"]),
        ("/system n", ["none"]),
        ("/system ul", []),
        ("/system be n", []),
        ("//model", []),
        ("model", []),
        ("/model\n", []),
    ],
)
def test_what_is_offered(before: str, offers: list[str]) -> None:
    assert [offer.text for offer in command_offers(before, ARGUMENTS, {})] == offers


def test_what_is_known_of_a_value_stands_beside_it() -> None:
    arguments = {"model": lambda: {"opus": "ended 30 Jun 2026", "haiku": ""}}
    found = command_offers("/model ", arguments, {})
    assert [(offer.text, offer.note) for offer in found] == [("opus", "ended 30 Jun 2026"), ("haiku", "")]


def test_a_slash_offers_every_command() -> None:
    assert len(command_offers("/", {}, {})) == len(SLASHES)


def test_an_offer_takes_the_place_of_the_word_that_is_typed() -> None:
    (offer,) = command_offers("/fan claude-opus-5-5,hai", ARGUMENTS, {})
    assert offer.start == len("/fan claude-opus-5-5,")
