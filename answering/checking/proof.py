"""Proof of a sentence that a chat model wrote: what supports it in the passages it cites, or why nothing does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.checking.checks import Fault, Ground, Reason, first_failure
from answering.checking.naming import find_names, stands_in
from answering.checking.numerals import in_digits, numerals, unproved_figures
from answering.comparing.copies import Printing, Sources
from answering.generating.marked import Sentence
from answering.judging.zero import above_zero, similarity_of_unrelated
from retrieval.facts.moments import find_moments
from retrieval.ranking.lexical import terms
from retrieval.sentences import sentence_spans
from retrieval.types import Embedder, Hit, Reader, Vectors

# Least support for a quotation in the claim's language, and in another: there no words are shared, and similarity is
# lower. Chosen on the open half of the lies (docs/evaluation.md).
FLOOR, FLOOR_ACROSS = 0.55, 0.35
# With a reader, across languages: the least probability that the quotation says what the claim says, and by how much the
# floor is lower beside it. In one language words tell more than the reader does: it takes free words for another matter.
READ, LESS = 0.2, 0.1
LEAST_WORDS = 0.15  # of what they have in common: three words in ten, where both are in one language
_BEHIND = 0.2  # a sentence that has so much less support than the best one is not what the claim is about
_CANDIDATES = 3  # sentences of a passage that are tried as its proof, the best supporting first
_NEAR = 1  # sentences on either side of a quotation, where what belongs to it may stand
_BEFORE = 700  # characters of the article before a quotation, that say who "il" is


@dataclass(frozen=True, slots=True)
class Proof:
    """The quotations that prove a sentence, one a passage; where there are none, ``failure`` says why."""

    quotations: tuple[Printing, ...]
    failure: Fault | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    """A passage read for proof: its sentences and their embeddings."""

    hit: Hit
    quotations: tuple[Printing, ...]
    vectors: Vectors


class Prover:
    """Proves sentences by the passages they cite; a passage is read when it is first cited.

    ``passages`` are numbered from 1, as the model was shown them; ``language`` is that of the sentences. A garbled
    sentence of a passage proves nothing where ``sources`` have its clean version: that one stands in its place.
    ``reader`` judges whether a quotation says what a sentence says; without one that is told by likeness alone.
    """

    def __init__(
        self,
        passages: Sequence[Hit],
        embedder: Embedder,
        language: str,
        sources: Sources = Sources(),
        reader: Reader | None = None,
    ) -> None:
        self._passages, self._embedder, self._language = passages, embedder, language
        self._sources, self._reader = sources, reader
        self._pages: dict[int, _Page] = {}

    def prove(self, sentence: Sentence) -> Proof:
        """Return a quotation for each cited passage that proves the sentence: supports it, and fails no check.

        Where no passage proves it alone, those that support it may do so together.
        """
        cited = [number for number in sentence.numbers if 1 <= number <= len(self._passages)]
        if not cited:
            return Proof((), Fault(Reason.MARKER))
        vector = self._embedder.embed_passages([sentence.text])[0]
        proved: list[Printing] = []
        supporting: list[tuple[_Page, int]] = []
        failures: list[Fault] = []
        for number in cited:
            page = self._pages.get(number) or self._read(number)
            found = self._supporting(sentence.text, vector, page)
            supporting += [(page, at) for at in found[:1]]
            outcomes = [(at, self._failure(sentence.text, [(page, at)])) for at in found]
            right = next((at for at, failure in outcomes if failure is None), None)
            if right is not None:
                proved.append(page.quotations[right])
            else:
                failures += [failure for _, failure in outcomes[:1] if failure] or [Fault(Reason.SUPPORT)]
        if proved:
            return Proof(tuple(proved))
        if len(supporting) > 1 and self._failure(sentence.text, supporting) is None:
            return Proof(tuple(page.quotations[at] for page, at in supporting))
        return Proof((), min(failures, key=lambda failure: failure.reason is Reason.SUPPORT))

    def _supporting(self, claim: str, vector: Vectors, page: _Page) -> list[int]:
        """Return the sentences of a passage that support the claim, the best first: those that hold its figures.

        Support is similarity, 0 for unrelated and 1 for equal, and what the two have in common.
        """
        zero = similarity_of_unrelated(self._embedder, page.hit.article.language, vector)
        figures = numerals(in_digits(claim))
        found: list[tuple[float, int]] = []
        for at, (quotation, cosine) in enumerate(zip(page.quotations, (page.vectors @ vector).tolist(), strict=True)):
            language = quotation.article.language
            shared = self._overlap(claim, quotation.text, language)
            support = above_zero(cosine, zero) + shared
            across = language != self._language
            floor = FLOOR_ACROSS - (LESS if self._reader else 0) if across else FLOOR
            if support >= floor and (across or shared >= LEAST_WORDS):
                found.append((support + _share(figures, numerals(in_digits(quotation.text))), at))
        found.sort(key=lambda one: (-one[0], one[1]))
        best = [at for support, at in found[:_CANDIDATES] if support > found[0][0] - _BEHIND]
        if self._reader is None or not best or page.hit.article.language == self._language:
            return best
        texts = [_with_context(page, at) for at in best]
        read = self._reader.support(claim, texts)
        return [
            at
            for probability, at in sorted(zip(read, best, strict=True), key=lambda one: -one[0])
            if probability >= READ
        ]

    def _overlap(self, claim: str, text: str, language: str) -> float:
        """Return half the share of the claim's words in the text, in either language, and a tenth of its names'."""
        words = max(_share(_words(claim, code), _words(text, code)) for code in {self._language, language})
        return words / 2 + self._shared_names(claim, text, language) / 10

    def _shared_names(self, claim: str, text: str, language: str) -> float:
        names = [name for name in find_names(claim, self._language) if not name.weak]
        others = find_names(text, language)
        held = [stands_in(name, others, text) for name in names]
        figures = set(numerals(in_digits(claim)))
        held += [True] * (len(figures) - len(unproved_figures(in_digits(claim), [in_digits(text)])))
        held += [False] * (len(names) + len(figures) - len(held))
        return sum(held) / len(held) if len(held) > 1 else 0.0

    def _failure(self, claim: str, quoted: Sequence[tuple[_Page, int]]) -> Fault | None:
        grounds = [self._ground(page, at) for page, at in quoted]
        return first_failure(claim, self._language, Ground.together(grounds), self._embedder)

    def _ground(self, page: _Page, at: int) -> Ground:
        quotation, article = page.quotations[at], page.quotations[at].article
        moments = find_moments(article.text, article.language, article.published)
        texts = [each.text for each in page.quotations]
        return Ground(
            quotation=quotation.text,
            near=(texts[at], *texts[max(0, at - _NEAR) : at], *texts[at + 1 : at + 1 + _NEAR]),
            before=f"{article.title}\n{article.text[max(0, quotation.start - _BEFORE) : quotation.start]}",
            passage=" ".join([article.title, *texts]),
            language=article.language,
            outlets=(article.outlet,) if re.search(r"[^\W\d]", article.outlet) else (),
            published=(article.published,),
            told=tuple((m.first, m.last) for m in moments if quotation.start <= m.start < quotation.end),
        )

    def _read(self, number: int) -> _Page:
        hit = self._passages[number - 1]
        article, offset, language = hit.article, hit.passage.start, hit.article.language
        spans = sentence_spans(hit.text, language)
        quotations = tuple(self._sources.clean(Printing(article, offset + a, offset + b)) for a, b in spans)
        vectors = self._embedder.embed_passages([quotation.text for quotation in quotations])
        self._pages[number] = _Page(hit, quotations, vectors)
        return self._pages[number]


def _with_context(page: _Page, at: int) -> str:
    return " ".join(each.text for each in page.quotations[max(0, at - 1) : at + 1])


def _words(text: str, language: str) -> list[str]:
    return [term for term in terms(text, language) if not term.isdigit()] + numerals(text)


def _share(wanted: Sequence[str], present: Sequence[str]) -> float:
    return len(set(wanted) & set(present)) / len(set(wanted)) if wanted else 0.0
