"""Newsletters as mail (``.eml``, and ``.mbox`` of many): the body, with subject, date and sender from the header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parseaddr
from typing import BinaryIO

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.language import language_code
from retrieval.reading.decoding import decode
from retrieval.reading.pages import read_page
from retrieval.reading.wrapping import join_wrapped, looks_wrapped
from retrieval.text import normalise, one_line, web_address
from retrieval.types import Article

_FROM = b"From "  # with a capital and a space: begins each message of an mbox
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_LAYOUT = re.compile(r"<(/?)(?:table|tbody|thead|tfoot|tr|td|th|center)\b[^<>]*>", re.IGNORECASE)
_BODY = re.compile(r"<(/?)body\b[^<>]*>", re.IGNORECASE)
_LINKED_HEADING = re.compile(r"(<h[1-6]\b[^<>]*>\s*)<a\b[^<>]*>", re.IGNORECASE)
_LONGEST_HEAD = 2**16  # bytes


def read_mail(data: bytes) -> Article:
    """Return the article of a mail, without an id: its HTML as a web page is read, else its plain text.

    Attachments are left out: what a newsletter says is in its body. Raises ReadError with the reason.
    """
    try:
        message = message_from_bytes(data, _class=EmailMessage, policy=default)
        stated = {
            name: _header(message, name) for name in ("Subject", "From", "Date", "Archived-At", "Content-Language")
        }
        if not (stated["Subject"] or stated["From"] or stated["Date"]):
            raise ReadError("is no mail: it states no subject, sender or date")
        article = _body(message)
    except (ReadError, MemoryError):
        raise
    except Exception as exc:  # a broken or hostile mail can make the parser fail in any way
        raise ReadError(f"is a broken mail ({type(exc).__name__})") from exc
    published = parse_date(stated["Date"])
    return Article(
        id="",
        text=article.text,
        title=one_line(stated["Subject"]),
        url=web_address(stated["Archived-At"].strip().strip("<>")) or article.url,  # RFC 5064
        outlet=one_line(parseaddr(stated["From"])[0]),
        published=published,
        language=language_code(stated["Content-Language"]) or article.language,
        dated_by="header" if published else "",
    )


def mails(file: BinaryIO, largest: int) -> Iterator[bytes | None]:
    """Yield the messages of an mbox as they were before they were put in; None for one of more than ``largest`` bytes.

    A message begins with a "From " line after a blank one; ">From " in a body is "From " again (mboxrd). Raises ReadError
    for a file that does not begin so.
    """
    line = file.readline(largest + 1)
    if not line.startswith(_FROM):
        raise ReadError("is no mbox: it does not begin with a From line" if line.strip() else "holds no text")
    lines: list[bytes] = []
    size, blank = 0, False
    while line := file.readline(largest + 1):
        if blank and line.startswith(_FROM):
            yield _unquoted(lines, size, largest)
            lines, size, blank = [], 0, False
            continue
        blank = line in (b"\n", b"\r\n")
        size += len(line)
        if size <= largest:
            lines.append(line)
    yield _unquoted(lines, size, largest)


def message_id(data: bytes) -> bytes:
    """Return what a mail states as its id, or nothing."""
    head = re.split(rb"\r?\n\r?\n", data[:_LONGEST_HEAD], maxsplit=1)[0]
    match = _MESSAGE_ID.search(head)
    return match[1] if match else b""


def _unquoted(lines: list[bytes], size: int, largest: int) -> bytes | None:
    """Return a message without the blank lines that part it from the next: the last one may have none."""
    return None if size > largest else _QUOTED.sub(rb"\1", b"".join(lines)).rstrip(b"\r\n") + b"\n"


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except Exception:  # headers are parsed when they are asked for; a broken one is as good as none
        return ""


def _body(message: EmailMessage) -> Article:
    html = message.get_body(("html",))
    if html is not None:
        try:
            return read_page(_as_page(_text(html)))
        except ReadError:  # a picture with an address, say; the plain text may hold more
            pass
    plain = message.get_body(("plain",))
    text = normalise(_text(plain)) if plain is not None else ""
    if not text:
        raise ReadError("holds no text")
    return Article(id="", text=join_wrapped(text.split("\n")) if looks_wrapped(text) else text)


def _as_page(html: str) -> str:
    """Return a mail's HTML as that of a page: a reader of pages takes layout for tables and linked headings for menus."""
    html = _BODY.sub(r"<\1article>", _LAYOUT.sub(r"<\1div>", html.replace("\x00", "")))
    return _LINKED_HEADING.sub(r"\1", html)


def _text(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(str(part.get_content_charset("")))
    except (LookupError, ValueError):  # none stated, an unknown one, or one that does not fit
        return decode(data) if data else ""
