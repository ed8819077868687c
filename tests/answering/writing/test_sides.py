"""Sides: every value that independent articles give for one thing, whatever the evidence of the sentence that gives it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from answering.asking.question import read_question
from answering.comparing.copies import Sources
from answering.comparing.further import Further, further
from answering.judging.evidence import Evidence
from answering.types import Answer
from answering.writing.counted import asked_parts
from answering.writing.extractive import MOST_CLAIMS, compose
from answering.writing.holders import asks_for_a_person, holders
from answering.writing.shape_values import values_in
from answering.writing.value import Value
from answering.writing.views import sides_asked, speaker_of
from answering.writing.weekdays import time_of, weekday_of
from retrieval.archive import Archive
from retrieval.types import AnswerSpan, Coverage, Filters
from tests.answering.by_hand import article, asked, evidence, said

THRESHOLD = 0.4
KILLED = "Combien de civils ont été tués ?"
MANY = said("Selon Kiev, 2.000 civils ont été tués.", "many", 0.9, "2022-03-02")
FEWER = said("Plus de 352 civils ont été tués.", "fewer", 0.01, "2022-03-01")


def composed(question: str, *found: Evidence, language: str = "fr", more: Further | None = None) -> Answer:
    return compose(asked(question, language), found, [], Coverage(5), THRESHOLD, further=more)


def with_span(found: Evidence, part: str, probability: float = 0.9) -> Evidence:
    at = found.start + found.text.index(part)
    return replace(found, spans=(*found.spans, AnswerSpan(at, at + len(part), probability)))


def shorts(answer: Answer) -> list[str]:
    return [one.text for one in answer.short]


# -- figures ----------------------------------------------------------------------------------------------------------


def test_a_side_is_shown_however_little_its_own_sentence_counts_for() -> None:
    answer = composed(KILLED, MANY, FEWER)
    assert shorts(answer) == ["2.000 civils ont été tués", "Plus de 352 civils ont été tués"]
    assert [d.markers for d in answer.disagreements] == [(1, 2)]
    assert "2022-03-02" in answer.claims[-1].text
    assert "2022-03-01" in answer.claims[-1].text


def test_what_agrees_is_counted_and_stands_behind_what_differs() -> None:
    again = said("Environ 2.000 civils ont été tués, dit l'Otan.", "again", 0.02)
    answer = composed(KILLED, MANY, again, FEWER)
    assert [(one.text, one.markers, one.sources) for one in answer.short] == [
        ("2.000 civils ont été tués", (1, 3), 2),
        ("Plus de 352 civils ont été tués", (2,), 1),
    ]


def test_many_that_agree_do_not_push_a_side_out() -> None:
    others = [said(f"Au total, 2.000 civils ont été tués, dit le journal {name * 5}.", name, 0.8) for name in "abcdefg"]
    answer = composed(KILLED, MANY, *others, FEWER)
    assert len(answer.citations) == MOST_CLAIMS
    assert any("352" in one for one in shorts(answer))


def test_an_earlier_toll_is_no_side() -> None:
    old = said("Un précédent bilan faisait état de 352 civils tués.", "old", 0.3)
    assert composed(KILLED, MANY, old).disagreements == ()


def test_copies_are_no_sides() -> None:
    whole = "Selon Kiev, 2.000 civils ont été tués. Plus de 352 civils ont été tués."
    one, other = article("one", whole), article("other", whole)
    found = [
        evidence(one, "Selon Kiev, 2.000 civils ont été tués."),
        evidence(other, "Plus de 352 civils ont été tués."),
    ]
    assert composed(KILLED, *found).disagreements == ()


def test_further_sentences_are_compared_and_never_answer() -> None:
    calls: list[str] = []

    def more(found: Evidence, start: int, end: int) -> list[Evidence]:
        calls.append(found.text[start:end])
        return [replace(FEWER, probability=0.0)]

    answer = composed(KILLED, MANY, more=more)
    assert calls == ["2.000"]
    assert [d.markers for d in answer.disagreements] == [(1, 2)]
    assert composed(KILLED, replace(MANY, probability=0.01), more=more).short == ()
    assert len(calls) == 1


def test_further_finds_what_no_search_for_the_question_found(seeds_archive: Archive) -> None:
    question = read_question(KILLED, "fr")
    stored = seeds_archive.article("003_3eba1f2502d05c01")
    text = "plus de 352 civils ukrainiens ont été tués"
    start = stored.text.rindex("Selon un bilan", 0, stored.text.index(text))
    end = stored.text.index("offensive.", start) + len("offensive.")
    found = Evidence(stored, start, end, 0, 0.9, (0.0,) * 16, np.zeros(4, np.float32))
    at = found.text.index("352")
    more = further(seeds_archive, question, Filters(), Sources(seeds_archive), found, at, at + 3)
    assert any("2.000 civils ont été tués" in each.text for each in more)
    assert {each.probability for each in more} == {0.0}
    search = partial(further, seeds_archive, question, Filters(), Sources(seeds_archive))
    answer = composed(KILLED, found, more=search)
    assert any("2.000" in one for one in shorts(answer))
    only = partial(further, seeds_archive, question, Filters(article_ids=(stored.id,)), Sources(seeds_archive))
    assert composed(KILLED, found, more=only).disagreements == ()


@pytest.mark.parametrize(
    ("text", "language", "parts"),
    [
        ("Combien de morts ?", "fr", ["Combien de morts ?"]),
        ("Combien de morts et combien de blessés ?", "fr", ["Combien de morts", "combien de blessés ?"]),
        ("How many died, and how many were hurt?", "en", ["How many died", "how many were hurt?"]),
        (
            "Wie viele starben und wie viele davon sind Kinder?",
            "de",
            ["Wie viele starben", "wie viele davon sind Kinder? (starben)"],
        ),
        (
            "How many miners were injured, and how many of them were women?",
            "en",
            ["How many miners were injured", "how many of them were women? (injured)"],
        ),
        (
            "Сколько людей погибло и сколько из них детей?",
            "ru",
            ["Сколько людей погибло", "сколько из них детей? (погибло)"],
        ),
        ("¿Cuántos niños y cuántos extranjeros?", "es", ["¿Cuántos niños", "cuántos extranjeros?"]),
        ("Combien s'opposent, sur combien de membres ?", "fr", ["Combien s'opposent", "combien de membres ?"]),
    ],
)
def test_a_question_for_several_figures_is_several_questions(text: str, language: str, parts: list[str]) -> None:
    assert [part.text for part in asked_parts(asked(text, language))] == parts


def test_a_sentence_that_answers_all_parts_comes_first() -> None:
    vote = said("Seuls cinq pays s'y opposent et 35 s'abstiennent, sur les 193 membres.", "vote", 0.5)
    heading = said("141 pays membres réclament un cessez-le-feu.", "heading", 0.9)
    answer = composed("Combien de pays ont voté contre, et combien se sont abstenus ?", heading, vote)
    assert answer.citations[0].quote == vote.text
    assert shorts(answer)[0].startswith("cinq pays")
    assert "35" in shorts(answer)[1]
    assert answer.disagreements == ()  # two things are counted


# -- days -------------------------------------------------------------------------------------------------------------

TAKEN = "Quand les Russes ont-ils pris le contrôle de Kherson ?"
THURSDAY = with_span(said("L'armée russe a pris jeudi à l'aube le contrôle de Kherson.", "a", 0.9, "2022-03"), "jeudi")
EVE = with_span(
    said("Les pourparlers de jeudi s'ouvrent alors que les Russes ont dit la veille avoir pris le contrôle de Kherson.",
         "b", 0.1, "2022-03"), "la veille", 0.2,
)  # fmt: skip


def test_another_day_of_the_same_event_is_a_side() -> None:
    answer = composed(TAKEN, THURSDAY, EVE)
    assert shorts(answer) == ["jeudi", "la veille"]
    assert [d.markers for d in answer.disagreements] == [(1, 2)]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("Quand Macron a-t-il parlé à Poutine ?", "Macron a parlé jeudi à Poutine.",
         "Jeudi on apprend que Macron a parlé mercredi à Poutine."),  # he may do so twice
        (TAKEN, "Les Russes ont pris jeudi le contrôle de Kherson.",
         "Les Russes ont pris mercredi le contrôle de Berdiansk."),
        (TAKEN, "Les Russes ont pris jeudi le contrôle de Kherson.",
         "Les Russes n'ont pas pris mercredi le contrôle de Kherson, a-t-on dit jeudi."),
        (TAKEN, "Les Russes ont pris jeudi le contrôle de Kherson.",
         "Les Russes ont pris jeudi le contrôle de Kherson, dit-on."),
        (TAKEN, "Les Russes ont pris jeudi le contrôle de Kherson.",
         "Les Russes ont pris lundi le contrôle de Kherson."),  # of which week, nobody knows
    ],
)  # fmt: skip
def test_other_days_of_other_events_are_no_sides(question: str, one: str, other: str) -> None:
    day = next(word for word in ("jeudi", "mercredi") if word in one)
    first = with_span(said(one, "a", 0.9, "2022-03"), day)
    assert composed(question, first, said(other, "b", 0.1, "2022-03")).disagreements == ()


def test_what_may_happen_again_has_no_two_sides() -> None:
    question = "Quand Macron a-t-il parlé à Poutine ?"
    one = with_span(said("Macron a parlé jeudi à Poutine.", "a", 0.9, "2022-03"), "jeudi")
    other = with_span(
        said("On apprend jeudi que Macron a parlé mercredi à Poutine.", "b", 0.1, "2022-03"), "mercredi", 0.3
    )
    assert composed(question, one, other).disagreements == ()
    begun = "Quand la guerre a-t-elle commencé ?"
    first = with_span(said("La guerre a commencé jeudi.", "a", 0.9, "2022-03"), "jeudi")
    second = with_span(
        said("On apprend jeudi que la guerre a commencé mercredi.", "b", 0.1, "2022-03"), "mercredi", 0.3
    )
    assert len(composed(begun, first, second).disagreements) == 1


def test_a_day_of_another_month_is_no_side() -> None:
    later = replace(EVE, article=replace(EVE.article, published="2022-09"))
    assert composed(TAKEN, THURSDAY, later).disagreements == ()


@pytest.mark.parametrize(
    ("text", "part", "weekday"),
    [
        ("Les pourparlers de jeudi, la veille", "la veille", 2),
        ("On Monday they said the day before", "the day before", 6),
        ("Am Freitag kamen sie", "Freitag", 4),
        ("в понедельник утром", "понедельник", 0),
        ("hier, la veille", "la veille", None),
        ("au printemps", "printemps", None),
    ],
)
def test_the_weekday_that_a_value_means(text: str, part: str, weekday: int | None) -> None:
    found = said(text)
    at = text.index(part)
    assert weekday_of(Value(found, at, at + len(part), 1.0)) == weekday


def test_the_time_of_a_sentence_is_its_only_one_or_the_one_a_reader_points_at() -> None:
    assert time_of(said("Ils ont repris jeudi.")) == (15, 20)
    two = said("Les pourparlers de jeudi suivent ceux de lundi.")
    assert time_of(two) is None
    assert time_of(with_span(two, "lundi", 0.3)) == (41, 46)
    assert time_of(said("Rien de tel.")) is None


# -- who holds a post -------------------------------------------------------------------------------------------------

FIVE = (
    "Il a invité le ministre ukrainien des Affaires étrangères Dmytro Kouleba, le secrétaire d'État américain Antony "
    "Blinken, la ministre britannique Liz Truss et le secrétaire général de l'OTAN Jens Stoltenberg."
)
CHIEF = (
    "Le chef de la délégation russe aux négociations avec l'Ukraine en Biélorussie, Vladimir Medinsky, est optimiste."
)
LAVROV = "Le chef de la diplomatie russe Sergueï Lavrov a parlé à son homologue français Jean-Yves Le Drian."
BORRELL = (
    "Les ministres des 27 États se réuniront sur l'invasion de l'Ukraine par la Russie, a annoncé le chef de la diplomatie "
    "européenne Josep Borrell."
)


@pytest.mark.parametrize(
    ("question", "language", "sentence", "held"),
    [
        ("Qui est le secrétaire général de l'OTAN ?", "fr", FIVE, "Jens Stoltenberg"),
        ("Who is the NATO secretary general?", "en", FIVE, "Jens Stoltenberg"),
        ("Qui est le secrétaire d'État américain ?", "fr", FIVE, "Antony Blinken"),
        ("Who is the Ukrainian foreign minister?", "en", FIVE, "Dmytro Kouleba"),
        ("Qui dirige la délégation russe ?", "fr", CHIEF, "Vladimir Medinsky"),
        ("Qui dirige la délégation ukrainienne ?", "fr", CHIEF, None),
        ("Хто очолює російську делегацію на переговорах з Україною?", "uk", CHIEF, "Vladimir Medinsky"),
        ("Qui dirige la délégation russe ?", "fr", LAVROV, None),
        ("Кто возглавляет российскую дипломатию?", "ru", LAVROV, "Sergueï Lavrov"),
        ("Qui est le chef de la diplomatie française ?", "fr", LAVROV, None),
        ("Кто возглавляет российскую дипломатию?", "ru", BORRELL, None),
        (
            "Who is the mayor of Lyon?",
            "en",
            "Bruno Bernard a salué Gérard Collomb, ancien maire de Lyon.",
            "Gérard Collomb",
        ),
        ("Qui est le maire de Paris ?", "fr", "Le maire de Lyon, Gérard Collomb, est venu à Paris.", None),
        (
            "Wer ist der russische Außenminister?",
            "de",
            "Der russische Außenminister Sergej Lawrow kam.",
            "Sergej Lawrow",
        ),
        ("Qui a gagné la course ?", "fr", FIVE, None),
        ("Comment se nomme l'époux d'Aes Sedai ?", "fr", "Son épouse Aes Sedai canalisa le Pouvoir Unique.", None),
    ],
)
def test_the_holder_of_a_post_is_the_name_beside_it(
    question: str, language: str, sentence: str, held: str | None
) -> None:
    assert [value.text for value in holders(asked(question, language), [said(sentence)])] == ([held] if held else [])


def test_the_holder_is_quoted_before_a_likelier_sentence_about_another() -> None:
    answer = composed("Qui dirige la délégation russe ?", said(LAVROV, "a", 0.9), said(CHIEF, "b", 0.3))
    assert [citation.quote for citation in answer.citations] == [CHIEF]
    assert shorts(answer) == ["Vladimir Medinsky"]
    refused = composed("Qui dirige la délégation russe ?", said(CHIEF, "b", 0.3))
    assert refused.short == ()  # nothing is probable enough to answer at all


def test_another_article_that_gives_the_holder_without_the_post_is_a_source_too() -> None:
    other = with_span(said("À la tête des Russes, on trouve Medinski.", "c", 0.9), "Medinski")
    rival = with_span(said(LAVROV, "a", 0.9), "Sergueï Lavrov")
    answer = composed("Qui dirige la délégation russe ?", other, rival, said(CHIEF, "b", 0.8))
    assert [(one.text, one.sources) for one in answer.short] == [("Vladimir Medinsky", 2)]
    assert not any("Lavrov" in citation.quote for citation in answer.citations)


def test_a_mangled_holder_is_none() -> None:
    found = said(CHIEF)
    at = CHIEF.index("Medinsky")
    assert holders(asked("Qui dirige la délégation russe ?"), [replace(found, garbled=((at, at + 8),))]) == []


def test_a_country_is_no_mayor() -> None:
    sentence = with_span(said("À Marioupol, le maire a accusé la Russie de vouloir assiéger la ville."), "Russie", 0.9)
    question = asked("Comment s'appelle le maire de Marioupol ?")
    assert asks_for_a_person(question)
    assert values_in(question, sentence) == []
    assert [v.text for v in values_in(asked("Qui a attaqué la ville ?"), sentence)] == ["Russie"]  # a country may


# -- views ------------------------------------------------------------------------------------------------------------

THEIRS = said("La délégation ukrainienne « n'a pas obtenu les résultats attendus » à Brest.", "a", 0.9)
OURS = said("Pour sa part, le chef de la délégation russe a déclaré que des progrès avaient été réalisés.", "b", 0.01)
BOTH = "Comment les délégations ukrainienne et russe jugent-elles les pourparlers ?"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        (BOTH, "fr"),
        ("¿Cómo valoran la delegación ucraniana y la rusa los resultados?", "es"),
        ("How do Ukraine and Russia see the talks?", "en"),
        ("Wie bewerten Russland und die Ukraine die Gespräche?", "de"),
        ("Как оценивают переговоры Россия и Украина?", "ru"),
    ],
)
def test_what_two_sides_say_themselves_is_set_side_by_side(question: str, language: str) -> None:
    answer = composed(question, THEIRS, OURS, language=language)
    assert [citation.quote for citation in answer.citations] == [THEIRS.text, OURS.text]
    assert [d.markers for d in answer.disagreements] == [(1, 2)]
    assert "« n'a pas obtenu les résultats attendus »" in answer.claims[-1].text
    assert "« des progrès avaient été réalisés »" in answer.claims[-1].text


@pytest.mark.parametrize(
    "question",
    ["Comment la délégation ukrainienne juge-t-elle les pourparlers avec la Russie ?", "Comment la guerre a commencé ?",
     "Où l'Ukraine et la Russie négocient-elles ?"],
)  # fmt: skip
def test_views_are_set_side_by_side_only_where_both_are_asked_for(question: str) -> None:
    assert sides_asked(asked(question)) == frozenset()
    assert composed(question, THEIRS, OURS).disagreements == ()


def test_one_side_alone_makes_no_two() -> None:
    more = said("Kiev : « Rien n'a été obtenu avec la Russie »", "c", 0.5)
    assert composed(BOTH, THEIRS, more).disagreements == ()


@pytest.mark.parametrize(
    ("text", "nations"),
    [
        ("Kiev : « Les résultats attendus avec la Russie non obtenus »", {"ukrainian"}),
        ("« C'est un échec pour l'Ukraine », a déclaré Moscou.", {"russian"}),
        ("Des combats ont lieu en Russie.", set()),
        ("Moscow said that Ukraine had lost.", {"russian"}),
    ],
)
def test_whose_word_a_sentence_gives(text: str, nations: set[str]) -> None:
    assert speaker_of(text) == nations


def test_whom_a_follow_up_is_about_is_no_post_that_is_asked_for() -> None:
    told = said("La réunion est vendredi, a dit le chef de la diplomatie européenne Josep Borrell.")
    assert holders(asked("Wer ist der Außenminister der EU?", "de"), [told])
    assert holders(asked("Wer wurde dazu eingeladen (der Außenminister der EU tagt)?", "de"), [told]) == []
