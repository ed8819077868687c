"""The pages of a PDF, as offsets in the text of its article: on which one a quotation stands, and how text moves them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from retrieval.text import normalise
from retrieval.types import Article


def page_of(article: Article, offset: int) -> int | None:
    """Return the page, from 1, on which an offset in an article's text stands; None for what has no pages."""
    return bisect_right(article.pages, offset) or None


def address_at(article: Article, offset: int) -> str:
    """Return an article's address, that of a PDF at the page of an offset (see ``page_address``)."""
    return page_address(article.url, page_of(article, offset))


def page_address(url: str, page: int | None) -> str:
    """Return the address at which a PDF opens at a page, where its reader obeys RFC 8118; of all else, as it is."""
    is_pdf = page and "#" not in url and url.partition("?")[0].lower().endswith(".pdf")
    return f"{url}#page={page}" if is_pdf else url


def moved(starts: Sequence[int], before: str, after: str) -> tuple[int, ...]:
    """Return offsets into ``before`` as offsets into ``after``, which holds some of its lines, in order, normalised.

    An offset in a line that is gone becomes that of the next line kept, or the end.
    """
    old = before.split("\n")
    places = list(accumulate((len(line) + 1 for line in old), initial=0))
    new = after.split("\n")
    begins = list(accumulate((len(line) + 1 for line in new), initial=0))
    found: list[int] = []
    kept = number = 0
    for start in starts:
        while number + 1 < len(old) and places[number + 1] <= start:  # to the line that holds it
            kept += kept < len(new) and normalise(old[number]) == new[kept]
            number += 1
        stays = kept < len(new) and normalise(old[number]) == new[kept]
        column = min(start - places[number], len(new[kept])) if stays else 0
        found.append(min(begins[kept] + column, len(after)))
    return (0, *found[1:]) if found else ()
