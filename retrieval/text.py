"""Plain text made uniform before any offset is taken, and small questions about lines of it."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
# Control characters, soft hyphens, zero-width and direction marks, and the invisible "tag" letters that can hide text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]+"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_EDGES = re.compile(" ?\n ?")
_BLANK_LINES = re.compile("\n{3,}")
_MARKS = re.compile("[^\x00-\u02ff]{31,}")  # holds every long run of marks, and cheap to look for
_MOST_MARKS = 30  # as in Unicode's stream-safe text; composing longer runs takes quadratic time

_CLOSERS = " »›”’\"')]}*_"
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "।")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]{1,2000}", re.IGNORECASE)


def normalise(text: str) -> str:
    """Return ``text`` as NFC with plain spaces, ``\\n`` line ends, stripped lines and at most one blank line in a row.

    Zero-width and control characters are dropped, lone surrogates become U+FFFD. Idempotent.
    """
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", text))
    text = _cap_marks(unicodedata.normalize("NFC", _cap_marks(text)))
    text = _LINE_EDGES.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip(" \n")


def _cap_marks(text: str) -> str:
    return _MARKS.sub(lambda match: _first_marks(match[0]), text)


def _first_marks(run: str) -> str:
    kept, length = [], 0
    for char in run:
        length = length + 1 if unicodedata.combining(char) else 0
        if length <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def one_line(text: str) -> str:
    """Return ``text`` normalised and on one line: a title, an outlet, an id."""
    return normalise(text).replace("\n\n", " ").replace("\n", " ")


def ends_sentence(line: str) -> bool:
    """Whether ``line`` ends as a sentence does, closing quotes and brackets aside."""
    return line.rstrip(_CLOSERS).endswith(_SENTENCE_ENDS)


def web_address(value: str) -> str:
    """Return ``value`` when it is an http or https address, else an empty string."""
    value = one_line(value)
    return value if _WEB_ADDRESS.fullmatch(value) else ""
