import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.reading.wrapping import join_wrapped, looks_wrapped
from retrieval.text import ends_sentence, normalise, one_line, web_address

ANY_TEXT = st.text(st.characters(exclude_categories=()))
AWKWARD = st.text(
    st.sampled_from("a é\u0301\u0344\u0316 \t\u00a0\u202f\u2009\r\n\x0b\x0c\x85\u2028\u200b\ufeff\u00ad\ud800\udc00ä")
)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("e\u0301te\u0301", "été"),
        ("2\u202f040\u00a0blessés\u2009!\tfin", "2 040 blessés ! fin"),
        ("  a  \n  b  ", "a\nb"),
        ("a\r\nb\rc\u2028d\u2029e\x0cf\x85g", "a\nb\nc\nd\ne\nf\ng"),
        ("a\n\n\n\nb\n \n\t\nc", "a\n\nb\n\nc"),
        ("\ufeffcou\u00adloirs hu\u200bmanitaires\x00\x1b[1m", "couloirs humanitaires[1m"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "\U0001f600"),
        ("ig\U000e0041\U000e0042nore", "ignore"),
        ("", ""),
        (" \n\t\n ", ""),
    ],
)
def test_normalise(given_text: str, expected: str) -> None:
    assert normalise(given_text) == expected


@given(st.one_of(ANY_TEXT, AWKWARD))
def test_normalise_is_idempotent_and_leaves_nothing_odd(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert "\n\n\n" not in once
    assert "  " not in once
    assert all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in once)
    assert all(line == line.strip(" ") for line in once.split("\n"))
    once.encode("utf-8")


def test_runs_of_marks_are_cut_so_that_composing_stays_linear() -> None:
    assert normalise("a" + "\u0316" * 100_000 + "b") == "a" + "\u0316" * 30 + "b"
    assert normalise(normalise("a" + "\u0344" * 50)) == normalise("a" + "\u0344" * 50)


def test_one_line() -> None:
    assert one_line(" Le\u00a0Monde \r\n\r\n et\tAFP ") == "Le Monde et AFP"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Il est parti.", True),
        ("« Il est parti. »", True),
        ('"Il est parti?"', True),
        ("(Il est parti !)", True),
        ("Il a dit que…", True),
        ("« Il est parti »", False),
        ("Kiev se prépare à l’assaut", False),
        ("", False),
    ],
)
def test_ends_sentence(line: str, expected: bool) -> None:
    assert ends_sentence(line) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://exemple.fr/a?b=c", "https://exemple.fr/a?b=c"),
        (" http://exemple.fr ", "http://exemple.fr"),
        ("javascript:alert(1)", ""),
        ("https://exemple.fr/a b", ""),
        ('https://exemple.fr/"><script>', ""),
        ("exemple.fr", ""),
    ],
)
def test_web_address(value: str, expected: str) -> None:
    assert web_address(value) == expected


WRAPPED = """Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière
entre la Pologne et le Bélarus pour une deuxième tentative de pourparlers, lors
de laquelle Kiev espérait obtenir une trêve. Le porte-
parole a parlé d'une évacuation des civils et de couloirs humani-
taires.
Kiev résiste
La ville, dont une grande partie des habitants n'a toujours pas pu fuir, est
actuellement encerclée."""


def test_hard_wrapped_lines_become_paragraphs() -> None:
    assert looks_wrapped(WRAPPED)
    assert join_wrapped(WRAPPED.split("\n")) == (
        "Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière entre la Pologne et le Bélarus "
        "pour une deuxième tentative de pourparlers, lors de laquelle Kiev espérait obtenir une trêve. Le porte-parole "
        "a parlé d'une évacuation des civils et de couloirs humanitaires.\n"
        "Kiev résiste\n"
        "La ville, dont une grande partie des habitants n'a toujours pas pu fuir, est actuellement encerclée."
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Le cessez-le-", "feu tient depuis hier"], "Le cessez-le-feu tient depuis hier"),
        (["L'accord a été si-", "gné hier au soir"], "L'accord a été signé hier au soir"),
        (["Mme Linda Thomas-", "Greenfield a parlé hier"], "Mme Linda Thomas-Greenfield a parlé hier"),
        (["Le week-end. Un autre week-", "end de combats"], "Le week-end. Un autre week-end de combats"),
        (["C'est fini, a-t-", "il dit"], "C'est fini, a-t-il dit"),
    ],
)
def test_words_cut_at_a_line_end(lines: list[str], expected: str) -> None:
    assert join_wrapped(lines) == expected


def test_a_paragraph_a_line_is_not_wrapped() -> None:
    assert not looks_wrapped("Un premier paragraphe.\n\nUn titre\n\nUn second paragraphe.")
    assert not looks_wrapped("")


@given(st.lists(st.text(st.sampled_from("ab-é. A"), max_size=20).map(str.strip), max_size=12))
def test_joining_lines_loses_nothing_but_hyphens(lines: list[str]) -> None:
    joined = join_wrapped(lines)
    letters = [c for c in joined if c.isalpha() or c == "."]
    assert letters == [c for c in "".join(lines) if c.isalpha() or c == "."]
