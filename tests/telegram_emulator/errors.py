"""What a method raises to be answered as Telegram answers an error."""

from __future__ import annotations


class ApiError(Exception):
    """``status`` is both the HTTP status and the error_code; ``description`` is Telegram's own sentence."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after


class NotEmulated(ApiError):
    """A real method or parameter value that this emulator does not know: 501, and the emulator's exit raises it."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not Implemented: the emulator does not know {what}")


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    return ApiError(409, f"Conflict: {reason}")


def too_many(retry_after: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after)


OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
