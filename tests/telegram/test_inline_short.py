"""Inline mode once a question mark ends what is typed: the result with the short answer stands first, titled by it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answerer import Answerer
from answering.types import Answer, Mode, ShortAnswer, Status
from bot.short import LONGEST
from bot.telegram.handlers import inline
from bot.telegram.handlers.inline import Given, result
from bot.telegram.pages.short import shown_values
from bot.telegram.pages.split import LIMIT, parse, units
from retrieval.archive import Archive
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.errors import KiosqueError
from retrieval.types import Article, Coverage
from tests.telegram.bodies import BARE, FIGARO, HOSTILE, MONDE, QUOTE, TEXT, cited
from tests.telegram.running import running
from tests.telegram.test_inline import EN, FR, holding
from tests.telegram.test_inline import QUERY as TYPED
from tests.telegram.test_inline_cards import buttons_of, hit, text_of
from tests.telegram_emulator import Emulator, Limits

pytestmark = pytest.mark.anyio

QUERY = f"{TYPED} ?"
GONE = "Ils sont 900 000 à être partis."


@pytest.fixture
async def emulator(anyio_backend: str) -> AsyncIterator[Emulator]:
    async with Emulator(limits=Limits(enabled=False)) as emulator:
        yield emulator


def html_of(made: Any) -> str:
    """Return the message of a result as it is sent."""
    return str(made.input_message_content.message_text)


class Scripted(Answerer):
    """Gives an answer, or raises, and lists what it was asked; held until ``go`` is set."""

    def __init__(self, archive: Archive, told: Answer | Exception) -> None:
        super().__init__(archive)
        self.told, self.asked = told, list[str]()
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def ask(self, question: str, **more: Any) -> Answer:
        self.asked.append(question)
        self.begun.set()
        assert self.go.wait(30)
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


def told(*short: ShortAnswer) -> Answer:
    citations = (cited(MONDE, QUOTE, 1), cited(FIGARO, GONE, 2))
    answer = Answer(QUERY, Status.ANSWERED, "", Mode.EXTRACTIVE, "fr", (), citations, (), Coverage(3))
    return replace(answer, short=short)


async def test_the_short_answers_are_titles_and_stand_first(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path
) -> None:
    ada, group = emulator.user(language_code="fr"), emulator.group()
    answer = told(ShortAnswer("900 000", (2,)), ShortAnswer("un million", (1,), 3))
    async with holding(embedder, tmp_path, MONDE, FIGARO, BARE) as archive:
        answerer = Scripted(archive, answer)
        async with running(emulator, archive, tmp_path, answerer):
            found = await ada.asks_inline(QUERY)
            sent = await ada.picks(found, found.results[1].id, group)
            typed = await ada.asks_inline(TYPED)
    assert [card.title for card in found.results] == [
        "900 000",
        "un million",
        "«\u00a0Ils sont deux millions.\u00a0» · 2022",
    ]
    assert [card.description for card in found.results[:2]] == [
        f"Le Figaro · mars 2022\n{FIGARO.text}",
        f"Le Monde · 2 mars 2022\n… {TEXT[TEXT.index(QUOTE) :]}",
    ]
    assert sent.text == f"un million\n\nUn million de réfugiés\nLe Monde · 2 mars 2022\n\n«\u00a0{TEXT}\u00a0»"
    assert sent.covered("bold") == ("un million", "un million")
    assert [entity.offset for entity in sent.entities if entity.type == "bold"] == [0, sent.text.index("un million de")]
    # While it is still being typed, and with passages alone, nothing is asked.
    assert answerer.asked == [QUERY]
    assert "900 000" not in [card.title for card in typed.results]


@pytest.mark.parametrize(
    "answer",
    [
        told(),
        told(ShortAnswer("x" * (LONGEST + 1), (1,))),
        told(ShortAnswer("un million", (1,)), ShortAnswer("\u202e\u2800", (2,))),
        told(ShortAnswer("un million", (9,))),
        KiosqueError(f"{QUERY} cannot be answered."),
    ],
)
async def test_without_a_short_answer_there_are_passages_alone(
    answer: Answer | Exception, emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path, caplog: Any
) -> None:
    ada = emulator.user(language_code="fr")
    async with holding(embedder, tmp_path, MONDE, FIGARO) as archive:
        answerer = Scripted(archive, answer)
        async with running(emulator, archive, tmp_path, answerer):
            found = await ada.asks_inline(QUERY)
    assert answerer.asked == [QUERY]
    assert [card.title for card in found.results] == ["Le Monde · 2 mars 2022", "Le Figaro · mars 2022"]
    assert "réfugiés" not in caplog.text


async def test_nobody_waits_for_another_ones_answer(
    emulator: Emulator, embedder: BundledEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "ANSWER_SECONDS", 0.0)
    ada, bob = emulator.user(language_code="fr"), emulator.user(language_code="fr")
    async with holding(embedder, tmp_path, MONDE, FIGARO) as archive:
        answerer = Scripted(archive, told(ShortAnswer("un million", (1,))))
        answerer.go.clear()
        async with running(emulator, archive, tmp_path, answerer) as kept:
            slow = await ada.asks_inline(QUERY)  # given up at once, but its thread goes on
            busy = await bob.asks_inline(QUERY)
            assert kept.inline_workers.busy
            answerer.go.set()
    assert answerer.asked == [QUERY]
    assert [card.title for card in slow.results] == [card.title for card in busy.results]
    assert "un million" not in [card.title for card in slow.results]


def test_the_cited_sentence_is_shown_and_only_there_does_the_value_stand_out() -> None:
    text = "Le pont fermé, un million attend. " * 3 + "Ils sont un million à être partis. Le maire parle."
    article = Article("a", text, outlet="L'Écho", url="https://a.fr/1", language="fr")
    quote = "Ils sont un million à être partis."
    made = result(hit(article), "Le pont fermé attend ?", FR, (), Given("un million", cited(article, quote, 1)))
    assert made.title == "un million"
    assert made.description == f"L'Écho\n… {quote} Le maire parle."
    content = html_of(made)
    shown, spans = parse(content)
    assert [shown[span.start : span.end] for span in spans if span.name == "b"] == ["un million", "un million"]
    assert "Ils sont <b>un million</b> à être partis." in content
    assert shown.endswith(f"«\u00a0{text}\u00a0»")
    without = result(hit(article), "Le pont fermé attend ?", FR)
    assert text_of(made) == f"un million\n\n{text_of(without)}"
    assert {name: button.url for name, button in buttons_of(made).items()} == {
        name: button.url for name, button in buttons_of(without).items()
    }


PIECES = [HOSTILE, "<b>", "&lt;", "\1", "\0", "\u202e", "\n", "[1]", "😀", "mot ", "م"]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.sampled_from([FR, EN]))
def test_hostile_values_stay_text_within_the_limits(piece: str, texts: Any) -> None:
    article = Article("a", f"Début. {piece} ici. Fin.", "Titre", "https://a.fr/1", "L'Écho", "2022", "fr")
    citation = cited(article, article.text, 1)
    [value] = shown_values([piece]) or ["mot"]
    made = result(hit(article), piece, texts, (), Given(value, citation))
    assert made.title == value
    shown, spans = parse(html_of(made))
    assert {span.name for span in spans} <= {"a", "b"}
    assert units(text_of(made)) <= LIMIT
    assert text_of(made) == f"{value}\n\n{text_of(result(hit(article), piece, texts))}"
    assert shown.split("\n")[0] == value
