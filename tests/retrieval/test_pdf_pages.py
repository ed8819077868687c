"""Offsets of lines and pages, through joining and cleaning."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.pdf import moved
from retrieval.text import normalise
from retrieval.wrapping import join_lines

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
