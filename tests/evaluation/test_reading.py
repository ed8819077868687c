"""What judges a reader, on a small PIAF and XQuAD of our own: one that knows all answers, and others with planted faults."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import answering.wiring
import evaluation.reading_run
import evaluation.run
from answering.answerer import Answerer
from answering.conversation import Conversation
from answering.judging.reading import WHOLE as FULL
from answering.judging.reading import judged
from answering.judging.reranking import READ
from answering.settings import load_settings
from evaluation import published
from evaluation.cli import main
from evaluation.dataset import load
from evaluation.figures import figures_of
from evaluation.prepare import prepare
from evaluation.reading import ACROSS, SETS, WHOLE, Posed, averaged, posed, read_all, read_from
from evaluation.reading_run import judge_reader
from evaluation.run import answers_of
from evaluation.systems import OURS, Kiosque, as_read, found
from evaluation.table import print_parts, reading_parts
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.types import AnswerSpan, Filters, Hit, PassageReading
from tests.evaluation.test_prepare import _context

TITLES, PASSAGES = 12, 3
LANGUAGES = ("en", "ru", "de", "es", "ro")
_ASKED = re.compile(r"rue (\d+) du quartier (\d+) de la ville (\d+)")


class Knowing:
    """A reader that knows the answer to each question of ``test_prepare._context``, and says where it stands."""

    name = "knowing"

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        return [self.reading(question, passage) for passage in passages]

    def reading(self, question: str, passage: str) -> PassageReading:
        asked = _ASKED.search(question)
        assert asked is not None, question
        street, number, title = map(int, asked.groups())
        answer = f"{1000 + title * 100 + number * 10 + street} habitants"
        at = passage.find(answer)
        if at < 0:
            return PassageReading(-4.0, -4.0, -4.0, (AnswerSpan(0, 2, 0.01),))
        return PassageReading(4.0, 4.0, 4.0, (AnswerSpan(at, at + len(answer), 0.9), AnswerSpan(0, 2, 0.01)))

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        return [reading.relevant for reading in self.read(question, passages)]

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        raise AssertionError("nothing here asks for support")


class Shifted(Knowing):
    """Its spans begin and end one character too late."""

    def reading(self, question: str, passage: str) -> PassageReading:
        right = super().reading(question, passage)
        return replace(right, spans=tuple(replace(s, start=s.start + 1, end=s.end + 1) for s in right.spans))


class Always(Knowing):
    """It sees an answer in every passage."""

    def reading(self, question: str, passage: str) -> PassageReading:
        return replace(super().reading(question, passage), answers=9.0)


class Never(Knowing):
    """It sees none anywhere."""

    def reading(self, question: str, passage: str) -> PassageReading:
        return PassageReading(0.0, -9.0, -9.0, ())


class Outside(Knowing):
    """Its spans lie behind the end of the passage."""

    def reading(self, question: str, passage: str) -> PassageReading:
        return replace(super().reading(question, passage), spans=(AnswerSpan(len(passage) - 1, len(passage) + 9, 0.9),))


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PIAF and XQuAD, the same text in each; where prepared sets and runs go is of the test, too."""
    import zstandard

    folder = tmp_path / "data"
    rows = []
    for title in range(TITLES):
        for number in range(PASSAGES):
            context, qas = _context(title, number)
            rows.append({"title": f"Ville {title}", "context": context, "qas": qas})
    text = "\n".join(map(json.dumps, rows))
    (folder / "piaf").mkdir(parents=True)
    (folder / "piaf" / "questions.jsonl").write_text(text, "utf-8")
    (folder / "xquad").mkdir()
    for language in LANGUAGES:
        with zstandard.open(folder / "xquad" / f"{language}.jsonl.zst", "wt", encoding="utf-8") as file:
            file.write(text)
    monkeypatch.setattr(published, "DATA", folder)
    for module in (evaluation.run, evaluation.reading_run):
        monkeypatch.setattr(module, "WORK", tmp_path / "work")
    return folder


def read(reader: Knowing, name: str = "piaf") -> dict[str, float]:
    figures = figures_of(list(read_all(reader, posed(name, "test"))))
    return {name: round(figure.value, 3) for name, figure in figures.items()}


def test_only_questions_of_the_part_are_posed_each_with_its_own_passage(sets: Path) -> None:
    for wanted in ("dev", "test"):
        titles = [i for i in range(TITLES) if published.part(f"Ville {i}") == wanted]
        questions = posed("piaf", wanted)  # type: ignore[arg-type]
        assert {one.id for one in questions} == {
            f"{t}-{n}-{q}" for t in titles for n in range(PASSAGES) for q in range(4)
        }
        assert all(answer in one.passage for one in questions for answer in one.answers)
    orders = {tuple(one.id for one in posed(name, "test")) for name in SETS}
    assert len(orders) == 1  # the first N are the same in each pair of languages
    (order,) = orders
    assert order != tuple(sorted(order))
    assert {posed(name, "test")[0].language for name in ACROSS} == {"es", "ro"}


@pytest.mark.parametrize("name", SETS)
def test_a_reader_that_knows_has_everything_right(sets: Path, name: str) -> None:
    assert read(Knowing(), name) == {"exact_match": 1, "f1": 1}


def test_from_a_whole_archive_the_span_is_right_where_its_passage_is_found(
    sets: Path, embedder: BundledEmbedder
) -> None:
    data = load(prepare(WHOLE, evaluation.run.WORK).folder / "test")
    with evaluation.run.indexed(data, embedder, lambda *_: None) as (archive, _):
        questions = posed("piaf", "test")
        found = [[q.answers[0] in hit.text for hit in archive.search(q.question, limit=READ)] for q in questions]
        rows = list(read_from(archive, Knowing(), questions))
        assert [row["id"] for row in rows] == [question.id for question in questions]
        right = [row["scores"]["exact_match"] == 1 for row in rows]
        assert sum(right) > len(right) / 2
        assert all(any(places) for places, said in zip(found, right, strict=True) if said)
        # Of those found further back a part is read, which may lack the answer; the evidence may favour another sentence.
        near = [said for places, said in zip(found, right, strict=True) if any(places[:FULL])]
        assert sum(near) > 0.9 * len(near)
        for reader in (Shifted(), Never()):
            assert not any(row["scores"]["exact_match"] for row in read_from(archive, reader, questions))


def test_spans_shifted_by_a_character_are_caught(sets: Path) -> None:
    # The figure loses its first digit; what "habitants" gains is a full stop, which does not count.
    assert read(Shifted()) == {"exact_match": 0, "f1": 0.5}


def test_a_reader_that_says_nothing_is_right_nowhere(sets: Path) -> None:
    assert read(Never()) == {"exact_match": 0, "f1": 0}
    assert [row["outside"] for row in read_all(Never(), posed("piaf", "test")[:2])] == [False, False]


def test_a_span_outside_of_its_passage_counts_as_nothing_said(sets: Path) -> None:
    rows = list(read_all(Outside(), posed("piaf", "test")[:3]))
    assert [(row["said"], row["outside"], row["scores"]) for row in rows] == [
        ("", True, {"f1": 0, "exact_match": 0})
    ] * 3


def test_articles_of_the_passage_s_language_do_not_count() -> None:
    class First(Knowing):
        def reading(self, question: str, passage: str) -> PassageReading:
            return PassageReading(0, 0, 0, (AnswerSpan(0, 7, 0.5),))

    scores = [
        next(read_all(First(), [Posed("1", "?", "la casa", ("casa",), language)]))["scores"]
        for language in ("es", "ro")
    ]
    assert scores == [{"f1": 1, "exact_match": 1}, {"f1": pytest.approx(2 / 3), "exact_match": 0}]


def test_languages_of_a_question_are_averaged_before_questions() -> None:
    sets = [
        [
            {"id": "a", "scores": {"f1": 1.0, "exact_match": 1.0}},
            {"id": "b", "scores": {"f1": 0.0, "exact_match": 0.0}},
        ],
        [{"id": "a", "scores": {"f1": 0.5, "exact_match": 0.0}}],
    ]
    assert averaged(sets) == [{"id": "a", "scores": {"f1": 0.75, "exact_match": 0.5}}]
    assert averaged([]) == []


# -- all of it --------------------------------------------------------------------------------------------------------


def judge(reader: Knowing, embedder: BundledEmbedder, out: Path) -> dict[str, Any]:
    settings = load_settings().model_copy(update={"evidence_threshold": None})
    return judge_reader(reader, embedder, settings, "test", None, out, lambda *_: None)


def by(finished: dict[str, Any], judge: str) -> dict[str, float]:
    return {name: figure["value"] for name, figure in finished["refusal"]["by"][judge]["figures"].items()}


def test_refusal_is_judged_with_and_without_the_answer(
    sets: Path, embedder: BundledEmbedder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "reading.json"
    finished = judge(Knowing(), embedder, out)
    assert json.loads(out.read_text("utf-8")) == finished
    assert by(finished, "reader alone") == {"answered": 1, "refused": 1, "balanced_accuracy": 1, "auroc": 1}
    assert by(finished, "answerer without reader")["auroc"] < 0.9  # only the answer tells them apart
    assert finished["refusal"]["by"]["reader alone"]["upper_bound"]["balanced_accuracy"] == 1
    rows = [json.loads(line) for line in answers_of(out).read_text("utf-8").splitlines()]
    cases = [row for row in rows if row["set"] == "refusal" and row["by"] == "reader alone"]
    asked = finished["refusal"]["questions"]
    assert [row["answerable"] for row in cases] == [True, False] * asked
    assert 0 < asked + finished["refusal"]["left_out"] <= len(posed("piaf", "test"))
    assert {row["set"] for row in rows} == {*SETS, WHOLE, "refusal"}
    print_parts(*reading_parts(finished))
    printed = capsys.readouterr().out
    assert f"Refusal: {asked} questions with and without" in printed
    assert "all of XQuAD" in printed
    assert "1.000 (" in printed  # the upper bound
    assert "outside" not in printed


@pytest.mark.parametrize(
    ("reader", "figures"),
    [
        (Always(), {"answered": 1, "refused": 0, "balanced_accuracy": 0.5, "auroc": 0.5}),
        (Never(), {"answered": 0, "refused": 1, "balanced_accuracy": 0.5, "auroc": 0.5}),
    ],
)
def test_who_answers_everything_or_nothing_has_one_half(
    sets: Path, embedder: BundledEmbedder, tmp_path: Path, reader: Knowing, figures: dict[str, float]
) -> None:
    finished = judge(reader, embedder, tmp_path / "reading.json")
    assert by(finished, "reader alone") == figures
    assert finished["refusal"]["by"]["reader alone"]["upper_bound"]["balanced_accuracy"] == 0.5


def test_the_command_judges_the_reader_of_the_settings(
    sets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    monkeypatch.setattr(answering.wiring, "open_reader", lambda *_: Knowing())
    assert main(["reading", "--part", "dev", "--limit", "3", "--json", str(out)]) == 0
    finished = json.loads(out.read_text("utf-8"))
    assert (finished["part"], finished["limit"], finished["reader"]) == ("dev", 3, "knowing")
    assert {name: figures["f1"]["n"] for name, figures in finished["spans"].items()} == dict.fromkeys([*SETS, WHOLE], 3)
    assert "knowing on dev: given the right passage" in capsys.readouterr().out
    monkeypatch.setattr(answering.wiring, "open_reader", lambda *_: None)
    assert main(["reading"]) == 1
    assert "There is no reader to judge; set EVIDENCE_MODEL" in capsys.readouterr().err
    assert main(["reading", "--part", "train"]) == 2
    assert "'train' is neither dev nor test" in capsys.readouterr().err


# -- the ranking that is judged ---------------------------------------------------------------------------------------


def test_the_ranking_is_that_of_the_hits_as_they_are_read(seeds_archive: Archive) -> None:
    heard: list[tuple[str, Filters]] = []

    def rank(question: str, filters: Filters) -> list[Hit]:
        heard.append((question, filters))
        return seeds_archive.search(question, limit=5, filters=filters)[::-1]

    question, filters = "Combien de  réfugiés ?", Filters(languages=("fr",))
    plain = Kiosque(seeds_archive, Answerer(seeds_archive))
    ranked = Kiosque(seeds_archive, Answerer(seeds_archive), OURS, rank)
    first = plain.search(question, Conversation(), filters)
    assert (
        first[:5] == [found(h) for h in seeds_archive.search("Combien de réfugiés ?", limit=100, filters=filters)][:5]
    )
    assert ranked.search(question, Conversation(), filters) == first[:5][::-1]
    assert heard == [("Combien de réfugiés ?", filters)]


def test_a_reader_moves_what_answers_up_and_leaves_what_it_has_not_read(seeds_archive: Archive) -> None:
    class Liking(Knowing):
        """It finds the longest passages the most relevant."""

        def reading(self, question: str, passage: str) -> PassageReading:
            return PassageReading(100.0 * len(passage), 0.0, 0.0, ())

    question = "Combien de réfugiés ?"
    plain = seeds_archive.search(question, limit=100)
    ranked = as_read(seeds_archive, Liking())(question, Filters())
    places = [hit.passage.id for hit in plain]
    assert len(plain) > READ
    assert sorted(hit.passage.id for hit in ranked) == sorted(places)
    assert [hit.passage.id for hit in ranked[READ:]] == places[READ:]
    assert [hit.passage.id for hit in ranked[:READ]] != places[:READ]
    assert ranked == judged(Liking(), question, plain)[0]
