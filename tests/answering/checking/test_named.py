"""Names that a quotation calls otherwise: whom "il" or "cette ville" stands for, and whom it does not."""

from __future__ import annotations

import pytest

from answering.checking.ground import Ground
from answering.checking.named import unproved_name

LISBON = "Le Portugal a relevé ses impôts. Le ministre Rui Tavares s'en félicite."


def missing(claim: str, quotation: str, before: str, language: str = "en") -> str:
    ground = Ground(quotation, (quotation,), f"Impôts\n{before}", quotation, "fr")
    return unproved_name(claim, language, ground)


@pytest.mark.parametrize(
    ("claim", "quotation"),
    [
        ("Tavares praised the rise.", "Il salue cette hausse."),
        ("Tavares wants a vote.", "«Je veux un vote», a-t-il dit."),
        ("According to Tavares, the budget is ready.", "Selon lui, le budget est prêt."),
        ("Tavares said that he was ready.", "«Je suis prêt. Nous aussi», répond-on."),
        ("Portugal expects growth.", "Le pays attend de la croissance."),
    ],
)
def test_who_was_named_just_before_is_meant(claim: str, quotation: str) -> None:
    assert missing(claim, quotation, LISBON) == ""


@pytest.mark.parametrize(
    ("claim", "quotation", "name"),
    [
        ("Tavares accused Spain.", "Le maire de Porto a accusé l'Espagne.", "Tavares"),  # no word for him
        ("Portugal condemns Spain.", "Dans ce texte, le Maroc condamne l'Espagne, qu'il voit décliner.", "Portugal"),
        ("Tavares praised Portugal's aid.", "Il salue l'aide de l'Espagne.", "Portugal"),  # "il" is Tavares
        ("Yesterday Costa praised the rise.", "Il salue cette hausse.", "Costa"),
    ],
)
def test_who_was_named_somewhere_else_is_not(claim: str, quotation: str, name: str) -> None:
    assert missing(claim, quotation, LISBON) == name


def test_only_the_last_sentences_say_whom_a_pronoun_means() -> None:
    far = "Costa a voté. Rui Tavares est venu. Il a parlé. Il est reparti."
    assert missing("Yesterday Tavares praised it.", "Il salue cette hausse.", far) == ""
    assert missing("Yesterday Costa praised it.", "Il salue cette hausse.", far) == "Costa"


def test_one_body_is_not_taken_for_another() -> None:
    before = "L'Otan s'est réunie. L'ONU aussi."
    assert missing("It asks to join NATO.", "Il demande à rejoindre l'Union européenne.", before) == "NATO"
    assert missing("It asks to join the EU.", "Il demande à rejoindre l'Union européenne.", before) == ""
