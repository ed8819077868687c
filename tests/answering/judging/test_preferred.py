"""Of two sentences of one article: a heading gives way to the sentence that says more, and the first to whom it is asked."""

from __future__ import annotations

import pytest

from answering.judging.evidence import Evidence
from answering.judging.preferred import numbered_first, without_headings
from tests.answering.by_hand import article, evidence

HEADING = "La ministre reçoit les syndicats mardi"
SENTENCE = "La ministre du Travail reçoit les syndicats de la métallurgie mardi à 9 heures."
OTHER = "La ministre a quitté Lyon."


def chosen(found: list[Evidence]) -> list[tuple[str, float]]:
    return [(each.text, each.probability) for each in found]


def test_a_heading_gives_way_to_the_sentence_that_has_all_its_words() -> None:
    source = article("a", HEADING, SENTENCE, OTHER)
    heading = evidence(source, HEADING, 0.8, headline=1.0)
    found = without_headings([heading, evidence(source, SENTENCE, 0.3), evidence(source, OTHER, 0.1)])
    assert chosen(found) == [(SENTENCE, 0.8), (OTHER, 0.1)]


@pytest.mark.parametrize(
    "others",
    [
        [(article("a", HEADING, OTHER), OTHER)],  # it says something else
        [(article("b", SENTENCE), SENTENCE)],  # another article is another source
    ],
)
def test_a_heading_stays_where_nothing_of_its_article_says_as_much(others: list[tuple]) -> None:  # type: ignore[type-arg]
    heading = evidence(article("a", HEADING, OTHER), HEADING, 0.8, headline=1.0)
    found = without_headings([heading, *(evidence(source, text, 0.3) for source, text in others)])
    assert found[0] is heading
    assert len(found) == 2


FIRST = [
    ("When did the first round take place?", "Le premier tour de table a eu lieu lundi.", "Le tour a repris jeudi."),
    ("Quand a eu lieu la première réunion ?", "La première réunion date de mai.", "La réunion a repris en juin."),
    ("Wann fand die erste Sitzung statt?", "Die erste Sitzung war am Montag.", "Die Sitzung war lang."),
    ("¿Cuándo fue la primera reunión?", "La primera reunión fue el lunes.", "La reunión siguió el jueves."),
    ("Когда прошла первая встреча?", "Первая встреча прошла в понедельник.", "Встреча прошла в четверг."),
    ("Коли відбулася перша зустріч?", "Перша зустріч відбулася в понеділок.", "Зустріч тривала в четвер."),
    ("When was the third meeting?", "The third meeting was on Friday.", "The meeting was on Monday."),
]


@pytest.mark.parametrize(("question", "telling", "other"), FIRST)
def test_asked_for_the_first_the_sentence_about_the_first_changes_places_with_a_likelier_one(
    question: str, telling: str, other: str
) -> None:
    source = article("a", other, telling)
    found = numbered_first(question, [evidence(source, other, 0.4), evidence(source, telling, 0.25)])
    assert chosen(found) == [(other, 0.25), (telling, 0.4)]


@pytest.mark.parametrize(
    ("question", "telling", "probability", "rank"),
    [
        ("Quand a eu lieu la première réunion ?", "La première réunion date de mai.", 0.1, 0),  # far less probable
        ("Quand a eu lieu la première réunion ?", "La première réunion date de mai.", 0.3, 1),  # another passage
        ("Quand a eu lieu la réunion ?", "La première réunion date de mai.", 0.3, 0),  # no number is asked about
        ("Quand est parti le premier ministre ?", "La première réunion date de mai.", 0.3, 0),  # nor here
        ("Quand a eu lieu la première réunion ?", "Le premier ministre part en mai.", 0.3, 0),  # nor told
        ("When was the third meeting?", "La première réunion date de mai.", 0.3, 0),
    ],
)
def test_otherwise_the_order_stays(question: str, telling: str, probability: float, rank: int) -> None:
    other = "La réunion a repris en juin."
    source = article("a", other, telling)
    found = [evidence(source, other, 0.4), evidence(source, telling, probability, rank)]
    assert numbered_first(question, found) == found
