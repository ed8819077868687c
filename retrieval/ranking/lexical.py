"""The lexical index: Tantivy's BM25 over passages, with each language analysed by its own stemmer and stop words.

Derived from the store and disposable: it carries the number of the last change that it contains.
"""

from __future__ import annotations

import json
import math
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

LAYOUT = 1  # of the fields; an index of another layout is built anew
_STEMMED = {
    "ar": "arabic", "da": "danish", "nl": "dutch", "en": "english", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hu": "hungarian", "it": "italian", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "es": "spanish", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_STOPPED = {"da", "nl", "en", "fi", "fr", "de", "hu", "it", "no", "pt", "ru", "es", "sv"}
_UNSPACED = {"zh", "ja", "ko", "th"}  # written without spaces between words: indexed by pairs of characters
_FIELDS = (*_STEMMED, "cjk", "other")
_STATE = "kiosque.json"  # layout, and the last change that the index contains
_LONGEST_WORD = 60
_SPREAD_OVER = 1000  # passages whose scores make mean and deviation; all others count as zero
_LONGEST_QUERY = 200  # terms: a question is short, and a pasted article must not stall the search


def field_of(language: str) -> str:
    """Return the field in which text of a language is indexed."""
    if language in _UNSPACED:
        return "cjk"
    return language if language in _STEMMED else "other"


@cache
def _analyzer(field: str) -> tantivy.TextAnalyzer:
    if field == "cjk":
        return (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2, False)).filter(tantivy.Filter.lowercase()).build()
        )
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_WORD)).filter(tantivy.Filter.lowercase())
    if field in _STOPPED:
        builder = builder.filter(tantivy.Filter.stopword(_STEMMED[field]))
    if field in _STEMMED:
        builder = builder.filter(tantivy.Filter.stemmer(_STEMMED[field]))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def terms(text: str, language: str) -> list[str]:
    """Return the index terms of a text, in order: what BM25 sees of it."""
    return list(_analyzer(field_of(language)).analyze(_composed(text)))


def _composed(text: str) -> str:
    """Return a text as articles are stored: NFC, and without the lone surrogates that Tantivy refuses."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_unsigned_field("article", indexed=True)
    for field in _FIELDS:
        builder.add_text_field("text_" + field, tokenizer_name="text_" + field, index_option="freq")
    return builder.build()


def _register(index: tantivy.Index) -> tantivy.Index:
    for field in _FIELDS:
        index.register_tokenizer("text_" + field, _analyzer(field))
    index.config_reader("manual")  # else it takes up what other processes commit, at any moment
    return index


def _passage_query(passage: int) -> tantivy.Query:
    return tantivy.Query.term_query(_schema(), "passage", passage)


def _passages(searcher: tantivy.Searcher, addresses: list[tantivy.DocAddress]) -> list[int]:
    return [int(value or 0) for value in searcher.fast_field_values("passage", addresses)]


@dataclass(frozen=True, slots=True)
class LexicalHits:
    """Passages with their BM25 scores, best first, and the mean and deviation of the score over the whole archive."""

    ids: list[int]
    scores: list[float]
    mean: float
    deviation: float


class LexicalIndex:
    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``. Where none can be read, ``change`` is -1 until ``update`` begins one.

        Opening writes nothing: another process may be writing there.
        """
        self._folder = folder
        self.reload()

    def reload(self) -> None:
        """Open what is on disk now: another process may have changed it."""
        self.reset()
        change = self.last_written(self._folder)
        if change < 0:
            return
        try:
            index = _register(tantivy.Index.open(str(self._folder)))
            for field in _FIELDS:
                index.searcher().doc_freq("text_" + field, "")  # opens the files of postings, which may be missing
        except (ValueError, OSError):  # damaged: all of it can be made again
            return
        self._index, self.change = index, change

    @staticmethod
    def last_written(folder: Path) -> int:
        """Return the last change that what is written in ``folder`` contains, -1 where there is none of this layout."""
        try:
            state = json.loads((folder / _STATE).read_text("utf-8"))
            return int(state["change"]) if state["layout"] == LAYOUT else -1
        except (OSError, ValueError, KeyError, TypeError):
            return -1

    def reset(self) -> None:
        """Forget everything, in memory; the next update begins anew on disk."""
        self._index, self.change = tantivy.Index(_schema()), -1

    def _begin(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index = _register(tantivy.Index(_schema(), str(self._folder)))

    def update(
        self, removed: Sequence[int], added: Iterable[tuple[int, int, str, str, str, bytes]], change: int
    ) -> None:
        """Take out and put in passages, as ``Store.removed_since`` and ``passages_since`` give them. For one writer.

        The number is written after the commit, so a kill in between only means that the same update comes again: what
        is put in is taken out first.
        """
        if self.change < 0:
            self._begin()
        writer = self._index.writer(64_000_000, 1)
        fresh = self._index.searcher().num_docs == 0
        for passage in removed:
            writer.delete_documents_by_query(_passage_query(passage))
        for passage, article, title, text, language, _ in added:
            if not fresh:
                writer.delete_documents_by_query(_passage_query(passage))
            document = tantivy.Document()
            document.add_unsigned("passage", passage)
            document.add_unsigned("article", article)
            document.add_text("text_" + field_of(language), f"{title}\n{text}")
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        state = self._folder / _STATE
        temporary = state.with_suffix(".tmp")
        temporary.write_text(json.dumps({"layout": LAYOUT, "change": change}), "utf-8")
        temporary.replace(state)
        self.change = change

    def search(
        self, query: str, languages: Sequence[str], limit: int, articles: Sequence[int] | None = None
    ) -> LexicalHits:
        """Return the ``limit`` best passages; ``articles`` limits the search to these article numbers.

        ``languages`` are those of the archive: the query is analysed as each. Passages beyond the first thousand count
        as zero in mean and deviation: theirs are the smallest scores of all.
        """
        searcher = self._index.searcher()
        parsed = self._parse(query, languages)
        if parsed is None or searcher.num_docs == 0:
            return LexicalHits([], [], 0.0, 0.0)
        reach = max(limit, _SPREAD_OVER)
        found = searcher.search(parsed, reach, count=False).hits
        scores = np.array([score for score, _ in found[:_SPREAD_OVER]], np.float64)
        mean = float(scores.sum() / searcher.num_docs)
        deviation = float(np.sqrt(max((scores**2).sum() / searcher.num_docs - mean**2, 0.0)))
        if articles is not None:  # mean and deviation stay those of the whole archive
            found = searcher.search(self._limit(parsed, "article", articles), reach, count=False).hits
        # Cut only once ties are in order of id: the searcher's own order depends on how the index came about.
        ids = _passages(searcher, [address for _, address in found])
        order = sorted(zip(ids, (score for score, _ in found), strict=True), key=lambda hit: (-hit[1], hit[0]))[:limit]
        return LexicalHits([i for i, _ in order], [score for _, score in order], mean, deviation)

    def scores(self, query: str, languages: Sequence[str], passages: Sequence[int]) -> NDArray[np.float32]:
        """Return the BM25 score of given passages, shape (len(passages),); 0 where no term of the query occurs."""
        searcher = self._index.searcher()
        parsed = self._parse(query, languages)
        if parsed is None or not passages or searcher.num_docs == 0:
            return np.zeros(len(passages), np.float32)
        found = searcher.search(self._limit(parsed, "passage", passages), len(passages), count=False).hits
        ids = _passages(searcher, [address for _, address in found])
        by_id = {i: score for i, (score, _) in zip(ids, found, strict=True)}
        return np.array([by_id.get(i, 0.0) for i in passages], np.float32)

    def rarity(self, words: Sequence[str], language: str) -> list[float]:
        """Return the inverse document frequency of terms of a language (see ``terms``) among all passages, each >= 0."""
        searcher = self._index.searcher()
        field, total = "text_" + field_of(language), searcher.num_docs
        frequencies = (searcher.doc_freq(field, word) for word in words)
        return [math.log(1 + (max(total - df, 0) + 0.5) / (df + 0.5)) for df in frequencies]

    def _parse(self, query: str, languages: Sequence[str]) -> tantivy.Query | None:
        fields = sorted({field_of(language) for language in languages})
        clauses = []
        for field in fields:
            for term in dict.fromkeys(_analyzer(field).analyze(_composed(query))[:_LONGEST_QUERY]):
                clauses.append(
                    (tantivy.Occur.Should, tantivy.Query.term_query(_schema(), "text_" + field, term, "freq"))
                )
        return tantivy.Query.boolean_query(clauses) if clauses else None

    def _limit(self, query: tantivy.Query, field: str, values: Sequence[int]) -> tantivy.Query:
        members = tantivy.Query.term_set_query(_schema(), field, list(values))
        only = tantivy.Query.const_score_query(members, 0.0)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, only)])
