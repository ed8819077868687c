"""Telegram's HTML, as its server reads it: exactly its tags, its character references, its errors with byte offsets.

Source of the behaviour: core.telegram.org/bots/api#html-style and TDLib (parse_html in MessageEntity.cpp).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.telegram_emulator.links import checked_link, mentioned_user
from tests.telegram_emulator.values import Entity

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_SPACE = frozenset(b" \t\r\n\v\0")
_REFERENCES = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_ATTRIBUTES = {
    ("a", "href"),
    ("code", "class"),
    ("span", "class"),
    ("tg-emoji", "emoji-id"),
    ("tg-time", "unix"),
    ("tg-time", "format"),
    ("blockquote", "expandable"),
}


class HtmlError(ValueError):
    """What follows "can't parse entities: "."""


@dataclass(slots=True)
class _Open:
    name: str
    attributes: dict[str, str]
    offset: int
    at: int  # where its content begins in the output


class _Parser:
    """``data`` ends with a NUL, so that looking one byte ahead needs no check."""

    def __init__(self, source: str) -> None:
        self.data = source.encode() + b"\0"
        self.size = len(self.data) - 1
        self.i = 0
        self.out = bytearray()
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.i < self.size:
            byte = self.data[self.i]
            if byte == ord("<"):
                begin = self.i
                self.i += 1
                self._end_tag(begin) if self.data[self.i] == ord("/") else self._start_tag(begin)
                continue
            if byte == ord("&") and (character := self._reference()):
                self.out += character.encode("utf-8", "surrogatepass")
                self.offset += 1 + (character > "\uffff")
                continue
            self.offset += (byte & 0xC0 != 0x80) + (byte >= 0xF0)
            self.out.append(byte)
            self.i += 1
        if self.open:
            raise HtmlError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        try:
            return self.out.decode(), self.entities
        except UnicodeDecodeError as exc:
            raise HtmlError(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
                "surrogate code units"
            ) from exc

    def _reference(self) -> str | None:
        """The character that the reference at ``i`` stands for; ``i`` is moved past it. None where it is no reference."""
        data, begin, end = self.data, self.i, self.i + 1
        if data[end] == ord("#"):
            digits = b"0123456789abcdefABCDEF" if data[end + 1] == ord("x") else b"0123456789"
            end = first = end + (2 if len(digits) > 10 else 1)
            while data[end] in digits:
                end += 1
            if end - begin >= 10 or end == first:
                return None
            code = int(data[first:end], 16 if len(digits) > 10 else 10)
            if code == 0 or code >= 0x10FFFF:
                return None
            character = chr(code)
        else:
            while chr(data[end]).isascii() and chr(data[end]).isalpha():
                end += 1
            if (named := _REFERENCES.get(data[begin + 1 : end])) is None:
                return None
            character = named
        self.i = end + (data[end] == ord(";"))
        return character

    def _skip_spaces(self) -> None:
        while self.i < self.size and self.data[self.i] in _SPACE:
            self.i += 1

    def _take_until(self, stops: bytes) -> str:
        begin = self.i
        while self.data[self.i] not in _SPACE and self.data[self.i] not in stops:
            self.i += 1
        return self.data[begin : self.i].decode(errors="replace")

    def _start_tag(self, begin: int) -> None:
        name = self._take_until(b">").lower()
        if self.i >= self.size:
            raise HtmlError(f"Unclosed start tag at byte offset {begin}")
        if name not in TAGS:
            raise HtmlError(f'Unsupported start tag "{name}" at byte offset {begin}')
        attributes: dict[str, str] = {}
        while self.data[self.i] != ord(">"):
            self._skip_spaces()
            if self.data[self.i] != ord(">"):
                key, value = self._attribute(name, begin)
                if (name, key) in _ATTRIBUTES:
                    attributes[key] = value
        self.i += 1
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise HtmlError(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append(_Open(name, attributes, self.offset, len(self.out)))

    def _attribute(self, name: str, begin: int) -> tuple[str, str]:
        key = self._take_until(b"=>/\"'")
        if not key:
            raise HtmlError(f'Empty attribute name in the tag "{name}" at byte offset {begin}')
        self._skip_spaces()
        if self.data[self.i] != ord("="):
            if self.i >= self.size:
                raise HtmlError(f'Unclosed start tag "{name}" at byte offset {begin}')
            return key, ""  # an attribute without a value, as in <blockquote expandable>
        self.i += 1
        self._skip_spaces()
        if self.i >= self.size:
            raise HtmlError(f'Unclosed start tag "{name}" at byte offset {begin}')
        value = self._quoted() if self.data[self.i] in b"\"'" else self._token()
        if self.i >= self.size:
            raise HtmlError(f"Unclosed start tag at byte offset {begin}")
        return key, value

    def _token(self) -> str:
        begin = self.i
        while (c := chr(self.data[self.i])).isascii() and (c.isalnum() or c in ".-"):
            self.i += 1
        if self.data[self.i] not in _SPACE and self.data[self.i] != ord(">"):
            raise HtmlError(f"Unexpected end of name token at byte offset {begin}")
        return self.data[begin : self.i].decode().lower()

    def _quoted(self) -> str:
        end, value = self.data[self.i], bytearray()
        self.i += 1
        while self.i < self.size and self.data[self.i] != end:
            if self.data[self.i] == ord("&") and (character := self._reference()):
                value += character.encode("utf-8", "surrogatepass")
            else:
                value.append(self.data[self.i])
                self.i += 1
        self.i += self.i < self.size
        return value.decode(errors="replace")

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise HtmlError(f"Unexpected end tag at byte offset {begin}")
        self.i += 1
        name = self._take_until(b">").lower()
        self._skip_spaces()
        if self.data[self.i] != ord(">"):
            raise HtmlError(f"Unclosed end tag at byte offset {begin}")
        self.i += 1
        expected = self.open[-1].name
        if name and name != expected:
            raise HtmlError(f'Unmatched end tag at byte offset {begin}, expected "</{expected}>", found "</{name}>"')
        tag = self.open.pop()
        if self.offset > tag.offset:
            self._close(tag)

    def _close(self, tag: _Open) -> None:
        where = (tag.offset, self.offset - tag.offset)
        last = self.entities[-1] if self.entities else None
        same = last is not None and (last.offset, last.length) == where
        match tag.name:
            case "a":
                url = tag.attributes.get("href") or self.out[tag.at :].decode(errors="replace")
                if (user := mentioned_user(url)) is not None:
                    self.entities.append(Entity("text_mention", *where, user_id=user))
                elif link := checked_link(url):  # a link that is none is dropped without a word
                    self.entities.append(Entity("text_link", *where, url=link))
            case "tg-emoji":
                number = tag.attributes.get("emoji-id", "")
                if not number.isdecimal() or int(number) == 0:
                    raise HtmlError("Invalid custom emoji identifier specified")
                self.entities.append(Entity("custom_emoji", *where, custom_emoji_id=number))
            case "tg-time":
                if not (unix := tag.attributes.get("unix", "")).isdecimal():
                    raise HtmlError("Invalid date-time specified")
                form = tag.attributes.get("format") or None
                self.entities.append(Entity("date_time", *where, unix_time=int(unix), date_time_format=form))
            case "blockquote" if "expandable" in tag.attributes:
                self.entities.append(Entity("expandable_blockquote", *where))
            case "code":
                language = _language(tag)
                if same and last and last.type == "pre" and language:
                    self.entities[-1] = Entity("pre", *where, language=language)
                else:
                    self.entities.append(Entity("code", *where, language=language))
            case "pre":
                if same and last and last.type == "code" and last.language:
                    self.entities[-1] = Entity("pre", *where, language=last.language)
                else:
                    self.entities.append(Entity("pre", *where))
            case _:
                self.entities.append(Entity(TAGS[tag.name], *where))


def _language(tag: _Open) -> str | None:
    value = tag.attributes.get("class", "")
    return value.removeprefix("language-") if value.startswith("language-") else None


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities (in the order in which their tags close), not yet trimmed. HtmlError as Telegram words it."""
    text, entities = _Parser(source).run()
    return text, [Entity("code", e.offset, e.length) if e.type == "code" else e for e in entities]
