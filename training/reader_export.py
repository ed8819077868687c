"""Make what ships of a trained reader: an ONNX graph with int8 weights per channel, beside the bundled encoder's tables.

    python -m training.reader_export var/reader/reader.pt var/reader/exported --calibrate var/reader

Writes ``reader.onnx`` (embedded tokens -> ``spans`` (1, tokens, 2) and ``judgements`` (1, 3), one pair a call),
``types.npy`` (2, hidden: what is added to each token of the question and of the passage, beside the bundled
``words.q4`` and ``positions.npy``) and ``reader.json``. The graph of the layers is the encoder's own (``bundled``).
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from retrieval.encoding.bundled import Weights, build_graph, read_weights
from training.reader_model import BERT_NAMES, JUDGEMENTS, Labelled, Read, collate, segments, word_rows
from training.reader_tokens import load_tokenizer, weights_file

_KEPT_FLOAT = ["l4.fo", "span", "pool", "judge"]  # see ``bundled``; the heads are small
_FLOAT = 0  # the kind of a tensor


def trained(weights: Weights, state: dict[str, Tensor], layers: int) -> Weights:
    """Return the weights with the trained tensors in the place of e5's, under the names of the weights file."""
    tensors = dict(weights.tensors)
    for layer in range(layers):
        for ours, theirs in BERT_NAMES.items():
            for part, name in (("w", "weight"), ("b", "bias")):
                tensors[f"l{layer}.{ours}.{part}"] = _stored(state[f"bert.encoder.layer.{layer}.{theirs}.{name}"])
    for part, name in (("w", "weight"), ("b", "bias")):
        tensors[f"emb.ln.{part}"] = _stored(state[f"bert.embeddings.LayerNorm.{name}"])
    return replace(weights, shape=replace(weights.shape, layers=layers), tensors=tensors)


def _stored(tensor: Tensor) -> tuple[int, NDArray[np.uint8]]:
    floats = tensor.detach().cpu().float().contiguous().numpy()
    return _FLOAT, floats.reshape(-1).view(np.uint8)


def graph(weights: Weights, state: dict[str, Tensor]) -> Any:
    """Return the float32 model: the layers' graph with the reader's heads in the place of the mean."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = build_graph(weights)
    layers = [node for node in model.graph.node if node.output[0] not in ("mean", "embedding")]
    hidden = f"l{weights.shape.layers - 1}.oln.out"
    constants = []

    def constant(name: str, value: NDArray[Any]) -> str:
        constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def linear(head: str, x: str, output: str) -> list[Any]:
        weight = constant(f"{head}.w", state[f"heads.{head}.weight"].cpu().float().numpy().T)
        bias = constant(f"{head}.b", state[f"heads.{head}.bias"].cpu().float().numpy())
        product = helper.make_node("MatMul", [x, weight], [f"{head}.product"], head)
        return [product, helper.make_node("Add", [product.output[0], bias], [output], f"{head}.biased")]

    heads = [
        *linear("span", hidden, "spans"),
        helper.make_node("Gather", [hidden, constant("zero", np.array(0, np.int64))], ["first"], "first", axis=1),
        helper.make_node("ReduceMean", [hidden], ["mean"], "mean", axes=[1], keepdims=0),
        helper.make_node("Concat", ["first", "mean"], ["both"], "both", axis=-1),
        *linear("pool", "both", "pooled"),
        helper.make_node("Tanh", ["pooled"], ["squeezed"], "squeezed"),
        *linear("judge", "squeezed", "judgements"),
    ]
    size = weights.shape.hidden
    outputs = [
        helper.make_tensor_value_info("spans", TensorProto.FLOAT, [1, "tokens", 2]),
        helper.make_tensor_value_info("judgements", TensorProto.FLOAT, [1, len(JUDGEMENTS)]),
    ]
    inputs = [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, "tokens", size])]
    built = helper.make_graph([*layers, *heads], "reader", inputs, outputs, [*model.graph.initializer, *constants])
    whole = helper.make_model(built, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(whole)
    return whole


def export(kept: dict[str, Any], weights: Weights, folder: Path, *, int8: bool = True) -> None:
    """Write the exported reader of what ``torch.load`` gives for a file of the training to a folder."""
    import onnx
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    state: dict[str, Tensor] = kept["model"]
    layers = kept["plan"]["layers"] or weights.shape.layers
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "float.onnx"
    onnx.save(graph(trained(weights, state, layers), state), path)
    if int8:
        logging.disable(logging.WARNING)  # it advises a step that a graph with known shapes does not need
        quantize_dynamic(
            path,
            folder / "reader.onnx",
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_KEPT_FLOAT,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        logging.disable(logging.NOTSET)
        path.unlink()
    else:
        path.replace(folder / "reader.onnx")
    types = state["bert.embeddings.token_type_embeddings.weight"].cpu().float().numpy()
    # The bundled ``positions.npy`` holds e5's own type already.
    np.save(folder / "types.npy", types - weights.floats("emb.type")[: weights.shape.hidden])
    described = {"layers": layers, "int8": int8, "judgements": JUDGEMENTS, "plan": kept["plan"]}
    (folder / "reader.json").write_text(json.dumps(described, indent=2) + "\n", "utf-8")


def exported(folder: Path, words: Tensor, weights: Weights) -> Callable[[Sequence[Labelled]], Read]:
    """Return what asks an exported reader, one pair at a time, as ``reader_judge.asking`` does a PyTorch model."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        str(folder / "reader.onnx"),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],  # see ``retrieval.encoding.encoder``
    )
    hidden = weights.shape.hidden
    positions = weights.floats("emb.pos").reshape(-1, hidden) + weights.floats("emb.type")[:hidden]
    types = np.load(folder / "types.npy")

    def ask(pairs: Sequence[Labelled]) -> Read:
        batch = collate([[pair] for pair in pairs])
        spans = torch.full((*batch.ids.shape, 2), -1e9)
        judgements = torch.zeros(len(pairs), len(JUDGEMENTS))
        for row, pair in enumerate(pairs):
            length = len(pair.encoded.ids)
            ids = batch.ids[row : row + 1, :length]
            embedded = words[ids].float().numpy() + positions[:length] + types[segments(ids).numpy()]
            said, judged = session.run(["spans", "judgements"], {"embeddings": embedded.astype(np.float32)})
            spans[row, :length], judgements[row] = torch.from_numpy(said[0]), torch.from_numpy(judged[0])
        return Read.of(spans, judgements, batch)

    return ask


def calibrate(folder: Path, weights: Weights, mined: Path, questions: int) -> None:
    """Add to ``reader.json`` what makes probabilities of the exported reader's logits, from the development part."""
    from answering.settings import load_settings
    from training.reader_judge import calibration
    from training.reader_mining import material

    model_dir = load_settings().model_dir
    dev = material(mined, model_dir, "dev")
    ask = exported(folder, word_rows(weights), weights)
    fitted = calibration(ask, load_tokenizer(weights, model_dir), dev.piaf, questions)
    path = folder / "reader.json"
    described = {**json.loads(path.read_text("utf-8")), "probabilities": fitted}
    path.write_text(json.dumps(described, indent=2) + "\n", "utf-8")
    print(json.dumps(fitted, indent=2))


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a trained reader to ONNX with int8 weights.")
    parser.add_argument("reader", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--float", action="store_true", help="keep float32, to see what int8 costs")
    parser.add_argument("--calibrate", type=Path, help="the run's folder: fit probabilities on its development part")
    parser.add_argument("--questions", type=int, default=600, help="to fit them on")
    arguments = parser.parse_args()
    kept = torch.load(arguments.reader, map_location="cpu", weights_only=True)
    weights = read_weights(weights_file())
    export(kept, weights, arguments.folder, int8=not arguments.float)
    if arguments.calibrate:
        calibrate(arguments.folder, weights, arguments.calibrate, arguments.questions)
    for path in sorted(arguments.folder.iterdir()):
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
