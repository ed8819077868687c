"""The pictures of the documentation: text and entities become HTML as Telegram means them, and Chromium shows it."""

from __future__ import annotations

import os
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from answering.settings import ROOT
from retrieval.archive import Archive
from retrieval.errors import KiosqueError
from tests.telegram.screenshots.__main__ import main
from tests.telegram.screenshots.page import Bubble, Note, Screen, html_of, page_html
from tests.telegram.screenshots.photo import SCALE, find_chromium, photograph
from tests.telegram.screenshots.scenes import SCENES
from tests.telegram_emulator import Button, Entity, InlineResult, utf16_length, utf16_slice
from tests.telegram_emulator.formatting import read_text

HOSTILE = "<img src=x onerror=alert(1)></span></div>\"'><script>alert(1)</script>&lt;b&gt; &amp; {{ 7 * 7 }} {% x %}"


class Read(HTMLParser):
    """The tags of a page, its text, and for each character of it what it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.within: list[frozenset[str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        if tag not in ("path", "meta"):
            self._open.append(dict(attrs).get("class") or tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "path":
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        self.within += [frozenset(self._open)] * len(data)


# Entities


@pytest.mark.parametrize(
    ("text", "entities", "html"),
    [
        ("gras", [Entity("bold", 0, 4)], "<b>gras</b>"),
        # An emoji is two UTF-16 units, a family of four eleven.
        ("⚠️😀 oui", [Entity("italic", 5, 3)], "⚠️😀 <i>oui</i>"),
        ("👨‍👩‍👧‍👦né", [Entity("bold", 11, 2)], "👨‍👩‍👧‍👦<b>né</b>"),
        ("abcd", [Entity("bold", 0, 4), Entity("italic", 1, 2)], "<b>a<i>bc</i>d</b>"),
        ("abcd", [Entity("italic", 1, 2), Entity("bold", 0, 4)], "<b>a<i>bc</i>d</b>"),
        ("abcd", [Entity("bold", 0, 2), Entity("italic", 2, 2)], "<b>ab</b><i>cd</i>"),
        ("abcd", [Entity("bold", 0, 2), Entity("bold", 2, 2)], "<b>ab</b><b>cd</b>"),
        ("abcd", [Entity("bold", 0, 3), Entity("italic", 1, 3)], "<b>a<i>bc</i></b><i>d</i>"),
        ("ab", [Entity("text_link", 0, 2, url="javascript:alert(1)")], "<a>ab</a>"),
        ("/help x", [Entity("bot_command", 0, 5)], "<a>/help</a> x"),
        ("a <b> & \"'", [], "a &lt;b&gt; &amp; &quot;&#x27;"),
        ("<b>", [Entity("code", 0, 3)], "<code>&lt;b&gt;</code>"),
        ("ab", [Entity('x" onload="alert(1)', 0, 2)], '<span class="x&quot; onload=&quot;alert(1)">ab</span>'),
        ("ab", [Entity("spoiler", 0, 2)], '<span class="spoiler">ab</span>'),
        ("", [], ""),
        # A block ends its line by itself.
        (
            "a\nb\n\nc",
            [Entity("blockquote", 2, 1)],
            'a\n<blockquote>b</blockquote><span class="gone">\n</span>\nc',
        ),
        (
            "a\nb",
            [Entity("expandable_blockquote", 0, 1), Entity("bold", 0, 1)],
            '<blockquote class="folded"><span class="inner"><b>a</b><span class="mark"></span></span></blockquote>'
            '<span class="gone">\n</span>b',
        ),
    ],
)
def test_entities_become_tags(text: str, entities: list[Entity], html: str) -> None:
    assert html_of(text, entities) == html
    assert Read(html_of(text, entities)).text == text


def test_an_opened_quotation_is_not_folded() -> None:
    html = html_of("a", [Entity("expandable_blockquote", 0, 1)], opened=True)
    assert ('class="opened"' in html, 'class="folded"' in html) == (True, False)


def test_an_entity_that_cuts_an_emoji_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        html_of("😀", [Entity("bold", 1, 1)])


PIECES = st.lists(
    st.sampled_from(
        ["a", "é", "\n", "\n\n", " ", "😀", "👨‍👩‍👧", "<b>", "&amp;", '"', "]]>", "--><!--", "\u05d0", HOSTILE]
    ),
    max_size=12,
)
# In the page each of these has a tag or a class of its own.
MARKS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "text_link": "a"}
MARKS |= {"spoiler": "spoiler", "pre": "pre", "blockquote": "blockquote", "expandable_blockquote": "folded"}


@given(PIECES, st.data())
def test_no_text_is_lost_and_every_entity_covers_what_it_covered(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    where = st.integers(0, len(text))
    entities = []
    for kind in data.draw(st.lists(st.sampled_from(sorted(MARKS)), max_size=6)):
        start, end = sorted((data.draw(where), data.draw(where)))
        entities.append(Entity(kind, utf16_length(text[:start]), utf16_length(text[start:end])))
    read = Read(html_of(text, entities))
    assert read.text == text
    for kind, mark in MARKS.items():
        covered = {k for e in entities if e.type == kind for k in _characters(text, e)}
        assert {k for k, within in enumerate(read.within) if mark in within} == covered


def _characters(text: str, entity: Entity) -> range:
    start = len(utf16_slice(text, 0, entity.offset))
    return range(start, start + len(utf16_slice(text, entity.offset, entity.length)))


TAGGED = st.recursive(
    st.sampled_from(["mot", "😀 ", "\n", "&lt;b&gt;", "&amp;amp;", "é « x »"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
        st.sampled_from(
            ["b", "i", "u", "s", "code", "pre", "blockquote", "blockquote expandable", 'a href="https://a.fr/"']
        ),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(st.lists(TAGGED, max_size=5).map("".join))
def test_what_telegram_understands_is_what_is_shown(source: str) -> None:
    text, entities = read_text(source, "HTML", [], (), may_be_empty=True)
    assert Read(html_of(text, entities)).text == text


# The page


def screen(text: str) -> Screen:
    """A screen that holds everything a screen can, with this text wherever there is one."""
    buttons = ((Button(text, callback_data=text), Button(text, url=text)), (Button(text, copy_text=text),))
    answered = Bubble(text, (Entity("bold", 0, 1),), "09:41", sender=text, replied=(text, text), buttons=buttons)
    own = Bubble(text, (), "09:41", own=True, file=text, via=text, edited=text)
    result = InlineResult("1", text, text, text, (), text, None, (), None)
    items = (answered, Note(text), own, Bubble(text, (), "", frame=True))
    return Screen(text, text, items, typed=text, results=(result,), above=text, language=text)


def test_hostile_text_is_only_text() -> None:
    plain, hostile = (Read(page_html(screen(text))) for text in ("harmless", HOSTILE))
    assert [(tag, [key for key, _ in keys]) for tag, keys in hostile.tags] == [
        (tag, [key for key, _ in keys]) for tag, keys in plain.tags
    ]
    assert hostile.text.count(HOSTILE) == plain.text.count("harmless") == 20


def test_a_group_shows_who_speaks_and_whom_they_answer() -> None:
    bob = Bubble("Et à Tchernihiv ?", (), "09:42", sender="Bob", colour=2, replied=("Kiosque", "Plus de 29 morts"))
    ada = Bubble("Merci", (), "09:43", own=True, sender="Ada")
    html = page_html(Screen("Rédaction", "3 membres", (bob, ada)))
    text = " ".join(Read(html).text.split())
    # One's own name is not shown.
    assert text.endswith("B Bob KiosquePlus de 29 morts Et à Tchernihiv ? 09:42 Merci 09:43")
    assert (html.count('class="other member"'), html.count('class="own"')) == (1, 1)


# The scenes

TOLD = {
    "answer": [
        "Où ont eu lieu les pourparlers",
        "dans la région de Gomel. [1]",
        "1 article cité sur 5 consultés",
        "Autres sources",
    ],
    "quotations": ["[1] «\u00a0Les pourparlers entre Moscou", "1 article cité"],
    "source": ["Copier la citation", "mars 2022", "modifié"],
    "sources-differ": ["⚠️ Les sources diffèrent", "• un million — «\u00a0Les négociateurs", "• 900 000 — Guerre"],
    "refusal": ["The archive does not answer this question.", "The nearest articles:", "2. Guerre en Ukraine"],
    "english": ["Kherson", "2 articles cited of 5 searched", "Other sources"],
    "group": ["Rédaction", "29 morts", "Bob", "Ève", "33 morts civils"],
    "follow-up": ["290.000", "1,4 million", "Question comprise ainsi"],
    "search": ["5 passages pour «\u00a0corridors humanitaires\u00a0»", "Hier, le deuxième cycle"],
    "archive": ["Articles les plus récents", "L’archive contient 5 articles"],
    "written": ["brouillon 2", "Gomel", "à leur place, le message", "troisième réunion", "2 articles cités"],
    "inline": ["@kiosque_bot corridors humanitaires", "Continuer en privé", "mars 2022"],
    "inline-sent": ["via @kiosque_bot", "corridors humanitaires", "Copier la citation"],
    "status": ["/status", "Articles\u00a0: 5", "multilingual-e5-small"],
    "forget": ["Tout effacer", "Annuler"],
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", SCENES)
async def test_a_scene_shows_what_it_is_for(name: str, seeds_archive: Archive, tmp_path: Path) -> None:
    text = Read(page_html(await SCENES[name](seeds_archive, tmp_path))).text
    assert [told for told in TOLD[name] if told not in text] == []


def test_the_documentation_holds_a_picture_of_every_scene() -> None:
    pictures = ROOT / "docs" / "telegram"
    assert {path.name for path in pictures.iterdir()} == {f"{name}.png" for name in SCENES}
    assert all(path.stat().st_size < 150_000 for path in pictures.iterdir())


def test_without_chromium_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([str(tmp_path / "pictures")]) == 1
    assert "chromium" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()


# In a browser


@pytest.fixture(scope="module")
def chromium() -> str:
    found = find_chromium()
    if not found:
        assert not os.environ.get("CI"), "no Chromium is installed, and CI must look at a chat in one"
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    return found


def near(path: Path, box: tuple[int, int, int, int], wanted: tuple[int, int, int]) -> int:
    """How many pixels in a box (left, upper, right, lower) have about this colour: a palette moves it a little."""
    with Image.open(path) as picture:
        red, green, blue = (band.tobytes() for band in picture.convert("RGB").crop(box).split())
    return sum(
        n
        for colour, n in Counter(zip(red, green, blue, strict=True)).items()
        if all(abs(a - b) <= 6 for a, b in zip(colour, wanted, strict=True))
    )


BLUE, OWN, WHITE = (0x33, 0x90, 0xEC), (0xEE, 0xFF, 0xDE), (255, 255, 255)


@pytest.mark.anyio
async def test_a_photograph_of_a_scene(seeds_archive: Archive, tmp_path: Path, chromium: str) -> None:
    page = page_html(await SCENES["answer"](seeds_archive, tmp_path))
    width, height = photograph(page, tmp_path / "a.png", chromium)
    assert width == 400 * SCALE
    assert height > 300 * SCALE
    with Image.open(tmp_path / "a.png") as picture:
        assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (width, height))
    assert (tmp_path / "a.png").stat().st_size < 150_000
    # Under the header of 56 pixels: the question on the right, the answer on the left, its quotations marked blue.
    head = (0, 70 * SCALE, width, 95 * SCALE)
    assert near(tmp_path / "a.png", head, OWN) > 1000
    below = (0, 120 * SCALE, width // 2, height)
    assert near(tmp_path / "a.png", below, WHITE) > near(tmp_path / "a.png", below, OWN) + 10_000
    assert near(tmp_path / "a.png", below, BLUE) > 100
    # Equal pages give equal files.
    photograph(page, tmp_path / "b.png", chromium)
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()


def quotation(lines: int, tmp_path: Path, chromium: str, *, opened: bool = False) -> tuple[int, int]:
    """Height of a chat with a quotation of so many lines, and how many blue pixels are at its right, where the mark is."""
    text = "\n".join(["mot"] * lines + ["un message qui prend toute la largeur d’un téléphone"])
    bubble = Bubble(text, (Entity("expandable_blockquote", 0, 4 * lines - 1),), "09:41", opened=opened)
    width, height = photograph(page_html(Screen("K", "bot", (bubble,))), tmp_path / "q.png", chromium)
    return height, near(tmp_path / "q.png", (width // 2, 60 * SCALE, width, height), BLUE)


def test_a_long_quotation_is_folded_to_three_lines_and_marked(tmp_path: Path, chromium: str) -> None:
    three, no_mark = quotation(3, tmp_path, chromium)
    folded, mark = quotation(9, tmp_path, chromium)
    opened, other_mark = quotation(9, tmp_path, chromium, opened=True)
    assert (folded, opened) == (three, three + 6 * 20 * SCALE)
    assert no_mark == 0
    assert min(mark, other_mark) > 50


def test_what_cannot_be_photographed_is_told(tmp_path: Path, chromium: str) -> None:
    with pytest.raises(KiosqueError, match=r"took no picture for a\.png"):
        photograph("", tmp_path / "a.png", str(tmp_path / "no-chromium"))
    for page in ("<body>", page_html(Screen("K", "bot", (Bubble("x\n" * 200, (), "09:41"),)))):
        with pytest.raises(KiosqueError, match=r"a\.png is empty, or taller"):
            photograph(page, tmp_path / "a.png", chromium)
    assert not (tmp_path / "a.png").exists()
