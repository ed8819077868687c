import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answering.generating.marked import LONGEST, Sentence, SentenceReader


def read(text: str, language: str = "fr", size: int | None = None) -> list[Sentence]:
    reader = SentenceReader(language)
    step = size or len(text) or 1
    pieces = [text[i : i + step] for i in range(0, len(text), step)]
    return [sentence for piece in pieces for sentence in reader.feed(piece)] + list(reader.finish())


CASES = {
    "marker before the full stop": (
        "Le bilan est de 5 morts [1]. Il monte [2].",
        ["Le bilan est de 5 morts.", "Il monte."],
    ),
    "marker after the full stop": (
        "Le bilan est de 5 morts. [1] Il monte. [2]",
        ["Le bilan est de 5 morts.", "Il monte."],
    ),
    "marker touching": ("Le bilan est de 5 morts.[1]Il monte.[2]", ["Le bilan est de 5 morts.", "Il monte."]),
    "marker on the next line": ("Le bilan monte.\n[1]\nIl baisse.\n[2]", ["Le bilan monte.", "Il baisse."]),
    "marker after a blank line": ("Le bilan monte.\n\n[1]\n\nIl baisse.\n\n[2]\n", ["Le bilan monte.", "Il baisse."]),
    "marker in front": ("[1] Le bilan monte.\n[2] Il baisse.", ["Le bilan monte.", "Il baisse."]),
    "no full stop": ("Le bilan monte [1]\nIl baisse [2]", ["Le bilan monte.", "Il baisse."]),
    "bullets": ("- Le bilan monte [1]\n- Il baisse [2]\n", ["Le bilan monte.", "Il baisse."]),
    "numbered": ("1. Le bilan monte. [1]\n2) Il baisse. [2]", ["Le bilan monte.", "Il baisse."]),
    "bold": ("**Le bilan monte.** [1] *Il baisse.* [2]", ["Le bilan monte.", "Il baisse."]),
    "bold marker": ("Le bilan monte **[1]**. Il baisse `[2]`.", ["Le bilan monte.", "Il baisse."]),
    "fence": ("```markdown\nLe bilan monte. [1]\nIl baisse. [2]\n```", ["Le bilan monte.", "Il baisse."]),
    "preamble": ("Réponse : Le bilan monte [1]. Il baisse [2].", ["Le bilan monte.", "Il baisse."]),
    "bold preamble": ("**Answer:**\n\nLe bilan monte [1]. Il baisse [2].", ["Le bilan monte.", "Il baisse."]),
    "announcement": ("Voici la réponse :\nLe bilan monte [1].\nIl baisse [2].", ["Le bilan monte.", "Il baisse."]),
    "full width": ("Le bilan monte［1］. Il baisse【2】.", ["Le bilan monte.", "Il baisse."]),
    "named": ("Le bilan monte [Passage 1]. Il baisse [source 2].", ["Le bilan monte.", "Il baisse."]),
    "dagger": ("Le bilan monte【1†L3-L5】. Il baisse【2†source】.", ["Le bilan monte.", "Il baisse."]),
    "footnote": ("Le bilan monte[^1]. Il baisse[^2].", ["Le bilan monte.", "Il baisse."]),
    "double": ("Le bilan monte [[1]]. Il baisse [[2]].", ["Le bilan monte.", "Il baisse."]),
    "thinking": (
        "<think>Hm [3]. Non. [4]</think>\nLe bilan monte [1]. Il baisse [2].",
        ["Le bilan monte.", "Il baisse."],
    ),
    "list of sources": (
        "Le bilan monte [1]. Il baisse [2].\n\nSources :\n[1] Le Monde\n[2] AFP",
        ["Le bilan monte.", "Il baisse."],
    ),
    "control tokens": ("Le bilan monte [1]. Il baisse [2].<|im_end|>", ["Le bilan monte.", "Il baisse."]),
    "tags": ("<p>Le bilan monte [1].</p>\n<p>Il baisse [2].</p>", ["Le bilan monte.", "Il baisse."]),
    "quotation": (
        'Il dit : « C\'est fini. Nous partons. » [1] "Oui. Non." dit-elle [2].',
        ["Il dit : « C'est fini. Nous partons. »", '"Oui. Non." dit-elle.'],
    ),
    "stray quotation mark": (
        "«Le bilan monte. «C'est haut», dit-il [1]. Il baisse [2].",
        ["«Le bilan monte. «C'est haut», dit-il.", "Il baisse."],
    ),
    "German quotation": ("Er sagt „Ja. Nein.“ laut [1]. Sie geht [2].", ["Er sagt „Ja. Nein.“ laut.", "Sie geht."]),
    "abbreviation": ("Selon M. Guterres, l'O.N.U. part [1]. M. Biden aussi [2].", None),
    "initials": ("Selon M. [1] Guterres, oui.", ["Selon M. Guterres, oui."]),
    "decimals": ("Il y a 1.4 million de morts [1]. Puis 2.000 [2].", ["Il y a 1.4 million de morts.", "Puis 2.000."]),
    "exclamation": ("Fini ! [1] « Non », dit-il. [2]", ["Fini !", "« Non », dit-il."]),
    "Russian": ("Он ушёл [1]. Она осталась. [2]", ["Он ушёл.", "Она осталась."]),
    "Chinese": ("他走了[1]。她留下了。[2]", ["他走了。", "她留下了。"]),
    "carriage returns": ("Le bilan monte. [1]\r\nIl baisse. [2]\r\n", ["Le bilan monte.", "Il baisse."]),
    "hidden characters": (
        "Le bi\u200blan\u202e monte\x00 [1]. Il\ud800 baisse [2].",
        ["Le bilan monte.", "Il baisse."],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_formats_of_models(name: str) -> None:
    text, expected = CASES[name]
    sentences = read(text)
    if expected is not None:
        assert [s.text for s in sentences] == expected
    assert [s.numbers for s in sentences] == ([(1,), (2,)] if len(sentences) == 2 else [(1,)])


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1][2]", (1, 2)),
        ("[2] [1]", (2, 1)),
        ("[1, 2]", (1, 2)),
        ("[1,2;4]", (1, 2, 4)),
        ("[1-3]", (1, 2, 3)),
        ("[1–3]", (1, 2, 3)),
        ("[3-1]", (3, 1)),
        ("[1 et 2]", (1, 2)),
        ("[1] et [2]", (1, 2)),
        ("[1], [2] and [3]", (1, 2, 3)),
        ("[Passages 1 and 3]", (1, 3)),
        ("[passage 1, passage 3]", (1, 3)),
        ("[1][1]", (1,)),
        ("[1939-1945]", (1939, 1945)),
        ("[99]", (99,)),
        ("(1)", (1,)),
        ("(1, 2)", (1, 2)),
        ("(source 1)", (1,)),
        ("(Passages 1 et 3)", (1, 3)),
        ("(Источник: 2)", (2,)),
        ("(2022)", ()),
        ("(article 5)", ()),
        ("(1,5)", ()),
        ("(1-0)", ()),
        ("[un]", ()),
        ("[12345]", ()),
        ("[1](https://evil.example/x)", (1,)),
    ],
)
def test_markers(marker: str, numbers: tuple[int, ...]) -> None:
    for text in (f"Le bilan monte {marker}.", f"Le bilan monte. {marker}", f"Le bilan monte.\n{marker}\n"):
        assert tuple(n for s in read(text) for n in s.numbers) == numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le bilan monte. Source 1. Il baisse. Source: [2]", [(1,), (2,)]),
        ("Le bilan monte.\nSource : 1\nIl baisse.\n(Source 2)\n", [(1,), (2,)]),
        ("Le bilan monte. (1) Il baisse. (2) Il dort.", [(1,), (2,), ()]),
        ("Passage 1: Le bilan monte. Il baisse.", [(1,), ()]),
        ("**Passage 2 :**\nLe bilan monte.", [(2,)]),
        ("[Passage 1]: Le bilan monte.", [(1,)]),
        ("According to passage 1, le bilan monte.", [(1,)]),
        ("Selon la source 2, le bilan monte.", [(2,)]),
        ("Le bilan monte - Source 1", [(1,)]),
        ("Le bilan monte, passage 1.", [(1,)]),
        # What looks like it and is none: figures, ages, treaties, the counting of lines.
        ("Anna (7) et Oleg (4).", [()]),
        ("Deux enfants sont morts (2 garçons).", [()]),
        ("Selon l'article 5, l'OTAN répond.", [()]),
        ("(1) Le bilan monte.\n(2) Il baisse.", [(), ()]),
        ("1. Le bilan monte.\n2. Il baisse.", [(), ()]),
        ("Le bilan monte (7) [1].", [(1,)]),
        ("Les sources 1 et 2 parlent.", [()]),
        # No marker goes further than to the one sentence before it.
        ("Le bilan monte. Il baisse. Source 1.", [(), (1,)]),
        ("Le bilan monte. [1] Source 2. Il baisse.", [(1,), ()]),
        ("Source 1.\nLe bilan monte.", [()]),
    ],
)
def test_markers_of_another_kind(text: str, expected: list[tuple[int, ...]]) -> None:
    assert [s.numbers for s in read(text)] == expected
    assert read(text, size=1) == read(text)


@pytest.mark.parametrize(
    "text",
    ["# Le bilan", "## Réponse\n", "Qui a gagné ?", "Qui a gagné ? [1]", "Question : Qui ?",
     "[1] Le Monde | 2022-03-02 | La guerre", "<passage>\n</passage>",
     "(no outlet, no date)", "[2] (no outlet, no date)", "Passage 1:"],
)  # fmt: skip
def test_what_claims_nothing_is_no_sentence(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Voir [ce site](https://evil.example/a) ici [1].", "Voir (ce site) ici."),
        ("Voir https://evil.example/a?b=c ici [1].", "Voir ici."),
        ("Voir www.evil.example ici [1].", "Voir ici."),
        ("Voir t.me/evil ici [1].", "Voir ici."),
        ("Voir <a href='https://evil.example'>ici</a> [1].", "Voir ici."),
        ("Voir ht*tp*s:*//evil.example ici [1].", "Voir ici."),
        ("Voir tg://resolve?domain=evil ici [1].", "Voir ici."),
        ("L'ONU/OTAN et 1,5/2 ici [1].", "L'ONU/OTAN et 1,5/2 ici."),
    ],
)
def test_links_go(text: str, expected: str) -> None:
    assert [(s.text, s.numbers) for s in read(text)] == [(expected, (1,))]


@pytest.mark.parametrize(
    "text",
    ["NO_ANSWER", "NO_ANSWER.", "no_answer", "**NO_ANSWER**", "[NO_ANSWER]", "No answer.", "\n\nNO ANSWER\n",
     "« NO_ANSWER »", "Réponse : NO_ANSWER", "<think>Voyons.</think>NO_ANSWER", "`NO_ANSWER`",
     "No answer in English.", "NO_ANSWER: les passages ne le disent pas."],
)  # fmt: skip
def test_declining(text: str) -> None:
    assert [s.declines for s in read(text)] == [True]


@pytest.mark.parametrize("text", ["No answer was given by Moscow [1].", "Il n'y a pas de réponse.", "NO"])
def test_not_declining(text: str) -> None:
    assert [s.declines for s in read(text)] == [False]


@pytest.mark.parametrize(
    "text", ["", " \n\n", "---", "```\n```", "***", "[1]", "\n[1]\n[2]\n", "Réponse :", "<think>Sans fin [1]."]
)
def test_nothing_said(text: str) -> None:
    assert read(text) == []


def test_reasoning_that_a_template_opened_is_forgotten_where_it_closes() -> None:
    assert [s.text for s in read("Je réfléchis encore [3]</think>Le bilan monte [1].")] == ["Le bilan monte."]


def test_a_sentence_comes_as_soon_as_its_end_is_certain() -> None:
    reader = SentenceReader("fr")
    assert list(reader.feed("Le bilan monte [1]\n")) == [Sentence("Le bilan monte.", (1,))]
    assert list(reader.feed("Il baisse. [2]")) == []
    assert list(reader.feed(" P")) == [Sentence("Il baisse.", (2,))]


JUNK = [
    "[1", "1]", "[", "]", "[1]", "[2-3]", "【4】", " ", "\n", ". ", ".", "M. ", "« ", " »", '"', "**", "```",
    "<think>", "</think>", "<", ">", "://", "www.", "Oui", "la fin", "3", "1.4", "NO_ANSWER", "Sources :\n",
    "(", ")", "- ", "Réponse :", "\x00", "！", "†", "et", "de l'",
]  # fmt: skip
SCRAPS = st.lists(st.one_of(st.sampled_from(JUNK), st.text(max_size=3)), max_size=40).map("".join)


@settings(max_examples=400)
@given(SCRAPS, st.integers(1, 9))
def test_how_the_stream_is_cut_changes_nothing(text: str, size: int) -> None:
    assert read(text, size=size) == read(text)


@settings(max_examples=400)
@given(SCRAPS)
def test_no_marker_link_or_control_character_is_left(text: str) -> None:
    for sentence in read(text):
        assert sentence.text == " ".join(sentence.text.split())
        assert not set(sentence.text) & set("[]【】［］*`\x00\n")
        assert "://" not in sentence.text
        assert "<think>" not in sentence.text
        assert len(set(sentence.numbers)) == len(sentence.numbers)


@pytest.mark.parametrize(
    "junk",
    ["a. ", "A. ", "[1", "[1]. ", "« a. ", "<", "(*", ". ( ", "a.", "[1]", "\n[1] ", "[passages 1 et ", "a/", '." '],
)
def test_endless_junk_is_read_in_linear_time(junk: str) -> None:
    assert all(len(s.text) <= LONGEST + 10 for s in read(junk * (20_000 // len(junk))))
