import json
import os
import shutil
from pathlib import Path

import pytest

from retrieval import sources
from retrieval.errors import ReadError
from retrieval.sources import FolderSource
from retrieval.types import Record, Skipped

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def write(path: Path, text: str | bytes = "Kiev résiste.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def lines(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


def listing(path: Path) -> tuple[list[Record], list[Skipped]]:
    found = list(FolderSource(path).records())
    return [r for r in found if isinstance(r, Record)], [s for s in found if isinstance(s, Skipped)]


def ids(path: Path) -> list[str]:
    source = FolderSource(path)
    return [source.read(record).id for record in source.records() if isinstance(record, Record)]


def test_the_seeds() -> None:
    expected = ["000_3da4b88daee8877c", "001_9d6b8f244bedb1c3", "002_252bef63fe61416b", "003_3eba1f2502d05c01",
                "004_e2b0843e0a94b4ad"]  # fmt: skip
    assert ids(SEEDS) == expected
    records, skipped = listing(SEEDS)
    assert skipped == []
    assert [record.key for record in records] == [f"{SEEDS.as_posix()}/{name}.txt" for name in expected]


def test_folders_are_walked_in_order_and_hidden_things_passed_over(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a.md", "b/c/1.TXT", "z.docx", ".hidden.txt", ".git/x.txt", "b/notes.csv", "été.txt"):
        write(tmp_path / name)
    assert ids(tmp_path) == ["a", "b/2", "b/c/1", "été"]
    assert listing(tmp_path)[1] == []


def test_files_that_differ_by_suffix_keep_it(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "b.txt", "d/a.txt"):
        write(tmp_path / name)
    assert ids(tmp_path) == ["a.md", "a.txt", "b", "d/a"]


def test_a_single_file(tmp_path: Path) -> None:
    path = write(tmp_path / "d" / "a.txt")
    source = FolderSource(path)
    (record,) = listing(path)[0]
    assert (record.key, source.read(record).id) == (path.as_posix(), "a")
    assert source.owns(path.as_posix())
    assert not source.owns(write(tmp_path / "d" / "a.txt.md").as_posix())


def test_owns(tmp_path: Path) -> None:
    root = tmp_path.as_posix()
    folder = FolderSource(tmp_path / "articles")
    assert folder.owns(f"{root}/articles/a.txt")
    assert folder.owns(f"{root}/articles/x/all.jsonl#1")
    assert not folder.owns(f"{root}/articles2/a.txt")
    assert not folder.owns(f"{root}/a.txt")
    assert FolderSource(tmp_path / "all.jsonl").owns(f"{root}/all.jsonl#1")
    assert FolderSource("/").owns(f"{root}/a.txt")


def test_relative_paths_give_absolute_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "d" / "a.txt")
    monkeypatch.chdir(tmp_path)
    assert [r.key for r in listing(Path("d"))[0]] == [f"{Path.cwd().as_posix()}/d/a.txt"]


def test_fingerprints_follow_bytes_id_and_cleaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "d" / "a.txt", "Un.")
    write(tmp_path / "d" / "b.txt", "Un.")
    first = listing(tmp_path)[0]
    assert listing(tmp_path)[0] == first
    assert first[0].fingerprint != first[1].fingerprint
    assert listing(tmp_path / "d")[0][0].fingerprint != first[0].fingerprint  # another id: another article
    write(tmp_path / "d" / "a.txt", "Deux.")
    changed = listing(tmp_path)[0]
    assert changed[0].fingerprint != first[0].fingerprint
    assert changed[1].fingerprint == first[1].fingerprint
    monkeypatch.setattr(sources, "CLEANING_VERSION", -1)
    assert listing(tmp_path)[0][1].fingerprint != first[1].fingerprint


def test_what_cannot_be_indexed_at_all(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nowhere does not exist; name a folder or a file of articles\.$"):
        FolderSource(tmp_path / "nowhere").records()
    with pytest.raises(ReadError, match=r"a\.docx is no folder, and no \.txt, \.md, .* or \.jsonl file\.$"):
        FolderSource(write(tmp_path / "a.docx")).records()


def test_a_folder_without_articles_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "a.docx")
    records, (skipped,) = listing(tmp_path)
    assert records == []
    assert skipped.reason == f"{tmp_path} holds no .txt, .md, .html, .htm, .pdf or .jsonl file."


def test_unreadable_files_are_skipped_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 2**20)
    write(tmp_path / "good.txt")
    write(tmp_path / "huge.txt", b"x" * (2**20 + 1))
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    records, skipped = listing(tmp_path)
    assert [Path(record.key).name for record in records] == ["good.txt"]
    root = tmp_path.as_posix()
    assert skipped == [
        Skipped(f"{root}/broken.txt", "broken.txt cannot be opened: No such file or directory."),
        Skipped(f"{root}/huge.txt", "huge.txt is larger than 1 MB; cut it, or make it JSONL."),
        Skipped(f"{root}/pipe.txt", "pipe.txt is no regular file."),
    ]


def test_forbidden_files_and_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions do not hold for root, so the refusal comes from the calls that the system would refuse."""
    write(tmp_path / "d" / "a.txt")
    write(tmp_path / "locked" / "b.txt")
    write(tmp_path / "secret.txt")
    real_scandir, real_stat = os.scandir, os.stat

    def scandir(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return real_scandir(path)

    def stat(path: str, **options: bool) -> os.stat_result:
        if str(path).endswith("secret.txt"):
            raise PermissionError(13, "Permission denied", path)
        return real_stat(path, **options)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "stat", stat)
    records, skipped = listing(tmp_path)
    monkeypatch.undo()
    assert [Path(record.key).name for record in records] == ["a.txt"]
    assert skipped == [
        Skipped(f"{tmp_path}/locked", f"the folder {tmp_path}/locked cannot be opened: Permission denied."),
        Skipped(f"{tmp_path}/secret.txt", "secret.txt cannot be opened: Permission denied."),
    ]


def test_links_are_followed_once(tmp_path: Path) -> None:
    root, outside = tmp_path / "in", tmp_path / "out"
    write(root / "a.txt")
    write(root / "d" / "b.txt")
    write(outside / "c.txt")
    (root / "d" / "loop").symlink_to(root)
    (root / "again").symlink_to(root / "d")
    (root / "other").symlink_to(outside)
    (root / "other2").symlink_to(outside)
    (outside / "back").symlink_to(root)
    assert ids(root) == ["a", "d/b", "other/c"]
    shutil.rmtree(outside)
    assert ids(root) == ["a", "d/b"]


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    try:
        write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    records, (skipped,) = listing(tmp_path)
    assert records == []
    assert skipped.reason == "the name of caf?.txt is not UTF-8; rename it."


def test_empty_and_broken_files_give_a_reason_when_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "")
    write(tmp_path / "b.pdf", "%PDF-1.4 no")
    source = FolderSource(tmp_path)
    empty, broken = listing(tmp_path)[0]
    with pytest.raises(ReadError, match=r"^a\.txt holds no text\.$"):
        source.read(empty)
    with pytest.raises(ReadError, match=r"^b\.pdf is a broken PDF \(.*\)\.$"):
        source.read(broken)


# JSONL.


def test_jsonl(tmp_path: Path) -> None:
    path = write(
        tmp_path / "d" / "all.jsonl",
        lines({"id": "x/1", "text": "Un."}, "", {"id": 2, "text": "Deux.", "title": "T"}, {"text": "Trois."}),
    )
    records, skipped = listing(tmp_path)
    assert skipped == []
    articles = [FolderSource(tmp_path).read(record) for record in records]
    hashed = articles[2].id
    assert [a.id for a in articles[:2]] == ["x/1", "2"]
    assert hashed.startswith("all-")
    assert len(hashed) == len("all-") + 16
    assert [r.key for r in records] == [f"{path.as_posix()}#{name}" for name in ("x/1", "2", hashed)]
    assert [a.text for a in articles] == ["Un.", "Deux.", "Trois."]
    assert [r.fingerprint for r in listing(path)[0]] == [r.fingerprint for r in records]


def test_jsonl_changes_only_what_changed(tmp_path: Path) -> None:
    path = write(tmp_path / "all.jsonl", lines({"id": 1, "text": "Un."}, {"id": 2, "text": "Deux."}))
    before = {r.key: r.fingerprint for r in listing(path)[0]}
    write(path, lines({"id": 3, "text": "Trois."}, {"id": 2, "text": "Deux."}, {"id": 1, "text": "Un !"}) + "\n")
    after = {r.key: r.fingerprint for r in listing(path)[0]}
    same = {key for key in before if after.get(key) == before[key]}
    assert same == {f"{path.as_posix()}#2"}
    assert set(after) - set(before) == {f"{path.as_posix()}#3"}


def test_bad_lines_are_skipped_by_number_and_the_rest_go_in(tmp_path: Path) -> None:
    path = write(
        tmp_path / "all.jsonl",
        "\ufeff" + lines({"id": 1, "text": "Un."}, {"title": "x"}, "{", {"id": "1", "text": "Deux."},
                         {"text": "Trois."}, {"text": "Trois."}, {"id": 4, "text": "Quatre."}),
    )  # fmt: skip
    records, skipped = listing(path)
    key = path.as_posix()
    assert [FolderSource(path).read(r).text for r in records] == ["Un.", "Trois.", "Quatre."]
    assert skipped == [
        Skipped(f"{key}:2", 'all.jsonl, line 2: "text" is missing.'),
        Skipped(f"{key}:3", "all.jsonl, line 3: is not valid JSON."),
        Skipped(f"{key}:4", "all.jsonl, line 4 repeats the id '1' of line 1."),
        Skipped(f"{key}:6", "all.jsonl, line 6 repeats the text of line 5."),
    ]


def test_an_empty_jsonl_and_a_line_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 2**20)
    empty = write(tmp_path / "empty.jsonl", "\n\n")
    assert listing(empty)[1] == [Skipped(empty.as_posix(), "empty.jsonl holds no text.")]
    long = write(
        tmp_path / "long.jsonl", lines({"id": 1, "text": "Un."}, {"id": 2, "text": "x" * 2**20}, {"text": "y"})
    )
    records, skipped = listing(long)
    assert [r.key for r in records] == [f"{long.as_posix()}#1"]
    assert skipped == [Skipped(long.as_posix(), "long.jsonl, line 2 is longer than 1 MB; nothing after it was read.")]


def test_a_hash_sign_in_names_and_ids(tmp_path: Path) -> None:
    write(tmp_path / "a#b.txt")
    write(tmp_path / "c#d.jsonl", lines({"id": "e#f", "text": "Un."}, {"id": "g", "text": "Partager"}))
    source = FolderSource(tmp_path)
    first, second, third = listing(tmp_path)[0]
    assert source.read(first).id == "a#b"
    assert (source.read(second).id, second.key) == ("e#f", f"{tmp_path.as_posix()}/c#d.jsonl#e#f")
    with pytest.raises(ReadError, match=r"^c#d\.jsonl, article 'g', holds no text\.$"):
        source.read(third)


def test_records_of_another_source_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        FolderSource(tmp_path).read(Record("k", "f", b""))
