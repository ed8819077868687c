"""Who a sentence says it is of: named by the sentence itself, or nobody."""

from __future__ import annotations

import pytest

from answering.wide.spoken import Speaker, same_speaker, speaker_of


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("Kiev affirme que 5.840 soldats russes ont été tués.", "fr", "Kiev"),
        ("La Russie a de nouveau demandé la fin des livraisons d'armes.", "fr", "La Russie"),
        ("Le cessez-le-feu est prêt, jeudi, a annoncé mercredi la Russie, qui pilonnait Kiev.", "fr", "La Russie"),
        ("«Il n'y a pas de résultats», a écrit sur Twitter Mikhaïlo Podoliak, un membre de la délégation.", "fr",
         "Mikhaïlo Podoliak"),
        ("Plus d'un million de réfugiés ont fui, selon l'ONU.", "fr", "L'ONU"),
        ("Selon l'ONU, un million de réfugiés ont fui.", "fr", "L'ONU"),
        ("Le chef de la région de Kherson, Guennadi Lagouta, a appelé les habitants à rester chez eux.", "fr",
         "Guennadi Lagouta"),
        ("Le secrétaire général, Antonio Guterres, a appelé la Russie et l'Ukraine à cesser le feu.", "fr",
         "Antonio Guterres"),
        ("The talks failed, said Ukrainian negotiator Mykhailo Podolyak on Thursday.", "en",
         "Ukrainian negotiator Mykhailo Podolyak"),
        ("Moscow has denied the attack on the port.", "en", "Moscow"),
        ("Сергей Лавров заявил, что переговоры продолжатся.", "ru", "Сергей Лавров"),
        ("Погибли 30 человек, сообщил министр обороны Сергей Шойгу.", "ru", "Министр обороны Сергей Шойгу"),
        ("По данным ООН, страну покинули миллион человек.", "ru", "ООН"),
    ],
)  # fmt: skip
def test_a_speaker(text: str, language: str, label: str) -> None:
    speaker = speaker_of(text, language)
    assert speaker is not None
    assert speaker.label == label


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La Russie a lancé une opération militaire en Ukraine.", "fr"),  # does something, and says nothing
        ("Les négociateurs se sont retrouvés à la frontière.", "fr"),
        ("Il a déclaré que la guerre serait longue.", "fr"),
        ("« C'est le seul moyen », a-t-il lancé.", "fr"),
        ("Plus à l'est, le maire a accusé les assiégeants.", "fr"),  # whose mayor?
        ("He said that the war would be long.", "en"),
        ("Russian troops took the city.", "en"),
        ("Он заявил, что переговоры продолжатся.", "ru"),
        ("Il y a 352 morts.", "fr"),
    ],
)
def test_nobody_is_named(text: str, language: str) -> None:
    assert speaker_of(text, language) is None


def test_who_is_the_same() -> None:
    def speaker(text: str) -> Speaker:
        found = speaker_of(text, "fr")
        assert found is not None
        return found

    lavrov, minister = speaker("Sergueï Lavrov a dit non."), speaker("Le ministre russe Sergei Lavrov affirme tout.")
    moscow, russia = speaker("Moscou affirme que oui."), speaker("La Russie affirme que oui.")
    army, kyiv = speaker("L'armée russe affirme avoir pris la ville."), speaker("Kiev affirme que non.")
    assert same_speaker(lavrov, minister)
    assert same_speaker(moscow, russia)
    assert not same_speaker(moscow, kyiv)
    assert not same_speaker(moscow, army)
    assert not same_speaker(moscow, lavrov)
