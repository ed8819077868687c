"""The commands that fill, search and show the archive, and the chat as a command."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from bot import commands
from retrieval.reading.sources import FolderSource
from retrieval.types import Article, Record
from tests.bot.conftest import ARTICLES, Outcome, Run, Script
from tests.bot.scripted import answered, refused


def test_index_reports_what_it_did(kiosque: Run, folder: Path) -> None:
    first = kiosque("index", folder)
    assert re.fullmatch(r"2 added, 0 updated, 0 removed, 0 unchanged; 2 passages in \d+\.\d s\n", first.out)
    again = kiosque("index", folder, folder)
    assert again.out.startswith("0 added, 0 updated, 0 removed, 2 unchanged; 2 passages in ")
    (folder / "press.jsonl").unlink()
    gone = kiosque("index", folder)
    assert gone.out.startswith("0 added, 0 updated, 2 removed, 0 unchanged; 0 passages in ")
    assert [outcome.status for outcome in (first, again, gone)] == [0, 0, 0]


def test_unreadable_files_are_named_and_the_rest_goes_in(kiosque: Run, folder: Path) -> None:
    (folder / "empty.txt").write_text("")
    outcome = kiosque("index", folder)
    assert outcome.status == 0
    assert outcome.out.startswith("2 added, ")
    assert re.fullmatch(r"skipped \S*empty\.txt: [^\n]+\n", outcome.err)


def test_a_run_that_could_read_nothing_fails(kiosque: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "empty.txt").write_text("")
    outcome = kiosque("index", tmp_path / "bad")
    assert outcome.status == 1
    assert outcome.out.startswith("0 added, 0 updated, 0 removed, 0 unchanged; 0 passages in ")


def test_a_folder_without_articles_is_said_so(kiosque: Run, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    outcome = kiosque("index", tmp_path / "nothing")
    assert outcome.status == 1
    assert re.fullmatch(r"skipped \S*nothing/: \S*nothing holds no [^\n]+ file\.\n", outcome.err)


def test_index_json_is_one_object_for_all_paths(kiosque: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "long.txt").write_text("Kherson tient bon, dit le maire de la ville.")
    (tmp_path / "more" / "odd\u2028name.txt").write_text("")
    (folder / "empty.txt").write_text("")
    first = kiosque("index", folder, tmp_path / "more", "--json")
    assert (first.status, first.err, first.out.count("\n")) == (0, "", 1)
    value = json.loads(first.out)
    assert list(value) == ["added", "updated", "removed", "unchanged", "passages", "seconds", "skipped"]
    assert value.pop("seconds") > 0
    first_skipped, skipped = value.pop("skipped")
    assert value == {"added": 3, "updated": 0, "removed": 0, "unchanged": 0, "passages": 3}
    assert list(skipped) == ["where", "reason"]
    assert first_skipped["where"] == str(folder / "empty.txt")
    assert skipped["where"] == str(tmp_path / "more" / "odd\u2028name.txt")
    assert "holds no text" in skipped["reason"]
    (folder / "press.jsonl").unlink()
    again = json.loads(kiosque("index", folder, tmp_path / "more", "--json").out)
    assert [again[name] for name in ("added", "removed", "unchanged", "passages")] == [0, 2, 1, 1]
    rebuilt = json.loads(kiosque("index", "--rebuild", "--json").out)
    assert [rebuilt[name] for name in ("added", "updated", "passages", "skipped")] == [0, 1, 1, []]


def test_index_json_of_what_cannot_be_read_fails_and_says_why(kiosque: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "empty.txt").write_text("")
    outcome = kiosque("index", tmp_path / "bad", "--json")
    value = json.loads(outcome.out)
    assert (outcome.status, outcome.err, value["added"]) == (1, "", 0)
    assert [Path(item["where"]).name for item in value["skipped"]] == ["empty.txt"]


def test_index_json_beside_another_writer_is_a_sentence(kiosque: Run, folder: Path, tmp_path: Path) -> None:
    assert kiosque("status").status == 0
    with FileLock(tmp_path / "index" / "writing.lock"):
        outcome = kiosque("index", folder, "--json")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err == (
        f"Another process is writing to the index {tmp_path / 'index'}; try again when it is done.\n"
    )


def test_rebuild_needs_no_path(indexed: Run) -> None:
    outcome = indexed("index", "--rebuild")
    assert outcome.status == 0
    assert outcome.out.startswith("0 added, 2 updated, 0 removed, 0 unchanged; 2 passages in ")
    assert json.loads(indexed("search", "réfugiés", "--json").out)["hits"][0]["article_id"] == "figaro-1"


def test_search_shows_scores_and_origin(indexed: Run) -> None:
    lines = indexed("search", "soldats russes tués").out.splitlines()
    assert lines[0].split() == ["#", "score", "dense", "lexical", "from", "article", "outlet", "date", "passage"]
    first = lines[1].split()
    assert (first[0], first[4], first[5]) == ("1", "both", "monde-1")
    assert float(first[2]) > 0
    assert float(first[3]) > 0
    assert "Le Monde" in lines[1]
    assert "2022-03-02" in lines[1]


def test_search_json_gives_every_passage_in_full(indexed: Run) -> None:
    value = json.loads(indexed("search", "soldats russes tués", "--json", "--limit", 1).out)
    assert list(value) == ["query", "hits"]
    [hit] = value["hits"]
    assert hit["text"] == ARTICLES[0]["text"]
    assert (hit["rank"], hit["from"], hit["start"], hit["end"]) == (1, "both", 0, len(ARTICLES[0]["text"]))
    assert list(hit) == [
        *("rank", "score", "dense", "lexical", "from", "article_id", "title", "outlet", "url", "published", "dated_by"),
        *("start", "end", "page", "also_in", "text"),
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), {"monde-1", "figaro-1"}),
        (("--outlet", "Le Monde"), {"monde-1"}),
        (("--outlet", "Le Monde", "--outlet", "Le Figaro"), {"monde-1", "figaro-1"}),
        (("--since", "2022-03-03"), {"figaro-1"}),
        (("--article", "figaro-1"), {"figaro-1"}),
        (("--language", "FR"), {"monde-1", "figaro-1"}),
        (("--language", "uk"), set()),
    ],
)
def test_search_keeps_to_its_filters(indexed: Run, options: tuple[str, ...], found: set[str]) -> None:
    value = json.loads(indexed("search", "russes", "--json", *options).out)
    assert {hit["article_id"] for hit in value["hits"]} == found


def test_a_search_that_finds_nothing_is_no_failure(indexed: Run) -> None:
    assert indexed("search", "russes", "--language", "uk") == Outcome(0, "", "Nothing was found.\n")


def test_show_prints_header_and_text(indexed: Run) -> None:
    assert indexed("show", "monde-1").out == (
        "Le bilan\nid: monde-1\noutlet: Le Monde\ndate: 2022-03-02\nlanguage: fr\n\n" + ARTICLES[0]["text"] + "\n"
    )


@pytest.mark.parametrize("command", ["show", "forget"])
def test_an_unknown_article_is_a_failure_that_names_it(indexed: Run, command: str) -> None:
    outcome = indexed(command, "nope")
    assert (outcome.status, outcome.out) == (1, "")
    assert "'nope'" in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_forgotten_article_stays_out(indexed: Run, folder: Path) -> None:
    assert indexed("forget", "monde-1") == Outcome(
        0, "Forgotten: monde-1. It stays out when its folder is indexed again.\n", ""
    )
    assert indexed("index", folder).status == 0
    assert indexed("show", "monde-1").status == 1
    assert indexed("show", "figaro-1").status == 0


def test_status_tells_what_is_held(indexed: Run) -> None:
    value = json.loads(indexed("status", "--json").out)
    assert value.pop("bytes") > 0
    assert value.pop("change") > 0
    updated = value.pop("updated")
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(updated) < timedelta(hours=1)
    assert value == {
        "articles": 2,
        "passages": 2,
        "outlets": {"Le Figaro": 1, "Le Monde": 1},
        "languages": {"fr": 2},
        "encoder": "words-64",
        "dense_index": "exact",
        "from": "2022-03",
        "to": "2022-03",  # all of March, so its last day is later than the 2nd
    }
    lines = dict(line.split(maxsplit=1) for line in indexed("status").out.splitlines())
    shown = {name: lines[name] for name in ("articles", "passages", "dates", "updated")}
    assert shown == {"articles": "2", "passages": "2", "dates": "2022-03", "updated": updated}


def test_status_of_an_empty_archive_is_no_failure(kiosque: Run) -> None:
    value = json.loads(kiosque("status", "--json").out)
    assert (value["articles"], value["from"], value["to"], value["updated"]) == (0, None, None, None)
    assert re.search(r"^updated +-$", kiosque("status").out, re.MULTILINE)


def test_start_indexes_the_seeds_and_chats(
    kiosque: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, scripted: Script, tmp_path: Path
) -> None:
    monkeypatch.setattr(commands, "SEEDS", folder)
    for first in (True, False):
        scripted(refused())
        with open(_stdin(tmp_path, "Qui a gagné ?\n"), encoding="utf-8") as stdin:
            monkeypatch.setattr(sys, "stdin", stdin)
            outcome = kiosque("start")
        assert outcome.status == 0
        assert outcome.out.startswith("Les articles n'en disent rien.\n")
        assert outcome.err.startswith("2 added, ") == first


def test_repl_json_reads_the_input_and_fails_at_the_end(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, scripted: Script, tmp_path: Path
) -> None:
    scripted(answered(), RuntimeError("no"), refused())
    with open(_stdin(tmp_path, "un\n\n/reset\ndeux\ntrois\n"), encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        outcome = indexed("repl", "--json")
    values = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.status == 1
    assert [value["question"] for value in values] == ["un", "deux", "trois"]
    assert [value.get("status") for value in values] == ["answered", None, "no_evidence"]


def _stdin(folder: Path, text: str) -> Path:
    path = folder / "stdin"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_unexpected_failure_of_one_article_leaves_its_trace_in_the_log(
    kiosque: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = FolderSource.read

    def failing(source: FolderSource, record: Record) -> Article:
        if record.key.endswith("monde-1"):
            raise RuntimeError("odd")
        return read(source, record)

    monkeypatch.setattr(FolderSource, "read", failing)
    outcome = kiosque("index", folder)
    assert outcome.status == 0
    told = "reading it failed unexpectedly (RuntimeError); the log has more."
    assert outcome.err == f"skipped {folder}/press.jsonl#monde-1: {told}\n"
    logged = (tmp_path / "errors.log").read_text()
    assert logged.startswith("error ")
    assert "Traceback" in logged
    assert logged.endswith("RuntimeError: odd\n\n")
    assert logging.getLogger("kiosque").handlers == []
