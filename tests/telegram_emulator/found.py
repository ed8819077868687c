"""The entities that Telegram finds in a text by itself: commands, mentions, hashtags, cashtags, addresses.

A simplification of TDLib's find_entities: addresses without a scheme are found only under the domains in ``_ENDINGS``,
phone and bank card numbers are not looked for.
"""

from __future__ import annotations

import re

from tests.telegram_emulator.values import Entity, utf16_length

_ENDINGS = "com|org|net|info|fr|be|ch|ca|ru|ua|uk|de|eu|io|me|dev|app|news|tv"
_URL = re.compile(
    rf"(?<![\w@/.])(?:(?:https?|ftp|tg)://[^\s<>\"']+|(?:[a-z0-9-]+\.)+(?:{_ENDINGS})\b(?!@)(?:[/?#][^\s<>\"']*)?)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")
_MENTION = re.compile(r"(?<!\w)@[A-Za-z0-9_]{4,32}(?!\w)")
_HASHTAG = re.compile(r"(?<![\w#])#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")
# The first that takes a stretch of text keeps it.
_KINDS = (("email", _EMAIL), ("url", _URL), ("bot_command", _COMMAND), ("mention", _MENTION))
_TAGS = (("hashtag", _HASHTAG), ("cashtag", _CASHTAG))


def find_entities(text: str) -> list[Entity]:
    """What a user's or a bot's plain text holds, in order, not overlapping."""
    taken: list[tuple[int, int, str]] = []
    for kind, pattern in (*_KINDS, *_TAGS):
        for match in pattern.finditer(text):
            begin, end = match.span()
            if kind == "url":
                end = begin + len(match[0].rstrip(".,:;!?)»”…"))
            if all(end <= b or e <= begin for b, e, _ in taken):
                taken.append((begin, end, kind))
    return [
        Entity(kind, utf16_length(text[:begin]), utf16_length(text[begin:end])) for begin, end, kind in sorted(taken)
    ]
