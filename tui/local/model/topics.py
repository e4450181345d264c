"""What a prompt is about and which form of answer it asks for, read from its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

FORMS = {
    "showcase": "markdown everything showcase demo features formatting",
    "table": "table tables compare comparison versus vs difference differences pros cons better "
    "tabelle vergleich",
    "code": "code function program script implement snippet class regex algorithm refactor bug api cli "
    "python javascript typescript rust golang sql bash shell html css java kotlin swift yaml json dockerfile",
    "poem": "poem haiku verse verses rhyme sonnet limerick poetry lyrics song gedicht",
    "joke": "joke jokes funny pun laugh humor humour witz",
    "languages": "translate translation language languages chinese japanese korean unicode emoji emojis "
    "greeting",
    "list": "list lists plan steps todo checklist ideas tips agenda itinerary recipe schedule names liste",
    "story": "story tale fairy once novel chapter geschichte",
    "explain": "explain what why how describe define meaning understand summary summarize history erkläre",
}
"""Words that ask for a form; the first form that has one of a prompt's words is taken."""
_FORM_OF = {word: form for form, words in reversed(FORMS.items()) for word in words.split()}
_ORDER = list(FORMS)

_STOP_WORDS = """\
a about above again all also am an and any are as at be because been between both but by can could did do
does each every few for from get give go had has have he her here him his i if in into is it its just
know let like make many me more most my need new no not of off on one or our out over please quick same
say she short show simple small so some such tell than thanks that the their them then there these they
this those three through to too two up us use using very want was we were when where which while who will
with word words work works would write you your answer answers answered question create compose draw line
lines sentence sentences
"""
_STOP = frozenset(_STOP_WORDS.split())
_NO_SUBJECT = (_STOP - {"go"}) | set(FORMS["table"].split())
"""Words that name nothing that could be compared; the others may be languages, such as Go and SQL."""
_LANGUAGES = {
    "python": "python", "javascript": "javascript", "js": "javascript", "typescript": "typescript",
    "ts": "typescript", "rust": "rust", "golang": "go", "sql": "sql", "bash": "bash", "shell": "bash",
}  # fmt: skip
_WORD = re.compile(r"\w[\w+#.'’-]*")
_BETWEEN = re.compile(r"\s+(?:vs\.?|versus|and|with|or|to|against|und)\s+|\s*[,/&;]\s*", re.IGNORECASE)
_QUOTE_WIDTH = 140


@dataclass(frozen=True, slots=True)
class Ask:
    """What a prompt asks for."""

    quote: str
    """The prompt on one line, shortened, safe to stand in markdown."""
    topic: str
    """A few of its words: what it is about."""
    subjects: tuple[str, ...]
    """What it wants compared; empty when it names fewer than two things."""
    form: str | None
    """A key of `FORMS`; None when it says nothing about the form."""
    language: str | None
    """A programming language that it names."""


def read(prompt: str) -> Ask:
    """Return what the prompt asks for."""
    words = [word.rstrip(".'’-") for word in _WORD.findall(prompt[:2_000])]
    lower = [word.lower() for word in words]
    forms = {_FORM_OF[word] for word in lower if word in _FORM_OF}
    language = next((_LANGUAGES[word] for word in lower if word in _LANGUAGES), None)
    form = min(forms, key=_ORDER.index, default=None)
    subjects = _subjects(prompt[:2_000])
    return Ask(
        quote=quoted(prompt),
        topic=" and ".join(subjects[:2]) if form == "table" and subjects else _topic(words) or "everything",
        subjects=subjects,
        form=form,
        language=language,
    )


def quoted(prompt: str) -> str:
    """Return the prompt on one line, at most `_QUOTE_WIDTH` characters, its markdown escaped."""
    line = " ".join(prompt.split())
    line = line if len(line) <= _QUOTE_WIDTH else line[: _QUOTE_WIDTH - 1].rstrip() + "…"
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", line)


def _topic(words: list[str]) -> str:
    return _first_words(word for word in words if word.lower() not in _STOP and word.lower() not in _FORM_OF)


def _first_words(words: Iterable[str]) -> str:
    return " ".join(word[:24] for word in islice(words, 3))


def _subjects(prompt: str) -> tuple[str, ...]:
    found = []
    for part in _BETWEEN.split(prompt):
        words = (word.rstrip(".'’-") for word in _WORD.findall(part))
        subject = _first_words(word for word in words if word.lower() not in _NO_SUBJECT)
        if subject and subject not in found:
            found.append(subject)
    return tuple(found[:4]) if len(found) > 1 else ()
