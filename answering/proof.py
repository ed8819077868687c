"""Proof of a sentence that a chat model wrote: the sentences of the passages it cites that support it, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answering.copies import Printing, Sources
from answering.marked import Sentence
from answering.numerals import numerals, unproved_figures
from answering.zero import above_zero, similarity_of_unrelated
from retrieval.ranking.lexical import terms
from retrieval.sentences import sentence_spans
from retrieval.types import Embedder, Hit, Vectors

# Least support for a quotation, chosen to lose true sentences rather than keep false ones. With the bundled encoder on
# the seeds, 8 of 11 true claims in five languages had .52 to 1.38 (the others .27 to .42: free translations), and 12 of
# 13 sentences about something else .0 to .44 (the other, about the same people, .58).
FLOOR = 0.5
_SITE = re.compile(r"(?:[\w-]+\.)+(?:[a-z]{2,4}|info|site|online|news|media)\b|@\w{3,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Page:
    """A passage read for proof: its sentences and their embeddings."""

    quotations: tuple[Printing, ...]
    vectors: Vectors


class Prover:
    """Proves sentences by the passages they cite; a passage is read when it is first cited.

    ``passages`` are numbered from 1, as the model was shown them; ``language`` is that of the sentences. A garbled
    sentence of a passage proves nothing where ``sources`` have its clean version: that one stands in its place.
    """

    def __init__(
        self, passages: Sequence[Hit], embedder: Embedder, language: str, sources: Sources = Sources()
    ) -> None:
        self._passages, self._embedder, self._language, self._sources = passages, embedder, language, sources
        self._pages: dict[int, _Page] = {}

    def prove(self, sentence: Sentence) -> tuple[Printing, ...]:
        """Return a quotation for each cited passage that supports the sentence; empty: it must not be shown.

        It must not when no cited passage exists or supports it, or when a figure or the name of a site in it stands in
        none of those that do. A quotation is left out where another has all of the sentence's figures that it has, and
        more: the toll of 33 proves no sentence about 47.
        """
        cited = [number for number in sentence.numbers if 1 <= number <= len(self._passages)]
        if not cited:
            return ()
        vector = self._embedder.embed_passages([sentence.text])[0]
        best = {number: self._support(sentence.text, vector, number) for number in cited}
        proof = {number: quotation for number, quotation in best.items() if quotation is not None}
        held = {number: self._held(sentence.text, quotation) for number, quotation in proof.items()}
        proof = {n: quotation for n, quotation in proof.items() if not any(held[n] < more for more in held.values())}
        hits = [self._passages[number - 1] for number in proof]
        if not proof or _unproved(sentence.text, hits):
            return ()
        return tuple(proof.values())

    @staticmethod
    def _held(claim: str, quotation: Printing) -> set[str]:
        """Return the figures of the claim that stand in a quotation, or in its article's date."""
        return unproved_figures(claim, []) - unproved_figures(claim, [quotation.text], [quotation.article.published])

    def _support(self, claim: str, vector: Vectors, number: int) -> Printing | None:
        """Return the sentence of a passage that best supports the claim, or None when that is too little.

        Support is similarity, 0 for unrelated and 1 for equal, plus half the share of the claim's terms and figures
        that the sentence holds. Of supporting ones, those that hold the claim's figures come first.
        """
        page = self._pages.get(number) or self._read(number)
        found: list[tuple[float, float, Printing]] = []
        zero = similarity_of_unrelated(self._embedder, self._passages[number - 1].article.language, vector)
        for quotation, cosine in zip(page.quotations, (page.vectors @ vector).tolist(), strict=True):
            text = quotation.text
            similarity = above_zero(cosine, zero)
            support = similarity + self._overlap(claim, text, quotation.article.language) / 2
            if support >= FLOOR:
                found.append((support + _share(numerals(claim), numerals(text)), support, quotation))
        return max(found, key=lambda item: (item[0], item[1], -item[2].start))[2] if found else None

    def _overlap(self, claim: str, text: str, language: str) -> float:
        """Return the share of the claim's terms in the text, by its language or the article's: whichever finds more."""
        return max(_share(_words(claim, code), _words(text, code)) for code in {self._language, language})

    def _read(self, number: int) -> _Page:
        hit = self._passages[number - 1]
        article, offset, language = hit.article, hit.passage.start, hit.article.language
        spans = sentence_spans(hit.text, language)
        quotations = tuple(self._sources.clean(Printing(article, offset + a, offset + b)) for a, b in spans)
        vectors = self._embedder.embed_passages([quotation.text for quotation in quotations])
        self._pages[number] = _Page(quotations, vectors)
        return self._pages[number]


def _words(text: str, language: str) -> list[str]:
    return [term for term in terms(text, language) if not term.isdigit()] + numerals(text)


def _share(wanted: Sequence[str], present: Sequence[str]) -> float:
    return len(set(wanted) & set(present)) / len(set(wanted)) if wanted else 0.0


def _unproved(claim: str, hits: Sequence[Hit]) -> bool:
    """Whether the claim holds a figure or a site's name that the passages do not."""
    for hit in hits:  # "selon France 24": an outlet's name is shown to the model, and proved by the citation itself
        claim = claim.replace(hit.article.outlet, " ") if re.search(r"[^\W\d]", hit.article.outlet) else claim
    texts = [hit.text for hit in hits]
    sites = (site.casefold() for site in _SITE.findall(claim))
    if any(not any(site in text.casefold() for text in texts) for site in sites):
        return True
    return bool(unproved_figures(claim, texts, [hit.article.published for hit in hits]))
