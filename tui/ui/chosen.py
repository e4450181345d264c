"""What is said when somebody clicks on what stands for a response: its tab, its ticker, its folded line."""

from __future__ import annotations

from textual.message import Message

from tui.state import Response


class Chosen(Message):
    """Somebody wants to see this response."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response
