"""Questions that many articles answer together: a summary, a comparison, a timeline, who says what; in six languages.

Told by how they are built, as a request at the question's beginning: "Qui a dit que ..." and "Did the talks resume?" are
ordinary questions. What a request is about is left as it was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from answering.asking.sides import sides_of


class Wanted(StrEnum):
    SUMMARY = "summary"
    COMPARISON = "comparison"
    TIMELINE = "timeline"
    SAYINGS = "sayings"  # who says what


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its ``name``, and the words to search it by ("la position de Kiev")."""

    name: str
    topic: str


@dataclass(frozen=True, slots=True)
class Wide:
    """A wide question. ``topic`` is what it is about, empty where it names nothing but the news; ``sides`` are at least
    two, or none: then sources are compared with each other."""

    wanted: Wanted
    topic: str
    sides: tuple[Side, ...] = ()

    @property
    def topics(self) -> tuple[str, ...]:
        """What is searched: each side, else the topic."""
        return tuple(side.topic for side in self.sides) or (self.topic,)


LONGEST = 400  # characters of a question that are looked at

# What may stand before a request: "Peux-tu me ...", "Give me a ...", "Сделай, пожалуйста, ...".
_POLITE = (
    r"(?:(?:s['’]il (?:te|vous) pla[iî]t|stp|svp|merci de|please|bitte|por favor|пожалуйста|будь ласка|(?:est-ce que )?"
    r"(?:tu peux|vous pouvez)|(?:peux|pourrais)-tu|(?:pouvez|pourriez)-vous|je (?:veux|voudrais)|"
    r"(?:can|could|would|will) you|i(?:['’]d like| want| need)|"
    r"(?:kannst|könntest) du|können sie|ich (?:möchte|brauche)|puedes?|podrías?|podría|quiero|quisiera|"
    r"(?:ты )?(?:можешь|можете|мог бы|могли бы)|(?:ти )?(?:можеш|можете)|хочу|"
    r"me|moi|mir|uns|us|nous|мне|нам|мені)[\s,]+)*"
)
_POLITE_END = re.compile(
    r"[\s,]+(?:s['’]il (?:te|vous) pla[iî]t|stp|svp|merci|please|thanks|bitte|danke|por favor|gracias|пожалуйста|спасибо|"
    r"будь ласка|дякую)$",
    re.IGNORECASE,
)
_MAKE = (
    r"(?:(?:fai(?:s|tes|re)|donne[zr]?|établi(?:s|ssez|r)|dresse[zr]?|écri[st]|propose[zr]?|montre[zr]?|"
    r"give|make|write|create|draw up|provide|show|prepare|build|get|have|"
    r"gib|geben sie|mach|mache|erstelle|schreibe?|zeige?|haz|haga|hacer|da|dame|hazme|dar|escribe|muestra|"
    r"дай(?:те)?|дать|сделай(?:те)?|сделать|составь(?:те)?|составить|напиши(?:те)?|покажи(?:те)?|"
    r"зроби|зробіть|склади|складіть|покажи|напиши)"
    r"(?:-(?:moi|nous))?[\s,]+"
    r"(?:(?:me|us|mir|uns|мне|нам|мені|please|bitte|por favor|пожалуйста|будь ласка)[\s,]+)*)?"
)
_A = (
    r"(?:(?:un|une|le|la|les|a|an|the|eine?n?|die|den|das|una|el|los|las|короткий|коротку|краткий|краткую|краткое|"
    r"petite?|brève?|bref|courte?|short|brief|quick|full|complete|détaillée?|complète|kurze?n?|breve|corta|полную|"
    r"подробную|повну|grandes?|principales?|différentes?)\s+)*"
)
_OF = (
    r"(?:\s*[:,–—-]\s*|\s+(?=(?:de|du|des|d['’]|sur|of|on|for|about|between|to|in|at|entre|concernant|à|au|aux|en|dans|"
    r"der|des|von|vom|zu|zum|zur|über|auf|im|zwischen|del?|sobre|acerca|a|al|о|об|обо|по|про|щодо|на|в|між|между)\b)"
    r"|\s+(?=[dl]['’])|\s*$|\s+(?-i:(?=[А-Яа-яЁёҐґЄєІіЇї])))"
)
_TIMELINE = (
    r"(?:(?:ligne du temps|frise chronologique|chronologie|historique|déroulé(?: des (?:faits|événements))?|étapes|"
    r"timeline|time line|chronology|"
    r"zeitleiste|zeitstrahl|zeittafel|zeitlichen? ablauf|cronología|línea (?:de|del) tiempo|"
    r"хронологи[яю]|хронологі[яю]|таймлайн|хронік[ау]|хроник[ау]|перебіг(?: подій)?|ход событий)\b)"
)
_SUMMARY = (
    r"(?:(?:résumé|synthèse|récapitulatif|point(?= sur)|essentiel(?= (?:de|du|des|sur))|tour d['’]horizon|"
    r"summary|overview|recap|synopsis|digest|tl;?dr|"
    r"zusammenfassung|überblick|resumen|síntesis|"
    r"сводк[ау]|обзор|резюме|краткое (?:содержание|изложение)|итоги?|зведення|огляд|підсумок|підсумки|"
    r"стислий виклад)\b)"
)
_SAYINGS = (
    r"(?:(?:réactions|prises de position|points de vue|déclarations(?= (?:sur|concernant|à propos|au sujet))|"
    r"reactions|statements (?=on|about)|viewpoints|"
    r"reaktionen|stellungnahmen|reacciones|declaraciones(?= sobre)|"
    r"реакци[ия]|высказывани[яй]|заявления(?= (?:о|об|по|сторон))|реакції|висловлювання|заяви(?= (?:про|щодо|"
    r"сторін)))\b)"
)
_COMPARISON = (
    r"(?:(?:comparaison|comparatif|différences?(?= entre)|comparison|differences?(?= between)|"
    r"vergleich|unterschiede?(?= zwischen)|comparación|comparativa|diferencias?(?= entre)|"
    r"сравнение|разниц[ау](?= между)|различия(?= между)|порівняння|різниц[яю](?= між)|відмінності(?= між))\b)"
)
_ASKS_FOR = (
    r"(?:(?:quel(?:le)?s? (?:est|sont)|what(?:['’]s| is| are| were)|was (?:ist|sind)|welche|cu[aá]l(?:es)? (?:es|son)|"
    r"как(?:ова|овы|ие|ая)|в ч[её]м|яка|які|у чому|l['’])\s*)?"
)
_VERBS = {
    Wanted.SUMMARY: (
        r"(?:résume[zr]?|récapitule[zr]?|synthétise[zr]?|summari[sz]e|sum up|recap|"
        r"resume(?!\s+when)|resúme(?:me|nos)|resuma|resumir|sintetiza|"
        r"резюмируй(?:те)?|суммируй(?:те)?|обобщи(?:те)?|подведи(?:те)? итоги?|"
        r"(?:кратко|коротко|вкратце)\s*[:,–—-]?\s*(?:изложи(?:те)?|перескажи(?:те)?|опиши(?:те)?|расскажи(?:те)?|"
        r"о(?=\s)|об(?=\s)|"
        r"про(?=\s)|виклади|викладіть|перекажи|розкажи|опиши)|"
        r"підсумуй(?:те)?|узагальни(?:те)?|резюмуй(?:те)?|(?:стисло|стисліше)\s+(?:виклади|про(?=\s)|перекажи|опиши))"
        r"(?:[-\s](?:moi|nous))?"
    ),
    Wanted.COMPARISON: (
        r"(?:compare[zr]?(?:[-\s](?:moi|nous))?|vergleichen? sie|vergleiche?|compar(?:a|ar|e)|сравни(?:те|ть)?|"
        r"порівняй(?:те)?|порівняти)"
    ),
    Wanted.TIMELINE: r"(?:retrace[zr]?(?:[-\s](?:moi|nous))?(?: (?:les étapes|l['’]histoire|le déroulement))?)",
}
_WHO_SAYS_WHAT = (
    r"(?:qui (?:dit|a dit|dira|disait|affirme|soutient|pense) quoi|who (?:says|said|is saying|claims|thinks) what|"
    r"wer (?:sagt|sagte|behauptet) was|wer hat was (?:gesagt|erklärt)|qui[eé]n (?:dice|dijo|ha dicho|opina) qué|"
    r"кто (?:и )?что (?:говорит|сказал|говорил|заявил|заявляет|думает)|"
    r"хто (?:і |й )?що (?:каже|говорить|сказав|казав|заявив|заявляє|думає)|"
    r"(?:que|qu['’]en) disent (?:les (?:uns et les autres|deux (?:camps|parties|côtés)|parties|différents? \w+))|"
    r"what (?:do|does|did) (?:both|the two|the different|all|each|either) sides? say|was sagen (?:beide|die) seiten|"
    r"qué dicen (?:ambas|las(?: dos)?) partes|что говорят (?:обе )?стороны|що кажуть (?:обидві )?сторони)"
)
_DIFFER = (
    r"(?:(?P<fr>en quoi (?P<fr_of>.+?) (?:se )?(?:diff[èé]re(?:nt)?|distinguent?|opposent?)(?:-t-|-)?\w*)|"
    r"how (?:do|does|did) (?P<en_of>.+?) (?:differ|compare)|"
    r"(?:worin|wie) unterscheide[nt]+ sich (?P<de_of>.+)|en qué se diferencian (?P<es_of>.+)|"
    r"чем отличаются (?P<ru_of>.+)|чим відрізняються (?P<uk_of>.+))"
)
# German puts the verb's second half last: "Fasse die Lage zusammen".
_APART = re.compile(rf"{_POLITE}(?:fasse|fass|fassen sie)\s+(?P<topic>.+?)\s+zusammen\b.*", re.IGNORECASE)
_ZUSAMMEN = re.compile(rf"{_POLITE}(?P<topic>.+?)\s+zusammenfassen\b.*", re.IGNORECASE)
# "..., jour par jour", "... dans l'ordre chronologique", "... in a timeline".
_BY_DAY = re.compile(
    r"(?P<topic>.*\w)[\s,:(–—-]+(?:jour (?:par|après) jour|(?:dans l['’]|par )ordre chronologique|"
    r"chronologiquement|day by day|"
    r"in chronological order|chronologically|tag für tag|in chronologischer reihenfolge|chronologisch|"
    r"en orden cronológico|cronológicamente|день за дн[её]м|по дням|в хронологическом порядке|день за днем|по днях|"
    r"[ув] хронологічному порядку)\W*",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"(?:que s['’]est-il passé|ce qui s['’]est passé|qu['’]est-ce qui s['’]est passé|les événements|"
    r"what happened|was geschah|"
    r"was ist passiert|qué pasó|qué ha pasado|что произошло|что случилось|що сталося|що відбулося|événements|"
    r"events|события|"
    r"події)\b\s*",
    re.IGNORECASE,
)


def _request(nouns: str, verb: str) -> re.Pattern[str]:
    wanted = rf"{_ASKS_FOR}{_MAKE}(?:{_A}|l['’]){nouns}"
    return re.compile(rf"{_POLITE}(?:{wanted}(?!\w){_OF}|(?:{verb})(?!\w)\W*)(?P<topic>.*)", re.IGNORECASE)


_REQUESTS = {
    Wanted.TIMELINE: _request(_TIMELINE, _VERBS[Wanted.TIMELINE]),
    Wanted.SUMMARY: _request(_SUMMARY, _VERBS[Wanted.SUMMARY]),
    Wanted.COMPARISON: _request(_COMPARISON, _VERBS[Wanted.COMPARISON]),
    Wanted.SAYINGS: _request(_SAYINGS, _WHO_SAYS_WHAT),
}
_DIFFERING = re.compile(rf"{_DIFFER}\W*$", re.IGNORECASE)
_PREPOSITIONS = re.compile(
    r"(?:(?:à propos|au sujet|autour|acerca) (?:de|du|des|d['’])|de l['’]|de la|de|du|des|d['’]|sur|of|on|for|"
    r"about|between|to|"
    r"entre|concernant|au sujet|der|von|vom|zu|zum|zur|über|auf|zwischen|del|sobre|al|о|об|обо|по|про|щодо|на|"
    r"між|между|"
    r"aux?|à)(?:\s+|(?<=['’]))",
    re.IGNORECASE,
)
_ARTICLES = re.compile(
    r"(?:les|la|le|l['’]|the|die|der|das|den|dem|el|los|las|un|une|ce|cet|cette|ces)(?:\s+|(?<=['’])|\Z)", re.IGNORECASE
)
# What stands for the news as such, and says nothing of them.
_NOTHING = re.compile(
    r"(?:situation|état des lieux|actualités?|événements?|nouvelles|infos?|informations?|articles?|archives?|"
    r"dernières (?:nouvelles|infos?|informations?)|ce qui (?:se passe|s['’]est passé)|news|latest(?: news)?|"
    r"what(?:['’]s| is) (?:happening|going on)|what happened|events|current situation|everything|"
    r"lage|nachrichten|neuigkeiten|ereignisse|geschehen|artikel|was (?:passiert|geschehen) ist|"
    r"situación|noticias|acontecimientos|lo que (?:pasa|pasó|ocurre)|artículos|"
    r"ситуаци[яюи]|обстановк[ауи]|новости|новостей|события|событий|происходящее|статьи|статей|"
    r"ситуаці[яюї]|новини|новин|події|подій|статті)(?!\w)[\s,:]*",
    re.IGNORECASE,
)
_LOCATED = re.compile(
    r"(?:à|au|aux|en|dans|sur|autour de|in|at|on|about|around|bei|im|um|rund um|über|в|во|на|вокруг|о|об|по|у|"
    r"навколо|про)\s+"
    r"(?=\S)",
    re.IGNORECASE,
)


def read_wide(question: str) -> Wide | None:
    """Return what a wide question asks for, None for an ordinary one. Purely lexical; takes time linear in its length."""
    if len(question) > LONGEST:
        return None
    text = _POLITE_END.sub("", " ".join(question.split()).strip(" ¿¡?!.…"))
    if found := _DIFFERING.fullmatch(text):
        topic = next(value for name, value in found.groupdict().items() if name.endswith("_of") and value)
        return _wide(Wanted.COMPARISON, topic)
    for split in (_APART, _ZUSAMMEN):
        if found := split.fullmatch(text):
            return _wide(Wanted.SUMMARY, found["topic"])
    for wanted, pattern in _REQUESTS.items():
        if found := pattern.fullmatch(text):
            return _wide(wanted, found["topic"])
    if found := _BY_DAY.fullmatch(text):
        happened = _HAPPENED.match(found["topic"])
        topic = found["topic"][happened.end() :] if happened else found["topic"]
        return _wide(Wanted.TIMELINE, _LOCATED.sub("", topic, count=1) if happened and _LOCATED.match(topic) else topic)
    return None


def _wide(wanted: Wanted, words: str) -> Wide | None:
    words = words.strip(' ¿¡?!.…:,–—-«»"“”')
    topic = subject(words)
    if wanted is not Wanted.COMPARISON:
        return Wide(wanted, topic)
    if not topic:
        return None
    named = sides_of(_PREPOSITIONS.sub("", words, count=1) if _PREPOSITIONS.match(words) else words)
    sides = tuple(Side(name, " ".join(subject(words).split())) for name, words in named)
    return Wide(wanted, topic, sides) if all(side.topic for side in sides) else None  # "les nouvelles et la situation"


def subject(words: str) -> str:
    """Return words without what leads to them and says nothing: "des pourparlers", "la situation à Marioupol"."""
    before = ""
    while before != words:
        before = words
        for lead in (_PREPOSITIONS, _ARTICLES):
            if found := lead.match(words):
                words = words[found.end() :]
        if found := _NOTHING.match(words):
            words = words[found.end() :]
            if located := _LOCATED.match(words):
                words = words[located.end() :]
    return words.strip()
