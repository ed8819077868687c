"""Answers and refusals as Telegram messages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.types import Claim, Disagreement, Status
from bot.telegram.pages.markup import Button, Page, rows_of, to_markup
from bot.telegram.pages.render import answer_page, date_range, human_date
from bot.telegram.pages.split import parse, split, units
from bot.telegram.pages.texts import Texts
from retrieval.types import Article, Coverage
from tests.telegram.bodies import BARE, FIGARO, HOSTILE, MONDE, QUOTE, THREE, body_of, cited, refusal

FR, EN = Texts("fr"), Texts("en")
TAGS = {"a", "b", "i", "blockquote"}
AT_PASSAGE = (
    "https://www.lemonde.fr/a/1#:~:text=Plus%20d%27un%20million%20de%20r%C3%A9fugi%C3%A9s%20ont%20d%C3%A9j%C3%A0"
    "%20fui%20l%27Ukraine%2C%20selon%20l%27ONU."
)


def labels(page: Page) -> list[list[str]]:
    return [[button.text for button in row] for row in page.rows]


def data(page: Page) -> list[list[str]]:
    return [[button.data for button in row] for row in page.rows]


def test_an_answer_with_its_quotations_coverage_and_buttons() -> None:
    page = answer_page(7, body_of(THREE), FR, articles=5)
    assert page.html == (
        f"{QUOTE} [1]\n"
        "Ils sont 900 000 à être partis. [2]\n"
        "Ils sont deux millions. [3]\n\n"
        "<blockquote expandable>"
        f'[1] <b><a href="{AT_PASSAGE}">Le Monde, 2 mars 2022</a></b>, repris par 2 autres articles\u00a0: {QUOTE}\n'
        "[2] <b>Le Figaro, mars 2022</b>\u00a0: Ils sont 900 000 à être partis.\n"
        "[3] <b>«\u00a0Ils sont deux millions.\u00a0», 2022</b>\u00a0: Ils sont deux millions."
        "</blockquote>\n\n"
        "<i>3 articles cités sur 5 consultés (dates connues\u00a0: 2022)</i>"
    )
    assert labels(page) == [["1 · Le Monde", "2 · Le Figaro"], ["3 · Ils sont deux …", "Autres sources"], ["👍", "👎"]]
    assert data(page) == [["s:7:1", "s:7:2"], ["s:7:3", "o:7"], ["f:7:1", "f:7:-1"]]


def test_a_marker_leads_where_the_link_says() -> None:
    page = answer_page(7, body_of(THREE), FR, articles=5, link=lambda n: f"https://t.me/bot?start={n}&x")
    said = page.html.partition("\n\n")[0]
    assert said == (
        f'{QUOTE} <a href="https://t.me/bot?start=1&amp;x">[1]</a>\n'
        'Ils sont 900 000 à être partis. <a href="https://t.me/bot?start=2&amp;x">[2]</a>\n'
        'Ils sont deux millions. <a href="https://t.me/bot?start=3&amp;x">[3]</a>'
    )
    assert '"https://t.me' not in page.html.partition("<blockquote")[2]


def test_a_marker_that_no_citation_has_leads_nowhere() -> None:
    body = body_of(THREE[:1], claims=[Claim("On lit [9] et [1].", (1,))])
    said = answer_page(7, body, FR, articles=5, link=lambda n: f"https://t.me/bot?start={n}").html.partition("\n")[0]
    assert said == 'On lit [9] et <a href="https://t.me/bot?start=1">[1]</a>.'


def test_the_words_around_an_answer_follow_the_interface() -> None:
    page = answer_page(7, body_of(THREE[:1]), EN, articles=5)
    named = f'[1] <b><a href="{AT_PASSAGE}">Le Monde, March 2, 2022</a></b>, also printed by 2 other articles: {QUOTE}'
    assert named in page.html
    assert "<i>1 article cited of 5 searched (known dates: 2022)</i>" in page.html
    assert labels(page) == [["1 · Le Monde", "Other sources"], ["👍", "👎"]]


def test_a_frame_around_a_quotation_is_kept() -> None:
    claim = Claim(f"Le Monde (2022-03-02): “{QUOTE}”", (1,))
    assert answer_page(7, body_of(THREE[:1], claims=[claim]), EN, articles=5).html.startswith(f"{claim.text} [1]\n\n")


def test_markers_that_a_sentence_names_are_not_named_again() -> None:
    claim = Claim("Un million [1], ou moins.", (1, 2))
    assert answer_page(7, body_of(THREE[:2], claims=[claim]), FR, articles=5).html.startswith(
        "Un million [1], ou moins. [2]\n"
    )


def test_differing_sources_are_told_once() -> None:
    differ = Claim("Les sources diffèrent : un million — Le Monde [1] ; 900 000 — Le Figaro [2].", (1, 2))
    claims = [Claim(QUOTE, (1,)), differ]
    item = Disagreement("Combien de réfugiés ?", (1, 2))
    html = answer_page(7, body_of(THREE[:2], claims=claims, disagreements=[item]), FR, articles=5).html
    assert html.startswith(f"{QUOTE} [1]\n\n⚠️ {differ.text}\n\n<blockquote")
    assert html.count("diffèrent") == 1


def test_differing_sources_are_listed_with_their_names() -> None:
    text = "Les sources diffèrent : un <million> — Le Monde (2022-03-02) [1] ; 900 000 — Le Figaro (2022-03) [2]."
    body = body_of(THREE[:2], claims=[Claim(text, (1, 2))], disagreements=[Disagreement("Combien ?", (1, 2))])
    html = answer_page(7, body, EN, articles=5, link=lambda n: f"https://t.me/bot?start={n}").html
    assert html.startswith(
        "⚠️ The sources differ:\n"
        '• un &lt;million&gt; — Le Monde, March 2, 2022 <a href="https://t.me/bot?start=1">[1]</a>\n'
        '• 900 000 — Le Figaro, March 2022 <a href="https://t.me/bot?start=2">[2]</a>\n\n<blockquote'
    )


def test_a_source_before_a_quotation_has_the_name_and_the_date_that_it_has_below() -> None:
    claim = Claim("article seed-1 (2022): “Ils sont deux millions.”", (3,))
    body = body_of(THREE[2:], claims=[claim], language="en")
    html = answer_page(7, body, EN, articles=5).html
    assert html.startswith("“Ils sont deux millions.”, 2022: “Ils sont deux millions.” [3]\n\n")
    assert "[3] <b>“Ils sont deux millions.”, 2022</b>: Ils" in html


def test_differing_sources_that_no_sentence_tells_are_named() -> None:
    item = Disagreement("Combien ?", (1, 2))
    html = answer_page(7, body_of(THREE[:2], disagreements=[item]), EN, articles=5).html
    assert "\n\n⚠️ The sources differ:\n• Le Monde, March 2, 2022 [1]\n• Le Figaro, March 2022 [2]\n\n" in html
    unknown = body_of(THREE[:2], disagreements=[Disagreement("Combien ?", (8, 9))])
    assert "\n\n⚠️ The sources differ.\n\n" in answer_page(7, unknown, EN, articles=5).html


def test_filters_follow_up_and_notice_are_told_below() -> None:
    body = body_of(
        THREE[:1], status=Status.PARTIAL, notice="1 phrase <retirée>.", standalone="Combien de réfugiés en mars ?"
    )
    assert answer_page(7, body, FR, articles=1234).html.split("\n\n")[-1].split("\n") == [
        "<i>1 article cité sur 5 consultés (dates connues\u00a0: 2022)</i>",
        "<i>Sur les 1\u202f234 articles de l’archive, seuls 5 correspondent aux dates ou aux journaux que vous nommez.</i>",
        "<i>Question comprise ainsi\u00a0: Combien de réfugiés en mars\u00a0?</i>".replace("mars\u00a0?", "mars ?"),
        "<i>Cette réponse est incomplète.</i>",
        "<i>1 phrase &lt;retirée&gt;.</i>",
    ]


def test_an_undated_archive_names_no_dates() -> None:
    html = answer_page(7, body_of(THREE[:1], searched=Coverage(5)), FR, articles=5).html
    assert html.endswith("<i>1 article cité sur 5 consultés</i>")


def test_two_citations_of_one_article_are_one_article() -> None:
    two = (cited(MONDE, QUOTE, 1), cited(MONDE, "Les pourparlers reprennent jeudi.", 2))
    page = answer_page(7, body_of(two), FR, articles=5)
    assert "1 article cité sur 5 consultés" in page.html
    assert data(page)[0] == ["s:7:1", "s:7:2"]
    assert labels(page)[0] == ["1 · Plus d'un million …", "2 · Les pourparlers …"]


def test_eight_sources_have_a_button_and_all_stand_in_the_message() -> None:
    citations = [cited(replace(MONDE, id=str(n), outlet=f"Journal {n} " + "x" * 90), QUOTE, n) for n in range(1, 12)]
    page = answer_page(7, body_of(citations), FR, articles=50)
    assert [len(row) for row in page.rows] == [2, 2, 2, 2, 1, 2]
    assert all(units(button.text) <= 23 for row in page.rows for button in row)
    assert page.html.count(f"</b>\u00a0: {QUOTE}") == 11


def test_a_refusal_says_what_was_searched_and_offers_the_nearest() -> None:
    page = answer_page(7, refusal(MONDE, FIGARO, BARE), FR, articles=5)
    assert page.html == (
        "<b>L’archive ne répond pas à cette question.</b>\n"
        "J’ai cherché dans 5 articles (mars 2022).\n\n"
        "Les articles les plus proches\u00a0:\n"
        '1. <a href="https://www.lemonde.fr/a/1">Un million de réfugiés</a>, Le Monde, 2 mars 2022\n'
        "2. L'exode, Le Figaro, mars 2022\n"
        "3. «\u00a0Ils sont deux millions.\u00a0», 2022"
    )
    assert labels(page) == [["1 · Le Monde", "2 · Le Figaro"], ["3 · Ils sont deux …"], ["👍", "👎"]]
    assert data(page) == [["n:7:1", "n:7:2"], ["n:7:3"], ["f:7:1", "f:7:-1"]]


@pytest.mark.parametrize("language", ["ru", "fr", "en", ""])
def test_a_refusal_is_in_the_language_of_the_interface(language: str) -> None:
    body = {**refusal(), "language": language}
    html = answer_page(7, body, EN, articles=5).html
    assert html == "<b>The archive does not answer this question.</b>\nI searched 5 articles (March 2022)."


@pytest.mark.parametrize(
    ("searched", "articles", "line"),
    [
        (Coverage(1), 1, "J’ai cherché dans 1 article."),
        (Coverage(0), 9, "Aucun article ne correspond aux dates ou aux journaux que vous nommez."),
        (Coverage(0), 0, "L’archive est encore vide."),
    ],
)
def test_a_refusal_is_honest_about_an_archive_without_dates_or_articles(
    searched: Coverage, articles: int, line: str
) -> None:
    page = answer_page(7, refusal(searched=searched), FR, articles=articles)
    assert page.html.split("\n") == ["<b>L’archive ne répond pas à cette question.</b>", line]
    assert data(page) == [["f:7:1", "f:7:-1"]]


HOSTILE_TEXT = st.lists(
    st.sampled_from([HOSTILE, "<b>", "&amp;", "\u202e", "\n", "a", "[9]", "]]>", "😀"]), min_size=1
).map("".join)


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT)
def test_what_an_article_prints_is_never_markup(title: str, outlet: str, quote: str) -> None:
    article = Article("h-1", f"x {quote} y", title, "javascript:alert(1)", outlet, "2022", "fr")
    citation = cited(article, quote, 1)
    item = Disagreement(title, (1,))
    body = body_of([citation], disagreements=[item], notice=title, standalone=outlet)
    for page in (answer_page(7, body, FR, articles=5), answer_page(7, refusal(article), FR, articles=5)):
        text, spans = parse(page.html)
        assert {span.name for span in spans} <= TAGS
        assert {span.opening for span in spans} <= {"<b>", "<i>", "<blockquote expandable>"}
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
        assert not any(button.url for row in page.rows for button in row)
        assert to_markup(page.rows) is not None
        assert split(page.html)


def test_a_long_answer_is_split_with_its_quotation_block() -> None:
    long = replace(MONDE, text=" ".join(f"Phrase {n} qui dit <quelque> chose." for n in range(300)))
    citations = [cited(long, f"Phrase {n} qui dit <quelque> chose.", n + 1) for n in range(120)]
    parts = split(answer_page(7, body_of(citations), FR, articles=5).html)
    assert all(units(parse(part)[0]) <= 4096 for part in parts)
    assert [part.startswith("<blockquote expandable>[") for part in parts] == [False, False, True, True]
    assert all(part.endswith(("]", "</blockquote>", "</i>")) for part in parts)
    assert re.findall(r"\[\d+\]", " ".join(parts)) == [f"[{n}]" for n in range(1, 121)] * 2


def test_a_quotation_may_be_as_long_as_a_sentence_can_be() -> None:
    quote = "mot " * 499 + "fin."
    html = answer_page(7, body_of([cited(replace(MONDE, text=quote), quote, 1)], standalone=quote), FR, articles=5).html
    assert html.count(quote) == 3


@pytest.mark.parametrize(
    ("published", "french", "english"),
    [
        ("2022", "2022", "2022"),
        ("2022-03", "mars 2022", "March 2022"),
        ("2022-03-02", "2 mars 2022", "March 2, 2022"),
        ("2022-03-02T10:15:00+01:00", "2 mars 2022", "March 2, 2022"),
        ("0000", "0000", "0000"),
        ("2022-13", "2022-13", "2022-13"),
        ("2022-02-30", "2022-02-30", "2022-02-30"),
        ("jeudi\u202e\n<b>", "jeudi <b>", "jeudi <b>"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_dates_have_the_precision_that_the_source_gave(published: str | None, french: str, english: str) -> None:
    assert human_date(published, FR) == french
    assert human_date(published, EN) == english


@pytest.mark.parametrize(
    ("first", "last", "french", "english"),
    [
        ("2022-03-02", "2022-03-03", "2–3 mars 2022", "March 2\u2009–\u20093, 2022"),
        ("2022-02-28", "2022-03-03", "28 février\u2009–\u20093 mars 2022", "February 28\u2009–\u2009March 3, 2022"),
        ("2021-12-31", "2022-03-03", "31 décembre 2021\u2009–\u20093 mars 2022", None),
        ("2022-03", "2022-04", "mars–avril 2022", "March\u2009–\u2009April 2022"),
        ("2021-12", "2022-04", "décembre 2021\u2009–\u2009avril 2022", None),
        ("2021", "2022", "2021–2022", "2021\u2009–\u20092022"),
        # At the coarser of two precisions.
        ("2022-03-02", "2022-04", "mars–avril 2022", None),
        ("2022-03", "2022-03-31", "mars 2022", "March 2022"),
        ("2021", "2022-03-31", "2021–2022", None),
        ("2022", "2022-03-02", "2022", "2022"),
        ("2022-03-02T08:00:00+01:00", "2022-03-02T20:00:00Z", "2 mars 2022", "March 2, 2022"),
        ("2022-03", "2022-03", "mars 2022", "March 2022"),
        (None, "2022-03", "mars 2022", "March 2022"),
        ("2022-03", "", "mars 2022", "March 2022"),
        (None, None, "", ""),
        ("jeudi", "2022-03", "jeudi – mars 2022", "jeudi – March 2022"),
    ],
)
def test_ranges_of_dates(first: str | None, last: str | None, french: str, english: str | None) -> None:
    assert date_range(first, last, FR) == french
    assert english is None or date_range(first, last, EN) == english


def test_an_article_without_a_title_is_called_by_its_first_words() -> None:
    long = replace(BARE, text=".\nUn cessez-le-feu sera au menu de nouveaux pourparlers russo-ukrainiens, jeudi.")
    body = body_of([cited(long, "jeudi", 1)])
    assert "[1] <b>«\u00a0Un cessez-le-feu sera au menu de nouveaux pourparlers …\u00a0», 2022</b>" in (
        answer_page(7, body, FR, articles=5).html
    )
    assert "[1] <b>“Un cessez-le-feu sera au menu de nouveaux pourparlers …”, 2022</b>: jeudi" in (
        answer_page(7, body, EN, articles=5).html
    )
    del body["citations"][0]["beginning"]  # as earlier versions stored it
    page = answer_page(7, body, FR, articles=5)
    assert "[1] <b>article sans titre, 2022</b>\u00a0: jeudi" in page.html
    assert labels(page)[0] == ["1 · 2022", "Autres sources"]
    wordless = answer_page(7, body_of([cited(Article("x", "…"), "…", 1)]), FR, articles=5)
    assert "[1] <b>article sans titre</b>\u00a0: …" in wordless.html
    assert labels(wordless)[0] == ["1 · article sans titre", "Autres sources"]


def test_a_name_of_which_nothing_can_be_seen_is_none() -> None:
    blank = replace(BARE, title="\u2800", outlet="\u2060")
    assert "[1] <b>article sans titre, 2022</b>" in (
        answer_page(7, body_of([cited(blank, "deux", 1)]), FR, articles=5).html
    )


def test_sources_of_one_name_have_buttons_that_differ() -> None:
    later = replace(MONDE, id="lm-2", published="2022-03-12")
    page = answer_page(7, body_of([cited(MONDE, QUOTE, 1), cited(later, QUOTE, 2)]), FR, articles=5)
    assert labels(page)[0] == ["1 · Le Monde, 2 mars", "2 · Le Monde, 12 mars"]
    english = answer_page(7, body_of([cited(MONDE, QUOTE, 1), cited(later, QUOTE, 2)]), EN, articles=5)
    assert labels(english)[0] == ["1 · Le Monde, Mar 2", "2 · Le Monde, Mar 12"]
    titled = replace(MONDE, id="lm-3", title="Les pourparlers")
    page = answer_page(7, refusal(MONDE, titled), FR, articles=5)
    assert labels(page)[0] == ["1 · Un million de …", "2 · Les pourparlers"]
    month, year = replace(MONDE, published="2022-03"), replace(MONDE, id="lm-4", published="2022")
    page = answer_page(7, refusal(month, year), FR, articles=5)
    assert labels(page)[0] == ["1 · Le Monde, mars 2022", "2 · Le Monde, 2022"]
    page = answer_page(7, refusal(MONDE, replace(MONDE, id="lm-5")), FR, articles=5)
    assert labels(page)[0] == ["1 · Le Monde", "2 · Le Monde"]  # nothing tells them apart but their numbers


def test_a_quotation_is_shown_whole_and_as_it_is_printed() -> None:
    quote = 'Il a dit «\xa0non\xa0», puis « oui  » à 900 000 "personnes" [1].'
    page = answer_page(7, body_of([cited(replace(MONDE, text=quote, url=""), quote, 1)]), FR, articles=5)
    assert page.html.startswith(f"{quote}\n\n")
    assert f"<b>Le Monde, 2 mars 2022</b>\u00a0: {quote}</blockquote>" in page.html


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "a"},
        {"text": " \u200b", "data": "x"},
        {"text": "a", "data": "x", "copy": "y"},
        {"text": "a", "data": "é" * 33},
        {"text": "a", "copy": "x" * 257},
        {"text": "a", "inline": "x" * 257},
        {"text": "a", "url": "javascript:alert(1)"},
        {"text": "a", "url": "tg://user?id=1"},
        {"text": "a", "url": "https://user:pw@lemonde.fr/"},
        {"text": "a", "url": "https://localhost/"},
        {"text": "a", "url": "https://lemonde.fr/a b"},
        {"text": "a", "url": "https://lemonde.fr/#a b"},
    ],
)
def test_a_button_that_telegram_would_refuse_cannot_be_made(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"button|callback data|inline query"):
        Button(**wrong)


def test_buttons_become_those_of_telegram() -> None:
    markup = to_markup(
        [
            [Button("x " * 60, data="d" * 64), Button("a", url="https://lemonde.fr/#:~:text=a%20b")],
            [],
            [Button("b", copy="c" * 256), Button("c", inline="q")],
        ]
    )
    assert markup is not None
    first, second = markup.inline_keyboard
    assert (first[0].callback_data, units(first[0].text) <= 64, first[0].text.endswith("…")) == ("d" * 64, True, True)
    assert (first[1].url, first[1].callback_data) == ("https://lemonde.fr/#:~:text=a%20b", None)
    assert second[0].copy_text is not None
    assert second[0].copy_text.text == "c" * 256
    assert second[1].switch_inline_query == "q"
    assert to_markup([]) is None
    assert to_markup([[]]) is None


def test_rows_have_a_width() -> None:
    buttons = [Button(str(n), data=str(n)) for n in range(7)]
    assert [len(row) for row in rows_of(buttons, 3)] == [3, 3, 1]
    assert rows_of([], 3) == ()
