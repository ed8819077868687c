"""Any CrossEncoder as the reranker: a real one, tiny and made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import SettingsError
from retrieval.judging.cross_encoder import CrossEncoderReranker

QUESTION = "qui dirige la délégation russe ?"
PASSAGES = ["la délégation russe est dirigée par medinski", "trois œufs et de la farine", "un million"]


def tiny_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """Write a BERT of one layer with weights drawn at random, and letters for its words."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder.mkdir(parents=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789?.,'"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        num_labels=labels,
    )
    model = BertForSequenceClassification(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_cross_encoder(tmp_path_factory.mktemp("tiny") / "model")


def test_scores_are_the_logits_of_the_model(folder: Path) -> None:
    import torch
    from transformers import BertForSequenceClassification, BertTokenizer

    reranker = CrossEncoderReranker(str(folder))
    model, tokenizer = BertForSequenceClassification.from_pretrained(folder), BertTokenizer.from_pretrained(folder)
    expected = []
    for passage in PASSAGES:
        with torch.inference_mode():
            given = tokenizer(QUESTION, passage, return_tensors="pt", truncation="longest_first", max_length=64)
            expected.append(float(model.eval()(**given).logits[0, 0]))
    np.testing.assert_allclose(reranker.relevance(QUESTION, PASSAGES), expected, rtol=1e-5)
    assert reranker.name == f"cross-encoder:{folder}"
    assert min(expected) < 0 or max(expected) > 1  # no sigmoid
    assert max(expected) - min(expected) > 0.1


def test_a_model_of_several_scores_does_not_rank(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\(EVIDENCE_MODEL\) gives 3 scores a pair"):
        CrossEncoderReranker(str(tiny_cross_encoder(tmp_path / "three", 3)))


def test_a_folder_without_a_model_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"\(EVIDENCE_MODEL\) cannot be loaded: \w+\. Name a model"):
        CrossEncoderReranker(str(tmp_path / "no model"))
