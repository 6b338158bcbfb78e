"""Know the words that negate or doubt, whatever they are said of, in seven languages.

Who compares a text with its translation asks: `negation` asks what is said of a mention. Both read
one table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from projector.text.assertion_table import assertion_rows, folded


class Polarity(StrEnum):
    """What a word tells, and whether a translation has to tell it as well."""

    NEGATOR = "negator"  # negates
    CONCORD = "concord"  # negates where nothing else does: `ninguna`
    CARRIED = "carried"  # carries a negation on, to something else: `ni`
    JOINT = "joint"  # may do so, where one is: `or`
    IMPLIED = "implied"  # may render a negation: `afebrile`
    DOUBTER = "doubter"  # doubts
    DOUBTFUL = "doubtful"  # may render a doubt: `may`


_IDIOMS = ("no_doubt", "no_negation")
_PLAIN = "plain"  # what begins like a word that may render a negation, and is none
# What the table's kinds tell; a mention's cues may render a negation or a doubt as well.
_TOLD: dict[str, str] = {
    **{polarity.value: polarity for polarity in Polarity},
    "negated": Polarity.IMPLIED,
    "uncertain": Polarity.DOUBTFUL,
    _PLAIN: _PLAIN,
}


@dataclass(frozen=True, slots=True)
class _Listed:
    """Folded words by what they tell: whole ones, beginnings (`ausent*`) and ends (`*less`).

    Args:
        whole, beginnings, ends: What each tells.
        lengths: Letters of the beginnings and ends.
    """

    whole: Mapping[str, frozenset[str]]
    beginnings: Mapping[str, frozenset[str]]
    ends: Mapping[str, frozenset[str]]
    lengths: frozenset[int]

    def told_by(self, word: str) -> set[str]:
        """Return all that a folded word tells."""
        told = set(self.whole.get(word, ()))
        for length in self.lengths:
            if (beginning := word[:length]) in self.beginnings:
                told |= self.beginnings[beginning]
            if (end := word[-length:]) in self.ends:
                told |= self.ends[end]
        return told


@dataclass(frozen=True, slots=True)
class _Words:
    """One language's words, and its idioms: the words that open one by the word that ends it."""

    listed: _Listed
    idioms: Mapping[str, frozenset[str]]


@cache
def _words(language: str) -> _Words | None:
    rows = assertion_rows(language)
    if rows is None:
        return None
    whole: dict[str, frozenset[str]] = {}
    beginnings: dict[str, frozenset[str]] = {}
    ends: dict[str, frozenset[str]] = {}
    for (kind, _, _), cues in rows.items():
        for cue in cues:
            if kind in _TOLD and " " not in cue:
                table = beginnings if cue.endswith("*") else ends if cue.startswith("*") else whole
                word = cue.strip("*")
                table[word] = table.get(word, frozenset()) | {_TOLD[kind]}
    idioms: dict[str, frozenset[str]] = {}
    for first, second in (cue.split() for kind in _IDIOMS for cue in rows.get((kind, "", 0), ())):
        idioms[second] = idioms.get(second, frozenset()) | {first}
    lengths = frozenset(map(len, (*beginnings, *ends)))
    return _Words(_Listed(whole, beginnings, ends, lengths), idioms)


@lru_cache(maxsize=2**16)
def polarities(word: str, language: str) -> frozenset[Polarity]:
    """Return what a word may tell; nothing in an unknown language.

    Args:
        word: Letters, as they are written.
        language: A plain code.
    """
    words = _words(language)
    if words is None:
        return frozenset()
    told = words.listed.told_by(folded(word))
    if told & {Polarity.NEGATOR, _PLAIN}:
        told -= {Polarity.IMPLIED, Polarity.CONCORD, _PLAIN}
    if told & {Polarity.CONCORD, Polarity.CARRIED, Polarity.JOINT}:
        told -= {Polarity.IMPLIED}
    if Polarity.DOUBTER in told:
        told -= {Polarity.DOUBTFUL}
    return frozenset(map(Polarity, told))


@lru_cache(maxsize=2**16)
def idiom_openings(word: str, language: str) -> frozenset[str]:
    """Return the folded words that with this one behind them tell nothing: `sin` of `embargo`."""
    words = _words(language)
    return frozenset() if words is None else words.idioms.get(folded(word), frozenset())
