"""What becomes of people in the news, where one excludes the other: "Et les blessés ?" after those who were killed.

What is counted then stays, and the verb gives way: "Combien de civils ont été blessés ?", not "Combien de blessés ont été
tués ?".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_STATES = ("dead", "injured", "missing", "captured", "arrested", "displaced", "evacuated")


@dataclass(frozen=True, slots=True)
class _Tongue:
    """A language's words for the states, in the order of ``_STATES``: regular expressions.

    ``counts`` opens a question that counts. ``names`` are those in a state, by themselves ("blessés"); ``verbs`` say in a
    question that somebody is. ``become`` makes the verb of another state from one that was found, and what opens the
    question.
    """

    counts: str
    names: tuple[str, ...]
    verbs: tuple[str, ...]
    become: Callable[[str, str, str], str]


_FRENCH = {"dead": "tué", "injured": "blessé", "missing": "porté disparu", "captured": "capturé", "arrested": "arrêté",
           "displaced": "déplacé", "evacuated": "évacué"}  # fmt: skip
_ENGLISH = {"dead": "killed kill", "injured": "wounded wound", "missing": "missing", "captured": "captured capture",
            "arrested": "arrested arrest", "displaced": "displaced displace",
            "evacuated": "evacuated evacuate"}  # fmt: skip
_GERMAN = {"dead": "getötet", "injured": "verletzt", "missing": "vermisst", "captured": "gefangen genommen",
           "arrested": "festgenommen", "displaced": "vertrieben", "evacuated": "evakuiert"}  # fmt: skip
_SPANISH = {"dead": "murieron", "injured": "resultaron heridos", "missing": "desaparecieron",
            "captured": "fueron capturados", "arrested": "fueron detenidos", "displaced": "fueron desplazados",
            "evacuated": "fueron evacuados"}  # fmt: skip
_RUSSIAN = {"dead": "погибло", "injured": "ранено", "missing": "пропало без вести", "captured": "взято в плен",
            "arrested": "арестовано", "displaced": "перемещено", "evacuated": "эвакуировано"}  # fmt: skip
_UKRAINIAN = {"dead": "загинуло", "injured": "поранено", "missing": "зникло безвісти", "captured": "взято в полон",
              "arrested": "заарештовано", "displaced": "переміщено", "evacuated": "евакуйовано"}  # fmt: skip


def _french(verb: str, state: str, opening: str) -> str:
    """Return "blessées" for "tuées"; "ont été blessés" for what is no participle, "ont péri"."""
    ending = re.search(r"[ée](e?s)$|(?:mort|disparu)(e?s)$", verb)
    agreed = " ".join(word + (ending[1] or ending[2] if ending else "s") for word in _FRENCH[state].split())
    auxiliary = re.match(r"(sont|ont|étaient|avaient) ", verb, re.IGNORECASE)
    if not auxiliary:
        return agreed
    return f"{'ont' if auxiliary[1].casefold() in ('sont', 'ont') else 'avaient'} été {agreed}"


def _english(verb: str, state: str, opening: str) -> str:
    done, *do = _ENGLISH[state].split()
    if " " not in verb and not verb.endswith("ed"):  # "How many did they kill?"
        return do[0] if do else ""
    before = re.match(r"(?:(?:have|has|had) )?", verb, re.IGNORECASE)[0]  # type: ignore[index]  # it matches nothing, too
    if state == "missing":
        return f"{before}gone missing" if before else "went missing"
    if before:
        return f"{before}been {done}"
    auxiliary = re.match(r"are ", verb, re.IGNORECASE)
    return f"{auxiliary[0] if auxiliary else 'were '}{done}"


def _german(verb: str, state: str, opening: str) -> str:
    """Return a participle for a participle; it comes last where the verb was "starben in Kiew"."""
    died = re.fullmatch(r"(?:sind|waren|starben)\b(.*?)(?: (?:gestorben|umgekommen|ums Leben gekommen))?", verb, re.I)
    return f"wurden{died[1]} {_GERMAN[state]}" if died else _GERMAN[state]


def _spanish(verb: str, state: str, opening: str) -> str:
    female = re.match(r"¿?cuántas", opening, re.IGNORECASE)
    return re.sub(r"os$", "as", _SPANISH[state]) if female else _SPANISH[state]


_TONGUES = (
    _Tongue(
        r"combien d(?:e |['’])",
        (r"morts?|mortes?|tuée?s|décès|décédée?s", r"blessée?s", r"(?:portée?s )?disparue?s",
         r"prisonni(?:ers|ères)|capturée?s|captifs", r"arrêtée?s|arrestations|interpellée?s|interpellations|détenue?s",
         r"déplacée?s", r"évacuée?s|évacuations"),
        (r"(?:sont|étaient) mort(?:e?s)|(?:ont|avaient) (?:péri|perdu la vie)|tuée?s", r"blessée?s",
         r"portée?s disparue?s|(?:ont|avaient) disparu", r"capturée?s|faite?s prisonni(?:ers|ères)",
         r"arrêtée?s|interpellée?s", r"déplacée?s", r"évacuée?s"),
        _french,
    ),
    _Tongue(
        r"how many ",
        (r"dead|deaths|killed|fatalities", r"wounded|injured|injuries", r"missing", r"captured|prisoners|captives",
         r"arrested|arrests|detained|detainees", r"displaced", r"evacuated|evacuees"),
        (r"(?:(?:have|has|had) been|were|are|got) killed|(?:(?:have|has|had) )?(?:died|lost their lives)|kill",
         r"(?:(?:have|has|had) been|were|are|got) (?:wounded|injured)|wound|injure",
         r"(?:went|(?:have|has|had) gone|are|were) missing|(?:(?:have|has|had) )?disappeared",
         r"(?:(?:have|has|had) been|were|are|got) (?:captured|taken prisoner)|capture",
         r"(?:(?:have|has|had) been|were|are|got) (?:arrested|detained)|arrest|detain",
         r"(?:(?:have|has|had) been|were|are|got) displaced|displace",
         r"(?:(?:have|has|had) been|were|are|got) evacuated|evacuate"),
        _english,
    ),
    _Tongue(
        r"wie viele ",
        (r"Toten?|Todesopfer|Getöteten?", r"Verletzten?|Verwundeten?", r"Vermissten?", r"Gefangenen?",
         r"Verhafteten?|Festgenommenen?|Festnahmen", r"Vertriebenen?", r"Evakuierten?"),
        (r"getötet|(?:sind|waren)(?: [^?,]*?)? (?:gestorben|umgekommen|ums Leben gekommen)|starben[^?,]*",
         r"verletzt|verwundet", r"vermisst", r"gefangen genommen", r"verhaftet|festgenommen", r"vertrieben",
         r"evakuiert"),
        _german,
    ),
    _Tongue(
        r"¿?cuánt[oa]s ",
        (r"muert[oa]s|fallecid[oa]s", r"herid[oa]s", r"desaparecid[oa]s", r"prisioner[oa]s|capturad[oa]s",
         r"detenid[oa]s|arrestad[oa]s", r"desplazad[oa]s", r"evacuad[oa]s"),
        (r"murieron|han muerto|fallecieron|han fallecido|perdieron la vida|(?:fueron|han sido) (?:asesin|mat)ad[oa]s",
         r"(?:resultaron|fueron|han sido|han resultado|quedaron) herid[oa]s", r"desaparecieron|han desaparecido",
         r"(?:fueron|han sido) capturad[oa]s", r"(?:fueron|han sido) (?:deten|arrest)[ia]d[oa]s",
         r"(?:fueron|han sido) desplazad[oa]s", r"(?:fueron|han sido) evacuad[oa]s"),
        _spanish,
    ),
    _Tongue(
        r"сколько ",
        (r"погибших|убитых|жертв|мёртвых|мертвых", r"раненых|пострадавших|ранено", r"пропавших(?: без вести)?",
         r"пленных|взятых в плен", r"арестованных|задержанных", r"перемещённых|перемещенных", r"эвакуированных"),
        (r"погибло|погибли|(?:было |были )?убит[оы]|умерло|умерли", r"(?:было |были )?ранен[оы]|пострадал[оаи]",
         r"пропал[оаи](?: без вести)?", r"(?:было |были )?взят[оы] в плен",
         r"(?:было |были )?(?:арестован|задержан)[оы]", r"(?:было |были )?перемещен[оы]",
         r"(?:было |были )?эвакуирован[оы]"),
        lambda verb, state, opening: _RUSSIAN[state],
    ),
    _Tongue(
        r"скільки ",
        (r"загиблих|убитих|вбитих|жертв", r"поранених|постраждалих", r"зниклих(?: безвісти)?", r"полонених",
         r"заарештованих|затриманих", r"переміщених", r"евакуйованих"),
        (r"загинуло|загинули|(?:було |були )?[ув]бит[оі]|померло|померли", r"(?:було |були )?поранен[оі]|постраждал[оаи]",
         r"зникл[оаи](?: безвісти)?", r"(?:було |були )?взят[оі] в полон", r"(?:було |були )?(?:заарештован|затриман)[оі]",
         r"(?:було |були )?переміщен[оі]", r"(?:було |були )?евакуйован[оі]"),
        lambda verb, state, opening: _UKRAINIAN[state],
    ),
)  # fmt: skip


# Those whom papers mean where they count the wounded of an attack, and do not name again.
_ANYBODY = re.compile(
    r"(?:civils|personnes|gens|habitants|civilians|people|civiles|мирных жителей|человек|людей|цивільних|осіб)"
    r"(?:\s(?:ont|sont|avaient|étaient|été))*\s*$",
    re.IGNORECASE,
)


def for_other_state(what: str, earlier: str) -> tuple[str, str]:
    """Return who is counted now, and the earlier question asked for the state that ``what`` names; ("", "") for none.

    ``what`` is what is counted now: "blessés", or somebody with it, "soldats blessés". Nothing is changed where the
    earlier question tells of no other state: "Combien de morts à Kiev ?" has no verb that must give way. Where it says what
    happened or where, and counted anybody, the state alone is asked for: "Combien de blessés à Kiev ?".
    """
    who, state = _named(what)
    for tongue in _TONGUES:
        counted = re.search(rf"(?<!\w)(?:{tongue.counts})(?=[^\W\d_])", earlier, re.IGNORECASE)
        verb, now = _verb(tongue, earlier, counted.end()) if counted else (None, "")
        if counted is None or verb is None or not state or now == state:
            continue
        noun = earlier[counted.end() : verb.start()].split(" ")[0]
        if _named(noun)[1]:  # "Combien de réfugiés ont été tués ?" counts another kind of them
            continue
        where = earlier[verb.end() :]
        if not who and where.strip() and _ANYBODY.match(earlier[counted.end() : verb.start()]):
            return "", f"{earlier[: counted.start()]}{_counting(counted[0], what)}{what}{where}"
        if said := tongue.become(verb[0], state, counted[0]):
            return who, f"{earlier[: verb.start()]}{said}{earlier[verb.end() :]}"
    return "", ""


def _counting(opening: str, what: str) -> str:
    """Return "Combien de" as it stands before a word."""
    if not re.match("combien", opening, re.IGNORECASE):
        return opening
    return opening[:8] + ("d'" if what[0].casefold() in "aeéè" else "de ")


def _named(what: str) -> tuple[str, str]:
    """Return who is in a state, if that is said, and the state; two empty texts for no state."""
    for tongue in _TONGUES:
        for state, names in zip(_STATES, tongue.names, strict=True):
            if found := re.fullmatch(rf"(?:(?P<who>[^\W\d_][\w-]*)\s)?(?:{names})", what, re.IGNORECASE):
                return found["who"] or "", state
    return "", ""


def _verb(tongue: _Tongue, earlier: str, start: int) -> tuple[re.Match[str] | None, str]:
    """Return the only word for a state behind what is counted, and that state."""
    found = [
        (match, state)
        for state, verbs in zip(_STATES, tongue.verbs, strict=True)
        for match in re.compile(rf"(?<!\w)(?:{verbs})(?!\w)", re.IGNORECASE).finditer(earlier, start)
    ]
    return found[0] if len(found) == 1 else (None, "")
