import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading import packed
from retrieval.reading.packed import Part, is_readable, stems_of, suffix_of, unpack
from tests.retrieval.files import tarred, tarred_members, zipped

PACKERS = [(zipped, ".zip"), (tarred, ".tar.gz")]


def reason(data: bytes, suffix: str) -> str:
    with pytest.raises(ReadError) as caught:
        list(unpack(data, suffix))
    return str(caught.value)


def test_suffixes() -> None:
    assert [suffix_of(name) for name in ("a.TXT", "b.tar.GZ", "c.gz", "d.tgz", "e")] == [
        ".txt",
        ".tar.gz",
        ".gz",
        ".tgz",
        "",
    ]
    readable = ("a.md", "x/result.json", "Result.JSON", "b.tar.gz", "c.mbox")
    assert [name for name in (*readable, "notes.json", "a.odt", "b.tar", "c.gz") if is_readable(name)] == list(readable)


def test_stems() -> None:
    paths = ["a.txt", "a.md", "a.zip", "b.txt", "b.jsonl", "c.tar.gz"]
    assert list(stems_of(paths).values()) == ["a.txt", "a.md", "a", "b", "b", "c"]


@pytest.mark.parametrize(("pack", "suffix"), PACKERS)
def test_files_of_an_archive(pack: object, suffix: str) -> None:
    data = pack(  # type: ignore[operator]
        {"d/a.txt": "Un.", "./d//b.md": "Deux.", "d/b.txt": "Trois.", "d\\e\\été.html": "x", ".secret.txt": "y",
         "__MACOSX/d/a.txt": "z", "image.png": "p", "d/.git/a.txt": "q"}
    )  # fmt: skip
    assert list(unpack(data, suffix)) == [
        Part("d/a.txt", "d/a", b"Un."),
        Part("d/b.md", "d/b.md", b"Deux."),
        Part("d/b.txt", "d/b.txt", b"Trois."),
        Part("d/e/été.html", "d/e/été", b"x"),
    ]


@pytest.mark.parametrize(("pack", "suffix"), PACKERS)
def test_files_that_are_left_out_with_the_reason(pack: object, suffix: str) -> None:
    names = ["../../etc/a.txt", "a/../../b.txt", "in.zip", "deep/in.tar.gz", "n" * 2000 + ".txt"]
    parts = list(unpack(pack(dict.fromkeys(names, "Oui.")), suffix))  # type: ignore[operator]
    assert [part.data for part in parts] == [b""] * 5
    assert [part.reason for part in parts] == [
        "has a name that leads out of the archive",
        "has a name that leads out of the archive",
        "is an archive inside an archive; unpack it",
        "is an archive inside an archive; unpack it",
        "has a name that is too long or not UTF-8; rename it",
    ]


def test_a_name_that_comes_twice() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "Un.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "Deux.")
    assert [(part.data, part.reason) for part in unpack(out.getvalue(), ".zip")] == [
        (b"Un.", ""),
        (b"", "has the name of an earlier one"),
    ]


def test_links_and_devices_are_no_files() -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    members = []
    for kind in kinds:
        member = tarfile.TarInfo("a.txt")
        member.type, member.linkname = kind, "/etc/passwd"
        members.append(member)
    assert list(unpack(tarred_members(*members), ".tgz")) == []
    link = zipfile.ZipInfo("a.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert list(unpack(out.getvalue(), ".zip")) == []


def test_entries_that_cannot_be_unpacked() -> None:
    (part,) = unpack(zipped({"a.txt": "Oui."}, zipfile.ZIP_LZMA), ".zip")
    assert part.reason == "is compressed in a way that is not read here; pack it with deflate"
    locked = bytearray(zipped({"a.txt": "Oui."}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    (part,) = unpack(bytes(locked), ".zip")
    assert part.reason == "is encrypted"
    broken = bytearray(zipped({"a.txt": b"x" * 100, "b.txt": "Oui."}, zipfile.ZIP_STORED))
    broken[broken.index(b"xxx")] = 0
    first, second = unpack(bytes(broken), ".zip")
    assert (first.reason, second.data) == ("is broken (BadZipFile)", b"Oui.")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    (part,) = unpack(zipped({"a.txt": b"\0" * 2 * 2**20}), ".zip")
    assert part.reason == "unpacks to more than 200 times its size, as no text does"
    monkeypatch.setattr(packed, "LARGEST", 2**20)
    big = {"a.txt": b"x" * (2**20 + 1), "b.txt": b"y" * 2**20}
    (part, fits) = unpack(tarred(big), ".tgz")
    assert (part.reason, len(fits.data)) == ("is larger than 1 MB", 2**20)
    monkeypatch.setattr(packed, "MOST_FILES", 2)
    three = dict.fromkeys("abc", "x")
    for pack, suffix in PACKERS:
        assert reason(pack(three), suffix) == "holds more than 2 files; cut it"  # type: ignore[operator]


@pytest.mark.parametrize(("pack", "suffix"), PACKERS)
def test_what_comes_before_the_limit_of_all_is_read(pack: object, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_BYTES", 2**20)
    files = {f"{n}.txt": bytes(range(256)) * 1500 for n in range(4)}
    parts = unpack(pack(files), suffix)  # type: ignore[operator]
    if suffix == ".zip":  # the names of the others are at its end, and need all of it to be unpacked
        assert [next(parts).path, next(parts).path] == ["0.txt", "1.txt"]
    with pytest.raises(ReadError, match=r"^unpacks to more than 1 MB; unpack it yourself and index the folder$"):
        next(parts)


def test_what_is_passed_over_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_BYTES", 2**20)
    bomb = tarred({"a.png": b"\0" * 2**22, "b.txt": "Oui."})
    assert len(bomb) < 10_000
    assert reason(bomb, ".tgz") == "unpacks to more than 1 MB; unpack it yourself and index the folder"


def test_a_file_without_a_name_is_none() -> None:
    """``ZipInfo.is_dir`` of Python 3.11 fails on it: found by fuzzing."""
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(nameless, "Oui.")
        archive.writestr("a.txt", "Non.")
    assert [part.path for part in unpack(out.getvalue(), ".zip")] == ["a.txt"]


def test_broken_archives() -> None:
    assert reason(b"", ".zip") == "is a broken archive (BadZipFile)"
    assert reason(b"", ".tar.gz") == "is a broken archive (ReadError)"
    assert reason(b"no gzip", ".tgz") == "is a broken archive (BadGzipFile)"
    assert reason(tarred({"a.txt": "x" * 5000})[:-30], ".tgz").startswith("is a broken archive (")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20), st.sampled_from(PACKERS))
def test_any_bytes_give_parts_or_a_reason(changes: list[tuple[int, int]], packer: tuple[object, str]) -> None:
    pack, suffix = packer
    data = bytearray(pack({"a.txt": "Oui, " * 50, "d/b.md": "# Non", "c.png": "x"}))  # type: ignore[operator]
    for place, value in changes:
        data[place % len(data)] = value
    parts, refused = [], ""
    try:
        parts.extend(unpack(bytes(data), suffix))
    except ReadError as exc:
        refused = str(exc)
    assert not refused or refused.startswith(("is ", "holds ", "unpacks "))
    assert all(not (part.reason and part.data) for part in parts)
