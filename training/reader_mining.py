"""What is near and wrong: passages that the project's own search ranks high for a question and that lack its answer.

Found once and kept as JSON in the run's folder, since the search does not change while the reader learns; where that is
there (on a machine that was lent for the training, say) neither the search nor its libraries are needed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.squad import shows_any
from retrieval.types import Article
from training.reader_data import Material
from training.reader_sources import Asked, News, Part, Questions, news_articles, piaf, xquad

NEAR = 15  # passages kept of a question
_SEARCHED = 40
_NEIGHBOURS = 8
_SAME_STORY = 0.7  # cosine of TF-IDF vectors: above it an article is a copy or the same news once more


def search(
    passages: Sequence[str], language: str, queries: Sequence[str], model: Path, limit: int = _SEARCHED
) -> list[list[int]]:
    """Return, for each query, the numbers of the passages that the project's search finds, best first, each once."""
    from retrieval.archive import Archive
    from retrieval.encoding.bundled import prepare
    from retrieval.encoding.encoder import BundledEmbedder
    from training.evidence import InMemory

    prepare(model)
    articles = [Article(f"p{i}", text, language=language) for i, text in enumerate(passages)]
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder), BundledEmbedder(model)) as archive:
        archive.index(InMemory(articles))
        found = [archive.search(query, limit=limit) for query in queries]
    return [list(dict.fromkeys(int(hit.article.id[1:]) for hit in hits)) for hits in found]


def with_near(questions: Questions, language: str, model: Path) -> Questions:
    """Return questions with their ``near`` passages, searched for in one language that all of them have."""
    texts = [passage[language] for passage in questions.passages]
    ranked = search(texts, language, [one.texts[language] for one in questions.asked], model)
    near = [_lacking(texts, one, language, found) for one, found in zip(questions.asked, ranked, strict=True)]
    return replace(questions, near=near)


def _lacking(texts: Sequence[str], one: Asked, language: str, found: Sequence[int]) -> list[int]:
    own = texts[one.passage]
    wanted = [own[start:end] for start, end in one.spans.get(language, ())]
    return [i for i in found if i != one.passage and not shows_any(texts[i], wanted)][:NEAR]


def neighbours(articles: Sequence[tuple[str, str]]) -> list[list[int]]:
    """Return the articles most like each, by TF-IDF of their titles and first 600 characters; the same story is left out."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(
        sublinear_tf=True, min_df=3 if len(articles) > 1_000 else 1, max_df=0.03, dtype=np.float32
    )
    matrix = vectorizer.fit_transform(f"{title} {text[:600]}" for title, text in articles)
    found: list[list[int]] = []
    for begin in range(0, len(articles), 500):
        cosines = (matrix[begin : begin + 500] @ matrix.T).toarray()
        for row, values in enumerate(cosines):
            best = np.argsort(-values, kind="stable")[: 4 * _NEIGHBOURS]
            near = [int(i) for i in best if i != begin + row and 0.05 < values[i] < _SAME_STORY]
            found.append(near[:_NEIGHBOURS])
    return found


def material(folder: Path, model: Path, wanted: Part = "train") -> Material:
    """Return all that the reader learns from, or the questions that it is judged by; ``news`` is for training only.

    What takes minutes to find is kept in ``folder/mined-PART.json``.
    """
    asked = {"piaf": (piaf(wanted), "fr"), "xquad": (xquad(wanted), "en")}
    articles, headings = news_articles() if wanted == "train" else ([], [])
    sizes = {"news": len(articles), **{name: len(questions.asked) for name, (questions, _) in asked.items()}}
    path = folder / f"mined-{wanted}.json"
    kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if any(len(kept.get(name, ())) != size for name, size in sizes.items()):  # none yet, or of other data
        kept = {name: with_near(questions, language, model).near for name, (questions, language) in asked.items()}
        kept["news"] = neighbours(articles) if articles else []
        writing = path.with_suffix(".writing")
        writing.write_text(json.dumps(kept), "utf-8")
        writing.replace(path)
    return Material(
        News(articles, kept["news"], headings),
        replace(asked["piaf"][0], near=kept["piaf"]),
        replace(asked["xquad"][0], near=kept["xquad"]),
    )
