"""Export and import: what goes round comes out the same, hostile lines do no harm, and a kill loses nothing."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.dates import parse_date
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import ReadError
from retrieval.keeping import importing
from retrieval.keeping.exporting import export_lines
from retrieval.keeping.importing import Entry, Imported, lines_of, read_entry
from retrieval.keeping.retention import Retention
from retrieval.reading.sources import FolderSource
from retrieval.storing.store import Store
from retrieval.text import normalise, one_line
from retrieval.types import Article, Filters, Vectors
from tests.conftest import SEEDS
from tests.fakes import HashingEmbedder
from tests.retrieval.keeping.killed_keeping import all_steps, die_at, take_in
from tests.retrieval.killed import CHUNKING
from tests.retrieval.material import MemorySource, article
from tests.retrieval.test_kill import assert_same_after_kills, chosen, content


def open_archive(folder: Path, retention: Retention = Retention()) -> Archive:
    return Archive(folder, HashingEmbedder(), CHUNKING, retention=retention)


def exported(index: Path, filters: Filters = Filters()) -> list[str]:
    return list(export_lines(index / "archive.sqlite", filters))


def opened(lines: Iterable[str | bytes]) -> io.BufferedReader:
    data = b"".join(line.encode() if isinstance(line, str) else line for line in lines)
    return io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type]


def taken(archive: Archive, lines: Iterable[str | bytes], **options: Any) -> Imported:
    return archive.take_in(lines_of(opened(lines)), **options)


def counts(done: Imported) -> tuple[int, ...]:
    return done.added, done.replaced, done.unchanged, done.kept, done.left_out, len(done.skipped)


def line(**fields: Any) -> str:
    return json.dumps(fields) + "\n"


def whole(**fields: Any) -> str:
    """Return a line as an export has it."""
    known = {"id": "x", "text": "Un texte de Kherson.", "cleaned": True, "source": "mem/x", "fingerprint": "0"}
    return line(**known | fields)


# -- the way round --------------------------------------------------------------------------------------------------

texts = st.text(max_size=200).map(normalise).filter(str.strip)
names = st.text(max_size=40).map(one_line)
dates = st.one_of(
    st.just(""),
    st.dates().map(lambda day: day.isoformat()),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.sampled_from(["2022", "2022-03", "Wed, 02 Mar 2022 10:00:00 -0500", "2 mars 2022"]),
).map(parse_date)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    text = draw(texts)
    pages = draw(
        st.lists(st.integers(0, len(text)), max_size=4).map(lambda after: [0, *sorted(after)] if after else [])
    )
    return Article(
        id=draw(names.filter(bool)),
        text=text,
        title=draw(names),
        url=draw(st.sampled_from(["", "https://x.example/l'été?a=1#b", "http://[::1]/", "HTTPS://X.example/"])),
        outlet=draw(names),
        published=draw(dates),
        language=draw(st.sampled_from(["", "fr", "uk", "zh"])),
        dated_by=draw(st.sampled_from(["", "page", "feed", "data"])),
        pages=tuple(pages),
    )


@settings(max_examples=60)
@given(
    st.lists(articles(), max_size=4, unique_by=lambda one: one.id), st.sampled_from(["/a b/#ü", "https://x.fr/?q=«1»"])
)
def test_any_article_goes_round(held: list[Article], prefix: str) -> None:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "archive.sqlite", {})
        for number, one in enumerate(held):
            store.put(one, f"{prefix}{number}", f"print {number}", [])
        store.close()
        read = [read_entry(data) for _, data in lines_of(opened(exported(Path(folder))))]
    assert read == [Entry(one, f"{prefix}{number}", f"print {number}") for number, one in enumerate(held)]


@settings(max_examples=150)
@given(st.binary(max_size=300), st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9), st.lists))
def test_no_line_does_harm(data: bytes, value: Any) -> None:
    """Whatever stands in it: an entry that is as it may be stored, or a plain reason."""
    known: dict[str, Any] = json.loads(whole())
    lines = [
        data,
        *(json.dumps(known | {field: value}).encode() for field in (*known, "pages", "dated_by", "forgotten")),
    ]
    for each in lines:
        try:
            entry = read_entry(each)
        except ReadError:
            continue
        assert entry.source.encode()
        assert entry.fingerprint.encode()
        if entry.article is not None:
            assert normalise(entry.article.text) == entry.article.text
            assert [one_line(part) for part in (entry.article.id, entry.article.title)] == [
                *(entry.article.id, entry.article.title)
            ]


def test_the_seeds_go_round(embedder: BundledEmbedder, tmp_path: Path) -> None:
    """Ids, texts, dates, what is forgotten, and what a search finds; indexed again, nothing has changed."""
    with Archive(tmp_path / "one", embedder) as one, Archive(tmp_path / "two", embedder) as two:
        one.index(FolderSource(SEEDS))
        one.forget("004_e2b0843e0a94b4ad")
        lines = exported(tmp_path / "one")
        assert counts(taken(two, lines)) == (4, 0, 0, 0, 0, 0)
        assert list(two.articles()) == list(one.articles())
        assert exported(tmp_path / "two") == lines
        for query in (
            "Combien de civils ont été tués ?",
            "Who leads the Russian delegation?",
            "corridors humanitaires",
        ):
            found, again = one.search(query, limit=30), two.search(query, limit=30)
            assert len(found) > 10
            assert [(hit.article, hit.passage.start, hit.also_in) for hit in again] == [
                (hit.article, hit.passage.start, hit.also_in) for hit in found
            ]
            for name in ("score", "dense", "lexical"):
                expected = [getattr(hit, name) for hit in found]
                assert [getattr(hit, name) for hit in again] == pytest.approx(
                    expected, abs=1e-5
                )  # means are sums of vectors in another order
        report = two.index(FolderSource(SEEDS))
        assert (report.added, report.updated, report.removed, report.unchanged) == (0, 0, 0, 5)
        assert counts(taken(two, lines)) == (0, 0, 4, 0, 0, 0)


def test_a_text_is_not_cleaned_again(tmp_path: Path) -> None:
    """What cleaning would take away or join a second time stays, in a line that says so; from others it goes."""
    text = (
        "La ville de Kherson est tombée, selon son maire.\n\nIl parle de la nuit passée.\n\nLire aussi : les gazoducs"
    )
    with open_archive(tmp_path / "index") as archive:
        taken(archive, [whole(id="ours", text=text), line(id="theirs", text=text)])
        assert archive.article("ours").text == text
        assert archive.article("theirs").text == text.removesuffix("\n\nLire aussi : les gazoducs")
    hidden = "Kherson\u200b est\u202e tombée."  # no text that an archive holds: read as a stranger's
    assert read_entry(whole(text=hidden).encode()).article == read_entry(line(id="x", text=hidden).encode()).article
    assert "\u202e" not in getattr(read_entry(whole(text=hidden).encode()).article, "text", "\u202e")


# -- what the archive holds already ---------------------------------------------------------------------------------


def test_what_the_archive_holds_is_changed_only_if_that_is_asked_for(tmp_path: Path) -> None:
    with open_archive(tmp_path / "index") as archive:
        archive.index(MemorySource({"mem/a": Article("a", "Un premier texte de Kherson."), "mem/b": article(1)}))
        other = [whole(id="a", text="Un autre texte de Marioupol.", source="far/away", fingerprint="9"), whole()]
        assert counts(taken(archive, other)) == (1, 0, 0, 1, 0, 0)
        assert archive.article("a").text == "Un premier texte de Kherson."
        assert counts(taken(archive, other, replace=True)) == (0, 1, 1, 0, 0, 0)
        assert archive.article("a").text == "Un autre texte de Marioupol."
        # It still is the article of its place: that says another thing, and is the truth.
        again = archive.index(
            MemorySource({"mem/a": Article("a", "Un premier texte de Kherson."), "mem/b": article(1)})
        )
        assert (again.updated, again.unchanged) == (1, 1)
        assert archive.article("a").text == "Un premier texte de Kherson."


def test_no_line_takes_the_place_of_another_article(tmp_path: Path) -> None:
    with open_archive(tmp_path / "index") as archive:
        archive.index(MemorySource({"mem/a": Article("a", "Un premier texte de Kherson.")}))
        lines = [
            whole(id="b", text="Un texte de Lviv.", source="mem/a", fingerprint="0"),
            whole(id="c", text="Un texte d'Odessa.", source="import#b"),
            whole(id="b", text="Un texte de Gomel, sous le même nom.", source="mem/c"),
        ]
        assert counts(taken(archive, lines)) == (1, 0, 0, 1, 0, 1)
        assert [one.text for one in archive.articles()] == ["Un premier texte de Kherson.", "Un texte de Lviv."]
        again = archive.index(MemorySource({"mem/a": Article("a", "Un premier texte de Kherson.")}))
        assert (again.unchanged, again.removed) == (1, 0)
        assert archive.article("b").text == "Un texte de Lviv."


def test_what_was_removed_here_or_there_stays_out(tmp_path: Path) -> None:
    with open_archive(tmp_path / "one") as one, open_archive(tmp_path / "two") as two:
        held = {f"mem/{number}": article(number) for number in range(4)}
        one.index(MemorySource(held))
        lines = exported(tmp_path / "one")
        one.remove(["a00"])
        assert counts(taken(one, lines)) == (0, 0, 3, 0, 1, 0)
        two.index(MemorySource({"mem/3": article(3)}))
        assert counts(taken(two, [*exported(tmp_path / "one"), line(forgotten="mem/3", fingerprint="0")])) == (
            *(2, 0, 1, 0, 0, 0),
        )
        assert two._store.forgotten().keys() == {"mem/0"}  # and not what it holds
        assert two.index(MemorySource(held)).added == 0


def test_what_is_too_old_stays_out(tmp_path: Path) -> None:
    with open_archive(tmp_path / "index", Retention(365)) as archive:
        lines = [whole(id="old", published="1999-01-01"), whole(id="undated", source="mem/y")]
        assert counts(taken(archive, lines)) == (1, 0, 0, 0, 1, 0)
        assert [one.id for one in archive.articles()] == ["undated"]


# -- lines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("[1]\n", "is not a JSON object"),
        ("{\n", "is not valid JSON"),
        (b"\xff\n", "is not UTF-8"),
        ("[" * 100_000 + "\n", "is not valid JSON"),
        (line(id="x"), '"text" is missing'),
        (whole(text=5), '"text" is not a string'),
        (whole(text=" "), '"text" is empty'),
        (line(id="x", text="…!"), "the article holds no text."),
        (whole(source=7), '"source" is missing, or not as Kiosque writes it'),
        (whole(source="a\nb"), '"source" is missing, or not as Kiosque writes it'),
        (whole(source="\ud800"), '"source" is missing, or not as Kiosque writes it'),
        (whole(source="s" * 9000), '"source" is missing, or not as Kiosque writes it'),
        (whole(fingerprint=None), '"fingerprint" is missing, or not as Kiosque writes it'),
        (whole(source="import#other"), '"source" is that of another article'),
        (whole(pages=[0, 99]), '"pages" are no offsets in "text", ascending from 0'),
        (whole(dated_by="<b>"), '"dated_by" is no word'),
        (line(forgotten=""), '"forgotten" is missing, or not as Kiosque writes it'),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_in(tmp_path: Path, bad: str | bytes, reason: str) -> None:
    with open_archive(tmp_path / "index") as archive:
        done = taken(archive, ["\n", whole(), bad, whole(id="y", source="mem/y")])
        assert [(skipped.where, skipped.reason) for skipped in done.skipped] == [("line 3", reason)]
        assert counts(done)[:3] == (2, 0, 0)


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LARGEST", 1_000)
    numbered = list(lines_of(opened(["a" * 999 + "\n", "b\n", "c" * 5_000 + "\n", "d" * 1_000, "\n", "e"])))
    assert numbered == [(1, b"a" * 999), (2, b"b"), (3, None), (4, None), (5, b"e")]


def test_a_packed_file_is_told_by_its_bytes(tmp_path: Path) -> None:
    packed = gzip.compress(("\ufeff" + whole()).encode())
    assert list(lines_of(opened([packed]))) == [(1, whole().strip().encode())]
    many = gzip.compress(
        "".join(
            whole(id=f"x{n}", source=f"mem/{n}", text=random.Random(n).randbytes(40).hex()) for n in range(500)
        ).encode()
    )
    with open_archive(tmp_path / "index") as archive:
        done = taken(archive, [many[: len(many) // 2]])
        assert 100 < done.added < 400
        [skipped] = done.skipped
        assert skipped.where == f"after line {done.added}"
        assert skipped.reason.endswith("the file is damaged or not whole, and was read up to here")
        assert counts(taken(archive, [many])) == (500 - done.added, 0, done.added, 0, 0, 0)


class Failing(HashingEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any("Nicolas" in text for text in texts):
            raise ValueError("no vector for this")
        return super().embed_passages(texts)


def test_an_article_at_which_the_import_fails_is_passed_over(tmp_path: Path) -> None:
    lines = [whole(id=f"a{n}", source=f"mem/{n}", text=f"Dépêche {n} de Kherson.") for n in range(5)]
    bad = whole(id="bad", source="mem/bad", text="Nicolas parle.")
    with Archive(tmp_path, Failing(), CHUNKING) as archive:
        done = taken(archive, [*lines[:2], bad, *lines[2:], whole(id="bad", source="mem/bad", text="Il parle.")])
        assert counts(done) == (6, 0, 0, 0, 0, 1)
        [skipped] = done.skipped
        assert skipped.where == "line 3"
        assert skipped.reason == "embedding it failed unexpectedly (ValueError); the log has more"
        done = taken(archive, [bad, *lines], replace=True)
        assert counts(done) == (0, 0, 5, 0, 0, 1)
        assert archive.article("bad").text == "Il parle."


def test_a_kill_while_importing(tmp_path: Path) -> None:
    with open_archive(tmp_path / "one") as one:
        one.index(MemorySource({f"mem/{number}": article(number) for number in range(22)}))
        one.remove(["a20", "a21"])
    file = tmp_path / "one.jsonl"
    file.write_text("".join(exported(tmp_path / "one")), "utf-8")
    labels = all_steps(take_in, tmp_path / "counted", file)
    with open_archive(tmp_path / "undisturbed") as archive, file.open("rb") as lines:
        assert counts(archive.take_in(lines_of(lines))) == (20, 0, 0, 0, 0, 0)
        expected = content(tmp_path / "undisturbed", archive)
        forgotten = archive._store.forgotten()

    def attempt(step: int) -> list[Any]:
        index = tmp_path / f"killed-{step}"
        die_at(take_in, index, file, step)
        with open_archive(index) as archive, file.open("rb") as lines:
            done = archive.take_in(lines_of(lines))
            assert (done.added + done.unchanged, done.replaced, done.kept) == (20, 0, 0)
            assert archive._store.forgotten() == forgotten
            return content(index, archive)

    assert_same_after_kills(chosen(labels, 12), labels, attempt, expected)
