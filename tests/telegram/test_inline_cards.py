"""The cards of inline mode: what a passage shows, copies and links to, whatever the article holds."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.handlers.inline import result
from bot.telegram.pages.links import fragment_url
from bot.telegram.pages.split import parse, visible
from bot.telegram.pages.texts import Texts
from bot.terminal import clean
from retrieval.types import Article, Hit, Passage
from tests.telegram.bodies import HOSTILE, MONDE, QUOTE, TEXT
from tests.telegram.test_cards import HOSTILE_URLS, QUOTES
from tests.telegram.test_inline import quotation
from tests.telegram_emulator import utf16_length
from tests.telegram_emulator.formatting import read_text
from tests.telegram_emulator.links import checked_link
from tests.telegram_emulator.markup import read_markup

QUERY = "Combien de réfugiés ont fui l'Ukraine ?"
FR, EN = Texts("fr"), Texts("en")


def hit(article: Article, start: int = 0, end: int | None = None) -> Hit:
    return Hit(Passage(7, article.id, start, len(article.text) if end is None else end), article, 1.0, 0.9, 3.0)


def text_of(made: Any) -> str:
    """Return the message of a result as Telegram shows it."""
    content = made.input_message_content
    return read_text(content.message_text, content.parse_mode, [], (), may_be_empty=False)[0]


def buttons_of(made: Any) -> dict[str, Any]:
    rows = read_markup(json.loads(made.to_json()).get("reply_markup"), inline_only=True)
    return {button.text: button for row in rows for button in row}


SENTENCES = [
    f"La phrase numéro {n} parle du quartier {n} de la ville, de ses ponts et de ses habitants." for n in range(60)
]


def test_a_passage_that_is_too_long_is_cut_between_sentences_around_the_query() -> None:
    sentences = [*SENTENCES]
    sentences[20] = "Le maire a inauguré la passerelle."
    article = Article("a", " ".join(sentences), url="https://a.fr/1", language="fr")
    made = result(hit(article), "Qui inaugure une passerelle ?", FR)
    quote = quotation(text_of(made))
    assert quote.startswith("… Le maire a inauguré la passerelle. La phrase numéro 21 ")
    assert quote.endswith(" de ses habitants. …")
    kept = quote.removeprefix("… ").removesuffix(" …")
    assert kept in article.text
    assert 2_800 < utf16_length(kept) <= 3_000
    assert made.description.startswith("… Le maire a inauguré la passerelle. La phrase numéro 21")
    assert utf16_length(made.description) <= 160
    assert buttons_of(made)["Ouvrir au passage"].url == fragment_url("https://a.fr/1", kept)
    copied = buttons_of(made)["Copier la citation"].copy_text
    assert copied == " ".join(sentences[20:23])


def test_what_is_copied_ends_with_the_last_sentence_that_fits() -> None:
    sentences = [
        "Le pont " + "a rouvert lundi " * 10 + "enfin.",
        "Il était beau.",
        "La ville " + "exulte " * 20 + "déjà.",
    ]
    made = result(hit(Article("a", " ".join(sentences), language="fr")), "pont", FR)
    assert buttons_of(made)["Copier la citation"].copy_text == " ".join(sentences[:2])
    assert quotation(text_of(made)) == " ".join(sentences)


def test_a_sentence_that_is_too_long_is_cut_before_a_word() -> None:
    words = " ".join(f"mot{n}" for n in range(2_000))
    article = Article("a", words, url="https://a.fr/1", language="fr")
    made = result(hit(article), "mot7", FR)
    quote = quotation(text_of(made))
    assert quote.endswith(" …")
    assert words.startswith(quote.removesuffix("…"))
    copied = buttons_of(made)["Copier la citation"].copy_text
    assert copied.endswith(" …")
    assert words.startswith(copied.removesuffix("…"))
    assert 200 < len(copied) <= 256


def test_the_excerpt_of_a_long_sentence_shows_the_words_that_were_typed() -> None:
    far = "Alors que " + "les négociations continuaient sans relâche et " * 10 + "que la passerelle rouvrait, il plut."
    made = result(hit(Article("a", far, language="fr")), "passerelle", EN)
    assert "passerelle rouvrait" in made.description
    assert made.description.startswith("… ")
    assert made.description.removeprefix("… ") in far
    near = result(hit(Article("a", far, language="fr")), "négociations", EN)
    assert near.description.startswith("Alors que les négociations")


def test_part_of_an_article_is_quoted_and_no_more() -> None:
    start = TEXT.index(QUOTE)
    made = result(hit(MONDE, start, start + len(QUOTE)), "million", FR)
    assert quotation(text_of(made)) == QUOTE
    assert (made.id, made.description) == ("7", QUOTE)
    assert unquote(buttons_of(made)["Ouvrir au passage"].url).endswith(f"#:~:text={QUOTE}")


@pytest.mark.parametrize(
    ("title", "outlet", "published", "listed", "head"),
    [
        ("Le pont", "L'Écho", "2022-03-02", "L'Écho · 2 mars 2022", "Le pont\nL'Écho · 2 mars 2022"),
        ("", "L'Écho", "2022-03", "L'Écho · mars 2022", "L'Écho\nmars 2022"),
        ("Le pont", "", "", "Le pont", "Le pont"),
        ("Le pont", "", "2022", "Le pont · 2022", "Le pont\n2022"),
        ("\u2060", "\u200b", "", "article sans titre", "article sans titre"),
    ],
)
def test_what_a_passage_is_called(title: str, outlet: str, published: str, listed: str, head: str) -> None:
    article = Article("a", "Le pont a rouvert.", title, "", outlet, published, "fr")
    made = result(hit(article), "pont", FR)
    assert made.title == listed
    assert text_of(made) == f"{head}\n\n«\u00a0Le pont a rouvert.\u00a0»"


def test_a_passage_without_a_shape_has_no_quotation() -> None:
    article = Article("a", "\u2800 \u200b", "Le pont", language="fr")
    made = result(hit(article), "pont", FR)
    assert (text_of(made), made.description, made.reply_markup) == ("Le pont", None, None)


LONG = ["é" * 10_000, "a. " * 3_000, "漢字。" * 3_000, "👨‍👩‍👧‍👦‍" * 800, "mot " * 2_500, "Une phrase. " * 800]
PIECES = [HOSTILE, "<b>", "&amp;", "\u202e", "\u2800", "B. A", "« »", "{x}", "\ue000quote\ue001"]
# A lone surrogate cannot be stored in a text, but may come from Telegram, or from another program in a title.
STORED = st.one_of(
    QUOTES, st.sampled_from(LONG), st.text(max_size=200), st.lists(st.sampled_from(PIECES)).map(" ".join)
)
PRINTED = st.one_of(STORED, st.sampled_from(["", "\n\n", "&lt;b&gt;&#60;b>", "a\ud800b", "\udfff"]))


@given(
    STORED, PRINTED, PRINTED, st.sampled_from([*HOSTILE_URLS, MONDE.url]), PRINTED, st.sampled_from(["fr", "zh", ""])
)
def test_any_article_becomes_a_result_that_telegram_takes(
    text: str, title: str, outlet: str, url: str, query: str, language: str
) -> None:
    article = Article("a", text, title, url, outlet, outlet[:30], language)
    made = result(hit(article), query[:256], FR)
    given = json.loads(made.to_json())
    content = given["input_message_content"]
    shown, entities = read_text(content["message_text"], content["parse_mode"], [], (), may_be_empty=False)
    assert utf16_length(shown) <= 4096
    links = {entity.url for entity in entities if entity.type == "text_link"}
    assert all(link and link.startswith("https://www.lemonde.fr/a/1") and checked_link(link) == link for link in links)
    assert given.get("url") in (None, "https://www.lemonde.fr/a/1")
    assert not any(entity.type in ("bold", "italic", "blockquote", "text_mention") for entity in entities)
    assert given["title"].strip()
    assert utf16_length(given["title"]) <= 250
    assert utf16_length(given.get("description", "")) <= 160
    buttons = buttons_of(made)  # as Telegram checks them
    assert not any(button.callback_data for button in buttons.values())
    seen = [shown, given["title"], given.get("description", ""), *(b.copy_text or "" for b in buttons.values())]
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "".join(seen))


@given(STORED, PRINTED, st.sampled_from(["fr", "ja", ""]))
def test_any_quotation_stands_in_the_article(text: str, query: str, language: str) -> None:
    made = result(hit(Article("a", text, "T", language=language)), query[:256], FR)
    shown, _ = parse(made.input_message_content.message_text)
    printed = "\n".join(line.strip() for line in clean(text).split("\n") if line.strip())
    if shown != "T":
        quote = shown.removeprefix("T\n\n«\u00a0").removesuffix("\u00a0»")
        assert any(part in printed for part in {quote, *without_ellipses(quote)})
    if made.reply_markup:
        copied = buttons_of(made)["Copier la citation"].copy_text
        assert any(part in printed for part in {copied, copied.removesuffix(" …")})
    if visible(printed) and text not in LONG:
        assert shown != "T"


def without_ellipses(quote: str) -> set[str]:
    before, after = quote.removeprefix("… "), quote.removesuffix(" …")
    return {before, after, before.removesuffix(" …")}
