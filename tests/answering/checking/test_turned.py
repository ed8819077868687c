"""Acts and who does them, and a set of exchanged roles, denials and plain paraphrases (``turned.txt``) with the encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.checking.acts import deeds
from answering.checking.naming import find_names
from answering.checking.proof import Prover
from answering.checking.turned import turned
from answering.generating.marked import Sentence
from answering.settings import Settings
from retrieval.encoding import bundled
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.types import Article
from tests.fakes import hit_on

# Each block: a kind, the quotation's language and the quotation; then true sentences (+) and lies (-) by language.
KINDS = ("roles", "denials", "plain", "long", "negations", "attributed")


@dataclass(frozen=True)
class Case:
    kind: str
    source_language: str
    quotation: str
    language: str
    true: bool
    text: str


def read_cases() -> list[Case]:
    cases: list[Case] = []
    kind = source_language = quotation = ""
    for line in filter(None, Path(__file__).with_name("turned.txt").read_text("utf-8").splitlines()):
        head, rest = line.split(" ", 1)
        if head in KINDS:
            kind, (source_language, quotation) = head, rest.split(" ", 1)
        else:
            cases.append(Case(kind, source_language, quotation, head, rest[0] == "+", rest[2:]))
    return cases


CASES = read_cases()


@pytest.fixture(scope="module")
def shown() -> dict[Case, bool]:
    folder = Settings(_env_file=None).model_dir  # type: ignore[call-arg]
    bundled.prepare(folder)
    encoder = BundledEmbedder(folder)
    found = {}
    for case in CASES:
        hit = hit_on(Article("one", case.quotation, language=case.source_language))
        found[case] = bool(Prover([hit], encoder, case.language).prove(Sentence(case.text, (1,))).quotations)
    return found


def share(shown: dict[Case, bool], kind: str, true: bool) -> float:
    found = [is_shown for case, is_shown in shown.items() if case.kind == kind and case.true == true]
    return sum(found) / len(found)


def test_the_set_has_each_language_and_sources_in_five() -> None:
    for kind in ("roles", "denials"):
        for language in ("fr", "en", "ru"):
            for true in (True, False):
                assert sum(c.kind == kind and c.language == language and c.true == true for c in CASES) >= 20
    assert {case.source_language for case in CASES} == {"fr", "en", "ru", "de", "es"}
    assert len(set(CASES)) == len(CASES)


# What is reached, and a little room for another machine's rounding. Before the acts: 25 of 66, and 20 of 60 lies shown.
@pytest.mark.parametrize(
    ("kind", "most_lies", "least_true"),
    [
        ("roles", 0.06, 0.92),
        ("denials", 0.04, 0.95),
        ("plain", 1.0, 0.89),
        ("long", 0.28, 0.91),
        ("negations", 0.15, 0.76),
        ("attributed", 0.2, 0.9),
    ],
)
def test_exchanged_roles_and_denials_are_found(
    shown: dict[Case, bool], kind: str, most_lies: float, least_true: float
) -> None:
    assert share(shown, kind, True) >= least_true
    if kind != "plain":
        assert share(shown, kind, False) <= most_lies


def told(text: str, language: str) -> list[tuple[str, list[str], list[str]]]:
    names = [name for name in find_names(text, language) if not name.weak or name.text == "Berlin"]
    return [(d.act, [n.text for n in d.agents], [n.text for n in d.patients]) for d in deeds(text, names)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "La Pologne a attaqué la Suède."),
        ("fr", "La Suède a été attaquée par la Pologne."),
        ("fr", "L'attaque polonaise contre la Suède dure."),
        ("fr", "L'attaque de la Suède par la Pologne dure."),
        ("fr", "La Pologne, qui a attaqué la Suède, se tait."),
        ("fr", "La Suède, attaquée par la Pologne, résiste."),
        ("en", "Poland attacked Sweden."),
        ("en", "Sweden was attacked by Poland."),
        ("en", "Poland's attack on Sweden goes on."),
        ("en", "The Polish attack on Sweden goes on."),
        ("en", "Sweden came under Polish attack."),
        ("ru", "Польша атаковала Швецию."),
        ("ru", "Швецию атаковала Польша."),
        ("ru", "Швеция атакована Польшей."),
        ("ru", "Нападение Польши на Швецию продолжается."),
        ("es", "Polonia atacó Suecia."),
        ("de", "Polen hat Schweden angegriffen."),
    ],
)
def test_who_attacks_whom_in_any_construction(language: str, text: str) -> None:
    source = "La Pologne a attaqué la Suède."
    others = find_names(source, "fr")[1:]
    names = [name for name in find_names(text, language) if name.key]
    assert turned(text, names, source, others) is not True
    reverse = "La Suède a attaqué la Pologne."
    assert turned(text, names, reverse, find_names(reverse, "fr")[1:]) is True


@pytest.mark.parametrize(
    ("text", "act", "agents", "patients"),
    [
        ("Hier, Berlin a livré des chars à la Pologne.", "give", ["Berlin"], ["Pologne"]),
        ("La Pologne a reçu de Berlin des chars.", "give", ["Berlin"], ["Pologne"]),
        ("Selon Paris, Berlin accuse Varsovie.", "accuse", ["Berlin"], ["Varsovie"]),
        ("Berlin a mis Varsovie au défi.", "challenge", ["Berlin"], ["Varsovie"]),
        ("« Merci », a accusé Berlin.", "accuse", ["Berlin"], []),
    ],
)
def test_parties_by_preposition_and_place(text: str, act: str, agents: list[str], patients: list[str]) -> None:
    assert (act, agents, patients) in told(text, "fr")


def test_what_two_do_together_or_one_does_twice_is_not_exchanged() -> None:
    source = "La Pologne a attaqué la Suède, et la Suède a attaqué la Pologne."
    claim = "La Suède a attaqué la Pologne."
    assert turned(claim, find_names(claim, "fr")[1:], source, find_names(source, "fr")[1:]) is False
    met = "La Suède a rencontré la Pologne."
    assert turned(met, find_names(met, "fr")[1:], "La Pologne a rencontré la Suède.", []) is None


@pytest.mark.parametrize(
    ("language", "text", "agents", "patients"),
    [
        ("fr", "La Pologne, que préside le Norvégien Dahl, a attaqué la Suède.", ["Pologne"], ["Suède"]),
        ("fr", "La Pologne a critiqué hier la Suède.", ["Pologne"], ["Suède"]),
        ("de", "Die Ukraine hat Ungarn verklagt.", ["Ukraine"], ["Ungarn"]),
        ("ru", "Граждане Узбекистана задержаны полицией Турции.", ["Турции"], ["Узбекистана"]),
    ],
)
def test_parties_past_what_is_inserted_and_in_a_verb_at_the_end(
    language: str, text: str, agents: list[str], patients: list[str]
) -> None:
    assert [(mine, theirs) for _, mine, theirs in told(text, language)] == [(agents, patients)]


def test_an_act_read_past_another_name_is_in_doubt_and_decides_nothing() -> None:
    claim, source = (
        f"Hier, la {one} a rencontré la Norvège et a attaqué la {other}."
        for one, other in (("Suède", "Pologne"), ("Pologne", "Suède"))
    )
    names, others = find_names(claim, "fr"), find_names(source, "fr")
    names, others = ([name for name in found if name.key] for found in (names, others))
    assert [(deed.agents_sure, deed.patients_sure) for deed in deeds(claim, names)] == [(False, True)]
    assert turned(claim, names, source, others) is None
    short = "La Suède a attaqué la Pologne."
    near = [name for name in find_names(short, "fr") if name.key]
    assert all(deed.agents_sure and deed.patients_sure for deed in deeds(short, near))


@pytest.mark.parametrize("text", ["Les acheteurs polonais et suédois attendent.", "The Liberation Army met Poland."])
def test_who_does_an_act_and_names_made_of_one_tell_none(text: str) -> None:
    assert deeds(text, find_names(text, "fr")) == []


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    names = find_names(text, "fr")
    assert all(set(deed.agents) | set(deed.patients) <= set(names) for deed in deeds(text, names))


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("en", "Poland counts 352 civilians killed since Monday.", "kill"),
        ("fr", "La Pologne et la Suède doivent se retrouver à Berlin.", "owe"),
        ("en", "Poland's minister is to visit Sweden.", ""),
    ],
)
def test_what_is_no_act_of_those_before_it(language: str, text: str, act: str) -> None:
    told = deeds(text, find_names(text, language))
    assert not [deed for deed in told if deed.act == act]
    assert not [deed for deed in told if deed.patients and deed.patients[0].text == "Poland"]
