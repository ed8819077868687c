"""The scores of an answer's citations, each against a value worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.types import Citation, Claim, Disagreement, Mode
from evaluation.citing import is_verbatim
from evaluation.gold import Gold
from retrieval.types import Article
from tests.evaluation.made_answers import (
    AUTRE,
    BILAN,
    BOTH,
    GOLD,
    LOIN,
    answer,
    cite,
    near,
    question,
    score,
)

WHOLE = cite(BILAN, "« 33 morts » à Tchernihiv, selon la mairie.")
WORDS = cite(BILAN, "bilan est lourd")


def test_an_exact_quotation_is_verbatim() -> None:
    for quotation in (WHOLE, WORDS, cite(BILAN, BILAN.text), cite(BILAN, "33"), cite(BILAN, "040 réfugiés.")):
        assert is_verbatim(quotation, BILAN.text)


@pytest.mark.parametrize(
    ("citation", "before", "after"),
    [
        (WORDS, 1, 0),  # "ilan est lourd"
        (WORDS, -1, 0),  # " bilan est lourd"
        (WORDS, 0, -1),  # "bilan est lour"
        (WORDS, 1, 1),
        (WORDS, -1, -1),
        (WHOLE, -1, 0),
        (WHOLE, 0, 1),  # the line end
        (WHOLE, 1, 1),
        (WHOLE, -1, -1),
    ],
)
def test_a_shifted_quotation_is_not_verbatim(citation: Citation, before: int, after: int) -> None:
    assert not is_verbatim(Citation(1, BILAN, citation.start + before, citation.end + after), BILAN.text)


@pytest.mark.parametrize(("citation", "after"), [(WORDS, 1), (WHOLE, -1)])
def test_a_sign_more_or_less_at_an_end_is_no_lie(citation: Citation, after: int) -> None:
    assert is_verbatim(Citation(1, BILAN, citation.start, citation.end + after), BILAN.text)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (-1, 9),
        (-9, -1),
        (0, len(BILAN.text) + 1),
        (5, 5),
        (6, 5),
        (len(BILAN.text), len(BILAN.text) + 4),
        (2, 3),
        (0, 3),
    ],
)
def test_a_quotation_outside_empty_or_with_a_blank_at_an_end_is_not_verbatim(start: int, end: int) -> None:
    assert not is_verbatim(Citation(1, BILAN, start, end), BILAN.text)


def test_a_quotation_of_another_text_is_not_verbatim() -> None:
    other = Article("bilan", BILAN.text.replace("33", "34"))
    assert not is_verbatim(cite(other, "34 morts"), BILAN.text)
    assert not is_verbatim(WORDS, AUTRE.text)
    assert not is_verbatim(WORDS, "")


@pytest.mark.parametrize(
    ("text", "quote", "verbatim"),
    [
        ("该市有33人死亡", "33人", True),  # no blanks between words: any cut may be one
        ("การเมืองไทย", "เมือง", True),
        ("l'armée", "armée", True),
        ("दिल्ली में", "दिल्ली", True),
        ("दिल्ली में", "दिल्", False),
        ("Зеле\u0301нский", "Зеле", False),
        ("x2", "2", False),
        ("un_deux", "deux", False),
    ],
)
def test_a_word_is_cut_where_words_are_set_apart(text: str, quote: str, verbatim: bool) -> None:
    article = Article("a", text)
    assert is_verbatim(cite(article, quote), text) is verbatim


@given(st.text(max_size=30), st.integers(-3, 33), st.integers(-3, 33))
def test_verbatim_takes_any_span(text: str, start: int, end: int) -> None:
    verbatim = is_verbatim(Citation(1, Article("a", text), start, end), text)
    assert not verbatim or (0 <= start < end <= len(text) and text[start:end] == text[start:end].strip())


def test_the_share_of_verbatim_quotations() -> None:
    shifted = Citation(2, BILAN, WORDS.start + 1, WORDS.end + 1)
    unknown = cite(Article("nulle part", "Rien."), "Rien.", 3)
    asked = question(answers=["33"])
    assert score(asked, answer(WHOLE))["verbatim"] == 1
    assert score(asked, answer(WHOLE, shifted))["verbatim"] == 1 / 2
    assert score(asked, answer(WHOLE, shifted, unknown))["verbatim"] == near(1 / 3)
    assert "verbatim" not in score(asked, answer(claims=[Claim("33.", ())]))


@pytest.mark.parametrize(
    ("markers", "cited"),
    [
        ([(1,)], 1),
        ([(1, 2)], 1),
        ([(1,), (2,), (2, 1)], 1),
        ([(3,)], 0),  # no such citation
        ([(1, 3)], 0),
        ([()], 0),
        ([(1,), ()], 1 / 2),
        ([(1,), (), (2,), (9,)], 1 / 2),
        ([], 0),  # an answer that claims nothing proves nothing
    ],
)
def test_the_share_of_claims_with_a_citation(markers: list[tuple[int, ...]], cited: float) -> None:
    claims = [Claim("Oui.", known) for known in markers]
    given = answer(WHOLE, cite(AUTRE, "47 morts", 2), claims=claims, mode=Mode.GENERATIVE)
    assert score(question(answers=["33"]), given)["cited"] == cited
    assert score(question(answerable=False), given)["cited"] == cited


def test_an_extracted_sentence_holds_the_quotation_that_it_cites() -> None:
    other = cite(AUTRE, "47 morts", 2)
    framed = Claim("Bilan (mardi) : “47 morts”", (2,))
    assert score(question(), answer(WHOLE, other, claims=[Claim(WHOLE.quote, (1,)), framed]))["cited"] == 1
    assert score(question(), answer(WHOLE, other, claims=[Claim(WHOLE.quote, (2,)), framed]))["cited"] == 1 / 2
    assert score(question(), answer(WHOLE, other, claims=[Claim(WHOLE.quote, (1, 2)), framed]))["cited"] == 1 / 2
    differ = Claim("Les sources diffèrent : 33 [1] ; 47 [2].", (1, 2))
    found = (Disagreement("morts", (2, 1)),)
    assert score(question(), answer(WHOLE, other, claims=[framed, differ], disagreements=found))["cited"] == 1
    assert score(question(), answer(WHOLE, other, claims=[framed, differ]))["cited"] == 1 / 2


def test_a_marker_in_an_article_is_no_marker_of_ours() -> None:
    article = Article("bilan", "Le bilan [1] est lourd.", language="fr")
    given = answer(cite(article, article.text), claims=[Claim("Le bilan (1) est lourd.", (1,))])
    assert score(question(), given)["cited"] == 1


def test_what_a_reader_sees_is_the_claims_and_nothing_else() -> None:
    given = answer(WHOLE)
    assert given.text == f"{WHOLE.quote} [1]"
    assert score(question(), replace(given, text=""))["cited"] == 0
    assert score(question(), replace(given, text=f"Voyez : {given.text}"))["cited"] == 1 / 2
    assert score(question(), replace(given, text=f"{given.text} [1] …"))["cited"] == 1


def test_citations_stay_within_the_articles_that_were_asked() -> None:
    given = answer(WHOLE, cite(AUTRE, "47 morts", 2))
    assert score(question(among=["bilan"]), given)["within"] == 1 / 2
    assert score(question(answerable=False, among=["bilan", "autre"]), given)["within"] == 1
    assert "within" not in score(question(), given)


def test_citations_of_relevant_articles_and_of_the_gold_span() -> None:
    asked = question(answers=["33"])
    assert BILAN.text[20:32] == "« 33 morts »"
    copy = Article("copie", "Le bilan est lourd, dit-on.")
    relayed = cite(AUTRE, "47 morts", 4, also_in=("copie",))
    given = answer(WHOLE, cite(BILAN, "Le bilan est lourd.", 2), cite(AUTRE, "La mairie", 3), relayed)
    scores = score(asked, given, GOLD)
    assert (scores["relevant_citations"], scores["gold_citations"]) == (1 / 2, 1 / 4)
    scores = score(asked, answer(cite(copy, "Le bilan"), cite(LOIN, "Le lynx", 2)), GOLD)
    assert (scores["relevant_citations"], scores["gold_citations"]) == (1 / 2, 1 / 2)
    scores = score(asked, given, Gold({"autre": 0}))
    assert scores["relevant_citations"] == 1 / 2
    assert "gold_citations" not in scores
    names = {"relevant_citations", "gold_citations", "sources_recall"}
    assert not names & score(asked, given).keys()
    assert names & score(asked, answer(claims=[Claim("33.", ())]), GOLD).keys() == {"sources_recall"}


@pytest.mark.parametrize(
    ("fields", "citations", "recall"),
    [
        ({"answers": ["33"]}, (WHOLE,), 1),
        ({"answers": ["33"]}, (WORDS,), 0),
        ({"answers": ["33"]}, (cite(LOIN, "47 morts"),), 0),
        ({"answers": ["33"]}, (), 0),
        ({"all_of": [["33"], ["lourd"]]}, (WHOLE, WORDS), 1),
        ({"all_of": [["33"], ["lourd"]]}, (WHOLE,), 1 / 2),
        ({"all_of": [["34", "33"], ["léger"], ["mardi"]]}, (WHOLE, WORDS), 1 / 3),
        ({"sides": [["33"], ["47"]]}, (WHOLE, cite(AUTRE, "47 morts", 2)), 1),
        # What a source that is not relevant says is no source.
        ({"sides": [["33"], ["47"]]}, (WHOLE, cite(LOIN, "47 morts", 2)), 1 / 2),
        ({"sides": [["33"], ["47"]]}, (WHOLE, cite(LOIN, "47 morts", 2, also_in=("autre",))), 1 / 2),
        ({"all_of": [["morts"]], "sides": [["33"], ["47"]]}, (cite(AUTRE, "47 morts"),), 2 / 3),
    ],
)
def test_the_recall_of_sources(fields: dict[str, Any], citations: tuple[Citation, ...], recall: float) -> None:
    given = answer(*citations, claims=[Claim("33, 47, lourd, léger : mardi.", (1,))])
    scores = score(question(**fields), given, Gold({"bilan": 0, "autre": 1}))
    assert scores["sources_recall"] == near(recall)


def test_every_score_lies_between_0_and_1() -> None:
    fields: dict[str, Any] = {"answers": ["33"], "all_of": [["33"], ["x"]], "sides": [["33"], ["47"]], "wrong": ["47"]}
    scores = score(question(**fields), BOTH, GOLD)
    named = "answered right correct coverage no_wrong exact_match f1 sides sides_flagged verbatim cited"
    named += " short_f1 short_em short_given"
    assert scores.keys() == {*named.split(), "relevant_citations", "gold_citations", "sources_recall"}
    assert all(isinstance(value, float) and 0 <= value <= 1 for value in scores.values()), scores
