"""The body of a page in the layouts of news sites; titles, dates and addresses are tested with the readers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.reading.pages import read_page
from retrieval.reading.readers import read_article

VOTED = "Le conseil municipal a voté lundi soir la fermeture de la piscine des Acacias, jugée trop coûteuse à rénover."
WORKS = (
    "Le maire avait annoncé en mars que les travaux dépasseraient quatre millions d'euros, sans compter le chauffage."
)
CHOICE = "« Nous n'avons pas d'autre choix », a-t-il répété devant une cinquantaine d'habitants venus protester."
COURT = "L'opposition demande un référendum et promet de saisir le tribunal administratif avant la fin du mois."
POOL = "Le bassin, ouvert en 1974, accueille chaque année 60 000 nageurs et une dizaine d'écoles."
ALL = (VOTED, WORKS, CHOICE, COURT, POOL)


def text_of(body: str, head: str = "") -> str:
    page = f"<!doctype html><html lang=fr><head><title>La piscine ferme</title>{head}</head><body>{body}</body></html>"
    return read_article(page.encode(), ".html", "pool", "pool.html").text


def paragraphs(*sentences: str) -> str:
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


def stated(**fields: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


@pytest.mark.parametrize(
    "body",
    [
        f"<article><h1>La piscine ferme</h1>{paragraphs(*ALL)}</article>",
        "<div>" + "".join(f"<div>{sentence}</div>" for sentence in ALL) + "</div>",
        f"<div class=story>{'<br><br>'.join(ALL)}</div>",
        f"<article>{paragraphs(*ALL[:2])}<aside><h4>Newsletter</h4><p>Recevez nos informations par courriel chaque "
        f"matin.</p></aside>{paragraphs(*ALL[2:])}</article>",
        f"<main><h1>La piscine ferme</h1><h2 class=standfirst>{VOTED}</h2><div>{paragraphs(*ALL[1:])}</div></main>",
        f"<article>{paragraphs(*ALL[:3])}<figure><img src=b><figcaption>Le bassin vu du ciel. © AFP</figcaption></figure>"
        f"{paragraphs(*ALL[3:])}</article>",
        f"<article>{paragraphs(*ALL)}</article><section id=comments><h3>Commentaires</h3><div class=comment>"
        "<p>Quelle honte, c'est vraiment une décision absurde et injuste.</p></div></section>",
        f"<article>{paragraphs(*ALL[:2])}<div class=related><h3>Lire aussi</h3><ul><li><a href=/x>Le budget 2022 adopté"
        f"</a></li><li><a href=/y>La patinoire rouvre</a></li></ul></div>{paragraphs(*ALL[2:])}</article>",
        f"<article>{paragraphs(*ALL)}<div class=paywall><p>Cet article est réservé aux abonnés. Il vous reste 70 % de cet "
        "article à lire.</p><a>S'abonner</a></div></article>",
    ],
    ids="plain divs breaks aside standfirst caption comments related wall".split(),
)
def test_the_article_and_nothing_else(body: str) -> None:
    assert text_of(body).split("\n") == list(ALL)


def test_text_outside_any_paragraph_is_kept() -> None:
    loose = "<strong>« Nous n'avons pas d'autre choix »</strong>, a-t-il répété devant une cinquantaine d'habitants"
    body = (
        f"<article><div><p>{VOTED}</p>{WORKS}<div class=video><script>x()</script></div>{loose} venus protester."
        f"<br>{COURT}<p>{POOL}</p></div></article>"
    )
    assert text_of(body).split("\n") == list(ALL)


def test_buttons_outside_any_paragraph_do_not_become_text() -> None:
    share = "<a href=/s>Partager</a> cette page"
    body = f"<article><div>Notre dossier spécial<p>{VOTED}</p>{share}<p>{WORKS}</p></div></article>"
    assert text_of(body).split("\n") == [VOTED, WORKS]


def test_a_sentence_that_is_one_link_is_kept() -> None:
    body = f"<article><p>{VOTED}</p><p>{WORKS}</p><p><a href=/z>{CHOICE}</a></p><p>{COURT}</p></article>"
    assert text_of(body).split("\n") == [VOTED, WORKS, CHOICE, COURT]
    teasers = "".join(
        f"<p><a href=/{n}>Le budget de la ville pour {n} a été adopté sans débat.</a></p>" for n in range(2018, 2023)
    )
    body = f"<article><p>{VOTED}</p><p>{WORKS}</p></article><div>{teasers}</div>"
    assert text_of(body).split("\n") == [VOTED, WORKS]


def test_a_block_of_links_is_no_paragraph() -> None:
    links = ", ".join(f"<a href=/{n}>le budget de {n} enfin adopté</a>" for n in range(2018, 2022))
    body = f"<div><p>{VOTED}</p><p>{WORKS}</p></div><div><div>Voir {links}.</div><p>{CHOICE}</p></div>"
    assert "le budget de 2018" not in text_of(body)


def test_lists_quotations_and_tables_stay_in_their_place() -> None:
    body = (
        f"<article><p>{VOTED}</p><ul><li>La fermeture aura lieu le 30 juin.</li><li>Les abonnements seront remboursés."
        f"</li></ul><blockquote><p>{CHOICE}</p></blockquote><h2>Un référendum demandé</h2><p>{COURT}</p>"
        f"<table><tr><th>Année</th><th>Nageurs</th></tr><tr><td>2019</td><td>60 000</td></tr></table><p>{POOL}</p></article>"
    )
    assert text_of(body).split("\n") == [
        VOTED,
        "- La fermeture aura lieu le 30 juin.",
        "- Les abonnements seront remboursés.",
        CHOICE,
        "Un référendum demandé",
        COURT,
        "Année | Nageurs",
        "2019 | 60 000",
        POOL,
    ]


def test_the_body_that_the_page_states_is_taken_where_the_shown_one_lacks_much_of_it() -> None:
    waiting = "<div id=app></div><p>Chargement en cours, merci de patienter.</p>"
    whole = "\n".join(ALL)
    assert text_of(waiting, stated(articleBody=whole)) == whole
    assert text_of(waiting, stated(articleBody=f"<p>{whole} &amp; fin</p>")) == f"{whole} & fin"
    assert text_of(paragraphs(*ALL[:2]), stated(articleBody=whole)) == whole


@pytest.mark.parametrize(
    "body",
    [
        VOTED,  # a summary
        " ".join(ALL),  # the same, without its paragraphs
        " ".join((*ALL, VOTED.replace("lundi", "mardi"), WORKS.replace("mars", "avril"), "Et une phrase de plus.")),
        f"{VOTED} {WORKS} Une suite que la page ne montre pas à ses lecteurs, mais que la machine lit tout de même. "
        * 2,
        "",
    ],
)
def test_the_shown_body_is_kept_where_it_lacks_little_or_is_longer(body: str) -> None:
    shown = (*ALL, VOTED.replace("lundi", "mardi"), WORKS.replace("mars", "avril"))
    assert text_of(f"<article>{paragraphs(*shown)}</article>", stated(articleBody=body)).split("\n") == list(shown)


def test_a_stated_body_of_another_kind_is_left_alone() -> None:
    page = f"<html><head>{stated()}</head><body>{paragraphs(*ALL)}</body></html>"
    assert read_page(page).text.split("\n") == list(ALL)
    broken = page.replace('"NewsArticle"', '"NewsArticle", "articleBody": {"a": [1]}')
    assert read_page(broken).text.split("\n") == list(ALL)


PIECES = st.sampled_from(
    [
        f"<p>{VOTED}</p>",
        WORKS,
        f"<strong>{CHOICE}</strong>",
        f"<div>{COURT}</div>",
        "<br>",
        "<div><a>x</a></div>",
        "<hr>",
    ]
)


@given(st.lists(PIECES, min_size=1, max_size=8))
def test_no_sentence_between_blocks_is_lost(pieces: list[str]) -> None:
    page = f"<html><body><article><p>{POOL}</p><div>{''.join(pieces)}</div><p>{POOL} Oui.</p></article></body></html>"
    text = read_page(page).text
    for sentence in ALL[:4]:
        assert (sentence in text) is any(sentence in piece for piece in pieces)


def dated(body: str = "", head: str = "", above: str = "", title: str = "<h1>La piscine ferme</h1>") -> tuple[str, str]:
    """Return the date of a page, and where it is from; ``body`` stands in its article, ``above`` before it."""
    page = (
        f"<html><head>{head}</head><body>{above}<article>{title}{body}{paragraphs(*ALL)}</article>"
        "<footer>© 2019 Le Journal, publié le 3 mars 2019</footer></body></html>"
    )
    article = read_article(page.encode(), ".html", "pool", "pool.html")
    return article.published, article.dated_by


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (stated(datePublished="2022-03-03T00:30+01:00"), "2022-03-03T00:30+01:00"),  # 3 March there
        (stated(datePublished="2022-03"), "2022-03"),
        (stated(datePublished="1944-08-26"), "1944-08-26"),
        (stated(datePublished="2199-01-01"), "2199-01-01"),
        (stated(datePublished="0001-01-01T00:00:00Z") + '<meta name="date" content="2022-03-02">', "2022-03-02"),
        (stated(datePublished="1970-01-01T00:00:00Z"), ""),
        (stated(dateModified="2022-03-02", dateCreated="2022-03-02"), ""),
        (
            '<meta property="article:published_time" content="2022-03-02"><meta name="date" content="2023">',
            "2022-03-02",
        ),
        ('<meta property="article:published_time" content="1969-12-31T19:00:00-05:00">', ""),
        ('<meta property="article:modified_time" content="2022-03-02">', ""),
        ('<meta property="og:updated_time" content="2022-03-02">', ""),
        ('<meta name="last-modified" content="2022-03-02">', ""),
        ('<meta http-equiv="date" content="Wed, 02 Mar 2022 18:03:00 GMT">', ""),
        ('<meta http-equiv="last-modified" content="Wed, 02 Mar 2022 18:03:00 GMT">', ""),
        ('<meta name="orange-generated-date" content="2022-03-02 13:51:46">', ""),
        ('<meta name="copyright" content="2022">', ""),
        ('<link rel="canonical" href="https://a.fr/2022/03/02/piscine.html">', "2022-03-02"),
        ('<meta property="og:url" content="https://a.fr/lyon/2022/03/02/sport/piscine/">', "2022-03-02"),
        ('<link rel="canonical" href="https://a.fr/piscine-20220302?d=/2022/03/02/x">', ""),
        ('<link rel="stylesheet" href="https://a.fr/2022/03/02/style.css">', ""),
        ('<link rel="canonical" href="/2022/03/02/piscine.html">', ""),
    ],
)
def test_a_page_is_dated_by_what_it_states_of_its_publication(head: str, published: str) -> None:
    assert dated(head=head) == (published, "page" if published else "")


@pytest.mark.parametrize(
    ("body", "published"),
    [
        ('<time datetime="2022-03-02">hier</time>', "2022-03-02"),
        ('<p>Par Anne Dupont, publié le <time datetime="2022-03-02T10:00">2 mars</time></p>', "2022-03-02T10:00"),
        (
            '<p>Publié le <time datetime="2022-03-02">2</time> - Mis à jour le <time datetime="2022-03-04">4</time></p>',
            "2022-03-02",
        ),
        ('<time class="entry-date published updated" datetime="2022-03-02">2 mars</time>', "2022-03-02"),
        (
            '<time class="published" datetime="2022-03-02">2</time><time class="updated" datetime="2022-03-04">4</time>',
            "2022-03-02",
        ),
        ('<time class="updated" datetime="2022-03-04">4 mars</time>', ""),
        ('<span class="last-update"><time datetime="2022-03-04">4 mars</time></span>', ""),
        ('<time itemprop="dateModified" datetime="2022-03-04">4 mars</time>', ""),
        ('Modifié le <b>4</b> à 10 h. Mise à jour <time datetime="2022-03-04">4 mars</time>', ""),
        ('<time datetime="2022-03-04">Actualisé le 4 mars</time>', ""),
        ('<time datetime="2022-03-02">a</time><time datetime="2022-03-04">b</time>', ""),
        ('<p>Le bassin, ouvert le <time datetime="1974-06-01">1er juin 1974</time>, accueille chaque année 60 000 nageurs '
         "et une dizaine d'écoles.</p>", ""),
        ('<div itemscope itemtype="https://schema.org/Comment"><time itemprop="datePublished" datetime="2022-03-05">5</time>'
         "</div>", ""),
        ('<p>Publié le 2 mars 2022 à 10h37, mis à jour le 4 mars 2022</p>', "2022-03-02"),
        ("<p>Publié le 2 mars 2022 à 10h37 | Modifié le 4 mars 2022 à 9h</p>", "2022-03-02"),
        ("<p>Mis à jour le 4 mars 2022 à 10h37</p>", ""),
        ("<p>Le Journal, mis à jour le 4 mars 2022 à 10h37</p>", ""),
        ('<ol class="comment-list"><li><time datetime="2022-03-05">5</time></li></ol>', ""),
        ("<p>Le 2 mars 2022, le conseil municipal a voté la fermeture de la piscine.</p>", ""),
    ],
)  # fmt: skip
def test_a_page_is_dated_by_what_is_shown_with_its_article(body: str, published: str) -> None:
    assert dated(body) == (published, "page" if published else "")


@pytest.mark.parametrize(
    ("above", "published"),
    [
        ('<time datetime="2022-03-02">2 mars</time>', "2022-03-02"),
        ('<header><time datetime="2026-11-22">Dimanche 22 novembre</time></header>', ""),  # the day of reading
        ('<nav><time datetime="2026-11-22">Dimanche 22 novembre</time></nav>', ""),
        ('<aside><time datetime="2022-03-09">9 mars</time></aside>', ""),
        ('<article class=teaser><h2>La patinoire rouvre</h2><time datetime="2022-03-09">9 mars</time></article>', ""),
    ],
)
def test_a_time_beside_the_article_is_its_date_only_where_it_can_be(above: str, published: str) -> None:
    assert dated(above=above)[0] == published


def test_of_several_articles_none_dates_the_page() -> None:
    teasers = '<article><time datetime="2022-03-09">9 mars</time><h2>La patinoire rouvre</h2></article>'
    assert dated('<time datetime="2022-03-02">2</time>', above=teasers) == ("2022-03-02", "page")
    assert dated('<time datetime="2022-03-02">2</time>', above=teasers, title="") == ("", "")


def test_what_a_page_states_comes_before_what_it_shows_and_its_address_comes_last() -> None:
    head = '<link rel="canonical" href="https://a.fr/2022/03/01/piscine.html">'
    shown, published = "<p>Publié le 2 mars 2022</p>", stated(datePublished="2022-03-03")
    assert [dated(shown, head + published)[0], dated(shown, head)[0], dated("", head)[0]] == [
        "2022-03-03",
        "2022-03-02",
        "2022-03-01",
    ]


def test_memory_that_runs_out_is_no_broken_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that parses tells it from a flaw of the page."""

    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("trafilatura.bare_extraction", full)
    with pytest.raises(MemoryError):
        read_page(f"<html><body>{paragraphs(*ALL)}</body></html>")
