"""The batches of a stage in their order, which depends on the seed and the batch size alone; made ahead where asked."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import torch
from numpy.typing import NDArray

from training.reader_data import Material, Stage, group
from training.reader_model import Batch, Labelled, collate
from training.reader_tokens import Tokenizer

# Batches that are made together, and sorted by length: at most so many, and about so many groups, as a worker makes a
# chunk in ten seconds or so.
_CHUNK, _GROUPS = 32, 256
Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Which batches: ``steps`` of them, of ``size`` groups each."""

    stage: Stage
    seed: int
    size: int
    steps: int

    @property
    def chunk(self) -> int:
        """Return the batches of a chunk."""
        return min(_CHUNK, max(4, _GROUPS // self.size))


_made: tuple[Material, Tokenizer] | None = None  # of a worker process, inherited when it is forked


def batches(order: Order, start: int, made: tuple[Material, Tokenizer], workers: int = 0) -> Iterator[Batch]:
    """Yield the batches from step ``start`` on, made by ``workers`` processes ahead (0: here, when they are needed)."""
    global _made
    numbers = range(start // order.chunk, -(-order.steps // order.chunk))
    skipped, left = start % order.chunk, order.steps - start
    if not workers:
        yield from _cut((_chunk(order, number, *made) for number in numbers), skipped, left)
        return
    _made = made
    with ProcessPoolExecutor(workers, get_context("fork"), initializer=_quiet) as pool:
        yield from _cut(_ahead(pool, order, numbers, 2 * workers), skipped, left)


def _chunk(order: Order, number: int, material: Material, tokenizer: Tokenizer) -> list[Batch]:
    """Return the batches of a chunk: groups sorted by length, cut to batches, and these in an order of chance."""
    size = order.size * order.chunk
    groups = [
        [Labelled.of(tokenizer, pair) for pair in group(material, order.stage, order.seed, i)]
        for i in range(number * size, (number + 1) * size)
    ]
    groups.sort(key=lambda pairs: max(len(one.encoded.ids) for one in pairs))
    found = [collate(groups[i : i + order.size]) for i in range(0, size, order.size)]
    random.Random(f"{order.seed} {order.stage} chunk {number}").shuffle(found)
    return found


def _chunk_of_worker(order: Order, number: int) -> list[Arrays]:
    """Return a chunk as arrays: tensors would each hold a file descriptor on their way to the trainer."""
    if _made is None:
        raise RuntimeError("a worker was started without its material")
    return [tuple(tensor.numpy() for tensor in batch.tensors()) for batch in _chunk(order, number, *_made)]


def _quiet() -> None:
    """In a worker: one thread, and signals are for the trainer."""
    torch.set_num_threads(1)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)


def _ahead(pool: ProcessPoolExecutor, order: Order, numbers: Sequence[int], most: int) -> Iterator[list[Batch]]:
    waiting: list[Future[list[Arrays]]] = []
    for number in numbers:
        waiting.append(pool.submit(_chunk_of_worker, order, number))
        if len(waiting) > most:
            yield _tensors(waiting.pop(0).result())
    for future in waiting:
        yield _tensors(future.result())


def _tensors(chunk: Sequence[Arrays]) -> list[Batch]:
    return [Batch(*map(torch.from_numpy, arrays)) for arrays in chunk]


def _cut(chunks: Iterator[list[Batch]], skipped: int, left: int) -> Iterator[Batch]:
    for chunk in chunks:
        for batch in chunk[skipped:]:
            if left <= 0:
                return
            left -= 1
            yield batch
        skipped = 0
