"""Follow-up questions: searched with what they leave out, and left alone when they leave nothing out.

``followups.tsv`` was written by hand. Its part "rules" is what the rules were made with, "held" was written before them and
never tuned to, "fresh" and "last" were written after them, measured once, and then looked at.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.asking.followup import standalone
from answering.conversation import MAX_TURNS, Conversation, Turn
from answering.times.when import read_period
from answering.types import Answer, Mode, Status
from answering.writing.frames import FRAMES

TODAY, COVERED = date(2022, 3, 5), (date(2022, 2, 20), date(2022, 3, 31))


@dataclass(frozen=True, slots=True)
class Case:
    part: str
    language: str
    before: str
    question: str
    expected: str

    def found(self) -> str:
        times = partial(read_period, language=self.language, today=TODAY, covered=COVERED)
        conversation = Conversation()
        for turn in self.before.split(" // "):
            question, _, answer = turn.partition(" => ")
            searched = standalone(question, conversation, times)
            conversation = Conversation((*conversation.turns, Turn(question, searched, answer)))
        return standalone(self.question, conversation, times)


def read_cases() -> list[Case]:
    """Read the table: part, language, turns before ("question => answer // ..."), question, rewritten or "="."""
    lines = Path(__file__).with_name("followups.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [
        Case(part, tongue, before, asked, asked if told == "=" else told) for part, tongue, before, asked, told in rows
    ]


CASES = read_cases()


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


@pytest.mark.parametrize("case", [case for case in CASES if case.part == "rules"], ids=lambda case: case.question)
def test_the_table_that_the_rules_were_made_with(case: Case) -> None:
    assert case.found() == case.expected


@pytest.mark.parametrize(("part", "right", "wrong"), [("held", 88, 1), ("fresh", 82, 2), ("last", 46, 2)])
def test_the_tables_that_they_were_not_made_with(part: str, right: int, wrong: int) -> None:
    """At least as many right and at most as many wrong (changed into something else) as when they were measured."""
    cases = [case for case in CASES if case.part == part]
    failed = [case for case in cases if folded(case.found()) != folded(case.expected)]
    changed = [case for case in failed if case.found() != case.question]
    assert len(cases) - len(failed) >= right
    assert len(changed) <= wrong


def after(question: str, answer: str = "") -> Conversation:
    return Conversation((Turn(question, question, answer),))


@pytest.mark.parametrize("question", ["Et à Kharkiv ?", "Où est-il ?", "Pourquoi ?", ""])
def test_the_first_question_is_left_alone(question: str) -> None:
    assert standalone(question, Conversation()) == question
    assert standalone(question, after("?")) == question


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        # What takes up all that was asked before.
        ("Wann tagt der Rat in Genf?", "Und wer wurde dazu eingeladen?",
         "Und wer wurde dazu eingeladen (tagt der Rat in Genf)?"),
        ("When does the council meet in Geneva?", "What did Tokyo say about it?",
         "What did Tokyo say about it (does the council meet in Geneva)?"),
        ("Quand le conseil siège-t-il à Genève ?", "Qui y a été invité ?",
         "Qui y a été invité (le conseil siège-t-il à Genève) ?"),
        ("¿Cuándo se reúne el consejo?", "¿Quién se refirió a ello?", "¿Quién se refirió a ello (se reúne el consejo)?"),
        ("Когда заседает совет?", "А кого пригласили на это?", "А кого пригласили на это (заседает совет)?"),
        ("Коли засідає рада?", "А кого запросили на це?", "А кого запросили на це (засідає рада)?"),
        ("Wann tagt der Rat in Genf?", "Wer trägt dazu bei, dass es brennt?", "="),
        ("Who called the council meeting?", "What time does it start?",
         "What time does it start (called the council meeting)?"),
        ("Who else goes to it (called the council meeting)?", "When will it be held?",
         "When will it be held (called the council meeting)?"),
        ("Wer hat die Regel gebilligt?", "Für welche Gebiete gilt sie?",
         "Für welche Gebiete gilt sie (Wer hat die Regel gebilligt)?"),
        ("Qui a convoqué la réunion ?", "À quelle heure commence-t-elle ?",
         "À quelle heure commence-t-elle (a convoqué la réunion) ?"),
        ("Qui a convoqué la réunion ?", "Où aura-t-elle lieu ?", "Où aura-t-elle lieu (a convoqué la réunion) ?"),
        ("Кто созвал совет?", "Когда он начнётся?", "Когда он начнётся (Кто созвал совет)?"),
        ("Who called the meeting?", "When does it start in Berlin?", "When does it start in Berlin (called the meeting)?"),
        ("Who called the meeting?", "Is it true?", "="),
        ("Quand le conseil siège-t-il ?", "Qu'y a-t-il à Lima ?", "="),
        ("When does the council meet?", "Who voted for it and against the budget?", "="),
        # An office or a country before a name, and a town, are nobody.
        ("Коли прем'єр Японії Кісіда прибув до Женеви?", "А куди він поїде далі?", "А куди Кісіда поїде далі?"),
        ("Когда министр Франции Сежурне прибыл в Женеву?", "А куда он поедет дальше?", "А куда Сежурне поедет дальше?"),
        ("When did US Secretary Yellen arrive in Geneva?", "And what did she say?", "And what did Yellen say?"),
        ("When did Foreign Minister Joly leave Geneva?", "And where will she go?", "And where will Joly go?"),
    ],
)  # fmt: skip
def test_what_takes_up_the_question_before(before: str, question: str, expected: str) -> None:
    assert standalone(question, after(before)) == (question if expected == "=" else expected)


@pytest.mark.parametrize("language", FRAMES)
def test_what_a_refusal_names_is_not_spoken_of(language: str) -> None:
    answer = f"{FRAMES[language].nothing} Emmanuel Macron parle."
    assert standalone("Qu'a-t-il dit ?", after("Qui a parlé ?", answer)) == "Qu'a-t-il dit ?"
    assert standalone("Qu'a-t-il dit ?", after("Qui a parlé ?", answer[-23:])) == "Qu'a dit Emmanuel Macron ?"


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("Emmanuel Macron a parlé, selon Macron.", "Emmanuel Macron"),  # one man
        ("Le président Zelensky a parlé.", "Zelensky"),
        ("Emmanuel Macron et Olaf Scholz ont parlé.", ""),
        ("Ursula von der Leyen a parlé.", ""),
        ("La Russie a parlé.", ""),
        ("Kiev est calme.", ""),
    ],
)
def test_of_an_answer_only_its_one_man_is_meant(answer: str, meant: str) -> None:
    expected = f"Qu'a dit {meant} ?" if meant else "Qu'a-t-il dit ?"
    assert standalone("Qu'a-t-il dit ?", after("Qui a parlé ?", answer)) == expected


def test_without_a_reader_of_times_a_time_is_added() -> None:
    assert standalone("Et en mars ?", after("Combien de réfugiés en Pologne ?")) == (
        "Combien de réfugiés en Pologne en mars ?"
    )


def test_a_question_asked_for_its_time_too_is_followed_without_it() -> None:
    before = after("Qui a bombardé Kharkiv, et quand ?")
    assert standalone("Et Kiev ?", before) == "Qui a bombardé Kiev ?"
    assert standalone("Pourquoi ?", before) == "Qui a bombardé Kharkiv, et pourquoi ?"


def test_days_are_counted_over_months() -> None:
    times = partial(read_period, language="fr", today=TODAY, covered=COVERED)
    before = after("Qui a parlé le 28 février ?")
    assert standalone("Et le lendemain ?", before, times) == "Qui a parlé le 1er mars 2022 ?"
    assert standalone("Et le 30 ?", before, times) == "Et le 30 ?"  # there is none


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


# -- hostile text ---------------------------------------------------------------------------------------------------


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Fail what hangs; a pattern that runs away runs for minutes."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


PIECES = [
    "Et ",
    "il ",
    "A ",
    "a-",
    "-t-",
    "de la ",
    "combien de ",
    "quel ",
    "le président ",
    "Combien de X ",
    "cette ",
    "l'",
]


@pytest.mark.parametrize("piece", [*PIECES, "x", "É", "'", " ", "?", "\u0301", "le 2 mars ", "et le lendemain "])
@pytest.mark.parametrize("length", [590, 100_000])
def test_long_text_takes_no_long_time(piece: str, length: int) -> None:
    text = (piece * length)[:length]
    with no_longer_than(20):
        for question, earlier, answer in (
            (text, "Que dit Emmanuel Macron ?", ""),
            ("Qu'a-t-il dit ?", text, ""),
            ("Et à Kiev ?", text, ""),
            ("Pourquoi ?", text, ""),
            ("Et lui ?", "Que dit Macron ?", text),
            (f"Et {text}", text, text),
        ):
            searched = standalone(question, after(earlier, answer))
            if length == 100_000:
                assert searched == question or len(searched) < 1_000


def test_a_question_too_long_to_lean_on_another_is_left_alone() -> None:
    question = "Qu'a-t-il dit " + "de la paix " * 100 + "?"
    assert standalone(question, after("Que dit Emmanuel Macron ?")) == question
    assert standalone("Et à Kiev ?", after("Combien de morts à Lviv " + "hier " * 200)) == "Et à Kiev ?"


WORDS = st.lists(
    st.sampled_from(
        "Et il à Kiev e y Macron ? л А est-il a-t-elle Combien de Pourquoi son cette ville le lendemain Poutine et they "
        "qu'il Qu'a-t-il dit en mars la Russie Wer ¿Y он his sie lui".split()
    ),
    max_size=9,
).map(" ".join)


@given(WORDS | st.text(max_size=40), WORDS | st.text(max_size=60), WORDS | st.text(max_size=60))
def test_nothing_is_said_that_neither_question_nor_conversation_says(question: str, earlier: str, answer: str) -> None:
    searched = standalone(question, after(earlier, answer))
    if searched == question:
        return
    said = f"{question} {earlier} {answer}".casefold()
    grammar = {
        "le",
        "la",
        "les",
        "l",
        "d",
        "de",
        "du",
        "des",
        "au",
        "aux",
        "à",
        "en",
        "et",
        "and",
        "und",
        "y",
        "и",
        "і",
        "s",
    }
    words = searched.casefold().replace("'", " ").replace("’", " ").split()
    assert [word for word in words if word.strip("?!.…,-()") not in said and word not in grammar | {"que"}] == []
