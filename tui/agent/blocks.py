"""One content block of a model's message while it streams: what it says, and what it is sent back as.

A tool loop sends the model its own message back. The API insists on it unchanged, with the signatures of its
thinking. The SDK's own helper raises for a call whose JSON is broken, so this does it from the raw events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tui.agent.surrogates import Joiner

_CALLS = frozenset({"tool_use", "server_tool_use"})


class Block:
    """A block, from its content_block_start on."""

    def __init__(self, content: object) -> None:
        """`content` is the start's content_block."""
        self._param = as_mapping(content)
        kind = self._param.get("type")
        self.type = kind if isinstance(kind, str) else ""
        self.citations: list[dict[str, object]] = []
        self._pieces: list[str] = []
        self._joiner = Joiner()
        begun = self._param.get(self.type)
        self.begun = begun if isinstance(begun, str) and self.type in {"text", "thinking"} else ""
        """Text that it begins with; the API sends none there, other servers do."""

    @property
    def is_call(self) -> bool:
        """Whether it calls a tool, ours or the server's."""
        return self.type in _CALLS

    def given(self, name: str) -> object:
        """Return a field of the content_block as it was sent."""
        return self._param.get(name)

    def take(self, delta: object) -> str:
        """Take a delta; return the text or thinking that it adds."""
        match getattr(delta, "type", None):
            case "text_delta":
                return self.say(getattr(delta, "text", ""))
            case "thinking_delta":
                return self.say(getattr(delta, "thinking", ""))
            case "input_json_delta":
                piece = getattr(delta, "partial_json", "")
                if isinstance(piece, str):
                    self._pieces.append(piece)
            case "signature_delta":
                self._param["signature"] = getattr(delta, "signature", "")
            case "citations_delta":
                self.citations.append(as_mapping(getattr(delta, "citation", None)))
        return ""

    def say(self, piece: str) -> str:
        """Take a piece of text; return it without halves of characters."""
        text = self._joiner.feed(piece)
        self._pieces.append(text)
        return text

    def finish(self) -> str:
        """Return what of the text was held back."""
        text = self._joiner.finish()
        self._pieces.append(text)
        return text

    @property
    def arguments(self) -> str:
        """A call's input, as the JSON text that was sent."""
        whole = self._param.get("input")
        return "".join(self._pieces) or json.dumps(whole if isinstance(whole, dict) else {})

    @property
    def input(self) -> Mapping[str, object] | None:
        """A call's input; None when it is no JSON object."""
        try:
            value = json.loads(self.arguments)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def param(self) -> dict[str, object] | None:
        """The block as it is sent back; None for text without any, which the API refuses."""
        if self.is_call:
            # An input must be an object. Anthropic's guide to tools wraps what is none like this.
            value = self.input
            return self._param | {"input": {"INVALID_JSON": self.arguments} if value is None else value}
        if self.type not in {"text", "thinking"}:
            return self._param
        text = "".join(self._pieces)
        if self.type == "text" and not text.strip():
            return None
        cited = {"citations": self.citations} if self.citations else {}
        return self._param | {self.type: text} | cited


def as_mapping(value: object) -> dict[str, object]:
    """Return what the SDK has made of a JSON object as it was sent; empty for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    dump = getattr(value, "to_dict", None)
    made = dump(mode="json") if callable(dump) else {}
    return made if isinstance(made, dict) else {}
