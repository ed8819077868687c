"""What a figure counts in its sentence: of whom, where, over what time, and whether it is a part of another figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from answering.asking.question import Question, names_in
from answering.comparing.concepts import concepts
from answering.comparing.figures import Figure, find_figures
from answering.comparing.spellings import same_name
from answering.judging.evidence import Evidence, missing_names

_FAR = 400  # characters, in which they stand
_WINDOW = 12  # words after a figure that may say what it counts
_CUT = re.compile(
    r"(?:,? (?:et|and|und|y|и|та|e|dont|including) |[;,:] )"
    r"(?:(?:plus|près|moins) d[e'’] ?|environ |au moins |about |nearly |more than |over |at least |около |более )?"
    r"(?:encore |autres |another |a further |weitere |otr[ao]s |ещё |еще |ще )?$",
    re.IGNORECASE,
)
# "selon l'ONU", "according to ...", "les autorités ... ont annoncé que": who says it, not what it is about.
_ATTRIBUTION = re.compile(
    r"(?:^|,\s*|\s)(?:selon|d['’]après|according to|laut|nach angaben|según|secondo|segundo|по данным|по словам|за даними)\s"
    r"[^.]*?(?:,|\.|$)"
    r"|^[^,.]{0,80}? (?:annoncé|déclaré|affirmé|indiqué|said|announced|сообщили|заявили) (?:que|qu['’]|that|что|що)",
    re.IGNORECASE,
)
# A name up to three words behind a preposition: "contre Tchernihiv", "dans le nord de l'Ukraine", "in Kharkiv".
_PLACE = re.compile(
    r"(?<!\w)(?:[àÀA]|aux?|en|dans|contre|sur|près|in|at|on|near|from|bei|nach|aus|nel|в|на|у|под)\s"
    r"(?:[\w'’]+\s){0,3}?(?:[ld]['’])?[^\W\d_a-zà-ÿа-яґєії][\w-]+|(?<!\w)d['’][^\W\d_a-zà-ÿа-яґєії][\w-]+"
)
# Capitals that some languages give to times: "on Friday" is no place.
_TIMES = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october"
    r"|november|december|jan|feb|aug|sept?|oct|nov|dec|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend"
    r"|sonntag)\w*|januar|jänner|februar|märz|mai|juni|juli|oktober|dezember"
)
# "500 de ses soldats": whose they are is the subject, not a country behind a preposition.
_POSSESSIVE = re.compile(
    r"(?<!\w)(?:ses|leurs?|its|their|his|seiner?|ihrer?|sus|suoi|loro|своих|своїх)(?!\w)", re.IGNORECASE
)
_OBJECT = re.compile(
    r"(?<!\w)(?:en|à|au|aux|contre|dans|sur|in|against|into|at|from|в|на|против)\s+(?:l['’]|la |le |the )?\w+|\w+-\w+"
)
_WORD = re.compile(r"[^\W\d_]+")
# "l'offensive russe", "Russian strikes", "par les forces russes": who attacks is not who is counted.
_ATTACK = re.compile(
    r"(?:offensiv|ofensiv|invasion|invasi|attaqu|attack|ataque|attacc|angriff|frappe|strike|bombard|shell|guerre|wars?$|krieg|"
    r"guerra|raid|assaut|assault|agress|missile|drone|tirs?$|opérat|operat|opera[cz]|überfall|вторж|вторг|наступ|атак|удар|"
    r"обстр|войн|війн|агрес|операц)",
    re.IGNORECASE,
)
_AGENT = frozenset(("par", "by", "durch"))
_SHORTEST_NAME = 4  # letters of a name that a question writes small
_IN_GERMAN = re.compile(r"(?<!\w)(?:in|aus|bei|nach|auf|von|um|vor)\s(?P<name>[A-ZÄÖÜ][a-zäöüß]+)(?!\w)")
_CAPITALISED = re.compile(r"(?<=[\w,] )[^\W\d_a-zà-ÿа-яёґєії][\w-]+")  # within a sentence
_NEAR = 3  # words before a nation that may say that it attacks
_BY_WHOM = re.compile(
    r"(?<!\w)(?i:selon|d['’]après|according to|laut|nach angaben|según|secondo|segundo|по данным|по словам|за даними|"
    r"за словами)\s(?:(?:le|la|les|the|der|des|von|dem|el|los|il|lo) |l['’])?\w+"
    r"(?:\s[^\W\d_a-zà-ÿа-яёґєії]\w+)*"  # "Vereinten Nationen"
)
_PART = re.compile(
    r"(?<!\w)(?:dont|parmi (?:eux|elles|lesquel(?:le)?s)|y compris|including|among them|of (?:whom|them|which)|darunter|"
    r"davon|entre ell[oa]s|incluid[oa]s|de ell[oa]s|tra cui|di cui|dos quais|das quais|incluindo|в том числе|из них|"
    r"среди них|у тому числі|з них|серед них|зокрема)\s",
    re.IGNORECASE,
)
# "Parmi ces blessés, 14 seraient des enfants": the sentence is about a part from its first word on.
_OF_THESE = re.compile(r"(?:parmi|among|unter|entre|tra|среди|серед)\s[^,]{1,60},\s", re.IGNORECASE)
_LIMITED = 24  # characters that may stand between "including" and its figure: "près de", "au moins"
# "en deux jours", "par an", "in the past 24 hours": what is counted over a while is no count of all.
_WHILE = re.compile(
    r"(?<!\w)(?:(?:en|dans|ces|au cours des|in|over|within|during|innerhalb von|binnen|en los|in den|за|протягом|"
    r"упродовж|в течение) (?:les |the |las |los |den |)?(?:dernières |derniers |past |last |letzten |últim[oa]s |последние |"
    r"останні )?(?:\d+|un|une|one|a|deux|two|zwei|dos|due|два|две|дві|trois|three|drei|tres|tre|три|quelques|a few|few|"
    r"wenigen)? ?(?:dernières |derniers |past |last |letzten |últim[oa]s |последние |останні )?"
    r"(?:heures?|jours?|semaines?|mois|hours?|days?|weeks?|months?|stunden|tagen?|wochen?|monaten?|horas|días|semanas|meses|"
    r"ore|giorni|settimane|mesi|часов|час[аи]?|дн(?:я|ей|і|ів)|сутки|добу|недел[июь]\w*|тиж\w+|месяц\w*|місяц\w*)"
    r"|(?:par|per|a|chaque|each|every|pro|jeden|jede|al|cada|ogni|в|на) (?:jour|an|année|mois|semaine|day|year|month|week|"
    r"tag|jahr|monat|woche|día|año|mes|semana|giorno|anno|день|год|рік|месяц|місяць)"
    r"|seule journée|(?:on|am) \w+day alone|allein am"
    r"|(?:la semaine|le mois|l['’]année|l['’]an) derni(?:er|ère)|last (?:week|month|year)|yearly|annuel\w*|quotidien\w*|"
    r"daily|jährlich|täglich)(?!\w)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.,])(?:1[5-9]|20)\d\d(?![\w]|[.,]\d)")


def nations_counted(text: str) -> frozenset[str]:
    """Return the nations of those whom a text counts, by themselves or by their capital; not whose attack it was."""
    words = [match.group() for match in _WORD.finditer(text)]
    found: set[str] = set()
    for at, word in enumerate(words):
        named = nations_named(word)
        beside = [*words[max(at - _NEAR, 0) : at], *words[at + 1 : at + 2]]
        if named and not any(_ATTACK.match(other) or other.casefold() in _AGENT for other in beside):
            found |= named
    return frozenset(found)


def nations_named(text: str) -> frozenset[str]:
    """Return the nations that a text names, by themselves or by their capital, as papers do."""
    found = concepts(text)
    return found.get("nation", frozenset()) | found.get("capital", frozenset())


def sides_named(text: str) -> frozenset[str]:
    """Return the nations whose word a text says that it is: "selon Moscou"."""
    return frozenset().union(*(nations_named(match.group()) for match in _BY_WHOM.finditer(text)))


def without_attribution(question: str) -> str:
    """Return a question without "selon l'ONU" and the like, of which its evidence need not speak."""
    return _BY_WHOM.sub(" ", question)


def may_be_of(wanted: frozenset[str], sentence: str, counts: str) -> bool:
    """Whether the people who are counted may be of one of the nations that a question names ("Ukrainian soldiers")."""
    named = nations_counted(counts)
    if not named and _POSSESSIVE.search(counts):
        named = nations_named(_OBJECT.sub(" ", sentence))
    return not named or bool(wanted & named)


def is_part(text: str, figure: Figure) -> bool:
    """Whether a figure is a part of another one of its sentence, or of the one before: "dont 14 enfants"."""
    before = text[: figure.start]
    part = next(iter(_PART.finditer(before, max(len(before) - _LIMITED, 0))), None)
    if part is not None and not find_figures(before[part.end() :]):
        return True
    opening = _OF_THESE.match(text)
    return opening is not None and not find_figures(text[: figure.start])


def whole(text: str, figure: Figure) -> str:
    """Return a sentence without the parts of a figure that follow it: "2.000 civils, dont 120 à Kharkiv"."""
    part = _PART.search(text, figure.end)
    return text[: part.start()] if part else text


def period_of(text: str, published: str, question: str) -> frozenset[str]:
    """Return what limits a count in time beyond its question: years but that of publication, and "a while"."""
    years = set(_YEAR.findall(text)) - set(_YEAR.findall(question)) - {published[:4]}
    over_a_while = _WHILE.search(text) is not None and _WHILE.search(question) is None
    return frozenset(years | ({"while"} if over_a_while else set()))


def counted_phrase(text: str, figure: Figure) -> str:
    """Return the words that say what a figure counts: those after it, up to the next figure's conjunction.

    Where nothing countable follows ("est passé à 33."), those before it.
    """
    after = text[figure.end : figure.end + _FAR]
    cut = next((f for f in find_figures(after) if _CUT.search(after[: f.start])), None)
    if cut is not None:
        after = _CUT.sub("", after[: cut.start])
    following = " ".join(after.split()[:_WINDOW])
    named = concepts(following)
    return (
        following
        if "event" in named or "people" in named or "thing" in named
        else f"{text[: figure.start]} {following}"
    )


def scope_of(text: str, question: Question) -> frozenset[str]:
    """Return the names behind a preposition that limit a sentence beyond its question, case-folded."""
    places = " ".join(" x " + match.group() for match in _PLACE.finditer(_ATTRIBUTION.sub(" ", text)))
    return frozenset(
        name
        for name in names_in(places) - question.names
        if not name[0].isdigit()
        and missing_names(frozenset((name,)), question.text)  # in any spelling
        and not _TIMES.fullmatch(name)
        and "nation" not in concepts(name)  # the whole country limits nothing
    )


def hidden_names(question: Question, evidence: Sequence[Evidence]) -> frozenset[str]:
    """Return the names that a question writes small: its words that the articles found print with a capital alone."""
    words = {word for word in re.findall(r"\w+", question.text) if word.islower() and len(word) >= _SHORTEST_NAME}
    texts = {e.article.id: e.article.text for e in evidence if e.article.language != "de"}.values()
    found = {word for word in words if not concepts(word) and _is_name(word, texts)}
    if question.language == "de":
        found |= {word for word in _after_place(question.text) if _is_spelt(word, texts)}
    return frozenset(found)


def _after_place(text: str) -> set[str]:
    """Return the words behind a German preposition of place that may be a town's name, case-folded: "in Charkiw"."""
    found = {match["name"].casefold() for match in _IN_GERMAN.finditer(text)}
    return {word for word in found if len(word) >= _SHORTEST_NAME and not concepts(word)}


def _is_spelt(word: str, texts: Iterable[str]) -> bool:
    """Whether a word is a name in articles of other languages, in their spelling: "Charkiw" and "Kharkiv"."""
    printed = {name for text in texts for name in _CAPITALISED.findall(text)}
    return any(same_name(word, name) for name in printed)


def _is_name(word: str, texts: Iterable[str]) -> bool:
    printed = re.compile(rf"(?P<inside>[^\W\d_][,;]?\s)?(?<!\w)(?P<word>{re.escape(word)})(?!\w)", re.IGNORECASE)
    found = [match for text in texts for match in printed.finditer(text)]
    return all(match["word"][0].isupper() for match in found) and any(match["inside"] for match in found)
