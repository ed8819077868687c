"""Mangled text: words spun by a machine, garbled by a scanner or a typist, run together, or in a broken encoding.

A word is mangled when it is in no list of its language, nor of English, nor made from a listed one by a prefix or a verb's
ending; or when it bears the marks of a broken encoding. Words of less than five letters, names and abbreviations (anything
with a capital) are never judged: what is put in place of them goes unnoticed, and so does a real word in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import product

from retrieval.facts.wordlists import LANGUAGES, SHORTEST, is_word
from retrieval.language import detect_language
from retrieval.sentences import Span

# UTF-8 read as Windows-1252 or 1251 ("dÃ©jÃ ", "lâ€™ONU", "ÐºÐ¸Ñ—Ð²", "РєРёС—РІ"), and characters that nobody could read.
_TRAIL = "[\u00a0-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€]"
_TRAIL_1251 = "[\u00a0-\u00bfЂЃѓ„…†‡€‰Љ‹ЊЌЋЏђ‚‘’“”•–—™љ›њќћџЎўЈҐЁЄЇІіґё№єјЅѕї]"
_ENCODING = re.compile(
    rf"\ufffd|â€|(?<![A-ZÀ-Þ])(?:[ÂÃ]{_TRAIL}|Ã(?=\s|\Z))|(?:[ÐÑ]{_TRAIL}){{2,}}|(?:[РС]{_TRAIL_1251}){{2,}}"
)
_WORDS = re.compile(r"[^\W_]+(?:\?[^\W\d_]+)*")
_SCRIPTS = re.compile("[a-zß-ÿ][а-яіїєґ]|[а-яіїєґ][a-zß-ÿ]")
_LIST_CODES = frozenset(LANGUAGES)
_LATIN = re.compile("[a-zß-ɏ\u0300-\u036f]+")  # the script of all languages with a list

# A word beside one of these is part of an address, a tag, a file name or a masked word.
_BESIDE = frozenset("#@/_*\\=&%+~^|<>0123456789-‐‑")
_ADDRESS = re.compile(r"://|^www\.|@\w|\w\.(?:com|org|net|fr|be|ch|ca|uk|de|es|ru|ua|eu|info|html?)\b")
_CAPITAL_I = re.compile("[a-zß-ÿ]I[a-zß-ÿ]")  # for an l: "soIdiers"
_DRAWN_OUT = re.compile(r"(.)\1\1")  # "nooon"
_FOREIGN_WORDS, _FOREIGN_SHARE = 3, 0.4  # so many unknown words are another language, or a jargon

# French makes new words freely; those made from a listed word are words. Other languages go by their lists alone.
_PREFIXES = tuple(
    "anti auto bi bio co contre cyber dé dés dis éco électro ex extra géo hydro hyper hypo in im inter ir macro méga méta "
    "micro mini mono multi narco néo neuro non omni para péri photo pluri poly post pré pro pseudo psycho radio re ré rétro "
    "semi socio sous sub super supra sur techno télé thermo trans tri ultra uni vice vidéo".split()
)
_ENDINGS = tuple(
    "er é ée és ées e es ent ons ez ait aient ais ions iez era erai eras erons erez eront erait eraient erais as ai èrent "
    "ant ir ie is ies it issent issait s".split()
)
_PREFIXED, _STEM = 5, 4  # letters at least

_DIGITS = {"0": "o", "1": "il", "3": "e", "5": "s", "8": "b"}  # as a scanner takes letters for them
_LOST = "éèêàçîôûïëâœù"  # letters that end up as question marks
_MOST_READINGS = 200

_ALIKE = 0.7  # of two sentences' words, in order
_FEWEST_CLEAN = 4  # words
_FIGURE = re.compile(
    r".*\d|(?:un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente"
    r"|quarante|cinquante|soixante|septante|huitante|octante|nonante|cents?|mille|demie?|moitié|tiers|\w+[tnz]aines?"
    r"|milliers?|millions?|milliards?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|half"
    r"|thirds?|dozens?|hundreds?|thousands?|billions?|ein|eine[rnms]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf"
    r"|zwölf|\w+zehn|\w+zig|hundert|tausend|\w+hundert|\w+tausend|millionen|milliarden?|hälfte|dutzend)$"
)
_NEGATIONS = frozenset(
    "n ne pas ni aucun aucune jamais rien sans non not t no never none nor without nicht kein keine keinen nie ohne".split()
)


def mangled_spans(text: str, language: str, known: Container[str] = ()) -> tuple[Span, ...]:
    """Return the (start, end) of every mangled word of a sentence, in order; none for clean text.

    ``language`` is an ISO 639-1 code: without a list for it, only what no language writes is found. ``known`` holds words
    in lower case that pass all the same: say, those that other articles of the archive use.
    """
    addresses = [match.span() for match in re.finditer(r"\S+", text) if _ADDRESS.search(match[0])]
    broken = [_token_around(text, match.start(), match.end()) for match in _ENCODING.finditer(text)]
    judged, unknown = 0, []
    for match in _WORDS.finditer(text):
        start, end = match.span()
        if any(a <= start < b for a, b in (*addresses, *broken)):
            continue
        word = match[0]
        if "?" in word or not word.isalpha() or _CAPITAL_I.search(word):
            if _is_misread(word, language):
                broken.append((start, end))
        elif len(word) >= SHORTEST and word.islower() and not _is_part(text, start, end):
            judged += 1
            if _SCRIPTS.search(word):
                broken.append((start, end))
            elif _LATIN.fullmatch(word) and not _is_known(word, language) and word not in known:
                unknown.append((start, end))
    if unknown and _is_foreign(text, language, len(unknown), judged):
        unknown = []
    return tuple(sorted({*broken, *unknown}))


def clean_version(sentence: str, candidates: Sequence[str], language: str, known: Container[str] = ()) -> int | None:
    """Return the place of the candidate that says ``sentence`` without its mangled words, None where none does.

    It has most words of ``sentence`` in the same order, the same figures, names and negations, other words in place of the
    mangled ones, and is not mangled itself; the most alike wins, then the first.
    """
    spans = mangled_spans(sentence, language, known)
    if not spans:
        return None
    clean = clean_words(sentence, spans)
    if len(clean) < _FEWEST_CLEAN:
        return None
    lost = sum(sentence[start].isupper() for start, _ in spans)  # names that nobody can read
    best: tuple[float, int] | None = None
    for place, candidate in enumerate(candidates):
        theirs = re.findall(r"\w+", candidate)
        if not _says_the_same(clean, theirs, lost):
            continue
        alike = _alikeness([w.casefold() for w in clean], len(spans), [w.casefold() for w in theirs])
        if alike >= _ALIKE and (best is None or alike > best[0]) and not mangled_spans(candidate, language, known):
            best = alike, place
    return None if best is None else best[1]


def clean_words(sentence: str, spans: Sequence[Span]) -> list[str]:
    """Return the words of a sentence that are not mangled, in order."""
    words = [(match[0], match.span()) for match in re.finditer(r"\w+", sentence)]
    return [word for word, (a, b) in words if not any(a < end and start < b for start, end in spans)]


def _says_the_same(clean: list[str], theirs: list[str], lost: int) -> bool:
    """Whether figures, negations and names agree; of these ``lost`` may be theirs alone.

    The first word may be a name: where both begin with a capital, it must be the same.
    """
    ours, others = [w.casefold() for w in clean], [w.casefold() for w in theirs]
    if not others or [w for w in ours if _FIGURE.match(w)] != [w for w in others if _FIGURE.match(w)]:
        return False
    if _NEGATIONS.intersection(ours) != _NEGATIONS.intersection(others):
        return False
    if clean[0][0].isupper() and theirs[0][0].isupper() and ours[0] != others[0] and not lost:
        return False
    names, other_names = ({w.casefold() for w in words[1:] if w[0].isupper()} for words in (clean, theirs))
    return names <= set(others) and len(other_names - set(ours)) <= lost


def _alikeness(clean: list[str], mangled: int, theirs: list[str]) -> float:
    """Return the share of the clean words, and of theirs but for one a mangled word, that are shared in order.

    0 where they have nothing in place of the mangled words.
    """
    others = len(theirs) - mangled
    if others < _ALIKE * len(clean) or len(clean) < _ALIKE * others:  # no need to look closer
        return 0.0
    if len(theirs) <= len(clean):
        return 0.0
    blocks = SequenceMatcher(None, clean, theirs, autojunk=False).get_matching_blocks()
    return 2 * sum(block.size for block in blocks) / (len(clean) + max(others, len(clean)))


def _token_around(text: str, start: int, end: int) -> Span:
    """Widen a span to the spaces around it."""
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return start, end


def _is_foreign(text: str, language: str, unknown: int, judged: int) -> bool:
    if unknown >= _FOREIGN_WORDS and unknown > _FOREIGN_SHARE * judged:
        return True
    return detect_language(text) not in ("", language)


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether a word is a piece of something longer: "#jesuis", "p*tain", "médico-légal"."""
    return text[start - 1 : start] in _BESIDE or text[end : end + 1] in _BESIDE


def _is_known(word: str, language: str) -> bool:
    word = word.casefold()  # the lists have "ss" for "ß"
    if is_word(word, language) or is_word(word, "en") or _DRAWN_OUT.search(word):
        return True
    return language == "fr" and (_is_prefixed(word) or _is_inflected(word))


def _is_prefixed(word: str) -> bool:
    return any(
        word.startswith(prefix) and len(word) - len(prefix) >= _PREFIXED and is_word(word[len(prefix) :], "fr")
        for prefix in _PREFIXES
    )


def _is_inflected(word: str) -> bool:
    """Whether a word is a form of a listed verb in -er, or the plural of a listed word."""
    stems = {word[: -len(end)] for end in _ENDINGS if word.endswith(end) and len(word) - len(end) >= _STEM}
    if any(len(stem) + 1 >= SHORTEST and is_word(stem + end, "fr") for stem in stems for end in ("er", "é")):
        return True
    singulars = {word[: -len(end)] for end in ("s", "es") if word.endswith(end)}
    return any(len(singular) >= SHORTEST and is_word(singular, "fr") for singular in singulars)


def _is_misread(word: str, language: str) -> bool:
    """Whether a run of letters with digits or question marks in it is a listed word misread: "tota1", "suppl?mentaires"."""
    if language not in _LIST_CODES or len(word) < SHORTEST or sum(map(str.isalpha, word)) < SHORTEST - 1:
        return False
    word = word.replace("I", "1")
    if not word.islower() or any(char.isdigit() and char not in _DIGITS for char in word):
        return False
    return any(len(reading) >= SHORTEST and _is_known(reading, language) for reading in _readings(word))


def _readings(word: str) -> Iterator[str]:
    """Yield what a misread word may have been; at most a few dozen."""
    letters = [_LOST if char == "?" else _DIGITS.get(char, char) for char in word]
    count = 1
    for options in letters:
        count *= len(options)
    if count <= _MOST_READINGS:
        yield from map("".join, product(*letters))
