"""The command line: usage, questions and failures, and with which status each ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from answering import wiring
from answering.types import to_json
from bot.cli import app
from retrieval.archive import Archive
from retrieval.errors import IndexBusy, IndexMismatch, SettingsError
from retrieval.types import Filters
from tests.bot.conftest import Outcome, Run, Script
from tests.bot.scripted import QUOTE, answered, refused


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ask"], "Missing argument 'QUESTION' (see kiosque ask --help)."),
        (["ask", " \t"], "Invalid value for 'QUESTION': it is empty (see kiosque ask --help)."),
        (["ask", "q", "--zzz"], "No such option: --zzz (see kiosque ask --help)."),
        (
            ["ask", "q", "--since", "2022-13"],
            "Invalid value for '--since': '2022-13' is no date such as 2022, 2022-03 or 2022-03-02 "
            "(see kiosque ask --help).",
        ),
        (
            ["search", "q", "--since", "2022-04", "--until", "2022-03"],
            "Invalid value: --since 2022-04 lies after --until 2022-03 (see kiosque search --help).",
        ),
        (["index", "/no/such"], "Invalid value for 'SOURCE...': '/no/such' does not exist (see kiosque index --help)."),
        (
            ["index"],
            "Invalid value for SOURCE...: name a folder of articles, or --rebuild (see kiosque index --help).",
        ),
        (
            ["index", "--json"],
            "Invalid value for SOURCE...: name a folder of articles, or --rebuild (see kiosque index --help).",
        ),
        (["index", ""], "Invalid value for 'SOURCE...': it is empty (see kiosque index --help)."),
        (["index", "/tmp", " "], "Invalid value for 'SOURCE...': it is empty (see kiosque index --help)."),
        (["sync", ""], "Invalid value for 'FILE': it is empty (see kiosque sync --help)."),
        (["backup", ""], "Invalid value for 'FOLDER': it is empty (see kiosque backup --help)."),
        (["import", ""], "Invalid value for 'FILE': it is empty (see kiosque import --help)."),
        (["feedback", " "], "Invalid value for 'FOLDER': it is empty (see kiosque feedback --help)."),
        (["feedback"], "Missing argument 'FOLDER' (see kiosque feedback --help)."),
        (["bogus"], "No such command 'bogus' (see kiosque --help)."),
    ],
)
def test_bad_usage_is_one_sentence_and_status_2(kiosque: Run, arguments: list[str], told: str) -> None:
    assert kiosque(*arguments) == Outcome(2, "", told + "\n")


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1001"])
def test_a_limit_is_a_number_of_passages(kiosque: Run, limit: str) -> None:
    outcome = kiosque("search", "q", f"--limit={limit}")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("Invalid value for '--limit': ")
    assert len(outcome.err.splitlines()) == 1


def test_without_a_command_the_usage_is_shown(kiosque: Run) -> None:
    outcome = kiosque()
    assert (outcome.status, outcome.out) == (2, "")
    for name in ("ask", "repl", "index", "search", "show", "status", "forget", "start", "feedback"):
        assert re.search(rf"^  {name} ", outcome.err, re.MULTILINE)


def test_help_is_no_error() -> None:
    result = CliRunner().invoke(app, ["ask", "--help"])
    assert result.exit_code == 0
    for option in ("--json", "--since", "--until", "--outlet", "--language", "--article"):
        assert option in result.output


# -- ask --------------------------------------------------------------------------------------------------------


def test_ask_prints_the_answer(indexed: Run, scripted: Script) -> None:
    scripted(answered(), refused())
    outcome = indexed("ask", "Combien de soldats russes ont été tués ?")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{QUOTE} [1] ")
    refusal = indexed("ask", "Qui a gagné ?")
    assert (refusal.status, refusal.err) == (0, "")
    assert refusal.out.startswith("Les articles n'en disent rien.\n")


def test_ask_json_has_the_documented_keys(indexed: Run, scripted: Script) -> None:
    scripted(answered())
    outcome = indexed("ask", "Combien ?", "--json")
    value = json.loads(outcome.out)
    assert outcome.out.count("\n") == 1
    assert value == to_json(answered("Combien ?"))
    assert {
        "question",
        "status",
        "text",
        "mode",
        "elapsed_ms",
        "claims",
        "citations",
        "disagreements",
        "searched",
    } <= set(value)
    assert list(value["citations"][0]) == [
        *("marker", "article_id", "title", "beginning", "outlet", "url", "published", "dated_by"),
        *("quote", "start", "end", "page", "also_in", "garbled"),
    ]
    assert list(value["searched"]) == ["articles", "from", "to"]


def test_ask_hands_its_filters_on(indexed: Run, scripted: Script) -> None:
    answerer = scripted(answered())
    options = "--since 2022 --until 2022-03-04 --outlet Figaro --outlet Monde --language FR --article a --article b"
    assert indexed("ask", "q", *options.split()).status == 0
    assert answerer.asked[0].filters == Filters("2022", "2022-03-04", ("Figaro", "Monde"), ("fr",), ("a", "b"))


def test_a_date_in_words_is_understood(indexed: Run, scripted: Script) -> None:
    answerer = scripted(answered())
    assert indexed("ask", "q", "--until", "2 mars 2022").status == 0
    assert answerer.asked[0].filters == Filters(until="2022-03-02")


@pytest.mark.parametrize("arguments", [["ask", "q"], ["ask", "q", "--json"], ["search", "q"], ["repl"]])
def test_an_empty_archive_says_how_to_fill_it(kiosque: Run, arguments: list[str]) -> None:
    told = "The archive is empty: run `kiosque index FOLDER` on a folder of articles first.\n"
    assert kiosque(*arguments) == Outcome(1, "", told)


# -- failures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IndexMismatch("Built with another encoder: run `kiosque index --rebuild`."), 1),
        (IndexBusy("Another process is writing."), 1),
        (SettingsError("The setting THREADS is not valid."), 2),
    ],
)
def test_a_known_failure_is_its_sentence(
    kiosque: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_: object, **__: object) -> Archive:
        raise error

    monkeypatch.setattr(wiring, "open_archive", fail)
    assert kiosque("status") == Outcome(status, "", f"{error}\n")


def test_an_unexpected_failure_has_an_id_that_finds_its_trace(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, scripted: Script, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHAT_API_KEY", "tell-nobody-123")
    scripted(ZeroDivisionError("with key tell-nobody-123"))
    outcome = indexed("ask", "q")
    assert (outcome.status, outcome.out) == (1, "")
    sentence = r"Something went wrong \(error id ([0-9a-f]{8})\): ZeroDivisionError\."
    told = re.fullmatch(sentence + r" Run again with --debug for the trace\.\n", outcome.err)
    assert told
    log = (tmp_path / "errors.log").read_text(encoding="utf-8")
    assert log.startswith(f"error {told[1]}\nTraceback (most recent call last):\n")
    assert "ZeroDivisionError: with key [secret]" in log
    assert "tell-nobody" not in log


@pytest.mark.parametrize("arguments", [["--debug", "ask", "q"], ["ask", "q", "--debug"]])
def test_debug_shows_the_trace_without_secrets(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, scripted: Script, arguments: list[str]
) -> None:
    monkeypatch.setenv("CHAT_API_KEY", "tell-nobody-123")
    scripted(ZeroDivisionError("\x1b[2Jwith key tell-nobody-123"))
    outcome = indexed(*arguments)
    assert outcome.status == 1
    assert outcome.err.startswith("Traceback (most recent call last):\n")
    assert "ZeroDivisionError: [2Jwith key [secret]\n" in outcome.err
    assert "tell-nobody" not in outcome.err


def test_debug_after_two_dashes_is_a_question(indexed: Run, scripted: Script) -> None:
    answerer = scripted(answered())
    assert indexed("ask", "--", "--debug").status == 0
    assert answerer.asked[0].question == "--debug"


def test_an_interruption_is_silent(indexed: Run, scripted: Script) -> None:
    scripted(KeyboardInterrupt())
    assert indexed("ask", "q") == Outcome(130, "", "")
