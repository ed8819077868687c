"""Which days passages tell of: kept in the transaction of each article, as rules find them, and what a search does then."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.facts import derived, timeline
from retrieval.facts.moments import Moment, find_moments
from retrieval.facts.timeline import Told, worth_showing
from retrieval.searching import DAYS_WEIGHT
from retrieval.types import Article, Filters
from tests.fakes import HashingEmbedder
from training.evidence import InMemory

SECOND, THIRD = date(2022, 3, 2), date(2022, 3, 3)
ARTICLES = [
    Article("told", "La ville est tombée mercredi. Rien d'autre.", published="2022-03-04", language="fr"),
    Article("named", "La ville est tombée le 2 mars 2022.", title="Jeudi 3 mars 2022", language="fr"),
    Article("announced", "La ville votera mercredi.", published="2022-02-28", language="fr"),
    Article("other", "La ville est tombée jeudi.", published="2022-03-04", language="fr"),
    Article("silent", "La ville est tombée.", published="2022-03-04", language="fr"),
    Article("month", "La ville est tombée mercredi.", published="2022-03", language="fr"),
    Article("old", "La ville est tombée.", published="2021-01-01", language="fr"),
    Article("undated", "La ville est tombée hier.", language="fr"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("timeline"), HashingEmbedder()) as opened:
        opened.index(InMemory(ARTICLES))
        yield opened


def rows(folder: Path) -> list[tuple[object, ...]]:
    sql = "SELECT a.id, start, end, m.first_day, m.last_day FROM moments m JOIN articles a ON a.n = m.article ORDER BY 1, 2"
    with sqlite3.connect(folder / "archive.sqlite") as db:
        return db.execute(sql).fetchall()


def expected(articles: list[Article]) -> list[tuple[object, ...]]:
    return sorted(
        (a.id, m.start, m.end, m.first.isoformat(), m.last.isoformat())
        for a in articles
        for m in find_moments(a.text, a.language, a.published)
    )


def test_what_is_kept_is_what_the_rules_give(archive: Archive) -> None:
    assert rows(archive.folder) == expected(ARTICLES)
    assert len(expected(ARTICLES)) == 4  # "told", "named", "announced", "other"


def test_it_follows_changes_and_removals(tmp_path: Path) -> None:
    chance = random.Random(7)
    with Archive(tmp_path, HashingEmbedder()) as archive:
        for _ in range(12):
            held = [
                replace(a, published=chance.choice(["2022-03-04", "2022-03-11", ""]))
                for a in ARTICLES
                if chance.random() < 0.7
            ]
            archive.index(_Changing(held))
            assert rows(tmp_path) == expected(held)


class _Changing(InMemory):
    """Articles of which the date changes, too: their fingerprints tell."""

    def records(self):  # type: ignore[no-untyped-def]
        return [
            replace(r, fingerprint=r.fingerprint + a.published)
            for r, a in zip(super().records(), self.articles, strict=True)
        ]


def test_an_older_archive_gets_them_when_it_is_written_to(tmp_path: Path) -> None:
    with Archive(tmp_path, HashingEmbedder()) as archive:
        archive.index(InMemory(ARTICLES))
    with sqlite3.connect(tmp_path / "archive.sqlite") as db:
        db.execute("DROP TABLE moments")
        db.execute("DELETE FROM derived WHERE name = 'moments'")
    with Archive(tmp_path, HashingEmbedder()) as archive:
        assert rows(tmp_path) == []
        archive.index(InMemory(ARTICLES))
        assert rows(tmp_path) == expected(ARTICLES)


def test_other_rules_derive_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Archive(tmp_path, HashingEmbedder()) as archive:
        archive.index(InMemory(ARTICLES))
        monkeypatch.setattr(timeline, "VERSION", "next")
        monkeypatch.setattr(timeline, "find_moments", lambda text, language, published: (Moment(0, 2, SECOND, THIRD),))
        archive.index(InMemory(ARTICLES))
        assert [row[1:] for row in rows(tmp_path)] == [(0, 2, "2022-03-02", "2022-03-03")] * len(ARTICLES)
        with archive._store.reading() as db:
            assert not derived.outdated(db, timeline)


def test_the_moments_of_a_span(archive: Archive) -> None:
    text = ARTICLES[0].text
    start = text.index("mercredi")
    moment = Moment(start, start + len("mercredi"), SECOND, SECOND)
    assert archive.moments("told", 0, len(text)) == (moment,)
    assert archive.moments("told", start, moment.end) == (moment,)
    assert archive.moments("told", start + 1, len(text)) == ()  # cut
    assert archive.moments("told", 0, moment.end - 1) == ()
    assert archive.moments("nowhere", 0, 9) == ()
    assert text == archive.article("told").text


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("jeudi", True),
        ("le 2 mars", True),
        ("depuis le 24 février", True),
        ("le 2 mars 2022", False),
        ("mars 2022", False),
    ],
)
def test_what_a_reader_cannot_tell_alone_is_worth_showing(words: str, shown: bool) -> None:
    text = f"En 2022, {words}, il pleuvait en 2022."
    start = text.index(words)
    assert worth_showing(Moment(start, start + len(words), SECOND, SECOND), text) is shown


def ids(archive: Archive, found: frozenset[int]) -> set[str]:
    return {a.id for a in ARTICLES for passage in archive.passages_of(a.id) if passage.id in found}


def every_passage(archive: Archive) -> list[int]:
    return [passage.id for a in ARTICLES for passage in archive.passages_of(a.id)]


def test_passages_that_tell_of_days(archive: Archive) -> None:
    def telling(first: date, last: date, *, silent: bool = False) -> set[str]:
        return ids(archive, archive.telling_of(every_passage(archive), (first, last), silent=silent))

    assert telling(SECOND, SECOND) == {"told", "named", "announced"}
    assert telling(SECOND, SECOND, silent=True) == {"told", "named", "announced", "silent"}
    assert telling(THIRD, THIRD) == {"other"}
    assert telling(date(2022, 3, 1), date(2022, 3, 31)) == {"told", "named", "announced", "other"}
    assert telling(date(2022, 3, 1), date(2022, 3, 31), silent=True) == {a.id for a in ARTICLES} - {"old", "undated"}
    assert telling(date(2022, 2, 1), date(2022, 2, 28), silent=True) == set()  # "silent" came out four days later
    assert telling(date.min, date.max, silent=True) == {a.id for a in ARTICLES} - {"undated"}
    assert archive.telling_of([], (SECOND, THIRD)) == frozenset()


def found(archive: Archive, told: Told | None, filters: Filters = Filters()) -> list[str]:
    return [hit.article.id for hit in archive.search("ville tombée", told=told, filters=filters, copies=True)]


def test_a_search_is_limited_to_what_tells_of_the_days(archive: Archive) -> None:
    published = "2022-03-02", "2022-03-05"
    limited = {"told", "named", "announced", "other", "silent", "month"}
    assert set(found(archive, Told((SECOND, SECOND), published))) == limited
    assert set(found(archive, Told((SECOND, SECOND), None))) == {"told", "named", "announced"}
    assert set(found(archive, Told((SECOND, SECOND), published), Filters(since="2022-03-04"))) == limited - {
        "named",
        "announced",
    }
    assert found(archive, Told((date(1999, 1, 1), date(1999, 1, 1)), None)) == []
    assert set(found(archive, None)) == {a.id for a in ARTICLES}


@pytest.mark.parametrize(("day", "telling"), [(SECOND, {"told", "named", "announced"}), (THIRD, {"other"})])
def test_what_surely_tells_of_the_days_is_raised(archive: Archive, day: date, telling: set[str]) -> None:
    def scores(told: Told | None) -> dict[str, float]:
        hits = archive.search("ville tombée", told=told, copies=True)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        return {hit.article.id: hit.score for hit in hits}

    plain, raised = scores(None), scores(Told((day, day), ("", "")))
    assert {a for a in raised if raised[a] == pytest.approx(plain[a] + DAYS_WEIGHT)} == telling
    assert {a for a in raised if raised[a] == pytest.approx(plain[a])} == plain.keys() - telling


def test_events_are_what_was_told_afterwards(archive: Archive) -> None:
    events = archive.events((SECOND, SECOND))
    assert [hit.article.id for hit, _ in events] == ["named", "told"] or [h.article.id for h, _ in events] == [
        "told",
        "named",
    ]
    starts = {hit.article.id: start for hit, start in events}
    assert starts == {"told": ARTICLES[0].text.index("mercredi"), "named": ARTICLES[1].text.index("2 mars")}
    assert [hit.article.id for hit, _ in archive.events((SECOND, SECOND), filters=Filters(article_ids=("told",)))] == [
        "told"
    ]
    assert archive.events((SECOND, SECOND), filters=Filters(outlets=("none",))) == []
    assert len(archive.events((SECOND, THIRD), limit=1)) == 1


def test_the_newest_articles(archive: Archive) -> None:
    assert [hit.article.id for hit in archive.newest(limit=9)][-2:] == ["announced", "old"]
    assert {hit.article.id for hit in archive.newest(limit=3)} == {
        "told",
        "other",
        "silent",
    }  # a month may be its first day
    assert "undated" not in [hit.article.id for hit in archive.newest(limit=9)]
    assert [hit.article.id for hit in archive.newest(filters=Filters(until="2021"))] == ["old"]


def test_days_are_looked_up_in_their_index(archive: Archive) -> None:
    with archive._store.reading() as db:
        heard: list[str] = []
        db.set_trace_callback(heard.append)
        timeline.events(db, (SECOND, SECOND), 99, None, 9)
        timeline.articles_telling_of(db, (SECOND, SECOND))
        timeline.suiting(db, [1, 2], Told((date.min, date.max), ("2022-03-01", "")))
        db.set_trace_callback(None)
        plans = [[row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in heard]
    # Which passages suit is asked of each one's own moments: those of wide days are too many.
    looked_up = ["moments_days (first_day>? AND first_day<?)"] * 2 + ["SEARCH m USING PRIMARY KEY (article=?)"]
    for plan, lookup in zip(plans, looked_up, strict=True):
        assert any(lookup in step for step in plan), plan
        assert not any(step.startswith("SCAN") and "json_each" not in step for step in plan), plan


def test_days_of_nearly_all_articles_are_not_listed_and_mean_the_same(tmp_path: Path) -> None:
    many = [replace(ARTICLES[4], id=f"many {n}", text=f"La ville {n} est tombée.") for n in range(30)]
    told = Told((SECOND, date(2022, 3, 9)), ("2022-03-02", ""))
    with Archive(tmp_path, HashingEmbedder()) as archive:
        archive.index(InMemory([*ARTICLES[:3], ARTICLES[6], *many]))
        assert archive._is_wide(told)
        hits = archive.search("ville tombée", limit=50, told=told, copies=True)
        assert {hit.article.id for hit in hits} == {"told", "named", "announced", *(a.id for a in many)}  # not "old"
        assert not archive._is_wide(Told((SECOND, SECOND), ("2022-03-05", "")))
        assert not archive._is_wide(Told((SECOND, SECOND), None))
        assert archive._is_wide(Told((SECOND, SECOND), ("", "")))
