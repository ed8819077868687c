"""Sentences that tell in so many words what is asked, each beside one that nearly does, in six languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.asking.question import read_question
from answering.judging.evidence import gather
from answering.judging.told import read_telling, tells
from retrieval.archive import Archive
from retrieval.types import Article
from tests.fakes import HashingEmbedder, hit_on

KONO = "Le ministre japonais Taro Kono, en visite à Séoul, a exigé des excuses de la Chine."
GREECE = "Greece, which borders Turkey, has demanded the return of the marbles from London."
IRAN = "Іран вимагає від США скасування санкцій."
SCHOLZ = "Bundeskanzler Olaf Scholz versprach Israel weitere Hilfe."
PORT = "Le port de Bari fermera mardi, a annoncé lundi l'Italie."
WORRIED = 'M. Guterres s’est, en outre, dit "profondément préoccupé" par les sécheresses.'
FISH = "Le ministre Taro Kono a dit que le poisson est sûr."
CASES = [
    # Who demands, and of whom.
    ("en", "What does Kono demand from China?", "fr", KONO, True),
    ("de", "Was verlangt Kono von China?", "fr", KONO, True),
    ("es", "¿Qué exige Kono a China?", "fr", KONO, True),
    ("ru", "Чего Коно требует от Китая?", "fr", KONO, True),
    ("uk", "Чого Коно вимагає від Китаю?", "fr", KONO, True),
    ("fr", "Que demande Kono à la Chine ?", "fr", KONO, True),
    ("en", "What does China demand from Kono?", "fr", KONO, False),
    ("de", "Was verlangt China von Kono?", "fr", KONO, False),
    ("ru", "Чего Китай требует от Коно?", "fr", KONO, False),
    ("en", "What does Kono demand from India?", "fr", KONO, False),
    ("fr", "Que demande la Grèce à Londres ?", "en", GREECE, True),
    ("ru", "Что требует Греция от Лондона?", "en", GREECE, True),
    ("fr", "Que demande la Turquie à Londres ?", "en", GREECE, False),
    ("fr", "Que demande la Grèce à la Turquie ?", "en", "Greece was urged by Turkey to leave.", False),
    ("en", "What does Iran demand of the US?", "uk", IRAN, True),
    ("fr", "Qu'exige l'Iran des États-Unis ?", "uk", IRAN, True),
    ("en", "What do the US demand of Iran?", "uk", IRAN, False),
    ("uk", "Що вимагає Іран від США?", "fr", "L'Iran exige des États-Unis la levée des sanctions.", True),
    # Another thing done with words, another kind of question, another subject, a denial.
    ("en", "What did Kono promise China?", "fr", KONO, False),
    ("en", "Who demands an apology from China?", "fr", KONO, False),
    ("en", "Why does Kono demand an apology?", "fr", KONO, False),
    ("fr", "Pourquoi Kono exige-t-il des excuses de la Chine ?", "fr", KONO, False),
    ("en", "Does Kono demand an apology from China?", "fr", KONO, False),
    ("fr", "Quelle organisation accuse la Grèce ?", "en", "Greece accused the court.", False),
    ("en", "What did Merkel promise Poland?", "fr", "Merkel n'a pas promis d'aide à la Pologne.", False),
    ("en", "What does Scholz promise Israel?", "de", SCHOLZ, True),
    ("fr", "Qu'a promis Scholz à Israël ?", "de", SCHOLZ, True),
    ("fr", "Quelles conditions Kono pose-t-il ?", "fr", "Kono exige une indemnité.", True),
    # What is said, of what.
    ("es", "¿Qué dijo Sánchez sobre Marruecos?", "es", "El presidente Sánchez dijo que Marruecos es un socio.", True),
    ("en", "What did Kono say about fish?", "en", "Kono said that fish is safe.", True),
    ("en", "What did Kono say about taxes?", "en", "Kono said that fish is safe.", False),
    ("en", "What did Kono say about fish?", "en", "Ishiba said of Kono that fish is safe.", False),
    ("de", "Was sagte Kono über Fisch?", "de", "Außenminister Taro Kono sagte, der Fisch sei sicher.", True),
    ("de", "Was sagte Kono über Steuern?", "de", "Außenminister Taro Kono sagte, der Fisch sei sicher.", False),
    ("ru", "Что сказал Коно о рыбе?", "ru", "Министр Таро Коно сказал, что рыба безопасна.", True),
    ("ru", "Что сказал Коно о налогах?", "ru", "Министр Таро Коно сказал, что рыба безопасна.", False),
    ("uk", "Що сказав Коно про рибу?", "uk", "Міністр Таро Коно сказав, що риба безпечна.", True),
    ("uk", "Що сказав Коно про податки?", "uk", "Міністр Таро Коно сказав, що риба безпечна.", False),
    ("fr", "Qu'a dit Kono du poisson ?", "fr", FISH, True),
    ("fr", "Qu'a dit Kono des impôts ?", "fr", FISH, False),
    ("fr", "Qu'a dit Kono du poisson ?", "fr", "Le porte-parole de Kono a dit que le poisson est sûr.", False),
    ("fr", "Qu'a dit Kono du poisson ?", "fr", "Kono mange du poisson, a dit Ishiba.", False),
    ("de", "Was sagte Kono über Steuern?", "fr", FISH, False),  # another language: without a name, of what is not known
    ("de", "Was sagte Kono über China?", "fr", "Le ministre Taro Kono a dit que la Chine ment.", True),
    ("de", "Was sagte Kono über Steuern in China?", "fr", "Le ministre Taro Kono a dit que la Chine ment.", False),
    (
        "de",
        "Was verlangt Kono von den asiatischen Ländern?",
        "fr",
        "Taro Kono a exigé des pays asiatiques un vote.",
        True,
    ),
    # When it was said.
    ("en", "When did Italy announce that Bari will close?", "fr", PORT, True),
    ("en", "When did France announce that Bari will close?", "fr", PORT, False),
    ("en", "When did Italy announce that Bari will close?", "fr", "Bari fermera, a annoncé l'Italie.", False),
    # Why one is worried.
    ("uk", "Чому генсек ООН Гутерріш глибоко стурбований?", "fr", WORRIED, True),
    ("en", "Why is Guterres deeply worried?", "fr", WORRIED, True),
    ("en", "Why is Guterres worried about inflation?", "fr", WORRIED, False),
    ("de", "Warum ist Guterres über die Inflation besorgt?", "fr", WORRIED, False),
    ("en", "Why is Kishida worried?", "ru", "Премьер-министр Фумио Кисида обеспокоен испытаниями.", True),
    ("en", "Why is Kishida worried?", "ru", "Премьер-министр Фумио Кисида доволен испытаниями.", False),
    # A language that is not read.
    ("it", "Che cosa chiede Kono alla Cina?", "fr", KONO, False),
    ("en", "What does Kono demand from China?", "it", "Kono ha demand la Cina.", False),
]
WHERE = [
    ("fr", "Où se trouve Bergame ?"),
    ("en", "Where is Bergame located?"),
    ("de", "Wo liegt Bergame?"),
    ("es", "¿Dónde está la ciudad de Bergame?"),
    ("ru", "Где находится Бергамо?"),
    ("uk", "Де знаходиться Бергамо?"),
]
LIES = [
    ("fr", "Bergame, ville de 120.000 habitants située au nord-est de Milan, a rouvert ses écoles.", True),
    ("fr", "À Bergame, près de 300 personnes ont manifesté.", False),
    ("fr", "Brescia, située près de Bergame, a rouvert.", False),
    ("en", "Bergamo, a city of 120,000 in northern Italy, reopened.", True),
    ("en", "Bergamo reopened; Milan lies in the south.", False),
    ("de", "Bergamo liegt im Norden Italiens.", True),
    ("es", "Bergamo, situada cerca de Milán, ha reabierto.", True),
    ("ru", "Бергамо, расположенный на севере Италии, открылся.", True),
    ("uk", "Бергамо, розташоване на півночі Італії, відкрилося.", True),
]


def judged(
    question: str, language: str, sentence: str, read: str, before: str = "", margin: float = 1.5
) -> bool | None:
    telling = read_telling(read_question(question, language))
    return None if telling is None else tells(telling, sentence, before, sentence, read, margin)


def told(question: str, language: str, sentence: str, read: str, before: str = "", margin: float = 1.5) -> bool:
    return judged(question, language, sentence, read, before, margin) is True


@pytest.mark.parametrize(("language", "question", "read", "sentence", "expected"), CASES)
def test_what_somebody_does_with_words(language: str, question: str, read: str, sentence: str, expected: bool) -> None:
    assert told(question, language, sentence, read) is expected


@pytest.mark.parametrize(("language", "question"), WHERE)
@pytest.mark.parametrize(("read", "sentence", "expected"), LIES)
def test_where_a_place_lies(language: str, question: str, read: str, sentence: str, expected: bool) -> None:
    assert told(question, language, sentence, read) is expected


@pytest.mark.parametrize(("who", "expected"), [("Erdogan", True), ("Biden", False)])
def test_a_pronoun_is_whom_the_last_sentence_with_a_subject_is_about(who: str, expected: bool) -> None:
    before = (
        "Le président turc Recep Tayyip Erdogan a reçu la presse. « Nous avons parlé de tout avec Biden », a-t-il dit. "
    )
    question, sentence = f"What does {who} expect from Sweden?", "Il attend de la Suède des extraditions."
    assert told(question, "en", sentence, "fr", before) is expected
    assert not told(question, "en", sentence, "fr")


def test_names_that_share_a_preposition_do_nothing() -> None:
    assert read_telling(read_question("What did they say about France and Kiev?", "en")) is None
    telling = read_telling(read_question("What did Kono say about France and Kiev?", "en"))
    assert telling is not None
    assert [name.text for name in telling.actor] == ["Kono"]
    assert [name.text for name in telling.others] == ["France", "Kiev"]


def test_in_another_language_it_must_be_nearer_than_the_other_candidates() -> None:
    assert not told("What does Kono demand from China?", "en", KONO, "fr", margin=0.9)
    assert told("Que demande Kono à la Chine ?", "fr", KONO, "fr", margin=0.9)


def test_what_tells_it_has_a_hundred_times_the_odds_and_what_tells_it_of_another_a_hundredth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = Article("a", f"Les pêcheurs chinois attendent. {KONO}", language="fr")
    question = read_question("Que demande Kono à la Chine ?", "fr")
    with Archive(tmp_path / "index", HashingEmbedder()) as archive:
        raised = {each.text: each.probability for each in gather(archive, question, [hit_on(article)])}
        question = read_question("Que demande la Turquie ?", "fr")
        lowered = {each.text: each.probability for each in gather(archive, question, [hit_on(article)])}
        monkeypatch.setattr("answering.judging.evidence.read_telling", lambda question: None)
        as_weighed = {each.text: each.probability for each in gather(archive, question, [hit_on(article)])}
        question = read_question("Que demande Kono à la Chine ?", "fr")
        plain = {each.text: each.probability for each in gather(archive, question, [hit_on(article)])}
    (other,) = plain.keys() - {KONO}
    assert raised[other] == plain[other]
    p = plain[KONO]
    odds = 100 * p / (1 - p)
    assert raised[KONO] == pytest.approx(min(odds / (1 + odds), (1 + p) / 2))
    assert p < raised[KONO] < 1
    assert lowered[other] == as_weighed[other]
    p = as_weighed[KONO]
    assert lowered[KONO] == pytest.approx(p / (p + 100 * (1 - p)))


@pytest.mark.parametrize(
    ("language", "question", "read", "sentence", "expected"),
    [
        ("uk", "Хто такий Тару Коно?", "fr", KONO, True),
        ("fr", "Qui est Taro Kono ?", "fr", KONO, True),
        ("fr", "Qui est Kono ?", "fr", KONO, True),
        ("en", "Who is Kaja Kallas?", "fr", "L'ancienne Première ministre estonienne, Kaja Kallas, a parlé.", True),
        ("de", "Wer ist Kaja Kallas?", "fr", "Kaja Kallas, cheffe de la diplomatie de l'UE, a parlé.", True),
        ("es", "¿Quién es Anna Sorok?", "en", "The Estonian novelist and activist Anna Sorok won.", True),
        ("ru", "Кто такая Анна Сорок?", "en", "Anna Sorok, a historian at Tartu, won.", True),
        ("fr", "Qui est Anna Sorok ?", "fr", "Le ministre a rencontré Anna Sorok.", False),
        ("fr", "Qui est Anna Sorok ?", "fr", "Le ministre Taro Kono, Anna Sorok et d'autres sont venus.", False),
        ("fr", "Qui est Anna Sorok ?", "fr", "À la demande du ministre de Anna Sorok, il est venu.", False),
        ("fr", "Qui est Anna Sorok ?", "fr", "Anna Sorok est venue avec le ministre.", False),
        ("fr", "Qui est Anna Sorok ?", "fr", "La ministre Ella Brandt est venue.", False),
        ("fr", "Qui est la ministre Anna Sorok ?", "fr", KONO, False),
    ],
)
def test_who_somebody_is(language: str, question: str, read: str, sentence: str, expected: bool) -> None:
    assert told(question, language, sentence, read) is expected


@pytest.mark.parametrize(
    "question", ["Qui est le maire de Lyon ?", "Qui est l'homme ?", "Who is France?", "Qui est venu ?"]
)
def test_who_is_asked_otherwise_is_nobody_by_name(question: str) -> None:
    assert read_telling(read_question(question, "fr")) is None


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["fr", "en", "de", "es", "ru", "uk"]))
def test_any_text_can_be_judged(question: str, sentence: str, language: str) -> None:
    assert judged(question, language, sentence, language) in (True, False, None)
    assert judged("Que demande Kono à la Chine ?", "fr", f"{KONO} {sentence}", "fr", question) is True


@pytest.mark.parametrize(
    ("language", "question", "read", "sentence", "before", "expected"),
    [
        ("fr", "Que demande la Chine ?", "fr", KONO, "", True),  # a minister of Japan
        ("fr", "Que demande la Turquie ?", "en", GREECE, "", True),
        ("fr", "Que demande la Grèce ?", "en", GREECE, "", False),
        ("fr", "Que demande la Grèce ?", "fr", "Téhéran exige des excuses.", "", True),
        ("en", "What does Iran demand?", "fr", "Téhéran exige des excuses.", "", False),
        ("de", "Was verlangt Griechenland?", "fr", "Elle exige des excuses.", "La Chine proteste.", True),
        ("de", "Was verlangt China?", "fr", "Elle exige des excuses.", "La Chine proteste.", False),
        ("en", "What did Scholz promise?", "fr", "Hier, Taro Kono a promis de l'aide.", "", True),
        ("en", "What did Kono promise?", "fr", "Hier, Taro Kono a promis de l'aide.", "", False),
        ("en", "What did Scholz promise?", "fr", "L'Allemagne a promis de l'aide.", "", False),
        ("en", "What did Germany promise?", "fr", "Hier, Olaf Scholz a promis de l'aide.", "", False),
        ("fr", "Que demande la Turquie ?", "fr", "La Turquie exige ce que la Grèce demande.", "", False),
        ("fr", "Que demande la Turquie ?", "fr", "Le vin est bon.", "", False),
        (
            "fr",
            "De quoi Athènes accuse-t-elle Ankara ?",
            "fr",
            "Son homologue japonaise, Rin Kono, a accusé Ankara de mentir.",
            "",
            True,
        ),
        ("fr", "Où se trouve Bari ?", "fr", PORT, "", False),
    ],
)
def test_what_another_does_is_no_answer(
    language: str, question: str, read: str, sentence: str, before: str, expected: bool
) -> None:
    assert (judged(question, language, sentence, read, before) is False) is expected
