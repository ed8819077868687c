"""HTML pages: the body through trafilatura, and of the rest only what the page states in so many words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from html import unescape
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.language import language_code
from retrieval.text import one_line, web_address
from retrieval.types import Article

# In order of trust; the names are compared in lower case with a meta tag's property, name and itemprop.
_DATES = (
    "article:published_time og:article:published_time og:published_time datepublished date_published "
    "parsely-pub-date citation_publication_date citation_date sailthru.date dc.date.issued dcterms.issued dcterms.date "
    "dc.date dcterms.created dc.date.created publication_date publication-date publish_date publish-date publishdate "
    "pubdate date"
)
_DATE_NAMES = tuple(_DATES.split())
_TITLE_NAMES = ("og:title", "twitter:title", "citation_title", "dc.title", "title")
_OUTLET_NAMES = ("og:site_name", "citation_journal_title", "dc.publisher", "publisher", "application-name")
_TITLE_ENDS = (" - ", " | ", " – ", " — ", " • ", " : ")
_DEEPEST = 6


def read_page(html: str) -> Article:
    """Return the article of a page, without an id; its text is not normalised yet.

    Title, date, outlet, address and language come from JSON-LD, meta tags, ``<time>`` and ``<html lang>``: never from a
    guess. Raises ReadError when the page holds no article text.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its log would repeat the page to the terminal
    try:
        tree = trafilatura.load_html(html)
        stated = _Stated(tree) if tree is not None else None
        body = None if tree is None else _body(tree)
    except Exception as exc:  # a hostile page can make the parsers fail in any way
        raise ReadError(f"cannot be read as HTML ({type(exc).__name__})") from exc
    if stated is None or not body:
        raise ReadError("holds no text")
    return Article(
        id="",
        text=body,
        title=stated.title(),
        url=stated.url(),
        outlet=stated.outlet(),
        published=stated.published(),
        language=stated.language(),
    )


def _body(tree: Any) -> str:
    """Return the article's text, a paragraph a line; a row of a table is a line too."""
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    config = use_config()
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"  # by default a short article is taken for a failure, and run together
    found = bare_extraction(tree, include_comments=False, with_metadata=False, config=config)
    lines = str(getattr(found, "text", None) or "").split("\n")
    return "\n".join(line.strip().strip("|").strip() if line.lstrip().startswith("|") else line for line in lines)


class _Stated:
    """What a parsed page says about itself; read before the body is taken, which changes the tree."""

    def __init__(self, tree: Any) -> None:
        self._meta: dict[str, str] = {}
        for tag in tree.iter("meta"):
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                name, content = tag.get(attribute, "").lower(), one_line(tag.get("content", ""))
                if name and content:
                    self._meta.setdefault(name, content)
        self._article = _json_article(tree)
        self._canonical = next((web_address(x.get("href", "")) for x in tree.xpath("//link[@rel='canonical']")), "")
        self._lang = tree.getroottree().getroot().get("lang", "")
        self._heading = [one_line(" ".join(h1.itertext())) for h1 in tree.iter("h1")]
        self._page_title = next((one_line(t.text or "") for t in tree.xpath("//head/title")), "")
        self._times = _times(tree)

    def _first(self, names: tuple[str, ...]) -> str:
        return next((self._meta[name] for name in names if name in self._meta), "")

    def title(self) -> str:
        stated = (
            self._first(_TITLE_NAMES[:1]) or _string(self._article.get("headline")) or self._first(_TITLE_NAMES[1:])
        )
        headings = [heading for heading in self._heading if heading]
        shown = stated or (headings[0] if len(headings) == 1 else "") or self._page_title
        return _without_outlet(one_line(unescape(shown)), self.outlet())  # often escaped twice

    def outlet(self) -> str:
        publisher = self._article.get("publisher")
        publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
        named = publisher.get("name") if isinstance(publisher, dict) else publisher
        found = self._first(_OUTLET_NAMES[:1]) or _string(named) or self._first(_OUTLET_NAMES[1:])
        return "" if web_address(found) else found

    def url(self) -> str:
        return self._canonical or web_address(self._meta.get("og:url", ""))

    def language(self) -> str:
        stated = (self._lang, _string(self._article.get("inLanguage")), self._meta.get("og:locale", ""),
                  self._meta.get("content-language", ""))  # fmt: skip
        return next((code for code in map(language_code, stated) if code), "")

    def published(self) -> str:
        stated = [_string(self._article.get("datePublished")), *(self._meta.get(name, "") for name in _DATE_NAMES)]
        return next((day for day in map(parse_date, [*stated, *self._times]) if day), "")


def _times(tree: Any) -> list[str]:
    """Return what the page's time tags say of publication: those marked so, else the only one in the article."""
    marked = tree.xpath("//*[@itemprop='datePublished']/@datetime | //time[@pubdate]/@datetime")
    if marked:
        return [str(value) for value in marked]
    inside = {str(value) for value in tree.xpath("//article//time/@datetime") or tree.xpath("//time/@datetime")}
    return list(inside) if len(inside) == 1 else []


def _json_article(tree: Any) -> dict[str, Any]:
    """Return the first article among the page's JSON-LD, else the first page that has a date, else nothing."""
    found: list[dict[str, Any]] = []
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            found.extend(_objects(json.loads(script.text or "", strict=False), 0))
        except (ValueError, RecursionError):
            continue
    kinds = ("article", "posting", "report")
    articles = [o for o in found if any(kind.lower().endswith(kinds) for kind in _types(o))]
    return next(iter(articles or [o for o in found if "datePublished" in o]), {})


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Go through lists, ``@graph`` and the main entity, and not into lists of other articles."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity"):
            yield from _objects(value.get(name), depth + 1)


def _types(value: dict[str, Any]) -> list[str]:
    kind = value.get("@type")
    return [k for k in (kind if isinstance(kind, list) else [kind]) if isinstance(k, str)]


def _string(value: Any) -> str:
    return one_line(unescape(value)) if isinstance(value, str) else ""


def _without_outlet(title: str, outlet: str) -> str:
    for mark in _TITLE_ENDS:
        head, found, tail = title.rpartition(mark)
        if found and outlet and tail.strip().casefold() == outlet.casefold():
            return head.strip()
    return title
