"""Questions: the kind of answer that each asks for, in many languages, and the names that evidence must hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.asking.question import Kind, Question, names_in, read_question, shows

KINDS = {
    Kind.NUMBER: [
        "Combien de soldats russes ont été tués selon Moscou ?",
        "À combien s'élève l'aide française ?",
        "Quel est le bilan des victimes ?",
        "Quelle est la population de Kherson ?",
        "Quel âge a Poutine ?",
        "How many people fled Ukraine?",
        "How much money will France give?",
        "What is the death toll?",
        "How old is Zelensky?",
        "Wie viele Menschen sind geflohen?",
        "Wieviele Soldaten starben?",
        "Wie hoch ist die Zahl der Toten?",
        "¿Cuántos civiles murieron?",
        "Quanti civili sono morti?",
        "Quantos civis morreram?",
        "Сколько солдат погибло?",
        "Скільки людей втекло?",
        "Ile osób uciekło?",
        "Hoeveel mensen zijn gevlucht?",
        "有多少士兵死亡?",
    ],
    Kind.PERSON: [
        "Qui dirige la délégation russe ?",
        "À qui Macron a-t-il parlé ?",
        "Le ministre, qui est-ce ?",
        "Who leads the Russian delegation?",
        "Whose soldiers were killed?",
        "Wer leitet die russische Delegation?",
        "¿Quién dirige la delegación rusa?",
        "Chi guida la delegazione russa?",
        "Quem lidera a delegação russa?",
        "Кто возглавляет российскую делегацию?",
        "Хто очолює російську делегацію?",
        "谁领导俄罗斯代表团?",
    ],
    Kind.TIME: [
        "Quand les pourparlers ont-ils repris ?",
        "Depuis quand dure la guerre ?",
        "En quelle année l'URSS a-t-elle disparu ?",
        "À quelle heure se réunissent les ministres ?",
        "When did the talks resume?",
        "Wann begann der Krieg?",
        "¿Cuándo empezó la guerra?",
        "Quando è iniziata la guerra?",
        "Когда начались переговоры?",
        "Коли почалася війна?",
        "战争什么时候开始的?",
    ],
    Kind.PLACE: [
        "Où ont eu lieu les pourparlers ?",
        "Dans quelle ville se trouve le siège de l'Otan ?",
        "Where did the talks take place?",
        "In which city is NATO based?",
        "Wo fanden die Gespräche statt?",
        "¿Dónde se celebraron las negociaciones?",
        "Dove si sono svolti i colloqui?",
        "Где прошли переговоры?",
        "Де відбулися переговори?",
        "会谈在哪里举行?",
    ],
    Kind.OTHER: [
        "Que demande Poutine ?",
        "Qu'est-ce qui s'est passé à Kiev ?",
        "Was will Putin?",
        "¿Qué pide Putin?",
        "",
    ],
}


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "Which two river ports has the storm closed?", Kind.LIST),
        ("en", "What 3 mountains did they climb?", Kind.LIST),
        ("de", "Welche zwei Häfen hat der Sturm geschlossen?", Kind.LIST),
        ("es", "¿Qué dos puertos ha cerrado la tormenta?", Kind.LIST),
        ("en", "Which port has the storm closed?", Kind.OTHER),
        # Behind a verb of saying stands what was said; elsewhere behind a comma a question.
        ("ru", "Когда врачи заявили, что вакцина готова?", Kind.TIME),
        ("uk", "Коли лікарі заявили, що вакцина готова?", Kind.TIME),
        ("ru", "Когда закончился дождь, что делали жители?", Kind.OTHER),
    ],
)
def test_how_many_things_and_what_was_said(language: str, text: str, kind: Kind) -> None:
    assert read_question(text, language).kind is kind


def test_common_abbreviations_are_no_names() -> None:
    assert read_question("Who struck the TV tower?", "en").names == frozenset()
    assert read_question("What is the GDP of Peru?", "en").names == {"peru"}


@pytest.mark.parametrize(("text", "kind"), [(text, kind) for kind, texts in KINDS.items() for text in texts])
def test_the_kind_of_a_question(text: str, kind: Kind) -> None:
    assert read_question(text, "").kind is kind


# A line each: language, kind, question.
TABLE = [tuple(row.split("\t")) for row in Path(__file__).with_name("kinds_table.tsv").read_text("utf-8").splitlines()]
# "was" begins a German question too, and "Greift" may be any word.
NEED_THEIR_LANGUAGE = {"When the war began, was Zelensky in Kyiv?", "Greift Russland Kiew an?"}


@pytest.mark.parametrize(("language", "kind", "text"), TABLE)
def test_the_kind_of_a_question_by_how_it_is_built(language: str, kind: str, text: str) -> None:
    assert read_question(text, language).kind == kind
    if text not in NEED_THEIR_LANGUAGE:
        assert read_question(text, "").kind == kind


def test_the_table_has_every_kind_in_every_language() -> None:
    assert len({text for _, _, text in TABLE}) == len(TABLE) >= 120
    for language in ("fr", "en", "de", "es", "it", "pt", "ru", "uk"):
        assert {kind for code, kind, _ in TABLE if code == language} == set(Kind), language


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Qui a dit combien de civils sont morts ?", Kind.NUMBER),
        ("Poutine a-t-il rencontré Macron, qui demandait une trêve ?", Kind.PERSON),
        ("Qu'est-ce qui s'est passé à Kiev ?", Kind.OTHER),
        ("Pourquoi la Russie a-t-elle envahi l'Ukraine ?", Kind.OTHER),
        ("Quels pays ont accueilli des réfugiés ?", Kind.OTHER),
        ("La Russie a-t-elle pris Kherson ?", Kind.OTHER),
        ("战争什么时候开始的?", Kind.TIME),
    ],
)
def test_the_features_of_evidence_go_by_a_question_word_wherever_it_stands(text: str, cue: Kind) -> None:
    assert read_question(text, "").cue is cue


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Combien de réfugiés ont fui l'Ukraine ?", {"ukraine"}),
        ("Combien de réfugiés ont fui l’Ukraine ?", {"ukraine"}),
        ("L'Ukraine a-t-elle demandé une trêve ?", {"ukraine"}),
        ("Qu'Emmanuel Macron a-t-il dit ?", {"emmanuel", "macron"}),
        ("Poutine a-t-il parlé à Macron ?", {"macron"}),  # the first word is a capital anyway
        ("Que dit Linda Thomas-Greenfield ?", {"linda", "thomas", "greenfield"}),
        ("Qui a gagné la Coupe du monde 2018 ?", {"coupe", "2018"}),
        ("Что сказал Мединский в Бресте?", {"мединский", "бресте"}),
        ("Що сказав Зеленський про Єврокомісію?", {"зеленський", "єврокомісію"}),
        ("¿Cuántos civiles murieron en Kiev?", {"kiev"}),
        ("« Qui dirige Kherson ? »", {"kherson"}),
        ("Was the UN there?", {"un"}),
        ("combien de soldats ?", set()),
        ("", set()),
        ("?!", set()),
    ],
)
def test_names_in_a_question(text: str, names: set[str]) -> None:
    assert names_in(text) == names
    assert read_question(text, "").names == names


def test_a_space_in_front_makes_the_first_word_count() -> None:
    assert names_in(" Poutine a parlé.") == {"poutine"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Combien de soldats russes ont été tués selon Moscou ?", set()),
        ("Selon l'ONU, combien de réfugiés ont fui l'Ukraine ?", {"ukraine"}),
        ("D'après Kiev, combien de soldats ont été tués à Kherson ?", {"kherson"}),
        ("According to Moscow, how many died in Kherson?", {"kherson"}),
        ("Wie viele starben laut Moskau?", set()),
        ("Сколько солдат погибло по данным Москвы?", set()),
    ],
)
def test_who_says_it_is_no_name_that_evidence_must_hold(text: str, names: set[str]) -> None:
    assert read_question(text, "").names == names


def test_a_question_keeps_its_text_and_language() -> None:
    question = read_question("Qui dirige ?", "fr")
    assert (question.text, question.language) == ("Qui dirige ?", "fr")


def asked(*names: str) -> Question:
    return Question("?", "fr", Kind.OTHER, frozenset(names))


@pytest.mark.parametrize(
    ("kind", "sentence", "shown"),
    [
        (Kind.NUMBER, "Les blessés sont au nombre de 18.", True),
        (Kind.NUMBER, "Un million de réfugiés ont fui.", True),
        (Kind.NUMBER, "Le 24 février 2022, des soldats sont morts.", False),
        (Kind.PERSON, "Medinski dirige la délégation.", True),
        (Kind.PERSON, "La délégation russe est là.", True),  # "La" cannot be told from a name
        (Kind.PERSON, "il dirige la délégation de Kiev.", False),  # Kiev is what was asked about
        (Kind.PLACE, "les pourparlers ont lieu à Gomel.", True),
        (Kind.PLACE, "les pourparlers ont lieu ailleurs.", False),
        (Kind.TIME, "L'opération a commencé le 24 février.", True),
        (Kind.TIME, "L'opération a commencé jeudi.", True),
        (Kind.TIME, "Переговоры начались в 2022 году.", True),
        (Kind.TIME, "L'opération continue.", False),
        (Kind.OTHER, "Rien.", True),
    ],
)
def test_whether_a_sentence_shows_what_is_asked_for(kind: Kind, sentence: str, shown: bool) -> None:
    assert shows(kind, sentence, asked("kiev")) is shown


@given(st.text(max_size=80), st.sampled_from(["fr", "en", ""]))
def test_any_text_is_a_question(text: str, language: str) -> None:
    question = read_question(text, language)
    assert question.text == text
    assert isinstance(question.kind, Kind)
    assert all(question.names)
    assert all(name == name.casefold() for name in question.names)
