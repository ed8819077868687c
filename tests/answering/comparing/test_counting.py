"""What a figure counts: of whom, where, over what time; totals are not their parts, nor one side's word another's."""

from __future__ import annotations

import pytest

from answering.comparing.comparison import differing
from answering.comparing.counting import is_part, nations_counted, period_of, sides_named, without_attribution
from answering.comparing.figures import find_figures
from answering.comparing.readings import Reading, read_figures
from answering.judging.evidence import Evidence
from tests.answering.by_hand import article, asked, evidence, said

# (question, its language, a sentence of one article, one of another, language of both)
DIFFER = [
    ("Combien de civils ukrainiens ont été tués ?", "fr", "Plus de 352 civils ukrainiens ont été tués.",
     "Kiev annonce que 2.000 civils ont été tués depuis le début de l'offensive russe.", "fr"),
    ("How many Ukrainian civilians have been killed?", "en", "Plus de 352 civils ukrainiens ont été tués.",
     "Kiev annonce que 2.000 civils ont été tués depuis l'invasion russe.", "fr"),
    ("How many soldiers were killed?", "en", "At least 40 soldiers were killed by rebels.",
     "Officials said 75 soldiers were killed.", "en"),
    ("Wie viele Menschen sind nach Angaben der Vereinten Nationen aus der Ukraine geflohen?", "de",
     "Un million de réfugiés ont fui l'Ukraine, selon l'ONU.", "Près de 900 000 personnes ont déjà fui l'Ukraine.", "fr"),
    ("Wie viele Menschen starben bei dem Brand?", "de", "Bei dem Brand starben 12 Menschen.",
     "Bei dem Brand starben 19 Menschen.", "de"),
    ("¿Cuántas personas murieron en el incendio?", "es", "En el incendio murieron 12 personas.",
     "En el incendio murieron 19 personas.", "es"),
    ("Сколько человек погибло при пожаре?", "ru", "При пожаре погибло 12 человек.", "При пожаре погибло 19 человек.",
     "ru"),
    ("How many people died in the fire?", "en", "L'incendie a fait 12 morts.", "L'incendie a fait 19 morts.", "fr"),
    ("Combien de civils ont été tués ?", "fr", "En tout, 2.000 civils ont été tués, dont 120 à Kharkiv.",
     "352 civils ont été tués.", "fr"),
]  # fmt: skip
AGREE = [
    ("Combien de civils ont été tués ?", "fr", "Au moins 350 civils ont été tués.", "352 civils ont été tués.", "fr"),
    ("Combien de civils ont été tués ?", "fr", "Plus de 300 civils ont été tués.", "312 civils ont été tués.", "fr"),
    ("Combien de civils ont été tués ?", "fr", "Des centaines de civils ont été tués.", "352 civils ont été tués.", "fr"),
    ("Combien de civils ont été tués ?", "fr", "352 civils ont été tués à Kharkiv.", "2.000 civils ont été tués.", "fr"),
    ("Combien de civils ont été tués ?", "fr", "352 civils ont été tués à Kharkiv.",
     "33 civils ont été tués à Odessa.", "fr"),
    ("Combien de civils ont été tués ?", "fr", "29 civils ont été tués en deux jours.", "2.000 civils ont été tués.",
     "fr"),
    ("How many people were killed on the roads?", "en", "In 2019, 3,200 people were killed on the roads.",
     "In 2021, 2,900 people were killed on the roads.", "en"),
    ("How many people were killed on the roads?", "en", "3,200 people are killed on the roads every year.",
     "On the roads, 41 people were killed.", "en"),
    ("Combien de civils ont été blessés ?", "fr", "2.040 civils ont été blessés.",
     "Parmi ces blessés, 14 seraient des enfants.", "fr"),
    ("Combien de personnes ont été évacuées ?", "fr", "142.500 personnes ont été évacuées, dont 40.000 enfants.",
     "40.000 enfants ont été évacués.", "fr"),
    ("Combien de soldats russes ont été tués selon Moscou ?", "fr", "Selon Moscou, 500 soldats russes ont été tués.",
     "Selon Kiev, 5.840 soldats russes ont été tués.", "fr"),
    ("Combien de soldats russes ont été tués ?", "fr", "500 soldats russes ont été tués.",
     "1.300 soldats ukrainiens ont été tués.", "fr"),
    ("How many people died in the crash?", "en", "L'incendie a fait 12 morts.", "Le séisme a fait 900 morts.", "fr"),
]  # fmt: skip


def sides(question: str, language: str, *evidence: Evidence) -> list[float]:
    readings: list[Reading] = read_figures(asked(question, language), evidence)
    return [reading.figure.value for reading in differing(asked(question, language), readings)]


def two(one: str, other: str, language: str) -> list[Evidence]:
    return [evidence(article(name, text, language=language)) for name, text in (("a", one), ("b", other))]


@pytest.mark.parametrize(("question", "language", "one", "other", "written"), DIFFER)
def test_other_figures_for_the_same_thing_differ(
    question: str, language: str, one: str, other: str, written: str
) -> None:
    found = two(one, other, written)
    assert len(sides(question, language, *found)) == 2
    assert len(sides(question, language, *reversed(found))) == 2


@pytest.mark.parametrize(("question", "language", "one", "other", "written"), AGREE)
def test_other_places_times_people_and_parts_do_not_differ(
    question: str, language: str, one: str, other: str, written: str
) -> None:
    found = two(one, other, written)
    assert sides(question, language, *found) == []
    assert sides(question, language, *reversed(found)) == []


@pytest.mark.parametrize(
    ("text", "nations"),
    [
        ("civils ont été tués depuis le début de l'offensive russe", set()),
        ("civils ukrainiens tués dans l'offensive russe", {"ukrainian"}),
        ("soldiers killed by Russian troops", set()),
        ("Russian soldiers killed in strikes", {"russian"}),
        ("soldats tués en Ukraine", {"ukrainian"}),
        ("украинских солдат убито при наступлении", {"ukrainian"}),
        ("soldats de Moscou", {"russian"}),
    ],
)
def test_whose_attack_it_was_is_not_who_is_counted(text: str, nations: set[str]) -> None:
    assert nations_counted(text) == nations


@pytest.mark.parametrize(
    ("text", "printed", "part"),
    [
        ("142.500 personnes, dont près de 40.000 enfants", "40.000", True),
        ("142.500 personnes, dont près de 40.000 enfants", "142.500", False),
        ("2.000 people, including 120 children", "120", True),
        ("Parmi ces blessés, 14 seraient des enfants.", "14", True),
        ("2000 человек, в том числе 120 детей", "120", True),
        ("L'homme dont la maison a brûlé a perdu 3 enfants", "3", False),
        ("2.000 Menschen, darunter 120 Kinder", "120", True),
    ],
)
def test_a_part_of_a_figure(text: str, printed: str, part: bool) -> None:
    figure = next(f for f in find_figures(text) if text[f.start : f.end] == printed)
    assert is_part(text, figure) is part


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("29 civils ont été tués en deux jours.", {"while"}),
        ("19 people died in the past 24 hours.", {"while"}),
        ("En 2019, 40 personnes sont mortes.", {"2019"}),
        ("En 2022, 40 personnes sont mortes.", set()),  # the year of the article
        ("Depuis le début, 40 personnes sont mortes.", set()),
        ("За три дня погибло 12 человек.", {"while"}),
    ],
)
def test_what_limits_a_count_in_time(text: str, period: set[str]) -> None:
    assert period_of(text, "2022-03-04", "Combien de morts ?") == period


def test_what_the_question_limits_limits_no_further() -> None:
    assert period_of("29 civils tués en deux jours", "2022", "Combien de civils tués en deux jours ?") == frozenset()
    assert period_of("En 2019, 40 morts.", "2022", "Combien de morts en 2019 ?") == frozenset()


def test_whose_word_it_is() -> None:
    assert sides_named("Combien de soldats russes ont été tués selon Moscou ?") == {"russian"}
    assert sides_named("Combien de soldats russes ont été tués ?") == frozenset()
    german = without_attribution("Wie viele sind nach Angaben der Vereinten Nationen aus der Ukraine geflohen?")
    assert "Nationen" not in german
    assert "aus der Ukraine geflohen" in german


@pytest.mark.parametrize(
    ("question", "language", "sentence", "written", "values"),
    [
        ("Скільки людей загинуло в Херсоні?", "uk", "Kherson, métropole de 290.000 habitants, a été prise.", "fr", []),
        ("Wie viele Staaten haben sich enthalten?", "de", "Les 27 États membres se réuniront vendredi.", "fr", []),
        ("Wie viele Staaten haben sich enthalten?", "de", "Cinq pays s'y opposant et 35 s'abstenant.", "fr", [35]),
        ("How many countries voted against it?", "en", "Cinq pays s'y opposant et 35 s'abstenant.", "fr", [5]),
        ("How many states backed it?", "en", "Cinq pays s'y opposant et 35 s'abstenant.", "fr", []),
        ("Combien d'états en font partie ?", "fr", "Elle s'étend sur 28 163 km2 et trois États.", "fr", [3]),
        ("Combien de soldats ont été tués ?", "fr", "Un stade de 40.000 places.", "fr", []),
    ],
)
def test_a_figure_that_counts_another_thing_is_no_answer_in_any_language(
    question: str, language: str, sentence: str, written: str, values: list[float]
) -> None:
    found = [evidence(article("a", sentence, language=written))]
    assert [reading.figure.value for reading in read_figures(asked(question, language), found)] == values


def test_a_name_that_a_question_writes_small_is_one_where_articles_give_it_a_capital() -> None:
    kharkiv = said("Des combats ont lieu dans cette ville de 1,4 million d'habitants.", "a")
    other = said("Plus à l'est, à Marioupol, le maire accuse la Russie.", "b")
    kherson = said("Ils ont pris Kherson, métropole de 290.000 habitants.", "c")

    def values(question: str) -> list[float]:
        return [r.figure.value for r in read_figures(asked(question), [kharkiv, other, kherson])]

    assert values("marioupol combien d'habitants") == []
    assert values("kherson combien d'habitants") == [290_000]


def test_a_german_question_s_town_is_its_name_in_the_articles_spelling() -> None:
    text = "Un incendie a fait 5 morts à Rabat.", "Les inondations ont fait 29 morts à Khartoum."
    found = [said(text[0], "rabat"), said(text[1], "khartoum", 0.3)]
    readings = read_figures(asked("Wie viele Tote gab es in Chartum?", "de"), found)
    assert [reading.figure.value for reading in readings] == [29]
    assert (readings[0].missing, readings[0].scope) == (0, frozenset())
    texts = "La pluie a touché Khartoum.", "Un incendie a fait 5 morts.", "À Khartoum, on compte 29 morts."
    near = article("near", *texts)
    readings = read_figures(
        asked("Wie viele Tote gab es in Chartum?", "de"), [evidence(near, texts[1]), evidence(near, texts[2])]
    )
    assert [(reading.figure.value, reading.missing) for reading in readings] == [(5, 1), (29, 0)]
    readings = read_figures(asked("Wie viele Tote gab es in Haft?", "de"), found)  # a noun, of no town
    assert [reading.figure.value for reading in readings] == [5, 29]
