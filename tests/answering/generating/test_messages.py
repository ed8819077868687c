"""What a chat model is shown stays within its context, in every language: passages, conversation, and what is repaired."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.conversation import Conversation, Turn
from answering.errors import ChatModelError, Failure
from answering.generating.guarded import GuardedChatModel, guarded
from answering.generating.marked import Sentence
from answering.generating.messages import MAX_PASSAGES, build_messages, fit, left_beside, recalled, repair_message
from answering.generating.tokens import estimate_tokens
from retrieval.types import Article, Hit
from tests.fakes import ScriptedChatModel, hit_on

FRENCH = "Le président ukrainien a demandé une trêve immédiate aux négociateurs russes. "
RUSSIAN = "Президент Украины потребовал от российских переговорщиков немедленного перемирия. "
WHO = "Qui dirige la délégation russe ?"
NOTHING = Conversation()


def model(context: int) -> GuardedChatModel:
    return guarded(ScriptedChatModel(), context=context)


def passages(sentence: str, number: int = 20, sentences: int = 10) -> list[Hit]:
    return [hit_on(Article(str(i), sentence * sentences, "Titre", outlet="AFP"), number=i) for i in range(number)]


def left(asked: GuardedChatModel, shown: list[Hit], conversation: Conversation = NOTHING) -> int:
    """Return how many tokens the request leaves beside the answer, 0 or more when it fits."""
    return left_beside(asked, build_messages(WHO, shown, conversation, "fr"))[0]


@pytest.mark.parametrize("sentence", [FRENCH, RUSSIAN])
@pytest.mark.parametrize("context", [2_048, 4_096])
def test_as_many_passages_are_shown_as_there_is_room_for(sentence: str, context: int) -> None:
    hits, asked = passages(sentence), model(context)
    shown = fit(asked, WHO, hits, NOTHING, "fr")
    assert 0 < len(shown) < MAX_PASSAGES
    assert shown == hits[: len(shown)]
    assert left(asked, shown) >= 0 > left(asked, hits[: len(shown) + 1])


def test_a_passage_costs_what_its_script_costs() -> None:
    french, russian = (len(fit(model(4_096), WHO, passages(one), NOTHING, "fr")) for one in (FRENCH, RUSSIAN))
    assert french > 1.5 * russian


def test_what_the_model_reported_counts() -> None:
    hits, asked = passages(FRENCH), model(4_096)
    before = len(fit(asked, WHO, hits, NOTHING, "fr"))
    asked.counter.learn(FRENCH * 50, 2 * estimate_tokens(FRENCH * 50))  # a tokenizer that needs twice as many
    assert 0 < len(fit(asked, WHO, hits, NOTHING, "fr")) < before / 2


def test_there_are_never_more_than_a_model_can_keep_apart() -> None:
    hits = passages(FRENCH)
    assert fit(model(100_000), WHO, hits, NOTHING, "fr") == hits[:MAX_PASSAGES]
    assert fit(model(100_000), WHO, [], NOTHING, "fr") == []


def test_a_first_passage_without_room_is_cut() -> None:
    asked, endless = model(2_048), passages(RUSSIAN, sentences=1_000)
    (shown,) = fit(asked, WHO, endless, NOTHING, "fr")
    assert 100 < len(shown.text) < len(endless[0].text)
    assert endless[0].text.startswith(shown.text)
    assert 0 <= left(asked, [shown]) < 10


@pytest.mark.parametrize("hits", [passages(FRENCH), passages(FRENCH, sentences=1_000)])
def test_a_context_without_room_for_any_is_told(hits: list[Hit]) -> None:
    with pytest.raises(ChatModelError) as told:
        fit(model(1_024), WHO, hits, NOTHING, "fr")
    assert told.value.failure is Failure.OVERFLOW


def test_an_endless_title_takes_no_room() -> None:
    hit = hit_on(Article("x", FRENCH, "Titre " * 10_000, outlet="AFP"))
    assert fit(model(2_048), WHO, [hit], NOTHING, "fr") == [hit]
    assert left(model(2_048), [hit]) >= 0


@given(
    st.lists(st.text(min_size=1, max_size=900), min_size=1, max_size=14),
    st.text(max_size=300),
    st.integers(1_024, 9_000),
    st.lists(st.text(max_size=700), max_size=4),
)
def test_whatever_is_asked_fits(texts: list[str], question: str, context: int, turns: list[str]) -> None:
    asked = model(context)
    hits = [hit_on(Article(str(i), text, text), number=i) for i, text in enumerate(texts)]
    conversation = recalled(asked, Conversation(tuple(Turn(turn, turn, turn) for turn in turns)))
    try:
        shown = fit(asked, question, hits, conversation, "ru")
    except ChatModelError:
        shown = [hit_on(hits[0].article, 0, min(200, len(texts[0])))]
        assert left_beside(asked, build_messages(question, shown, conversation, "ru"))[0] < 5
    else:
        assert shown
        assert left_beside(asked, build_messages(question, shown, conversation, "ru"))[0] >= 0


# -- the conversation -----------------------------------------------------------------------------------------------

LONG = Turn(FRENCH * 10, FRENCH * 10, FRENCH * 10)
SHORT = Turn("Qui ?", "Qui ?", "Vladimir Medinski. [1]")


@pytest.mark.parametrize(
    ("context", "turns", "kept"),
    [
        (100_000, (SHORT, SHORT, LONG, SHORT), (SHORT, LONG, SHORT)),
        (2_048, (LONG, SHORT, SHORT), (SHORT, SHORT)),
        (2_048, (SHORT, LONG, SHORT), (SHORT,)),
        (2_048, (SHORT, LONG), ()),
        (2_048, (), ()),
    ],
)
def test_the_latest_turns_are_recalled(context: int, turns: tuple[Turn, ...], kept: tuple[Turn, ...]) -> None:
    assert recalled(model(context), Conversation(turns)) == Conversation(kept)


# -- what is repaired -----------------------------------------------------------------------------------------------


def failed(number: int, text: str) -> list[tuple[Sentence, str]]:
    return [(Sentence(f"{n} {text}", (n % 3 + 1,)), f"fault {n}") for n in range(number)]


def test_what_is_repaired_comes_with_its_passages_and_reasons() -> None:
    _, text = repair_message(model(8_192), failed(2, "soldats"), passages("mot ", 4, 1), "fr")
    assert "- 0 soldats [1]\n  Wrong: fault 0\n- 1 soldats [2]\n  Wrong: fault 1" in text
    assert [f"[{number}] AFP" in text for number in (1, 2, 3, 4)] == [True, True, False, False]


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_a_repair_fits_as_the_answer_did(language: str) -> None:
    asked, sentence = model(2_048), FRENCH if language == "fr" else RUSSIAN
    shown = fit(asked, WHO, passages(sentence, sentences=3), NOTHING, language)
    assert len(shown) >= 3
    bad = failed(8, sentence * 5)
    system = build_messages(WHO, shown, NOTHING, language)[0]
    message = repair_message(asked, bad, shown, language)
    assert left_beside(asked, [system, message])[0] >= 0
    kept = [f"fault {n}" in message[1] for n in range(8)]
    assert kept[0]
    assert kept == sorted(kept, reverse=True)
    assert not all(kept)
    assert all(f"fault {n}" in repair_message(model(100_000), bad, shown, language)[1] for n in range(8))


def test_one_sentence_is_always_given_back() -> None:
    message = repair_message(model(1_024), failed(3, FRENCH * 100), passages(FRENCH, 3), "fr")
    assert ["fault 0" in message[1], "fault 1" in message[1]] == [True, False]
