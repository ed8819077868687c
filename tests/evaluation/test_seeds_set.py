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

LINES = (ROOT / "evaluation/sets/seeds/questions.jsonl").read_text("utf-8").splitlines()
QUESTIONS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
FIELDS = "id question language answerable answers relevant all_of sides wrong among conversation kind".split()
EVIDENCE = {"answers", "relevant", "all_of", "sides", "wrong"}
LEAST = {
    "kind": {
        **dict.fromkeys(("fact", "who", "when", "figure", "why", "quote", "disagreement", "off_topic"), 6),
        "where": 4,
        "list": 5,
        "follow_up": 12,
        "filtered": 10,
        "near_miss": 25,
    },
    "language": {"fr": 50, **dict.fromkeys(("en", "de", "es", "ru", "uk"), 8)},
}
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=[q["id"] for q in QUESTIONS])


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The stored text of each seed article, by id."""
    source = FolderSource(ROOT / "seeds")
    articles = [source.read(record) for record in source.records() if isinstance(record, Record)]
    assert len(articles) == 5
    return {article.id: article.text for article in articles}


def test_ids_count_up_and_no_question_is_put_twice() -> None:
    assert len(QUESTIONS) >= 80
    assert [q["id"] for q in QUESTIONS] == [f"seeds-{number:03d}" for number in range(1, len(QUESTIONS) + 1)]
    put = Counter((q["question"], *q.get("conversation", []), *q.get("among", [])) for q in QUESTIONS)
    assert max(put.values()) == 1


def test_lines_are_compact_with_their_fields_in_order() -> None:
    for line, question in zip(LINES, QUESTIONS, strict=True):
        assert line == json.dumps(question, ensure_ascii=False, separators=(",", ":"))
        assert list(question) == [field for field in FIELDS if field in question]


@pytest.mark.parametrize("field", ["kind", "language"])
def test_every_kind_and_language_is_there_often_enough(field: str) -> None:
    counts = Counter(question[field] for question in QUESTIONS)
    assert set(counts) == set(LEAST[field])
    assert {name: counts[name] for name, least in LEAST[field].items() if counts[name] < least} == {}


def test_refusals_are_asked_for_in_every_language_and_often_enough() -> None:
    assert 0.35 <= sum(not question["answerable"] for question in QUESTIONS) / len(QUESTIONS) <= 0.60
    asked = {(question["language"], question["answerable"]) for question in QUESTIONS}
    assert asked == {(language, answerable) for language in LEAST["language"] for answerable in (True, False)}


@every_question
def test_what_a_question_promises_stands_in_its_articles(question: dict[str, Any], texts: dict[str, str]) -> None:
    among = question.get("among", [])
    assert set(among) <= set(texts)
    assert ("among" in question, "conversation" in question) == (
        question["kind"] == "filtered",
        question["kind"] == "follow_up",
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
    assert groups
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
