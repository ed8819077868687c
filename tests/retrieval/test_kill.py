"""``kill -9`` at many steps of indexing, then indexing again: the archive must be that of an undisturbed run."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from retrieval.archive import Archive
from retrieval.errors import IndexMismatch
from retrieval.reading.sources import FolderSource
from retrieval.types import Filters
from tests.fakes import HashingEmbedder
from tests.retrieval.killed import CHUNKING, all_steps, die_at
from tests.retrieval.material import article

QUERIES = ("réfugiés à Kherson", "que dit Macron des sanctions ?", "dépêche 1")
EVERYWHERE = ("add_document", "sqlite")  # labels of steps that come by the hundred: some of them are tried, not all


def write_articles(folder: Path, numbers: range, version: int = 0) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        made = article(number, version=version)
        (folder / f"{made.id}.txt").write_text(f"{made.title}\n\n{made.text}\n", "utf-8")


def write_lines(folder: Path, numbers: range, version: int = 0) -> None:
    made = [article(number, version=version) for number in numbers]
    lines = [json.dumps({"id": a.id, "title": a.title, "text": a.text, "published": a.published}) for a in made]
    (folder / "press.jsonl").write_text("\n".join(lines), "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty files and five lines of another, and two files that print again what stands in others."""
    write_articles(tmp_path / "articles", range(20))
    write_lines(tmp_path / "articles", range(20, 25))
    for copied, name in ((3, "a50"), (12, "a52")):
        shutil.copy(tmp_path / "articles" / f"a{copied:02}.txt", tmp_path / "articles" / f"{name}.txt")
    return tmp_path / "articles"


def change(folder: Path) -> None:
    """Change six articles, take out five, bring in three."""
    write_articles(folder, range(3, 7), version=1)
    write_lines(folder, range(22, 27), version=1)
    for number in (0, 9, 19):
        (folder / f"a{number:02}.txt").unlink()
    write_articles(folder, range(40, 41))


def open_archive(index: Path, **options: bool) -> Archive:
    return Archive(index, HashingEmbedder(), CHUNKING, **options)


CONTENT = {
    "articles": "SELECT id, source, fingerprint, title, text, published, language FROM articles ORDER BY id",
    "passages": "SELECT a.id, p.start, p.end, v.vector FROM passages p JOIN articles a ON a.n = p.article "
    "JOIN vectors v ON v.passage = p.id ORDER BY a.id, p.start",
    "orphans": "SELECT passage FROM vectors WHERE passage NOT IN (SELECT id FROM passages)",
    "sketches": "SELECT s.key, a.id FROM sketches s JOIN articles a ON a.n = s.article ORDER BY s.key, a.id",
    "links": "SELECT a.id, b.id, l.story FROM links l JOIN articles a ON a.n = l.one JOIN articles b ON b.n = l.other "
    "ORDER BY a.id, b.id",
    "printed": "SELECT a.id, p.start, b.id, i.start FROM printed r JOIN passages p ON p.id = r.passage "
    "JOIN articles a ON a.n = p.article JOIN passages i ON i.id = r.inside JOIN articles b ON b.n = i.article "
    "ORDER BY a.id, p.start, b.id, i.start",
    "manifest": "SELECT key, value FROM meta WHERE key NOT IN ('change', 'pruned')",
}
NUMBERS = {
    "articles": "SELECT n, id FROM articles ORDER BY n",
    "passages": "SELECT id, article, start, end, change FROM passages ORDER BY id",
    "removed": "SELECT passage, added, change FROM removed ORDER BY passage",
    "change": "SELECT value FROM meta WHERE key = 'change'",
}


def rows(index: Path, queries: dict[str, str]) -> dict[str, list[tuple[Any, ...]]]:
    with sqlite3.connect(index / "archive.sqlite") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {name: db.execute(sql).fetchall() for name, sql in queries.items()}
    db.close()
    return found


def hits(archive: Archive) -> list[tuple[Any, ...]]:
    """Return the hits on each query, in order."""
    return [
        (query, hit.passage, *(pytest.approx(value, abs=2e-5) for value in (hit.score, hit.dense, hit.lexical)))
        for query in QUERIES
        for filters in (Filters(), Filters(article_ids=tuple(f"a{n:02}" for n in range(0, 50, 2))))
        for hit in archive.search(query, limit=200, filters=filters)
    ]


def state(index: Path, archive: Archive) -> list[Any]:
    return [archive.size, rows(index, CONTENT), rows(index, NUMBERS), *hits(archive)]


def content(index: Path, archive: Archive) -> list[Any]:
    """Return the state without the numbers, which tell how often an archive was built, and the order of equal hits."""
    found = [(query, p.article_id, p.start, p.end, *scores) for query, p, *scores in hits(archive)]
    return [archive.size, rows(index, CONTENT), sorted(found, key=lambda row: row[:4])]


def chosen(labels: list[str], count: int) -> list[int]:
    """Return the steps to die at: the last of each kind that is not one of hundreds, and ``count`` spread over all."""
    special = {label: n for n, label in enumerate(labels) if not any(word in label for word in EVERYWHERE)}
    return sorted({*special.values(), *(round(n * (len(labels) - 1) / (count - 1)) for n in range(count))})


def assert_same_after_kills(
    steps: list[int], labels: list[str], attempt: Callable[[int], list[Any]], expected: list[Any]
) -> None:
    different = [(step, labels[step]) for step in steps if attempt(step) != expected]
    assert not different
    assert len(steps) >= 15


def test_first_indexing(folder: Path, tmp_path: Path) -> None:
    labels = all_steps(tmp_path / "counted", folder)
    with open_archive(tmp_path / "undisturbed") as archive:
        assert archive.index(FolderSource(folder)).added == 27
        expected = state(tmp_path / "undisturbed", archive)
    assert expected[0] > 60
    assert len(expected) > 300
    assert {row[0] for row in expected[1]["printed"]} == {"a03", "a12", "a50", "a52"}

    def attempt(step: int) -> list[Any]:
        index = tmp_path / f"killed-{step}"
        die_at(index, folder, step)
        with open_archive(index) as archive:
            report = archive.index(FolderSource(folder))
            assert (report.added + report.unchanged, report.updated, report.removed) == (27, 0, 0)
            return state(index, archive)

    assert_same_after_kills(chosen(labels, 12), labels, attempt, expected)


def test_indexing_what_has_changed(folder: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    with open_archive(before) as archive:
        archive.index(FolderSource(folder))
    change(folder)
    shutil.copytree(before, tmp_path / "counted")
    labels = all_steps(tmp_path / "counted", folder)
    shutil.copytree(before, tmp_path / "undisturbed")
    with open_archive(tmp_path / "undisturbed") as archive:
        report = archive.index(FolderSource(folder))
        assert (report.added, report.updated, report.removed, report.unchanged) == (3, 7, 5, 15)
        expected = state(tmp_path / "undisturbed", archive)

    def attempt(step: int) -> list[Any]:
        index = tmp_path / f"killed-{step}"
        shutil.copytree(before, index)
        die_at(index, folder, step)
        with open_archive(index) as archive:
            archive.index(FolderSource(folder))
            return state(index, archive)

    assert_same_after_kills(chosen(labels, 8), labels, attempt, expected)


def test_killed_again_and_again(folder: Path, tmp_path: Path) -> None:
    """Each run gets a little further; none begins anew."""
    index = tmp_path / "killed"
    with open_archive(tmp_path / "undisturbed") as archive:
        archive.index(FolderSource(folder))
        expected = state(tmp_path / "undisturbed", archive)
    stored = [0]
    for _ in range(15):
        die_at(index, folder, 140)
        with sqlite3.connect(index / "archive.sqlite") as db:
            stored.append(db.execute("SELECT COUNT(*) FROM articles").fetchone()[0])
        db.close()
        if stored[-1] == 27:
            break
    assert stored == sorted(stored)
    assert len(set(stored)) >= 5
    with open_archive(index) as archive:
        archive.index(FolderSource(folder))
        assert state(index, archive) == expected


def test_rebuilding(folder: Path, tmp_path: Path) -> None:
    """Half of a killed rebuild's vectors may be another encoder's, so nothing but a rebuild opens it."""
    before = tmp_path / "before"
    with open_archive(before) as archive:
        archive.index(FolderSource(folder))
        expected = content(before, archive)
    shutil.copytree(before, tmp_path / "counted")
    labels = all_steps(tmp_path / "counted", folder, rebuild=True)
    unfinished = labels.index("sqlite UPDATE"), len(labels) - 1 - labels[::-1].index("sqlite INSERT")

    def attempt(step: int) -> list[Any]:
        index = tmp_path / f"killed-{step}"
        shutil.copytree(before, index)
        die_at(index, folder, step, rebuild=True)
        if unfinished[0] <= step < unfinished[1]:
            with pytest.raises(IndexMismatch, match=r"a rebuild that was not finished.*kiosque index --rebuild"):
                open_archive(index)
        with open_archive(index, rebuild=True) as archive:
            archive.rebuild()
            return content(index, archive)

    assert_same_after_kills(chosen(labels, 6), labels, attempt, expected)
