"""The published sets as the reader learns from them: which part each group of articles belongs to, and its questions.

The evaluation's test half is never looked at; of its development half four fifths of the groups are for training, and
one fifth is for choosing (``evaluation.published.part``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaluation.published import Part as Part
from evaluation.published import load_piaf, load_xquad, orangesum_articles, orangesum_copies, orangesum_summaries
from evaluation.published import part as part
from training.reader_cloze import unjoined

Span = tuple[int, int]
XQUAD_LANGUAGES = ("ar", "de", "el", "en", "es", "ro", "ru", "tr", "vi", "zh")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, in each of its languages, with its passage's number and where the answers stand, by language."""

    id: str
    texts: dict[str, str]
    passage: int
    spans: dict[str, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions with their passages by language. ``near``: for each, passages that rank high and lack its answer."""

    titles: list[str]
    passages: list[dict[str, str]]
    asked: list[Asked]
    near: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class News:
    """Articles as (title, text), the ``neighbours`` of each (other stories on like matters), and (number, heading)s."""

    articles: list[tuple[str, str]]
    neighbours: list[list[int]]
    headings: list[tuple[int, str]]


def piaf(wanted: Part) -> Questions:
    """Return PIAF's questions of a part, with no passages of another."""
    articles, asked = load_piaf()
    kept = [article for article in articles if part(article.title) == wanted]
    place = {article.id: i for i, article in enumerate(kept)}
    found = []
    for one in asked:
        if one.article in place:
            text = kept[place[one.article]].text
            if spans := tuple(span for start, answer in one.answers if (span := placed(text, start, answer))):
                found.append(Asked(one.id, {"fr": one.text}, place[one.article], {"fr": spans}))
    return Questions([article.title for article in kept], [{"fr": article.text} for article in kept], found)


def xquad(wanted: Part, languages: Sequence[str] = XQUAD_LANGUAGES) -> Questions:
    """Return XQuAD's questions of a part, each in all languages, with its passages in all of them."""
    loaded = {language: load_xquad(language, language) for language in languages}
    first_articles, first_asked = loaded[languages[0]]
    numbers = [i for i, article in enumerate(first_articles) if part(article.title) == wanted]
    place = {first_articles[number].id: i for i, number in enumerate(numbers)}
    passages = [{language: loaded[language][0][number].text for language in languages} for number in numbers]
    found = []
    for i, one in enumerate(first_asked):
        if one.article not in place:
            continue
        here = passages[place[one.article]]
        spans = {}
        for language in languages:
            answers = loaded[language][1][i].answers
            if some := tuple(span for at, text in answers if (span := placed(here[language], at, text))):
                spans[language] = some
        if spans:
            texts = {language: loaded[language][1][i].text for language in languages}
            found.append(Asked(one.id, texts, place[one.article], spans))
    return Questions([first_articles[number].title for number in numbers], passages, found)


def placed(text: str, start: int, answer: str) -> Span | None:
    """Return where an annotated answer stands: where it says, or the nearest place (PIAF's are off by one at times)."""
    stripped = answer.strip()
    if not stripped:
        return None
    if text.startswith(stripped, start):
        return start, start + len(stripped)
    at = min(_finds(text, stripped), key=lambda place: abs(place - start), default=None)
    return None if at is None else (at, at + len(stripped))


def _finds(text: str, wanted: str) -> list[int]:
    places, at = [], text.find(wanted)
    while at >= 0:
        places.append(at)
        at = text.find(wanted, at + 1)
    return places


def news_articles() -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """Return OrangeSum's articles as (title, text), and the training part's headings as (number of the article, heading).

    Stories whose heading is for development or the test are left out, all their copies too.
    """
    copies = orangesum_copies()
    kept_back, headings = set[str](), {}
    for article_id, heading in orangesum_summaries():
        story = copies.get(article_id, {article_id})
        if part(min(story)) == "train":
            headings[article_id] = " ".join(heading.split())
        else:
            kept_back |= story
    rows = [row for row in orangesum_articles() if row["text"].strip()]
    texts = {_words(row["text"]) for row in rows if row["id"] in kept_back}  # copies that nobody labelled
    articles: list[tuple[str, str]] = []
    found = []
    for row in rows:
        if row["id"] in kept_back or _words(row["text"]) in texts:
            continue
        if row["id"] in headings:
            found.append((len(articles), headings[row["id"]]))
        articles.append((" ".join(row["title"].split()), unjoined(" ".join(row["text"].split()))))
    return articles, found


def _words(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))
