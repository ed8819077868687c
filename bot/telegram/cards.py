"""One source at a time, and lists of articles and passages, as Telegram messages.

Everything that an article prints is cleaned, and escaped at the last moment. Links are made from stored addresses alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from answering.types import Answer, Citation, Mode, Status, to_json
from bot.render import clean, one_line
from bot.telegram.links import fragment_url, web_url
from bot.telegram.markup import COPY_CHARACTERS, Button, Page, Row, rows_of
from bot.telegram.render import Body, Linker, answer_page, human_date, name
from bot.telegram.split import LIMIT, clip, shorten, shorten_start, units, visible
from bot.telegram.texts import Texts
from retrieval.types import Article, Coverage, Hit

HITS = "hits"  # status of a body that holds the passages of a search instead of an answer

_TITLE_UNITS = 300
_OUTLET_UNITS = 100
_QUOTE_UNITS = 3_000
_CONTEXT_UNITS = 500  # of the text before a quotation, and of that after it
_EXCERPT_UNITS = 280  # of a passage in a list
_BEGINNING_UNITS = 1_200
_ACROSS = 5  # buttons with a number alone
_ITEM_TITLE_UNITS = 150
_SPARE_UNITS = 16  # blank lines and dots


def source_card(stored_id: int, body: Body, n: int, article: Article | None, texts: Texts) -> Page:
    """Return the card of the ``n``-th citation (from 1) of an answer, or passage of a search, in one message.

    ``article`` is what the archive holds now under the citation's id: None if it is gone. Its sentences around the
    quotation are shown only if the quotation still stands where it stood.
    """
    kind = "h" if body["status"] == HITS else "s"
    citations = body["citations"]
    if not 1 <= n <= len(citations):
        return Page(_escaped(texts("source-gone")), (_back(stored_id, texts),))
    citation = citations[n - 1]
    head = _head(citation, texts)
    stands = article is not None and article.text[citation["start"] : citation["end"]] == citation["quote"]
    note = "" if stands else texts("article-gone" if article is None else "article-changed")
    quote = shorten(_lines(citation["quote"]), _QUOTE_UNITS)
    room = LIMIT - units(note) - units(quote) - _SPARE_UNITS - _TITLE_UNITS - 2 * _OUTLET_UNITS
    before, after = _around(article, citation, min(room // 2, _CONTEXT_UNITS)) if article and stands else ("", "")
    passage = f"{_escaped(before)}<b>{_escaped(quote)}</b>{_escaped(after)}" if visible(quote) else ""
    rows = (
        _positions(f"{kind}:{stored_id}", n, len(citations), texts),
        _open_and_copy(citation, texts),
        _back(stored_id, texts),
    )
    html = "\n\n".join(part for part in (head, passage, f"<i>{_escaped(note)}</i>" if note else "") if part)
    return Page(html, tuple(row for row in rows if row))


def nearest_card(stored_id: int, body: Body, n: int, article: Article | None, texts: Texts) -> Page:
    """Return the card of the ``n``-th article (from 1) that is nearest to a question that nothing answers."""
    nearest = body["nearest"]
    if not 1 <= n <= len(nearest):
        return Page(_escaped(texts("source-gone")), (_back(stored_id, texts),))
    described = nearest[n - 1]
    if article is None:
        shown = f"<i>{_escaped(texts('nearest-gone'))}</i>"
    else:
        shown = f"<i>{_escaped(texts('card-excerpt'))}</i>\n{_escaped(shorten(_lines(article.text), _BEGINNING_UNITS))}"
    address = web_url(described["url"] or "")
    opening = (Button(texts("button-open-article"), url=address),) if address else ()
    rows = (_positions(f"n:{stored_id}", n, len(nearest), texts), opening, _back(stored_id, texts))
    return Page(f"{_head(described, texts)}\n\n{shown}", tuple(row for row in rows if row))


def hits_body(query: str, hits: Sequence[Hit], searched: Coverage, language: str) -> Body:
    """Return the passages of a search in the form of a stored answer: each a citation, ``status`` being ``HITS``."""
    citations = tuple(Citation(k, hit.article, hit.passage.start, hit.passage.end) for k, hit in enumerate(hits, 1))
    whole = Answer(query, Status.NO_EVIDENCE, "", Mode.EXTRACTIVE, language, citations=citations, searched=searched)
    return {**to_json(whole), "status": HITS}


def stored_page(stored_id: int, body: Body, texts: Texts, *, articles: int, link: Linker | None = None) -> Page:
    """Return what a stored body was first sent as: the passages of a search, an answer or a refusal."""
    if body["status"] == HITS:
        return hits_page(stored_id, body, texts)
    return answer_page(stored_id, body, texts, articles=articles, link=link)


def hits_page(stored_id: int, body: Body, texts: Texts) -> Page:
    """Return the passages of a search (``hits_body``), with a button ``h:<stored_id>:<n>`` for the card of each."""
    citations, query = body["citations"], shorten(one_line(body["question"]), _ITEM_TITLE_UNITS)
    if not citations:
        return Page(_escaped(texts("search-none", query=query)))
    title = f"<b>{_escaped(texts('search-title', n=len(citations), query=query))}</b>"
    items = [_item(citation, texts, citation["quote"], number=n) for n, citation in enumerate(citations, 1)]
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
    items = [_item(_described(hit.article), texts, hit.text) for hit in best.values()]
    return Page("\n\n".join([f"<b>{_escaped(texts('other-sources-title'))}</b>", *items]), rows)


def latest_page(articles: Sequence[Article], page: int, pages: int, texts: Texts) -> Page:
    """Return one page (from 1) of the newest articles, with buttons ``l:<page>`` to the others."""
    if not articles:
        return Page(_escaped(texts("latest-empty")))
    title = texts("latest-page", page=page, pages=pages) if pages > 1 else texts("latest-title")
    items = [_item(_described(article), texts) for article in articles]
    row = _positions("l", page, pages, texts)
    return Page("\n\n".join([f"<b>{_escaped(title)}</b>", *items]), (row,) if row else ())


def _head(article: dict[str, Any], texts: Texts) -> str:
    """Return the title in bold, and a line with outlet and date."""
    title = shorten(one_line(article["title"] or ""), _TITLE_UNITS) or texts("source-untitled")
    line = _outlet_and_date(article, texts)
    return f"<b>{_escaped(title)}</b>" + (f"\n{_escaped(line)}" if line else "")


def _outlet_and_date(article: dict[str, Any], texts: Texts) -> str:
    outlet = shorten(one_line(article["outlet"] or ""), _OUTLET_UNITS)
    return " · ".join(part for part in (outlet, human_date(article["published"], texts)) if part)


def _item(article: dict[str, Any], texts: Texts, excerpt: str = "", *, number: int = 0) -> str:
    """Return one entry of a list: the title, linked to the article (at the excerpt), outlet and date, the excerpt."""
    title = shorten(one_line(article["title"] or "") or name(article, texts), _ITEM_TITLE_UNITS)
    address = fragment_url(article["url"] or "", excerpt)
    linked = f'<a href="{escape(address)}">{_escaped(title)}</a>' if address else _escaped(title)
    lines = [f"{number}. {linked}" if number else linked, _escaped(_outlet_and_date(article, texts))]
    shown = shorten(one_line(excerpt), _EXCERPT_UNITS)
    quoted = [_escaped(texts("quotation", quote=shown))] if visible(shown) else []
    return "\n".join(line for line in [*lines, *quoted] if line)


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
    address = fragment_url(citation["url"] or "", citation["quote"])
    copied = clip(_lines(citation["quote"]), COPY_CHARACTERS).strip()
    opening = (Button(texts("button-open"), url=address),) if address else ()
    return (*opening, Button(texts("button-copy"), copy=copied)) if visible(copied) else opening


def _back(stored_id: int, texts: Texts) -> Row:
    return (Button(texts("button-back"), data=f"a:{stored_id}"),)


def _described(article: Article) -> dict[str, Any]:
    return {"title": article.title, "outlet": article.outlet, "url": article.url, "published": article.published}


def _escaped(text: str) -> str:
    return escape(text, quote=False)
