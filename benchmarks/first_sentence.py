"""How long a sentence of a chat model waits to be shown: from its last piece sent to ``on_sentence``, its proof included.

python -m benchmarks.first_sentence [--answers 60] [--think .4] [--between .02] [--json var/benchmarks/first_sentence.json]

A server on loopback speaks OpenAI's protocol, LangChain's own client reads it, and the answerer's ``write`` judges. What
is written are true sentences in free words about the seed articles (``evaluation/sets/lies.tsv``), in French, English and
Russian by turns, three an answer, each with a marker of the twelve passages that the archive finds. ``think`` seconds
go by before the first piece (up to four characters), ``between`` seconds before each other. Measured is the first sentence
of an answer, with the reader and without, and beside it in the same run: embedding one passage, and judging once the
whole answer is there. Processor time is that of the whole process: on a machine with other work it says more.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, overload

import numpy as np

from answering.comparing.copies import Sources
from answering.conversation import Conversation
from answering.generating.chat import connect_chat_model
from answering.generating.generative import judge, write
from answering.listening import Listener
from answering.settings import ROOT, Settings, load_settings
from benchmarks.orangesum import WORK
from benchmarks.report import percentiles, print_table, write_json
from evaluation.lies import TRUE, Line, read_lines
from retrieval.archive import Archive
from retrieval.encoding.bundled import prepare
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.judging.bundled_reader import WEIGHTS, BundledReader
from retrieval.reading.sources import FolderSource
from retrieval.types import Embedder, Filters, Hit, PassageReading, Reader, Vectors
from tests.openai_server import Reply, serving

_PASSAGES, _SENTENCES = 12, 3
_PIECE = re.compile(r"\s*\S{1,4}")


def main() -> None:
    parser = argparse.ArgumentParser(description="From a sentence's last piece to its being shown.")
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--think", type=float, default=0.4, help="seconds before the first piece")
    parser.add_argument("--between", type=float, default=0.02, help="seconds between two pieces")
    parser.add_argument("--json", type=Path, default=WORK / "first_sentence.json")
    arguments = parser.parse_args()
    settings = load_settings()
    prepare(settings.model_dir)
    embedder = BundledEmbedder(settings.model_dir, settings.threads)
    reader = BundledReader(settings.model_dir, WEIGHTS, settings.threads, embedder.tables)
    figures: dict[str, Any] = {"think_s": arguments.think, "between_s": arguments.between}
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "index", embedder) as archive:
        archive.index(FolderSource(ROOT / "seeds"))
        scripts = written(archive, arguments.answers + 1)
        for name, judged_by in (("without_reader", None), ("with_reader", reader)):
            timed = [
                answered(script, archive, settings, judged_by, arguments.think, arguments.between) for script in scripts
            ][1:]  # the first one warms up
            figures |= {f"{name}_{key}": value for key, value in summary(timed).items()}
    print_table("First proved sentence", figures)
    write_json(arguments.json, figures)


@dataclass(frozen=True, slots=True)
class Script:
    """An answer as it will be written, and the passages that the model is shown."""

    language: str
    sentences: tuple[str, ...]
    passages: tuple[Hit, ...]


def written(archive: Archive, count: int) -> list[Script]:
    """Return up to ``count`` answers, the languages by turns: a true sentence, and two more on other facts."""
    lines = [line for line in read_lines() if line.kind == TRUE]
    by_language = {code: [line for line in lines if line.language == code] for code in ("fr", "en", "ru")}
    scripts = chain.from_iterable(
        zip(*([script(archive, own, at) for at in range(len(own))] for own in by_language.values()), strict=False)
    )
    return [one for one in scripts if one][:count]


def script(archive: Archive, lines: Sequence[Line], at: int) -> Script:
    """Return the answer that begins with a line; its passages are what the archive finds for it, and the cited ones."""
    told = [lines[(at + step * 7) % len(lines)] for step in range(_SENTENCES)]
    cited = [next(hit for hit in _found(archive, line, line.anchor) if line.anchor in hit.text) for line in told]
    others = [hit for hit in _found(archive, told[0]) if all(hit.passage.id != one.passage.id for one in cited)]
    by_place = {hit.passage.id: hit for hit in [*others[: _PASSAGES - len(cited)], *cited]}
    passages = tuple(by_place.values())
    places = [list(by_place).index(hit.passage.id) + 1 for hit in cited]
    sentences = tuple(f"{line.text} [{place}]" for line, place in zip(told, places, strict=True))
    return Script(lines[at].language, sentences, passages)


def _found(archive: Archive, line: Line, words: str = "") -> list[Hit]:
    filters = Filters(article_ids=(line.article,)) if words else Filters()
    return archive.search(words or line.text, limit=100, filters=filters)


class Pieces(Sequence[str]):
    """The pieces of a text, sent at a pace; ``sent`` holds when each was sent, by the clock and of the processor."""

    def __init__(self, text: str, think: float, between: float) -> None:
        self.sent: list[tuple[float, float]] = []
        self._pieces, self._think, self._between = _PIECE.findall(text), think, between

    def __iter__(self) -> Iterator[str]:
        time.sleep(self._think)
        for piece in self._pieces:
            yield piece
            self.sent.append(_now())  # the server has written it, and asks for the next
            time.sleep(self._between)

    def __len__(self) -> int:
        return len(self._pieces)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._pieces[index]


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


@dataclass(slots=True)
class Spans:
    """When something was at work: (began, ended), seconds."""

    at: list[tuple[float, float]] = field(default_factory=list)

    def within(self, began: float, ended: float) -> float:
        return sum(max(0.0, min(end, ended) - max(start, began)) for start, end in self.at)


class TimedEmbedder:
    """An embedder whose work is timed."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimension, self._embedder, self.spans = embedder.name, embedder.dimension, embedder, Spans()

    def embed_query(self, text: str) -> Vectors:
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        began = time.perf_counter()
        vectors = self._embedder.embed_passages(texts)
        self.spans.at.append((began, time.perf_counter()))
        return vectors


class TimedReader:
    """A reader whose ``support`` is timed."""

    def __init__(self, reader: Reader) -> None:
        self.name, self._reader, self.spans = reader.name, reader, Spans()

    def relevance(self, question: str, passages: Sequence[str]) -> list[float]:
        return self._reader.relevance(question, passages)

    def read(self, question: str, passages: Sequence[str]) -> list[PassageReading]:
        return self._reader.read(question, passages)

    def support(self, statement: str, passages: Sequence[str]) -> list[float]:
        began = time.perf_counter()
        found = self._reader.support(statement, passages)
        self.spans.at.append((began, time.perf_counter()))
        return found


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one answer's first sentence; ``None`` for what was shown first is not it.

    ``waited``: until the piece after it, which shows that it is over. ``processor`` is that of all threads.
    """

    shown: float | None
    waited: float
    embedding: float
    reading: float
    processor: float
    one_passage: float
    after_the_whole: float


def answered(
    script: Script, archive: Archive, settings: Settings, reader: Reader | None, think: float, between: float
) -> Timed:
    pieces = Pieces("\n".join(script.sentences), think, between)
    last = len(_PIECE.findall(script.sentences[0])) - 1
    embedder, timed = TimedEmbedder(archive.embedder), TimedReader(reader) if reader else None
    heard: list[tuple[str, float, float]] = []
    sources = Sources(archive, Filters())
    with serving(Reply(pieces), Reply(["NO_ANSWER"])) as server:
        changed = {"chat_model": "openai:scripted", "chat_base_url": server.url}
        model = connect_chat_model(settings.model_copy(update=changed))
        listener = Listener(lambda text: heard.append((text, *_now())))
        write(
            model, "?", script.passages, Conversation(), script.language, embedder, listener, sources, reader=timed
        )  # fmt: skip
    (sent, used), (over, _), (end, _) = pieces.sent[last], pieces.sent[last + 1], pieces.sent[-1]
    first = heard[0] if heard and heard[0][0].startswith(script.sentences[0].rpartition(" [")[0]) else None
    began = time.perf_counter()
    judge("\n".join(script.sentences), script.passages, script.language, archive.embedder, reader)
    judged = time.perf_counter()
    archive.embedder.embed_passages([script.passages[0].text])
    embedded = time.perf_counter()
    at, processor = (first[1], first[2] - used) if first else (sent, 0.0)
    parts = (over - sent, embedder.spans.within(over, at), timed.spans.within(over, at) if timed else 0.0, processor)
    shown = 1000 * (at - sent) if first else None
    waited, embedding, reading, processing = (1000 * part for part in parts)
    whole = 1000 * (end - sent + judged - began)
    return Timed(shown, waited, embedding, reading, processing, 1000 * (embedded - judged), whole)


def summary(timed: Sequence[Timed]) -> dict[str, Any]:
    """Return percentiles in milliseconds over the answers whose first sentence was shown first, and ratios of medians."""
    shown = [one for one in timed if one.shown is not None]
    columns: dict[str, list[float]] = {
        "ms": [one.shown or 0.0 for one in shown],
        "waited_for_the_next_piece_ms": [one.waited for one in shown],
        "embedding_ms": [one.embedding for one in shown],
        "reading_ms": [one.reading for one in shown],
        "other_checks_ms": [(o.shown or 0.0) - o.waited - o.embedding - o.reading for o in shown],
        "processor_ms": [one.processor for one in shown],
        "embedding_one_passage_ms": [one.one_passage for one in shown],
        "judging_after_the_whole_answer_ms": [one.after_the_whole for one in shown],
    }
    figures: dict[str, Any] = {"answers": len(timed), "answers_whose_first_sentence_was_proved": len(shown)}
    for name, values in columns.items():
        figures |= percentiles(name, np.array(values))
    for other in ("embedding_one_passage", "judging_after_the_whole_answer"):
        figures[f"ratio_to_{other}"] = figures["ms_p50"] / figures[f"{other}_ms_p50"]
    return figures


if __name__ == "__main__":
    main()
