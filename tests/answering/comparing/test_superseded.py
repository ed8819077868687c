"""Which figures of a sentence hold no more."""

import pytest

from answering.comparing.figures import find_figures
from answering.comparing.superseded import is_superseded


@pytest.mark.parametrize(
    ("sentence", "earlier"),
    [
        ("Un précédent bilan faisait état de 33 morts.", ["33"]),
        ("Le bilan précédent était de 33 morts.", ["33"]),
        ("L'explosion a fait 33 morts, selon un précédent bilan officiel.", ["33"]),
        ("Le bilan est passé à 47 morts, contre 33 auparavant.", ["33"]),
        ("Le bilan, de 33 morts auparavant, est passé à 47.", ["33"]),
        ("Le bilan est passé de 33 à 47 morts.", ["33"]),
        ("L'explosion a fait 47 morts, alors qu'un précédent bilan faisait état de 33.", ["33"]),
        ("The previous official death toll was 33.", ["33"]),
        ("An earlier toll gave 33 dead.", ["33"]),
        ("The explosion killed 47 people, up from 33.", ["33"]),
        ("Frühere Angaben nannten 33 Tote.", ["33"]),
        ("По предыдущим данным, погибли 33 человека.", ["33"]),
        ("L'explosion a fait 47 morts et 120 blessés, selon la préfecture.", []),
        ("Le dernier bilan fait état de 47 morts.", []),
        ("Un premier bilan de 500 soldats tués a été donné.", []),
        ("L'attaque, survenue deux jours auparavant, a fait 47 morts.", ["deux"]),  # which counts no dead
        ("The blast killed 47 people earlier this week.", []),
        ("Il avait été arrêté auparavant, et 47 personnes sont mortes.", []),
    ],
)
def test_which_figures_of_a_sentence_hold_no_more(sentence: str, earlier: list[str]) -> None:
    figures = find_figures(sentence)
    assert [sentence[f.start : f.end] for f in figures if is_superseded(sentence, f)] == earlier
