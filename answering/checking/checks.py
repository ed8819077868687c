"""What a claim must not change of its source: figures, days, names, quoted words, whether it is so, and who says it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from answering.checking.attribution import bare, speakers
from answering.checking.datings import unproved_days, without_dates
from answering.checking.naming import Name, find_names, stands_in
from answering.checking.numerals import in_digits, numerals, ordinals, unproved_figures, without_pairs
from answering.checking.polarity import clauses, contradicts, negated, stances
from answering.comparing.comparison import counted_phrase
from answering.comparing.concepts import clashes, concepts
from answering.comparing.figures import find_figures
from answering.judging.zero import above_zero, similarity_of_unrelated
from retrieval.types import Embedder


class Reason(StrEnum):
    """Why a sentence is not proved; the value is what the JSON says."""

    MARKER = "no such passage"
    SUPPORT = "not supported"
    FIGURE = "figure not in the source"
    DAY = "date not in the source"
    NAME = "name not in the source"
    QUOTED = "quoted words not in the source"
    NEGATION = "says the opposite of the source"
    ATTRIBUTION = "states as a fact what the source attributes"
    SPEAKER = "attributed to another than the source does"
    ROLES = "names in other roles than in the source"
    LINK = "holds a link"
    INSTRUCTION = "the source speaks to a machine"
    DAYS = "about other days than asked"


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason, and what in the sentence it is about (may be empty)."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a claim is checked against: a quotation and what stands around it.

    ``near`` is the quotation with its neighbours, ``before`` what comes before it, ``passage`` all of it with the title.
    ``told`` are the first and last days that its words of time mean.
    """

    quotation: str
    near: tuple[str, ...] = ()
    before: str = ""
    passage: str = ""
    language: str = ""
    outlets: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    told: tuple[tuple[date, date], ...] = ()

    @classmethod
    def together(cls, grounds: Sequence[Ground]) -> Ground:
        """Return several grounds as one."""
        if len(grounds) == 1:
            return grounds[0]
        texts = {name: "\n".join(getattr(g, name) for g in grounds) for name in ("quotation", "before", "passage")}
        return cls(
            **texts,
            near=tuple(text for g in grounds for text in g.near),
            language=grounds[0].language,
            outlets=tuple(outlet for g in grounds for outlet in g.outlets),
            published=tuple(one for g in grounds for one in g.published),
            told=tuple(days for g in grounds for days in g.told),
        )


_SITE = re.compile(
    r"(?:[\w-]+\.)+(?:[a-z]{2,4}|info|site|online|news|media|example|click|link|shop)\b|(?<!\w)@\w{3,}", re.IGNORECASE
)
_NOT_SITES = re.compile(r"(?:\b\w\.)+\w?\b\.?|\d[\d.]*", re.IGNORECASE)  # U.E., a.m., 2.000
# Sentences of an article that speak to a language model prove nothing, whatever they say.
_INSTRUCTS = re.compile(
    r"ignor\w+ (?:\w+ ){0,3}(?:instruction|règle|rule|consigne|prompt|anweisung|regel)|(?:system"
    r"|developer) (?:prompt|message)|prompt système"
    r"|(?:previous|prior|précédentes) (?:instructions|consignes)|you are (?:now )?(?:an?"
    r"|the) (?:\w+ )?(?:assistant|ai|model|bot|chatbot)"
    r"|(?:tu es|vous êtes) (?:maintenant |désormais )?(?:une? )?(?:assistant|ia|modèle|robot|chatbot)"
    r"|language model|modèle de langue"
    r"|игнорируй|забудь (?:все |свои )?(?:инструкц|правила)|языков\w+ модел|системн\w+ промпт|ігноруй|ignorier"
    r"|ignora las"
    r"|(?:réponds|répondez|answer|respond|reply|write|écris|écrivez|ответь|напиши|antworte"
    r"|schreibe)\b.{0,60}(?:\[\d|exactly|exactement|ровно|NO_ANSWER|instead|à la place)"
    r"|(?:to|aux?|für|для) (?:the )?(?:\w+ )?(?:ai|ia|llm|assistants?|chatbots?|ии)\b\s*:|im_start|\bINST\b"
    r"|(?:assistant|system|user)\s*:",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«\s*([^»]+?)\s*»|“([^”]+)”|„([^“”]+)[“”]|\"([^\"]+)\"")
# Words that stand for somebody named before.
_ANAPHOR = re.compile(
    r"(?<!\w)(?:il|elle|ils|elles|lui|celui-ci|ce dernier|cette dernière|nous|je|notre|on|cette|ce|cet|ces"
    r"|dernier|dernière"
    r"|he|she|they|him|them|we|i|it|this|these|officier|parties|textes?"
    r"|он|она|они|ему|ей|им|мы|я|er|sie|él|ella)(?!\w)"
    r"|-t-(?:il|elle)|[jnm]['’](?=[aeéiou])",
    re.IGNORECASE,
)


_PRONOUN = re.compile(
    r"(?<!\w)(?:ils?|elles?|lui|ce dernier|cette dernière|he|she|they|him|her|them|он|она|они|ему|ей|им|er|sie|él"
    r"|ella)(?!\w)|-t-(?:il|elle)",
    re.IGNORECASE,
)
# What makes a country a place and no party: "dans le nord de l'Ukraine", "territoire ukrainien".
_PLACED = re.compile(
    r"(?<!\w)(?:en|in|au|aux|à|dans|to|from|на|в|во|із|из|у|nach|frontière|border|границ\w+|nord|sud|est|ouest"
    r"|north|south|east|region|région"
    r"|territoire|territory|territorial|sol|soil|ville|city|capitale|capital|port|villes|cities|столиц\w+"
    r"|город\w*|территори\w+|ambassadeur|ambassador)"
    r"\s(?:de |du |des |of |d['’])?(?:l['’]|la |le |les |the )?$",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"(?<!\w)(?:été|étaient|sont|was|were|been|is|are|being|by|par|был[аио]?|wurden?|worden|von|fue(?:ron)?"
    r"|por)(?!\w)|\w+ены?(?!\w)|\w+ан[аоы]?(?!\w)",
    re.IGNORECASE,
)
_BY_PRONOUN = re.compile(r"\W*(?:Il|Elle|Ils|Elles|Ce dernier|Cette dernière|He|She|They|Он|Она|Они)\s")


def first_failure(claim: str, language: str, ground: Ground, embedder: Embedder) -> Fault | None:
    """Return the first check that a claim fails on its ground, or None when it is proved."""
    for outlet in ground.outlets:  # "selon France 24": shown to the model, and proved by the citation itself
        claim = claim.replace(outlet, " ")
    if _INSTRUCTS.search("".join(c for c in ground.quotation if unicodedata.category(c) != "Cf")):
        return Fault(Reason.INSTRUCTION)
    if sites := _sites(claim):
        return Fault(Reason.LINK, sites[0])
    if figures := _figures(claim, ground):
        return Fault(Reason.FIGURE, ", ".join(sorted(figures)))
    if days := unproved_days(
        claim, (ground.quotation, " ".join(ground.near), ground.passage), ground.published, ground.told
    ):
        return Fault(Reason.DAY, ", ".join(sorted(days)))
    if name := _unproved_name(claim, language, ground):
        return Fault(Reason.NAME, name)
    if words := _unproved_quote(claim, language, ground, embedder):
        return Fault(Reason.QUOTED, words)
    if bare(claim, ground.quotation):
        return Fault(Reason.ATTRIBUTION)
    if who := _wrong_speaker(claim, language, ground):
        return Fault(Reason.SPEAKER, who)
    if _denies(claim, ground.near, embedder):
        return Fault(Reason.NEGATION)
    if _swaps(claim, language, ground, embedder):
        return Fault(Reason.ROLES)
    return None


def _sites(claim: str) -> list[str]:
    return [site for site in _SITE.findall(claim) if not _NOT_SITES.fullmatch(site)]


def _figures(claim: str, ground: Ground) -> set[str]:
    """Return the figures of a claim that its source lacks, or has for something else ("33 blessés" for "33 morts")."""
    claim = without_pairs(in_digits(without_dates(claim)))
    near = [in_digits(text) for text in ground.near]
    missing = unproved_figures(claim, near, ground.published) | {
        str(one) for one in ordinals(claim) - ordinals(" ".join(near), second=True)
    }
    if missing:
        return missing
    theirs = [(text, figure) for text in near for figure in find_figures(text)]
    for figure in find_figures(claim):
        written = claim[figure.start : figure.end]
        same = [(text, other) for text, other in theirs if abs(other.value - figure.value) <= 1e-6 * figure.value]
        counted = concepts(counted_phrase(claim, figure))
        if (same and all(clashes(counted, concepts(counted_phrase(text, other))) for text, other in same)) or (
            not same and not _is_vague(written) and not _printed(figure.value, near)
        ):
            missing.add(written)
    return missing


def _is_vague(written: str) -> bool:
    """Whether a figure is one word for about so many: "des milliers" has no value to be wrong."""
    return any(figure.approximate for figure in find_figures(written))


def _printed(value: float, texts: Sequence[str]) -> bool:
    return any(float(numeral) == value for text in texts for numeral in numerals(text))


def _unproved_name(claim: str, language: str, ground: Ground) -> str:
    """Return a name of the claim that its source lacks, or has far from the quotation, or in the place of another one."""
    quoted, before = (find_names(text, ground.language) for text in (ground.quotation, ground.before))
    names = [
        name
        for name in find_names(claim, language)
        if not name.weak
        or (len(name.text) > 3 and stands_in(name, [other for other in before if not other.weak], ground.before))
    ]
    elsewhere: list[Name] = []
    for name in names:
        if stands_in(name, quoted, ground.quotation):
            continue
        if not stands_in(name, before, ground.before):
            return name.text
        elsewhere.append(name)
    if not elsewhere:
        return ""
    refers = bool(_ANAPHOR.search(ground.quotation))
    unsaid = [other for other in quoted if not other.weak and not stands_in(other, names, claim)]
    for name in elsewhere:
        states = [o for o in unsaid if o.key.startswith(_STATES) and not _PLACED.search(ground.quotation[: o.start])]
        if (name.key.startswith("capital/") and states) or not refers:
            return name.text
    return ""


def _unproved_quote(claim: str, language: str, ground: Ground, embedder: Embedder) -> str:
    """Return words that a claim puts in quotation marks and the passage lacks; in translation, any quotation may be it."""
    for groups in _QUOTED.findall(claim):
        words = next(filter(None, groups), "")
        if _plain(words) in _plain(ground.passage):
            continue
        if language == ground.language or not _translates(words, ground, embedder):
            return words
    return ""


def _translates(words: str, ground: Ground, embedder: Embedder) -> bool:
    """Whether words in quotation marks are like some that the source has in quotation marks, in its language."""
    theirs = [part for text in ground.near for groups in _QUOTED.findall(text) for part in groups if part]
    if not theirs:
        return False
    vectors = embedder.embed_passages([words, *theirs])
    zero = similarity_of_unrelated(embedder, ground.language, vectors[0])
    return above_zero(float((vectors[1:] @ vectors[0]).max()), zero) >= _TRANSLATED


_TRANSLATED = 0.35  # likeness, 0 for unrelated and 1 for equal


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _wrong_speaker(claim: str, language: str, ground: Ground) -> str:
    """Return whom a claim gives as speaker, where the quotation's are others; empty where either cannot be told."""
    ours, theirs = (" | ".join(speakers(text)) for text in (claim, ground.quotation))
    said = [name for name in find_names(claim, language) if not name.weak and name.text in ours]
    told = find_names(theirs, ground.language)
    if not said or not told or _PRONOUN.search(theirs):
        return ""
    if any(stands_in(name, told, theirs) for name in said) or any(stands_in(name, said, ours) for name in told):
        return ""
    return said[0].text


def _denies(claim: str, near: Sequence[str], embedder: Embedder) -> bool:
    """Whether a clause of the claim denies what the clause of its source that is most like it says, or the reverse."""
    ours, theirs = clauses(claim), [clause for text in near for clause in clauses(text)]
    told = " ".join(near)
    if not (negated(claim) or negated(told)) and not stances(claim).keys() & stances(told).keys():
        return False
    vectors = embedder.embed_passages([*ours, *theirs])
    likeness = vectors[: len(ours)] @ vectors[len(ours) :].T
    return any(contradicts(said, theirs[int(row.argmax())]) for said, row in zip(ours, likeness, strict=True))


def _swaps(claim: str, language: str, ground: Ground, embedder: Embedder) -> bool:
    """Whether who did it and to whom have changed places, as far as the order of names tells."""
    names = find_names(claim, language)
    others = find_names(ground.quotation, ground.language)
    others = [name for name in others if not name.weak or (len(name.text) > 3 and stands_in(name, names, claim))]
    known = [n for n in names if not n.weak or (len(n.text) > 3 and stands_in(n, others, ground.quotation))]
    if not known or not others:
        return False
    if names[0].weak and names[0] not in known and names[0].start == 0:
        return _clauses_exchanged(claim, language, ground, embedder)
    names = known
    return (
        _place_as_party(claim, names, ground.quotation, others)
        or _object_as_subject(claim, names, ground.quotation, others)
        or _clauses_exchanged(claim, language, ground, embedder)
    )


def _place_as_party(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether a country that the quotation has only as a place is a party in the claim, for one it leaves out."""
    unsaid = [o for o in others if o.key.startswith(_STATES) and not stands_in(o, names, claim)]
    if all(_PLACED.search(quotation[: other.start]) for other in unsaid):
        return False
    for name in names:
        same = [o for o in others if stands_in(name, [o], quotation)]
        placed = [_PLACED.search(quotation[: other.start]) for other in same]
        if (
            name.key.startswith(_STATES)
            and placed
            and all(placed)
            and _opens(claim, name)
            and not _PLACED.search(claim[: name.start])
        ):
            return True
    return False


_STATES = ("nation/", "capital/")


def _object_as_subject(claim: str, names: Sequence[Name], quotation: str, others: Sequence[Name]) -> bool:
    """Whether the claim begins with a name that the quotation has behind its verb, and the reverse."""
    first = names[0]
    if _PASSIVE.search(claim) or _PASSIVE.search(quotation) or _PLACED.search(claim[: first.start]):
        return False
    if any(stands_in(first, [other], quotation) for part in speakers(quotation) for other in find_names(part, "")):
        return False  # the order of "..., a déclaré le Kremlin" tells nothing
    at = [n for n, other in enumerate(others) if stands_in(first, [other], quotation)]
    if not at:
        return False
    if _BY_PRONOUN.match(quotation):
        return not _BY_PRONOUN.match(claim) and _opens(claim, first)
    subject = others[0]
    if 0 in at or not _opens(claim, first) or not _opens(quotation, subject):
        return False
    return any(stands_in(subject, [name], claim) and not _PLACED.search(claim[: name.start]) for name in names[1:])


def _opens(text: str, name: Name) -> bool:
    """Whether a name stands within the first words of a text, after no comma but that of a short adverbial."""
    before = re.sub(r"^\w+(?:\s\w+){0,2},", "", text[: name.start])
    return len(before.split()) < 6 and not re.search(r"[,;:]", before)


def _clauses_exchanged(claim: str, language: str, ground: Ground, embedder: Embedder) -> bool:
    """Whether two clauses of the claim have each other's names: "Kiev réclamait ..., tandis que Moscou ..."."""
    ours, theirs = (clauses(text) for text in (claim, ground.quotation))
    pairs = [(one, [n for n in find_names(one, language) if n.key]) for one in ours if len(one.split()) > 3]
    told = [(one, [n for n in find_names(one, ground.language) if n.key]) for one in theirs if len(one.split()) > 3]
    pairs, told = [p for p in pairs if p[1]], [p for p in told if p[1]]
    if len(pairs) < 2 or len(told) < 2:
        return False
    masked = [_masked(text, names) for text, names in (*pairs, *told)]
    vectors = embedder.embed_passages(masked)
    likeness = vectors[: len(pairs)] @ vectors[len(pairs) :].T
    crossed = 0
    for (text, names), row in zip(pairs, likeness, strict=True):
        best, others = told[int(row.argmax())]
        if not any(stands_in(name, others, best) for name in names) and not any(
            stands_in(o, names, text) for o in others
        ):
            crossed += 1
    return crossed > 1


def _masked(text: str, names: Sequence[Name]) -> str:
    for name in reversed(names):
        text = f"{text[: name.start]}X{text[name.end :]}"
    return text
