"""Scores across languages: which passages are foreign to a query, and above which mean their cosines are taken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.archive import Archive
from retrieval.ranking import languages
from retrieval.ranking.fusion import FOREIGN_WEIGHT, LEXICAL_WEIGHT
from retrieval.ranking.languages import Group, is_foreign, spreads
from retrieval.types import Article, Hit
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource

FRENCH = "Combien de réfugiés la Pologne a-t-elle accueillis depuis mars 2022 ?"
ENGLISH = "How many refugees has Poland taken in since March 2022?"
TEXTS = {
    "fr": [
        "La Pologne a accueilli deux millions de réfugiés depuis mars 2022.",
        "Le baril de pétrole monte depuis mars.",
        "Les réfugiés attendent un train à la frontière.",
        "Le président reçoit les ministres à Paris.",
        "Une école de Lyon ferme pour travaux.",
    ],
    "en": [
        "Many people have taken the train since Monday, the company says.",
        "Poland has a new minister of transport.",
    ],
    "": ["Pologne, mars 2022 : 2 000 000"],
}


def articles(*codes: str) -> dict[str, Article]:
    found = [
        Article(f"{code or 'none'}/{n}", text, language=code) for code in codes for n, text in enumerate(TEXTS[code])
    ]
    return {f"mem/{n}": article for n, article in enumerate(found)}


def opened(folder: Path, *codes: str) -> Archive:
    archive = Archive(folder, HashingEmbedder())
    archive.index(MemorySource(articles(*codes)))
    return archive


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Archive]:
    with opened(tmp_path / "index", "fr", "en", "") as archive:
        yield archive


def standardised(archive: Archive, query: str, foreign: set[str], own: str) -> dict[str, float]:
    """Return the fused score of every article, computed over all of them from the cosines and BM25 scores of the hits."""
    hits = {hit.article.id: hit for hit in archive.search(query, limit=50)}
    cosines = np.array([hit.dense for hit in hits.values()])
    bm25 = np.array([hit.lexical for hit in hits.values()])
    mine = np.array([hit.article.language == own for hit in hits.values()])
    mean, deviation = float(cosines.mean()), float(cosines.std())
    ours = others = mean
    if mine.any() and not mine.all():
        number, share = int(mine.sum()), float(mine.mean())
        ours = (number * float(cosines[mine].mean()) + 20 * mean) / (number + 20)
        others = (mean - share * ours) / (1 - share)
        deviation = math.sqrt(deviation**2 - share * (ours - mean) ** 2 - (1 - share) * (others - mean) ** 2)

    def score(hit: Hit) -> float:
        abroad = hit.article.language in foreign
        weight = FOREIGN_WEIGHT if abroad else LEXICAL_WEIGHT
        z = (hit.dense - (others if abroad else ours)) / deviation
        return (1 - weight) * z + weight * float((hit.lexical - bm25.mean()) / bm25.std())

    return {name: score(hit) for name, hit in hits.items()}


@pytest.mark.parametrize(
    ("query", "codes", "own", "foreign"),
    [
        (FRENCH, ("fr", "en", ""), "fr", {"en"}),
        (ENGLISH, ("fr", "en", ""), "en", {"fr"}),
        (ENGLISH, ("fr",), "", {"fr"}),  # nothing in its language: the archive's own mean
        (FRENCH, ("fr",), "", set()),
        ("Wie viele Flüchtlinge hat Polen seit März 2022 aufgenommen?", ("fr", "en"), "", {"fr", "en"}),
        ("Pologne 2022", ("fr", "en", ""), "", set()),  # of no language
    ],
)
def test_scores_are_those_of_each_language(
    tmp_path: Path, query: str, codes: tuple[str, ...], own: str, foreign: set[str]
) -> None:
    with opened(tmp_path / "index", *codes) as archive:
        found = {hit.article.id: hit.score for hit in archive.search(query, limit=50)}
        assert len(found) == sum(len(TEXTS[code]) for code in codes)
        assert found == pytest.approx(standardised(archive, query, foreign, own), abs=2e-3)  # vectors of 16 bits


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_a_given_weight_is_one_share_for_all(mixed: Archive, weight: float) -> None:
    hits = mixed.search(ENGLISH, limit=50, lexical_weight=weight)
    cosines, bm25 = np.array([hit.dense for hit in hits]), np.array([hit.lexical for hit in hits])
    z = (1 - weight) * (cosines - cosines.mean()) / cosines.std() + weight * (bm25 - bm25.mean()) / bm25.std()
    assert [hit.score for hit in hits] == pytest.approx(z.tolist(), abs=2e-3)


def test_what_is_added_in_a_language_counts_from_then_on(mixed: Archive) -> None:
    before = mixed.search(ENGLISH, limit=50)
    more = {f"more/{n}": Article(f"more/{n}", f"Refugees in Poland, part {n}.", language="en") for n in range(3)}
    mixed.index(MemorySource(more, "more/"))
    found = {hit.article.id: hit.score for hit in mixed.search(ENGLISH, limit=50)}
    assert len(found) == len(before) + 3
    assert found == pytest.approx(standardised(mixed, ENGLISH, {"fr"}, "en"), abs=2e-3)


@pytest.mark.parametrize(
    ("asked", "language", "expected"),
    [("fr", "en", True), ("fr", "fr", False), ("", "en", False), ("fr", "", False), ("", "", False)],
)
def test_only_a_known_language_is_another(asked: str, language: str, expected: bool) -> None:
    assert is_foreign(asked, language) is expected


def test_a_group_is_a_sample_spread_over_its_articles(mixed: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    with mixed.store.reading() as db:
        whole = languages.group(db, "fr", mixed.embedder.dimension)
        monkeypatch.setattr(languages, "_SAMPLED", 3)
        sampled = languages.group(db, "fr", mixed.embedder.dimension)
        assert languages.group(db, "es", mixed.embedder.dimension) is None
    assert whole is not None
    assert sampled is not None
    assert whole.passages == sampled.passages == 5
    vectors = mixed.embedder.embed_passages(TEXTS["fr"])
    np.testing.assert_allclose(whole.mean, vectors.mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(sampled.mean, vectors[::2].mean(axis=0), atol=1e-3)


def test_languages_of_passages(mixed: Archive) -> None:
    hits = mixed.search(FRENCH, limit=50)
    with mixed.store.reading() as db:
        found = languages.languages_of(db, [*(hit.passage.id for hit in hits), 10_000])
    assert found == {hit.passage.id: hit.article.language for hit in hits}


def test_the_spreads_of_two_groups() -> None:
    query = np.array([1.0, 0.0], np.float32)
    # 20 of 80 passages at a mean of .8, mixed with as many of the archive's mean of .7.
    own, others = spreads(Group(np.array([0.8, 0.1], np.float32), 20.0), query, (0.7, 0.05), 80)
    assert own[0] == pytest.approx(0.75)
    assert others[0] == pytest.approx((0.7 - 0.25 * 0.75) / 0.75)
    between = 0.25 * 0.05**2 + 0.75 * (others[0] - 0.7) ** 2
    assert own[1] == others[1] == pytest.approx(math.sqrt(0.05**2 - between))


@pytest.mark.parametrize("own", [None, Group(np.array([0.8, 0.1], np.float32), 81.0)])
def test_one_group_has_the_spread_of_all(own: Group | None) -> None:
    assert spreads(own, np.array([1.0, 0.0], np.float32), (0.7, 0.05), 80) == ((0.7, 0.05), (0.7, 0.05))


def test_a_mean_that_the_spread_cannot_hold_leaves_no_deviation() -> None:
    own = Group(np.array([0.99, 0.0], np.float32), 50.0)
    assert spreads(own, np.array([1.0, 0.0], np.float32), (0.2, 0.01), 100)[0][1] == 0.0
