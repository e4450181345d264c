"""The code in a markdown text: what stands in its fences and indented blocks, to be copied."""

from __future__ import annotations

from markdown_it import MarkdownIt


def code_blocks(markdown: str) -> list[str]:
    """Return the code blocks of a text as they would be pasted, in order; a fence that is still open too."""
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [token.content for token in tokens if token.type in {"fence", "code_block"} and token.content]
