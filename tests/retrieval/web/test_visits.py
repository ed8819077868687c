"""What visits stand for, and when they no longer do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval.keeping import removal
from retrieval.reading.readers import CLEANING_VERSION
from retrieval.storing.store import Store
from retrieval.types import Article
from retrieval.web.visits import KEPT, RENEWED, Held, Visit, Visits

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "http://news.test/a"
MARK = f"{CLEANING_VERSION}:abc"
PAGE = Visit(URL, URL, MARK, '"1"', "Wed, 02 Mar 2022 10:00:00 GMT", "m")


class Calendar:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "archive.sqlite", {})
    yield opened
    opened.close()


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def visits(store: Store, calendar: Calendar) -> Visits:
    return Visits(store, calendar)


def put(
    store: Store, source: str = URL, fingerprint: str = MARK, article_id: str = "news.test/a", **fields: str
) -> None:
    store.put(Article(article_id, "Kiev résiste.", url=source, **fields), source, fingerprint, [])


def stands(visits: Visits, url: str = URL) -> bool:
    return url in visits.of([url]) and visits.of([url])[url].stands


def test_a_visit_is_kept_when_the_archive_holds_its_article(store: Store, visits: Visits) -> None:
    assert visits.note([PAGE]) == set()
    assert visits.of([URL]) == {}
    put(store)
    assert visits.note([PAGE]) == {URL}
    (kept,) = visits.of([URL, "http://news.test/b"]).values()
    assert kept == Visit(URL, URL, MARK, '"1"', "Wed, 02 Mar 2022 10:00:00 GMT", "m", "2026-03-02T12:00:00+00:00", True)


def test_not_when_it_holds_another(store: Store, visits: Visits) -> None:
    put(store, fingerprint=f"{CLEANING_VERSION}:other")
    assert visits.note([PAGE]) == set()


def test_of_whatever_is_held_where_no_fingerprint_is_named(store: Store, visits: Visits) -> None:
    put(store)
    assert visits.note([Visit("http://news.test/b", URL)]) == {"http://news.test/b"}
    assert visits.of(["http://news.test/b"])["http://news.test/b"].fingerprint == MARK


@pytest.mark.parametrize("change", ["removed", "changed", "moved"])
def test_a_visit_stands_no_longer_than_its_article(store: Store, visits: Visits, change: str) -> None:
    put(store)
    visits.note([PAGE])
    assert stands(visits)
    if change == "removed":
        store.remove_sources([URL])
    elif change == "changed":
        put(store, fingerprint=f"{CLEANING_VERSION}:new")
    else:
        put(store, source="http://news.test/elsewhere")
    assert not stands(visits)


def test_a_forgotten_article_stays_dealt_with(store: Store, visits: Visits) -> None:
    put(store)
    visits.note([PAGE])
    removal.remove(store, ["news.test/a"])
    assert stands(visits)
    assert visits.note([PAGE]) == {URL}
    with store.transaction(), store.reading() as db:
        db.execute("DELETE FROM forgotten")
    assert not stands(visits)


def test_so_does_one_that_grew_too_old(store: Store, visits: Visits) -> None:
    with store.transaction(), store.reading() as db:
        db.execute("INSERT INTO expired VALUES (?, ?, '', '', '')", (URL, MARK))
    assert visits.note([PAGE]) == {URL}
    assert stands(visits)
    assert visits.held("news.test/a", [URL]) == Held(URL, MARK, left_out=True)


def test_what_a_source_states_of_all_its_articles_does_not_count(store: Store, visits: Visits) -> None:
    put(store, fingerprint=MARK + "+0a1b")
    assert visits.note([PAGE]) == {URL}
    assert stands(visits)
    held = visits.held("news.test/a", [])
    assert held is not None
    assert held.fingerprint == MARK


def test_visits_of_another_cleaning_do_not_stand(store: Store, visits: Visits) -> None:
    old = f"{CLEANING_VERSION - 1}:abc"
    put(store, fingerprint=old)
    visits.note([Visit(URL, URL, old), Visit("http://news.test/feed", "", old)])
    assert not stands(visits)
    assert not stands(visits, "http://news.test/feed")


def test_a_feed_stands_once_it_has_a_fingerprint(visits: Visits) -> None:
    feed = "http://news.test/feed"
    assert visits.note([Visit(feed)]) == {feed}
    assert not stands(visits, feed)
    visits.note([Visit(feed, "", MARK, '"1"')])
    assert stands(visits, feed)


def test_an_article_is_found_by_its_id_or_by_where_it_was_forgotten(store: Store, visits: Visits) -> None:
    put(store, title="T", outlet="O", published="2022")
    assert visits.held("news.test/a", []) == Held(URL, MARK, "T", "O", "2022")
    removal.remove(store, ["news.test/a"])
    assert visits.held("news.test/a", ["http://news.test/x"]) is None
    assert visits.held("news.test/a", ["http://news.test/x", URL]) == Held(URL, MARK, left_out=True)
    put(store, source="/press/articles/a.txt")
    assert visits.held("news.test/a", []) is None  # a file's


def test_old_visits_are_dropped_and_those_in_use_renewed(store: Store, visits: Visits, calendar: Calendar) -> None:
    put(store)
    visits.note([PAGE])
    (kept,) = visits.of([URL]).values()
    assert not visits.is_old(kept)
    calendar.now = NOW + RENEWED + timedelta(days=1)
    assert visits.is_old(kept)
    calendar.now = NOW + KEPT + timedelta(days=1)
    visits.note([Visit("http://news.test/feed")])
    assert visits.of([URL]) == {}


def test_nothing_to_keep_writes_nothing(store: Store, visits: Visits) -> None:
    with store.reading() as db:
        before = db.total_changes
        assert visits.note([]) == set()
        assert db.total_changes == before
