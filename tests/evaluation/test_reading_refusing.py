"""Cases of refusal, and the threshold that is best for them, each by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.dataset import Question
from evaluation.figures import figures_of
from evaluation.gold import Gold
from evaluation.refusing import TOP, Case, Remembering, best_threshold, by_reader, cases, refusals
from retrieval.types import AnswerSpan, Article, Hit, Passage, PassageReading


def hit(number: int, text: str) -> Hit:
    article = Article(f"a{number}", text, language="fr")
    return Hit(Passage(number, article.id, 0, len(text)), article, 1 - number / 100, 0.5, 1.0)


@dataclass
class Finding:
    """An archive that finds the same for every question."""

    hits: list[Hit]

    def search(self, question: str, limit: int) -> list[Hit]:
        return self.hits[:limit]


ASKED = Question.model_validate(
    {"id": "q", "question": "Combien ?", "answerable": True, "answers": ["33 morts"], "relevant": [{"article": "a3"}]}
)
GOLD = {"q": Gold({"a3": 0}, {"a3": ((0, 8),)})}


def cases_of(hits: Sequence[Hit], *questions: Question) -> list[Case | None]:
    return list(cases(questions or [ASKED], GOLD, Finding(list(hits))))  # type: ignore[arg-type]


def test_the_passages_that_hold_the_answer_are_taken_out_and_others_come_up() -> None:
    texts = {3: "33 morts ici.", 5: "On parle de 33 morts.", 6: "On parle de 133 morts."}
    hits = [hit(i, texts.get(i, f"Texte {i}.")) for i in range(20)]
    (case,) = cases_of(hits)
    assert case is not None
    assert [h.passage.id for h in case.whole] == list(range(10))
    assert [h.passage.id for h in case.lacking] == [0, 1, 2, 4, 6, 7, 8, 9, 10, 11]  # as many, and 133 is not 33
    assert len(case.whole) == len(case.lacking) == TOP


def test_the_right_passage_lacks_the_answer_in_no_words() -> None:
    (case,) = cases_of([hit(3, "Trente-trois morts."), hit(4, "Rien.")])  # it overlaps the gold span
    assert case is not None
    assert [h.passage.id for h in case.lacking] == [4]


def test_a_question_whose_passage_is_not_found_has_no_case() -> None:
    others = [hit(i, f"Texte {i}.") for i in range(4, 20)]
    assert cases_of([*others, hit(3, "33 morts ici.")]) == [None]  # the eleventh or later
    assert cases_of([hit(3, "33 morts ici.")]) == [None]  # nothing is left to refuse


def test_only_answerable_questions_with_answers_have_cases() -> None:
    unanswerable = Question.model_validate({"id": "u", "question": "?", "answerable": False})
    wordless = Question.model_validate(
        {"id": "w", "question": "?", "answerable": True, "relevant": [{"article": "a3"}]}
    )
    assert cases_of([hit(3, "33 morts ici."), hit(4, "Rien.")], unanswerable, wordless) == []


class Scripted:
    """A reader whose log odds are the passage's own number; it counts what it reads."""

    name = "scripted"

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        self.read_texts += passages
        return [PassageReading(float(p), float(p), 0.0, (AnswerSpan(0, len(p), 1.0),)) for p in passages]

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        return [float(p) for p in passages]

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        return [0.0 for _ in passages]


def test_the_best_passage_decides_and_the_threshold_is_reached_by_equality() -> None:
    case = Case("q", "?", (hit(1, "-3"), hit(2, "0")), (hit(1, "-3"),))
    confidence = by_reader(Scripted())
    answered, refused = refusals(case, confidence, 0.5)
    assert (answered["answerable"], answered["confidence"], answered["scores"]) == (True, 0.5, {"answered": 1})
    assert (refused["answerable"], refused["scores"]) == (False, {"refused": 1})
    assert refused["confidence"] == pytest.approx(0.0474259)
    assert refusals(case, confidence, 0.51)[0]["scores"] == {"answered": 0}
    assert refusals(case, confidence, 0.01)[1]["scores"] == {"refused": 0}
    assert by_reader(Scripted())("?", []) == 0
    assert by_reader(Scripted())("?", [hit(1, "9999"), hit(2, "-9999")]) == 1


def test_a_passage_is_read_once_for_a_question() -> None:
    reader = Scripted()
    once = Remembering(reader)
    assert [r.answers for r in once.read("?", ["1", "2", "1"])] == [1, 2, 1]
    assert once.relevance("?", ["3", "2"]) == [3, 2]
    assert reader.read_texts == ["1", "2", "3"]
    assert [r.answers for r in once.read("another ?", ["2"])] == [2]
    assert reader.read_texts == ["1", "2", "3", "2"]
    assert (once.name, once.support("x", ["1"])) == ("scripted", [0.0])


def rows(right: Sequence[float], wrong: Sequence[float]) -> list[dict[str, Any]]:
    return [{"answerable": True, "confidence": c, "scores": {}} for c in right] + [
        {"answerable": False, "confidence": c, "scores": {}} for c in wrong
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "best"),
    [
        ([0.9, 0.8], [0.1, 0.2], (0.8, 1.0)),
        ([0.9, 0.3], [0.1, 0.5], (0.3, 0.75)),
        ([0.5, 0.5], [0.5], (0.5, 0.5)),  # all the same: nothing can be told
        ([0.1], [0.9], (0.1, 0.5)),  # backwards: to answer everything is best
        ([], [0.4], (0.0, 0.5)),
    ],
)
def test_the_best_threshold(right: list[float], wrong: list[float], best: tuple[float, float]) -> None:
    assert best_threshold(rows(right, wrong)) == pytest.approx(best)


SHARES = st.lists(st.sampled_from([i / 8 for i in range(9)]), min_size=1, max_size=12)


@given(SHARES, SHARES)
def test_no_threshold_is_better_than_the_best(right: list[float], wrong: list[float]) -> None:
    best, balanced = best_threshold(rows(right, wrong))

    def at(threshold: float) -> float:
        answered = sum(c >= threshold for c in right) / len(right)
        return (answered + sum(c < threshold for c in wrong) / len(wrong)) / 2

    assert balanced == pytest.approx(at(best))
    assert balanced == pytest.approx(max(at(threshold) for threshold in (*right, *wrong)))
    assert 0.5 <= balanced <= 1


def test_the_figures_of_refusals_are_those_of_answers() -> None:
    made = []
    for number in range(4):
        case = Case(str(number), "?", (hit(1, "2"),), (hit(1, "1" if number == 0 else "-1"),))
        made += refusals(case, by_reader(Scripted()), 0.5)
    figures = figures_of(made)
    assert {n: f.value for n, f in figures.items()} == {
        "answered": 1, "refused": 0.75, "balanced_accuracy": 0.875, "auroc": 1,
    }  # fmt: skip
