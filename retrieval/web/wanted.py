"""What becomes of a page that was asked for: the record that the archive is shown, and the visit that is kept afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b

from retrieval.errors import ReadError
from retrieval.types import Article, Record, Skipped
from retrieval.web.feeds import is_full
from retrieval.web.fetching import Fetched
from retrieval.web.hosts import Answer, says_no
from retrieval.web.page import Page, entry_article, fingerprint
from retrieval.web.visits import Held, Visit, Visits

_OF_FEED = ".feed"  # ends the fingerprint of an article that is the feed's own text


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that a feed or a sitemap names, with what that says of it; empty where it says nothing.

    ``dated_by`` is of ``published``, ``date`` is what the newest are found by, and ``text`` what a feed has of the article.
    """

    url: str
    mark: str = ""
    published: str = ""
    dated_by: str = ""
    date: str = ""
    title: str = ""
    outlet: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page's record (None: its article has one already), and what is to be kept of the visit once that is indexed."""

    record: Record | Skipped | None
    visit: Visit | None = None


def known(visit: Visit) -> Record:
    """Return the record of a page that need not be read: what the archive holds, or leaves out."""
    return Page(visit.source, visit.fingerprint, b"")


def outcome_of(wanted: Wanted, visit: Visit, answer: Answer, visits: Visits, seen: Mapping[str, str]) -> Outcome:
    """Say what an answer means. ``visit`` is the earlier one; ``seen`` has fingerprints by key of what this run met."""
    if isinstance(answer, Exception):
        if is_full(wanted.text) and says_no(answer):
            return _of_feed(wanted, visit, answer, visits, seen)
        return Outcome(Skipped(wanted.url, str(answer)))
    page, article = answer
    if article is None:
        kept = replace(visit, mark=wanted.mark, etag=page.etag, last_modified=page.last_modified)
        return Outcome(None if visit.source in seen else known(visit), kept)
    return _of_page(wanted, visit, page, article, visits, seen)


def _of_page(
    wanted: Wanted, visit: Visit, page: Fetched, article: Article, visits: Visits, seen: Mapping[str, str]
) -> Outcome:
    held = visits.held(article.id, filter(None, (article.url, visit.source)))
    # One article has one key, whichever way it was found: that under which the archive has it.
    key = held.source if held else article.url
    complete = _completed(article, wanted)
    mark = fingerprint(article) + ("" if complete == article else f".{_short(complete)}")
    visited = Visit(wanted.url, key, "", page.etag, page.last_modified, wanted.mark)
    is_own = key in (wanted.url, page.url)
    if key in seen and (not is_own or _content(seen[key]) == _content(mark)):
        return Outcome(None, visited)
    if held and (_adds_nothing(held, complete, mark) or (not is_own and _has_its_own_page(held, visits))):
        mark = held.fingerprint
    return Outcome(Page(key, mark, b"", complete), replace(visited, fingerprint=mark))


def _of_feed(wanted: Wanted, visit: Visit, answer: Exception, visits: Visits, seen: Mapping[str, str]) -> Outcome:
    """Take the feed's own text for an article whose page does not give it; what a page gave before is better."""
    try:
        article = entry_article(wanted.url, wanted.title, wanted.text, wanted.outlet, wanted.published)
    except ReadError as exc:
        return Outcome(Skipped(wanted.url, str(exc)))
    held = visits.held(article.id, filter(None, (article.url, visit.source)))
    key = held.source if held else article.url
    if key in seen or (held and not held.left_out and not held.fingerprint.endswith(_OF_FEED)):
        return Outcome(Skipped(wanted.url, str(answer)))
    mark = fingerprint(article) + _OF_FEED
    return Outcome(Page(key, mark, b"", article), Visit(wanted.url, key, mark, mark=wanted.mark))


def _completed(article: Article, wanted: Wanted) -> Article:
    """Return an article with what its page does not say of it, and the feed or the sitemap does."""
    if not article.published and wanted.published:
        article = replace(article, published=wanted.published, dated_by=wanted.dated_by)
    return replace(article, title=article.title or wanted.title, outlet=article.outlet or wanted.outlet)


def _adds_nothing(held: Held, complete: Article, mark: str) -> bool:
    """Whether the archive has this page's article already, with all that is now said of it.

    What one feed says of an article another may say otherwise: the first stays, or each would replace the other's for ever.
    """
    if _content(held.fingerprint) != _content(mark):
        return False
    lacks = ((complete.published, held.published), (complete.title, held.title), (complete.outlet, held.outlet))
    return held.left_out or not any(said and not there for said, there in lacks)


def _has_its_own_page(held: Held, visits: Visits) -> bool:
    """Whether an article is held from its own address: another page that claims it does not replace it."""
    own = visits.of([held.source]).get(held.source)
    return own is not None and own.stands and own.fingerprint == held.fingerprint


def _content(fingerprint: str) -> str:
    """Return the part of a fingerprint that is the page's own, without what a feed or a sitemap adds."""
    return fingerprint.partition(".")[0]


def _short(article: Article) -> str:
    return blake2b(fingerprint(article).encode(), digest_size=6).hexdigest()
