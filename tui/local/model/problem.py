"""Errors as the Messages API answers them."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - the API calls it an error, this is one on its way there
    """A request that the API answers with an error."""

    def __init__(self, status: int, type_: str, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.type = type_
        self.retry_after = retry_after
        """Seconds, for the header `retry-after`."""

    def body(self, request_id: str) -> dict[str, object]:
        """Return the API's error JSON."""
        return {"type": "error", "error": {"type": self.type, "message": str(self)}, "request_id": request_id}


def invalid(message: str) -> Problem:
    """Return the error for a request that makes no sense."""
    return Problem(400, "invalid_request_error", message)
