"""Whether the verb that a time expression belongs to tells of the past or of what is to come: a few rules, no parser.

Verbs are told by short lists and by their endings, in French and English. The verb nearest to the expression decides;
a comma or a "que" between them counts as distance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Tense(StrEnum):
    """What the nearest verb says. NONE: there is no verb that tells; UNCLEAR: it could mean either."""

    PAST = "past"
    FUTURE = "future"
    UNCLEAR = "unclear"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verb:
    """A tense, and whether it is told firmly: by a conjugated verb right before the expression."""

    tense: Tense
    firm: bool = False


class _Form(StrEnum):
    """What a word can be, alone."""

    PAST = "past"  # "tuèrent", "said"
    FUTURE = "future"  # "sera", "will"
    PRESENT = "present"  # "débute", "meets": could mean either day
    HAS = "has"  # "a", "has"
    IS = "is"  # "est", "are"
    WAS = "was"  # auxiliary of the past: "était", "was"
    WOULD = "would"  # "serait"
    MODAL = "modal"  # "doit", "plans": to come, with an infinitive
    PARTICIPLE = "participle"
    SET = "set"  # "prévu", "due": a day named for later
    MOVED = "moved"  # "reporté", "convoqué": done before, for a day that may be later
    INFINITIVE = "infinitive"
    TO_DO = "to do"  # an infinitive with "de", "à", "to": what is decided, asked or done
    BREAK = "break"  # another clause may begin
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Grammar:
    """One language: how its words are cut, its lists, its endings, and what begins another clause."""

    token: re.Pattern[str]
    words: dict[str, _Form]
    endings: tuple[tuple[_Form, re.Pattern[str]], ...]
    breaks: frozenset[str]


_FARTHEST = 240  # characters looked at on each side of the expression
_GAP = 3  # words that may stand between an auxiliary and what completes it
_NEAR = 2  # words: farther off, a participle alone is as often a noun
_FIRM = 2  # words between verb and day
_BREAK_COST, _RIGHT_COST = 4, 2  # in words; in both languages the verb mostly comes before the day
_SENTENCE_END = re.compile(r"(?<![A-ZÀ-Þ])(?<!\bMM)(?<!\bMr)(?<!\bDr)[.!?…](?=[\s»”\"]|[A-ZÀ-Þ«“]|$)|[;\n]")
_INVERTED = re.compile(r"-(?:t-)?(?:il|elle|on|ils|elles|je|nous|ce)$")  # "a-t-il"
_MARKS = ',:–—()«»“”"'

_FRENCH = {
    _Form.HAS: "a ont ai avons avez ayant avoir",
    _Form.IS: "est sont suis sommes êtes étant",
    _Form.WAS: "avait avaient était étaient",
    _Form.WOULD: "aurait auraient serait seraient",
    _Form.MODAL: "va vont vais allons allez doit doivent compte comptent entend entendent prévoit prévoient peut peuvent "
    "espère espèrent veut veulent souhaite souhaitent envisage envisagent devrait devraient pourrait pourraient",
    _Form.SET: "prévu attendu programmé agendé planifié fixé escompté espéré",
    _Form.MOVED: "convoqué reporté repoussé invité appelé avancé décalé ajourné ouvert fermé interdit annulé maintenu "
    "suspendu placé prolongé valable candidat",
    _Form.PRESENT: "devait devaient allait allaient reçoit reçoivent rencontre rencontrent débute débutent commence "
    "commencent joue jouent affronte affrontent réunit réunissent déroule déroulent rend rendent arrive arrivent part "
    "partent repart repartent tient tiennent organise organisent retrouve retrouvent votent diffuse diffusent sort "
    "sortent poursuit poursuivent promet reprend reprennent ouvre ouvrent ferme ferment fête fêtent célèbre célèbrent "
    "propose proposent accueille accueillent attend attendent paraît appelle appellent participe participent publie "
    "publient annonce annoncent",
    _Form.PAST: "eut fut eurent furent put dut fit prit mit vint rapporte rapportent révèle révèlent affirme "
    "affirment indique indiquent explique expliquent précise précisent raconte racontent assure assurent écrit écrivent "
    "déclare déclarent rappelle rappellent souligne soulignent confirme confirment estime estiment relate relatent "
    "détaille apprend relève dévoile",
    _Form.PARTICIPLE: "été eu dit fait mis pris permis promis appris compris admis commis remis transmis conclu mort "
    "survenu paru rendu né",
    _Form.OTHER: "aussi ici peu lui midi celui ainsi parmi plus tous puis sous nous vous du au si ni qui ou où jadis "
    "député société communiqué marché côté année journée soirée matinée armée entrée durée idée musée lycée café opéra "
    "caméra extra ultra infra diaspora lait souhait trait portrait attrait mai parfait satisfait vrai essai délai quai "
    "jeudi vendredi lundi mardi mercredi samedi jusqu lorsqu puisqu quoiqu",
}
_ENGLISH = {
    _Form.WAS: "was were had been wasn't weren't hadn't",
    _Form.HAS: "has have having",
    _Form.IS: "is are am be isn't aren't",
    _Form.FUTURE: "will shall won't tomorrow",
    _Form.WOULD: "would could should may might must can wouldn't couldn't",
    _Form.MODAL: "going plans plan intends hopes wants",
    _Form.SET: "due scheduled expected slated set likely",
    _Form.MOVED: "planned postponed delayed moved called invited announced until by before opened closed",
    _Form.PRESENT: "meets opens starts begins leaves arrives plays faces votes hosts visits returns hearing meeting "
    "holding opening starting visiting travelling traveling arriving leaving playing hopes waits",
    _Form.PAST: "did didn't said told met began took held killed went came made gave found left fell rose struck hit won "
    "lost saw got sent spoke wrote ran brought became fled sank broke drew led shot flew sat stood put heard kept grew "
    "bought sold paid built cut felt thought knew threw says",
    _Form.PARTICIPLE: "done taken seen gone given shown known begun fallen risen driven written spoken broken",
    _Form.OTHER: "need indeed speed hundred red seed feed breed bed united embed",
}
_TAKES_PLACE = {"a lieu": _Form.PRESENT, "ont lieu": _Form.PRESENT, "lieu": _Form.OTHER}
_AGREED = ("", "e", "s", "es")


def _words(lists: dict[_Form, str], agreeing: tuple[_Form, ...]) -> dict[str, _Form]:
    return {
        word + end: form
        for form, words in lists.items()
        for word in words.split()
        for end in (_AGREED if form in agreeing else ("",))
    }


_GRAMMARS = {
    "fr": _Grammar(
        re.compile(
            r"(?<!\w)(?:a|ont) lieu(?!\w)|(?<!\w)(?:de |d['’]|à |pour )(?:s['’]|se )?[a-zà-ÿ]{2,}"
            r"(?:[^i\W]er|[flbd]ier|ir|dre|ttre|uire|oire|ivre)(?!\w)|"
            rf"[^\W\d_]+(?:-[^\W\d_]+)*|[{_MARKS}]"
        ),
        _words(_FRENCH, (_Form.SET, _Form.MOVED, _Form.PARTICIPLE, _Form.OTHER)) | _TAKES_PLACE,
        (
            (_Form.TO_DO, re.compile(r"(?:.*[ '’]).+")),
            (_Form.WOULD, re.compile(r".{2}.*(?:[eid]r|[dtv]r|ur|rr)ai(?:t|ent)")),
            (_Form.FUTURE, re.compile(r".+(?:er|ir|dr|tr|vr|ur|rr)(?:a|ont)|(?:se|au|fe|ve)r(?:a|ont|ai|ons|ez)")),
            (_Form.PAST, re.compile(r".{2,}ai(?:t|ent)|.+(?:èrent|irent|urent)")),
            (_Form.PARTICIPLE, re.compile(r".+(?:é|i|û|u)(?:e?s?)|.+(?:it|int|ert|ort|is)(?:e?s?)")),
            (_Form.INFINITIVE, re.compile(r".{2,}(?:er|ir|re)")),
        ),
        frozenset([*_MARKS, *"que qu qui dont où lorsque quand tandis mais".split()]),
    ),
    "en": _Grammar(
        re.compile(
            rf"(?:(?<!\w)(?:(?:is|are) )?to (?!the |an? |his |her |its |their |this |that |all )[a-z]+)|"
            rf"[^\W\d_]+(?:['’-][^\W\d_]+)*|[{_MARKS}]"
        ),
        _words(_ENGLISH, ()),
        (
            (_Form.TO_DO, re.compile(r"to .+")),
            (_Form.SET, re.compile(r"(?:is|are) .+")),
            (_Form.PAST, re.compile(r"[a-z]{2,}ed")),
        ),
        frozenset([*_MARKS, *"that which who while as but when whose".split()]),
    ),
}
_ALONE = {
    _Form.PAST: Tense.PAST,
    _Form.FUTURE: Tense.FUTURE,
    _Form.PRESENT: Tense.UNCLEAR,
    _Form.HAS: Tense.UNCLEAR,
    _Form.IS: Tense.UNCLEAR,
    _Form.WAS: Tense.PAST,
    _Form.WOULD: Tense.UNCLEAR,
    _Form.MODAL: Tense.UNCLEAR,
    _Form.SET: Tense.FUTURE,
    _Form.MOVED: Tense.UNCLEAR,
    _Form.TO_DO: Tense.UNCLEAR,
}
_NO_VERB = (_Form.OTHER, _Form.BREAK, _Form.INFINITIVE)
_ENDS_VERB = (_Form.PRESENT, _Form.MODAL, _Form.BREAK)
_COMPLETED = {
    (_Form.HAS, _Form.PARTICIPLE): Tense.PAST,
    (_Form.HAS, _Form.PAST): Tense.PAST,
    (_Form.HAS, _Form.WAS): Tense.PAST,  # "has been"
    (_Form.HAS, _Form.SET): Tense.UNCLEAR,  # "a fixé lundi le cap", "a programmé lundi une réunion"
    (_Form.HAS, _Form.MOVED): Tense.UNCLEAR,
    (_Form.IS, _Form.PARTICIPLE): Tense.PAST,
    (_Form.IS, _Form.SET): Tense.FUTURE,  # "est prévu"
    (_Form.IS, _Form.MOVED): Tense.UNCLEAR,
    (_Form.IS, _Form.PAST): Tense.UNCLEAR,  # "is held"
    (_Form.WAS, _Form.PARTICIPLE): Tense.PAST,
    (_Form.WAS, _Form.PAST): Tense.PAST,
    (_Form.WAS, _Form.SET): Tense.UNCLEAR,  # "était prévu": did it happen?
    (_Form.WAS, _Form.MOVED): Tense.UNCLEAR,
    (_Form.WOULD, _Form.PARTICIPLE): Tense.PAST,  # "aurait tué": told, not confirmed
    (_Form.WOULD, _Form.HAS): Tense.UNCLEAR,
    (_Form.WOULD, _Form.PAST): Tense.UNCLEAR,  # "would have left"
    (_Form.FUTURE, _Form.HAS): Tense.FUTURE,
    (_Form.FUTURE, _Form.IS): Tense.FUTURE,
    (_Form.FUTURE, _Form.PARTICIPLE): Tense.FUTURE,
    (_Form.FUTURE, _Form.SET): Tense.FUTURE,
    (_Form.FUTURE, _Form.MOVED): Tense.FUTURE,
    (_Form.FUTURE, _Form.PAST): Tense.FUTURE,
    (_Form.MODAL, _Form.INFINITIVE): Tense.FUTURE,
    (_Form.MODAL, _Form.PARTICIPLE): Tense.FUTURE,  # "doit être présenté"
    (_Form.MODAL, _Form.MOVED): Tense.FUTURE,
    (_Form.MODAL, _Form.TO_DO): Tense.FUTURE,
}


def tense_at(text: str, start: int, end: int, language: str) -> Verb:
    """Return what the verb nearest to ``text[start:end]`` in its sentence says; NONE for languages without rules."""
    grammar = _GRAMMARS.get(language)
    if grammar is None:
        return Verb(Tense.NONE)
    begin, stop = sentence_around(text, start, end)
    before, after = grammar.token.findall(text, begin, start), grammar.token.findall(text, end, stop)
    before[:1] = [word.casefold() for word in before[:1]]  # "Prévue jeudi, la réunion…"
    found = [
        (cost := _cost(before[last + 1 :], grammar), Verb(tense, finite and cost <= _FIRM))
        for _, last, tense, finite in _verbs(before, language)
    ]
    apposed = before[-1:] == after[:1] == [","]  # "…, jeudi, a annoncé": it belongs to what comes before
    if not (apposed and found):
        found += [
            (_cost(after[:first], grammar) + _RIGHT_COST, Verb(tense)) for first, _, tense, _ in _verbs(after, language)
        ]
    return min(found, key=lambda verb: verb[0], default=(0, Verb(Tense.NONE)))[1]


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the sentence that holds a span, cut at ``_FARTHEST`` characters from it."""
    begin = max(0, start - _FARTHEST)
    for match in _SENTENCE_END.finditer(text, begin, start):
        begin = match.end()
    after = _SENTENCE_END.search(text, end, end + _FARTHEST)
    return begin, after.start() if after else min(len(text), end + _FARTHEST)


def _cost(between: list[str], grammar: _Grammar) -> int:
    """Return how far a verb is: the words between, and more where they begin another clause."""
    return len(between) + _BREAK_COST * sum(token in grammar.breaks for token in between)


def _verbs(tokens: list[str], language: str) -> Iterator[tuple[int, int, Tense, bool]]:
    """Yield the first and the last token of each verb, what it says, and whether it is conjugated."""
    forms = [_form(token, language) for token in tokens]
    at = 0
    while at < len(forms):
        if forms[at] in _NO_VERB:
            at += 1
            continue
        last, tense = _complete(tokens, forms, at)
        if tense is not None:
            yield at, last, tense, last > at or forms[at] in (_Form.FUTURE, _Form.PAST)
        at = last + 1


def _complete(tokens: list[str], forms: list[_Form], at: int) -> tuple[int, Tense | None]:
    """Return where the verb that begins at ``at`` ends ("a été arrêté"), and its tense; None where there is no verb."""
    form = forms[at]
    if form is _Form.PARTICIPLE:
        alone = at >= len(forms) - _NEAR and tokens[at].rstrip("es").endswith("é")  # "un communiqué publié jeudi"
        return at, Tense.PAST if alone else None
    last, tense = at, _ALONE.get(form)
    for later in range(at + 1, len(forms)):
        if later > last + _GAP or forms[later] in _ENDS_VERB:
            break
        if (form, forms[later]) in _COMPLETED:
            last, tense = later, _COMPLETED[form, forms[later]]
        elif forms[later] is _Form.TO_DO:
            return (later if forms[last] in (_Form.SET, _Form.MOVED) else last), tense  # "is due to meet"
    return last, tense


@lru_cache(maxsize=20_000)
def _form(token: str, language: str) -> _Form:
    grammar = _GRAMMARS[language]
    if token[0].isupper():  # a name; a verb rarely begins a sentence
        return _Form.OTHER
    if token in grammar.breaks:
        return _Form.BREAK
    word = _INVERTED.sub("", token)
    if word in grammar.words:
        return grammar.words[word]
    return next((form for form, ending in grammar.endings if ending.fullmatch(word)), _Form.OTHER)
