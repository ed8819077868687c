import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retrieval.reading.furniture import remove_furniture
from retrieval.reading.head import read_head, take_headline
from retrieval.reading.readers import read_article
from retrieval.text import normalise
from retrieval.types import Article

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
SENTENCE = "Des émissaires ukrainiens se dirigeaient vers le lieu des négociations."


def seed(number: str) -> Article:
    path = next(SEEDS.glob(f"{number}_*.txt"))
    return read_article(path.read_bytes(), ".txt", path.stem, path.name)


@pytest.mark.parametrize(
    ("number", "title", "published", "first", "last", "lines"),
    [
        (
            "000",
            "",
            "2022-03",
            "Les négociateurs russes et ukrainiens se sont retrouvés jeudi",
            "tout comme la Géorgie, suivant l'exemple de l'Ukraine.",
            2,
        ),
        (
            "001",
            "",
            "2022-03",
            "Les pourparlers entre Moscou et Kiev ont repris jeudi, à la frontière",
            "en Europe de l'Est, des demandes rejetées par les Occidentaux.",
            20,
        ),
        (
            "002",
            "",
            "",
            "Dans ce contexte, le Pentagone et le ministère russe de la Défense",
            "est chargé de fournir un soutien au contre-espionnage.",
            10,
        ),
        (
            "003",
            "Guerre en Ukraine : l’ONU réclame un cessez-le-feu, deuxième round des pourparlers jeudi",
            "",
            "Un cessez-le-feu sera au menu de nouveaux pourparlers russo-ukrainiens, jeudi, a annoncé mercredi",
            "depuis le 24 février, selon le Haut-Commissariat de l’ONU pour les réfugiés.",
            14,
        ),
        (
            "004",
            "",
            "",
            "Un cessez-le-feu sera au menu de nouveaux pourparlers russo-ukrainiens, jeudi, a annoncé la Russie, qui",
            "La plupart des États membres de l'UE sont aussi membres de l'OTAN.",
            12,
        ),
    ],
)
def test_what_remains_of_the_seeds(number: str, title: str, published: str, first: str, last: str, lines: int) -> None:
    article = seed(number)
    assert (article.title, article.published, article.language) == (title, published, "fr")
    assert (article.outlet, article.url) == ("", "")
    assert article.text.startswith(first)
    assert article.text.endswith(last)
    assert len([line for line in article.text.split("\n") if line]) == lines


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_the_seeds_lose_their_furniture_and_no_sentence(number: str) -> None:
    printed = normalise(next(SEEDS.glob(f"{number}_*.txt")).read_text("utf-8")).removeprefix("date 2022-03 ")
    kept = seed(number).text.split("\n")
    for word in ("Elizabeth", "Avortement", "Oklahoma", "Voir aussi", "Lire Aussi", "Partager", "VIDEO", "date 2022"):
        assert word not in seed(number).text
    assert [
        line for line in printed.split("\n") if len(line.split()) > 6 and line[-1] in ".!?" and line not in kept
    ] == []


def test_seed_003_keeps_its_subheadings_and_the_tweet() -> None:
    lines = seed("003").text.split("\n")
    assert "141 États membres de l’ONU réclament un cessez-le-feu" in lines
    assert "Kiev se prépare à l’assaut" in lines
    assert "— Emmanuel Macron (@EmmanuelMacron) March 2, 2022" in lines
    assert any(line.endswith("sur le terrain. Ne cédons rien de notre unité !") for line in lines)


def test_seed_004_keeps_the_sentence_after_the_label() -> None:
    lines = seed("004").text.split("\n")
    assert lines[1].startswith("Des émissaires ukrainiens se dirigeaient d'ores et déjà")
    assert "Poutine exige la reconnaissance de la Crimée et la démilitarisation de l'Ukraine" in lines
    assert "Les ministres des Affaires étrangères de l'UE se réuniront à nouveau vendredi" in lines


@pytest.mark.parametrize(
    "line",
    """Voir aussi
Lire Aussi
À lire aussi : Guerre en Ukraine : la France va apporter 300 millions de dollars
À LIRE AUSSI - Que veut vraiment Vladimir Poutine ?
Lire aussi Article réservé à nos abonnés Guerre en Ukraine : le récit
Read also: Ukraine war in maps
Partager
Partager sur Facebook
Publicité
Newsletter
S'abonner
S’abonner dès 1 €
Abonnés
Article réservé aux abonnés
Commentaires
Commentaires (12)
12 commentaires
Suivez-nous
Suivez-nous sur Twitter
Share
Share this article
Advertisement
Sur le même sujet
Les plus lus
Temps de lecture : 3 min
© AFP
© Sergey Bobok / AFP
Crédit photo : Reuters
(Avec AFP)
AFP/Sergey Bobok
Facebook Twitter LinkedIn WhatsApp E-mail
Facebook | X | Copier le lien
.
***
Nous utilisons des cookies pour améliorer votre expérience sur notre site.
En poursuivant votre navigation, vous acceptez l'utilisation de cookies par nos partenaires.
Tout accepter
Continuer sans accepter
Gérer les cookies
We use cookies to give you the best experience on our website.
Accept all cookies
Inscrivez-vous à notre newsletter pour recevoir chaque matin l'essentiel de l'actualité.
VIDEO. Ukraine : une chaîne humaine pour protéger la plus grosse centrale nucléaire européenne
VIDÉO. Ukraine : une chaîne humaine pour protéger…
EN DIRECT - Guerre en Ukraine : les dernières informations
Orange avec AFP-Services, publié le dimanche 11 août 2019 à 10h37
Mis à jour le 02/03/2022 à 18:03
publié le 10 décembre
Mis à jour le 1er mars à 18h""".split("\n"),
)
def test_furniture_goes(line: str) -> None:
    assert remove_furniture(f"{SENTENCE}\n{line}\n{SENTENCE}") == f"{SENTENCE}\n{SENTENCE}"


@pytest.mark.parametrize(
    "line",
    """Partager le pouvoir à Kiev
Publicité politique : ce que change la loi
La CNIL a condamné Google à 150 millions d'euros pour ses cookies.
« Nous utilisons des cookies », a reconnu le patron de l'entreprise devant les sénateurs.
Nous savons que les soldats utilisent des traceurs pour suivre les convois.
En poursuivant la navigation, le navire a atteint le port d'Odessa dans la nuit.
AFP et Reuters ont confirmé la mort de deux de leurs journalistes.
Voir aussi loin est un privilège de chef d'État, a ironisé M. Medinski.
Abonnés au gaz russe, les Allemands s'inquiètent
Le rapport, publié en 2021 par l'Ifop
Kiev se prépare à l’assaut
Moscou prête à organiser des couloirs humanitaires
Twitter bloqué en Russie
VIDEO. Le ministère a diffusé les images de la frappe sur la ville hier.
— Emmanuel Macron (@EmmanuelMacron) March 2, 2022
33 morts
Il a déclaré :""".split("\n"),
)
def test_the_article_stays(line: str) -> None:
    text = f"{SENTENCE}\n{line}\n{SENTENCE}"
    assert remove_furniture(text) == text


def test_teasers_go_up_to_the_next_sentence_or_label() -> None:
    text = (
        f"{SENTENCE}\n\nVoir aussi\n\nGuerre : la France va aider\n\nJubilé : Harry absent du balcon\n\n{SENTENCE}\n\n"
        "Kiev résiste\n\nPartager\n\nMarioupol assiégée\n\nFin."
    )
    assert remove_furniture(text) == f"{SENTENCE}\n\n{SENTENCE}\n\nKiev résiste\n\nMarioupol assiégée\n\nFin."


def test_a_quotation_or_lead_in_after_a_label_is_no_teaser() -> None:
    text = "Lire aussi\n« Nous ne céderons pas »\nLire aussi\nIl a ajouté :\nKiev résiste"
    assert remove_furniture(text) == "« Nous ne céderons pas »\nIl a ajouté :\nKiev résiste"


def test_repeated_headlines() -> None:
    headline = "Guerre en Ukraine : la France va apporter 300 millions de dollars"
    mangled = "Guerre chez Ukraine : la France va apporter 300 millions de dollars"
    assert remove_furniture(f"{SENTENCE}\n{headline}\n\n{mangled}\n{SENTENCE}") == f"{SENTENCE}\n\n{SENTENCE}"
    assert remove_furniture(f"{headline}\n{SENTENCE}\n{headline}") == f"{headline}\n{SENTENCE}"


def test_alike_is_not_the_same() -> None:
    text = (
        f"Attaque russe à Tchernihiv : au moins 33 morts civils ce matin\n"
        f"Attaque russe à Tchernihiv : au moins 47 morts civils ce matin\n{SENTENCE}\n{SENTENCE}"
    )
    assert remove_furniture(text) == text


# The labelled set, furniture_texts.txt: how it is written is said at its top.


@dataclass(frozen=True, slots=True)
class Labelled:
    number: int
    language: str
    lines: list[tuple[str, str]]  # the label, the line


def labelled_texts() -> list[Labelled]:
    texts: list[Labelled] = []
    for line in Path(__file__).with_name("furniture_texts.txt").read_text("utf-8").splitlines():
        head = re.fullmatch(r"## (\d+) (\w\w): .+", line)
        if head:
            texts.append(Labelled(int(head[1]), head[2], []))
        elif line and not line.startswith("# "):
            assert line[:2] in ("+ ", "~ ", "- "), line
            texts[-1].lines.append((line[0], line[2:]))
    return texts


TEXTS = labelled_texts()


def left_of(text: Labelled, between: str) -> Counter[tuple[str, str]]:
    """Count the labelled lines that are kept; of two equal lines with one kept, it is the article's."""
    kept = Counter(remove_furniture(normalise(between.join(line for _, line in text.lines))).split("\n"))
    left: Counter[tuple[str, str]] = Counter()
    for label, line in sorted(text.lines, key=lambda labelled: labelled[0] == "-"):
        if kept[line]:
            kept[line] -= 1
            left[label, line] += 1
    return left


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text.number}-{text.language}")
def test_no_sentence_of_a_labelled_text_is_dropped(text: Labelled, between: str) -> None:
    left = left_of(text, between)
    assert [line for label, line in text.lines if label == "+" and not left[label, line]] == []


# Shares of lines over the halves of the set, as docs/archive.md has them; the second number is what must not be undercut.
@pytest.mark.parametrize(("odd", "recall", "parts"), [(1, 0.93, 0.96), (0, 0.80, 0.97)])
def test_furniture_and_parts_of_the_labelled_texts(odd: int, recall: float, parts: float) -> None:
    every: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for text in TEXTS:
        if text.number % 2 == odd:
            every.update(label for label, _ in text.lines)
            for (label, _), count in left_of(text, "\n").items():
                left[label] += count
    assert 1 - left["-"] / every["-"] >= recall
    assert left["~"] / every["~"] >= parts
    assert left["+"] == every["+"]


def test_the_labelled_set_is_what_its_figures_are_said_of() -> None:
    assert [text.number for text in TEXTS] == list(range(1, 71))
    labels = Counter(label for text in TEXTS for label, _ in text.lines)
    assert (labels["+"], labels["~"], labels["-"]) == (190, 60, 205)


def test_who_wrote_it_goes_at_the_edges_alone() -> None:
    text = f"Économie\nPar Lucie Fabre et Jean Petit\n{SENTENCE}\nÉconomie\nPar Jean Moulin\n{SENTENCE}\nBy Helen Stone"
    assert remove_furniture(text) == f"{SENTENCE}\nÉconomie\nPar Jean Moulin\n{SENTENCE}"
    assert remove_furniture("Par Lucie Fabre") == "Par Lucie Fabre"  # nothing else: no edge to speak of


def test_a_list_of_the_articles_own_parts_ends_where_the_first_begins() -> None:
    parts = "Les origines du conflit\nLes acteurs"
    text = f"{SENTENCE}\nSommaire\n{parts}\n{parts.splitlines()[0]}\n{SENTENCE}\n{parts.splitlines()[1]}\n{SENTENCE}"
    assert remove_furniture(text) == f"{SENTENCE}\nLes origines du conflit\n{SENTENCE}\nLes acteurs\n{SENTENCE}"


@pytest.mark.parametrize(
    "line",
    """Comment ?
À voir...
Partager.
« Partager »
Les abonnés !
Photo : tout était faux.
Receive the award, she was told, and say nothing of newsletters.
Get rid of the newsletters that fill your day.
Nous utilisons des cookies, ces petits gâteaux secs, comme monnaie.
Cet article de loi est réservé aux abonnés du gaz, estime le juge.
Publié le 10 décembre, l'arrêté interdit la chasse au loup.""".split("\n"),
)
def test_sentences_that_resemble_labels_stay(line: str) -> None:
    text = f"{SENTENCE}\n{line}\n{SENTENCE}"
    assert remove_furniture(text) == text


LABELS = st.sampled_from(["Voir aussi", "Lire Aussi", "Partager", "© AFP", "", ".", "Kiev résiste", "Suivez-nous"])
WORDS = st.sampled_from(
    "Kiev Moscou la guerre a dit que 33 « morts » : civils hier l’ONU vite , partager aussi lire".split()
)
ENDS = st.sampled_from([".", "!", "?", " !", ". »", "", "…", ":"])
LINES = st.one_of(LABELS, st.builds(lambda words, end: " ".join(words) + end, st.lists(WORDS, max_size=30), ENDS))


@example(["a lire » Kiev Kiev Kiev Kiev!"])
@given(st.lists(LINES, max_size=15))
def test_nothing_is_invented_and_no_sentence_dropped(lines: list[str]) -> None:
    text = normalise("\n".join(lines))
    before, after = text.split("\n"), remove_furniture(text).split("\n")
    remaining = iter(before)
    assert all(line in remaining for line in after if line)  # a subsequence: the same lines in the same order
    # "A lire » Kiev résiste !" is a teaser, whatever its length; one that ends flatly is a sentence all the same.
    said = [line for line in before if line and (line[-1] == "." or (line[-1] in "!?" and "lire" not in line))]
    sentences = [line for line in said if len(line.split()) > 6]
    assert [line for line in after if line in sentences] == sentences


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_goes_through(text: str) -> None:
    once = remove_furniture(normalise(text))
    assert set(once.split("\n")) <= {*normalise(text).split("\n"), ""}


# The head of a plain text.


def head(text: str) -> Article:
    return take_headline(read_head(normalise(text)))


@pytest.mark.parametrize(
    ("text", "published", "rest"),
    [
        (" date 2022-03 Kiev résiste. Oui.", "2022-03", "Kiev résiste. Oui."),
        ("date: 2022-03-02\nKiev résiste.", "2022-03-02", "Kiev résiste."),
        ("Date 2022 Kiev résiste.", "2022", "Kiev résiste."),
        ("date 2022-13 Kiev résiste.", "", "date 2022-13 Kiev résiste."),
        ("date 2022-02-30 Kiev.", "", "date 2022-02-30 Kiev."),
        ("Kiev résiste. date 2022-03 Oui.", "", "Kiev résiste. date 2022-03 Oui."),
        ("date 2022-03", "2022-03", ""),
    ],
)
def test_the_date_before_the_text(text: str, published: str, rest: str) -> None:
    article = head(text)
    assert (article.published, article.text, article.title) == (published, rest, "")


def test_head_lines() -> None:
    article = head(
        "titre: Kiev résiste\ndate: 2 mars 2022\nsource: https://exemple.fr/a\noutlet: Le Monde\n"
        "langue: français\n\nTexte."
    )
    assert article == Article(
        id="",
        text="Texte.",
        title="Kiev résiste",
        url="https://exemple.fr/a",
        outlet="Le Monde",
        published="2022-03-02",
        language="fr",
        dated_by="header",
    )


def test_front_matter() -> None:
    article = head('---\ntitle: "Kiev : le point"\ntags: [a, b]\ndate: 2022-03\nsource: AFP\n---\nTexte.')
    assert (article.title, article.published, article.outlet) == ("Kiev : le point", "2022-03", "AFP")
    assert article.text == "Texte."


def test_what_only_looks_like_a_head_line_stays() -> None:
    text = "Kiev : « Les résultats attendus non obtenus »\nDate: inconnue à ce jour"
    assert read_head(text) == Article(id="", text=text)
    assert read_head("---\nTexte sans fin de bloc.").text == "---\nTexte sans fin de bloc."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Kiev se prépare à l’assaut\n\nLa ville est encerclée.", "Kiev se prépare à l’assaut"),
        ("Kiev se prépare à l’assaut\nLa ville est actuellement encerclée.", "Kiev se prépare à l’assaut"),
        ("Publicité\n\nKiev se prépare à l’assaut\n\nLa ville.", "Kiev se prépare à l’assaut"),
        ("VIDÉO. Marseille : une baleine au port\n\nElle est là.", "VIDÉO. Marseille : une baleine au port"),
        ("La ville est actuellement encerclée.\n\nOui.", ""),
        ("Que veut Vladimir Poutine ?\n\nOui.", ""),
        ("se prépare à l’assaut de la ville\n\nOui, elle l'est.", ""),
        ("Ukraine\n\nLa ville est encerclée.", ""),
        ("Voir aussi\n\nKiev se prépare à l’assaut\n\nLa ville.", ""),
        ("mot " * 30 + "\n\nOui.", ""),
        ("Kiev se prépare à l’assaut", ""),
        ("Kiev se prépare à l’assaut\nOui.", ""),
    ],
)
def test_headline(text: str, title: str) -> None:
    article = head(text)
    assert article.title == title
    assert (title in article.text) is (title == "")


def test_the_publication_line_gives_the_date() -> None:
    article = head("Kiev se prépare à l’assaut\n\nPar X, publié le 2 mars 2022 à 18h03\n\nLa ville est encerclée.")
    assert (article.title, article.published) == ("Kiev se prépare à l’assaut", "2022-03-02")
    assert head("Mis à jour le 2 mars 2022\n\nLa ville est encerclée.").published == ""
