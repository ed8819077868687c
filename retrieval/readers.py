"""Bytes of a file, or a line of JSONL, to a clean article. What cannot be read raises ReadError with a plain reason."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.furniture import remove_furniture
from retrieval.head import drop_title, read_head, take_headline
from retrieval.language import detect_language, language_code
from retrieval.markdown import plain_text
from retrieval.pages import read_page
from retrieval.pdf import read_pdf
from retrieval.text import normalise, one_line, web_address
from retrieval.types import Article
from retrieval.wrapping import join_wrapped, looks_wrapped

CLEANING_VERSION = 2  # part of every fingerprint: raise it when the same bytes come out as another article

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


def read_article(data: bytes, suffix: str, article_id: str, name: str) -> Article:
    """Return the clean article of a file's bytes; ``suffix`` (``.txt .md .html .htm .pdf``) says how to read them.

    Raises ReadError with a sentence that begins with ``name``.
    """
    try:
        read = _READERS[suffix.lower()]
    except KeyError:
        raise ReadError(f"{name} is none of {', '.join(sorted(_READERS))}.") from None
    try:
        return _finish(read(data), article_id)
    except ReadError as exc:
        raise ReadError(f"{name} {exc}.") from exc


@dataclass(frozen=True, slots=True)
class Line:
    """One line of JSONL, types checked. ``id`` is empty when the line gives none."""

    id: str
    text: str
    title: str
    url: str
    outlet: str
    published: str
    language: str


def parse_line(line: bytes) -> Line:
    """Check one line of JSONL and return its fields as written. Raises ReadError with the reason alone."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise ReadError("is not UTF-8") from exc
    except (ValueError, RecursionError) as exc:
        raise ReadError("is not valid JSON") from exc
    if not isinstance(value, dict):
        raise ReadError("is not a JSON object")
    if value.get("text") is None:
        raise ReadError('"text" is missing')
    fields = {name: _field(value, name) for name in Line.__slots__}
    if not fields["text"].strip():
        raise ReadError('"text" is empty')
    return Line(**fields)


def article_of_line(line: Line, article_id: str, name: str) -> Article:
    """Return the clean article of a line. Raises ReadError, beginning with ``name``, when no text is left."""
    article = Article(
        id="",
        text=normalise(line.text),
        title=one_line(line.title),
        url=web_address(line.url),
        outlet=one_line(line.outlet),
        published=parse_date(line.published),
        language=language_code(line.language),
    )
    try:
        return _finish(_unwrapped(article), article_id)
    except ReadError as exc:
        raise ReadError(f"{name} {exc}.") from exc


def decode(data: bytes) -> str:
    """Return bytes as text: by byte order mark, as UTF-8, by a declaration in the text, else by what fits best.

    Raises ReadError for what is no text.
    """
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


def _read_text(data: bytes) -> Article:
    article = read_head(normalise(decode(data)))
    return take_headline(_unwrapped(article))


def _read_markdown(data: bytes) -> Article:
    article = read_head(_uniform_line_ends(decode(data)))
    title, text = plain_text(article.text)
    return replace(article, title=article.title or one_line(title), text=normalise(text))


def _uniform_line_ends(text: str) -> str:
    """Return Markdown with its line ends made uniform: indents and trailing spaces mean something in it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")


def _read_html(data: bytes) -> Article:
    return read_page(decode(data).replace("\x00", ""))


def _unwrapped(article: Article) -> Article:
    if not looks_wrapped(article.text):
        return article
    return replace(article, text=join_wrapped(article.text.split("\n")))


_READERS: dict[str, Callable[[bytes], Article]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": read_pdf,
}


def _finish(article: Article, article_id: str) -> Article:
    article = drop_title(replace(article, text=normalise(article.text)))
    text = normalise(remove_furniture(article.text))
    if not any(char.isalnum() for char in text):
        raise ReadError("holds no text")
    return replace(article, id=article_id, text=text, language=article.language or detect_language(text))


def _field(value: dict[str, Any], name: str) -> str:
    given = value.get(name)
    if given is None:
        return ""
    if isinstance(given, str):
        return given
    number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if number and (name == "id" or (name == "published" and isinstance(given, int))) and math.isfinite(given):
        return str(given)
    raise ReadError(f'"{name}" is not a string')
