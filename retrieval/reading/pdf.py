"""PDF files: the text layer, as paragraphs, and where in it each page begins."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Any

from retrieval.dates import machine_date
from retrieval.errors import ReadError
from retrieval.reading.head import take_date
from retrieval.reading.wrapping import join_lines
from retrieval.text import normalise, one_line
from retrieval.types import Article

FILE_NAME = re.compile(
    r"(?i)(?:microsoft \w+ - .*|untitled|sans titre|.*\.(?:docx?|odt|indd|qxd|pdf|tex|html?|txt|pub|rtf))"
)
# Programs that print what is shown, a web page for one: they put the day of printing.
_PRINTERS = re.compile(
    r"(?i)skia/pdf|chrom(?:e|ium)|mozilla|firefox|cairo|wkhtmlto|weasyprint|puppeteer|playwright|print to pdf|quartz|"
    r"pdfcreator|cutepdf|novapdf|dopdf|bullzip|scan"
)
_MADE = re.compile(r"D?:?([0-9]{4})([0-9]{2})?([0-9]{2})?")  # D:20220302181500+01'00', ISO 32000-1, 7.9.4
_SOFT_HYPHEN = re.compile("[\u00ad\u2010] *(?=\n|\\Z)")


def read_pdf(data: bytes, named: str = "") -> Article:
    """Return the article of a PDF, without an id: its text layer, and the title that its metadata state.

    ``pages`` are in order: the first is 0, and a page without text begins where the next one does. Its date is that of a
    line such as "Publié le 2 mars 2022" among the first; else ``named``, which the file's name has; else, as a newspaper
    makes its pages on the eve or the day, the day on which the file was made, unless by a program that prints what others
    published. Raises ReadError, with the reason, for a PDF that is encrypted, broken, or made of images only.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it comments on every flaw of a file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError("is encrypted; save it without a password and index again")
        pages = [page.extract_text() or "" for page in reader.pages]
        stated: Mapping[str, Any] = reader.metadata or {}
        title, made = str(stated.get("/Title") or ""), _day_made(stated)
    except (ReadError, MemoryError):
        raise
    except pypdf.errors.DependencyError as exc:
        raise ReadError("is encrypted; save it without a password and index again") from exc
    except Exception as exc:  # a broken or hostile file can make the parser fail in any way
        raise ReadError(f"is a broken PDF ({type(exc).__name__})") from exc
    if not pages:
        raise ReadError("is a PDF without pages")
    bodies = _bodies([normalise(_SOFT_HYPHEN.sub("-", page)).split("\n") for page in pages])
    text, lines = join_lines([line for body in bodies for line in body])
    if not normalise(text):
        raise ReadError("is a PDF without a text layer, such as a scan; run text recognition (OCR) on it first")
    firsts = [0, *accumulate(len(body) for body in bodies)][:-1]  # each page's first line
    starts = tuple(lines[first] if first < len(lines) else len(text) for first in firsts)
    title = one_line(title)
    article = Article("", text, "" if FILE_NAME.fullmatch(title) else title, pages=(0, *starts[1:]))
    article = take_date(article)
    return article if article.published or named or not made else replace(article, published=made, dated_by="header")


def _day_made(stated: Mapping[str, Any]) -> str:
    """Return when a PDF was made, at the precision given but to the day at most; nothing where a printing was its making."""
    made_with = " ".join(str(stated.get(name) or "")[:500] for name in ("/Producer", "/Creator"))
    match = _MADE.match(str(stated.get("/CreationDate") or "").strip()[:64])
    if match is None or _PRINTERS.search(made_with):
        return ""
    return machine_date("-".join(part for part in match.groups() if part))


def _bodies(pages: list[list[str]]) -> list[list[str]]:
    """Return the lines of each page without page numbers and without what most pages repeat at their edges."""
    edges = Counter(_mask(line) for lines in pages for line in {lines[0], lines[-1]})
    bodies: list[list[str]] = []
    for lines in pages:
        for end in (0, -1):
            if lines and (
                _mask(lines[end]) in ("#", "") or (len(pages) > 2 and edges[_mask(lines[end])] > len(pages) / 2)
            ):
                lines = lines[1:] if end == 0 else lines[:-1]
        bodies.append(lines)
    return bodies


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip(" -–—|."))
