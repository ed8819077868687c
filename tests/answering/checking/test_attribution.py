"""What is said by somebody and what only holds a word of saying."""

from __future__ import annotations

import pytest

from answering.checking.attribution import according_to, bare, speakers, speakers_behind, vouched, without_speaker


@pytest.mark.parametrize(
    "source",
    [
        "La Russie a lancé une opération dans le port.",
        "La reconnaissance de la frontière reste ouverte.",
        "Une menace pèse sur la ville.",
        "La place publique est vide.",
        "La ville est touchée par rapport à hier.",
    ],
)
def test_a_noun_or_an_act_attributes_nothing(source: str) -> None:
    assert not bare("Cela est ainsi.", source)


@pytest.mark.parametrize(
    "source",
    [
        "«Non», a-t-il lancé.",
        "Berlin reconnaît cela.",
        "Berlin menace la ville.",
        "Il a précisé cela.",
        "Berlin publie un bilan.",
    ],
)
def test_a_verb_of_saying_does(source: str) -> None:
    assert bare("Cela est ainsi.", source)


@pytest.mark.parametrize(
    "claim",
    [
        "Berlin veut un accord.", "Berlin recommande un accord.", "Berlin wants a deal.", "Berlin recommends a deal.",
        "By her account, a deal is near.", "Берлин хочет соглашения.", "Берлин рекомендует соглашение.",
        "Берлін хоче угоди.", "Berlin möchte einen Vertrag.", "Berlín quiere un acuerdo.",
    ],
)  # fmt: skip
def test_who_wants_it_may_say_so(claim: str) -> None:
    assert not bare(claim, "Berlin réclame un accord.")


def test_who_says_it_is_found_where_it_stands() -> None:
    assert according_to("Selon Berlin, la guerre dure, a dit Varsovie.") == ["Berlin"]
    assert according_to("Selon la cheffe du parti, Anna Weber, la guerre dure.") == ["la cheffe du parti, Anna Weber"]
    assert speakers_behind("La guerre dure, a dit Varsovie.") == [" Varsovie"]
    assert speakers_behind("Berlin affirme que Varsovie ment.") == []
    assert (
        speakers("Le texte de Berlin demande la paix et « condamne la décision de Varsovie ».")[0]
        == "Le texte de Berlin "
    )


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("La ville est tombée mardi, et Berlin accuse Varsovie de crimes.", "La ville est tombée mardi"),
        ("Anna Weber est à Rome, après quoi il est prévu selon Berlin qu'elle parte.", "Anna Weber est à Rome"),
        ("La ville est tombée, a annoncé Berlin, qui préparait un autre assaut.", "qui préparait un autre assaut."),
        ("La ville est tombée, selon Berlin.", ""),
        ("Selon Berlin, la ville est tombée, et les morts sont nombreux.", ""),
        ("La ville serait tombée mardi, et Berlin accuse Varsovie.", ""),
    ],
)  # fmt: skip
def test_what_the_author_tells_beside_what_he_attributes(text: str, own: str) -> None:
    assert vouched(text) == own


def test_who_speaks_may_stand_behind_by() -> None:
    assert speakers("Une décision condamnée par Berlin.")[0] == "Berlin"


def test_who_is_named_between_commas_is_the_subject_and_not_behind_its_verb() -> None:
    for text in (
        "La cheffe du parti, Anna Weber, a appelé Berlin à voter.",
        "Anna Weber, la cheffe du parti, a appelé Berlin à voter.",
        "La cheffe du parti, que préside Berlin, a appelé Varsovie à voter.",
    ):
        assert speakers_behind(text) == []
        assert speakers(text)[0].startswith(text.split(",")[0])
    assert according_to("La guerre dure, selon la cheffe du parti, Anna Weber.") == ["la cheffe du parti, Anna Weber"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Weber told Duda that he demanded a vote.", ["Weber ", "he "]),  # and not Duda
        ("Weber a déclaré à Duda exiger un vote.", ["Weber a "]),
        ("The vote is over, a spokesman told Reuters.", ["a spokesman "]),
        ("Warsaw wants the treaty to be recognised.", ["Warsaw "]),
        ("Le port a été revendiqué la veille par Berlin.", ["Berlin."]),
        ("Weber veut un vote, a-t-elle dit à Duda.", ["Weber "]),
    ],
)
def test_whom_it_is_said_to_and_what_is_done_say_nothing(text: str, expected: list[str]) -> None:
    assert [part.rstrip(".") for part in speakers(text)] == [part.rstrip(".") for part in expected]


def test_what_stands_behind_a_quoted_resolution_is_the_authors() -> None:
    text = "Le Parlement a voté une loi qui « exige que Berlin paie sa part », dix députés s'abstenant."
    assert vouched(text) == "dix députés s'abstenant."
    assert vouched("« Berlin doit payer sa part », a dit Weber, dix députés s'abstenant.") == ""


def test_the_one_who_says_it_is_left_out() -> None:
    assert without_speaker("Selon Berlin, la guerre dure.") == "la guerre dure."
    assert without_speaker("La guerre dure, selon le ministre, Karl Moor.") == "La guerre dure."
    assert without_speaker("La guerre dure.") == "La guerre dure."
