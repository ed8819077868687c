"""Which failed requests may be repeated, how often, and when."""

from __future__ import annotations

import random
from datetime import timedelta

import httpx
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

REPEATS_FLOODED = 6
REPEATS_FAILED = 4
REPEATS_MESSAGE = 10  # of what people wait for: two minutes and a half without Telegram
_BACKOFF = 0.5  # seconds, doubled each time, a quarter more or less
_BACKOFF_MOST = 30.0
_LATER = 0.1  # seconds on top of what Telegram asked for

IDEMPOTENT = ("answer", "delete", "edit", "get", "log", "close", "pin", "set", "unpin")  # how their names begin
TOOK_EFFECT = ("message is not modified", "message to delete not found", "query is too old")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def backoff(failed: int) -> float:
    """Return the seconds to wait after so many failures (from 1)."""
    return min(_BACKOFF * 2.0 ** (failed - 1), _BACKOFF_MOST) * random.uniform(0.75, 1.25)


def seconds_of(error: RetryAfter) -> float:
    """Return how many seconds Telegram asked to wait, and a little more."""
    wait = error.retry_after
    return (wait.total_seconds() if isinstance(wait, timedelta) else wait) + _LATER


def is_unsent(error: TelegramError) -> bool:
    """Return whether a request never left."""
    return isinstance(error.__cause__, _NOT_SENT)


def without_effect(error: NetworkError) -> bool:
    """Return whether a request took no effect: it never left, or it was answered with a server's error (5xx).

    python-telegram-bot keeps httpx's error as the cause; of an answer it keeps the words only. A gateway's timeout
    (504) says nothing of what the server behind it did, nor does an answer that did not come.
    """
    if is_unsent(error):
        return True
    answered = error.__cause__ is None or isinstance(error.__cause__, TelegramError)
    timeout = "(504)" in error.message or "gateway time" in error.message.lower()
    return answered and not timeout and not isinstance(error, TimedOut)
