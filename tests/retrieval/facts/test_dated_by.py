"""Where dates come from, over all kinds of files: the article, then its file's name; never a file's time, nor the clock."""

from __future__ import annotations

import datetime
import io
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from retrieval.reading.readers import read_article
from retrieval.reading.sources import FolderSource
from retrieval.types import Record
from tests.retrieval.files import HTML, SENTENCES, export, mail, message, paragraph, tarred, word, zipped
from tests.retrieval.reading.test_readers import LINES, pdf

TEXT = "\n\n".join(SENTENCES)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:created>2031-05-05T10:00:00Z</dcterms:created></cp:coreProperties>'
)


def made_word() -> bytes:
    """A Word file that says when it was made."""
    files = {"docProps/core.xml": CORE, "word/document.xml": ""}
    with zipfile.ZipFile(io.BytesIO(word("".join(map(paragraph, SENTENCES))))) as archive:
        files["word/document.xml"] = archive.read("word/document.xml").decode()
    return zipped(files)


def undated_mail() -> bytes:
    """A mail without a date of its own, with the day on which it came."""
    made = mail(TEXT, Received="from a.fr by b.fr; Mon, 5 May 2031 10:00:00 +0000", Delivery_Date="Mon, 5 May 2031")
    del made["Date"]
    return made.as_bytes()


FILES: dict[str, bytes] = {
    ".txt": TEXT.encode(),
    ".md": TEXT.encode(),
    ".html": HTML.encode(),
    ".htm": HTML.encode(),
    ".pdf": pdf(LINES),
    ".docx": made_word(),
    ".eml": undated_mail(),
}


def dates_of(path: Path) -> dict[str, tuple[str, str]]:
    source = FolderSource(path)
    read = [source.read(record) for record in source.records() if isinstance(record, Record)]
    return {article.id: (article.published, article.dated_by) for article in read}


@pytest.mark.parametrize("modified", [0, 1_646_215_380, 1_935_741_600])
def test_no_file_is_dated_by_the_time_of_its_change(tmp_path: Path, modified: int) -> None:
    for suffix, data in FILES.items():
        (tmp_path / f"a{suffix}").write_bytes(data)
    (tmp_path / "b.jsonl").write_text('{"id": "b", "text": "La ville tient."}')
    (tmp_path / "c.zip").write_bytes(zipped({"d.txt": TEXT}))
    (tmp_path / "e.tgz").write_bytes(tarred({"f.txt": TEXT}))
    for path in tmp_path.iterdir():
        os.utime(path, (modified, modified))
    found = dates_of(tmp_path)
    assert len(found) == len(FILES) + 3
    assert set(found.values()) == {("", "")}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let it be 5 May 2031 for every module that is loaded."""
    now = datetime.datetime(2031, 5, 5, 10, tzinfo=datetime.UTC)

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Moment:
            return cls(now.year, now.month, now.day, now.hour, tzinfo=tz)

        today = utcnow = now

    class Day(datetime.date):
        @classmethod
        def today(cls) -> Day:
            return cls(now.year, now.month, now.day)

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in (
            "retrieval",
            "trafilatura",
            "htmldate",
            "pypdf",
            "email",
            "dateutil",
            "dateparser",
        ):
            for kept, made in ((datetime.datetime, Moment), (datetime.date, Day)):
                for attribute in [key for key, value in vars(module).items() if value is kept]:
                    monkeypatch.setattr(module, attribute, made)
    monkeypatch.setattr(time, "time", now.timestamp)
    return now.date().isoformat()


@pytest.mark.parametrize("suffix", FILES)
def test_no_article_is_dated_by_the_clock(suffix: str, clock: str) -> None:
    assert datetime.date.fromtimestamp(time.time()).isoformat() == clock
    article = read_article(FILES[suffix], suffix, "a", "a")
    assert (article.published, article.dated_by) == ("", "")


@pytest.mark.parametrize("suffix", FILES)
def test_a_files_name_dates_what_states_no_date(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"2022-03-02-kiev{suffix}").write_bytes(FILES[suffix])
    assert dates_of(tmp_path) == {"2022-03-02-kiev": ("2022-03-02", "name")}
    assert dates_of(tmp_path / f"2022-03-02-kiev{suffix}") == {"2022-03-02-kiev": ("2022-03-02", "name")}


@pytest.mark.parametrize(
    ("suffix", "data", "dated"),
    [
        (".txt", f"date: 2022\n\n{TEXT}".encode(), ("2022", "header")),
        (".txt", f"date 2022-03 {TEXT}".encode(), ("2022-03", "header")),  # as in seeds/
        (".md", f"---\ndate: 2022-03-01\n---\n{TEXT}".encode(), ("2022-03-01", "header")),
        (".html", HTML.replace("<body>", "<meta name=date content=2022-03-01><body>").encode(), ("2022-03-01", "page")),
        (".docx", word(paragraph("date: 2022-03-01") + paragraph(TEXT)), ("2022-03-01", "header")),
        (".eml", mail(TEXT).as_bytes(), ("2022-03-02T18:03:00+01:00", "header")),
    ],
)
def test_what_an_article_states_comes_before_its_files_name(
    suffix: str, data: bytes, dated: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / f"2023-05-06{suffix}").write_bytes(data)
    assert dates_of(tmp_path) == {"2023-05-06": dated}


def test_folders_date_as_a_blog_has_them_and_only_from_the_folder_that_is_indexed(tmp_path: Path) -> None:
    folder = tmp_path / "2020" / "01" / "01" / "blog"
    for name in ("2022/03/02/a.txt", "2022/03/b.txt", "2022-03-02/c.txt", "d.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)
    assert dates_of(folder) == {
        "2022/03/02/a": ("2022-03-02", "name"),
        "2022/03/b": ("", ""),
        "2022-03-02/c": ("", ""),
        "d": ("", ""),
    }


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_inside_an_archive_count_and_its_own_does_not(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    path = tmp_path / f"2020-01-01.{'zip' if pack is zipped else 'tgz'}"
    path.write_bytes(pack({"2022-03-02 kiev.txt": TEXT, "b.txt": TEXT, "2022/03/05/c.html": HTML}))
    assert dates_of(tmp_path) == {
        "2020-01-01/2022-03-02 kiev": ("2022-03-02", "name"),
        "2020-01-01/b": ("", ""),
        "2020-01-01/2022/03/05/c": ("2022-03-05", "name"),
    }


def test_the_name_of_a_file_of_several_articles_dates_none(tmp_path: Path) -> None:
    (tmp_path / "2022-03-02.jsonl").write_text('{"id": "2022-03-02", "text": "La ville tient."}')
    (tmp_path / "2022-03-03.mbox").write_bytes(b"From a\n" + undated_mail() + b"\n")
    assert set(dates_of(tmp_path).values()) == {("", "")}


def test_a_post_is_dated_by_its_export(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(export(message(7, SENTENCES[0])))
    assert dates_of(tmp_path) == {"1234/7": ("2022-03-02T17:10:00+00:00", "header")}


def test_a_long_line_is_no_byline() -> None:
    """Nor is it searched for a change: from each of 60,000 dashes that would take minutes."""
    byline = "Publié le 2 mars 2022, mis à jour le 4 mars 2022 "
    for line, published in ((byline, "2022-03-02"), (byline + "mars " * 40, ""), ("- " * 30_000, "")):
        assert read_article(f"{line}\n\n{TEXT}".encode(), ".txt", "a", "a.txt").published == published
