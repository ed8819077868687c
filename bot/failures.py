"""What a person sees when something fails: one plain sentence, and an error id that finds the trace in the log."""

from __future__ import annotations

import os
import re
import secrets
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from answering.settings import ROOT
from bot.terminal import clean, one_line
from retrieval.errors import KiosqueError, SettingsError

ERROR_LOG = ROOT / "var" / "errors.log"
_SECRET_NAMES = ("_API_KEY", "_TOKEN", "_SECRET", "_INVITE_CODE")
_LOG_LIMIT = 1_000_000  # bytes; a longer log begins anew


def report(error: Exception, *, debug: bool) -> str:
    """Print one sentence about ``error`` to standard error, after the trace if ``debug``; return the sentence."""
    if debug:
        print(_trace(error), file=sys.stderr)
    if isinstance(error, KiosqueError):
        sentence = redact(one_line(str(error)))
    else:
        what = f"Something went wrong (error id {record(error)}): {type(error).__name__}."
        sentence = f"{what} Run again with --debug for the trace."
    print(sentence, file=sys.stderr, flush=True)
    return sentence


def record(error: Exception, trace: Callable[[Exception], str] | None = None) -> str:
    """Keep the trace of ``error`` in the log, without secrets, and return the id that finds it there.

    ``trace`` says what is kept of it where the messages of errors may quote what other people wrote.
    """
    error_id = secrets.token_hex(4)
    _log(error_id, _trace(error) if trace is None else redact(clean(trace(error))))
    return error_id


def status_of(error: Exception) -> int:
    """Return the exit status for ``error``: 2 for wrong settings, 1 for any other failure."""
    return 2 if isinstance(error, SettingsError) else 1


def _trace(error: Exception) -> str:
    return redact(clean("".join(traceback.format_exception(error)).rstrip()))


def redact(text: str) -> str:
    """Return ``text`` without the values of secret settings: libraries quote a key in their messages."""
    for secret in _secrets():
        text = text.replace(secret, "[secret]")
    return re.sub(r"\b(sk-|Bearer )[\w.-]{8,}", r"\1[secret]", text)


def _secrets() -> list[str]:
    """Return the values of all secret settings, of the environment and of the settings' file."""
    from dotenv import dotenv_values

    named = dict(os.environ)
    with suppress(OSError, UnicodeDecodeError):
        named |= {
            name: value
            for name, value in dotenv_values(os.environ.get("KIOSQUE_ENV") or ROOT / ".env").items()
            if value
        }
    return [value for name, value in named.items() if is_secret(name) and len(value) > 3]


def is_secret(name: str) -> bool:
    """Whether a setting or a variable of the environment holds a secret."""
    return name.upper().endswith(_SECRET_NAMES)


def _log(error_id: str, trace: str, path: Path | None = None) -> None:
    """Append a trace to the log; a log that cannot be written is no reason for a second failure."""
    path = path or ERROR_LOG
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "w" if path.exists() and path.stat().st_size > _LOG_LIMIT else "a"
        with open(path, mode, encoding="utf-8", errors="replace", opener=_private) as log:
            log.write(f"error {error_id}\n{trace}\n\n")


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
