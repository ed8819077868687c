"""The JSON of an article."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.types import article_json
from retrieval.types import Article


def test_an_article_as_json() -> None:
    assert article_json(Article("a", "Du texte.", "Un titre", "https://a.fr/", "Le Monde", "2022", "fr")) == {
        "article_id": "a",
        "title": "Un titre",
        "beginning": None,
        "outlet": "Le Monde",
        "url": "https://a.fr/",
        "published": "2022",
    }


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("Deux mots.", "Deux mots."),
        ("Deux\nlignes   ici", "Deux lignes ici"),
        (".\n« Un » mot", "Un » mot"),
        ("é" * 60, "é" * 60),
        ("é" * 61, "é" * 58 + " …"),
        ("a" * 58 + " bc", "a" * 58 + " …"),
        ("a" * 57 + " bc", "a" * 57 + " bc"),
        ("mot " * 10 + "et long" + "u" * 30, "mot " * 10 + "et …"),
        ("Les pourparlers entre Moscou et Kiev ont repris le jeudi, à la frontière",
         "Les pourparlers entre Moscou et Kiev ont repris le jeudi …"),
        ("漢" * 500, "漢" * 58 + " …"),
        ("a" + " " * 500 + "b", "a b"),
        ("… — !", None),
        ("", None),
    ],
)  # fmt: skip
def test_an_article_without_a_title_has_a_beginning(text: str, beginning: str | None) -> None:
    assert article_json(Article("a", text))["beginning"] == beginning


@given(st.text(st.sampled_from("ab é,«\n.😀漢"), max_size=400))
def test_a_beginning_is_one_line_of_whole_words_of_the_text(text: str) -> None:
    beginning = article_json(Article("a", text))["beginning"]
    if beginning is None:
        assert not any(character.isalnum() for character in text)
        return
    assert len(beginning) <= 60
    words, shown = text.split(), beginning.removesuffix(" …").split()
    first = next(k for k, word in enumerate(words) if word.endswith(shown[0]) or shown[0] in word)
    if len(shown) > 1:
        assert words[first + 1 : first + len(shown) - 1] == shown[1:-1]
        assert words[first + len(shown) - 1].startswith(shown[-1])
