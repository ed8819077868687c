"""The sentences of an answer. The answerer names sources in its own way: here they get the names of the interface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from answering.writing.extractive import source_name
from answering.writing.frames import Frame, frame_for
from retrieval.types import Article

_BREAKABLE = re.compile(r" (?=[:;?!»])|(?<=«) ")  # blanks at which French breaks no line

Json = dict[str, Any]


def sentence(claim: Json, body: Json, names: Mapping[int, str]) -> str:
    """Return the text of a claim. A source that the answerer put before a quotation gets its name in ``names``."""
    frame, text = frame_for(body["language"]), str(claim["text"])
    framed, after = frame.printed.split("{quote}")
    for citation in body["citations"]:
        before = framed.format(source=_known(citation, frame))
        if claim["markers"] == [citation["marker"]] and text.startswith(before) and text.endswith(after):
            quote = text[len(before) : len(text) - len(after)]
            return _BREAKABLE.sub("\u00a0", frame.printed).format(source=names[citation["marker"]], quote=quote)
    return text


def tells_that_sources_differ(claim: Json, body: Json) -> bool:
    """Whether a claim is the answerer's sentence about sources that differ."""
    head = frame_for(body["language"]).differ.partition("{sides}")[0]
    return bool(body["disagreements"]) and claim["text"].startswith(head)


def sides(claim: Json, body: Json, names: Mapping[int, str]) -> list[str]:
    """Return the sides of a claim that ``tells_that_sources_differ``, each "figure — source [marker]".

    Empty if it is not made of these alone, and the sentence has to be shown as it stands.
    """
    frame, text = frame_for(body["language"]), claim["text"]
    head, tail = frame.differ.split("{sides}")
    between = text[len(head) : len(text) - len(tail)] if text.endswith(tail) else ""
    markers = [citation["marker"] for citation in body["citations"]]
    ways = [rf"(?: — (?:{_any_name(citation, frame)}) \[({citation['marker']})\])" for citation in body["citations"]]
    found, position = [], 0
    for end in re.finditer(rf"(?:{'|'.join(ways)})(?: ; |$)", between) if markers else ():
        marker = markers[(end.lastindex or 1) - 1]
        found.append(f"{between[position : end.start()]} — {names[marker]} [{marker}]")
        position = end.end()
    return found if position == len(between) else []


def _known(citation: Json, frame: Frame) -> str:
    """Return what the answerer calls the article of a citation."""
    outlet, title, published = (citation[key] or "" for key in ("outlet", "title", "published"))
    return source_name(Article(citation["article_id"], "", title, "", outlet, published), frame)


def _any_name(citation: Json, frame: Frame) -> str:
    """Return a pattern of the name of a citation's article, or of an untitled one that prints the same sentence."""
    others = (
        re.escape(frame.untitled.format(id=other)) + r"(?: \([0-9T:.+Z-]{4,40}\))?" for other in citation["also_in"]
    )
    return "|".join([re.escape(_known(citation, frame)), *others])
