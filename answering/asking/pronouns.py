"""A question with the name that its pronoun stands for: "Qu'a-t-il déclaré ?" is asked as "Qu'a déclaré Macron ?"

The name is put where the language has it: French inverts around it, other languages have it in the pronoun's place.
Where neither is sure to be grammar, it stands behind the question in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from answering.asking.referents import ADJECTIVE, AND, Known, Name, Sort, distinct, names_of
from answering.asking.wording import capital, ended, tidy

# -- who is meant ---------------------------------------------------------------------------------------------------


def antecedent(known: Known, gender: str, own: list[Name], *, things: bool = False) -> str:
    """Return the one name that a singular pronoun can stand for, empty where there is none or more than one.

    Names of the last question come first, then the people in its answer. ``gender`` is "m", "f" or empty for either;
    ``own`` are the question's own names, which it cannot be. ``things``: it may stand for a country, as il and elle do.
    """
    own_words = {word for name in own for word in name.text.casefold().split()}

    def possible(names: list[Name], sorts: tuple[Sort, ...]) -> list[Name]:
        found = [name for name in names if name.sort in sorts and not name.plural]
        found = [name for name in found if not own_words & set(name.text.casefold().split())]
        if gender:
            found = [name for name in found if name.gender in ("", gender)]
        return distinct(found)

    sorts = (Sort.PERSON, Sort.UNKNOWN, *([Sort.THING] if things else []))
    asked = [name for name in known.asked if not _of_something(name, known.question)]
    for names, kinds in ((asked, sorts), (known.told, (Sort.PERSON,))):
        found = possible(names, kinds)
        subjects = [name for name in found if not name.before]
        if len(found) > 1 and len(subjects) == 1:
            found = subjects
        if found:
            return found[0].with_article if len(found) == 1 else ""
    return ""


_SOMETHING = re.compile(r"(?<!\w)(?:l['’]|l[ea]s?\s|une?\s|the\s)[^\W\d][\w-]+\s$", re.IGNORECASE)


def _of_something(name: Name, question: str) -> bool:
    """Whether a name only says which: it is not "la centrale de Zaporijjia". Nor is a city that is named without "à" il."""
    if name.sort is Sort.PERSON:
        return False
    bare = name.sort is Sort.THING and not name.article and name.before not in ("au", "aux", "du", "des")
    which = name.before in ("de", "du", "des", "d'", "d’", "of")
    return bare or (which and bool(_SOMETHING.search(question[: name.start])))


_SEVERAL = {
    "fr": re.compile(rf"(?<!\w)(?:les|des|aux)\s([a-zà-ÿ][\w-]+[sx](?:\s{ADJECTIVE})?)(?![\w-])"),
    "en": re.compile(r"(?<!\w)the\s((?:[A-Z]\w+\s)?[a-z][\w-]+s)(?!\w)"),
}
_FEMININE = re.compile(r"(?:ions|ées|esses|elles|ennes|trices|euses|tés)$")
_FEMALE = ("elles", "ellas")


def antecedents(known: Known, pronoun: str, language: str) -> str:
    """Return whom a plural pronoun stands for: two people named together, or the only several that are spoken of."""
    female = pronoun.casefold() in _FEMALE
    named = distinct([name for name in known.asked if not name.locative])
    single = [name for name in named if not name.plural]
    if len(named) == 2 and len(single) == 2:
        people = sum(name.sort is Sort.THING for name in named) in (0, 2)
        told = not (female and any(name.gender == "m" for name in named))
        return f"{named[0].with_article} {AND[language]} {named[1].with_article}" if people and told else ""
    plural = [name for name in named if name.plural]
    spoken: list[str] = _SEVERAL[language].findall(known.question) if language in _SEVERAL else []
    if len(plural) + len(spoken) != 1 or any(name.sort is not Sort.THING for name in single):
        return ""
    if plural:
        return plural[0].with_article
    noun = spoken[0].split()[0]
    if language == "fr" and not (
        noun.endswith("es") or _FEMININE.search(noun) if female else not _FEMININE.search(noun)
    ):
        return ""
    return ("les " if language == "fr" else "the ") + spoken[0]


def _meant(known: Known, pronoun: str, language: str, own: list[Name]) -> str:
    said = pronoun.casefold()
    if said in _PLURAL:
        return antecedents(known, said, language)
    return antecedent(known, _GENDERS.get(said, ""), own, things=language == "fr")


# -- French ---------------------------------------------------------------------------------------------------------

_NOUN = rf"(?!l['’]|les?\s|la\s)[a-zà-ÿ][\w-]+(?:\s{ADJECTIVE})?"
_ASKS = (
    rf"(?:(?:de|à|avec|pour|contre|par|depuis|jusqu['’]à|selon|chez|sur|dans|en|d['’])\s?)?"
    rf"(?:qu['’]|que\s|qui\s|quoi\s|où\s|quand\s|comment\s|pourquoi\s|lequel\s|laquelle\s|"
    rf"combien\s(?:(?:de\s|d['’]){_NOUN}\s)?|quel(?:le)?s?\s{_NOUN}\s)"
)
_CLITICS = r"(?:(?:ne|se|le|la|les|lui|leur|y|en|me|te|nous|vous)\s|(?:n|s|l|m|t)['’]){0,3}"
_INVERTED = re.compile(
    rf"^(?P<asks>(?:(?:et|mais)\s)?{_ASKS})?(?P<verb>{_CLITICS}[^\W\d][\w’']*)"
    r"(?P<said>-(?:t-)?(?P<pronoun>ils?|elles?))(?P<rest>(?!\w).*)$",
    re.IGNORECASE,
)
_STRAIGHT = re.compile(
    rf"^(?P<head>(?:{_ASKS})?(?:est-ce\s)?(?:qu['’])?|)(?P<pronoun>ils?|elles?)(?P<rest>\s.*)$", re.IGNORECASE
)
_WITH = re.compile(
    r"(?<!\w)(?P<before>avec|contre|pour|par|selon|chez|sur|de|à|d['’])\s?(?P<pronoun>lui|elles?|eux)(?![\w-])", re.I
)
_ITS = re.compile(r"(?<!\w)(?:(?P<before>de|à)\s)?(?P<own>son|sa|ses|leurs?)\s(?P<noun>[a-zà-ÿœ][\w-]*)", re.IGNORECASE)
# What may stand before "son ministre" where nobody else in the question can be whose he is.
_OWNS_NOT = re.compile(
    rf"(?:(?:et|mais)\s)?(?:qui\s(?:est|sont|était|étaient)\s|(?!qui\s)(?:{_ASKS})?(?:quel(?:le)?s?\s)?(?:[^\W\d][\w’'-]*\s)?)"
    r"(?:(?:l['’]|l[ea]s?\s)[a-zà-ÿœ]+\s(?=de\s|$))?(?:de\s)?",
    re.IGNORECASE,
)
_NO_PERSON_IL = re.compile(
    r"(?<!\w)(?:(?:il\s)?y\s?(?:en\s)?(?:a|avait|aura|aurait|eut|ait)(?:-t)?(?:-il)?|il\sy\s|"
    r"(?:quel\stemps|quelle\sheure)\s|fa(?:ut|llait|udra|udrait)-il|se\spass\w*-?t-il|(?:s['’]est|s['’]était|se\sproduit|s['’]agit|s['’]agissait)(?:-t)?-il(?!\s(?:rend|expr|"
    r"réfug|rét|retir|excus|adress|oppos|engag|install))|il\s(?:pleut|neige|fait\s|s['’]agit|faut|fallait|faudra|reste|existe|manque|suffit|"
    r"semble|paraît|convient|s['’]est\spassé)|(?:reste|restait|existe|existait|suffit|manque|"
    r"semble|paraît|convient|pleut|neige|vaut|arrive|peut)(?:-t)?-il(?=\s(?:que|qu['’]|de|d['’]|des|du|une?|mieux|encore|le|la|"
    r"les|y|aussi|vraiment|toujours|\?|$)|\s*\?|$)|fait-il\s(?:beau|froid|chaud|nuit|jour|mauvais)|"
    r"(?:est|était|sera|serait)-il\s(?:\w+\s)?\w+\s(?:de|que|d['’]|qu['’])|il\s(?:est|était|sera)\s\w+\s(?:de|que|d['’]|qu['’])|"
    r"en\sest-il|s['’]il\s(?:vous|te)\spla[iî]t)",
    re.IGNORECASE,
)
_NOT_AFTER_VERB = re.compile(
    r"(?:à|au|aux|de|du|des|d['’].*|le|la|les|l['’].*|une?|pour|contre|avec|sur|en|dans|hier|demain|aujourd.*|après|avant|"
    r"ce|cette|ces|pas|ensuite|depuis|lors|pendant|selon|chez|vers|par|quand|si|maintenant|[0-9].*)$",
    re.IGNORECASE,
)


def _french(question: str, known: Known, own: list[Name]) -> str:
    if _NO_PERSON_IL.search(question):
        return ""
    inverted = _INVERTED.match(question)
    if inverted and not any(name.start < inverted.start("said") for name in own):
        found = "" if _takes_up(inverted) else _meant(known, inverted["pronoun"], "fr", own)
        return _put(inverted, found) if found else ""
    straight = _STRAIGHT.match(question)
    if straight:
        found = _meant(known, straight["pronoun"], "fr", own)
        return tidy(straight["head"] + found + straight["rest"]) if found else ""
    if re.search(r"-(?:t-)?(?:ils?|elles?)(?!\w)|(?<!\w)ils?(?!\w)", question, re.I) or own:
        return ""  # it takes up a subject of the same question, or may
    if beside := _WITH.search(question):
        found = _meant(known, beside["pronoun"], "fr", own)
        return (
            tidy(f"{question[: beside.start()]}{beside['before']} {found}{question[beside.end() :]}") if found else ""
        )
    return ""


_WHO = re.compile(
    r"(?:combien\s(?:de\s|d['’])|quel(?:le)?s?\s)(?P<who>[a-zà-ÿœ][\w-]+)(?P<kind>\s\S+)?\s$", re.IGNORECASE
)
_DOING = re.compile(
    r"(?:ministre|président|homme|femme|chef|soldat|joueu|acteur|actrice|pays|ville|équipe|parti|entreprise|société|personne|"
    r"civil|réfugié|député|candidat|écrivain|auteur|état|groupe|journal|général|militaire|enfant|habitant|femme|armée|avion)",
    re.IGNORECASE,
)


def _takes_up(inverted: re.Match[str]) -> bool:
    """Whether il takes up whom the question asks for: "Quel ministre a-t-il été remplacé ?"."""
    who = _WHO.fullmatch((inverted["asks"] or "").casefold().removeprefix("et ").removeprefix("mais "))
    if not who or who["who"].endswith(("s", "x")) != inverted["pronoun"].casefold().endswith("s"):
        return False
    asks_how_many = who[0].startswith("combien") and who["who"].endswith(("s", "x"))
    return asks_how_many or inverted["rest"].startswith(" été ") or bool(_DOING.match(who["who"]))


def _put(inverted: re.Match[str], name: str) -> str:
    asks, verb, said, rest = inverted["asks"] or "", inverted["verb"], inverted["said"], inverted["rest"]
    if not asks:
        return tidy(f"{capital(name)} {verb[0].lower()}{verb[1:]}{said}{rest}")
    which = asks.casefold().removeprefix("et ").removeprefix("mais ").strip()
    words, end = ended(rest)
    if which in ("que", "qu'", "qu’"):
        first, _, others = words.strip().partition(" ")
        if first and not _NOT_AFTER_VERB.match(first):
            return tidy(f"{asks}{verb} {first} {name} {others}{end}")
        return tidy(f"{asks}{verb} {name} {words}{end}")
    if not words.strip() and which != "pourquoi" and not verb.casefold().startswith(("s'", "s’", "se ")):
        return tidy(f"{asks}{verb} {name}{end}")
    return tidy(f"{asks}{name} {verb}{said}{rest}")


def _owned(question: str, known: Known, own: list[Name]) -> str:
    """Return a question whose "son ministre" is "le ministre de" its owner."""
    its = _ITS.search(question)
    if not its or own or not _OWNS_NOT.fullmatch(question[: its.start()]):
        return ""
    said, noun = its["own"].casefold(), its["noun"]
    owner = antecedents(known, "ils", "fr") if said in ("leur", "leurs") else antecedent(known, "", own, things=True)
    if not owner:
        return ""
    article = {"son": "le ", "sa": "la ", "ses": "les ", "leurs": "les "}.get(said, "")
    if not article:
        article = "la " if re.search(r"(?<!\w)quelle(?!\w)", question, re.I) else "le "
    if article != "les " and noun[0].casefold() in "aeiouéèêàâîôœh":
        article = "l'"
    before = f"{its['before']} " if its["before"] else ""
    rest = question[its.end() :]
    adjective = re.match(rf"\s{ADJECTIVE}", rest)
    behind = adjective.group() if adjective else ""
    made = f"{before}{article}{noun}{behind} de {owner}"
    opens = its.start() == 0
    return tidy(question[: its.start()] + (capital(made) if opens else made) + rest[len(behind) :])


# -- languages that keep the pronoun's place ------------------------------------------------------------------------

_GENDERS = {
    **dict.fromkeys(("il", "lui", "he", "him", "his", "er", "ihn", "ihm", "él", "он", "він"), "m"),
    **dict.fromkeys(("elle", "she", "her", "ella", "она", "вона"), "f"),
}
_PLURAL = frozenset("ils elles eux they them their ellos ellas они вони".split())
_IN_PLACE = {
    "en": re.compile(r"(?<![\w'’-])(?:he|she|they|him|them|her(?!\s\w))(?![\w'’-])", re.IGNORECASE),
    "de": re.compile(r"(?<![\w-])(?:er|ihn|ihm)(?![\w-])"),
    "es": re.compile(r"(?<![\w-])(?:él|ella|ellos|ellas)(?![\w-])", re.IGNORECASE),
    "ru": re.compile(r"(?<![\w-])(?:он|она|они)(?![\w-])", re.IGNORECASE),
    "uk": re.compile(r"(?<![\w-])(?:він|вона|вони)(?![\w-])", re.IGNORECASE),
}
_SIE = re.compile(r"(?<=\w\s)sie(?![\w-])")  # without a capital: with one it may be who is asked
_SIE_MANY = re.compile(r"(?<!\w)(?:haben|sind|werden|wurden|waren|hatten|wollen|können|sollen|\w+en)\s$", re.IGNORECASE)
_POSSESSIVE = re.compile(
    r"(?P<head>|(?:and |but )?(?:who|what|where|when|why|how)(?:['’]s| is| was| are| were) |"
    r"(?:and )?(?:what|where|when|why|how) (?:did|does|do|has|have) )(?P<said>his|her|their) (?P<rest>[a-z].*)",
    re.IGNORECASE | re.DOTALL,
)
_BEHIND = {  # these are declined, and so would the name be
    "de": re.compile(r"(?<![\w-])(?:sein(?:e[nrms]?)?|ihr(?:e[nrms]?)?)\s(?=[A-ZÄÖÜ])"),
    "ru": re.compile(r"(?<![\w-])(?:его|ему|ним|нём)(?![\w-])|(?<![\w-])(?P<f>её|ней|ею)(?![\w-])", re.IGNORECASE),
    "uk": re.compile(r"(?<![\w-])(?:його|йому|ним|ньому)(?![\w-])|(?<![\w-])(?P<f>її|ній|нею)(?![\w-])", re.IGNORECASE),
}


def _in_place(question: str, known: Known, own: list[Name]) -> str:
    for language, pattern in _IN_PLACE.items():
        if match := pattern.search(question):
            found = "" if _before(own, match, question) else _meant(known, match.group(), language, own)
            return " ".join((question[: match.start()] + found + question[match.end() :]).split()) if found else ""
    if match := _SIE.search(question):
        if _before(own, match, question):
            return ""
        many = _SIE_MANY.search(question[: match.start()])
        found = antecedents(known, "sie", "de") if many else antecedent(known, "f", own)
        return question[: match.start()] + found + question[match.end() :] if found else ""
    if (match := _POSSESSIVE.fullmatch(question)) and not own:
        owner = _meant(known, match["said"], "en", own)
        return f"{match['head']}{owner}'s {match['rest']}" if owner else ""
    for pattern in () if own else _BEHIND.values():
        if match := pattern.search(question):
            found = antecedent(known, "f" if match.groupdict().get("f") else "", own)
            body, end = ended(question)
            return f"{body} ({found}){end}" if found else ""
    return ""


def _before(own: list[Name], match: re.Match[str], question: str) -> bool:
    """Whether someone or something before its pronoun is likely to be it: a name, or what a first clause is about."""
    return "," in question[: match.start()] or any(name.start < match.start() for name in own)


_LONGEST_LEANING = 14  # words; what is longer says itself whom it means


def with_names(question: str, known: Known) -> str:
    """Return a question with the names that its first pronoun stands for; empty where none is, or it is not sure."""
    if len(question.split()) > _LONGEST_LEANING:
        return ""
    own = [name for name in names_of(question) if name.sort is not Sort.UNKNOWN or name.start or " " in name.text]
    ways: tuple[Callable[[str, Known, list[Name]], str], ...] = (_french, _owned, _in_place)
    return next((made for way in ways if (made := way(question, known, own))), "")
