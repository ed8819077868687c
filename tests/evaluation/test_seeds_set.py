"""The seed questions against the seed articles: whatever a question promises stands in the stored text."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from answering.settings import ROOT
from evaluation.squad import shows, shows_any
from retrieval.reading.sources import FolderSource
from retrieval.types import Record

SETS = ("seeds", "seeds-fresh")
LINES = {name: (ROOT / f"evaluation/sets/{name}/questions.jsonl").read_text("utf-8").splitlines() for name in SETS}
QUESTIONS: dict[str, list[dict[str, Any]]] = {name: [json.loads(line) for line in LINES[name]] for name in SETS}
FIELDS = "id question language answerable answers relevant all_of sides wrong among conversation kind".split()
EVIDENCE = {"answers", "relevant", "all_of", "sides", "wrong"}
FOLLOW_UP = ("follow_up", "followup")  # as the two sets call it
LEAST = {
    "seeds": {
        "kind": {
            **dict.fromkeys(("fact", "who", "when", "figure", "why", "quote", "disagreement", "off_topic"), 6),
            "where": 4,
            "list": 5,
            "follow_up": 12,
            "filtered": 10,
            "near_miss": 25,
        },
        "language": {"fr": 50, **dict.fromkeys(("en", "de", "es", "ru", "uk"), 8)},
    },
    "seeds-fresh": {
        "kind": {
            **dict.fromkeys(("who", "when", "figure", "why", "list", "said", "yesno", "off_topic"), 6),
            "fact": 4,
            "where": 5,
            "followup": 10,
            "near_miss": 20,
        },
        "language": {"fr": 40, **dict.fromkeys(("en", "de", "es", "ru", "uk"), 10)},
    },
}
UNANSWERABLE = {"seeds": (0.35, 0.60), "seeds-fresh": (0.30, 0.35)}
every_set = pytest.mark.parametrize("name", SETS)
every_question = pytest.mark.parametrize(
    "question", [pytest.param(q, id=q["id"]) for name in SETS for q in QUESTIONS[name]]
)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The stored text of each seed article, by id."""
    source = FolderSource(ROOT / "seeds")
    articles = [source.read(record) for record in source.records() if isinstance(record, Record)]
    assert len(articles) == 5
    return {article.id: article.text for article in articles}


@every_set
def test_ids_count_up_and_no_question_is_put_twice(name: str) -> None:
    questions = QUESTIONS[name]
    assert len(questions) >= 80
    assert [q["id"] for q in questions] == [f"{name}-{number:03d}" for number in range(1, len(questions) + 1)]
    put = Counter((q["question"], *q.get("conversation", []), *q.get("among", [])) for q in questions)
    assert max(put.values()) == 1


def test_the_fresh_set_repeats_no_question_of_the_other() -> None:
    old, fresh = ({(q["question"].casefold(), *q.get("conversation", [])) for q in QUESTIONS[name]} for name in SETS)
    assert not old & fresh


@every_set
def test_lines_are_compact_with_their_fields_in_order(name: str) -> None:
    for line, question in zip(LINES[name], QUESTIONS[name], strict=True):
        assert line == json.dumps(question, ensure_ascii=False, separators=(",", ":"))
        assert list(question) == [field for field in FIELDS if field in question]


@every_set
@pytest.mark.parametrize("field", ["kind", "language"])
def test_every_kind_and_language_is_there_often_enough(field: str, name: str) -> None:
    counts, least = Counter(question[field] for question in QUESTIONS[name]), LEAST[name][field]
    assert set(counts) == set(least)
    assert {value: counts[value] for value, wanted in least.items() if counts[value] < wanted} == {}


@every_set
def test_refusals_are_asked_for_in_every_language_and_often_enough(name: str) -> None:
    questions, (low, high) = QUESTIONS[name], UNANSWERABLE[name]
    assert low <= sum(not question["answerable"] for question in questions) / len(questions) <= high
    asked = {(question["language"], question["answerable"]) for question in questions}
    assert asked == {(language, answerable) for language in LEAST[name]["language"] for answerable in (True, False)}


@every_question
def test_what_a_question_promises_stands_in_its_articles(question: dict[str, Any], texts: dict[str, str]) -> None:
    among = question.get("among", [])
    assert set(among) <= set(texts)
    assert ("among" in question, "conversation" in question) == (
        question["kind"] == "filtered",
        question["kind"] in FOLLOW_UP,
    )
    if not question["answerable"]:
        assert not EVIDENCE & set(question)
        return
    assert question["kind"] not in ("near_miss", "off_topic")
    assert {r["article"] for r in question["relevant"]} <= set(among or texts)
    quotes = [r["quote"] for r in question["relevant"]]
    for relevant in question["relevant"]:
        assert texts[relevant["article"]].count(relevant["quote"]) == 1
    groups = [*question.get("all_of", []), *question.get("sides", [])]
    assert groups or (question["id"].startswith("seeds-fresh-") and question["answers"])
    for group in groups:
        assert any(shows_any(quote, group) for quote in quotes), group
    for answer in question.get("answers", []):
        assert any(shows(quote, answer) for quote in quotes), answer
    for wrong in question.get("wrong", []):
        assert not any(shows(quote, wrong) for quote in quotes), wrong


@every_question
def test_sources_that_differ_are_in_different_quotes(question: dict[str, Any]) -> None:
    sides = question.get("sides", [])
    assert (question["kind"] == "disagreement") == (len(sides) >= 2)
    for relevant in question.get("relevant", []):
        assert sum(shows_any(relevant["quote"], side) for side in sides) <= 1
