"""The dense index: FAISS over passage vectors, exact while small, inverted lists past a threshold. Inner product of unit
vectors, so scores are cosines.

Derived from the store and disposable. It lives in a folder whose name carries the number of the last change that it
contains; a new state is written beside the old one and renamed into place, so a kill leaves one or the other.

Besides the vectors it keeps their sum and their second moments: with those, mean and deviation of a query's score over
*all* passages (what the fusion standardises by) cost one product of 384 x 384, not a scan.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from retrieval.types import Vectors

# From benchmarks/approximate.py: an exact scan takes about 6 ms here, inverted lists at the same recall half of that.
EXACT_UP_TO = 60_000
_PROBED = 0.38  # share of the lists that a query visits: vectors of one subject lie close, and fewer lose neighbours
_TRAINED_ON = 40  # vectors a list, sampled evenly
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class DenseHits:
    """Passages with their cosines, best first, and mean and deviation of the cosine over the whole archive."""

    ids: list[int]
    scores: list[float]
    mean: float
    deviation: float


class DenseIndex:
    def __init__(self, folder: Path, dimension: int, exact_up_to: int = EXACT_UP_TO) -> None:
        """Open the newest state in ``folder``, or begin an empty one."""
        self._folder = folder
        self._dimension = dimension
        self._exact_up_to = exact_up_to
        self.reset()
        # Twice: a writer in another process may replace the states between listing and reading them.
        if not any(self._load(state) for state in _states(self._folder)):
            any(self._load(state) for state in _states(self._folder))

    def reset(self) -> None:
        """Forget everything, in memory; ``change`` is -1 until the next update."""
        self.change = -1
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(self._dimension))
        self._sum = np.zeros(self._dimension)
        self._moments = np.zeros((self._dimension, self._dimension))

    @staticmethod
    def last_written(folder: Path) -> int:
        """Return the last change that what is written in ``folder`` contains, -1 where there is none. Opens no file."""
        return max((int(state.name[7:]) for state in _states(folder)), default=-1)

    def _load(self, state: Path) -> bool:
        try:
            index = faiss.read_index(str(state / "vectors.faiss"))
            moments = np.fromfile(state / "moments.f8").reshape(-1, self._dimension)
        except (RuntimeError, OSError, ValueError, MemoryError):  # damaged: everything in it can be made again
            return False
        if index.d != self._dimension or len(moments) != self._dimension + 1:
            return False
        self._index, self._sum, self._moments = index, moments[0], moments[1:]
        self.change = int(state.name[7:])
        return True

    @property
    def size(self) -> int:
        return int(self._index.ntotal)

    @property
    def is_exact(self) -> bool:
        return isinstance(self._index, faiss.IndexIDMap2)

    def update(self, removed: Sequence[int], added: Iterable[tuple[int, Vectors]], change: int) -> None:
        """Take out and put in passages, in memory: not beside a search of the same object.

        ``removed`` are passages that the index holds; ``added`` yields (passage id, unit vector).
        """
        if removed and self.size:
            self._remove(np.array(removed, np.int64))
        for ids, vectors in _blocks(added, self._dimension):
            self._index.add_with_ids(vectors, ids)
            self._account(vectors, 1.0)
        self.change = change
        if self.is_exact and self.size > self._exact_up_to:
            self._train()

    def _remove(self, ids: NDArray[np.int64]) -> None:
        if not self.is_exact:
            self._index.set_direct_map_type(faiss.DirectMap.Hashtable)
        for at in range(0, len(ids), _BLOCK):
            self._account(np.stack([self._index.reconstruct(int(i)) for i in ids[at : at + _BLOCK]]), -1.0)
        if not self.is_exact:
            self._index.set_direct_map_type(faiss.DirectMap.NoMap)
        self._index.remove_ids(ids)

    def _account(self, vectors: Vectors, sign: float) -> None:
        self._sum += sign * vectors.sum(axis=0, dtype=np.float64)
        self._moments += sign * (vectors.T @ vectors)

    @property
    def outgrown(self) -> bool:
        """Whether lists for today's size would be others than there are: then ``reset``, and add all again."""
        return not self.is_exact and _lists_for(self.size) != self._index.nlist

    def _train(self) -> None:
        """Move every vector into inverted lists. Deterministic: even sampling, faiss's fixed seed."""
        ids = faiss.vector_to_array(self._index.id_map)
        vectors = faiss.downcast_index(self._index.index).reconstruct_n(0, self.size)
        lists = _lists_for(len(ids))
        quantizer = faiss.IndexFlatIP(self._dimension)
        index = faiss.IndexIVFScalarQuantizer(
            quantizer, self._dimension, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        index.cp.spherical = True  # centroids of unit length: else the long ones draw everything
        index.train(vectors[:: max(len(ids) // (_TRAINED_ON * lists), 1)])
        index.add_with_ids(vectors, ids)
        index.nprobe = max(int(lists * _PROBED), 1)
        self._index = index

    def save(self) -> None:
        """Write the state beside the old ones, rename it into place, then drop the old ones."""
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / f"change-{self.change}"
        temporary = Path(tempfile.mkdtemp(dir=self._folder, prefix=".writing-"))
        faiss.write_index(self._index, str(temporary / "vectors.faiss"))
        np.vstack([self._sum, self._moments]).tofile(temporary / "moments.f8")
        shutil.rmtree(target, ignore_errors=True)  # there only if it could not be read
        temporary.replace(target)
        for stale in [*_states(self._folder), *self._folder.glob(".writing-*")]:
            if stale != target:
                shutil.rmtree(stale, ignore_errors=True)

    def search(self, query: Vectors, limit: int, allowed: Sequence[int] | None = None) -> DenseHits:
        """Return the ``limit`` passages nearest to a unit vector of shape (dimension,), among ``allowed`` if given."""
        mean, deviation = self._spread(query)
        limit = min(limit, self.size if allowed is None else len(allowed))
        if limit <= 0:
            return DenseHits([], [], mean, deviation)
        parameters = self._parameters(allowed)
        scores, ids = self._index.search(query[None], limit, params=parameters)
        found = [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i != -1]
        found.sort(key=lambda hit: (-hit[1], hit[0]))
        return DenseHits([i for i, _ in found], [score for _, score in found], mean, deviation)

    def _parameters(self, allowed: Sequence[int] | None) -> Any:
        if allowed is None:
            return None
        selector = faiss.IDSelectorBatch(np.array(allowed, np.int64))
        if self.is_exact:
            return faiss.SearchParameters(sel=selector)
        # A filter that few passages pass may leave the visited lists empty: then visit them all, few are scored anyway.
        narrow = len(allowed) < self.size * _PROBED
        return faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nlist if narrow else self._index.nprobe)

    def _spread(self, query: Vectors) -> tuple[float, float]:
        if not self.size:
            return 0.0, 0.0
        exact = query.astype(np.float64)
        mean = float(exact @ self._sum) / self.size
        square = float(exact @ self._moments @ exact) / self.size
        return mean, float(np.sqrt(max(square - mean * mean, 0.0)))


def _states(folder: Path) -> list[Path]:
    """Return the folders of written states, newest first."""
    found = [path for path in folder.glob("change-*") if path.name[7:].isdigit()]
    return sorted(found, key=lambda path: -int(path.name[7:]))


def _lists_for(vectors: int) -> int:
    """Return the usual number of lists, 4 sqrt(n), in steps of sqrt(2): it changes when the archive doubles."""
    return max(int(2 ** (round(2 * np.log2(4 * np.sqrt(max(vectors, 1)))) / 2)), 1)


def _blocks(added: Iterable[tuple[int, Vectors]], dimension: int) -> Iterable[tuple[NDArray[np.int64], Vectors]]:
    ids: list[int] = []
    vectors: list[Vectors] = []
    for number, vector in added:
        ids.append(number)
        vectors.append(vector)
        if len(ids) == _BLOCK:
            yield np.array(ids, np.int64), np.stack(vectors)
            ids, vectors = [], []
    if ids:
        yield np.array(ids, np.int64), np.stack(vectors)
