"""What the bot logs: a line an event, as text or as JSON, without secrets and without anybody's texts.

Our own lines hold no text of a message, and say so by what they are given. Libraries do not know which of their values
are private: python-telegram-bot logs whole updates where it cannot read or handle one. So of a library's line only the
fixed words and the numbers are kept, and of an error its type and frames; its message only where it cannot quote a
text (`described`). The same (`trace_of`) is in ``var/errors.log`` of an error that a user was told of (bot/failures.py).
"""

from __future__ import annotations

import logging
import math
import re
import sqlite3
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any, Literal, TextIO

from pythonjsonlogger.core import RESERVED_ATTRS, merge_record_extra
from pythonjsonlogger.json import JsonFormatter
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.failures import redact
from bot.terminal import clean, one_line
from retrieval.errors import KiosqueError

Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

OURS = "kiosque"
PAUSE = 60.0  # seconds in which the same warning is written once
_REMEMBERED = 1_000  # different warnings
_LONGEST = 300  # characters of an error's message
_FRAMES = 25  # of a trace, the innermost: a recursion has a thousand
_ID = re.compile(r"-?\d{5,}")  # in what Telegram says of a chat: ids have more digits than seconds and statuses
# What a BadRequest may be told to say: the words of the Bot API alone, never what it goes on to quote.
_REFUSALS = re.compile(
    r"can't parse entities|message is too long|message text is empty|(?:chat|user|message thread) not found|"
    r"message (?:to (?:edit|delete|be replied) not found|can't be (?:edited|deleted))|button_data_invalid|"
    r"button_url_invalid|reply_markup_too_long|not enough rights|query is too old|topic_closed",
    re.IGNORECASE,
)
# Their lines are fixed words, with values apart; asyncio's name a callback and its values in brackets.
_FIXED = ("telegram", "tornado", "asyncio")
_QUIET = {  # what a library says of every request
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "tornado.access": logging.CRITICAL + 1,
    "tornado.general": logging.WARNING,
}


def log_to(
    stream: TextIO, *, format: Format = "text", level: Level = "info", clock: Callable[[], float] = time.monotonic
) -> None:
    """Log to a stream from here on. ``level`` is of our own lines; of libraries nothing below INFO is ever written."""
    handler = _Handler(stream)
    handler.setFormatter(RedactingJson() if format == "json" else Redacting())
    handler.addFilter(Seldom(clock))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for library, quiet in _QUIET.items():
        logging.getLogger(library).setLevel(quiet)
    logging.captureWarnings(True)


class Seldom(logging.Filter):
    """Writes the same warning or error at most once in ``PAUSE`` seconds, then with how often it came meanwhile.

    What python-telegram-bot says of Telegram being away becomes one line without a trace, a warning where it passes by
    itself. Anything of a library below INFO is left out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}  # when last written, how many were not since

    def filter(self, record: logging.LogRecord) -> bool:
        if not _is_ours(record) and record.levelno < logging.INFO:
            return False
        error = _error_of(record)
        if _library(record) == "telegram" and isinstance(error, (TelegramError, JSONDecodeError)):
            record.msg, record.args = f"{_message(record)} {described(error)}", ()
            record.exc_info = record.exc_text = None
            if isinstance(error, (NetworkError, RetryAfter, JSONDecodeError)) and not isinstance(error, BadRequest):
                record.levelno, record.levelname = logging.WARNING, "WARNING"
        return record.levelno < logging.WARNING or self._is_due(record)

    def _is_due(self, record: logging.LogRecord) -> bool:
        now, key = self._clock(), (record.name, _message(record))
        written, missed = self._seen.pop(key, (-math.inf, 0))
        if now - written < PAUSE:
            self._seen[key] = (written, missed + 1)
            return False
        self._seen[key] = (now, 0)
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        if missed:
            record.again = missed
        return True


class Redacting(logging.Formatter):
    """Text: time, level, logger and message on a line, a trace below it."""

    def format(self, record: logging.LogRecord) -> str:
        again = getattr(record, "again", 0)
        times = f" (again {again} {'time' if again == 1 else 'times'})" if again else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {_message(record)}{times}"
        line = one_line(redact(line))
        error = _error_of(record)
        return f"{line}\n{clean(redact(trace_of(error)))}" if error else line


class RedactingJson(JsonFormatter):
    """JSON: an object a line: time (UTC), level, logger, message, then what the line was given as ``extra``, and error."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        error = _error_of(record)
        if error:
            fields["error"] = trace_of(error)
        for name, value in merge_record_extra(record, {}, reserved=RESERVED_ATTRS).items():
            if _is_ours(record) or name == "again":
                fields.setdefault(str(name), value)
        return self.serialize_log_record({redact(name): _plain(value) for name, value in fields.items()})


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line is missing. The base class would print it with all its values."""
        with suppress(OSError, ValueError):
            self.stream.write(f"a line of {one_line(record.name)} could not be logged\n")


def described(error: BaseException) -> str:
    """Return the type of an error, with its message where that cannot quote a person's text.

    Messages of Telegram without the ids in them, of the system and of SQLite; of a BadRequest, which may name what it did
    not like, the words that the Bot API has for it.
    """
    cause = error.__cause__ if isinstance(error, KiosqueError) else error
    message = ""
    if isinstance(error, BadRequest):
        known = _REFUSALS.search(error.message)
        message = known[0] if known else ""
    elif isinstance(cause, (TelegramError, OSError, sqlite3.Error)) and not isinstance(cause, BadRequest):
        message = one_line(redact(str(error)))[:_LONGEST]
        message = _ID.sub("[id]", message) if isinstance(cause, TelegramError) else message
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _library(record: logging.LogRecord) -> str:
    return record.name.partition(".")[0]


def _is_ours(record: logging.LogRecord) -> bool:
    return _library(record) == OURS


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if isinstance(record.exc_info, tuple) else None


def _message(record: logging.LogRecord) -> str:
    """Return the words of a record; of a library's, none that may be a person's."""
    try:
        if _is_ours(record):
            return record.getMessage()
        if isinstance(record.msg, BaseException):
            return described(record.msg)
        text = str(record.msg)
        if record.args:
            text %= _withheld(record.args)
        elif _library(record) not in _FIXED:
            return f"[text withheld] {_place(record)}"
        text = text.partition("\n")[0]
        return text.partition("(")[0] if record.name == "asyncio" else text
    except Exception:
        return f"[text withheld] {_place(record)}"


def _place(record: logging.LogRecord) -> str:
    """Return where a record comes from: of a Python warning, what its text begins with."""
    warned = re.match(r"[^\n]+?:\d+: \w+", str(record.msg)) if record.name == "py.warnings" else None
    return warned[0] if warned else f"{record.filename}:{record.lineno}"


class _Withheld:
    """Stands for a value in a library's line: %s, %r and %d of it are its type."""

    def __init__(self, value: object) -> None:
        self._shown = described(value) if isinstance(value, BaseException) else f"[{type(value).__name__}]"

    def __repr__(self) -> str:
        return self._shown


class _Values(dict[str, object]):
    """The values of a line by name; where it asks for all of them, that they are some."""

    def __repr__(self) -> str:
        return "[dict]"


def _withheld(args: Any) -> Any:
    if isinstance(args, dict):  # the one value that was given: its items go by their names
        return _Values((name, _number_or_withheld(value)) for name, value in args.items())
    return tuple(_number_or_withheld(value) for value in args)


def _number_or_withheld(value: object) -> object:
    return value if value is None or isinstance(value, (bool, int, float)) else _Withheld(value)


def trace_of(error: BaseException) -> str:
    """Return the frames of an error and of what led to it, the first cause first; messages only as `described`."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__, limit=-_FRAMES))
        parts.append(f"Traceback (most recent call last):\n{frames}{described(current)}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n\nwhich led to:\n\n".join(reversed(parts))


def _plain(value: object) -> object:
    """Return a value of a line as JSON has it, without secrets; of what is no plain value, its type."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {redact(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float)) else f"[{type(value).__name__}]"
