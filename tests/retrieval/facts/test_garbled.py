"""Garbled sentences: noted with each article that comes, changes and goes, and what a search makes of them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.errors import NotFound
from retrieval.facts import garbled
from retrieval.facts.mangled import mangled_spans
from retrieval.keeping import removal
from retrieval.passages import Chunking
from retrieval.ranking import mending
from retrieval.sentences import sentence_spans
from retrieval.storing.store import NewPassage, Store
from retrieval.types import Article, Filters, Hit
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource

AID = "La France va apporter 300 millions de dollars d’aide supplémentaires à Kiev, a annoncé mercredi le ministre."
SPUN = AID.replace("supplémentaires", "supplémcheztaires")
TALKS = "Les négociateurs des deux pays se retrouvent jeudi à la frontière pour une deuxième session de discussions."
GARBLED_TALKS = TALKS.replace("négociateurs", "négocmaisteurs")
RARE = "La consommation de l'hydrojuvisation a doublé dans les campagnes du département selon la préfecture."
SENTENCES = [AID, SPUN, TALKS, GARBLED_TALKS, RARE, "Aucun bilan n'a été donné.", "Ã©tÃ© dÃ©jÃ ", "Rien."]
CHUNKING = Chunking(40, 10)


def put(store: Store, article: Article, source: str = "") -> None:
    passages = [NewPassage(0, len(article.text), np.ones(1, np.float32))]
    store.put(article, source or f"/{article.id}", article.text, passages)


def kept(store: Store) -> dict[str, list[tuple[int, int, str]]]:
    """Return what is stored, by article id: start, end and mangled words of each garbled sentence."""
    with store.reading() as db:
        assert db.execute("SELECT 1 FROM garbled WHERE article NOT IN (SELECT n FROM articles)").fetchall() == []
        rows = db.execute("SELECT a.id, g.start, g.end, g.spans FROM garbled g JOIN articles a ON a.n = g.article")
        found: dict[str, list[tuple[int, int, str]]] = {}
        for article_id, *row in rows.fetchall():
            found.setdefault(article_id, []).append((row[0], row[1], row[2]))
        return {article_id: sorted(those) for article_id, those in found.items()}


def expected(articles: list[Article]) -> dict[str, list[tuple[int, int, str]]]:
    found = {}
    for article in articles:
        rows = []
        for start, end in sentence_spans(article.text, article.language):
            spans = [[start + a, start + b] for a, b in mangled_spans(article.text[start:end], article.language)]
            if spans:
                rows.append((start, end, str(spans)))
        if rows:
            found[article.id] = rows
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "archive.sqlite", {})
    yield opened
    opened.close()


TEXTS = st.lists(st.sampled_from(SENTENCES), max_size=5).map(" ".join)
STEPS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), TEXTS), st.sampled_from(["fr", "en", "ru", ""])),
    min_size=1,
    max_size=15,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.randoms(use_true_random=False))
def test_what_is_kept_is_that_of_the_articles_alone(
    steps: list[tuple[str, str | None, str]], rng: random.Random
) -> None:
    """After any articles came, changed and went; and in whatever order those that are left are put."""
    held: dict[str, Article] = {}
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "one.sqlite", {})
        for number, (article_id, text, language) in enumerate(steps):
            held.pop(article_id, None)
            if text is not None:
                held[article_id] = Article(article_id, text, language=language)
                put(store, held[article_id])
            elif number % 2:
                removal.remove(store, [article_id])
            else:
                store.remove_sources([f"/{article_id}"])
        articles = list(held.values())
        assert kept(store) == expected(articles)
        store.close()
        rng.shuffle(articles)
        other = Store(Path(folder) / "other.sqlite", {})
        for article in articles:
            put(other, article)
        assert kept(other) == expected(articles)
        other.close()


def test_an_error_takes_back_article_and_garbled_sentences(store: Store) -> None:
    put(store, Article("a", SPUN, language="fr"))
    before = kept(store)
    with store.reading() as db:
        db.execute("CREATE TRIGGER full AFTER INSERT ON garbled BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        put(store, Article("b", GARBLED_TALKS, language="fr"))
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        put(store, Article("a", GARBLED_TALKS, language="fr"))
    assert (kept(store), store.article("b")) == (before, None)


def test_an_archive_from_before_gets_what_it_lacks(store: Store, tmp_path: Path) -> None:
    put(store, Article("a", f"{TALKS} {SPUN}", language="fr"))
    put(store, Article("b", AID, language="fr"))
    before = kept(store)
    assert list(before) == ["a"]
    store.close()
    for script in (
        "DROP TABLE garbled; DELETE FROM derived WHERE name = 'garbled'",
        "UPDATE garbled SET start = start + 1; UPDATE meta SET value = 'old' WHERE key = 'derived garbled'",
    ):
        with sqlite3.connect(tmp_path / "archive.sqlite") as db:
            db.executescript(script)
        db.close()
        again = Store(tmp_path / "archive.sqlite", {})
        again.derive_missing()
        assert kept(again) == before
        again.close()


def test_the_mangled_words_of_a_part_of_an_article(store: Store) -> None:
    text = f"{SPUN} {TALKS}\n{GARBLED_TALKS}"
    put(store, Article("a", text, language="fr"))

    def words(start: int = 0, end: int = len(text), article: str = "a") -> list[str]:
        with store.reading() as db:
            return [text[a:b] for a, b in garbled.words_in(db, article, start, end)]

    assert words() == ["supplémcheztaires", "négocmaisteurs"]
    assert words(end=len(SPUN)) == ["supplémcheztaires"]
    assert words(len(SPUN), text.index("\n")) == []
    at = text.index("supplémchez")
    assert words(at, at + len("supplémcheztaires")) == ["supplémcheztaires"]
    assert words(at + 1) == ["négocmaisteurs"]  # half a word is none
    assert words(article="b") == []


def test_what_is_longer_than_any_article_is_judged_up_to_a_bound(store: Store) -> None:
    text = f"{SPUN}\n" + "a b c.\n" * (garbled.MOST_TEXT // 7) + SPUN
    put(store, Article("a", text, language="fr"))
    assert [start for start, *_ in kept(store)["a"]] == [0]


# Search.

CLEAN = Article("clean", f"{AID} {TALKS}", outlet="AFP", published="2022-03-03", language="fr")
# Too far from the clean one to be folded into it.
WRECK = Article("wreck", f"{SPUN} Rien d'autre.", published="2022-03-04", language="fr")
OTHER = Article("other", f"{RARE} {TALKS}", published="2022-03-01", language="fr")
QUERY = "aide supplémcheztaires"


def searched(
    tmp_path: Path, *articles: Article, query: str = QUERY, limit: int = 10, filters: Filters = Filters()
) -> list[Hit]:
    folder = tmp_path / "-".join(article.id for article in articles)
    with Archive(folder, HashingEmbedder(), CHUNKING) as archive:
        archive.index(MemorySource({f"mem/{article.id}": article for article in articles}))
        return archive.search(query, limit=limit, filters=filters)


def places(hits: list[Hit], article_id: str, text: str) -> list[int]:
    return [rank for rank, hit in enumerate(hits) if hit.article.id == article_id and text in hit.text]


@pytest.mark.parametrize("articles", list(permutations([CLEAN, WRECK, OTHER])), ids=lambda those: those[0].id)
def test_a_garbled_passage_comes_below_the_clean_one_in_whatever_order_they_came(
    tmp_path: Path, articles: tuple[Article, ...]
) -> None:
    alone = searched(tmp_path, WRECK, OTHER)
    assert places(alone, "wreck", "supplémchez") == [0]  # it answers the query best, and nothing says it clean
    hits = searched(tmp_path, *articles)
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
    (garbled_one,), (clean_one,) = places(hits, "wreck", "supplémchez"), places(hits, "clean", AID)
    assert garbled_one == clean_one + 1
    for limit in range(len(hits) + 1):
        assert searched(tmp_path, *articles, limit=limit) == hits[:limit]


def test_it_keeps_its_place_among_articles_without_the_clean_one(tmp_path: Path) -> None:
    filters = Filters(article_ids=("wreck", "other"))
    assert places(searched(tmp_path, CLEAN, WRECK, OTHER, filters=filters), "wreck", "supplémchez") == [0]


def test_what_says_something_else_takes_no_place_away(tmp_path: Path) -> None:
    another = replace(CLEAN, id="another", text=CLEAN.text.replace("300", "500"))
    assert places(searched(tmp_path, another, WRECK), "wreck", "supplémchez") == [0]
    garbled_too = replace(CLEAN, id="too", text=CLEAN.text.replace("mercredi", "mercrmaisdi"))
    assert places(searched(tmp_path, garbled_too, WRECK), "wreck", "supplémchez") == [0]


def test_one_garbled_sentence_among_others_costs_little(tmp_path: Path) -> None:
    """A passage about something else has the clean sentence: what the garbled one's neighbours say is not in it."""
    long = (
        "Le maire de Kherson a reçu les délégués des communes voisines pour parler des récoltes et des routes."
        " Les écoles du quartier restent fermées, faute de chauffage, et les marchés ouvrent seulement le matin."
        " Beaucoup d'habitants ont quitté leurs maisons pendant la nuit."
    )
    wreck = replace(WRECK, text=f"{long} {SPUN}")
    clean = replace(CLEAN, text=f"{AID} {TALKS} Aucun bilan n'a été donné.")
    with Archive(tmp_path / "index", HashingEmbedder(), Chunking(200, 10)) as archive:
        archive.index(MemorySource({"mem/wreck": wreck, "mem/clean": clean}))
        hits = archive.search("maire de Kherson délégués")
    assert [hit.article.id for hit in hits] == ["wreck", "clean"]


def test_an_earlier_article_that_garbles_a_passage_does_not_stand_for_it(tmp_path: Path) -> None:
    rest = f"{TALKS} Aucun bilan n'a été donné par la mairie, qui attend des renforts depuis la veille au soir."
    early = replace(CLEAN, id="early", text=f"{rest} {SPUN}", published="2022-03-01")
    clean = replace(CLEAN, text=f"{rest} {AID}")
    copy = replace(clean, id="copy", published="2022-03-05")
    whole = Chunking(200, 10)  # an article is a passage
    with Archive(tmp_path / "one", HashingEmbedder(), whole) as archive:
        archive.index(MemorySource({f"mem/{one.id}": one for one in (early, clean, copy)}))
        hits = archive.search("aide supplémentaires 300 millions")
        assert archive.printed_in("clean", 0, len(clean.text)) == ("copy",)
    assert [hit.article.id for hit in hits] == ["clean", "early"]
    assert "copy" in hits[0].also_in
    both = [replace(one, text=f"{rest} {RARE}") for one in (early, clean)]
    with Archive(tmp_path / "two", HashingEmbedder(), whole) as archive:  # garbled in both: copies as ever
        archive.index(MemorySource({f"mem/{one.id}": one for one in both}))
        hits = archive.search("consommation hydrojuvisation")
    assert [(hit.article.id, hit.also_in) for hit in hits] == [("early", ("clean",))]


def test_only_those_shown_are_judged_but_these_all(store: Store) -> None:
    """Each place that a lowered passage leaves is judged, too."""
    texts = [SPUN.replace("va apporter", word) for word in ("va donner", "apporte", "offre", "prépare")]
    for number, text in enumerate([*texts, AID, TALKS]):
        put(store, Article(f"{number}", text, language="fr"))
    ranked = [(n + 1, (n + 1, 9.0 - n, 0.5, 1.0)) for n in range(6)]
    whole = mending.lowered(store, ranked, 6)
    assert [passage for passage, _ in whole] == [5, 1, 2, 3, 4, 6]
    assert [row[0] for _, row in whole] == [5, 1, 2, 3, 4, 6]
    scores = [row[1] for _, row in whole]
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], scores[-1]) == (5.0, 4.0)
    assert scores[1] < scores[0]
    for shown in range(7):
        assert mending.lowered(store, ranked, shown)[:shown] == whole[:shown]
    clean_first = [(5, (5, 10.0, 0.5, 1.0)), *ranked[:4]]
    assert mending.lowered(store, clean_first, 5) == clean_first
    assert mending.lowered(store, [], 5) == []


# The clean version.


def clean_of(archive: Archive, filters: Filters = Filters()) -> tuple[str, str] | None:
    text = archive.article("wreck").text
    found = archive.clean_version("wreck", 0, text.index(". ") + 1, filters)
    return found and (found[0].id, found[0].text[found[1] : found[2]])


@pytest.mark.parametrize("articles", list(permutations([CLEAN, WRECK, replace(CLEAN, id="copy")])))
def test_the_clean_version_is_that_of_the_earliest_that_is_there(tmp_path: Path, articles: tuple[Article, ...]) -> None:
    with Archive(tmp_path / "index", HashingEmbedder(), CHUNKING) as archive:
        held = {f"mem/{article.id}": article for article in articles}
        archive.index(MemorySource(held))
        assert clean_of(archive) == ("clean", AID)
        assert clean_of(archive, Filters(article_ids=("copy", "wreck"))) == ("copy", AID)
        assert clean_of(archive, Filters(outlets=("Nobody",))) is None
        archive.forget("clean")
        assert clean_of(archive) == ("copy", AID)
        archive.index(MemorySource({"mem/wreck": WRECK, "mem/clean": CLEAN}))
        assert clean_of(archive) is None
        archive.index(MemorySource({"mem/wreck": WRECK, "mem/again": replace(CLEAN, id="again")}))
        assert clean_of(archive) == ("again", AID)
        with pytest.raises(NotFound):
            archive.clean_version("gone", 0, 10)


def test_a_clean_sentence_has_no_clean_version(tmp_path: Path) -> None:
    with Archive(tmp_path / "index", HashingEmbedder(), CHUNKING) as archive:
        archive.index(MemorySource({"mem/1": CLEAN, "mem/2": replace(CLEAN, id="copy")}))
        assert archive.clean_version("clean", 0, len(AID)) is None
        assert archive.garbled("clean", 0, len(CLEAN.text)) == ()
