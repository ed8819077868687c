"""PDF files: the text layer, as paragraphs."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter

from retrieval.errors import ReadError
from retrieval.text import normalise, one_line
from retrieval.types import Article
from retrieval.wrapping import join_wrapped

_FILE_NAME = re.compile(
    r"(?i)(?:microsoft \w+ - .*|untitled|sans titre|.*\.(?:docx?|odt|indd|qxd|pdf|tex|html?|txt|pub|rtf))"
)
_SOFT_HYPHEN = re.compile("[\u00ad\u2010] *(?=\n|\\Z)")


def read_pdf(data: bytes) -> Article:
    """Return the article of a PDF, without an id: its text layer, and the title that its metadata state.

    The day on which the file was made is no publication date and is left out. Raises ReadError, with the reason, for a
    PDF that is encrypted, broken, or made of images only.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it comments on every flaw of a file
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError("is encrypted; save it without a password and index again")
        pages = [page.extract_text() or "" for page in reader.pages]
        title = (reader.metadata.title if reader.metadata else "") or ""
    except ReadError:
        raise
    except pypdf.errors.DependencyError as exc:
        raise ReadError("is encrypted; save it without a password and index again") from exc
    except Exception as exc:  # a broken or hostile file can make the parser fail in any way
        raise ReadError(f"is a broken PDF ({type(exc).__name__})") from exc
    if not pages:
        raise ReadError("is a PDF without pages")
    text = join_wrapped(_body_lines([normalise(_SOFT_HYPHEN.sub("-", page)).split("\n") for page in pages]))
    if not normalise(text):
        raise ReadError("is a PDF without a text layer, such as a scan; run text recognition (OCR) on it first")
    title = one_line(str(title))
    return Article(id="", text=text, title="" if _FILE_NAME.fullmatch(title) else title)


def _body_lines(pages: list[list[str]]) -> list[str]:
    """Return the lines of all pages without page numbers and without what most pages repeat at their edges."""
    edges = Counter(_mask(line) for lines in pages for line in {lines[0], lines[-1]})
    body: list[str] = []
    for lines in pages:
        for end in (0, -1):
            if lines and (
                _mask(lines[end]) in ("#", "") or (len(pages) > 2 and edges[_mask(lines[end])] > len(pages) / 2)
            ):
                lines = lines[1:] if end == 0 else lines[:-1]
        body.extend(lines)
    return body


def _mask(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip(" -–—|."))
