"""What a run says of a chat model's sentences: fates, reasons, fallbacks, and citation recall and precision."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table

import evaluation.run
from answering.settings import Settings, load_settings
from answering.types import Answer, Claim, Fate, Mode, Status, Verdict
from answering.writing.frames import FRAMES, frame_for
from evaluation.dataset import load
from evaluation.generated import (
    Outcome,
    described,
    outcome_of,
    sections,
    sentence_scores,
    support_scores,
    tally,
)
from evaluation.run import Options, answers_of, run
from evaluation.systems import OURS
from evaluation.table import run_parts
from tests.evaluation.made_answers import AUTRE, BILAN, LOIN, ByWords, answer, cite
from tests.evaluation.material import write_folder
from tests.openai_server import ChatServer, Reply, refusal, serving

FIGURE, NAME = "figure not in the source", "name not in the source"
LYNX = {
    "id": "q1",
    "question": "Combien de lynx vivent dans le massif du Jura ?",
    "language": "fr",
    "answerable": True,
    "answers": ["Quatorze"],
    "relevant": [{"article": "lynx", "start": 0, "end": 44}],
    "among": ["lynx"],  # so that its one passage is [1]
}
TRUE = ("Quatorze lynx vivent dans le massif du Jura.", "La biologiste Anne Perrin les suit depuis 2015.")
WRONG = ("Quarante lynx vivent dans le massif du Jura.", "La biologiste Marie Dupont les suit depuis 2015.")
REPAIRED = "Dans le massif du Jura vivent quatorze lynx."


def written(*claims: Claim, verdicts: tuple[Verdict, ...] = ()) -> Answer:
    cited = (cite(BILAN, "33 morts"), cite(AUTRE, "47 morts à Tchernihiv", 2), cite(LOIN, "à Tchernihiv", 3))
    return replace(answer(*cited, claims=claims, mode=Mode.GENERATIVE), verdicts=verdicts)


# Citation recall and precision


@pytest.mark.parametrize(
    ("claims", "recall", "precision"),
    [
        ([Claim("33 morts", (1,))], 1.0, 1.0),
        ([Claim("34 morts", (1,))], 0.0, 0.0),
        ([Claim("33 à Tchernihiv", (1, 3))], 1.0, 1.0),  # neither does alone: both are needed
        ([Claim("33 morts", (1, 3))], 1.0, 0.5),  # the third adds nothing, and the first does without it
        ([Claim("à Tchernihiv", (2, 3))], 1.0, 1.0),  # each does alone
        ([Claim("33 47 à Tchernihiv", (1, 2, 3))], 1.0, 2 / 3),
        ([Claim("34 à Tchernihiv", (2, 3))], 0.0, 0.0),  # nothing is needed for what is not supported
        ([Claim("33 morts", (1,)), Claim("34 morts", (2, 3))], 0.5, 1 / 3),
        ([Claim("33 morts", (1,)), Claim("33 morts", ())], 0.5, 1.0),
        ([Claim("33 morts", ())], 0.0, 0.0),
        ([Claim("33 morts", (9,))], 0.0, 0.0),
    ],
)
def test_citation_recall_and_precision(claims: list[Claim], recall: float, precision: float) -> None:
    found = support_scores(written(*claims), ByWords())
    assert found == pytest.approx({"citation_recall": recall, "citation_precision": precision})


def test_only_a_model_s_answers_have_them() -> None:
    said = written(Claim("33 morts", (1,)))
    for other in (
        replace(said, mode=Mode.EXTRACTIVE),
        replace(said, status=Status.NO_EVIDENCE),
        replace(said, claims=()),
    ):
        assert support_scores(other, ByWords()) == {}


# Outcomes, fates and reasons


def extracted(notice: str = "", status: Status = Status.ANSWERED, language: str = "fr") -> Answer:
    return replace(answer(cite(BILAN, "33 morts"), status=status, language=language), notice=notice)


def test_outcomes_of_answers_in_every_language() -> None:
    for language, frame in FRAMES.items():
        assert outcome_of(extracted(f"{frame.unreachable} (429)", language=language)) is Outcome.UNREACHABLE
        assert outcome_of(extracted(f"Voilà. {frame.unproved}", language=language)) is Outcome.UNPROVED
    assert outcome_of(extracted()) is Outcome.NO_ANSWER
    assert outcome_of(extracted(status=Status.NO_EVIDENCE)) is Outcome.NOT_ASKED
    assert outcome_of(extracted(frame_for("fr").unproved, Status.NO_EVIDENCE)) is Outcome.UNPROVED
    assert outcome_of(written()) is Outcome.WRITTEN
    assert outcome_of(replace(written(), status=Status.NO_EVIDENCE)) is Outcome.REFUSED


VERDICTS = (
    Verdict("a", Fate.KEPT, markers=(1,)),
    Verdict("b", Fate.REPAIRED, f"{FIGURE}: 12: 30", (1,), "b'"),
    Verdict("c", Fate.REMOVED, f"{FIGURE}: 500"),
    Verdict("d", Fate.REMOVED, "not supported"),
)


def test_sums_of_several_answers() -> None:
    first, second = written(verdicts=VERDICTS), written(verdicts=VERDICTS[:1])
    fallen = extracted(frame_for("fr").unproved)
    sums = tally(map(described, (first, second, fallen)))
    assert sums == {
        "answers": {"written": 2, "refused": 0, "no_answer": 0, "unproved": 1, "unreachable": 0, "not_asked": 0},
        "sentences": {"written": 5, "kept": 2, "repaired": 1, "removed": 2},
        "reasons": {FIGURE: {"repaired": 1, "removed": 1}, "not supported": {"repaired": 0, "removed": 1}},
    }
    assert sections([sums, tally([described(fallen)])]) == {
        "sentences": [
            ("written", ["5", "0"]),
            ("kept", ["2 (40 %)", "0"]),
            ("repaired", ["1 (20 %)", "0"]),
            ("removed", ["2 (40 %)", "0"]),
        ],
        "why they were not kept": [
            (FIGURE, ["1 repaired, 1 removed", "0 repaired, 0 removed"]),
            ("not supported", ["0 repaired, 1 removed", "0 repaired, 0 removed"]),
        ],
        "answers": [
            ("answers in the model's words", ["2", "0"]),
            ("extracted: nothing it wrote was proved", ["1", "1"]),
        ],
    }


def test_shares_of_one_answer() -> None:
    assert sentence_scores(written(verdicts=VERDICTS)) == {
        "by_model": 1.0, "kept_sentences": 0.25, "shown_sentences": 0.5,
    }  # fmt: skip
    unproved = replace(extracted(frame_for("fr").unproved), verdicts=VERDICTS[2:])
    assert sentence_scores(unproved) == {"by_model": 0.0, "kept_sentences": 0.0, "shown_sentences": 0.0}
    assert sentence_scores(extracted()) == {"by_model": 0.0}
    assert sentence_scores(extracted(status=Status.NO_EVIDENCE)) == {}


# Whole runs, with LangChain's client and a scripted server


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation.run, "WORK", tmp_path / "work")


def generative(server: ChatServer) -> Settings:
    changed = {"chat_model": "openai:scripted", "chat_base_url": server.url, "evidence_threshold": None}
    return load_settings().model_copy(update=changed)


def asked(folder: Path, *replies: Reply, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the finished run of one question, put to a model that replies so, and the row of its answer."""
    data, out = load(write_folder(folder / "set", [LYNX | fields])), folder / "run.json"
    with serving(*replies) as server:
        finished = run(data, generative(server), Options((OURS,)), out, lambda *_: None)
    (row,) = (json.loads(line) for line in answers_of(out).read_text("utf-8").splitlines())
    return finished, row


def lines(*sentences: str) -> Reply:
    return Reply([f"{sentence} [1]\n" for sentence in sentences])


def test_two_true_sentences_one_repaired_lie_and_one_that_stays_a_lie(tmp_path: Path) -> None:
    repair = lines(REPAIRED, WRONG[1].replace("Dupont", "Durand"))
    finished, row = asked(tmp_path, lines(TRUE[0], WRONG[0], TRUE[1], WRONG[1]), repair)
    ours = finished["systems"][OURS]
    assert ours["generated"] == {
        "answers": {"written": 1, "refused": 0, "no_answer": 0, "unproved": 0, "unreachable": 0, "not_asked": 0},
        "sentences": {"written": 4, "kept": 2, "repaired": 1, "removed": 1},
        "reasons": {FIGURE: {"repaired": 1, "removed": 0}, NAME: {"repaired": 0, "removed": 1}},
    }
    assert [claim["text"] for claim in row["answer"]["claims"]] == [*TRUE, REPAIRED]
    names = ("kept_sentences", "shown_sentences", "by_model", "citation_recall", "citation_precision", "correct")
    assert {name: ours["figures"][name]["value"] for name in names} == {
        "kept_sentences": 0.5, "shown_sentences": 0.75, "by_model": 1,
        "citation_recall": 1, "citation_precision": 1, "correct": 1,
    }  # fmt: skip
    assert row["scores"]["kept_sentences"] == finished["scores"][OURS]["q1"]["kept_sentences"] == 0.5
    _, figures, written_table = run_parts(finished)
    assert isinstance(figures, Table)
    assert isinstance(written_table, Table)
    assert "citation_recall" in list(figures.columns[0].cells)
    assert list(zip(*(map(str, column.cells) for column in written_table.columns), strict=True))[1:5] == [
        ("  written", "4"), ("  kept", "2 (50 %)"), ("  repaired", "1 (25 %)"), ("  removed", "1 (25 %)"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "question", "outcome"),
    [
        (lines(WRONG[1]), "", Outcome.UNPROVED),
        (refusal(401), "", Outcome.UNREACHABLE),
        (Reply(["NO_ANSWER"]), "", Outcome.NO_ANSWER),
        (Reply(["NO_ANSWER"]), "Qui a gagné la Coupe du monde de football en 2018 ?", Outcome.REFUSED),
    ],
)
def test_what_became_of_an_answer(tmp_path: Path, reply: Reply, question: str, outcome: Outcome) -> None:
    finished, row = asked(tmp_path, reply, **({"question": question} if question else {}))
    assert "error" not in row
    counted = finished["systems"][OURS]["generated"]["answers"]
    assert {name for name, count in counted.items() if count} == {outcome}
    assert finished["scores"][OURS]["q1"]["by_model"] == float(outcome is Outcome.REFUSED)
    assert finished["systems"][OURS]["fallbacks"] == (outcome in (Outcome.UNPROVED, Outcome.UNREACHABLE))
    assert "citation_recall" not in row["scores"]


def test_an_extractive_run_says_nothing_of_it(tmp_path: Path) -> None:
    settings = load_settings().model_copy(update={"chat_model": ""})
    data = load(write_folder(tmp_path / "set", [LYNX]))
    finished = run(data, settings, Options((OURS, "textbook")), tmp_path / "run.json", lambda *_: None)
    written_names = {"by_model", "kept_sentences", "shown_sentences", "citation_recall", "citation_precision"}
    for name, system in finished["systems"].items():
        assert "generated" not in system
        assert not written_names & system["figures"].keys(), name
        assert not written_names & finished["scores"][name]["q1"].keys()
    assert len(run_parts(finished)) == 2
    assert "generated" not in answers_of(tmp_path / "run.json").read_text("utf-8")


def test_the_textbook_s_citations_are_judged_by_the_same_reader(tmp_path: Path) -> None:
    data, out = load(write_folder(tmp_path / "set", [LYNX])), tmp_path / "run.json"
    with serving(Reply([f"{TRUE[0]} Les ventes de comté ont triplé en dix ans au Japon."])) as server:
        finished = run(data, generative(server), Options(("textbook",)), out, lambda *_: None)
    textbook = finished["systems"]["textbook"]
    assert textbook["figures"]["citation_recall"]["value"] == 0.5
    assert "generated" not in textbook  # nothing checks its sentences
