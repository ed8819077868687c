"""How long the reader takes for a question and ten passages of 120 French words, on two threads.

python -m benchmarks.reader_serving [--questions 40] [--json var/benchmarks/reader_serving.json]

Against, in turns with it in the same run: the ten read whole; padded into one batch, and one after the other, both whole
and on a session of two threads; and the bundled encoder embedding the same ten. Processor time is that of the whole
process: on a machine with other work it says more than the clock does. Passages are PIAF's, by ``KIOSQUE_DATA``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answering.judging.reading import part_read
from answering.settings import load_settings
from benchmarks.orangesum import WORK
from benchmarks.report import percentiles, print_table, write_json
from evaluation.published import load_piaf
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder, Tables, open_session
from retrieval.judging.bundled_reader import WEIGHTS, BundledReader
from retrieval.judging.pairs import PAD, Encoded, Tokenizer
from retrieval.types import Vectors

_PASSAGES, _WORDS, _THREADS = 10, 120, 2
Milliseconds = NDArray[np.float64]
Work = Callable[[str, Sequence[str]], object]


def main() -> None:
    parser = argparse.ArgumentParser(description="Serving speed of the reader.")
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--json", type=Path, default=WORK / "reader_serving.json")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir, _THREADS)
    reader = BundledReader(settings.model_dir, WEIGHTS, _THREADS, embedder.tables)
    with tempfile.TemporaryDirectory() as folder:
        others = Others(embedder.tables, Path(folder))
        works: dict[str, Work] = {
            "reader": lambda question, passages: reader.read(question, in_parts(question, passages)),
            "whole": reader.read,
            "one_batch": others.one_batch,
            "one_after_the_other": others.in_turn,
            "embedder": lambda question, passages: embedder.embed_passages(passages),
        }
        asked = questions(arguments.questions)
        clock, processor = timed(works, asked)
    tokenizer = Tokenizer(embedder.tables.vocabulary)
    lengths = [len(w.ids) for question, texts in asked for pair in tokenizer.windows(question, texts) for w in pair]
    figures: dict[str, Any] = {"questions": len(asked), "tokens_of_a_pair_p50": float(np.median(lengths))}
    for name in works:
        figures |= percentiles(f"{name}_ms", clock[name]) | percentiles(f"{name}_processor_ms", processor[name])
    for name in list(works)[1:]:
        figures[f"clock_of_reader_to_{name}"] = float(np.median(clock["reader"] / clock[name]))
        figures[f"processor_of_reader_to_{name}"] = float(np.median(processor["reader"] / processor[name]))
    figures["weights"] = json.loads((WEIGHTS / "reader.json").read_text("utf-8"))["plan"]
    print_table("Serving the reader", figures)
    write_json(arguments.json, figures)


def questions(count: int) -> list[tuple[str, list[str]]]:
    """Return questions, each with the first 120 words of its own passage and of the nine that follow it in PIAF."""
    articles, asked = load_piaf()
    long = {a.id: " ".join(a.text.split()[:_WORDS]) for a in articles if len(a.text.split()) >= _WORDS}
    ids = list(long)
    place = {id_: number for number, id_ in enumerate(ids)}
    usable = [one for one in asked if one.article in place]
    chosen = usable[:: max(1, len(usable) // count)][:count]
    return [(one.text, [long[ids[(place[one.article] + k) % len(ids)]] for k in range(_PASSAGES)]) for one in chosen]


def in_parts(question: str, passages: Sequence[str]) -> list[str]:
    """Return what an answer reads of passages that come in order of rank."""
    spans = [part_read(question, passage, "fr", rank) for rank, passage in enumerate(passages)]
    return [passage[start:end] for passage, (start, end) in zip(passages, spans, strict=True)]


def timed(
    works: dict[str, Work], asked: list[tuple[str, list[str]]]
) -> tuple[dict[str, Milliseconds], dict[str, Milliseconds]]:
    """Return milliseconds by the clock and of the processor, one a question; each work once before that, to warm up."""
    clock: dict[str, list[float]] = {name: [] for name in works}
    processor: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work(*asked[0])
    for question, passages in asked:
        for name, work in works.items():
            began, used = time.perf_counter(), time.process_time()
            work(question, passages)
            clock[name].append(1000 * (time.perf_counter() - began))
            processor[name].append(1000 * (time.process_time() - used))
    return (
        {name: np.array(values) for name, values in clock.items()},
        {name: np.array(values) for name, values in processor.items()},
    )


class Others:
    """The same layers on a session of two threads, to be given pairs in other ways; only the time counts."""

    def __init__(self, tables: Tables, folder: Path) -> None:
        import onnx

        self._tables, self._tokenizer = tables, Tokenizer(tables.vocabulary)
        self._types = np.load(WEIGHTS / "types.npy", allow_pickle=False)
        model = onnx.load(WEIGHTS / "reader.onnx")
        for value in (*model.graph.input, *model.graph.output):
            value.type.tensor_type.shape.dim[0].dim_param = "pairs"
        onnx.save(model, folder / "batched.onnx")
        self._session = open_session(folder / "batched.onnx", _THREADS)

    def one_batch(self, question: str, passages: Sequence[str]) -> object:
        """Padded, without a mask: a mask would take longer still."""
        pairs = self._pairs(question, passages)
        longest = max(len(pair.ids) for pair in pairs)
        ids = np.full((len(pairs), longest), PAD)
        types = np.ones_like(ids)
        for row, pair in enumerate(pairs):
            ids[row, : len(pair.ids)], types[row, : len(pair.ids)] = pair.ids, pair.types()
        return self._run(np.stack([self._tables.embed(row) for row in ids]) + self._types[types])

    def in_turn(self, question: str, passages: Sequence[str]) -> object:
        pairs = self._pairs(question, passages)
        return [self._run((self._tables.embed(pair.ids) + self._types[pair.types()])[None]) for pair in pairs]

    def _pairs(self, question: str, passages: Sequence[str]) -> list[Encoded]:
        return [pair for windows in self._tokenizer.windows(question, passages) for pair in windows]

    def _run(self, embedded: Vectors) -> object:
        return self._session.run(["spans", "judgements"], {"embeddings": embedded})


if __name__ == "__main__":
    main()
