from __future__ import annotations

import pytest

from retrieval.encoding.bundled import Weights, read_weights
from training.reader_tokens import Tokenizer, load_tokenizer, weights_file


@pytest.fixture(scope="session")
def weights() -> Weights:
    return read_weights(weights_file())


@pytest.fixture(scope="session")
def tokenizer(weights: Weights) -> Tokenizer:
    return load_tokenizer(weights)
