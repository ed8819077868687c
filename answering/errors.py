"""The exceptions of this package.

KiosqueError
 +- ChatModelError  the chat model cannot be reached, refuses, or sends something that is no answer
 +- Cancelled       whoever asked wants no answer any more
"""

from __future__ import annotations

from enum import StrEnum

from retrieval.errors import KiosqueError


class Failure(StrEnum):
    """What a chat model, its provider or the network does wrong. ``failures`` tells which it was."""

    UNREACHABLE = "unreachable"
    KEY = "key"  # refused, or not allowed to
    UNKNOWN = "unknown"  # no such model, or no such address
    LIMITED = "limited"  # too many requests, or no credit left
    OVERFLOW = "overflow"  # more tokens than the model's context has room for
    REFUSED = "refused"  # the provider's filter, or the model itself, wants no part in it
    INVALID = "invalid"  # a request that the provider does not take
    EMPTY = "empty"
    MALFORMED = "malformed"
    LATE = "late"
    CUT_OFF = "cut off"  # by the network, or by a server that ended without a word
    UNFINISHED = "unfinished"  # the model came to its limit of tokens
    FAILED = "failed"  # the provider's own failure
    RESTING = "resting"  # not asked at all: see ``breaker``


_SENTENCES = {
    Failure.UNREACHABLE: "The chat model cannot be reached: check CHAT_BASE_URL and the network.",
    Failure.KEY: "The chat model's provider refused the key: check CHAT_API_KEY.",
    Failure.UNKNOWN: "The chat model's provider knows no such model or address: check CHAT_MODEL and CHAT_BASE_URL.",
    Failure.LIMITED: "The chat model's provider limits the number of requests, or the credit is used up: try again later.",
    Failure.OVERFLOW: "The passages are too long for the chat model: serve it with a larger context.",
    Failure.REFUSED: "The chat model refused to answer: ask in other words.",
    Failure.INVALID: "The chat model's provider refused the request: check CHAT_MODEL.",
    Failure.EMPTY: "The chat model wrote nothing: ask again, or name another model with CHAT_MODEL.",
    Failure.MALFORMED: "The chat model sent what is no answer: check that CHAT_BASE_URL is a chat model's address.",
    Failure.LATE: "The chat model did not answer in time: raise CHAT_TIMEOUT, or name a faster model.",
    Failure.CUT_OFF: "The connection to the chat model broke off: try again.",
    Failure.UNFINISHED: "The chat model reached its limit of tokens before the answer's end: ask for less at a time.",
    Failure.FAILED: "The chat model's provider failed: try again later.",
    Failure.RESTING: "The chat model failed several times in a row and is left alone for a minute.",
}


class ChatModelError(KiosqueError):
    """One plain sentence for each ``failure``, without a key, a URL or the provider's own words."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(_SENTENCES[failure])
        self.failure = failure


class Cancelled(KiosqueError):
    """Nobody waits for the answer any more."""
