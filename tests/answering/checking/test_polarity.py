"""Denials in free words: verbs that deny, ends, opposites, and what only looks like a denial."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.checking.checks import first_failure
from answering.checking.ground import Ground
from answering.checking.polarity import (
    agrees,
    clauses,
    contradicts,
    denies,
    ends,
    negated,
    opposed,
    refuses,
    speaks_of_an_end,
)
from tests.fakes import HashingEmbedder


@pytest.mark.parametrize(
    "text",
    [
        "Berlin refuse de négocier", "La réunion est annulée", "The summit was called off", "Berlin declined to talk",
        "Results are missing", "Встречу отменили", "Берлин отказался от переговоров", "Зустріч скасували",
        "Das Treffen wurde abgesagt", "La cumbre fue cancelada", "Il n'a pas signé", "Он не подписал",
    ],
)  # fmt: skip
def test_a_denial_by_verb_or_by_negation(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "Berlin n'a pas refusé de négocier", "The bombing has not stopped", "Бои не прекращаются", "Il marche sans problème",
        "They work without difficulty", "Работает без перебоев", "Un cessez-le-feu est demandé", "Berlin négocie",
    ],
)  # fmt: skip
def test_what_denies_a_denial_or_nothing(text: str) -> None:
    assert not denies(text)


@pytest.mark.parametrize(
    ("said", "told", "opposite"),
    [
        ("The council welcomed the decision", "Le conseil condamne la décision", True),
        ("Совет приветствует решение", "Le conseil condamne la décision", True),
        ("The council condemned the decision", "Le conseil condamne la décision", False),
        ("La ville cède", "La ville résiste", True),
        ("The city has not fallen", "La ville résiste", False),
        ("Город сопротивляется", "La ville résiste", False),
        ("Die Verhandlungen wurden abgebrochen", "Les négociations ont repris", True),
        ("Обстрелы не стихают", "Les tirs continuent", False),
        ("Los combates cesaron", "Les combats continuent", True),
        ("Берлин завершил операцию", "Berlin a lancé une opération", True),
        ("Берлин начал операцию", "Berlin a lancé une opération", False),
    ],
)
def test_opposites_in_other_languages(said: str, told: str, opposite: bool) -> None:
    assert contradicts(said, told) is opposite
    assert opposed(said, told) is opposite


def test_an_end_that_the_source_does_not_know_of() -> None:
    assert ends("The strikes have stopped")
    assert ends("Удары прекратились")
    assert not ends("The strikes have not stopped")
    assert not ends("un cessez-le-feu")
    assert speaks_of_an_end("appelle à mettre fin aux combats")
    assert not speaks_of_an_end("De nouvelles frappes ont eu lieu")
    assert refuses("Berlin refuse")
    assert not refuses("Berlin ne refuse pas")


@pytest.mark.parametrize(
    ("language", "claim", "quotation", "reason"),
    [
        ("en", "Berlin stopped the strikes on the port.", "Berlin a mené des frappes sur le port.", "NEGATION"),
        ("ru", "Встреча в Берлине отменена.", "La réunion aura lieu à Berlin.", "NEGATION"),
        ("fr", "La réunion de Berlin est annulée.", "La réunion de Berlin est maintenue.", "NEGATION"),
        ("fr", "La réunion de Berlin est annulée.", "La réunion de Berlin a été annulée.", ""),
        ("en", "Berlin stopped the strikes on the port.", "Berlin a mis fin aux frappes sur le port.", ""),
        ("en", "The plan was turned down by Berlin.", "Le plan a été repoussé par Berlin.", ""),
        ("ru", "Берлин прекратил огонь.", "Berlin a mis fin aux tirs.", ""),
    ],
)
def test_denials_as_the_check_sees_them(language: str, claim: str, quotation: str, reason: str) -> None:
    fault = first_failure(claim, language, Ground(quotation, (quotation,), "", quotation, "fr"), HashingEmbedder())
    assert ("" if fault is None else fault.reason.name) == reason


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_texts_are_compared(one: str, other: str) -> None:
    assert not (refuses(one) and negated(one))
    assert opposed(one, other) == opposed(other, one)


def test_opposites_tell_where_the_clauses_do_not_match() -> None:
    quotation = "Ce grand port du sud, site clé pour les forces du nord, «résiste», selon l'armée du pays."
    for claim, reason in (
        ("L'armée du pays dit que le port cède.", "NEGATION"),
        ("L'armée du pays dit que le port résiste.", ""),
    ):
        fault = first_failure(claim, "fr", Ground(quotation, (quotation,), "", quotation, "fr"), HashingEmbedder())
        assert ("" if fault is None else fault.reason.name) == reason


def test_a_verb_that_denies_turns_its_opposites_round() -> None:
    assert opposed("Berlin renonce à augmenter les impôts", "Berlin va augmenter les impôts")
    assert not opposed("Berlin renonce à augmenter les impôts", "Berlin n'augmentera pas les impôts")
    assert agrees("The city has not fallen", "La ville résiste")
    assert not agrees("The city has fallen", "La ville résiste")


def test_without_denies_its_own_part_only() -> None:
    assert [denies(part) for part in clauses("Berlin a libéré les otages sans tirer un coup de feu")] == [False, True]
    assert [denies(part) for part in clauses("L'accord est resté sans signature")] == [True]
    assert not denies("The trial will not resume until October")


def test_what_is_not_to_end_is_not_ended() -> None:
    assert contradicts("Berlin asks them not to end the strike", "Berlin demande de mettre fin à la grève")
    assert contradicts("Берлин просит не прекращать забастовку", "Berlin demande de cesser la grève")
    assert not contradicts("Berlin asks them to end the strike", "Berlin demande de mettre fin à la grève")


def test_an_adverbial_between_commas_parts_no_subject_from_its_verb() -> None:
    assert clauses("Les pourparlers, aussi à Rome, n'ont rien donné") == [
        "Les pourparlers aussi à Rome n'ont rien donné"
    ]
    assert clauses("Rome a signé, puis parlé, et Berlin a refusé") == ["Rome a signé", "puis parlé", "Berlin a refusé"]


def test_one_clause_that_means_the_opposite_is_enough() -> None:
    told = "La Suède est disposée à rester dans le traité"
    assert opposed("Sweden is unwilling to pay, so others can stay", told)
    assert not opposed("Sweden is willing to pay, so others can stay", told)


def test_without_an_agreement_is_said_once() -> None:
    assert opposed("Переговоры завершились без соглашения", "Les pourparlers se sont terminés par un accord sur le blé")
    assert not opposed(
        "Переговоры завершились соглашением", "Les pourparlers se sont terminés par un accord sur le blé"
    )


def test_sides_are_not_rejected() -> None:
    assert not denies("Le match oppose la Suède à la Norvège")
    assert opposed("La Suède s'oppose au traité", "La Suède approuve le traité")
    assert not opposed("La guerre oppose la Suède à la Norvège", "La Suède approuve la guerre")


@pytest.mark.parametrize(
    "text",
    ["La Suède paie afin d'éviter la guerre", "Швеция платит, чтобы избежать войны", "Швеция не раз платила"],
)
def test_what_is_to_be_avoided_is_not_denied(text: str) -> None:
    assert not any(map(denies, clauses(text)))


def test_the_other_one_is_denied_in_passing() -> None:
    assert negated("La Suède est le créancier et non la débitrice")
    assert not negated("Une île non loin de la Suède")
