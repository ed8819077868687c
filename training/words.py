"""Make the word lists of ``retrieval.facts.wordlists`` from those of the package ``wordfreq``.

    pip install wordfreq==3.1.1
    python -m training.words

``wordfreq`` is not needed afterwards: it is 57 MB, of which the lists of three languages take 1.7 as filters. Its author has
frozen it (the lists end in 2021, before texts of machines filled the web), so making them again gives the same bytes.
"""

from __future__ import annotations

from importlib import import_module

from answering.settings import ROOT
from retrieval.errors import KiosqueError
from retrieval.facts.wordlists import LANGUAGES, SHORTEST, WordList

FOLDER = ROOT / "retrieval" / "facts" / "words"


def words_of(language: str) -> list[str]:
    """Return the words of a language that can be looked up: letters only, not too short. Raises KiosqueError."""
    try:
        wordfreq = import_module("wordfreq")
    except ImportError as exc:
        raise KiosqueError("wordfreq is not installed: pip install wordfreq==3.1.1") from exc
    listed = wordfreq.get_frequency_dict(language, wordlist="large")
    return sorted(word for word in listed if len(word) >= SHORTEST and word.isalpha())


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for language in LANGUAGES:
        words = words_of(language)
        filtered = WordList.of(words)
        (FOLDER / f"{language}.bloom").write_bytes(filtered.bits)
        print(f"{language}: {len(words):,} words, {len(filtered.bits):,} bytes")


if __name__ == "__main__":
    main()
