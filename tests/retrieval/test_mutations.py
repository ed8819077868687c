"""A few hundred mutated files of every kind; ``mutations.py`` takes as many as one likes."""

from __future__ import annotations

from tests.retrieval.mutations import KINDS, UNFORESEEN, run


def test_mutated_files_are_articles_or_refused() -> None:
    count = 40 * len(KINDS)
    tally, flaws = run(count, seed=1)
    assert flaws == []
    assert sum(tally.values()) == count
    for kind in KINDS:  # some of each kind still go all the way through
        assert tally[kind.suffix, "article"] > 0


def test_what_is_not_documented_is_known() -> None:
    assert UNFORESEEN.search("a.md cannot be read (IndexError).")
    assert UNFORESEEN.search("a.md made its parser crash; it was given up.")
    assert not UNFORESEEN.search("a.html cannot be read as HTML (ParserError).")
