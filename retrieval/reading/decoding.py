"""Bytes to text: by byte order mark, as UTF-8, by what the text declares, else by what fits best."""

from __future__ import annotations

import codecs
import re

from retrieval.errors import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"""(?:charset\s*=\s*|<\?xml[^<>]{0,200}?encoding\s*=\s*)["']?\s*([A-Za-z0-9._:-]{2,40})""", re.I
)
_WESTERN = frozenset("àâäæçéèêëîïôöùûüÿœáíóúñìòßÀÂÄÆÇÉÈÊËÎÏÔÖÙÛÜŒÁÍÓÚÑ«»‘’“”„‹›–—…°€£§©®·•¿¡²½×\xa0")
_GUESSED_FROM = 200_000  # bytes


def decode(data: bytes) -> str:
    """Return bytes as text. Raises ReadError for what is no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) if encoding == "utf-8" else 0 :].decode(encoding, "replace")
    if b"\x00" in data[:4096]:
        raise ReadError("is not a text file")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _declared(data) or _nearly_utf8(data) or _western(data) or _best_guess(data)


def _declared(data: bytes) -> str:
    match = _DECLARED.search(data[:4096])
    try:
        return data.decode(match[1].decode("ascii")) if match else ""
    except (LookupError, UnicodeError, ValueError):
        return ""


def _nearly_utf8(data: bytes) -> str:
    """Return the text of UTF-8 with a few broken bytes, empty when it is another encoding."""
    text = data.decode("utf-8", "replace")
    accented = sum(char > "\x7f" for char in text) - text.count("\ufffd")
    return text if accented >= 10 * text.count("\ufffd") else ""


def _western(data: bytes) -> str:
    """Return the text of Windows-1252 when all its accents are those of French and its neighbours, and not too many.

    Statistics of bytes take a short French text for Arabic or Polish.
    """
    text = data.decode("cp1252", "replace")
    beyond = [char for char in text if char > "\x7f"]
    return text if len(beyond) <= 0.35 * len(text) and _WESTERN.issuperset(beyond) else ""


def _best_guess(data: bytes) -> str:
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[:_GUESSED_FROM]).best()
    if best is None:
        raise ReadError("is not a text file")
    return data.decode(best.encoding, "replace")
