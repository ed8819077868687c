import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading.readers import read_article
from retrieval.types import Article
from tests.retrieval.files import SENTENCES, WORD, paragraph, word, zipped


def read(data: bytes) -> Article:
    return read_article(data, ".docx", "an-id", "a.docx")


def reason(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(data)
    return str(caught.value)


def test_paragraphs_and_title() -> None:
    body = paragraph("Kiev résiste", "Titre") + paragraph(SENTENCES[0]) + paragraph("") + paragraph(SENTENCES[1])
    assert read(word(body)) == Article("an-id", "\n\n".join(SENTENCES), "Kiev résiste", language="fr")


def test_the_head_of_the_text_is_read_as_in_plain_text() -> None:
    body = "".join(map(paragraph, ("date: 2022-03-02", "Kiev résiste encore", *SENTENCES)))
    article = read(word(body))
    assert (article.published, article.dated_by, article.title) == ("2022-03-02", "header", "Kiev résiste encore")
    assert article.text == "\n\n".join(SENTENCES)


def test_a_title_further_down_is_text() -> None:
    body = paragraph(SENTENCES[0]) + paragraph("« Sans peur »", "Title") + paragraph(SENTENCES[1])
    assert read(word(body)).text == f"{SENTENCES[0]}\n\n« Sans peur »\n\n{SENTENCES[1]}"


def test_runs_breaks_and_what_is_not_shown() -> None:
    body = (
        "<w:p><w:r><w:t>La ville</w:t></w:r><w:r><w:tab/><w:t xml:space='preserve'>de Kiev</w:t></w:r>"
        "<w:r><w:t>,</w:t><w:br/><w:t>peut</w:t><w:noBreakHyphen/><w:t>être, tient</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t> caché</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t> encore.</w:t></w:r>"
        "<w:del><w:r><w:delText>effacé</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>parti</w:t></w:r></w:moveFrom>"
        "<w:r><w:instrText>HYPERLINK</w:instrText></w:r></w:p>"
    )
    assert read(word(body)).text == "La ville de Kiev,\npeut-être, tient encore."


def test_tables() -> None:
    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"

    body = paragraph(SENTENCES[0]) + f"<w:tbl>{row('Kherson', '300 morts')}{row('Marioupol', '1 200 morts')}</w:tbl>"
    assert read(word(body)).text == f"{SENTENCES[0]}\n\nKherson | 300 morts\n\nMarioupol | 1 200 morts"
    layout = f"<w:tbl><w:tr><w:tc>{paragraph(SENTENCES[0])}{paragraph(SENTENCES[1])}</w:tc></w:tr></w:tbl>"
    assert read(word(layout)).text == "\n".join(SENTENCES)


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('Encadré : le siège dure.')}</w:txbxContent>"
    other = '<x:AlternateContent xmlns:x="x"><x:Choice>{0}</x:Choice><x:Fallback>{0}</x:Fallback></x:AlternateContent>'
    body = f"<w:p><w:r><w:t>{SENTENCES[0]}</w:t></w:r><w:r>{other.format(box)}</w:r></w:p>"
    assert read(word(body)).text == f"Encadré : le siège dure.\n\n{SENTENCES[0]}"


def test_the_strict_form_and_texts_of_drawings() -> None:
    body = paragraph(SENTENCES[0]) + '<a:p xmlns:a="urn:drawing"><a:t>axe</a:t></a:p>'
    assert read(word(body, space="http://purl.oclc.org/ooxml/wordprocessingml/main")).text == SENTENCES[0]


XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("declared", [XXE, LAUGHS, "<!DOCTYPE x>"])
def test_a_document_type_is_refused(declared: str) -> None:
    assert reason(word("<w:p><w:r><w:t>&a;</w:t></w:r></w:p>", declared)) == (
        "a.docx states a document type, as no Word file does."
    )


def test_files_that_are_no_document() -> None:
    assert reason(b"PK\x03\x04") == "a.docx is a broken Word file (BadZipFile)."
    assert reason(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == (
        "a.docx is encrypted, or of an old Word; save it as .docx without a password."
    )
    assert reason(zipped({"a.txt": "x"})) == "a.docx is no Word file: it holds no document."
    assert reason(zipped({"word/document.xml": "<w:p>"})) == "a.docx is a broken Word file (ExpatError)."
    assert reason(word("")) == "a.docx holds no text."
    bomb = f'<w:document xmlns:w="{WORD}">' + "<w:p/>" * 1_000_000 + "</w:document>"
    assert reason(zipped({"word/document.xml": bomb})) == (
        "a.docx unpacks to more than 200 times its size, as no text does."
    )


_TAGS = st.sampled_from("p r t tr tc tbl pPr rPr vanish pStyle tab br del moveFrom txbxContent".split())


@given(
    st.recursive(
        st.text("Kiev .", max_size=9), lambda inner: st.tuples(_TAGS, st.lists(inner, max_size=4)), max_leaves=30
    )
)
def test_any_nesting_gives_text_or_a_reason(tree: object) -> None:
    def xml(node: object) -> str:
        if isinstance(node, str):
            return node
        tag, inner = node  # type: ignore[misc]
        return f"<w:{tag} w:val='Title'>{''.join(map(xml, inner))}</w:{tag}>"

    try:
        text, refused = read(word(xml(tree))).text, ""
    except ReadError as exc:
        text, refused = "", str(exc)
    assert bool(text) != (refused == "a.docx holds no text.")
