"""Hold the words that a file states against those of its text: as they are, or in the main."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from itertools import combinations

_Step = Callable[[str], str]

_BLANKS = re.compile(r"\s+")
_DASHES = re.compile(r"[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d_]")
_QUOTES = str.maketrans("‘’‚‛`´“”„‟«»", "''''''" + '"' * 6)


def _composed(words: str) -> str:
    return unicodedata.normalize("NFC", words)


def _spaced(words: str) -> str:
    """Return words with one space for each run of blanks, and without what is not seen."""
    visible = (character for character in words if unicodedata.category(character) != "Cf")
    return _BLANKS.sub(" ", "".join(visible)).strip()


def _unescaped(words: str) -> str:
    """Return words without entities, also where they were escaped twice."""
    return html.unescape(html.unescape(words))


def _joined(words: str) -> str:
    """Return words without what a tokeniser parts or changes: blanks, hyphens, quotation marks."""
    plain = unicodedata.normalize("NFKC", words).translate(_QUOTES).replace("''", '"')
    return _BLANKS.sub("", _DASHES.sub("", plain))


_STEPS: dict[str, _Step] = {
    "how accents are composed (Unicode normalisation)": _composed,
    "blanks": _spaced,
    "entities like &amp;": _unescaped,
    "case": str.casefold,
    "how they were tokenised": _joined,
}


def difference(stated: str, words: str) -> str | None:
    """Return what the words that a file states differ in from those of its text.

    Returns:
        In words; empty where they are equal; None where they are not the same in the main.
    """
    if stated == words:
        return ""
    for name, step in _STEPS.items():
        if step(stated) == step(words) != "":
            return name
    for (name, step), (other, next_step) in combinations(_STEPS.items(), 2):
        if next_step(step(stated)) == next_step(step(words)) != "":
            return f"{name} and {other}"
    if (plain := in_the_main(stated)) and plain == in_the_main(words):
        return "blanks, entities, case or how they were tokenised"
    return None


def has_stray_edges(stated: str, words: str) -> bool:
    """Tell whether words begin or end with a blank or hyphen and the stated ones don't."""
    return any(
        not _bare(words[edge]) and bool(_bare(stated[edge]))
        for edge in (slice(0, 1), slice(-1, None))
    )


def _bare(character: str) -> str:
    return _joined(_spaced(character))


def in_the_main(words: str) -> str:
    """Return of words what neither Unicode forms, blanks, entities, case nor tokenising change."""
    for step in (_unescaped, _composed, _spaced, _joined, str.casefold, _composed):
        words = step(words)
    return words
