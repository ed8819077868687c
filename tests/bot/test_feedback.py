"""``kiosque feedback``: what people rated in Telegram becomes a set that the evaluation asks and judges."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from answering.types import Answer, Citation, Claim
from bot.telegram.storage.database import Database
from bot.telegram.storage.store import Asker, Store
from evaluation.dataset import load
from evaluation.gold import gold_of
from evaluation.scoring import answer_scores, ranking_scores
from evaluation.systems import found
from retrieval.archive import Archive
from retrieval.reading.sources import FolderSource
from retrieval.types import Article
from tests.bot.conftest import ARTICLES, Outcome, Run, WordEmbedder
from tests.telegram.made import answer, refusal

MONDE, FIGARO = (Article(**fields, dated_by="data") for fields in ARTICLES)
KILLED = "Kiev parle de 9.000 morts dans les rangs russes."
FLED = "Un million de réfugiés ont fui l'Ukraine, selon l'ONU."
EXPORTED = {"articles.jsonl", "questions.jsonl", "aside.jsonl", "set.json"}


def quoting(question: str, *cited: tuple[Article, str, tuple[str, ...]], **changed: Any) -> Answer:
    citations = tuple(
        Citation(marker, article, start := article.text.index(quote), start + len(quote), also_in)
        for marker, (article, quote, also_in) in enumerate(cited, 1)
    )
    claims = tuple(Claim(citation.quote, (citation.marker,)) for citation in citations)
    return answer(question, citations=citations, claims=claims, **changed)


KILLED_ANSWER = quoting(
    "Combien de morts ?", (MONDE, KILLED, ("figaro-1", "gone")), standalone="Combien de morts russes ?"
)
FLED_ANSWER = quoting("How many fled?", (FIGARO, FLED, ()), (MONDE, KILLED, ()), language="en")

Rate = Callable[..., None]


@pytest.fixture
def rate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rate:
    """Keep an answer in the bot's file, and what people thought of it. No token is set anywhere."""
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    monkeypatch.setenv("TELEGRAM_DATA", str(tmp_path / "telegram.sqlite"))

    def keep(given: Answer, *values: int, kind: str = "answer") -> None:
        database = Database(tmp_path / "telegram.sqlite")
        number = Store(database).save(Asker(1, 0, 11), 0, given, 1e9, kind)
        for user, value in enumerate(values):
            Store(database).rate(number, user, value)
        database.close()

    return keep


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_liked_answers_become_questions_that_the_evaluation_judges(indexed: Run, rate: Rate, tmp_path: Path) -> None:
    rate(KILLED_ANSWER, 1, 1, -1)
    rate(FLED_ANSWER, 1)
    rate(refusal("Qui a gagné ?"), 1)
    rate(refusal("Combien de réfugiés ?"), -1)
    rate(quoting("Où ?", (MONDE, KILLED, ())), 1, -1)
    rate(answer("Jamais noté"))
    rate(KILLED_ANSWER, 1, kind="search")
    folder = tmp_path / "sets" / "rated in March"
    assert indexed("feedback", folder) == Outcome(
        0, f"3 of 5 rated answers written as questions to {folder}; the others to aside.jsonl.\n", ""
    )
    assert {path.name for path in folder.iterdir()} == EXPORTED
    assert [(row["question"], row["value"]) for row in lines(folder / "aside.jsonl")] == [
        ("Combien de réfugiés ?", -1),
        ("Où ?", 0),
    ]
    data = load(folder)
    assert data.name == "rated-in-March"
    assert [(q.question, q.language, q.answerable, q.kind) for q in data.questions] == [
        ("Combien de morts russes ?", "fr", True, "feedback"),
        ("How many fled?", "en", True, "feedback"),
        ("Qui a gagné ?", "fr", False, "feedback"),
    ]
    with Archive(tmp_path / "judged", WordEmbedder()) as archive:
        report = archive.index(FolderSource(data.articles))
        assert (report.added, report.skipped) == (2, ())
        assert [archive.article(fields["id"]) for fields in ARTICLES] == [MONDE, FIGARO]
        gold, lost = gold_of(data, archive)
        assert lost == 0
        killed, fled, refused = (gold[question.id] for question in data.questions)
        assert killed.unit == {"monde-1": 0, "figaro-1": 0}  # a copy that is still there; the other is not
        assert {a: [a_text(a)[slice(*span)] for span in spans] for a, spans in fled.spans.items()} == {
            "figaro-1": [FLED],
            "monde-1": [KILLED],
        }
        assert refused.unit == {}

        def scores(number: int, given: Answer) -> dict[str, float]:
            question = data.questions[number]
            return answer_scores(question, gold[question.id], given, lambda name: archive.article(name).text)

        same, other = (
            scores(0, KILLED_ANSWER),
            scores(0, quoting("?", (MONDE, ARTICLES[0]["text"].split(" Kiev")[0], ()))),
        )
        assert (same["right"], same["gold_citations"], same["verbatim"]) == (1, 1, 1)
        assert (other["relevant_citations"], other["gold_citations"]) == (1, 0)
        assert scores(1, refusal("?"))["right"] == 0
        assert (scores(2, refusal("?"))["right"], scores(2, FLED_ANSWER)["right"]) == (1, 0)
        ranking = [found(hit) for hit in archive.search("réfugiés Ukraine", limit=10)]
        assert ranking_scores(data.questions[1], fled, ranking)["recall@1"] == 1


def a_text(article_id: str) -> str:
    return {article.id: article.text for article in (MONDE, FIGARO)}[article_id]


def test_what_the_archive_no_longer_holds_is_no_gold(indexed: Run, rate: Rate, folder: Path, tmp_path: Path) -> None:
    """One article has left its folder, the other has changed: an answer is kept for what is left of its citations."""
    kept = quoting("Combien de réfugiés ?", (FIGARO, FLED, ()), (MONDE, KILLED, ()))
    rate(kept, 1)
    rate(quoting("Et la Pologne ?", (FIGARO, "La Pologne en accueille la moitié.", ())), 1)
    rate(KILLED_ANSWER, 1)
    changed = {**ARTICLES[1], "text": f"L'essentiel. {FLED}"}
    (folder / "press.jsonl").write_text(json.dumps(changed), "utf-8")
    indexed("index", folder)
    outcome = indexed("feedback", tmp_path / "set")
    assert (
        outcome.out == f"1 of 3 rated answers written as questions to {tmp_path / 'set'}; the others to aside.jsonl.\n"
    )
    [question] = lines(tmp_path / "set" / "questions.jsonl")
    assert question["question"] == "Combien de réfugiés ?"
    assert question["relevant"] == [{"article": "figaro-1", "start": 13, "end": 13 + len(FLED), "copies": []}]
    assert [row["id"] for row in lines(tmp_path / "set" / "articles.jsonl")] == ["figaro-1"]


def test_any_question_can_be_loaded_and_only_its_owner_reads_it(indexed: Run, rate: Rate, tmp_path: Path) -> None:
    odd = "half a pair \ud83d, a null \0, a mark \u202e and 😀"
    rate(quoting(odd, (MONDE, KILLED, ())), 1)
    assert (
        indexed("feedback", tmp_path / "set").out
        == f"1 of 1 rated answers written as questions to {tmp_path / 'set'}.\n"
    )
    assert load(tmp_path / "set").questions[0].question == odd.replace("\ud83d", "?")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "set").iterdir()}
    assert modes == dict.fromkeys(EXPORTED, 0o600)
    assert stat.S_IMODE((tmp_path / "set").stat().st_mode) == 0o700


def test_an_earlier_export_is_replaced_and_nothing_else_is(indexed: Run, rate: Rate, tmp_path: Path) -> None:
    target = tmp_path / "set"
    target.mkdir()
    rate(KILLED_ANSWER, 1)
    assert indexed("feedback", target).status == 0
    rate(FLED_ANSWER, 1)
    assert indexed("feedback", target).status == 0
    assert [question.id for question in load(target).questions] == ["telegram-1", "telegram-2"]
    others = tmp_path / "others"
    others.mkdir()
    (others / "set.json").write_text('{"name": "ours"}')
    (others / "questions.jsonl").write_text("by hand")
    with_more = tmp_path / "more"
    with_more.mkdir()
    (with_more / "set.json").write_bytes((target / "set.json").read_bytes())
    (with_more / "notes.txt").write_text("mine")
    file = tmp_path / "file"
    file.write_text("mine")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "index" not in str(path)}
    for folder in (others, with_more, file):
        assert indexed("feedback", folder) == Outcome(
            1, "", f"{folder} holds something else already; name a new folder.\n"
        )
    assert {path: path.read_bytes() for path in before} == before


def test_without_feedback_it_is_said_and_nothing_is_written(indexed: Run, rate: Rate, tmp_path: Path) -> None:
    target, data = tmp_path / "set", tmp_path / "telegram.sqlite"
    assert indexed("feedback", target) == Outcome(
        1, "", f"There is no data file of the Telegram bot at {data}; start the bot first, or correct TELEGRAM_DATA.\n"
    )
    assert not data.exists()
    rate(KILLED_ANSWER)
    assert indexed("feedback", target) == Outcome(
        1, "", "Nobody has rated an answer in Telegram yet, so there is nothing to export.\n"
    )
    rate(KILLED_ANSWER, -1)
    rate(FLED_ANSWER, 1, -1)
    assert indexed("feedback", target) == Outcome(
        1,
        "",
        "None of the 2 rated answers makes a question: each was disliked as often as liked, or what it cites is no longer "
        "in the archive.\n",
    )
    assert not target.exists()


def test_a_file_that_is_not_the_bots_is_refused(indexed: Run, rate: Rate, tmp_path: Path) -> None:
    (tmp_path / "telegram.sqlite").write_text("not a database " * 50)
    outcome = indexed("feedback", tmp_path / "set")
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"The bot's data file {tmp_path / 'telegram.sqlite'} cannot be used: ")


def test_a_wrong_setting_is_still_told(
    indexed: Run, rate: Rate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TELEGRAM_DATA", "~nobody-of-that-name/telegram.sqlite")
    outcome = indexed("feedback", tmp_path / "set")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("The setting TELEGRAM_DATA is not valid: ")


def test_a_place_that_cannot_be_written_is_said(indexed: Run, rate: Rate, tmp_path: Path) -> None:
    rate(KILLED_ANSWER, 1)
    target = tmp_path / "telegram.sqlite" / "set"
    outcome = indexed("feedback", target)
    assert outcome == Outcome(1, "", f"{target} cannot be written: File exists.\n")
    assert os.listdir(tmp_path).count("set") == 0
