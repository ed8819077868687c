"""The scores of short answers, each against a value worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answering.types import Answer, Claim, ShortAnswer
from answering.writing.frames import frame_for
from answering.writing.short import short_line
from evaluation.scoring import shown_by
from tests.evaluation.made_answers import AUTRE, BILAN, REFUSAL, answer, cite, near, question, score

QUOTED = answer(cite(BILAN, "« 33 morts » à Tchernihiv"), cite(AUTRE, "47 morts", 2))


def short(*values: tuple[str, int], of: Answer = QUOTED) -> Answer:
    return replace(of, short=tuple(ShortAnswer(text, (marker,)) for text, marker in values))


def of_short(given: Answer, *answers: str) -> dict[str, float]:
    scores = score(question(answers=list(answers)), given)
    return {name: value for name, value in scores.items() if name.startswith("short_")}


@pytest.mark.parametrize(
    ("said", "answers", "f1", "equal"),
    [
        ("33 morts", ["33 morts"], 1, 1),
        ("33", ["33 morts"], 2 / 3, 0),
        ("33", ["47", "33"], 1, 1),  # the best of the wanted ones
        ("« 33 morts »", ["les 33 morts"], 1, 1),  # signs and articles do not count
        ("Tchernihiv", ["33 morts"], 0, 0),
    ],
)
def test_the_words_of_the_short_answer_are_compared(said: str, answers: list[str], f1: float, equal: float) -> None:
    scores = of_short(short((said, 1)), *answers)
    both = {"short_f1": near(f1), "short_em": equal}
    assert scores == both | {f"{name}_given": value for name, value in both.items()} | {
        "short_given": 1, "short_cited": 1,
    }  # fmt: skip


def test_only_the_first_value_counts() -> None:
    assert of_short(short(("47 morts", 2), ("33 morts", 1)), "33 morts")["short_em"] == 0
    assert of_short(short(("33 morts", 1), ("47 morts", 2)), "33 morts")["short_em"] == 1


def test_without_a_short_answer_nothing_is_right_and_nothing_is_said_of_those_given() -> None:
    nothing = {"short_f1": 0, "short_em": 0, "short_given": 0}
    assert of_short(QUOTED, "33 morts") == nothing
    assert of_short(REFUSAL, "33 morts") == nothing
    assert of_short(short(("33 morts", 1), of=REFUSAL), "33 morts") == nothing  # a refusal says nothing


def test_a_question_without_wanted_words_has_no_short_score() -> None:
    given = short(("33 morts", 1))
    assert score(question(all_of=[["33"]]), given).keys() & {"short_f1", "short_given"} == set()
    assert score(question(answerable=False), given).keys() & {"short_f1", "short_given"} == set()
    assert score(question(answerable=False), given)["short_cited"] == 1


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (("33 morts", 1), 1),
        (("47 morts", 1), 0),  # another quotation's
        (("33 morts", 3), 0),  # of no quotation
        (("3 morts", 1), 0),  # a part of a figure
        (("Oui", 1), 1),
        (("Oui, 33 morts", 1), 0),
        (("ui", 1), 0),
    ],
)
def test_a_short_answer_that_no_quotation_gives_is_caught(value: tuple[str, int], given: float) -> None:
    assert score(question(answers=["33"]), short(value))["short_cited"] == given


def test_each_short_answer_must_be_given() -> None:
    assert score(question(answers=["33"]), short(("33", 1), ("47 morts", 1)))["short_cited"] == 0.5
    unmarked = replace(QUOTED, short=(ShortAnswer("33", ()),))
    assert score(question(answers=["33"]), unmarked)["short_cited"] == 0


def test_a_value_has_the_language_of_its_article() -> None:
    german = replace(BILAN, language="de", text="Es waren die 33 Toten.")
    given = replace(QUOTED, citations=(cite(german, "die 33 Toten"),), short=(ShortAnswer("die 33 Toten", (1,)),))
    assert of_short(given, "33 Toten")["short_em"] == 1
    assert of_short(replace(given, citations=(cite(BILAN, "33 morts"),)), "33 Toten")["short_em"] == 0


def test_a_yes_is_shown_and_a_printed_value_not_twice() -> None:
    spoken = answer(cite(BILAN, "Le bilan est lourd."), claims=[Claim("Le bilan est lourd.", (1,))])
    assert shown_by(short(("Oui", 1), of=spoken)) == "Oui ¶ Le bilan est lourd."
    assert score(question(answers=["oui"]), short(("Oui", 1), of=spoken))["correct"] == 1
    assert shown_by(short(("lourd", 1), of=spoken)) == "Le bilan est lourd."


def test_the_short_answer_in_the_text_needs_no_proof_of_its_own_and_other_words_do() -> None:
    spoken = short(("33 morts", 1))
    line = short_line(spoken.short, frame_for("fr"))
    assert "33 morts" in line
    assert score(question(), replace(spoken, text=f"{line}\n{spoken.text}"))["cited"] == 1
    assert score(question(), replace(spoken, text=f"{line}\nC'est sûr.\n{spoken.text}"))["cited"] < 1
    assert score(question(), replace(spoken, text=f"34 morts\n{spoken.text}"))["cited"] < 1
