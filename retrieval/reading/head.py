"""The head of a plain text: what it states about itself, and its headline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from retrieval.dates import parse_date
from retrieval.language import language_code
from retrieval.reading.furniture import Kind, classify, is_headline, stated_time
from retrieval.reading.labels import MEDIA
from retrieval.text import one_line, web_address
from retrieval.types import Article

_DATE_FIRST = re.compile(r"[Dd]ate:? +([0-9]{4}(?:-[0-9]{2}){0,2})(?=\s|\Z)\s*")
_FIELD = re.compile(r"([A-Za-zÀ-ÿ_-]{3,20})[ ]?:[ ]*(.{1,2000})")
_FIELDS = {
    "title": "title titre",
    "published": "date published publié publie publication_date publishdate pubdate",
    "url": "url link lien",
    "outlet": "outlet journal média media publisher",
    "source": "source",
    "language": "language langue lang",
}
_NAMES = {name: field for field, names in _FIELDS.items() for name in names.split()}
# "Publié le 2 mars 2022, mis à jour le 4"
_CHANGE = re.compile(r"[\s,;|•·(–—-]+(?:et )?(?:mise? à jour|modifié|last updated|updated)\b.*", re.IGNORECASE)
_LONGEST_BYLINE = 200  # characters
_TITLE_WORDS = range(3, 26)


def read_head(text: str) -> Article:
    """Split normalised ``text`` into what its head states (title, date, address, outlet, language) and the rest.

    Reads a ``---`` front matter block, lines such as ``title: ...`` at the top, ``date 2022-03`` before the first
    sentence. The article returned has no id; its date, where it has one, is from the ``header``. What is not stated
    stays empty.
    """
    article = Article(id="", text=text)
    lines = text.split("\n")
    if lines[0] == "---" and "---" in lines[1:60]:
        end = lines.index("---", 1)
        article = _state(article, lines[1:end])
        lines = lines[end + 1 :]
    else:
        count = next((n for n, line in enumerate(lines) if _field(line) is None), len(lines))
        article = _state(article, lines[:count])
        lines = lines[count:]
    rest = "\n".join(lines).lstrip("\n")
    if not article.published and (match := _DATE_FIRST.match(rest)) and (published := parse_date(match[1])):
        article, rest = replace(article, published=published, dated_by="header"), rest[match.end() :]
    return replace(article, text=rest)


def take_headline(article: Article) -> Article:
    """Move a first line that is plainly the headline into the title, and a line such as "Publié le ..." into the date.

    Labels before the headline go with it. Where it is not plain, the article comes back as it was.
    """
    lines = article.text.split("\n")
    start = _first_line(lines)
    if start == len(lines):
        return article
    if not article.title and _is_title(lines, start):
        article = replace(article, title=lines[start], text="\n".join(lines[start + 1 :]).lstrip("\n"))
    return take_date(drop_title(article))


def drop_title(article: Article) -> Article:
    """Take the title out of the text where the text begins with it."""
    first, _, rest = article.text.partition("\n")
    same = article.title and one_line(first).casefold() == article.title.casefold()
    return replace(article, text=rest.lstrip("\n")) if same and rest.strip() else article


def take_date(article: Article) -> Article:
    """Date an undated article by a line such as "Publié le 2 mars 2022" among its first."""
    if article.published:
        return article
    for line in article.text.split("\n", 5)[:5]:
        stated = stated_time(_CHANGE.sub("", line)) if len(line) <= _LONGEST_BYLINE else None
        if stated and stated[0] and stated[1]:
            return replace(article, published=stated[1], dated_by="header")
    return article


def _first_line(lines: list[str]) -> int:
    for place, line in enumerate(lines):
        if classify(line) not in (Kind.BLANK, Kind.ALONE) or MEDIA.fullmatch(line):
            return place
    return len(lines)


def _is_title(lines: list[str], place: int) -> bool:
    line = lines[place]
    rest = [other for other in lines[place + 1 :] if other]
    if not rest or not is_headline(line) or (classify(line) is not Kind.HEADLINE and not MEDIA.fullmatch(line)):
        return False
    if len(line.split()) not in _TITLE_WORDS or line[0].islower() or not line[0].isprintable():
        return False
    return not lines[place + 1] or len(rest[0]) > len(line)


def _field(line: str) -> tuple[str, str] | None:
    """Return the field and the value of a head line, or None when it is none or its value makes no sense."""
    match = _FIELD.fullmatch(line)
    name = _NAMES.get(match[1].casefold()) if match else None
    if match is None or name is None:
        return None
    value = match[2].strip().strip("\"'").strip()
    if name == "source":
        name = "url" if web_address(value) else "outlet"
    checked = {"published": parse_date, "url": web_address, "language": language_code}.get(name, one_line)(value)
    return (name, checked) if checked else None


def _state(article: Article, lines: Iterable[str]) -> Article:
    stated: dict[str, Any] = {}
    for name, value in filter(None, map(_field, lines)):
        stated.setdefault(name, value)
    if "published" in stated:
        stated["dated_by"] = "header"
    return replace(article, **stated)
