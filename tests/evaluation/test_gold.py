"""Where the right answers stand: offsets moved to the cleaned text, copies, quotes, and what cannot be found."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.dataset import DataError, DataSet, load
from evaluation.gold import Gold, gold_of, moved
from retrieval.archive import Archive
from retrieval.reading.sources import FolderSource
from tests.fakes import HashingEmbedder

Row = dict[str, Any]
Opened = Callable[..., tuple[DataSet, Archive]]

PLAIN = "Trente-trois morts à Tchernihiv. Le bilan de Tchernihiv a été revu. Trente-trois morts, selon Kyïv."
UNTIDY = (
    "\ufeffMercredi 2 mars 2022\r\n\r\n\r\n\r\n  Un bilan\u00a0de 33\u202fmorts  à\u200b Tchernihiv,\t"
    "dit la mairie.\r\nLe bilan\u00a0 de 33 morts a e\u0301te\u0301 confirmé."
)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """A function that writes a data folder and indexes it."""
    archives: list[Archive] = []

    def open_(articles: dict[str, str], *questions: Row, mark: bytes = b"") -> tuple[DataSet, Archive]:
        rows = [{"question": "?", "answerable": True, "id": f"q{n}"} | row for n, row in enumerate(questions, 1)]
        texts = [{"id": name, "text": text, "language": "fr"} for name, text in articles.items()]
        for name, lines in (("articles", texts), ("questions", rows)):
            (tmp_path / f"{name}.jsonl").write_bytes(mark + "".join(json.dumps(li) + "\n" for li in lines).encode())
        data = load(tmp_path)
        archives.append(Archive(tmp_path / "index", HashingEmbedder()))
        report = archives[-1].index(FolderSource(data.articles))
        assert (report.added, report.skipped) == (len(articles), ())
        return data, archives[-1]

    yield open_
    for archive in archives:
        archive.close()


def _at(text: str, part: str, nth: int = 0) -> dict[str, int]:
    start = -1
    for _ in range(nth + 1):
        start = text.index(part, start + 1)
    return {"start": start, "end": start + len(part)}


def test_a_clean_text_keeps_its_offsets(opened: Opened) -> None:
    data, archive = opened(
        {"a": PLAIN, "b": PLAIN},
        {"relevant": [{"article": "a", **_at(PLAIN, "Trente-trois morts", 1)}, {"article": "b"}]},
        {"answerable": False},
    )
    start = PLAIN.rindex("Trente")
    assert gold_of(data, archive) == (
        {"q1": Gold({"a": 0, "b": 1}, {"a": ((start, start + len("Trente-trois morts")),)}), "q2": Gold()},
        0,
    )


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("nth", [0, 1])
def test_offsets_are_moved_to_the_cleaned_text(opened: Opened, nth: int, mark: bytes) -> None:
    part = ["de 33\u202fmorts", "de 33 morts"][nth]
    data, archive = opened({"a": UNTIDY}, {"relevant": [{"article": "a", **_at(UNTIDY, part)}]}, mark=mark)
    gold, lost = gold_of(data, archive)
    text = archive.article("a").text
    assert text != UNTIDY
    (span,) = gold["q1"].spans["a"]
    assert (text[slice(*span)], lost) == ("de 33 morts", 0)
    assert span[0] == _at(text, "de 33 morts", nth)["start"]


def test_signs_that_cleaning_drops_or_composes_lose_nothing(opened: Opened) -> None:
    dropped, composed = _at(UNTIDY, "morts  à\u200b Tchernihiv"), _at(UNTIDY, "a e\u0301te\u0301 confirmé")
    data, archive = opened({"a": UNTIDY}, {"relevant": [{"article": "a", **dropped}, {"article": "a", **composed}]})
    gold, lost = gold_of(data, archive)
    text = archive.article("a").text
    assert lost == 0
    assert [text[start:end] for start, end in gold["q1"].spans["a"]] == ["morts à Tchernihiv", "a été confirmé"]


def test_a_span_that_was_cleaned_away_is_counted(opened: Opened) -> None:
    raw = "Le bilan est de 33 morts à Tchernihiv.\n\nPartager sur Facebook\n\nLa mairie le confirme jeudi."
    data, archive = opened(
        {"a": raw},
        {"relevant": [{"article": "a", **_at(raw, "sur Facebook")}]},
        {"relevant": [{"article": "a", **_at(raw, "sur Facebook")}, {"article": "a", **_at(raw, "jeudi")}]},
    )
    text = archive.article("a").text
    assert "Facebook" not in text
    gold, lost = gold_of(data, archive)
    assert lost == 2
    assert gold["q1"] == Gold({"a": 0}, {})
    assert gold["q2"].spans == {"a": (tuple(_at(text, "jeudi").values()),)}


def test_offsets_in_a_folder_of_files_are_those_of_the_stored_text(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text(UNTIDY, "utf-8")
    (tmp_path / "set.json").write_text('{"articles": "files"}')
    question = {"id": "q", "question": "?", "answerable": True, "relevant": [{"article": "a", "start": 3, "end": 9}]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(question))
    data = load(tmp_path)
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        archive.index(FolderSource(data.articles))
        assert gold_of(data, archive) == ({"q": Gold({"a": 0}, {"a": ((3, 9),)})}, 0)


def test_a_quote_is_found_in_the_cleaned_text(opened: Opened) -> None:
    data, archive = opened({"a": UNTIDY}, {"relevant": [{"article": "a", "quote": "a été confirmé"}]})
    gold, lost = gold_of(data, archive)
    (span,) = gold["q1"].spans["a"]
    assert (archive.article("a").text[slice(*span)], lost) == ("a été confirmé", 0)


def test_spans_of_one_article_are_together(opened: Opened) -> None:
    first, second = _at(PLAIN, "Trente-trois"), _at(PLAIN, "Kyïv")
    data, archive = opened({"a": PLAIN}, {"relevant": [{"article": "a", **first}, {"article": "a", **second}]})
    gold, _ = gold_of(data, archive)
    assert gold["q1"] == Gold({"a": 0}, {"a": ((0, 12), (second["start"], second["end"]))})


@pytest.mark.parametrize(
    ("relevant", "units"),
    [
        ([("a", "bc"), ("d", "")], [{"a", "b", "c"}, {"d"}]),
        ([("a", "b"), ("b", "")], [{"a", "b"}]),
        ([("b", ""), ("a", "b")], [{"a", "b"}]),
        ([("a", ""), ("b", ""), ("c", "ab"), ("d", "")], [{"a", "b", "c"}, {"d"}]),
        ([("a", "c"), ("b", "c"), ("d", "")], [{"a", "b", "c"}, {"d"}]),
        ([("a", ""), ("b", ""), ("c", ""), ("b", "a"), ("d", "")], [{"a", "b"}, {"c"}, {"d"}]),
        ([("a", "b"), ("c", "d"), ("a", "c")], [{"a", "b", "c", "d"}]),
        ([("a", "a")], [{"a"}]),
    ],
)
def test_copies_share_a_unit(opened: Opened, relevant: list[tuple[str, str]], units: list[set[str]]) -> None:
    rows = [{"article": article, "copies": list(copies)} for article, copies in relevant]
    data, archive = opened({name: f"{PLAIN} {name}" for name in "abcd"}, {"relevant": rows})
    unit = gold_of(data, archive)[0]["q1"].unit
    shared = [{article for article in unit if unit[article] == number} for number in sorted(set(unit.values()))]
    assert shared == units


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"relevant": [{"article": "z"}]}, "holds no article 'z', or it could not be read."),
        ({"relevant": [{"article": "a", "copies": ["z"]}]}, "holds no article 'z', or it could not be read."),
        ({"answerable": False, "among": ["a", "z"]}, "holds no article 'z', or it could not be read."),
        ({"relevant": [{"article": "a", "quote": "44 morts"}]}, "the quote '44 morts' is not in the article 'a'."),
        ({"relevant": [{"article": "a", "start": 0, "end": 101}]}, "the span 0 to 101 lies outside the article 'a'."),
    ],
)
def test_an_error_names_file_question_and_article(opened: Opened, fields: Row, reason: str) -> None:
    data, archive = opened({"a": PLAIN + "\n"}, {"answerable": False}, fields)
    assert len(PLAIN) == 99
    with pytest.raises(DataError) as caught:
        gold_of(data, archive)
    assert str(caught.value).startswith(f"{data.folder / 'questions.jsonl'}, line 2: ")
    assert str(caught.value).endswith(reason)


def test_a_span_may_reach_the_end(opened: Opened) -> None:
    data, archive = opened({"a": PLAIN}, {"relevant": [{"article": "a", "start": 98, "end": 99}]})
    assert gold_of(data, archive)[0]["q1"].spans == {"a": ((98, 99),)}


def test_overlaps() -> None:
    gold = Gold({"a": 0, "copy": 0, "b": 1}, {"a": ((10, 20), (30, 40))})
    spans = [(0, 10), (0, 11), (12, 15), (19, 30), (20, 30), (25, 31), (40, 50), (0, 99)]
    assert [gold.overlaps("a", *span) for span in spans] == [False, True, True, True, False, True, False, True]
    assert gold.overlaps("copy", 0, 1)
    assert gold.overlaps("b", 0, 1)
    assert not gold.overlaps("c", 0, 99)
    assert not Gold().overlaps("a", 0, 99)


WORDS = st.lists(st.sampled_from(["a", "b", "ab", "ba", "é", "a.b", "(b", "c*"]), min_size=1, max_size=12)
PREFIXES = st.lists(st.sampled_from(["1", "22", "3.3"]), max_size=4)
BLANKS = st.text(st.sampled_from(" \n\t\u00a0\u202f"), min_size=1, max_size=3)


@given(prefix=PREFIXES, words=WORDS, suffix=PREFIXES, data=st.data())
def test_a_moved_span_has_the_same_words_at_the_same_place(
    prefix: list[str], words: list[str], suffix: list[str], data: st.DataObject
) -> None:
    """Blanks come and go, and what stands before and after the words is dropped."""

    def spaced(chosen: list[str]) -> tuple[str, list[tuple[int, int]]]:
        text, spans = data.draw(st.sampled_from(["", " ", "\n\n"])), []
        for word in chosen:
            spans.append((len(text), len(text) + len(word)))
            text += word + data.draw(BLANKS)
        return text, spans

    raw, places = spaced([*prefix, *words, *suffix])
    drop_before, drop_after = data.draw(st.booleans()), data.draw(st.booleans())
    kept = [*([] if drop_before else prefix), *words, *([] if drop_after else suffix)]
    text, wanted = spaced(kept)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start, end = places[len(prefix) + first][0], places[len(prefix) + last][1]
    # Blanks at the ends of a span belong to no word.
    while data.draw(st.booleans()) and start > 0 and raw[start - 1].isspace():
        start -= 1
    before = 0 if drop_before else len(prefix)
    if raw != text:
        assert moved(raw, text, start, end) == (wanted[before + first][0], wanted[before + last][1])
    assert moved(raw, raw, start, end) == (start, end)


@given(st.text(max_size=30), st.text(max_size=30), st.data())
def test_moving_takes_any_text(raw: str, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    span = moved(raw, text, start, end)
    if span and raw != text:
        assert 0 <= span[0] < span[1] <= len(text)
        assert not text[span[0]].isspace()
        assert not text[span[1] - 1].isspace()


@pytest.mark.parametrize(
    ("raw", "text", "part", "nth", "wanted"),
    [
        # With ten words of furniture gone, the first place is nearer to where the second stood.
        ("1 2 3 4 5 6 7 8 9 0 oui non oui", "oui non oui", "oui", 0, (0, 3)),
        ("1 2 3 4 5 6 7 8 9 0 oui non oui", "oui non oui", "oui", 1, (8, 11)),
        ("oui 1 2 3 4 5 oui\u00a0non", "oui oui non", "oui", 1, (4, 7)),
        ("a a  a", "a a a", "a  a", 0, (2, 5)),  # overlaps another place of the same words
        ("un  deux", "un deux", "un  deux", 0, (0, 7)),
        ("un  deux", "un", "deux", 0, None),
        ("un  deux", "undeux", "un  deux", 0, None),
        ("un  deux", "un deux", "  ", 0, None),
        ("porte-\nmonnaie", "portemonnaie", "porte-\nmonnaie", 0, None),
    ],
)
def test_known_moves(raw: str, text: str, part: str, nth: int, wanted: tuple[int, int] | None) -> None:
    at = _at(raw, part, nth)
    assert moved(raw, text, at["start"], at["end"]) == wanted
