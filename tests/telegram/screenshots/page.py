"""A chat as a telephone shows it, in HTML. It is made of text and UTF-16 entities: of what Telegram understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise, takewhile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tests.telegram_emulator import Button, Entity, InlineResult, utf16_length, utf16_slice

_HERE = Path(__file__).parent
_TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code"}
_LINKS = (
    *("text_link", "text_mention", "url", "mention", "bot_command"),
    *("hashtag", "cashtag", "email", "phone_number", "bank_card"),
)
_TAGS |= dict.fromkeys(_LINKS, "a")
_BLOCKS = ("blockquote", "expandable_blockquote", "pre")
_COLOURS = ("#cc5049", "#d67722", "#955cdb", "#40a920", "#309eba", "#368ad1", "#c7508b")  # of names, at Telegram


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message, or (``frame``) what a draft showed for a moment.

    ``own``: sent by whose telephone it is. ``sender`` and ``colour`` (a number) are shown in groups; ``replied`` is the
    name and the text of the message that it answers; ``edited`` the word that an edit leaves before the time.
    ``opened``: its expandable quotations were tapped.
    """

    text: str
    entities: tuple[Entity, ...]
    time: str
    own: bool = False
    sender: str = ""
    colour: int = 0
    replied: tuple[str, str] | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    file: str = ""
    via: str = ""
    edited: str = ""
    opened: bool = False
    frame: bool = False

    @property
    def html(self) -> Markup:
        return Markup(html_of(self.text, self.entities, opened=self.opened))

    @property
    def name_colour(self) -> str:
        return _COLOURS[self.colour % len(_COLOURS)]


@dataclass(frozen=True, slots=True)
class Note:
    """A line in the middle of the chat, that no one sent."""

    text: str


@dataclass(frozen=True, slots=True)
class Screen:
    """A telephone's screen. ``typed`` stands in the input field, with ``results`` and ``above`` (a button) over it."""

    title: str
    subtitle: str
    items: tuple[Bubble | Note, ...]
    typed: str = ""
    results: tuple[InlineResult, ...] = ()
    above: str = ""
    language: str = "fr"


def html_of(text: str, entities: Iterable[Entity], *, opened: bool = False) -> str:
    """Return ``text`` as HTML in which tags stand for entities; its text, tags left out, is ``text``.

    Entities that overlap without one being in the other are cut. UnicodeDecodeError if one cuts a surrogate pair.
    """
    ordered = sorted(entities, key=lambda e: (e.offset, -e.length))
    edges = sorted({0, utf16_length(text), *(e.offset for e in ordered), *(e.end for e in ordered)})
    html = ""
    tags: list[Entity] = []
    for start, end in pairwise(edges):
        wanted = [e for e in ordered if e.offset <= start and end <= e.end]
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(tags, wanted, strict=False)))
        ended = tags[same:]
        html += "".join(_closing(e) for e in reversed(ended))
        html += "".join(_opening(e, opened) for e in wanted[same:])
        tags = wanted
        html += _piece(utf16_slice(text, start, end - start), after_block=any(e.type in _BLOCKS for e in ended))
    return html + "".join(_closing(e) for e in reversed(tags))


def _piece(text: str, *, after_block: bool) -> str:
    """A block ends its line by itself: the line break after it would show as an empty line."""
    if after_block and text.startswith("\n"):
        return f'<span class="gone">\n</span>{escape(text[1:])}'
    return escape(text)


def _opening(entity: Entity, opened: bool) -> str:
    if entity.type == "expandable_blockquote":
        return f'<blockquote class="{"opened" if opened else "folded"}"><span class="inner">'
    if entity.type == "blockquote":
        return "<blockquote>"
    if tag := _TAGS.get(entity.type):
        return f"<{tag}>"
    return f'<span class="{escape(entity.type)}">'


def _closing(entity: Entity) -> str:
    if entity.type == "expandable_blockquote":
        return '<span class="mark"></span></span></blockquote>'
    return f"</{'blockquote' if entity.type == 'blockquote' else _TAGS.get(entity.type, 'span')}>"


def page_html(screen: Screen) -> str:
    """Return one self-contained page; it loads nothing and runs nothing."""
    loader = FileSystemLoader(_HERE)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["kind"] = lambda item: type(item).__name__
    style = Markup((_HERE / "chat.css").read_text("utf-8"))
    return environment.get_template("chat.html").render(screen=screen, style=style)
