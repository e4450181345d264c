"""What a command says on standard error about its link: nothing, unless something is wrong."""

from __future__ import annotations

from tui.wire import ChannelChange, ConnectionChange, Gap, Inbound, Notice, Reason, Severity, clean_line

_DEAF = 40160
"""Ably's code for what the credentials do not allow (capability)."""


def remedy_of(reason: Reason) -> str:
    """Return what to do about it, for who will not wait for another attempt."""
    return reason.remedy.removesuffix("it is tried again").removesuffix("; ")


def in_vain(reason: Reason) -> str:
    """Return why something was given up, and what to do about it."""
    code = f" ({reason.code})" if reason.code else ""
    return clean_line("; ".join(filter(None, (f"{reason.message}{code}", remedy_of(reason)))))


class Trouble:
    """Turns what the link tells into a line for each change for the worse, and one for the better."""

    def __init__(self) -> None:
        self.failed: Reason | None = None
        """Why nothing more will come unless a person changes something; None while something may."""
        self._said: str | None = None

    def hear(self, value: Inbound) -> str | None:
        """Take what is no message; return a line when it is trouble, or the end of it."""
        match value:
            case ConnectionChange(state, _, reason, _):
                return self._state("connection", state, reason)
            case ChannelChange(state, _, _, reason):
                return self._channel(state, reason)
            case Notice(text, severity, _) if severity is not Severity.INFORMATION:
                return clean_line(text)
            case Gap(_, _, reason):
                return clean_line(f"messages were missed: {reason}")
        return None

    def _channel(self, state: str, reason: Reason | None) -> str | None:
        if state == "attached" and reason is not None and reason.code == _DEAF:
            return self._state("channel", "failed", reason)
        if state in ("failed", "suspended") or (state == "detached" and reason is not None):
            return self._state("channel", state, reason)
        return self._state("channel", "connected", None) if state == "attached" else None

    def _state(self, what: str, state: str, reason: Reason | None) -> str | None:
        if state == "failed":
            self.failed = reason or Reason("it failed for good")
        if state in ("disconnected", "suspended", "failed", "detached"):
            said = clean_line(f"{what} {state}" + (f": {reason}" if reason is not None else ""))
            if said == self._said:
                return None
            self._said = said
            return said
        if state == "connected" and self._said is not None:
            if what == "connection" and self._said.startswith("channel"):
                return None  # the channel itself will say so
            self._said, self.failed = None, None
            return f"{what} is back"
        return None
