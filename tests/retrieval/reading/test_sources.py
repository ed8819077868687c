import json
import os
import shutil
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.errors import ReadError
from retrieval.reading import records as file_records
from retrieval.reading.parsing import Parser
from retrieval.reading.sources import FolderSource
from retrieval.types import Record, Skipped
from tests.fakes import HashingEmbedder
from tests.retrieval.files import HTML, SENTENCES, export, mail, mbox, message, paragraph, tarred, word, zipped

SEEDS = Path(__file__).resolve().parents[3] / "seeds"


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
    for name in ("b/2.txt", "a.md", "b/c/1.TXT", "z.odt", ".hidden.txt", ".git/x.txt", "b/notes.csv", "été.txt"):
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
    monkeypatch.setattr(file_records, "CLEANING_VERSION", -1)
    assert listing(tmp_path)[0][1].fingerprint != first[1].fingerprint


def test_what_cannot_be_indexed_at_all(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"nowhere does not exist; name a folder or a file of articles\.$"):
        FolderSource(tmp_path / "nowhere").records()
    with pytest.raises(ReadError, match=r"a\.odt is no folder, and no \.txt, \.md, .* or result\.json file\.$"):
        FolderSource(write(tmp_path / "a.odt")).records()


def test_a_folder_without_articles_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "a.odt")
    records, (skipped,) = listing(tmp_path)
    assert records == []
    assert skipped.reason == (
        f"{tmp_path} holds no .txt, .md, .html, .htm, .pdf, .docx, .eml, .jsonl, .mbox, .zip, .tar.gz, .tgz "
        "or result.json file."
    )


def test_unreadable_files_are_skipped_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_records, "LARGEST", 2**20)
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
    monkeypatch.setattr(file_records, "LARGEST", 2**20)
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


# Files that hold several articles, and archives.

FILES: dict[str, bytes | str] = {
    "a.html": HTML,
    "d/b.txt": "Un.",
    "d/b.md": "Deux.",
    "d/all.jsonl": lines({"id": "x/1", "text": "Trois."}, {"text": "Quatre."}, "{"),
    "d/press.mbox": mbox(mail("Cinq.", message_id="<5@exemple.fr>").as_bytes()),
    "lettre.eml": mail("Six.").as_bytes(),
    "note.docx": word(paragraph("Sept.")),
    "tg/result.json": export(message(7, SENTENCES[0])),
    "tg/other.json": "[]",
    ".hidden/c.txt": "Huit.",
    "image.png": "x",
}


def texts(path: Path) -> dict[str, str]:
    source = FolderSource(path)
    read = [source.read(record) for record in source.records() if isinstance(record, Record)]
    assert len({article.id for article in read}) == len(read)
    return {article.id: article.text for article in read}


@pytest.mark.parametrize(("pack", "suffix"), [(zipped, ".zip"), (tarred, ".tar.gz"), (tarred, ".tgz")])
def test_an_archive_is_as_the_folder_of_its_name(pack: object, suffix: str, tmp_path: Path) -> None:
    for name, data in FILES.items():
        write(tmp_path / "loose" / "news" / name, data)
    write(tmp_path / "packed" / f"news{suffix}", pack(FILES))  # type: ignore[operator]
    expected = texts(tmp_path / "loose")
    assert len(expected) == 9
    assert expected["news/d/b.txt"] == "Un."
    assert texts(tmp_path / "packed") == expected
    # Named itself, it is as the folder named itself.
    assert texts(tmp_path / "packed" / f"news{suffix}") == texts(tmp_path / "loose" / "news")
    records, skipped = listing(tmp_path / "packed")
    archive = f"{tmp_path.as_posix()}/packed/news{suffix}"
    assert {record.key.partition("#")[0] for record in records} == {archive}
    assert f"{archive}#d/b.txt" in {record.key for record in records}
    assert f"{archive}#d/all.jsonl#x/1" in {record.key for record in records}
    assert skipped == [
        Skipped(f"{archive}#d/all.jsonl:3", f"news{suffix}, d/all.jsonl, line 3: is not valid JSON."),
    ]


def test_an_archive_repacked_costs_nothing_and_a_changed_file_only_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", zipped({"a.txt": "Un.", "b.txt": "Deux."}))
    before = {record.key: record.fingerprint for record in listing(path)[0]}
    write(path, zipped({"b.txt": "Deux !", "a.txt": "Un.", "c.txt": "Trois."}, method=0))
    after = {record.key: record.fingerprint for record in listing(path)[0]}
    same = {key for key in before if after[key] == before[key]}
    assert same == {f"{path.as_posix()}#a.txt"}
    assert set(after) - set(before) == {f"{path.as_posix()}#c.txt"}
    source = FolderSource(path)
    assert all(source.owns(key) for key in after)
    assert not source.owns(f"{path.as_posix()}x")


def test_errors_name_the_archive_and_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path / "news.zip",
        zipped(
            {"a.html": "<p></p>", "in.zip": zipped({"a.txt": "x"}), "b.mbox": "Bonjour", "c.jsonl": "", "d.txt": "Oui."}
        ),
    )
    records, skipped = listing(path)
    key = path.as_posix()
    assert [record.key for record in records] == [f"{key}#a.html", f"{key}#d.txt"]
    assert skipped == [
        Skipped(f"{key}#in.zip", "news.zip, in.zip is an archive inside an archive; unpack it."),
        Skipped(f"{key}#b.mbox", "news.zip, b.mbox is no mbox: it does not begin with a From line."),
        Skipped(f"{key}#c.jsonl", "news.zip, c.jsonl holds no text."),
    ]
    with pytest.raises(ReadError, match=r"^news\.zip, a\.html holds no text\.$"):
        FolderSource(path).read(records[0])
    broken = write(tmp_path / "b" / "b.tgz", b"x")
    assert listing(broken)[1] == [Skipped(broken.as_posix(), "b.tgz is a broken archive (BadGzipFile).")]
    empty = write(tmp_path / "c" / "c.zip", zipped({"a.png": "x"}))
    assert listing(empty)[1] == [Skipped(f"{empty.as_posix()}:empty", "c.zip holds no file that is read here.")]


def test_an_mbox(tmp_path: Path) -> None:
    one = mail("Un.", message_id="<1@exemple.fr>").as_bytes()
    two = mail("Deux.", message_id="<2@exemple.fr>").as_bytes()
    path = write(tmp_path / "Mars, avril.mbox", mbox(one, two, one))
    records, skipped = listing(path)
    assert skipped == [Skipped(f"{path.as_posix()}:3", "Mars, avril.mbox, message 3 repeats message 1.")]
    articles = [FolderSource(path).read(record) for record in records]
    assert [(article.text, article.title) for article in articles] == [
        ("Un.", "Kiev résiste"),
        ("Deux.", "Kiev résiste"),
    ]
    assert [record.key for record in records] == [f"{path.as_posix()}#{article.id}" for article in articles]
    assert all(article.id.startswith("Mars, avril-") for article in articles)
    write(path, mbox(two, one))  # in another order: the same articles
    assert set(listing(path)[0]) == set(records)
    write(path, mbox(b"Status: RO\n" + one))  # as mail programs mark what was read
    (marked,) = listing(path)[0]
    assert marked.key == records[0].key
    assert marked.fingerprint != records[0].fingerprint


def test_a_telegram_export(tmp_path: Path) -> None:
    path = write(tmp_path / "result.json", export(message(7, SENTENCES[0]), message(8, "Direct")))
    (record,), skipped = listing(path)
    assert record.key == f"{path.as_posix()}#1234/7"
    assert FolderSource(path).read(record).text == SENTENCES[0]
    assert skipped == [
        Skipped(
            f"{path.as_posix()}:short posts",
            "result.json: posts of fewer than 4 words were left out (1).",
        )
    ]
    assert listing(write(tmp_path / "b" / "chat.json", "{}"))[1] == [
        Skipped(f"{tmp_path.as_posix()}/b/chat.json", "chat.json is no Telegram export: it has no messages.")
    ]


def test_files_are_parsed_within_the_limits_of_the_parser(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "*a " * 1_000_000)
    write(tmp_path / "b.md", "Oui.")
    source = FolderSource(tmp_path, Parser(seconds=0.5))
    first, _ = listing(tmp_path)[0]
    with pytest.raises(ReadError, match=r"^a\.md took longer than 0\.5 seconds to read; it was given up\.$"):
        source.read(first)
    assert list(texts(tmp_path / "b.md").values()) == ["Oui."]


def test_an_archive_is_kept_in_step(tmp_path: Path) -> None:
    path = write(tmp_path / "news" / "press.tgz", tarred(FILES))
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        first = archive.index(FolderSource(path.parent))
        assert (first.added, len(first.skipped)) == (9, 1)
        again = archive.index(FolderSource(path.parent))
        assert (again.added, again.updated, again.removed, again.unchanged) == (0, 0, 0, 9)
        kept = {name: data for name, data in FILES.items() if name != "note.docx"} | {"d/b.txt": "Autre."}
        write(path, tarred(kept))
        changed = archive.index(FolderSource(path.parent))
        assert (changed.added, changed.updated, changed.removed, changed.unchanged) == (0, 1, 1, 7)
        assert archive.article("press/d/b.txt").text == "Autre."
        write(path, b"broken")  # what cannot be opened this time is kept
        assert archive.index(FolderSource(path.parent)).removed == 0
        path.unlink()
        write(path.parent / "other.txt")
        assert archive.index(FolderSource(path.parent)).removed == 8
