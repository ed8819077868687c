"""The names of sources in the sentences of an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from answering.types import Citation, Claim, Disagreement
from answering.writing.extractive import source_name
from answering.writing.frames import FRAMES
from bot.telegram.pages.claims import sentence, sides, tells_that_sources_differ
from retrieval.types import Article
from tests.telegram.bodies import BARE, FIGARO, HOSTILE, MONDE, QUOTE, body_of, cited

NAMES = {1: "UN", 2: "DEUX", 3: "TROIS"}
REGEX = r"a.*(b|c)[1] \d+$ ^{x}{0} — Le Monde [1] ; "


def told(articles: list[Article], language: str = "fr", also_in: tuple[str, ...] = ()) -> list[str]:
    """Return the sides of the answerer's sentence about these articles, which differ."""
    frame, citations = FRAMES[language], [Citation(n, a, 0, 3, also_in) for n, a in enumerate(articles, 1)]
    said = " ; ".join(f"{c.marker}0 000 — {source_name(c.article, frame)} [{c.marker}]" for c in citations)
    markers = tuple(c.marker for c in citations)
    claim = Claim(frame.differ.format(sides=said), markers)
    body = body_of(citations, claims=[claim], disagreements=[Disagreement("?", markers)], language=language)
    assert tells_that_sources_differ(body["claims"][0], body)
    return sides(body["claims"][0], body, NAMES)


@pytest.mark.parametrize("language", FRAMES)
def test_sides_get_the_names_of_the_interface(language: str) -> None:
    assert told([MONDE, BARE], language) == ["10 000 — UN [1]", "20 000 — DEUX [2]"]


@pytest.mark.parametrize(
    "names",
    [
        ("Le Monde", "Le Monde diplomatique"),
        ("Le Monde diplomatique", "Le Monde"),
        ("Le Monde", "Le Monde"),
        (REGEX, "Le Monde"),
        ("Le Monde", REGEX),
        (HOSTILE, f"{HOSTILE}{HOSTILE}"),
        ("A [2]", "B — A [2] [1]"),
        ("{source}", "{sides}"),
    ],
)
def test_hostile_names_are_replaced_whole(names: tuple[str, str]) -> None:
    articles = [replace(MONDE, id=str(n), outlet=name) for n, name in enumerate(names)]
    assert told(articles) == ["10 000 — UN [1]", "20 000 — DEUX [2]"]


def test_an_untitled_article_that_prints_the_same_speaks_for_the_one_that_is_cited() -> None:
    text = "Les sources diffèrent : un — article x-2 (2022-03) [1] ; deux — article x.2 [2]."
    citations = [cited(MONDE, QUOTE, 1, ("x-1", "x-2")), cited(FIGARO, "beaucoup", 2, ("x-2",))]
    body = body_of(citations, claims=[Claim(text, (1, 2))], disagreements=[Disagreement("?", (1, 2))])
    assert sides(body["claims"][0], body, NAMES) == []  # x.2 is no name of the second
    body["claims"][0]["text"] = text.replace("x.2", "x-2")
    assert sides(body["claims"][0], body, NAMES) == ["un — UN [1]", "deux — DEUX [2]"]


def test_a_sentence_that_is_told_otherwise_has_no_sides() -> None:
    for text in (
        "Les sources diffèrent : un — Le Temps [1].",
        "Les sources diffèrent : oui",
        "Les sources diffèrent : .",
    ):
        body = body_of([cited(MONDE, QUOTE, 1)], claims=[Claim(text, (1,))], disagreements=[Disagreement("?", (1,))])
        assert sides(body["claims"][0], body, NAMES) == []
    none = body_of([], claims=[Claim("Les sources diffèrent : x.", ())], disagreements=[Disagreement("?", ())])
    assert sides(none["claims"][0], none, NAMES) == []
    agreed = body_of([cited(MONDE, QUOTE, 1)], claims=[Claim("Les sources diffèrent : x.", (1,))])
    assert not tells_that_sources_differ(agreed["claims"][0], agreed)


@pytest.mark.parametrize("outlet", ["Le Monde", REGEX, HOSTILE, "{quote}", ""])
@pytest.mark.parametrize("language", FRAMES)
def test_a_source_before_a_quotation_gets_its_name_and_the_quotation_stays(outlet: str, language: str) -> None:
    article, frame = replace(MONDE, outlet=outlet), FRAMES[language]
    quote = f"{QUOTE} : « {source_name(article, frame)} » {{quote}} ;"
    text = frame.printed.format(source=source_name(article, frame), quote=quote)
    body = body_of([cited(article, QUOTE, 1)], claims=[Claim(text, (1,))], language=language)
    shown = sentence(body["claims"][0], body, NAMES)
    begins = {"fr": "UN\u00a0: «\u00a0", "en": "UN: “", "de": "UN: „"}.get(language, "UN: «")
    assert shown.startswith(f"{begins}{quote}")
    assert len(shown) - len(begins) - len(quote) == (2 if language == "fr" else 1)


def test_a_sentence_without_a_source_before_it_stays_as_it_is() -> None:
    for text in (QUOTE, "Le Monde (2022-03-02) dit : « oui »", "Le Mondes (2022-03-02) : « oui »", ""):
        body = body_of([cited(MONDE, QUOTE, 1)], claims=[Claim(text, (1,))])
        assert sentence(body["claims"][0], body, NAMES) == text
    of_two = Claim("Le Monde (2022-03-02) : « oui »", (1, 2))  # the answerer frames one quotation at a time
    body = body_of([cited(MONDE, QUOTE, 1), cited(FIGARO, "beaucoup", 2)], claims=[of_two])
    assert sentence(body["claims"][0], body, NAMES) == of_two.text
