"""The scores of one answer, each against a value worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from answering.types import Answer, Claim, Disagreement, Mode, Status
from evaluation.gold import Gold
from evaluation.scoring import RANKING, failed_scores, shown_by, statement_of
from retrieval.types import Article
from tests.evaluation.made_answers import (
    AUTRE,
    BILAN,
    BOTH,
    REFUSAL,
    answer,
    cite,
    near,
    question,
    score,
)

# -- refusals ---------------------------------------------------------------------------------------------------------


def test_an_unanswerable_question() -> None:
    asked = question(answerable=False)
    assert score(asked, REFUSAL) == {"refused": 1, "right": 1}
    given = answer(cite(BILAN, "Le bilan est lourd."))
    assert score(asked, given) == {"refused": 0, "right": 0, "cited": 1, "verbatim": 1}


def test_something_wrong_to_an_unanswerable_question() -> None:
    asked = question(answerable=False, wrong=["33", "47"])
    assert score(asked, REFUSAL)["no_wrong"] == 1
    assert score(asked, answer(cite(BILAN, "Le bilan est lourd.")))["no_wrong"] == 1
    assert score(asked, answer(cite(BILAN, "« 33 morts » à Tchernihiv")))["no_wrong"] == 0
    assert "no_wrong" not in score(question(answerable=False), REFUSAL)


def test_a_partial_answer_is_an_answer() -> None:
    given = answer(cite(BILAN, "« 33 morts » à Tchernihiv"), status=Status.PARTIAL)
    scores = score(question(all_of=[["33"], ["mardi"]]), given)
    assert (scores["answered"], scores["coverage"], scores["correct"]) == (1, 0.5, 0)
    assert score(question(answers=["33"]), given)["correct"] == 1
    unanswerable = score(question(answerable=False, wrong=["33"]), given)
    assert (unanswerable["refused"], unanswerable["right"], unanswerable["no_wrong"]) == (0, 0, 0)


def test_a_refusal_of_an_answerable_question() -> None:
    scores = score(question(answers=["33"], wrong=["47"]), REFUSAL)
    short = ("short_f1", "short_em", "short_given")
    none = dict.fromkeys(("answered", "right", "correct", "coverage", "exact_match", "f1", *short), 0.0)
    assert scores == none | {"no_wrong": 1}
    sides = score(question(sides=[["33"], ["47"]]), REFUSAL)
    assert sides == dict.fromkeys(("answered", "right", "correct", "coverage", "sides", "sides_flagged"), 0.0)
    known_item = {"answered": 0, "right": 0, "correct": 0, "sources_recall": 0}
    assert score(question(), REFUSAL, Gold({"bilan": 0})) == known_item
    # "un" is an article and a number: nothing is left of it, and yet silence is no answer.
    article = score(question(answers=["un"]), REFUSAL)
    assert (article["exact_match"], article["f1"]) == (0, 0)


def test_what_a_refusal_says_shows_nothing() -> None:
    says = answer(cite(BILAN, "« 33 morts » à Tchernihiv"), status=Status.NO_EVIDENCE)
    scores = score(question(all_of=[["33"]], wrong=["morts"]), says, Gold({"bilan": 0}))
    assert scores == {"answered": 0, "right": 0, "correct": 0, "coverage": 0, "no_wrong": 1, "sources_recall": 0}
    assert score(question(), says, Gold({"bilan": 0}))["correct"] == 0


# -- correctness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "coverage", "correct"),
    [
        ({"all_of": [["33"]]}, 1, 1),
        ({"all_of": [["trente-trois", "33"], ["TCHERNIHIV"]]}, 1, 1),
        ({"all_of": [["33"], ["34", "35"], ["mardi"]]}, 1 / 3, 0),
        ({"all_of": [["3"]]}, 0, 0),
        ({"sides": [["33"], ["47"]]}, 1, 1),
        ({"all_of": [["morts"], ["blessés"]], "sides": [["33"], ["48"]]}, 1 / 2, 0),
        ({"answers": ["trente-trois", "33"]}, 1, 1),
        ({"answers": ["34"]}, 0, 0),
        # Answers are alternatives; with groups, they are for word by word comparison only.
        ({"answers": ["34"], "all_of": [["33"]]}, 1, 1),
        ({"answers": ["33"], "all_of": [["34"]]}, 0, 0),
        ({"answers": ["33"], "wrong": ["48"]}, 1, 1),
        ({"answers": ["33"], "wrong": ["48", "47"]}, 1, 0),
    ],
)
def test_coverage_and_correctness(fields: dict[str, Any], coverage: float, correct: float) -> None:
    scores = score(question(**fields), BOTH)
    assert scores["coverage"] == near(coverage)
    assert scores["correct"] == scores["right"] == correct
    assert scores["answered"] == 1
    assert scores.get("no_wrong") == (float(correct == 1) if "wrong" in fields else None)


def test_claims_are_shown_and_so_are_quotations() -> None:
    quotation = cite(BILAN, "Le bilan est lourd.")
    given = answer(quotation, claims=[Claim("Il y a 33 morts.", (1,))])
    assert shown_by(given) == "Il y a 33 morts. ¶ Le bilan est lourd."
    assert score(question(all_of=[["33 morts"], ["lourd"]]), given)["coverage"] == 1
    assert score(question(answers=["34"]), given)["coverage"] == 0


def test_no_number_spans_two_texts() -> None:
    claims = [Claim("On en comptait 24", (1,)), Claim("498 soldats sont morts.", (1,))]
    given = answer(cite(BILAN, "Le bilan est lourd."), claims=claims)
    assert score(question(all_of=[["24"], ["498"]]), given)["coverage"] == 1


def test_a_failed_question_scores_nothing() -> None:
    gold = Gold({"bilan": 0}, {"bilan": ((0, 4),)})
    failed = failed_scores(question(answers=["33"], wrong=["47"]), gold, retrieval_only=False)
    refused = score(question(answers=["33"], wrong=["47"]), REFUSAL, gold)
    assert failed == dict.fromkeys([*refused, *RANKING], 0.0)
    assert failed_scores(question(answerable=False), Gold(), retrieval_only=False) == {"refused": 0, "right": 0}


def test_the_title_and_the_frame_of_an_answer_show_nothing() -> None:
    titled = Article("bilan", BILAN.text, title="44 morts")
    given = Answer("?", Status.ANSWERED, "44 morts", Mode.EXTRACTIVE, "fr", (), (cite(titled, "Le bilan"),))
    assert score(question(answers=["44"]), given)["correct"] == 0


def test_sides() -> None:
    flag = (Disagreement("morts", (1, 2)),)
    asked = question(sides=[["33"], ["47"]])
    both = score(asked, BOTH)
    assert (both["sides"], both["sides_flagged"], both["coverage"]) == (1, 0, 1)
    flagged = score(asked, answer(*BOTH.citations, disagreements=flag))
    assert (flagged["sides"], flagged["sides_flagged"]) == (1, 1)
    one = score(asked, answer(BOTH.citations[0], disagreements=flag))
    assert (one["sides"], one["sides_flagged"], one["coverage"], one["correct"]) == (0, 1, 0.5, 0)
    assert not {"no_false_flag"} & (both.keys() | flagged.keys() | one.keys())


def test_a_false_flag() -> None:
    flag = (Disagreement("morts", (1, 2)),)
    for fields in ({"answers": ["33"]}, {"all_of": [["33"]]}):
        plain, flagged = score(question(**fields), BOTH), score(question(**fields), answer(disagreements=flag))
        assert (plain["no_false_flag"], flagged["no_false_flag"]) == (1, 0)
        assert not {"sides", "sides_flagged"} & (plain.keys() | flagged.keys())
        assert "no_false_flag" not in score(question(**fields), REFUSAL)
    assert "no_false_flag" not in score(question(), BOTH, Gold({"bilan": 0}))


def test_a_known_item_is_right_by_its_article() -> None:
    asked, gold = question(), Gold({"bilan": 0, "copie": 0})
    right = score(asked, answer(cite(BILAN, "Le bilan")), gold)
    assert (right["correct"], right["right"], right["answered"]) == (1, 1, 1)
    assert not {"coverage", "exact_match", "f1"} & right.keys()
    assert score(asked, answer(cite(AUTRE, "La mairie")), gold)["correct"] == 0
    # That another article prints it too is what the answer says, and nothing that was checked.
    assert score(asked, answer(cite(AUTRE, "La mairie", also_in=("x", "copie"))), gold)["correct"] == 0
    assert score(asked, answer(cite(AUTRE, "La mairie"), cite(BILAN, "Le bilan", 2)), gold)["correct"] == 1
    assert score(asked, answer(), gold)["correct"] == 0
    wrong = question(relevant=[{"article": "bilan"}], wrong=["33"])
    assert score(wrong, answer(cite(BILAN, "« 33 morts »")), gold)["correct"] == 0


# -- word by word -----------------------------------------------------------------------------------------------------


def test_an_extractive_answer_is_compared_by_its_quotations() -> None:
    given = answer(
        cite(BILAN, "Le bilan"), cite(BILAN, "33 morts", 2), claims=[Claim("Dans un article : « Le bilan ».", (1, 2))]
    )
    assert statement_of(given) == ("Le bilan 33 morts", "fr")
    # "le" is an article: 1 of 3 words, and 1 of 1
    assert score(question(answers=["bilan", "mairie"]), given)["f1"] == near(0.5)
    assert score(question(answers=["bilan"]), given)["exact_match"] == 0
    assert score(question(answers=["le bilan : les 33 morts"]), given)["exact_match"] == 1


def test_articles_of_the_quoted_language_are_dropped() -> None:
    english = Article("en", "The army left.", language="en")
    given = answer(cite(english, "The army"), language="fr")
    assert statement_of(given) == ("The army", "en")
    assert score(question(answers=["army"]), given)["exact_match"] == 1


def test_a_generated_answer_is_compared_by_its_claims() -> None:
    claims = [Claim("Il y a 33 morts.", (1,)), Claim("À Tchernihiv.", (1,))]
    given = answer(cite(BILAN, "33 morts"), claims=claims, mode=Mode.GENERATIVE, language="de")
    assert statement_of(given) == ("Il y a 33 morts. À Tchernihiv.", "de")
    # "33 morts" are 2 of 7 words ("Il y a 33 morts. À Tchernihiv."), and 2 of 2
    assert score(question(answers=["33 morts"]), given)["f1"] == near(2 * (2 / 7) / (2 / 7 + 1))
    assert statement_of(answer(claims=claims)) == ("Il y a 33 morts. À Tchernihiv.", "fr")
