"""Bytes of a file, or of a line of JSONL, to a clean article. What cannot be read raises ReadError with a plain reason."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.language import detect_language, language_code
from retrieval.reading.decoding import decode
from retrieval.reading.furniture import remove_furniture
from retrieval.reading.head import drop_title, read_head, take_date, take_headline
from retrieval.reading.mail import read_mail
from retrieval.reading.markdown import plain_text
from retrieval.reading.pages import read_page
from retrieval.reading.paging import moved
from retrieval.reading.pdf import read_pdf
from retrieval.reading.word import read_word
from retrieval.reading.wrapping import join_wrapped, looks_wrapped
from retrieval.text import normalise, one_line, web_address
from retrieval.types import Article

CLEANING_VERSION = 3  # part of every fingerprint: raise it when the same bytes come out as another article
_DATED_BY = ("page", "feed", "sitemap", "header", "name", "data")


def read_article(data: bytes, suffix: str, article_id: str, name: str, named: str = "") -> Article:
    """Return the clean article of a file's bytes; ``suffix`` says how to read them (``.jsonl``: one line of such a file).

    ``named`` is the date in the file's name: it counts where the article itself states none. Raises ReadError with a
    sentence that begins with ``name``.
    """
    suffix = suffix.lower()
    try:
        if suffix == ".pdf":
            article = read_pdf(data, named)
        elif suffix in _READERS:
            article = _READERS[suffix](data)
        else:
            raise ReadError(f"is none of {', '.join(sorted((*_READERS, '.pdf')))}")
        if named and not article.published:
            article = replace(article, published=named, dated_by="name")
        return _finish(article, article_id)
    except ReadError as exc:
        raise ReadError(f"{name} {exc}.") from exc


@dataclass(frozen=True, slots=True)
class Line:
    """One line of JSONL, types checked. ``id`` is empty when the line gives none; ``pages`` are offsets in ``text``."""

    id: str
    text: str
    title: str
    url: str
    outlet: str
    published: str
    language: str
    dated_by: str
    pages: tuple[int, ...]


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
    fields = {name: _field(value, name) for name in Line.__slots__ if name != "pages"}
    if not fields["text"].strip():
        raise ReadError('"text" is empty')
    return Line(**fields, pages=_pages(value.get("pages"), len(fields["text"])))


def _read_line(data: bytes) -> Article:
    line = parse_line(data)
    text, published = normalise(line.text), parse_date(line.published)
    dated_by = line.dated_by if line.dated_by in _DATED_BY else "data"
    article = Article(
        id="",
        text=text,
        title=one_line(line.title),
        url=web_address(line.url),
        outlet=one_line(line.outlet),
        published=published,
        language=language_code(line.language),
        dated_by=dated_by if published else "",
        pages=line.pages if text == line.text else (),  # else they are offsets in another text
    )
    return article if article.pages else _unwrapped(article)


def _read_text(data: bytes) -> Article:
    article = read_head(normalise(decode(data)))
    return take_headline(_unwrapped(article))


def _read_markdown(data: bytes) -> Article:
    article = read_head(_uniform_line_ends(decode(data)))
    title, text = plain_text(article.text)
    return take_date(replace(article, title=article.title or one_line(title), text=normalise(text)))


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
    ".docx": read_word,
    ".eml": read_mail,
    ".jsonl": _read_line,
}


def _finish(article: Article, article_id: str) -> Article:
    whole = article.text
    article = drop_title(replace(article, text=normalise(whole)))
    text = normalise(remove_furniture(article.text))
    if not any(char.isalnum() for char in text):
        raise ReadError("holds no text")
    language = article.language or detect_language(text)
    return replace(article, id=article_id, text=text, language=language, pages=moved(article.pages, whole, text))


def _pages(given: Any, length: int) -> tuple[int, ...]:
    """Return where pages begin, as the line of a PDF states it. What is no list, such as "12-14", means something else."""
    if not isinstance(given, list) or not given:
        return ()
    if not all(type(start) is int for start in given) or given[0] != 0 or given != sorted(given) or given[-1] > length:
        raise ReadError('"pages" are no offsets in "text", ascending from 0')
    return tuple(given)


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
