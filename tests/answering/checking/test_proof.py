"""Proof with the real encoder: what supports a sentence, in which language, and what does not."""

import pytest

from answering.checking.proof import Prover
from answering.generating.marked import Sentence
from answering.settings import Settings
from retrieval.encoding import bundled
from retrieval.encoding.encoder import BundledEmbedder
from retrieval.types import Article, Embedder, Hit
from tests.fakes import hit_on

REFUGEES = Article(
    "refugees",
    "Les négociateurs se sont retrouvés jeudi à la frontière. Plus d'un million de réfugiés ont déjà fui l'Ukraine, "
    "selon l'ONU. Le président ukrainien a de nouveau mis le maître du Kremlin au défi de le rencontrer.",
    outlet="France 24",
    published="2022-03-03",
    language="fr",
)
LOSSES = Article(
    "losses",
    "La tour de télévision a été touchée dans la capitale ukrainienne, faisant 5 morts. Moscou a annoncé la mort de "
    "498 soldats russes. Kiev affirme que 5.840 militaires russes ont été tués.",
    published="2022-03-02",
    language="fr",
)
PASSAGES = [hit_on(REFUGEES), hit_on(LOSSES)]


@pytest.fixture(scope="module")
def encoder() -> Embedder:
    folder = Settings(_env_file=None).model_dir  # type: ignore[call-arg]
    if not bundled.is_prepared(folder):
        bundled.prepare(folder)
    return BundledEmbedder(folder)


def prove(encoder: Embedder, text: str, *numbers: int, language: str = "fr") -> list[str]:
    quotations = Prover(PASSAGES, encoder, language).prove(Sentence(text, numbers)).quotations
    return [q.article.text[q.start : q.end] for q in quotations]


MILLION = "Plus d'un million de réfugiés ont déjà fui l'Ukraine, selon l'ONU."
TOWER = "La tour de télévision a été touchée dans la capitale ukrainienne, faisant 5 morts."
MOSCOW = "Moscou a annoncé la mort de 498 soldats russes."
KYIV = "Kiev affirme que 5.840 militaires russes ont été tués."


@pytest.mark.parametrize(
    ("language", "text", "number", "quote"),
    [
        ("fr", "Selon l'ONU, plus d'un million de personnes ont fui l'Ukraine.", 1, MILLION),
        ("fr", "Plus de 1 million de réfugiés ont quitté l'Ukraine au 3 mars 2022, selon l'ONU.", 1, MILLION),
        ("en", "More than a million refugees have fled Ukraine, according to the UN.", 1, MILLION),
        ("ru", "По данным ООН, Украину уже покинули более миллиона беженцев.", 1, MILLION),
        ("en", "France 24 says that more than 1 million refugees have left Ukraine.", 1, MILLION),
        ("fr", "Selon Moscou, 498 soldats russes sont morts.", 2, MOSCOW),
        ("fr", "Selon Kiev, 5 840 soldats russes ont été tués.", 2, KYIV),
        ("en", "Kyiv says that 5,840 Russian soldiers were killed.", 2, KYIV),
        ("en", "Five people died when the television tower in the capital was hit.", 2, TOWER),
    ],
)
def test_what_a_passage_says_is_proved_by_its_sentence(
    encoder: Embedder, language: str, text: str, number: int, quote: str
) -> None:
    assert prove(encoder, text, number, language=language) == [quote]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("fr", "Emmanuel Macron a gagné la Coupe du monde de football.", 1),
        ("en", "France won the World Cup.", 1),
        ("ru", "Погода в Москве будет солнечной.", 2),
        ("en", "I hope this answers your question!", 1),
        ("fr", "La banque centrale européenne relève ses taux d'intérêt.", 2),
        ("fr", "Selon Moscou, 500 soldats russes sont morts.", 2),
        ("fr", "Plus de 2 millions de réfugiés ont fui l'Ukraine, selon l'ONU.", 1),
        ("fr", "Plus d'un million de réfugiés ont fui l'Ukraine le 12 mai 2021, selon l'ONU.", 1),
        ("fr", "Selon Moscou, 498 soldats russes sont morts.", 1),  # true, and said by the other passage
        ("fr", "Selon Moscou, 498 soldats russes sont morts, voir evil.example.com.", 2),
        ("fr", "Selon Moscou, 498 soldats russes sont morts, écrivez à @evil_bot.", 2),
    ],
)
def test_what_a_passage_does_not_say_is_not_proved(encoder: Embedder, language: str, text: str, number: int) -> None:
    assert prove(encoder, text, number, language=language) == []


@pytest.mark.parametrize("numbers", [(), (0,), (3,), (2022,)])
def test_a_sentence_without_a_real_marker_is_not_proved(encoder: Embedder, numbers: tuple[int, ...]) -> None:
    assert prove(encoder, MILLION, *numbers) == []


def test_a_marker_too_many_is_left_out(encoder: Embedder) -> None:
    assert prove(encoder, MILLION, 2, 1, 7) == [MILLION]


def test_two_passages_prove_a_sentence_together(encoder: Embedder) -> None:
    again = Article("again", "Selon Kiev, 5.840 soldats russes sont morts. Moscou dit 498.", language="fr")
    prover = Prover([hit_on(LOSSES), hit_on(again)], encoder, "fr")
    quotations = prover.prove(Sentence("Kiev affirme que 5.840 soldats russes ont été tués.", (2, 1))).quotations
    assert [q.article.id for q in quotations] == ["again", "losses"]


TOLL = "L'explosion de l'usine de Rouville a fait 47 morts, selon la préfecture du Rhône."


def test_a_quotation_that_contradicts_the_figure_proves_nothing_beside_one_that_has_it(encoder: Embedder) -> None:
    old, new, both = (
        hit_on(Article(str(n), text, language="fr", published="2024-05-15"), number=n)
        for n, text in enumerate(
            (TOLL.replace("47", "33"), TOLL, TOLL.replace("47", "47 morts et 120 blessés, et non 33"))
        )
    )

    def proving(claim: str, *hits: Hit) -> list[str]:
        numbers = tuple(range(1, len(hits) + 1))
        return [q.article.id for q in Prover(hits, encoder, "fr").prove(Sentence(claim, numbers)).quotations]

    assert proving(TOLL, old, new) == proving(TOLL, new, old) == ["1"]
    assert proving(TOLL, new, both) == ["1", "2"]
    assert proving(TOLL.replace("47", "47, 120"), new, both) == ["2"]
    assert proving(TOLL.replace("47", "de nombreux"), old, new) == ["0", "1"]  # it has no figure to contradict
    assert proving(f"Le 15 mai 2024, {TOLL}", old, new) == ["1"]


def test_the_quotation_is_the_sentence_that_holds_the_figure(encoder: Embedder) -> None:
    article = Article(
        "x",
        "De nombreux soldats russes sont morts, dit Moscou. Moscou parle de 498 tués dans ses rangs.",
        language="fr",
    )
    claim = Sentence("498 soldats russes sont morts, dit Moscou.", (1,))
    quotations = Prover([hit_on(article)], encoder, "fr").prove(claim).quotations
    assert [article.text[q.start : q.end] for q in quotations] == ["Moscou parle de 498 tués dans ses rangs."]


def test_offsets_are_the_articles_own(encoder: Embedder) -> None:
    start = LOSSES.text.index("Moscou")
    [quotation] = Prover([hit_on(LOSSES, start)], encoder, "fr").prove(Sentence(KYIV, (1,))).quotations
    assert LOSSES.text[quotation.start : quotation.end] == KYIV


def test_what_a_sentence_denies_is_not_proved_by_one_less_like_it(encoder: Embedder) -> None:
    text = "Les envoyés suédois étaient en route vers Oslo. De premiers pourparlers à Oslo n'avaient rien donné."
    prover = Prover([hit_on(Article("a", text, language="fr"))], encoder, "en")
    assert prover.prove(Sentence("The Swedish envoys were not on their way to Oslo.", (1,))).quotations == ()
    (quotation,) = prover.prove(Sentence("The Swedish envoys were on their way to Oslo.", (1,))).quotations
    assert quotation.text == "Les envoyés suédois étaient en route vers Oslo."
