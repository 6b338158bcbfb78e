"""Tell what a word of concord adds to a clause: `žádné` negates with its verb, never for it.

Czech and Romanian negate the verb as well (*nebyly žádné*, *nu … nicio*). Where the verb of the
clause is affirmed (*byly žádné*), the negation is lost, and what is left of it tells nothing; a
clause without a verb (*alergie žádné*) is negated by the word alone.
"""

from __future__ import annotations

import re

from projector.text.assertion_table import folded
from projector.text.polarity_words import Polarity, polarities

# Folded verbs that are affirmed, and prepositions that `without` became, before such a word.
_AFFIRMED = {
    "cs": re.compile(r"\b(?:byl[aioy]?|je|jsou|ma|maji|mel[aioy]?|lze|s|se)\b"),
    "ro": re.compile(r"\b(?:s-au?|am|ai|au?|e|este|sunt|erau?|are|aveau?|se|cu|prezint\w+)\b"),
}
_NEGATED_VERB = {"cs": "ne", "ro": "ne"}  # how a verb begins that may be one
_WORD = re.compile(r"[^\W\d_]+")
_CLAUSE = re.compile(r"[.,;:()\n]")
_REACH = 80  # characters of a clause before the word and behind it, at most


def has_concord(language: str) -> bool:
    """Tell whether a language negates the verb beside other words that negate."""
    return language in _AFFIRMED


def clause_negates(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether something else in the clause of a word of concord negates."""
    words = _WORD.findall(" ".join(_around(text, start, end)))
    return any(_negates(word, language) for word in words)


def clause_affirms(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether the clause before a word of concord has a verb, and affirms it."""
    before, _ = _around(text, start, end)
    return _AFFIRMED[language].search(folded(before)) is not None


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    before = _CLAUSE.split(text[max(start - _REACH, 0) : start])[-1]
    return before, _CLAUSE.split(text[end : end + _REACH], maxsplit=1)[0]


def _negates(word: str, language: str) -> bool:
    told = polarities(word, language)
    is_verb = Polarity.IMPLIED in told and folded(word).startswith(_NEGATED_VERB[language])
    return Polarity.NEGATOR in told or is_verb
