"""Fuzzing guided by coverage (atheris, if it is installed) of the parsers that are our own.

    python -m tests.retrieval.reading.guided word|mbox|posts|zip|tar|line|wrapping [-runs=100000] [-max_total_time=60]

It begins with the samples of ``mutations.py``. Anything but ReadError ends it, with the input that did it.
"""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["retrieval"]):
    from retrieval.errors import ReadError
    from retrieval.reading.mail import mails, message_id
    from retrieval.reading.packed import unpack
    from retrieval.reading.readers import parse_line
    from retrieval.reading.telegram_export import posts
    from retrieval.reading.word import _Document
    from retrieval.reading.wrapping import join_lines, looks_wrapped

from tests.retrieval.files import WORD
from tests.retrieval.mutations import KINDS

SUFFIXES = {"word": ".docx", "posts": ".json", "line": ".jsonl", "tar": ".tgz", "wrapping": ".txt"}


def word(data: bytes) -> None:
    _Document().parse(
        data if WORD.encode() in data else b'<w:document xmlns:w="%s">%s</w:document>' % (WORD.encode(), data)
    )


def mbox(data: bytes) -> None:
    for mail in mails(io.BytesIO(b"From a\n" + data), 200):
        message_id(mail or b"")


def wrapping(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    looks_wrapped(text)
    joined, starts = join_lines(text.split("\n"))
    assert starts == sorted(starts)
    assert starts[-1] <= len(joined)


TARGETS: dict[str, Callable[[bytes], Any]] = {
    "word": word,
    "mbox": mbox,
    "posts": lambda data: list(posts(data)),
    "zip": lambda data: list(unpack(data, ".zip")),
    "tar": lambda data: list(unpack(gzip.compress(data, 1), ".tgz")),
    "line": parse_line,
    "wrapping": wrapping,
}


def main() -> None:
    name = sys.argv.pop(1)
    target = TARGETS[name]

    def one(data: bytes) -> None:
        with suppress(ReadError):
            target(data)

    with tempfile.TemporaryDirectory() as corpus:
        samples = [sample for kind in KINDS if kind.suffix == SUFFIXES.get(name, f".{name}") for sample in kind.samples]
        for number, sample in enumerate(samples):
            Path(corpus, str(number)).write_bytes(sample)
        atheris.Setup([*sys.argv, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
