"""What a reader should know of a quotation besides its words, as the archive knows it now. Nothing of it is put into the
quotation itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from answering.types import article_json
from bot.telegram.pages.render import date_range, source
from bot.telegram.pages.split import shorten
from bot.telegram.pages.texts import Texts
from bot.terminal import one_line
from retrieval.errors import NotFound
from retrieval.facts.timeline import worth_showing
from retrieval.types import Article

if TYPE_CHECKING:
    from retrieval.archive import Archive
    from retrieval.facts.moments import Moment

_MOST = 4  # of a kind
_WORDS_UNITS = 60


def notes_on(archive: Archive, article: Article, start: int, end: int, texts: Texts) -> tuple[str, ...]:
    """Return what there is to know of ``article.text[start:end]``, a line each: which days "jeudi" and the like are, who
    prints the same words, which words are mangled and where they stand unharmed."""
    return (
        *_days(archive, article, start, end, texts),
        *_printed(archive, article, start, end, texts),
        *_garbled(archive, article, start, end, texts),
    )


def _days(archive: Archive, article: Article, start: int, end: int, texts: Texts) -> Iterator[str]:
    moments = [one for one in archive.moments(article.id, start, end) if worth_showing(one, article.text)]
    told = dict.fromkeys((_quoted(article.text[one.start : one.end]), _day(one, texts)) for one in moments)
    for words, day in list(told)[:_MOST]:
        yield texts("note-days", words=words, days=day)


def _day(moment: Moment, texts: Texts) -> str:
    from babel.dates import format_date

    if moment.first == moment.last:
        return str(format_date(moment.first, "full", locale=texts.locale))
    return date_range(moment.first.isoformat(), moment.last.isoformat(), texts)


def _printed(archive: Archive, article: Article, start: int, end: int, texts: Texts) -> Iterator[str]:
    others = archive.printed_in(article.id, start, end)
    named = [source(article_json(found), texts) for other in others[:_MOST] if (found := _article(archive, other))]
    if named:
        yield texts("note-printed", sources=" · ".join(named), more=len(others) - len(named))


def _garbled(archive: Archive, article: Article, start: int, end: int, texts: Texts) -> Iterator[str]:
    spans = archive.garbled(article.id, start, end)
    if not spans:
        return
    yield garbled_note([article.text[a:b] for a, b in spans], texts)
    clean = archive.clean_version(article.id, start, end)
    if clean is not None:
        found, a, b = clean
        yield texts(
            "note-clean", source=source(article_json(found), texts), quote=shorten(one_line(found.text[a:b]), 300)
        )


def garbled_note(words: Iterable[str], texts: Texts) -> str:
    """Return the line that names mangled words, the first few of them."""
    return texts("note-garbled", words=", ".join(list(dict.fromkeys(map(_quoted, words)))[:_MOST]))


def _quoted(words: str) -> str:
    return shorten(one_line(words), _WORDS_UNITS)


def _article(archive: Archive, article_id: str) -> Article | None:
    try:
        return archive.article(article_id)
    except NotFound:  # removed meanwhile
        return None
