"""Where a sentence is cited from: the article that printed it first, with the others that print it; never a garbled one.

Copies are one source. What says the same in other words is no copy: it is not named as printing the sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answering.types import Citation, Claim
from retrieval.archive import Archive
from retrieval.errors import NotFound
from retrieval.facts.duplicates import order
from retrieval.sentences import Span
from retrieval.types import Article, Filters


@dataclass(frozen=True, slots=True)
class Printing:
    """A sentence as an article prints it: ``article.text[start:end]``."""

    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


class Sources:
    """The articles that an answer may cite: those of an archive that pass the filters; without one, only those found."""

    def __init__(self, archive: Archive | None = None, filters: Filters = Filters()) -> None:
        self._archive, self._filters = archive, filters

    def clean(self, found: Printing) -> Printing:
        """Return the clean version of a garbled sentence, or the sentence as it is."""
        if self._archive is None or not self.mangled(found):
            return found
        try:
            clean = self._archive.clean_version(found.article.id, found.start, found.end, self._filters)
        except NotFound:  # removed meanwhile
            return found
        return Printing(*clean) if clean else found

    def mangled(self, found: Printing) -> tuple[Span, ...]:
        """Return the (start, end) of the mangled words of a sentence, in its article."""
        return self._archive.garbled(found.article.id, found.start, found.end) if self._archive else ()

    def cite(self, marker: int, found: Sequence[Printing]) -> Citation:
        """Return a citation of a sentence where it was printed first, as far as that can be quoted.

        ``found`` are printings of its words, at least one. To them come the other articles of the archive that print it:
        those that do so to the letter can be cited, all are named.
        """
        printings = {each.article.id: each for each in reversed(found)}
        others: dict[str, tuple[str, ...]] = {}
        asked = set[str]()
        while (first := min(printings.values(), key=lambda each: order(each.article))).article.id not in asked:
            asked.add(first.article.id)
            for article in self._printing(first):
                at = article.text.find(first.text)
                if at >= 0:
                    printings.setdefault(article.id, Printing(article, at, at + len(first.text)))
                others[article.id] = order(article)
        others |= {each.article.id: order(each.article) for each in found}
        others.pop(first.article.id, None)
        also_in = tuple(sorted(others, key=lambda one: others[one]))
        return Citation(marker, first.article, first.start, first.end, also_in, self.mangled(first))

    def _printing(self, found: Printing) -> list[Article]:
        if self._archive is None:
            return []
        articles = []
        for article_id in self._archive.printed_in(found.article.id, found.start, found.end, self._filters):
            try:
                articles.append(self._archive.article(article_id))
            except NotFound:  # removed meanwhile
                continue
        return articles


def rests_on_garbled(claims: Sequence[Claim], citations: Sequence[Citation]) -> bool:
    """Whether some claim has no other proof than garbled sentences."""
    garbled = {citation.marker for citation in citations if citation.garbled}
    return any(garbled.issuperset(claim.markers) for claim in claims)
