"""The commands that keep an archive: export, import, backup, remove."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from answering.settings import ROOT
from answering.types import Answer, Citation, Claim
from bot import keeping
from bot.telegram.storage.database import Database
from bot.telegram.storage.store import Asker, Store
from retrieval.archive import Archive
from retrieval.errors import SettingsError
from retrieval.keeping.retention import Retention
from retrieval.reading.sources import FolderSource
from retrieval.types import Article
from tests.bot.conftest import ARTICLES, Outcome, Run, WordEmbedder
from tests.telegram.made import answer

MONDE, FIGARO = (Article(**fields) for fields in ARTICLES)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("TELEGRAM_DATA", str(tmp_path / "telegram.sqlite"))


def quoting(article: Article) -> Answer:
    citation = Citation(1, article, 0, article.text.index(".") + 1)
    return answer(text=citation.quote, citations=(citation,), claims=(Claim(citation.quote, (1,)),))


Save = Callable[..., int]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Keep an answer in the bot's file, and return its number."""

    def keep(given: Answer, kind: str = "answer") -> int:
        database = Database(tmp_path / "telegram.sqlite")
        number = Store(database).save(Asker(1, 0, 11), 0, given, 1e9, kind)
        database.close()
        return number

    return keep


def stored(folder: Path, number: int) -> str:
    """Return what the bot's file says now in an answer's place."""
    database = Database(folder / "telegram.sqlite")
    found = Store(database).get(number)
    database.close()
    return json.dumps(found.body, ensure_ascii=False) if found else ""


# -- export and import ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_an_archive_goes_round_by_a_file(indexed: Run, tmp_path: Path, folder: Path, name: str) -> None:
    file = tmp_path / name
    assert indexed("export", file) == Outcome(0, f"2 lines written to {file}.\n", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = gzip.decompress(file.read_bytes()).decode() if name.endswith(".gz") else file.read_text("utf-8")
    first, second = map(json.loads, text.splitlines())
    assert {field: first[field] for field in ARTICLES[0]} == ARTICLES[0]
    assert second["source"] == f"{folder}/press.jsonl#figaro-1"
    assert (tmp_path / "index").rename(tmp_path / "before")
    taken = indexed("import", file)
    assert taken.status == 0
    assert taken.out.startswith("2 added, 0 replaced, 0 unchanged, 0 kept, 0 left out; 2 passages in ")
    assert indexed("index", folder).out.startswith("0 added, 0 updated, 0 removed, 2 unchanged;")


def test_an_export_to_standard_output_is_an_import_of_standard_input(
    indexed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lines").write_text(indexed("export", "-", "--outlet", "Le Figaro").out, "utf-8")
    (tmp_path / "index").rename(tmp_path / "before")
    with (tmp_path / "lines").open(encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert indexed("import", "-").out.startswith("1 added, ")


def test_an_import_names_what_it_passes_over(kiosque: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"text": 5}\n', "utf-8")
    outcome = kiosque("import", file)
    assert outcome.status == 1
    assert outcome.err == f'skipped {file}, line 1: "text" is not a string\n'
    file.write_text('{"text": 5}\n{"id": "b", "text": "Un pont a rouvert lundi."}\n', "utf-8")
    assert kiosque("import", file).status == 0
    file.write_text('{"id": "b", "text": "Un autre pont a rouvert mardi."}\n', "utf-8")
    kept = kiosque("import", file)
    assert "0 added, 0 replaced, 0 unchanged, 1 kept, 0 left out; " in kept.out
    assert "--replace takes the file's" in kept.out
    assert "0 added, 1 replaced" in kiosque("import", file, "--replace").out


def test_files_that_cannot_be(indexed: Run, tmp_path: Path) -> None:
    assert indexed("export", tmp_path / "archive.sqlite").status == 2
    nowhere = tmp_path / "nowhere" / "out.jsonl"
    assert indexed("export", nowhere) == Outcome(1, "", f"{nowhere} cannot be written: No such file or directory.\n")
    assert indexed("import", nowhere) == Outcome(1, "", f"{nowhere} cannot be read: No such file or directory.\n")


def test_an_export_that_fails_leaves_the_one_before(
    indexed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.jsonl"
    indexed("export", file)
    before = file.read_bytes()

    def fail(out: io.BytesIO, lines: object) -> int:
        out.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "_write", fail)
    assert indexed("export", file).err == f"{file} cannot be written: No space left on device.\n"
    assert file.read_bytes() == before
    assert list(tmp_path.glob(".out*")) == []


def test_output_that_cannot_be_written_is_a_sentence(indexed: Run, tmp_path: Path) -> None:
    """In a process of its own: Python writes once more when it ends, and would then fail in its own words."""
    environment = {**os.environ, "KIOSQUE_ENV": os.devnull, "INDEX_DIR": str(tmp_path / "index")}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "export", "-"],
            stdout=full, stderr=subprocess.PIPE, env=environment, cwd=ROOT, timeout=100, check=False,
        )  # fmt: skip
    assert done.stderr.decode() == "Standard output cannot be written: No space left on device.\n"
    assert done.returncode == 1


# -- backup ---------------------------------------------------------------------------------------------------------


def test_a_backup_is_restored_by_two_commands(indexed: Run, folder: Path, tmp_path: Path, save: Save) -> None:
    number = save(quoting(MONDE))
    outcome = indexed("backup", tmp_path / "copies", "--keep", 3, "--with-telegram")
    assert outcome.status == 0
    archive, telegram = sorted((tmp_path / "copies").glob("*.sqlite"))
    assert outcome.out == f"{archive}: {archive.stat().st_size / 1e6:.1f} MB\n{telegram}: 0.1 MB\n"
    (tmp_path / "index").rename(tmp_path / "lost")
    (tmp_path / "index").mkdir()  # mkdir -p var/index
    archive.rename(tmp_path / "index" / "archive.sqlite")  # cp COPY var/index/archive.sqlite
    assert json.loads(indexed("search", "réfugiés", "--json").out)["hits"][0]["article_id"] == "figaro-1"
    assert indexed("index", folder).out.startswith("0 added, 0 updated, 0 removed, 2 unchanged;")
    (tmp_path / "telegram.sqlite").unlink()
    telegram.rename(tmp_path / "telegram.sqlite")
    assert MONDE.text[:20] in stored(tmp_path, number)


def test_what_people_asked_is_copied_only_if_that_is_asked_for(indexed: Run, tmp_path: Path, save: Save) -> None:
    save(quoting(MONDE))
    indexed("backup", tmp_path / "copies")
    assert [path.name.partition("-")[0] for path in (tmp_path / "copies").glob("*.sqlite")] == ["archive"]


def test_a_backup_of_nothing_is_said(kiosque: Run, tmp_path: Path) -> None:
    file = tmp_path / "index" / "archive.sqlite"
    assert kiosque("backup", tmp_path) == Outcome(1, "", f"There is nothing to back up: {file} does not exist.\n")


def test_the_copy_just_made_is_kept_whatever_the_clocks_said(indexed: Run, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    stamps = ("20260101T000000Z", "29990101T000000Z", "29990102T000000Z")
    for stamp in stamps:
        (copies / f"archive-{stamp}.sqlite").write_bytes(b"older")
    for keep, left in ((2, {stamps[2]}), (1, set())):
        made = Path(indexed("backup", copies, "--keep", keep).out.partition(": ")[0])
        assert made.stat().st_size > 10_000
        others = {path.name[8:-7] for path in copies.glob("*.sqlite") if path != made}
        assert {stamp for stamp in others if stamp in stamps} == left


# -- removal --------------------------------------------------------------------------------------------------------


def test_an_article_is_removed_with_what_the_bot_says_of_it(
    indexed: Run, folder: Path, tmp_path: Path, save: Save
) -> None:
    both, other = save(quoting(MONDE)), save(quoting(FIGARO))
    untouched = stored(tmp_path, other)
    outcome = indexed("remove", "--id", "monde-1", "--yes")
    assert outcome == Outcome(
        0,
        "1 article removed, to stay out when its source is indexed again.\n"
        "1 answer of the Telegram bot quoted that, and was erased.\n",
        "",
    )
    assert indexed("show", "monde-1").status == 1
    assert "Moscou" not in stored(tmp_path, both)
    assert stored(tmp_path, other) == untouched
    assert b"Moscou a annonc" not in (tmp_path / "telegram.sqlite").read_bytes()
    assert indexed("index", folder).out.startswith("0 added, ")
    assert indexed("show", "monde-1").status == 1


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (("--outlet", "le monde"), {"figaro-1"}),
        (("--outlet", "Le Monde", "--id", "figaro-1"), set()),
        (("--url", "https://x.fr/1"), {"monde-1", "figaro-1"}),
        (("--expired",), {"monde-1", "figaro-1"}),
    ],
)
def test_what_is_chosen_goes(indexed: Run, options: tuple[str, ...], left: set[str]) -> None:
    outcome = indexed("remove", *options, "--yes")
    assert outcome.status == (1 if options[0] == "--url" else 0)
    assert {one["id"] for one in map(json.loads, indexed("export", "-").out.splitlines()) if "text" in one} == left


def test_too_old_is_what_the_settings_say(indexed: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DAYS_BY_OUTLET", "Le Monde = 30")
    assert indexed("remove", "--expired", "--yes").out.startswith("1 article removed, ")
    assert [indexed("show", name).status for name in ("monde-1", "figaro-1")] == [1, 0]
    assert indexed("remove", "--expired", "--yes").out.startswith("No article is older than RETENTION_DAYS")


def test_it_asks_first(indexed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for said, left in (("n\n", 0), ("", 0), ("yes\n", 1)):
        monkeypatch.setattr(sys, "stdin", Terminal(said))
        outcome = indexed("remove", "--outlet", "Le Monde")
        assert "  monde-1: Le bilan, Le Monde, 2022-03-02\nRemove 1 article for good? [y/N] " in outcome.out
        assert outcome.out.endswith("Nothing was removed.\n") == (left == 0)
        assert indexed("show", "monde-1").status == left


def test_without_a_terminal_it_does_not_guess(indexed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    refused = indexed("remove", "--id", "monde-1")
    assert (refused.status, refused.out) == (2, "")
    assert "add --yes" in refused.err
    assert indexed("remove", "--yes").status == 2
    assert indexed("show", "monde-1").status == 0


def test_removing_beside_a_writer_is_a_sentence(indexed: Run, tmp_path: Path) -> None:
    with FileLock(tmp_path / "index" / "writing.lock"):
        outcome = indexed("remove", "--id", "monde-1", "--yes")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "Another process is writing" in outcome.err


def test_forgetting_is_removing_one(indexed: Run, tmp_path: Path, save: Save) -> None:
    number = save(quoting(MONDE))
    assert indexed("forget", "monde-1").status == 0
    assert "Moscou" not in stored(tmp_path, number)
    assert not (tmp_path / "other.sqlite").exists()


def test_a_run_lets_go_what_grew_too_old(tmp_path: Path, folder: Path, save: Save) -> None:
    number = save(quoting(MONDE))
    with Archive(tmp_path / "index", WordEmbedder()) as archive:
        archive.index(FolderSource(folder))
    with Archive(tmp_path / "index", WordEmbedder(), retention=Retention(10)) as archive:
        assert keeping.expire(archive, date(2022, 3, 12)) == 0
        assert keeping.expire(archive, date(2022, 3, 13)) == 1
        assert [one.id for one in archive.articles()] == ["figaro-1"]
    assert "Moscou" not in stored(tmp_path, number)


@pytest.mark.parametrize(
    ("name", "value"), [("TELEGRAM_ACCESS", "everybody"), ("TELEGRAM_ADMINS", "me"), ("TELEGRAM_HEALTH_PORT", "-1")]
)
def test_a_mistake_in_the_bot_s_settings_keeps_nothing_in(
    indexed: Run, tmp_path: Path, save: Save, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    number = save(quoting(FIGARO))
    assert indexed("forget", FIGARO.id).status == 0
    assert FIGARO.text[:20] not in stored(tmp_path, number)


def test_where_the_bot_s_file_lies_matters_only_where_something_goes(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_DATA", "~nobody-of-that-name/telegram.sqlite")
    with Archive(tmp_path / "index", WordEmbedder()) as archive:
        archive.index(FolderSource(folder))
        assert keeping.expire(archive, date(2026, 3, 2)) == 0
    with pytest.raises(SettingsError, match="TELEGRAM_DATA is not valid: ~nobody"):
        keeping.telegram_data()
    monkeypatch.setenv("TELEGRAM_DATA", "bot.sqlite")
    assert keeping.telegram_data() == ROOT / "bot.sqlite"
    monkeypatch.delenv("TELEGRAM_DATA")
    assert keeping.telegram_data() == ROOT / "var" / "telegram.sqlite"
