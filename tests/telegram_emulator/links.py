"""Which links Telegram takes: http and https with a host that has a dot, tg and ton (TDLib's LinkManager)."""

from __future__ import annotations

import re

_HTTP = re.compile(r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>[^/?#]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?:[^@]*@)?(?P<name>[\w.\-\u0080-\U0010ffff]+)(?::(?P<port>\d{1,5}))?")
_APP = re.compile(r"(?:tg|ton|tonsite)://\S+", re.IGNORECASE)
_USER = re.compile(r"tg://user\?id=(\d+)")


def link_error(url: str) -> str | None:
    """Why Telegram refuses this address, in its words; None when it takes it."""
    if _APP.fullmatch(url):
        return None
    parts = _HTTP.fullmatch(url)
    assert parts is not None  # every part may be empty
    if (parts["scheme"] or "http").lower() not in ("http", "https"):
        return "Unsupported URL protocol"
    host = _HOST.fullmatch(parts["host"])
    if host is None or "." not in host["name"].strip("."):
        return "Wrong HTTP URL"
    if host["port"] and not 1 <= int(host["port"]) <= 65535:
        return "Wrong HTTP URL"
    return None


def checked_link(url: str) -> str | None:
    """The address as Telegram keeps it (scheme and host in lower case, a path, no blanks), or None if it is none."""
    if link_error(url) is not None:
        return None
    if _APP.fullmatch(url):
        return url
    parts = _HTTP.fullmatch(url)
    assert parts is not None
    rest = "".join(c if c > " " else f"%{ord(c):02X}" for c in parts["rest"])
    path = rest if rest.startswith("/") else "/" + rest
    return f"{(parts['scheme'] or 'http').lower()}://{parts['host'].lower()}{path}"


def mentioned_user(url: str) -> int | None:
    """The user that a link `tg://user?id=` mentions."""
    match = _USER.fullmatch(url)
    return int(match[1]) if match else None
