"""Who prints what another prints: kept in the archive's SQLite file, in the transaction of each article.

Three tables, all functions of the articles stored and of nothing else:

- ``sketches``: the keys of an article (``shingles.keys``). Two articles are compared when they share a key and fewer than
  ``NEIGHBOURS`` others that hold it came between them; so an article costs the same among a million as among a thousand.
- ``links``: the pairs that were compared on their texts and share a passage, both ways; ``story`` says that they are
  one story. A story is a connected component of such links, found when it is asked for: nothing to merge or to split.
- ``printed``: each passage of a linked article with the passage of the other one that prints it, or the two or three that
  do so together. What a search asks of that other article stands in the row (its number, its place in the order of
  articles, whether that is the earlier one, the change that brought the passage): no search has to read the articles for it.

Unless more than ``NEIGHBOURS`` articles share a key, links do not depend on the order in which articles came.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby

from retrieval.dates import date_range
from retrieval.facts.shingles import (
    MOST_TEXT,
    Shingle,
    covering,
    edited,
    keys,
    places,
    same_story,
    share_a_passage,
    shingles,
    stands_in,
)
from retrieval.facts.shingles import VERSION as RULES
from retrieval.sentences import sentence_spans
from retrieval.types import Article

NAME, VERSION = "copies", RULES
NEIGHBOURS = 32
TABLES: dict[str, tuple[str, ...]] = {
    "printed": (
        "CREATE TABLE IF NOT EXISTS printed (passage INTEGER REFERENCES passages (id) ON DELETE CASCADE,"
        " inside INTEGER REFERENCES passages (id) ON DELETE CASCADE, change INTEGER NOT NULL, article INTEGER NOT NULL,"
        " place TEXT NOT NULL, earlier INTEGER NOT NULL, PRIMARY KEY (passage, inside)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS printed_inside ON printed (inside)",
    ),
    "links": (
        "CREATE TABLE IF NOT EXISTS links (one INTEGER REFERENCES articles (n) ON DELETE CASCADE,"
        " other INTEGER REFERENCES articles (n) ON DELETE CASCADE, story INTEGER NOT NULL,"
        " PRIMARY KEY (one, other)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS links_other ON links (other)",
    ),
    "sketches": (
        "CREATE TABLE IF NOT EXISTS sketches (key INTEGER, article INTEGER REFERENCES articles (n) ON DELETE CASCADE,"
        " PRIMARY KEY (key, article)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS sketches_article ON sketches (article)",
    ),
}


@dataclass(frozen=True, slots=True)
class Printing:
    """An earlier article that prints a passage, its place in the order of articles, and the passages that do so together."""

    article: int
    place: str
    inside: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Passage:
    number: int
    change: int
    start: int
    end: int
    shingles: frozenset[Shingle]


class _Compared:
    """An article to be compared, cut up no more than it takes."""

    def __init__(self, db: sqlite3.Connection, number: int, text: str, language: str) -> None:
        self.number, self.shingles = number, shingles(text)
        self._db, self._text, self._language = db, text, language

    @cached_property
    def order(self) -> tuple[str, ...]:
        sql = "SELECT published, last_day, outlet, id FROM articles WHERE n = ?"
        return order_of(*self._db.execute(sql, (self.number,)).fetchone())

    @cached_property
    def passages(self) -> list[_Passage]:
        sql = "SELECT id, change, start, end FROM passages WHERE article = ? AND end <= ? ORDER BY id"
        rows = self._db.execute(sql, (self.number, MOST_TEXT))
        return [_Passage(n, change, start, end, shingles(self._text[start:end])) for n, change, start, end in rows]

    @cached_property
    def places(self) -> dict[Shingle, list[int]]:
        return places([passage.shingles for passage in self.passages])

    def sentences(self, first: int, last: int) -> list[str]:
        """Return the sentences of the passages from ``first`` to ``last``."""
        text = self._text[self.passages[first].start : self.passages[last].end]
        return [text[start:end] for start, end in sentence_spans(text, self._language)]


def order_of(published: str, last_day: str, outlet: str, article_id: str) -> tuple[str, ...]:
    """Return what articles are ordered by, the earliest first: date, outlet, id. Those without a date come last.

    A month may mean its last day, and a day its last minute.
    """
    try:
        moment = datetime.fromisoformat(published) if "T" in published else None
    except ValueError:
        moment = None
    if moment is not None:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return last_day or "~", moment.isoformat() if moment else "~", outlet, article_id


def order(article: Article) -> tuple[str, ...]:
    """Return what an article is ordered by (see ``order_of``)."""
    days = date_range(article.published)
    return order_of(article.published, days[1].isoformat() if days else "", article.outlet, article.id)


def add(db: sqlite3.Connection, number: int, article: Article) -> None:
    """Sketch a stored article and link it with those before it. Part of the transaction that stores it."""
    found = keys(article.text)
    earlier = {other for key in found for other in _before(db, key, number)}
    db.executemany("INSERT INTO sketches VALUES (?, ?)", [(key, number) for key in found])
    if earlier:
        mine = _Compared(db, number, article.text, article.language)
        for other in sorted(earlier):
            _link(db, mine, _load(db, other))


def remove(db: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Take articles out of the sketches, and compare those that they stood between. To be called before they are deleted."""
    for article in numbers:
        apart = set[tuple[int, int]]()
        for (key,) in db.execute("SELECT key FROM sketches WHERE article = ?", (article,)).fetchall():
            before, after = _before(db, key, article), _after(db, key, article)
            first = NEIGHBOURS - len(before)  # the first of those after it that were too far from some before it
            apart.update((before[NEIGHBOURS - 1 - n], after[n]) for n in range(first, len(after)))
        db.execute("DELETE FROM sketches WHERE article = ?", (article,))
        for one, other in sorted(apart):
            if not db.execute("SELECT 1 FROM links WHERE one = ? AND other = ?", (one, other)).fetchone():
                _link(db, _load(db, one), _load(db, other))


def _before(db: sqlite3.Connection, key: int, article: int) -> list[int]:
    sql = "SELECT article FROM sketches WHERE key = ? AND article < ? ORDER BY article DESC LIMIT ?"
    return [row[0] for row in db.execute(sql, (key, article, NEIGHBOURS))]


def _after(db: sqlite3.Connection, key: int, article: int) -> list[int]:
    sql = "SELECT article FROM sketches WHERE key = ? AND article > ? ORDER BY article LIMIT ?"
    return [row[0] for row in db.execute(sql, (key, article, NEIGHBOURS))]


def _load(db: sqlite3.Connection, number: int) -> _Compared:
    return _Compared(db, number, *db.execute("SELECT text, language FROM articles WHERE n = ?", (number,)).fetchone())


def _link(db: sqlite3.Connection, one: _Compared, other: _Compared) -> None:
    story = same_story(one.shingles, other.shingles)
    if not story and not share_a_passage(one.shingles, other.shingles):
        return
    pairs = ((one.number, other.number, story), (other.number, one.number, story))
    db.executemany("INSERT INTO links VALUES (?, ?, ?)", pairs)
    for here, there in ((one, other), (other, one)):
        described = (there.number, "\x1f".join(there.order), there.order < here.order)
        for at, passage in enumerate(here.passages):
            inside = _printing(here, at, there)
            rows = [(passage.number, found.number, found.change, *described) for found in inside]
            db.executemany("INSERT INTO printed VALUES (?, ?, ?, ?, ?, ?)", rows)


def _printing(here: _Compared, at: int, there: _Compared) -> list[_Passage]:
    """Return the passages of another article that together print a passage and say nothing else; maybe none.

    Their neighbours count where it is about sentences that they have in another version.
    """
    part = here.passages[at].shingles
    inside = covering(part, there.places, len(there.passages))
    found = [there.passages[place] for place in inside]
    if not found or part <= frozenset().union(*(passage.shingles for passage in found)):
        return found  # most are: none, or every word
    around = there.sentences(max(inside[0] - 1, 0), min(inside[-1] + 1, len(there.passages) - 1))
    return [] if edited(here.sentences(at, at), around) else found


def printings(db: sqlite3.Connection, passages: Sequence[int], change: int) -> dict[int, list[Printing]]:
    """Return, for each of these passages that earlier articles print, who does.

    Passages that came after ``change`` do not count: a search does not know them yet.
    """
    rows = db.execute(
        "SELECT passage, article, place, inside FROM printed WHERE passage IN (SELECT value FROM json_each(?))"
        " AND earlier AND change <= ? ORDER BY passage, article, inside",
        (json.dumps(passages), change),
    )
    found: dict[int, list[Printing]] = {}
    for (passage, article, place), same in groupby(rows, key=lambda row: row[:3]):
        found.setdefault(passage, []).append(Printing(article, place, tuple(row[3] for row in same)))
    return found


def reprints(db: sqlite3.Connection, passages: Sequence[int], change: int) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return (passage, article number, article's order) of the articles that print one of these passages.

    Those count too of which a passage stands within it: a dispatch and the paragraph that was taken from it.
    """
    asked = json.dumps(passages)
    rows = db.execute(
        "SELECT r.passage, a.n, a.published, a.last_day, a.outlet, a.id FROM printed r"
        " JOIN passages i ON i.id = r.inside JOIN articles a ON a.n = i.article"
        " WHERE r.passage IN (SELECT value FROM json_each(?)) AND i.change <= ?"
        " UNION SELECT r.inside, a.n, a.published, a.last_day, a.outlet, a.id FROM printed r"
        " JOIN passages i ON i.id = r.inside JOIN passages p ON p.id = r.passage JOIN articles a ON a.n = p.article"
        " WHERE r.inside IN (SELECT value FROM json_each(?)) AND p.change <= ? AND NOT EXISTS"
        " (SELECT 1 FROM printed s JOIN passages t ON t.id = s.inside"
        " WHERE s.passage = r.passage AND s.inside <> r.inside AND t.article = i.article)",
        (asked, change, asked, change),
    )
    return [(row[0], row[1], order_of(*row[2:])) for row in rows]


def quoting(db: sqlite3.Connection, article_id: str, start: int, end: int) -> list[tuple[tuple[str, ...], int]]:
    """Return (order, number) of the other articles that have the words of ``text[start:end]``, the earliest first."""
    own = db.execute("SELECT n, text FROM articles WHERE id = ?", (article_id,)).fetchone()
    if own is None:
        return []
    part = own[1][start:end]
    rows = db.execute(
        "SELECT a.text, a.n, a.published, a.last_day, a.outlet, a.id FROM links l JOIN articles a ON a.n = l.other"
        " WHERE l.one = ?",
        (own[0],),
    )
    return sorted((order_of(*row[2:]), row[1]) for row in rows if stands_in(part, row[0]))


def story(db: sqlite3.Connection, article_id: str) -> list[tuple[str, ...]]:
    """Return the orders of the articles of one story, this one among them, the earliest first."""
    rows = db.execute(
        "WITH RECURSIVE story (n) AS (SELECT n FROM articles WHERE id = ? UNION SELECT l.other FROM story s"
        " JOIN links l ON l.one = s.n WHERE l.story)"
        " SELECT a.published, a.last_day, a.outlet, a.id FROM story s JOIN articles a ON a.n = s.n",
        (article_id,),
    )
    return sorted(order_of(*row) for row in rows)
