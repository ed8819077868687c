"""Files of one name in two folders, folders that move, and folders whose names are alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.reading.sources import FolderSource
from tests.fakes import HashingEmbedder


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "index", HashingEmbedder())


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def test_two_folders_may_hold_files_of_one_name(archive: Archive, tmp_path: Path) -> None:
    one = write(tmp_path / "monde", "1.txt", "Le pont a rouvert hier matin à Lyon.")
    other = write(tmp_path / "figaro", "1.txt", "Le tunnel reste fermé depuis lundi à Nice.")
    for folder in (one, other):
        report = archive.index(FolderSource(folder))
        assert (report.added, report.skipped) == (1, ())
    ids = {hit.article.id: hit.text for hit in archive.search("Lyon Nice")}
    assert ids.pop("1") == "Le pont a rouvert hier matin à Lyon."
    [(renamed, text)] = ids.items()
    assert renamed.startswith("1-")
    assert text == "Le tunnel reste fermé depuis lundi à Nice."
    report = archive.index(FolderSource(other))
    assert (report.added, report.updated, report.unchanged) == (0, 0, 1)


def test_a_folder_that_moved_keeps_its_ids(archive: Archive, tmp_path: Path) -> None:
    folder = write(tmp_path / "here", "1.txt", "Le pont a rouvert hier matin à Lyon.")
    archive.index(FolderSource(folder))
    moved = folder.rename(tmp_path / "there")
    report = archive.index(FolderSource(moved))
    assert (report.added, report.skipped, archive.status().articles) == (1, (), 1)
    assert archive.article("1").text == "Le pont a rouvert hier matin à Lyon."


def test_a_folder_does_not_own_one_whose_name_goes_on(archive: Archive, tmp_path: Path) -> None:
    folder = write(tmp_path / "news", "1.txt", "Le pont a rouvert hier matin à Lyon.")
    other = write(tmp_path / "news#old", "2.txt", "Le tunnel reste fermé depuis lundi à Nice.")
    for place in (other, folder):
        report = archive.index(FolderSource(place))
        assert (report.added, report.removed) == (1, 0)
