from collections import Counter

from textual.binding import Binding

from tui.ui.commands import COMMANDS, Zone, bindings, help_rows, slash_rows

# tmux, screen, flow control, and what text inputs use for editing (reference: peers, section 5).
TAKEN = {f"ctrl+{letter}" for letter in "bsaewukdxyzvfim["}


def keys_of(zone: Zone) -> list[str]:
    return [
        key
        for command in COMMANDS
        if command.zone in {zone, Zone.ANYWHERE}
        for key in command.keys.split(",")
        if key
    ]


def test_no_key_means_two_things_in_one_place() -> None:
    for zone in Zone:
        keys = [key for command in COMMANDS if command.zone is zone for key in command.keys.split(",") if key]
        assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert not set(keys_of(Zone.PANES)) & TAKEN
    assert not set(keys_of(Zone.PROMPT)) & TAKEN


def test_every_binding_has_an_id_of_its_own_so_that_a_keymap_can_change_it() -> None:
    ids = [binding.id for zone in Zone for binding in bindings(zone) if isinstance(binding, Binding)]
    assert None not in ids
    assert len(ids) == len(set(ids)) == sum(bool(command.keys) for command in COMMANDS)


def test_the_help_tells_of_every_command() -> None:
    told = {text for zone in Zone for _, text in help_rows(zone, {})} | {text for _, text in slash_rows()}
    assert told == {command.help for command in COMMANDS}


def test_the_prompt_leaves_printable_keys_to_typing() -> None:
    for command in COMMANDS:
        if command.zone not in (Zone.PANES, Zone.REPLAY):  # while there is a replay there is no prompt
            assert all(len(key) > 1 for key in command.keys.split(",") if key), command


def test_no_two_slash_commands_have_the_same_help() -> None:
    rows = slash_rows()
    assert len({told for _, told in rows}) == len(rows)


def test_keys_of_a_pair_that_are_changed_say_which_is_which() -> None:
    rows = help_rows(Zone.PANES, {"sibling-before": "comma", "sibling-next": "full_stop"})
    told = [text for _, text in rows if "answer" in text and "question" in text and "same" in text]
    assert "to the answer before it to the same question" in told
    assert "to the next answer to the same question" in told
    assert ("[ ]", "to another answer to the same question") in help_rows(Zone.PANES, {})
