"""Source cards, lists of passages and articles, and the links to a passage."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pages.cards import (
    HITS,
    hits_body,
    hits_page,
    latest_page,
    nearest_card,
    other_sources_page,
    source_card,
    stored_page,
)
from bot.telegram.pages.excerpts import excerpt
from bot.telegram.pages.links import fragment_url, is_web_url, text_directive, web_url
from bot.telegram.pages.markup import Button, Page, to_markup
from bot.telegram.pages.split import parse, split, units
from bot.telegram.pages.texts import Texts
from retrieval.types import Article, Coverage, Hit, Passage
from tests.telegram.bodies import BARE, FIGARO, HOSTILE, MONDE, QUOTE, TEXT, THREE, body_of, cited, refusal

FR, EN = Texts("fr"), Texts("en")
BODY = body_of(THREE)


def labels(page: Page) -> list[list[str]]:
    return [[button.text for button in row] for row in page.rows]


def data(page: Page) -> list[list[str]]:
    return [[button.data for button in row] for row in page.rows]


def buttons(page: Page) -> list[Button]:
    return [button for row in page.rows for button in row]


def hit(article: Article, quote: str, number: int = 1) -> Hit:
    start = article.text.index(quote)
    return Hit(Passage(number, article.id, start, start + len(quote)), article, 1.0, 0.9, 3.0)


def test_a_card_shows_the_quotation_between_its_sentences() -> None:
    page = source_card(7, BODY, 1, MONDE, FR)
    assert page.html == (
        "<b>Un million de réfugiés</b>\nLe Monde · 2 mars 2022\n\n"
        f"La guerre dure depuis huit jours. <b>{QUOTE}</b> Les pourparlers reprennent jeudi."
    )
    assert labels(page) == [["‹", "1/3", "›"], ["Ouvrir au passage", "Copier la citation"], ["Retour"]]
    assert data(page) == [["s:7:3", "s:7:1", "s:7:2"], ["", ""], ["a:7"]]
    opening, copying = page.rows[1]
    assert opening.url == (
        "https://www.lemonde.fr/a/1#:~:text=Plus%20d%27un%20million%20de%20r%C3%A9fugi%C3%A9s%20ont%20d%C3%A9j%C3%A0"
        "%20fui%20l%27Ukraine%2C%20selon%20l%27ONU."
    )
    assert copying.copy == QUOTE


def test_a_card_without_an_address_a_title_or_other_sources() -> None:
    page = source_card(7, body_of([cited(BARE, "Ils sont deux millions.", 1)]), 1, BARE, EN)
    assert page.html == "<b>“Ils sont deux millions.”</b>\n2022\n\n<b>Ils sont deux millions.</b>"
    assert labels(page) == [["Copy quote"], ["Back"]]


def test_the_last_card_goes_on_to_the_first() -> None:
    assert data(source_card(7, BODY, 3, BARE, FR))[0] == ["s:7:2", "s:7:3", "s:7:1"]


@pytest.mark.parametrize(
    ("article", "note"),
    [
        (None, "L’article n’est plus dans l’archive\u00a0; voici la citation telle qu’elle était."),
        (
            replace(MONDE, text="Nouveau. " + TEXT),
            "L’article a changé depuis\u00a0; voici la citation telle qu’elle était.",
        ),
    ],
)
def test_a_changed_or_missing_article_leaves_the_stored_quotation(article: Article | None, note: str) -> None:
    page = source_card(7, BODY, 1, article, FR)
    assert page.html == f"<b>Un million de réfugiés</b>\nLe Monde · 2 mars 2022\n\n<b>{QUOTE}</b>\n\n<i>{note}</i>"
    assert len(page.rows) == 3


@pytest.mark.parametrize("n", [0, -1, 4, 99])
def test_a_source_that_is_not_there_is_said_to_be_gone(n: int) -> None:
    page = source_card(7, BODY, n, MONDE, FR)
    assert (page.html, data(page)) == ("Je n’ai plus cette source.", [["a:7"]])
    assert nearest_card(7, refusal(MONDE), n + 1 if n == 0 else n, MONDE, FR).html.startswith(
        "Je n’ai plus" if n else "<b>"
    )


def test_part_of_a_sentence_is_shown_in_its_sentence() -> None:
    page = source_card(7, body_of([cited(MONDE, "un million", 1)]), 1, MONDE, FR)
    assert page.html.endswith(
        "La guerre dure depuis huit jours. Plus d'<b>un million</b> de réfugiés ont déjà fui l'Ukraine, selon l'ONU."
        " Les pourparlers reprennent jeudi."
    )


def test_lines_around_a_quotation_stay_lines() -> None:
    article = replace(MONDE, text=f"Un titre\n\n{QUOTE}\n\nLa suite.")
    html = source_card(7, body_of([cited(article, QUOTE, 1)]), 1, article, FR).html
    assert html.endswith(f"\n\nUn titre\n<b>{QUOTE}</b>\nLa suite.")


def test_a_long_card_keeps_its_quotation_and_cuts_what_is_around() -> None:
    quote = "é" * 2_999 + "."
    before, after = "Avant " * 300 + "fin.", "Après " * 300 + "fin."
    article = replace(MONDE, text=f"{before}\n{quote}\n{after}", title="Titre " * 200, outlet="Journal " * 90)
    page = source_card(7, body_of([cited(article, quote, 1)]), 1, article, FR)
    text, _ = parse(page.html)
    assert units(text) <= 4096
    assert len(split(page.html)) == 1
    shown = re.search(r"\n\n… (.*)\n(é+\.)\n(.*) …$", text, re.DOTALL)
    assert shown is not None
    assert shown[2] == quote
    assert len(shown[1]) > 150
    assert len(shown[3]) > 150
    assert before.endswith(shown[1])
    assert after.startswith(shown[3])
    gone = source_card(7, body_of([cited(replace(article, text=quote * 3), quote * 3, 1)]), 1, None, FR)
    assert units(parse(gone.html)[0]) <= 4096
    assert "é" * 2_900 in gone.html


def test_copying_stops_between_two_emoji() -> None:
    family = "👨‍👩‍👧‍👦"
    article = replace(MONDE, text=family * 60)
    copying = source_card(7, body_of([cited(article, family * 60, 1)]), 1, article, FR).rows[0][1]
    assert copying.copy == family * (256 // units(family))


HOSTILE_URLS = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "tg://user?id=1",
    "file:///etc/passwd",
    "//evil.com/a",
    "/a",
    "",
    "https://",
    "https://localhost/a",
    "https://[::1]/a",
    "https://evil.com:99999/",
    "https://evil.com\\@good.com/",
    "https://good.com\u202e/",
    "https://a b.com/",
    "https://good.com\u2100evil.com/",
    "https://good.com/" + "a" * 3000,
    "https://evil.com/\x00",
    "https://ev%69l.com/",
]


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_no_button_opens_what_is_no_address_of_the_web(url: str) -> None:
    article = replace(MONDE, url=url)
    assert web_url(url) == ""
    assert fragment_url(url, QUOTE) == ""
    assert [b.url for b in buttons(source_card(7, body_of([cited(article, QUOTE, 1)]), 1, article, FR)) if b.url] == []
    assert [b.url for b in buttons(nearest_card(7, refusal(article), 1, article, FR)) if b.url] == []
    assert "<a" not in latest_page([article], 1, 1, FR).html


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://user:pw@lemonde.fr/a", "https://lemonde.fr/a"),
        ("HTTPS://LeMonde.FR", "https://lemonde.fr/"),
        ("http://lemonde.fr:8080/a b?q=é&r=1#part", "http://lemonde.fr:8080/a%20b?q=%C3%A9&r=1"),
        ("https://lemonde.fr/100%/%C3%A9", "https://lemonde.fr/100%25/%C3%A9"),
        ('https://lemonde.fr/"><b>', "https://lemonde.fr/%22%3E%3Cb%3E"),
        ("https://élysée.fr/à", "https://élysée.fr/%C3%A0"),
        ("https://пример.рф/", "https://пример.рф/"),
        ("https://good.com@evil.com/", "https://evil.com/"),
        ("https://lemonde.fr/a\\b", "https://lemonde.fr/a%5Cb"),
    ],
)
def test_addresses_are_escaped_and_lose_credentials_and_fragment(url: str, safe: str) -> None:
    assert web_url(url) == safe
    assert is_web_url(safe)


@given(st.text(max_size=40).map(lambda rest: f"https://lemonde.fr/{rest}"))
def test_a_safe_address_is_safe_and_stays_as_it_is(url: str) -> None:
    safe = web_url(url)
    assert web_url(safe) == safe
    if safe:
        assert safe.isascii()
        assert not re.search(r"[\s<>\"\\#]", safe)
        assert urlsplit(safe).hostname == "lemonde.fr"
        assert Button("a", url=fragment_url(url, QUOTE)).url.startswith(safe)


QUOTES = st.lists(
    st.one_of(
        st.text(alphabet="ab-,&é'’«»%#=:~", min_size=1, max_size=12),
        st.sampled_from(["漢字" * 60, "👨‍👩‍👧", "\u00a0", "\n", "\u202e", "text=a,-b"]),
        st.text(min_size=1, max_size=5),
    ),
    max_size=30,
).map(" ".join)


@given(QUOTES)
def test_a_fragment_decodes_to_words_that_the_quotation_begins_and_ends_with(quote: str) -> None:
    from bot.render import clean

    directive = text_directive(quote)
    words = " ".join(clean(quote).split())
    if not words:
        assert directive == ""
        return
    assert re.fullmatch(r"text=[A-Za-z0-9_.~%]+(,[A-Za-z0-9_.~%]+)?", directive)  # no "-", no "&", at most one ","
    terms = [unquote(term) for term in directive.removeprefix("text=").split(",")]
    assert words.startswith(terms[0])
    assert words.endswith(terms[-1])
    if len(terms) == 1:
        assert terms[0] == words
    elif "\n" not in quote:
        assert len(terms[0]) + len(terms[1]) <= len(words)
    assert all(0 < units(term) <= 60 for term in terms) or len(terms) == 1


@given(st.lists(st.text(alphabet="abc-,&", min_size=1, max_size=8), min_size=13, max_size=40))
def test_a_long_quotation_is_named_by_five_words_at_each_end(words: list[str]) -> None:
    start, end = (unquote(term) for term in text_directive(" ".join(words)).removeprefix("text=").split(","))
    assert start.split() == words[:5]
    assert end.split() == words[-5:]


def test_the_syntax_of_a_fragment() -> None:
    assert text_directive("a-b, c & d") == "text=a%2Db%2C%20c%20%26%20d"
    assert text_directive("Un titre\nune fin") == "text=Un%20titre,une%20fin"
    assert text_directive(" \n ") == ""
    assert fragment_url("https://lemonde.fr/a#part", "x") == "https://lemonde.fr/a#:~:text=x"
    assert fragment_url("https://lemonde.fr/a", "") == "https://lemonde.fr/a"
    long = "https://lemonde.fr/" + "a" * 1_970
    assert fragment_url(long, QUOTE) == long


def test_the_nearest_article_shows_its_beginning() -> None:
    body = refusal(MONDE, FIGARO)
    page = nearest_card(7, body, 1, MONDE, FR)
    assert page.html == (f"<b>Un million de réfugiés</b>\nLe Monde · 2 mars 2022\n\n<i>Début de l’article</i>\n{TEXT}")
    assert labels(page) == [["‹", "1/2", "›"], ["Ouvrir l’article"], ["Retour"]]
    assert data(page) == [["n:7:2", "n:7:1", "n:7:2"], [""], ["a:7"]]
    assert page.rows[1][0].url == "https://www.lemonde.fr/a/1"
    gone = nearest_card(7, body, 2, None, FR)
    assert gone.html == "<b>L'exode</b>\nLe Figaro · mars 2022\n\n<i>Cet article n’est plus dans l’archive.</i>"


def test_the_beginning_of_the_nearest_article_ends_with_a_sentence() -> None:
    def shown(text: str) -> str:
        page = nearest_card(7, refusal(MONDE), 1, replace(MONDE, text=text), FR)
        return page.html.partition("Début de l’article</i>\n")[2]

    sentences = [f"Phrase {n} de l’article qui dit une chose." for n in range(200)]
    assert shown(" ".join(sentences)) == " ".join(sentences[:16])
    assert 640 < units(" ".join(sentences[:16])) <= 700 < units(" ".join(sentences[:17]))
    assert shown("Un titre\n\n" + QUOTE) == f"Un titre\n{QUOTE}"
    assert shown("mot " * 9_000).endswith(" mot …")
    assert units(shown("mot " * 9_000)) <= 700
    assert units(shown("😀" * 9_000)) <= 700


def clean(article_id: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    return ()


def test_a_search_warns_of_garbled_words() -> None:
    article = replace(BARE, text="Rien.\nDes tirs <b>supplémcheztaires sur Kherson.")
    sentence = article.text[6:]
    at = article.text.index("<b>")

    def garbled(article_id: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
        return ((at, at + 20),) if article_id == article.id and (start, end) == (6, len(article.text)) else ()

    hits = [hit(article, sentence), hit(MONDE, QUOTE)]
    body = hits_body("tirs", hits, Coverage(5), "fr", garbled)
    assert [citation["garbled"] for citation in body["citations"]] == [[[at, at + 20]], []]
    warning = "<i>⚠️ Mots déformés dans cette source : &lt;b&gt;supplémcheztaires</i>"
    html = hits_page(9, body, FR).html
    assert html.count("⚠️") == 1
    assert warning in html.replace(" :", " :").partition("2. ")[0]


def test_the_passages_of_a_search_are_stored_and_shown_as_sources() -> None:
    body = hits_body(
        "réfugiés <b>", [hit(MONDE, QUOTE), hit(BARE, "Ils sont deux millions.")], Coverage(5), "fr", clean
    )
    page = hits_page(9, body, FR)
    address = fragment_url(MONDE.url, QUOTE).replace("&", "&amp;")
    assert page.html == (
        "<b>2 passages pour «\u00a0réfugiés &lt;b&gt;\u00a0»</b>\n\n"
        f'1. <a href="{address}">Un million de réfugiés</a>\nLe Monde · 2 mars 2022\n'
        "<blockquote>Plus d'un million de <b>réfugiés</b> ont déjà fui l'Ukraine, selon l'ONU.</blockquote>\n\n"
        "2. «\u00a0Ils sont deux millions.\u00a0»\n2022\n<blockquote>Ils sont deux millions.</blockquote>"
    )
    assert data(page) == [["h:9:1", "h:9:2"]]
    assert stored_page(9, body, FR, articles=5) == page
    card = source_card(9, body, 1, MONDE, FR)
    assert f"La guerre dure depuis huit jours. <b>{QUOTE}</b> Les pourparlers reprennent jeudi." in card.html
    assert data(card) == [["h:9:2", "h:9:1", "h:9:2"], ["", ""], ["a:9"]]
    assert body["status"] == HITS
    empty = hits_page(9, hits_body("rien", [], Coverage(5), "fr", clean), FR)
    assert empty == Page("Je n’ai trouvé aucun passage pour «\u00a0rien\u00a0».")


def test_of_a_passage_the_sentence_with_the_words_of_the_query_is_shown() -> None:
    hits = [hit(MONDE, TEXT, number) for number in range(4)]  # as passages overlap
    body = hits_body("les pourparlers de jeudi", hits, Coverage(5), "en", clean)
    quotes = [citation["quote"] for citation in body["citations"]]
    assert quotes[0] == quotes[3] == "Les pourparlers reprennent jeudi."
    assert quotes[1:3] == ["La guerre dure depuis huit jours.", QUOTE]
    assert all(TEXT[c["start"] : c["end"]] == c["quote"] for c in body["citations"])
    html = hits_page(9, body, EN).html
    assert "<blockquote>Les <b>pourparlers</b> reprennent <b>jeudi</b>.</blockquote>" in html  # "Les" is a stop word
    assert "<blockquote>La guerre dure depuis huit jours.</blockquote>" in html


def test_a_search_that_an_earlier_version_stored_is_shown_line_by_line() -> None:
    text = f"Accord sur les réfugiés\n{QUOTE}"
    article = replace(BARE, text=text)
    body = hits_body("réfugiés", [hit(article, text)], Coverage(5), "fr", clean)
    old = {key: value for key, value in body["citations"][0].items() if key not in ("language", "beginning")}
    body["citations"] = [{**old, "start": 0, "end": len(text), "quote": text}]
    assert "1. article sans titre\n2022\n<blockquote>Accord sur les <b>réfugiés</b>\nPlus d'un million" in (
        hits_page(9, body, FR).html
    )


@pytest.mark.parametrize(
    ("query", "language", "text", "html"),
    [
        ("corridor humanitaire", "fr", "Les Corridors HUMANITAIRES.", "Les <b>Corridors</b> <b>HUMANITAIRES</b>."),
        ("refugie", "fr", "Des réfugiés", "Des <b>réfugiés</b>"),
        ("réfugié", "fr", "Des REFUGIES", "Des <b>REFUGIES</b>"),
        ("l’ONU", "fr", "selon l'ONU", "selon l'<b>ONU</b>"),
        ("de la", "fr", "de la paix", "de la paix"),
        ("part", "en", "partial parts", "partial <b>parts</b>"),
        ("b &lt; amp", "en", "<b>amp</b> &amp;", "&lt;<b>b</b>&gt;<b>amp</b>&lt;/<b>b</b>&gt; &amp;<b>amp</b>;"),
        ("мир", "ru", "о мире", "о <b>мире</b>"),
        ("peace", "", "Peace!", "<b>Peace</b>!"),
        ("平和", "ja", "世界平和", "世界平和"),
        ("", "fr", "a < b", "a &lt; b"),
    ],
)
def test_the_words_of_a_query_are_bold(query: str, language: str, text: str, html: str) -> None:
    assert excerpt(text, query, language, 280) == html


def test_an_excerpt_of_a_long_sentence_holds_the_word() -> None:
    text = "Avant " * 60 + "les couloirs " + "après " * 60
    shown = excerpt(text, "couloir", "fr", 100)
    assert re.fullmatch(r"… (Avant )+les <b>couloirs</b> (après )+…", shown)
    assert units(parse(shown)[0]) <= 100
    assert excerpt(text, "absent", "fr", 100).startswith("Avant Avant")
    near = "Un couloir " + "après " * 60
    assert excerpt(near, "couloir", "fr", 100).startswith("Un <b>couloir</b> après")


def test_a_stored_answer_is_shown_as_one() -> None:
    assert stored_page(7, BODY, FR, articles=5).rows[1][-1].data == "o:7"
    assert stored_page(7, refusal(MONDE), FR, articles=5).rows[0][0].data == "n:7:1"


def test_other_sources_are_articles_that_are_not_cited_each_once() -> None:
    other = replace(FIGARO, id="ot-1", title="Un autre")
    hits = [hit(MONDE, QUOTE), hit(other, "C'est beaucoup."), hit(other, "Ils sont 900 000 à être partis.")]
    page = other_sources_page(7, BODY, hits, FR)
    assert page.html == (
        "<b>Autres articles proches de votre question</b>\n\n"
        "Un autre\nLe Figaro · mars 2022\n<blockquote>C'est beaucoup.</blockquote>"
    )
    assert data(page) == [["a:7"]]
    none = other_sources_page(7, BODY, hits[:1], FR)
    assert (none.html, data(none)) == ("Je n’ai pas trouvé d’autre article proche de votre question.", [["a:7"]])


def test_the_newest_articles_are_paged() -> None:
    page = latest_page([MONDE, BARE], 2, 3, FR)
    assert page.html == (
        "<b>Articles les plus récents (2/3)</b>\n\n"
        '<a href="https://www.lemonde.fr/a/1">Un million de réfugiés</a>\nLe Monde · 2 mars 2022\n\n'
        "«\u00a0Ils sont deux millions.\u00a0»\n2022"
    )
    assert data(page) == [["l:1", "l:2", "l:3"]]
    assert latest_page([MONDE], 1, 1, FR).rows == ()
    assert latest_page([], 1, 1, FR) == Page("L’archive est encore vide.")


PRINTED = st.lists(
    st.sampled_from([HOSTILE, "<b>", "&amp;", "\u202e", "\n", "a. B", "[9]", "😀", "{x}", '"', "'"]),
    max_size=8,
).map("".join)


@given(PRINTED, PRINTED, PRINTED.map(lambda text: text + "z"), PRINTED, st.sampled_from([*HOSTILE_URLS, MONDE.url]))
def test_what_an_article_prints_is_never_markup(title: str, outlet: str, quote: str, around: str, url: str) -> None:
    article = Article("h-1", f"{around} {quote} {around}", title, url, outlet, title, "fr")
    found = hit(article, quote)
    body, searched = body_of([cited(article, quote, 1)]), hits_body(title, [found], Coverage(1), "fr", clean)
    near = refusal(article)
    for page in (
        source_card(7, body, 1, article, FR),
        source_card(7, body, 1, None, FR),
        nearest_card(7, near, 1, article, FR),
        hits_page(7, searched, FR),
        other_sources_page(7, near, [found], FR),
        latest_page([article], 1, 1, FR),
    ):
        text, spans = parse(page.html)
        openings = {
            span.opening for span in spans if not span.opening.startswith('<a href="https://www.lemonde.fr/a/1')
        }
        assert openings <= {"<b>", "<i>", "<blockquote>"}
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
        assert {urlsplit(button.url).hostname for button in buttons(page) if button.url} <= {"www.lemonde.fr"}
        assert len(split(page.html)) == 1
        to_markup(page.rows)
