from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from retrieval.encoding.bundled import Weights
from retrieval.encoding.encoder import BundledEmbedder
from training.reader_data import Pair
from training.reader_model import Labelled, Read, Reader, collate, loss, read, segments, word_rows
from training.reader_tokens import Tokenizer

ODD = "Le № 5 de Chanel… ½ ﬁn, l'été\u0301 ２０１９ à 10 % «oui» \t x²"


@pytest.mark.parametrize(
    "text",
    ["Où se trouve la tour Eiffel ?", ODD, "", "  ", "Владимир Мединский", "東京タワーは333mです", "\ud800 a\x00b"],
)
def test_tokens_are_those_of_the_encoder(text: str, tokenizer: Tokenizer, embedder: BundledEmbedder) -> None:
    encoded = tokenizer.encode(text, text, 512)
    ids = encoded.ids.tolist()
    end = ids.index(2)
    assert ids[: end + 1] == embedder.tokens("query: " + text)
    assert [0, *ids[end + 1 :]] == embedder.tokens("passage: " + text)


@given(st.text(max_size=60) | st.text(alphabet="aé\u0301 №½ﬁ２…\n'漢", max_size=40))
def test_offsets_are_spans_of_the_text_as_given(tokenizer: Tokenizer, text: str) -> None:
    _, offsets = tokenizer.pieces(text)
    assert all(0 <= start <= end <= len(text) for start, end in offsets.tolist())
    assert (np.diff(offsets[:, 0]) >= 0).all()
    covered = {i for start, end in offsets.tolist() for i in range(start, end)}
    if text.isprintable() and text.isascii():
        assert covered == {i for i, char in enumerate(text) if not char.isspace()}


@pytest.mark.parametrize("answer", ["№ 5", "½ ﬁn", "２０１９", "Chanel…", "«oui»", "x²"])
def test_a_span_and_its_tokens_are_the_same_place(answer: str, tokenizer: Tokenizer) -> None:
    encoded = tokenizer.encode("Quoi ?", ODD)
    start = ODD.index(answer)
    tokens = encoded.tokens_of((start, start + len(answer)))
    assert tokens is not None
    first, last = tokens[0] - encoded.first, tokens[1] - encoded.first
    assert ODD[encoded.offsets[first, 0] : encoded.offsets[last, 1]] == answer


def test_an_answer_that_was_cut_off_is_not_learned_from(tokenizer: Tokenizer) -> None:
    passage = "mot " * 300 + "Lyon"
    cut = Labelled.of(tokenizer, Pair("Où ?", passage, (1200, 1204), True, True), 64)
    assert len(cut.encoded.ids) == 64
    assert (cut.start, cut.end) == (-100, -100)
    assert math.isnan(cut.labels[0])
    assert cut.labels[1] == 1
    encoded = tokenizer.encode("Où ?", passage, 64)
    last = int(encoded.offsets[-1, 1])
    assert encoded.tokens_of((last - 7, last)) is not None
    assert encoded.tokens_of((last - 7, last + 4)) is None  # half of it is there


def test_segments_change_after_the_first_end_mark() -> None:
    assert segments(torch.tensor([[0, 9, 2, 8, 8, 2, 1]])).tolist() == [[0, 0, 0, 1, 1, 1, 1]]


def test_it_starts_as_e5(weights: Weights, tokenizer: Tokenizer, embedder: BundledEmbedder) -> None:
    model, words = Reader(weights).eval(), word_rows(weights)
    text = "Où se trouve la tour Eiffel ?"
    ids = torch.tensor([embedder.tokens("query: " + text)])
    with torch.inference_mode():
        hidden = model.bert(inputs_embeds=words[ids].float(), token_type_ids=torch.ones_like(ids)).last_hidden_state
    vector = torch.nn.functional.normalize(hidden.mean(1), dim=-1)[0].numpy()
    assert float(vector @ embedder.embed_query(text)) > 0.995  # int8 there, float32 here


def test_padding_changes_nothing(weights: Weights, tokenizer: Tokenizer) -> None:
    model, words = Reader(weights, 2).eval(), word_rows(weights)
    pairs = [Labelled.of(tokenizer, Pair("Où ?", text)) for text in ("À Lyon.", "À Lyon, " * 20)]
    with torch.inference_mode():
        alone, together = read(model, words, collate([pairs[:1]])), read(model, words, collate([pairs]))
    length = len(pairs[0].encoded.ids)
    torch.testing.assert_close(alone.spans[0], together.spans[0, :length], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(alone.judgements[0], together.judgements[0], atol=1e-4, rtol=1e-4)
    assert (together.spans[0, length:] == -1e9).all()
    assert (together.spans[:, 1 : pairs[0].encoded.first] == -1e9).all()


def test_the_loss_by_hand(tokenizer: Tokenizer) -> None:
    question = "Où ?"
    right = Pair(question, "À Lyon.", (2, 6), True, True)
    wrong, unknown = Pair(question, "Rien.", None, False, False), Pair(question, "Non.", None, False)
    statement = Pair("Oui.", "Oui.", supported=True)
    batch = collate(
        [[Labelled.of(tokenizer, pair) for pair in (right, wrong, unknown)], [Labelled.of(tokenizer, statement)]]
    )
    spans = torch.zeros(*batch.ids.shape, 2)
    judgements = torch.tensor([[2.0, 1.0, 5.0], [-1.0, 0.5, 5.0], [0.0, 9.0, 5.0], [9.0, 9.0, 3.0]])
    parts = loss(Read.of(spans, judgements, batch), batch)
    free = [1 + int(row.sum()) for row in batch.passage]  # places that an answer may have
    assert parts["span"].item() == pytest.approx(sum(math.log(places) for places in free[:3]) / 3, abs=1e-5)
    answers = [math.log1p(math.exp(-2)), math.log1p(math.exp(-1)), math.log(2)]
    assert parts["answers"].item() == pytest.approx(sum(answers) / 3, abs=1e-5)
    assert parts["relevant"].item() == pytest.approx(math.log1p(math.exp(0.5 - 1.0)), abs=1e-5)
    assert parts["supported"].item() == pytest.approx(math.log1p(math.exp(-3)), abs=1e-5)


def test_passages_of_other_questions_are_no_rivals(tokenizer: Tokenizer) -> None:
    pairs = [Labelled.of(tokenizer, Pair("Où ?", "À Lyon.", None, None, label)) for label in (True, False)]
    apart = collate([pairs[:1], pairs[1:]])
    assert "relevant" not in loss(Read.of(torch.zeros(*apart.ids.shape, 2), torch.zeros(2, 3), apart), apart)
