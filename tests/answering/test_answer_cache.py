"""The answer cache: what is given again, what never is, and what empties it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.answer_cache import AnswerCache, Basis, Key, again, prompts_version
from answering.conversation import Turn
from answering.settings import ROOT
from answering.types import Answer, Citation, Claim, Mode, Status
from prompts import PLACEHOLDERS, load_prompt
from retrieval.types import Article, Filters

BASIS = Basis((7, 7), date(2026, 3, 2))
WHO = Key("qui", "qui", "fr")


def answer(question: str = "Qui ?", characters: int = 100, **values: Any) -> Answer:
    article = Article(question, "x" * characters)
    made: dict[str, Any] = {"status": Status.ANSWERED, "mode": Mode.GENERATIVE, **values}
    claims, citations = (Claim("Oui.", (1,)),), (Citation(1, article, 0, 5),)
    return Answer(question, text="Oui.", language="fr", claims=claims, citations=citations, **made)


def cache_with(*asked: Key, **limits: int) -> AnswerCache:
    cache = AnswerCache(**limits)
    for one in asked:
        assert cache.get(BASIS, one) is None
        assert cache.put(BASIS, one, answer(one.question))
    return cache


def test_an_answer_is_given_again() -> None:
    assert cache_with(WHO).get(BASIS, WHO) == answer("qui")


@pytest.mark.parametrize(
    "other",
    [
        Key("où", "qui", "fr"),
        Key("qui", "qui est là", "fr"),
        Key("qui", "qui", "en"),
        Key("qui", "qui", "fr", Filters(since="2022")),
        Key("qui", "qui", "fr", turns=(Turn("a", "a", "b"),)),
        Key("qui", "qui", "fr", prompts="abc"),
    ],
)
def test_another_question_has_another_answer(other: Key) -> None:
    cache = cache_with(WHO)
    assert cache.get(BASIS, other) is None
    assert cache.get(BASIS, WHO) is not None


CHANGES: list[dict[str, Any]] = [{"change": (8, 7)}, {"change": (7, 8)}, {"today": date(2026, 3, 3)}]


@pytest.mark.parametrize("changes", CHANGES)
def test_what_changes_empties_it(changes: dict[str, Any]) -> None:
    cache = cache_with(WHO)
    assert cache.get(replace(BASIS, **changes), WHO) is None
    assert len(cache) == 0
    assert cache.get(BASIS, WHO) is None


def test_an_answer_of_before_a_change_is_not_kept() -> None:
    cache = AnswerCache()
    cache.get(BASIS, WHO)
    changed = replace(BASIS, change=(8, 7))
    assert cache.get(changed, WHO) is None
    assert not cache.put(BASIS, WHO, answer())
    assert cache.put(changed, WHO, answer())
    assert cache.get(BASIS, WHO) is None  # someone who is late sees nothing, and empties nothing
    assert len(cache) == 1


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({}, True),
        ({"status": Status.NO_EVIDENCE}, True),
        ({"mode": Mode.EXTRACTIVE}, True),
        ({"status": Status.PARTIAL}, False),  # it was broken off
    ],
)
def test_only_what_is_whole_is_kept(values: dict[str, Any], kept: bool) -> None:
    cache = AnswerCache()
    cache.get(BASIS, WHO)
    assert cache.put(BASIS, WHO, answer(**values)) is kept
    assert (cache.get(BASIS, WHO) is not None) is kept


def test_what_was_not_asked_for_longest_goes_first() -> None:
    a, b, c = (Key(name, name, "fr") for name in "abc")
    cache = cache_with(a, b, most=2)
    cache.get(BASIS, a)
    cache.put(BASIS, c, answer("c"))
    assert [cache.get(BASIS, one) is not None for one in (a, b, c)] == [True, False, True]


def test_articles_that_are_held_have_a_bound() -> None:
    a, b = (Key(name, name, "fr") for name in "ab")
    cache = AnswerCache(characters=1_000)
    cache.get(BASIS, a)
    assert not cache.put(BASIS, a, answer(characters=1_000))
    assert cache.put(BASIS, a, answer(characters=600))
    assert cache.put(BASIS, a, answer(characters=500))
    assert cache.put(BASIS, b, answer(characters=490))
    assert len(cache) == 2
    assert cache.put(BASIS, b, answer(characters=500))
    assert [cache.get(BASIS, one) is not None for one in (a, b)] == [False, True]
    cache.clear()
    assert len(cache) == 0
    assert cache.put(BASIS, a, answer(characters=990))


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400), st.booleans()), max_size=40))
def test_it_holds_what_a_plain_model_holds(steps: list[tuple[int, int, bool]]) -> None:
    cache, model = AnswerCache(most=4, characters=1_000), dict[int, tuple[Answer, int]]()
    for number, characters, puts in steps:
        asked = Key(str(number), "", "fr")
        assert cache.get(BASIS, asked) == (model[number][0] if number in model else None)
        if number in model:
            model[number] = model.pop(number)
        if puts:
            made = answer(characters=characters)
            cache.put(BASIS, asked, made)
            model.pop(number, None)
            model[number] = made, characters + len(made.text)
            while len(model) > 4 or sum(size for _, size in model.values()) > 1_000:
                model.pop(next(iter(model)))
    assert len(cache) == len(model)


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_the_version_of_prompts_is_that_of_every_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompts_version()
    assert prompts_version() == before

    def edited(other: str) -> Any:
        prompt = load_prompt(other)
        return replace(prompt, version="0" * 12) if other == name else prompt

    monkeypatch.setattr("answering.answer_cache.load_prompt", edited)
    assert prompts_version() != before


def test_every_prompt_file_has_a_part_in_the_version() -> None:
    files = {path.stem for path in (ROOT / "prompts").glob("*.txt")}
    assert files == set(PLACEHOLDERS)


def test_a_kept_answer_answers_the_question_as_it_was_typed() -> None:
    kept = replace(answer("Qui ?"), elapsed_ms=9.0, stages=(("total", 9.0),))
    assert again(kept, "qui") == replace(answer("Qui ?"), question="qui")
