"""The archive end to end on the seed articles, with the real encoder; and what it shares with other processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import IndexMismatch, KiosqueError, NotFound
from retrieval.passages import Chunking
from retrieval.types import Filters, Hit
from tests.conftest import SEEDS
from tests.fakes import HashingEmbedder
from tests.retrieval.material import MemorySource, article

MANY = {f"mem/{n}": article(n) for n in range(30)}
QUERIES = ("réfugiés à Kherson", "Macron parle des sanctions", "les missiles que cite le journal")


def place(hit: Hit) -> tuple[str, int, int]:
    return hit.passage.article_id, hit.passage.start, hit.passage.end


def scores(hit: Hit) -> tuple[float, float, float]:
    return hit.score, hit.dense, hit.lexical


def test_the_seeds_are_all_in(seeds_archive: Archive) -> None:
    status = seeds_archive.status()
    assert (status.articles, status.dense_index, status.encoder) == (5, "exact", "multilingual-e5-small-int8-v1")
    assert status.languages == (("fr", 5),)
    assert status.passages == seeds_archive.size > 10
    assert (status.coverage.first, status.coverage.last) == ("2022-03", "2022-03")
    assert status.bytes > 100_000
    assert seeds_archive.main_language == "fr"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Combien de soldats russes ont été tués selon Moscou ?", ["soldats", "tués"]),
        ("Qui dirige la délégation russe ?", ["délégation russe", "Medinsky"]),
        ("How many people fled Ukraine?", ["million", "réfugiés"]),
        ("Сколько беженцев покинули Украину?", ["million", "réfugiés"]),
        ("Que demande Vladimir Poutine à Emmanuel Macron ?", ["reconnaissance", "Crimée"]),
    ],
)
def test_the_passage_that_answers_is_among_the_first_three(
    seeds_archive: Archive, question: str, words: list[str]
) -> None:
    hits = seeds_archive.search(question, limit=3)
    assert any(all(word in hit.text for word in words) for hit in hits)


def test_every_hit_is_verbatim_scored_and_in_order(seeds_archive: Archive) -> None:
    hits = seeds_archive.search("Quand reprennent les pourparlers ?", limit=50)
    assert len(hits) == seeds_archive.size
    assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.passage.id))
    assert len({hit.passage.id for hit in hits}) == len(hits)
    raw = [" ".join(path.read_text("utf-8").split()) for path in sorted(SEEDS.iterdir())]
    for hit in hits:
        stored = seeds_archive.article(hit.article.id)
        assert hit.article == stored
        assert hit.text == stored.text[hit.passage.start : hit.passage.end] == hit.text.strip() != ""
        assert any(all(line in text for line in map(str.strip, hit.text.split("\n"))) for text in raw)
        assert 0.5 < hit.dense <= 1
        assert hit.lexical >= 0


@pytest.mark.parametrize(("weight", "own"), [(0.0, "dense"), (1.0, "lexical")])
def test_the_lexical_weight_can_leave_one_index_alone(seeds_archive: Archive, weight: float, own: str) -> None:
    query = "Combien de civils ont été tués ?"
    hits = seeds_archive.search(query, limit=100, lexical_weight=weight)
    alone = [getattr(hit, own) for hit in hits]
    assert alone == sorted(alone, reverse=True)
    fused = seeds_archive.search(query, limit=100)
    assert {place(hit) for hit in hits} == {place(hit) for hit in fused}
    assert [place(hit) for hit in hits] != [place(hit) for hit in fused]


def test_cosines_are_those_of_the_encoder(seeds_archive: Archive, embedder: BundledEmbedder) -> None:
    hit = seeds_archive.search("Qui dirige la délégation russe ?", limit=1)[0]
    text = f"{hit.article.title}\n{hit.text}" if hit.article.title else hit.text
    cosine = float(embedder.embed_passages([text])[0] @ embedder.embed_query("Qui dirige la délégation russe ?"))
    assert hit.dense == pytest.approx(cosine, abs=1e-3)


def test_the_passages_of_an_article_cover_it(seeds_archive: Archive) -> None:
    first = seeds_archive.search("Kherson", limit=1)[0].article
    passages = seeds_archive.passages_of(first.id)
    assert (passages[0].start, passages[-1].end) == (0, len(first.text))
    assert seeds_archive.passages_of("nowhere") == []
    with pytest.raises(NotFound, match=r"^There is no article 'nowhere' in the archive\.$"):
        seeds_archive.article("nowhere")


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Archive]:
    def open_archive(**options: object) -> Archive:
        return Archive(tmp_path / "index", HashingEmbedder(), **options)  # type: ignore[arg-type]

    return open_archive


@pytest.fixture
def archive(opened: Callable[..., Archive]) -> Archive:
    made = opened(chunking=Chunking(60, 20))
    assert made.index(MemorySource(MANY)).added == 30
    return made


def test_all_articles_come_in_order_of_id(tmp_path: Path) -> None:
    """More than are read at a time, stored in another order, one removed while they are read."""
    stored = {f"mem/{n}": replace(article(n, sentences=1), id=f"{n * 7 % 300:03}é") for n in range(300)}
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        assert list(archive.articles()) == []
        archive.index(MemorySource(stored))
        expected = sorted(stored.values(), key=lambda a: a.id)
        assert list(archive.articles()) == expected
        reading = archive.articles()
        assert next(reading) == expected[0]
        archive.forget("299é")
        assert list(reading) == expected[1:-1]


def test_the_newest_articles_come_first_and_those_without_a_date_last(tmp_path: Path) -> None:
    dates = {"a": "2022-03", "b": "2022-03-02", "c": "", "d": "2023", "e": "2022-03-31", "f": ""}
    stored = {f"mem/{name}": replace(article(1, sentences=1), id=name, published=date) for name, date in dates.items()}
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        archive.index(MemorySource(stored))
        assert [found.id for found in archive.latest(10)] == ["d", "e", "a", "b", "c", "f"]
        assert [found.id for found in archive.latest(2, 3)] == ["b", "c"]
        assert archive.latest(5, 6) == []


@pytest.mark.parametrize(
    "filters",
    [
        Filters(outlets=("libération",)),
        Filters(since="2022-03-03", until="2022-03-20"),
        Filters(article_ids=("a03", "a17")),
        Filters(languages=("fr",), until="2022-03-01"),
        Filters(languages=("en",)),
    ],
)
def test_a_filtered_search_is_the_whole_search_without_the_rest(archive: Archive, filters: Filters) -> None:
    """Same hits, same order, same scores: a filter leaves out, it does not weigh anew."""

    def passes(hit: Hit) -> bool:
        found = hit.article
        return (
            (not filters.outlets or found.outlet == "Libération")
            and (not filters.article_ids or found.id in filters.article_ids)
            and (not filters.languages or found.language in filters.languages)
            and (not filters.since or found.published in ("2022-03", "2022"))
            and (not filters.until or found.published in ("2022-03", "2022"))
        )

    for query in QUERIES:
        everything = [hit for hit in archive.search(query, limit=1000) if passes(hit)]
        filtered = archive.search(query, limit=1000, filters=filters)
        assert [place(hit) for hit in filtered] == [place(hit) for hit in everything]
        for one, other in zip(filtered, everything, strict=True):
            assert scores(one) == pytest.approx(scores(other), abs=1e-4)


def test_a_filter_that_nothing_passes_and_one_that_is_no_date(archive: Archive) -> None:
    assert archive.search("Kherson", filters=Filters(outlets=("Pravda",))) == []
    assert archive.coverage(Filters(outlets=("Pravda",))).articles == 0
    with pytest.raises(KiosqueError, match="'hier' is no date"):
        archive.search("Kherson", filters=Filters(since="hier"))


@pytest.mark.parametrize("query", ["", "?", "\x00", "\ud800", "le la les", "mot " * 5000])
def test_odd_queries_still_give_whole_hits(archive: Archive, query: str) -> None:
    hits = archive.search(query, limit=5)
    assert len(hits) == 5
    assert all(hit.text for hit in hits)


def test_the_limit_holds_and_a_longer_list_begins_with_the_shorter(archive: Archive) -> None:
    for query in QUERIES:
        everything = archive.search(query, limit=1000)
        assert len(everything) == archive.size > 60
        assert archive.search(query, limit=7) == everything[:7]
        assert archive.search(query, limit=0) == []


def test_an_archive_opened_again_gives_identical_hits(archive: Archive, opened: Callable[..., Archive]) -> None:
    before = [archive.search(query, limit=30) for query in QUERIES]
    archive.close()
    with opened(chunking=Chunking(60, 20)) as again:
        assert [again.search(query, limit=30) for query in QUERIES] == before
        assert again.status().change == 30


def test_past_the_threshold_the_best_hits_are_the_same(archive: Archive, tmp_path: Path) -> None:
    with Archive(tmp_path / "approximate", HashingEmbedder(), Chunking(60, 20), exact_up_to=40) as approximate:
        approximate.index(MemorySource(MANY))
        assert (archive.status().dense_index, approximate.status().dense_index) == ("exact", "approximate")
        for query in QUERIES:
            exact, near = archive.search(query, limit=5), approximate.search(query, limit=5)
            assert [hit.article.id for hit in near] == [hit.article.id for hit in exact]
            for one, other in zip(exact, near, strict=True):
                assert scores(one) == pytest.approx(scores(other), abs=1e-2)


def test_an_approximate_archive_grows_into_new_lists(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with Archive(folder, HashingEmbedder(), Chunking(20, 0), exact_up_to=10) as archive:
        archive.index(MemorySource(dict(list(MANY.items())[:3])))
        assert archive.status().dense_index == "approximate"
        lists = archive._dense._index.nlist
        archive.index(MemorySource(MANY))
        archive.index(MemorySource({**MANY, "mem/new": article(31)}))
        assert archive._dense._index.nlist > lists
        assert {hit.article.id for hit in archive.search("journal", limit=1000)} == {
            f"a{n:02}" for n in [*range(30), 31]
        }


def test_another_chunking_or_encoder_asks_for_a_rebuild(
    archive: Archive, opened: Callable[..., Archive], tmp_path: Path
) -> None:
    expected = [[hit.article.id for hit in archive.search(query, limit=3)] for query in QUERIES]
    archive.close()
    with pytest.raises(
        IndexMismatch, match=r"chunking 'sentences-60-20-v1', but 'sentences-120-30-v1' is set.*--rebuild"
    ):
        opened()
    with opened(rebuild=True) as rebuilt:
        report = rebuilt.rebuild()
        assert (report.added, report.updated, report.removed, report.skipped) == (0, 30, 0, ())
    with opened() as again, Archive(tmp_path / "fresh", HashingEmbedder()) as fresh:
        fresh.index(MemorySource(MANY))
        assert again.size == fresh.size == report.passages
        for query in QUERIES:
            one, other = again.search(query, limit=50), fresh.search(query, limit=50)
            assert [place(hit) for hit in one] == [place(hit) for hit in other]
            assert [scores(hit) for hit in one] == [pytest.approx(scores(hit), abs=1e-4) for hit in other]
        assert again.index(MemorySource(MANY)).unchanged == 30
    assert len(expected) == 3


def test_a_rebuild_may_change_the_dimension(
    archive: Archive, opened: Callable[..., Archive], embedder: BundledEmbedder, tmp_path: Path
) -> None:
    archive.forget("a05")
    few = {key: value for key, value in MANY.items() if value.id in ("a01", "a02")}
    archive.index(MemorySource(few))
    archive.close()
    with Archive(tmp_path / "index", embedder, rebuild=True) as rebuilt:
        assert rebuilt.rebuild().updated == 2
    with Archive(tmp_path / "index", embedder) as again:
        assert {hit.article.id for hit in again.search("Kharkiv")} == {"a01", "a02"}


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KiosqueError, match=r"^The index folder .*file cannot be made: File exists\.$"):
        Archive(tmp_path / "file", HashingEmbedder())


def test_derived_indexes_ahead_of_the_store_are_made_anew(
    archive: Archive, opened: Callable[..., Archive], tmp_path: Path
) -> None:
    """The store is an older copy, or gone: what FAISS and Tantivy hold is of another archive."""
    archive.close()
    for path in (tmp_path / "index").glob("archive.sqlite*"):
        path.unlink()
    with opened(chunking=Chunking(60, 20)) as emptied:
        assert (emptied.size, emptied.search("Kherson")) == (0, [])
        emptied.index(MemorySource({"mem/1": replace(MANY["mem/1"], text="Odessa tient bon.")}))
        assert [hit.text for hit in emptied.search("Kherson réfugiés Odessa", limit=50)] == ["Odessa tient bon."]
    with opened(chunking=Chunking(60, 20)) as again:
        assert again.size == 1


@pytest.mark.parametrize("victim", ["dense", "lexical"])
def test_a_lost_derived_index_is_made_again_on_opening(
    archive: Archive, opened: Callable[..., Archive], tmp_path: Path, victim: str
) -> None:
    before = [archive.search(query, limit=20) for query in QUERIES]
    archive.close()
    for path in (tmp_path / "index" / victim).rglob("*"):
        if path.is_file():
            path.write_bytes(b"")
    with opened(chunking=Chunking(60, 20)) as again:
        for query, expected in zip(QUERIES, before, strict=True):
            found = again.search(query, limit=20)
            assert [place(hit) for hit in found] == [place(hit) for hit in expected]
            assert [scores(hit) for hit in found] == [pytest.approx(scores(hit), abs=1e-5) for hit in expected]
