"""The words of acts in a text: groups of words of six languages that mean the same (``acts.json``, see ``lexicon``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from answering.checking.lexicon import fits, read_lists


@dataclass(frozen=True, slots=True)
class Found:
    """A word of an act at ``[start, end)``; ``turned``: its subject is whom the act is done to ("receive")."""

    act: str
    start: int
    end: int
    noun: bool
    turned: bool


_WORD = re.compile(r"[^\W\d_]+(?:['’](?:s(?!\w))?)?")


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, str]] = read_lists("acts.json")
    return {act: {form: words.split() for form, words in forms.items()} for act, forms in data.items()}


@cache
def _acts_of(word: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the acts that a case-folded word (or two, joined by ``_``) may tell, with the forms that it may be."""
    found = []
    for act, forms in _lexicon().items():
        lengths = {
            form: max((len(e) for e in entries if ("_" in e) == ("_" in word) and fits(word, e)), default=0)
            for form, entries in forms.items()
        }
        if best := max(lengths.values()):
            least = best if re.search("[а-яё]", word) else 1  # its nouns and verbs have endings of their own
            found.append((act, frozenset(form for form, length in lengths.items() if length >= least)))
    return tuple(found)


# Behind these a word that may be either is a noun.
_NOUN_BEFORE = re.compile(
    r"(?:(?<!\w)(?:[LlDd]['’](?:[a-zà-þ]\w+\s)?|(?:[Ll]a|[Uu]ne?|[Cc]ette|[Dd]es|[Ll]es|[Cc]es|[Aa]ux?|de|du|[Ll]eurs?|sa|son|of|to|in|by|die|der|el|los|las)"
    r"\s(?:[a-zà-þ]\w+\s)?|(?:[Tt]he|[Aa]n?|[Tt]his|its|their)\s(?:\w+\s)?)|['’]s\s(?:\w+\s)?)$"
)


def find_acts(text: str) -> list[Found]:
    """Return the words of acts in a text, in order."""
    words = list(_WORD.finditer(text))
    found = []
    for at, match in enumerate(words):
        word = re.sub(r"['’]s?$", "", match[0].casefold())
        pair = f"{word}_{words[at + 1][0].casefold()}" if at + 1 < len(words) else ""
        told = {act: (forms, match.end()) for act, forms in _acts_of(word)}
        if _OBLIGES.match(text, match.end()):
            told.pop("owe", None)
        told |= {act: (forms, words[at + 1].end()) for act, forms in (_acts_of(pair) if pair else ())}
        if told and _names_somebody(text, match):
            continue
        for act, (forms, end) in told.items():
            noun = "nouns" in forms and (len(forms) == 1 or _stands_as_noun(text[: match.start()]))
            found.append(Found(act, match.start(), end, noun, "turned" in forms and "verbs" not in forms))
    return found


# "doivent se retrouver", "должны встретиться": what is to be done, and no debt.
_OBLIGES = re.compile(r"(?:\s[^\W\d_]+){0,2}?\s(?:s['’])?[^\W\d_]+(?:er|ir|re|oir|ть|ться|ти|en|ar)(?!\w)")

# "subit une attaque", "подвергся бомбардировке": its subject is whom the noun's act is done to.
SUFFERS = re.compile(
    r"(?<!\w)(?:subi\w*|subiss\w+|fai\w+ l['’]objet|victimes?|came under|come under|under|suffer\w*|facing|подверг\w+)"
    r"\s(?:[^\W\d_]+['’\s]+){0,2}$",
    re.IGNORECASE,
)


_DOER = re.compile(
    r"(?:eurs?|trices?|(?:y|tack|ll|nd|pli|nat|vad)(?:er|or)s?|тел(?:ь|я|ю|ем|и|ей|ям|ями|ях))$", re.IGNORECASE
)
_OF_ARMY = re.compile(
    r"(?<!\w)(?:armée|arm[iy]|front|mouvement|movement|арми\w|фронт\w*|движени\w|ejército|frente)\s(?:de |of )?$", re.I
)


def _names_somebody(text: str, word: re.Match[str]) -> bool:
    """Whether a word is for who does it ("les acheteurs") or of a name ("the Liberation Army"), and tells no act."""
    before = text[: word.start()]
    if _OF_ARMY.search(before) or (_DOER.search(word[0]) and _NOUN_BEFORE.search(before)):
        return True
    return word[0].istitle() and bool(re.match(r"\s(?:Army|Front|Movement)(?!\w)", text[word.end() :]))


def _stands_as_noun(before: str) -> bool:
    return bool(_NOUN_BEFORE.search(before) or SUFFERS.search(before))
