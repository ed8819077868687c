"""Feeds and sitemaps into a real archive over real connections: what is asked of the sites, and what is stored of them."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import KiosqueError, ReadError
from retrieval.storing.failures import Failures
from retrieval.types import Article, IndexReport, Record, Skipped
from retrieval.web.collecting import BATCH, MOST_AGAIN, MOST_SITEMAPS, Batch, collect
from retrieval.web.fetching import Fetched, Fetcher
from retrieval.web.hosts import Hosts
from retrieval.web.limits import Policy
from retrieval.web.page import Page, article_of
from retrieval.web.visits import Visits
from tests.retrieval.material import CountingEmbedder, MemorySource, article
from tests.web_server import PUBLIC, Asked, Web, head, moved, page, serving, versioned

KEY = "http://news.test/a"
FEED = "http://news.test/feed"
SITEMAP = "http://news.test/sitemap.xml"
FULL = "".join(
    f"<p>La ville {n} a été bombardée dans la nuit de mardi à mercredi, selon le gouverneur de la région, "
    "et les secours cherchent des survivants sous les décombres.</p>"
    for n in range(5)
)


def html(text: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang='fr'><head><title>Titre de {text}</title>{head}</head><body><article>"
        f"<p>La ville de {text} a été bombardée dans la nuit de mardi à mercredi, selon le gouverneur.</p>"
        "<p>Les habitants se sont réfugiés dans les caves.</p></article></body></html>"
    )


def article_page(text: str, head: str = "") -> bytes:
    return page(html(text, head), content_type="text/html; charset=utf-8")


def rss(*items: str, title: str = "Le Monde") -> str:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>{''.join(items)}</channel></rss>"


def item(place: str, date: str = "", text: str = "", title: str = "") -> str:
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    described = f"<description><![CDATA[{text}]]></description>" if text else ""
    return f"<item><title>{title}</title><link>{place}</link>{dated}{described}</item>"


def sitemap(*places: str, **lastmod: str) -> str:
    rows = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    rows += "".join(f"<url><loc>http://news.test/{n}</loc><lastmod>{d}</lastmod></url>" for n, d in lastmod.items())
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"


def sitemap_index(**lastmod: str) -> str:
    rows = "".join(
        f"<sitemap><loc>http://news.test/{name}.xml</loc><lastmod>{date}</lastmod></sitemap>"
        for name, date in lastmod.items()
    )
    return f"<sitemapindex>{rows}</sitemapindex>"


@pytest.fixture
def web() -> Iterator[Web]:
    with serving({f"/{name}": article_page(name) for name in "abcde"}) as served:
        yield served


@pytest.fixture
def fetcher(web: Web) -> Iterator[Fetcher]:
    with web.fetcher() as made:
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "index", CountingEmbedder()) as opened:
        yield opened


@pytest.fixture
def visits(archive: Archive) -> Visits:
    return Visits(archive.store)


class Run:
    """Collects an address into an archive, again and again; ``asked`` are the pages that the last run asked for."""

    def __init__(self, web: Web, archive: Archive, visits: Visits) -> None:
        self._web, self._archive, self._visits = web, archive, visits
        self.asked: list[str] = []
        self.skipped: list[Skipped] = []
        self.last: list[Batch] = []

    def __call__(self, url: str, most: int = 500, waiting: Sequence[str] = ()) -> tuple[int, int, int]:
        """Return how many articles were added, updated and unchanged."""
        before = len(self._web.pages)
        with self._web.fetcher() as fetcher:
            found = collect(url, fetcher, self._visits, most=most, wait_for=waiting.__contains__)
            self.last.clear()
            reports: list[IndexReport] = []
            for batch in found:
                self.last.append(batch)
                reports.append(self._archive.index(batch))
        self.asked = [place.removeprefix("news.test") for place in self._web.pages[before:]]
        self.skipped = [skipped for report in reports for skipped in report.skipped]
        assert not any(report.removed for report in reports)
        return tuple(sum(getattr(r, name) for r in reports) for name in ("added", "updated", "unchanged"))


@pytest.fixture
def run(web: Web, archive: Archive, visits: Visits) -> Run:
    return Run(web, archive, visits)


# A feed.


def test_a_feed_and_what_it_costs_when_nothing_changed(web: Web, run: Run, archive: Archive) -> None:
    feed = rss(item("http://news.test/a", "Wed, 02 Mar 2022 10:00:00 +0100"), item("/b#commentaires"))
    web.routes["/feed"] = versioned(feed, '"1"', content_type="application/rss+xml")
    assert run(FEED) == (2, 0, 0)
    assert run.asked == ["/feed", "/a", "/b"]
    stored = archive.article("news.test/a")
    assert (stored.outlet, stored.published, stored.dated_by) == ("Le Monde", "2022-03-02T10:00:00+01:00", "feed")
    assert (stored.url, stored.title) == ("http://news.test/a", "Titre de a")
    change = archive.status().change
    assert run(FEED) == (0, 0, 0)
    assert (run.asked, len(run.last), archive.status().change) == (["/feed"], 0, change)
    assert web.asked[-1].headers["if-none-match"] == '"1"'


def test_a_feed_without_validators_is_compared(web: Web, run: Run) -> None:
    web.routes["/feed"] = page(rss(item("/a"), item("/b")), content_type="text/html")  # as many servers say
    assert run(FEED) == (2, 0, 0)
    assert run(FEED) == (0, 0, 0)
    assert run.asked == ["/feed"]
    web.routes["/feed"] = page(rss(item("/c"), item("/a"), item("/b")), content_type="text/xml")
    assert run(FEED) == (1, 0, 2)
    assert run.asked == ["/feed", "/c"]
    assert len(run.last) == 1
    assert not run.last[0].is_known
    web.routes["/feed"] = page(rss(item("/c"), item("/a"), title="Autrement"), content_type="text/xml")
    assert run(FEED) == (0, 0, 2)
    assert [batch.is_known for batch in run.last] == [True]


def test_what_the_page_says_of_itself_comes_first(web: Web, run: Run, archive: Archive) -> None:
    stated = (
        "<meta property='og:site_name' content='Libération'>"
        "<meta property='article:published_time' content='2022-03-01'>"
    )
    web.routes |= {
        "/a": article_page("a", stated),
        "/feed": page(rss(item("/a", "Wed, 02 Mar 2022 10:00:00 GMT", title="Du fil"))),
    }
    run(FEED)
    stored = archive.article("news.test/a")
    assert (stored.outlet, stored.published, stored.dated_by) == ("Libération", "2022-03-01", "page")
    assert stored.title == "Titre de a"


def test_an_entry_that_changes_is_asked_for_if_it_changed(web: Web, run: Run, archive: Archive) -> None:
    web.routes |= {"/a": versioned(html("a"), '"a1"', content_type="text/html"), "/feed": page(rss(item("/a")))}
    assert run(FEED) == (1, 0, 0)
    web.routes["/feed"] = page(rss(item("/a", text="<p>Corrigé.</p>")))
    assert run(FEED) == (0, 0, 1)
    assert (run.asked, web.asked[-1].headers["if-none-match"]) == (["/feed", "/a"], '"a1"')
    assert run(FEED) == (0, 0, 0)
    web.routes["/a"] = versioned(html("Marioupol"), '"a2"', content_type="text/html")
    web.routes["/feed"] = page(rss(item("/a", text="<p>Corrigé encore.</p>")))
    assert run(FEED) == (0, 1, 0)
    assert "Marioupol" in archive.article("news.test/a").text
    assert run(FEED) == (0, 0, 0)
    assert run.asked == ["/feed"]


def test_an_entry_that_vanishes_leaves_its_article(web: Web, run: Run, archive: Archive) -> None:
    web.routes["/feed"] = page(rss(item("/a"), item("/b")))
    run(FEED)
    web.routes |= {"/feed": page(rss(item("/b"))), "/a": page(status=410)}
    assert run(FEED) == (0, 0, 1)
    assert sorted(stored.id for stored in archive.articles()) == ["news.test/a", "news.test/b"]


def test_a_page_that_failed_is_asked_again_although_the_feed_has_not_changed(web: Web, run: Run) -> None:
    web.routes |= {"/feed": versioned(rss(item("/a"), item("/b")), '"1"'), "/b": page(status=404)}
    assert run(FEED) == (1, 0, 0)
    assert [(skipped.where, skipped.reason) for skipped in run.skipped] == [
        ("http://news.test/b", "http://news.test/b answers 404 (Not Found); check the address.")
    ]
    assert run(FEED) == (0, 0, 1)
    assert (run.asked, len(run.skipped)) == (["/feed", "/b"], 1)
    web.routes["/b"] = article_page("b")
    assert run(FEED) == (1, 0, 1)
    assert run(FEED) == (0, 0, 0)
    assert run.asked == ["/feed"]


def test_a_page_that_is_to_wait_is_not_asked_and_not_given_up(web: Web, run: Run) -> None:
    web.routes["/feed"] = versioned(rss(item("/a"), item("/b")), '"1"')
    assert run(FEED, waiting=["http://news.test/b"]) == (1, 0, 0)
    assert (run.asked, run.skipped) == (["/feed", "/a"], [])
    assert run(FEED) == (1, 0, 1)
    assert run.asked == ["/feed", "/b"]


def test_what_failed_under_one_address_and_is_read_under_another_is_off_the_list(
    web: Web, run: Run, archive: Archive
) -> None:
    web.routes |= {"/feed": page(rss(item("/old"))), "/old": page(status=500)}
    run(FEED)
    failures = Failures(archive.store)
    assert [failure.key for failure in failures.listed()] == ["http://news.test/old"]
    web.routes["/old"] = moved("/a")
    assert run(FEED) == (1, 0, 0)
    assert failures.listed() == []


def test_a_feed_that_failed_is_off_the_list_when_it_answers(web: Web, run: Run, archive: Archive) -> None:
    feed = versioned(rss(item("/a")), '"1"')
    for answer in (feed, page(status=500), feed):
        web.routes["/feed"] = answer
        run(FEED)
    assert run.asked == ["/feed"]
    assert Failures(archive.store).listed() == []


def test_two_feeds_name_one_article_in_their_ways(web: Web, run: Run, archive: Archive) -> None:
    """By other addresses, dates and outlets: neither replaces what the other said."""
    page_a = article_page("a", "<link rel='canonical' href='http://news.test/a'>")
    web.routes |= {"/a": page_a, "/a.html": page_a, "/to-a": moved("/a.html")}
    web.routes["/one"] = page(rss(item("/to-a", "Wed, 02 Mar 2022 10:00:00 GMT"), title="Une"))
    web.routes["/two"] = page(rss(item("/a.html", "Thu, 03 Mar 2022 10:00:00 GMT"), title="Monde"))
    assert run("http://news.test/one") == (1, 0, 0)
    for _ in range(2):
        assert run("http://news.test/two")[:2] == (0, 0)
        assert run("http://news.test/one")[:2] == (0, 0)
    assert run.asked == ["/one"]
    (stored,) = archive.articles()
    assert (stored.id, stored.outlet, stored.published[:10]) == ("news.test/a", "Une", "2022-03-02")
    assert run("http://news.test/a") == (0, 0, 1)  # by hand


def test_an_article_that_was_stored_without_a_date_gets_that_of_its_feed(web: Web, run: Run, archive: Archive) -> None:
    web.routes["/feed"] = page(rss(item("/a", "Wed, 02 Mar 2022 10:00:00 GMT")))
    assert run("http://news.test/a") == (1, 0, 0)
    assert run(FEED) == (0, 1, 0)
    assert archive.article("news.test/a").published == "2022-03-02T10:00:00+00:00"
    assert run("http://news.test/a") == (0, 0, 1)  # which states none, and takes none away
    assert archive.article("news.test/a").published == "2022-03-02T10:00:00+00:00"


def test_two_entries_of_a_feed_are_one_article(web: Web, run: Run, archive: Archive) -> None:
    """Whatever comes first, the page that has the article's own address is the one that counts."""
    web.routes["/a2"] = article_page("other words", "<link rel='canonical' href='http://news.test/a'>")
    web.routes["/to-a"] = moved("/a")
    for number, places in enumerate((("/a", "/a2", "/to-a", "/a"), ("/a2", "/to-a", "/a"))):
        web.routes[f"/feed{number}"] = page(rss(*map(item, places)))
        archive.store.remove_sources([KEY])
        for _ in range(3):
            run(f"http://news.test/feed{number}")
            assert archive.article("news.test/a").title == "Titre de a"
        assert run.asked == [f"/feed{number}"]
        assert archive.status().articles == 1


def test_a_page_that_claims_the_address_of_another_does_not_replace_it(web: Web, run: Run, archive: Archive) -> None:
    web.routes["/b"] = article_page("b", "<link rel='canonical' href='http://news.test/a'>")
    web.routes |= {"/one": page(rss(item("/a"))), "/two": page(rss(item("/b")))}
    run("http://news.test/one")
    for _ in range(2):
        assert run("http://news.test/two")[:2] == (0, 0)
        assert run("http://news.test/one")[:2] == (0, 0)
    assert [stored.title for stored in archive.articles()] == ["Titre de a"]


def test_http_and_https_of_one_page_are_one_article(web: Web, run: Run, archive: Archive) -> None:
    web.routes |= {"/one": page(rss(item("http://news.test/a"))), "/two": page(rss(item("https://news.test/a")))}
    assert run("http://news.test/one") == (1, 0, 0)
    run("http://news.test/two")
    assert not run.skipped
    assert archive.status().articles == 1


def test_a_forgotten_article_stays_out_whichever_way_it_comes(web: Web, run: Run, archive: Archive) -> None:
    web.routes |= {"/old": moved("/a"), "/feed": page(rss(item("/old", "Wed, 02 Mar 2022 10:00:00 GMT")))}
    run(FEED)
    archive.forget("news.test/a")
    assert run(FEED) == (0, 0, 0)
    web.routes["/feed"] = page(rss(item("/old", text="Corrigé."), title="Autrement"))
    assert run(FEED) == (0, 0, 1)
    assert run("http://news.test/a") == (0, 0, 1)
    assert archive.status().articles == 0


def test_an_archive_that_lost_an_article_asks_for_it_again(web: Web, run: Run, archive: Archive) -> None:
    web.routes |= {"/a": versioned(html("a"), '"a"', content_type="text/html"), "/feed": page(rss(item("/a")))}
    run(FEED)
    archive.store.remove_sources(["http://news.test/a"])
    web.routes["/feed"] = page(rss(item("/a"), item("/b")))
    assert run(FEED) == (2, 0, 0)


def test_another_cleaning_reads_everything_again(web: Web, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    web.routes |= {
        "/a": versioned(html("a"), '"a"', content_type="text/html"),
        "/feed": versioned(rss(item("/a")), '"f"'),
    }
    run(FEED)
    monkeypatch.setattr("retrieval.web.visits._VERSION", "1000:")
    monkeypatch.setattr("retrieval.web.page.CLEANING_VERSION", 1000)
    assert run(FEED) == (0, 1, 0)
    assert run(FEED) == (0, 0, 0)
    assert run.asked == ["/feed"]


# The feed's own text.


@pytest.mark.parametrize(
    "answer",
    [
        page(status=404),
        page(status=403),
        page("<html><body><script>app()</script>", content_type="text/html"),
        page(b"\x89PNG", content_type="image/png"),
        moved("http://10.0.0.1/"),
    ],
)
def test_an_article_whose_page_gives_none_is_taken_from_the_feed(
    web: Web, run: Run, archive: Archive, answer: bytes
) -> None:
    entry = item("/a", "Wed, 02 Mar 2022 10:00:00 GMT", FULL, "Bombardements")
    web.routes |= {"/a": answer, "/feed": page(rss(entry))}
    assert run(FEED) == (1, 0, 0)
    stored = archive.article("news.test/a")
    assert stored.text.count("La ville") == 5
    assert (stored.title, stored.outlet, stored.url) == ("Bombardements", "Le Monde", "http://news.test/a")
    assert (stored.published, stored.dated_by, stored.language) == ("2022-03-02T10:00:00+00:00", "feed", "fr")
    assert run(FEED) == (0, 0, 0)
    assert run.asked == ["/feed"]
    web.routes["/feed"] = page(rss(entry.replace("mardi", "lundi")))
    assert run(FEED) == (0, 1, 0)
    web.routes |= {"/a": article_page("a"), "/feed": page(rss(item("/a")))}
    assert run(FEED) == (0, 1, 0)
    assert archive.article("news.test/a").title == "Titre de a"


@pytest.mark.parametrize(
    ("feed", "page_of", "taken"),
    [
        ("http://news.test/feed", "http://www.news.test/x", True),
        ("http://www.news.test/feed", "http://news.test/x", True),
        ("http://rss.news.test/feed", "http://www.news.test/x", True),
        ("http://evil.test/feed", "http://news.test/x", False),
        ("http://evilnews.test/feed", "http://news.test/x", False),
        ("http://test/feed", "http://news.test/x", True),
    ],
)
def test_a_feed_of_another_site_puts_no_words_in_its_mouth(
    web: Web, run: Run, archive: Archive, feed: str, page_of: str, taken: bool
) -> None:
    named = page_of.replace("/x", "/a")
    web.routes |= {"/x": page(status=404), "/feed": page(rss(item(page_of, text=FULL), item(named), title="Fil"))}
    assert run(feed) == (1 + taken, 0, 0)
    assert {stored.outlet for stored in archive.articles()} == {"Fil" if taken else ""}


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (page(status=404), "<p>Un court résumé.</p>"),
        (page(status=404), FULL + "<p>Les secours cherchent […]</p>"),
        (page(status=404), FULL + "<p>Les secours cherchent...</p>"),
        (page(status=404), FULL + "<p>Lire la suite</p>"),
        (page(status=500), FULL),
        (page(status=429), FULL),
        ([head(Content_Length="100"), b"<p>"], FULL),
    ],
)
def test_teasers_and_passing_failures_are_no_article(web: Web, run: Run, answer: bytes, text: str) -> None:
    web.routes |= {"/a": answer, "/feed": page(rss(item("/a", text=text)))}
    assert run(FEED) == (0, 0, 0)
    assert [skipped.where for skipped in run.skipped] == ["http://news.test/a"]


def test_what_a_page_gave_is_not_replaced_by_the_feed(web: Web, run: Run, archive: Archive) -> None:
    web.routes["/feed"] = page(rss(item("/a")))
    run(FEED)
    web.routes |= {"/a": page(status=404), "/feed": page(rss(item("/a", text=FULL)))}
    assert run(FEED) == (0, 0, 0)
    assert len(run.skipped) == 1
    assert "de a a été" in archive.article("news.test/a").text


# Sitemaps.


def test_a_sitemap_of_news(web: Web, run: Run, archive: Archive) -> None:
    web.routes["/sitemap.xml"] = page(
        "<urlset><url><loc>http://news.test/a</loc><lastmod>2022-03-04</lastmod><news><publication><name>Le Monde</name>"
        "<language>fr</language></publication><publication_date>2022-03-02T10:00Z</publication_date><title>T</title></news>"
        "</url><url><loc>http://news.test/b</loc><lastmod>2022-03-04</lastmod></url>"
        "<url><loc>http://elsewhere.test/c</loc></url></urlset>",
        content_type="application/xml",
    )
    assert run(SITEMAP) == (2, 0, 0)
    news, other = archive.article("news.test/a"), archive.article("news.test/b")
    assert (news.published, news.dated_by, news.outlet) == ("2022-03-02T10:00+00:00", "sitemap", "Le Monde")
    assert (other.published, other.dated_by, other.outlet) == ("", "", "")  # the last change is no publication
    assert run.asked == ["/sitemap.xml", "/b", "/a"]


def test_a_long_sitemap_comes_a_part_at_a_time_the_newest_first(web: Web, run: Run) -> None:
    dates = {f"p{n}": f"20{n % 20:02}-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(2000)}
    web.routes |= {f"/{name}": article_page(name) for name in dates}
    web.routes["/sitemap.xml"] = versioned(sitemap(**dates), '"1"')
    newest = [f"/{name}" for name in sorted(dates, key=dates.__getitem__, reverse=True)]
    assert run(SITEMAP, most=60) == (60, 0, 0)
    assert (run.asked[1:], len(run.last)) == (newest[:60], 2)
    assert run(SITEMAP, most=10) == (10, 0, 60)
    assert run.asked == ["/sitemap.xml", *newest[60:70]]
    assert len(run.last) == 1


def test_a_site_that_says_of_all_its_pages_that_they_changed(web: Web, run: Run) -> None:
    names = [f"p{n}" for n in range(MOST_AGAIN + 10)]
    web.routes |= {f"/{name}": versioned(html(name), '"1"', content_type="text/html") for name in names}
    web.routes["/sitemap.xml"] = page(sitemap(**dict.fromkeys(names, "2022-03-01")))
    assert run(SITEMAP) == (len(names), 0, 0)
    web.routes["/sitemap.xml"] = page(sitemap(**dict.fromkeys([*names, "a"], "2022-03-02")))
    assert run(SITEMAP) == (1, 0, MOST_AGAIN)
    assert run.asked[1] == "/a"
    first = set(run.asked[2:])
    assert run(SITEMAP) == (0, 0, len(names) + 1)
    assert len(run.asked) == 1 + 10
    assert not first & set(run.asked)


def test_an_index_of_sitemaps(web: Web, run: Run) -> None:
    web.routes |= {
        "/sitemap.xml": page(
            sitemap_index(old="2022-01-01T00:00Z", new="2022-03-02T00:00Z", packed="2022-02-01T00:00Z")
        ),
        "/old.xml": page(sitemap("http://news.test/a")),
        "/new.xml": page(sitemap("http://news.test/b", "http://news.test/c")),
        "/packed.xml": page(gzip.compress(sitemap("http://news.test/d").encode()), content_type="application/x-gzip"),
    }
    assert run(SITEMAP) == (4, 0, 0)
    assert run.asked == ["/sitemap.xml", "/new.xml", "/b", "/c", "/packed.xml", "/d", "/old.xml", "/a"]
    assert run(SITEMAP) == (0, 0, 0)
    assert run.asked == ["/sitemap.xml"]  # none changed, as the index says
    web.routes["/sitemap.xml"] = page(sitemap_index(old="2022-03-03T00:00Z", new="2022-03-02", gone="2021-01-01"))
    assert run(SITEMAP) == (0, 0, 0)
    assert run.asked == ["/sitemap.xml", "/old.xml", "/new.xml", "/gone.xml"]
    assert [skipped.where for skipped in run.skipped] == ["http://news.test/gone.xml"]


def test_sitemaps_of_an_index_without_dates_take_turns(web: Web, run: Run) -> None:
    names = [f"s{n}" for n in range(MOST_SITEMAPS + 5)]
    web.routes |= {f"/{name}.xml": page(sitemap("http://news.test/a")) for name in names}
    web.routes["/sitemap.xml"] = page(sitemap_index(**dict.fromkeys(names, "")))
    run(SITEMAP)
    assert run.asked == ["/sitemap.xml", "/s0.xml", "/a", *(f"/{name}.xml" for name in names[1:MOST_SITEMAPS])]
    run(SITEMAP)
    assert run.asked[1:6] == [f"/{name}.xml" for name in names[MOST_SITEMAPS:]]


def test_sitemaps_of_past_days_take_turns_too(web: Web, archive: Archive) -> None:
    """A day alone says nothing of today; of a day that is over everywhere it says that nothing came since."""
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    run = Run(web, archive, Visits(archive.store, lambda: now))
    names = [f"s{n}" for n in range(MOST_SITEMAPS + 5)]
    web.routes |= {f"/{name}.xml": page(sitemap("http://news.test/a")) for name in names}
    dates = dict.fromkeys(names, "2026-02") | {"s0": "2026-03-09", "s1": "2026-03-08", names[-1]: "2025"}
    web.routes["/sitemap.xml"] = page(sitemap_index(**dates))
    run(SITEMAP)
    assert run.asked == ["/sitemap.xml", "/s0.xml", "/a", *(f"/{name}.xml" for name in names[1:MOST_SITEMAPS])]
    run(SITEMAP)
    assert run.asked == ["/sitemap.xml", "/s0.xml", *(f"/{name}.xml" for name in names[MOST_SITEMAPS:])]
    run(SITEMAP)
    assert run.asked == ["/sitemap.xml", "/s0.xml"]
    dates["s1"] = "2026-03-10"
    web.routes["/sitemap.xml"] = page(sitemap_index(**dates))
    run(SITEMAP)
    assert run.asked == ["/sitemap.xml", "/s1.xml", "/s0.xml"]


def test_one_address_that_is_too_long_costs_itself_alone(web: Web, run: Run) -> None:
    web.routes["/sitemap.xml"] = page(sitemap("http://news.test/a", "http://news.test/" + "é" * 1900))
    assert run(SITEMAP) == (1, 0, 0)
    web.routes["/feed"] = page(rss(item("/b"), item("/" + "é" * 1900)))
    assert run(FEED) == (1, 0, 0)


def test_an_index_that_names_itself_ends(web: Web, run: Run) -> None:
    web.routes["/sitemap.xml"] = page(sitemap_index(sitemap="", other=""))
    web.routes["/other.xml"] = page(sitemap_index(sitemap="", other=""))
    assert run(SITEMAP) == (0, 0, 0)
    assert run.asked == ["/sitemap.xml", "/sitemap.xml", "/other.xml"]


def test_a_sitemap_that_is_a_text(web: Web, run: Run) -> None:
    web.routes["/sitemap.txt"] = page("http://news.test/a\nhttp://news.test/b\n", content_type="text/plain")
    assert run("http://news.test/sitemap.txt") == (2, 0, 0)


# One page.


def test_a_page_by_hand_is_asked_for_if_it_changed(web: Web, run: Run) -> None:
    web.routes["/a"] = versioned(html("a"), '"a"', content_type="text/html")
    assert run("http://news.test/a") == (1, 0, 0)
    assert run("http://NEWS.test/a#haut") == (0, 0, 1)
    assert web.asked[-1].headers["if-none-match"] == '"a"'
    web.routes["/feed"] = page(rss(item("/a")))
    assert run(FEED) == (0, 0, 1)
    assert run(FEED) == (0, 0, 0)


def test_a_page_that_is_neither(web: Web, run: Run) -> None:
    web.routes |= {"/x": page("<rss><channel>" + "<item>" * 3, content_type="text/xml"), "/y": page(rss()[:30])}
    for place in ("x", "y", "none"):
        assert run(f"http://news.test/{place}") == (0, 0, 0)
    assert [skipped.where for skipped in run.skipped] == ["http://news.test/none"]


def test_a_feed_that_is_broken_is_reported(web: Web, run: Run) -> None:
    web.routes["/feed"] = page("<html><body>", content_type="application/rss+xml")
    run(FEED)
    assert [skipped.reason for skipped in run.skipped] == ["http://news.test/feed is no feed."]
    web.routes["/feed"] = page("nothing", content_type="application/rss+xml")
    run(FEED)
    assert [skipped.reason for skipped in run.skipped] == ["http://news.test/feed is no feed."]


# Hosts that fail.


def test_a_busy_host_is_left_for_the_next_run(web: Web, run: Run) -> None:
    web.routes["/feed"] = versioned(rss(*map(item, ("/a", "/b", "/c", "http://other.test/d"))), '"1"')
    web.routes["/b"] = page(status=429, retry_after="3600")
    assert run(FEED) == (2, 0, 0)
    assert sorted(run.asked) == ["/a", "/b", "/feed", "other.test/d"]
    assert [skipped.where for skipped in run.skipped] == ["http://news.test/b"]
    web.routes["/b"] = article_page("b")
    assert run(FEED) == (2, 0, 2)


def test_a_host_that_fails_again_and_again_is_left(web: Web, run: Run) -> None:
    names = [f"/{n}" for n in range(8)]
    web.routes |= {name: page(status=500) for name in names} | {"/2": article_page("2")}
    web.routes["/feed"] = page(rss(*map(item, names)))
    assert run(FEED) == (1, 0, 0)
    assert run.asked == ["/feed", *names[:6]]
    assert [skipped.where[-2:] for skipped in run.skipped] == ["/0", "/1", "/3", "/4", "/5"]


@pytest.mark.parametrize("error", [OSError(12, "Cannot allocate memory"), RuntimeError("a secret")])
def test_a_page_that_fails_unexpectedly_costs_itself_alone(
    web: Web,
    run: Run,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And is asked again, as nobody knows whether it will fail again: what the feed has of it is not taken instead."""

    def reading(fetched: Fetched) -> Article:
        if fetched.url.endswith("/b"):
            raise error
        return article_of(fetched)

    monkeypatch.setattr("retrieval.web.hosts.article_of", reading)
    monkeypatch.setattr("retrieval.web.collecting.article_of", reading)
    web.routes["/feed"] = versioned(rss(*(item(place, text=FULL) for place in ("/a", "/b", "/c"))), '"1"')
    told = f"http://news.test/b failed unexpectedly ({type(error).__name__}); the log has more."
    for counts in ((2, 0, 0), (0, 0, 2)):
        assert run(FEED) == counts
        assert run.skipped == [Skipped("http://news.test/b", told)]
    assert [each.reason for each in Failures(archive.store).listed()] == [told]
    assert (caplog.records[0].exc_info or (None, None))[1] is error
    assert run("http://news.test/b") == (0, 0, 0)
    assert run.skipped == [Skipped("http://news.test/b", told)]
    monkeypatch.undo()
    assert run(FEED) == (1, 0, 2)


@pytest.mark.parametrize("error", [MemoryError(), sqlite3.OperationalError("full"), KiosqueError("full")])
def test_what_is_no_fault_of_a_page_ends_the_run(
    web: Web, run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def reading(fetched: Fetched) -> Article:
        raise error

    monkeypatch.setattr("retrieval.web.hosts.article_of", reading)
    web.routes["/feed"] = page(rss(item("/a")))
    with pytest.raises(type(error)):
        run(FEED)


def test_runs_that_share_their_hosts_leave_one_alone_together(
    web: Web, fetcher: Fetcher, archive: Archive, visits: Visits
) -> None:
    """The pages of a feed that are asked for again, one run each: a host that is silent holds them up three times."""
    hosts = Hosts(fetcher)
    web.routes |= {f"/{n}": page(status=500) for n in range(9)}
    batches = [list(collect(f"http://news.test/{n}", hosts, visits, origin=FEED)) for n in range(6)]
    assert [len(each) for each in batches] == [1, 1, 1, 0, 0, 0]
    assert web.pages == [f"news.test/{n}" for n in range(3)]
    assert len(list(collect("http://news.test/a", hosts, visits))) == 1  # a source itself is asked
    assert len(list(collect("http://other.test/a", hosts, visits, origin=FEED))) == 1


def test_what_a_public_feed_names_reaches_no_intranet(web: Web, archive: Archive, visits: Visits) -> None:
    where = {"intranet.test": "10.0.0.7", "wiki.test": "10.0.0.8"}
    policy = Policy(allow_private=frozenset(where))
    refused = "is refused: its host lies in a private network; allow that host by name to index an intranet."

    def collected(url: str, origin: str = "") -> list[str | None]:
        with web.fetcher(policy, resolve=lambda host: [where.get(host, PUBLIC)]) as fetcher:
            batches = list(collect(url, fetcher, visits, origin=origin))
        return [each.reason if isinstance(each, Skipped) else None for batch in batches for each in batch.listed]

    web.routes["/feed"] = page(rss(item("/a"), item("http://intranet.test/b"), item("/moved")))
    web.routes["/moved"] = moved("http://wiki.test/c")
    public, private, elsewhere = collected(FEED)
    assert (public, private) == (None, f"http://intranet.test/b {refused}")
    assert elsewhere is not None
    assert elsewhere.startswith("http://wiki.test/c (where http://news.test/moved leads) is refused")
    assert collected("http://intranet.test/b", origin=FEED) == [f"http://intranet.test/b {refused}"]  # asked again
    assert not {asked.host for asked in web.asked} & set(where)
    web.routes["intranet.test/feed"] = page(rss(item("/b"), item("http://wiki.test/c"), item("http://news.test/d")))
    assert collected("http://intranet.test/feed") == [None] * 3
    assert collected("http://wiki.test/a", origin="http://intranet.test/feed") == [None]


def test_missing_pages_are_no_fault_of_their_host(web: Web, run: Run) -> None:
    names = [f"/{n}" for n in range(5)]
    web.routes["/feed"] = page(rss(*map(item, [*names, "/a"])))
    assert run(FEED) == (1, 0, 0)
    assert len(run.skipped) == 5


def test_long_pauses_that_a_site_wants_are_kept_for_some_pages(web: Web, run: Run) -> None:
    web.routes |= {
        "/robots.txt": page("User-agent: *\nCrawl-delay: 25"),
        "/feed": page(rss(*map(item, ("/a", "/b", "/c")))),
    }
    assert run(FEED) == (2, 0, 0)
    times = [asked.time for asked in web.asked if asked.target != "/robots.txt"]
    assert [later - earlier for earlier, later in pairwise(times)] == [25, 25]
    assert [skipped.where for skipped in run.skipped] == ["http://news.test/c"]
    assert run(FEED) == (1, 0, 2)


def test_endless_and_exploding_answers_cost_themselves_alone(web: Web, run: Run) -> None:
    bomb = page(gzip.compress(b"<p>" * 2**22), content_encoding="gzip", content_type="text/html")
    web.routes |= {
        "/a": bomb,
        "/b": web.drip(head(Content_Type="text/html"), b"<p>", 5.0),
        "/feed": page(rss(*map(item, ("/a", "/b", "/c")))),
    }
    assert run(FEED) == (1, 0, 0)
    assert [skipped.reason.partition("; ")[0] for skipped in run.skipped] == [
        "http://news.test/a is larger than 10 MB",
        "http://news.test/b took longer than 30 s",
    ]


# Batches.


def test_many_hosts_are_asked_side_by_side_and_come_in_order(web: Web, run: Run, archive: Archive) -> None:
    places = [f"http://{host}.test/{name}" for name in "abc" for host in ("one", "two", "three", "four", "five")]
    web.routes["/feed"] = page(rss(*map(item, places)))
    assert run(FEED) == (15, 0, 0)
    assert [entry.source for entry in archive.store.stored()] == places


def test_a_batch_is_fetched_before_it_is_handed_over(
    web: Web, fetcher: Fetcher, archive: Archive, visits: Visits
) -> None:
    places = [f"/p{n}" for n in range(BATCH + 2)]
    web.routes |= {place: article_page(place[1:]) for place in places} | {"/feed": page(rss(*map(item, places)))}
    found = collect(FEED, fetcher, visits)
    assert web.pages == []
    first = next(found)
    assert len(web.pages) == 1 + BATCH
    records = list(first.records())
    assert len(records) == BATCH
    assert isinstance(records[0], Record)
    assert first.read(records[0]).id == "news.test/p0"
    assert not first.owns("http://news.test/p0")
    assert len(web.pages) == 1 + BATCH
    archive.index(first)
    assert len(list(next(found).records())) == 2


def test_visits_are_kept_when_the_run_is_closed(web: Web, fetcher: Fetcher, archive: Archive, visits: Visits) -> None:
    web.routes["/feed"] = versioned(rss(item("/a"), item("/b")), '"1"')
    found = collect(FEED, fetcher, visits)
    archive.index(next(found))
    found.close()  # type: ignore[attr-defined]
    assert sorted(visits.of(["http://news.test/a", "http://news.test/b", FEED])) == [
        "http://news.test/a",
        "http://news.test/b",
    ]


def test_a_kill_before_the_visits_costs_fetches_and_loses_nothing(
    web: Web, fetcher: Fetcher, archive: Archive, visits: Visits, run: Run
) -> None:
    web.routes["/feed"] = versioned(rss(item("/a"), item("/b")), '"1"')
    killed = collect(FEED, fetcher, visits)
    archive.index(next(killed))
    assert run(FEED) == (0, 0, 2)
    assert run.asked == ["/feed", "/a", "/b"]
    assert run(FEED) == (0, 0, 0)
    assert run.asked == ["/feed"]


def test_a_batch_that_was_not_indexed_leaves_no_visit(web: Web, fetcher: Fetcher, visits: Visits, run: Run) -> None:
    web.routes["/feed"] = versioned(rss(item("/a"), item("/b")), '"1"')
    assert len(list(collect(FEED, fetcher, visits))) == 1
    assert run(FEED) == (2, 0, 0)


def test_a_known_article_that_leaves_the_archive_meanwhile(
    web: Web, fetcher: Fetcher, archive: Archive, visits: Visits, run: Run
) -> None:
    web.routes["/feed"] = page(rss(item("/a")))
    run(FEED)
    web.routes["/feed"] = page(rss(item("/a"), item("/b")))
    batch = next(collect(FEED, fetcher, visits))
    archive.store.remove_sources(["http://news.test/a"])
    report = archive.index(batch)
    assert (report.added, [skipped.where for skipped in report.skipped]) == (1, ["http://news.test/a"])


def test_an_id_that_a_file_has_is_reported_each_time(web: Web, run: Run, archive: Archive) -> None:
    mine = article(1)
    archive.index(MemorySource({"mem/1": type(mine)(id="news.test/a", text=mine.text)}))
    web.routes["/feed"] = versioned(rss(item("/a"), item("/b")), '"1"')
    assert run(FEED) == (1, 0, 0)
    assert "belongs to mem/1" in run.skipped[0].reason
    assert run(FEED) == (0, 0, 1)


def test_a_record_of_another_source_is_refused() -> None:
    with pytest.raises(TypeError):
        Batch(()).read(Record("k", "f", b""))
    with pytest.raises(ReadError):
        Batch(()).read(Page("http://news.test/a", "f", b""))


def test_the_conditions_are_those_of_the_page_that_is_asked(web: Web, run: Run) -> None:
    seen: list[Asked] = []

    def answer(asked: Asked) -> bytes:
        seen.append(asked)
        return page(html("a"), etag='"a"', last_modified="Wed, 02 Mar 2022 10:00:00 GMT", content_type="text/html")

    web.routes |= {"/a": answer, "/feed": page(rss(item("/a")))}
    run(FEED)
    web.routes["/feed"] = page(rss(item("/a", text="Autre.")))
    assert run(FEED) == (0, 0, 1)
    assert "if-none-match" not in seen[0].headers
    assert seen[1].headers["if-modified-since"] == "Wed, 02 Mar 2022 10:00:00 GMT"
