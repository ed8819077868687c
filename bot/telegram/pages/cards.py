"""One source at a time, and lists of articles and passages, as Telegram messages.

Everything that an article prints is cleaned, and escaped at the last moment. Links are made from stored addresses alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from answering.types import Answer, Citation, Mode, Status, article_json, to_json
from bot.telegram.pages.excerpts import excerpt, sentences_about
from bot.telegram.pages.links import fragment_url, place_url, web_url
from bot.telegram.pages.markup import COPY_CHARACTERS, Button, Page, Row, rows_of
from bot.telegram.pages.notes import garbled_note
from bot.telegram.pages.render import Body, Linker, answer_page, heading, origin, page_named
from bot.telegram.pages.short import marked_values, tagged
from bot.telegram.pages.split import LIMIT, clip, shorten, shorten_start, units, visible
from bot.telegram.pages.texts import Texts
from bot.terminal import clean, one_line
from retrieval.types import Article, Coverage, Hit

HITS = "hits"  # status of a body that holds the passages of a search instead of an answer

_HEAD_UNITS = 400  # of a title, an outlet and a date
_QUOTE_UNITS = 3_000
_NOTES_UNITS = 900
_CONTEXT_UNITS = 500  # of the text before a quotation, and of that after it
_EXCERPT_UNITS = 280  # of a passage in a list
_BEGINNING_UNITS = 700
_ACROSS = 5  # buttons with a number alone
_QUERY_UNITS = 150
_SPARE_UNITS = 16  # blank lines and dots

Place = tuple[str, int, int]  # id of an article, and offsets in its text
Garbled = Callable[[str, int, int], tuple[tuple[int, int], ...]]
"""Finds the mangled words of a place (``Archive.garbled``)."""


def source_card(
    stored_id: int, body: Body, n: int, article: Article | None, texts: Texts, notes: Sequence[str] = ()
) -> Page:
    """Return the card of the ``n``-th citation (from 1) of an answer, or passage of a search, in one message.

    ``article`` is what the archive holds now under the citation's id: None if it is gone. Its sentences around the
    quotation, and the ``notes`` on it (``notes_on``), are shown only if the quotation still stands where it stood.
    """
    kind = "h" if body["status"] == HITS else "s"
    citations = body["citations"]
    if not 1 <= n <= len(citations):
        return Page(_escaped(texts("source-gone")), (_back(stored_id, texts),))
    citation = citations[n - 1]
    head = _head(citation, texts)
    stands = stands_in(article, citation)
    missing = texts("article-gone" if article is None else "article-changed")
    note = shorten("\n".join(notes) if stands else missing, _NOTES_UNITS)
    quote = shorten(_lines(citation["quote"]), _QUOTE_UNITS)
    proof = tagged(marked_values(quote, citation["marker"], body), "u")  # bold, it would not stand out
    room = LIMIT - units(note) - units(quote) - _SPARE_UNITS - _HEAD_UNITS
    before, after = _around(article, citation, min(room // 2, _CONTEXT_UNITS)) if article and stands else ("", "")
    passage = f"{_escaped(before)}<b>{proof}</b>{_escaped(after)}" if visible(quote) else ""
    rows = (
        _positions(f"{kind}:{stored_id}", n, len(citations), texts),
        _open_and_copy(citation, texts),
        _back(stored_id, texts),
    )
    html = "\n\n".join(part for part in (head, passage, f"<i>{_escaped(note)}</i>" if note else "") if part)
    return Page(html, tuple(row for row in rows if row))


def stands_in(article: Article | None, citation: dict[str, Any]) -> bool:
    """Whether a quotation still stands where it stood in its article."""
    return article is not None and article.text[citation["start"] : citation["end"]] == citation["quote"]


def nearest_card(stored_id: int, body: Body, n: int, article: Article | None, texts: Texts) -> Page:
    """Return the card of the ``n``-th article (from 1) that is nearest to a question that nothing answers."""
    nearest = body["nearest"]
    if not 1 <= n <= len(nearest):
        return Page(_escaped(texts("source-gone")), (_back(stored_id, texts),))
    described = nearest[n - 1]
    if article is None:
        shown = f"<i>{_escaped(texts('nearest-gone'))}</i>"
    else:
        shown = f"<i>{_escaped(texts('card-excerpt'))}</i>\n{_escaped(_beginning(article))}"
    address = web_url(described["url"] or "")
    opening = (Button(texts("button-open-article"), url=address),) if address else ()
    rows = (_positions(f"n:{stored_id}", n, len(nearest), texts), opening, _back(stored_id, texts))
    return Page(f"{_head(described, texts)}\n\n{shown}", tuple(row for row in rows if row))


def hits_body(query: str, hits: Sequence[Hit], searched: Coverage, language: str, garbled: Garbled) -> Body:
    """Return the passages of a search in the form of a stored answer: of each the sentence that the query is about, as a
    citation that has the ``language`` of its article besides; ``status`` is ``HITS``."""
    spans: list[Place] = []
    for hit in hits:  # passages overlap: each shows another sentence
        places = _about(hit, query)
        spans.append(next((place for place in places if place not in spans), places[0]))
    citations = tuple(
        Citation(k, hit.article, start, end, garbled=garbled(hit.article.id, start, end))
        for k, (hit, (_, start, end)) in enumerate(zip(hits, spans, strict=True), 1)
    )
    whole = Answer(query, Status.NO_EVIDENCE, "", Mode.EXTRACTIVE, language, citations=citations, searched=searched)
    body = to_json(whole)
    for citation, hit in zip(body["citations"], hits, strict=True):
        citation["language"] = hit.article.language
    return {**body, "status": HITS}


def stored_page(stored_id: int, body: Body, texts: Texts, *, articles: int, link: Linker | None = None) -> Page:
    """Return what a stored body was first sent as: the passages of a search, an answer or a refusal."""
    if body["status"] == HITS:
        return hits_page(stored_id, body, texts)
    return answer_page(stored_id, body, texts, articles=articles, link=link)


def hits_page(stored_id: int, body: Body, texts: Texts) -> Page:
    """Return the passages of a search (``hits_body``), with a button ``h:<stored_id>:<n>`` for the card of each."""
    citations, query = body["citations"], shorten(one_line(body["question"]), _QUERY_UNITS)
    if not citations:
        return Page(_escaped(texts("search-none", query=query)))
    title = f"<b>{_escaped(texts('search-title', n=len(citations), query=query))}</b>"
    items = [
        _item(
            citation, texts, citation["quote"], body["question"], citation.get("language", body["language"]), number=n
        )
        for n, citation in enumerate(citations, 1)
    ]
    buttons = [Button(str(n), data=f"h:{stored_id}:{n}") for n in range(1, len(citations) + 1)]
    return Page("\n\n".join([title, *items]), rows_of(buttons, _ACROSS))


def other_sources_page(stored_id: int, body: Body, hits: Sequence[Hit], texts: Texts) -> Page:
    """Return passages close to an answer's question, one an article, from articles that the answer does not cite."""
    cited = {citation["article_id"] for citation in body["citations"]}
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.article.id not in cited:
            best.setdefault(hit.article.id, hit)
    rows = (_back(stored_id, texts),)
    if not best:
        return Page(_escaped(texts("other-sources-none")), rows)
    query = body["standalone"] or body["question"]
    items = []
    for hit in best.values():
        _, start, end = _about(hit, query)[0]
        items.append(_item(article_json(hit.article), texts, hit.article.text[start:end], query, hit.article.language))
    return Page("\n\n".join([f"<b>{_escaped(texts('other-sources-title'))}</b>", *items]), rows)


def latest_page(articles: Sequence[Article], page: int, pages: int, texts: Texts) -> Page:
    """Return one page (from 1) of the newest articles, with buttons ``l:<page>`` to the others."""
    if not articles:
        return Page(_escaped(texts("latest-empty")))
    title = texts("latest-page", page=page, pages=pages) if pages > 1 else texts("latest-title")
    items = [_item(article_json(article), texts) for article in articles]
    row = _positions("l", page, pages, texts)
    return Page("\n\n".join([f"<b>{_escaped(title)}</b>", *items]), (row,) if row else ())


def _head(article: dict[str, Any], texts: Texts) -> str:
    """Return the title in bold, and a line with outlet, date and, where it has pages, the page."""
    line = " · ".join([*origin(article, texts), *page_named(article, texts)])
    return f"<b>{_escaped(heading(article, texts))}</b>" + (f"\n{_escaped(line)}" if line else "")


def _item(
    article: dict[str, Any], texts: Texts, quote: str = "", query: str = "", language: str = "", *, number: int = 0
) -> str:
    """Return one entry of a list: the title, linked to the article (at the quotation), outlet and date, the quotation
    with the words of a query in bold."""
    title, address = heading(article, texts), fragment_url(article["url"] or "", quote)
    linked = f'<a href="{escape(address)}">{_escaped(title)}</a>' if address else _escaped(title)
    lines = [f"{number}. {linked}" if number else linked, _escaped(" · ".join(origin(article, texts)))]
    shown = _lines(quote)
    if visible(shown):
        lines.append(f"<blockquote>{excerpt(shown, query, language, _EXCERPT_UNITS)}</blockquote>")
    if spans := article.get("garbled"):  # of a passage; earlier versions stored none
        begin = article["start"]
        lines.append(f"<i>{_escaped(garbled_note([quote[a - begin : b - begin] for a, b in spans], texts))}</i>")
    return "\n".join(line for line in lines if line)


def _about(hit: Hit, query: str) -> list[Place]:
    """Return the sentences of a hit, those that a query is about first."""
    begin, found = hit.passage.start, sentences_about(hit.text, query, hit.article.language)
    return [(hit.article.id, begin + start, begin + end) for start, end in found]


def _beginning(article: Article) -> str:
    """Return the first sentences of an article, as many as fit; of a longer first one, its beginning."""
    from retrieval.sentences import sentence_spans

    begun = article.text[: 4 * _BEGINNING_UNITS]
    ends = [end for _, end in sentence_spans(begun, article.language) if units(_lines(begun[:end])) <= _BEGINNING_UNITS]
    if not ends:
        return shorten(_lines(article.text), _BEGINNING_UNITS)
    return _lines(begun[: ends[-1]])


def _around(article: Article, citation: dict[str, Any], room: int) -> tuple[str, str]:
    """Return the text from the sentence before the quotation up to it, and that after it to the end of the next one."""
    from retrieval.sentences import sentence_spans

    start, end, text = citation["start"], citation["end"], article.text
    spans = sentence_spans(text, article.language)
    first = max((span[0] for span in spans if span[1] <= start), default=start)
    first = min([first, *(span[0] for span in spans if span[0] < end and span[1] > start)])
    last = next((span[1] for span in spans if span[0] >= end), end)
    last = max([last, *(span[1] for span in spans if span[0] < end and span[1] > start)])
    before, after = _spaced(text[first:start]), _spaced(text[end:last])
    lead = after[: len(after) - len(after.lstrip())]
    return shorten_start(before, room), lead + shorten(after, room - len(lead))


def _spaced(text: str) -> str:
    """Return ``text`` with one line break or space for each run of them, at its ends too."""
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    gaps = ("\n" if "\n" in gap else " " if gap else "" for gap in (text[:begin], text[max(begin, end) :]))
    return _lines(text).join(gaps)


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in clean(text).split("\n") if line.strip())


def _positions(prefix: str, n: int, total: int, texts: Texts) -> Row:
    """Return the row ``‹ 2/5 ›``, which goes round at its ends so that no button moves; empty for a single one."""
    if total < 2:
        return ()
    previous, following = (n - 2) % total + 1, n % total + 1
    return (
        Button(texts("button-previous"), data=f"{prefix}:{previous}"),
        Button(texts("button-position", n=n, total=total), data=f"{prefix}:{n}"),
        Button(texts("button-next"), data=f"{prefix}:{following}"),
    )


def _open_and_copy(citation: dict[str, Any], texts: Texts) -> Row:
    address = place_url(citation)
    copied = clip(_lines(citation["quote"]), COPY_CHARACTERS).strip()
    opening = (Button(texts("button-open"), url=address),) if address else ()
    return (*opening, Button(texts("button-copy"), copy=copied)) if visible(copied) else opening


def _back(stored_id: int, texts: Texts) -> Row:
    return (Button(texts("button-back"), data=f"a:{stored_id}"),)


def _escaped(text: str) -> str:
    return escape(text, quote=False)
