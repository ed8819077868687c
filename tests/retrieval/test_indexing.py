"""One run over a source: what costs nothing, what is replaced, what goes, and what is left alone."""

from __future__ import annotations

import gc
import json
import sqlite3
import weakref
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import KiosqueError, NotFound, ReadError
from retrieval.indexing import _exists, _is_file
from retrieval.reading.sources import FolderSource
from retrieval.storing.failures import Failures
from retrieval.types import Article, IndexReport, Record, Skipped, Vectors
from tests.retrieval.material import CountingEmbedder, MemorySource, article


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def archive(tmp_path: Path, embedder: CountingEmbedder) -> Iterator[Archive]:
    with Archive(tmp_path / "index", embedder) as opened:
        yield opened


@pytest.fixture
def source() -> MemorySource:
    return MemorySource({f"mem/{n}": article(n) for n in range(6)})


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.removed, report.unchanged


def words(archive: Archive, query: str) -> set[str]:
    """Return the ids of the articles in which a word of the query occurs."""
    return {hit.article.id for hit in archive.search(query, limit=1000) if hit.lexical > 0}


def test_a_first_run_takes_everything_in(archive: Archive, source: MemorySource, embedder: CountingEmbedder) -> None:
    report = archive.index(source)
    assert counts(report) == (6, 0, 0, 0)
    assert report.passages == archive.size == len(embedder.embedded)
    assert report.skipped == ()
    assert archive.article("a03") == article(3)


def test_what_is_embedded_is_the_title_and_the_passage(
    archive: Archive, source: MemorySource, embedder: CountingEmbedder
) -> None:
    source.held = {"mem/0": article(0), "mem/1": replace(article(1), title="")}
    archive.index(source)
    expected = []
    for made in source.held.values():
        assert isinstance(made, Article)
        texts = [made.text[p.start : p.end] for p in archive.passages_of(made.id)]
        expected += [f"{made.title}\n{text}" if made.title else text for text in texts]
    assert sorted(embedder.embedded) == sorted(expected)


def test_an_unchanged_source_costs_nothing(
    archive: Archive, source: MemorySource, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    archive.index(source)
    embedder.embedded.clear()
    source.read = lambda record: pytest.fail("read again")  # type: ignore[method-assign]
    derived = sorted((tmp_path / "index").glob("[dl]e*/**/*"))
    assert len(derived) > 8
    stamps = [path.stat().st_mtime_ns for path in derived]
    before = archive.status().change
    assert counts(archive.index(source)) == (0, 0, 0, 6)
    assert (embedder.embedded, archive.status().change) == ([], before)
    assert [path.stat().st_mtime_ns for path in derived] == stamps


def test_a_changed_article_is_replaced(archive: Archive, source: MemorySource, embedder: CountingEmbedder) -> None:
    archive.index(source)
    embedder.embedded.clear()
    source.held["mem/2"] = replace(article(2), text="Vinnytsia est calme ce matin.")
    assert counts(archive.index(source)) == (0, 1, 0, 5)
    assert embedder.embedded == [f"{article(2).title}\nVinnytsia est calme ce matin."]
    assert words(archive, "Vinnytsia") == {"a02"}
    assert [hit.text for hit in archive.search("x", limit=1000) if hit.article.id == "a02"] == [
        "Vinnytsia est calme ce matin."
    ]


def test_a_vanished_article_is_removed(archive: Archive, source: MemorySource) -> None:
    archive.index(source)
    del source.held["mem/0"], source.held["mem/5"]
    assert counts(archive.index(source)) == (0, 0, 2, 4)
    assert {hit.article.id for hit in archive.search("journal", limit=1000)} == {"a01", "a02", "a03", "a04"}
    with pytest.raises(NotFound):
        archive.article("a00")
    source.held.clear()
    assert counts(archive.index(source)) == (0, 0, 4, 0)
    assert (archive.size, archive.search("journal")) == (0, [])


def test_another_source_is_left_alone(archive: Archive, source: MemorySource) -> None:
    archive.index(source)
    other = MemorySource({"other/1": article(20)}, root="other")
    assert counts(archive.index(other)) == (1, 0, 0, 0)
    assert counts(archive.index(source)) == (0, 0, 0, 6)
    assert archive.status().articles == 7


def test_an_id_that_another_place_holds_is_not_taken(archive: Archive, source: MemorySource) -> None:
    archive.index(source)
    other = MemorySource({"other/1": replace(article(3), text="Un autre texte.")}, root="other")
    report = archive.index(other)
    assert counts(report) == (0, 0, 0, 0)
    assert report.skipped == (
        Skipped("other/1", "its id 'a03' belongs to mem/3; give it another id, or forget that article"),
    )
    assert archive.article("a03") == article(3)


def test_of_two_new_articles_with_one_id_the_first_goes_in(archive: Archive, source: MemorySource) -> None:
    source.held["mem/7"] = replace(article(3), text="Un autre texte.")
    for expected in ((6, 0, 0, 0), (0, 0, 0, 6)):
        report = archive.index(source)
        assert counts(report) == expected
        assert [skipped.where for skipped in report.skipped] == ["mem/7"]
    assert archive.article("a03") == article(3)


def test_an_article_that_moves_keeps_its_id(archive: Archive, source: MemorySource) -> None:
    archive.index(source)
    source.held["mem/elsewhere"] = source.held.pop("mem/3")
    assert counts(archive.index(source)) == (1, 0, 1, 5)
    assert archive.article("a03") == article(3)
    assert counts(archive.index(source)) == (0, 0, 0, 6)


@pytest.mark.parametrize("later", ["mem/0", "mem/9"])
def test_an_id_that_its_holder_gives_up_in_the_same_run_is_free(
    archive: Archive, source: MemorySource, later: str
) -> None:
    del source.held["mem/0"]
    archive.index(source)
    renamed = {"mem/3": replace(article(3), id="renamed"), later: replace(article(3), text="Un autre texte.")}
    source.held = dict(sorted({**source.held, **renamed}.items()))
    assert counts(archive.index(source)) == (1, 1, 0, 4)
    assert archive.article("a03").text == "Un autre texte."
    assert archive.article("renamed").text == article(3).text


def test_two_articles_may_not_swap_ids_unseen(archive: Archive, source: MemorySource) -> None:
    """Run until nothing changes: whatever the order, no text is lost and none is there twice."""
    archive.index(source)
    source.held["mem/1"], source.held["mem/2"] = replace(article(1), id="a02"), replace(article(2), id="a01")
    reports = [archive.index(source) for _ in range(3)]
    assert counts(reports[-1])[:3] == (0, 0, 0)
    texts = [archive.article(f"a{n:02}").text for n in range(6)]
    assert len(set(texts)) == 6


def test_what_is_forgotten_stays_out_until_it_changes(archive: Archive, source: MemorySource) -> None:
    archive.index(source)
    archive.forget("a04")
    assert "a04" not in words(archive, "journal")
    for _ in range(2):
        assert counts(archive.index(source)) == (0, 0, 0, 6)
        assert archive.status().articles == 5
    source.held["mem/4"] = article(4, version=1)
    assert counts(archive.index(source)) == (1, 0, 0, 5)
    assert archive.article("a04") == article(4, version=1)


def test_only_what_is_there_can_be_forgotten(archive: Archive, source: MemorySource) -> None:
    archive.index(source)
    with pytest.raises(NotFound, match=r"^There is no article 'a99' in the archive\.$"):
        archive.forget("a99")
    assert archive.status().articles == 6


def test_an_article_that_became_unreadable_is_reported_and_no_longer_quoted(
    archive: Archive, source: MemorySource
) -> None:
    archive.index(source)
    source.held["mem/1"] = ReadError("a01.txt holds no text.")
    report = archive.index(source)
    assert counts(report) == (0, 0, 1, 5)
    assert report.skipped == (Skipped("mem/1", "a01.txt holds no text."),)
    assert "a01" not in words(archive, "journal")


@pytest.mark.parametrize("where", ["mem/1", "mem"])
def test_a_place_that_cannot_be_opened_keeps_what_it_gave(archive: Archive, source: MemorySource, where: str) -> None:
    """It may only be locked, or on a disk that is away."""
    archive.index(source)
    del source.held["mem/1"]
    source.held["lost"] = Skipped(where, "cannot be opened: Permission denied.")
    report = archive.index(source)
    assert counts(report) == (0, 0, 0, 5)
    assert archive.article("a01") == article(1)


def test_an_article_without_a_sentence_is_kept_without_passages(archive: Archive) -> None:
    assert counts(archive.index(MemorySource({"mem/0": Article("empty", "")}))) == (1, 0, 0, 0)
    assert (archive.passages_of("empty"), archive.search("x")) == ([], [])


def test_progress_counts_articles(archive: Archive, source: MemorySource) -> None:
    heard: list[tuple[str, int, int | None]] = []
    archive.index(source, lambda *step: heard.append(step))
    assert heard == [("articles", done, None) for done in range(7)]


def test_a_source_that_fails_leaves_whole_articles_and_the_next_run_does_the_rest(
    archive: Archive, source: MemorySource
) -> None:
    class Failing(MemorySource):
        def records(self) -> Iterator[Record | Skipped]:
            for number, record in enumerate(super().records()):
                if number == 20:
                    raise OSError("the disk is gone")
                yield record

    held = {f"mem/{n:02}": article(n) for n in range(30)}
    with pytest.raises(OSError, match="the disk is gone"):
        archive.index(Failing(held))
    stored = archive.status().articles
    assert 0 < stored <= 20
    assert counts(archive.index(MemorySource(held))) == (30 - stored, 0, 0, stored)
    assert {hit.article.id for hit in archive.search("journal", limit=1000)} == {f"a{n:02}" for n in range(30)}


def test_a_folder_on_disk(archive: Archive, embedder: CountingEmbedder, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("Titre un\n\nVinnytsia est calme ce matin.", "utf-8")
    (folder / "sub" / "two.md").write_text("# Titre deux\n\nTernopil accueille des réfugiés.", "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    report = archive.index(FolderSource(folder))
    assert counts(report) == (2, 0, 0, 0)
    assert [Path(skipped.where).name for skipped in report.skipped] == ["empty.txt"]
    assert words(archive, "Ternopil") == {"sub/two"}
    embedder.embedded.clear()
    assert counts(archive.index(FolderSource(folder))) == (0, 0, 0, 2)
    assert embedder.embedded == []
    (folder / "one.txt").unlink()
    (folder / "sub" / "two.md").write_text("# Titre deux\n\nRivne accueille des réfugiés.", "utf-8")
    assert counts(archive.index(FolderSource(folder))) == (0, 1, 1, 0)
    assert (words(archive, "Ternopil"), words(archive, "Vinnytsia"), words(archive, "Rivne")) == (
        set(),
        set(),
        {"sub/two"},
    )


def test_a_file_is_there_whatever_signs_its_name_and_its_ids_hold(tmp_path: Path) -> None:
    packed = tmp_path / "a#b.jsonl"
    packed.write_text("")
    assert _exists(f"{packed}#id")
    assert _exists(f"{packed}#folder/all.jsonl#id#2")
    packed.unlink()
    assert not _exists(f"{packed}#folder/all.jsonl#id#2")


@pytest.mark.parametrize(
    ("key", "article_id", "is_file"),
    [
        ("/press/b.txt", "b", True),
        ("/press/a.zip#b.txt", "a/b", True),
        ("/press/a.zip#folder/b.txt", "a/folder/b", True),
        ("/press/a.zip#b.txt", "b.txt", True),  # the archive itself was named, and holds b.md, too
        ("/press/a#b.txt", "a#b", True),
        ("/press/all.jsonl#b", "b", False),
        ("/press/all.jsonl#folder/b", "folder/b", False),
        ("/press/all.jsonl#b#c", "b#c", False),
        ("/press/a.zip#folder/all.jsonl#b", "b", False),
        ("/press/mails.mbox#mails-12", "mails-12", False),
        ("https://news.test/b", "news.test/b", False),
    ],
)
def test_whether_an_id_comes_from_a_path(key: str, article_id: str, is_file: bool) -> None:
    assert _is_file(key, article_id) == is_file


def test_packed_files_and_folders_of_one_name_are_all_taken_in(archive: Archive, tmp_path: Path) -> None:
    """Whether they lie in a folder inside the archive or not."""
    (tmp_path / "press" / "a" / "sub").mkdir(parents=True)
    for place, word in (("b.txt", "Vinnytsia"), ("sub/b.txt", "Ternopil")):
        (tmp_path / "press" / "a" / place).write_text(f"Titre\n\n{word} est calme ce matin.", "utf-8")
    assert counts(archive.index(FolderSource(tmp_path / "press"))) == (2, 0, 0, 0)
    with zipfile.ZipFile(tmp_path / "press" / "a.zip", "w") as packed:
        packed.writestr("b.txt", "Titre\n\nLoutsk est calme ce matin.")
        packed.writestr("sub/b.txt", "Titre\n\nRivne est calme ce matin.")
    assert counts(archive.index(FolderSource(tmp_path / "press"))) == (2, 0, 0, 2)
    assert counts(archive.index(FolderSource(tmp_path / "press"))) == (0, 0, 0, 4)
    found = {word: words(archive, word) for word in ("Vinnytsia", "Ternopil", "Loutsk", "Rivne")}
    assert (found["Vinnytsia"], found["Ternopil"]) == ({"a/b"}, {"a/sub/b"})
    assert all(
        name.startswith(begin) for word, begin in (("Loutsk", "a/b-"), ("Rivne", "a/sub/b-")) for name in found[word]
    )
    assert len(found["Loutsk"] | found["Rivne"]) == 2


# -- what fails is set aside ------------------------------------------------------------------------------------------


class Odd(MemorySource):
    """Raises whatever it holds that is an exception."""

    def read(self, record: Record) -> Article:
        what = self.held[record.key]
        if isinstance(what, BaseException):
            raise what
        return super().read(record)


class Choosy(CountingEmbedder):
    """Cannot embed what holds a word."""

    def __init__(self, word: str, error: Exception) -> None:
        super().__init__()
        self.word, self._error = word, error

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any(self.word in text for text in texts):
            raise self._error
        return super().embed_passages(texts)


def set_aside(archive: Archive) -> dict[str, tuple[str, str, int]]:
    return {each.key: (each.reason, each.origin, each.tries) for each in Failures(archive.store).listed()}


def test_what_cannot_be_read_is_set_aside_until_it_can(archive: Archive, source: MemorySource) -> None:
    source.held["mem/1"] = ReadError("a01.txt holds no text.")
    source.held["mem/x"] = Skipped("mem/x", "cannot be opened.")
    archive.index(source, origin="the press")
    archive.index(source)
    assert set_aside(archive) == {
        "mem/1": ("a01.txt holds no text.", "the press", 2),
        "mem/x": ("cannot be opened.", "the press", 2),
    }
    source.held["mem/1"] = article(1)
    archive.index(source)
    assert set(set_aside(archive)) == {"mem/x"}
    del source.held["mem/x"]
    archive.index(source)
    assert set_aside(archive) == {}


def test_another_source_clears_nothing_of_ours(archive: Archive, source: MemorySource) -> None:
    source.held["mem/1"] = ReadError("a01.txt holds no text.")
    archive.index(source)
    archive.index(MemorySource({"other/1": article(20)}, root="other"))
    assert set(set_aside(archive)) == {"mem/1"}


def test_what_failed_in_a_folder_that_is_out_of_reach_stays_set_aside(archive: Archive, source: MemorySource) -> None:
    source.held["mem/sub/1"] = Skipped("mem/sub/1", "cannot be opened.")
    archive.index(source)
    source.held = {"mem/sub": Skipped("mem/sub", "the folder cannot be opened.")}
    archive.index(source)
    assert set(set_aside(archive)) == {"mem/sub/1", "mem/sub"}


@pytest.mark.parametrize("named", ["press", "press/all.jsonl"])
def test_a_line_is_cleared_when_it_is_mended(archive: Archive, tmp_path: Path, named: str) -> None:
    (tmp_path / "press").mkdir()
    path = tmp_path / "press" / "all.jsonl"
    path.write_text("{broken\n")
    archive.index(FolderSource(tmp_path / named))
    assert set(set_aside(archive)) == {f"{path}:1"}
    path.write_text(json.dumps({"text": article(1).text}))
    archive.index(FolderSource(tmp_path / named))
    assert set_aside(archive) == {}


def test_an_unexpected_failure_sets_one_article_aside_and_keeps_what_was_stored(
    archive: Archive, source: MemorySource, caplog: pytest.LogCaptureFixture
) -> None:
    archive.index(source)
    source.held["mem/2"] = RecursionError("a secret text")  # type: ignore[assignment]
    source.held["mem/3"] = article(3, version=1)
    report = archive.index(Odd(source.held))
    assert counts(report) == (0, 1, 0, 4)
    assert archive.article("a02") == article(2)
    reason = "reading it failed unexpectedly (RecursionError); the log has more."
    assert report.skipped == (Skipped("mem/2", reason),)
    assert set_aside(archive) == {"mem/2": (reason, "", 1)}
    [record] = caplog.records
    assert "secret" not in record.getMessage()
    assert record.exc_info
    assert record.exc_info[0] is RecursionError


@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt(), KiosqueError("The disk is full."), SystemExit()])
def test_what_is_no_fault_of_an_article_ends_the_run(
    archive: Archive, source: MemorySource, error: BaseException
) -> None:
    source.held["mem/3"] = error  # type: ignore[assignment]
    with pytest.raises(type(error)):
        archive.index(Odd(source.held))
    assert set_aside(archive) == {}
    source.held["mem/3"] = article(3)
    report = archive.index(source)
    assert report.added + report.unchanged == 6
    assert archive.status().articles == 6


def test_an_article_that_cannot_be_embedded_is_set_aside(tmp_path: Path) -> None:
    held = {f"mem/{n}": article(n) for n in range(6)}
    embedder = Choosy("Vinnytsia", RuntimeError("out of range"))
    with Archive(tmp_path / "index", embedder) as archive:
        archive.index(MemorySource(held))
        held["mem/4"] = replace(article(4), text="Vinnytsia est calme ce matin.")
        held["mem/7"] = replace(article(7), text="Vinnytsia est loin.")
        for tries in (1, 2):
            assert counts(archive.index(MemorySource(held))) == (0, 0, 0, 5)
            reason = "embedding it failed unexpectedly (RuntimeError); the log has more."
            assert set_aside(archive) == dict.fromkeys(("mem/4", "mem/7"), (reason, "", tries))
        assert archive.article("a04") == article(4)
        embedder.word = "nothing"
        assert counts(archive.index(MemorySource(held))) == (1, 1, 0, 5)
        assert set_aside(archive) == {}


def test_an_encoder_that_is_out_of_memory_ends_the_run(tmp_path: Path) -> None:
    with Archive(tmp_path / "index", Choosy("journal", MemoryError())) as archive, pytest.raises(MemoryError):
        archive.index(MemorySource({f"mem/{n}": article(n) for n in range(6)}))


def test_an_article_that_cannot_be_stored_is_set_aside(archive: Archive, source: MemorySource) -> None:
    source.held["mem/2"] = replace(article(2), title="\ud800")  # no text that SQLite takes
    assert counts(archive.index(source)) == (5, 0, 0, 0)
    assert set_aside(archive) == {
        "mem/2": ("storing it failed unexpectedly (UnicodeEncodeError); the log has more.", "", 1)
    }


@pytest.mark.parametrize(
    ("error", "ends"),
    [
        (sqlite3.IntegrityError("NOT NULL"), False),
        (sqlite3.DataError("string or blob too big"), False),
        (sqlite3.DatabaseError("database disk image is malformed"), True),
        (KiosqueError("The index cannot be written: database or disk is full."), True),
    ],
)
def test_a_store_that_fails_ends_the_run_unless_the_article_is_to_blame(
    archive: Archive, source: MemorySource, monkeypatch: pytest.MonkeyPatch, error: Exception, ends: bool
) -> None:
    put = archive.store.put

    def failing(made: Article, *rest: object) -> None:
        if made.id == "a02":
            raise error
        put(made, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(archive.store, "put", failing)
    if ends:
        with pytest.raises(type(error)):
            archive.index(source)
    else:
        assert counts(archive.index(source)) == (5, 0, 0, 0)
        assert set(set_aside(archive)) == {"mem/2"}


def test_many_failures_do_not_slow_a_run_down_by_their_square(archive: Archive) -> None:
    """3,000 places out of reach and 3,000 that failed before, in the time of a thousand articles."""
    held = {f"mem/{n}": Skipped(f"mem/{n}", "cannot be opened.") for n in range(3000)}
    for _ in range(2):
        assert len(archive.index(MemorySource(held)).skipped) == 3000
    assert {tries for _, _, tries in set_aside(archive).values()} == {2}


# -- what a source states of its articles -----------------------------------------------------------------------------


class Marked(MemorySource):
    """States something of its articles: see ``retrieval.syncing``."""

    mark = ""

    def records(self) -> Iterator[Record | Skipped]:
        for record in super().records():
            assert isinstance(record, Record)
            yield replace(record, fingerprint=record.fingerprint + self.mark)


def test_what_is_stated_otherwise_is_read_again_and_what_is_not_stated_is_left(archive: Archive) -> None:
    source = Marked({f"mem/{n}": article(n) for n in range(3)})
    expected = {"": (3, 0, 0, 0), "+one": (0, 3, 0, 0), "+two": (0, 3, 0, 0)}
    for mark, first in expected.items():
        source.mark = mark
        assert counts(archive.index(source)) == first
        assert counts(archive.index(source)) == (0, 0, 0, 3)
    source.mark = ""
    assert counts(archive.index(source)) == (0, 0, 0, 3)


def test_what_was_forgotten_stays_out_whatever_is_stated_of_it(archive: Archive) -> None:
    source = Marked({"mem/0": article(0)})
    source.mark = "+one"
    archive.index(source)
    archive.forget("a00")
    for mark in ("+one", "+two", ""):
        source.mark = mark
        assert counts(archive.index(source)) == (0, 0, 0, 1)
        assert archive.status().articles == 0
    source.held["mem/0"] = article(0, version=1)
    assert counts(archive.index(source)) == (1, 0, 0, 0)


class OneText(MemorySource):
    """Counts the texts that are kept of what it read."""

    def __init__(self, held: Mapping[str, Article | ReadError | Skipped], root: str) -> None:
        super().__init__(held, root)
        self.kept: weakref.WeakSet[Kept] = weakref.WeakSet()
        self.most = 0

    def records(self) -> Iterator[Record | Skipped]:
        for record in super().records():
            yield record
            gc.collect()
            self.most = max(self.most, len(self.kept))

    def read(self, record: Record) -> Article:
        made = super().read(record)
        read = Kept(made.id, made.text, outlet=made.outlet)
        self.kept.add(read)
        return read


class Kept(Article):
    __slots__ = ("__weakref__",)
    __hash__ = object.__hash__


def test_the_texts_of_a_folder_that_was_moved_are_not_kept_to_the_end(archive: Archive, tmp_path: Path) -> None:
    files = {
        f"{tmp_path}/old/a.jsonl#x{n}": replace(article(n % 9), id=f"x{n}", text=f"Dépêche {n}.") for n in range(90)
    }
    archive.index(OneText(files, f"{tmp_path}/old"))
    moved = OneText({key.replace("/old/", "/new/"): one for key, one in files.items()}, f"{tmp_path}/new")
    assert counts(archive.index(moved)) == (90, 0, 0, 0)
    assert moved.most < 40  # those that are being embedded
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.jsonl").write_text("x", "utf-8")
    copied = OneText({key.replace("/old/", "/copy/"): one for key, one in files.items()}, f"{tmp_path}/copy")
    report = archive.index(copied)
    assert (counts(report), len(report.skipped)) == ((0, 0, 0, 0), 90)
    assert copied.most < 40
