import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.language import QUESTION_MINIMUM, detect_language, language_code


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Qui dirige la délégation russe ?", "fr"),
        ("Où est Kherson ?", "fr"),
        ("Combien de morts ?", "fr"),
        ("QUI DIRIGE LA DÉLÉGATION RUSSE ?", "fr"),
        ("How many people fled Ukraine?", "en"),
        ("Who leads the delegation?", "en"),
        ("Wie viele Menschen sind geflohen?", "de"),
        ("Wo liegt Cherson?", "de"),
        ("¿Cuántas personas huyeron de Ucrania?", "es"),
        ("¿Dónde está Jersón?", "es"),
        ("Quante persone sono fuggite?", "it"),
        ("Chi guida la delegazione russa?", "it"),
        ("Сколько российских солдат погибло?", "ru"),
        ("Кто возглавляет делегацию?", "ru"),
        ("Скільки російських солдатів загинуло?", "uk"),
        ("Хто очолює делегацію?", "uk"),
        ("Що сталося\nв Києві?", "uk"),
    ],
)
def test_short_questions(question: str, language: str) -> None:
    assert detect_language(question, QUESTION_MINIMUM) == language


@pytest.mark.parametrize(
    "text",
    ["Medinski ?", "Poutine", "Boris Johnson", "Борис Джонсон", "OK", "", " \n ", "12 345 ?", "?!", "\x00", "\ud800"],
)
def test_names_and_nothings_have_no_language(text: str) -> None:
    assert detect_language(text, QUESTION_MINIMUM) == ""


def test_articles_need_more_certainty() -> None:
    article = (
        "L'armée russe semble avoir encore renforcé sa puissance de feu.\n\nElle a pris jeudi le contrôle de Kherson."
    )
    assert detect_language(article) == "fr"
    assert detect_language(article * 10_000) == "fr"
    assert detect_language("Kiev sil vu plé gut so", 0.99) == ""


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert detect_language("Qui dirige la délégation russe ?", QUESTION_MINIMUM) == "fr"


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_gives_a_code_or_nothing(text: str) -> None:
    code = detect_language(text, 0.0)
    assert code == language_code(code)
    assert detect_language(text, 0.0) == code


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("fr", "fr"),
        ("fr-FR", "fr"),
        ("FR_fr.UTF-8", "fr"),
        ("Français", "fr"),
        ("ukr", "uk"),
        ("English", "en"),
        ("klingon", ""),
        ("", ""),
        ("zz", ""),
    ],
)
def test_language_code(stated: str, code: str) -> None:
    assert language_code(stated) == code
