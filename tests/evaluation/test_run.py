"""A run over a small folder with the real encoder: what is written, what a stop keeps, what failed questions count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evaluation.run
from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.settings import Settings, load_settings
from answering.types import Answer
from evaluation.asking import ask_one
from evaluation.dataset import DataError, load
from evaluation.gold import Gold
from evaluation.journal import Journal
from evaluation.run import BASELINES, Options, answers_of, run
from evaluation.scoring import RANKING
from evaluation.systems import OURS, Kiosque
from evaluation.table import run_parts
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from retrieval.types import Filters
from tests.evaluation.material import QUESTIONS, write_folder
from tests.fakes import ScriptedChatModel

ALL = (OURS, *BASELINES)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    return load_settings().model_copy(update={"chat_model": "", "evidence_threshold": None})


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(evaluation.run, "WORK", tmp_path / "work")
    return tmp_path / "work"


class Watching:
    """A progress that notes what it is told, and stops the run at a given number of answers of a system."""

    def __init__(self, stop: tuple[str, int] | None = None) -> None:
        self.stop, self.told = stop, []  # type: tuple[str, int] | None, list[tuple[str, int, int | None]]

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.told.append((stage, done, total))
        if (stage, done) == self.stop:
            raise KeyboardInterrupt


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answers_of(out).read_text("utf-8").splitlines()]


def test_a_run_writes_every_answer_and_all_figures(tmp_path: Path, settings: Settings) -> None:
    out = tmp_path / "run.json"
    finished = run(load(write_folder(tmp_path / "set")), settings, Options(), out, Watching())
    assert json.loads(out.read_text("utf-8")) == finished
    assert finished["set"] | {"folder": "", "fingerprint": ""} == {
        "name": "set", "folder": "", "fingerprint": "", "questions": 5, "answerable": 3, "unanswerable": 2,
    }  # fmt: skip
    assert list(finished["systems"]) == list(ALL)
    rows = rows_of(out)
    assert [(row["system"], row["id"]) for row in rows] == [(s, q["id"]) for s in ALL for q in QUESTIONS]
    ours = finished["systems"][OURS]
    assert {n: ours["figures"][n]["value"] for n in ("correct", "answered", "refused", "verbatim", "cited")} == {
        "correct": 1, "answered": 1, "refused": 1, "verbatim": 1, "cited": 1,
    }  # fmt: skip
    assert ours["figures"]["answered"]["n"] == 3
    assert set(ours["kinds"]) == {"when", "figure", "who", "off_topic", "filtered"}
    assert set(ours["languages"]) == {"fr", "en"}
    assert set(ours["latency_ms"]) == {"search", "extract", "total"}
    assert ours["peak_memory_mb"] > 50
    assert finished["systems"]["dense"]["figures"]["refused"]["value"] == 0  # it never does
    assert finished["lost_spans"] == 0
    assert list(tmp_path.glob("*.part")) == []


def test_a_ranking_is_judged_and_nothing_answered_with_retrieval_only(tmp_path: Path, settings: Settings) -> None:
    out = tmp_path / "run.json"
    options = Options((OURS, "bm25"), retrieval_only=True)
    finished = run(load(write_folder(tmp_path / "set")), settings, options, out, Watching())
    assert set(finished["systems"][OURS]["figures"]) == {"recall@1", "recall@5", "recall@20", "mrr@10", "ndcg@10"}
    assert [row["answer"] for row in rows_of(out)] == [None] * 10
    assert rows_of(out)[0]["ranking"][0]["article"] == "pont"


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, settings: Settings) -> None:
    data, out = load(write_folder(tmp_path / "set")), tmp_path / "run.json"
    with pytest.raises(KeyboardInterrupt):
        run(data, settings, Options((OURS, "lead")), out, Watching((OURS, 2)))
    assert not out.exists()
    part = out.with_suffix(".part")
    kept = part.read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in kept[1:]][:2] == ["q1", "q2"]
    left = len(QUESTIONS) - len(kept[1:])  # the one that was being answered is kept, too
    part.write_text("\n".join(kept) + '\n{"system": "kiosque", "id": "q4", "ans', "utf-8")  # killed in mid-line
    watching = Watching()
    finished = run(data, settings, Options((OURS, "lead")), out, watching)
    assert (OURS, 0, left) in watching.told
    assert ("lead", 0, 5) in watching.told
    undisturbed = run(data, settings, Options((OURS, "lead")), tmp_path / "other.json", Watching())
    assert finished["scores"] == undisturbed["scores"]
    assert len(rows_of(out)) == 10


def test_a_run_with_other_settings_begins_anew(tmp_path: Path, settings: Settings) -> None:
    data, out = load(write_folder(tmp_path / "set")), tmp_path / "run.json"
    with pytest.raises(KeyboardInterrupt):
        run(data, settings, Options((OURS,)), out, Watching((OURS, 2)))
    watching = Watching()
    run(data, settings.model_copy(update={"evidence_threshold": 0.5}), Options((OURS,)), out, watching)
    assert (OURS, 0, 5) in watching.told


def test_an_index_that_is_up_to_date_is_used_again(tmp_path: Path, settings: Settings, work: Path) -> None:
    data = load(write_folder(tmp_path / "set"))
    run(data, settings, Options((OURS,), limit=1), tmp_path / "one.json", Watching())
    (index,) = (work / "index").iterdir()
    before = (index / "archive.sqlite").stat().st_mtime_ns
    again = run(data, settings, Options((OURS,), limit=1), tmp_path / "two.json", Watching())
    assert (index / "archive.sqlite").stat().st_mtime_ns == before
    assert again["set"]["questions"] == 1


def test_workers_give_the_same_scores(tmp_path: Path, settings: Settings) -> None:
    data = load(write_folder(tmp_path / "set"))
    one, four = (run(data, settings, Options((OURS,), workers=n), tmp_path / f"{n}.json", Watching()) for n in (1, 4))
    assert one["scores"] == four["scores"]


def test_what_the_archive_could_not_take_is_counted(tmp_path: Path, settings: Settings) -> None:
    folder = write_folder(tmp_path / "set", [*QUESTIONS, QUESTIONS[0] | {"id": "lost", "relevant": [LOST]}])
    with (folder / "articles.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n" + json.dumps({"id": "ads", "text": "Un texte court.\nLire aussi\nUne suite."}) + "\n")
    finished = run(load(folder), settings, Options((OURS,), retrieval_only=True), tmp_path / "run.json", Watching())
    assert (finished["skipped_articles"], finished["lost_spans"]) == (1, 1)
    notes = [str(part) for part in run_parts(finished)[2:]]
    assert notes[0].startswith("1 articles could not be read")
    assert notes[1].startswith("1 gold spans are not in the cleaned articles")


LOST = {"article": "ads", "start": 16, "end": 26}  # "Lire aussi" is page furniture


def test_a_gold_article_that_is_missing_is_named(tmp_path: Path, settings: Settings) -> None:
    question = QUESTIONS[0] | {"relevant": [{"article": "nowhere"}]}
    folder = write_folder(tmp_path / "set", [question])
    with pytest.raises(DataError, match=r"questions\.jsonl, line 1: .*no article 'nowhere'"):
        run(load(folder), settings, Options((OURS,)), tmp_path / "run.json", Watching())


class Breaking:
    """A system with a bug."""

    name = "breaking"

    def search(self, question: str, conversation: Conversation, filters: Filters) -> list[Any]:
        raise RuntimeError("no luck")

    def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
        raise NotImplementedError


def test_a_question_that_breaks_a_system_counts_as_failed(tmp_path: Path) -> None:
    questions = load(write_folder(tmp_path / "set")).questions
    rows = [ask_one(Breaking(), questions[i], Gold(), lambda _: "") for i in (0, 3)]
    assert [row["error"] for row in rows] == ["RuntimeError: no luck"] * 2
    short = ("short_f1", "short_em", "short_given")
    wanted = ("answered", "correct", "right", "coverage", "exact_match", "f1", *short)
    assert [row["scores"] for row in rows] == [dict.fromkeys(wanted, 0.0), {"refused": 0, "right": 0}]
    assert evaluation.run.summary(rows, "breaking")["errors"] == 2
    row = ask_one(Breaking(), questions[0], Gold({"pont": 0}), lambda _: "", retrieval_only=True)
    assert row["scores"] == dict.fromkeys(RANKING, 0.0)


def test_the_conversation_is_asked_first(seeds_archive: Archive, tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    class Listening(Kiosque):
        def answer(self, question: str, conversation: Conversation, filters: Filters) -> Answer:
            heard.append((question, len(conversation.turns)))
            return Kiosque.answer(self, question, conversation, filters)

    (question,) = load(write_folder(tmp_path / "set", [QUESTIONS[3] | {"conversation": ["Un ?", "Deux ?"]}])).questions
    row = ask_one(Listening(seeds_archive, Answerer(seeds_archive)), question, Gold(), lambda _: "")
    assert heard == [("Un ?", 0), ("Deux ?", 1), ("Who won the 2018 World Cup?", 2)]
    assert "error" not in row


def test_an_answer_that_is_not_the_chat_model_s_is_counted(seeds_archive: Archive, tmp_path: Path) -> None:
    (question,) = load(write_folder(tmp_path / "set", [QUESTIONS[3]])).questions
    broken = ScriptedChatModel(error=ConnectionError("refused"))
    row = ask_one(Kiosque(seeds_archive, Answerer(seeds_archive, broken)), question, Gold(), lambda _: "")
    assert evaluation.run.summary([row], OURS)["fallbacks"] == 1


def test_a_failed_question_is_asked_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "run.part", "one")
    journal.add({"system": "a", "id": "1", "error": "RuntimeError"})
    journal.add({"system": "a", "id": "2", "answer": {"text": "long"}})
    journal.close()
    again = Journal(tmp_path / "run.part", "one")
    assert again.rows == {("a", "2"): {"system": "a", "id": "2"}}  # the bulk stays on the disk
    again.add({"system": "a", "id": "1", "ranking": []})
    again.copy_to(tmp_path / "out.jsonl", [("a", "1"), ("a", "2")])
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line).get("answer") for line in lines] == [None, {"text": "long"}]


def test_a_stop_keeps_what_other_workers_have_answered(tmp_path: Path, settings: Settings) -> None:
    data, out = load(write_folder(tmp_path / "set")), tmp_path / "run.json"
    with pytest.raises(KeyboardInterrupt):
        run(data, settings, Options((OURS,), workers=5), out, Watching((OURS, 1)))
    assert len(out.with_suffix(".part").read_text("utf-8").splitlines()) == 1 + 5  # all were under way


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "run.part", "one")
    yield journal
    journal.close()


def test_a_full_disk_is_told_and_loses_nothing(journal: Journal, tmp_path: Path) -> None:
    journal.add({"system": "a", "id": "1"})
    journal._file.close()
    journal._file = open("/dev/full", "wb")  # noqa: SIM115
    with pytest.raises(KiosqueError, match=r"run\.part cannot be written: No space left on device"):
        journal.add({"system": "a", "id": "2"})
    journal._file = (tmp_path / "elsewhere").open("wb")
    assert list(Journal(tmp_path / "run.part", "one").rows) == [("a", "1")]
    assert list(Journal(tmp_path / "run.part", "two").rows) == []
