"""The JSON of an article, and of a citation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.types import Answer, Citation, Fate, Mode, Status, Verdict, article_json, to_json
from retrieval.types import Article


def test_an_article_as_json() -> None:
    assert article_json(Article("a", "Du texte.", "Un titre", "https://a.fr/", "Le Monde", "2022", "fr", "page")) == {
        "article_id": "a",
        "title": "Un titre",
        "beginning": None,
        "outlet": "Le Monde",
        "url": "https://a.fr/",
        "published": "2022",
        "dated_by": "page",
    }


def test_a_citation_says_its_page() -> None:
    paged = Article("a", "Une page. Une autre. La suite.", pages=(0, 10, 10))
    plain = replace(paged, pages=())
    cited = (Citation(1, paged, 0, 9), Citation(2, paged, 10, 20), Citation(3, paged, 21, 30), Citation(4, plain, 0, 9))
    answer = Answer("?", Status.ANSWERED, "", Mode.EXTRACTIVE, "fr", citations=cited)
    assert [citation["page"] for citation in to_json(answer)["citations"]] == [1, 3, 3, None]


def test_verdicts_say_why() -> None:
    verdicts = (
        Verdict("Kiev l'affirme.", Fate.KEPT, markers=(1,)),
        Verdict("33 morts.", Fate.REPAIRED, "figure not in the source: 34", (2,), "34 morts."),
        Verdict("Voir ici.", Fate.REMOVED, "holds a link"),
    )
    answer = Answer("?", Status.ANSWERED, "", Mode.GENERATIVE, "fr", verdicts=verdicts)
    assert to_json(answer)["verdicts"] == [
        {"sentence": "Kiev l'affirme.", "fate": "kept", "reason": None, "markers": [1], "written": None},
        {
            "sentence": "33 morts.",
            "fate": "repaired",
            "reason": "figure not in the source: 34",
            "markers": [2],
            "written": "34 morts.",
        },
        {"sentence": "Voir ici.", "fate": "removed", "reason": "holds a link", "markers": [], "written": None},
    ]


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
