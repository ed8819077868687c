"""What the verb next to a time expression says; the expression is the word in brackets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.facts.tense import Tense, Verb, sentence_around, tense_at

PAST, FUTURE, UNCLEAR, NONE = Tense.PAST, Tense.FUTURE, Tense.UNCLEAR, Tense.NONE

FRENCH = [
    ("Il a été arrêté [jeudi].", PAST, True),
    ("Ils se sont réunis [jeudi] à Paris.", PAST, True),
    ("Les troupes entrèrent [jeudi] à Paris.", PAST, True),
    ("L'armée bombardait [jeudi] la ville.", PAST, True),
    ("Il aurait été tué [jeudi].", PAST, True),
    ("Un communiqué publié [jeudi] le confirme.", PAST, False),
    ("[Jeudi], il a signé l'accord.", PAST, False),
    ("Il se réunira [jeudi].", FUTURE, True),
    ("Le texte sera examiné [jeudi].", FUTURE, True),
    ("Le texte doit être examiné [jeudi].", FUTURE, True),
    ("Ils vont se retrouver [jeudi].", FUTURE, True),
    ("La réunion est prévue [jeudi].", FUTURE, True),
    ("La réunion, prévue [jeudi], inquiète.", FUTURE, False),
    ("Prévue [jeudi], la réunion inquiète.", FUTURE, False),
    ("Le scrutin devait se tenir [jeudi].", UNCLEAR, False),
    ("Le scrutin était prévu [jeudi].", UNCLEAR, True),
    ("Il a été convoqué [jeudi].", UNCLEAR, True),
    ("Ils ont accepté de participer [jeudi] à la marche.", UNCLEAR, False),
    ("Le procès a lieu [jeudi].", UNCLEAR, False),
    ("Le procès a eu lieu [jeudi].", PAST, True),
    ("Il se rend [jeudi] à Kiev.", UNCLEAR, False),
    ("Attaque à Kiev [jeudi].", NONE, False),
    ("Le sommet sera décisif, [jeudi], a dit le ministre.", FUTURE, False),
    ("Le ministre a dit qu'il partira [jeudi].", FUTURE, True),
    ("Il partira. L'attaque de [jeudi] a tué dix personnes.", PAST, False),
    ("L'opéra [jeudi].", NONE, False),
]
ENGLISH = [
    ("He was arrested on [Thursday].", PAST, True),
    ("They have met on [Thursday].", PAST, True),
    ("Troops entered Kherson on [Thursday].", PAST, True),
    ("They will meet on [Thursday].", FUTURE, True),
    ("They are due to meet on [Thursday].", FUTURE, True),
    ("They are to meet on [Thursday].", FUTURE, False),
    ("The vote is scheduled for [Thursday].", FUTURE, True),
    ("It will be held on [Thursday].", FUTURE, True),
    ("The vote was scheduled for [Thursday].", UNCLEAR, True),
    ("They would meet on [Thursday].", UNCLEAR, False),
    ("They agreed to meet on [Thursday].", UNCLEAR, False),
    ("The match is held on [Thursday].", UNCLEAR, True),
    ("He is believed to have fled on [Thursday].", PAST, True),
    ("Attack on Kyiv on [Thursday].", NONE, False),
]


def read(marked: str, language: str) -> Verb:
    start, end = marked.index("["), marked.index("]") - 1
    return tense_at(marked.replace("[", "").replace("]", ""), start, end, language)


@pytest.mark.parametrize(("marked", "tense", "firm"), FRENCH, ids=lambda value: str(value)[:40])
def test_french(marked: str, tense: Tense, firm: bool) -> None:
    assert read(marked, "fr") == Verb(tense, firm)


@pytest.mark.parametrize(("marked", "tense", "firm"), ENGLISH, ids=lambda value: str(value)[:40])
def test_english(marked: str, tense: Tense, firm: bool) -> None:
    assert read(marked, "en") == Verb(tense, firm)


def test_other_languages_tell_nothing() -> None:
    assert read("Er wurde [Donnerstag] verhaftet.", "de") == Verb(NONE)


def test_a_sentence_is_cut_at_its_ends_and_not_at_initials() -> None:
    text = "Il part. M. J.-C. Dupont arrive jeudi ! Il dort."
    start = text.index("jeudi")
    begin, end = sentence_around(text, start, start + 5)
    assert text[begin:end] == " M. J.-C. Dupont arrive jeudi "


@given(st.text(st.sampled_from("aerait é.,;!?«»\"' \nTa-"), max_size=200), st.integers(0, 200), st.integers(0, 20))
def test_a_span_lies_in_its_sentence(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))
    begin, stop = sentence_around(text, start, end)
    assert 0 <= begin <= start <= end <= stop <= len(text)
    assert tense_at(text, start, end, "fr") == tense_at(text, start, end, "fr")
