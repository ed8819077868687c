"""The bot's own words, by language of the question. What the archive says stays in the archive's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """Sentences with gaps. ``printed`` frames a quotation that is in another language than the question.

    ``views`` sets the views of two sides side by side. ``sources`` stands behind a short answer that more than one source
    gives.
    """

    printed: str
    differ: str
    views: str
    nothing: str
    searched: str
    searched_dates: str
    searched_none: str
    nearest: str
    unreachable: str
    unproved: str
    untitled: str
    dropped: str
    searched_days: str
    nothing_then: str
    no_such_date: str
    newest: str
    garbled: str
    yes: str
    no: str
    sources: str


FRAMES = {
    "fr": Frame(
        printed="{source} : « {quote} »",
        differ="Les sources diffèrent : {sides}.",
        views="Les avis diffèrent : {sides}.",
        nothing="L'archive ne répond pas à cette question.",
        searched="Cherché dans {n} article(s), sans date connue.",
        searched_dates="Cherché dans {n} article(s), datés de {first} à {last}.",
        searched_none="Aucun article ne correspond aux filtres.",
        nearest="Articles les plus proches : {titles}.",
        unreachable="Le modèle de langue n'a pas répondu : réponse extraite des articles.",
        unproved="Le modèle de langue n'a rien écrit qui soit prouvé : réponse extraite des articles.",
        untitled="article {id}",
        dropped="{n} phrase(s) sans preuve retirée(s).",
        searched_days="Cherché {days}.",
        nothing_then="Cherché {days} sans réponse sûre, puis dans toutes les dates.",
        no_such_date="La date « {date} » n'existe pas ; cherché sans elle.",
        newest="Les plus récents d'abord ; le dernier article date de {last}.",
        garbled="La phrase citée contient des mots déformés.",
        yes="Oui",
        no="Non",
        sources="({n} sources)",
    ),
    "en": Frame(
        printed="{source}: “{quote}”",
        differ="The sources differ: {sides}.",
        views="Views differ: {sides}.",
        nothing="The archive does not answer this question.",
        searched="Searched {n} article(s), of no known date.",
        searched_dates="Searched {n} article(s), dated {first} to {last}.",
        searched_none="No article passes the filters.",
        nearest="Nearest articles: {titles}.",
        unreachable="The chat model could not be reached: this answer is extracted from the articles.",
        unproved="The chat model wrote nothing that is proved: this answer is extracted from the articles.",
        untitled="article {id}",
        dropped="{n} sentence(s) without proof left out.",
        searched_days="Searched {days}.",
        nothing_then="Searched {days} without a sure answer, then all dates.",
        no_such_date="There is no such date as “{date}”; searched without it.",
        newest="The newest first; the last article is of {last}.",
        garbled="The quoted sentence has garbled words.",
        yes="Yes",
        no="No",
        sources="({n} sources)",
    ),
    "de": Frame(
        printed="{source}: „{quote}“",
        differ="Die Quellen unterscheiden sich: {sides}.",
        views="Die Ansichten gehen auseinander: {sides}.",
        nothing="Das Archiv beantwortet diese Frage nicht.",
        searched="{n} Artikel durchsucht, ohne bekanntes Datum.",
        searched_dates="{n} Artikel durchsucht, datiert von {first} bis {last}.",
        searched_none="Kein Artikel entspricht den Filtern.",
        nearest="Nächstliegende Artikel: {titles}.",
        unreachable="Das Sprachmodell war nicht erreichbar: Antwort aus den Artikeln entnommen.",
        unproved="Das Sprachmodell schrieb nichts Belegtes: Antwort aus den Artikeln entnommen.",
        untitled="Artikel {id}",
        dropped="{n} Satz/Sätze ohne Beleg weggelassen.",
        searched_days="Gesucht {days}.",
        nothing_then="Gesucht {days}, ohne sichere Antwort; dann in allen Daten.",
        no_such_date="Ein Datum „{date}“ gibt es nicht; ohne es gesucht.",
        newest="Die neuesten zuerst; der letzte Artikel ist von {last}.",
        garbled="Der zitierte Satz enthält entstellte Wörter.",
        yes="Ja",
        no="Nein",
        sources="({n} Quellen)",
    ),
    "es": Frame(
        printed="{source}: «{quote}»",
        differ="Las fuentes difieren: {sides}.",
        views="Las opiniones difieren: {sides}.",
        nothing="El archivo no responde a esta pregunta.",
        searched="Buscado en {n} artículo(s), sin fecha conocida.",
        searched_dates="Buscado en {n} artículo(s), fechados de {first} a {last}.",
        searched_none="Ningún artículo cumple los filtros.",
        nearest="Artículos más cercanos: {titles}.",
        unreachable="No se pudo contactar con el modelo de lenguaje: respuesta extraída de los artículos.",
        unproved="El modelo de lenguaje no escribió nada probado: respuesta extraída de los artículos.",
        untitled="artículo {id}",
        dropped="{n} frase(s) sin prueba retirada(s).",
        searched_days="Buscado {days}.",
        nothing_then="Buscado {days} sin respuesta segura, y luego en todas las fechas.",
        no_such_date="La fecha «{date}» no existe; buscado sin ella.",
        newest="Los más recientes primero; el último artículo es de {last}.",
        garbled="La frase citada contiene palabras deformadas.",
        yes="Sí",
        no="No",
        sources="({n} fuentes)",
    ),
    "it": Frame(
        printed="{source}: «{quote}»",
        differ="Le fonti differiscono: {sides}.",
        views="Le opinioni differiscono: {sides}.",
        nothing="L'archivio non risponde a questa domanda.",
        searched="Cercato in {n} articolo/i, senza data nota.",
        searched_dates="Cercato in {n} articolo/i, datati da {first} a {last}.",
        searched_none="Nessun articolo corrisponde ai filtri.",
        nearest="Articoli più vicini: {titles}.",
        unreachable="Il modello linguistico non ha risposto: risposta estratta dagli articoli.",
        unproved="Il modello linguistico non ha scritto nulla di provato: risposta estratta dagli articoli.",
        untitled="articolo {id}",
        dropped="{n} frase/i senza prova tolta/e.",
        searched_days="Cercato {days}.",
        nothing_then="Cercato {days} senza una risposta certa, poi in tutte le date.",
        no_such_date="La data «{date}» non esiste; cercato senza di essa.",
        newest="I più recenti prima; l'ultimo articolo è di {last}.",
        garbled="La frase citata contiene parole alterate.",
        yes="Sì",
        no="No",
        sources="({n} fonti)",
    ),
    "pt": Frame(
        printed="{source}: «{quote}»",
        differ="As fontes divergem: {sides}.",
        views="As opiniões divergem: {sides}.",
        nothing="O arquivo não responde a esta pergunta.",
        searched="Procurado em {n} artigo(s), sem data conhecida.",
        searched_dates="Procurado em {n} artigo(s), datados de {first} a {last}.",
        searched_none="Nenhum artigo corresponde aos filtros.",
        nearest="Artigos mais próximos: {titles}.",
        unreachable="O modelo de linguagem não respondeu: resposta extraída dos artigos.",
        unproved="O modelo de linguagem não escreveu nada provado: resposta extraída dos artigos.",
        untitled="artigo {id}",
        dropped="{n} frase(s) sem prova retirada(s).",
        searched_days="Procurado {days}.",
        nothing_then="Procurado {days} sem resposta certa, depois em todas as datas.",
        no_such_date="A data «{date}» não existe; procurado sem ela.",
        newest="Os mais recentes primeiro; o último artigo é de {last}.",
        garbled="A frase citada contém palavras deformadas.",
        yes="Sim",
        no="Não",
        sources="({n} fontes)",
    ),
    "ru": Frame(
        printed="{source}: «{quote}»",
        differ="Источники расходятся: {sides}.",
        views="Мнения расходятся: {sides}.",
        nothing="В архиве нет ответа на этот вопрос.",
        searched="Просмотрено статей: {n}, даты неизвестны.",
        searched_dates="Просмотрено статей: {n}, даты с {first} по {last}.",
        searched_none="Ни одна статья не подходит под фильтры.",
        nearest="Ближайшие статьи: {titles}.",
        unreachable="Языковая модель недоступна: ответ извлечён из статей.",
        unproved="Языковая модель не написала ничего доказанного: ответ извлечён из статей.",
        untitled="статья {id}",
        dropped="Убрано фраз без доказательства: {n}.",
        searched_days="Поиск {days}.",
        nothing_then="Поиск {days} не дал надёжного ответа; затем поиск по всем датам.",
        no_such_date="Даты «{date}» не существует; поиск без неё.",
        newest="Сначала новейшие; последняя статья: {last}.",
        garbled="В процитированном предложении есть искажённые слова.",
        yes="Да",
        no="Нет",
        sources="(источников: {n})",
    ),
    "uk": Frame(
        printed="{source}: «{quote}»",
        differ="Джерела розходяться: {sides}.",
        views="Думки розходяться: {sides}.",
        nothing="В архіві немає відповіді на це запитання.",
        searched="Переглянуто статей: {n}, дати невідомі.",
        searched_dates="Переглянуто статей: {n}, дати з {first} до {last}.",
        searched_none="Жодна стаття не відповідає фільтрам.",
        nearest="Найближчі статті: {titles}.",
        unreachable="Мовна модель недоступна: відповідь узято зі статей.",
        unproved="Мовна модель не написала нічого доведеного: відповідь узято зі статей.",
        untitled="стаття {id}",
        dropped="Вилучено речень без доказу: {n}.",
        searched_days="Пошук {days}.",
        nothing_then="Пошук {days} не дав надійної відповіді; потім пошук за всіма датами.",
        no_such_date="Дати «{date}» не існує; пошук без неї.",
        newest="Спочатку найновіші; остання стаття: {last}.",
        garbled="У процитованому реченні є спотворені слова.",
        yes="Так",
        no="Ні",
        sources="(джерел: {n})",
    ),
}


def frame_for(language: str) -> Frame:
    """Return the frame of a language; English for one that has none."""
    return FRAMES.get(language, FRAMES["en"])
