"""Sentence ends: a table of what French news makes hard, other languages, and properties of every text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sentences import LONGEST, sentence_spans


def split(text: str, language: str = "fr") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


# One string a sentence; joined by a space they are the text.
FRENCH = [
    ["M. Guterres a parlé.", "Il est reparti."],
    ["Selon M. Biden, MM. Macron et Scholz se parlent.", "Rien n'a filtré."],
    ["Mme. Le Pen et Mgr. Aupetit se taisent.", "Le Dr. Martin aussi."],
    ["J.-C. Dupont est venu.", "Il est reparti."],
    ["Vladimir V. Poutine a signé.", "L'U.E. a réagi."],
    ["Les États-Unis et l'O.N.U. ont condamné l'attaque.", "Moscou nie."],
    ["La ville de 1,4 million d'habitants est prise.", "Elle brûle."],
    ["On compte 9.000 morts.", "2.000 civils en sont."],
    ["Le 2 mars 2022.", "Il pleut sur Kiev."],
    ["L'art. 5 du traité est clair.", "Nul ne le conteste."],
    ["Le marché de l'art.", "Les ventes montent."],
    ["Voir p. 12 et vol. 3 du rapport.", "Il est public."],
    ["Il y a des armes, des vivres, etc. dans le convoi.", "Il avance."],
    ["«Malheureusement, il n'y a pas de résultats. Il n'y a qu'une solution», a écrit M. Podoliak.", "Kiev attend."],
    ["«Malheureusement… . Il n'y a rien», dit-il.", "Kiev attend."],
    ["« Nous n’arrêterons pas », a dit Poutine.", "« Russes et Ukrainiens sont un même peuple. »"],
    ["«Je dois parler à Poutine (...) car c'est le seul moyen», a-t-il lancé.", "Il a insisté."],
    ["«Ensuite la Lettonie, l'Estonie etc... Jusqu'au mur de Berlin, croyez-moi.».", "L'armée russe avance."],
    ["Il attend...", "Puis il part."],
    ["Il attend… puis il part.", "Kiev résiste."],
    ["Il a dit… rien du tout.", "Rien."],
    ["Qui dirige ?", "Personne !", "Vraiment ?!", "Oui."],
    ["« Qui dirige ? » demande-t-il.", "Personne ne répond."],
    ["Rendez-vous sur lemonde.fr ou sur www.lefigaro.fr pour la suite.", "Bonne lecture."],
    ["La version 2.0 est sortie.", "Elle pèse 3.5 Go."],
]


@pytest.mark.parametrize("sentences", FRENCH, ids=lambda sentences: sentences[0][:40])
def test_french(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        (
            "ru",
            "Президент В. В. Путин выступил в 2022 г. в Москве. Он сказал «нет». Война продолжается.",
            ["Президент В. В. Путин выступил в 2022 г. в Москве.", "Он сказал «нет».", "Война продолжается."],
        ),
        (
            "de",
            "Am 2. März 2022 sprach Dr. Scholz z.B. in Berlin. Danach flog er ab. Es war 5.30 Uhr.",
            ["Am 2. März 2022 sprach Dr. Scholz z.B. in Berlin.", "Danach flog er ab.", "Es war 5.30 Uhr."],
        ),
        (
            "zh",
            "俄罗斯军队周四控制了赫尔松。泽连斯基说：“我必须和普京谈谈。”战争还在继续！",
            ["俄罗斯军队周四控制了赫尔松。", "泽连斯基说：“我必须和普京谈谈。”", "战争还在继续！"],
        ),
        (
            "en",
            "Talks began at 5 p.m. in Brest. Mr. Smith left at 6 p.m. Nothing came of it.",
            ["Talks began at 5 p.m. in Brest.", "Mr. Smith left at 6 p.m.", "Nothing came of it."],
        ),
        ("uk", "Він прибув до Києва. Що далі? Ніхто не знає.", ["Він прибув до Києва.", "Що далі?", "Ніхто не знає."]),
        ("", "The talks ended. Nobody spoke.", ["The talks ended.", "Nobody spoke."]),
        ("xx", "The talks ended. Nobody spoke.", ["The talks ended.", "Nobody spoke."]),
    ],
)
def test_other_languages(language: str, text: str, sentences: list[str]) -> None:
    assert split(text, language) == sentences


def test_a_line_is_never_joined_to_the_next() -> None:
    text = "Guerre en Ukraine : l'ONU réclame un cessez-le-feu\n\nVoir aussi\nUn cessez-le-feu sera au menu. jeudi\n  \nFin"
    assert split(text) == [
        "Guerre en Ukraine : l'ONU réclame un cessez-le-feu",
        "Voir aussi",
        "Un cessez-le-feu sera au menu. jeudi",
        "Fin",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", " \t\n \u00a0 "])
def test_nothing_but_space_has_no_sentence(text: str) -> None:
    assert sentence_spans(text, "fr") == []


def test_a_run_without_an_end_is_cut_at_spaces() -> None:
    text = "réfugié " * 1000
    spans = sentence_spans(text, "fr")
    assert all(end - start <= LONGEST for start, end in spans)
    assert {text[start:end].split(" ")[0] for start, end in spans} == {"réfugié"}
    assert " ".join(split(text)) == text.strip()


def test_a_run_without_a_space_is_cut_all_the_same() -> None:
    assert [len(sentence) for sentence in split("x" * 4500)] == [2000, 2000, 500]


def test_sentences_on_a_long_line_are_those_of_short_lines() -> None:
    """The splitter gets a long line in blocks; where a block ends must not show."""
    sentences = [sentence for group in FRENCH for sentence in group] * 50
    text = " ".join(sentences)
    assert len(text) > 60_000
    assert split(text) == sentences


# What a text that means harm would repeat: each once made some splitter's time grow with the square of the length.
@pytest.mark.parametrize("piece", ["a. ", "Ab.", "M. ", "».", '"A. ', "(A. ", "A.", "«", "\n", " ", ".", "...", "。"])
def test_hostile_repetition_is_covered(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    spans = sentence_spans(text, "fr")
    assert sum(end - start for start, end in spans) >= sum(not char.isspace() for char in text)
    assert all(0 < end - start <= LONGEST for start, end in spans)


PARTS = st.sampled_from(
    [
        ". ",
        ".",
        "M. ",
        "U.E. ",
        " ",
        "\n",
        "« ",
        " »",
        "…",
        "? ",
        '"',
        "(",
        ")",
        "Kiev",
        "a",
        "é",
        "5",
        "»",
        "。",
        "\u00a0",
        "-",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(PARTS, max_size=120).map("".join),
    st.lists(st.one_of(PARTS, st.text(max_size=5)), max_size=60).map("".join),
)


@given(TEXTS, st.sampled_from(["fr", "en", "ru", "zh", "", "xx"]))
def test_spans_are_in_order_disjoint_and_cover_all_that_is_not_space(text: str, language: str) -> None:
    spans = sentence_spans(text, language)
    covered = [index for start, end in spans for index in range(start, end)]
    assert covered == sorted(set(covered))
    assert {i for i, char in enumerate(text) if not char.isspace()} <= set(covered)
    for start, end in spans:
        sentence = text[start:end]
        assert sentence
        assert sentence == sentence.strip()
        assert "\n" not in sentence
        assert len(sentence) <= LONGEST


@given(st.lists(st.text(alphabet="ab .\u00a0", min_size=1, max_size=900), max_size=8))
def test_long_runs_keep_every_character(parts: list[str]) -> None:
    text = "b".join(parts) * 4
    joined = "".join(text[start:end] for start, end in sentence_spans(text, "fr"))
    assert "".join(joined.split()) == "".join(text.split())
