# What the Telegram bot says in English. Values are plain text, never HTML: whoever sends them escapes them.
# A new language is a copy of this file under its code (de.ftl); every key and every {$variable} stays.

language-name = English

## First words and help

start =
    Hello! Ask me a question about the news articles in my archive. I answer with sentences taken from them, and show where each one is printed.

    Just write your question, or type /help to see what else I can do.
start-group =
    Hello! In this group I answer when you mention me ({ $bot }), reply to one of my messages, or use /ask.
help =
    Write a question: I answer from { $articles ->
        [one] the one article
       *[other] the { $articles } articles
    } of my archive, with proof. Tap a source to read the quotation where it stands.

    You can go on asking (“and in March?”): I follow the conversation. Reply to one of my answers to ask about it.

    /ask – ask a question
    /search – passages only, no answer
    /sources – sources of the last answer
    /latest – newest articles
    /about – what the archive holds
    /lang – change language
    /reset – start a new conversation
    /stop – stop the answer in progress
    /privacy – what I keep about you
    /export – your data in a file
    /forget – delete your data
help-inline = In any chat, type { $bot } and a question to find passages.
help-admin =
    For administrators:

    /index – add an article (a document or an address)
    /status – state of the archive
    /stats – figures on use
    /allow and /deny – who may ask
welcome = You are welcome. Ask me anything else about the news in my archive.
ask-usage = Write your question after the command, for example: /ask How many refugees have left Ukraine?
search-usage = Write what you are looking for after the command, for example: /search humanitarian corridors
question-too-long = That is a long question. Please keep it under { $limit } characters.
only-text = I only read text. Please write your question.
unknown-command = I do not know that command. /help lists those I know.

## Answers

thinking = Searching the archive…
short-sources =
    { $n ->
        [one] (1 source)
       *[other] ({ $n } sources)
    }
answer-coverage =
    { $cited ->
        [one] 1 article cited
       *[other] { $cited } articles cited
    } of { $searched } searched
answer-coverage-dates =
    { $cited ->
        [one] 1 article cited
       *[other] { $cited } articles cited
    } of { $searched } searched (known dates: { $dates })
answer-filtered =
    { $searched ->
        [one] Only 1 of the { $articles } articles in the archive matches the dates or outlets you named.
       *[other] Only { $searched } of the { $articles } articles in the archive match the dates or outlets you named.
    }
answer-understood = Understood as: { $question }
answer-incomplete = This answer is incomplete.
dates-range = { $first } – { $last }
page-number = p. { $n }
quotation = “{ $quote }”
quotation-source = { $source }: { $quote }
also-printed =
    { $n ->
        [one] also printed by 1 other article
       *[other] also printed by { $n } other articles
    }
sources-differ = The sources differ.
sources-differ-named = The sources differ:{ $sides }
source-beginning = “{ $words }”
source-untitled = untitled article
source-button = { $marker } · { $source }
refusal = The archive does not answer this question.
refusal-searched =
    I searched { $searched ->
        [one] 1 article.
       *[other] { $searched } articles.
    }
refusal-searched-dates =
    I searched { $searched ->
        [one] 1 article
       *[other] { $searched } articles
    } ({ $dates }).
refusal-searched-none = No article matches the dates or outlets you named.
refusal-empty-archive = The archive is still empty.
refusal-nearest = The nearest articles:

## Buttons

button-other-sources = Other sources
button-open = Open at the passage
button-open-article = Open the article
button-copy = Copy quote
button-back = Back
button-previous = ‹
button-next = ›
button-position = { $n }/{ $total }
button-forget = Delete everything
button-cancel = Cancel

## Source cards and lists

card-excerpt = Beginning of the article
article-changed = The article has changed since; this is the quotation as it stood.
article-gone = The article is no longer in the archive; this is the quotation as it stood.
note-days = “{ $words }”: { $days }
note-printed =
    Also printed by { $sources }{ $more ->
        [0] {""}
       *[other] {""} and { $more } more
    }
note-garbled = ⚠️ Garbled words in this source: { $words }
note-clean = Without them, in { $source }: “{ $quote }”
nearest-gone = This article is no longer in the archive.
answer-gone = I no longer have this answer. Please ask your question again.
source-gone = I no longer have this source.
sources-none = There is no answer yet in this conversation. Ask a question first.
other-sources-title = Other articles close to your question
other-sources-none = I found no other article close to your question.
search-title =
    { $n ->
        [one] 1 passage for “{ $query }”
       *[other] { $n } passages for “{ $query }”
    }
search-none = I found no passage for “{ $query }”.
latest-title = Newest articles
latest-page = Newest articles ({ $page }/{ $pages })
latest-empty = The archive is still empty.

## About the archive

about =
    { $articles ->
        [one] The archive holds 1 article
       *[other] The archive holds { $articles } articles
    }{ $outlets ->
        [0] , with no outlet named.
        [one] {" "}from 1 outlet.
       *[other] {" "}from { $outlets } outlets.
    }
about-empty = The archive is still empty.
about-dates = Published from { $first } to { $last }.
about-date = Published { $date }.
about-undated = None of them has a known date.
about-outlets-title = Outlets:
about-outlet = { $outlet } ({ $articles })
about-outlets-more =
    { $n ->
        [one] and 1 other
       *[other] and { $n } others
    }
about-updated = Last updated: { $when }.
about-method = Every sentence I send is backed by a verbatim quotation from an article.

## Language, conversation, one's own data

lang-choose = Which language shall I speak?
lang-set = I now speak English.
lang-unknown = I do not speak that language yet. I speak: { $languages }.
reset-done = New conversation: I have set aside what we said.
stop-done = I have stopped.
stop-nothing = There is nothing to stop.
privacy =
    What I keep about you:
    – your Telegram identifier, your language and how many questions you asked, to apply the limits;
    – your questions, my answers and your 👍 👎, so that follow-ups and buttons work.

    I do not keep your name or your phone number, and logs hold no message text. { $days ->
        [0] Conversations are kept until you delete them.
        [one] A conversation is forgotten after 1 day without a question.
       *[other] A conversation is forgotten after { $days } days without a question.
    }
    { $model ->
        [none] Answers are made here: your questions are sent to no one else.
       *[other] To write an answer, your question and passages of articles are sent to the language model { $model }; how much it read and wrote for you is counted by day, for 400 days.
    }

    /export gives you everything in a file, /forget deletes it.
export-caption = Everything I keep about you.
export-private = I can only send this to you in private: write to { $bot } first, then ask again.
forget-confirm = Delete your conversations, my answers and your ratings? This cannot be undone.
forget-done =
    { $answers ->
        [0] Done. I keep nothing about you any more.
        [one] Done. 1 answer and everything tied to it are deleted.
       *[other] Done. { $answers } answers and everything tied to them are deleted.
    }
forget-erasing = Done. Your data are deleted; what is left of them on the disk is erased when the bot starts next.
forget-cancelled = Nothing was deleted.
forget-not-yours = Only the person who asked for this can confirm it.
feedback-up = Thank you, glad it helped.
feedback-down = Thank you, that helps me improve.

## Limits and access

busy = Many people are asking at once and I cannot take your question now. Please try again in a minute.
rate-limit =
    { $seconds ->
        [one] A little slower, please: try again in 1 second.
       *[other] A little slower, please: try again in { $seconds } seconds.
    }
daily-limit =
    { $limit ->
        [one] You have used your question for today. See you tomorrow!
       *[other] You have used your { $limit } questions for today. See you tomorrow!
    }
budget-used = Today’s budget for the language model is used up: this answer is taken straight from the articles.
not-allowed = This bot is private. If you should have access, give an administrator this number: { $id }
invite-needed = This bot is by invitation. Send me your code like this: /start your-code
invite-wrong = That code is not valid. Please check it, or ask for a new one.
invite-accepted = Welcome! Ask me your first question.
error = Something went wrong on my side, sorry. If it happens again, quote this number: { $id }
button-too-old = This button no longer works.

## Administrators

admin-only = This command is for administrators.
index-usage = Send a document with the caption /index, or write /index followed by the address of an article.
index-fetching = Fetching…
index-started = Indexing…
index-busy = Another update is running. Please try again when it is done.
index-too-big = This file is too big: { $megabytes } MB at most.
index-done =
    Archive updated: { $added } added, { $updated } updated, { $removed } removed, { $unchanged } unchanged.
index-skipped =
    { $n ->
        [one] 1 item was left out:
       *[other] { $n } items were left out:
    }
index-skipped-item = { $where }: { $reason }
index-failed = The update failed: { $reason }
status =
    Articles: { $articles }
    Passages: { $passages }
    Encoder: { $encoder }
    Index: { $index }
    Size: { $megabytes } MB
    Chat model: { $model }
    In progress: { $running }, waiting: { $waiting }
status-no-model = none
stats =
    { $days ->
        [one] Today
       *[other] Last { $days } days
    }
    Questions: { $questions }
    People: { $people }
    Answered: { $answered }, refused: { $refused }
    👍 { $up }  👎 { $down }
    Errors: { $errors }
    Calls to the chat model: { $calls } of { $budget }
stats-times = Time to answer: { $median } s (median), { $p95 } s (95th percentile)
stats-usage = Tokens: { $read } read, { $written } written (today: { $read_today } and { $written_today })
stats-cost = Cost: { $cost } (today: { $today })
allow-usage = Write /allow and the number of a person or a chat; or reply with it to their message; or send it in the group that is meant.
allow-done = { $id } may now ask.
allow-already = { $id } could already ask.
deny-usage = Write /deny and the number of a person or a chat; or reply with it to their message; or send it in the group that is meant.
deny-done = { $id } may no longer ask.
deny-admin = An administrator cannot be removed this way.

## Inline mode

inline-hint = Type a question to find passages
inline-none = No passage found – ask in private
inline-failed = The search failed – ask in private
inline-continue = Continue in private
inline-not-allowed = This bot is private
inline-wait = A little slower, please

## What Telegram shows: the list of commands, and the bot's profile

command-start = Say hello
command-help = How to ask
command-ask = Ask a question
command-sources = Sources of the last answer
command-latest = Newest articles
command-search = Find passages, without an answer
command-about = What the archive holds
command-lang = Change language
command-reset = Start a new conversation
command-stop = Stop the answer in progress
command-privacy = What I keep about you
command-export = Get your data
command-forget = Delete your data
command-index = Add an article
command-status = State of the archive
command-stats = Figures on use
command-allow = Let someone ask
command-deny = Stop letting someone ask
profile-description = I answer questions about an archive of news articles, and show for each sentence the quotation that proves it.
profile-short = Answers from the press, with proof.
