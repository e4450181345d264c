import pytest

from tui.ui.manners import (
    NO_MANNER,
    Refused,
    manner_told,
    model_of,
    with_longest,
    with_model,
    with_system,
    with_thinking,
)
from tui.ui.ports import Manner, ModelName

KNOWN = (ModelName("claude-opus-5-5"), ModelName("claude-opus-5-1"), ModelName("claude-haiku-5-5"))


@pytest.mark.parametrize(
    ("word", "meant"),
    [("opus", "claude-opus-5-5"), ("OPUS-5-1", "claude-opus-5-1"), ("claude-haiku-5-5", "claude-haiku-5-5")],
)
def test_a_part_of_a_name_means_the_first_model_with_it(word: str, meant: str) -> None:
    assert model_of(word, KNOWN) == meant


def test_a_name_is_taken_as_it_is_while_the_models_are_not_known() -> None:
    assert model_of("anything", ()) == "anything"


@pytest.mark.parametrize("word", ["gpt", "", "two words"])
def test_a_model_that_there_is_not_is_refused(word: str) -> None:
    with pytest.raises(Refused):
        model_of(word, KNOWN)


def test_each_setting_can_be_set_and_given_back() -> None:
    manner = with_model(NO_MANNER, "opus", KNOWN)
    manner = with_thinking(with_longest(with_system(manner, "Be brief."), "2,000"), "on")
    assert manner == Manner("claude-opus-5-5", "Be brief.", 2000, "high")
    assert manner_told(manner, "demo") == "opus-5-5 · effort high · max 2,000 · system prompt"
    back = with_model(manner, "default", KNOWN)
    back = with_thinking(with_longest(with_system(back, "default"), "default"), "default")
    assert back == NO_MANNER
    assert manner_told(back, "demo") == "demo"
    assert manner_told(with_system(back, "none"), "demo") == "demo · no system prompt"
    assert manner_told(with_thinking(back, "off"), "demo") == "demo · no thinking"
    assert with_system(manner, "Off") == with_system(manner, "none")
    assert with_system(manner, "Offer help.").system == "Offer help."


@pytest.mark.parametrize("word", ["", "0", "-1", "x", "1.5", "²", "9999999"])
def test_a_length_is_a_number(word: str) -> None:
    with pytest.raises(Refused):
        with_longest(NO_MANNER, word)
