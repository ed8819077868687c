"""The wording of page furniture: labels, prompts to the reader, consent lines, social networks, photo credits.

Patterns match a whole line in lower case, bullets and closing punctuation taken off; French and English first.
"""

from __future__ import annotations

import re


def _any(patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line.strip()})" for line in patterns.strip().splitlines()))


# Labels that introduce headlines of other articles.
LISTS = _any(r"""
    (?:[àa] )?(?:lire|voir|écouter|regarder|découvrir|revoir|relire)(?: et \w+)? (?:aussi|également|ensuite|encore)
    (?:[àa] )?(?:lire|voir|relire)
    (?:[àa] )?(?:lire|voir|découvrir|retrouver) (?:aussi )?sur (?:le même sujet|notre site|le web)
    (?:sur|dans) le m[êe]me (?:sujet|thème|dossier)
    dans la m[êe]me (?:rubrique|catégorie)
    (?:(?:nos|les|autres) )?articles? (?:liés|similaires|associés|recommandés|connexes|les plus lus|[àa] lire|récents)
    (?:les )?(?:articles )?(?:plus|\+) (?:lus|consultés|partagés|commentés|vus|populaires)
    [àa] ne pas (?:manquer|rater)
    (?:(?:nos|les) )?derni(?:ers|ères) (?:articles|infos|actualités|vidéos|news)
    pour aller plus loin
    recommandés? pour vous
    nos recommandations
    notre sélection
    vous (?:aimerez|pourriez) (?:peut-être )?aussi(?: aimer)?
    (?:ailleurs )?sur le web
    contenus? (?:sponsorisés?|partenaires?|recommandés?)
    (?:read|see|watch|listen)(?: (?:also|more|next|too))
    also (?:read|see|on .{1,30})
    related(?: (?:articles?|stories|story|content|topics|news|links|coverage))?
    more (?:stories|news|on this story|on this topic|like this)
    most (?:read|popular|viewed|shared|commented)
    recommended(?: (?:for you|stories|articles|reading))?
    you (?:may|might) also (?:like|be interested in)
    top stories
    trending(?: now)?
    don['’]t miss
    sponsored(?: content)?
    editors?['’]s? picks
    (?:au )?sommaire
    dans cet article
    (?:in this|also in this) (?:article|story)
    (?:table of )?contents
    (?:lesen|sehen) sie auch
    (?:auch interessant|lesetipps?|meistgelesen)
    mehr zum thema
    (?:lea|lee|vea|leer|ver) (?:también|más)
    (?:te puede interesar|noticias relacionadas|lo más (?:leído|visto))
    (?:leggi|vedi|guarda) anche
    (?:potrebbe interessarti(?: anche)?|articoli correlati|i più letti)
    (?:leia|veja) (?:também|mais)
    (?:lees|bekijk) ook
    (?:читайте|смотрите|читать) (?:также|ещё|еще|по теме)
    (?:по теме|похожие (?:новости|материалы)|самое читаемое)
    (?:читайте|дивіться) (?:також|ще)
    (?:за темою|схожі новини)
""")

_SITES = (
    r"(?:facebook|twitter|x|instagram|linkedin|whats ?app|messenger|telegram|tik ?tok|youtube|snapchat|pinterest|"
    r"reddit|tumblr|threads|bluesky|mastodon|flipboard|viber|vk(?:ontakte)?|google(?: (?:news|actualités))?|rss)"
)
_POST = r"(?:e-?mail|mail|courriel|sms|lien|link|print|imprimer)"

# Labels that stand for a button, a box or a counter, and introduce nothing.
ALONE = _any(rf"""
    (?:partager?|partagez|partages?)(?: (?:sur|par|via) (?:{_SITES}|{_POST}|les réseaux(?: sociaux)?))?
    (?:partager|partagez) (?:(?:cet |l['’])article|cette (?:page|vidéo|info)|ce contenu|le lien)(?: sur {_SITES})?
    \d+ (?:partages?|shares?)
    (?:partages?|shares?) \d+
    publicités?
    annonces?
    pub
    la suite après (?:la|cette) publicité
    (?:nos |la |les )?newsletters?
    (?:s['’]abonner|abonnez-vous|je m['’]abonne|m['’]abonner)(?: (?:pour|dès|à|au|aux|sans) .{{0,60}})?
    abonnés?
    (?:article |contenu |accès )?(?:réservé|exclusif)(?: aux| à nos)? abonnés
    déjà abonné(?:\(?e\)?)?(?: \?.*)?
    se connecter
    connexion
    s['’]identifier
    s['’]inscrire
    créer un compte
    mon compte
    (?:inscrivez-vous|s['’]inscrire|inscription) (?:à|aux) (?:la |nos |notre |les )?newsletters?.{{0,40}}
    (?:les |vos |tous les )?commentaires?(?: ?\(?\d+\)?)?
    \d+ commentaires?
    aucun commentaire
    commenter(?: (?:cet |l['’])article)?
    (?:laisser|ajouter|poster|voir|lire)(?: un| les)? commentaires?
    réagir(?: à cet article)?
    réactions? ?\(?\d+\)?
    suivez[- ]nous(?: .{{0,60}})?
    nous suivre(?: .{{0,40}})?
    suivre
    (?:je )?m['’]inscri(?:s|re)
    (?:votre |mon )?adresse (?:e-?mail|électronique|mail)(?: ?\*)?
    (?:actualiser|rafraîchir)(?: la page)?
    (?:charger|voir|afficher) plus(?: d['’].{1, 30})?
    (?:lire|voir|regarder|relancer) la vidéo
    (?:pour )?lire la suite, (?:abonnez|connectez|identifiez)-vous.{0, 40}
    imprimer
    envoyer(?: par {_POST})?
    copier(?: le lien)?
    lien copié
    enregistrer
    sauvegarder
    offrir(?: (?:cet |l['’])article)?
    écouter(?: (?:cet |l['’])article)?
    (?:temps de )?lecture ?:? ?\d+ ?min(?:utes?)?\.?
    \d+ ?min(?:utes?)?(?: de lecture)?
    (?:lire|voir|afficher) (?:la suite|plus|l['’]article(?: complet)?|tous? les? .{{1,30}}|toutes les .{{1,30}})
    en savoir plus
    retour(?: (?:à l['’]accueil|en haut))?
    haut de page
    accueil
    menu
    rechercher
    recherche
    plan du site
    nous contacter
    contact
    mentions légales
    politique de confidentialité
    conditions générales(?: .{{0,30}})?
    cgu
    cgv
    tous droits réservés.{{0,40}}
    share(?: (?:this|on|via|by) .{{1,40}})?
    tweet
    pin it
    send
    post
    advertisements?
    advert
    ads?
    article continues (?:below|after).{{0,40}}
    story continues (?:below|after).{{0,40}}
    subscribe(?: (?:now|to|for) ?.{{0,60}})?
    subscribers?(?: only)?
    already a subscriber(?: ?\?.*)?
    sign (?:up|in)(?: (?:to|for|with|now) ?.{{0,60}})?
    log ?in
    register(?: now)?
    create (?:an )?account
    (?:(?:view |show |read |all )?comments|comment ?\(?\d+\)?)(?: ?\(?\d+\)?)?
    \d+ comments?
    (?:leave|post|add) a comment
    join the conversation
    follow us(?: .{{0,60}})?
    print(?: this (?:article|page))?
    copy link
    link copied
    save
    bookmark
    listen to this article
    \d+[ -]min(?:ute)?s? read
    (?:read|show|load|view|see) (?:more|all)
    continue reading
    back to (?:top|home)
    skip to (?:main )?content
    search
    home
    all rights reserved.{{0,40}}
    your e-?mail(?: address)?
    (?:re)?load more
    privacy policy
    terms(?: (?:of|and) .{{1,20}})?
    contact us
    (?:teilen|merken|drucken|anzeige|werbung|kommentare?(?: ?\(?\d+\)?)?|anmelden|registrieren|abonnieren|startseite)
    (?:(?:artikel )?(?:auf|per) {_SITES} teilen|newsletter abonnieren|jetzt abonnieren|zur startseite|mehr lesen)
    (?:compartir|compartilhar)(?: (?:en|no|por) {_SITES})?
    (?:suscríbete|suscribirse|suscribirme|inicia(?:r)? sesión|regístrate|publicidad|anuncio|comentarios(?: ?\(?\d+\)?)?)
    (?:publicidade|assine(?: já)?|entrar|comentários(?: ?\(?\d+\)?)?|síguenos(?: en .{{1,40}})?)
    (?:condividi|pubblicità|accedi|abbonati|registrati|commenti(?: ?\(?\d+\)?)?|stampa)(?: su {_SITES})?
    (?:iscriviti|iscrizione) alla (?:nostra )?newsletter
    (?:delen|advertentie|abonneren|inloggen|reacties(?: ?\(?\d+\)?)?)
    (?:поделиться|подписаться|реклама|войти|комментарии(?: ?\(?\d+\)?)?|распечатать|подробнее|на главную)
    (?:поделиться|поделитесь|подписаться|подписывайтесь) (?:в|на) .{{1,40}}
    (?:поділитися|підписатися|увійти|коментарі(?: ?\(?\d+\)?)?|докладніше|на головну)
    (?:поділитися|підписатися|підписуйтесь|підписуйтеся) (?:в|у|на) .{{1,40}}
""")

_COOKIE = r"(?:cookies?|traceurs?|trackers?)"
_PAGE = r"(?:nous|notre site|nos partenaires)"
_STORE = r"(?:utilis(?:ons|e|ent)|stockons|déposons)"
_PURPOSE_FR = (
    r"(?:$|(?=.*\b(?:sites?|navig\w+|audience|expérience|publicit\w+|partenaires?|personnalis\w+|contenus?|préférences|"
    r"choix|trafic|appareils?|terminal|technologies|informations?|consent\w+|politique|services?|statisti\w+)\b).*)"
)
_PURPOSE_EN = (
    r"(?:$|(?=.*\b(?:(?:web)?sites?|brows\w+|experience|ads?|advert\w+|partners?|personali\w+|content|preferences|"
    r"choices|traffic|devices?|technologies|information|consent|policy|services?|analytics|privacy)\b).*)"
)

# Consent lines; these may be whole sentences, so each must speak to the reader about the page itself.
CONSENT = _any(rf"""
    {_PAGE}(?: et (?:nos|ses|nous).{{0,30}}?)? {_STORE}\b.{{0,120}}\b{_COOKIE}\b{_PURPOSE_FR}
    avec votre (?:accord|consentement), (?:nous|nos)\b.{{0,120}}\b{_COOKIE}\b{_PURPOSE_FR}
    ce site (?:web |internet )?(?:utilise|dépose|a recours à)\b.{{0,40}}\b{_COOKIE}\b.*
    en (?:poursuivant|continuant)\b.{{0,120}}(?:\b{_COOKIE}\b|\bvous acceptez\b).*
    en cliquant sur\b.{{0,120}}(?:\b{_COOKIE}\b|\bvous (?:acceptez|consentez)\b).*
    (?:tout )?(?:accepter|refuser|autoriser)(?: et (?:fermer|continuer))?(?: tous?| toutes)?(?: les)?(?: {_COOKIE})?
    continuer sans accepter
    (?:gérer|paramétrer|personnaliser)(?: les| mes| vos)? (?:{_COOKIE}|consentements?|choix)
    (?:gestion|paramètres|politique|préférences)(?: de| des| en matière de)(?: vos)? (?:{_COOKIE}|consentements?|choix)
    (?:ce|le) contenu (?:est|a été|n['’])\b.{{0,60}}\b{_COOKIE}\b.*
    vous (?:avez|n['’]avez pas) (?:refusé|accepté)\b.{{0,60}}\b{_COOKIE}\b.*
    votre vie privée (?:nous importe|nous est .{{1,20}}|est (?:importante|notre priorité))
    nous respectons votre vie privée
    we (?:and our .{{1,30}}? )?(?:use|store|may use)\b.{{0,60}}\b{_COOKIE}\b{_PURPOSE_EN}
    (?:this|our) (?:web)?site (?:uses|sets)\b.{{0,40}}\b{_COOKIE}\b.*
    by (?:continuing|using|clicking|browsing|visiting)\b.{{0,120}}(?:\b{_COOKIE}\b|\byou (?:agree|accept|consent)\b).*
    (?:accept|reject|allow|decline|manage)(?: all)?(?: (?:optional|my|your))? (?:{_COOKIE}|preferences|settings|all)
    (?:accept|reject) and (?:close|continue)
    cookie (?:settings|preferences|policy|notice|consent)
    {_COOKIE}
    your privacy (?:choices|matters.*)
    (?:we value|about) your privacy
""")

# Prompts in the imperative for something that the page offers, and walls. Whole sentences too, as above: so what is
# offered must be the page's own ("notre newsletter"); in a line without a full stop any newsletter will do.
_INBOX_FR, _INBOX_EN = r"votre bo[iî]te (?:e-?mail|mail|de réception)", r"(?:in|to) your inbox"
_OFFER_FR = r"(?:newsletters?|lettres? d['’]information|applications?|notifications|chaîne|page|fil|compte)"
_OFFER_EN = r"(?:newsletters?|app|notifications|channel|page|feed)"
_OWN_FR = rf"(?:(?:notre|nos)\b.{{0,30}}?\b{_OFFER_FR}|google actualités|{_INBOX_FR})"
_OWN_EN = rf"(?:our\b.{{0,30}}?\b{_OFFER_EN}|google news|{_INBOX_EN})"
_ASKED_FR = r"(?:recevez|inscrivez-vous|abonnez-vous|rejoignez|téléchargez|activez|suivez(?:-nous)?)"
_ASKED_EN = r"(?:receive|get|sign up|subscribe|download|join|follow)"
_WALLED = (
    r"(?:cet article|ce contenu|la suite(?: de (?:cet|l['’]) ?article)?|"
    r"l['’]accès à (?:cet article|la totalité de l['’]article))"
)
_REST_FR = r"il vous reste \d+ ?% de (?:cet|l['’]) ?article à (?:lire|découvrir)"
_AFTER_FR = r"(?:cet article vous a (?:plu|intéressé) ?\?|pour (?:ne rien (?:manquer|rater)|recevoir)\b.{0,80}?,)"
_OFTEN_FR = r"(?:chaque (?:jour|matin|soir|semaine)|tous les (?:jours|matins|soirs))"
PROMPTS = _any(rf"""
    (?:{_AFTER_FR} )?{_ASKED_FR}\b.{{0,120}}\b{_OWN_FR}\b.*
    {_OFTEN_FR},? .{{3,120}}\bdans {_INBOX_FR}
    {_WALLED} est réservée?s? (?:aux|à nos) abonné(?:\(?e\)?)?s?(?:\. {_REST_FR})?
    {_REST_FR}
    (?:pour )?lire la suite,? (?:de (?:cet|l['’]) ?article,? )?(?:abonnez|connectez|identifiez)-vous.{{0,40}}
    (?:vous êtes |vous avez )?déjà (?:abonné(?:\(?e\)?)?|un compte) ?\? ?(?:connectez|identifiez)-vous
    {_ASKED_EN}\b.{{0,120}}\b{_OWN_EN}\b.*
    this (?:article|story|content) is (?:reserved )?for (?:our )?subscribers(?: only)?
    (?:to )?(?:continue|keep) reading(?: this (?:article|story))?,? (?:subscribe|log in|sign in|register)\b.{{0,40}}
""")

PROMPTS_BARE = _any(rf"""
    {_ASKED_FR}\b.{{0,120}}\b(?:newsletters?|lettres? d['’]information|notifications)\b.*
    {_ASKED_EN}\b.{{0,120}}\b(?:newsletters?|notifications)\b.*
""")

_AGENCY = (
    r"(?:agence france[- ]presse|afp|reuters|associated press|ap|epa(?:-efe)?|efe|dpa|ansa|belga|ats|keystone|tass|"
    r"ria novosti|xinhua|ukrinform|interfax|getty(?: images)?|sipa(?: press)?|abaca(?:press)?|maxppp|istock|"
    r"shutterstock|unsplash|pixabay)"
)
CREDITS = _any(rf"""
    (?:©|\(c\)|copyright (?:©|\(c\)|\d{{4}})).*
    (?:crédits?|credits?)(?: (?:photos?|images?|vidéo))? ?[:©/–—-].*
    (?:photos?|illustrations?|images?|pictures?)(?: (?:d['’](?:illustration|archives?)|by|credit))? ?[:©/].*
    (?:photo|image)s? d['’](?:illustration|archives?)
    \((?:photos?|images?|illustrations?)\b[^()]{{1,60}}\)
    photo(?:graph(?:ie)?)?s? (?:by|par) .{{2,60}}
    (?:file|stock|archive) (?:photo|image|picture)s?
    \(?(?:photo |avec (?:l['’])?|par |by |with |source ?: ?)?{_AGENCY}(?:(?: et | and | ?[/,|©+–—-] ?){_AGENCY})*\)?
    \(?{_AGENCY} ?/ ?[^/]{{1,40}}\)?
    [^/.]{{1,40}} ?/ ?{_AGENCY}
""")

# "Le Monde avec AFP, publié le 2 mars 2022 à 10h37": who and when, in a line of its own.
BYLINE = re.compile(
    r"(?:.{0,80}[,|•·–—-] ?)?"
    r"(?P<verb>publié|mis en ligne|mis à jour|modifié|posté|published|updated|posted|last updated)"
    r"(?: (?:le|on|at|à))? ?:? ?(?P<date>.{4,40}?)(?: ?[,|•·(–—-].{0,80})?"
)

# Words that stand for the page's own sorting of its articles: "#Lyon #grève", "Mots-clés : grève, SNCF".
TAGS = re.compile(r"(?:#\w+[\s,;]*)+|(?:mots?[- ]clés?|étiquettes?|tags?|keywords?|filed under|topics?) ?: ?.{1,200}")

# Who wrote it, in a line of its own. As printed: a name has capitals.
_NAME = r"[^\W\d_a-zß-ÿ][\w’'.-]*(?: (?:de|du|des|la|le|von|van|der|den|di|da|el|al|bin))*"
_PERSON = rf"{_NAME}(?: {_NAME}){{1,3}}"
AUTHOR = re.compile(
    rf"(?:(?:Par|By|Von|Por|Di|Door|PAR|BY) {_PERSON}(?:(?:,| et| and| und| y| e|, and) {_PERSON}){{0,3}}"
    rf"(?: ?[,(|/–-] ?(?:avec |with |mit |con )?[^.]{{2,40}})?|"
    rf"(?:Propos recueillis|Interview réalisée|Recueilli) par {_PERSON}.{{0,60}})"
)

# Names of sections, as a page's menu has them.
SECTIONS = _any(r"""
    (?:la )?une
    (?:politique|monde|international|france|europe|économie|sports?|culture|société|sciences?|santé|environnement|planète)
    (?:idées|opinions?|débats|tech|high-tech|people|faits divers|météo|vidéos?|photos|régions?|élections|médias|justice)
    (?:news|politics|world|business|economy|technology|health|arts|lifestyle|weather|travel|entertainment|science)
""")

# "VIDEO. Ukraine : ...", "EN DIRECT - ...": in capitals as printed, and not in lower case as the others.
MEDIA = re.compile(
    r"(?:(?:EN|LA|LES?|NOTRE|NOS) )?(?:VID[ÉE]OS?|PHOTOS?|DIAPORAMAS?|IMAGES?|INFOGRAPHIES?|CARTES?|PODCASTS?|AUDIOS?|"
    r"DIRECT|LIVE|REPLAYS?|WATCH|LISTEN|IN PICTURES|GALLERY|QUIZ)(?: ?[.:!|–—>»-])+ ?\S.*"
)

# "À lire aussi : ...": the label and a headline in one line.
INLINE = re.compile(
    r"(?:(?:[àa] )?(?:lire|voir|écouter|regarder|découvrir|relire)(?: (?:aussi|également|ensuite))?|"
    r"read (?:also|more|next)|also read|see also|watch(?: also| more)?|related(?: articles?| stories)?|"
    r"more on this story|sur le même (?:sujet|thème)|"
    r"lesen sie auch|mehr zum thema|(?:lea|lee|leer|vea) también|te puede interesar|leggi anche|leia também|lees ook|"
    r"читайте также|читайте також) ?(?:[:>»→|–—]|- )\s?\S.*"
)
INLINE_BARE = re.compile(
    r"(?:[àa] )?(?:lire|voir|écouter|regarder|relire) (?:aussi|également) .+|read also .+|also read .+"
)

_NETWORK = re.compile(_SITES)
_NETWORK_FILLER = re.compile(
    rf"(?:{_SITES}|{_POST}|partager|share|tweet|sur|on|via|par|et|and|copier|copy|le|[\s,;|/•·+()&-])++"
)


def is_network_list(plain: str) -> bool:
    """Whether a line (in lower case) holds names of social networks and ways to share, and nothing else."""
    return bool(_NETWORK_FILLER.fullmatch(plain)) and bool(_NETWORK.search(plain)) and plain != "x"
