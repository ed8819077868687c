"""Wide questions written by a chat model in two steps: every line is proved, whatever the model makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.exceptions import ModelConnectionError
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import Field

from answering.asking.wide import read_wide
from answering.errors import Cancelled, ChatModelError
from answering.generating import wide as module
from answering.generating.generative import Draft, marked
from answering.generating.wide import write_wide
from answering.judging.vectors import SentenceVectors
from answering.listening import Listener
from answering.types import Fate
from answering.wide.finding import Widened, widen
from retrieval.archive import Archive
from tests.answering.wide.material import AGAIN, FAILED, KIEV, LAVROV, MOSCOW, OPENED, SECOND, UN, opened
from tests.fakes import HashingEmbedder, ScriptedChatModel

LIE = "Les pourparlers de paix ont fait 77 morts à Paris."


class Steps(ScriptedChatModel):
    """A scripted model that says something else each time it is asked; the last of it again and again."""

    texts: list[str | Exception] = Field(default_factory=list)

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        said = self.texts[min(len(self.heard), len(self.texts) - 1)]
        self.pieces, self.error = ([], said) if isinstance(said, Exception) else ([said], None)
        return super()._stream(messages, stop, run_manager, **kwargs)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with opened(tmp_path_factory.mktemp("wide"), HashingEmbedder()) as found:
        yield found


@pytest.fixture
def three_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PASSAGES", 3)


def widened_for(archive: Archive, question: str) -> Widened:
    wide = read_wide(question)
    assert wide is not None
    found = widen(archive, question, wide, "fr", SentenceVectors(archive.embedder))
    assert found is not None
    return found


def number_of(widened: Widened, sentence: str) -> int:
    """Return the number of the passage that prints a sentence."""
    return next(n for n, hit in enumerate(widened.hits, 1) if sentence in hit.text)


def cited(widened: Widened, *sentences: str) -> str:
    return "\n".join(f"{one} [{number_of(widened, one)}]" for one in sentences)


def write(archive: Archive, question: str, *texts: str | Exception) -> tuple[Draft, Steps, list[str]]:
    model, heard = Steps(texts=list(texts)), list[str]()
    draft = write_wide(model, question, widened_for(archive, question), "fr", archive, Listener(heard.append))
    for claim in draft.claims:  # every line has its proof
        assert claim.markers
    assert [citation.marker for citation in draft.citations] == list(range(1, len(draft.citations) + 1))
    assert heard == [marked(claim) for claim in draft.claims]
    return draft, model, heard


def texts(draft: Draft) -> list[str]:
    return [claim.text for claim in draft.claims]


SUMMARY = "Résume les pourparlers de paix"
TIMELINE = "Chronologie des pourparlers de paix"


@pytest.mark.usefixtures("three_at_a_time")
def test_batches_are_read_and_their_sentences_merged(archive: Archive) -> None:
    widened = widened_for(archive, SUMMARY)
    assert len(widened.hits) > 3
    first = cited(widened, *[s for s in (OPENED, SECOND, FAILED, AGAIN) if number_of(widened, s) <= 3])
    second = cited(widened, *[s for s in (OPENED, SECOND, FAILED, AGAIN) if number_of(widened, s) > 3])
    draft, model, _ = write(archive, SUMMARY, first, second, cited(widened, FAILED, OPENED))
    assert texts(draft) == [FAILED, OPENED]
    assert [citation.quote for citation in draft.citations] == [FAILED, OPENED]
    assert len(model.heard) == 3
    asked = [str(messages[1].content) for messages in model.heard]
    assert [[mark in one for mark in ("[1] ", "[4] ")] for one in asked[:2]] == [[True, False], [False, True]]
    assert all("summary" in one for one in asked)
    assert f"- {OPENED} [{number_of(widened, OPENED)}]" in asked[2]


@pytest.mark.usefixtures("three_at_a_time")
def test_what_the_merge_makes_up_is_removed_and_said_why(archive: Archive) -> None:
    widened = widened_for(archive, SUMMARY)
    one, other = cited(widened, OPENED, SECOND), cited(widened, FAILED)
    draft, _, _ = write(archive, SUMMARY, one, other, f"{LIE} [1]\n" + cited(widened, OPENED, FAILED))
    assert texts(draft) == [OPENED, FAILED]
    assert [verdict.fate for verdict in draft.verdicts] == [Fate.REMOVED, Fate.KEPT, Fate.KEPT]
    assert draft.dropped == 1


@pytest.mark.usefixtures("three_at_a_time")
@pytest.mark.parametrize("merge", [f"{LIE} [1]\n{LIE[:-1]} hier. [2]", "", "NO_ANSWER", ModelConnectionError("x")])
def test_of_a_bad_merge_the_proved_sentences_are_the_answer(archive: Archive, merge: str | Exception) -> None:
    widened = widened_for(archive, SUMMARY)
    one, other = cited(widened, OPENED, SECOND), cited(widened, FAILED, UN)
    draft, model, _ = write(archive, SUMMARY, one, other, merge)
    assert texts(draft) == [OPENED, SECOND, FAILED, UN]
    assert len(model.heard) == 3 or isinstance(merge, Exception)
    assert draft.dropped == 0


def test_one_batch_is_not_merged(archive: Archive) -> None:
    widened = widened_for(archive, SUMMARY)
    draft, model, _ = write(archive, SUMMARY, cited(widened, OPENED, SECOND) + f"\n{LIE} [1]")
    assert texts(draft) == [OPENED, SECOND]
    assert len(model.heard) == 1
    assert draft.dropped == 1


def test_a_timeline_is_in_the_order_of_its_days_each_with_its_date(archive: Archive) -> None:
    widened = widened_for(archive, TIMELINE)
    talks = "Les pourparlers de paix n'ont donné aucun résultat à Antalya."
    said = cited(widened, KIEV, SECOND) + f"\n{talks} [{number_of(widened, FAILED)}]\n" + cited(widened, OPENED)
    draft, model, _ = write(archive, TIMELINE, said)
    assert texts(draft) == [OPENED, SECOND, f"10 mars 2022 : {talks}", KIEV]
    assert [claim.markers for claim in draft.claims] == [(1,), (2,), (3,), (4,)]
    assert [citation.quote for citation in draft.citations] == [OPENED, SECOND, FAILED, KIEV]
    by_sentence = {verdict.sentence: verdict.markers for verdict in draft.verdicts}
    assert (by_sentence[KIEV], by_sentence[OPENED]) == ((4,), (1,))
    assert "timeline" in str(model.heard[0][1].content)


def test_who_says_what_keeps_its_speakers(archive: Archive) -> None:
    question = "Qui dit quoi sur les pourparlers de paix ?"
    widened = widened_for(archive, question)
    stolen = (
        f"Kiev affirme que les pourparlers de paix exigent la neutralité du pays voisin. [{number_of(widened, MOSCOW)}]"
    )
    draft, _, _ = write(archive, question, cited(widened, MOSCOW, LAVROV, UN) + f"\n{stolen}")
    assert texts(draft) == [MOSCOW, LAVROV, UN]
    assert draft.dropped == 1


def test_nothing_proved_is_no_claim(archive: Archive) -> None:
    draft, _, heard = write(archive, SUMMARY, f"{LIE} [1]")
    assert (draft.claims, draft.no_answer, draft.dropped, heard) == ((), False, 1, [])


def test_the_model_may_decline(archive: Archive) -> None:
    draft, model, _ = write(archive, SUMMARY, "NO_ANSWER")
    assert draft == Draft(no_answer=True)
    assert len(model.heard) == 1


def test_a_model_that_cannot_be_reached_raises(archive: Archive) -> None:
    with pytest.raises(ChatModelError):
        write(archive, SUMMARY, ModelConnectionError("x"))


@pytest.mark.usefixtures("three_at_a_time")
def test_a_model_that_breaks_off_keeps_what_it_proved(archive: Archive) -> None:
    widened = widened_for(archive, SUMMARY)
    draft, _, _ = write(archive, SUMMARY, cited(widened, OPENED), ModelConnectionError("x"))
    assert texts(draft) == [OPENED]
    assert "chat model" in draft.interrupted


def test_a_batch_that_is_too_long_is_halved(archive: Archive) -> None:
    widened = widened_for(archive, SUMMARY)
    overflow = ValueError("This model's maximum context length is 4096 tokens")
    draft, model, _ = write(archive, SUMMARY, overflow, cited(widened, OPENED, SECOND, FAILED))
    assert set(texts(draft)) == {OPENED, SECOND, FAILED}
    shown = [str(messages[1].content).count("</passage>") for messages in model.heard]
    assert shown[:2] == [len(widened.hits), len(widened.hits) // 2]


def test_who_listens_no_more_may_leave(archive: Archive) -> None:
    model = Steps(texts=["a"])
    with pytest.raises(Cancelled):
        write_wide(model, SUMMARY, widened_for(archive, SUMMARY), "fr", archive, Listener(None, lambda: True))
