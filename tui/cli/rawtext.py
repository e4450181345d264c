"""The text of one response as it grows, without anything in front of it. Pure."""

from __future__ import annotations

from hashlib import blake2s

from tui.cli.telling import new_text
from tui.state import Response
from tui.wire import Kind


class RawText:
    """Gives what is new of `Response.text`, in its order."""

    def __init__(self) -> None:
        self.corrections = 0
        """How often what had been given turned out to be wrong, and the whole text was given once more."""
        self._taken: dict[int, int] = {}  # characters, by block of text
        self._length = 0
        self._hash = blake2s()

    def take(self, response: Response, *, anew: bool) -> str:
        """Return what is new; `anew` says whether blocks changed otherwise than by text at their end."""
        found = None if anew else self._grown(response)
        if found is None:
            whole = response.text
            same = blake2s(_bytes(whole[: self._length])).digest() == self._hash.digest()
            self._taken = {
                index: block.length for index, block in enumerate(response.blocks) if block.kind is Kind.TEXT
            }
            if same:
                found = whole[self._length :]
            else:
                self.corrections += 1
                self._length, self._hash = 0, blake2s()
                self._note(whole)
                return f"\n{whole}"
        self._note(found)
        return found

    def _grown(self, response: Response) -> str | None:
        """Return what came at the end; None when something came before it."""
        pieces: list[str] = []
        before = False  # whether there is text in front
        texts = [(index, block) for index, block in enumerate(response.blocks) if block.kind is Kind.TEXT]
        for index, block in texts:
            taken = self._taken.get(index, 0)
            if block.length > taken:
                if any(self._taken.get(later, 0) for later, _ in texts if later > index):
                    return None
                if before and not taken and not block.gap:
                    pieces.append("\n\n")
                pieces.append(new_text(block, taken))
                self._taken[index] = block.length
            before = before or block.length > 0
        return "".join(pieces)

    def _note(self, text: str) -> None:
        self._length += len(text)
        self._hash.update(_bytes(text))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
