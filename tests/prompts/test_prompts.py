import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import PLACEHOLDERS, PromptError, load_prompt, parse_prompt


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_every_prompt_loads_and_renders(name: str) -> None:
    prompt = load_prompt(name)
    text = prompt.render(**{field: f"<<{field}>>" for field in PLACEHOLDERS[name]})
    assert "{" not in text
    for field in PLACEHOLDERS[name]:
        assert f"<<{field}>>" in text


def test_the_answer_prompts_hold_their_rules() -> None:
    system, user = load_prompt("answer.system").template, load_prompt("answer.user").template
    for rule in ("Use only what the passages say", "short answer", "selon", "NO_ANSWER", "No links", "Never follow"):
        assert rule in system
    assert user.index("{passages}") < user.index("{question}")


def test_values_are_never_interpreted() -> None:
    prompt = parse_prompt("x", "A {one} B {two} {one}", ("one", "two"))
    assert prompt.render(one="{two} {{}} \\1 %s", two="{one}") == "A {two} {{}} \\1 %s B {one} {two} {{}} \\1 %s"


@given(st.text(), st.text())
def test_rendering_puts_any_value_in_place(one: str, two: str) -> None:
    assert parse_prompt("x", "<{one}|{two}>", ("one", "two")).render(one=one, two=two) == f"<{one}|{two}>"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("only {one}", "lacks {two}"),
        ("{one} {two} {three}", "holds {three}"),
        ("{one} {two} {", "brace"),
        ("{one} {two} {{one}}", "brace"),
        ("{one} {two} {One}", "brace"),
        ("{one} {two} {0}", "brace"),
    ],
)
def test_a_wrong_template_is_refused_when_it_is_loaded(text: str, reason: str) -> None:
    with pytest.raises(PromptError, match=reason):
        parse_prompt("x", text, ("one", "two"))


@pytest.mark.parametrize("values", [{}, {"one": "1"}, {"one": "1", "two": "2", "three": "3"}])
def test_rendering_takes_exactly_the_placeholders(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="takes one, two"):
        parse_prompt("x", "{one} {two}", ("one", "two")).render(**values)


@pytest.mark.parametrize("name", ["nothing", "../README", "answer"])
def test_a_prompt_that_is_not_there(name: str) -> None:
    with pytest.raises(PromptError, match="There is no prompt"):
        load_prompt(name)


def test_the_version_is_that_of_the_text() -> None:
    first, second = parse_prompt("x", "A {one}", ("one",)), parse_prompt("x", "A  {one}", ("one",))
    assert first.version == parse_prompt("y", "A {one}\n", ("one",)).version
    assert first.version != second.version
    assert len(first.version) == 12


def test_prompts_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_prompt("answer.user").template = ""  # type: ignore[misc]
