"""Who says it and who does what to whom, by the order of names: exchanged or only told in other words."""

from __future__ import annotations

import pytest

from answering.checking.ground import Ground
from answering.checking.roles import swapped
from answering.checking.speaker import wrong_speaker
from tests.fakes import HashingEmbedder


def is_swapped(claim: str, quotation: str, language: str) -> bool:
    return swapped(claim, language, Ground(quotation, (quotation,), language="fr"), HashingEmbedder())


INVITES = "L'Allemagne a invité la Pologne à une conférence."
STRIKE = "L'attaque turque contre Rojava, dans le nord de la Syrie, a fait douze morts."


@pytest.mark.parametrize(
    ("language", "claim", "quotation", "swap"),
    [
        ("fr", "La Pologne a convié l'Allemagne à une conférence.", INVITES, True),
        ("en", "Poland invited Germany to a conference.", INVITES, True),
        ("ru", "Польша пригласила Германию на конференцию.", INVITES, True),
        ("en", "Germany was invited by Poland to a conference.", INVITES, True),
        ("fr", "L'Allemagne est invitée par la Pologne à une conférence.", INVITES, True),
        ("fr", "L'Allemagne convie la Pologne à une conférence.", INVITES, False),
        ("en", "Germany invited Poland to a conference.", INVITES, False),
        ("ru", "Германия позвала Польшу на конференцию.", INVITES, False),
        ("en", "Poland was invited by Germany to a conference.", INVITES, False),
        ("fr", "La Pologne est invitée par l'Allemagne à une conférence.", INVITES, False),
        ("en", "Poland received an invitation from Germany.", INVITES, False),
        ("fr", "En Pologne, l'Allemagne tient une conférence.", "L'Allemagne tient une conférence en Pologne.", False),
        ("en", "In this text, Germany invited Poland.", "Dans ce texte, la Pologne invite l'Allemagne.", True),
        ("en", "In this text, Poland invited Germany.", "Dans ce texte, la Pologne invite l'Allemagne.", False),
        ("en", "Twelve people died in the Syrian attack on Rojava.", STRIKE, True),
        ("ru", "Жертвами сирийского удара стали двенадцать человек.", STRIKE, True),
        ("fr", "L'attaque syrienne a fait douze morts à Rojava.", STRIKE, True),
        ("en", "Twelve people died in the Turkish attack in northern Syria.", STRIKE, False),
        ("ru", "Жертвами турецкого удара в Сирии стали двенадцать человек.", STRIKE, False),
        ("fr", "Les forces turques ont tué douze personnes en Syrie.", STRIKE, False),
    ],
)
def test_exchanged_roles_are_told_from_other_words(language: str, claim: str, quotation: str, swap: bool) -> None:
    assert is_swapped(claim, quotation, language) is swap


CONTRAST = "Berlin réclamait une baisse des impôts, alors que Varsovie préparait des élections anticipées."


@pytest.mark.parametrize(
    ("claim", "swap"),
    [
        ("Varsovie réclamait une baisse des impôts, tandis que Berlin préparait des élections anticipées.", True),
        ("Varsovie préparait des élections anticipées, tandis que Berlin réclamait une baisse des impôts.", False),
        ("Berlin préparait des élections anticipées, mais Varsovie réclamait une baisse des impôts.", True),
        ("Berlin réclamait une baisse des impôts et Varsovie préparait des élections anticipées.", False),
    ],
)
def test_two_halves_keep_their_parties_in_any_order(claim: str, swap: bool) -> None:
    assert is_swapped(claim, CONTRAST, "fr") is swap


def speaker(claim: str, quotation: str, language: str = "fr") -> str:
    return wrong_speaker(claim, language, Ground(quotation, (quotation,), language="fr"))


def test_another_speaker_is_named_and_the_same_one_in_any_place_is_not() -> None:
    assert speaker("Selon Berlin, Varsovie ment.", "Varsovie a accusé Berlin de mentir.") == "Berlin"
    assert speaker("According to Warsaw, Berlin lies.", "Varsovie a accusé Berlin de mentir.", "en") == ""
    assert speaker("По словам Берлина, Варшава лжёт.", "Varsovie a accusé Berlin de mentir.", "ru") == "Берлина"
    assert speaker("По словам Варшавы, Берлин лжёт.", "Varsovie a accusé Berlin de mentir.", "ru") == ""
    assert speaker("Berlin affirme que oui.", "Oui, a affirmé mercredi Berlin.") == ""
    assert speaker("The ambassador, Anna Weber, accused Warsaw of lying.", "Anna Weber a accusé Varsovie.", "en") == ""
