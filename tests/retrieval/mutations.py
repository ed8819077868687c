"""Mutated files of every kind, given to the readers: each must come out as an article, or raise ReadError.

    python -m tests.retrieval.mutations 10000 [SEED]

changes real files at random (bytes, pieces, tokens of the format; of packed ones also what is inside), spreads the number
over the kinds, and prints what came of them. It ends with status 1 if a reader raised anything else, crashed, or reached a
limit.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import ReadError
from retrieval.reading.parsing import Parser
from retrieval.reading.sources import FolderSource
from retrieval.types import Record
from tests.retrieval.files import HTML, SENTENCES, WORD, export, mail, mbox, message, paragraph, tarred, word, zipped
from tests.retrieval.reading.test_readers import LINES, MARKDOWN, pdf

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
# What only the child's last resort reports: an error that no reader foresaw, a crash, a limit.
UNFORESEEN = re.compile(r"cannot be read \((?!as HTML)|made its parser crash|took longer than|needs more than")
_META = (
    '<meta property="article:published_time" content="2022-03-02"><link rel="canonical" href="https://exemple.fr/a">'
    '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "Kiev"}]}</script>'
)
_DOCUMENT = (
    f'<w:document xmlns:w="{WORD}"><w:body>{paragraph("Kiev", "Title")}{paragraph(SENTENCES[0])}'
    f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc><w:tc>{paragraph('b')}</w:tc></w:tr></w:tbl></w:body></w:document>"
)
_LETTER = mail(SENTENCES[0], HTML, message_id="<1@exemple.fr>", Content_Language="fr").as_bytes()
_EXPORT = export(
    message(1, [SENTENCES[0], {"type": "bold", "text": "gras"}], edited_unixtime="1646250000"),
    message(2, SENTENCES[1], photo="a.jpg", date_unixtime="1646240580"),
    message(3, "", photo="b.jpg", date_unixtime="1646240580"),
)
_TAR = gzip.decompress(tarred({"d/a.txt": SENTENCES[0], "n" * 150 + ".md": "# Oui", "b.html": HTML}))


@dataclass(frozen=True)
class Kind:
    """Files of one suffix; ``pack`` makes the file of what is mutated."""

    suffix: str
    samples: tuple[bytes, ...]
    tokens: tuple[bytes, ...]
    pack: Callable[[bytes], bytes] = bytes


def _written(text: str) -> bytes:
    return text.encode()


KINDS = (
    Kind(
        ".txt",
        tuple(path.read_bytes() for path in sorted(SEEDS.glob("*.txt"))),
        (b"\n---\n", b"title: ", b"\xff", b"-\n", b"\xcc\x81"),
    ),
    Kind(
        ".md",
        (_written(MARKDOWN),),
        (b"```", b"[", b"](", b"<!--", b"-->", b"<script", b"> ", b"    ", b"\n---\n", b"!["),
    ),
    Kind(
        ".html",
        (_written(HTML.replace("<body>", f"<head>{_META}</head><body>")),),
        (b"<", b"</p>", b"<table>", b"<!--", b"&#0;", b"\x00", b"]]>", b"<div>" * 50),
    ),
    Kind(
        ".pdf",
        (pdf(LINES[:3], LINES[3:], title="Kiev"), pdf(LINES)),
        (b"obj", b"endobj", b"stream\n", b"<<", b">>", b"99999999", b"/Kids [4 0 R]", b"(", b"Tj ", b"-1"),
    ),
    Kind(
        ".docx",
        (word(paragraph("Kiev", "Title") + paragraph(SENTENCES[0])),),
        (b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff"),
    ),
    Kind(
        ".docx",
        (_written(_DOCUMENT),),
        (b"<w:p>", b"</w:p>", b"<!DOCTYPE x>", b"&a;", b"<![CDATA[", b"<w:tr>", b"]]>"),
        lambda xml: zipped({"word/document.xml": xml}),
    ),
    Kind(
        ".eml",
        (_LETTER,),
        (b"\n\n", b"Content-Type: text/html; charset=x\n", b"=?utf-8?q?", b"boundary=", b"\n--", b"\r", b"Date: x\n"),
    ),
    Kind(
        ".mbox", (mbox(_LETTER, _LETTER.replace(b"<1@", b"<2@")),), (b"\nFrom ", b"\n>From ", b"\n\nFrom x\n", b"\r\n")
    ),
    Kind(
        ".jsonl",
        (_written(json.dumps({"id": 1, "text": SENTENCES[0], "published": "2022-03"}) + '\n{"text": "Oui."}'),),
        (b"null", b"1e999", b"NaN", b"{", b"[" * 99, b"\\ud800", b"\n"),
    ),
    Kind(
        ".json",
        (_EXPORT,),
        (b"null", b'"messages": ', b"[]", b"{}", b"\\x0B", b"1e999", b"-1", b'"id": 1', b'"type": "service"'),
    ),
    Kind(
        ".zip",
        (zipped({"d/a.txt": SENTENCES[0], "b.md": "# Oui", "result.json": _EXPORT, "c.html": HTML}),),
        (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"../", b"\xff\xff"),
    ),
    Kind(".tar.gz", (gzip.compress(_TAR),), (b"\x1f\x8b", b"\x00" * 8)),
    Kind(
        ".tgz",
        (_TAR,),
        (b"ustar", b"0000777", b"../", b"\x00" * 512, b"L", b"x", b"\x80\xff", b"9" * 12),
        gzip.compress,
    ),
)


def mutate(data: bytes, tokens: tuple[bytes, ...], rng: random.Random) -> bytes:
    """Return ``data`` after one to eight changes; most often one, as several break a strict format at once."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at, to = sorted((rng.randint(0, len(data)), rng.randint(0, len(data))))
        to = min(to, at + rng.choice((1, 4, 64, 1 << 20)))
        kind = rng.randrange(6)
        if kind == 0:
            data = data[:at] + rng.randbytes(to - at if to - at < 64 else 8) + data[to:]
        elif kind == 1:
            data = data[:at] + data[to:]
        elif kind == 2:
            data = data[:to] + data[at:to] * rng.choice((1, 2, 30)) + data[to:]
        elif kind in (3, 4):
            data = data[:at] + rng.choice(tokens) + data[at if kind == 3 else to :]
        elif at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
        data = data[: 1 << 20]
    return data


def files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield as many mutated files, kind after kind, with their suffixes."""
    rng = random.Random(seed)
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        yield kind.suffix, kind.pack(mutate(rng.choice(kind.samples), kind.tokens, rng))


def outcomes(path: Path, parser: Parser) -> Iterator[str]:
    """Read everything in a file and yield ``article``, or the reason why something was not read."""
    source = FolderSource(path, parser)
    for record in source.records():
        if not isinstance(record, Record):
            yield record.reason
            continue
        try:
            article = source.read(record)
        except ReadError as exc:
            yield str(exc)
        else:
            yield "article" if article.text and article.id == article.id.strip() else f"{path} gave an empty article"


def run(count: int, seed: int = 0, seconds: float = 20.0) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Return how often each kind gave articles or was refused, and what should not have happened."""
    parser = Parser(seconds=seconds)
    tally: Counter[tuple[str, str]] = Counter()
    flaws: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for suffix, data in files(count, seed):
            path = Path(folder, f"a{suffix}")
            path.write_bytes(data)
            found = "nothing"
            try:
                for outcome in outcomes(path, parser):
                    if outcome != "article" and UNFORESEEN.search(outcome):
                        flaws.append(f"{outcome} {data[:60]!r}")
                    found = "article" if "article" in (found, outcome) else "refused"
            except Exception as exc:  # what this looks for
                flaws.append(f"{suffix}: {type(exc).__name__}: {exc} {data[:60]!r}")
            tally[suffix, found] += 1
    parser.close()
    return tally, flaws


def main() -> int:
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began = time.perf_counter()
    tally, flaws = run(count, seed)
    for (suffix, found), times in sorted(tally.items()):
        print(f"{suffix:8} {found:8} {times:6}")
    print(f"{count} files in {time.perf_counter() - began:.0f} s, {len(flaws)} with an error that is not documented")
    print("\n".join(flaws[:50]))
    return bool(flaws)


if __name__ == "__main__":
    sys.exit(main())
