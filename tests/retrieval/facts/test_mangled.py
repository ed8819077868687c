import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evaluation.published import is_development, orangesum_articles
from retrieval.errors import KiosqueError
from retrieval.facts.mangled import clean_version, mangled_spans
from retrieval.facts.wordlists import LANGUAGES, WordList, is_word
from retrieval.reading.readers import read_article
from retrieval.sentences import sentence_spans
from retrieval.text import normalise

SEEDS = sorted((Path(__file__).resolve().parents[3] / "seeds").glob("*.txt"))
SPUN = "Guerre chez Ukraine : la France va apporter 300 millions de dollars d’aide supplémcheztaires"
WHOLE = "rivalité en Ukraine : la France va apporter 300 millions de dollars d’aide supplémentaires"

# The labelled set: language, mangled words (none: clean), sentence. What it shows to be beyond the rules is named here.
LABELLED = [
    line.split("\t")
    for line in Path(__file__).with_name("mangled_sentences.tsv").read_text("utf-8").splitlines()
    if not line.startswith("# ")
]
NOT_NOTICED = {"dansla", "négociateurss", "goverment1s", "ofthe"}
FALSE_ALARMS = {"épandaient"}


def mangled_words(sentence: str, language: str = "fr") -> list[str]:
    return [sentence[start:end] for start, end in mangled_spans(sentence, language)]


def test_the_labelled_set() -> None:
    assert {language for language, _, _ in LABELLED} == {"fr", "en", "de", "ru", "uk", "it", "es", "pt"}
    assert (sum(not words for _, words, _ in LABELLED), sum(bool(words) for _, words, _ in LABELLED)) == (85, 83)
    for _, words, sentence in LABELLED:
        assert all(word in sentence for word in words.split())


@pytest.mark.parametrize(("language", "words", "sentence"), LABELLED)
def test_mangled_words_of_the_labelled_set(language: str, words: str, sentence: str) -> None:
    expected = [word for word in words.split() if word not in NOT_NOTICED]
    assert [word for word in mangled_words(sentence, language) if word not in FALSE_ALARMS] == expected


def test_what_is_known_to_be_beyond_the_rules_still_is() -> None:
    found = {word for language, _, sentence in LABELLED for word in mangled_words(sentence, language)}
    assert found & NOT_NOTICED == set()
    assert found >= FALSE_ALARMS


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_no_sentence_of_a_seed_is_taken_for_mangled(path: Path) -> None:
    text = read_article(path.read_bytes(), ".txt", path.stem, path.name).text
    sentences = [text[start:end] for start, end in sentence_spans(text, "fr")]
    assert len(sentences) >= 10
    assert {sentence: mangled_words(sentence) for sentence in sentences if mangled_words(sentence)} == {}


def test_the_mangled_teaser_of_a_seed_is_noticed() -> None:
    printed = normalise(next(path for path in SEEDS if path.name.startswith("003")).read_text("utf-8"))
    assert [word for line in printed.split("\n") for word in mangled_words(line)] == ["supplémcheztaires"]
    assert SPUN in printed


def test_clean_news_raises_few_alarms() -> None:
    try:
        articles = [a for a in islice(orangesum_articles(), 1200) if is_development(a["id"])]
    except KiosqueError as exc:
        pytest.skip(str(exc))
    texts = [normalise(article["text"]) for article in articles]
    sentences = [text[start:end] for text in texts for start, end in sentence_spans(text, "fr")]
    alarms = sum(bool(mangled_spans(sentence, "fr")) for sentence in sentences)
    assert len(sentences) > 5000
    assert alarms / len(sentences) < 0.01  # benchmarks/mangled.py: .56 %, typing errors of the news among them


def test_words_that_the_archive_uses_pass() -> None:
    sentence = "La grippette du ministre a fait rire les réunimateurs."
    assert mangled_words(sentence) == ["grippette", "réunimateurs"]
    assert [sentence[a:b] for a, b in mangled_spans(sentence, "fr", {"grippette"})] == ["réunimateurs"]


def test_a_language_without_a_list_is_judged_by_what_no_language_writes() -> None:
    assert mangled_words("Xyzzyq plughx dÃ©jÃ  vu\ufffd.", "it") == ["dÃ©jÃ", "vu\ufffd."]
    assert mangled_words("Xyzzyq plughx frobozz.", "") == []


def test_a_sentence_in_another_language_is_not_mangled_french() -> None:
    assert mangled_words("The Taoiseach mumbled something unintelligible about gerrymandering.") == []
    assert mangled_words("Das Bundesverfassungsgericht verhandelte darüber unverhältnismäßig lange.") == []
    assert mangled_words("Le gouvernemchezt a cité le Bundesverfassungsgericht.") == ["gouvernemchezt"]


# Clean versions.


def test_the_clean_version_of_the_seeds_mangled_teaser() -> None:
    assert clean_version(SPUN, ["Une tout autre phrase sur la guerre en Ukraine.", WHOLE], "fr") == 1


@pytest.mark.parametrize(
    "candidate",
    [
        WHOLE.replace("300", "500"),  # it says something else
        WHOLE.replace("supplémentaires", "supplémviataires"),  # mangled too
        WHOLE.replace(" supplémentaires", ""),  # nothing in place of the mangled word
        "La France va apporter une aide de 300 millions.",
        "",
        SPUN,
    ],
)
def test_no_clean_version(candidate: str) -> None:
    assert clean_version(SPUN, [candidate], "fr") is None


@pytest.mark.parametrize(
    ("sentence", "candidate", "same"),
    [
        (
            "Le ministre Dupont a visité les bâtimeznts du port.",
            "Le ministre Dupont a visité les bâtiments du port.",
            True,
        ),
        (
            "Le ministre Dupont a visité les bâtimeznts du port.",
            "Le ministre Martin a visité les bâtiments du port.",
            False,
        ),
        (
            "Le ministre a visité les bâtimeznts du vieux port.",
            "Le ministre n'a pas visité les bâtiments du vieux port.",
            False,
        ),
        ("Une vingtaine de bâtimeznts du port ont brûlé.", "Une trentaine de bâtiments du port ont brûlé.", False),
        ("Trois des grands bâtimeznts du port ont brûlé.", "Quatre des grands bâtiments du port ont brûlé.", False),
        ("Lavrov a visité les bâtimeznts du port hier.", "Medinski a visité les bâtiments du port hier.", False),
        ("Medinski a visité les bâtimeznts du port hier.", "hier, Medinski a visité les bâtiments du port hier.", True),
        (
            "Sergueï a visité les grands bâtimeznts du port.",
            "Sergueï Lavrov a visité les grands bâtiments du port.",
            False,
        ),
        (
            "Le ministre FranÃ§ois a visité le vieux port hier.",
            "Le ministre François a visité le vieux port hier.",
            True,
        ),
    ],
)
def test_a_clean_version_has_the_same_names_figures_and_negations(sentence: str, candidate: str, same: bool) -> None:
    assert mangled_words(sentence)
    assert clean_version(sentence, [candidate], "fr") == (0 if same else None)


def test_the_most_alike_wins_then_the_first() -> None:
    nearer = SPUN.replace("supplémcheztaires", "supplémentaires")
    assert clean_version(SPUN, [WHOLE, nearer, nearer], "fr") == 1
    assert clean_version(SPUN, [f"{nearer}, dit-on à Paris", nearer], "fr") == 1
    assert clean_version(SPUN, [], "fr") is None


def test_a_clean_sentence_or_a_scrap_has_no_clean_version() -> None:
    assert clean_version(WHOLE, [WHOLE], "fr") is None
    assert clean_version("aide supplémcheztaires", ["aide supplémentaires"], "fr") is None


def test_a_sentence_in_a_broken_encoding_finds_its_clean_version() -> None:
    whole = "Le ministre a déjà été reçu à l’Élysée, où l’accord a été signé après dix heures de débats."
    broken = normalise(whole.encode().decode("cp1252", "ignore"))
    assert len(mangled_words(broken)) > 4
    assert clean_version(broken, ["Le ministre est parti après dix heures.", whole], "fr") == 1


ODD = st.text(st.sampled_from("aeéÃ©â€™ÐºРµ?I1l0 .@/-#ñß\ufffd\u0301x"), max_size=60)


@example("a?" * 1000, "fr")
@example("Ã©" * 1000, "fr")
@given(
    st.one_of(ODD, st.text(st.characters(exclude_categories=()), max_size=80)), st.sampled_from(["fr", "en", "ru", ""])
)
def test_spans_are_words_of_the_text_in_order(text: str, language: str) -> None:
    spans = mangled_spans(text, language)
    ends = [place for span in spans for place in span]
    assert ends == sorted(ends)
    assert all(start < end <= len(text) and not any(c.isspace() for c in text[start:end]) for start, end in spans)
    assert clean_version(text, [text], language) is None


# The word lists.


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_lists_hold_words_and_not_letters(language: str) -> None:
    common = {
        "fr": "gouvernement supplémentaires été pourparlers bombardements désescalade",
        "en": "government additional talks bombardments refugees whistleblower",
        "de": "regierung zusätzliche verhandlungen strasse größeren".replace("ß", "ss"),
    }
    assert [word for word in common[language].split() if not is_word(word, language)] == []
    draw = random.Random(0)
    made = ["".join(draw.choices("bcdfghjklmnpqrstvwxz", k=9)) for _ in range(5000)]
    assert sum(is_word(word, language) for word in made) < 40  # 3 in 1,000 by the size of the filter


def test_a_list_holds_every_word_put_into_it() -> None:
    words = [f"mot{number}" for number in range(3000)]
    made = WordList.of(words)
    assert all(word in made for word in words)
    assert len(made.bits) == 4500
    assert sum(f"autre{number}" in made for number in range(10_000)) < 80
    assert 3 not in made
    assert "x" not in WordList.of([])


def test_short_words_and_other_languages_are_not_judged() -> None:
    assert is_word("xqzw", "fr")
    assert is_word("xqzwv", "it")
    assert not is_word("xqzwv", "fr")
