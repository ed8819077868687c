"""HTML pages: the body through trafilatura, and of the rest only what the page states in so many words."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

from retrieval.dates import date_in_folders, machine_date
from retrieval.errors import ReadError
from retrieval.language import language_code
from retrieval.reading.head import take_date
from retrieval.text import ends_sentence, one_line, web_address
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

_CONTAINERS = ("div", "section", "article", "main", "td", "blockquote")
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i ins kbd label mark q s samp small span strike strong "
    "sub sup time tt u var wbr".split()
)
_LOOSE_WORDS = 6  # of text outside any paragraph: fewer are a button or a label
_LINKED_WORDS = 8
_STATED_WORDS = 40  # fewer are a summary, and not the article's body
_COVERED = 0.9
_WORDS = re.compile(r"\w+")
_BYLINE_WORDS = 12
# A clock in the page's frame shows the day of reading.
_AROUND = " or ".join(f"ancestor::{tag}" for tag in ("header", "nav", "footer", "aside", "article"))
_COMMENTS = (
    "ancestor::*[@itemprop = 'comment' or contains(@itemtype, 'Comment') or @id = 'comments'"
    " or starts-with(@class, 'comment')]"
)
_CHANGED = re.compile(r"modif|updat|mis à jour|mise à jour|actualis", re.IGNORECASE)
_MOST_TIMES = 50
_TAGS = re.compile(r"<[^<>]{1,500}>")


def read_page(html: str) -> Article:
    """Return the article of a page, without an id; its text is not normalised yet.

    Title, date, outlet, address and language come from JSON-LD, meta tags, ``<time>`` and ``<html lang>``: never from a
    guess. The date besides, where none of these has it, from a line such as "Publié le 2 mars 2022" above the text, or
    from the page's own address (``/2022/03/02/``). A day of change is no date of publication. Raises ReadError when the
    page holds no article text.
    """
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # its log would repeat the page to the terminal
    try:
        tree = trafilatura.load_html(html)
        stated = _Stated(tree) if tree is not None else None
        body = _fuller(_body(tree), stated.body()) if stated is not None else ""
    except MemoryError:
        raise
    except Exception as exc:  # a hostile page can make the parsers fail in any way
        raise ReadError(f"cannot be read as HTML ({type(exc).__name__})") from exc
    if stated is None or not body:
        raise ReadError("holds no text")
    url = stated.url()
    published = stated.published() or take_date(Article("", body)).published or date_in_folders(url.partition("?")[0])
    return Article(
        id="",
        text=body,
        title=stated.title(),
        url=url,
        outlet=stated.outlet(),
        published=published,
        language=stated.language(),
        dated_by="page" if published else "",
    )


def _body(tree: Any) -> str:
    """Return the article's text, a paragraph a line; a row of a table is a line too."""
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    config = use_config()
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"  # by default a short article is taken for a failure, and run together
    _wrap_loose_text(tree)
    _unlink_sentences(tree)
    found = bare_extraction(tree, include_comments=False, with_metadata=False, config=config)
    lines = str(getattr(found, "text", None) or "").split("\n")
    return "\n".join(line.strip().strip("|").strip() if line.lstrip().startswith("|") else line for line in lines)


def _wrap_loose_text(tree: Any) -> None:
    """Put text that stands between blocks, in no paragraph of its own, into one: trafilatura would drop parts of it.

    As a browser does (CSS 2.1, 9.2.1.1, anonymous block boxes); here only where it has the words of a sentence.
    """
    for container in list(tree.iter(*_CONTAINERS)):
        if all(child.tag in _INLINE for child in container):
            if container.tag in ("div", "section") and _is_prose(container):
                container.tag = "p"
            continue
        for before, run in _loose_runs(container):
            text = (container.text if before is None else before.tail) or ""
            whole = text + "".join("".join(child.itertext()) + (child.tail or "") for child in run)
            if len(whole.split()) >= _LOOSE_WORDS:
                _wrap(container, before, run, text)


def _is_prose(block: Any) -> bool:
    """Whether a block without blocks in it says a sentence, and not mostly in links."""
    said = one_line("".join(block.itertext()))
    linked = sum(len("".join(link.itertext())) for link in block.iter("a"))
    return len(said.split()) >= _LOOSE_WORDS and ends_sentence(said) and 2 * linked < len(said)


def _loose_runs(container: Any) -> list[tuple[Any, list[Any]]]:
    """Return each run of inline children with the block before it (None at the start), whose tail belongs to it."""
    runs: list[tuple[Any, list[Any]]] = [(None, [])]
    for child in container:
        if child.tag in _INLINE and child.find(".//div") is None and child.find(".//p") is None:
            runs[-1][1].append(child)
        else:
            runs.append((child, []))
    return runs


def _wrap(container: Any, before: Any, run: list[Any], text: str) -> None:
    paragraph = container.makeelement("p", {})
    paragraph.text = text
    if before is None:
        container.text = None
        container.insert(0, paragraph)
    else:
        before.tail = None
        before.addnext(paragraph)
    paragraph.extend(run)


def _unlink_sentences(tree: Any) -> None:
    """Make plain text of a paragraph that is one link and a whole sentence: a link's text counts as furniture.

    Only among paragraphs that are not: a list of links is no article.
    """
    plain = Counter(paragraph.getparent() for paragraph in tree.iter("p") if paragraph.find("a") is None)
    for paragraph in list(tree.iter("p")):
        link = paragraph[0] if len(paragraph) == 1 else None
        if link is None or link.tag != "a" or (paragraph.text or "").strip() or (link.tail or "").strip():
            continue
        said = one_line("".join(link.itertext()))
        if len(said.split()) >= _LINKED_WORDS and ends_sentence(said) and plain[paragraph.getparent()] >= 2:
            link.tag = "span"


def _fuller(extracted: str, stated: str) -> str:
    """Return the body that the page states in JSON-LD where it is longer and the extracted one lacks much of it."""
    said, found = (Counter(_WORDS.findall(body.casefold())) for body in (stated, extracted))
    if said.total() < max(_STATED_WORDS, found.total()) or (said & found).total() >= _COVERED * said.total():
        return extracted
    return stated


class _Stated:
    """What a parsed page says about itself; read before the body is taken, which changes the tree."""

    def __init__(self, tree: Any) -> None:
        self._meta: dict[str, str] = {}
        for tag in tree.iter("meta"):
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                name, content = tag.get(attribute, "").lower(), one_line(tag.get("content", ""))
                # What stands for a header of HTTP says when the page was sent, not when it was published.
                if name and content and (attribute != "http-equiv" or name == "content-language"):
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

    def body(self) -> str:
        """Return ``articleBody`` of the JSON-LD, or an empty string."""
        text = self._article.get("articleBody")
        return _TAGS.sub(" ", unescape(text)) if isinstance(text, str) else ""

    def published(self) -> str:
        stated = [_string(self._article.get("datePublished")), *(self._meta.get(name, "") for name in _DATE_NAMES)]
        return next((day for day in map(machine_date, [*stated, *self._times]) if day), "")


def _times(tree: Any) -> list[str]:
    """Return what the page's time tags say of publication: those marked so, else the only one in the article.

    Where no time stands in the article, the only one outside of the page's frame and of other articles.
    """
    marked = tree.xpath(f"(//*[@itemprop='datePublished'] | //time[@pubdate])[not({_COMMENTS})]/@datetime")
    if marked:
        return [str(value) for value in marked]
    articles = tree.xpath("//article[not(ancestor::article)]")
    articles = [found for found in articles if next(found.iter("h1"), None) is not None] or articles
    of_article = f".//time[@datetime][not({_COMMENTS})]"
    inside = articles[0].xpath(of_article) if len(articles) == 1 else []  # of several, some are teasers
    found = (inside or tree.xpath(f"{of_article}[not({_AROUND})]"))[:_MOST_TIMES]
    stated = {str(time.get("datetime")) for time in found if not _is_of_change(time) and not _is_mentioned(time)}
    return list(stated) if len(stated) == 1 else []


def _is_of_change(time: Any) -> bool:
    """Whether a time tag says when the article was last changed."""
    parent, previous = time.getparent(), time.getprevious()
    named = f"{time.get('itemprop', '')} {time.get('class', '')}"
    if "publi" in named.lower():  # of a page that was never changed: class="published updated"
        return False
    before = (parent.text if previous is None else previous.tail) or ""
    return _CHANGED.search(f"{named} {parent.get('class', '')} {before} {time.text or ''}") is not None


def _is_mentioned(time: Any) -> bool:
    """Whether a time tag stands in a sentence of the text: a day that the article speaks of."""
    block = next((above for above in time.iterancestors("p", "li", "blockquote", "td")), None)
    words = len("".join(block.itertext()).split()) if block is not None else 0
    return words - len("".join(time.itertext()).split()) > _BYLINE_WORDS


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
