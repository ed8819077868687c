"""The names in a claim and in its source, matched across languages and scripts: "Medinski", "Medinsky", "Мединский".

Countries, their people and capitals, and bodies with a name of their own in each language come from ``names.json``: word
beginnings by key (``black_sea`` is a pair of words; a short one, or one with ``$``, is a whole word). All others are
compared by sound: transliterated, then reduced to consonants.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from anyascii import anyascii

from retrieval.ranking.lexical import terms

_SHORT = {"grec", "turc"}  # people and adjectives in four letters, that are no other word
_SHORTEST = 4  # a shorter entry of the table stands for the whole word
_WORD = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|all|dell|nell|sull|un)['’](?=\w)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)
_OPENS = re.compile(r"(?:^|[.!?:…«“„\"(\n–—])\s*(?:[dlDL]['’])?$")
# Capitalised, but no names: offices, ministries and times, as English and titles write them.
OFFICES = re.compile(
    r"(?:minist|eastern|western|northern|southern|восточн|западн|северн|южн|східн|західн|північн|південн|secr[eé]t|state|states|président|president|presidential|depart|département|sea$|mer$"
    r"|convention|hous|council|conseil"
    r"|assembl|parliam|parlement|arm[eéy]|général|general|security|sécurité|foreign|étrang|auswärtig|exterior|affair|interior"
    r"|intérieur|defen[cs]e|défense"
    r"|haut|commissa|high|commission|chief|head|ambassad|embass|mayor|maire|gouvern|govern|region|région"
    r"|région|duma|twitter"
    r"|telegram|facebook|internet|union|nations?$|peuple|people|war$|guerre|front|nord|sud|est$|ouest"
    r"|north|south|east|mr$|mrs$"
    r"|ms$|mme$|mm?$|dr$|mlle$|st$|sir$|lord|king|queen|pape|pope|agency|agence|refugee|emergency|service"
    r"|office|relations"
    r"|janv|januar|févr|febr|mars$|march|märz|avril|april|abril|mai$|may$|mayo|juin|june|juni|juil|july"
    r"|août|aug|sept|octob|oktob"
    r"|novem|décem|decem|dezem|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday"
    r"|wednesday|thursday|friday"
    r"|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|covid|мвд|мид$|мо$|рф$"
    r"|снбо|госдеп|минобор|геншт"
    r"|совет|министерств|президент|верховн|комисс|mps$|muslim|islamic|christian|jewish|catholic|orthodox|черн|азов$|international|human|rights|red$|cross"
    r"|world|monde|third|bank"
    r"|court|cour$|tribunal|officia|police|resident|witness|author|autorit|expert|source|rescue|secours|habitant|témoin|he$|she$|they$|it$|il$|elle$|ils$|elles$|who$|qui$|on$|everyone|tous$|он$|она$|они$|кто$|парламент|генсек|глава$|посол|мэр|прокур|спикер|полици|власт|эксперт|жител|сообщ|минист|кремл|управлен|управлін|агентств|ведомств|відомств|служб|организац|організац|ngo$|ngos$|ong$|нпо$|арми|освобожд|lib[eé]ration|group|groupe|kommiss|präsid|regierung|staat|ministro|gobierno|estado|presidente)",
    re.IGNORECASE,
)
_SMALL_AFTER_COLON = ("fr", "ru", "uk", "es")  # a capital behind a colon is a name's
_ACTS_ON = re.compile(
    r"(?<!\w)(?:en|à|aux?|dans|vers|entre|frontière (?:avec|de)|in|into|to|at|from|between|near|with"
    r"|border|nach|mit|zwischen"
    r"|a|con|entre|в|во|на|с|со|из|между|у|до|з|між)\s+(?:l['’]|la |le |les |the |d['’]|de |der |die )?$",
    re.IGNORECASE,
)


# Only somebody says something: a first word before such a verb is a name, unless it is one of those words for people.
_SAYS_NEXT = re.compile(
    r"\s(?:(?:a|has|had|avait|hat|ha)\s)?(?:s['’](?:est|était) (?:dit|félicité)|said|says|told|claimed"
    r"|warned|announced|declared|accused|urged|called|welcomed"
    r"|demanded|dit\b|déclar|annonc|affirm|prévien|prévenu|accus|reproch|alert|assur|prétend|exig|réclam"
    r"|demand|appel|estim|signal"
    r"|заяв|сообщ|сказа|объяв|написа|предупр|призва|обвин|потреб|назва|заклик|повідом|звинува|sagte|erklärte|warnte|dijo|declaró|anunció)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name at ``[start, end)`` of its text. ``key`` is its entry in the table ("nation/russia"), or empty.

    ``weak``: it may be a common word, with a capital for another reason. ``placed``: it happens there ("in Washington").
    """

    text: str
    start: int
    end: int
    key: str
    weak: bool = False
    placed: bool = False


@cache
def _entries() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return whole words, and beginnings, with their keys."""
    data = json.loads(Path(__file__).with_name("names.json").read_text("utf-8"))
    whole: dict[str, str] = {}
    beginnings: list[tuple[str, str]] = []
    for group, keys in data.items():
        for key, words in keys.items():
            for word in words.split():
                if word.endswith("$") or len(word) < _SHORTEST:
                    whole[_unaccented(word.rstrip("$"))] = f"{group}/{key}"
                else:
                    beginnings.append((_unaccented(word), f"{group}/{key}"))
    return whole, beginnings


def _unaccented(word: str) -> str:
    """Return a word without what stands over its letters, which capitals often lack: "Etats-Unis"."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    """Return the entry of a case-folded word, or of a pair joined by an underscore."""
    whole, beginnings = _entries()
    word = _unaccented(word)
    if word in whole:
        return whole[word]
    pair = "_" in word
    found = [(len(one), key) for one, key in beginnings if word.startswith(one) and ("_" in one) == pair]
    return max(found)[1] if found else ""


def find_names(text: str, language: str) -> list[Name]:
    """Return the names of a text in order. In German, where every noun has a capital, unknown ones are weak."""
    words = [_bare(match) for match in _WORD.finditer(text)]
    found: list[Name] = []
    taken: set[int] = set()
    for at, ((one, start, _), (other, _, end)) in enumerate(pairwise(words)):
        if end - start <= len(one) + len(other) + 5 and (key := _key(f"{one}_{other}".casefold())):
            found.append(Name(text[start:end], start, end, key))
            taken |= {at, at + 1}
    for at in range(len(words)):
        if at not in taken and (name := _name(text, words, at, language)):
            found += _joined(name)
    return sorted(found, key=lambda name: name.start)


def _joined(name: Name) -> list[Name]:
    """Return two countries that a hyphen joins as two names: "Polish-Lithuanian"."""
    first, hyphen, second = name.text.partition("-")
    if not hyphen or not _key(first.casefold()).startswith("nation/") or name.key != _key(first.casefold()):
        return [name]
    key, cut = _key(second.casefold()), name.start + len(first)
    if not key.startswith("nation/") or key == name.key:
        return [name]
    return [Name(first, name.start, cut, name.key), Name(second, cut + 1, name.end, key)]


def _bare(match: re.Match[str]) -> tuple[str, int, int]:
    word, start = match[0], match.start()
    if elided := _ELISION.match(word):
        word, start = word[elided.end() :], start + elided.end()
    word = _POSSESSIVE.sub("", word)
    return word, start, start + len(word)


def _name(text: str, words: Sequence[tuple[str, int, int]], at: int, language: str) -> Name | None:
    word, start, end = words[at]
    capital = word[:1].isupper()
    key = _key(word.casefold())
    opens = bool(_OPENS.search(before := text[max(0, start - 6) : start]))
    if opens and language in _SMALL_AFTER_COLON and before.rstrip().endswith(":"):
        opens = False
    if key and (capital or (key.startswith(("nation/", "place/")) and (len(word) > 4 or word in _SHORT))):
        if len(word) <= 3 and opens and not word.isupper():
            return None
        return Name(word, start, end, key, placed=bool(_THERE.search(text[max(0, start - 20) : start])))
    if not capital or len(word) < 2 or OFFICES.match(word):
        return None
    possessive = language == "en" and text.startswith(("'s", "’s"), end) and not _NOBODYS.fullmatch(word)
    weak = (opens and not possessive and not (_SAYS_NEXT.match(text, end) and terms(word, language))) or (
        language == "de" and not opens and not _is_paired(text, words, at)
    )
    return Name(word, start, end, "", weak)


_THERE = re.compile(
    r"(?<!\w)(?:in|near|dans|région de|ville de|in der nähe von|под|близ|en|cerca de)\s(?:the )?$", re.IGNORECASE
)
# "Today's vote" has a capital for its place alone.
_NOBODYS = re.compile(
    r"(?:to|yester)day|tomorrow|\w+body|\w+one|it|that|there|here|what|where|who|how|let|this|last|next", re.I
)


def _is_paired(text: str, words: Sequence[tuple[str, int, int]], at: int) -> bool:
    """Whether another word with a capital stands right beside one: "Olaf Scholz"."""
    beside = (n for n in (at - 1, at + 1) if 0 <= n < len(words) and not OFFICES.match(words[n][0]))
    return any(words[n][0][:1].isupper() and abs(n - at) == 1 and _touch(text, words, min(n, at)) for n in beside)


def _touch(text: str, words: Sequence[tuple[str, int, int]], first: int) -> bool:
    return text[words[first][2] : words[first + 1][1]] in (" ", "\u00a0")


# Whoever names two of them names the region.
_MEMBERS = {"place/baltic": {"nation/latvia", "nation/lithuania", "nation/estonia"}}


_CAPITAL_OF = re.compile(r"(?:capitale?s?|столиц\w*|hauptstadt)\s(?:de |d['’]|of |der )?(?:l['’]|la )?$", re.IGNORECASE)


def stands_in(name: Name, others: Sequence[Name], source: str) -> bool:
    """Whether a name is one of ``others``, the names of ``source``.

    A capital stands for its country's leaders and the country for them, but a country that is only a place is no
    "Warsaw": "à la frontière entre la Pologne et le Bélarus".
    """
    if name.key:
        group, _, of = name.key.partition("/")
        for other in others:
            if other.key == name.key or {name.key, other.key} == {"place/europe", "body/eu"}:
                return True
            if group == "nation" and other.key == f"capital/{of}":
                return True
            if group == "capital" and other.key == f"nation/{of}" and _CAPITAL_OF.search(source[: other.start]):
                return True
            if (
                group == "capital"
                and other.key == f"nation/{of}"
                and not name.placed
                and not _ACTS_ON.search(source[: other.start])
            ):
                return True
    if members := _MEMBERS.get(name.key):
        return len({other.key for other in others} & members) > 1
    if name.text.isupper() and _abbreviates(name.text, source):
        return True
    parts = [part for part in re.split(r"[-'’.]", name.text) if len(part) > 1] or [name.text]
    spelled = [part for other in others for part in {other.text, *re.split(r"[-'’. ]", other.text)} if len(part) > 1]
    return all(any(same_sound(part, other) for other in spelled) for part in parts)


def _abbreviates(letters: str, text: str) -> bool:
    """Whether letters are the first ones of a name in a text: "HCR", "Haut-Commissariat de l'ONU pour les réfugiés"."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word.istitle() or (len(word) > 4 and word.islower())]
    initials = "".join(word[0] for word in words)
    return len(letters) > 2 and any(
        initials[at : at + len(letters)].upper() == letters and words[at][0].isupper()
        for at in range(len(words) - len(letters) + 1)
    )


_LEAST_PEOPLE = 5  # letters
_SMALL = re.compile(r"(?<![\w-])[a-zà-þœа-яёіїєґ]{5,}")


def without_capital(name: Name, text: str, language: str) -> bool:
    """Whether a name is that of a people, which a text writes without a capital: "Mapuche", "mapuches"."""
    if name.key or len(name.text) < _LEAST_PEOPLE or language in ("en", "de"):
        return False
    initial = _romanised(name.text)[:1]
    return any(_romanised(word)[:1] == initial and same_sound(name.text, word) for word in _SMALL.findall(text))


@lru_cache(maxsize=50_000)
def same_sound(one: str, other: str) -> bool:
    """Whether two words may be one name in two spellings, scripts or cases."""
    a, b = _romanised(_CASE.sub("", one)), _romanised(_CASE.sub("", other))
    if {a, b} != {_romanised(one), _romanised(other)} and _alike(a, b):
        return True
    a, b = _romanised(one), _romanised(other)
    return _alike(a, b) or (a[:1] != b[:1] and {a[:1], b[:1]} == {"j", "y"} and _alike("j" + a[1:], "j" + b[1:]))


_CASE = re.compile(r"(?<=[б-джзйк-нп-тф-щ]{2}|[а-яё][бвгджзклмнпрстфхцчшщ])(?:а|у|е|ы|ом|ой)$", re.IGNORECASE)


def _alike(a: str, b: str) -> bool:
    if a == b:
        return True
    ratio = SequenceMatcher(None, a, b, autojunk=False).ratio()
    if min(len(a), len(b)) >= 4 and ratio >= 0.8:
        return True
    x, y = _consonants(a), _consonants(b)
    if x == y:
        return len(x) >= 2 and SequenceMatcher(None, _sounds(a), _sounds(b), autojunk=False).ratio() >= 0.65
    short, long = sorted((x, y), key=len)
    # What a case or an adjective adds: "Медведева", "Херсонской", "Брестской".
    return (
        len(short) >= 3
        and long.startswith(short)
        and bool(re.fullmatch(r"[hnvmskt]{1,2}|sk[hmnt]?", long[len(short) :]))
        and (ratio >= 0.6)
    )


@lru_cache(maxsize=50_000)
def _romanised(word: str) -> str:
    return re.sub(r"[^a-z]", "", anyascii(word).casefold())


_SOUNDS = (
    ("dzh|dj|dsch|shch|sch|tch|tsch|tsh|ch|sh|zh|tz|ts|cz|sz|j|z|ç", "s"), ("kh|gh|gu(?=[ei])|g", "h"), ("ph|w|v", "f"),
    ("ck|qu|q|c", "k"),
    ("x", "ks"), ("th", "t"), ("eau|au", "o"), ("oo|ou", "u"), ("y", "i"), ("oi", "ua"), (r"(.)\1+", r"\1"),
)  # fmt: skip


@lru_cache(maxsize=50_000)
def _sounds(romanised: str) -> str:
    """Return a romanised word as it sounds, roughly: one letter for each spelling of a consonant or vowel."""
    for pattern, replacement in _SOUNDS:
        romanised = re.sub(pattern, replacement, romanised)
    return romanised


@lru_cache(maxsize=50_000)
def _consonants(romanised: str) -> str:
    """Return what is left of a romanised word: its consonants by sound, an initial vowel as "a"."""
    sound = _sounds(romanised)
    sound = ("a" if sound[:1] in set("aeiou") else "") + re.sub("[aeiou]", "", sound)
    sound = re.sub(r"(.)\1+", r"\1", sound)
    return (
        sound.rstrip("h") if len(sound) > 3 and sound.endswith("h") and not romanised.endswith(("g", "gh")) else sound
    )
