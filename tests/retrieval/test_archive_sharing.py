"""One archive, two processes: one writes, others are told or go on reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import IndexBusy
from retrieval.types import Record
from tests.fakes import HashingEmbedder
from tests.retrieval.killed import CONTEXT
from tests.retrieval.material import MemorySource, article

FIRST = {f"mem/{n}": article(n) for n in range(8)}


class WaitingSource(MemorySource):
    """Says that indexing has begun, and lists nothing before it is told to."""

    def __init__(self, held: dict[str, object], parent: Connection) -> None:
        super().__init__(held)  # type: ignore[arg-type]
        self._parent = parent

    def records(self) -> Iterator[Record]:  # type: ignore[override]
        self._parent.send("began")
        self._parent.recv()
        yield from super().records()  # type: ignore[misc]


def index_when_told(index: Path, held: dict[str, object], parent: Connection) -> None:
    with Archive(index, HashingEmbedder()) as archive:
        parent.send(archive.index(WaitingSource(held, parent)).added)


@contextmanager
def writer(index: Path, held: dict[str, object]) -> Iterator[Connection]:
    """Run a process that holds the writer's lock until it is sent something; it answers how much it added."""
    ours, theirs = CONTEXT.Pipe()
    child = CONTEXT.Process(target=index_when_told, args=(index, held, theirs))
    child.start()
    assert ours.recv() == "began"
    yield ours
    child.join()
    assert child.exitcode == 0


def test_a_second_writer_is_told_that_the_index_is_busy(tmp_path: Path) -> None:
    with Archive(tmp_path, HashingEmbedder()) as archive, writer(tmp_path, dict(FIRST)) as child:
        for write in (lambda: archive.index(MemorySource(FIRST)), lambda: archive.forget("a01"), archive.rebuild):
            with pytest.raises(
                IndexBusy, match=r"^Another process is writing to the index .*; try again when it is done\.$"
            ):
                write()
        child.send("go on")
        assert child.recv() == 8


def test_a_reader_may_open_while_the_first_index_is_being_made(tmp_path: Path) -> None:
    with writer(tmp_path, dict(FIRST)) as child:
        with Archive(tmp_path, HashingEmbedder()) as reader:
            assert (reader.size, reader.search("Kherson")) == (0, [])
        child.send("go on")
        assert child.recv() == 8
    with Archive(tmp_path, HashingEmbedder()) as after:
        assert {hit.article.id for hit in after.search("journal", limit=100)} == {a.id for a in FIRST.values()}
        assert any(hit.lexical > 0 for hit in after.search("journal"))


def test_one_that_was_open_before_writes_on_what_another_has_written(tmp_path: Path) -> None:
    """Its view of the derived indexes is old: nothing of the other's may be doubled, lost or left behind."""
    with Archive(tmp_path / "index", HashingEmbedder()) as early:
        early.index(MemorySource({"mem/0": article(0)}))
        with writer(tmp_path / "index", dict(FIRST)) as child:
            child.send("go on")
            assert child.recv() == 7
        early.forget("a03")
        early.index(MemorySource({**FIRST, "mem/9": article(9)}))
        found = early.search("réfugiés à Kherson", limit=100)
        documents = early._lexical._index.searcher().num_docs
    kept = {key: value for key, value in {**FIRST, "mem/9": article(9)}.items() if value.id != "a03"}
    with Archive(tmp_path / "fresh", HashingEmbedder()) as fresh:
        fresh.index(MemorySource(kept))
        expected = fresh.search("réfugiés à Kherson", limit=100)
        assert documents == fresh.size
    assert [(hit.article.id, hit.passage.start) for hit in found] == [(h.article.id, h.passage.start) for h in expected]
    with Archive(tmp_path / "index", HashingEmbedder()) as again:
        assert again.search("réfugiés à Kherson", limit=100) == found
