"""From what a sender gives to what Telegram keeps: cleaned and trimmed text, entities that nest, entities found in it.

Source of the behaviour: core.telegram.org/bots/api#formatting-options and TDLib (fix_formatted_text in
MessageEntity.cpp). All offsets are UTF-16 code units.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import pairwise

from tests.telegram_emulator.errors import NotEmulated, bad_request
from tests.telegram_emulator.found import find_entities
from tests.telegram_emulator.html import HtmlError, parse_html
from tests.telegram_emulator.values import Entity, utf16_length

MOST_ENTITIES = 100  # "further entities will simply be ignored" (telegram.constants.MessageLimit)

_STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = ("blockquote", "expandable_blockquote")
_VERBATIM = ("pre", "code")
# Of entities with the same range, those that come first contain the others.
_ORDER = {"blockquote": 0, "expandable_blockquote": 0, "pre": 10, "code": 20, "text_link": 49, "text_mention": 49}
_ORDER |= {style: 90 + i for i, style in enumerate(_STYLES)} | {"custom_emoji": 99}
_BLANK = re.compile("[\0-\x09\x0b\x0c\x0e-\x1f]")
_REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")


def _key(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _ORDER.get(entity.type, 50)


def read_text(
    source: str, parse_mode: str | None, given: Iterable[Entity], known_users: Collection[int], *, may_be_empty: bool
) -> tuple[str, tuple[Entity, ...]]:
    """Parse, clean, trim and find. ApiError as Telegram words it; without a parse mode ``given`` entities count."""
    entities = list(given)
    mode = (parse_mode or "none").lower()
    if mode == "html":
        try:
            source, entities = parse_html(source)
        except HtmlError as exc:
            raise bad_request(f"can't parse entities: {exc}") from exc
    elif mode in ("markdown", "markdownv2"):
        raise NotEmulated(f"parse_mode {parse_mode}")
    elif mode != "none":
        raise bad_request("unsupported parse_mode")
    entities = [e for e in entities if e.type != "text_mention" or e.user_id in known_users]
    text, kept = fix(source, entities)
    if not text and not may_be_empty:
        raise bad_request("text must be non-empty")
    return text, kept[:MOST_ENTITIES]


def fix(source: str, entities: list[Entity]) -> tuple[str, tuple[Entity, ...]]:
    text, moved = _clean(source, entities)
    text, trimmed = _trim(text, nest(moved))
    solid = [e for e in trimmed if e.type not in _STYLES]
    found = [
        e
        for e in find_entities(text)
        if not any(_overlap(e, s) and (s.type not in _QUOTES or not _within(e, s)) for s in solid)
    ]
    blank = [unit in (10, 32) for unit in _units(text)]
    return text, tuple(_past_blanks(blank, nest([*trimmed, *found])))  # a cut may have left a blank in front


def nest(entities: list[Entity]) -> list[Entity]:
    """Entities nested as Telegram has them: styles innermost, cut at borders, none in code; no quote in a quote."""
    entities = sorted(entities, key=_key)
    quotes = _apart(e for e in entities if e.type in _QUOTES)
    solid = _apart(e for e in entities if e.type not in _QUOTES and e.type not in _STYLES)
    solid = [e for e in solid if all(not _overlap(e, q) or _within(e, q) for q in quotes)]
    styles = _cut([e for e in entities if e.type in _STYLES], [*quotes, *solid])
    return sorted([*quotes, *solid, *styles], key=_key)


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _within(inner: Entity, outer: Entity) -> bool:
    return outer.offset <= inner.offset and inner.end <= outer.end


def _apart(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _cut(styles: list[Entity], solid: list[Entity]) -> list[Entity]:
    """Join what touches, kind by kind; cut where another entity begins, or a solid one ends; drop what lies in code."""
    joined: list[Entity] = []
    for kind in _STYLES:
        run: list[Entity] = []
        for entity in (e for e in styles if e.type == kind):
            if run and entity.offset <= run[-1].end:
                run[-1] = replace(run[-1], length=max(run[-1].end, entity.end) - run[-1].offset)
            else:
                run.append(entity)
        joined += run
    cuts = sorted({e.offset for e in joined} | {e.offset for e in solid} | {e.end for e in solid})
    verbatim = [e for e in solid if e.type in _VERBATIM]
    pieces = []
    for entity in joined:
        borders = [entity.offset, *(c for c in cuts if entity.offset < c < entity.end), entity.end]
        for begin, end in pairwise(borders):
            piece = Entity(entity.type, begin, end - begin)
            if not any(_within(piece, v) for v in verbatim):
                pieces.append(piece)
    return pieces


def _clean(source: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Control characters become blanks, carriage returns and direction marks go; entities move along."""
    text = _BLANK.sub(" ", source)
    _check_borders(text, entities)
    if not _REMOVED.search(text):
        return text, [e for e in entities if e.length > 0]
    gone = [0]  # at each UTF-16 offset: how many units before it were removed
    for character in text:
        removed = _REMOVED.fullmatch(character) is not None
        gone += [gone[-1] + removed] * (1 + (character > "\uffff"))
    moved = [
        replace(e, offset=e.offset - gone[e.offset], length=e.length - gone[e.end] + gone[e.offset]) for e in entities
    ]
    return _REMOVED.sub("", text), [e for e in moved if e.length > 0]


def _check_borders(text: str, entities: list[Entity]) -> None:
    size = utf16_length(text)
    inside = set()  # offsets in the middle of a surrogate pair
    position = 0
    for character in text:
        if character > "\uffff":
            inside.add(position + 1)
        position += 1 + (character > "\uffff")
    for entity in entities:
        if entity.offset < 0 or entity.length < 0:
            raise bad_request(f"receive an entity with incorrect offset {entity.offset}")
        if entity.offset > size:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if entity.end > size:
            where = f"beginning at UTF-16 offset {entity.offset} ends after the end of the text"
            raise bad_request(f"entity {where} at UTF-16 offset {entity.end}")
        if entity.offset in inside or entity.end in inside:
            raise bad_request(f"entity begins or ends in a middle of a UTF-16 symbol at {entity.offset}")


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Blanks at the end go; those at the start too, up to the first entity."""
    blank = [unit in (10, 32) for unit in _units(text)]
    kept = _past_blanks(blank, entities)
    end = len(blank)
    while end and blank[end - 1]:
        end -= 1
    kept = [replace(e, length=min(e.end, end) - e.offset) for e in kept]
    begin, first = 0, min((e.offset for e in kept), default=end)
    while begin < first and blank[begin]:
        begin += 1
    stripped = text.rstrip(" \n")[begin:]  # blanks at the start are one unit each
    return stripped, nest([replace(e, offset=e.offset - begin) for e in kept])


def _past_blanks(blank: list[bool], entities: list[Entity]) -> list[Entity]:
    """No entity begins with a blank; one that is nothing else goes."""
    kept = []
    for entity in entities:
        begin = entity.offset
        while begin < entity.end and blank[begin]:
            begin += 1
        if begin < entity.end:
            kept.append(replace(entity, offset=begin, length=entity.end - begin))
    return sorted(kept, key=_key)


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-le")
    return [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]
