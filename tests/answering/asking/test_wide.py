"""Wide questions are told from ordinary ones by how they are built, in six languages, with their topic and their sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.asking.wide import LONGEST, Wanted, read_wide

SUMMARY, COMPARISON, TIMELINE, SAYINGS = Wanted.SUMMARY, Wanted.COMPARISON, Wanted.TIMELINE, Wanted.SAYINGS

WIDE = [
    ("Chronologie des pourparlers", TIMELINE, "pourparlers"),
    ("Peux-tu me faire la chronologie des pourparlers ?", TIMELINE, "pourparlers"),
    ("Les pourparlers, jour par jour", TIMELINE, "pourparlers"),
    ("Que s'est-il passé à Kharkiv, jour par jour ?", TIMELINE, "Kharkiv"),
    ("Retrace les étapes de la guerre", TIMELINE, "guerre"),
    ("Timeline of the talks", TIMELINE, "talks"),
    ("Give me a timeline of the war in Ukraine, please", TIMELINE, "war in Ukraine"),
    ("What happened in Kherson, day by day?", TIMELINE, "Kherson"),
    ("Zeitleiste der Verhandlungen", TIMELINE, "Verhandlungen"),
    ("Cronología de las negociaciones", TIMELINE, "negociaciones"),
    ("Хронология переговоров", TIMELINE, "переговоров"),
    ("Составь хронологию переговоров", TIMELINE, "переговоров"),
    ("Хронологія переговорів", TIMELINE, "переговорів"),
    ("Résume la situation à Marioupol", SUMMARY, "Marioupol"),
    ("Pouvez-vous résumer les pourparlers ?", SUMMARY, "pourparlers"),
    ("Fais le point sur les sanctions", SUMMARY, "sanctions"),
    ("Résumé des pourparlers", SUMMARY, "pourparlers"),
    ("Résume-moi l'actualité", SUMMARY, ""),
    ("Summarize the peace talks", SUMMARY, "peace talks"),
    ("Give me an overview of the war", SUMMARY, "war"),
    ("Fasse die Lage in Mariupol zusammen", SUMMARY, "Mariupol"),
    ("Kannst du die Lage in Mariupol zusammenfassen?", SUMMARY, "Mariupol"),
    ("Resume la situación en Mariúpol", SUMMARY, "Mariúpol"),
    ("Кратко о ситуации в Мариуполе", SUMMARY, "Мариуполе"),
    ("Сделай, пожалуйста, сводку по Мариуполю", SUMMARY, "Мариуполю"),
    ("Підсумуй ситуацію в Маріуполі", SUMMARY, "Маріуполі"),
    ("Qui dit quoi sur les corridors humanitaires ?", SAYINGS, "corridors humanitaires"),
    ("Quelles sont les réactions à la résolution de l'ONU ?", SAYINGS, "résolution de l'ONU"),
    ("Who says what about the humanitarian corridors?", SAYINGS, "humanitarian corridors"),
    ("Wer sagt was zu den Korridoren?", SAYINGS, "Korridoren"),
    ("¿Quién dice qué sobre los corredores?", SAYINGS, "corredores"),
    ("Кто что говорит о гуманитарных коридорах?", SAYINGS, "гуманитарных коридорах"),
    ("Хто що каже про коридори?", SAYINGS, "коридори"),
    ("Compare les bilans des victimes", COMPARISON, "bilans des victimes"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "wanted", "topic"), WIDE)
def test_a_wide_question_and_its_topic(question: str, wanted: Wanted, topic: str) -> None:
    wide = read_wide(question)
    assert wide is not None
    assert (wide.wanted, wide.topic, wide.sides) == (wanted, topic, ())
    assert wide.topics == (topic,)


@pytest.mark.parametrize(
    ("question", "names", "topics"),
    [
        ("Compare la position de Kiev et de Moscou", ["Kiev", "Moscou"], ["position de Kiev", "position de Moscou"]),
        (
            "Compare les positions de l'Ukraine et de la Russie sur les corridors",
            ["Ukraine", "Russie"],
            ["positions de Ukraine sur les corridors", "positions de Russie sur les corridors"],
        ),
        ("Compare Kiev à Moscou", ["Kiev", "Moscou"], ["Kiev", "Moscou"]),
        (
            "Compare le bilan des civils et des soldats",
            ["civils", "soldats"],
            ["bilan des civils", "bilan des soldats"],
        ),
        ("Compare Kiev, Moscou et l'ONU", ["Kiev", "Moscou", "ONU"], ["Kiev", "Moscou", "ONU"]),
        ("En quoi les positions de Kiev et de Moscou diffèrent-elles ?", ["Kiev", "Moscou"], None),
        ("What are the differences between Kyiv and Moscow?", ["Kyiv", "Moscow"], ["Kyiv", "Moscow"]),
        ("How do the tolls of Kyiv and the UN differ?", ["Kyiv", "UN"], ["tolls of Kyiv", "tolls of UN"]),
        ("Vergleiche die Positionen von Kiew und Moskau", ["Kiew", "Moskau"], None),
        ("Compara las posiciones de Kiev y Moscú", ["Kiev", "Moscú"], None),
        ("Сравни позиции Киева и Москвы", ["Киева", "Москвы"], ["позиции Киева", "позиции Москвы"]),
        ("Порівняй позиції Києва та Москви", ["Києва", "Москви"], None),
    ],
)
def test_the_sides_of_a_comparison(question: str, names: list[str], topics: list[str] | None) -> None:
    wide = read_wide(question)
    assert wide is not None
    assert (wide.wanted, [side.name for side in wide.sides]) == (COMPARISON, names)
    assert topics is None or list(wide.topics) == topics


@pytest.mark.parametrize("question", ["Compare la situation à Marioupol", "Compare Kiev et Kiev"])
def test_a_comparison_without_two_sides_is_one_of_sources(question: str) -> None:
    wide = read_wide(question)
    assert wide is not None
    assert wide.sides == ()


@pytest.mark.parametrize(
    "question",
    [
        "Qui a dit que la guerre serait courte ?", "Qui dit la vérité ?", "Que dit l'ONU ?",
        "Quand reprendront les pourparlers ?", "Qui a comparé Poutine à Hitler ?", "Combien de morts ?",
        "Quelle est la position de Kiev ?", "Qui a résumé la situation ?", "Pourquoi comparer Kiev et Moscou ?",
        "Le rapport de l'ONU compare-t-il les bilans ?", "Quand a commencé la guerre ?", "Compare",
        "Did the talks resume?", "When will flights resume?", "Who compared Putin to Hitler?",
        "Who said that the war would be short?", "Reactions were mixed: who reacted first?", "Who says so?",
        "Has a timeline been agreed?", "What did the summary say?", "Wann begannen die Verhandlungen?",
        "Wer hat gesagt, dass der Krieg kurz wird?", "¿Quién dijo que la guerra sería corta?",
        "¿Cuándo se reanudan las negociaciones?", "Когда начались переговоры?", "Кто сказал, что война закончится?",
        "Что говорит ООН?", "Коли почалися переговори?", "Хто сказав, що війна скінчиться?", "", "?", "Kiev ?",
    ],
)  # fmt: skip
def test_an_ordinary_question_is_none(question: str) -> None:
    assert read_wide(question) is None


def test_what_is_too_long_is_no_request() -> None:
    assert read_wide("Résume " + "a" * LONGEST) is None


@given(
    st.text(max_size=LONGEST), st.sampled_from(["Résume ", "Compare ", "Chronologie des ", "Кто что говорит о ", ""])
)
def test_any_text_can_be_read(text: str, before: str) -> None:
    wide = read_wide(before + text)
    if wide is not None:
        assert all(side.name in wide.topic or side.name in text for side in wide.sides)
        assert len(wide.sides) != 1
