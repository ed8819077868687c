"""Removal to the last byte, retention, and backups: of a living archive, and with a kill at many steps."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from retrieval.archive import Archive
from retrieval.errors import IndexBusy, KiosqueError, NotFound, ReadError
from retrieval.keeping import removal
from retrieval.keeping.backups import back_up, backups
from retrieval.keeping.exporting import article_line, export_lines
from retrieval.keeping.importing import Imported, lines_of
from retrieval.keeping.marks import Marks
from retrieval.keeping.retention import Retention
from retrieval.ranking.lexical import LexicalIndex, terms
from retrieval.reading.sources import FolderSource
from retrieval.types import Article, Filters, Record, Skipped
from retrieval.web.collecting import Batch
from retrieval.web.page import Page, fingerprint
from tests.fakes import HashingEmbedder
from tests.retrieval.keeping.killed_keeping import all_steps, copy, die_at, remove
from tests.retrieval.killed import CHUNKING
from tests.retrieval.material import MemorySource, article
from tests.retrieval.test_kill import assert_same_after_kills, chosen, content

TODAY = date(2026, 3, 2)
SECRET = Article(
    "secret",
    "Le zibeline Quatrevaux a vendu ses tracteurs rouges au prieuré de Malaucène. Il en reste onze, dit-il.",
    title="Les tracteurs de Quatrevaux",
    url="https://echo.example/quatrevaux",
    outlet="L'Écho de Malaucène",
    published="2026-01-02",
    language="fr",
)
WORDS = ("zibeline", "Quatrevaux", "quatrevaux", "tracteurs", "prieuré", "prieur", "Malauc", "malauc")


def open_archive(folder: Path, retention: Retention = Retention()) -> Archive:
    return Archive(folder / "index", HashingEmbedder(), CHUNKING, retention=retention)


def source(*others: Article, count: int = 30) -> MemorySource:
    made = [*(article(number) for number in range(count)), *others]
    return MemorySource({f"mem/{one.id}": one for one in made})


def files_with(folder: Path, *needles: bytes) -> list[str]:
    """Return the files below a folder that hold one of these strings of bytes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.name for path in found if any(needle in path.read_bytes() for needle in needles))


def known(archive: Archive, words: str) -> list[int]:
    """Return in how many passages Tantivy has each word; it counts deleted ones, as long as their words are on the disk."""
    searcher = archive._lexical._index.searcher()
    return [searcher.doc_freq("text_fr", term) for term in terms(words, "fr")]


# -- removal --------------------------------------------------------------------------------------------------------


def test_no_byte_of_what_is_removed_stays(tmp_path: Path) -> None:
    needles = [word.encode() for word in WORDS]
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET))
    with open_archive(tmp_path) as archive:  # all is in the file itself now, and none of it in its log
        with archive._store.reading() as db:
            db.execute("PRAGMA secure_delete = OFF")  # which some builds of SQLite have on
        [passage] = archive.passages_of("secret")
        vector = archive._store.vectors([passage.id], HashingEmbedder.dimension)
        assert {"archive.sqlite", "archive.sqlite-wal"} & set(files_with(tmp_path / "index", *needles))
        assert known(archive, "zibeline tracteurs malaucène") == [1, 1, 1]
        assert files_with(tmp_path / "index", vector.tobytes()) == ["vectors.faiss"]
        with Archive(tmp_path / "index", HashingEmbedder(), CHUNKING) as other:  # a bot that runs
            assert other.search("tracteurs rouges")[0].article == SECRET
            assert archive.remove(["secret"]) == 1
            assert files_with(tmp_path / "index", *needles, vector.tobytes()) == []
            assert files_with(tmp_path / "index", vector.astype(np.float16).tobytes()) == []
            for one in (archive, other):
                assert "secret" not in [hit.article.id for hit in one.search("tracteurs rouges de Quatrevaux")]
                assert one.size == archive.status().passages
                assert known(one, "zibeline tracteurs malaucène") == [0, 0, 0]
                with pytest.raises(NotFound):
                    one.article("secret")


def test_it_stays_out_until_its_content_changes(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET))
        archive.remove(["secret", "a03", "nowhere"])
        again = archive.index(source(SECRET))
        assert (again.added, again.unchanged, again.removed) == (0, 31, 0)
        changed = Article("secret", "Un démenti du maire de Malaucène, ce lundi soir, a clos toute l'affaire.")
        assert archive.index(source(changed)).added == 1


def test_removing_leaves_the_others_as_an_archive_without_it_has_them(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive, open_archive(tmp_path / "never") as never:
        archive.index(source(SECRET))
        archive.remove(["secret"])
        never.index(source())
        assert content(tmp_path / "index", archive) == content(tmp_path / "never" / "index", never)


def test_articles_are_found_by_id_address_and_outlet(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET, count=3))
        assert archive.matching(ids=["a01", "none"], outlets=["LE MONDE"]) == ["a00", "a01"]
        assert archive.matching(urls=["https://echo.example/quatrevaux"]) == ["secret"]
        assert archive.matching(urls=["mem/a02"]) == ["a02"]  # where it came from
        assert archive.matching(outlets=["l'ÉCHO de malaucène"]) == ["secret"]
        assert archive.matching() == archive.matching(urls=["https://echo.example"]) == []


def test_removing_waits_for_nobody_and_says_so(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(count=2))
        with FileLock(tmp_path / "index" / "writing.lock"), pytest.raises(IndexBusy):
            archive.remove(["a00"])
        assert archive.remove([]) == 0
        assert archive.article("a00").id == "a00"


def test_bytes_that_another_process_still_reads_go_with_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET))
        with sqlite3.connect(tmp_path / "index" / "archive.sqlite", isolation_level=None) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT COUNT(*) FROM articles").fetchone()
            monkeypatch.setattr(removal, "PATIENCE", 0.0)
            archive.remove(["secret"])
            reader.execute("ROLLBACK")
        reader.close()
        assert removal.left_to_erase(archive._store) == "file"
        assert files_with(tmp_path / "index", b"zibeline") != []
        monkeypatch.setattr(removal, "AGAIN", 0.0)
        archive.index(source(SECRET))
        assert removal.left_to_erase(archive._store) is None
        assert files_with(tmp_path / "index", b"zibeline") == []


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process that goes on reading (``kiosque export - | less``)."""
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET))
    opened = sqlite3.connect(tmp_path / "index" / "archive.sqlite", isolation_level=None)
    opened.execute("BEGIN")
    opened.execute("SELECT COUNT(*) FROM articles").fetchone()
    yield opened
    opened.close()


def test_an_archive_that_is_read_all_the_time_is_fed_and_not_rewritten_in_vain(
    tmp_path: Path, reader: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "PATIENCE", 0.0)
    monkeypatch.setattr(removal, "BRIEF", 0.0)
    with open_archive(tmp_path) as archive:
        log = tmp_path / "index" / "archive.sqlite-wal"
        size = archive._store.path.stat().st_size
        archive.remove(["secret"])
        assert removal.left_to_erase(archive._store) == "file"
        assert log.stat().st_size < size  # a VACUUM would have written all of the file into it
        assert known(archive, "zibeline") == [0]
        made: list[str] = []
        monkeypatch.setattr(LexicalIndex, "_begin", lambda self: made.append("built anew"))
        for tried in (0.0, removal.AGAIN):
            monkeypatch.setattr(removal, "AGAIN", tried)
            assert archive.index(source()).unchanged == 30
        assert (made, removal.left_to_erase(archive._store)) == ([], "file")
        assert not removal.is_due(archive._store)
        assert log.stat().st_size < size
        reader.execute("ROLLBACK")
        archive.index(source())  # the hour is not over
        assert removal.left_to_erase(archive._store) == "file"
        later = time.time() + 3601
        monkeypatch.setattr("time.time", lambda: later)
        archive.index(source())
        assert removal.left_to_erase(archive._store) is None
        assert files_with(tmp_path / "index", b"zibeline") == []


def test_an_archive_whose_bytes_cannot_be_erased_is_fed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """VACUUM finds no room for its copy: only who removes hears of it."""

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql == "VACUUM":
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(removal, "AGAIN", 0.0)
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET))
        monkeypatch.setattr(sqlite3, "connect", lambda path, **options: connect(path, factory=Full, **options))
        with pytest.raises(KiosqueError, match=r"could not be erased from .*disk is full.* in SQLITE_TMPDIR"):
            archive.remove(["secret"])
        assert caplog.messages == []
        assert archive.index(MemorySource({"new/1": article(31)}, root="new")).added == 1
        assert "could not be erased" in caplog.text
        assert taken_in(archive, [json.dumps({"id": "x", "text": "Un texte."}) + "\n"]).added == 1
        assert removal.left_to_erase(archive._store) == "file"
        assert archive.size == archive.status().passages
        monkeypatch.undo()
        archive.remove(["a01"])
        assert removal.left_to_erase(archive._store) is None
        assert files_with(tmp_path / "index", b"zibeline") == []


def taken_in(archive: Archive, lines: list[str]) -> Imported:
    with io.BufferedReader(io.BytesIO("".join(lines).encode())) as file:
        return archive.take_in(lines_of(file))  # type: ignore[arg-type]


class Marked(MemorySource):
    """Articles whose fingerprints are of a version of the cleaning."""

    version = 1

    def records(self) -> Iterator[Record | Skipped]:
        for record in super().records():
            assert isinstance(record, Record)
            yield replace(record, fingerprint=f"{self.version}:{record.fingerprint}")


@pytest.mark.parametrize("first", [1, 2])
def test_a_new_version_of_the_cleaning_brings_nothing_back(tmp_path: Path, first: int) -> None:
    held = Marked({"mem/secret": SECRET, "mem/a": article(1)})
    unmarked = MemorySource(held.held)  # as files were marked before
    with open_archive(tmp_path) as archive:
        archive.index(unmarked if first == 1 else held)
        archive.remove(["secret"])
        held.version = 2
        for updated, unchanged in ((1, 1), (0, 2)):
            report = archive.index(held)
            assert (report.added, report.updated, report.unchanged) == (0, updated, unchanged)
        held.held["mem/secret"] = replace(SECRET, text="Un démenti du maire de Malaucène a clos toute l'affaire.")
        assert archive.index(held).added == 1


def test_so_it_is_with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "press"
    folder.mkdir()
    (folder / "a.txt").write_text(SECRET.text, "utf-8")
    with open_archive(tmp_path) as archive:
        archive.index(FolderSource(folder))
        archive.forget("a")
        monkeypatch.setattr("retrieval.reading.records.CLEANING_VERSION", 1000)
        assert archive.index(FolderSource(folder)).added == 0
        folder.rename(tmp_path / "moved")
        assert archive.index(FolderSource(tmp_path / "moved")).added == 0
        (tmp_path / "else").mkdir()
        (tmp_path / "else" / "a.txt").write_text("Un autre article, d'un autre journal.", "utf-8")
        assert archive.index(FolderSource(tmp_path / "else")).added == 1  # of the same name
        archive.forget("a")
        (tmp_path / "moved" / "a.txt").write_text("Le prieuré a démenti la vente.", "utf-8")
        assert archive.index(FolderSource(tmp_path / "moved")).added == 1


def page(url: str, text: str = SECRET.text) -> Batch:
    made = replace(SECRET, id="echo.example/p/0", url=url, text=text)
    return Batch((Page(url, fingerprint(made), b"", made),))


def test_a_page_does_not_come_back_under_another_spelling_of_its_address(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        assert archive.index(page("http://echo.example/p/0")).added == 1
        archive.forget("echo.example/p/0")
        for url in ("http://echo.example/p/0/", "https://echo.example/p/0", "http://echo.example/p/0"):
            report = archive.index(page(url))
            assert (report.added, report.unchanged) == (0, 1)
        fetched = page("https://echo.example/p/0").listed[0]  # under the key by which it is known
        assert isinstance(fetched, Page)
        under = replace(fetched, key="http://echo.example/p/0")
        assert archive.index(Batch((under,))).added == 0
        assert archive.index(page("https://echo.example/p/0", "Un démenti a clos l'affaire.")).added == 1
        lines = list(export_lines(tmp_path / "index" / "archive.sqlite"))
    with open_archive(tmp_path / "two") as two:
        taken_in(two, lines)
        two.forget("echo.example/p/0")
        assert two.index(page("http://echo.example/p/0//")).added == 0


def test_an_import_knows_what_was_removed_in_the_same_way(tmp_path: Path) -> None:
    made = replace(SECRET, id="echo.example/p/0", url="http://echo.example/p/0")
    with open_archive(tmp_path) as archive:
        archive.index(page(made.url))
        archive.forget(made.id)
        forgotten = list(export_lines(tmp_path / "index" / "archive.sqlite"))
    assert '"id": "echo.example/p/0"' in forgotten[0]
    line = article_line(made, "https://echo.example/p/0", "9:other")
    older = article_line(made, made.url, "0:older")
    lines = [*forgotten, json.dumps(line) + "\n", json.dumps(older) + "\n"]
    with open_archive(tmp_path / "two") as two:
        taken_in(two, lines[:1])
        done = taken_in(two, lines[1:])
        assert (done.added, done.left_out) == (0, 2)


def test_a_kill_while_removing(tmp_path: Path) -> None:
    with open_archive(tmp_path / "before") as archive:
        archive.index(source(SECRET))
    gone = ["secret", "a04", "a21"]
    before = tmp_path / "before" / "index"
    shutil.copytree(before, tmp_path / "counted")
    labels = all_steps(remove, tmp_path / "counted", gone)
    shutil.copytree(before, tmp_path / "undisturbed" / "index")
    with open_archive(tmp_path / "undisturbed") as archive:
        assert archive.remove(gone) == 3
        archive.index(source(SECRET))
        expected = content(tmp_path / "undisturbed" / "index", archive)

    def attempt(step: int) -> list[Any]:
        folder = tmp_path / f"killed-{step}"
        shutil.copytree(before, folder / "index")
        die_at(remove, folder / "index", gone, step)
        with open_archive(folder) as archive:
            archive.remove(gone)
            archive.index(source(SECRET))
            assert files_with(folder / "index", *(word.encode() for word in WORDS)) == []
            return content(folder / "index", archive)

    assert_same_after_kills(chosen(labels, 14), labels, attempt, expected)


# -- retention ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "outlet", "over"),
    [
        ("2026-02-20", "Le Monde", False),  # ten days
        ("2026-02-19", "Le Monde", True),
        ("2026-02-19T23:59:00+01:00", "le monde", True),
        ("2026-02", "Le Monde", False),  # perhaps of its last day
        ("2026-01", "Le Monde", True),
        ("2025", "Le Monde", True),
        ("", "Le Monde", False),  # no age
        ("2199-01-01", "Le Monde", False),
        ("2026-02-22", "AFP", True),
        ("2026-02-23", "afp", False),
        ("1999", "Archives", False),  # for ever
    ],
)
def test_how_old_is_too_old(published: str, outlet: str, over: bool) -> None:
    retention = Retention(10, (("AFP", 7), ("Archives", 0)))
    assert retention.is_over(Article("a", "x", outlet=outlet, published=published), TODAY) is over
    assert not Retention().is_over(Article("a", "x", outlet=outlet, published=published), TODAY)


def test_what_grew_too_old_goes_and_stays_out_as_long_as_the_settings_say_so(tmp_path: Path) -> None:
    month, longer = Retention(30), Retention(90)
    everything = source(SECRET, count=4)  # the others are of 2022, or undated
    with open_archive(tmp_path) as archive:
        archive.index(everything)
        assert archive.expired(TODAY) == []
    with open_archive(tmp_path, Retention(0, (("L'Écho de Malaucène", 30),))) as archive:
        assert archive.expired(TODAY) == ["secret"]
    with open_archive(tmp_path, month) as archive:
        assert archive.expired(TODAY) == ["a00", "a01", "a02", "secret"]
        assert archive.remove(archive.expired(TODAY), too_old=True) == 4
        assert archive.expired(TODAY) == []
        assert [one.id for one in archive.articles()] == ["a03"]
        assert files_with(tmp_path / "index", b"zibeline") == []
        assert set(Marks(archive.store, month, TODAY).sources()) == {"mem/a00", "mem/a01", "mem/a02", "mem/secret"}
        assert set(Marks(archive.store, longer, TODAY).sources()) == {"mem/a00", "mem/a01", "mem/a02"}
        assert archive.store.forgotten() == {}
        again = archive.index(everything)
        assert (again.added, again.unchanged) == (0, 5)
    with open_archive(tmp_path) as archive:
        assert archive.index(everything).added == 4


class Unread(MemorySource):
    def read(self, record: Record) -> Article:
        raise ReadError("it was read")


def test_what_is_too_old_is_not_taken_in_and_not_read_twice(tmp_path: Path) -> None:
    """An earlier version that was young enough goes, too: its source no longer says so."""
    young, old = replace(SECRET, published=""), MemorySource({"mem/secret": SECRET})
    with open_archive(tmp_path, Retention(30)) as archive:
        assert archive.index(MemorySource({"mem/secret": young})).added == 1
        report = archive.index(old)
        assert (report.added, report.updated, report.removed) == (0, 0, 1)
        assert report.expired == ("secret",)
        assert list(archive.articles()) == []
        assert files_with(tmp_path / "index", b"zibeline") == []
        assert archive.index(Unread(old.held)).unchanged == 1


def test_a_page_that_turns_out_to_be_too_old_goes(tmp_path: Path) -> None:
    """A feed owns no page: what left it stays, but not what is too old."""
    young = replace(SECRET, id="echo.example/p", url="http://echo.example/p", published="")
    with open_archive(tmp_path, Retention(30)) as archive:
        for one, added, removed in ((young, 1, 0), (replace(young, published="2020-01-01"), 0, 1)):
            report = archive.index(Batch((Page(one.url, fingerprint(one), b"", one),)))
            assert (report.added, report.removed) == (added, removed)
        assert (report.expired, archive.status().articles) == ((young.id,), 0)
        assert files_with(tmp_path / "index", b"zibeline") == []


def test_what_is_too_old_and_not_met_for_a_year_is_no_longer_remembered(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        for key in ("mem/met", "mem/lost"):
            removal.leave_out(archive._store, key, "print", SECRET)
        with archive._store.transaction(), archive._store.reading() as db:
            db.execute("UPDATE expired SET met = '2026-03-02'")
        for days, left in ((100, ["mem/lost", "mem/met"]), (364, ["mem/lost", "mem/met"]), (367, ["mem/met"])):
            marks = Marks(archive._store, Retention(1), TODAY + timedelta(days))
            assert marks.keep_out("mem/met", "print")
            marks.settle()
            assert sorted(Marks(archive._store, Retention(1), TODAY + timedelta(days)).sources()) == left


def test_what_is_too_old_when_it_comes_is_remembered(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        removal.leave_out(archive._store, "mem/old", "print", SECRET)
        removal.remove(archive._store, [])
        archive._store.put(Article("a", "Un."), "mem/a", "of a", [])
        removal.remove(archive._store, ["a"])
        month, year = Retention(30), Retention(365)
        assert Marks(archive._store, month, TODAY).sources() == {"mem/old": "print", "mem/a": "of a"}
        assert Marks(archive._store, year, TODAY).sources() == {"mem/a": "of a"}
        assert Marks(archive._store, year, TODAY + timedelta(365)).sources().keys() == {"mem/old", "mem/a"}


# -- backups --------------------------------------------------------------------------------------------------------


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_backup_is_one_whole_file_that_becomes_an_archive(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(SECRET))
        expected = content(tmp_path / "index", archive)
        made = back_up(tmp_path / "index" / "archive.sqlite", tmp_path / "copies", "archive", now=NOON)
    assert made == tmp_path / "copies" / "archive-20260302T120000Z.sqlite"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert sorted(path.name for path in made.parent.iterdir()) == [".backup.lock", made.name]
    (tmp_path / "restored" / "index").mkdir(parents=True)
    shutil.copy(made, tmp_path / "restored" / "index" / "archive.sqlite")
    with open_archive(tmp_path / "restored") as archive:
        assert content(tmp_path / "restored" / "index", archive) == expected
        assert archive.index(source(SECRET)).unchanged == 31


def test_a_backup_is_one_state_while_others_write(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(count=5))
        store = archive._store
        with store.transaction():  # begun and not finished: no part of the copy
            with store.reading() as db:
                db.execute("DELETE FROM articles WHERE id = 'a00'")
            made = back_up(store.path, tmp_path, "archive", now=NOON)
    with sqlite3.connect(made) as db:
        assert db.execute("SELECT COUNT(*) FROM articles").fetchone() == (5,)
    db.close()


def test_the_newest_copies_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(count=1))
    file, folder = tmp_path / "index" / "archive.sqlite", tmp_path / "copies"
    folder.mkdir()
    others = ["archive-20260101T000000Z.sqlite.txt", "telegram-20200101T000000Z.sqlite", "archive-1.sqlite", "mine"]
    for name in [*others, ".archive-20260101T000000Z.sqlite.half"]:
        (folder / name).write_text("x", "utf-8")
    for day in range(5):
        back_up(file, folder, "archive", now=NOON + timedelta(day), keep=3)
    names = [path.name for path in backups(folder, "archive")]
    assert names == [f"archive-2026030{day}T120000Z.sqlite" for day in (6, 5, 4)]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, *others, ".backup.lock"])


@pytest.mark.parametrize("harm", ["text", "page", "none", "folder"])
def test_what_cannot_be_copied_is_one_sentence_and_leaves_what_there_was(tmp_path: Path, harm: str) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source())
    file, folder = tmp_path / "index" / "archive.sqlite", tmp_path / "copies"
    good = back_up(file, folder, "archive", now=NOON, keep=1)
    if harm == "text":
        file.write_bytes(b"no database at all. " * 100)
    elif harm == "page":
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [root] = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles_outlet'").fetchone()
            [size] = db.execute("PRAGMA page_size").fetchone()
        db.close()
        with file.open("r+b") as raw:
            raw.seek((root - 1) * size)
            raw.write(b"\x0a" + b"\0" * (size - 1))  # an index without entries
    elif harm == "none":
        file.unlink()
    else:
        shutil.rmtree(folder)
        folder.write_text("a file", "utf-8")
    with pytest.raises(KiosqueError, match=r"^[^\n]*(archive\.sqlite|copies)[^\n]*\.$"):
        back_up(file, folder, "archive", now=NOON + timedelta(1), keep=1)
    if harm != "folder":
        assert sorted(path.name for path in folder.iterdir()) == [".backup.lock", good.name]


def test_a_full_disk_leaves_the_copies_that_there_are(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source())
    file, folder = tmp_path / "index" / "archive.sqlite", tmp_path / "copies"
    good = back_up(file, folder, "archive", now=NOON)
    program = (
        "import resource, sys; from pathlib import Path; from retrieval.keeping.backups import back_up\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try: back_up(Path(sys.argv[1]), Path(sys.argv[2]), 'archive', keep=1)\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    out = subprocess.run([sys.executable, "-c", program, file, folder], capture_output=True, text=True, check=True)
    assert out.stdout.startswith(f"KiosqueError {file} cannot be copied to {folder}: ")
    assert sorted(path.name for path in folder.iterdir()) == [".backup.lock", good.name]


def test_two_backups_at_a_time_are_one_too_many(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(count=1))
    with FileLock(tmp_path / ".backup.lock"), pytest.raises(KiosqueError, match="Another backup is being written"):
        back_up(tmp_path / "index" / "archive.sqlite", tmp_path, "archive")


def test_a_kill_while_copying(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source())
    index = tmp_path / "index"
    labels = all_steps(copy, index, tmp_path / "counted")
    for step in range(len(labels)):
        folder = tmp_path / f"killed-{step}"
        back_up(index / "archive.sqlite", folder, "archive", now=NOON - timedelta(9))
        die_at(copy, index, folder, step)
        copies = backups(folder, "archive")
        assert copies
        for path in copies:
            with sqlite3.connect(path) as db:
                assert db.execute("SELECT COUNT(*) FROM articles").fetchone() == (30,)
            db.close()
        back_up(index / "archive.sqlite", folder, "archive", now=NOON, keep=1)
        left = sorted(path.name for path in folder.iterdir())
        assert left == [".backup.lock", "archive-20260302T120000Z.sqlite"]
    assert len(labels) >= 5


# -- export, as long as it lasts --------------------------------------------------------------------------------------


def test_an_export_is_one_state_while_others_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PATIENCE", 0.0)
    with open_archive(tmp_path) as archive:
        archive.index(source(count=5))
        lines = export_lines(tmp_path / "index" / "archive.sqlite")
        first = next(lines)
        archive.remove(["a01", "a02"])
        archive.index(MemorySource({"other/b": SECRET}, root="other"))
        rest = list(lines)
    assert [line.partition(",")[0] for line in (first, *rest)] == [f'{{"id": "a0{n}"' for n in range(5)]


def test_an_export_of_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(KiosqueError, match=r"^There is no archive in .*; run `kiosque index FOLDER` first"):
        list(export_lines(tmp_path / "archive.sqlite"))
    assert list(tmp_path.iterdir()) == []


def test_an_export_of_a_part_tells_nothing_of_what_was_removed(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        archive.index(source(count=4))
        archive.remove(["a03"])
    file = tmp_path / "index" / "archive.sqlite"
    assert ["forgotten" in line for line in export_lines(file)] == [False, False, False, True]
    part = list(export_lines(file, Filters(outlets=("libération",))))
    assert [line.partition(",")[0] for line in part] == ['{"id": "a01"']
