"""What the names of a text stand for, by simple evidence: the word before one, its article, its title, its first name.

Nothing here is sure; whoever asks for the one that a pronoun stands for gets none where two are possible.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from answering.checking.naming import find_names

LONGEST = 600  # characters of a question that are looked at; a longer one is no follow-up, nor the ground of one
LONGEST_ANSWER = 3_000
_UPPER = "A-ZÀ-ÖØ-ÞА-ЯЁҐЄІЇ"
_WORD = rf"[{_UPPER}][\w-]*(?:['’][{_UPPER}][\w-]*)?"
AND = {"fr": "et", "en": "and", "de": "und", "es": "y", "ru": "и", "uk": "і"}
IN_PLACES = {
    "fr": ("à", "au", "aux", "en", "dans"),
    "en": ("in", "at"),
    "de": ("in", "bei", "nach", "im"),
    "es": ("en", "a"),
    "ru": ("в", "во", "на"),
    "uk": ("в", "у", "на"),
}
LOCATIVE = "|".join(sorted({word for words in IN_PLACES.values() for word in words}))
_OTHER = (
    "de|du|des|d['’]|avec|contre|pour|par|selon|sur|chez|entre|of|by|with|against|to|from|about|von|mit|gegen|über|zu|"
    "con|contra|por|del|sobre|с|со|о|об|от|против|для|з|із|від|про|проти"
)
ARTICLE = r"l['’]|(?:la|le|les|the|die|der|das|den|dem|el|los|las)\s"
# French adjectives that follow a noun: "l'Union européenne", "les soldats russes".
ADJECTIVE = (
    r"(?-i:(?:russ|civil|libr|étrang|turc|ture|[a-zà-ÿ]+(?:éen|éenn|ienn?|ain|ais|ois|aire|al|el|ell|aux|if|iv|iqu|ist))"
    r"(?:e|s|es|er|ers|ère|ères)?(?![\w-]))"
)
NAMED = re.compile(
    rf"(?<![\w'’-])(?:(?P<before>(?i:{LOCATIVE}|{_OTHER}))(?:\s|(?<=['’])))?(?P<article>(?i:{ARTICLE}))?"
    rf"(?P<name>{_WORD}(?:\s(?:(?:von|van|der|den|bin|ben|al|da|dos)\s){{0,2}}{_WORD}){{0,5}}"
    rf"(?(article)(?:\s{ADJECTIVE})?))"
)
# A first word of these has a capital, and is no name.
_NO_NAME = re.compile(
    r"(?:qu['’]?\w*|où|quand|combien|comment|pourquoi|lequel|laquelle|depuis|est\w*|sont|avai\w*|ont|a|as|y|il|elle|ils|elles|"
    r"lui|eux|un|une|des|du|de|d|le|la|les|l|ce|cet|cette|ces|son|sa|ses|leurs?|selon|avec|dans|en|à|au|aux|par|pour|sur|"
    r"et|mais|avant|après|merci|bonjour|bonsoir|wh\w+|how|did|does|do|is|was|are|were|has|have|had|can|could|will|would|"
    r"should|the|that|this|these|those|an|in|at|on|by|since|and|what|he|she|they|his|her|their|him|them|it|i|"
    r"we[rnm]|w[aoi]\w*|welche\w*|hat|haben|ist|sind|und|er|sie|der|die|das|seit|mit|c[uóu]\w+|qué|quién\w*|dónde|por|ha|"
    r"han|él|ella|ellos|ellas|como?|che|cosa|dove|quem|кто|ко\w+|что|чем\w*|где|куда|откуда|как\w*|почему|зачем|сколько|"
    r"когда|он|она|они|его|её|их|этот|эта|в|во|на|у|с|о|а|и|хто|що|де|як\w*|чому|скільки|коли|він|вона|вони|його|її|їх|"
    r"і|та|з|про|за|по)",
    re.IGNORECASE,
)
_TITLES = {
    "m": re.compile(
        r"(?<!\w)(?:m\.|monsieur|mr\.?|herr|señor|(?:le|un|du|au) (?:président|premier ministre|ministre|chancelier|maire|"
        r"général|roi|pape|patriarche|chef))(?:\s[a-zà-ÿ]+){0,2}\s$",
        re.IGNORECASE,
    ),
    "f": re.compile(
        r"(?<!\w)(?:mme|madame|mrs\.?|ms\.?|frau|señora|"
        r"la (?:présidente|première ministre|ministre|chancelière|maire|reine))"
        r"(?:\s[a-zà-ÿ]+){0,2}\s$",
        re.IGNORECASE,
    ),
    "": re.compile(r"(?<!\w)(?:president|chancellor|minister|präsident|presidente|президент|министр|міністр)\s$", re.I),
}
_FIRST_NAMES = {
    "f": "ursula|angela|marine|valérie|annalena|olena|olga|kamala|hillary|liz|theresa|giorgia|sanna|magdalena|anne|anna|"
    "élisabeth|elizabeth|christine|maria|brigitte|catherine|florence|louise|sophie|julie|nathalie|claire|emmanuelle|mary|"
    "sarah|nancy|michelle|roberta|kaja|svetlana|irina|iryna|tatiana|natalia|yulia|ioulia|ksenia|jen|linda|victoria|nadine|"
    "ségolène|jacinda|margaret|marie|elena|maia|zuzana|anastasia",
    "m": "emmanuel|joe|boris|olaf|vladimir|volodymyr|donald|barack|jean|jean-yves|jean-luc|antony|sergueï|sergei|sergey|"
    "serguei|mikhaïl|mikhaylo|dmitri|dmytro|oleksi|oleksandr|alexandre|alexander|charles|mario|pedro|recep|xi|narendra|jens|"
    "josep|bruno|gérald|éric|françois|nicolas|philippe|antoine|pierre|jérôme|guillaume|george|mike|guennadi|vitali|ramzan|"
    "david|john|james|paul|michel|luigi|mateusz|andrzej|viktor|josé|antonio|lloyd|ben|naftali|bachar|alexeï|igor|denys|"
    "владимир|сергей|дмитрий|володимир|дмитро|сергій",
}
_BY_FIRST_NAME = {name: gender for gender, names in _FIRST_NAMES.items() for name in names.split("|")}
# What no person is called, however it begins: countries, cities, bodies, in the six languages.
_NO_PERSON = re.compile(
    r"(?:russia|russi[ea]|russland|rusia|росси|росі[яїюєй]|ukrain|ucrania|україн|украин|poland|polo[gn]n|polonia|polen|польш|"
    r"польщ|france|frankreich|francia|франц|germany|allemagn|deutschland|alemania|герман|німеч|china|chine$|китай|belarus|"
    r"bélarus|biéloruss|белару|білору|moldav|moldov|roumani|romania|rumän|hongri|hungar|ungarn|hungría|europ|europe|nato$|"
    r"otan$|onu$|unesco|ue$|eu$|uno$|оон$|нато$|україні|kremlin|kreml|крем|kyiv|kiev|kiew|київ|києв|киев|khar?kiv|kharkov|"
    r"charkiw|járkov|харьков|харків|харков|kherson|cherson|jersón|херсон|mar[io]+upol|marioupol|мариупол|маріупол|odess?a|"
    r"одесс?|lviv|lwiw|львов|львів|moscou|moscow|moskau|moscú|москв|washington|london|londres|berlin|bruxelles|brussels|"
    r"brüssel|pékin|beijing|turquie|turkey|türkei|israël|israel|iran$|italie|italy|spain|espagn|españa|spanien|états-unis|"
    r"etats-unis|usa$|united states|united kingdom|united nations|сша$|gaza$|syri[ea]|crimé|crimea|krim$|крым|крим|donbas|"
    r"géorgi|finland|suèd|sweden|chernihiv|tchern|boutcha|bucha$|irpin|soumy|sumy$)",
    re.IGNORECASE,
)


_SUBJECT = re.compile(
    rf"\s(?:(?:et|and|und|y|и|і)\s[{_UPPER}]|(?:(?:ne|se|n['’]|s['’]|l['’]|y|en|lui|leur)\s?){{0,2}}[^\W\d][\w’']*-(?:t-)?(?:il|elle)s?\b)",
    re.IGNORECASE,
)


class Sort(StrEnum):
    """What a name stands for, as far as its evidence goes."""

    PERSON = "person"
    PLACE = "place"  # it was where something is: "à Kiev", "en Pologne"
    THING = "thing"  # a country, a body
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Name:
    """A name at ``start:end`` of a text, the word before it and its article included.

    ``gender`` is "m", "f" or empty where it is not known. ``article`` has no space at its end.
    """

    text: str
    start: int
    end: int
    before: str
    article: str
    sort: Sort
    gender: str
    plural: bool

    @property
    def locative(self) -> bool:
        return self.sort is Sort.PLACE and self.before in LOCATIVE.split("|")

    @property
    def with_article(self) -> str:
        """The name as a subject has it: "la Russie", also where it stood as "en Russie" or "du Kremlin"."""
        article = self.article
        if not article:
            vowel = self.text[:1].casefold() in "aeiouéè"
            article = {"au": "le", "du": "le", "aux": "les", "des": "les"}.get(self.before, "")
            article = article or ("" if self.before != "en" else "l'" if vowel else "la")
        return article + ("" if not article or article[-1] in "'’" else " ") + self.text

    @property
    def phrase(self) -> str:
        """The name with the word before it, as it stood."""
        return f"{self.before} {self.text}" if self.before and not self.article else self.with_article


def names_of(text: str) -> list[Name]:
    """Return the names of a text in order; the first word of a sentence is one unless it is a word that asks."""
    names = []
    for match in NAMED.finditer(text):
        words = match["name"].split()
        start = match.start("name")
        if (match["before"] or match["article"]) and match.start() and text[match.start()].isupper():
            names.append(_name(text, match, match["name"]))
            continue
        if match.start() == 0 and not match["article"] and len(words) == 1 and not _SUBJECT.match(text, match.end()):
            continue  # any word may open a question
        while words and (
            _NO_NAME.fullmatch(re.split(r"['’-]", words[0])[0] or words[0]) or _says_of_what(words, match["article"])
        ):
            start, words = start + len(words[0]) + 1, words[1:]
        if words:
            names.append(_name(text, match, " ".join(words)))
    return names


# English writes offices with capitals: "Foreign Minister Lavrov", "US Secretary of State Blinken".
_OFFICE = re.compile(
    r"(?:(?:Vice|Deputy|Prime|Foreign)\s)*(?:Secretary|President|Minister|Chancellor)$|(?:Prime|Foreign|State)\s"
)


def _says_of_what(words: list[str], article: str | None) -> bool:
    """Whether a first word is not of the name: an office, or whose it is ("США Блінкен", "US Secretary")."""
    if article:
        return False
    return bool(_OFFICE.match(" ".join(words[:2])) or _OFFICE.match(words[0])) or (
        len(words) > 1 and _is_nation(words[0])
    )


def _is_nation(word: str) -> bool:
    return any(name.key.startswith("nation/") for name in find_names(f"- {word}", ""))


def _is_known(name: str) -> bool:
    """Whether a name is one of the countries, capitals, places and bodies whose names are known in six languages."""
    return any(found.key and found.end - found.start == len(name) for found in find_names(f"x {name}", ""))


def _name(text: str, match: re.Match[str], name: str) -> Name:
    cut = name != match["name"]
    before = "" if cut else (match["before"] or "").casefold()
    article = "" if cut else (match["article"] or "").strip().casefold()
    start = match.end("name") - len(name) if cut else match.start()
    sort = _sort(text[:start], name, before, article)
    plural = article in ("les", "los", "las") or before in ("aux", "des")
    return Name(name, start, match.end(), before, article, sort, _gender(text, start, name, before, article), plural)


_TOLD = re.compile(
    r"(?:parl|répond|dit|dire|demand|téléphon|écri|adress|promis|propos|appel|remis|donn)\w*(?:\s\w+)?\s$", re.I
)
_PEOPLED = re.compile(r"(?:habitants?|population|inhabitants|people live|maire|einwohner|habitantes|населен)", re.I)


def _sort(earlier: str, name: str, before: str, article: str) -> Sort:
    titled = any(title.search(earlier[-60:]) for title in _TITLES.values())
    if titled:
        return Sort.PERSON
    known = _NO_PERSON.match(name) is not None or _is_known(name)
    if before in LOCATIVE.split("|") and not (not known and _TOLD.search(earlier[-40:])):
        return Sort.PLACE
    if known:
        return Sort.THING
    if article or before in ("du", "des"):
        return Sort.THING
    if " " in name:
        return Sort.PERSON
    return Sort.PLACE if _PEOPLED.search(earlier[-80:]) else Sort.UNKNOWN


def _gender(text: str, start: int, name: str, before: str, article: str) -> str:
    first, last = name.split()[0].casefold(), name.split()[-1].casefold()
    for gender in ("m", "f"):
        if _TITLES[gender].search(text[max(start - 60, 0) : start]):
            return gender
    if first in _BY_FIRST_NAME:
        return _BY_FIRST_NAME[first]
    if article in ("la", "die", "las"):
        return "f"
    if article in ("le", "el", "der") or before in ("au", "du"):
        return "m"
    if article in ("l'", "l’") or before == "en":
        return "f" if re.search(r"(?:e|\se\w*nne)$", last) or "Union" in name else "m"
    if re.search(r"(?:ова|ева|ина|ая|ська|ская)$", last):
        return "f"
    if re.search(r"(?:ов|ев|ин|ий|ын)$", last):
        return "m"
    after = re.match(r"\s?(?:[^\s-]+\s)?[^\s-]+-(?:t-)?(il|elle)(?!\w)", text[start + len(name) :][:60])
    return {"il": "m", "elle": "f"}[after[1]] if after else ""


def same(one: Name, other: Name) -> bool:
    """Whether the words of one name are among those of the other: "Macron" and "Emmanuel Macron"."""
    words, others = set(one.text.casefold().split()), set(other.text.casefold().split())
    return words <= others or others <= words


def distinct(names: list[Name]) -> list[Name]:
    """Return each once, by its fullest form, in the order of their first mention."""
    kept: list[Name] = []
    for name in names:
        at = next((n for n, other in enumerate(kept) if same(name, other)), None)
        if at is None:
            kept.append(name)
        elif len(name.text) > len(kept[at].text):
            kept[at] = name
    return kept


@dataclass(frozen=True, slots=True)
class Known:
    """The last question as it was searched, and the text of its answer, with what each names."""

    question: str
    answer: str

    @property
    def asked(self) -> list[Name]:
        return names_of(self.question)

    @property
    def told(self) -> list[Name]:
        return names_of(self.answer)
