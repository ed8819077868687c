"""Values and a scripted answerer for the tests of the faces: real types, answers written down beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from answering.conversation import Conversation
from answering.types import Answer, Citation, Claim, Disagreement, Mode, Status
from retrieval.types import Article, Coverage, Filters

TEXT = (
    "La guerre dure depuis huit jours. Les pourparlers ont repris jeudi. "
    "Moscou a annoncé 498 soldats russes tués. Kiev parle de 9.000 morts. "
    "L'ONU compte un million de réfugiés. La France enverra une aide."
)
MONDE = Article("monde-1", TEXT, "Le bilan de Moscou", "https://example.org/1", "Le Monde", "2022-03-02", "fr")
FIGARO = Article("figaro-1", "L'Ukraine affirme avoir tué 9.000 soldats russes.", "", "", "Le Figaro", "2022-03", "fr")
QUOTE = "Moscou a annoncé 498 soldats russes tués."
OTHER = FIGARO.text


def cite(marker: int, article: Article, quote: str, also_in: tuple[str, ...] = ()) -> Citation:
    start = article.text.index(quote)
    return Citation(marker, article, start, start + len(quote), also_in)


def answered(question: str = "Combien de soldats russes ont été tués ?", **changes: object) -> Answer:
    answer = Answer(
        question=question,
        status=Status.ANSWERED,
        text=f"{QUOTE} [1] {OTHER} [2]",
        mode=Mode.EXTRACTIVE,
        language="fr",
        claims=(Claim(QUOTE, (1,)), Claim(OTHER, (2,))),
        citations=(cite(1, MONDE, QUOTE, ("afp-1", "afp-2")), cite(2, FIGARO, OTHER)),
        disagreements=(Disagreement("soldats russes tués", (1, 2)),),
        searched=Coverage(5, "2022-03", "2022-03-04"),
        confidence=0.91,
        elapsed_ms=12.34,
    )
    return replace(answer, **changes)


def refused(question: str = "Qui a gagné la Coupe du monde 2018 ?") -> Answer:
    return Answer(
        question=question,
        status=Status.NO_EVIDENCE,
        text="Les articles n'en disent rien.",
        mode=Mode.EXTRACTIVE,
        language="fr",
        searched=Coverage(5, "2022-03", "2022-03"),
        nearest=(MONDE, FIGARO),
    )


@dataclass
class Asked:
    question: str
    conversation: Conversation
    filters: Filters


@dataclass
class ScriptedAnswerer:
    """Gives the answers, or raises the errors, of a script in turn, and remembers what it was asked.

    ``streams`` are the sentences told while the answer is made, to whoever listens.
    """

    script: Iterable[Answer | BaseException]
    streams: tuple[str, ...] = ()
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._script = iter(self.script)

    def ask(
        self,
        question: str,
        *,
        conversation: Conversation = Conversation(),
        filters: Filters = Filters(),
        on_sentence: Callable[[str], None] | None = None,
    ) -> Answer:
        self.asked.append(Asked(question, conversation, filters))
        for text in self.streams if on_sentence else ():
            on_sentence(text)
        step = next(self._script)
        if isinstance(step, BaseException):
            raise step
        return replace(step, question=question)
