"""The emulator reads HTML as Telegram does. Expected values follow from Telegram's documentation and TDLib's rules."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.telegram_emulator import Entity, HtmlError, parse_html, utf16_length, utf16_slice
from tests.telegram_emulator.formatting import fix
from tests.telegram_emulator.found import find_entities
from tests.telegram_emulator.links import checked_link


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b> <strong>b</strong>", "a b", [Entity("bold", 0, 1), Entity("bold", 2, 1)]),
        ("<i>a</i><em>b</em>", "ab", [Entity("italic", 0, 1), Entity("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [Entity("underline", 0, 1), Entity("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [Entity("strikethrough", i, 1) for i in range(3)]),
        ('<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>', "ab", [Entity("spoiler", i, 1) for i in (0, 1)]),
        ('<a href="https://lemonde.fr/a?b=1&amp;c=2#:~:text=x">x</a>', "x",
         [Entity("text_link", 0, 1, url="https://lemonde.fr/a?b=1&c=2#:~:text=x")]),
        ("<a href='http://Example.ORG'>😀x</a>", "😀x", [Entity("text_link", 0, 3, url="http://example.org/")]),
        ("é <a>example.org/x</a>", "é example.org/x", [Entity("text_link", 2, 13, url="http://example.org/x")]),
        ('<a href="tg://user?id=7">Ada</a>', "Ada", [Entity("text_mention", 0, 3, user_id=7)]),
        ('<a href="http://localhost/">x</a>', "x", []),
        ('<a href="javascript://x.y/">x</a>', "x", []),
        ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', "👍",
         [Entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")]),
        ('<tg-time unix="1647531900" format="wDT">jeudi</tg-time>', "jeudi",
         [Entity("date_time", 0, 5, unix_time=1647531900, date_time_format="wDT")]),
        ("<code>a</code><pre>b</pre>", "ab", [Entity("code", 0, 1), Entity("pre", 1, 1)]),
        ('<pre><code class="language-python">x</code></pre>', "x", [Entity("pre", 0, 1, language="python")]),
        ('<code class="language-python">x</code>', "x", [Entity("code", 0, 1)]),
        ("<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "ab",
         [Entity("blockquote", 0, 1), Entity("expandable_blockquote", 1, 1)]),
        ("<blockquote expandable >a</blockquote >", "a", [Entity("expandable_blockquote", 0, 1)]),
        ("<B>a</b>", "a", [Entity("bold", 0, 1)]),
        ("<b>a</>", "a", [Entity("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("&lt;b&gt; &amp;amp; &quot;&#39;&#x27;&#128512;&#x1F600; &lt", "<b> &amp; \"''😀😀 <", []),
        ("&eacute; &nbsp; & &; &#; &#x; &#0;", "&eacute; &nbsp; & &; &#; &#x; &#0;", []),
        ("&#1114111; &#0000000065;", "&#1114111; &#0000000065;", []),
        ("é😀<b>é😀</b>", "é😀é😀", [Entity("bold", 3, 3)]),
    ],
)  # fmt: skip
def test_every_tag_and_reference(source: str, text: str, entities: list[Entity]) -> None:
    assert parse_html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("é<x>a</x>", 'Unsupported start tag "x" at byte offset 2'),
        ("😀 <br/>", 'Unsupported start tag "br/" at byte offset 5'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("a<!-- b -->", 'Unsupported start tag "!--" at byte offset 1'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>a</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é</b>", "Unexpected end tag at byte offset 2"),
        ("<b>é</i>", 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<a =x>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=http://x.y>a</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<span class="tg-red">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
        (
            "&#xD83D;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
            "surrogate code units",
        ),
    ],
)
def test_errors_are_worded_as_telegrams(source: str, error: str) -> None:
    with pytest.raises(HtmlError) as caught:
        parse_html(source)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("  \n<b> a </b>  \n", "a", [Entity("bold", 0, 1)]),
        ("  a <b> </b> ", "a", []),
        ("a <b> b</b>", "a  b", [Entity("bold", 3, 1)]),
        ("a\tb\r\nc", "a b\nc", []),
        ("<b>a\r</b>b", "ab", [Entity("bold", 0, 1)]),
        # A style is cut where another begins, two that touch are joined.
        ("<b>a<i>b</i>c</b>", "abc", [Entity("bold", 0, 1), Entity("bold", 1, 2), Entity("italic", 1, 1)]),
        ("<b>a</b><b>b</b>", "ab", [Entity("bold", 0, 2)]),
        ('<b>a<a href="http://x.fr/">b</a></b>', "ab",
         [Entity("bold", 0, 1), Entity("text_link", 1, 1, url="http://x.fr/"), Entity("bold", 1, 1)]),
        # Code holds nothing and lies in nothing but a quote; quotes do not nest.
        ("<b>a<code>b</code></b>", "ab", [Entity("bold", 0, 1), Entity("code", 1, 1)]),
        ('<a href="http://x.fr/"><code>b</code></a>', "b", [Entity("code", 0, 1)]),
        ("<blockquote>a <code>b</code></blockquote>", "a b", [Entity("blockquote", 0, 3), Entity("code", 2, 1)]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [Entity("blockquote", 0, 2)]),
        ("<b>/a b</b>", "/a b", [Entity("bot_command", 0, 2), Entity("bold", 0, 2), Entity("bold", 3, 1)]),
        # What the text itself holds is found, not in code or links.
        ("voir @kiosque et <code>/help</code>", "voir @kiosque et /help", [Entity("mention", 5, 8), Entity("code", 17, 5)]),
    ],
)  # fmt: skip
def test_trimming_and_nesting(source: str, text: str, entities: list[Entity]) -> None:
    parsed, found = parse_html(source)
    assert fix(parsed, found) == (text, tuple(entities))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/ask@kiosque_bot où ? /help", [("bot_command", "/ask@kiosque_bot"), ("bot_command", "/help")]),
        ("a/b //c 1/2 </x>", []),
        ("@ad x@y.fr #élan #2022 $EUR", [("email", "x@y.fr"), ("hashtag", "#élan"), ("cashtag", "$EUR")]),
        ("😀 @kiosque_bot.", [("mention", "@kiosque_bot")]),
        ("(https://lemonde.fr/a_b?c=1). Node.js", [("url", "https://lemonde.fr/a_b?c=1")]),
        ("lire www.liberation.fr, ici", [("url", "www.liberation.fr")]),
    ],
)  # fmt: skip
def test_what_is_found_in_plain_text(text: str, found: list[tuple[str, str]]) -> None:
    assert [(e.type, utf16_slice(text, e.offset, e.length)) for e in find_entities(text)] == found


def test_links_as_telegram_keeps_them() -> None:
    assert checked_link("HTTPS://Le.FR/Ä b?q=1") == "https://le.fr/Ä%20b?q=1"
    assert checked_link("http://127.0.0.1:80") == "http://127.0.0.1:80/"
    assert checked_link("tg://resolve?domain=x") == "tg://resolve?domain=x"
    refused = ("", "http://", "localhost", "ftp://x.fr", "http://x.fr:99999", "http://a b.fr", "data:text/html,x.y")
    assert [checked_link(url) for url in refused] == [None] * len(refused)


TAGS = {
    "<b>": ("bold", "</b>"),
    "<strong>": ("bold", "</strong>"),
    "<i>": ("italic", "</i>"),
    "<u>": ("underline", "</u>"),
    "<del>": ("strikethrough", "</del>"),
    "<tg-spoiler>": ("spoiler", "</tg-spoiler>"),
    '<span class="tg-spoiler">': ("spoiler", "</span>"),
    '<a href="https://a.fr/x">': ("text_link", "</a>"),
    "<code>": ("code", "</code>"),
    "<blockquote>": ("blockquote", "</blockquote>"),
    "<blockquote expandable>": ("expandable_blockquote", "</blockquote>"),
}
STYLES = {"bold", "italic", "underline", "strikethrough", "spoiler"}
CHARACTERS = st.characters(exclude_categories=["Cs"])
ANY_TEXT = st.text(CHARACTERS | st.sampled_from("😀🇫🇷👩🏽‍🚀é<>&\"' \n"))


@dataclass(frozen=True)
class Node:
    """A tag around its children; a piece of text where ``tag`` is empty."""

    tag: str
    inner: tuple[Node, ...] | str

    def source(self) -> str:
        if isinstance(self.inner, str):
            return html.escape(self.inner)
        return self.tag + "".join(map(Node.source, self.inner)) + TAGS[self.tag][1]

    def plain(self) -> str:
        return self.inner if isinstance(self.inner, str) else "".join(map(Node.plain, self.inner))

    def entities(self, offset: int) -> list[tuple[str, int, int]]:
        """In the order in which the tags close."""
        if isinstance(self.inner, str):
            return []
        found, at = [], offset
        for child in self.inner:
            found += child.entities(at)
            at += utf16_length(child.plain())
        return [*found, (TAGS[self.tag][0], offset, at - offset)] if at > offset else found


LEAVES = ANY_TEXT.map(lambda text: Node("", text))


def trees(tags: list[str]) -> st.SearchStrategy[list[Node]]:
    def around(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.builds(Node, st.sampled_from(tags), st.lists(inner, max_size=4).map(tuple))

    return st.lists(st.recursive(LEAVES, around), max_size=4)


@given(trees(sorted(TAGS)))
def test_random_nested_tags(nodes: list[Node]) -> None:
    """Text and entities come out as built, in UTF-16 units, whatever the characters."""
    source = "".join(map(Node.source, nodes))
    plain, expected = "", []
    for node in nodes:
        expected += node.entities(utf16_length(plain))
        plain += node.plain()
    text, entities = parse_html(source)
    assert text == plain
    assert [(e.type, e.offset, e.length) for e in entities] == expected
    assert all((e.url == "https://a.fr/x") == (e.type == "text_link") for e in entities)


@given(ANY_TEXT)
def test_escaped_text_comes_back(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])


@given(trees(sorted(TAGS)))
def test_what_is_kept_nests(nodes: list[Node]) -> None:
    """After fixing: entities lie in the text, nest, begin with no blank, and code holds none."""
    text, kept = fix(*parse_html("".join(map(Node.source, nodes))))
    for one in kept:
        assert 0 <= one.offset < one.end <= utf16_length(text)
        assert utf16_slice(text, one.offset, one.length)[0] not in " \n"
        for other in kept:
            apart = one.end <= other.offset or other.end <= one.offset
            within = one.offset <= other.offset and other.end <= one.end
            around = other.offset <= one.offset and one.end <= other.end
            assert apart or within or around
            assert one.type != "code" or apart or other is one or (around and other.type.endswith("blockquote"))


@given(trees(sorted(tag for tag in TAGS if tag != "<code>")))
def test_styles_cover_what_they_covered(nodes: list[Node]) -> None:
    """However styles are cut and joined, each character that shows keeps its own."""
    text, given_entities = parse_html("".join(map(Node.source, nodes)))
    fixed, kept = fix(text, given_entities)
    assert _styled(fixed, kept) == _styled(text, given_entities)


def _styled(text: str, entities: Iterable[Entity]) -> list[tuple[str, frozenset[str]]]:
    styles, shown, offset = [e for e in entities if e.type in STYLES], [], 0
    for character in text:
        if character.isprintable() and character not in " \u0333\u033f\u030a":
            shown.append((character, frozenset(e.type for e in styles if e.offset <= offset < e.end)))
        offset += utf16_length(character)
    return shown
