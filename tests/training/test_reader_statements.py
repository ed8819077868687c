from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.made import both, french
from training.reader_data import statement
from training.reader_sources import Asked, Questions
from training.reader_statements import stated, wrong_answers


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Qui dirige la délégation ?", "Anna Kovacs", "Anna Kovacs dirige la délégation."),
        ("Combien de soldats ont été tués ?", "498", "498 soldats ont été tués."),
        ("En quelle année la ville a-t-elle été fondée ?", "1204", "En 1204 année la ville a été fondée."),
        ("Qu'est-ce que le maire inaugure ?", "un musée", "un musée le maire inaugure."),
        ("Who built the bridge?", "Ada", "Ada built the bridge."),
        ("¿Quién construyó el puente?", "Ada", "Ada construyó el puente."),
        ("Кто построил мост?", "Анна", "Анна построил мост."),
        ("Anh tuyên chiến với Pháp khi nào?", "1756", "Anh tuyên chiến với Pháp khi nào: 1756."),
    ],
)
def test_an_answer_takes_the_place_of_the_question_word(question: str, answer: str, statement: str) -> None:
    assert stated(question, answer) == statement


@given(st.text(max_size=60), st.text(alphabet="abc é", min_size=1, max_size=10))
def test_a_statement_holds_the_answer_and_asks_no_more(question: str, answer: str) -> None:
    made = stated(question, answer)
    assert answer.strip() in made
    assert made.endswith(".")


def test_wrong_answers_are_those_to_other_questions_on_the_passage_and_its_facts_of_the_kind() -> None:
    text = "Anna Kovacs a battu Paul Lemoine à Lyon en 2004 devant 300 personnes et le maire."
    spans = {words: (text.index(words), text.index(words) + len(words)) for words in ("Anna Kovacs", "le maire", "300")}
    asked = [
        Asked("a", {"fr": "Qui a battu Lemoine ?"}, 0, {"fr": (spans["Anna Kovacs"],)}),
        Asked("b", {"fr": "Qui a regardé ?"}, 0, {"fr": (spans["le maire"],)}),
        Asked("c", {"fr": "Combien ont regardé ?"}, 0, {"fr": (spans["300"],)}),
        Asked("d", {"fr": "Qui est venu ?"}, 1, {"fr": ((0, 3),)}),
    ]
    questions = Questions(["t", "u"], [{"fr": text}, {"fr": "Bob est venu."}], asked)
    # "Paul Lemoine" is a name as the answer is, 2004 is none; "Bob" is of another passage.
    assert wrong_answers(questions, 0, "fr") == ["le maire", "300", "Paul Lemoine", "Lyon"]
    assert wrong_answers(questions, 3, "fr") == []


@pytest.mark.parametrize("questions", [french(), both()])
def test_only_the_answer_tells_a_statement_from_its_rival(questions: Questions) -> None:
    made = [pairs for seed in range(60) if (pairs := statement(random.Random(seed), questions))]
    if len(questions.passages[0]) == 2:
        assert made == []  # one question a passage and no French: no other answer is known
        return
    assert len(made) == 60
    for right, wrong in made:
        assert (right.supported, wrong.supported) == (True, False)
        assert right.passage == wrong.passage
        cost = right.question.removesuffix(" a coûté le bâtiment.")
        assert cost in right.passage
        assert wrong.question.removesuffix(" a coûté le bâtiment.") not in (cost, "")
        assert wrong.question.endswith(" a coûté le bâtiment.")
