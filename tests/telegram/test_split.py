"""Splitting Telegram's HTML: by properties, read back with a parser of this file's own."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.telegram.pages.split import (
    LIMIT,
    SMALLEST_LIMIT,
    clip,
    clip_end,
    shorten,
    shorten_start,
    split,
    units,
    visible,
)

FAMILY, FLAG, WAVE = "👨‍👩‍👧‍👦", "🇫🇷", "👋🏽"
OPENINGS = {
    "b": "<b>",
    "i": "<i>",
    "u": '<u class="x">',
    "a": '<a href="https://lemonde.fr/a?b=1&amp;c=%22">',
    "blockquote": "<blockquote expandable>",
    "code": '<code class="language-python">',
}


class Reader(HTMLParser):
    """The text of a message, and for each character the tags around it with their attributes."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.around: list[tuple[str, ...]] = []
        self.empty: list[str] = []
        self._open: list[tuple[str, str, int]] = []
        self.feed(source)
        self.close()
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append((tag, f"{tag} {sorted(attrs)}", len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        name, described, began = self._open.pop()
        assert name == tag
        if began == len(self.text):
            self.empty.append(described)

    def handle_data(self, data: str) -> None:
        self.text += data
        self.around += [tuple(described for _, described, _ in self._open)] * len(data)


PIECES = st.one_of(
    st.sampled_from([FAMILY, FLAG, WAVE, "e\u0301", "[1]", "[12]", "[1][2]", "<", "&", '"', "&amp;", "</b>", "\r\n"]),
    st.sampled_from([" ", "\n", "\n\n", ". ", "\u00a0", " »", "! ", "。", "\u200b", "  \n \n"]),
    st.text(alphabet="abcdéж漢😀", min_size=1, max_size=12),
    st.text(max_size=6).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@st.composite
def marked_up(draw: st.DrawFn, depth: int = 3) -> str:
    """Well-formed HTML with tags around some of its pieces."""
    out = []
    for _ in range(draw(st.integers(0, 4))):
        if depth and draw(st.booleans()):
            name = draw(st.sampled_from(sorted(OPENINGS)))
            out.append(f"{OPENINGS[name]}{draw(marked_up(depth - 1))}</{name}>")
        else:
            out.append(html.escape(draw(TEXTS), quote=draw(st.booleans())))
    return "".join(out)


LIMITS = st.integers(SMALLEST_LIMIT, 60)


def plain(source: str) -> Reader:
    return Reader(source.replace("\0", "\ufffd"))


def located(source: str, parts: list[str]) -> tuple[Reader, list[tuple[int, Reader]]]:
    """Find each part in the text, in order; whatever lies between them must show nothing."""
    whole, position, found = plain(source), 0, []
    for part in map(plain, parts):
        at = whole.text.find(part.text, position)
        assert at >= 0, f"{part.text!r} is not the text's"
        assert not visible(whole.text[position:at])
        found.append((at, part))
        position = at + len(part.text)
    assert not visible(whole.text[position:])
    return whole, found


SOURCES = marked_up().filter(lambda source: "\0" not in source and "\r" not in source.replace("\r\n", ""))


@given(SOURCES, LIMITS)
@example("<b>" + "a" * 30 + "</b>", 8)
def test_parts_keep_within_the_limit_and_none_is_blank(source: str, limit: int) -> None:
    for part in split(source, limit):
        text = plain(part).text
        assert len(text.encode("utf-16-le")) // 2 <= limit
        assert text.strip()
        assert visible(text)


@given(SOURCES, LIMITS)
def test_parts_joined_give_the_text_back_with_its_tags(source: str, limit: int) -> None:
    whole, found = located(source, split(source, limit))
    for at, part in found:
        assert part.around == whole.around[at : at + len(part.text)]
        assert part.empty == []


@given(SOURCES, LIMITS)
@example(f"{FAMILY}{FAMILY}{FLAG * 9}", 12)
def test_no_grapheme_cluster_that_fits_a_message_is_cut(source: str, limit: int) -> None:
    whole, found = located(source, split(source, limit))
    inside = {
        at
        for cluster in regex.finditer(r"\X", whole.text)
        if units(cluster[0]) <= limit
        for at in range(cluster.start() + 1, cluster.end())
    }
    for at, part in found:
        assert at not in inside
        assert at + len(part.text) not in inside


@given(SOURCES, LIMITS)
@example("word [1] " * 9, 10)
@example("[123]" * 9, 8)
def test_no_marker_is_cut(source: str, limit: int) -> None:
    marker = re.compile(r"\[\d{1,3}\]")
    text = plain(source).text
    kept = [found for part in split(source, limit) for found in marker.findall(plain(part).text)]
    if all(units(cluster) <= limit for cluster in regex.findall(r"\X", text)):
        assert kept == marker.findall(text)


@given(st.lists(st.text(alphabet="abcd", min_size=1, max_size=8), max_size=40), st.integers(8, 30))
def test_words_that_fit_are_whole(words: list[str], limit: int) -> None:
    assert [word for part in split(" ".join(words), limit) for word in part.split()] == words


@given(st.text(alphabet="a😀", min_size=1, max_size=300), LIMITS)
def test_a_run_without_a_place_is_cut_as_late_as_can_be(run: str, limit: int) -> None:
    parts = split(run, limit)
    assert "".join(parts) == run
    assert all(limit - 1 <= units(part) <= limit for part in parts[:-1])


@settings(max_examples=50)
@given(st.lists(st.text(alphabet="ab .[]1", min_size=1, max_size=30).filter(str.strip), max_size=12))
def test_paragraphs_that_fit_are_whole(paragraphs: list[str]) -> None:
    parts = split("\n\n".join(paragraphs), 40)
    kept = [paragraph.strip() for part in parts for paragraph in part.split("\n\n")]
    assert kept == [paragraph.strip() for paragraph in paragraphs]


def test_it_cuts_between_paragraphs_then_lines_then_sentences_then_words() -> None:
    assert split("One. Two\nthree\n\nFour five six", 20) == ["One. Two\nthree", "Four five six"]
    assert split("One. Two\nthree four five", 20) == ["One. Two", "three four five"]
    assert split("One is it. Two three four", 20) == ["One is it.", "Two three four"]
    assert split("One is it. [1][2] Two three four", 20) == ["One is it. [1][2]", "Two three four"]
    assert split("one two three four five", 12) == ["one two", "three four", "five"]
    assert split("onetwothreefour", 8) == ["onetwoth", "reefour"]
    assert split("一二三。四五六七八九", 8) == ["一二三。", "四五六七八九"]


def test_a_french_quotation_mark_stays_with_its_words() -> None:
    assert split("Il dit «\u00a0non\u00a0»", 9) == ["Il dit", "«\u00a0non\u00a0»"]


def test_a_marker_stays_with_what_it_proves() -> None:
    assert split("aaaa bbbb [1] cc", 10) == ["aaaa", "bbbb [1]", "cc"]
    assert split("aaaa bbbb\n[1] cc dd", 12) == ["aaaa bbbb", "[1] cc dd"]  # here it begins a line of its own


def test_tags_are_closed_and_opened_again() -> None:
    source = (
        f"<blockquote expandable>{'a' * 10} <a href='https://x.org/?a=1&amp;b=%3E>'><b>{'b' * 10}</b></a></blockquote>"
    )
    assert split(source, 15) == [
        "<blockquote expandable>aaaaaaaaaa</blockquote>",
        "<blockquote expandable><a href='https://x.org/?a=1&amp;b=%3E>'><b>bbbbbbbbbb</b></a></blockquote>",
    ]


def test_tags_are_no_longer_counted_than_their_text() -> None:
    bold = "<b>x</b>" * 2000
    assert split(bold) == [bold]
    assert len(split("&lt;" * LIMIT)) == 1
    assert len(split("&lt;" * LIMIT + "a")) == 2
    assert len(split("😀" * (LIMIT // 2))) == 1
    assert len(split("😀" * (LIMIT // 2) + "a")) == 2


def test_a_cluster_longer_than_a_message_is_cut_between_characters() -> None:
    zalgo = "a" + "\u0301" * 25
    parts = split(zalgo, 10)
    assert "".join(parts) == zalgo
    assert max(map(units, parts)) == 10


@pytest.mark.parametrize("blank", ["", " ", "\n\n", "<b> </b>", "\u200b", "&#160;", "<i>\u2060</i>", "\u2800"])
def test_nothing_visible_is_no_message(blank: str) -> None:
    assert split(blank) == []


@pytest.mark.parametrize("wrong", ["<b>a", "a</b>", "<b><i>a</b></i>", "1 < 2", "<", "<b"])
def test_html_that_telegram_would_refuse_is_an_error(wrong: str) -> None:
    with pytest.raises(ValueError, match="<"):
        split(wrong)


def test_a_limit_that_holds_no_marker_is_an_error() -> None:
    with pytest.raises(ValueError, match="7 units"):
        split("a", 7)


def test_references_that_telegram_does_not_know_are_text() -> None:
    assert split("&eacute; &lt;b&gt; &#233; &#x1F600; &#xD800; &apos;") == [
        "&amp;eacute; &lt;b&gt; é 😀 &amp;#xD800; &amp;apos;"
    ]


def test_long_white_space_takes_no_long_time() -> None:
    assert split("a" + " " * 200_000 + "b") == ["a", "b"]


@given(TEXTS, st.integers(2, 50))
def test_shortened_text_fits_and_is_the_text_s_own_beginning(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert units(short) <= limit
    if units(text.strip()) <= limit:
        assert short == text.strip()
    else:
        assert short.endswith("…")
        assert text.strip().startswith(short[:-1].rstrip())


@given(TEXTS, st.integers(2, 50))
def test_text_shortened_at_its_start_fits_and_is_the_text_s_own_end(text: str, limit: int) -> None:
    short = shorten_start(text, limit)
    assert units(short) <= limit
    assert text.endswith(short if units(text) <= limit else short.removeprefix("… "))


@given(TEXTS, st.integers(0, 50))
def test_clips_are_whole_clusters_and_as_long_as_can_be(text: str, limit: int) -> None:
    clusters = regex.findall(r"\X", text)
    begin, end = clip(text, limit), clip_end(text, limit)
    assert text.startswith(begin)
    assert text.endswith(end)
    assert units(begin) <= limit
    assert units(end) <= limit
    n, m = len(regex.findall(r"\X", begin)), len(regex.findall(r"\X", end))
    assert "".join(clusters[:n]) == begin
    assert "".join(clusters[len(clusters) - m :]) == end
    assert n == len(clusters) or units(begin + clusters[n]) > limit
    assert m == len(clusters) or units(clusters[-m - 1] + end) > limit


def test_shortening_prefers_a_word_s_end() -> None:
    assert shorten("alpha beta gamma", 14) == "alpha beta …"
    assert shorten("alpha beta gamma", 12) == "alpha beta …"
    assert shorten("a betagammadelta", 12) == "a betagamm …"
    assert shorten(FAMILY * 3, units(FAMILY) + 4) == f"{FAMILY} …"
    assert shorten_start("alpha beta gamma ", 14) == "… beta gamma "


def test_units_are_those_of_utf_16() -> None:
    for text in ("", "abc", FAMILY, FLAG, "é", unicodedata.normalize("NFD", "é"), "漢", "𝒳"):
        assert units(text) == len(text.encode("utf-16-le")) // 2
