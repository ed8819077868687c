"""Short answers in Telegram: what stands first, what stands out in the quotations, and what is stored of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.types import Answer, Claim, Disagreement, ShortAnswer, to_json
from answering.writing.extractive import text_of
from answering.writing.frames import FRAMES
from bot.short import LONGEST
from bot.telegram.pages.cards import source_card
from bot.telegram.pages.markup import to_markup
from bot.telegram.pages.render import answer_page
from bot.telegram.pages.split import LIMIT, parse, split, units
from bot.telegram.pages.texts import Texts
from bot.telegram.storage.database import Database
from bot.telegram.storage.people import People
from bot.telegram.storage.store import Asker, Store
from retrieval.types import Article
from tests.telegram.bodies import BARE, FIGARO, HOSTILE, MONDE, QUOTE, THREE, body_of, cited
from tests.telegram.made import answer
from tests.telegram_emulator.formatting import read_text

FR, EN = Texts("fr"), Texts("en")
ANN = Asker(chat=-100, thread=0, user=11)
NOON = 20_000 * 86_400 + 43_200.0
MILLION, OTHERS = ("un million", (1,), 3), ("900 000", (2,), 1)


def short(body: dict[str, Any], *values: tuple[str, tuple[int, ...], int]) -> dict[str, Any]:
    """A stored answer with short answers: (value, markers, sources)."""
    return {**body, "short": [{"text": t, "markers": list(m), "sources": n} for t, m, n in values]}


def tagged(html: str, name: str) -> list[str]:
    text, spans = parse(html)
    return [text[span.start : span.end] for span in spans if span.name == name]


# -- the answer -----------------------------------------------------------------------------------------------------


def test_the_short_answer_stands_first_and_its_values_stand_out() -> None:
    page = answer_page(
        7, short(body_of(THREE[:2]), MILLION, OTHERS), FR, articles=5, link=lambda n: f"https://a.fr/{n}"
    )
    said, quotes = page.html.split("\n\n")[:2], page.html.split("<blockquote expandable>")[1]
    assert said == [
        '<b>un million</b> <a href="https://a.fr/1">[1]</a> (3 sources)\n'
        '<b>900 000</b> <a href="https://a.fr/2">[2]</a>',
        "Plus d'<b>un million</b> de réfugiés ont déjà fui l'Ukraine, selon l'ONU. "
        '<a href="https://a.fr/1">[1]</a>\n'
        'Ils sont <b>900 000</b> à être partis. <a href="https://a.fr/2">[2]</a>',
    ]
    assert "Plus d'<b>un million</b> de réfugiés" in quotes
    assert "Ils sont <b>900 000</b> à être partis." in quotes
    assert page.rows == answer_page(7, body_of(THREE[:2]), FR, articles=5).rows


@pytest.mark.parametrize(
    ("texts", "count", "told"), [(FR, 1, ""), (EN, 1, ""), (FR, 3, " (3 sources)"), (EN, 21, " (21 sources)")]
)
def test_several_sources_are_counted_in_the_language_of_the_interface(texts: Texts, count: int, told: str) -> None:
    html = answer_page(7, short(body_of(THREE[:1]), ("Oui", (1,), count)), texts, articles=5).html
    assert html.startswith(f"<b>Oui</b> [1]{told}\n\n{QUOTE} [1]\n\n")


def test_a_yes_stands_out_in_no_quotation() -> None:
    article = replace(FIGARO, text="Non, il a dit non et oui.")
    html = answer_page(7, short(body_of([cited(article, article.text, 1)]), ("Non", (1,), 1)), FR, articles=5).html
    assert tagged(html, "b") == ["Non", "Le Figaro, mars 2022"]


def test_the_warning_that_sources_differ_stays() -> None:
    text = "Les sources diffèrent : un million — Le Monde (2022-03-02) [1] ; 900 000 — Le Figaro (2022-03) [2]."
    claims = [*(Claim(c.quote, (c.marker,)) for c in THREE[:2]), Claim(text, (1, 2))]
    body = body_of(THREE[:2], claims=claims, disagreements=[Disagreement("Combien ?", (1, 2))])
    without, html = (answer_page(7, each, FR, articles=5).html for each in (body, short(body, MILLION, OTHERS)))
    warning = next(part for part in without.split("\n\n") if part.startswith("⚠️"))
    assert warning in html.split("\n\n")
    assert warning.startswith("⚠️ Les sources diffèrent\u00a0:\n• un million — Le Monde")


@pytest.mark.parametrize("language", FRAMES)
def test_the_value_stands_out_in_a_quotation_that_is_framed(language: str) -> None:
    claim = Claim(FRAMES[language].printed.format(source="Le Monde (2022-03-02)", quote=QUOTE), (1,))
    body = short(body_of(THREE[:1], claims=[claim], language=language), MILLION)
    lines = answer_page(7, body, FR, articles=5).html.split("\n\n")
    assert "Plus d'<b>un million</b> de réfugiés" in lines[1]
    assert lines[1].startswith("Le Monde, 2 mars 2022")


def test_a_chat_models_words_are_no_quotation() -> None:
    body = short(body_of(THREE[:1], claims=[Claim("Ils seraient un million.", (1,))]), MILLION)
    html = answer_page(7, body, FR, articles=5).html
    assert "\n\nIls seraient un million. [1]\n\n" in html
    assert tagged(html, "b") == ["un million", "Le Monde, 2 mars 2022", "un million"]


UNSHOWN = [(), (("x" * (LONGEST + 1), (1,), 1),), (MILLION, ("x" * 4_000, (2,), 1)), (("\u2800\u202e\x07", (1,), 1),)]


@pytest.mark.parametrize("values", UNSHOWN)
def test_without_a_short_answer_it_is_as_it_always_was(values: tuple[Any, ...]) -> None:
    body = body_of(THREE)
    body.pop("short")  # as the version before stored it
    before = answer_page(7, body, FR, articles=5)
    assert before.html.startswith(f"{QUOTE} [1]\nIls sont 900 000 à être partis. [2]\n")
    assert answer_page(7, short(body, *values), FR, articles=5) == before
    for n, article in enumerate((MONDE, FIGARO, BARE), 1):
        assert source_card(7, short(body, *values), n, article, FR) == source_card(7, body, n, article, FR)


# -- cards ----------------------------------------------------------------------------------------------------------


def test_the_card_of_a_source_underlines_its_value() -> None:
    body = short(body_of(THREE), MILLION, OTHERS)
    html = source_card(7, body, 1, MONDE, FR).html
    assert "<b>Plus d'<u>un million</u> de réfugiés ont déjà fui l'Ukraine, selon l'ONU.</b> Les pourparlers" in html
    assert tagged(source_card(7, body, 2, FIGARO, FR).html, "u") == ["900 000"]
    assert tagged(source_card(7, body, 3, BARE, FR).html, "u") == []
    assert source_card(7, body, 1, MONDE, FR).rows == source_card(7, body_of(THREE), 1, MONDE, FR).rows


# -- hostile values -------------------------------------------------------------------------------------------------

PIECES = [
    HOSTILE,
    "<b>",
    "</b>",
    "&lt;",
    "\1",
    "\2",
    "\0",
    "\u202e",
    "\u2068",
    "\n",
    "[1]",
    "[9]",
    "😀",
    "a",
    "1",
    " ",
    "م",
]
HOSTILE_TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join)


@given(HOSTILE_TEXT, HOSTILE_TEXT, HOSTILE_TEXT, st.sampled_from([FR, EN]))
def test_a_value_is_never_markup_and_leaves_every_word_as_it_is(
    before: str, value: str, after: str, texts: Texts
) -> None:
    article = Article("h-1", f"{before}{value}{after}", value, "javascript:alert(1)", value, "2022", "fr")
    body = body_of([cited(article, article.text, 1)])
    told = short(body, (value, (1,), 2))
    link = "https://t.me/bot?start=1"
    pages = [answer_page(7, each, texts, articles=5, link=lambda n: link) for each in (body, told)]
    cards = [source_card(7, each, 1, article, texts) for each in (body, told)]
    for page in (*pages, *cards):
        text, spans = parse(page.html)
        allowed = {"<b>", "<i>", "<u>", "<blockquote expandable>", f'<a href="{link}">'}
        assert {span.opening for span in spans} <= allowed
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
        assert to_markup(page.rows) is not None
        for part in split(page.html):
            assert units(read_text(part, "HTML", [], (), may_be_empty=False)[0]) <= LIMIT
    assert parse(cards[1].html)[0] == parse(cards[0].html)[0]
    plain, with_it = (parse(page.html)[0] for page in pages)
    if with_it != plain:
        line, _, rest = with_it.partition("\n\n")
        assert rest == plain
        assert line.endswith(" [1] (2 sources)")
        assert re.findall(r"\[\d+\]", line) == ["[1]"]
        assert len(line) <= LONGEST + len(" [1] (2 sources)")


@given(st.lists(st.sampled_from(["mot ", "😀", "م", "[1] ", "<i>"]), min_size=1, max_size=40).map("".join))
def test_messages_stay_within_the_limit_whatever_is_marked(value: str) -> None:
    text = " ".join([f"On lit {value} au numéro {n}." for n in range(150)])[:9_000]
    article = replace(MONDE, text=text)
    body = short(body_of([cited(article, article.text, 1)]), (value, (1,), 4))
    parts = split(answer_page(7, body, FR, articles=5).html)
    assert all(units(read_text(part, "HTML", [], (), may_be_empty=False)[0]) <= LIMIT for part in parts)
    card = source_card(7, body, 1, article, FR)
    assert units(parse(card.html)[0]) <= LIMIT


def test_a_marker_in_a_value_leads_nowhere() -> None:
    article = replace(MONDE, text="On lit [2] ici.")
    body = short(
        body_of([cited(article, article.text, 1), THREE[1]], claims=[Claim("On lit (2) ici.", (1,))]), ("[2]", (1,), 1)
    )
    first = answer_page(7, body, FR, articles=5, link=lambda n: f"https://a.fr/{n}").html.split("\n\n")[0]
    assert first == '<b>(2)</b> <a href="https://a.fr/1">[1]</a>'


def test_a_right_to_left_value_is_whole() -> None:
    article = replace(MONDE, text="أعلن أن مليون لاجئ غادروا.", language="ar")
    html = answer_page(
        7, short(body_of([cited(article, article.text, 1)]), ("مليون لاجئ", (1,), 1)), EN, articles=5
    ).html
    assert html.startswith("<b>مليون لاجئ</b> [1]\n\nأعلن أن <b>مليون لاجئ</b> غادروا. [1]\n\n")


# -- what is stored -------------------------------------------------------------------------------------------------


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "telegram.sqlite")
    yield database
    database.close()


VALUES = (ShortAnswer("lundi", (1,), 2),)


def given_short(**changed: Any) -> Answer:
    made = answer(**changed)
    return replace(made, short=VALUES, text=f"lundi [1] (2 sources)\n{text_of(made.claims)}")


def test_a_stored_answer_comes_back_with_its_short_answer(database: Database) -> None:
    store = Store(database)
    number = store.save(ANN, 5, given_short(), NOON)
    found = store.get(number)
    assert found is not None
    assert found.body == to_json(given_short())
    assert found.body["short"] == [{"text": "lundi", "markers": [1], "sources": 2}]
    assert answer_page(number, found.body, FR, articles=5).html.startswith("<b>lundi</b> [1] (2 sources)\n\n")
    [exported] = People(database).export(ANN.user)["answers"]
    assert exported["answer"]["short"] == found.body["short"]


def test_a_hostile_short_answer_is_stored_as_it_is(database: Database) -> None:
    hostile = replace(given_short(), short=(ShortAnswer(f"{HOSTILE}\ud800😀", (1,), 1),))
    found = Store(database).get(Store(database).save(ANN, 5, hostile, NOON))
    assert found is not None
    assert found.body["short"][0]["text"] == f"{HOSTILE}\ud800😀"


def test_a_row_of_the_version_before_is_shown_as_it_was(database: Database) -> None:
    store, old = Store(database), to_json(answer())
    del old["short"]
    number = store.save_body(ANN, 5, old, NOON, "answer")
    found = store.get(number)
    assert found is not None
    assert "short" not in found.body
    page = answer_page(number, found.body, FR, articles=5)
    assert page == answer_page(number, to_json(answer()), FR, articles=5)
    assert page.html.startswith("Le pont a rouvert lundi. [1]\n\n<blockquote")
    assert source_card(number, found.body, 1, None, FR) == source_card(number, to_json(answer()), 1, None, FR)
    store.rate(number, 11, 1)
    assert [row["relevant"][0]["quote"] for row in store.feedback_rows()] == ["Le pont a rouvert lundi."]


def test_the_value_goes_when_its_article_is_removed(database: Database, tmp_path: Path) -> None:
    store, old = Store(database), to_json(answer())
    del old["short"]
    numbers = [store.save(ANN, 5, given_short(), NOON), store.save_body(ANN, 6, old, NOON, "answer")]
    assert store.erase_quoting(["a1"], NOON) == 2
    later = store.save(ANN, 7, given_short(), NOON)  # in the making, when its article was removed
    for number in (*numbers, later):
        found = store.get(number)
        assert found is not None
        assert found.body["short"] == []
        assert "lundi" not in json.dumps(found.body)
    database.erase()
    assert b"lundi" not in b"".join(path.read_bytes() for path in tmp_path.glob("telegram.sqlite*"))
