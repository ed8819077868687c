"""What a card says of a quotation besides its words: its days, its other printings, its mangled words, its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from answering.types import Citation
from bot.telegram.pages.cards import source_card
from bot.telegram.pages.links import place_url
from bot.telegram.pages.notes import notes_on
from bot.telegram.pages.render import answer_page
from bot.telegram.pages.texts import Texts
from retrieval.archive import Archive
from retrieval.types import Article
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource
from tests.telegram.bodies import body_of

FR, EN = Texts("fr"), Texts("en")
CLEAN = (
    "La France va apporter 300 millions de dollars d'aide supplémentaire à l'Ukraine, a annoncé le président de la "
    "République devant les députés de la commission des affaires étrangères."
)
DAYS = "Les deux délégations se sont retrouvées jeudi en Biélorussie, après un essai la semaine dernière."
TALKS = Article("talks", f"{DAYS} {CLEAN}", "Les pourparlers", "", "Le Monde", "2022-03-04", "fr")
COPY = replace(TALKS, id="copy", outlet="Ouest-France", published="2022-03-05")
SPUN = Article(
    "spun",
    CLEAN.replace("supplémentaire", "supplémcheztaire").replace("annoncé", "annonxé") + " Rien de plus.",
    outlet="Ailleurs",
    published="2022-03-06",
    language="fr",
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("notes"), HashingEmbedder()) as opened:
        opened.index(MemorySource({"mem/1": TALKS, "mem/2": COPY, "mem/3": SPUN}))
        yield opened


def test_words_of_time_are_told_with_their_days(archive: Archive) -> None:
    assert notes_on(archive, TALKS, 0, len(DAYS), FR)[:2] == (
        "«\xa0jeudi\xa0»\xa0: jeudi 3 mars 2022",
        "«\xa0la semaine dernière\xa0»\xa0: 21–27 février 2022",
    )
    assert notes_on(archive, TALKS, 0, len(DAYS), EN)[0] == "“jeudi”: Thursday, March 3, 2022"


def test_other_printings_are_named(archive: Archive) -> None:
    assert notes_on(archive, TALKS, 0, len(DAYS), FR)[2:] == ("Repris par Ouest-France, 5 mars 2022",)
    assert notes_on(archive, COPY, 0, len(DAYS), EN)[2:] == ("Also printed by Le Monde, March 4, 2022",)


def test_mangled_words_are_told_with_the_sentence_that_has_none(archive: Archive) -> None:
    end = SPUN.text.index(" Rien")
    assert notes_on(archive, SPUN, 0, end, FR) == (
        "⚠️ Mots déformés dans cette source\xa0: supplémcheztaire, annonxé",
        f"Sans eux, dans Le Monde, 4 mars 2022\xa0: «\xa0{CLEAN}\xa0»",
    )
    assert notes_on(archive, SPUN, end + 1, len(SPUN.text), FR) == ()


def test_notes_stand_under_the_quotation_as_long_as_it_stands() -> None:
    body = body_of([Citation(1, TALKS, 0, len(DAYS))])
    page = source_card(7, body, 1, TALKS, FR, ("« jeudi » : <jeudi>", "deux"))
    assert page.html.endswith("</b> " + CLEAN + "\n\n<i>« jeudi » : &lt;jeudi&gt;\ndeux</i>")
    gone = source_card(7, body, 1, None, FR, ("« jeudi »",))
    assert "jeudi »" not in gone.html
    assert "n’est plus dans l’archive" in gone.html


def test_many_long_notes_leave_room() -> None:
    page = source_card(7, body_of([Citation(1, TALKS, 0, len(DAYS))]), 1, TALKS, FR, ("é" * 3_000,) * 4)
    assert DAYS in page.html
    assert len(page.html) < 4_096


def test_a_quotation_of_a_pdf_names_its_page_and_opens_there() -> None:
    pdf = replace(TALKS, url="https://a.example/journal.pdf", pages=(0, len(DAYS)))
    body = body_of([Citation(1, pdf, len(DAYS) + 1, len(pdf.text))])
    assert place_url(body["citations"][0]) == "https://a.example/journal.pdf#page=2"
    assert "<b>Les pourparlers</b>\nLe Monde · 4 mars 2022 · p. 2" in source_card(7, body, 1, pdf, FR).html
    assert '#page=2">Le Monde, 4 mars 2022, p. 2</a>' in answer_page(7, body, FR, articles=3).html
    page = body_of([Citation(1, replace(pdf, url="https://a.example/1"), 0, 5)])["citations"][0]
    assert place_url(page) == "https://a.example/1#:~:text=Les%20d"
    assert place_url({**page, "url": "javascript:alert(1)//.pdf"}) == ""
