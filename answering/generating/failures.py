"""Which ``Failure`` a provider's error or ending is. Only names, codes and statuses are read out of it, never its prose.

LangChain's neutral errors are used where a provider has them (``langchain_core.exceptions``), else HTTP statuses and the
names of the exceptions: each provider's client has its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from answering.errors import ChatModelError, Failure

_READ = 4_000  # characters of a provider's error in which words are looked for

# OpenAI: context_length_exceeded; llama.cpp: exceed_context_size_error; vLLM, llama-cpp-python: "maximum context length";
# Anthropic: "prompt is too long"; Google: "input token count (…) exceeds the maximum number of tokens".
_OVERFLOW = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context length|context (?:window|size|length)|"
    r"prompt is too long|too many (?:input )?tokens|exceeds the maximum number of tokens",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content_filter|content_policy|content management policy|moderation|flagged", re.IGNORECASE)
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")  # what a provider calls its error; a key has digits, capitals or signs

_REFUSING = frozenset(
    (
        *("content_filter", "content_filtered", "refusal", "guardrail_intervened"),
        *("safety", "prohibited_content", "blocklist", "recitation", "spii"),
    )
)
_TOO_LONG = frozenset(("length", "max_tokens", "model_length"))

# A sick provider fails whatever it is asked; the others come of one question.
_SICK = frozenset(
    (
        *(Failure.UNREACHABLE, Failure.KEY, Failure.UNKNOWN, Failure.LIMITED),
        *(Failure.LATE, Failure.MALFORMED, Failure.CUT_OFF, Failure.FAILED),
    )
)
_PASSING = frozenset((Failure.UNREACHABLE, Failure.LIMITED, Failure.FAILED, Failure.CUT_OFF))


@dataclass(frozen=True, slots=True)
class Failed:
    """How a request failed. ``detail`` is for logs and traces: names, a status, a code; nothing that was sent or said.

    ``passing``: the same request may well succeed in a moment; ``wait``: after so many seconds, says the provider.
    ``sick``: not this request's fault, so that the next one will fail too.
    """

    failure: Failure
    detail: str = ""
    passing: bool = False
    wait: float | None = None
    sick: bool = False

    def error(self) -> ChatModelError:
        """Return the error to raise; its cause holds the detail, and neither holds the provider's exception."""
        error = ChatModelError(self.failure)
        error.__cause__ = RuntimeError(self.detail or str(self.failure))
        return error


def failed(exc: BaseException, started: bool) -> Failed:
    """Tell how a request failed; ``started``: a part of the answer had come."""
    failure, code = _failure(exc, started), _code(exc)
    passing = failure in _PASSING and _status(exc) != 402 and code != "insufficient_quota"
    return Failed(failure, _detail(exc, code), passing, _retry_after(exc), failure in _SICK)


def ended(finish: str, wrote: bool, anything: bool, must_say: bool) -> Failed | None:
    """Tell how an answer that came to its end failed, None if it did not.

    ``finish`` is why the model stopped, in the provider's word; ``wrote``: there was a text; ``anything``: there was at
    least an event; ``must_say``: this provider always gives a reason.
    """
    if finish in _REFUSING:
        return Failed(Failure.REFUSED, finish)
    if finish in _TOO_LONG and wrote:
        return Failed(Failure.UNFINISHED, finish)
    if must_say and not anything:
        return Failed(Failure.MALFORMED, "no event", sick=True)
    if must_say and not finish:
        return Failed(Failure.CUT_OFF, "no finish reason", passing=True, sick=True)
    return None if wrote else Failed(Failure.EMPTY, finish)


def finish_of(*metadata: Mapping[str, Any] | None) -> str:
    """Return why a model stopped, from what LangChain keeps of its last chunk; empty when it does not say."""
    for data in metadata:
        for name in ("finish_reason", "stop_reason", "done_reason"):
            if value := (data or {}).get(name):
                return str(getattr(value, "name", value)).lower()
    return ""


def _failure(exc: BaseException, started: bool) -> Failure:
    names, status = " ".join(kind.__name__ for kind in type(exc).__mro__), _status(exc)
    text = f"{getattr(exc, 'code', '')} {getattr(exc, 'type', '')} {exc}"[:_READ]
    if "ContextOverflow" in names or (status in (0, 400, 413, 422, 500) and _OVERFLOW.search(text)):
        return Failure.OVERFLOW
    if status in (0, 400, 403) and _FILTERED.search(text):
        return Failure.REFUSED
    if "Timeout" in names or status == 408:
        return Failure.LATE
    if status in (401, 403) or re.search("Authentication|PermissionDenied", names):
        return Failure.KEY
    if status == 404 or "NotFound" in names:
        return Failure.UNKNOWN
    if status in (402, 429) or "RateLimit" in names:
        return Failure.LIMITED
    if 400 <= status < 500 or "InvalidRequest" in names:
        return Failure.INVALID
    if re.search("Protocol|ReadError|ConnectionReset", names) or (started and "Connect" in names):
        return Failure.CUT_OFF
    if "Connect" in names:
        return Failure.UNREACHABLE
    return Failure.FAILED if status >= 500 or "APIError" in names else Failure.MALFORMED


def _status(exc: BaseException) -> int:
    """Return the HTTP status of an error, 0 when it has none."""
    status = getattr(exc, "status_code", None) or getattr(getattr(exc, "response", None), "status_code", None)
    return status if isinstance(status, int) else 0


def _code(exc: BaseException) -> str:
    for value in (getattr(exc, "code", None), getattr(exc, "type", None)):
        if isinstance(value, str) and len(value) <= 60 and _CODE.fullmatch(value):
            return value
    return ""


def _detail(exc: BaseException, code: str) -> str:
    """Return the names of an error and of what caused it: "openai.APIConnectionError < httpx.ConnectError, HTTP 503"."""
    chain: list[str] = []
    cause: BaseException | None = exc
    while cause is not None and len(chain) < 6:
        chain.append(f"{type(cause).__module__}.{type(cause).__name__}")
        cause = cause.__cause__ or cause.__context__
    status = _status(exc)
    return ", ".join(filter(None, (" < ".join(dict.fromkeys(chain)), f"HTTP {status}" if status else "", code)))


def _retry_after(exc: BaseException) -> float | None:
    """Return after how many seconds a provider wants to be asked again (RFC 9110, 10.2.3), None when it does not say."""
    headers: Any = getattr(getattr(exc, "response", None), "headers", None)
    if not hasattr(headers, "get"):
        return None
    milliseconds, after = headers.get("retry-after-ms"), headers.get("retry-after")
    for value, unit in ((milliseconds, 0.001), (after, 1.0)):
        if value and re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", value.strip()):
            return float(value) * unit
    try:  # a date, told by the provider's own clock
        return max(0.0, (parsedate_to_datetime(after) - parsedate_to_datetime(headers.get("date"))).total_seconds())
    except (TypeError, ValueError):
        return None
