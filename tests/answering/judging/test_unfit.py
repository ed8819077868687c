"""Sentences that the rules rule out, each beside one that they leave alone for nearly the same question."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answering.asking.question import read_question
from answering.judging.evidence import gather
from answering.judging.unfit import read_wanted, unfit
from retrieval.archive import Archive
from retrieval.types import Article
from tests.fakes import HashingEmbedder, hit_on

HEAD = "Le chef de la délégation russe aux négociations avec l’Ukraine, Vladimir Medinsky, a parlé de progrès."
MAYOR = "Plus à l'est, à Marioupol, le maire a accusé la Russie de vouloir assiéger la ville."
GUESTS = (
    "Il a invité le ministre ukrainien des Affaires étrangères Dmytro Kouleba et la ministre britannique Liz Truss."
)
HOTLINE = "Le Pentagone et le ministère russe de la Défense ont établi une communication constante."
ROUND = "Hier, le deuxième cycle de pourparlers s’est terminé par un accord sur les corridors humanitaires."
NEXT_ROUND = " Il y aura une troisième réunion la semaine prochaine."
VOTE = (
    "L’Assemblée générale de l'ONU a voté une résolution, seuls cinq pays s’y opposant et 35 s’abstenant dont la Chine."
)
TOWN = "L'armée a pris Kherson, métropole de 290.000 habitants."
MEMBERS = "Les ministres des 30 États membres de l'OTAN se retrouveront vendredi."


@pytest.mark.parametrize(
    ("language", "question", "sentence", "ruled_out"),
    [
        # The name of who holds an office: it must be there, and the office, and its country.
        ("fr", "Comment s'appelle le maire de Marioupol ?", MAYOR, True),
        ("fr", "Comment s'appelle le maire de Marioupol ?", "Le maire de Marioupol, Vadim Boïtchenko, est parti.", False),
        ("ru", "Как зовут мэра Херсона?", MAYOR, True),
        ("fr", "De quoi le maire de Marioupol accuse-t-il la Russie ?", MAYOR, False),
        ("en", "who is the ukrainian defence minister", GUESTS, True),
        ("en", "who is the ukrainian foreign minister", GUESTS, False),
        ("de", "Wie heißt der französische Außenminister?", GUESTS, True),
        ("de", "Wie heißt der ukrainische Außenminister?", GUESTS, False),
        ("es", "¿Cómo se llama el ministro de Defensa ruso?", HOTLINE, True),
        ("es", "¿Cómo se llama el ministro de Defensa ruso?", "Le ministre russe de la Défense Sergueï Choïgou nie.", False),
        ("ru", "А как зовут его жену (Sergueï Lavrov)?", "Le chef de la diplomatie russe Sergueï Lavrov a parlé.", True),
        ("uk", "Хто очолює російську делегацію на переговорах?", HEAD, False),
        ("fr", "Qui dirige la délégation russe ?", "Medinski dirige la délégation russe aux pourparlers.", False),
        ("en", "Who leads the Russian delegation?", "Medinski, chef de la délégation russe, est parti.", False),
        ("fr", "Que réclame la Russie ?", "La Russie, qui avance en Ukraine, réclame la fin de l'expansion.", False),
        ("es", "¿Quién es el presidente?", "El mandatario Pedro Ruiz ha hablado.", False),
        ("fr", "Quel âge a-t-il ?", "Le bébé avait six mois.", False),
        ("fr", "Qui dirige la délégation russe ?", "Selon le chef de la délégation russe, tout va bien.", True),
        # An army is its forces, and its troops.
        ("fr", "Qui dirige l'armée turque ?", "Les forces turques sont dirigées par le général Metin Gürak.", False),
        ("fr", "Qui commande les troupes turques ?", "Metin Gürak est à la tête de l'armée turque.", False),
        ("en", "Who commands the Turkish army?", "General Metin Gürak leads the Turkish forces.", False),
        ("de", "Wer führt die türkische Armee?", "General Metin Gürak führt die türkischen Streitkräfte.", False),
        ("es", "¿Quién dirige el ejército turco?", "Metin Gürak dirige las fuerzas turcas.", False),
        ("ru", "Кто возглавляет турецкую армию?", "Генерал Метин Гюрак возглавляет турецкие войска.", False),
        ("uk", "Хто очолює турецьку армію?", "Генерал Метін Гюрак очолює турецькі війська.", False),
        ("fr", "Qui dirige l'armée turque ?", "Metin Gürak préside la délégation turque.", True),
        ("fr", "Qui dirige l'armée turque ?", "Metin Gürak dirige l'armée grecque.", True),
        # What belongs to another country.
        ("fr", "Qui dirige la délégation ukrainienne ?", HEAD, True),
        ("fr", "Qui dirige la délégation russe ?", HEAD, False),
        ("en", "What does the Ukrainian delegation say?", HEAD, True),
        ("en", "What does the Russian delegation say?", HEAD, False),
        ("fr", "Qui occupe les colonies russes en Chine ?", "Les colonies russes de Chine sont au Japon.", False),
        ("fr", "Que demande l'Ukraine ?", "Kiev demande un cessez-le-feu, la Russie demande une reddition.", False),
        # Another one of several.
        ("fr", "Quel accord a été trouvé au troisième round des pourparlers ?", ROUND, True),
        ("fr", "Quel accord a été trouvé au deuxième round des pourparlers ?", ROUND, False),
        ("de", "Wann soll es eine dritte Verhandlungsrunde geben?", NEXT_ROUND.strip(), False),
        # Who votes, where somebody was born, how old he is, how many live in a town.
        ("en", "How did India vote on the UN resolution?", VOTE, True),
        ("en", "How did China vote on the UN resolution?", VOTE, False),
        ("de", "Wie viele Staaten haben sich enthalten?", "Les 27 États membres se réuniront vendredi.", True),
        ("de", "Wie viele Staaten haben sich enthalten?", VOTE, False),
        ("uk", "Де Дмитро Кулеба народився?", GUESTS, True),
        ("uk", "Де Дмитро Кулеба народився?", "Dmytro Kouleba est né à Soumy.", False),
        ("fr", "Quel âge a Sergueï Lavrov ?", MEMBERS, True),
        ("fr", "Quel âge a Sergueï Lavrov ?", "Sergueï Lavrov, 71 ans, est ministre.", False),
        ("en", "How many people live in Kharkiv?", TOWN, True),
        ("en", "How many people live in Kherson?", TOWN, False),
        # Countries to be listed.
        ("fr", "Quels sont les cinq pays qui se sont opposés à la résolution ?", VOTE, True),
        (
            "fr",
            "Quels sont les trois pays qui se sont opposés à la résolution ?",
            "La Russie, le Bélarus et la Syrie s'y sont opposés.",
            False,
        ),
    ],
)  # fmt: skip
def test_what_is_asked_must_be_there(language: str, question: str, sentence: str, ruled_out: bool) -> None:
    assert unfit(read_wanted(read_question(question, language)), sentence, sentence, sentence, "fr") is ruled_out


def test_the_second_is_not_the_third_although_its_passage_announces_that() -> None:
    wanted = read_wanted(read_question("Quel accord a été trouvé au troisième round des pourparlers ?", "fr"))
    assert unfit(wanted, ROUND, ROUND + NEXT_ROUND, ROUND + NEXT_ROUND, "fr")
    assert not unfit(wanted, NEXT_ROUND, ROUND + NEXT_ROUND, ROUND + NEXT_ROUND, "fr")


def test_an_office_may_be_named_beside_the_sentence_that_names_its_holder() -> None:
    wanted = read_wanted(read_question("Comment s'appelle le maire de Marioupol ?", "fr"))
    named = "«La ville résiste», a dit Vadim Boïtchenko."
    assert not unfit(wanted, named, f"Le maire a parlé à la presse. {named}", named, "fr")
    assert unfit(wanted, named, named, named, "fr")  # who says that he is the mayor?


def test_nothing_is_ruled_out_in_a_language_whose_words_are_not_known() -> None:
    wanted = read_wanted(read_question("Comment s'appelle le maire de Marioupol ?", "fr"))
    assert unfit(wanted, MAYOR, MAYOR, MAYOR, "fr")
    assert not unfit(wanted, MAYOR, MAYOR, MAYOR, "ro")


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("fr", "Que s'est-il passé à Kiev ?"),
        ("fr", "Qui a écrit ce livre ?"),
        ("fr", "Comment s'appelle l'enzyme qui digère les protéines ?"),
        ("ru", "Кто похитил первую жену хана?"),
        ("ru", "Кто помогал проектировать главный двор?"),
        ("es", "¿Cómo se llaman los números mayores de 1?"),
        ("de", "Wer ist der drittreichste Mann?"),
        ("fr", "Qui sont les premiers rois de Rome ?"),
    ],
)
def test_questions_that_the_rules_say_nothing_about(language: str, question: str) -> None:
    assert read_wanted(read_question(question, language)).empty


@given(st.text(max_size=80), st.text(max_size=120))
def test_any_text_is_judged(question: str, sentence: str) -> None:
    assert unfit(read_wanted(read_question(question, "fr")), sentence, sentence, sentence, "fr") in (True, False)


def test_a_sentence_that_is_ruled_out_has_no_probability(tmp_path: Path) -> None:
    article = Article("mayor", f"{MAYOR} Les combats continuent.", language="fr")
    with Archive(tmp_path, HashingEmbedder()) as archive:
        found = gather(archive, read_question("Comment s'appelle le maire de Marioupol ?", "fr"), [hit_on(article)])
        assert [e.probability for e in found] == [0.0, 0.0]
        found = gather(archive, read_question("Que dit le maire de Marioupol ?", "fr"), [hit_on(article)])
        assert min(e.probability for e in found) > 0


def test_who_holds_another_office_is_not_who_is_asked_for() -> None:
    wanted = read_wanted(read_question("Qui est le maire de Marioupol ?", "fr"))
    other = "Le secrétaire d'État américain Antony Blinken est arrivé, selon le département d'État, à Bruxelles."
    assert unfit(wanted, other, f"{other} {MAYOR}", f"{other} {MAYOR}", "fr")
    named = "Vadim Boïtchenko est resté."
    assert not unfit(wanted, named, f"{MAYOR} {named}", f"{MAYOR} {named}", "fr")


@pytest.mark.parametrize(
    ("language", "question", "sentence", "ruled_out"),
    [
        ("fr", "Quand le pont a-t-il été construit ?", "Le pont a été touché par un camion, faisant 5 blessés.", True),
        ("fr", "Quand le pont a-t-il été construit ?", "Le pont a été construit en 1998.", False),
        ("fr", "Quand le pont a-t-il été construit ?", "Le pont a été construit l'été dernier.", False),
        ("fr", "Quand le pont a-t-il été construit ?", "Il date de l'entre-deux-guerres.", False),
        ("en", "When was the bridge built?", "Le pont a été fermé.", True),
        ("de", "Wann wurde die Brücke gebaut?", "Мост построили в среду.", False),
        ("ru", "Когда построили мост?", "The bridge opened on 3 May.", False),
        ("fr", "Depuis quand Anna Sorok conseille-t-elle le maire ?", "C'est ce qu'a dit hier la conseillère.", True),
        ("fr", "Depuis quand Anna Sorok conseille-t-elle le maire ?", "Elle le conseille depuis mars.", False),
        ("de", "Wie lange dauerte das Gespräch?", "La réunion commence vendredi à 15 heures.", True),
        ("de", "Wie lange dauerte das Gespräch?", "L'entretien a duré 15 heures.", False),
        ("uk", "Скільки часу тривала розмова?", "The call lasted for ninety minutes.", False),
        ("es", "¿Desde cuándo es alcalde?", "Il est maire de la ville de Lyon.", True),
        ("fr", "Où le pont a-t-il été construit ?", "Le pont a été touché.", False),
    ],
)
def test_a_sentence_without_a_time_answers_no_when(
    language: str, question: str, sentence: str, ruled_out: bool
) -> None:
    assert unfit(read_wanted(read_question(question, language)), sentence, sentence, sentence, "fr") is ruled_out
