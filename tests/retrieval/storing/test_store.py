"""The SQLite file: what is put in comes out, changes are numbered, and failures are one plain sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexMismatch, KiosqueError
from retrieval.keeping import removal
from retrieval.storing.store import NewPassage, Store, Stored
from retrieval.types import Article, Filters, Passage

MANIFEST = {"encoder": "hashing", "chunking": "sentences-120-30-v1"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "index" / "archive.sqlite", MANIFEST)
    yield opened
    opened.close()


def vector(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def put(store: Store, article_id: str, text: str = "Un. Deux.", source: str = "", **fields: str) -> None:
    """Store an article of two passages, its halves at the first space."""
    cut = text.index(" ")
    passages = [NewPassage(0, cut, vector(1, 0)), NewPassage(cut + 1, len(text), vector(0, 1))]
    store.put(Article(article_id, text, **fields), source or f"/{article_id}.txt", f"print of {text}", passages)


def test_what_is_put_comes_back(store: Store) -> None:
    fields = {"title": "Titre", "url": "https://x.fr/1", "outlet": "Le Monde", "published": "2022-03", "language": "fr"}
    put(store, "a", "Été. 战争！", **fields)
    assert store.article("a") == Article("a", "Été. 战争！", **fields)
    assert store.article("b") is None
    assert store.stored() == [Stored("a", "/a.txt", "print of Été. 战争！")]
    assert store.passages_of("a") == [Passage(1, "a", 0, 4), Passage(2, "a", 5, 8)]
    assert store.passages_of("b") == []
    found = store.passages([2, 99])
    assert found == {2: (Passage(2, "a", 5, 8), Article("a", "Été. 战争！", **fields))}
    assert store.count_passages() == 2


def test_vectors_come_back_in_the_order_asked_for(store: Store) -> None:
    put(store, "a")
    np.testing.assert_array_equal(store.vectors([2, 99, 1], 2), [[0, 1], [0, 0], [1, 0]])
    assert store.vectors([], 2).shape == (0, 2)


def test_vectors_are_kept_in_half_precision(store: Store) -> None:
    store.put(Article("a", "x"), "/a", "p", [NewPassage(0, 1, vector(0.1, 0.2))])
    np.testing.assert_array_equal(store.vectors([1], 2), np.array([[0.1, 0.2]], np.float16).astype(np.float32))


def test_every_write_takes_the_next_change_number(store: Store) -> None:
    assert store.change() == 0
    put(store, "a")
    put(store, "b")
    assert store.change() == 2
    assert store.remove_sources(["/a.txt", "/nowhere"]) == 1
    assert store.change() == 3
    assert removal.remove(store, ["b"]) == 1
    assert store.change() == 4
    assert removal.remove(store, ["b"]) == 0
    assert store.change() == 4


def test_passages_since_gives_what_later_changes_added(store: Store) -> None:
    put(store, "a", "Été. Fin.", title="T", language="fr")
    put(store, "b", "Hi there", language="en")
    one, zero = np.array([1, 0], np.float16).tobytes(), np.array([0, 1], np.float16).tobytes()
    rows = list(store.passages_since(0))
    assert rows == [
        (1, 1, "T", "Été.", "fr", one), (2, 1, "T", "Fin.", "fr", zero),
        (3, 2, "", "Hi", "en", one), (4, 2, "", "there", "en", zero),
    ]  # fmt: skip
    assert list(store.passages_since(-1)) == rows
    assert list(store.passages_since(1)) == rows[2:]
    assert list(store.passages_since(2)) == []


def test_passages_since_goes_on_past_one_block(store: Store) -> None:
    store.put(Article("a", "x" * 1300), "/a", "p", [NewPassage(n, n + 1, vector(n, 0)) for n in range(1300)])
    rows = list(store.passages_since(0))
    assert [row[0] for row in rows] == list(range(1, 1301))
    assert [float(np.frombuffer(row[5], np.float16)[0]) for row in rows] == list(range(1300))


def test_putting_from_the_same_source_replaces(store: Store) -> None:
    put(store, "a", "Un. Deux.")
    put(store, "b")
    put(store, "a", "Trois. Quatre.")
    assert [entry.id for entry in store.stored()] == ["b", "a"]
    assert [passage.id for passage in store.passages_of("a")] == [5, 6]
    assert store.passages([1, 2]) == {}
    assert store.removed_since(2) == [1, 2]
    assert store.removed_since(3) == []


def test_putting_the_same_id_from_another_source_replaces(store: Store) -> None:
    put(store, "a", "Un. Deux.", source="/old.txt")
    put(store, "a", "Trois. Quatre.", source="/new.txt")
    assert [entry.source for entry in store.stored()] == ["/new.txt"]
    assert store.article("a") == Article("a", "Trois. Quatre.")


def test_removed_since_can_leave_out_what_came_and_went_in_between(store: Store) -> None:
    put(store, "a")  # change 1: passages 1, 2
    put(store, "b")  # change 2: passages 3, 4
    store.remove_sources(["/a.txt", "/b.txt"])  # change 3
    assert store.removed_since(1) == [1, 2, 3, 4]
    assert store.removed_since(1, added_by=1) == [1, 2]
    assert store.removed_since(-1, added_by=-1) == []


def test_what_was_removed_is_dropped_up_to_a_change(store: Store) -> None:
    for name in ("a", "b", "c"):
        put(store, name)
    assert store.pruned() == 0
    store.remove_sources(["/a.txt"])
    store.remove_sources(["/b.txt"])
    store.prune_removed(4)
    assert (store.removed_since(0), store.pruned()) == ([3, 4], 4)
    store.prune_removed(4)
    store.prune_removed(9)
    assert (store.removed_since(0), store.pruned()) == ([], 9)
    store.prune_removed(10)  # nothing to drop: nothing is written
    assert store.pruned() == 9


def test_the_ids_of_removed_passages_are_never_given_again(store: Store) -> None:
    put(store, "a")
    store.remove_sources(["/a.txt"])
    put(store, "b")
    assert [passage.id for passage in store.passages_of("b")] == [3, 4]


def test_forgotten_is_remembered_until_put_again(store: Store) -> None:
    put(store, "a", "Un. Deux.")
    removal.remove(store, ["a"])
    assert store.forgotten() == {"/a.txt": "print of Un. Deux."}
    assert store.article("a") is None
    put(store, "a", "Trois. Quatre.")
    assert store.forgotten() == {}


def test_stored_by_prefix_takes_marks_of_sql_as_they_are(store: Store) -> None:
    put(store, "a", source="/x_%/a.txt")
    put(store, "b", source="/xy%/b.txt")
    assert [entry.id for entry in store.stored("/x_%")] == ["a"]


@pytest.fixture
def dated(store: Store) -> Store:
    put(store, "day", outlet="Le Monde", published="2022-03-02", language="fr")
    put(store, "month", outlet="Libération", published="2022-03", language="fr")
    put(store, "year", outlet="ÉCHOS", published="2022", language="en")
    put(store, "stamp", outlet="le monde", published="2022-04-01T08:00:00+02:00", language="fr")
    put(store, "undated", outlet="Le Monde", language="")
    return store


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), ["day", "month", "year", "stamp", "undated"]),
        (Filters(since="2022-03-02"), ["day", "month", "year", "stamp"]),
        (Filters(since="2022-03-03"), ["month", "year", "stamp"]),
        (Filters(since="2022-04"), ["year", "stamp"]),
        (Filters(since="2022-04-02"), ["year"]),
        (Filters(since="2023"), []),
        (Filters(until="2022-03-01"), ["month", "year"]),
        (Filters(until="2022-03"), ["day", "month", "year"]),
        (Filters(until="2021"), []),
        (Filters(since="2022-03-02", until="2022-03-02"), ["day", "month", "year"]),
        (Filters(since="2022", until="2022"), ["day", "month", "year", "stamp"]),
        (Filters(outlets=("LE MONDE",)), ["day", "stamp", "undated"]),
        (Filters(outlets=("LIBÉRATION", "échos")), ["month", "year"]),
        (Filters(outlets=("Monde",)), []),
        (Filters(languages=("EN",)), ["year"]),
        (Filters(languages=("fr",), outlets=("Le Monde",), until="2022-03"), ["day"]),
        (Filters(article_ids=("undated", "day", "nowhere")), ["day", "undated"]),
        (Filters(article_ids=("DAY",)), []),
        (Filters(outlets=("' OR 1 --",)), []),
    ],
)
def test_filters(dated: Store, filters: Filters, ids: list[str]) -> None:
    names = {number: entry.id for number, entry in enumerate(dated.stored(), 1)}
    numbers = dated.articles_matching(filters)
    assert [names[number] for number in numbers] == ids
    assert dated.coverage(filters).articles == len(ids)
    assert dated.passages_of_articles(numbers) == [p for n in numbers for p in (2 * n - 1, 2 * n)]


def test_days_of_publication_are_looked_up_in_their_index(dated: Store) -> None:
    plans: list[str] = []
    dated._db.set_trace_callback(plans.append)
    found = dated.articles_matching(Filters(since="2022-03-01", until="2022-03-05"))
    dated._db.set_trace_callback(None)
    (plan,) = dated._db.execute(f"EXPLAIN QUERY PLAN {plans[-1]}").fetchall()
    assert plan[3].startswith("SEARCH articles USING COVERING INDEX articles_dates")
    assert found == sorted(found) != []


def test_coverage_gives_the_first_and_last_date_as_printed(dated: Store) -> None:
    every = dated.coverage(Filters())
    assert (every.first, every.last) == ("2022", "2022")  # a year covers its first and last day
    some = dated.coverage(Filters(article_ids=("day", "month", "stamp", "undated")))
    assert (some.articles, some.first, some.last) == (4, "2022-03", "2022-04-01T08:00:00+02:00")
    none = dated.coverage(Filters(article_ids=("undated",)))
    assert (none.articles, none.first, none.last) == (1, "", "")


def test_a_filter_that_is_no_date_is_said(dated: Store) -> None:
    with pytest.raises(KiosqueError, match=r"^'mars' is no date; write it as 2022, 2022-03 or 2022-03-02\.$"):
        dated.articles_matching(Filters(since="mars"))


def test_tally_counts_the_most_frequent_first(dated: Store) -> None:
    assert dated.tally("language") == (("fr", 3), ("", 1), ("en", 1))
    assert dated.tally("outlet")[0] == ("Le Monde", 2)
    with pytest.raises(ValueError, match="title"):
        dated.tally("title")


def test_it_opens_again_as_it_was(store: Store) -> None:
    put(store, "a")
    store.close()
    again = Store(store.path, MANIFEST)
    assert (again.change(), [entry.id for entry in again.stored()]) == (1, ["a"])
    again.close()


def test_another_manifest_is_refused_with_the_command_that_helps(store: Store) -> None:
    for other, named in (
        ({"encoder": "e5"}, "encoder 'hashing'"),
        ({"chunking": "v2"}, "chunking 'sentences-120-30-v1'"),
    ):
        with pytest.raises(IndexMismatch, match=named) as caught:
            Store(store.path, MANIFEST | other)
        assert str(caught.value).endswith("build it again with: kiosque index --rebuild")
    store.set_manifest({"encoder": "e5"})
    Store(store.path, MANIFEST | {"encoder": "e5"}).close()


def test_a_full_disk_is_one_sentence_and_changes_nothing(store: Store) -> None:
    put(store, "a")
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(
        KiosqueError, match=r"^The index .*archive\.sqlite cannot be written: database or disk is full\.$"
    ):
        put(store, "b", "x " + "y" * 100_000)
    assert (store.change(), [entry.id for entry in store.stored()]) == (1, ["a"])
    store._db.execute("PRAGMA max_page_count = 100000")
    put(store, "b")
    assert store.change() == 2


def test_a_file_that_may_only_be_read_is_one_sentence(store: Store) -> None:
    store._db.execute("PRAGMA query_only = ON")
    with pytest.raises(KiosqueError, match=r"cannot be written: attempt to write a readonly database\.$"):
        put(store, "a")
    assert store.change() == 0


def test_an_error_inside_a_transaction_takes_it_back(store: Store) -> None:
    def broken() -> Iterator[NewPassage]:
        yield NewPassage(0, 1, vector(1, 0))
        raise RuntimeError("embedding failed")

    put(store, "a")
    with pytest.raises(RuntimeError, match="embedding failed"):
        store.put(Article("a", "new"), "/a.txt", "p", broken())
    assert (store.change(), store.count_passages(), store.removed_since(0)) == (1, 2, [])


def test_what_is_no_archive_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("This is no database at all. " * 100)
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(KiosqueError, match=r"text\.sqlite cannot be opened: file is not a database\.$"):
        Store(tmp_path / "text.sqlite", MANIFEST)
    with pytest.raises(KiosqueError, match=r"folder\.sqlite cannot be opened: unable to open database file\.$"):
        Store(tmp_path / "folder.sqlite", MANIFEST)


def test_an_archive_of_another_schema_is_refused(store: Store) -> None:
    store.close()
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    db.close()
    with pytest.raises(IndexMismatch, match="made by another version of Kiosque; delete that folder"):
        Store(store.path, MANIFEST)
