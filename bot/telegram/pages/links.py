"""Addresses of articles, made safe to open, and led to the passage by a text fragment.

Source of the fragment: wicg.github.io/scroll-to-text-fragment, "#:~:text=start[,end]".
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from bot.telegram.pages.split import clip, clip_end, units
from bot.terminal import clean
from retrieval.reading.paging import page_address

MAX_URL = 2_000  # characters; longer ones are refused by browsers and servers
_WHOLE_WORDS = 12  # a quotation of so many words is named whole, a longer one by its first and its last words
_END_WORDS = 5
_WHOLE_UNITS = 240
_END_UNITS = 60  # scripts without spaces: so much of a "word" that never ends

# As Telegram demands it: a name with a dot. No address in square brackets, no escape, nothing that hides another host.
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]+\.?")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def web_url(url: str) -> str:
    """Return ``url`` without credentials and fragment, escaped as browsers do; empty if it is no http or https address.

    Empty too for what Telegram refuses (a host without a dot), and for an address longer than ``MAX_URL``.
    """
    url = url.strip()
    if clean(url) != url or "\n" in url:
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a broken port or host
        return ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or "\\" in parts.netloc:
        return ""
    safe = SplitResult(
        parts.scheme, f"{host}:{port}" if port else host, _escaped(parts.path) or "/", _escaped(parts.query), ""
    ).geturl()
    return safe if len(safe) <= MAX_URL else ""


def is_web_url(url: str) -> bool:
    """Whether Telegram opens ``url`` from a button: http or https, a host, no blank in it, no credentials."""
    bare, _, fragment = url.partition("#")
    return (
        len(url) <= 2 * MAX_URL and bool(bare) and web_url(bare) == bare and not re.search(r"[\s#\x00-\x20]", fragment)
    )


def _escaped(part: str) -> str:
    return quote(_ESCAPE.sub("%25", part), safe="/?%:@!$&'()*+,;=~-._")


def fragment_url(url: str, quotation: str) -> str:
    """Return ``web_url(url)`` with a text fragment that finds ``quotation`` on the page; empty if ``url`` is unsafe.

    A quotation of more than ``_WHOLE_WORDS`` words, or of several lines, is named by its first and its last words: a
    page may have a note or a picture in its middle. Without one that fits, the address opens the page's top.
    """
    address = web_url(url)
    directive = text_directive(quotation)
    if not address or not directive:
        return address
    whole = f"{address}#:~:{directive}"
    return whole if len(whole) <= MAX_URL else address


def place_url(citation: dict[str, Any]) -> str:
    """Return the address at which a citation (its JSON) is opened: at its words, in a PDF at its page; empty if unsafe."""
    address = web_url(citation["url"] or "")
    at_page = page_address(address, citation.get("page"))
    return at_page if at_page != address else fragment_url(address, citation["quote"])


def text_directive(quotation: str) -> str:
    """Return ``text=start`` or ``text=start,end``, percent-encoded; empty for a quotation without words."""
    lines = [line.split() for line in clean(quotation).split("\n") if line.strip()]
    if not lines:
        return ""
    first, last = lines[0], lines[-1]
    if len(lines) == 1 and len(first) <= _WHOLE_WORDS and sum(map(units, first)) <= _WHOLE_UNITS:
        return f"text={_encoded(' '.join(first))}"
    words = max(1, min(_END_WORDS, len(first) // 2)) if len(lines) == 1 else _END_WORDS  # the ends do not overlap
    start, end = _opening(first[:words]), _closing(last[-words:])
    return f"text={_encoded(start)},{_encoded(end)}" if start and end else ""


def _opening(words: list[str]) -> str:
    """Return as many of the first words as fit ``_END_UNITS``; of a longer word, its beginning."""
    fitting = [taken for n in range(1, len(words) + 1) if units(taken := " ".join(words[:n])) <= _END_UNITS]
    return fitting[-1] if fitting else clip(words[0], _END_UNITS)


def _closing(words: list[str]) -> str:
    fitting = [taken for n in range(1, len(words) + 1) if units(taken := " ".join(words[-n:])) <= _END_UNITS]
    return fitting[-1] if fitting else clip_end(words[-1], _END_UNITS)


def _encoded(text: str) -> str:
    """Percent-encode a term: besides what addresses escape, "-", "," and "&" are the directive's own syntax."""
    return quote(text, safe="").replace("-", "%2D")
