"""What is served is what was judged in training: the same tokens, logits, margins and spans."""

from __future__ import annotations

import json
import math

import pytest
import torch

from answering.settings import load_settings
from retrieval.archive import Archive
from retrieval.encoding.bundled import dequantise, read_weights
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.judging.bundled_reader import WEIGHTS, BundledReader
from retrieval.judging.pairs import WINDOW, Tokenizer
from retrieval.judging.spans import WHOLE, sensible
from training.reader_data import Pair
from training.reader_export import exported
from training.reader_judge import readings
from training.reader_model import segments
from training.reader_tokens import load_tokenizer, weights_file

QUESTIONS = [
    "Qui dirige la délégation russe ?",
    "Combien de réfugiés ont fui l'Ukraine ?",
    "Сколько российских солдат погибло?",
    "Moscou a annoncé la mort de 498 soldats russes.",
]


def test_it_reads_as_the_training_judges(embedder: BundledEmbedder, seeds_archive: Archive) -> None:
    pairs = [Pair(question, hit.text) for question in QUESTIONS for hit in seeds_archive.search(question, limit=3)] + [
        Pair(QUESTIONS[0], ""),
        Pair("", "Le № 5 de Chanel… ½ ﬁn, l'été\u0301 ２０１９"),
    ]
    tokenizer = load_tokenizer(weights := read_weights(weights_file()), load_settings().model_dir)
    rows = torch.zeros(weights.shape.vocabulary, weights.shape.hidden)  # float32: ``word_rows`` rounds to 16 bits
    ids = sorted({int(i) for pair in pairs for i in tokenizer.encode(pair.question, pair.passage, 512).ids})
    rows[ids] = torch.from_numpy(dequantise(embedder.tables.words[ids]).reshape(len(ids), -1))
    expected = readings(exported(WEIGHTS, rows, weights), tokenizer, pairs)
    reader = BundledReader(load_settings().model_dir, tables=embedder.tables)
    fitted = json.loads((WEIGHTS / "reader.json").read_text("utf-8"))["probabilities"]["supported"]
    served = Tokenizer(embedder.tables.vocabulary)
    for pair, theirs in zip(pairs, expected, strict=True):
        assert len(served.pieces(pair.passage)[0]) <= WINDOW  # a longer one is read otherwise
        (ours,) = reader.read(pair.question, [pair.passage])
        assert ours.relevant == pytest.approx(theirs.relevant, abs=1e-4)
        assert ours.answers == pytest.approx(theirs.answers, abs=1e-4)
        assert ours.margin == pytest.approx(theirs.margin, abs=1e-4)
        odds = fitted["supported"] * theirs.supported + fitted["intercept"]
        assert reader.support(pair.question, [pair.passage])[0] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-4)
        words = [found.span() for found in WHOLE.finditer(pair.passage)]
        if quoted := sensible(pair.passage, *theirs.span, words):
            assert quoted in [(span.start, span.end) for span in ours.spans]


def test_types_are_those_of_the_training(embedder: BundledEmbedder) -> None:
    for windows in Tokenizer(embedder.tables.vocabulary).windows(QUESTIONS[0], ["", QUESTIONS[1], "mot " * 500]):
        for one in windows:
            assert one.types().tolist() == segments(torch.from_numpy(one.ids)[None])[0].tolist()


def test_an_answer_that_only_training_may_see_cut_is_read_whole(embedder: BundledEmbedder) -> None:
    passage = "Il faisait beau à Paris ce jour-là. " * 30 + "La délégation russe est dirigée par Vladimir Medinski."
    reader = BundledReader(load_settings().model_dir, tables=embedder.tables)
    best = reader.read(QUESTIONS[0], [passage])[0].spans[0]
    assert passage[best.start : best.end] == "Vladimir Medinski"
