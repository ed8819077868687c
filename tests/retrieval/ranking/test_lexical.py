"""The lexical index: what BM25 sees of a text, its order, filters, and updates that come twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from retrieval.ranking.lexical import LexicalIndex, field_of, terms

Row = tuple[int, int, str, str, str, bytes]


def rows(*texts: str, language: str = "fr", first: int = 1) -> list[Row]:
    """Return a passage a text, each of an article of its own, numbered ten times as high."""
    return [(i, 10 * i, "", text, language, b"") for i, text in enumerate(texts, first)]


FRENCH = [
    "Les réfugiés passent la frontière polonaise.",
    "L'armée russe bombarde Kharkiv, et l'armée ukrainienne résiste à Kharkiv.",
    "À Kharkiv, des réfugiés attendent un train depuis l'aube, sous les bombardements qui ne cessent plus.",
    "Le cours du baril de pétrole monte.",
    "Kharkiv.",
]


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    made = LexicalIndex(tmp_path / "lexical")
    made.update([], rows(*FRENCH), 5)
    return made


def ids(index: LexicalIndex, query: str, *languages: str, limit: int = 10) -> list[int]:
    return index.search(query, languages or ("fr",), limit).ids


@pytest.mark.parametrize(
    ("language", "text", "same_as"),
    [
        ("fr", "L'armée", "armees"),
        ("fr", "ARMÉE", "armée"),
        ("fr", "ARME\u0301E", "armée"),
        ("fr", "l’Ukraine", "Ukraine"),
        ("fr", "qu'il dirigeait", "diriger"),
        ("fr", "les négociateurs russes", "negociateur russe"),
        ("fr", "Zelensky", "zelensky"),
        ("en", "The refugees are fleeing", "refugee flee"),
        ("de", "Flüchtlinge", "fluchtling"),
        ("ru", "российские солдаты", "российский солдат"),
        ("uk", "Київ", "київ"),
        ("", "Naïve Cafés", "naive cafes"),
    ],
)
def test_terms_fold_what_a_reader_takes_as_the_same(language: str, text: str, same_as: str) -> None:
    assert terms(text, language) == terms(same_as, language) != []


def test_terms_keep_figures_and_their_order() -> None:
    assert terms("498 soldats, 1.597 blessés", "fr")[:2] == ["498", "soldat"]
    assert terms("le la les de", "fr") == []
    assert terms("x" * 61 + " Kiev", "fr") == ["kiev"]
    assert terms("\ud800 Kiev\x00", "fr") == ["kiev"]


def test_chinese_is_indexed_by_characters_and_their_pairs() -> None:
    assert terms("赫尔松", "zh") == ["赫", "赫尔", "尔", "尔松", "松"]
    assert [field_of(code) for code in ("zh", "ja", "fr", "uk", "")] == ["cjk", "cjk", "fr", "other", "other"]


def test_order_is_that_of_bm25(index: LexicalIndex) -> None:
    """The lone word is the shortest text, two in a middling one come next, and one in a long text is last."""
    hits = index.search("Kharkiv", ["fr"], 10)
    assert hits.ids == [5, 2, 3]
    # BM25 with k1 1.2 and b .75 over 5 passages, 3 with the word; the lengths are all terms that are no stop words.
    lengths = [len(terms(text, "fr")) for text in FRENCH]
    idf, mean = np.log(1 + (5 - 3 + 0.5) / (3 + 0.5)), np.mean(lengths)
    for passage, count, score in zip(hits.ids, (1, 2, 1), hits.scores, strict=True):
        norm = 1.2 * (0.25 + 0.75 * lengths[passage - 1] / mean)
        assert score == pytest.approx(idf * count * 2.2 / (count + norm), rel=1e-4)


def test_rare_words_weigh_more(index: LexicalIndex) -> None:
    assert ids(index, "pétrole Kharkiv réfugiés")[0] == 4
    rare, common, none = index.rarity([*terms("pétrole Kharkiv", "fr"), "absent"], "fr")
    assert [rare, common] == pytest.approx([np.log(1 + 4.5 / 1.5), np.log(1 + 2.5 / 3.5)])
    assert none == pytest.approx(np.log(1 + 5.5 / 0.5))


def test_mean_and_deviation_are_over_every_passage(index: LexicalIndex) -> None:
    hits = index.search("Kharkiv réfugiés", ["fr"], 1)
    everything = index.scores("Kharkiv réfugiés", ["fr"], [1, 2, 3, 4, 5]).astype(np.float64)
    assert len(hits.ids) == 1
    assert hits.mean == pytest.approx(everything.mean(), rel=1e-5)
    assert hits.deviation == pytest.approx(everything.std(), rel=1e-5)


def test_scores_equal_those_of_search(index: LexicalIndex) -> None:
    hits = index.search("réfugiés à Kharkiv bombardée", ["fr"], 10)
    found = index.scores("réfugiés à Kharkiv bombardée", ["fr"], [4, *hits.ids, 99])
    np.testing.assert_allclose(found, [0.0, *hits.scores, 0.0], rtol=1e-5)
    assert index.scores("réfugiés", ["fr"], []).shape == (0,)
    assert index.scores("le la", ["fr"], [1, 2]).tolist() == [0.0, 0.0]


def test_only_chosen_articles_are_found_with_the_scores_and_spread_of_all(index: LexicalIndex) -> None:
    free, limited = index.search("Kharkiv", ["fr"], 10), index.search("Kharkiv", ["fr"], 10, [10, 30, 50, 999])
    assert limited.ids == [5, 3]
    assert limited.scores == pytest.approx([free.scores[0], free.scores[2]], rel=1e-5)
    assert (limited.mean, limited.deviation) == (free.mean, free.deviation)
    assert index.search("Kharkiv", ["fr"], 10, [10]).ids == []


def test_ties_are_in_order_of_id_also_where_they_are_cut(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update([], rows(*["Kiev résiste"] * 3, first=7), 1)
    index.update([], rows(*["Kiev résiste"] * 3, first=1), 2)
    assert ids(index, "Kiev", limit=4) == [1, 2, 3, 7]
    assert index.search("Kiev", ["fr"], 2, [10, 70, 20]).ids == [1, 2]


def test_each_language_is_searched_in_its_own_way(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update([], rows("Les soldats avancent."), 1)
    index.update([], rows("The soldiers advanced.", language="en", first=2), 2)
    index.update([], rows("Солдаты наступают.", language="ru", first=3), 3)
    index.update([], rows("俄罗斯军队周四控制了赫尔松。", "乌克兰总统", language="zh", first=4), 4)
    index.update([], rows("Zelensky", language="", first=6), 5)
    every = ("fr", "en", "ru", "zh", "")
    assert ids(index, "soldat", *every) == [1]
    assert ids(index, "soldier advancing", *every) == [2]
    assert ids(index, "солдата", *every) == [3]
    assert ids(index, "赫尔松", *every) == [4]
    assert ids(index, "总统", *every) == [5]
    assert ids(index, "ZELENSKY", *every) == [6]
    assert ids(index, "soldier", "fr") == []


def test_the_title_counts(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update([], [(1, 1, "Guerre en Ukraine", "Il pleut.", "fr", b"")], 1)
    assert ids(index, "ukraine guerre") == [1]


@pytest.mark.parametrize("query", ["", " ", "le la", "\x00", "\ud800", "?!", '"', "AND OR NOT (", "a:b^9~", "xyzzy"])
def test_a_query_without_a_known_word_finds_nothing(index: LexicalIndex, query: str) -> None:
    assert index.search(query, ["fr"], 10).ids == []


def test_a_pasted_article_as_query_is_cut(index: LexicalIndex) -> None:
    assert ids(index, "Kharkiv " + "mot " * 100_000)[0] == 5
    assert ids(index, "le mot " * 100_000 + "Kharkiv") == []


def test_update_takes_out_and_puts_in(index: LexicalIndex, tmp_path: Path) -> None:
    index.update([5, 2], rows("Kharkiv tient.", first=6), 9)
    assert set(ids(index, "Kharkiv")) == {3, 6}
    again = LexicalIndex(tmp_path / "lexical")
    assert again.change == 9
    assert again.search("Kharkiv", ["fr"], 10) == index.search("Kharkiv", ["fr"], 10)


def test_an_update_that_comes_again_changes_nothing(index: LexicalIndex, tmp_path: Path) -> None:
    """A kill after Tantivy's commit and before the number is written: the number is the old one."""
    state = tmp_path / "lexical" / "kiosque.json"
    old = state.read_text()
    index.update([5, 2], rows("Kharkiv tient.", first=6), 9)
    expected = index.search("Kharkiv", ["fr"], 10)
    state.write_text(old)
    again = LexicalIndex(tmp_path / "lexical")
    assert again.change == 5
    again.update([5, 2], rows("Kharkiv tient.", first=6), 9)
    assert again.search("Kharkiv", ["fr"], 10) == expected


@pytest.mark.parametrize("state", [None, "", "{}", "[]", '{"layout": 0, "change": 5}', '{"layout": 1, "change": "x"}'])
def test_without_its_number_the_index_is_made_anew(index: LexicalIndex, tmp_path: Path, state: str | None) -> None:
    path = tmp_path / "lexical" / "kiosque.json"
    path.unlink() if state is None else path.write_text(state)
    again = LexicalIndex(tmp_path / "lexical")
    assert (again.change, ids(again, "Kharkiv")) == (-1, [])
    again.update([], rows(*FRENCH), 5)
    assert again.search("Kharkiv", ["fr"], 10) == index.search("Kharkiv", ["fr"], 10)
    assert json.loads(path.read_text())["change"] == 5


def test_opening_writes_nothing(tmp_path: Path) -> None:
    """Another process may be writing its first index there."""
    folder = tmp_path / "lexical"
    folder.mkdir()
    (folder / "segment.idx").write_bytes(b"being written")
    assert LexicalIndex(folder).change == -1
    assert [path.name for path in folder.iterdir()] == ["segment.idx"]
    assert LexicalIndex(tmp_path / "none").search("Kiev", ["fr"], 3).ids == []
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("suffix", [".idx", ".term", ".pos", ".fast", ".fieldnorm", ".store", "meta.json"])
@pytest.mark.parametrize("kept", [None, 0, 9])
def test_a_damaged_folder_is_made_anew(index: LexicalIndex, tmp_path: Path, suffix: str, kept: int | None) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "lexical", copy)
    (victim,) = (path for path in copy.iterdir() if path.name.endswith(suffix))
    victim.unlink() if kept is None else victim.write_bytes(victim.read_bytes()[:kept])
    opened = LexicalIndex(copy)
    assert opened.change == -1
    opened.update([], rows(*FRENCH), 5)
    assert opened.search("Kharkiv", ["fr"], 10) == index.search("Kharkiv", ["fr"], 10)


def test_reload_shows_what_another_has_written(index: LexicalIndex, tmp_path: Path) -> None:
    other = LexicalIndex(tmp_path / "lexical")
    index.update([], rows("Kherson est prise.", first=9), 6)
    other.reload()
    assert (other.change, ids(other, "Kherson")) == (6, [9])
