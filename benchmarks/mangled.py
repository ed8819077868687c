"""Mangled text: how many clean sentences are taken for mangled, and how many mangled ones are noticed.

    python -m benchmarks.mangled [--sentences 20000] [--alarms] [--json var/benchmarks/mangled.json]

Clean: sentences of OrangeSum (French news, typing errors of its own included), of PIAF and XQuAD (encyclopaedia articles,
rich in rare and foreign words) and of the seeds. Mangled: sentences of OrangeSum with one word spoilt in one of eight ways
(all words with an accent for a broken encoding), the same on every run. OrangeSum is split by article, and the rules were
made on the development half alone; ``--alarms`` shows its false alarms. Also: the time a sentence takes.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from answering.settings import ROOT
from benchmarks.report import percentiles, print_table, write_json
from evaluation.figures import interval
from evaluation.published import is_development, orangesum_articles, rows
from retrieval.facts.mangled import clean_version, mangled_spans
from retrieval.reading.readers import read_article
from retrieval.sentences import sentence_spans
from retrieval.text import normalise

_MANGLED = 500  # sentences of each kind
_KNOWN_FROM = 3  # articles that use a word; it is "known" to the archive then
_WORDS = re.compile(r"[^\W\d_]+")
_ACCENTS = "éèêàçôîûïëâœù"
# What spinners put for what, wherever the letters stand: "supplémentaires" becomes "supplémcheztaires".
_SPUN = (
    "en chez",
    "de du",
    "le ce",
    "un ce",
    "par via",
    "sur au",
    "dans chez",
    "la cette",
    "et puis",
    "ou soit",
    "on nous",
)
_SCANNED = ("rn m", "m rn", "l 1", "o 0", "e c", "h b", "i l", "u ii", "d cl", "n ri", "v y", "t f")


def _long_words(sentence: str, least: int) -> list[re.Match[str]]:
    return [match for match in _WORDS.finditer(sentence) if len(match[0]) >= least and match[0].islower()]


def _put(sentence: str, match: re.Match[str], word: str) -> str:
    return sentence[: match.start()] + word + sentence[match.end() :]


def spin(sentence: str, draw: random.Random) -> str:
    pairs = [pair.split() for pair in _SPUN]
    found = [(m, a, b) for m in _long_words(sentence, 7) for a, b in pairs if a in m[0][1:-1]]
    if not found:
        return sentence
    match, old, new = draw.choice(found)
    return _put(sentence, match, match[0][0] + match[0][1:].replace(old, new, 1))


def scan(sentence: str, draw: random.Random) -> str:
    pairs = [pair.split() for pair in _SCANNED]
    found = [(m, a, b) for m in _long_words(sentence, 6) for a, b in pairs if a in m[0]]
    if not found:
        return sentence
    match, old, new = draw.choice(found)
    return _put(sentence, match, match[0].replace(old, new, 1))


def swap(sentence: str, draw: random.Random) -> str:
    found = _long_words(sentence, 6)
    if not found:
        return sentence
    match = draw.choice(found)
    at, word = draw.randrange(1, len(match[0]) - 2), match[0]
    return _put(sentence, match, word[:at] + word[at + 1] + word[at] + word[at + 2 :])


def drop_letter(sentence: str, draw: random.Random) -> str:
    found = _long_words(sentence, 7)
    if not found:
        return sentence
    match = draw.choice(found)
    at = draw.randrange(1, len(match[0]) - 1)
    return _put(sentence, match, match[0][:at] + match[0][at + 1 :])


def _lose_accents(sentence: str, draw: random.Random, put: str) -> str:
    found = [match for match in _long_words(sentence, 6) if any(char in _ACCENTS for char in match[0])]
    if not found:
        return sentence
    match = draw.choice(found)
    return _put(sentence, match, re.sub(f"[{_ACCENTS}]", put, match[0]))


def lose_accent(sentence: str, draw: random.Random) -> str:
    return _lose_accents(sentence, draw, "")


def question_accent(sentence: str, draw: random.Random) -> str:
    return _lose_accents(sentence, draw, draw.choice("?\ufffd"))


def misdecode(sentence: str, draw: random.Random) -> str:
    """Read UTF-8 as Windows-1252; its five bytes without a character become nothing, as when articles are cleaned."""
    table = (
        sentence.encode()
        .decode("latin-1")
        .translate({n: bytes([n]).decode("cp1252", "ignore") for n in range(128, 160)})
    )
    return normalise(table)


def run_together(sentence: str, draw: random.Random) -> str:
    found = [m for m in re.finditer(r"\b[^\W\d_]{4,} [^\W\d_]{4,}\b", sentence) if m[0].islower()]
    if not found:
        return sentence
    match = draw.choice(found)
    return _put(sentence, match, match[0].replace(" ", ""))


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "spun inside a word": spin,
    "broken encoding": misdecode,
    "run together": run_together,
    "letters swapped": swap,
    "accents as ? or \ufffd": question_accent,
    "scanned": scan,
    "letter dropped": drop_letter,
    "accents dropped": lose_accent,
}


def sentences_of(texts: Iterable[str], language: str) -> list[str]:
    found = []
    for text in map(normalise, texts):
        found += [text[s:e] for s, e in sentence_spans(text, language) if e - s >= 20]
    return found


def share(flags: list[bool]) -> dict[str, float]:
    """Return a share with its 95 % bootstrap interval, in per cent."""
    values = np.array(flags, float)
    low, high = interval(np.mean, values)
    return {"of": len(flags), "percent": 100 * float(values.mean()), "low": 100 * low, "high": 100 * high}


def measure(clean: list[str], known: frozenset[str]) -> dict[str, Any]:
    """Return the false alarms on clean French sentences, and how many of their mangled forms are noticed and mended."""
    figures: dict[str, Any] = {
        "false alarms": share([bool(mangled_spans(s, "fr")) for s in clean]),
        "false alarms, with the archive's words": share([bool(mangled_spans(s, "fr", known)) for s in clean]),
    }
    for kind, spoil in KINDS.items():
        draw = random.Random(kind)
        pairs = [(s, spoilt) for s in clean if (spoilt := spoil(s, draw)) != s][:_MANGLED]
        others = [clean[draw.randrange(len(clean))] for _ in range(20)]
        figures[kind] = share([bool(mangled_spans(spoilt, "fr")) for _, spoilt in pairs])
        figures[f"{kind}, with the archive's words"] = share([bool(mangled_spans(t, "fr", known)) for _, t in pairs])
        mended = [clean_version(spoilt, [*others, whole], "fr") == len(others) for whole, spoilt in pairs]
        figures[f"{kind}, clean version found"] = share(mended)
    return figures


def _milliseconds(sentences: list[str]) -> dict[str, float]:
    taken = []
    for sentence in sentences:
        began = time.perf_counter()
        mangled_spans(sentence, "fr")
        taken.append((time.perf_counter() - began) * 1000)
    return {**percentiles("ms", np.array(taken)), "ms_most": max(taken)}


def main() -> None:
    parser = argparse.ArgumentParser(description="False alarms and finds of mangled text.")
    parser.add_argument("--sentences", type=int, default=20_000, help="of each half of OrangeSum")
    parser.add_argument("--alarms", action="store_true", help="show the false alarms of the development half")
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "benchmarks" / "mangled.json")
    arguments = parser.parse_args()
    halves: dict[bool, list[str]] = {True: [], False: []}
    said: Counter[str] = Counter()
    for article in orangesum_articles():
        said.update(set(_WORDS.findall(article["text"])))
        half = halves[is_development(article["id"])]
        if len(half) < arguments.sentences:
            half += sentences_of([article["text"]], "fr")
    known = frozenset(word for word, articles in said.items() if articles >= _KNOWN_FROM)
    timed = _milliseconds(halves[True][:2000])  # before its words are remembered
    result: dict[str, Any] = {"time": timed}
    for name, wanted in (("development", True), ("held out", False)):
        result[name] = measure(halves[wanted][: arguments.sentences], known)
    for language, name in (("fr", "piaf/questions.jsonl"), ("en", "xquad/en.jsonl.zst"), ("de", "xquad/de.jsonl.zst")):
        clean = sentences_of((row["context"] for row in rows(name)), language)
        result[name] = {"false alarms": share([bool(mangled_spans(s, language)) for s in clean])}
    seeds = [
        read_article(path.read_bytes(), ".txt", path.stem, path.name).text for path in (ROOT / "seeds").glob("*.txt")
    ]
    result["seeds"] = {"false alarms": share([bool(mangled_spans(s, "fr")) for s in sentences_of(seeds, "fr")])}
    for name, figures in result.items():
        shown = {
            key: f"{v['percent']:6.2f} % [{v['low']:.2f}, {v['high']:.2f}] of {v['of']:,}" if isinstance(v, dict) else v
            for key, v in figures.items()
        }
        print_table(name, shown)
    if arguments.alarms:
        for sentence in halves[True][: arguments.sentences]:
            print(*(sentence[a:b] for a, b in mangled_spans(sentence, "fr")), end=" ")
    write_json(arguments.json, result)


if __name__ == "__main__":
    main()
