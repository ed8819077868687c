"""Published sets as they lie in ``../shared/data`` (or ``KIOSQUE_DATA``): read, never copied into the project."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from answering.settings import ROOT
from retrieval.errors import KiosqueError
from retrieval.types import Article

Part = Literal["train", "dev", "test"]
DATA = Path(os.environ.get("KIOSQUE_DATA") or ROOT.parent / "shared" / "data")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answers in their article: (start, text) each. ``group`` is what is split on.

    ``parallel`` is the same question in the article's language, where the set has it.
    """

    id: str
    text: str
    language: str
    article: str
    answers: tuple[tuple[int, str], ...]
    group: str
    parallel: str = ""


def is_development(group: str) -> bool:
    """Whether a group of articles (a title, a story) is for development; the rest is for the test alone.

    Everything that is fitted or tuned here uses the development half only.
    """
    return random.Random(group).random() < 0.5


def part(group: str) -> Part:
    """Return the part that a group of articles (a title of Wikipedia, the least id of a story) belongs to.

    Of the development half, what has weights of many numbers learns from four fifths of the groups (``train``), and is
    chosen by the last fifth (``dev``), which it has never seen.
    """
    if not is_development(group):
        return "test"
    return "dev" if random.Random(f"reader {group}").random() < 0.2 else "train"


def rows(name: str) -> Iterator[Any]:
    """Yield the JSON lines of a file of the data folder. Raises KiosqueError when it is not there."""
    path = DATA / name
    try:
        if path.suffix == ".zst":
            import zstandard

            with zstandard.open(path, "rt", encoding="utf-8") as file:
                yield from map(json.loads, file)
        else:
            with path.open(encoding="utf-8") as file:
                yield from map(json.loads, file)
    except OSError as exc:
        raise KiosqueError(
            f"{path} cannot be read: {exc.strerror}; set KIOSQUE_DATA to the folder that holds {name}."
        ) from exc


def load_piaf() -> tuple[list[Article], list[Asked]]:
    """Return PIAF 1.1 (Keraron et al. 2020): each of its passages as an article, and its questions."""
    articles, asked = [], []
    for number, row in enumerate(rows("piaf/questions.jsonl")):
        articles.append(Article(f"piaf-{number}", row["context"], title=row["title"], language="fr"))
        for qa in row["qas"]:
            answers = tuple((a["start"], a["text"]) for a in qa["answers"])
            asked.append(Asked(qa["id"], qa["question"], "fr", articles[-1].id, answers, row["title"]))
    return articles, asked


def load_xquad(question_language: str, passage_language: str) -> tuple[list[Article], list[Asked]]:
    """Return XQuAD (Artetxe et al. 2020) with questions in one language on passages in another."""
    articles, asked = [], []
    pairs = zip(rows(f"xquad/{question_language}.jsonl.zst"), rows(f"xquad/{passage_language}.jsonl.zst"), strict=True)
    for number, (theirs, ours) in enumerate(pairs):
        group = str(ours["title"])
        articles.append(Article(f"xquad-{number}", ours["context"], title=group, language=passage_language))
        for question, answer in zip(theirs["qas"], ours["qas"], strict=True):
            answers = tuple((a["start"], a["text"]) for a in answer["answers"])
            asked.append(
                Asked(
                    str(answer["id"]),
                    question["question"],
                    question_language,
                    articles[-1].id,
                    answers,
                    group,
                    answer["question"],
                )
            )
    return articles, asked


def orangesum_articles() -> Iterator[dict[str, Any]]:
    """Yield OrangeSum's articles (Kamal Eddine et al. 2020) in the ingest format."""
    for row in rows("orangesum/articles.jsonl.zst"):
        article = {"id": str(row["id"]), "title": row["title"], "text": row["text"], "published": row["date"]}
        yield {**article, "language": "fr"}


def orangesum_summaries() -> Iterator[tuple[str, str]]:
    """Yield (article id, the editor's summary of it)."""
    for row in rows("orangesum/heading_queries.jsonl"):
        yield str(row["id"]), row["query"]


def orangesum_copies() -> dict[str, set[str]]:
    """Return, for each article that was printed more than once, the ids of all its copies, its own among them."""
    groups: dict[str, set[str]] = {}
    for row in rows("orangesum/duplicate_groups.jsonl"):
        members = {str(member) for member in row}
        for member in members:
            groups[member] = groups.get(member, set()) | members
    return groups
