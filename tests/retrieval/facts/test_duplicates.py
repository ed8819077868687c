"""Who prints what another prints: kept with each article that comes, changes and goes, and what a search makes of it."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.archive import Archive
from retrieval.facts import duplicates
from retrieval.facts.duplicates import NEIGHBOURS, order_of
from retrieval.facts.shingles import Shingle, edited, keys, prints, same_story, share_a_passage, shingles
from retrieval.keeping import removal
from retrieval.passages import Chunking, passage_spans
from retrieval.sentences import sentence_spans
from retrieval.storing.store import NewPassage, Store
from retrieval.types import Article, Filters, Hit
from tests.fakes import HashingEmbedder
from tests.retrieval.facts.test_shingles import text_of
from tests.retrieval.material import MemorySource

CHUNKING = Chunking(40, 10)


def put(store: Store, article: Article) -> None:
    spans = passage_spans(article.text, "fr", CHUNKING)
    passages = [NewPassage(start, end, np.ones(1, np.float32)) for start, end in spans]
    store.put(article, f"/{article.id}", article.text, passages)


def kept(store: Store) -> dict[str, Any]:
    """Return all that is stored of copies, in ids and offsets: numbers tell when an article came."""
    with store.reading() as db:
        orphans = db.execute(
            "SELECT COUNT(*) FROM sketches WHERE article NOT IN (SELECT n FROM articles)"
            " UNION ALL SELECT COUNT(*) FROM links WHERE one NOT IN (SELECT n FROM articles)"
            " OR other NOT IN (SELECT n FROM articles)"
            " UNION ALL SELECT COUNT(*) FROM printed WHERE passage NOT IN (SELECT id FROM passages)"
            " OR inside NOT IN (SELECT id FROM passages)"
        ).fetchall()
        assert orphans == [(0,)] * 3
        ids = [row[0] for row in db.execute("SELECT id FROM articles")]
        return {
            "sketches": set(db.execute("SELECT s.key, a.id FROM sketches s JOIN articles a ON a.n = s.article")),
            "links": set(
                db.execute(
                    "SELECT a.id, b.id, l.story FROM links l JOIN articles a ON a.n = l.one"
                    " JOIN articles b ON b.n = l.other"
                )
            ),
            "printed": set(
                db.execute(
                    "SELECT a.id, p.start, b.id, i.start FROM printed r JOIN passages p ON p.id = r.passage"
                    " JOIN articles a ON a.n = p.article JOIN passages i ON i.id = r.inside"
                    " JOIN articles b ON b.n = i.article"
                )
            ),
            "stories": {tuple(sorted(order[-1] for order in duplicates.story(db, one))) for one in ids},
        }


def expected(articles: list[Article]) -> dict[str, Any]:
    """Return the same by definition: every pair that is near enough under a key, compared; components by flooding."""
    buckets = defaultdict[int, list[int]](list)
    for number, article in enumerate(articles):
        for key in keys(article.text):
            buckets[key].append(number)
    near = {
        (held[a], held[b])
        for held in buckets.values()
        for a, b in combinations(range(len(held)), 2)
        if b - a <= NEIGHBOURS
    }
    cut = [shingles(article.text) for article in articles]
    links, printed, stories = set(), set(), {article.id: {article.id} for article in articles}
    for pair in near:
        story = same_story(cut[pair[0]], cut[pair[1]])
        if not story and not share_a_passage(cut[pair[0]], cut[pair[1]]):
            continue
        for one, other in (pair, pair[::-1]):
            a, b = articles[one], articles[other]
            links.add((a.id, b.id, int(story)))
            spans = passage_spans(b.text, "fr", CHUNKING)
            those = [shingles(b.text[start:end]) for start, end in spans]
            for start, end in passage_spans(a.text, "fr", CHUNKING):
                inside = across(shingles(a.text[start:end]), those)
                if inside:
                    last = min(inside[-1] + 1, len(spans) - 1)
                    around = b.text[spans[max(inside[0] - 1, 0)][0] : spans[last][1]]
                    inside = range(0) if edited(cut_up(a.text[start:end]), cut_up(around)) else inside
                printed |= {(a.id, start, b.id, spans[at][0]) for at in inside}
        if story:
            merged = stories[articles[pair[0]].id] | stories[articles[pair[1]].id]
            stories.update(dict.fromkeys(merged, merged))
    return {
        "sketches": {(key, articles[number].id) for key, held in buckets.items() for number in held},
        "links": links,
        "printed": printed,
        "stories": {tuple(sorted(found)) for found in stories.values()},
    }


def cut_up(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, "")]


def across(part: frozenset[Shingle], those: list[frozenset[Shingle]]) -> range:
    """Return the fewest neighbours that print a part, by trying all."""
    for width in (1, 2, 3):
        windows = [frozenset[Shingle]().union(*those[at : at + width]) for at in range(len(those) - width + 1)]
        shared = [len(part & window) for window in windows]
        if shared and prints(part, windows[best := shared.index(max(shared))]):
            return range(best, best + width)
    return range(0)


BASES = [text_of(90, seed) for seed in range(4)]
FOOT = text_of(30, 50)  # two sentences that stand under everything: their keys are shared by more than NEIGHBOURS
DISPATCH = text_of(45, 51)


def variant(base: int, form: int) -> str:
    """Return a base text as one of six papers prints it."""
    text, words = BASES[base], BASES[base].split()
    return (
        text,
        " ".join([*words[:40], "presque", *words[41:]]),
        f"{text_of(30, 60 + base)} {text}",
        f"{' '.join(words[:45])} {DISPATCH}",
        f"{text_of(45, 70 + base)} {DISPATCH} {text_of(45, 80 + base)}",
        " ".join(words[:60]),
    )[form]


TEXTS = st.builds(variant, st.integers(0, 3), st.integers(0, 5))
IDS = st.integers(0, 11).map(lambda n: f"a{n:02}")
STEPS = st.lists(st.tuples(IDS, st.one_of(st.none(), TEXTS)), min_size=1, max_size=25)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.randoms(use_true_random=False))
def test_what_is_kept_is_that_of_the_articles_alone(steps: list[tuple[str, str | None]], rng: random.Random) -> None:
    """After any articles came, changed and went; and in whatever order those that are left are put."""
    held: dict[str, Article] = {}
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "one.sqlite", {})
        for number, (article_id, text) in enumerate(steps):
            held.pop(article_id, None)  # what changed comes last
            if text is not None:
                put(store, Article(article_id, text))
                held[article_id] = Article(article_id, text)
            elif number % 2:
                removal.remove(store, [article_id])
            else:
                store.remove_sources([f"/{article_id}"])
        articles = list(held.values())
        assert kept(store) == expected(articles)
        store.close()
        rng.shuffle(articles)
        shuffled = Store(Path(folder) / "other.sqlite", {})
        for article in articles:
            put(shuffled, article)
        assert kept(shuffled) == expected(articles) == expected(list(held.values()))
        shuffled.close()


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 41), unique=True, max_size=12), st.randoms(use_true_random=False))
def test_where_too_many_share_a_key_the_nearest_are_compared(gone: list[int], rng: random.Random) -> None:
    """Forty-two articles with the same foot: taking some out lets those meet that they stood between."""
    texts = [f"{rng.choice(BASES[:2])} {FOOT}" if n % 3 == 0 else f"{text_of(40, 100 + n)} {FOOT}" for n in range(42)]
    articles = [Article(f"a{n:02}", text) for n, text in enumerate(texts)]
    with TemporaryDirectory() as folder:
        store = Store(Path(folder) / "one.sqlite", {})
        for article in articles:
            put(store, article)
        before = kept(store)
        assert before == expected(articles)
        assert ("a00", "a41", 0) not in before["links"]
        store.remove_sources([f"/a{n:02}" for n in gone])
        assert kept(store) == expected([article for n, article in enumerate(articles) if n not in gone])
        store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "index" / "archive.sqlite", {})
    yield opened
    opened.close()


def stories(store: Store) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = kept(store)["stories"]
    return found


def test_a_story_falls_apart_when_what_held_it_together_goes(store: Store) -> None:
    one, other = text_of(90, 30), text_of(90, 31)
    for article in (Article("a", one), Article("b", other), Article("c", f"{one} {other}")):
        put(store, article)
    assert stories(store) == {("a", "b", "c")}
    put(store, Article("c", one))
    assert stories(store) == {("a", "c"), ("b",)}
    removal.remove(store, ["a"])
    assert stories(store) == {("b",), ("c",)}


def test_articles_of_one_exact_text_are_one_story_however_short_and_many(store: Store) -> None:
    for n in range(NEIGHBOURS * 2 + 5):
        put(store, Article(f"s{n:03}", "Service   indisponible !" if n % 2 else "Service indisponible"))
    assert len(stories(store)) == 1
    store.remove_sources([f"/s{n:03}" for n in range(10, 10 + NEIGHBOURS + 5)])
    assert [len(story) for story in stories(store)] == [NEIGHBOURS]


def test_an_error_takes_back_what_was_found_of_copies(store: Store) -> None:
    put(store, Article("a", BASES[0]))
    before = kept(store)
    with store.reading() as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON printed BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        put(store, Article("b", BASES[0]))
    assert kept(store) == before
    assert store.article("b") is None


def test_the_earliest_has_the_first_date_then_the_first_hour_then_outlet_and_id() -> None:
    ordered = [
        order_of("2022-03-01T23:30:00-05:00", "2022-03-01", "Z", "z"),
        order_of("2022-03-02T08:00:00+02:00", "2022-03-02", "Z", "z"),
        order_of("2022-03-02T07:00:00", "2022-03-02", "Z", "z"),
        order_of("2022-03-02", "2022-03-02", "A", "a"),
        order_of("2022-03-02", "2022-03-02", "B", "a"),
        order_of("2022-03-02", "2022-03-02", "B", "b"),
        order_of("2022-03", "2022-03-31", "A", "a"),
        order_of("2022", "2022-12-31", "A", "a"),
        order_of("", "", "A", "a"),
        order_of("", "", "A", "b"),
    ]
    assert all(one < other for one, other in pairwise(ordered))
    assert order_of("2022-03-02Tsoon", "2022-03-02", "A", "a") == order_of("2022-03-02", "2022-03-02", "A", "a")


STORY = text_of(150, 40)
PRINTS = {
    "monde": Article("monde", STORY, "T", outlet="Le Monde", published="2022-03-03"),
    "afp": Article("afp", STORY, "T", outlet="AFP", published="2022-03-02"),
    "figaro": Article("figaro", f"{text_of(4, 41)} {STORY}", "T", outlet="Le Figaro", published="2022-03-04"),
    "brief": Article("brief", " ".join(STORY.split()[:45]), "T", outlet="20 Minutes", published="2022-03"),
    "autre": Article("autre", text_of(150, 42), "T", outlet="Libération", published="2022-03-01"),
}
QUERY = " ".join(STORY.split()[8:14])


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "index", HashingEmbedder(), CHUNKING) as opened:
        opened.index(MemorySource({f"mem/{name}": article for name, article in PRINTS.items()}))
        yield opened


def assert_verbatim(archive: Archive, hits: list[Hit]) -> None:
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
    for hit in hits:
        assert hit.passage in archive.passages_of(hit.article.id)
        assert hit.passage.article_id == hit.article.id
        assert hit.article.id not in hit.also_in
        assert len(set(hit.also_in)) == len(hit.also_in)


def test_what_five_papers_print_is_found_once_under_the_earliest(archive: Archive) -> None:
    hits = archive.search(QUERY, limit=100)
    assert_verbatim(archive, hits)
    assert {hit.article.id for hit in hits} == {"afp", "autre"}
    passages = [hit.passage for hit in hits if hit.article.id == "afp"]
    assert sorted(passages, key=lambda p: p.id) == archive.passages_of("afp")
    first = hits[0]
    assert QUERY in first.text
    assert first.also_in == ("monde", "figaro", "brief")
    last = next(hit for hit in hits if hit.passage == archive.passages_of("afp")[-1])
    assert last.also_in == ("monde", "figaro")


def test_the_row_of_the_nearest_printing_counts(archive: Archive) -> None:
    every = archive.search(QUERY, limit=100, copies=True)
    assert {hit.article.id for hit in every} == set(PRINTS)
    assert len(every) == archive.size
    assert not any(hit.also_in for hit in every)
    assert archive.search(QUERY, limit=1)[0].score == every[0].score


def test_among_those_that_pass_the_filters(archive: Archive) -> None:
    later = archive.search(QUERY, filters=Filters(since="2022-03-03", until="2022-03-31"))
    assert_verbatim(archive, later)
    assert (later[0].article.id, later[0].also_in) == ("monde", ("figaro", "brief"))
    one = archive.search(QUERY, filters=Filters(article_ids=("figaro",)))
    assert {(hit.article.id, hit.also_in) for hit in one} == {("figaro", ())}
    assert {hit.passage for hit in one} == set(archive.passages_of("figaro"))


def test_a_shorter_list_is_the_beginning_of_a_longer_one(archive: Archive) -> None:
    hits = archive.search(QUERY, limit=100)
    for limit in range(len(hits) + 1):
        assert archive.search(QUERY, limit=limit) == hits[:limit]


def test_when_the_earliest_goes_the_next_is_named(archive: Archive) -> None:
    archive.forget("afp")
    hit = archive.search(QUERY, limit=1)[0]
    assert (hit.article.id, hit.also_in) == ("monde", ("figaro", "brief"))
    assert archive.story("monde") == ("monde", "figaro", "brief")
    assert archive.story("afp") == ()


def test_what_the_indexes_do_not_hold_yet_takes_nothing_away(archive: Archive) -> None:
    """While another process writes, an earlier printing is stored that no index knows."""
    before = archive.search(QUERY, limit=100)
    earliest = Article("first", STORY, "T", outlet="Reuters", published="2022-03-01")
    spans = passage_spans(STORY, "", CHUNKING)
    vectors = archive.embedder.embed_passages([STORY[start:end] for start, end in spans])
    passages = [NewPassage(*span, vector) for span, vector in zip(spans, vectors, strict=True)]
    with FileLock(archive.folder / "writing.lock"):
        archive._store.put(earliest, "mem/first", "p", passages)
        assert archive.search(QUERY, limit=100) == before
    hit = archive.search(QUERY, limit=1)[0]
    assert (hit.article.id, hit.also_in) == ("first", ("afp", "monde", "figaro", "brief"))


def test_another_figure_is_another_passage(tmp_path: Path) -> None:
    """A toll that grew: both are found, so that they can be shown side by side."""
    opening, rest = text_of(15, 43), text_of(15, 44)
    tolls = {toll: f"{opening} Le bilan est de {toll} morts selon la mairie de Kherson. {rest}" for toll in (33, 47)}
    held = {f"mem/{toll}": Article(str(toll), text, published="2022-03-02") for toll, text in tolls.items()}
    held["mem/copy"] = Article("copy", tolls[47], published="2022-03-05")
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        archive.index(MemorySource(held))
        hits = archive.search("bilan morts Kherson")
        assert {(hit.article.id, hit.also_in) for hit in hits} == {("33", ()), ("47", ("copy",))}
        start = tolls[47].index("Le bilan")
        assert archive.printed_in("47", start, tolls[47].index("Kherson.") + 8) == ("copy",)
        assert archive.printed_in("47", 0, len(opening)) == ("33", "copy")
        assert archive.printed_in("nowhere", 0, 10) == ()


TRUCE = (
    "Volodymyr Zelensky a annoncé dimanche une trêve de trois jours dans la région de Kherson afin de permettre l'évacuation"
    " des civils. Les premiers bus sont partis à l'aube vers Mykolaïv avec environ 800 personnes à bord. La Croix-Rouge"
    " internationale supervise l'opération et demande que les deux camps respectent le calme sur la route principale."
)
PLEA = (
    "L'avocat de la défense a salué une décision attendue depuis des années par toute une famille. Le parquet a dix jours"
    " pour faire appel devant la cour de Besançon. Le tribunal de Morez a relaxé lundi l'ancien maire Alain Roux, poursuivi"
    " pour détournement de fonds publics dans l'affaire de la piscine municipale, après quatre jours d'audience."
)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (TRUCE, "Volodymyr Zelensky", "Vladimir Poutine"),
        (TRUCE, "a annoncé", "n'a pas annoncé"),
        (TRUCE, "supervise", "refuse"),
        (TRUCE, "trois jours", "courte durée"),
        (PLEA, "relaxé", "condamné"),
    ],
)
def test_an_article_that_says_something_else_is_not_folded_away(tmp_path: Path, text: str, old: str, new: str) -> None:
    """One word in a long passage: nearly all of the words in order, and the contrary."""
    earlier, later = Article("earlier", text, published="2024-06-03"), text.replace(old, new)
    held = [earlier, replace(earlier, id="later", text=later, published="2024-06-04")]
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        archive.index(MemorySource({f"mem/{article.id}": article for article in held}))
        hits = archive.search(later)
        assert {(hit.article.id, hit.also_in) for hit in hits} == {("earlier", ()), ("later", ())}
        for start, end in sentence_spans(later, "fr"):
            printed = archive.printed_in("later", start, end)
            assert printed == (("earlier",) if later[start:end] in text else ())


def test_what_is_contradicted_in_the_neighbouring_passage_is_not_printed(tmp_path: Path) -> None:
    """The passage that holds nearly all of another one ends just before the sentence that says the contrary."""
    body, more = text_of(45, 90), text_of(40, 91)
    sentence = "Le maire de la commune a démissionné."
    earlier = Article("earlier", f"{body} {sentence.replace('a démissionné', 'reste')} {more}", published="2024-06-03")
    later = Article("later", f"{body} {sentence}", published="2024-06-04")
    with Archive(tmp_path / "index", HashingEmbedder(), Chunking(45, 0)) as archive:
        archive.index(MemorySource({"mem/1": earlier, "mem/2": later}))
        assert [archive.passages_of("earlier")[0].end, len(archive.passages_of("later"))] == [len(body), 1]
        assert {hit.article.id for hit in archive.search("maire commune démissionné")} == {"earlier", "later"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("l'aube", "L’AUBE"),  # marks and case
        ("évacuation", "evacuation"),  # accents
        (", avec environ 800 personnes à bord", ""),
        ("Mykolaïv avec environ 800 personnes à bord", "Mykolaïv"),  # shortened
        ("principale.", "principale, selon son délégué à Kherson."),  # lengthened
        ("principale.", "principale. Notre journal a pu se rendre sur place."),
        ("Volodymyr Zelensky", "Selon l'agence, Volodymyr Zelensky"),
    ],
)
def test_a_reprint_that_was_cut_or_lengthened_is_the_same_source(tmp_path: Path, old: str, new: str) -> None:
    earlier = Article("earlier", TRUCE, published="2024-06-03")
    later = Article("later", TRUCE.replace(old, new), published="2024-06-04")
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        archive.index(MemorySource({"mem/1": earlier, "mem/2": later}))
        assert [(hit.article.id, hit.also_in) for hit in archive.search(TRUCE)] == [("earlier", ("later",))]


def test_a_paragraph_taken_from_a_dispatch_is_the_same_source(tmp_path: Path) -> None:
    dispatch = Article("dispatch", text_of(36, 45), published="2022-03-01")
    quoting = Article("quoting", f"{text_of(90, 46)} {dispatch.text} {text_of(90, 47)}", published="2022-03-02")
    earlier = replace(quoting, id="live", published="2022-02-28")
    with Archive(tmp_path / "one", HashingEmbedder()) as archive:
        archive.index(MemorySource({"mem/1": dispatch, "mem/2": quoting}))
        hits = archive.search(dispatch.text)
        assert (hits[0].article.id, hits[0].also_in) == ("dispatch", ("quoting",))
        at = quoting.text.index(dispatch.text)
        assert archive.printed_in("quoting", at, at + 200) == ("dispatch",)
    with Archive(tmp_path / "two", HashingEmbedder()) as archive:
        archive.index(MemorySource({"mem/1": dispatch, "mem/3": earlier}))
        hits = archive.search(dispatch.text)
        assert hits[0].article.id == "live"
        assert hits[0].also_in == ("dispatch",)
        assert dispatch.text in hits[0].text


def test_an_archive_from_before_gets_what_it_lacks(archive: Archive, tmp_path: Path) -> None:
    """Without a table, half done, or made by other rules: the next run that writes makes it whole."""
    hits = archive.search(QUERY)
    before = kept(archive._store)
    spoiled = {
        "no tables": "DROP TABLE printed; DROP TABLE links; DROP TABLE sketches;"
        " DELETE FROM meta WHERE key = 'derived copies'; DROP TABLE derived",
        "half": "DELETE FROM derived WHERE article = 5; DELETE FROM sketches WHERE article = 5;"
        " DELETE FROM links WHERE 5 IN (one, other); DELETE FROM printed"
        " WHERE passage IN (SELECT id FROM passages WHERE article = 5)"
        " OR inside IN (SELECT id FROM passages WHERE article = 5)",
        "other rules": "UPDATE sketches SET key = key / 2; UPDATE links SET story = 0;"
        " UPDATE meta SET value = 'old' WHERE key = 'derived copies'",
    }
    for name, script in spoiled.items():
        index = tmp_path / name
        shutil.copytree(tmp_path / "index", index)
        with sqlite3.connect(index / "archive.sqlite") as db:
            db.executescript(script)
        db.close()
        with Archive(index, HashingEmbedder(), CHUNKING) as again:
            assert again.search(QUERY)
            again.index(MemorySource({}, root="elsewhere"))
            assert kept(again._store) == before
            assert again.search(QUERY) == hits
