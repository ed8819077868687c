from __future__ import annotations

from pathlib import Path

import torch

from retrieval.encoding.bundled import Weights, read_weights
from training.reader_model import word_rows
from training.reader_pack import thinned, used
from training.reader_tokens import Tokenizer, weights_file


def test_words_in_use_are_kept_and_the_rest_is_blank(weights: Weights, tokenizer: Tokenizer, tmp_path: Path) -> None:
    kept = used(tokenizer, ["Où est Lyon ?", "À Lyon, en 2019."])
    assert set(tokenizer.encode("Où est Lyon ?", "À Lyon, en 2019.").ids.tolist()) <= kept
    path = tmp_path / "thin.bin"
    path.write_bytes(thinned(weights_file(), kept))
    thin = read_weights(path)
    before, after = word_rows(weights), word_rows(thin)
    rows = torch.tensor(sorted(kept))
    assert torch.equal(after[rows], before[rows])
    after[rows] = 0
    assert not after.any()
    assert (thin.floats("l11.fo.w") == weights.floats("l11.fo.w")).all()
    assert thin.pieces == weights.pieces
