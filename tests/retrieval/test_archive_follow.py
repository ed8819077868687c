"""An open archive follows what is written: by other processes, by killed ones, by another thread of its own."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from filelock import FileLock

from retrieval.archive import Archive
from retrieval.errors import IndexMismatch, KiosqueError
from retrieval.ranking.lexical import terms
from retrieval.reading.sources import FolderSource
from retrieval.storing.store import NewPassage, Store
from retrieval.types import Article, Filters, Hit, Record, Vectors
from tests.fakes import HashingEmbedder
from tests.retrieval.killed import CHUNKING, CONTEXT, all_steps, die_at
from tests.retrieval.material import MemorySource, article

Held = dict[str, Article]
FIRST = {f"mem/{n}": article(n) for n in range(8)}
MORE = {f"mem/{n}": article(n) for n in range(3, 12)}  # three are gone, four have come
QUERIES = ("réfugiés à Kherson", "que dit Macron des sanctions ?", "journal")
HANGING = 60  # seconds after which a test that waits has failed


class OtherEmbedder(HashingEmbedder):
    """Another encoder whose vectors are as long: nothing but the manifest tells them apart."""

    name = "other"

    def _embed(self, text: str) -> Vectors:
        return super()._embed(text[::-1])


def in_a_process(work: Callable[..., None], *values: Any) -> None:
    child = CONTEXT.Process(target=work, args=values)
    child.start()
    child.join()
    assert child.exitcode == 0


@contextmanager
def paused(work: Callable[..., None], *values: Any) -> Iterator[Callable[[], None]]:
    """Run a process up to where it pauses; what is given lets it go on to its end."""
    ours, theirs = CONTEXT.Pipe()
    child = CONTEXT.Process(target=work, args=(*values, theirs))
    child.start()
    assert ours.recv() == "paused"

    def go_on() -> None:
        ours.send("go on")
        child.join(HANGING)
        assert child.exitcode == 0

    try:
        yield go_on
    finally:
        child.kill()


def pause(parent: Connection) -> None:
    parent.send("paused")
    parent.recv()


def index_held(index: Path, held: Held) -> None:
    with Archive(index, HashingEmbedder()) as archive:
        archive.index(MemorySource(held))


def forget(index: Path, article_id: str) -> None:
    with Archive(index, HashingEmbedder()) as archive:
        archive.forget(article_id)


def rebuild(index: Path, embedder: HashingEmbedder) -> None:
    with Archive(index, embedder, rebuild=True) as archive:
        archive.rebuild()


def answers(archive: Archive) -> list[Any]:
    """Return all that a reader can tell of the indexes: hits with their scores, rarities, language, size."""
    hits = [
        archive.search(query, limit=200, filters=f) for query in QUERIES for f in (Filters(), Filters(since="2022"))
    ]
    rare = archive.rarity(terms("réfugiés Kherson journal", "fr"), "fr")
    return [hits, rare, archive.main_language, archive.size]


def afresh(index: Path) -> list[Any]:
    """Return what an archive that is opened now says, opened on a copy: it may repair what it finds."""
    copy = index.with_name(f"{index.name}-copy")
    shutil.copytree(index, copy, dirs_exist_ok=True)
    with Archive(copy, HashingEmbedder()) as archive:
        return answers(archive)


def ids(hits: list[Hit]) -> set[str]:
    return {hit.article.id for hit in hits}


def files(index: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file but SQLite's own, which a reader marks, too."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in index.rglob("*")
        if path.is_file() and not path.name.startswith("archive.sqlite")
    }


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An archive of the first articles."""
    index_held(tmp_path / "index", FIRST)
    return tmp_path / "index"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that FAISS was made to read, in order."""
    paths: list[str] = []
    read = faiss.read_index

    def noted(path: str, *values: Any) -> Any:
        paths.append(path)
        return read(path, *values)

    monkeypatch.setattr(faiss, "read_index", noted)
    return paths


# -- other processes --------------------------------------------------------------------------------------------


def test_what_another_process_adds_and_removes_is_followed(index: Path) -> None:
    with Archive(index, HashingEmbedder()) as reader:
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(8)}
        in_a_process(index_held, index, MORE)
        written = files(index)
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(3, 12)}
        assert answers(reader) == afresh(index)
        assert files(index) == written


@pytest.mark.parametrize(
    "look",
    [
        lambda archive: archive.size > 0,
        lambda archive: archive.main_language == "fr",
        lambda archive: archive.rarity(terms("Kherson", "fr"), "fr")[0] > 1,
        lambda archive: len(archive.search("Kherson")) == 10,
        lambda archive: any(hit.lexical > 0 for hit in archive.search("Kherson")),
    ],
)
def test_each_look_at_an_archive_follows(tmp_path: Path, look: Callable[[Archive], bool]) -> None:
    """Also one that was opened before there was anything in it."""
    with Archive(tmp_path / "index", HashingEmbedder()) as reader:
        assert not look(reader)
        in_a_process(index_held, tmp_path / "index", FIRST)
        assert look(reader)


def test_what_another_process_forgets_is_gone_at_once_and_stays_gone(index: Path) -> None:
    with Archive(index, HashingEmbedder()) as reader:
        size = reader.size
        in_a_process(forget, index, "a05")
        for _ in range(2):
            assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in (0, 1, 2, 3, 4, 6, 7)}
        assert 0 < reader.size < size
        assert answers(reader) == afresh(index)


def test_files_are_read_once_a_run(index: Path, reads: list[str]) -> None:
    with Archive(index, HashingEmbedder()) as reader:
        for held in (FIRST, MORE, {**MORE, "mem/20": article(20)}):
            in_a_process(index_held, index, held)
            reads.clear()
            for _ in range(3):
                answers(reader)
            assert len(reads) == (held is not FIRST)


class PausingSource(MemorySource):
    """Stops after its articles, most of which are committed by then, until it is told to go on."""

    def __init__(self, held: Held, parent: Connection) -> None:
        super().__init__(held)
        self._parent = parent

    def records(self) -> Iterator[Record]:  # type: ignore[override]
        yield from super().records()  # type: ignore[misc]
        pause(self._parent)


def index_with_a_pause(index: Path, held: Held, parent: Connection) -> None:
    with Archive(index, HashingEmbedder()) as archive:
        archive.index(PausingSource(held, parent))


def test_while_a_writer_is_at_its_articles_nothing_is_read_and_nothing_fails(index: Path, reads: list[str]) -> None:
    held = {**{f"mem/{n}": article(n, version=n < 8) for n in range(40)}, "mem/4": article(4)}
    with Archive(index, HashingEmbedder()) as reader, paused(index_with_a_pause, index, held) as go_on:
        assert reader.status().articles > 20
        reads.clear()
        for _ in range(3):
            # What was replaced is out of the store; what is new is in no index yet; what is unchanged is found.
            assert ids(reader.search("journal", limit=200)) == {"a04"}
        assert reads == []
        go_on()
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(40)}
        assert len(reads) == 1
        assert answers(reader) == afresh(index)


def test_one_thread_reads_and_the_others_go_on(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began, finish = threading.Event(), threading.Event()
    read = faiss.read_index

    def slow(*values: Any) -> Any:
        began.set()
        assert finish.wait(HANGING)
        return read(*values)

    with Archive(index, HashingEmbedder()) as reader, ThreadPoolExecutor(1) as pool:
        in_a_process(index_held, index, {**FIRST, "mem/9": article(9)})
        monkeypatch.setattr(faiss, "read_index", slow)
        waiting = pool.submit(reader.search, "journal", limit=200)
        assert began.wait(HANGING)
        with FileLock(index / "writing.lock", timeout=0):  # whoever wants to write may
            pass
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(8)}
        assert not waiting.done()
        finish.set()
        assert ids(waiting.result(HANGING)) == {*(f"a{n:02}" for n in range(8)), "a09"}
        assert "a09" in ids(reader.search("journal", limit=200))


class Interrupting(HashingEmbedder):
    """Calls back when it is given a query: in the middle of a search."""

    def __init__(self) -> None:
        self.interrupt: Callable[[], object] | None = None

    def embed_query(self, text: str) -> Vectors:
        interrupt, self.interrupt = self.interrupt, None
        if interrupt:
            interrupt()
        return super().embed_query(text)


def test_a_search_keeps_to_the_indexes_that_it_began_with(index: Path) -> None:
    """There are more passages than an index proposes, so scores are asked for once more at the end of a search."""
    embedder = Interrupting()
    many = {f"mem/{n}": article(n) for n in range(70)}
    more = {**many, **{f"mem/{n}": article(n) for n in range(70, 90)}}
    in_a_process(index_held, index, many)
    with Archive(index, embedder) as reader, ThreadPoolExecutor(1) as pool:
        before = {query: reader.search(query, limit=100) for query in QUERIES}

        def take_up() -> None:
            in_a_process(index_held, index, more)
            assert "a75" in ids(pool.submit(reader.search, "journal", limit=200).result(HANGING))

        embedder.interrupt = take_up
        assert reader.search("journal", limit=100) == before["journal"]
        assert {query: reader.search(query, limit=100) for query in QUERIES} != before
        assert answers(reader) == afresh(index)


# -- another encoder --------------------------------------------------------------------------------------------


def test_an_archive_that_was_rebuilt_otherwise_is_refused_until_it_is_rebuilt_back(index: Path) -> None:
    told = r"was built with encoder 'other', but 'hashing' is set; build it again with: kiosque index --rebuild$"
    with Archive(index, HashingEmbedder()) as reader:
        before = {query: reader.search(query, limit=200) for query in QUERIES}
        in_a_process(rebuild, index, OtherEmbedder())
        for look in (
            lambda: reader.search("journal"),
            lambda: reader.search("journal", filters=Filters(outlets=("nowhere",))),
            lambda: reader.rarity(["kherson"], "fr"),
            lambda: reader.main_language,
            lambda: reader.size,
            reader.status,
        ):
            with pytest.raises(IndexMismatch, match=told):
                look()
        in_a_process(rebuild, index, HashingEmbedder())
        for query, expected in before.items():
            found = reader.search(query, limit=200)
            assert [(hit.text, hit.score) for hit in found] == [
                (hit.text, pytest.approx(hit.score, abs=1e-5)) for hit in expected
            ]


def rebuild_with_a_pause(index: Path, parent: Connection) -> None:
    def progress(stage: str, done: int, total: int | None) -> None:
        if done == 4:
            pause(parent)

    with Archive(index, OtherEmbedder(), rebuild=True) as archive:
        archive.rebuild(progress)


def test_a_rebuild_under_way_is_no_archive_to_search(index: Path) -> None:
    with Archive(index, HashingEmbedder()) as reader, paused(rebuild_with_a_pause, index) as go_on:
        with pytest.raises(IndexMismatch, match=r"a rebuild that was not finished.*kiosque index --rebuild"):
            reader.search("journal")
        go_on()


# -- killed writers ---------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six files, and later ten."""
    path = tmp_path / "articles"
    path.mkdir()
    put_files(path, range(6))
    return path


def put_files(folder: Path, numbers: range) -> None:
    for number in numbers:
        made = article(number)
        (folder / f"{made.id}.txt").write_text(f"{made.title}\n\n{made.text}\n", "utf-8")


def open_small(index: Path) -> Archive:
    return Archive(index, HashingEmbedder(), CHUNKING)


def behind(tmp_path: Path, folder: Path, label: str) -> Callable[[], None]:
    """Index the folder, bring in four more files, and return what kills a writer at its last step of that label."""
    index = tmp_path / "index"
    with open_small(index) as archive:
        archive.index(FolderSource(folder))
    put_files(folder, range(6, 10))
    shutil.copytree(index, tmp_path / "counted")
    labels = all_steps(tmp_path / "counted", folder)
    last = len(labels) - 1 - labels[::-1].index(label)
    return lambda: die_at(index, folder, last)


@pytest.mark.parametrize(
    "label",
    [
        "before tantivy commit",
        "after tantivy commit",
        "os.rename kiosque.tmp",
        "before faiss write",
        "os.rename .writing",
    ],
)
def test_what_a_killed_writer_left_is_finished_by_a_reader(tmp_path: Path, folder: Path, label: str) -> None:
    """All articles were committed, and the derived indexes were behind in one way or another."""
    kill = behind(tmp_path, folder, label)
    with open_small(tmp_path / "index") as reader:
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(6)}
        kill()
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(10)}
        found = [reader.search(query, limit=200) for query in QUERIES]
    with open_small(tmp_path / "index") as again, open_small(tmp_path / "fresh") as fresh:
        assert [again.search(query, limit=200) for query in QUERIES] == found
        fresh.index(FolderSource(folder))
        undisturbed = [fresh.search(query, limit=200) for query in QUERIES]
    assert [[(hit.text, pytest.approx(hit.score, abs=1e-5)) for hit in hits] for hits in found] == [
        [(hit.text, hit.score) for hit in hits] for hits in undisturbed
    ]


def hold_the_lock(index: Path, parent: Connection) -> None:
    with FileLock(index / "writing.lock"):
        pause(parent)


def test_a_reader_leaves_it_to_whoever_holds_the_lock(tmp_path: Path, folder: Path) -> None:
    kill = behind(tmp_path, folder, "before tantivy commit")
    index = tmp_path / "index"
    with open_small(index) as reader:
        kill()
        with paused(hold_the_lock, index) as go_on:
            written = files(index)
            assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(6)}
            assert files(index) == written
            go_on()
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(10)}


def test_a_reader_that_cannot_finish_goes_on_with_what_it_has(
    tmp_path: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It tries once, not at each search, and follows again when there is something new."""
    kill = behind(tmp_path, folder, "before tantivy commit")
    dense = tmp_path / "index" / "dense"
    with open_small(tmp_path / "index") as reader:
        before = reader.search("journal", limit=200)
        kill()
        shutil.rmtree(dense)
        dense.write_text("in the way of the folder")
        with caplog.at_level(logging.WARNING, "kiosque.archive"):
            for _ in range(3):
                assert reader.search("journal", limit=200) == before
        assert [record.getMessage() for record in caplog.records] == [
            f"The index {tmp_path / 'index'} could not be brought to change 10: [Errno 17] File exists: '{dense}'"
        ]
        dense.unlink()
        put_files(folder, range(10, 11))
        with open_small(tmp_path / "index") as other:
            other.index(FolderSource(folder))
        assert ids(reader.search("journal", limit=200)) == {f"a{n:02}" for n in range(11)}


# -- threads of one process -------------------------------------------------------------------------------------


def test_a_search_under_way_does_not_see_what_this_process_indexes(index: Path) -> None:
    embedder = Interrupting()
    more = {**FIRST, **{f"mem/{n}": article(n) for n in range(20, 30)}}
    with Archive(index, embedder) as archive, ThreadPoolExecutor(1) as pool:
        before = archive.search(QUERIES[0], limit=200)
        embedder.interrupt = lambda: pool.submit(archive.index, MemorySource(more)).result(HANGING)
        assert archive.search(QUERIES[0], limit=200) == before
        assert "a25" in ids(archive.search(QUERIES[0], limit=200))
        embedder.interrupt = lambda: pool.submit(archive.forget, "a25").result(HANGING)
        found = archive.search(QUERIES[0], limit=200)
        assert ids(found) == {*(f"a{n:02}" for n in range(8)), *(f"a{n}" for n in range(20, 30) if n != 25)}


@pytest.mark.parametrize("exact_up_to", [10_000, 40])
def test_threads_search_while_one_indexes(tmp_path: Path, exact_up_to: int) -> None:
    """Every hit is a stored passage with its own score, in order; the end is that of a fresh archive."""
    rounds = [{f"mem/{n}": article(n, version=turn % 2) for n in range(turn, turn + 15)} for turn in range(12)]
    done = threading.Event()

    def search(archive: Archive) -> int:
        count = 0
        while not done.is_set() or not count:
            for query in QUERIES:
                hits = archive.search(query, limit=30)
                assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
                vector = archive.embedder.embed_query(query)
                for hit in hits:
                    assert hit.text == hit.article.text[hit.passage.start : hit.passage.end] != ""
                    stored = archive.embedder.embed_passages([f"{hit.article.title}\n{hit.text}"])[0]
                    assert hit.dense == pytest.approx(float(stored @ vector), abs=2e-3)
                count += 1
        return count

    options = {"chunking": CHUNKING, "exact_up_to": exact_up_to}
    with Archive(tmp_path / "index", HashingEmbedder(), **options) as archive, ThreadPoolExecutor(3) as pool:
        archive.index(MemorySource(rounds[0]))
        searching = [pool.submit(search, archive) for _ in range(3)]
        try:
            for held in rounds[1:]:
                archive.index(MemorySource(held))
        finally:
            done.set()
        assert all(future.result(HANGING) > 0 for future in searching)
        assert archive.status().dense_index == ("exact" if exact_up_to > 1000 else "approximate")
        found = [archive.search(query, limit=200) for query in QUERIES]
    with Archive(tmp_path / "index", HashingEmbedder(), **options) as again:
        assert [again.search(query, limit=200) for query in QUERIES] == found
    assert ids(found[2]) == {f"a{n:02}" for n in range(11, 26)}


# -- when it last changed ---------------------------------------------------------------------------------------

LONG_AGO = "2020-02-02T02:02:02+00:00"


def set_back(index: Path) -> None:
    """Make the last change of an archive one of long ago."""
    with sqlite3.connect(index / "archive.sqlite") as db:
        assert db.execute("UPDATE updated SET at = ?", (LONG_AGO,)).rowcount == 1
    db.close()


def test_the_time_of_the_last_change_is_kept_and_followed(index: Path) -> None:
    with Archive(index, HashingEmbedder()) as reader:
        for change, changed in (
            (lambda: index_held(index, FIRST), False),
            (lambda: index_held(index, MORE), True),
            (lambda: forget(index, "a05"), True),
            (lambda: rebuild(index, HashingEmbedder()), True),
        ):
            set_back(index)
            before = datetime.now(UTC).replace(microsecond=0)
            change()
            told = reader.status().updated
            assert (told != LONG_AGO) == changed
            if changed:
                assert before <= datetime.fromisoformat(told) <= datetime.now(UTC)
                assert told == datetime.fromisoformat(told).astimezone(UTC).isoformat(timespec="seconds")


def test_a_change_that_fails_leaves_the_time(index: Path) -> None:
    set_back(index)
    store = Store(index / "archive.sqlite", {})
    broken = [NewPassage(0, 1, np.zeros(2, np.float32)), NewPassage(0, None, np.zeros(2, np.float32))]  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        store.put(article(77), "mem/77", "print", broken)
    assert (store.updated(), store.change()) == (LONG_AGO, 8)
    store.put(article(77), "mem/77", "print", broken[:1])
    assert (store.updated() > LONG_AGO, store.change()) == (True, 9)
    store.close()


def test_an_archive_that_never_changed_or_was_made_before_times_were_kept(tmp_path: Path, index: Path) -> None:
    with Archive(tmp_path / "new", HashingEmbedder()) as archive:
        assert archive.status().updated == ""
    with sqlite3.connect(index / "archive.sqlite") as db:
        db.execute("DROP TABLE updated")
    db.close()
    with Archive(index, HashingEmbedder()) as archive:
        assert (archive.status().updated, archive.status().articles) == ("", 8)
        archive.forget("a05")
        assert archive.status().updated > LONG_AGO


def test_an_archive_that_is_behind_is_read_while_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Archive(tmp_path, HashingEmbedder(), CHUNKING) as archive:
        archive.index(MemorySource(FIRST))

    def full(index: object, path: str) -> None:
        raise RuntimeError(f"Error: {path}: No space left on device")

    monkeypatch.setattr(faiss, "write_index", full)
    with Archive(tmp_path, HashingEmbedder(), CHUNKING) as archive:
        said = r"^The index .* cannot be written: .*No space left on device; free space, then run again\.$"
        with pytest.raises(KiosqueError, match=said):
            archive.index(MemorySource(MORE))
    with Archive(tmp_path, HashingEmbedder(), CHUNKING) as archive:
        assert "could not be brought to change" in caplog.text
        assert {hit.article.id for hit in archive.search("journal", limit=50)} >= {"a03", "a07"}
        monkeypatch.undo()
        archive.index(MemorySource(MORE))
        assert archive.size == archive.status().passages


def test_what_was_removed_is_dropped_once_both_indexes_know_it(tmp_path: Path) -> None:
    """An index that lost its last changes since is built anew."""
    with Archive(tmp_path, HashingEmbedder(), CHUNKING) as archive:
        archive.index(MemorySource(FIRST))
        shutil.copytree(tmp_path / "dense", tmp_path / "older")
        archive.index(MemorySource(MORE))
        assert archive.store.removed_since(0) == []
        assert archive.store.pruned() == archive.store.change()
        expected = archive.size
    shutil.rmtree(tmp_path / "dense")
    (tmp_path / "older").rename(tmp_path / "dense")
    with Archive(tmp_path, HashingEmbedder(), CHUNKING) as archive:
        assert archive.size == archive.status().passages == expected
        assert "a00" not in {hit.article.id for hit in archive.search("journal", limit=50)}


def test_the_change_is_that_of_what_is_stored_and_of_what_is_searched(tmp_path: Path) -> None:
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        empty, seen = archive.change, list[tuple[int, int]]()
        archive.index(MemorySource(FIRST), lambda *_: seen.append(archive.change))
        stored, searched = archive.change
        assert stored == searched == archive.status().change > empty[0]
        assert {change[1] for change in seen} == {empty[1]}  # until the run ends
        assert max(change[0] for change in seen) > empty[0]
        archive.index(MemorySource(FIRST))
        assert archive.change == (stored, searched)
        in_a_process(index_held, tmp_path / "index", MORE)
        assert archive.change[0] == archive.change[1] > stored
