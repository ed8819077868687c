"""Turn published sets into data folders: answerable questions, and unanswerable ones that are honestly so.

A prepared set is one archive with two lots of questions, ``dev`` and ``test``, split by article (a title of Wikipedia, a
news story); questions on what the reader learned from (``published.part``) are in neither. Some articles are withheld
from the archive: their questions are unanswerable (``withheld``), unless the answer stands in a passage that is near.
Others are put to one passage only (``among``): the question's own (``one_passage``), or the best-scoring other passage
of the same title that lacks the answer (``near_miss``, the hard kind). ``piaf-whole`` withholds nothing: all passages, and
every question put to all of them.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.journal import writing
from evaluation.published import (
    Asked,
    load_piaf,
    load_xquad,
    orangesum_articles,
    orangesum_copies,
    orangesum_summaries,
    part,
)
from evaluation.squad import shows
from retrieval.errors import KiosqueError
from retrieval.types import Article

WITHHELD = 0.15  # share of articles that are left out of the archive
NEAR_MISS = 0.2  # share of the other questions that are put to a passage without the answer, and as many to their own
_NEAR = 10  # passages that must lack the answer of a question whose own passage is withheld
NAMES = ("piaf", "piaf-whole", "orangesum", "xquad-QUESTION-PASSAGE")
_XQUAD = re.compile(r"xquad-([a-z]{2})-([a-z]{2})")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was written: a folder, and how many questions of each part."""

    folder: Path
    articles: int
    parts: dict[str, int]


def prepare(name: str, target: Path) -> Prepared:
    """Write the data folders ``target/NAME/dev`` and ``test`` with ``target/NAME/articles.jsonl`` between them.

    Raises KiosqueError for an unknown name, or when the published set is not there.
    """
    if name == "piaf":
        return _passages(target / name, *load_piaf())
    if name == "piaf-whole":
        return _passages(target / name, *load_piaf(), whole=True)
    if pair := _XQUAD.fullmatch(name):
        return _passages(target / name, *load_xquad(pair[1], pair[2]))
    if name == "orangesum":
        return _stories(target / name)
    raise KiosqueError(f"There is no set {name!r}; name one of {', '.join(NAMES)} (such as xquad-ru-es).")


def _passages(folder: Path, articles: Sequence[Article], asked: Sequence[Asked], *, whole: bool = False) -> Prepared:
    kept = [article for article in articles if whole or not _drawn(f"withheld {article.id}", WITHHELD)]
    index = _Similarity(kept)
    lots: dict[str, list[dict[str, Any]]] = {"dev": [], "test": []}
    for question in asked:
        lot = lots.get(part(question.group))
        if lot is not None and (row := _row(question, index, whole)):
            lot.append(row)
    lines = (_line(a.id, a.text, a.title, a.language) for a in kept)
    return _write(folder, lines, lots)


def _row(asked: Asked, index: _Similarity, whole: bool) -> dict[str, Any] | None:
    """Return a line of questions.jsonl; None when no honest question can be made."""
    row: dict[str, Any] = {"id": asked.id, "question": " ".join(asked.text.split()), "language": asked.language}
    text = asked.parallel or asked.text
    answers = list(dict.fromkeys(answer for _, answer in asked.answers if answer.strip()))
    if not answers or not row["question"]:
        return None
    if asked.article not in index.place:
        rivals = {*index.nearest(text, range(len(index.articles)))[:_NEAR], *index.of_title(asked.group)}
        if any(_has(index.articles[i], answers) for i in rivals):
            return None
        return {**row, "answerable": False, "kind": "withheld"}
    draw = 1.0 if whole else random.Random(f"question {asked.id}").random()
    if draw < NEAR_MISS:
        others = [i for i in index.of_title(asked.group) if not _has(index.articles[i], answers)]
        others = [i for i in others if index.articles[i].id != asked.article]
        if others:
            best = index.articles[index.nearest(text, others)[0]]
            return {**row, "answerable": False, "among": [best.id], "kind": "near_miss"}
    text = index.articles[index.place[asked.article]].text
    spans = {span for start, answer in asked.answers if (span := _placed(text, start, answer))}
    if not spans:
        return None
    relevant = [{"article": asked.article, "start": start, "end": end} for start, end in sorted(spans)]
    row = {**row, "answerable": True, "answers": answers, "relevant": relevant}
    if draw < 2 * NEAR_MISS:
        return {**row, "among": [asked.article], "kind": "one_passage"}
    return {**row, "kind": "plain"}


def _placed(text: str, start: int, answer: str) -> tuple[int, int] | None:
    """Return where an answer stands: where its annotation says, or the nearest place (PIAF's are off by one at times)."""
    if not answer.strip():
        return None
    places = [match.start() for match in re.finditer(re.escape(answer), text)]
    nearest = min(places, key=lambda place: abs(place - start), default=None)
    return None if nearest is None else (nearest, nearest + len(answer))


def _has(article: Article, answers: Iterable[str]) -> bool:
    return any(shows(article.text, answer) for answer in answers)


class _Similarity:
    """Cosines of TF-IDF vectors: a scorer that owes nothing to what is being judged, so that the set stays as it is."""

    def __init__(self, articles: Sequence[Article]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.articles = articles
        self.place = {article.id: i for i, article in enumerate(articles)}
        self._titles: dict[str, list[int]] = defaultdict(list)
        for i, article in enumerate(articles):
            self._titles[article.title].append(i)
        self._vectorizer = TfidfVectorizer(sublinear_tf=True)
        self._matrix = self._vectorizer.fit_transform(article.text for article in articles)

    def of_title(self, title: str) -> list[int]:
        return self._titles.get(title, [])

    def nearest(self, text: str, among: Sequence[int]) -> list[int]:
        """Return the places ``among`` in order of similarity to a text, ties in their own order."""
        chosen: NDArray[np.int64] = np.asarray(among, np.int64)
        cosines = (self._matrix[chosen] @ self._vectorizer.transform([text]).T).toarray().ravel()
        return [int(i) for i in chosen[np.argsort(-cosines, kind="stable")]]


def _stories(folder: Path) -> Prepared:
    """Prepare OrangeSum: the editor's summary of an article is the query, the article (or a copy) the one right hit."""
    copies = orangesum_copies()
    articles = [article for article in orangesum_articles() if article["text"].strip()]
    held, withheld = {article["id"] for article in articles}, set[str]()
    lots: dict[str, list[dict[str, Any]]] = {"dev": [], "test": []}
    for article_id, summary in orangesum_summaries():
        story = copies.get(article_id, {article_id})
        name = min(story)
        lot = lots.get(part(name))
        if article_id not in held:
            continue
        row: dict[str, Any] = {"id": article_id, "question": " ".join(summary.split()), "language": "fr"}
        if _drawn(f"withheld {name}", WITHHELD):
            withheld |= story
            row |= {"answerable": False, "kind": "withheld"}
        else:
            relevant = {"article": article_id, "copies": sorted(story & held - {article_id})}
            row |= {"answerable": True, "relevant": [relevant], "kind": "known_item"}
        if lot is not None:
            lot.append(row)
    lines = (_dumps(article) for article in articles if article["id"] not in withheld)
    return _write(folder, lines, lots)


def _drawn(name: str, share: float) -> bool:
    return random.Random(name).random() < share


def _line(article_id: str, text: str, title: str, language: str) -> str:
    return _dumps({"id": article_id, "title": title, "text": text, "language": language})


def _dumps(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write(folder: Path, articles: Iterable[str], lots: dict[str, list[dict[str, Any]]]) -> Prepared:
    """Write a set; questions in an order of chance that is always the same, so that the first N are a fair sample."""
    folder.mkdir(parents=True, exist_ok=True)
    count = _lines(folder / "articles.jsonl", articles)
    for lot, rows in lots.items():
        (folder / lot).mkdir(exist_ok=True)
        shuffled = sorted(rows, key=lambda row: blake2b(row["id"].encode(), digest_size=8).digest())
        _lines(folder / lot / "questions.jsonl", map(_dumps, shuffled))
        described = {"name": f"{folder.name}-{lot}", "articles": "../articles.jsonl"}
        _lines(folder / lot / "set.json", [_dumps(described)])
    return Prepared(folder, count, {lot: len(rows) for lot, rows in lots.items()})


def _lines(path: Path, lines: Iterable[str]) -> int:
    """Write a file whole or not at all, and return its number of lines."""
    count = 0
    with writing(path) as file:
        for line in lines:
            file.write(line.encode("utf-8") + b"\n")
            count += 1
    return count
