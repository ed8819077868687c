"""The sides of a comparison: "la position de Kiev et de Moscou sur les corridors" is two, with what both are asked for."""

from __future__ import annotations

import re

MOST = 4  # sides
_AND = re.compile(
    r"\s+(?:(?:et|and|und|y|e|и|та|і|й)|(?:vs\.?|versus|contre|gegenüber|face à|par rapport à))\s+", re.IGNORECASE
)
# "Compare Kiev à Moscou", "Сравни Киев с Москвой": only between two names.
_WITH = re.compile(r"\s+(?:avec|à|with|to|mit|con|a|с|со|з|із|зі)\s+", re.IGNORECASE)
_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁҐЄІЇ"
_ARTICLE = r"(?:[ld]['’]|(?:la|le|les|the|die|der|das|den|dem|el|los|las)\s)"
_LEADING = (
    r"(?:de l['’]|de la|des|du|de|d['’]|of|von|vom|der|del|selon|d['’]après|according to|laut|según|по данным|"
    r"за даними|"
    r"entre|between|zwischen|между|між|à|au|aux|en|dans|in|at|on|в|во|на|у|par|by)(?:\s+|(?<=['’]))"
)
_PREFIX = re.compile(rf"(?:(?i:{_LEADING}))?(?:{_ARTICLE})?")  # "Le Pen" keeps its own
_NAME_LAST = re.compile(rf"(?:^|(?<=[\s'’]))[{_UPPER}][\w’'-]*(?:\s[{_UPPER}][\w’'-]*)*$")
_NAME_FIRST = re.compile(rf"[{_UPPER}][\w’'-]*(?:\s[{_UPPER}][\w’'-]*)*")
_OF = re.compile(
    r"(?:.*(?:\s|(?<=['’])))(?:des|du|de la|de l['’]|de|d['’]|of|between|entre|von|zwischen|между|між)(?:\s+|"
    r"(?<=['’]))",
    re.I,
)
_ELIDED = re.compile(r"\bl['’]$", re.IGNORECASE)
_ABOUT = re.compile(
    r"\s+(?:sur|concernant|à propos|au sujet|quant|face|dans|pendant|depuis|about|on|regarding|over|in|during|zu|über|"
    r"bei|im|sobre|acerca|о|об|по|про|щодо|в|во|у|на)\s+",
    re.IGNORECASE,
)


def sides_of(words: str) -> list[tuple[str, str]]:
    """Return each side's name and the words to search it by; nothing where the words name no two sides."""
    cut = _AND.search(words)
    if cut is None:
        cut = next(
            (
                found
                for found in _WITH.finditer(words)
                if _NAME_LAST.search(words[: found.start()]) and _bare(words[found.end() :])[:1].isupper()
            ),
            None,
        )
    if cut is None:
        return []
    left, right = words[: cut.start()], words[cut.end() :]
    firsts, *others = re.split(r",\s+", left)
    aspect, first = _divided(firsts)
    name, tail = _headed(_bare(right))
    names = [first, *map(_bare, others), name]
    if not all(names) or len(names) > MOST or len({name.casefold() for name in names}) < len(names):
        return []
    return [(name, " ".join(filter(None, (aspect, name, tail)))) for name in names]


def _divided(words: str) -> tuple[str, str]:
    """Return what is asked of the sides, and the first side: "la position de", "Kiev"."""
    if found := _NAME_LAST.search(words):
        if found.start() == 0 or not words[: found.start()].strip():
            return "", words
        return _ELIDED.sub("", words[: found.start()]).strip(), found[0]
    if found := _OF.match(words):
        return found[0].strip(), _bare(words[found.end() :])
    return "", _bare(words)


def _headed(words: str) -> tuple[str, str]:
    """Return the last side, and what follows it and is asked of all."""
    if found := _NAME_FIRST.match(words):
        return found[0], words[found.end() :].strip()
    cut = _ABOUT.search(words)
    return (words[: cut.start()], words[cut.start() :].strip()) if cut else (words, "")


def _bare(words: str) -> str:
    """Return words without the preposition and the article that lead to them."""
    return words[_PREFIX.match(words).end() :].strip()  # type: ignore[union-attr]  # it matches nothing, too
