"""The last touches of a question that was put together: its end, its first letter, and what French joins."""

from __future__ import annotations

import re

_END = " \u00a0\u202f?!.…"
_CONTRACTED = (
    (re.compile(r"(?<!\w)(d)e le (?=\w)", re.I), r"\1u "),
    (re.compile(r"(?<!\w)(d)e les (?=\w)", re.I), r"\1es "),
    (re.compile(r"(?<!\w)à le (?=\w)", re.I), "au "),
    (re.compile(r"(?<!\w)à les (?=\w)", re.I), "aux "),
    (re.compile(r"(?<!\w)(d)e (?=[AEIOUÉÈÊÎ])", re.I), None),
    (re.compile(r"(?<!\w)(qu)['’](?=[^aeiouyéèêàâîôœh\W])", re.I), r"\1e "),
)


def tidy(text: str) -> str:
    """Return words one space apart, with "de le" contracted and "de" elided before the names put behind it."""
    text = " ".join(text.split())
    for pattern, contracted in _CONTRACTED:
        text = pattern.sub(contracted or _elided, text)
    return text


def _elided(match: re.Match[str]) -> str:
    return match[0] if match.string[match.end()].islower() else f"{match[1]}'"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def ended(text: str) -> tuple[str, str]:
    """Return a text without its closing marks, and those with the space before them."""
    body = text.rstrip(_END)
    return body, text[len(body) :]
