"""Shingles and MinHash keys: the same everywhere, as near to the truth as theory says, and strict about figures."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.facts.shingles import (
    BANDS,
    ROWS,
    Shingle,
    covering,
    edited,
    hashes,
    keys,
    minima,
    places,
    prints,
    same_story,
    same_words,
    share_a_passage,
    shingles,
    stands_in,
    words,
)

WORDS = [f"mot{n}" for n in range(5000)]


def text_of(count: int, seed: int, sentence: int = 15) -> str:
    """Return sentences of random words, ``count`` words in all."""
    chosen = random.Random(seed).choices(WORDS, k=count)
    return " ".join(" ".join(chosen[at : at + sentence]).capitalize() + "." for at in range(0, count, sentence))


def with_changed(words: list[str], count: int, seed: int) -> list[str]:
    """Return the words with ``count`` of them replaced by new ones."""
    changed = list(words)
    for at in random.Random(seed).sample(range(len(words)), count):
        changed[at] = f"autre{at}"
    return changed


def test_words_are_folded_and_without_marks() -> None:
    assert words("L'Été, « à 14h30 » : Ça va ?") == ["l", "été", "à", "14h30", "ça", "va"]
    assert words("北京市 said 東京ある") == ["北", "京", "市", "said", "東", "京", "あ", "る"]


def test_shingles_are_runs_of_five_words() -> None:
    assert shingles("Un deux. Trois quatre cinq six") == {
        ("un", "deux", "trois", "quatre", "cinq"),
        ("deux", "trois", "quatre", "cinq", "six"),
    }
    assert shingles("Trop court") == {("trop", "court")}
    assert shingles(" ?! ") == frozenset()


def test_keys_are_the_same_in_every_process() -> None:
    """Python's own hash is not: what is stored by one process is looked up by another."""
    texts = ["", "Trop court.", text_of(200, 1), "À Kherson, « 14 réfugiés »\n" * 5, "\ud800 🙂 " * 9]
    program = (
        "import json, sys; from retrieval.facts.shingles import keys; "
        "print(json.dumps([keys(text) for text in json.load(sys.stdin)]))"
    )
    for seed in ("0", "1234"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(texts), capture_output=True, text=True, check=True, env=environment,
        )  # fmt: skip
        assert json.loads(done.stdout) == [keys(text) for text in texts]


def test_keys_of_this_version_stay_what_they_are() -> None:
    """Keys stand in people's archives: who changes them must change VERSION, and these."""
    assert keys("Trop court.") == [-4096727738892692243]
    assert keys("Le pont de Kherson a rouvert hier matin aux voitures.") == [
        -7342581944645462880,
        -2590973796551248767,
        4466510318050355317,
    ]


@pytest.mark.parametrize("changed", [2, 10, 25, 60, 150])
def test_minima_estimate_resemblance_within_their_error(changed: int) -> None:
    one = [f"w{n}" for n in range(600)]
    other = with_changed(one, changed, seed=changed)
    a, b = shingles(" ".join(one)), shingles(" ".join(other))
    resemblance = len(a & b) / len(a | b)
    count = 2000
    lowest = minima(*hashes([one, other]), count)
    estimate = float((lowest[:, 0] == lowest[:, 1]).mean())
    error = (resemblance * (1 - resemblance) / count) ** 0.5
    assert abs(estimate - resemblance) < 4 * error


def test_shingles_do_not_go_from_one_block_into_the_next() -> None:
    blocks = [WORDS[:9], WORDS[9:14], WORDS[20:40]]
    values, starts = hashes(blocks)
    assert starts.tolist() == [0, 5, 6]
    assert values.tolist() == [value for block in blocks for value in hashes([block])[0].tolist()]
    assert len(set(values.tolist())) == len(values) == 22


def test_texts_that_share_nothing_have_no_equal_minimum() -> None:
    lowest = minima(*hashes([WORDS[:300], WORDS[300:600]]), 1000)
    assert not (lowest[:, 0] == lowest[:, 1]).any()


@pytest.mark.parametrize("changed", [1, 2, 3])
def test_two_sentences_share_a_key_as_often_as_banding_promises(changed: int) -> None:
    tried, met, expected = 1500, 0, 0.0
    for seed in range(tried):
        one = random.Random(seed).sample(WORDS, 20)
        other = with_changed(one, changed, seed)
        a, b = shingles(" ".join(one)), shingles(" ".join(other))
        expected += 1 - (1 - (len(a & b) / len(a | b)) ** ROWS) ** BANDS
        met += bool(set(keys(" ".join(one))) & set(keys(" ".join(other))))
    assert abs(met - expected) < 4 * (tried / 4) ** 0.5


def test_exact_copies_have_equal_keys_whatever_their_marks() -> None:
    assert keys("Le pont  a rouvert, hier !") == keys("le pont a ROUVERT hier") != keys("le pont a rouvert")
    story = text_of(120, 3)
    assert keys(story) == keys(story.replace(".", "!").upper())
    assert len(keys(story)) == 1 + BANDS * 8


def test_a_paragraph_in_a_long_page_is_found_by_its_sentences() -> None:
    paragraph = text_of(45, 4)
    page = f"{text_of(3000, 5)} {paragraph} {text_of(3000, 6)}"
    assert len(set(keys(page)) & set(keys(paragraph))) == BANDS * 3


def test_what_is_one_story() -> None:
    story = text_of(300, 7)
    a = shingles(story)
    corrected = shingles(" ".join(with_changed(words(story), 5, 1)))
    rewritten = shingles(" ".join(with_changed(words(story), 40, 1)))
    longer = shingles(f"{story} {text_of(900, 8)}")
    assert same_story(a, corrected)
    assert same_story(a, longer)
    assert same_story(longer, a)
    assert not same_story(a, rewritten)
    assert share_a_passage(a, rewritten)
    assert not same_story(a, shingles(text_of(300, 9)))
    assert not share_a_passage(a, shingles(text_of(300, 9)))
    assert not same_story(frozenset(), frozenset())


def test_a_few_words_that_stand_in_an_article_are_not_its_story() -> None:
    caption = "Lire aussi notre dossier sur la guerre en Ukraine"
    article = shingles(f"{text_of(200, 10)} {caption}. {text_of(100, 11)}")
    assert shingles(caption) <= article
    assert not same_story(shingles(caption), article)
    assert same_story(shingles(caption), shingles(caption.upper()))


@pytest.mark.parametrize(
    ("figure", "other"),
    [("47", "33"), ("quatorze", "quarante"), ("seven", "nine"), ("2022", "2021"), ("vingtaine", "trentaine")],
)
def test_a_passage_with_another_figure_is_another_passage(figure: str, other: str) -> None:
    before, after = text_of(60, 12)[:-1], text_of(60, 13)
    toll = f"{before} le bilan est de {figure} morts selon la mairie {after}"
    corrected = toll.replace(f" {figure} ", f" {other} ")
    assert prints(shingles(toll), shingles(f"Vendredi {toll}"))
    assert not prints(shingles(toll), shingles(corrected))
    assert not prints(shingles(toll), shingles(f"{corrected} On compte {figure} blessés."))
    spelt = toll.replace("la mairie", "les mairies")
    assert prints(shingles(toll), shingles(spelt))


VERDICT = "Le tribunal de Morez a relaxé lundi l'ancien maire Alain Roux, poursuivi pour détournement de fonds publics."
APPEAL = "Le parquet a dix jours pour faire appel."


@pytest.mark.parametrize(
    ("text", "other_version"),
    [
        ([VERDICT], False),
        ([APPEAL, VERDICT.upper(), "Il s'en va."], False),
        ([VERDICT.replace("é", "e").replace(",", " –")], False),
        ([VERDICT.replace("relaxé", "condamné")], True),
        ([VERDICT.replace("a relaxé", "n'a pas relaxé")], True),
        ([VERDICT.replace("Alain", "Paul")], True),
        ([VERDICT.replace("Le tribunal", "La cour")], True),
        ([VERDICT.replace("fonds publics", "mineur")], True),
        ([VERDICT.replace(", poursuivi pour détournement de fonds publics", "")], False),  # cut at its end
        ([VERDICT.replace(", poursuivi pour", ", qui dirige le")], True),
        ([VERDICT.replace("Le tribunal de Morez a relaxé lundi l'", "L'")], False),  # at its beginning
        ([VERDICT.replace("Le tribunal de Morez a relaxé lundi", "On n'a pas entendu")], True),
        (["Lundi l'ancien maire Alain Roux, poursuivi pour détournement de fonds."], False),  # and both
        ([f"Selon la presse, {VERDICT[:-1]} et de faux."], False),  # which is longer
        (["Le tribunal de Morez a relaxé.", "Alain Roux est libre."], True),  # too little of it to tell
        ([APPEAL], False),  # not at all
        ([], False),
    ],
)
def test_what_is_another_version_of_a_sentence(text: list[str], other_version: bool) -> None:
    assert edited([VERDICT], text) is other_version
    assert edited([APPEAL, VERDICT], [APPEAL, *text]) is other_version
    assert edited([], text) is False


@pytest.mark.parametrize("other", ["Le maire est condamné.", "Le maire n'est pas relaxé.", "Le préfet est relaxé."])
def test_a_short_sentence_has_versions_too(other: str) -> None:
    assert edited(["Le maire est relaxé."], [VERDICT, other])
    assert not edited(["Le maire est relaxé."], [VERDICT, "Selon lui, le maire est relaxé."])


def test_words_that_stand_in_a_text_stand_there_one_after_the_other() -> None:
    assert stands_in(VERDICT, f"{APPEAL} « {VERDICT.upper()} » dit-il")
    assert not stands_in(VERDICT, VERDICT.replace("relaxé", "condamné"))
    assert not stands_in("Le tribunal de Morez a re", VERDICT)  # whole words
    assert not stands_in("Le maire", "Le maire dort.")
    assert stands_in("Le maire dort.", "Le Maire dort !")
    assert not stands_in("", "")
    assert same_words("Le maire dort.", "« Le Maire dort ! »")
    assert not same_words("Le maire dort.", "Le maire dort, lui.")
    assert not same_words("", "!")


def test_a_passage_may_lie_across_those_of_another_article() -> None:
    parts = [text_of(60, seed) for seed in range(20, 26)]
    cut = [shingles(f"{one} {two}") for one, two in zip(parts[::2], parts[1::2], strict=True)]

    def covered(text: str, by: list[frozenset[Shingle]]) -> range:
        return covering(shingles(text), places(by), len(by))

    assert covered(f"{parts[2]} {parts[3]}", cut) == range(1, 2)
    assert covered(f"{parts[1]} {parts[2]}", cut) == range(2)
    assert covered(f"{parts[1]} {parts[2]} {parts[3]} {parts[4]}", cut) == range(3)
    assert covered(f"{parts[0]} {parts[5]}", cut[:2]) == range(0)
    assert covered(parts[2], [cut[1], cut[0], cut[1]]) == range(1)
    assert covered(text_of(60, 99), cut) == range(0)
    assert covered(parts[0], []) == range(0)


@given(st.text(), st.text())
def test_any_text_has_keys_and_prints_itself(one: str, other: str) -> None:
    found = keys(one)
    assert found == sorted(set(found)) == keys(one)
    assert all(-(2**63) <= key < 2**63 for key in found)
    a, b = shingles(one), shingles(other)
    assert prints(a, a | b) == bool(a)
    assert not edited([one], [one, other])
    assert stands_in(one, one) == same_words(one, one) == bool(a)
    assert same_words(one, other) == (stands_in(one, other) and stands_in(other, one))
    assert same_story(a, a) == bool(a)
    assert same_story(a, b) == same_story(b, a)
