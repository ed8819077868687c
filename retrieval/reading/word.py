"""Word files (``.docx``): the text of the document, a paragraph a line.

A ``.docx`` is a ZIP of XML. The XML goes through expat with handlers and no tree. A document type, where entities and
outside references would be declared, ends it: Word writes none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from xml.parsers import expat

from retrieval.errors import ReadError
from retrieval.reading.head import read_head, take_headline
from retrieval.reading.packed import open_zip, read_entry
from retrieval.text import normalise, one_line
from retrieval.types import Article

_WORD = frozenset(
    (
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
)
_DOCUMENT = re.compile(r"word/document\d*\.xml")
_TITLES = frozenset("title titre titel titolo título titulo".split())  # ids of the style, as Word's languages name it
_SKIPPED = frozenset(("Fallback", "moveFrom", "del"))  # other drawings of the same text; what was moved away or deleted
_OFF = frozenset(("0", "false", "off"))
_OLD_WORD = b"\xd0\xcf\x11\xe0"


def read_word(data: bytes) -> Article:
    """Return the article of a Word file, without an id: its text, and the title where a paragraph has that style.

    A row of a table is a line. Headers, footers, notes, comments, hidden and deleted text are left out, and so is the day on
    which the file was made: a copy has that of its template. Raises ReadError with the reason.
    """
    if data.startswith(_OLD_WORD):
        raise ReadError("is encrypted, or of an old Word; save it as .docx without a password")
    try:
        with open_zip(data) as archive:
            found = next((info for info in archive.infolist() if _DOCUMENT.fullmatch(info.filename)), None)
            xml = read_entry(archive, found) if found else b""
    except (ReadError, MemoryError):
        raise
    except Exception as exc:  # a broken or hostile file can make zipfile fail in any way
        raise ReadError(f"is a broken Word file ({type(exc).__name__})") from exc
    if not found:
        raise ReadError("is no Word file: it holds no document")
    document = _Document()
    document.parse(xml)
    article = read_head(normalise("\n\n".join(document.lines)))
    return take_headline(replace(article, title=article.title or one_line(" ".join(document.title))))


class _Document:
    """Collects the text of a document as expat goes through it."""

    def __init__(self) -> None:
        self.title: list[str] = []
        self._blocks: list[list[str]] = [[]]  # of the body, and of each row and cell that is open
        self._paragraphs: list[list[str]] = []  # open ones: a text box stands inside a paragraph
        self._titled: list[bool] = []
        self._hidden: list[bool] = []  # open runs
        self._skipping = 0
        self._in_text = self._has_text = False

    @property
    def lines(self) -> Sequence[str]:
        return self._blocks[0]

    def parse(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(xml, True)
        except (expat.ExpatError, ValueError, LookupError) as exc:
            raise ReadError(f"is a broken Word file ({type(exc).__name__})") from exc

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        if self._skipping or tag in _SKIPPED:
            self._skipping += 1
        elif space in _WORD:
            self._start_word(tag, next((value for key, value in attributes.items() if key.endswith(" val")), ""))

    def _start_word(self, tag: str, value: str) -> None:
        if tag == "p":
            self._paragraphs.append([])
            self._titled.append(False)
        elif tag in ("tr", "tc"):
            self._blocks.append([])
        elif tag == "r":
            self._hidden.append(False)
        elif tag == "vanish" and self._hidden:
            self._hidden[-1] = value.casefold() not in _OFF
        elif tag == "pStyle" and self._titled:
            self._titled[-1] = value.casefold() in _TITLES
        elif tag == "t":
            self._in_text = True
        elif tag in ("tab", "ptab"):
            self._add(" ")
        elif tag in ("br", "cr"):
            self._add("\n")
        elif tag == "noBreakHyphen":
            self._add("-")

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        space, _, tag = name.rpartition(" ")
        if space not in _WORD:
            return
        if tag == "p":
            text = "".join(self._paragraphs.pop()).strip()
            # The title stands above the text; the style further down is a misuse, as of a pull quote.
            titled = self._titled.pop() and len(self._blocks) == 1 and not self._has_text
            (self.title if titled else self._blocks[-1]).append(text)
            self._has_text = self._has_text or bool(text and not titled)
        elif tag == "tc":
            cell = [line for line in self._blocks.pop() if line]
            self._blocks[-1].append("\n".join(cell))
        elif tag == "tr":
            cells = [cell for cell in self._blocks.pop() if cell]
            # A table of one column lays out a text; in others a row is a line.
            self._blocks[-1].append(cells[0] if len(cells) == 1 else " | ".join(c.replace("\n", " ") for c in cells))
        elif tag == "r":
            self._hidden.pop()
        elif tag == "t":
            self._in_text = False

    def _characters(self, text: str) -> None:
        if self._in_text and not self._skipping:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._paragraphs and not (self._hidden and self._hidden[-1]):
            self._paragraphs[-1].append(text)


def _refuse(*_: object) -> None:
    raise ReadError("states a document type, as no Word file does")
