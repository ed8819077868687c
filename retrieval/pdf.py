"""PDF files: the text layer, as paragraphs, and where in it each page begins."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from retrieval.errors import ReadError
from retrieval.text import normalise, one_line
from retrieval.types import Article
from retrieval.wrapping import join_lines

FILE_NAME = re.compile(
    r"(?i)(?:microsoft \w+ - .*|untitled|sans titre|.*\.(?:docx?|odt|indd|qxd|pdf|tex|html?|txt|pub|rtf))"
)
_SOFT_HYPHEN = re.compile("[\u00ad\u2010] *(?=\n|\\Z)")


def read_pdf(data: bytes) -> tuple[Article, tuple[int, ...]]:
    """Return the article of a PDF, without an id: its text layer, and the title that its metadata state.

    Beside it stands the offset in its text at which each page begins, in order: the first is 0, and a page without text
    begins where the next one does. The day on which the file was made is no publication date and is left out. Raises
    ReadError, with the reason, for a PDF that is encrypted, broken, or made of images only.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it comments on every flaw of a file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError("is encrypted; save it without a password and index again")
        pages = [page.extract_text() or "" for page in reader.pages]
        title = (reader.metadata.title if reader.metadata else "") or ""
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
    title = one_line(str(title))
    return Article(id="", text=text, title="" if FILE_NAME.fullmatch(title) else title), (0, *starts[1:])


def moved(starts: Sequence[int], before: str, after: str) -> tuple[int, ...]:
    """Return offsets into ``before`` as offsets into ``after``, which holds some of its lines, in order, normalised.

    An offset in a line that is gone becomes that of the next line kept, or the end.
    """
    old = before.split("\n")
    places = list(accumulate((len(line) + 1 for line in old), initial=0))
    new = after.split("\n")
    begins = list(accumulate((len(line) + 1 for line in new), initial=0))
    found: list[int] = []
    kept = number = 0
    for start in starts:
        while number + 1 < len(old) and places[number + 1] <= start:  # to the line that holds it
            kept += kept < len(new) and normalise(old[number]) == new[kept]
            number += 1
        stays = kept < len(new) and normalise(old[number]) == new[kept]
        column = min(start - places[number], len(new[kept])) if stays else 0
        found.append(min(begins[kept] + column, len(after)))
    return (0, *found[1:]) if found else ()


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
