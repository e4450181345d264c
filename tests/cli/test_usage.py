"""What is said of a wrong command line; that whole lines are right is seen in `test_main`."""

from __future__ import annotations

import pytest

from tui.cli.usage import explained


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        (
            "argument --format: invalid choice: 'x' (choose from 'md', 'svg')",
            "--format: 'x' is none of md, svg",
        ),
        ("argument --format: invalid choice: 'x' (choose from md, svg)", "--format: 'x' is none of md, svg"),
        ("argument --cloud: not allowed with argument --local", "--cloud cannot go with --local"),
        ("argument --port: 'x' is no port", "--port: 'x' is no port"),
        ("the following arguments are required: --name, FILE", "--name, FILE is missing"),
        ("something of a later Python", "something of a later Python"),
    ],
)
def test_what_argparse_says_is_said_in_our_words(said: str, ours: str) -> None:
    assert explained(said) == ours
