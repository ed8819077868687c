"""Printing to a terminal text that is hostile: never read as markup or control codes, coloured and wrapped only there."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Control characters but line feed, the marks that reorder text, and halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_PIPED_WIDTH = 140  # columns of a table that no terminal limits


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # called while the error is handled; Rich itself would end the process with status 1


def console(stream: TextIO | None = None) -> Console:
    """Return a console on ``stream`` (standard output by default) that interprets nothing in what it prints."""
    stream = stream or sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return _Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def show(out: Console, *parts: Text | Table) -> None:
    """Print ``parts``, wrapped to the terminal; elsewhere lines are left whole, so that ``grep`` finds a quotation."""
    for part in parts:
        if isinstance(part, Text) or out.is_terminal:
            out.print(part, soft_wrap=not out.is_terminal)
            continue
        with out.capture() as table:
            out.print(part)
        out.file.writelines(line.rstrip() + "\n" for line in table.get().splitlines())


def clean(text: str) -> str:
    """Return ``text`` without anything that a terminal would obey."""
    return _UNSAFE.sub(lambda found: " " if found[0] in "\t\x0b\x0c\r\x85\u2028\u2029" else "", text)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def flat(quote: str) -> str:
    """Return a quotation on one line, as printed: nothing but line breaks and what a terminal would obey is touched."""
    return clean(quote).replace("\n", " ")


def to_line(value: dict[str, Any]) -> str:
    """Return ``value`` as one line of JSON. What a terminal would obey is escaped: a reader gets the same value."""
    line = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
