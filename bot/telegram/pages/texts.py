"""What the bot says, in the languages of ``texts/``: one Fluent file a language, found by listing the folder.

Values are plain text: whoever puts one into HTML escapes it. A number is written as the language does (1 234), so what
is no quantity, such as the number of a chat, is given as a string.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale
    from fluent.runtime import FluentBundle

FOLDER = Path(__file__).with_name("texts")
DEFAULT = "en"  # what is missing in another language is said in this one

_LONG = 200  # characters: Fluent refuses an argument of more than 1,000, so a long one is put in afterwards
_GAP = re.compile("\ue000([a-z_]+)\ue001")


class Texts:
    """The bot's words in one language: ``Texts("fr")("rate-limit", seconds=20)``.

    Takes any code that Telegram or an answer gives ("fr", "pt-BR", "de", ""); one without a file is ``DEFAULT``.
    """

    def __init__(self, language: str) -> None:
        code = re.split("[-_]", language.lower())[0]
        self.language = code if code in languages() else DEFAULT

    def __call__(self, key: str, /, **arguments: str | int | float) -> str:
        """Return the text of ``key``. Raises KeyError if there is none, ValueError if it needs another argument."""
        long = {name: value for name, value in arguments.items() if isinstance(value, str) and len(value) > _LONG}
        short = arguments | {name: f"\ue000{name}\ue001" for name in long}
        for language in (self.language, DEFAULT):
            bundle = _bundle(language)
            if bundle.has_message(key) and (pattern := bundle.get_message(key).value) is not None:
                text, errors = bundle.format_pattern(pattern, short)
                if errors:
                    raise ValueError(f"the text {key!r} in {language} cannot be made: {errors[0]}")
                return _GAP.sub(lambda gap: str(long.get(gap[1], gap[0])), str(text))
        raise KeyError(key)

    @property
    def locale(self) -> Locale:
        """Babel's locale of the language, for dates."""
        from babel import Locale, UnknownLocaleError

        try:
            return Locale.parse(self.language)
        except UnknownLocaleError:
            return Locale.parse(DEFAULT)


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages that there are texts in, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.ftl")))


@cache
def _bundle(language: str) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([language], use_isolating=False)  # no U+2068 and U+2069 around arguments
    bundle.add_resource(FluentResource((FOLDER / f"{language}.ftl").read_text("utf-8")))
    return bundle
