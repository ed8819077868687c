"""The short answer: values in the words of the quotations, who gives them, where they differ, and "yes" or "no"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answering.asking.question import Kind
from answering.judging.evidence import Evidence
from answering.types import Answer, ShortAnswer, Status
from answering.writing.extractive import compose
from answering.writing.frames import FRAMES
from answering.writing.shape_same import same as are_one
from answering.writing.shape_statement import REFUTED, SUPPORTED, Supports, YesNo, statement_of, verdict
from answering.writing.shape_values import LISTED, PROBABLE, values_in
from answering.writing.short import short_line
from answering.writing.value import Value
from retrieval.types import AnswerSpan, Coverage
from tests.answering.by_hand import article, asked, evidence

LIKELY = 0.8


def read(
    sentence: str, *parts: str, where: str = "a", published: str = "", language: str = "fr", probability: float = LIKELY
) -> Evidence:
    """Return a sentence, the only one of its article, of which a reader takes the parts for the answer."""
    found = evidence(
        article(where, sentence, published=published, language=language, outlet=f"Journal {where}"), probability=0.9
    )
    return with_spans(found, *((part, probability) for part in parts))


def with_spans(found: Evidence, *parts: tuple[str, float]) -> Evidence:
    places = [(found.start + found.text.index(part), part, probability) for part, probability in parts]
    return replace(found, spans=tuple(AnswerSpan(at, at + len(part), probability) for at, part, probability in places))


def answered(text: str, *found: Evidence, language: str = "fr", supports: Supports | None = None) -> Answer:
    return compose(asked(text, language), found, [], Coverage(5), 0.4, supports=supports)


def short(text: str, *found: Evidence, language: str = "fr") -> list[str]:
    return [one.text for one in answered(text, *found, language=language).short]


# -- one value --------------------------------------------------------------------------------------------------------

WHO = "Qui dirige la chorale locale ?"
LED = "La chorale locale est dirigée par Vladimir Medinski depuis lundi."


def test_the_short_answer_comes_first_with_its_marker() -> None:
    answer = answered(WHO, read(LED, "Vladimir Medinski"))
    assert answer.short == (ShortAnswer("Vladimir Medinski", (1,)),)
    assert answer.text == f"Vladimir Medinski [1]\n{LED} [1]"
    assert [claim.text for claim in answer.claims] == [LED]


@pytest.mark.parametrize(
    ("question", "language", "sentence", "written", "part", "shown"),
    [
        (WHO, "fr", LED, "fr", "par Vladimir Medinski", ["Vladimir Medinski"]),
        (WHO, "fr", LED, "fr", "Medinsk", ["Medinski"]),  # no word is cut
        (WHO, "fr", LED, "fr", " Vladimir Medinski ", ["Vladimir Medinski"]),
        (WHO, "fr", LED, "fr", "chorale locale", []),  # the question says it itself
        (WHO, "fr", "Elle est dirigée par lui.", "fr", "lui", []),
        ("Who leads the Russian delegation?", "en", LED, "fr", "Vladimir Medinski", ["Vladimir Medinski"]),
        ("Кто возглавляет делегацию?", "ru", "Делегацию возглавляет Владимир Мединский.", "ru", "Владимир Мединский",
         ["Владимир Мединский"]),
        ("谁领导代表团?", "zh", "代表团由梅金斯基率领。", "zh", "梅金斯基", ["梅金斯基"]),
        (WHO, "fr", "Linda Thomas-Greenfield dirige la délégation.", "fr", "Thomas", ["Thomas-Greenfield"]),
        ("Quand la guerre a-t-elle commencé ?", "fr", "La guerre a commencé le 24 février 2022 à l'aube.", "fr", "24",
         ["24 février 2022"]),
        ("Quand la guerre a-t-elle commencé ?", "fr", "La guerre a commencé en Ukraine.", "fr", "en Ukraine", []),
        ("Wann begann der Krieg?", "de", "Der Krieg begann am 24. Februar.", "de", "am 24. Februar", ["am 24. Februar"]),
        ("Коли почалася війна?", "uk", "Війна почалася двадцять четвертого лютого.", "uk", "четвертого лютого",
         ["четвертого лютого"]),
        ("Où ont eu lieu les pourparlers ?", "fr", "Les pourparlers ont eu lieu dans le nord de l'Ukraine.", "fr",
         "dans le nord de l'Ukraine", ["dans le nord de l'Ukraine"]),
        ("Que demande Poutine ?", "fr", "Poutine demande la neutralité de l'Ukraine.", "fr", "la neutralité de l'Ukraine",
         ["la neutralité de l'Ukraine"]),
        ("Where was the plane built?", "en", "The plane was built in the U.S.", "en", "the U.S.", ["the U.S."]),
    ],
)  # fmt: skip
def test_a_value_in_the_form_that_is_asked_for(
    question: str, language: str, sentence: str, written: str, part: str, shown: list[str]
) -> None:
    assert short(question, read(sentence, part, language=written), language=language) == shown


@pytest.mark.parametrize(
    ("answers", "probability", "shown"), [(1.0, PROBABLE, True), (1.0, PROBABLE - 0.01, False), (0.6, 0.8, False)]
)
def test_a_value_is_shown_when_it_is_likelier_right_than_not(answers: float, probability: float, shown: bool) -> None:
    found = replace(read(LED, "Vladimir Medinski", probability=probability), probability=answers)
    assert bool(short(WHO, found)) is shown


def test_what_reads_one_place_in_two_ways_adds_up_and_the_likelier_is_shown() -> None:
    found = with_spans(read(LED), ("Medinski", 0.3), ("Vladimir Medinski", 0.35))
    assert short(WHO, found) == ["Vladimir Medinski"]
    other = with_spans(read("Lavrov et Medinski dirigent la chorale locale."), ("Lavrov", 0.3), ("Medinski", 0.35))
    assert short(WHO, other) == []


def test_what_a_sentence_denies_is_no_answer() -> None:
    assert short(WHO, read("Ce n'est pas Lavrov qui dirige la chorale locale.", "Lavrov")) == []
    assert short(WHO, read("Medinski dirige la chorale locale, Lavrov n'est pas venu.", "Medinski")) == ["Medinski"]
    assert short("Who leads it?", read("It is not led by Lavrov.", "Lavrov", language="en"), language="en") == []


@pytest.mark.parametrize(
    "part", ["Medinski [1]", "[1]", "Medinski\u202e", "Medinski [1] dirige", "1", "［2］ Medinski", "Medinski\n"]
)
def test_what_an_article_prints_cannot_pass_for_a_marker(part: str) -> None:
    sentence = f"La chorale locale, {part} dit-on, est là."
    answer = answered(WHO, with_spans(read(sentence), (part, 0.9)))
    for one in answer.short:
        assert one.text == "Medinski"  # without the line break at its end
    assert answer.text.count("[1]") == (2 if answer.short else 1)


def test_a_mangled_word_is_no_value() -> None:
    found = read(LED, "Vladimir Medinski")
    at = found.text.index("Medinski")
    assert short(WHO, replace(found, garbled=((at, at + 8),))) == []


@pytest.mark.parametrize("span", [(0, 0), (0, 10_000), (500, 600), (10, 5), (-5, 10)])
def test_a_span_outside_its_sentence_is_nothing(span: tuple[int, int]) -> None:
    found = replace(read(LED), spans=(AnswerSpan(*span, 0.9),))
    assert answered(WHO, found).short == ()


def test_a_refusal_has_no_short_answer() -> None:
    found = replace(read(LED, "Vladimir Medinski"), probability=0.1)
    answer = answered(WHO, found)
    assert (answer.status, answer.short) == (Status.NO_EVIDENCE, ())
    assert "Medinski" not in answer.text


def test_nothing_is_said_in_short_without_a_reader_where_no_figure_is_asked_for() -> None:
    assert answered(WHO, read(LED)).short == ()


# -- who gives it -----------------------------------------------------------------------------------------------------


def test_independent_articles_that_give_a_name_are_counted_however_they_write_it() -> None:
    answer = answered(
        WHO,
        read(LED, "Vladimir Medinski"),
        read("Medinsky conduit les négociateurs venus de Moscou.", "Medinsky", where="b"),
        read("À la tête des Russes, on trouve Medinski.", "Medinski", where="c"),
    )
    assert answer.short == (ShortAnswer("Vladimir Medinski", (1, 2, 3), 3),)
    assert answer.text.startswith("Vladimir Medinski [1][2][3] (3 sources)\n")


def test_copies_of_a_dispatch_are_one_source() -> None:
    answer = answered(WHO, read(LED, "Vladimir Medinski"), read(LED, "Vladimir Medinski", where="b"))
    assert answer.citations[0].also_in == ("b",)
    assert answer.short == (ShortAnswer("Vladimir Medinski", (1,)),)


def test_two_articles_of_one_story_are_one_source() -> None:
    body = " ".join(f"Le paragraphe numéro {n} raconte la même journée de négociations." for n in range(30))
    other = "À la tête des Russes, on trouve Medinski."
    one = evidence(article("a", LED, body), LED)
    two = evidence(article("b", other, body), other)
    found = [with_spans(one, ("Vladimir Medinski", LIKELY)), with_spans(two, ("Medinski", LIKELY))]
    assert answered(WHO, *found).short == (ShortAnswer("Vladimir Medinski", (1, 2)),)


def test_what_says_the_same_in_other_words_is_a_source_of_its_own() -> None:
    again = "La chorale locale est dirigée par Vladimir Medinski depuis ce lundi."
    answer = answered(WHO, read(LED, "Vladimir Medinski"), read(again, where="b"))
    assert len(answer.citations) == 1
    assert answer.short == (ShortAnswer("Vladimir Medinski", (1,), 2),)


@pytest.mark.parametrize(
    ("one", "other", "kind", "same"),
    [
        ("Zelensky", "Volodymyr Zelensky", Kind.PERSON, True),
        ("le président Zelensky", "Volodymyr Zelensky", Kind.PERSON, True),
        ("Zelensky", "Zelenski", Kind.PERSON, True),
        ("Zelensky", "le porte-parole de Zelensky", Kind.PERSON, False),
        ("Lavrov", "le ministre russe", Kind.PERSON, False),
        ("deux villes", "2 villes", Kind.OTHER, True),
        ("2.000 euros", "2 000 euros", Kind.OTHER, True),
        ("2.000 euros", "3 000 euros", Kind.OTHER, False),
        ("le 24 février 2022", "24 février", Kind.TIME, True),
        ("Kiev", "la région de Kiev", Kind.PLACE, False),
    ],
)
def test_values_that_are_one(one: str, other: str, kind: Kind, same: bool) -> None:
    values = []
    for text in (one, other):
        found = evidence(article(text, f"On dit {text} ici.", published="2022-03-04"))
        at = found.text.index(text)
        values.append(Value(found, at, at + len(text), 0.9))
    assert are_one(kind, *values) is same
    assert are_one(kind, *reversed(values)) is same


# -- figures ----------------------------------------------------------------------------------------------------------

KILLED = "Combien de civils ont été tués ?"
AT_LEAST = "Plus de 352 civils ukrainiens ont été tués et 2 040 blessés depuis le début de l'offensive."
THOUSANDS = "Les autorités ont annoncé que 2.000 civils ont été tués depuis le début de l'offensive russe."


def test_a_figure_comes_with_what_it_counts_and_what_limits_it_without_any_reader() -> None:
    assert short(KILLED, read(AT_LEAST)) == ["Plus de 352 civils ukrainiens ont été tués"]
    assert short("How many civilians were killed?", read(AT_LEAST), language="en") == [
        "Plus de 352 civils ukrainiens ont été tués"
    ]


def test_figures_that_differ_are_all_given_and_stay_a_disagreement() -> None:
    answer = answered(KILLED, read(AT_LEAST, published="2022-03-02"), read(THOUSANDS, where="b"))
    assert [(one.text, one.markers) for one in answer.short] == [
        ("Plus de 352 civils ukrainiens ont été tués", (1,)),
        ("2.000 civils ont été tués", (2,)),
    ]
    first = answer.text.splitlines()[0]
    assert first == "Plus de 352 civils ukrainiens ont été tués [1] ; 2.000 civils ont été tués [2]"
    assert [found.markers for found in answer.disagreements] == [(1, 2)]


def test_a_figure_that_several_round_is_one_value_of_several_sources() -> None:
    exact = read("Au total, 1 995 civils ont été tués en Ukraine.", where="c")
    answer = answered(KILLED, read(THOUSANDS), exact)
    assert [(one.text, one.markers, one.sources) for one in answer.short] == [("2.000 civils ont été tués", (1, 2), 2)]
    assert answer.text.startswith("2.000 civils ont été tués [1][2] (2 sources)\n")


@pytest.mark.parametrize(
    ("question", "sentence", "shown"),
    [
        ("Combien d'habitants compte Kherson ?", "Kherson compte 290.000 habitants.", ["290.000 habitants"]),
        (KILLED, "Entre 300 et 400 civils ont été tués.", ["Entre 300 et 400 civils ont été tués"]),
        (KILLED, "Pas moins de 300 civils ont été tués.", ["Pas moins de 300 civils ont été tués"]),
        (KILLED, "Aucun des 300 civils n'a été tué.", []),
        (KILLED, "Un précédent bilan faisait état de 300 civils tués.", []),  # nobody says that it still holds
        (KILLED, "À Tchernihiv, 33 civils ont été tués.", []),  # a town's toll
        ("Combien de civils ont été tués à Tchernihiv ?", "À Tchernihiv, 33 civils ont été tués.",
         ["33 civils ont été tués"]),
        ("Combien de morts à Tchernihiv ?", "Le nombre de civils tués à Tchernihiv est passé à 33.", ["33"]),
    ],
)  # fmt: skip
def test_a_figure_is_given_only_where_it_is_sure(question: str, sentence: str, shown: list[str]) -> None:
    assert short(question, read(sentence)) == shown


def test_a_reader_that_takes_another_figure_for_the_answer_leaves_none() -> None:
    assert short(KILLED, read(AT_LEAST, "2 040 blessés")) == []
    assert short(KILLED, read(AT_LEAST, "352")) == ["Plus de 352 civils ukrainiens ont été tués"]


def test_a_part_of_a_figure_is_never_shown() -> None:
    (value,) = values_in(asked("Que disent-ils ?"), read("Ils parlent de 2 040 blessés.", "040 blessés"))
    assert value.text == "2 040 blessés"
    (value,) = values_in(asked("Que disent-ils ?"), read("Ils parlent de plus de 40 morts.", "40 morts"))
    assert value.text == "plus de 40 morts"


# -- values that differ ------------------------------------------------------------------------------------------------


def test_two_names_for_who_leads_are_shown_side_by_side() -> None:
    other = "La chorale locale est dirigée par Leonid Sloutski depuis lundi matin."
    answer = answered(
        WHO,
        read(LED, "Vladimir Medinski", published="2022-03-02"),
        read(other, "Leonid Sloutski", where="b", published="2022-03-03"),
    )
    assert [one.text for one in answer.short] == ["Vladimir Medinski", "Leonid Sloutski"]
    assert [found.markers for found in answer.disagreements] == [(1, 2)]
    assert answer.claims[-1].text == (
        "Les sources diffèrent : Vladimir Medinski — Journal a (2022-03-02) [1] ; "
        "Leonid Sloutski — Journal b (2022-03-03) [2]."
    )


@pytest.mark.parametrize(
    ("question", "one", "part", "published", "other", "second", "later"),
    [
        (WHO, LED, "Vladimir Medinski", "2022-03-02",
         "La chorale locale est dirigée par un proche de Poutine.", "un proche de Poutine", "2022-03-02"),
        (WHO, LED, "Vladimir Medinski", "2022-03-02",
         "La chorale locale est dirigée par Leonid Sloutski.", "Leonid Sloutski", "2022-06-02"),  # another time
        (WHO, LED, "Vladimir Medinski", "2022-03-02",
         "La chorale locale est dirigée par Leonid Sloutski, Medinski étant absent.", "Leonid Sloutski", "2022-03-02"),
        ("Qui a rencontré Macron à Paris ?", "Olaf Scholz a rencontré Macron à Paris.", "Olaf Scholz", "2022-03-02",
         "Mario Draghi a rencontré Macron à Paris.", "Mario Draghi", "2022-03-02"),  # both did
        ("Quand les pourparlers ont-ils repris ?", "Les pourparlers ont repris lundi.", "lundi", "2022-03-01",
         "Les pourparlers ont repris jeudi.", "jeudi", "2022-03-04"),  # again
        ("Où ont eu lieu les pourparlers ?", "Le premier tour des pourparlers a eu lieu à Gomel.", "Gomel", "2022-03-02",
         "Le second tour des pourparlers a eu lieu à Brest.", "Brest", "2022-03-04"),
    ],
)  # fmt: skip
def test_two_true_answers_do_not_differ(
    question: str, one: str, part: str, published: str, other: str, second: str, later: str
) -> None:
    found = [read(one, part, published=published), read(other, second, where="b", published=later)]
    answer = answered(question, *found)
    assert answer.disagreements == ()
    assert len(answer.short) == 2


def test_two_days_differ_where_both_were_past() -> None:
    found = [
        read("L'opération a commencé le 24 février 2022.", "le 24 février 2022", published="2022-03-01"),
        read("L'opération a commencé le 23 février 2022.", "le 23 février 2022", where="b", published="2022-03-04"),
    ]
    answer = answered("Quand a commencé l'opération ?", *found)
    assert [found.markers for found in answer.disagreements] == [(1, 2)]
    same = replace(found[1], article=replace(found[1].article, text=found[0].article.text), spans=found[0].spans)
    assert answered("Quand a commencé l'opération ?", found[0], same).disagreements == ()


# -- lists and reasons ------------------------------------------------------------------------------------------------


def test_a_list_has_each_item_with_its_marker_and_what_stands_together_is_one() -> None:
    one = "La Pologne, la Roumanie et la Hongrie ont accueilli des réfugiés."
    other = "En Moldavie aussi, des réfugiés ont été accueillis, tout comme en Slovaquie."
    found = [
        with_spans(read(one), ("Pologne", 0.3), ("Roumanie", 0.2), ("Hongrie", 0.3)),
        with_spans(read(other, where="b"), ("Moldavie", 0.45), ("Slovaquie", LISTED), ("réfugiés", 0.3)),
    ]
    answer = answered("Quels pays ont accueilli des réfugiés ?", *found)
    assert [(s.text, s.markers) for s in answer.short] == [
        ("Pologne, la Roumanie et la Hongrie", (1,)),
        ("Moldavie", (2,)),
        ("Slovaquie", (2,)),
    ]


def test_items_that_are_together_improbable_are_none() -> None:
    found = with_spans(read("La Pologne et la Roumanie ont aidé."), ("Pologne", 0.2), ("Roumanie", 0.2))
    assert short("Quels pays ont aidé ?", found) == []


@pytest.mark.parametrize(
    ("question", "language", "sentence", "part", "shown"),
    [
        ("Pourquoi la route est-elle fermée ?", "fr", "La route est fermée car le pont s'est effondré hier, dit le maire.",
         "le pont s'est effondré", "car le pont s'est effondré hier"),
        ("Pourquoi partent-ils ?", "fr", "Ils partent en raison de la faim.", "faim", "en raison de la faim"),
        ("Why is the road closed?", "en", "The road is closed because the bridge fell; police said so.", "the bridge",
         "because the bridge fell"),
        ("Warum ist die Straße gesperrt?", "de", "Die Straße ist gesperrt, weil die Brücke einstürzte.", "Brücke",
         "weil die Brücke einstürzte"),
        ("Почему закрыта дорога?", "ru", "Дорога закрыта, потому что обрушился мост.", "обрушился мост",
         "потому что обрушился мост"),
    ],
)  # fmt: skip
def test_a_reason_is_given_with_its_clause(question: str, language: str, sentence: str, part: str, shown: str) -> None:
    assert short(question, read(sentence, part, language=language), language=language) == [shown]


# -- yes and no -------------------------------------------------------------------------------------------------------


class Says:
    """Gives the support of texts from a table; of others, none. ``heard`` are the statements that it was asked about."""

    def __init__(self, known: dict[str, float]) -> None:
        self.known, self.heard = known, set[str]()

    def __call__(self, statement: str, texts: Sequence[str]) -> list[float]:
        self.heard.add(statement)
        return [self.known.get(text, 0.0) for text in texts]


ATTACKED = "La Russie a-t-elle attaqué Kiev ?"
YES = "La Russie a attaqué Kiev jeudi."
NO = "La Russie n'a pas attaqué Kiev jeudi."


def test_yes_where_a_quoted_sentence_states_it() -> None:
    says = Says({YES: SUPPORTED})
    answer = answered(ATTACKED, read(YES), supports=says)
    assert answer.short == (ShortAnswer("Oui", (1,)),)
    assert answer.text == f"Oui [1]\n{YES} [1]"
    assert says.heard == {"La Russie a attaqué Kiev."}
    assert answered(ATTACKED, read(YES), supports=Says({YES: SUPPORTED - 0.01})).short == ()
    assert answered(ATTACKED, read(YES)).short == ()  # without a reader, never


def test_no_where_a_quoted_sentence_denies_it() -> None:
    table = {NO: REFUTED, YES: SUPPORTED}
    assert answered(ATTACKED, read(NO), supports=Says(table)).short == (ShortAnswer("Non", (1,)),)
    assert answered(ATTACKED, read(NO), supports=Says({NO: 0.95, YES: 0.95})).short == ()
    assert answered(ATTACKED, read(NO), supports=Says({})).short == ()


def test_neither_where_sources_say_both() -> None:
    other = "Jeudi, personne n'a vu que la Russie a attaqué Kiev."
    answer = answered(ATTACKED, read(YES), read(NO, where="b"), read(other, where="c"), supports=Says({YES: 0.95}))
    assert answer.short == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Kiev a annoncé que la Russie a attaqué Kiev.",
        "Selon l'Otan, Kiev affirme que la Russie a attaqué Kiev.",
        "La Russie aurait attaqué Kiev.",
        "La Russie a attaqué Kharkiv.",
        "La Russie a presque attaqué Kiev.",
        "« La Russie a attaqué Kiev. »",
        "La Russie a-t-elle attaqué Kiev ?",
        "Washington accuse la Russie : elle a attaqué Kiev.",
        "Si la Russie a attaqué Kiev, elle le paiera.",
        "La Russie n'a pas seulement attaqué Kiev.",
        "La Russie n'a jamais dit qu'elle n'a pas attaqué Kiev.",
        "Ni la Russie ni la Biélorussie n'ont attaqué Kiev.",
    ],
)
def test_what_is_less_than_a_statement_is_never_a_bare_yes_or_no(sentence: str) -> None:
    def anything(statement: str, texts: Sequence[str]) -> list[float]:
        return [1.0] * len(texts)

    def nothing_but_the_contrary(statement: str, texts: Sequence[str]) -> list[float]:
        return [0.0 if text == sentence else 1.0 for text in texts]

    for supports in (anything, nothing_but_the_contrary):
        assert answered(ATTACKED, read(sentence), supports=supports).short == ()


def test_whose_word_it_is_is_said_with_it_in_the_words_of_the_article() -> None:
    sentence = "Selon l'Otan, la Russie a attaqué Kiev."
    answer = answered(ATTACKED, read(sentence), supports=Says({sentence: 0.99}))
    assert answer.short == (ShortAnswer("Oui, selon l'Otan", (1,)),)
    last = "La Russie a attaqué Kiev, selon l'Otan."
    assert answered(ATTACKED, read(last), supports=Says({last: 0.99})).short[0].text == "Oui, selon l'Otan"
    english = answered("Did Russia attack Kiev?", read(last), language="en", supports=Says({last: 0.99}))
    assert english.short == ()  # whose word it is would be in another language


@pytest.mark.parametrize(
    ("text", "language", "statement"),
    [
        (ATTACKED, "fr", "La Russie a attaqué Kiev."),
        ("Est-ce que Poutine a rencontré Macron ?", "fr", "Poutine a rencontré Macron."),
        ("Y a-t-il eu des morts à Kiev ?", "fr", "Il y a eu des morts à Kiev."),
        ("Sait-on si Kiev a été attaquée ?", "fr", "Kiev a été attaquée."),
        ("Le ministre qui dirige la délégation est-il russe ?", "fr", "Le ministre qui dirige la délégation est russe."),
        ("A-t-il parlé ?", "fr", None),
        ("Macron n'a-t-il pas parlé ?", "fr", None),
        ("Kiev, où il est né, a-t-elle été prise ?", "fr", None),
        ("Did Vladimir Putin meet Macron?", "en", "Vladimir Putin did meet Macron."),
        ("Has the EU banned Russian banks?", "en", "The EU has banned Russian banks."),
        ("Have sanctions been imposed?", "en", "Sanctions have been imposed."),
        ("Did the old man leave?", "en", None),
        ("Did he leave?", "en", None),
        ("Hat Russland Kiew angegriffen?", "de", "Russland hat Kiew angegriffen."),
        ("Hat die ukrainische Armee Kiew verlassen?", "de", "Die ukrainische Armee hat Kiew verlassen."),
        ("Hat Selenskyj Kiew verlassen?", "de", None),
        ("¿Ha atacado Rusia Kiev?", "es", "Ha atacado Rusia Kiev."),
        ("Атаковала ли Россия Киев?", "ru", "Атаковала Россия Киев."),
        ("Чи атакувала Росія Київ?", "uk", "Атакувала Росія Київ."),
        ("俄罗斯攻击基辅了吗?", "zh", None),
        ("", "fr", None),
    ],
)  # fmt: skip
def test_a_question_as_a_statement(text: str, language: str, statement: str | None) -> None:
    assert statement_of(text, language) == statement


@pytest.mark.parametrize(
    ("statement", "language", "quote", "written", "holds"),
    [
        ("Russia did attack Kyiv.", "en", "Russia attacked Kyiv on Thursday.", "en", True),
        ("Russia did attack Kyiv.", "en", "Russia did not attack Kyiv.", "en", False),
        ("Russland hat Kiew angegriffen.", "de", "Russland hat Kiew nicht angegriffen.", "de", False),
        ("Атаковала Россия Киев.", "ru", "Россия не атаковала Киев.", "ru", False),
        ("Атаковала Россия Киев.", "ru", "La Russie a attaqué Kiev.", "fr", True),
        ("Ha atacado Rusia Kiev.", "es", "Rusia no ha atacado Kiev.", "es", False),
        ("Russia did kill 33 civilians.", "en", "Russia killed 47 civilians.", "en", None),
        ("Russia did kill 33 civilians.", "en", "Russia killed 33 civilians.", "en", True),
    ],
)
def test_what_a_sentence_says_of_a_statement(
    statement: str, language: str, quote: str, written: str, holds: bool | None
) -> None:
    def supports(_: str, texts: Sequence[str]) -> list[float]:
        return [0.05 if holds is False and text == quote else 0.95 for text in texts]

    expected = None if holds is None else YesNo(holds)
    assert verdict(statement, language, quote, written, supports) == expected


# -- whatever the spans -----------------------------------------------------------------------------------------------

SENTENCES = [
    LED, AT_LEAST, THOUSANDS, YES, NO, "[1] {n} 12 % [2] « Medinski » [3]", "Oui.", "Мединский прибыл в Брест 2 марта.",
    "代表团由梅金斯基率领。", "a\nb [1", "Entre 300 et 400 — de 2 000 à 3 000 $ — n'ont pas fui.",
    "👍🏽 e\u0301te\u0301 2022",
]  # fmt: skip
QUESTIONS = [
    WHO, KILLED, ATTACKED, "Quand ?", "Où est-il ?", "Pourquoi ?", "Quels pays ont aidé ?", "Que dit-il ?", "谁?", "?",
    "Did Russia attack Kyiv?",
]  # fmt: skip


@st.composite
def with_any_spans(draw: st.DrawFn) -> list[Evidence]:
    found = []
    for name in draw(st.lists(st.sampled_from("abcd"), unique=True, min_size=1, max_size=4)):
        sentences = draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True))
        source = article(
            name,
            *sentences,
            published=draw(st.sampled_from(["", "2022-03-02", "2022"])),
            language=draw(st.sampled_from(["fr", "en", "zh", ""])),
        )
        for sentence in sentences:
            one = evidence(source, sentence, draw(st.floats(0.4, 1)))
            ends = st.integers(one.start - 2, one.end + 2)
            spans = draw(st.lists(st.builds(AnswerSpan, ends, ends, st.floats(0, 1)), max_size=4))
            found.append(replace(one, spans=tuple(sorted(spans, key=lambda span: -span.probability))))
    return sorted(found, key=lambda e: (-e.probability, e.rank, e.article.id, e.start))


@settings(max_examples=200, deadline=None)
@given(with_any_spans(), st.sampled_from(QUESTIONS), st.sampled_from(["fr", "en", "ru", ""]), st.floats(0, 1))
def test_whatever_the_spans_a_short_answer_is_a_part_of_its_quotation(
    found: list[Evidence], text: str, language: str, support: float
) -> None:
    answer = answered(text, *found, language=language, supports=lambda _, texts: [support] * len(texts))
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    frame = FRAMES.get(language, FRAMES["en"])
    for one in answer.short:
        assert one.markers
        assert set(one.markers) <= set(quotes)
        assert len(set(one.markers)) == len(one.markers)
        assert 1 <= one.sources <= len({e.article.id for e in found})
        if asked(text, language).kind is Kind.YES_NO:
            assert one.text.split(",")[0] in (frame.yes, frame.no)
            continue
        assert one.text in quotes[one.markers[0]]
        assert one.text == one.text.strip() != ""
        assert not set("[]\n") & set(one.text)
    if answer.short:
        assert answer.text.startswith(short_line(answer.short, frame) + "\n")
        assert len({one.text for one in answer.short}) == len(answer.short)
    assert answer.status is not Status.NO_EVIDENCE or answer.short == ()
