# Ce que le bot Telegram dit en français. Du texte simple, jamais du HTML : qui l'envoie l'échappe.
# Les espaces devant « : ; ? ! » et dans les guillemets sont insécables.

language-name = Français

## Premiers mots et aide

start =
    Bonjour ! Posez-moi une question sur les articles de presse de mon archive. Je réponds avec des phrases qui en sont tirées, et je montre où chacune est imprimée.

    Écrivez simplement votre question, ou tapez /help pour voir ce que je sais faire d’autre.
start-group =
    Bonjour ! Dans ce groupe, je réponds quand on me mentionne ({ $bot }), quand on répond à l’un de mes messages ou avec /ask.
help =
    Écrivez une question : je réponds à partir { $articles ->
        [0] des articles
        [1] de l’unique article
       *[other] des { $articles } articles
    } de mon archive, preuves à l’appui. Touchez une source pour lire la citation à sa place.

    Vous pouvez poursuivre (« et en mars ? ») : je suis la conversation. Répondez à l’une de mes réponses pour m’interroger à son sujet.

    /ask – poser une question
    /search – des passages, sans réponse
    /sources – les sources de la dernière réponse
    /latest – les articles les plus récents
    /about – ce que contient l’archive
    /lang – changer de langue
    /reset – commencer une nouvelle conversation
    /stop – arrêter la réponse en cours
    /privacy – ce que je garde de vous
    /export – vos données dans un fichier
    /forget – effacer vos données
help-inline = Dans n’importe quelle discussion, tapez { $bot } et une question pour trouver des passages.
help-admin =
    Pour les administrateurs :

    /index – ajouter un article (un document ou une adresse)
    /status – l’état de l’archive
    /stats – les chiffres d’utilisation
    /allow et /deny – qui peut poser des questions
welcome = Je vous en prie. Posez-moi une autre question sur l’actualité de mon archive.
ask-usage = Écrivez votre question après la commande, par exemple : /ask Combien de réfugiés ont quitté l’Ukraine ?
search-usage = Écrivez ce que vous cherchez après la commande, par exemple : /search couloirs humanitaires
question-too-long = Votre question est un peu longue. Merci de la garder sous { $limit } caractères.
only-text = Je ne lis que du texte. Merci d’écrire votre question.
unknown-command = Je ne connais pas cette commande. /help donne la liste de celles que je connais.

## Réponses

thinking = Je cherche dans l’archive…
short-sources =
    { $n ->
        [one] ({ $n } source)
       *[other] ({ $n } sources)
    }
answer-coverage =
    { $cited ->
        [one] { $cited } article cité
       *[other] { $cited } articles cités
    } sur { $searched ->
        [one] { $searched } consulté
       *[other] { $searched } consultés
    }
answer-coverage-dates =
    { $cited ->
        [one] { $cited } article cité
       *[other] { $cited } articles cités
    } sur { $searched ->
        [one] { $searched } consulté
       *[other] { $searched } consultés
    } (dates connues : { $dates })
answer-filtered =
    { $searched ->
        [1] Sur les { $articles } articles de l’archive, un seul correspond aux dates ou aux journaux que vous nommez.
       *[other] Sur les { $articles } articles de l’archive, seuls { $searched } correspondent aux dates ou aux journaux que vous nommez.
    }
answer-understood = Question comprise ainsi : { $question }
answer-incomplete = Cette réponse est incomplète.
dates-range = { $first } – { $last }
page-number = p. { $n }
quotation = « { $quote } »
quotation-source = { $source } : { $quote }
also-printed =
    { $n ->
        [one] repris par { $n } autre article
       *[other] repris par { $n } autres articles
    }
sources-differ = Les sources diffèrent.
sources-differ-named = Les sources diffèrent :{ $sides }
source-beginning = « { $words } »
source-untitled = article sans titre
source-button = { $marker } · { $source }
refusal = L’archive ne répond pas à cette question.
refusal-searched =
    J’ai cherché dans { $searched ->
        [one] { $searched } article.
       *[other] { $searched } articles.
    }
refusal-searched-dates =
    J’ai cherché dans { $searched ->
        [one] { $searched } article
       *[other] { $searched } articles
    } ({ $dates }).
refusal-searched-none = Aucun article ne correspond aux dates ou aux journaux que vous nommez.
refusal-empty-archive = L’archive est encore vide.
refusal-nearest = Les articles les plus proches :

## Boutons

button-other-sources = Autres sources
button-open = Ouvrir au passage
button-open-article = Ouvrir l’article
button-copy = Copier la citation
button-back = Retour
button-previous = ‹
button-next = ›
button-position = { $n }/{ $total }
button-forget = Tout effacer
button-cancel = Annuler

## Fiches des sources et listes

card-excerpt = Début de l’article
article-changed = L’article a changé depuis ; voici la citation telle qu’elle était.
article-gone = L’article n’est plus dans l’archive ; voici la citation telle qu’elle était.
note-days = « { $words } » : { $days }
note-printed =
    Repris par { $sources }{ $more ->
        [0] {""}
        [one] {""} et { $more } autre
       *[other] {""} et { $more } autres
    }
note-garbled = ⚠️ Mots déformés dans cette source : { $words }
note-clean = Sans eux, dans { $source } : « { $quote } »
nearest-gone = Cet article n’est plus dans l’archive.
answer-gone = Je n’ai plus cette réponse. Merci de reposer votre question.
source-gone = Je n’ai plus cette source.
sources-none = Il n’y a pas encore de réponse dans cette conversation. Posez d’abord une question.
other-sources-title = Autres articles proches de votre question
other-sources-none = Je n’ai pas trouvé d’autre article proche de votre question.
search-title =
    { $n ->
        [one] { $n } passage pour « { $query } »
       *[other] { $n } passages pour « { $query } »
    }
search-none = Je n’ai trouvé aucun passage pour « { $query } ».
latest-title = Articles les plus récents
latest-page = Articles les plus récents ({ $page }/{ $pages })
latest-empty = L’archive est encore vide.

## À propos de l’archive

about =
    { $articles ->
        [one] L’archive contient { $articles } article
       *[other] L’archive contient { $articles } articles
    }{ $outlets ->
        [0] , sans nom de journal.
        [1] {" "}d’un seul journal.
       *[other] {" "}de { $outlets } journaux.
    }
about-empty = L’archive est encore vide.
about-dates = Dates de publication : { $first } – { $last }.
about-date = Date de publication : { $date }.
about-undated = Aucun n’a de date connue.
about-outlets-title = Journaux :
about-outlet = { $outlet } ({ $articles })
about-outlets-more =
    { $n ->
        [one] et { $n } autre
       *[other] et { $n } autres
    }
about-updated = Dernière mise à jour : { $when }.
about-method = Chaque phrase que j’envoie s’appuie sur une citation exacte d’un article.

## Langue, conversation, données personnelles

lang-choose = Dans quelle langue dois-je parler ?
lang-set = Je parle maintenant français.
lang-unknown = Je ne parle pas encore cette langue. Je parle : { $languages }.
reset-done = Nouvelle conversation : j’ai mis de côté ce que nous avons dit.
stop-done = C’est arrêté.
stop-nothing = Il n’y a rien à arrêter.
privacy =
    Ce que je garde de vous :
    – votre identifiant Telegram, votre langue et le nombre de vos questions, pour appliquer les limites ;
    – vos questions, mes réponses et vos 👍 👎, pour que la conversation et les boutons fonctionnent.

    Je ne garde ni votre nom ni votre numéro de téléphone, et les journaux techniques ne contiennent aucun message. { $days ->
        [0] Les conversations sont gardées jusqu’à ce que vous les effaciez.
        [1] Une conversation est oubliée après 1 jour sans question.
       *[other] Une conversation est oubliée après { $days } jours sans question.
    }
    { $model ->
        [none] Les réponses sont faites ici : vos questions ne sont envoyées à personne d’autre.
       *[other] Pour rédiger une réponse, votre question et des passages d’articles sont envoyés au modèle de langue { $model } ; ce qu’il lit et écrit pour vous est compté par jour, pendant 400 jours.
    }

    /export vous donne tout dans un fichier, /forget efface tout.
export-caption = Tout ce que je garde de vous.
export-private = Je ne peux vous l’envoyer qu’en privé : écrivez d’abord à { $bot }, puis redemandez.
forget-confirm = Effacer vos conversations, mes réponses et vos avis ? C’est définitif.
forget-done =
    { $answers ->
        [0] C’est fait. Je ne garde plus rien de vous.
        [1] C’est fait. 1 réponse et tout ce qui s’y rattache sont effacés.
       *[other] C’est fait. { $answers } réponses et tout ce qui s’y rattache sont effacés.
    }
forget-erasing = C’est fait. Vos données sont effacées ; ce qui en reste sur le disque le sera au prochain démarrage du bot.
forget-cancelled = Rien n’a été effacé.
forget-not-yours = Seule la personne qui l’a demandé peut le confirmer.
feedback-up = Merci, ravi d’avoir pu aider.
feedback-down = Merci, cela m’aide à progresser.

## Limites et accès

busy = Beaucoup de personnes m’interrogent en ce moment et je ne peux pas prendre votre question. Merci de réessayer dans une minute.
rate-limit =
    { $seconds ->
        [one] Un peu moins vite, s’il vous plaît : réessayez dans { $seconds } seconde.
       *[other] Un peu moins vite, s’il vous plaît : réessayez dans { $seconds } secondes.
    }
daily-limit =
    { $limit ->
        [1] Vous avez posé votre question du jour. À demain !
       *[other] Vous avez posé vos { $limit } questions du jour. À demain !
    }
budget-used = Le budget du jour pour le modèle de langue est épuisé : cette réponse est extraite directement des articles.
not-allowed = Ce bot est privé. Si vous devez y avoir accès, donnez ce numéro à un administrateur : { $id }
invite-needed = Ce bot est sur invitation. Envoyez-moi votre code ainsi : /start votre-code
invite-wrong = Ce code n’est pas valable. Vérifiez-le, ou demandez-en un nouveau.
invite-accepted = Bienvenue ! Posez-moi votre première question.
error = Quelque chose s’est mal passé de mon côté, désolé. Si cela se reproduit, citez ce numéro : { $id }
button-too-old = Ce bouton ne fonctionne plus.

## Administrateurs

admin-only = Cette commande est réservée aux administrateurs.
index-usage = Envoyez un document avec la légende /index, ou écrivez /index suivi de l’adresse d’un article.
index-fetching = Téléchargement…
index-started = Indexation…
index-busy = Une autre mise à jour est en cours. Merci de réessayer quand elle sera finie.
index-too-big = Ce fichier est trop gros : { $megabytes } Mo au plus.
index-done =
    Archive mise à jour : { $added } ajoutés, { $updated } modifiés, { $removed } retirés, { $unchanged } inchangés.
index-skipped =
    { $n ->
        [one] { $n } élément a été laissé de côté :
       *[other] { $n } éléments ont été laissés de côté :
    }
index-skipped-item = { $where } : { $reason }
index-failed = La mise à jour a échoué : { $reason }
status =
    Articles : { $articles }
    Passages : { $passages }
    Encodeur : { $encoder }
    Index : { $index }
    Taille : { $megabytes } Mo
    Modèle de langue : { $model }
    En cours : { $running }, en attente : { $waiting }
status-no-model = aucun
stats =
    { $days ->
        [1] Aujourd’hui
       *[other] Les { $days } derniers jours
    }
    Questions : { $questions }
    Personnes : { $people }
    Avec réponse : { $answered }, sans réponse : { $refused }
    👍 { $up }  👎 { $down }
    Erreurs : { $errors }
    Appels au modèle de langue : { $calls } sur { $budget }
stats-times = Délai de réponse : { $median } s (médiane), { $p95 } s (95e centile)
stats-usage = Tokens : { $read } lus, { $written } écrits (aujourd’hui : { $read_today } et { $written_today })
stats-cost = Coût : { $cost } (aujourd’hui : { $today })
allow-usage = Écrivez /allow et le numéro d’une personne ou d’une discussion ; ou répondez ainsi à son message ; ou envoyez-le dans le groupe concerné.
allow-done = { $id } peut maintenant poser des questions.
allow-already = { $id } pouvait déjà poser des questions.
deny-usage = Écrivez /deny et le numéro d’une personne ou d’une discussion ; ou répondez ainsi à son message ; ou envoyez-le dans le groupe concerné.
deny-done = { $id } ne peut plus poser de questions.
deny-admin = Un administrateur ne peut pas être retiré ainsi.

## Mode intégré

inline-hint = Tapez une question pour trouver des passages
inline-none = Aucun passage – demandez en privé
inline-failed = La recherche a échoué – demandez en privé
inline-continue = Continuer en privé
inline-not-allowed = Ce bot est privé
inline-wait = Un peu moins vite, s’il vous plaît

## Ce que Telegram affiche : la liste des commandes et le profil du bot

command-start = Dire bonjour
command-help = Comment poser une question
command-ask = Poser une question
command-sources = Les sources de la dernière réponse
command-latest = Les articles les plus récents
command-search = Trouver des passages, sans réponse
command-about = Ce que contient l’archive
command-lang = Changer de langue
command-reset = Commencer une nouvelle conversation
command-stop = Arrêter la réponse en cours
command-privacy = Ce que je garde de vous
command-export = Recevoir vos données
command-forget = Effacer vos données
command-index = Ajouter un article
command-status = L’état de l’archive
command-stats = Les chiffres d’utilisation
command-allow = Autoriser quelqu’un
command-deny = Ne plus autoriser quelqu’un
profile-description = Je réponds aux questions sur une archive de presse et je montre, pour chaque phrase, la citation qui la prouve.
profile-short = Des réponses tirées de la presse, preuves à l’appui.
