import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import ReadError
from retrieval.reading.mail import mails, message_id
from retrieval.reading.readers import read_article
from retrieval.types import Article
from tests.retrieval.files import HTML, SENTENCES, mail, mbox


def read(data: bytes) -> Article:
    return read_article(data, ".eml", "an-id", "a.eml")


def reason(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(data)
    return str(caught.value)


def test_the_html_is_read_and_the_header_says_the_rest() -> None:
    made = mail("Lisez la version en ligne.", HTML, Archived_At="<https://exemple.fr/lettre/7>")
    assert read(made.as_bytes()) == Article(
        id="an-id",
        text="\n".join(SENTENCES),
        title="Kiev résiste",
        url="https://exemple.fr/lettre/7",
        outlet="Le Journal",
        published="2022-03-02T18:03:00+01:00",
        language="fr",
        dated_by="header",
    )


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_charsets_and_transfer_encodings(charset: str) -> None:
    made = mail()
    made.set_content(HTML.replace("’", "'"), subtype="html", charset=charset, cte="quoted-printable")
    assert read(made.as_bytes()).text == "\n".join(SENTENCES).replace("’", "'")


def test_layout_in_tables_is_no_table() -> None:
    def block(title: str, text: str) -> str:
        inner = f"<tr><td><h2><a href='https://exemple.fr/1'>{title}</a></h2></td></tr><tr><td>{text}</td></tr>"
        return f"<tr><td style='padding:20px'><table width='100%'>{inner}</table></td></tr>"

    blocks = block("Kiev sous les bombes", SENTENCES[0]) + block(
        "Le siège dure encore", SENTENCES[1] + " Ils attendent."
    )
    top = "<tr><td><a href='https://exemple.fr/v'>Voir dans le navigateur</a></td></tr>"
    html = f"<html><body bgcolor=white><table align=center>{top}{blocks}</table></body></html>"
    assert read(mail(html=html).as_bytes()).text == (
        f"Kiev sous les bombes\n{SENTENCES[0]}\nLe siège dure encore\n{SENTENCES[1]} Ils attendent."
    )


def test_plain_text_where_the_html_says_nothing() -> None:
    made = mail("\n\n".join(SENTENCES), "<html><body><img src='https://exemple.fr/a.png'></body></html>")
    assert read(made.as_bytes()).text == "\n\n".join(SENTENCES)


def test_plain_text_is_unwrapped_and_loses_a_repeated_title() -> None:
    text = (
        "Kiev résiste\n\nLes négociateurs russes et ukrainiens se sont retrouvés jeudi à la\n"
        "frontière entre la Pologne et le Bélarus pour une deuxième tentative de\n"
        "pourparlers, lors de laquelle Kiev espérait obtenir une trêve, un an après\n"
        "le début de la guerre dans le pays.\n"
    )
    article = read(mail(text).as_bytes())
    assert article.text == (
        "Les négociateurs russes et ukrainiens se sont retrouvés jeudi à la frontière entre la Pologne et le Bélarus "
        "pour une deuxième tentative de pourparlers, lors de laquelle Kiev espérait obtenir une trêve, un an après le "
        "début de la guerre dans le pays."
    )


def test_attachments_are_left_out() -> None:
    made = mail(SENTENCES[0])
    made.add_attachment("Un secret bien gardé depuis des années.", filename="note.txt")
    made.add_attachment(HTML.encode(), maintype="text", subtype="html", filename="page.html")
    assert read(made.as_bytes()).text == SENTENCES[0]


def test_what_a_header_lacks_stays_empty() -> None:
    article = read(mail(SENTENCES[0], sender="lettre@exemple.fr", date="bientôt").as_bytes())
    assert (article.outlet, article.published, article.url) == ("", "", "")


def test_files_that_are_no_mail() -> None:
    assert reason(b"") == "a.eml is no mail: it states no subject, sender or date."
    assert reason(b"Bonjour.\n\nOui.") == "a.eml is no mail: it states no subject, sender or date."
    assert reason(mail().as_bytes()) == "a.eml holds no text."
    nested = b"Subject: x\nMIME-Version: 1.0\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    assert reason(nested).startswith("a.eml ")


def listing(data: bytes, largest: int = 10_000) -> list[bytes | None]:
    return list(mails(io.BytesIO(data), largest))


def test_an_mbox_is_split_where_a_from_line_follows_a_blank_one() -> None:
    first = b"Subject: a\n\nUn.\nFrom ici on voit la mer.\n"
    second = b"Subject: b\n\n>From la plage.\n>>From deux.\n\n"
    assert listing(mbox(first, second)) == [first, b"Subject: b\n\nFrom la plage.\n>From deux.\n"]
    assert listing(mbox(first).replace(b"\n", b"\r\n")) == [first.rstrip().replace(b"\n", b"\r\n") + b"\n"]


def test_an_mbox_with_a_message_too_large() -> None:
    assert listing(mbox(b"Subject: a\n\n" + b"x" * 500, b"Subject: b\n\nOui."), 200) == [None, b"Subject: b\n\nOui.\n"]
    assert listing(mbox(b"Subject: a\n\n" + b"x\n" * 500, b"Subject: b\n\nOui."), 200)[0] is None


@pytest.mark.parametrize(
    ("data", "expected"), [(b"", "holds no text"), (b"\n", "holds no text"), (b"Subject: x\n\ny", "is no mbox")]
)
def test_what_is_no_mbox(data: bytes, expected: str) -> None:
    with pytest.raises(ReadError, match=f"^{expected}"):
        listing(data)


def test_message_ids() -> None:
    assert message_id(mail("x", message_id="<1@exemple.fr>").as_bytes()) == b"<1@exemple.fr>"
    assert message_id(b"Subject: x\nmessage-ID:\n <a@b>\n\ny") == b"<a@b>"
    assert message_id(b"Subject: x\n\nMessage-ID: <a@b>\n") == b""


_LINES = st.sampled_from([b"From x", b">From y", b"", b"Oui.", b"From", b">>From z", b" From w"])


@given(st.lists(st.lists(_LINES, max_size=6), min_size=1, max_size=4))
def test_what_was_put_into_an_mbox_comes_out(bodies: list[list[bytes]]) -> None:
    messages = [b"\n".join([b"Subject: a", b"", *body, b"end"]) for body in bodies]
    quoted = [re.sub(rb"(?m)^(>*From )", rb">\1", one) for one in messages]
    assert listing(mbox(*quoted)) == [one + b"\n" for one in messages]


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_a_reason(data: bytes) -> None:
    try:
        text, refused = read(b"Subject: x\n" + data).text, ""
    except ReadError as exc:
        text, refused = "", str(exc)
    assert bool(text) != refused.startswith("a.eml ")
