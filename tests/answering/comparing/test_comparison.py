"""Comparing: a sentence printed again is one statement, and figures differ only where they count the same thing."""

from __future__ import annotations

import pytest

from answering.comparing.comparison import differing
from answering.comparing.counting import counted_phrase, scope_of
from answering.comparing.figures import find_figures
from answering.comparing.readings import Reading, read_figures
from answering.comparing.statements import same_statement
from answering.judging.evidence import Evidence, gather
from retrieval.archive import Archive
from tests.answering.by_hand import article, asked, evidence, said

# Sentences of the seeds, by the article that prints them.
MILLION = said("Plus d'un million de réfugiés ont déjà fui l'Ukraine, selon l'ONU.", "000")
GRANDI = said(
    "Selon le haut-commissaire des Nations unies aux réfugiés, Filippo Grandi, un million de réfugiés ont fui l'Ukraine "
    "à destination des pays voisins depuis le début du conflit.",
    "001",
)
EVACUATED = said(
    "Selon lui, les forces russes ont déjà évacué plus de 142.500 personnes de la zone de combats, dont près de 40.000 "
    "enfants et environ 600 ressortissants étrangers résidant à Kiev, Marioupol et Kharkov.",
    "001",
)
TCHERNIHIV = said(
    "Le nombre de civils tués dans l’attaque russe contre Tchernihiv, dans le nord de l’Ukraine, est passé à 33.", "002"
)
CIVILIANS = said(
    "Selon un bilan provisoire du ministère ukrainien de l’Intérieur, plus de 352 civils ukrainiens ont été tués et "
    "2 040 blessés depuis le début de l’offensive.",
    "003",
)
LEFT = said(
    "Près de 900 000 personnes sont déjà parties à l’étranger depuis le 24 février, selon le Haut-Commissariat de l’ONU "
    "pour les réfugiés.",
    "003",
)
SOLDIERS = said("La Russie donnait un premier bilan de 500 de ses soldats tués depuis le début de l’invasion.", "003")
THOUSANDS = said(
    "Les autorités ukrainiennes ont annoncé que 2.000 civils ont été tués depuis le début de l’offensive russe.", "004"
)
CIVILIANS_KILLED = "Combien de civils ont été tués ?"
FLED = "Combien de personnes ont fui l'Ukraine ?"


def values(question: str, *evidence: Evidence) -> list[float]:
    """Return the figures that a question gets from each sentence, in order."""
    return [reading.figure.value for reading in read_figures(asked(question), evidence)]


def sides(question: str, *evidence: Evidence) -> list[float]:
    """Return the figures that the sentences of different articles differ on."""
    readings: list[Reading] = read_figures(asked(question), evidence)
    return [reading.figure.value for reading in differing(asked(question), readings)]


def test_two_tolls_of_civilians_differ() -> None:
    assert values(CIVILIANS_KILLED, CIVILIANS, THOUSANDS) == [352, 2000]
    assert sides(CIVILIANS_KILLED, CIVILIANS, THOUSANDS) == [352, 2000]
    assert sides(CIVILIANS_KILLED, THOUSANDS, CIVILIANS) == [2000, 352]


def test_the_toll_of_a_town_is_not_compared_with_the_country_s() -> None:
    assert sides(CIVILIANS_KILLED, CIVILIANS, TCHERNIHIV) == []
    assert sides(CIVILIANS_KILLED, CIVILIANS, TCHERNIHIV, THOUSANDS) == [352, 2000]


def test_more_than_a_million_and_a_million_agree() -> None:
    assert values(FLED, MILLION, GRANDI) == [1e6, 1e6]
    assert sides(FLED, MILLION, GRANDI) == []


def test_nine_hundred_thousand_is_no_million() -> None:
    assert sides(FLED, MILLION, LEFT) == [1e6, 900_000]
    assert sides(FLED, MILLION, GRANDI, LEFT) == [1e6, 900_000]
    assert sides("How many people fled Ukraine?", MILLION, GRANDI, LEFT) == [1e6, 900_000]


def test_refugees_are_not_compared_with_the_evacuated() -> None:
    assert 142_500 not in sides(FLED, MILLION, EVACUATED, LEFT)
    assert sides("Combien de réfugiés ont fui l'Ukraine ?", MILLION, EVACUATED) == []


def test_soldiers_are_no_civilians_and_the_wounded_are_not_killed() -> None:
    assert values(CIVILIANS_KILLED, SOLDIERS) == []
    assert values("Combien de soldats russes ont été tués ?", CIVILIANS, THOUSANDS) == []
    assert values("Combien de soldats russes ont été tués ?", SOLDIERS) == [500]
    assert values("Combien de civils ont été blessés ?", CIVILIANS) in ([2040], [])  # never 352


def test_one_article_does_not_differ_from_itself() -> None:
    other = said("Au moins 900 civils ont été tués.", "004")
    assert sides(CIVILIANS_KILLED, THOUSANDS, other) == []


def test_a_rounded_figure_agrees_with_the_one_that_it_rounds() -> None:
    exact = said("Au total, 1 995 civils ont été tués.", "005")
    assert sides(CIVILIANS_KILLED, THOUSANDS, exact) == []


def test_a_share_does_not_differ_from_a_number() -> None:
    share = said("Au total, 12 % des civils ont été tués.", "005")
    assert 12 not in sides(CIVILIANS_KILLED, THOUSANDS, share)


ROUVILLE = "Combien de morts dans l'explosion de Rouville ?"


def test_a_sentence_need_not_repeat_the_name_that_its_passage_holds() -> None:
    old = said("L'explosion a fait 33 morts et 120 blessés, selon la préfecture.", "old")
    new = said("L'explosion a fait 47 morts et 120 blessés, selon la préfecture.", "new")
    named = said("L'explosion de Rouville a fait 47 morts.", "named")
    assert sides(ROUVILLE, old, new) == [33, 47]
    assert sides(ROUVILLE, named, old) == [47, 33]
    assert sides(ROUVILLE, old, named) == [33, 47]
    question = "Combien de morts dans l'explosion de Rouville, près de Lyon ?"
    elsewhere = evidence(article("other", old.text), names_missing=0.5)  # of a passage that does not name Lyon
    assert sides(question, new, elsewhere) == []
    assert sides(question, elsewhere, new) == []


def test_of_a_toll_that_grew_the_new_one_is_read() -> None:
    grown = said("Le bilan de l'explosion de Rouville est passé de 33 à 47 morts.")
    assert values(ROUVILLE, grown) == [47]
    assert values(ROUVILLE, said("L'explosion de Rouville a fait 47 morts, contre 33 auparavant.")) == [47]


def test_a_passage_that_names_a_town_need_not_count_its_dead() -> None:
    town = "Combien de civils ont été tués à Tchernihiv ?"
    assert values(town, TCHERNIHIV, THOUSANDS) == [33, 2000]
    assert sides(town, TCHERNIHIV, THOUSANDS) == sides(town, THOUSANDS, TCHERNIHIV) == []


def test_weekdays_are_no_places_that_keep_tolls_apart() -> None:
    one = said("The earthquake killed 12 people and destroyed 300 homes, the interior ministry said.", "one")
    other = said("The earthquake killed 19 people, the interior ministry said on Friday.", "other")
    assert sides("How many people did the earthquake kill?", one, other) == [12, 19]


def test_nothing_differs_from_nothing() -> None:
    assert differing(asked(CIVILIANS_KILLED), []) == []
    assert read_figures(asked(CIVILIANS_KILLED), []) == []
    assert values(CIVILIANS_KILLED, said("Des civils ont été tués.")) == []


def test_a_figure_of_the_question_is_not_its_answer() -> None:
    assert values("Les 2.000 civils ont-ils été tués ?", THOUSANDS) == []


def test_a_reading_shows_its_figure_as_printed() -> None:
    (reading,) = read_figures(asked(CIVILIANS_KILLED), [THOUSANDS])
    assert reading.printed == "2.000"
    assert reading.evidence is THOUSANDS


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Des émissaires se dirigeaient vers le lieu.", "Des émissaires se dirigeaient vers le lieu.", True),
        (
            'Des émissaires se dirigeaient d\'ores et déjà vers "le lieu des négociations" au Bélarus, a annoncé Kiev.',
            "Des émissaires se dirigeaient d’ores et déjà vers « le lieu des négociations » au Bélarus, a déclaré Kiev.",
            True,
        ),
        ("Au moins 33 civils ont été tués dans la ville.", "Au moins 47 civils ont été tués dans la ville.", False),
        ("Le conseil a voté lundi le budget de la ville.", "Le conseil a rejeté lundi le budget de la ville.", False),
        ("Le conseil a voté lundi le budget de la ville.", "Le conseil a voté le budget de la ville.", True),
        ("Au moins 2.000 civils ont été tués ici.", "Au moins 2 000 civils ont été tués ici.", True),
        ("Les pourparlers ont repris jeudi.", "Le président a parlé lundi.", False),
        ("Oui.", "Oui.", False),  # a single word states nothing
    ],
)
def test_same_statement(one: str, other: str, same: bool) -> None:
    assert same_statement(said(one, "a"), said(other, "b")) is same
    assert same_statement(said(other, "b"), said(one, "a")) is same


def test_refugees_of_two_sentences_are_two_statements() -> None:
    assert not same_statement(MILLION, GRANDI)


def counted(evidence: Evidence, printed: str) -> str:
    text = evidence.text
    return counted_phrase(text, next(f for f in find_figures(text) if text[f.start : f.end] == printed))


def test_what_a_figure_counts_ends_before_the_next_one() -> None:
    phrase = counted(CIVILIANS, "352")
    assert "civils ukrainiens ont été tués" in phrase
    assert "blessés" not in phrase
    assert "blessés" in counted(CIVILIANS, "2 040")
    assert "enfants" not in counted(EVACUATED, "142.500")


def test_what_a_figure_counts_may_stand_before_it() -> None:
    assert "civils tués" in counted(TCHERNIHIV, "33")


@pytest.mark.parametrize(
    ("evidence", "question", "scope"),
    [
        (TCHERNIHIV, CIVILIANS_KILLED, {"tchernihiv"}),
        (TCHERNIHIV, "Combien de civils ont été tués à Tchernihiv ?", set()),
        (CIVILIANS, CIVILIANS_KILLED, set()),  # the ministry counts, it limits nothing
        (THOUSANDS, CIVILIANS_KILLED, set()),
        (MILLION, FLED, set()),
        (LEFT, FLED, set()),
        (said("The quake killed 19 people, it said on Friday."), "How many people were killed?", set()),
        (said("The quake of Lombra killed 19 people in July."), "How many people were killed?", set()),
        (said("The quake killed 19 people in Lombra on Monday."), "How many people were killed?", {"lombra"}),
        (said("The quake killed 19 people on Sept. 3."), "How many people were killed?", set()),
        (said("Am Freitagabend starben 19 Menschen."), "Wie viele Menschen starben?", set()),
        (said("A Kharkiv, le bilan des frappes s’élève à 29 morts."), CIVILIANS_KILLED, {"kharkiv"}),
    ],
)
def test_the_places_that_limit_a_sentence(evidence: Evidence, question: str, scope: set[str]) -> None:
    assert scope_of(evidence.text, asked(question)) == scope


def test_the_seeds_own_tolls_differ_as_they_are_found(seeds_archive: Archive) -> None:
    question = asked(CIVILIANS_KILLED)
    found = gather(seeds_archive, question, seeds_archive.search(question.text, limit=12))
    readings = [r for r in read_figures(question, found) if r.exact and not r.scope]
    assert sorted(r.printed for r in differing(question, readings)) == ["2.000", "352"]
