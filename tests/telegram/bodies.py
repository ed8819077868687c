"""Stored answers for the tests of this folder, made by the real types; and what a hostile article prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answering.types import Answer, Citation, Claim, Disagreement, Mode, Status, to_json
from answering.writing.extractive import text_of
from answering.writing.frames import FRAMES
from retrieval.types import Article, Coverage

TEXT = (
    "La guerre dure depuis huit jours. Plus d'un million de réfugiés ont déjà fui l'Ukraine, selon l'ONU. "
    "Les pourparlers reprennent jeudi."
)
QUOTE = "Plus d'un million de réfugiés ont déjà fui l'Ukraine, selon l'ONU."
MONDE = Article("lm-1", TEXT, "Un million de réfugiés", "https://www.lemonde.fr/a/1", "Le Monde", "2022-03-02", "fr")
FIGARO = Article("fg-1", "Ils sont 900 000 à être partis. C'est beaucoup.", "L'exode", "", "Le Figaro", "2022-03", "fr")
BARE = Article("seed-1", "Ils sont deux millions.", published="2022", language="fr")

HOSTILE = '</b><a href="tg://user?id=1">x</a>&lt;\u202egnp\u2066\x00\x1b[31m & "q" <script>'


def cited(article: Article, quote: str, marker: int, also_in: tuple[str, ...] = ()) -> Citation:
    start = article.text.index(quote)
    return Citation(marker, article, start, start + len(quote), also_in)


def body_of(
    citations: Sequence[Citation],
    *,
    claims: Sequence[Claim] = (),
    disagreements: Sequence[Disagreement] = (),
    status: Status = Status.ANSWERED,
    searched: Coverage = Coverage(5, "2022", "2022-03-02"),
    notice: str = "",
    standalone: str = "",
    language: str = "fr",
) -> dict[str, Any]:
    """An answer as it is stored; without claims of its own, each quotation is one."""
    claims = tuple(claims) or tuple(Claim(c.quote, (c.marker,)) for c in citations)
    answer = Answer(
        "Combien de réfugiés ?",
        status,
        text_of(claims),
        Mode.EXTRACTIVE,
        language,
        claims,
        tuple(citations),
        tuple(disagreements),
        searched,
        notice=notice,
        standalone=standalone,
    )
    return to_json(answer)


def refusal(*nearest: Article, searched: Coverage = Coverage(5, "2022-03", "2022-03"), language: str = "fr") -> Any:
    text = f"{FRAMES[language].nothing} Cherché dans 5 articles."
    answer = Answer(
        "Qui a gagné ?", Status.NO_EVIDENCE, text, Mode.EXTRACTIVE, language, searched=searched, nearest=nearest
    )
    return to_json(answer)


THREE = (
    cited(MONDE, QUOTE, 1, ("x-1", "x-2")),
    cited(FIGARO, "Ils sont 900 000 à être partis.", 2),
    cited(BARE, "Ils sont deux millions.", 3),
)
