"""Which kind of answer a question wants, by how it is built: what it begins with, an inversion, a word at its end.

A question word that stands elsewhere asks for nothing: "La Russie, qui a envahi l'Ukraine, a-t-elle perdu ?" wants no name.
"""

from __future__ import annotations

import re

from answering.asking.shape_cues import BEFORE, CUES, LEADS, POLITE, WHETHER, Kind, unspaced_shape

_AND = r"(?:et|mais|alors|donc|or|and|but|so|und|aber|also|y|pero|e|ed|ma|mas|а|и|но|та|але|ну)\s+"
_LEADS = tuple(
    (kind, re.compile(rf"(?:{_AND})?(?:{BEFORE}(?:\s+|(?<=['’])))?(?:{words})(?:(?<=['’])|(?!\w))", re.IGNORECASE))
    for kind, words in LEADS
)
# "Was the bridge destroyed?" is no German "what".
_ENGLISH_WAS = re.compile(r"was (?:the|he|she|it|there|this|that|any|a)\b", re.IGNORECASE)
_GERMAN_WAS = re.compile(r"was(?!\w)", re.IGNORECASE)
_CLAUSE = re.compile(r"[,:;–—]\s+")
_THAT = re.compile(r"(?:что|що|чтобы|щоб|dass|que|qu['’])(?:\s|(?<=['’]))", re.IGNORECASE)
_SAYS_LAST = re.compile(
    r"(?<!\w)(?:сказа|говор|заяв|объяв|сообщ|утвержд|написа|узна|призна|повідом|каза|оголос|стверд|визна|gesagt|sagte?|"
    r"erklärt|behaupt|mitgeteilt|bekannt|dijo|dije|anunci|declar|afirm)\w*$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"^[^\w]+")
_POLITE = re.compile(rf"[^\w]*(?:{POLITE})(?!\w)[\s,:!.]+", re.IGNORECASE)
_WHETHER = re.compile(rf"(?:{WHETHER})(?!\w)\s*", re.IGNORECASE)
_RELATIVE = re.compile(
    r",\s(?:qui|que|dont|où|lequel|laquelle|who|whom|which|whose|where|when|der|die|das|den|dem|deren|dessen|che|cui|quien|"
    r"quem|cual|котор\w+|який|яка|яке|які|що|где|де)\s[^,]*,\s*",
    re.IGNORECASE,
)
_PRONOUN = r"(?:il|elle|ils|elles|on|je|tu|nous|vous|ce)"
INVERSION = re.compile(rf"(?<![\w-])(?!rendez-vous)\w+-(?:t-)?{_PRONOUN}(?!\w)", re.IGNORECASE)
_AUXILIARY = (
    r"did|does|do|is|are|were|has|have|had|will|would|can|could|should|may(?! \d)|might|must|(?:did|does|do|is|are|was|were|"
    r"has|have|had|wo|would|ca|could|should)n['’]t"
)
_GERMAN_VERB = (
    r"hat|haben|hatten?|ist|sind|waren?|wird|werden|wurden?|kann|können|konnten?|soll|sollen|sollten?|muss|müssen|"
    r"mussten?|darf|dürfen|durften?|will|wollen|wollten?|gibt es|gab es|stimmt es"
)
_ROMANCE_VERB = (
    r"ha|han|había|habían|es|son|está|están|fue|fueron|hay|hubo|puede|pueden|va|van|será|serán|tiene|tienen|quiere|"
    r"hanno|è|sono|aveva|avevano|c['’]è|ci sono|può|possono|sta|stanno|sarà|saranno|fu|furono|vuole|foi|foram|há|houve|"
    r"tem|têm|é|são|estão|pode|podem|vai|vão|quer"
)
_YES_NO_FIRST = re.compile(
    rf"(?:est-ce qu|{_AUXILIARY}|was|{_GERMAN_VERB}|{_ROMANCE_VERB}|чи|czy|разве|неужели|правда|хіба|невже)"
    r"(?:(?<=qu)|(?!\w))",
    re.IGNORECASE,
)
_GERMAN_FIRST = re.compile(
    r"[A-ZÄÖÜ]\w+(?:t|te|ten|en) (?:der|die|das|den|es|er|sie|ein|eine|man|[A-ZÄÖÜ]\w+)(?!\w)"
)  # "Greift Russland Kiew an?", in a text that is known for German
_LI = re.compile(r"(?<!\w)[^\W\d_]+ ли(?!\w)", re.IGNORECASE)
_NEVER_RELATIVE = (
    (Kind.NUMBER, re.compile(rf"(?<!\w)(?:{CUES[Kind.NUMBER]})(?!\w)", re.IGNORECASE)),
    (Kind.REASON, re.compile(r"(?<!\w)(?:pourquoi|why|warum|por qué|почему|чому)(?!\w)", re.IGNORECASE)),
    (Kind.PERSON, re.compile(r"(?<!\w)kim(?!\w)")),
    (Kind.TIME, re.compile(r"(?<!\w)(?:ne zaman|khi nào)(?!\w)", re.IGNORECASE)),
    (Kind.PLACE, re.compile(r"(?<!\w)(?:nerede|ở đâu)(?!\w)", re.IGNORECASE)),
)
_LAST = r"(?:\s(?:exactement|au juste|exactly|genau|exactamente|именно|саме))?\W*$"
_AT_THE_END = tuple(
    (kind, re.compile(rf"(?<!\w)(?:{words}){_LAST}", re.IGNORECASE))
    for kind, words in (
        (Kind.TIME, "quand|when|wann|cuándo|quando|когда|коли"),
        (Kind.PLACE, "où|where|wo|dónde|dove|onde|где|де"),
        (Kind.PERSON, "qui|who|whom|wer|wen|wem|quién|chi|quem|кто|кого|кому|кем|хто"),
        (Kind.OTHER, "quoi|comment|what|how|was|wie|qué|cómo|cosa|come|что|как|що|як"),
    )
)
_FINITE = re.compile(
    rf"(?<!\w)(?:a|ont|est|sont|était|étaient|avait|avaient|sera|seront|va|vont|peut|peuvent|veut|veulent|doit|doivent|"
    rf"is|are|was|were|has|have|had|did|will|can|{_GERMAN_VERB}|{_ROMANCE_VERB}|[а-яґєії]{{3,}}(?:л[аио]?(?:сь|ся)?|"
    rf"ет(?:ся)?|ит(?:ся)?|ют(?:ся)?|ят(?:ся)?|ють(?:ся)?|ять(?:ся)?|є|єть(?:ся)?|в(?:ся)?)|"
    rf"[a-zà-ÿ]{{2,}}(?:aron|ieron|ó|arono|irono|aram|eram|iram|ou))(?!\w)"
)


def kind_of(text: str, language: str) -> Kind:
    """Return the kind of answer that a question wants.

    ``language`` (ISO 639-1, may be empty) settles what is a word of two of them, such as "was".
    """
    text = plain(text)
    if found := unspaced_shape(text):
        return found
    asked = without_courtesy(text)
    if asked != text and _WHETHER.match(asked):
        return Kind.YES_NO
    if asked != text and (kind := _lead(asked, language)):
        return kind
    if kind := _lead(text, language):
        return _after_when(text, language) if kind is Kind.TIME else kind
    if _is_yes_no(text, language):
        return _within_yes_no(text) or Kind.YES_NO
    return _behind_a_comma(text, language) or _elsewhere(text) or Kind.OTHER


def plain(text: str) -> str:
    """Return a question without the marks in front of it, on one line."""
    return _MARKS.sub("", " ".join(text.split()))


def without_courtesy(text: str) -> str:
    """Return a question without "savez-vous" and the like before it, and the comma behind that."""
    while found := _POLITE.match(text):
        text = text[found.end() :]
    return text


def _lead(text: str, language: str) -> Kind | None:
    """Return the kind of the question word that a text begins with."""
    if _GERMAN_WAS.match(text) and language != "en" and not _ENGLISH_WAS.match(text):
        return _lead("que" + text[3:], language)  # asks as it does
    if language == "en" and re.match(r"(?:come|wo)(?!\w)", text, re.IGNORECASE):
        return None
    return next((kind for kind, lead in _LEADS if lead.match(text)), None)


def _after_when(text: str, language: str) -> Kind:
    """Return what is asked behind "Quand la guerre a commencé, ...": a first "when" that asks has an inverted verb."""
    first, *later = _CLAUSE.split(text)
    asks = INVERSION.search(first) or re.match(rf"\w+ (?:{_AUXILIARY}|was)\b", first, re.IGNORECASE)
    if asks or not later or "?" in first:
        return Kind.TIME
    for clause in later:
        if _THAT.match(clause) and _SAYS_LAST.search(first):
            return Kind.TIME  # "Когда он сказал, что ...": what was said, and no question
        if kind := _lead(clause, language):
            return kind
        if _is_yes_no(clause, language):
            return Kind.YES_NO
    return Kind.TIME


def _is_yes_no(text: str, language: str) -> bool:
    text = re.sub(rf"^(?:{_AND})", "", text, flags=re.IGNORECASE)
    if _YES_NO_FIRST.match(text) or (language == "de" and _GERMAN_FIRST.match(text)):
        return True
    if _LI.search(text):
        return not _behind_a_comma(text, language)
    bare = _RELATIVE.sub(" ", text)
    if inverted := INVERSION.search(bare):
        return not _behind_a_comma(bare[: inverted.start()] + ".", language)
    if any(_is_first_of(clause) for clause in _CLAUSE.split(bare)[1:]):
        return not _behind_a_comma(bare, language)
    asks = _behind_a_comma(bare, language) or _elsewhere(bare)
    return bare.rstrip(' »”"').endswith("?") and asks is None and bool(_FINITE.search(bare, 1))


def _is_first_of(clause: str) -> bool:
    """Whether a clause behind a comma begins as only a question does: "According to Kyiv, did Russia attack?"."""
    return bool(re.match(rf"(?:est-ce qu|(?:{_AUXILIARY}|was)\s.*\?|чи\s)", clause, re.IGNORECASE))


def _within_yes_no(text: str) -> Kind | None:
    """Return what "A-t-on dit combien ... ?" asks for in truth."""
    return next((kind for kind, cue in _NEVER_RELATIVE if cue.search(text)), None)


def _behind_a_comma(text: str, language: str) -> Kind | None:
    return next((kind for clause in _CLAUSE.split(text)[1:] if (kind := _lead(clause, language))), None)


def _elsewhere(text: str) -> Kind | None:
    """Return what a word asks for that never begins a relative clause, or that ends the question."""
    for kind, cue in (*_NEVER_RELATIVE, *_AT_THE_END):
        if cue.search(text):
            return kind
    return None
