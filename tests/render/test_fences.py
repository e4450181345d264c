import pytest

from tui.render.fences import code_blocks


@pytest.mark.parametrize(
    ("markdown", "blocks"),
    [
        ("no code, `only` inline", []),
        ("```py\na = 1\n```\n\n~~~\nb\n~~~", ["a = 1\n", "b\n"]),
        ("text\n\n    indented\n", ["indented\n"]),
        ("```sh\nstill open", ["still open"]),
        ("```\n```", []),
        ("- item\n\n  ```\n  in a list\n  ```", ["in a list\n"]),
    ],
)
def test_code_blocks_in_order(markdown: str, blocks: list[str]) -> None:
    assert code_blocks(markdown) == blocks
