import io
import json
from dataclasses import asdict

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading.decoding import decode
from retrieval.reading.readers import parse_line, read_article
from retrieval.text import normalise
from retrieval.types import Article


def read(data: bytes | str, suffix: str) -> Article:
    return read_article(data.encode() if isinstance(data, str) else data, suffix, "an-id", f"a{suffix}")


def reason(data: bytes | str, suffix: str) -> str:
    with pytest.raises(ReadError) as caught:
        read(data, suffix)
    return str(caught.value)


def assert_clean_or_reason(data: bytes, suffix: str) -> None:
    try:
        text, refused = read(data, suffix).text, ""
    except ReadError as exc:
        text, refused = "", str(exc)
    assert bool(text) != refused.startswith(f"a{suffix} ")
    assert text == normalise(text)


# Text and its encodings.

FRENCH = "L’armée russe a pris Kherson « à l’aube », selon l’état-major.\nLe siège de Marioupol a commencé."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_of_french(encoding: str) -> None:
    assert read(FRENCH.encode(encoding), ".txt").text == FRENCH


def test_other_encodings() -> None:
    russian = "Российские войска взяли Херсон. Переговоры продолжаются на границе с Польшей, сообщил Мединский."
    assert read(russian.encode("cp1251"), ".txt").text == russian
    assert read("Été à Kharkiv, dit-il.".encode("latin-1"), ".txt").text == "Été à Kharkiv, dit-il."
    assert decode(b'<meta charset="iso-8859-2">' + "Łódź".encode("iso-8859-2")).endswith("Łódź")


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    assert decode(FRENCH.encode() * 10 + b"\xff fin") == FRENCH * 10 + "\ufffd fin"


def test_what_is_no_text() -> None:
    assert reason(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ".txt") == "a.txt is not a text file."
    assert reason("", ".txt") == "a.txt holds no text."
    assert reason(" \n\ufeff.\n", ".txt") == "a.txt holds no text."
    assert reason("Voir aussi\n\nPartager", ".txt") == "a.txt holds no text."
    assert reason("date 2022-03", ".txt") == "a.txt holds no text."
    assert reason("x", ".odt") == "a.odt is none of .docx, .eml, .htm, .html, .jsonl, .md, .pdf, .txt."


def test_text_as_printed_becomes_text_as_kept() -> None:
    article = read(
        "titre: Kiev résiste\ndate: 2022-03\n\nKiev résiste\n\nLa ville\u00a0tient\u2009!\r\n\r\n\r\nOui.\r\n", ".txt"
    )
    assert article == Article(
        id="an-id", text="La ville tient !\n\nOui.", title="Kiev résiste", published="2022-03", dated_by="header"
    )


def test_the_language_stated_wins_and_unsure_is_empty() -> None:
    assert read("language: en\n\nLa ville de Kiev résiste depuis hier soir.", ".txt").language == "en"
    assert read("La ville de Kiev résiste depuis hier soir.", ".txt").language == "fr"
    assert read("Kiev, Moscou, Odessa.", ".txt").language == ""


def test_hard_wrapped_text_is_joined() -> None:
    text = (
        "Kiev se prépare à l'assaut\n\nLes négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière\n"
        "entre la Pologne et le Bélarus pour une deuxième tentative de pourparlers, lors\n"
        "de laquelle Kiev espérait obtenir une trêve, un an après le début de la guerre\n"
        "dans le pays."
    )
    article = read(text, ".txt")
    assert article.title == "Kiev se prépare à l'assaut"
    assert article.text == (
        "Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière entre la Pologne et le Bélarus "
        "pour une deuxième tentative de pourparlers, lors de laquelle Kiev espérait obtenir une trêve, un an après le "
        "début de la guerre dans le pays."
    )


# Markdown.

MARKDOWN = """---
date: 2022-03-02
source: Le Monde
---
<!-- brouillon : ne pas
publier -->
# Kiev *résiste* encore

La **ville** de [Kiev](https://exemple.fr) est
encerclée.![carte](carte.png) Oui.

## Le siège

- Premier point
- Second `point`

Partager

<div>Du HTML.</div>
<script>alert(1)</script>
"""


def test_markdown() -> None:
    article = read(MARKDOWN, ".md")
    assert (article.title, article.published, article.outlet) == ("Kiev résiste encore", "2022-03-02", "Le Monde")
    assert article.text == (
        "La ville de Kiev est encerclée. Oui.\n\nLe siège\n\nPremier point\n\nSecond point\n\nDu HTML."
    )


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("---\ntitle: Kiev\ndate: 2022-03-02 18:03:00 +0100\n---", "2022-03-02T18:03:00+01:00"),
        ("---\npublishDate: 2022-03\nlastmod: 2023-01-01\n---", "2022-03"),
        ("---\npubDate: 'Mar 2 2022'\n---", "2022-03-02"),
        ("# Kiev\n\nPublié le 2 mars 2022 à 10h37", "2022-03-02"),
        ("---\nlastmod: 2023-01-01\n---", ""),
        ("# Kiev\n\nMis à jour le 2 mars 2022", ""),
    ],
)
def test_dates_of_markdown(head: str, published: str) -> None:
    article = read(f"{head}\n\nLa ville de Kiev résiste depuis hier soir.", ".md")
    assert (article.published, article.dated_by) == (published, "header" if published else "")


def test_markdown_without_a_first_heading_has_no_title() -> None:
    article = read("La ville est encerclée.\n\n# Un titre plus bas\n\nOui.", ".md")
    assert article.title == ""
    assert article.text == "La ville est encerclée.\n\nUn titre plus bas\n\nOui."
    assert reason("<!-- rien -->\n\n![](a.png)", ".md") == "a.md holds no text."


# HTML.

BODY = (
    "<nav><a href='/'>Accueil</a> <a href='/monde'>Monde</a></nav><article><h1>Kiev résiste</h1>"
    "<p>La ville de&nbsp;Kiev est encerclée par les troupes russes depuis mercredi, selon le maire.</p>"
    "<h2>Le siège</h2><p>Les habitants se préparent à l’assaut, « sans peur », dit-il.</p>"
    "<p>Partager</p></article><footer>© 2019 Le Journal, publié le 3 mars 2019</footer>"
)
TEXT = (
    "La ville de Kiev est encerclée par les troupes russes depuis mercredi, selon le maire.\n"
    "Le siège\nLes habitants se préparent à l’assaut, « sans peur », dit-il."
)


def page(head: str = "", body: str = BODY, lang: str = "") -> str:
    return f"<!doctype html><html{lang}><head>{head}</head><body>{body}</body></html>"


def test_a_page_that_states_nothing() -> None:
    assert read(page(), ".html") == Article(id="an-id", text=TEXT, title="Kiev résiste", language="fr")


def test_what_a_page_states_is_taken() -> None:
    head = (
        "<title>Autre titre - Le Journal</title>"
        '<meta property="og:title" content="Kiev r&amp;eacute;siste - Le Journal">'
        '<meta property="og:site_name" content="Le Journal"><link rel="canonical" href="https://exemple.fr/kiev">'
        '<meta property="article:published_time" content="2022-03-02T18:03:00+01:00">'
    )
    assert read(page(head, lang=' lang="fr-FR"'), ".htm") == Article(
        id="an-id",
        text=TEXT,
        title="Kiev résiste",
        url="https://exemple.fr/kiev",
        outlet="Le Journal",
        published="2022-03-02T18:03:00+01:00",
        language="fr",
        dated_by="page",
    )


def test_json_ld() -> None:
    data = {
        "@graph": [
            {"@type": "WebPage", "datePublished": "2001-01-01"},
            {
                "@type": ["NewsArticle"],
                "headline": "Kiev &quot;résiste&quot;",
                "datePublished": "2022-03-02",
                "inLanguage": "uk",
                "publisher": {"name": "L'Agence"},
            },
        ]
    }
    article = read(page(f'<script type="application/ld+json">{json.dumps(data)}</script>'), ".html")
    assert (article.title, article.published, article.outlet, article.language) == (
        'Kiev "résiste"',
        "2022-03-02",
        "L'Agence",
        "uk",
    )


@pytest.mark.parametrize(
    ("body", "published"),
    [
        ('<article><time datetime="2022-03-02">hier</time>{}</article>', "2022-03-02"),
        ('<article><time datetime="2022-03-02">a</time><time datetime="2022-03-04">b</time>{}</article>', ""),
        ('<time datetime="2021-01-01">a</time><time pubdate datetime="2022-03-02">b</time>{}', "2022-03-02"),
        ('<span itemprop="datePublished" datetime="2022-03-02"></span>{}', "2022-03-02"),
        ("<p>Le 2 mars 2022, la ville est tombée, selon des témoins.</p>{}", ""),
        ('<a href="/2022/03/02/kiev.html">Kiev</a>{}', ""),
    ],
)
def test_dates_come_from_tags_and_never_from_a_guess(body: str, published: str) -> None:
    assert read(page(body=body.format(BODY)), ".html").published == published


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2022-02-30">',
        '<meta property="article:modified_time" content="2022-03-02">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": </script>',
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": 3, "publisher": []}</script>',
        '<link rel="canonical" href="javascript:alert(1)"><meta property="og:url" content="/kiev">',
    ],
)
def test_nonsense_in_the_head_is_left_out(head: str) -> None:
    assert read(page(head), ".html") == Article(id="an-id", text=TEXT, title="Kiev résiste", language="fr")


def test_pages_without_text() -> None:
    assert reason("", ".html") == "a.html holds no text."
    assert reason(page(body="<img src=a.png>"), ".html") == "a.html holds no text."


def test_a_short_page_keeps_its_paragraphs() -> None:
    assert read("<html><body><p>Kiev résiste.</p><p>Le siège dure.</p></body></html>", ".html").text == (
        "Kiev résiste.\nLe siège dure."
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<div", ">", "<!--", "-->", "&#0;", "Kiev résiste.", "<h1>", "\x00", "\n"])
    )
)
def test_any_html_gives_clean_text_or_a_reason(parts: list[str]) -> None:
    assert_clean_or_reason("".join(parts).encode(), ".html")


# PDF.


def pdf(*pages: list[str], title: str = "", password: str = "", **stated: str) -> bytes:
    """A PDF by hand: one content stream a page, one line of text a line."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
               "/Encoding /WinAnsiEncoding >>"]  # fmt: skip
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        stream = f"BT /F1 11 Tf 50 780 Td {shown} ET" if lines else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        kids.append(len(objects) + 1)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>"
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252"))
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode())
    if not title and not password and not stated:
        return out.getvalue()
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    writer.metadata = {f"/{name}": value for name, value in {"Title": title, **stated}.items() if value}
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    finished = io.BytesIO()
    writer.write(finished)
    return finished.getvalue()


LINES = [
    "Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière pour",
    "une deuxième tentative de pourparlers, lors de laquelle Kiev espérait une évacua-",
    "tion des civils et un cessez-le-",
    "feu.",
    "Kiev résiste",
    "La ville est actuellement encerclée par les troupes et les chars ennemis, dit-on.",
]
JOINED = (
    "Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière pour une deuxième tentative de "
    "pourparlers, lors de laquelle Kiev espérait une évacuation des civils et un cessez-le-feu.\n"
    "Kiev résiste\nLa ville est actuellement encerclée par les troupes et les chars ennemis, dit-on."
)


def test_pdf_lines_become_paragraphs() -> None:
    assert read(pdf(LINES), ".pdf") == Article(id="an-id", text=JOINED, language="fr", pages=(0,))


def test_pdf_title_comes_from_its_metadata() -> None:
    article = read(pdf(LINES, title="Kiev  résiste"), ".pdf")
    assert (article.title, article.published, article.dated_by) == ("Kiev résiste", "", "")
    assert read(pdf(LINES, title="Microsoft Word - brouillon.docx"), ".pdf").title == ""


MADE = {"Producer": "Adobe PDF Library 15.0", "Creator": "Adobe InDesign 16.0 (Macintosh)"}


@pytest.mark.parametrize(
    ("made", "published"),
    [
        ("D:20220302233015+01'00'", "2022-03-02"),  # as its clock said
        ("D:20220302", "2022-03-02"),
        ("D:202203", "2022-03"),
        ("20220302120000Z", "2022-03-02"),
        ("D:19700101000000Z", ""),
        ("D:20221302", ""),
        ("hier", ""),
        ("", ""),
    ],
)
def test_a_pdf_is_dated_to_the_day_by_its_making_where_nothing_better_is_known(made: str, published: str) -> None:
    article = read(pdf(LINES, **MADE, CreationDate=made, ModDate="D:20230101"), ".pdf")
    assert (article.published, article.dated_by) == (published, "header" if published else "")


@pytest.mark.parametrize(
    "program",
    [
        {"Producer": "Skia/PDF m98", "Creator": "Mozilla/5.0 (X11) Chrome/98.0"},
        {"Producer": "wkhtmltopdf 0.12"},
        {"Producer": "macOS Version 12.2 Quartz PDFContext", "Creator": "Safari"},
        {"Producer": "Microsoft: Print To PDF"},
        {"Creator": "Canon iR-ADV Scanner"},
    ],
)
def test_the_day_of_printing_a_page_is_no_date(program: dict[str, str]) -> None:
    assert read(pdf(LINES, **program, CreationDate="D:20220302"), ".pdf").published == ""


def test_the_dates_of_a_pdf_in_order_of_trust() -> None:
    made = {**MADE, "CreationDate": "D:20220305"}
    byline = ["Publié le 2 mars 2022 à 10h37", *LINES]
    found = [
        read_article(pdf(lines, **made), ".pdf", "x", "x.pdf", named)
        for lines, named in ((byline, "2022-03-04"), (LINES, "2022-03-04"), (LINES, ""))
    ]
    assert [(article.published, article.dated_by) for article in found] == [
        ("2022-03-02", "header"),
        ("2022-03-04", "name"),
        ("2022-03-05", "header"),
    ]


def test_what_pdf_pages_repeat_at_their_edges_goes() -> None:
    pages = [
        ["Le Journal - page 1", *LINES[:2]],
        ["Le Journal - page 2", *LINES[2:5]],
        ["Le Journal - page 3", LINES[5], "3"],
    ]
    assert read(pdf(*pages), ".pdf").text == JOINED


def pages_of(*pages: list[str], title: str = "") -> tuple[str, list[str]]:
    """Return the text, and what stands on each page."""
    article = read(pdf(*pages, title=title), ".pdf")
    ends = [*article.pages[1:], len(article.text)]
    return article.text, [article.text[start:end] for start, end in zip(article.pages, ends, strict=True)]


def test_pdf_pages_begin_where_they_do() -> None:
    text, pages = pages_of(LINES[:1], LINES[1:2], LINES[2:])
    assert text == JOINED
    assert pages == [
        "Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière pour ",
        "une deuxième tentative de pourparlers, lors de laquelle Kiev espérait une évacua",
        JOINED[JOINED.index("tion des civils") :],
    ]


def test_pdf_pages_without_text_begin_with_the_next() -> None:
    assert pages_of([], LINES[:5], [], LINES[5:], []) == (
        JOINED,
        ["", JOINED[: JOINED.index("La ville")], "", JOINED[JOINED.index("La ville") :], ""],
    )


def test_pdf_pages_after_lines_are_left_out() -> None:
    """The title, page numbers and furniture go after the pages were counted."""
    first = f"{LINES[0]} une trêve, dit-on."
    text, pages = pages_of(
        ["Kiev tient", LINES[0], "une trêve, dit-on.", "1"],
        ["Voir aussi", "Moscou avance", "Le siège dure.", "2"],
        ["Oui, il dure.", "Partager", "3"],
        title="Kiev tient",
    )
    assert text == f"{first}\nLe siège dure.\nOui, il dure."
    assert pages == [f"{first}\n", "Le siège dure.\n", "Oui, il dure."]


def test_files_without_pages() -> None:
    assert read("Oui.", ".txt").pages == ()


def test_pdfs_that_cannot_be_read() -> None:
    locked = "a.pdf is encrypted; save it without a password and index again."
    assert reason(pdf(LINES, password="secret"), ".pdf") == locked
    assert reason(pdf([]), ".pdf") == (
        "a.pdf is a PDF without a text layer, such as a scan; run text recognition (OCR) on it first."
    )
    assert reason(b"%PDF-1.4\nno", ".pdf").startswith("a.pdf is a broken PDF (")
    assert reason(pdf(LINES)[:200], ".pdf").startswith("a.pdf is a broken PDF (")
    assert reason(b"", ".pdf").startswith("a.pdf is a broken PDF (")


# JSONL.


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_a_full_line() -> None:
    data = line(
        id=7,
        title=" Kiev\nrésiste ",
        text="Kiev tient.\nPartager\nOui.",
        url="https://exemple.fr",
        outlet="AFP",
        published="2022-03",
        language="fr-FR",
        extra=[1],
    )
    assert parse_line(data).id == "7"
    assert read_article(data, ".jsonl", "7", "all.jsonl") == Article(
        id="7",
        text="Kiev tient.\nOui.",
        title="Kiev résiste",
        url="https://exemple.fr",
        outlet="AFP",
        published="2022-03",
        language="fr",
        dated_by="data",
    )


@pytest.mark.parametrize(
    ("fields", "dated_by"),
    [
        ({"published": "2022-03", "dated_by": "page"}, "page"),
        ({"published": "2022-03", "dated_by": "name"}, "name"),
        ({"published": "2022-03", "dated_by": "carbon"}, "data"),
        ({"published": "2022-03", "dated_by": None}, "data"),
        ({"published": "bientôt", "dated_by": "page"}, ""),
        ({"dated_by": "page"}, ""),
    ],
)
def test_a_line_may_state_where_its_date_is_from(fields: dict[str, object], dated_by: str) -> None:
    assert read(line(text="Oui.", **fields), ".jsonl").dated_by == dated_by


PAGED = "Kiev tient.\nPartager\nOui, dit-on.\nNon."


def test_a_line_may_state_pages_and_they_move_with_the_text() -> None:
    starts = [0, PAGED.index("Partager"), PAGED.index("Oui"), PAGED.index("dit"), len(PAGED)]
    article = read(line(text=PAGED, pages=starts), ".jsonl")
    assert article.text == "Kiev tient.\nOui, dit-on.\nNon."
    assert article.pages == (0, 12, 12, 17, len(article.text))


def test_what_was_read_from_a_pdf_comes_back_from_a_line() -> None:
    article = read(pdf(LINES[:1], LINES[1:2], LINES[2:], Producer="Adobe", CreationDate="D:2022"), ".pdf")
    assert (len(article.pages), article.published, article.dated_by) == (3, "2022", "header")
    assert read_article(json.dumps(asdict(article)).encode(), ".jsonl", "an-id", "all.jsonl") == article


def test_lines_of_a_text_with_pages_stay_as_they_are() -> None:
    """Joining them would move its pages, and whoever wrote the pages had joined what is to be joined."""
    text = "\n".join(f"une ligne de la page coupée par la largeur de sa colonne, la {n}e," for n in range(6))
    assert read(line(text=text), ".jsonl").text != text
    article = read(line(text=text, pages=[0, text.index("la 3e")]), ".jsonl")
    assert (article.text, article.pages) == (text, (0, text.index("la 3e")))


@pytest.mark.parametrize("pages", [None, [], "12-14", 3, {"a": 1}])
def test_what_is_no_list_of_pages_is_passed_over(pages: object) -> None:
    assert read(line(text=PAGED, pages=pages), ".jsonl").pages == ()


def test_pages_of_a_text_that_is_not_clean_are_left_out() -> None:
    assert read(line(text="Kiev  tient.\nOui.", pages=[0, 13]), ".jsonl").pages == ()


@pytest.mark.parametrize(
    "pages", [[1], [0, 5, 3], [0, len(PAGED) + 1], [0, 1.0], [0, True], [0, "3"], [False], [0, [3]]]
)
def test_pages_that_cannot_be_are_refused(pages: list[object]) -> None:
    with pytest.raises(ReadError) as caught:
        parse_line(line(text=PAGED, pages=pages))
    assert str(caught.value) == '"pages" are no offsets in "text", ascending from 0'


def test_only_text_is_required_and_its_head_is_left_alone() -> None:
    article = read(line(text="Kiev se prépare à l'assaut\n\nOui, c'est sûr."), ".jsonl")
    assert article == Article(id="an-id", text="Kiev se prépare à l'assaut\n\nOui, c'est sûr.", language="fr")
    odd = read(line(text="Oui.", url="javascript:x", published="bientôt", title=None), ".jsonl")
    assert odd == Article(id="an-id", text="Oui.")
    assert read(line(text="Oui.", published=2022), ".jsonl").published == "2022"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (line(title="x"), '"text" is missing'),
        (line(text=None), '"text" is missing'),
        (line(text="  "), '"text" is empty'),
        (line(text=3), '"text" is not a string'),
        (line(text="x", title=["y"]), '"title" is not a string'),
        (line(text="x", id=True), '"id" is not a string'),
        (line(text="x", published=1.5), '"published" is not a string'),
        (line(text="x", dated_by=3), '"dated_by" is not a string'),
        (b'{"text": "x", "id": NaN}', '"id" is not a string'),
        (b"[1]", "is not a JSON object"),
        (b'{"text": ', "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b'{"text": "\xe9"}', "is not UTF-8"),
    ],
)
def test_lines_that_are_no_article(data: bytes, expected: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse_line(data)
    assert str(caught.value) == expected


def test_a_line_of_furniture_holds_no_text() -> None:
    with pytest.raises(ReadError, match=r"^all\.jsonl, article 'x', holds no text\.$"):
        read_article(line(text="Voir aussi\nPartager"), ".jsonl", "x", "all.jsonl, article 'x',")


@given(st.binary(max_size=200), st.sampled_from([".txt", ".md"]))
def test_any_bytes_give_clean_text_or_a_reason(data: bytes, suffix: str) -> None:
    assert_clean_or_reason(data, suffix)
