"""What the tests of the index share: articles in a line, and a source that holds them in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from retrieval.errors import ReadError
from retrieval.types import Article, Record, Skipped, Vectors
from tests.fakes import HashingEmbedder


class MemorySource:
    """Articles by key, all under ``root``. A ReadError is raised when read, a Skipped is listed as it is."""

    def __init__(self, held: Mapping[str, Article | ReadError | Skipped], root: str = "mem") -> None:
        self.held, self._root = dict(held), root

    def records(self) -> Iterator[Record | Skipped]:
        for key, what in self.held.items():
            if isinstance(what, Skipped):
                yield what
            else:
                yield Record(key, blake2b(repr(what).encode(), digest_size=8).hexdigest(), b"")

    def read(self, record: Record) -> Article:
        what = self.held[record.key]
        if isinstance(what, ReadError):
            raise what
        assert isinstance(what, Article)
        return what

    def owns(self, key: str) -> bool:
        return key.startswith(self._root + "/")


class CountingEmbedder(HashingEmbedder):
    """Remembers every passage that it was asked to embed."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        return super().embed_passages(texts)


SUBJECTS = (
    "Kherson Marioupol Tchernihiv Odessa Kharkiv Gomel Berdiansk Lviv Enerhodar Jytomyr".split(),
    "réfugiés soldats pourparlers bombardements sanctions couloirs blindés négociateurs gazoducs missiles".split(),
    "Macron Scholz Guterres Podoliak Medinski Blinken Zelensky Johnson Draghi Michel".split(),
)


def article(number: int, sentences: int = 9, version: int = 0, language: str = "fr") -> Article:
    """Return an article unlike the others, of about 20 words a sentence."""
    place, what, who = (words[(number * 7 + n * 3) % 10] for n, words in enumerate(SUBJECTS))
    lines = [
        f"À {place}, {who} a parlé {number * 13 + line} fois des {SUBJECTS[1][(number + line) % 10]} et des {what}, "
        f"selon la dépêche {version} du {1 + line} mars que cite le journal numéro {number % 5}."
        for line in range(sentences)
    ]
    return Article(
        id=f"a{number:02}",
        text=" ".join(lines),
        title=f"{what.capitalize()} à {place}",
        outlet=("Le Monde", "Libération", "")[number % 3],
        published=("2022-03", "2022-03-02", "2022", "")[number % 4],
        language=language,
    )


def unit(rng: np.random.Generator, count: int, dimension: int) -> Vectors:
    """Return random unit vectors that half precision holds exactly enough: (count, dimension)."""
    vectors = rng.normal(size=(count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)
