"""Follow-up questions: searched with what they leave out, and left alone when they leave nothing out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.conversation import MAX_TURNS, Conversation, Turn
from answering.followup import standalone
from answering.types import Answer, Mode, Status


def after(question: str, answer: str = "") -> Conversation:
    return Conversation((Turn(question, question, answer),))


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        ("Combien de morts à Tchernihiv ?", "Et à Kharkiv ?", "Combien de morts à Kharkiv ?"),
        ("Combien d'habitants compte Kherson ?", "Et Kharkiv ?", "Combien d'habitants compte Kharkiv ?"),
        ("How many people died in Kharkiv?", "And in Kyiv?", "How many people died in Kyiv?"),
        ("Wie viele starben in Kiew?", "Und in Charkiw?", "Wie viele starben in Charkiw?"),
        ("Сколько погибло в Харькове?", "А в Киеве?", "Сколько погибло в Киеве?"),
        ("Скільки загинуло в Харкові?", "А в Києві?", "Скільки загинуло в Києві?"),
        ("Combien de civils ont été tués ?", "Et de soldats ?", "Combien de civils ont été tués de soldats ?"),
        ("Combien de morts à Kiev ?", "et de blessés ?", "Combien de morts à Kiev de blessés ?"),
        ("?", "Et à Kharkiv ?", "à Kharkiv ?"),
    ],
)
def test_and_takes_the_question_before_and_its_own_names(earlier: str, question: str, searched: str) -> None:
    assert standalone(question, after(earlier)) == searched


@pytest.mark.parametrize(
    ("earlier", "question", "searched"),
    [
        ("Que dit Emmanuel Macron ?", "Où est-il ?", "Où est-il Emmanuel Macron ?"),
        ("Que dit Emmanuel Macron ?", "A-t-il parlé hier ?", "A-t-il parlé hier Emmanuel Macron ?"),
        ("Que dit Emmanuel Macron ?", "Qu'a-t-il déclaré ?", "Qu'a-t-il déclaré Emmanuel Macron ?"),
        ("Who is Boris Johnson?", "What did he say?", "What did he say Boris Johnson ?"),
        ("Who is Boris Johnson?", "Has he resigned?", "Has he resigned Boris Johnson ?"),
        ("Wer ist Olaf Scholz?", "Was hat er gesagt?", "Was hat er gesagt Olaf Scholz ?"),
        ("Кто такой Мединский?", "Что он сказал?", "Что он сказал Мединский ?"),
        ("Хто такий Зеленський?", "Що він сказав?", "Що він сказав Зеленський ?"),
    ],
)
def test_a_pronoun_takes_the_name_of_the_question_before(earlier: str, question: str, searched: str) -> None:
    assert standalone(question, after(earlier)) == searched


def test_a_pronoun_takes_the_name_of_the_answer_where_the_question_had_none() -> None:
    conversation = after("Qui dirige la délégation russe ?", "Le chef est Vladimir Medinsky. [1]")
    assert standalone("Qu'a-t-il déclaré ?", conversation) == "Qu'a-t-il déclaré Vladimir Medinsky ?"


@pytest.mark.parametrize(
    "question",
    [
        "Qui dirige la délégation russe ?",
        "Combien de réfugiés ont fui l'Ukraine ?",
        "Y a-t-il une trêve ?",
        "S'agit-il d'une trêve ?",
        "Poutine est-il malade ?",
        "Que dit Poutine de lui ?",
        "Is there a ceasefire?",
        "Et quelle est la date de la réunion des ministres de l'Otan ?",
        "Etats membres de l'Otan ?",
        "",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert standalone(question, after("Que dit Emmanuel Macron ?", "Macron a parlé.")) == question


@pytest.mark.parametrize("question", ["Et à Kharkiv ?", "Où est-il ?", ""])
def test_the_first_question_is_left_alone(question: str) -> None:
    assert standalone(question, Conversation()) == question


def test_a_pronoun_without_anyone_before_is_left_alone() -> None:
    assert standalone("Que veulent-ils ?", after("Combien de soldats ?", "Au moins 500.")) == "Que veulent-ils ?"


def test_follow_ups_chain() -> None:
    conversation = after("Combien de morts à Tchernihiv ?")
    for question, searched in (
        ("Et à Kharkiv ?", "Combien de morts à Kharkiv ?"),
        ("Et à Kiev ?", "Combien de morts à Kiev ?"),
    ):
        assert standalone(question, conversation) == searched
        conversation = conversation.followed_by(answered(question, searched))


def answered(question: str, searched: str = "") -> Answer:
    return Answer(question, Status.ANSWERED, f"Réponse à {question}", Mode.EXTRACTIVE, "fr", standalone=searched)


def test_a_conversation_keeps_its_latest_turns() -> None:
    conversation = Conversation()
    for number in range(MAX_TURNS + 3):
        conversation = conversation.followed_by(answered(f"Question {number} ?"))
    assert [turn.question for turn in conversation.turns] == [f"Question {n} ?" for n in range(3, MAX_TURNS + 3)]


def test_a_turn_is_the_question_as_asked_and_as_searched() -> None:
    first = Conversation().followed_by(answered("Et à Kiev ?", "Combien de morts à Kiev ?"))
    assert first.turns == (Turn("Et à Kiev ?", "Combien de morts à Kiev ?", "Réponse à Et à Kiev ?"),)
    assert Conversation().followed_by(answered("Quoi ?")).turns[0].standalone == "Quoi ?"


WORDS = st.lists(st.sampled_from(["Et", "il", "à", "Kiev", "e", "y", "Macron", "?", "л", "А", "est-il"]), max_size=8)


@given(WORDS.map(" ".join) | st.text(max_size=40), WORDS.map(" ".join), st.text(max_size=40))
def test_no_word_of_a_follow_up_is_lost(question: str, earlier: str, answer: str) -> None:
    searched = standalone(question, after(earlier, answer))
    opened = question.split()[1:] if searched != question else question.split()
    assert [word for word in opened if word.rstrip("?") not in searched] == []
