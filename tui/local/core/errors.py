"""Ably's errors: a code, a status and a sentence (TI1)."""

from __future__ import annotations

from dataclasses import dataclass

from tui.local.core.words import Fields


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error as it travels. `status` is never left out: the Python SDK calculates with it (trap B5)."""

    code: int
    status: int
    message: str

    def fields(self) -> Fields:
        """Return the error as a part of a frame or an HTTP body."""
        return {
            "code": self.code,
            "statusCode": self.status,
            "message": self.message,
            "href": f"https://help.ably.io/error/{self.code}",
        }


class ProtocolError(Exception):
    """A request that is refused; `info` is what its sender is told."""

    def __init__(self, code: int, status: int, message: str) -> None:
        super().__init__(message)
        self.info = ErrorInfo(code, status, message)


def bad_request(message: str, code: int = 40000) -> ProtocolError:
    """Return the error for a request that makes no sense."""
    return ProtocolError(code, 400, message)


def unauthorized(message: str, code: int = 40101) -> ProtocolError:
    """Return the error for a credential that is none."""
    return ProtocolError(code, 401, message)


def not_permitted(operation: str, channel: str) -> ProtocolError:
    """Return the error for an operation that the credential's capability does not hold."""
    return ProtocolError(
        40160, 401, f"operation not permitted with provided capability: {operation} on {channel}"
    )


def not_found(message: str, code: int = 40400) -> ProtocolError:
    """Return the error for something that is not there."""
    return ProtocolError(code, 404, message)
