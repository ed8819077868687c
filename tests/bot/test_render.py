"""What a person reads: exact lines, and nothing that hostile text could make a terminal do."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table
from rich.text import Text

from answering.types import Mode
from answering.writing.frames import FRAMES
from bot import articles, listings, render, terminal
from bot.labels import LABELS
from retrieval.types import ArchiveStatus, Article, Coverage, Hit, Passage
from tests.bot.scripted import FIGARO, MONDE, OTHER, QUOTE, TEXT, answered, cite, refused

HOSTILE = "\x1b[31mrouge\x1b[0m [bold]x[/bold] \x07\x9b2J\u202eabc\r\n\ud800 :smile:"


def plain(*parts: Text | Table) -> list[str]:
    out = io.StringIO()
    terminal.show(terminal.console(out), *parts)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_an_answer_shows_sentences_quotations_differences_and_what_was_searched() -> None:
    assert plain(*render.answer_parts(answered())) == [
        f"{QUOTE} [1] {OTHER} [2]",
        "",
        "[1] Le bilan de Moscou, Le Monde, 2022-03-02 (monde-1), repris par 2 articles",
        "[2] sans titre, Le Figaro, 2022-03 (figaro-1)",
        "Les sources diffèrent sur soldats russes tués : [1] Le Monde, 2022-03-02; [2] Le Figaro, 2022-03",
        "Cherché dans 5 articles (2022-03 à 2022-03-04) · phrases extraites des articles",
    ]


def test_labels_follow_the_answers_language_and_fall_back_to_english() -> None:
    for language in ("en", "nl"):
        lines = plain(*render.answer_parts(answered(language=language, mode=Mode.GENERATIVE, notice="Slow today.")))
        assert lines[2].endswith("(monde-1), also printed by 2 articles")
        assert lines[-2] == (
            "Searched 5 articles (2022-03 to 2022-03-04) · written by the chat model, each sentence checked"
        )
        assert lines[-1] == "Slow today."


def test_a_refusal_shows_what_was_searched_and_the_nearest_articles() -> None:
    assert plain(*render.answer_parts(refused())) == [
        "Les articles n'en disent rien.",
        "Articles les plus proches :",
        "  - Le bilan de Moscou, Le Monde, 2022-03-02 (monde-1)",
        "  - sans titre, Le Figaro, 2022-03 (figaro-1)",
        "Cherché dans 5 articles (2022-03)",
    ]


def test_sentences_without_markers_in_the_text_get_those_of_their_claims() -> None:
    assert render.body(answered(text="Voici.")) == [f"{QUOTE} [1]", f"{OTHER} [2]"]


@pytest.mark.parametrize(
    ("streamed", "shown"),
    [
        ((), [f"{QUOTE} [1] {OTHER} [2]"]),
        ((f"{QUOTE} [1]",), [f"{OTHER} [2]"]),
        ((f"{QUOTE} [1]", f"{OTHER} [2]"), []),
        (("Something else, from a model that then failed. [1]",), ["", f"{QUOTE} [1] {OTHER} [2]"]),
    ],
)
def test_what_was_streamed_is_not_printed_twice(streamed: tuple[str, ...], shown: list[str]) -> None:
    lines = plain(*render.answer_parts(answered(), streamed=streamed))
    assert lines[: len(shown)] == shown
    assert lines[len(shown)] == ""


def test_long_quotations_stay_on_one_line_when_piped() -> None:
    text = "Un mot " * 100 + "à la fin."
    article = replace(MONDE, text=text)
    [line] = plain(render.citation_line(cite(1, article, text), LABELS["fr"]))
    assert line.startswith(f"[1] « {text} »")


def test_a_quotation_keeps_its_no_break_spaces_and_loses_only_line_breaks() -> None:
    article = replace(MONDE, text="«\u00a0Oui\u202f»,\na-t-il dit.")
    [line] = plain(render.citation_line(cite(1, article, article.text), LABELS["fr"]))
    assert line.startswith("[1] « «\u00a0Oui\u202f», a-t-il dit. » — ")


def test_a_source_is_shown_between_two_sentences_before_and_after() -> None:
    citation = cite(1, MONDE, QUOTE)
    assert plain(*render.source(citation, LABELS["fr"], mark=True)) == [
        "[1] Le bilan de Moscou, Le Monde, 2022-03-02 (monde-1)",
        "https://example.org/1",
        "La guerre dure depuis huit jours. Les pourparlers ont repris jeudi. "
        f">> {QUOTE} << Kiev parle de 9.000 morts. L'ONU compte un million de réfugiés. …",
    ]


def test_a_source_in_colour_highlights_exactly_the_quotation() -> None:
    *_, passage = render.source(cite(1, MONDE, QUOTE), LABELS["fr"], mark=False)
    marked = [passage.plain[span.start : span.end] for span in passage.spans if "yellow" in str(span.style)]
    assert marked == [QUOTE]


def test_the_context_of_a_part_of_a_sentence_holds_the_whole_sentence() -> None:
    start = TEXT.index("498")
    begin, end = render.context(MONDE, start, start + 3)
    assert TEXT[begin:end].startswith("La guerre dure")
    assert TEXT[begin:end].endswith("réfugiés.")


def test_hostile_text_is_never_obeyed() -> None:
    text = HOSTILE.replace("\ud800", "")  # no file decodes to half a pair, but a title or an argument may hold one
    hostile = Article("id\x1b[2J", text, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "fr")
    quote = cite(1, hostile, text)
    hit = Hit(Passage(1, hostile.id, 0, len(text)), hostile, 1.0, 0.8, 2.0)
    answer = answered(text=HOSTILE, citations=(quote,), claims=(), notice=HOSTILE, nearest=(hostile,))
    parts = [
        *render.answer_parts(answer),
        *render.source(quote, LABELS["en"], mark=True),
        *articles.article_parts(hostile),
        listings.hits_table([hit]),
    ]
    shown = "\n".join(plain(*parts))
    assert not terminal._UNSAFE.search(shown)
    assert "rouge" in shown
    assert "[bold]x[/bold]" in shown
    assert ":smile:" in shown


@given(st.text())
def test_clean_text_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    kept = terminal.clean(text)
    assert not terminal._UNSAFE.search(kept)
    assert terminal.clean(kept) == kept
    kept.encode()


@given(st.text())
def test_json_lines_are_one_safe_line_and_give_the_same_value_back(text: str) -> None:
    line = terminal.to_line({"text": text})
    assert not terminal._UNSAFE.search(line)
    assert "\n" not in line
    assert json.loads(line) == {"text": text}


def test_json_keeps_letters_readable() -> None:
    assert terminal.to_line({"text": "é « ї »"}) == '{"text": "é « ї »"}'


def test_the_table_of_hits_names_scores_and_origin() -> None:
    both = Hit(Passage(1, "monde-1", 0, 33), MONDE, 1.23456, 0.87654, 7.654)
    dense = Hit(Passage(2, "figaro-1", 0, len(OTHER)), FIGARO, 0.5, 0.8, 0.0, "dense")
    lines = plain(listings.hits_table([both, dense]))
    assert lines[0].split() == ["#", "score", "dense", "lexical", "from", "article", "outlet", "date", "passage"]
    assert lines[1].split()[:6] == ["1", "1.235", "0.877", "7.65", "both", "monde-1"]
    assert lines[1].endswith("Le Monde   2022-03-02  La guerre dure depuis huit jours.")
    assert lines[2].split()[:6] == ["2", "0.500", "0.800", "0.00", "dense", "figaro-1"]
    assert listings.hit_json(1, both) == {
        "rank": 1,
        "score": 1.23456,
        "dense": 0.87654,
        "lexical": 7.654,
        "from": "both",
        "article_id": "monde-1",
        "title": "Le bilan de Moscou",
        "outlet": "Le Monde",
        "url": "https://example.org/1",
        "published": "2022-03-02",
        "dated_by": None,
        "start": 0,
        "end": 33,
        "page": None,
        "also_in": [],
        "text": "La guerre dure depuis huit jours.",
    }


def test_the_table_of_hits_names_who_prints_a_passage_too() -> None:
    printed = Hit(Passage(1, "monde-1", 0, 33), MONDE, 1.0, 0.8, 7.6, also_in=("figaro-1", "afp\x1b[31m"))
    alone = Hit(Passage(2, "figaro-1", 0, len(OTHER)), FIGARO, 0.5, 0.8, 0.0)
    lines = plain(listings.hits_table([printed, alone]))
    assert "also in" in lines[0]
    assert "figaro-1, afp[31m" in lines[1]
    assert listings.hit_json(1, printed)["also_in"] == ["figaro-1", "afp\x1b[31m"]


def test_an_article_shows_the_fields_it_has() -> None:
    assert plain(*articles.article_parts(FIGARO)) == [
        "id: figaro-1",
        "outlet: Le Figaro",
        "date: 2022-03",
        "language: fr",
        "",
        OTHER,
    ]


# A newspaper's page in two pages, dated by its file's name.
PAGED = replace(MONDE, url="https://example.org/1.PDF?v=2", dated_by="name", pages=(0, TEXT.index("Moscou")))


def test_a_quotation_of_a_pdf_says_its_page_and_opens_there() -> None:
    described = "Le bilan de Moscou, Le Monde, 2022-03-02, d'après le nom du fichier"
    assert plain(render.citation_line(cite(1, PAGED, QUOTE), LABELS["fr"], quoted=True)) == [
        f"[1] {described}, p. 2 (monde-1)"
    ]
    assert plain(*render.source(cite(2, PAGED, TEXT[:33]), LABELS["fr"], mark=True))[:2] == [
        f"[2] {described}, p. 1 (monde-1)",
        "https://example.org/1.PDF?v=2#page=1",
    ]
    assert plain(render.citation_line(cite(1, PAGED, QUOTE), LABELS["de"], quoted=True)) == [
        "[1] Le bilan de Moscou, Le Monde, 2022-03-02, laut Dateiname, S. 2 (monde-1)"
    ]


def test_hits_of_a_pdf_say_their_page() -> None:
    start = TEXT.index("Moscou")
    hits = [
        Hit(Passage(1, "monde-1", start, len(TEXT)), PAGED, 1.0, 0.8, 2.0),
        Hit(Passage(2, "x", 0, 9), FIGARO, 0, 0, 0),
    ]
    lines = plain(listings.hits_table(hits))
    assert lines[0].split()[-3:] == ["date", "page", "passage"]
    assert "2022-03-02  2     Moscou a annoncé" in lines[1]
    assert [(found["page"], found["dated_by"]) for found in (listings.hit_json(1, hit) for hit in hits)] == [
        (2, "name"),
        (None, None),
    ]


def test_an_article_says_how_many_pages_it_has_and_where_its_date_is_from() -> None:
    lines = plain(*articles.article_parts(PAGED))
    assert "date: 2022-03-02, from the file's name" in lines
    assert "pages: 2" in lines


@pytest.mark.parametrize("dated_by", ["", "page", "feed", "header", "data"])
def test_a_date_that_the_source_itself_states_is_shown_alone(dated_by: str) -> None:
    article = replace(MONDE, dated_by=dated_by)
    assert plain(render.citation_line(cite(1, article, QUOTE), LABELS["fr"], quoted=True)) == [
        "[1] Le bilan de Moscou, Le Monde, 2022-03-02 (monde-1)"
    ]
    assert "date: 2022-03-02" in plain(*articles.article_parts(article))


@pytest.mark.parametrize(
    ("published", "dated_by", "shown"),
    [
        ("2199", "page", "2199, date à venir"),
        ("2199-01-01T10:00", "sitemap", "2199-01-01, d'après le plan du site, date à venir"),
        ("bientôt", "page", "bientôt"),
        ("", "name", ""),
    ],
)
def test_a_date_to_come_is_told(published: str, dated_by: str, shown: str) -> None:
    article = replace(MONDE, published=published, dated_by=dated_by)
    described = ", ".join(part for part in ("Le bilan de Moscou", "Le Monde", shown) if part)
    assert plain(render.citation_line(cite(1, article, QUOTE), LABELS["fr"], quoted=True)) == [
        f"[1] {described} (monde-1)"
    ]


def test_today_and_tomorrow_are_no_days_to_come() -> None:
    for days, told in ((0, False), (1, False), (2, True)):
        article = replace(MONDE, published=(date.today() + timedelta(days)).isoformat())
        [line] = plain(render.citation_line(cite(1, article, QUOTE), LABELS["en"], quoted=True))
        assert ("a day to come" in line) is told


def test_the_status_names_articles_without_an_outlet() -> None:
    held = ArchiveStatus(2, 9, Coverage(2, "2022-03", "2022-03"), (("", 2),), (("fr", 2),), "e5", "exact", 3, 2_500_000)
    lines = plain(*listings.status_lines(held))
    assert [line.split(maxsplit=1) for line in lines[:4]] == [
        ["articles", "2"],
        ["passages", "9"],
        ["dates", "2022-03"],
        ["outlets", "(none) 2"],
    ]
    assert lines[-1].split(maxsplit=2) == ["on", "disk", "2.5 MB"]


def test_colour_is_for_terminals_only() -> None:
    coloured = io.StringIO()
    terminal.show(
        Console(file=coloured, force_terminal=True, color_system="standard", width=60), *render.answer_parts(answered())
    )
    assert "\x1b[" in coloured.getvalue()
    assert all(len(line) < 120 for line in coloured.getvalue().splitlines())
    assert "\x1b" not in "".join(plain(*render.answer_parts(answered())))


def test_every_language_of_the_answers_has_every_label() -> None:
    assert set(LABELS) == set(FRAMES)
    for language, texts in LABELS.items():
        assert set(texts) == set(LABELS["en"]), language
        for name, text in texts.items():
            assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", LABELS["en"][name])), name
