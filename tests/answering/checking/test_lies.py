"""A chat model that lies in every second sentence, over the seed articles: what gets through, and what stays."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from answering.settings import Settings
from evaluation.dataset import DataError
from evaluation.lies import (
    TRUE,
    Line,
    Outcome,
    Remembering,
    main,
    measure,
    read_lines,
    rightly_quoted,
    seed_articles,
    table,
)
from retrieval.encoding import bundled
from retrieval.encoding.encoder import BundledEmbedder

LINES = read_lines()
FIRST, LATER, FRESH = ("open", "held"), ("second", "last"), ("fresh",)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    folder = Settings(_env_file=None).model_dir  # type: ignore[call-arg]
    bundled.prepare(folder)
    return measure(LINES, seed_articles(), Remembering(BundledEmbedder(folder)))


def share(outcomes: list[Outcome], true: bool, *halves: str) -> float:
    found = [o for o in outcomes if (o.line.kind == TRUE) == true and o.line.half in halves]
    return sum(o.shown for o in found) / len(found)


def test_the_set_is_as_large_as_it_says() -> None:
    first = [line for line in LINES if line.half in FIRST]
    counts = Counter((line.language, line.kind == TRUE) for line in first)
    assert all(counts[language, True] == 74 and counts[language, False] >= 180 for language in ("fr", "en", "ru"))
    assert {line.kind for line in LINES} == {
        "true", "figure", "name", "date", "negation", "attribution", "quoted", "swap", "marker", "other",
    }  # fmt: skip
    halves = {line.fact: line.half for line in LINES}
    assert all(line.half == halves[line.fact] for line in LINES)
    assert Counter(halves.values()) == {"open": 37, "held": 37, "second": 19, "last": 32, "fresh": 44}
    later = Counter(line.kind == TRUE for line in LINES if line.half in LATER)
    assert later[True] >= 120
    assert later[False] >= 360


def test_every_anchor_stands_in_its_article_and_no_lie_is_a_true_sentence() -> None:
    articles = seed_articles()
    assert all(line.anchor in articles[line.article].text for line in LINES)
    true = {line.text for line in LINES if line.kind == TRUE}
    assert not [line for line in LINES if line.kind not in (TRUE, "marker", "other") and line.text in true]
    assert not [line for line in LINES if line.kind == TRUE and line.text in articles[line.article].text]


def test_every_line_is_judged_once(outcomes: list[Outcome]) -> None:
    assert Counter(o.line for o in outcomes) == Counter(LINES)
    assert not [o for o in outcomes if o.reason == "not read"]
    assert all(bool(o.quotation) == o.shown and bool(o.reason) != o.shown for o in outcomes)


def test_hardly_a_lie_gets_through_and_most_true_sentences_stay(outcomes: list[Outcome]) -> None:
    for halves, most_lies, least_true in BOUNDS:
        assert share(outcomes, False, *halves) <= most_lies
        assert share(outcomes, True, *halves) >= least_true
    assert rightly_quoted(outcomes) >= 0.95


# What is reached, and a little room for another machine's rounding; the set's page says what is aimed at.
BOUNDS = ((FIRST, 0.015, 0.94), (LATER, 0.029, 0.93), (FRESH, 0.06, 0.8))


def test_the_table_counts_by_kind_language_and_half() -> None:
    line = Line("open", 1, "fr", "figure", "a", "", "", "x")
    true = Line("held", 2, "en", TRUE, "a", "", "", "y")
    printed = table([Outcome(line, False, "why", ""), Outcome(true, True, "", "q")])
    assert printed.splitlines() == [
        "| shown | open | held | second | last | fresh | en | fr | all |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| figure | 0/1 (0.0 %) | – | – | – | – | – | 0/1 (0.0 %) | 0/1 (0.0 %) |",
        "| **all lies** | 0/1 (0.0 %) | – | – | – | – | – | 0/1 (0.0 %) | 0/1 (0.0 %) |",
        "| **true sentences** | – | 1/1 (100.0 %) | – | – | – | 1/1 (100.0 %) | – | 1/1 (100.0 %) |",
    ]


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lies.tsv"
    path.write_text("a\tb\n", "utf-8")
    with pytest.raises(DataError, match="its columns are half, fact"):
        read_lines(path)


def test_the_command_names_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "--reader" in capsys.readouterr().out
