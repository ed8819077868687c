"""Files of about 10 MB made to hang or burst their parsers: what each costs, and whether the next file is read.

python -m tests.retrieval.reading.hostile
"""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Iterator

from retrieval.errors import ReadError
from retrieval.reading.parsing import Parser
from tests.retrieval.files import WORD, zipped

SIZE = 10_000_000


def pdf(content: bytes, filters: str = "/FlateDecode") -> bytes:
    """A PDF of one page with this content stream, packed already."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(content), filters.encode(), content),
        b"<< /Type /Page /Parent 2 0 R /Contents 3 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n%s" % b"".join(places))
    out.write(b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % table)
    return out.getvalue()


def word(body: bytes) -> bytes:
    return zipped({"word/document.xml": b'<w:document xmlns:w="%s">%s</w:document>' % (WORD.encode(), body)})


def cases() -> Iterator[tuple[str, bytes, str]]:
    yield "links", b"<a href='x'>y</a>" * (SIZE // 17), ".html"
    yield "paragraphs", b"<p>x" * (SIZE // 4), ".html"
    yield "meta tags", b"<meta name=a content=b>" * (SIZE // 23), ".html"
    yield "nested", b"<div>" * (SIZE // 5), ".html"
    yield "open emphasis", b"*a " * (SIZE // 3), ".md"
    yield "open brackets", b"[" * SIZE, ".md"
    yield "3-byte lines", b"ab\n" * (SIZE // 3), ".txt"
    yield "operators, packed", pdf(zlib.compress(b"BT /F1 9 Tf (a) Tj ET " * 3_000_000, 9)), ".pdf"
    twice = zlib.compress(zlib.compress(b"\0" * 900_000_000, 9), 9)
    yield "zeros, packed twice", pdf(twice, "[/FlateDecode /FlateDecode]"), ".pdf"
    yield "empty paragraphs, packed", word(b"<w:p/>" * SIZE), ".docx"
    different = (b"<w:p><w:r><w:t>%x</w:t></w:r></w:p>" % (n * 2654435761 % 2**32) for n in range(1_200_000))
    yield "paragraphs", word(b"".join(different)), ".docx"
    head = b"Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    yield "parts", head + b"--b\n\nx\n" * (SIZE // 7), ".eml"
    yield "encoded words", b"Subject: %s\n\nx" % (b"=?utf-8?q?a?= " * (SIZE // 14)), ".eml"
    yield "empty lists", b'{"text": "x", "y": [%s[]]}' % (b"[]," * (SIZE // 3)), ".jsonl"


def main() -> None:
    parser = Parser()
    for what, data, suffix in cases():
        began = time.perf_counter()
        try:
            outcome = f"{len(parser.read(data, suffix, 'a', f'a{suffix}').text):,} characters"
        except ReadError as exc:
            outcome = str(exc)
        took = time.perf_counter() - began
        assert parser.read(b"# Titre\n\nOui.", ".md", "b", "b.md").text == "Oui."
        after = time.perf_counter() - began - took
        print(
            f"{suffix:6} {what:25} {len(data) / 1e6:6.2f} MB {took:5.1f} s, then {after:.2f} s: {outcome}", flush=True
        )
    parser.close()


if __name__ == "__main__":
    main()
