"""What Telegram Desktop exports of a channel (``result.json``): each post as a line of the ingest format (JSONL).

The format is that of the export's writer in Telegram Desktop (``export_output_json.cpp``). It states neither the channel's
address nor which messages are one album.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from retrieval.dates import parse_date
from retrieval.errors import ReadError
from retrieval.reading.head import take_headline
from retrieval.reading.packed import Part
from retrieval.text import normalise, one_line
from retrieval.types import Article

FEWEST_WORDS = 4  # of a post: fewer ("👍", "Direct", "À suivre") say nothing that an answer could quote
_MEDIA = ("photo", "file", "media_type")
_USERNAME = re.compile(r"@?([A-Za-z][A-Za-z0-9_]{3,31})")
_WORDS = re.compile(r"[^\W_]+")
# The writer puts control characters as \x0B, which is no JSON; an even number of backslashes before is text.
_ODD_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9A-F]{2})")


def posts(data: bytes) -> Iterator[Part]:
    """Yield each post as the bytes of a line of JSONL; at the end, a reason that counts those that were too short.

    Its id is ``channel/number``, with the channel's name in addresses where the export has one, else its number; its time is
    that of publication, its text the last one. The messages of an album are one post, under the first one's number.
    Service messages and posts without text are passed over. Raises ReadError for JSON that is no export of a channel.
    """
    short = 0
    for channel in _channels(_parsed(data)):
        for album in _albums(_messages(channel)):
            line = _line(channel, album)
            if not _WORDS.search(line["text"]):
                continue
            if len(_WORDS.findall(f"{line['title']} {line['text']}")) < FEWEST_WORDS:
                short += 1
                continue
            yield Part(line["id"], data=json.dumps(line).encode())
    if short:
        yield Part("short posts", reason=f"posts of fewer than {FEWEST_WORDS} words were left out ({short})")


def _parsed(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        try:
            return json.loads(text)
        except ValueError:
            return json.loads(_ODD_ESCAPE.sub(r"\1\\u00\2", text))
    except UnicodeDecodeError as exc:
        raise ReadError("is not UTF-8") from exc
    except (ValueError, RecursionError) as exc:
        raise ReadError("is not valid JSON") from exc


def _channels(value: Any) -> list[dict[str, Any]]:
    """Return the channels of an export of one chat, or of a whole account."""
    found = [value]
    for name in ("chats", "left_chats"):
        held = value.get(name) if isinstance(value, dict) else None
        listed = held.get("list") if isinstance(held, dict) else None
        found.extend(listed if isinstance(listed, list) else [])
    chats = [chat for chat in found if isinstance(chat, dict) and isinstance(chat.get("messages"), list)]
    if not chats:
        raise ReadError("is no Telegram export: it has no messages")
    channels = [chat for chat in chats if chat.get("type") in ("public_channel", "private_channel")]
    if not channels:
        raise ReadError("is the export of a chat; only channels are taken in")
    return channels


def _messages(channel: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a channel's messages in order of number; of several with one number, the one edited last."""
    latest: dict[int, dict[str, Any]] = {}
    for message in channel["messages"]:
        number = message.get("id") if isinstance(message, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or message.get("type") != "message":
            continue
        if number not in latest or _seconds(message, "edited_unixtime") >= _seconds(latest[number], "edited_unixtime"):
            latest[number] = message
    return [latest[number] for number in sorted(latest)]


def _albums(messages: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Group neighbours that have media, an author and a second in common: Telegram sends an album so."""
    album = list(messages[:1])
    for before, message in pairwise(messages):
        if _goes_with(before, message):
            album.append(message)
        else:
            yield album
            album = [message]
    if album:
        yield album


def _goes_with(before: dict[str, Any], message: dict[str, Any]) -> bool:
    same = ("date_unixtime", "from_id", "author", "forwarded_from", "reply_to_message_id")
    return (
        message["id"] == before["id"] + 1
        and all(any(name in one for name in _MEDIA) for one in (before, message))
        and _seconds(message, "date_unixtime") > 0
        and all(message.get(name) == before.get(name) for name in same)
    )


def _line(channel: dict[str, Any], album: Sequence[dict[str, Any]]) -> dict[str, str]:
    first = album[0]
    number, title = channel.get("id"), channel.get("name")
    match = _USERNAME.fullmatch(str(channel.get("username") or ""))
    username = match[1] if match else ""
    text = normalise("\n\n".join(filter(None, (_text(message.get("text")).strip() for message in album))))
    outlet = one_line(title) if isinstance(title, str) else ""
    article = take_headline(Article(id="", text=text)) if text else Article(id="", text="")
    return {
        "id": f"{username or (number if isinstance(number, int) else outlet or 'channel')}/{first['id']}",
        "title": article.title,
        "text": article.text,
        "url": f"https://t.me/{username}/{first['id']}" if username else "",
        "outlet": outlet,
        "published": _published(first),
        "dated_by": "header",
    }


def _text(value: Any) -> str:
    """Return text as a string: it is one, or a list of strings and of objects for what is bold, a link, and so on."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return ""
    pieces = (piece.get("text") if isinstance(piece, dict) else piece for piece in value)
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _published(message: dict[str, Any]) -> str:
    """Return the moment of sending in UTC; ``date``, in the exporting computer's time, only where there is no other."""
    seconds = _seconds(message, "date_unixtime")
    if seconds > 0:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    date = message.get("date")
    return parse_date(date)[:10] if isinstance(date, str) else ""


def _seconds(message: dict[str, Any], name: str) -> int:
    value = message.get(name)
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"[0-9]{1,11}", text) else 0
