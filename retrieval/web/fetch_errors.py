"""Why a web page was not fetched. Every message is one sentence that names the address and the way out.

FetchError            a KiosqueError: cannot be reached, breaks off, is no HTTP, was stopped
 +- RefusedAddress    not an address that we ask: its scheme, its credentials, its port, or its host is private
 +- RefusedByRobots   the site's robots.txt keeps robots away, or cannot be read
 +- TooBig            more bytes than the policy allows
 +- TooSlow           the time that the policy allows is over
 +- HttpStatus        a status that brings no page (``status``)
 +- RetryLater        asked to wait (``seconds``; None when the server does not say how long)
     +- OutOfTurn     the turn of its host is further off than a fetch waits; the server was not asked

Messages show no credentials, queries or fragments, which can hold secrets, and nothing that a server wrote.
"""

from __future__ import annotations

from retrieval.errors import KiosqueError


class FetchError(KiosqueError):
    pass


class RefusedAddress(FetchError):
    pass


class RefusedByRobots(FetchError):
    pass


class TooBig(FetchError):
    pass


class TooSlow(FetchError):
    pass


class HttpStatus(FetchError):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RetryLater(FetchError):
    def __init__(self, message: str, seconds: float | None) -> None:
        super().__init__(message)
        self.seconds = seconds


class OutOfTurn(RetryLater):
    pass
