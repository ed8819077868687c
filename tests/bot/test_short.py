"""The short answer on a terminal: its line, its value inside the quotation, and what hostile values cannot do."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from answering.types import Answer, Claim, Disagreement, ShortAnswer, to_json
from answering.writing.extractive import text_of
from bot import render, terminal
from bot.labels import LABELS
from bot.repl import Chat
from bot.short import LONGEST, places, places_quoted, presentable, without_markers
from tests.bot.scripted import FIGARO, MONDE, OTHER, QUOTE, ScriptedAnswerer, answered, cite
from tests.bot.test_render import HOSTILE, plain

ONE = ShortAnswer("498", (1,))
TWO = ShortAnswer("9.000", (2,), sources=3)


def short(*values: ShortAnswer, **changed: object) -> Answer:
    """The answer of the other tests with short answers, its text beginning with a line for them."""
    answer = answered(**changed)
    said = text_of(answer.claims)
    return replace(answer, short=values, text=f"What the answerer makes of it. [1][2]\n{said}")


def emphasised(part: Text) -> list[str]:
    return [part.plain[span.start : span.end] for span in part.spans if "underline" in str(span.style)]


# -- where values stand ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "found"),
    [
        ("Plus de 352 civils, dont 352 à Kiev.", ["352"], ["352", "352"]),
        ("De 3 à 13 morts, 2 003 blessés, 3,5 %, 1.3 et 3.", ["3"], ["3", "3"]),
        ("Le bilan est de 2\u202f003 morts.", ["003"], ["003"]),  # nowhere alone: then there
        ("Un million et demi, un million.", ["un million"], ["un million"]),
        ("Vladimir\nMedinsky dirige.", ["Vladimir Medinsky"], ["Vladimir\nMedinsky"]),
        ("Les Kiéviens de Kiév.", ["Kiév"], ["Kiév"]),
        ("Kiev\u0301 ou Kiev", ["Kiev"], ["Kiev"]),  # no letter is cut from its accent
        ("東京都で会談した。", ["東京"], ["東京"]),
        ("وقال محمود عباس اليوم", ["محمود عباس"], ["محمود عباس"]),
        ("deux millions d'euros", ["deux", "deux millions"], ["deux millions"]),
        ("a (b) [c] a.b", ["a.b", "(b)"], ["(b)", "a.b"]),
        ("Non, c'est non, no, yes et oui.", ["Non", "oui", "No", "Yes"], []),
        ("rien", ["", " ", "rie"], []),
    ],
)
def test_values_are_found_as_whole_words(text: str, values: list[str], found: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, values)] == found


def test_values_count_only_in_their_own_quotation() -> None:
    line = "Le 3 mars : « 3 morts à Kiev » et « 5 morts, 3 blessés »"
    spans = places_quoted(line, [("3 morts à Kiev", ["3"]), ("5 morts, 3 blessés", ["5"]), ("absent 3", ["3"])])
    assert [(line[:start].count("«"), line[start:end]) for start, end in spans] == [(1, "3"), (2, "5")]
    assert places_quoted("3", [("", ["3"]), (" ", ["3"])]) == []


def test_none_is_shown_if_one_cannot_be() -> None:
    longest = "x" * LONGEST
    assert presentable([longest, " un\nmillion "]) == [longest, "un million"]
    assert presentable(["un million", longest + "x"]) == []
    assert presentable(["un million", " \n"]) == []
    assert presentable([]) == []
    assert presentable(["[1] de [23]"]) == ["(1) de (23)"]


@given(st.text(), st.lists(st.text(), max_size=4))
def test_places_lie_in_the_text_apart_and_hold_a_value(text: str, values: list[str]) -> None:
    end = 0
    for start, stop in places(text, values):
        assert end <= start < stop <= len(text)
        assert text[start:stop].split() in [value.split() for value in values]
        end = stop


@given(st.text(), st.from_regex(r"[A-Za-zéїм]{5,9}", fullmatch=True), st.text())
def test_a_word_between_blanks_is_found(before: str, word: str, after: str) -> None:
    assert (len(before) + 1, len(before) + 1 + len(word)) in places(f"{before} {word} {after}", [word])


# -- what is printed ------------------------------------------------------------------------------------------------


def test_the_short_answer_comes_first_and_the_rest_stays_as_it_is() -> None:
    unchanged = plain(*render.answer_parts(answered(text=text_of(answered().claims))))
    assert unchanged[:2] == [f"{QUOTE} [1]", f"{OTHER} [2]"]
    assert plain(*render.answer_parts(short(ONE, TWO))) == ["498 [1]", "9.000 [2] (3 sources)", *unchanged]


def test_a_yes_with_several_proofs() -> None:
    yes = ShortAnswer("Oui", (1, 2), sources=2)
    lines = plain(*render.answer_parts(short(yes)))
    assert lines[0] == "Oui [1][2] (2 sources)"
    assert not any(emphasised(part) for part in render.answer_parts(short(yes)))


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        *[("fr", "3 sources"), ("en", "3 sources"), ("de", "3 Quellen"), ("es", "3 fuentes"), ("it", "3 fonti")],
        *[("pt", "3 fontes"), ("ru", "источников: 3"), ("uk", "джерел: 3"), ("nl", "3 sources")],
    ],
)
def test_several_sources_are_counted_in_the_language_of_the_answer(language: str, counted: str) -> None:
    lines = plain(*render.answer_parts(short(ONE, TWO, language=language)))
    assert lines[:2] == ["498 [1]", f"9.000 [2] ({counted})"]


def test_the_value_is_bold_and_stands_out_in_its_quotation_alone() -> None:
    parts = render.answer_parts(short(ShortAnswer("498", (1,)), ShortAnswer("soldats", (2,))))
    assert (parts[0].plain, str(parts[0].style), [str(span.style) for span in parts[0].spans]) == (
        *("498 [1]", "bold"),
        ["cyan"],
    )
    assert [emphasised(part) for part in parts[2:4]] == [["498"], ["soldats"]]  # not "soldats" of the first one
    assert not any(map(emphasised, parts[4:]))


def test_a_quotation_that_is_framed_or_broken_into_lines_keeps_its_words() -> None:
    article = replace(MONDE, text="Le bilan [12] est de\n498 morts, selon\u2028Moscou.")
    quote = cite(1, article, article.text)
    claim = Claim(f"Le Monde (2022-03-02) : « {without_markers(quote.quote)} »", (1,))
    told = short(ShortAnswer("498 morts", (1,)), citations=(quote,), claims=(claim,), disagreements=())
    parts = render.answer_parts(told)
    assert [part.plain for part in parts[1:4]] == [
        "Le Monde (2022-03-02) : « Le bilan (12) est de",
        "498 morts, selon",
        "Moscou. » [1]",
    ]
    assert [emphasised(part) for part in parts[1:4]] == [[], ["498 morts"], []]


def test_the_sentence_about_sources_that_differ_stays_as_it_is() -> None:
    claims = (
        *(Claim(QUOTE, (1,)), Claim(OTHER, (2,))),
        Claim("Les sources diffèrent : 498 — Le Monde (2022-03-02) [1] ; 9.000 — Le Figaro (2022-03) [2].", (1, 2)),
    )
    told = short(ONE, TWO, claims=claims, disagreements=(Disagreement("soldats", (1, 2)),))
    parts = render.answer_parts(told)
    assert parts[4].plain == claims[2].text
    assert [emphasised(part) for part in parts[2:5]] == [["498"], ["9.000"], []]


def test_a_chat_models_sentences_are_not_quotations() -> None:
    claims = (Claim("Il y aurait 498 morts.", (1,)),)
    parts = render.answer_parts(short(ONE, claims=claims, citations=(cite(1, MONDE, QUOTE),), disagreements=()))
    assert [part.plain for part in parts[:2]] == ["498 [1]", "Il y aurait 498 morts. [1]"]
    assert [emphasised(part) for part in parts[:2]] == [[], []]
    assert parts[3].plain.startswith(f"[1] « {QUOTE} »")
    assert emphasised(parts[3]) == ["498"]


def test_what_was_streamed_is_not_said_again_below_the_short_answer() -> None:
    lines = plain(*render.answer_parts(short(ONE), streamed=(f"{QUOTE} [1]",)))
    assert lines[:4] == ["", "498 [1]", f"{OTHER} [2]", ""]


@pytest.mark.parametrize(
    "values", [(), (ShortAnswer("x" * (LONGEST + 1), (1,)),), (ONE, ShortAnswer("\u202e\x07", (2,)))]
)
def test_without_a_short_answer_it_is_as_it_always_was(values: tuple[ShortAnswer, ...]) -> None:
    def printed(answer: Answer) -> str:
        out = io.StringIO()
        screen = terminal.Console(file=out, force_terminal=True, color_system="standard", width=60)
        terminal.show(screen, *render.answer_parts(answer))
        return out.getvalue()

    bare = answered(text=text_of(answered().claims))
    assert printed(short(*values) if values else bare) == printed(bare)
    assert plain(*render.answer_parts(bare))[0] == f"{QUOTE} [1]"


HOSTILE_VALUES = [
    *(HOSTILE, "[1]", "[/bold][red]x", "a\n[2]\nb", "\u202e123\u202c", "\x1b]8;;http://x\x07", "<b>", "x" * 4_000),
    *("ا" * 4_000, "مليون لاجئ", "\ud800", "😀" * 100, " ", ""),
]


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_a_hostile_value_is_never_obeyed(value: str) -> None:
    article = replace(MONDE, text=f"On lit {value} ici.")
    quote = cite(1, article, article.text)
    claim = Claim(without_markers(article.text), (1,))
    told = short(ShortAnswer(value, (1,), 2), citations=(quote,), claims=(claim,), disagreements=())
    shown = "\n".join(plain(*render.answer_parts(told)))
    assert not terminal._UNSAFE.search(shown)
    first = shown.split("\n", 1)[0]
    if first.endswith(" (2 sources)"):
        assert len(re.findall(r"\[\d+\]", first)) == 1
        assert first.endswith(" [1] (2 sources)")
    else:
        assert len(value) > LONGEST or not terminal.one_line(value)
    assert value not in terminal.to_line(to_json(told)) or not terminal._UNSAFE.search(value)


def test_a_value_is_never_cut() -> None:
    value = "م" * LONGEST
    assert plain(*render.answer_parts(short(ShortAnswer(value, (1,)))))[0] == f"{value} [1]"


# -- in the chat ----------------------------------------------------------------------------------------------------


def test_sources_in_the_chat_show_the_value() -> None:
    lines = [
        render.citation_line(cite(1, MONDE, QUOTE), LABELS["fr"], values=["498"]),
        render.source(cite(1, MONDE, QUOTE), LABELS["fr"], mark=False, values=["498"])[-1],
    ]
    assert [emphasised(line) for line in lines] == [["498"], ["498"]]
    assert emphasised(render.source(cite(2, FIGARO, OTHER), LABELS["fr"], mark=True)[-1]) == []


def test_the_chat_gives_the_values_to_its_sources() -> None:
    out = io.StringIO()
    screen = terminal.Console(file=out, force_terminal=True, color_system="standard", width=400)
    Chat(ScriptedAnswerer([short(ONE)]), screen).run(["Combien ?", "/sources", "/sources 1", "/sources 2"])
    values = re.findall(r"\x1b\[[0-9;]*4[0-9;]*m(498|9\.000)\x1b", out.getvalue())
    assert values == ["498"] * 3  # in the sentence, in the list, in its context
