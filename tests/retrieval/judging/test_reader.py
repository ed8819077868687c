"""One contract for every reader and reranker: the bundled one, the stand-in of other tests, a real CrossEncoder."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from answering.settings import load_settings
from retrieval.encoding.encoder import BundledEmbedder, Tables
from retrieval.errors import SettingsError
from retrieval.judging.bundled_reader import FILES, WEIGHTS, BundledReader
from retrieval.judging.cross_encoder import CrossEncoderReranker
from retrieval.judging.pairs import LONGEST_QUESTION, MOST_TOKENS, OVERLAP, WINDOW, Tokenizer
from retrieval.types import Reader, Reranker
from tests.retrieval.judging.fake_reader import RuledReader
from tests.retrieval.judging.test_cross_encoder import tiny_cross_encoder

QUESTION = "Qui dirige la délégation russe ?"
PASSAGES = [
    "La recette demande trois œufs et deux cents grammes de farine.",
    "La délégation russe est dirigée par Vladimir Medinski, a précisé jeudi l'agence.",
    "Un million de réfugiés ont fui l'Ukraine en une semaine, selon l'ONU.",
    "",
]
ODD = {
    "empty": "",
    "spaces": " \n\t ",
    "control characters": "Kiev\x00\x07\x1b[31m résiste\x7f",
    "lone surrogates": "Kiev \ud83d résiste \udcff",
    "marks only": "?!… «»",
    "accents without end": "a" + "\u0301\u0316" * 5_000,
    "a hundred thousand characters": "réfugié de Kiev, " * 5_900,
    "no space at all": "x" * 100_000,
    "emoji": "🇺🇦 👩‍👩‍👧‍👦 ﷽",
    "not in normal form": "Le № 5… ½ ﬁn, l'e\u0301te\u0301 ２０１９",
}


@pytest.fixture(scope="session")
def bundled_reader(embedder: BundledEmbedder) -> BundledReader:
    return BundledReader(load_settings().model_dir, tables=embedder.tables)


@pytest.fixture(scope="session", params=["bundled", "ruled"])
def reader(request: pytest.FixtureRequest) -> Reader:
    if request.param == "ruled":
        return RuledReader({QUESTION: ["Vladimir Medinski", "Medinski|Kiev|réfugiés?"]})
    found: Reader = request.getfixturevalue("bundled_reader")
    return found


@pytest.fixture(scope="session", params=["bundled", "ruled", "cross-encoder"])
def reranker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reranker:
    if request.param == "cross-encoder":
        return CrossEncoderReranker(str(tiny_cross_encoder(tmp_path_factory.mktemp("tiny") / "model")))
    if request.param == "ruled":
        return RuledReader({})
    found: Reranker = request.getfixturevalue("bundled_reader")
    return found


def test_a_relevance_for_each_passage_in_its_order(reranker: Reranker) -> None:
    scores = reranker.relevance(QUESTION, PASSAGES)
    assert len(scores) == len(PASSAGES)
    assert all(type(score) is float for score in scores)
    assert len(set(scores)) > 1
    np.testing.assert_allclose(reranker.relevance(QUESTION, PASSAGES[::-1]), scores[::-1], rtol=2e-5)
    alone = [reranker.relevance(QUESTION, [passage])[0] for passage in PASSAGES]
    np.testing.assert_allclose(alone, scores, rtol=2e-5)  # padding rounds otherwise
    assert reranker.relevance(QUESTION, []) == []
    assert reranker.name


@pytest.mark.parametrize("kind", ODD)
def test_odd_text_has_a_relevance(reranker: Reranker, kind: str) -> None:
    scores = [*reranker.relevance(ODD[kind], PASSAGES), *reranker.relevance(QUESTION, [ODD[kind]])]
    assert np.isfinite(scores).all()


def test_the_answer_is_found_where_it_stands(reader: Reader) -> None:
    readings = reader.read(QUESTION, PASSAGES)
    best = readings[1].spans[0]
    assert PASSAGES[1][best.start : best.end] == "Vladimir Medinski"
    assert best.probability > 0.4
    for score in ("relevant", "answers", "margin"):
        assert max(range(len(PASSAGES)), key=lambda i: getattr(readings[i], score)) == 1
    assert readings[3].spans == ()


def test_a_reading_depends_on_its_pair_alone(reader: Reader) -> None:
    together = reader.read(QUESTION, PASSAGES * 2)
    assert together[:4] == together[4:]
    assert [reader.read(QUESTION, [passage])[0] for passage in PASSAGES] == together[:4]
    assert reader.read(QUESTION, PASSAGES[::-1]) == together[3::-1]
    assert [reading.relevant for reading in together[:4]] == reader.relevance(QUESTION, PASSAGES)


def test_what_supports_a_statement(reader: Reader) -> None:
    statement = "La délégation russe est dirigée par Vladimir Medinski."
    found = reader.support(statement, PASSAGES)
    assert all(0 <= probability <= 1 for probability in found)
    assert max(range(len(found)), key=found.__getitem__) == 1
    assert reader.support(statement, []) == []
    assert reader.read(statement, []) == []


def check(reader: Reader, question: str, passage: str) -> None:
    (reading,) = reader.read(question, [passage])
    assert np.isfinite([reading.relevant, reading.answers, reading.margin]).all()
    assert len(reading.spans) <= 20
    assert all(0 <= span.start < span.end <= len(passage) for span in reading.spans)
    assert all(0 <= span.probability <= 1 for span in reading.spans)
    assert sum(span.probability for span in reading.spans) <= 1 + 1e-9
    assert list(reading.spans) == sorted(reading.spans, key=lambda span: -span.probability)
    assert len({(span.start, span.end) for span in reading.spans}) == len(reading.spans)
    quoted = [passage[span.start : span.end] for span in reading.spans]
    assert all(quote == quote.strip() and any(char.isalnum() for char in quote) for quote in quoted)
    assert reader.read(question, [passage]) == [reading]
    assert 0 <= reader.support(question, [passage])[0] <= 1


@pytest.mark.parametrize("kind", ODD)
def test_odd_text_has_a_reading(reader: Reader, kind: str) -> None:
    check(reader, QUESTION, ODD[kind])
    check(reader, ODD[kind], PASSAGES[1])


ANY = st.text(st.characters(codec=None), max_size=80) | st.text("aé\u0301 №½ﬁ２…\n'«»\"().,-—漢\ud800", max_size=60)


@limits(max_examples=60)
@given(ANY, ANY)
@example("", "")
def test_any_text_has_a_reading(reader: Reader, question: str, passage: str) -> None:
    check(reader, question, passage)


@limits(max_examples=40)
@given(st.integers(0, 3 * MOST_TOKENS // 2), st.integers(0, 300))
@example(WINDOW, 3)
@example(WINDOW + 1, 3)
def test_windows_cover_a_passage_and_hold_every_answer_whole(embedder: BundledEmbedder, words: int, asked: int) -> None:
    tokenizer = Tokenizer(embedder.tables.vocabulary)
    passage, question = "mot " * words, "quoi " * asked
    all_offsets = tokenizer.pieces(passage[:20_000])[1][:MOST_TOKENS]
    (windows,) = tokenizer.windows(question, [passage])
    assert windows[0].begin == 0
    assert max(len(one.offsets) for one in windows) <= WINDOW
    assert max(len(one.ids) for one in windows) <= LONGEST_QUESTION + WINDOW + 10 <= len(embedder.tables.positions)
    for one in windows:
        np.testing.assert_array_equal(one.offsets, all_offsets[one.begin : one.begin + len(one.offsets)])
    assert windows[-1].begin + len(windows[-1].offsets) == len(all_offsets)
    for before, after in pairwise(windows):
        assert before.begin + len(before.offsets) - after.begin >= OVERLAP
    if len(all_offsets) <= WINDOW:
        assert len(windows) == 1


def test_an_answer_is_found_wherever_it_stands_in_a_long_passage(bundled_reader: BundledReader) -> None:
    filler = "Les marchés ont progressé dans la matinée, a indiqué un analyste à la Bourse de Paris. "
    (without,) = bundled_reader.read(QUESTION, [filler * 30])
    for before in (0, 12, 13, 14, 30):  # across the seam of two windows among them
        passage = filler * before + PASSAGES[1] + " " + filler * (30 - before)
        (reading,) = bundled_reader.read(QUESTION, [passage])
        best = reading.spans[0]
        assert passage[best.start : best.end] == "Vladimir Medinski"
        assert reading.answers > without.answers


def test_what_lies_beyond_the_limit_is_not_read(bundled_reader: BundledReader) -> None:
    long = "réfugié de Kiev, " * 1_200
    assert bundled_reader.read(QUESTION, [long]) == bundled_reader.read(QUESTION, [long + PASSAGES[1]])


def test_the_end_of_a_long_question_is_cut(bundled_reader: BundledReader) -> None:
    long = "quoi " * 500
    assert bundled_reader.read(long, PASSAGES) == bundled_reader.read(long + QUESTION, PASSAGES)


def test_threads_and_tables_change_nothing(bundled_reader: BundledReader) -> None:
    folder = load_settings().model_dir
    own = BundledReader(folder, threads=1)
    assert own.read(QUESTION, PASSAGES * 3) == bundled_reader.read(QUESTION, PASSAGES * 3)
    assert own.name == bundled_reader.name


def test_the_name_tells_weights_apart(tmp_path: Path, bundled_reader: BundledReader, embedder: BundledEmbedder) -> None:
    folder = shutil.copytree(WEIGHTS, tmp_path / "weights")
    assert BundledReader(tmp_path, folder, 1, embedder.tables).name == bundled_reader.name
    np.save(folder / "types.npy", np.load(WEIGHTS / "types.npy") + 1)
    changed = BundledReader(tmp_path, folder, 1, embedder.tables).name
    with (folder / "reader.onnx").open("r+b") as file:
        file.seek(-1000, 2)
        file.write(bytes(10))
    assert len({bundled_reader.name, changed, BundledReader(tmp_path, folder, 1, embedder.tables).name}) == 3


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_names_the_way_out(tmp_path: Path, name: str, embedder: BundledEmbedder) -> None:
    folder = shutil.copytree(WEIGHTS, tmp_path / "weights")
    (folder / name).unlink()
    with pytest.raises(SettingsError, match=rf"{name} is missing; restore it, or set EVIDENCE_MODEL=none\.$"):
        BundledReader(tmp_path, folder, 1, embedder.tables)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"judgements": ["answers", "relevant"]}', '{"judgements": 3}', '{"judgements": [[]]}']
)
def test_a_description_that_is_none_names_the_way_out(tmp_path: Path, text: str, embedder: BundledEmbedder) -> None:
    folder = shutil.copytree(WEIGHTS, tmp_path / "weights")
    (folder / "reader.json").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"reader\.json is not one of .* or set EVIDENCE_MODEL=none\.$"):
        BundledReader(tmp_path, folder, 1, embedder.tables)


@pytest.mark.parametrize("name", ["reader.onnx", "types.npy"])
def test_a_file_that_is_cut_short_names_the_way_out(tmp_path: Path, name: str, embedder: BundledEmbedder) -> None:
    folder = shutil.copytree(WEIGHTS, tmp_path / "weights")
    (folder / name).write_bytes((folder / name).read_bytes()[:1000])
    with pytest.raises(SettingsError, match=r"cannot be loaded: \w+; restore it, or set EVIDENCE_MODEL=none\.$"):
        BundledReader(tmp_path, folder, 1, embedder.tables).read(QUESTION, PASSAGES)


def test_probabilities_are_those_of_the_description(tmp_path: Path, embedder: BundledEmbedder) -> None:
    folder = shutil.copytree(WEIGHTS, tmp_path / "weights")
    described = json.loads((folder / "reader.json").read_text("utf-8"))
    found = {}
    for name, weight, intercept in (("as is", 1.0, 0.0), ("turned", -2.0, 0.5), ("far", 1e9, 0.0)):
        described["probabilities"]["supported"] |= {"supported": weight, "intercept": intercept}
        (folder / "reader.json").write_text(json.dumps(described), "utf-8")
        found[name] = np.array(BundledReader(tmp_path, folder, 1, embedder.tables).support(QUESTION, PASSAGES))
    logits = np.log(found["as is"] / (1 - found["as is"]))
    np.testing.assert_allclose(found["turned"], 1 / (1 + np.exp(2 * logits - 0.5)), atol=1e-9)
    np.testing.assert_array_equal(found["far"], (logits > 0).astype(float))


def test_it_needs_no_embedder(embedder: BundledEmbedder) -> None:
    tables = Tables.load(load_settings().model_dir)
    np.testing.assert_array_equal(tables.embed([0, 5, 2]), embedder.tables.embed([0, 5, 2]))
