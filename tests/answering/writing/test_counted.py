"""How many: parts of those who were asked about, two names asked about at once, and whose word it is by a pronoun."""

from __future__ import annotations

import pytest

from answering.judging.evidence import Evidence
from answering.types import Answer
from answering.writing.counted import select_figures
from answering.writing.extractive import compose
from retrieval.types import Coverage
from tests.answering.by_hand import article, asked, evidence, said

THRESHOLD = 0.4


def composed(question: str, *found: Evidence, language: str = "fr") -> Answer:
    return compose(asked(question, language), found, [], Coverage(5), THRESHOLD)


OF_THEM = [
    ("Wie viele Zivilisten wurden verletzt, und wie viele davon sind Frauen?", "de"),
    ("How many civilians were injured, and how many of them were women?", "en"),
    ("Combien de civils ont été blessés, et combien d'entre eux sont des femmes ?", "fr"),
    ("¿Cuántos civiles resultaron heridos y cuántos de ellos son mujeres?", "es"),
    ("Сколько мирных жителей ранено и сколько из них женщин?", "ru"),
    ("Скільки цивільних поранено і скільки з них жінок?", "uk"),
]


@pytest.mark.parametrize(("question", "language"), OF_THEM)
def test_a_part_of_those_who_were_asked_about_is_told_by_the_next_sentence(question: str, language: str) -> None:
    texts = "Plus de 70 civils ont été tués et 410 blessés.", "Parmi ces blessés, 25 seraient des femmes."
    source = article("a", *texts)
    fled = said("Par ailleurs 9.000 femmes ont fui.", "b", 0.9)
    found = [fled, *(evidence(source, text, p) for text, p in zip(texts, (0.5, 0.3), strict=True))]
    answer = composed(question, *found, language=language)
    assert [citation.quote for citation in answer.citations] == list(texts)
    assert answer.disagreements == ()


def test_who_is_injured_beside_civilians_may_be_one_but_not_other_people() -> None:
    question = "Combien de civils ont été blessés ?"
    assert composed(question, said("Plus de 70 civils ont été tués et 410 blessés.")).citations
    for text in (
        "Plus de 70 soldats ont été tués et 410 blessés.",
        "Plus de 70 civils ont été tués et 410 soldats blessés.",
    ):
        assert composed(question, said(text)).citations == (), text


TWO_NAMES = [
    ("Combien de membres ont l'OPEP et l'OMS ?", "fr"),
    ("How many members do OPEP and OMS have?", "en"),
    ("¿Cuántos miembros tienen la OPEP y la OMS?", "es"),
]


@pytest.mark.parametrize(("question", "language"), TWO_NAMES)
def test_two_names_are_asked_about_one_by_one_where_each_has_a_figure_of_its_own(question: str, language: str) -> None:
    opec = said("Les 13 pays membres de l'OPEP se réunissent.", "opec", 0.6)
    who = said("Les 194 États membres de l'OMS ont voté.", "who", 0.2)
    answer = composed(question, opec, who, language=language)
    assert {citation.quote for citation in answer.citations} == {opec.text, who.text}
    assert answer.disagreements == ()


def test_two_names_that_one_figure_is_about_are_one_question() -> None:
    both = said("Macron et Scholz se sont parlé 12 fois.", "both", 0.6)
    other = said("Macron a parlé 40 fois à la presse.", "other", 0.5)
    answer = composed("Combien de fois Macron et Scholz se sont-ils parlé ?", both, other)
    assert answer.citations[0].quote == both.text


def test_a_figure_of_both_is_counted_once() -> None:
    joint = said("Ensemble, l'OPEP et l'OMS comptent 207 pays membres.", "joint", 0.6)
    question = asked("Combien de membres ont l'OPEP et l'OMS ?")
    assert len(select_figures(question, [joint], THRESHOLD)) == 1


BY_HIM = [
    ("Selon lui, 12.000 personnes ont été évacuées.", True),
    ("Près de 12.000 personnes ont été évacuées, a-t-il dit.", True),
    ("Près de 12.000 personnes ont été évacuées, selon la préfecture.", False),
]


@pytest.mark.parametrize(("sentence", "told"), BY_HIM)
def test_the_one_who_is_asked_about_may_be_named_before_the_sentence_that_says_he(sentence: str, told: bool) -> None:
    source = article("a", "Le préfet Pierre Dartout a parlé.", sentence)
    found = evidence(source, sentence, 0.6, names_missing=1.0)
    answer = composed("Combien de personnes ont été évacuées selon le préfet (Pierre Dartout) ?", found)
    assert bool(answer.citations) is told
    elsewhere = evidence(article("b", "Le maire a parlé.", sentence), sentence, 0.6, names_missing=1.0)
    assert composed("Combien de personnes ont été évacuées (Pierre Dartout) ?", elsewhere).citations == ()
