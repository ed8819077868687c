"""What two texts share: word shingles, which tell exactly, and MinHash keys of sentences, which tell where to look.

Shingles, resemblance and containment are Broder's ("On the resemblance and containment of documents", 1997). The keys are
his min-wise hashes with banding, of each sentence rather than of the whole text: two articles find each other by what they
share even where that is one paragraph of a long page, which a signature of the whole would not show.

Words are hashed by BLAKE2 and mixed by the finaliser of SplitMix64, a permutation of 64 bits for each seed: the same
in every process, on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

Shingle = tuple[str, ...]
Hashes = NDArray[np.uint64]

VERSION = "sentences-5-2x2-v2"  # of ``keys`` and of the rules below: what was derived under another is derived again
BANDS, ROWS = 2, 2  # keys a sentence, and minima in a key: two sentences share one with 1 - (1 - J^2)^2
MOST_TEXT = 50_000  # characters that are compared, so that the time for one article is bounded
_WORDS = 5  # in a shingle
_LEAST_SENTENCE = 8  # words: a shorter one stands in too many articles to say anything
_SAME_STORY = 0.8  # resemblance from which two articles are one story
_CONTAINED = 0.9  # share of the shorter one's shingles in the longer one, which makes them one story too
_PRINTED = 0.8  # share of a passage's shingles, from which a text prints it
_VERSION = 1 / 3  # share of a sentence's word pairs, from which a text has it, be it in another version
_SHARED = 16  # shingles, those of 20 words: what two articles share beyond stock phrases
_WIDEST = 3  # passages of another article that a passage may lie across

# A sign of Chinese or Japanese is a word of its own: there are no spaces between them.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_ACCENT = re.compile("[\u0300-\u036f]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|[。！？\n]+")
_NUMBER = re.compile(
    r"\d|(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|quarante"
    r"|cinquante|soixante|septante|huitante|octante|nonante|cents?|mille|milliers?|millions?|milliards?|dizaines?|douzaines?"
    r"|quinzaines?|vingtaines?|trentaines?|quarantaines?|cinquantaines?|soixantaines?|centaines?|two|three|four|five|seven"
    r"|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty"
    r"|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|billions?)$"
)


def words(text: str) -> list[str]:
    """Return the words of a text, case folded; marks and spaces do not count."""
    return _WORD.findall(text[:MOST_TEXT].casefold())


def shingles(text: str) -> frozenset[Shingle]:
    """Return every run of five words of a text; all of its words as one where it has fewer, none where it has none."""
    found = words(text)
    if len(found) < _WORDS:
        return frozenset([tuple(found)] if found else [])
    return frozenset(zip(*(found[start:] for start in range(_WORDS)), strict=False))


def same_story(one: frozenset[Shingle], other: frozenset[Shingle]) -> bool:
    """Whether two articles are one story: they resemble each other, or one holds nearly all of the other.

    A text of a few words may stand in any article, so for it only resemblance counts.
    """
    shared, shorter = len(one & other), min(len(one), len(other))
    alike = shared >= _SAME_STORY * (len(one) + len(other) - shared)
    return bool(shared) and (alike or (shorter >= _SHARED and shared >= _CONTAINED * shorter))


def share_a_passage(one: frozenset[Shingle], other: frozenset[Shingle]) -> bool:
    """Whether two articles have more in common than stock phrases."""
    return len(one & other) >= _SHARED


def prints(part: frozenset[Shingle], text: frozenset[Shingle]) -> bool:
    """Whether a text has nearly all words of a part of another one in order, and all of its figures in theirs.

    A toll that was corrected makes another passage: both are to be shown. One other word may say the contrary, too, which
    shares do not tell: see ``edited``.
    """
    shared = part & text
    return bool(shared) and len(shared) >= _PRINTED * len(part) and not _figures(part - shared) - _words(shared)


def edited(part: Sequence[str], text: Sequence[str]) -> bool:
    """Whether a text has another version of one of these sentences: another name or verb, a negation, a word more or less.

    Each is to stand among the sentences of the text word for word, or not at all; or one is the other cut at its beginning
    or its end, to no less than half. Marks, case and accents do not count ("Etat", "État").
    """
    theirs = [words(_without_accents(sentence)) for sentence in text]
    pairs = set(chain.from_iterable(map(pairwise, theirs)))
    whole, marked = _run(chain.from_iterable(theirs)), _run(chain(["|"], *([*sentence, "|"] for sentence in theirs)))
    for sentence in (words(_without_accents(sentence)) for sentence in part):
        own = set(pairwise(sentence))
        if not own or len(own & pairs) < _VERSION * len(own) or _run(sentence) in whole:
            continue
        least = (len(sentence) + 1) // 2
        cut = any(
            _run([*sentence[:length], "|"]) in marked or _run(["|", *sentence[-length:]]) in marked
            for length in range(least, len(sentence))
        )
        if not cut and not any(len(other) >= least and _run(other) in _run(sentence) for other in theirs):
            return True
    return False


def stands_in(part: str, text: str) -> bool:
    """Whether a text has the words of a part of another one, each after the other, marks and case aside.

    Fewer than five must be all that it has: they may stand in any text.
    """
    ours, theirs = words(part), words(text)
    return bool(ours) and (ours == theirs or (len(ours) >= _WORDS and _run(ours) in _run(theirs)))


def same_words(one: str, other: str) -> bool:
    """Whether two sentences are one, printed twice: they have the same words, marks and case aside, and at least one."""
    return words(one) == words(other) != []


def _without_accents(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return _ACCENT.sub("", plain)


def _run(found: Iterable[str]) -> str:
    return f" {' '.join(found)} "


def places(passages: Sequence[frozenset[Shingle]]) -> dict[Shingle, list[int]]:
    """Return, for each shingle, the passages of an article that it stands in, in order."""
    found: dict[Shingle, list[int]] = {}
    for at, passage in enumerate(passages):
        for shingle in passage:
            found.setdefault(shingle, []).append(at)
    return found


def covering(part: frozenset[Shingle], where: Mapping[Shingle, Sequence[int]], count: int) -> range:
    """Return the passages of another article that together print ``part``, the fewest and then the first; maybe none.

    ``where`` is what ``places`` says of its ``count`` passages. Copies are rarely cut into passages at the same places, so a
    passage may lie across up to three of them.
    """
    held: dict[int, set[Shingle]] = {}
    for shingle in part:
        for at in where.get(shingle, ()):
            held.setdefault(at, set()).add(shingle)
    for width in range(1, min(_WIDEST, count) + 1):
        first, most = 0, frozenset[Shingle]()
        for start in sorted({at - back for at in held for back in range(width)}):
            if 0 <= start <= count - width:
                shared = frozenset[Shingle]().union(*(held.get(at, ()) for at in range(start, start + width)))
                first, most = (start, shared) if len(shared) > len(most) else (first, most)
        if prints(part, most):
            return range(first, first + width)
    return range(0)


def _words(found: frozenset[Shingle]) -> set[str]:
    return set(chain.from_iterable(found))


def _figures(found: frozenset[Shingle]) -> set[str]:
    return {word for word in _words(found) if _NUMBER.match(word)}


def keys(text: str) -> list[int]:
    """Return the keys (64 bits, signed) under which a text is looked up: texts that share a sentence share most of its keys.

    One is the hash of all words, which exact copies share however short they are; ``BANDS`` are of each sentence of at
    least eight words. Two sentences of resemblance J share one of theirs with probability 1 - (1 - J ** ROWS) ** BANDS.
    """
    cuts = [_WORD.findall(part) for part in _SENTENCE_END.split(text[:MOST_TEXT].casefold())]
    whole = " ".join(chain.from_iterable(cuts)).encode("utf-8", "surrogatepass")
    found = {int.from_bytes(blake2b(whole, digest_size=8).digest(), "little", signed=True)}
    sentences = [cut for cut in cuts if len(cut) >= _LEAST_SENTENCE]
    if sentences:
        lowest = minima(*hashes(sentences), BANDS * ROWS)
        for band in range(BANDS):
            mixed = np.full(len(sentences), band, np.uint64)
            for row in lowest[band * ROWS : (band + 1) * ROWS]:
                mixed = _mix(mixed + row)
            found.update(mixed.view(np.int64).tolist())
    return sorted(found)


def hashes(blocks: Sequence[Sequence[str]]) -> tuple[Hashes, NDArray[np.intp]]:
    """Return a hash of each shingle within a block of five words or more, in order, and where each block begins.

    Shapes (sum of len(block) - 4,) and (len(blocks),).
    """
    each = np.array([_word_hash(word) for word in chain.from_iterable(blocks)], np.uint64)
    lengths = np.array([len(block) for block in blocks])
    count = len(each) - _WORDS + 1
    mixed = each[:count] * _FACTORS[0]
    for n in range(1, _WORDS):
        mixed += each[n : count + n] * _FACTORS[n]
    ends = np.cumsum(lengths)[:-1]
    across = (ends[:, None] - np.arange(1, _WORDS)).ravel()  # shingles that begin in one block and end in the next
    return _mix(np.delete(mixed, across)), np.concatenate([[0], np.cumsum(lengths - _WORDS + 1)[:-1]])


def minima(values: Hashes, starts: NDArray[np.intp], count: int) -> Hashes:
    """Return the least value of each block under each of ``count`` permutations, shape (count, len(starts)).

    Two blocks of resemblance J have equal minima with probability J: over k permutations the share of equal ones
    estimates J with a standard error of sqrt(J (1 - J) / k).
    """
    seeds = _mix(np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN)
    return np.stack([np.minimum.reduceat(_mix(values ^ seed), starts) for seed in seeds])


_FACTORS = np.arange(3, 3 + 2 * _WORDS, 2, dtype=np.uint64)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@lru_cache(2**16)
def _word_hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
