"""Questions to be answered by yes or no, as statements; and whether a sentence states one of them, or its contrary.

A rule makes a statement only where it is sure to be the one that is asked about; otherwise there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from answering.asking.question import names_in
from answering.asking.shape import INVERSION, plain, without_courtesy
from answering.asking.shape_cues import WHETHER
from answering.comparing.concepts import concepts
from answering.comparing.figures import find_figures
from answering.comparing.statements import NEGATION, SAYING
from answering.judging.evidence import missing_names
from retrieval.ranking.lexical import terms

Supports = Callable[[str, Sequence[str]], list[float]]

SUPPORTED = 0.9  # probability that a sentence says what a statement says, from which "yes" may be said
REFUTED = 0.3  # probability below which a sentence with a negation does not say what it would say without one

_NAME = r"(?:the )?(?:[A-ZÀ-Þ][\w'’.-]*)(?: (?:of the |of )?[A-ZÀ-Þ][\w'’.-]*)*"
_PARTICIPLE = (
    r"(?:been|(?:being )?\w+(?:ed|en)|hit|shot|shut|cut|put|set|made|left|lost|met|said|told|sent|begun|held|built|"
    r"caught|"
    r"struck|won|sunk|found|paid|sold|kept)"
)
_BE_OR_HAVE = r"[Ii]s|[Aa]re|[Ww]as|[Ww]ere|[Hh]as|[Hh]ave"
_ENGLISH = (
    # "Did Russia attack ...": "Russia did attack" is English, and needs no tenses of verbs.
    re.compile(rf"(?P<verb>[Dd]id|{_BE_OR_HAVE}|[Ww]ill|[Cc]an) (?P<who>{_NAME}) (?P<rest>[a-z].*)"),
    re.compile(
        rf"(?P<verb>{_BE_OR_HAVE}) (?P<who>(?:the )?(?!be)[a-z]+(?: (?!be)[a-z]+)??) (?P<rest>{_PARTICIPLE}\b.*)"
    ),
    re.compile(r"(?P<verb>[Ii]s|[Aa]re|[Ww]as|[Ww]ere) (?P<who>there) (?P<rest>.+)"),
)
_PRONOUNS = re.compile(
    r"(?:he|she|it|they|we|you|i|this|that|these|those|il(?! y a)|elle|ils|elles|on|er|sie|es|man)\b", re.I
)
_GERMAN = re.compile(
    r"(?P<verb>Hat|Haben|Hatte|Ist|Sind|War|Waren|Wird|Werden|Wurde|Wurden) "
    r"(?P<who>(?:die|der|das) (?:[a-zäöüß]+ )*[A-ZÄÖÜ]\w+|[A-ZÄÖÜ]\w+(?= [a-zäöüß])|[A-ZÄÖÜ]\w+) (?P<rest>.+)"
)
_CYRILLIC_FIRST = re.compile(r"(?:чи правда,? що|правда ли,? что|чи|разве|неужели|хіба|невже)\s+", re.IGNORECASE)
_LI = re.compile(r"(?<=\w) ли(?!\w)", re.IGNORECASE)
_TRUE_THAT = re.compile(
    r"(?:est-il vrai|is it true|es verdad|es cierto|è vero|é verdade) (?:que |qu['’]|that |che )", re.I
)
_VS_IS_A_STATEMENT = ("es", "it", "pt", "ru", "uk")  # in these a question differs from a statement by its marks alone


def statement_of(text: str, language: str) -> str | None:
    """Return what a yes-or-no question asks about as a statement of its language; None where no rule is sure.

    A question with a negation has none: what "yes" means there depends on the language.
    """
    text = plain(text)
    asked = without_courtesy(text)
    whether = re.match(rf"(?:{WHETHER})(?!\w)\s*", asked, re.IGNORECASE) if asked != text else None
    text = (asked[whether.end() :] if whether else text).rstrip(' ?.!»”"\u00a0\u202f')
    if NEGATION.search(text) or len(text.split()) < 2:
        return None
    if found := _TRUE_THAT.match(text):
        return _stated(text[found.end() :])
    if whether and language != "de":  # a German clause behind "ob" ends in its verb
        return _stated(text)
    if language in _VS_IS_A_STATEMENT:
        return _stated(_LI.sub("", _CYRILLIC_FIRST.sub("", text)))
    rule = {"fr": _french, "en": _english, "de": _german}.get(language)
    return _stated(rule(text) or "") if rule else None


def _stated(text: str) -> str | None:
    """Return a statement as a sentence, unless it is about a pronoun, of which nobody knows who it is."""
    text = text.strip(" ,")
    if not text or "," in text or _PRONOUNS.match(text):
        return None
    return f"{text[0].upper()}{text[1:]}."


def _french(text: str) -> str | None:
    if found := re.match(r"est-ce qu(?:e |['’])", text, re.IGNORECASE):
        return text[found.end() :]
    if found := re.match(r"y a-t-il ", text, re.IGNORECASE):
        return f"il y a {text[found.end() :]}"
    inverted = INVERSION.search(text)
    if inverted is None:
        return text
    subject, verb = text[: inverted.start()], re.sub(r"-(?:t-)?\w+$", "", inverted.group())
    return f"{subject}{verb}{text[inverted.end() :]}" if subject.strip() else None


def _english(text: str) -> str | None:
    for rule in _ENGLISH:
        if (found := rule.fullmatch(text)) and not (_PRONOUNS.match(found["who"]) and found["who"] != "there"):
            return f"{found['who']} {found['verb'].lower()} {found['rest']}"
    return None


def _german(text: str) -> str | None:
    found = _GERMAN.fullmatch(text)
    if found is None:
        return None
    followed_by_name = found["rest"][:1].isupper()
    if followed_by_name and " " not in found["who"] and "nation" not in concepts(found["who"]):
        return None  # "Hat Selenskyj Kiew verlassen" and "Hat Wladimir Putin verlassen" look alike
    return f"{found['who']} {found['verb'].lower()} {found['rest']}"


# What makes of a sentence less than a statement: may, might, if, reportedly, accuses, denies; a question; words of others.
_UNSURE = re.compile(
    r"[?«»“”„\"]|(?<!\w)(?:(?!portrait|retrait|extrait|attrait|abstrait|distrait)\w+rai(?:t|ent)|si|s['’]il|peu(?:t|"
    r"vent)|"
    r"veu(?:t|lent)|menac\w*|envisag\w*|prétend\w*|accus\w*|démen\w*|nie|nient|supposé\w*|présumé\w*|probablement|"
    r"prévoi\w*|"
    r"peut-être|may|might|could|would|should|reportedly|allegedly|apparently|claim\w*|den(?:y|ies|ied)|if|whether|"
    r"threat\w*|"
    r"plan\w*|want\w*|soll(?:en)?|angeblich\w*|könn?t?en?|würden?|dürften?|falls|ob|wenn|podría\w*|habría\w*|"
    r"presunt\w*|"
    r"supuest\w*|sarebbe\w*|avrebbe\w*|potrebbe\w*|se|poderia\w*|teria\w*|seria\w*|alegad\w*|supost\w*|якобы|бы|"
    r"если|мо[жг]\w*|"
    r"возможно|вероятно|обвин\w*|утвержд\w*|отриц\w*|опроверг\w*|нібито|ніби|якби|б|ймовірно|звинувач\w*|стверджу\w*|"
    r"запереч\w*|спросту\w*|only|seulement|nur|solo|только|лише|almost|presque|fast|casi|почти|майже)(?!\w)",
    re.IGNORECASE,
)
_ACCORDING = (
    r"(?:selon|d['’]après|according to|laut|según|secondo|segundo|по данным|по словам|за даними|за словами)"
    r"\s[^,.;:()]{2,60}"
)
_ACCORDING_TO = re.compile(rf"^(?P<first>{_ACCORDING}),\s|,?\s(?P<last>{_ACCORDING})[.!]?$", re.IGNORECASE)
# Negations of a verb, to be taken out: what is left says the contrary.
_DENIAL = re.compile(
    r"(?<!\w)(?:n['’](?P<fr>[^.,;:]{1,40}?) (?:pas|jamais)|ne (?P<ne>[^.,;:]{1,40}?) (?:pas|jamais)|"
    r"(?P<en>did|does|do|is|are|was|were|has|have|had|will|can|could)(?:n['’]t| not| never)|nicht|nie|no|nunca|non|"
    r"não|не)(?!\w)",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(
    r"(?<!\w)(?:pas|not|nicht|no|non|não|не) (?:seulement|que|only|nur|sólo|solo|só|только|лише|тільки)(?!\w)", re.I
)


@dataclass(frozen=True, slots=True)
class YesNo:
    """What a sentence says of a statement: that it holds (``holds``) or not; ``by`` whose word it is, as printed."""

    holds: bool
    by: str = ""


def verdict(statement: str, language: str, quote: str, written: str, supports: Supports) -> YesNo | None:
    """Return what a sentence (in language ``written``) says of a statement (in ``language``); None where it is not sure.

    It must hold all names and figures of the statement, be no more than a statement itself, and what others say counts only
    where it says whose word it is with "selon" or the like, in the language of the question.
    """
    named = _ACCORDING_TO.search(quote)
    by = (named["first"] or named["last"]) if named else ""
    told = _ACCORDING_TO.sub(" ", quote, count=1)
    if (by and language != written) or _is_less(told, statement) or not _holds_names(statement, language, told):
        return None
    by = by[:1].lower() + by[1:]
    if not NEGATION.search(told):
        return YesNo(True, by) if supports(statement, [quote])[0] >= SUPPORTED else None
    contrary = _without_denial(told)
    if contrary is None:
        return None
    refuted, supported = supports(statement, [told])[0], supports(statement, [contrary])[0]
    return YesNo(False, by) if refuted <= REFUTED and supported >= SUPPORTED else None


def _is_less(told: str, statement: str) -> bool:
    """Whether a sentence says that somebody says something, or that it may be."""
    if _ACCORDING_TO.search(told) or re.search(_ACCORDING, told, re.IGNORECASE) or _UNSURE.search(told):
        return True
    own = {word[:5] for word in SAYING.findall(statement.casefold())}
    return any(word[:5] not in own for word in SAYING.findall(told.casefold()))


def _holds_names(statement: str, language: str, told: str) -> bool:
    names = {name for name in names_in(" " + statement) if terms(name, language)}
    first = statement.split()[0].casefold().rstrip(".")
    if language in _VS_IS_A_STATEMENT and "nation" not in concepts(first):
        names.discard(first)  # its verb
    nations = concepts(told).get("nation", frozenset())
    names = {name for name in names if not concepts(name).get("nation", frozenset()) & nations}  # in any language
    values = {figure.value for figure in find_figures(told)}
    return not missing_names(frozenset(names), told) and all(f.value in values for f in find_figures(statement))


def _without_denial(told: str) -> str | None:
    """Return a sentence without its one negation; None where it has another or none that can be taken out."""
    denials = list(_DENIAL.finditer(told))
    if len(denials) != 1 or _NOT_ONLY.search(told):
        return None
    (denial,) = denials
    kept = denial["fr"] or denial["ne"] or denial["en"] or ""
    contrary = f"{told[: denial.start()]}{kept}{told[denial.end() :]}"
    return None if NEGATION.search(contrary) else " ".join(contrary.split())
