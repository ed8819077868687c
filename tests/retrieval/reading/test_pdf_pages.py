"""Offsets of lines and pages, through joining and cleaning, and the page of a quotation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.reading.paging import address_at, moved, page_of
from retrieval.reading.wrapping import join_lines
from retrieval.text import normalise
from retrieval.types import Article

_WORDS = st.text(st.sampled_from("ab-é. A"), max_size=20).map(str.strip)


@given(st.lists(_WORDS, max_size=12))
def test_lines_begin_where_join_lines_says(lines: list[str]) -> None:
    text, starts = join_lines(lines)
    assert len(starts) == len(lines)
    assert starts == sorted(starts)
    for number, (line, start) in enumerate(zip(lines, starts, strict=True)):
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        letters = [char for char in text[start:end] if char.isalpha()]
        assert letters == [char for char in line if char.isalpha()]


@given(
    st.lists(st.tuples(st.sampled_from(["Un a.", "Deux b.", "", "Trois"]), st.booleans()), min_size=1, max_size=10),
    st.data(),
)
def test_offsets_follow_the_lines_that_are_kept(lines: list[tuple[str, bool]], data: st.DataObject) -> None:
    """Lines are told apart by their number: which of two equal lines was kept, nobody can know."""
    before = "\n".join(f"{text}{number}" if text else "" for number, (text, _) in enumerate(lines))
    kept = "\n".join(f"{text}{number}" for number, (text, keep) in enumerate(lines) if keep and text)
    after = normalise(kept)
    starts = sorted(data.draw(st.lists(st.integers(0, len(before)), max_size=5)))
    found = moved([0, *starts], before, after)
    assert found[0] == 0
    assert list(found) == sorted(found)
    for start, place in zip(starts, found[1:], strict=True):
        # What follows in the new text is what follows in the old one, of the lines kept.
        rest = before[start:].split("\n")
        first = before[:start].count("\n")
        expected = [rest[0]] if lines[first][1] and lines[first][0] else []
        expected += [line for n, line in enumerate(rest[1:], first + 1) if lines[n][1] and line]
        assert after[place:].strip("\n") == "\n".join(expected).strip("\n")


def test_nothing_is_moved_where_there_are_no_pages() -> None:
    assert moved((), "a", "a") == ()


TEXT = "Une page. Une autre. La suite."
PAGED = Article("a", TEXT, url="https://a.fr/x.pdf", pages=(0, 10, 10, len(TEXT)))


def test_the_page_of_an_offset() -> None:
    assert [page_of(PAGED, offset) for offset in (0, 9, 10, len(TEXT) - 1, len(TEXT))] == [1, 1, 3, 3, 4]
    assert page_of(replace(PAGED, pages=()), 3) is None


@given(st.lists(st.integers(0, len(TEXT)), max_size=9), st.integers(0, len(TEXT)))
def test_an_offset_stands_on_the_last_page_that_begins_before_it(starts: list[int], offset: int) -> None:
    article = replace(PAGED, pages=(0, *sorted(starts)))
    page = page_of(article, offset)
    assert page is not None
    assert article.pages[page - 1] <= offset
    assert all(start > offset for start in article.pages[page:])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.fr/x.pdf", "https://a.fr/x.pdf#page=3"),
        ("https://a.fr/x.PDF?v=1", "https://a.fr/x.PDF?v=1#page=3"),
        ("https://a.fr/x.pdf#page=7", "https://a.fr/x.pdf#page=7"),
        ("https://a.fr/x.pdf?v=1#suite", "https://a.fr/x.pdf?v=1#suite"),
        ("https://a.fr/x", "https://a.fr/x"),
        ("https://a.fr/x.html?of=x.pdf", "https://a.fr/x.html?of=x.pdf"),
        ("https://[a.fr/x.pdf", "https://[a.fr/x.pdf#page=3"),
        ("", ""),
    ],
)
def test_the_address_of_a_page(url: str, expected: str) -> None:
    assert address_at(replace(PAGED, url=url), 12) == expected


def test_the_address_of_what_has_no_pages() -> None:
    assert address_at(replace(PAGED, pages=()), 12) == PAGED.url
