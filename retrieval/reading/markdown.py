"""Markdown to plain text: the words stay, the marks go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = (
    (re.compile("<!--"), re.compile("-->")),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script\s*>", re.IGNORECASE)),
    (re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style\s*>", re.IGNORECASE)),
)


def plain_text(markdown: str) -> tuple[str, str]:
    """Return the title (a heading of the first level that opens the text, or an empty string) and the rest as text.

    Links become their words; images, HTML comments and marks of emphasis go; each block is a paragraph.
    """
    from markdown_it import MarkdownIt

    title = heading = ""
    blocks: list[str] = []
    for token in MarkdownIt("commonmark").parse(_without_hidden(markdown)):
        if token.type in ("heading_open", "heading_close"):
            heading = token.tag if token.nesting == 1 else ""
        block = _block(token)
        if not block:
            continue
        if heading == "h1" and not title and not blocks:
            title = block
        else:
            blocks.append(block)
    return title, "\n\n".join(blocks)


def _block(token: Token) -> str:
    if token.type == "inline":
        return "".join(map(_inline, token.children or ())).strip()
    if token.type in ("fence", "code_block"):
        return token.content.strip()
    if token.type == "html_block":
        return _TAG.sub("", token.content).strip()
    return ""


def _inline(token: Token) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return token.content
    if token.type == "softbreak":
        return " "
    return "\n" if token.type == "hardbreak" else ""


def _without_hidden(text: str) -> str:
    """Return Markdown without its HTML comments, scripts and styles."""
    for opening, closing in _HIDDEN:
        parts, position = [], 0
        while (start := opening.search(text, position)) and (end := closing.search(text, start.end())):
            parts.append(text[position : start.start()])
            position = end.end()
        text = "".join(parts) + text[position:]
    return text
