"""Make the reader's base small enough to travel: the weights file with the words that the training never shows blanked.

    python -m training.reader_pack FOLDER      # writes FOLDER/weights.bin.xz

Of 250,000 words a quarter occurs in what the reader learns from; rows of zeros pack to nothing. On the other machine,
``xz -d`` it and give it to ``training.reader_train`` as ``--weights``. A reader trained so is the same one.
"""

from __future__ import annotations

import argparse
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from retrieval.encoding.bundled import read_weights
from training.reader_sources import news_articles, piaf, xquad
from training.reader_tokens import Tokenizer, load_tokenizer, weights_file


def texts() -> Iterator[str]:
    """Yield every text that is trained on or judged by, the test part's aside."""
    articles, headings = news_articles()
    for title, text in articles:
        yield title
        yield text
    yield from (heading for _, heading in headings)
    for load in (piaf, xquad):
        for part in ("train", "dev"):
            questions = load(part)
            for passage in questions.passages:
                yield from passage.values()
            for asked in questions.asked:
                yield from asked.texts.values()


def used(tokenizer: Tokenizer, texts: Iterable[str]) -> set[int]:
    """Return the ids of the pieces that texts are made of, with the marks and prefixes that every pair has."""
    found = set(tokenizer.encode("", "").ids.tolist()) | {0, 1, 2, 3}
    for text in texts:
        found.update(tokenizer.pieces(text)[0])
    return found


def thinned(source: Path, kept: set[int]) -> bytes:
    """Return a weights file in which the word embeddings of all but some pieces are zero."""
    weights = read_weights(source)
    rows = weights.tensors["emb.word"][1]
    data = bytearray(source.read_bytes())
    start = data.find(rows[: 1 << 16].tobytes())
    table = np.frombuffer(data, np.uint8, len(rows), start).reshape(weights.shape.vocabulary, -1)
    dropped = np.ones(len(table), bool)
    dropped[sorted(kept)] = False
    table[dropped] = 0
    return bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pack the weights that the reader starts from.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    kept = used(load_tokenizer(read_weights(weights_file())), texts())
    path = folder / "weights.bin.xz"
    path.write_bytes(lzma.compress(thinned(weights_file(), kept), preset=6))
    print(f"{path}: {len(kept):,} words, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
