"""A question that says only what is new: "Et à Kharkiv ?" is the one before it, in which a place gives way to a place."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta

from answering.asking.demonstratives import DAYS, Times
from answering.asking.pronouns import with_names
from answering.asking.question import Kind, Question, shows
from answering.asking.referents import (
    ADJECTIVE,
    ARTICLE,
    IN_PLACES,
    LOCATIVE,
    Known,
    Name,
    Sort,
    distinct,
    names_of,
    same,
)
from answering.asking.states import for_other_state
from answering.asking.wording import capital, tidy
from answering.times.when import Period, without_times
from answering.times.when_said import days_in_words

_OPENING = re.compile(
    r"¿?(?:et|and|und|y(?! a)|e|а|и|і|та|what about|how about|mais|but|aber|pero)\s+(?:(?:qu['’]en est-il|was ist mit) )?",
    re.IGNORECASE,
)
_LONGEST_OPENED = 6  # words
_LONGEST_ADDED = 3
_NOTHING_ASKED = re.compile(
    r"(?:alors|après|ensuite|puis|toi|vous|moi|nous|sinon|merci|ok|oui|non|bien|enfin|donc|you|me|us|then|so|now|what|"
    r"du|ihr|sie|dann|jetzt|tú|usted|luego|entonces|ты|вы|что|дальше|потом|ти|ви|що|далі|потім|ça|cela|that|this)",
    re.IGNORECASE,
)
_HAS_A_VERB = re.compile(
    r"(?<!\w)(?:est|sont|a|ont|était|fait|dit|peut|va|-t-|\S+-(?:t-)?(?:ils?|elles?|on|ce)|is|are|was|were|did|does|do|has|"
    r"have|had|will|ist|sind|war|hat|haben|wird|fue|ha|han)(?!\w)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"(?:qu['’e]|qui|quoi|quand|où|comment|pourquoi|quel|lequel|laquelle|wh(?:o|at|en|ere|y|ich)|how|w(?:er|as|ann|o(?!u)|ie|arum)|"
    r"qué|quién|cuándo|dónde|cómo|por qué|кто|что|когда|где|как|почему|хто|що|коли|де|як|чому)(?:\w|\s|$|['’])",
    re.IGNORECASE,
)


_NUMBERED = re.compile(
    r"le (?P<fr>\d\d?)(?:er)?|(?:on )?the (?P<en>\d\d?)(?:st|nd|rd|th)|am (?P<de>\d\d?)\.?|el (?P<es>\d\d?)|"
    r"(?P<ru>\d\d?)-?го",
    re.IGNORECASE,
)
_COUNT = r"combien (?:de |d['’])|how many |wie viele |¿?cuánt[oa]s |сколько |скільки "
_COUNTED = re.compile(
    rf"(?P<count>{_COUNT})(?P<what>[^\W\d_]\w*(?:-\w+)*(?:\s{ADJECTIVE})?)", re.IGNORECASE
)  # "Russian soldiers", "soldats russes"
_OF_COUNTED = re.compile(
    rf"(?:{_COUNT}|de |d['’]|des |les |the |of |die |der |los |las |le nombre (?:de |d['’]))?"
    rf"(?P<what>(?!(?:{LOCATIVE})\s)[^\W\d_][\w-]+"
    rf"(?:\s{ADJECTIVE}|\s(?-i:[a-zà-ÿ]+s))?)",
    re.IGNORECASE,
)
_GERMAN_COUNTED = re.compile(
    r"Verletzten?|Verwundeten?|Toten?|Zivilisten|Soldaten|Kinder|Flüchtlinge|Frauen|Panzer|Flugzeuge|Vermissten?|"
    r"Gefangenen?|Verhafteten?|Festgenommenen?|Vertriebenen?|Evakuierten?"
)
_NOUN = re.compile(rf"(?P<article>les?|la|l['’])\s?(?P<noun>[a-zà-ÿœ][\w-]+(?:\s{ADJECTIVE})?)", re.IGNORECASE)
_PLACED = re.compile(rf"(?P<before>{LOCATIVE})\s(?P<name>(?!{ARTICLE})[^\W\d_][\w’'-]+)", re.IGNORECASE)
_VERY_ONE = re.compile(r"lui|elle|him|he|she|her|er|él|ella|он|она|він|вона", re.IGNORECASE)
_NO_QUESTION = Question("", "", Kind.OTHER, frozenset())


def for_another(asked: str, earlier: str, end: str, known: Known, times: Times) -> str:
    opening = _OPENING.match(asked)
    rest = asked[opening.end() :] if opening else asked[:1].lower() + asked[1:]
    if (not opening and not _elliptic(asked)) or len(asked.split()) > _LONGEST_OPENED:
        return ""
    if not rest or _NOTHING_ASKED.fullmatch(rest):
        return ""
    if (count := _COUNTED.match(rest)) and count.end() == len(rest):
        return _for_counted(count["what"], earlier, end)
    if _ASKING.match(rest) or _HAS_A_VERB.search(rest):
        return ""
    if not times(rest) and times(earlier) and shows(Kind.TIME, rest, _NO_QUESTION) and not _day_in(rest):
        return ""  # a time that is not read, beside one that is
    if _VERY_ONE.fullmatch(rest):
        other = _for_person(rest, earlier, known)
        return f"{other}{end}" if other else ""
    made = (
        _for_day(rest, earlier, times)
        or _for_times(rest, earlier, times)
        or _for_owned(rest, earlier, known)
        or _for_noun(rest, earlier)
        or _for_name(rest, earlier, end)
    )
    if made:
        return tidy(f"{made}{end}")
    added = opening and not _day_in(rest) and len(rest.split()) <= _LONGEST_ADDED and not names_of(f"- {rest}")
    return f"{earlier}, {asked[0].lower()}{asked[1:]}{end}" if added else ""


def _elliptic(asked: str) -> bool:
    """Whether nothing but a place, a day or somebody's is named: "À Kharkiv ?", "Le lendemain ?", "Son ministre ?"."""
    names = names_of(f"- {asked}")
    placed = len(names) == 1 and _PLACED.fullmatch(asked)
    day = any(pattern.fullmatch(asked) for pattern, _, days in DAYS if days)
    return bool(placed) or day or bool(_OWN.fullmatch(asked))


_OWN = re.compile(rf"(?:son|sa|ses|leurs?)\s[a-zà-ÿœ][\w-]+(?:\s{ADJECTIVE})?", re.IGNORECASE)


def _day_in(rest: str) -> bool:
    return bool(_NUMBERED.fullmatch(rest)) or any(pattern.fullmatch(rest) for pattern, _, _ in DAYS)


def _for_day(rest: str, earlier: str, times: Times) -> str:
    """Return the earlier question for the day before or after its own, or for another of the same month."""
    if (numbered := _NUMBERED.fullmatch(rest)) and (period := times(earlier)) and period.first == period.last:
        language, number = next(found for found in numbered.groupdict().items() if found[1])
        with suppress(ValueError):  # no such day
            other = (period.first or date.min).replace(day=int(number))
            return _in_time(earlier, period, days_in_words(other, other, language))
    for pattern, language, later in DAYS:
        if pattern.fullmatch(rest):
            period = times(earlier)
            day = (period.last if later > 0 else period.first) if period else None
            if period is None or day is None:
                return f"{earlier} {rest[0].lower()}{rest[1:]}"
            day += timedelta(days=later)
            return _in_time(earlier, period, days_in_words(day, day, language))
    return ""


def _for_times(rest: str, earlier: str, times: Times) -> str:
    """Return the earlier question for other times, and for what else the new one names."""
    asked = times(rest)
    if asked and asked.spans:
        said = rest[asked.spans[0][0] : asked.spans[-1][1]]
        other = without_times(rest, asked)
        if other and not re.fullmatch(rf"(?:{LOCATIVE}|le|la|the|on|am|el|за)", other, re.IGNORECASE):
            earlier = _for_name(other, earlier, "") or f"{earlier} {other}"
            said = said if said != rest else rest
        else:
            said = rest
        before = times(earlier)
        return _in_time(earlier, before, said) if before and before.spans else f"{earlier} {said}"
    return f"{earlier} {rest}" if not asked and shows(Kind.TIME, rest, _NO_QUESTION) else ""


def _in_time(earlier: str, period: Period, said: str) -> str:
    """Return a question with its first words of time replaced, and its others left out."""
    (start, end), *others = period.spans
    for begin, stop in reversed(others):
        earlier = earlier[:begin] + earlier[stop:]
    return " ".join(f"{earlier[:start]}{said}{earlier[end:]}".split())


def _for_person(rest: str, earlier: str, known: Known) -> str:
    """Return the earlier question for the only other person of its answer: "Et lui ?"."""
    gender = "f" if rest.casefold() in ("elle", "she", "her", "ella", "она", "вона") else "m"
    people = [name for name in known.told if name.sort is Sort.PERSON and name.gender in ("", gender)]
    others = distinct([name for name in people if not any(same(name, one) for one in known.asked)])
    return _for_name(others[0].text, earlier, "") if len(others) == 1 else ""


def _for_owned(rest: str, earlier: str, known: Known) -> str:
    """Return the earlier question for somebody's: "Et son ministre ?"."""
    if not _OWN.fullmatch(rest):
        return ""
    owned = with_names(rest, known)
    people = [name for name in known.asked if not name.before]
    if not owned or len(people) != 1:
        return ""
    one = people[0]
    return f"{earlier[: one.start]}{owned[0].lower()}{owned[1:]}{earlier[one.end :]}"


def _for_counted(what: str, earlier: str, end: str) -> str:
    who, other = for_other_state(what, earlier)
    if other and not who:
        return f"{other}{end}"
    what, earlier = who or what, other or earlier
    match = _COUNTED.search(earlier)
    if not match:
        return ""
    count = match["count"]
    if re.match("combien", count, re.IGNORECASE):
        count = count[:8] + ("d'" if what[0].casefold() in "aeiouéèêàâîôœh" else "de ")
    return f"{earlier[: match.start()]}{count}{what}{earlier[match.end() :]}{end}"


def _for_noun(rest: str, earlier: str) -> str:
    """Return the earlier question for something else without a name: what is counted, or the one thing of its number."""
    counted = _OF_COUNTED.fullmatch(rest)
    if counted and (counted["what"][0].islower() or _GERMAN_COUNTED.fullmatch(counted["what"])):
        if found := _for_counted(counted["what"], earlier, ""):
            return found
        noun = _NOUN.fullmatch(rest)
        plural = noun and noun["article"].casefold() == "les"
        others = [one for one in _NOUN.finditer(earlier) if (one["article"].casefold() == "les") == plural]
        others = [one for one in others if not re.search(r"\w-$|[\w'’]$", earlier[: one.start()])]
        if noun and len(others) == 1:
            return earlier[: others[0].start()] + rest + earlier[others[0].end() :]
    return ""


def _for_name(rest: str, earlier: str, end: str) -> str:
    """Return the earlier question with the one name that is of the new one's sort replaced by it."""
    found = names_of(f"- {rest}")
    if len(found) > 1:
        return ""
    if found:
        new = found[0]
        if new.end - new.start < len(rest):
            return ""
    elif placed := _PLACED.fullmatch(rest):  # "et à kiev ?"
        new = Name(placed["name"], 0, 0, placed["before"].casefold(), "", Sort.PLACE, "", False)
    else:
        return ""
    old = _gives_way(new, names_of(earlier))
    typed = new.locative and re.search(rf"(?<!\w){new.before}\s[a-zà-ÿа-яёґєії][\w-]+$", earlier)  # "à kiev"
    if old is None and typed:
        return earlier[: typed.start()] + rest
    if old is None:
        return f"{earlier} {rest}" if new.before else ""
    return tidy(f"{earlier[: old.start]}{_fitted(new, old, rest, earlier)}{earlier[old.end :]}")


def _gives_way(new: Name, names: list[Name]) -> Name | None:
    """Return the name of an earlier question that a new one replaces."""
    subjects = [name for name in names if not name.before]
    placed = [name for name in names if name.locative]
    if new.locative:
        placed = placed or [name for name in names if name.before == new.before]
        bare = [name for name in subjects if name.sort is Sort.PLACE]
        return placed[-1] if placed else bare[0] if len(bare) == 1 else None
    if new.before:
        kind = _kind_of(new.before)
        beside = [name for name in names if _kind_of(name.before) == kind]
        return beside[-1] if beside else None
    if new.sort is Sort.THING:
        for found in (
            [n for n in subjects if n.sort is Sort.THING],
            placed,
            [n for n in names if n.sort is Sort.THING],
        ):
            if found:
                return found[0]
        return names[0] if len(names) == 1 else None
    people = [name for name in subjects if name.sort in (Sort.PERSON, Sort.UNKNOWN)]
    if people:
        return people[0]
    if new.sort is Sort.UNKNOWN and placed:
        return placed[-1]
    return subjects[0] if len(subjects) == 1 else names[0] if len(names) == 1 else None


def _kind_of(before: str) -> str:
    return "de" if before in ("de", "du", "des", "d'", "d’") else before


def _fitted(new: Name, old: Name, rest: str, earlier: str) -> str:
    """Return a new name with what must stand before it in the old one's place."""
    opens = capital if old.start == 0 else lambda text: text
    if new.before and (not old.before or _kind_of(new.before) == _kind_of(old.before)):
        return opens(new.text if not old.before and old.sort is Sort.PLACE else rest)
    if new.before and old.locative:
        alike = any(new.before in words and old.before in words for words in IN_PLACES.values())
        return rest if alike else f"{earlier[old.start :].split()[0]} {new.text}"
    if not old.before:
        return opens(rest)
    before = old.before
    if new.article and old.locative and before in IN_PLACES["fr"]:
        before = {"le": "au", "les": "aux"}.get(new.article, "en")
        return f"{before} {new.text}"
    before = "de" if _kind_of(before) == "de" else {"au": "à", "aux": "à"}.get(before, before)
    return f"{before} {rest}"
