"""Comparing texts: SQuAD's figures by hand, and what counts as shown."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluation.squad import exact_match, f1, in_word, normalise, plain, shows, shows_any

LANGUAGES = st.sampled_from(["fr", "en", "es", "de", "ru", "zh", ""])
TEXTS = st.text(max_size=60)
LETTERS = st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F)
WORDS = st.text(LETTERS, min_size=1, max_size=8)
BLANKS = st.sampled_from([" ", "  ", "\n", "\u00a0", "\u202f", "\u2009", " \n\t"])


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("The Eiffel Tower!", "en", "eiffel tower"),
        ("A cat, an owl: the end.", "en", "cat owl end"),
        ("another theory", "en", "another theory"),
        ("the", "en", ""),
        ("L'armée", "fr", "armée"),
        ("l’armée", "fr", "armée"),
        ("l'armée russe, d'un côté", "fr", "armée russe côté"),
        ("Le Monde, la Croix et les Échos", "fr", "monde croix et échos"),
        ("aujourd'hui", "fr", "aujourd hui"),
        ("the army", "fr", "the army"),
        ("el Niño y la Niña", "es", "niño y niña"),
        ("Der Zug, dem Ende zu", "de", "zug ende zu"),
        ("Straße", "de", "strasse"),
        ("  deux\n\tmots  ", "fr", "deux mots"),
        ("2\u202f040 €", "fr", "2 040"),
        ("ﬁn", "fr", "fin"),
        ("北京市", "zh", "北 京 市"),
        ("在2008年", "zh", "在 2008 年"),
        ("Москва́ — столица", "ru", "москва́ столица"),
        ("...", "en", ""),
        ("", "fr", ""),
    ],
)
def test_normalise(text: str, language: str, wanted: str) -> None:
    assert normalise(text, language) == wanted


@given(TEXTS, LANGUAGES)
@example("İstanbul ǰ\u0323 ΐ", "fr")
def test_normalise_is_idempotent(text: str, language: str) -> None:
    once = normalise(text, language)
    assert normalise(once, language) == once


@given(TEXTS)
def test_plain_is_idempotent_and_drops_no_letter(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert [c for c in once if c.isalnum()] == [
        c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum() and c != "ʼ"
    ]


@pytest.mark.parametrize(
    ("prediction", "answers", "language", "match"),
    [
        ("the Normans", ["Normans"], "en", 1.0),
        ("l'armée", ["armée"], "fr", 1.0),
        ("Armée.", ["l’armée"], "fr", 1.0),
        ("l'armée russe", ["armée"], "fr", 0.0),
        ("Paris", ["Lyon", "PARIS !"], "fr", 1.0),
        ("33.000", ["33 000"], "fr", 1.0),
        ("北京", ["北京市"], "zh", 0.0),
        ("", ["armée"], "fr", 0.0),
        ("la", ["armée"], "fr", 0.0),
        # As in SQuAD's script, an answer of which nothing is left counts only where all are so.
        ("", ["un", "trois"], "fr", 0.0),
        ("", ["un"], "fr", 1.0),
        ("armée", [], "fr", 0.0),
        ("", [], "fr", 0.0),
    ],
)
def test_exact_match(prediction: str, answers: list[str], language: str, match: float) -> None:
    assert exact_match(prediction, answers, language) == match


@pytest.mark.parametrize(
    ("prediction", "answers", "language", "value"),
    [
        # 2 of 3 words, and 2 of 2: 2 (2/3) (1) / (5/3)
        ("l'armée russe recule", ["armée russe"], "fr", Fraction(4, 5)),
        # 1 of 1, and 1 of 4
        ("Normandy", ["Normandy in northern France"], "en", Fraction(2, 5)),
        # A word counts as often as both have it: 2 of 3, and 2 of 2
        ("non non non", ["non, non"], "fr", Fraction(4, 5)),
        # Order does not matter.
        ("mars 2022, 24", ["24 mars 2022"], "fr", Fraction(1)),
        # The best of the answers: 1/2 and 2/3
        ("Vladimir Poutine", ["Vladimir", "Vladimir Poutine, le président", "M. Poutine"], "fr", Fraction(4, 5)),
        # Characters are the tokens of Chinese: 2 of 2, and 2 of 3
        ("北京", ["北京市"], "zh", Fraction(4, 5)),
        ("chat", ["chien"], "fr", Fraction(0)),
        ("", ["chien"], "fr", Fraction(0)),
        ("les", ["chien"], "fr", Fraction(0)),
        ("", ["un", "trois"], "fr", Fraction(0)),
        ("du", ["les"], "fr", Fraction(1)),
        ("chat", [], "fr", Fraction(0)),
    ],
)
def test_f1(prediction: str, answers: list[str], language: str, value: Fraction) -> None:
    assert f1(prediction, answers, language) == pytest.approx(float(value), abs=1e-12)


@given(st.lists(st.sampled_from("le chat noir 33 , l'eau 北 京".split()), max_size=8).map(" ".join), TEXTS, LANGUAGES)
def test_f1_is_symmetric_and_1_for_equal_texts(one: str, other: str, language: str) -> None:
    for first, second in ((one, other), (one, one[: len(one) // 2])):
        value = f1(first, [second], language)
        assert 0 <= value <= 1
        assert value == pytest.approx(f1(second, [first], language))
        assert (value == 1) >= (exact_match(first, [second], language) == 1)
    assert f1(one, [one], language) == exact_match(one, [one], language) == 1
    if normalise(one, language):
        assert f1(one, [other, one], language) == exact_match(one, [other, one], language) == 1


SHOWN = [
    ("L'Ukraine a dit non.", "Ukraine"),
    ("l'ukraine", "UKRAINE"),
    ("La grâce d’un roi", "d'un roi"),
    ("« Jamais », dit-il", '"'),
    ("Il a dit : «\u00a0jamais\u00a0».", "jamais"),
    ("dit « oui »", '" oui "'),
    ("Saint‑Pétersbourg", "Saint-Pétersbourg"),
    ("de –\u00a05 degrés", "-\u202f5"),
    ("2\u202f040 soldats", "2 040"),
    ("2 040 soldats", "2\u202f040"),
    ("2\u00a0040 soldats", "2 040"),
    ("deux\n  mots", "deux mots"),
    ("e\u0301te\u0301", "été"),
    ("33 morts", "33"),
    ("Il y a eu 33.", "33"),
    ("33, dont trois enfants", "33"),
    ("(33)", "33"),
    ("33% des voix", "33"),
    ("les 33 000 soldats", "33 000"),
    ("les 33.000 soldats", "33.000"),
    ("2,5 millions", "2,5"),
    ("le 24 2022", "2022"),
    ("20 33 morts", "33"),
    ("en 2022 498 soldats sont morts", "498"),
    ("en 2022 498 soldats sont morts", "2022"),
    ("33 0000", "33"),
    ("C'est $33", "$33"),
    ("4 % de plus", "4 %"),
    ("首都是北京。", "北京"),
    ("有33人死亡", "33"),
    ("使用AI技术", "AI"),
    ("ราคา 33 บาท", "บาท"),
    ("दिल्ली में", "दिल्ली"),
    ("Зеленский сказал", "зеленский"),
    ("Зеле\u0301нский сказал", "Зеле\u0301нский"),
]
HIDDEN = [
    ("L'Ukrainien a dit non.", "Ukraine"),
    ("surcoût", "coût"),
    ("des_mots", "mots"),
    ("33.000 soldats", "33"),
    ("33,5 %", "33"),
    ("133 morts", "33"),
    ("331 morts", "33"),
    ("33 000 soldats", "33"),
    ("33\u202f000 soldats", "33"),
    ("2 498 morts", "498"),
    ("12 345 678 euros", "678"),
    ("12 345 678 euros", "345"),
    ("12 345 678 euros", "12 345"),
    ("12.498 morts", "498"),
    ("1,33", "33"),
    ("33h", "33"),
    ("été", "ete"),
    ("दिल्लीवासी", "दिल्ली"),
    ("रामायण", "राम"),
    ("Зеле\u0301нский", "Зеле"),
    ("有333人死亡", "33"),
    ("AIによる", "A"),
    ("un mot", ""),
    ("un mot", " \u00a0"),
    ("", "mot"),
    ("a.c", "a?c"),
    ("abc", "a.c"),
]


@pytest.mark.parametrize(("text", "wanted"), SHOWN)
def test_a_text_shows(text: str, wanted: str) -> None:
    assert shows(text, wanted)
    assert shows(wanted, wanted)
    assert shows_any(text, ["rien de tel", wanted])


@pytest.mark.parametrize(("text", "wanted"), HIDDEN)
def test_a_text_does_not_show(text: str, wanted: str) -> None:
    assert not shows(text, wanted)
    assert not shows_any(text, [wanted])
    assert not shows_any(text, [])


def test_a_place_that_does_not_count_hides_no_other() -> None:
    assert shows("33.000 soldats, 133 chars et 33 avions", "33")


@given(st.lists(st.tuples(WORDS, BLANKS), min_size=1, max_size=8), st.data())
def test_a_text_shows_each_run_of_its_words_and_no_part_of_one(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "".join(word + blank for word, blank in pairs)
    first = data.draw(st.integers(0, len(pairs) - 1))
    last = data.draw(st.integers(first, len(pairs) - 1))
    between = data.draw(BLANKS)
    run = between.join(word for word, _ in pairs[first : last + 1])
    assert shows(text, run)
    assert shows(text, run.casefold())
    longer = run + data.draw(LETTERS)
    assert shows(text, longer) == (f" {plain(longer)} " in f" {plain(text)} ")


@given(st.integers(0, 10**9), st.sampled_from([" ", "\u202f", ".", ","]), st.data())
def test_a_number_shows_itself_and_no_part_of_itself(number: int, sign: str, data: st.DataObject) -> None:
    written = f"{number:,}".replace(",", sign)
    text = f"Il y a {written} habitants."
    assert shows(text, written)
    start = data.draw(st.integers(0, len(written) - 1))
    end = data.draw(st.integers(start + 1, len(written)))
    part = plain(written[start:end])
    if part[:1].isdigit() and part[-1:].isdigit() and part != plain(written):
        assert not shows(text, part)


@given(TEXTS, TEXTS)
def test_shows_is_about_plain_texts_and_takes_any_text(text: str, wanted: str) -> None:
    shown = shows(text, wanted)
    assert shown == shows(plain(text), plain(wanted))
    assert not shown or plain(wanted) in plain(text)


@pytest.mark.parametrize("char", "a é 7 _ ж ि \u0301".split())
def test_signs_of_a_word(char: str) -> None:
    assert in_word(char)


@pytest.mark.parametrize("char", [" ", "\n", *"'-.«€京かก"])
def test_signs_of_no_word_and_of_scripts_that_do_not_set_words_apart(char: str) -> None:
    assert not in_word(char)


def test_no_text_takes_more_than_linear_time() -> None:
    """Not timed: a pattern that backtracks would not come back from these within anybody's patience."""
    many = 200_000
    assert not shows("1 " * many, "1 " * 1000 + "2")
    assert not shows("3" * many, "33")
    assert not shows("000 " * many + "000", "000")
    assert not shows("a" * many, "a" * 50)
    assert plain(" \u00a0\n" * many) == ""
    assert normalise("l'" * many, "fr") == ""
    assert shows("!" * many, "!!!")
