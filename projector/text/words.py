"""Cut a text into words and describe them: what candidate spans begin and end with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from projector.text.function_words import FUNCTION_WORDS

# Combining marks belong to the letter before them, variation selectors and joiners to the symbol.
_WORD = re.compile(
    r"(?:[^\W\d]|[\u0300-\u036f])+|\d[\d\u0300-\u036f]*|[^\w\s][\u0300-\u036f\u200d\ufe0f]*"
)
_OPENING = frozenset("([{«“„‘¿¡")
_BRACKETS = {"(": 1, "[": 1, "{": 1, "«": 1, "“": 1, ")": -1, "]": -1, "}": -1, "»": -1, "”": -1}
_SEPARATORS = frozenset(",;:.")
_JOINERS = frozenset("-‐‑–/'’%")
_APOSTROPHES = frozenset("'’")


@dataclass(frozen=True, slots=True)
class Words:
    """A text's N words: runs of letters, runs of digits, and every other character by itself.

    All that is not white space belongs to exactly one word.

    Args:
        offsets: [N, 2] half-open character offsets.
        lexical: [N] True for runs of letters or digits.
        function: [N] True for function words of the text's language.
        opening: [N] True for opening brackets and quotes.
        bracket: [N] +1 for an opening bracket, -1 for a closing one, else 0.
        separator: [N] True for comma, semicolon, colon and full stop.
        splits_compound: [N + 1] True where an edge before word i (or at the end) would cut what
            is written as one: two words joined by a hyphen, an apostrophe or a slash, a number
            and its per cent sign, letters and digits (`T38`); but not behind an elided function
            word (`dell'`).
        capital: [N] True where the first letter is a capital.
        numeric: [N] True for runs of digits.
        opens_line: [N] True for the first of the text, or of a line.
    """

    offsets: NDArray[np.int64]
    lexical: NDArray[np.bool_]
    function: NDArray[np.bool_]
    opening: NDArray[np.bool_]
    bracket: NDArray[np.int64]
    separator: NDArray[np.bool_]
    splits_compound: NDArray[np.bool_]
    capital: NDArray[np.bool_]
    numeric: NDArray[np.bool_]
    opens_line: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of words N."""
        return len(self.offsets)

    def range_of(self, spans: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the half-open word ranges ([M], [M]) that spans of characters [M, 2] touch."""
        return overlap_range(self.offsets, spans)


def overlap_range(
    offsets: NDArray[np.int64], spans: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find which of the ordered `offsets` [N, 2] overlap each of `spans` [M, 2].

    Returns:
        ([M], [M]) half-open index ranges; empty (first == last) where nothing overlaps.
    """
    first = np.searchsorted(offsets[:, 1], spans[:, 0], side="right")
    last = np.searchsorted(offsets[:, 0], spans[:, 1], side="left")
    return first, np.maximum(first, last)


@lru_cache(maxsize=2)  # a source comes back for each of its translations
def find_words(text: str, language: str) -> Words:
    """Cut `text` into words; `language` (a plain code) chooses the function words.

    What is given is shared, not to be written to.
    """
    matches = list(_WORD.finditer(text))
    surfaces = [match.group() for match in matches]
    offsets = np.array([match.span() for match in matches], dtype=np.int64).reshape(-1, 2)
    function_words = FUNCTION_WORDS.get(language.casefold()[:2], frozenset())
    lexical = _flags([surface[0].isalnum() for surface in surfaces])
    function = _flags([_plain(surface) in function_words for surface in surfaces])
    return Words(
        offsets=offsets,
        lexical=lexical,
        function=function,
        opening=_flags([surface in _OPENING for surface in surfaces]),
        bracket=np.array([_BRACKETS.get(surface, 0) for surface in surfaces], dtype=np.int64),
        separator=_flags([surface in _SEPARATORS for surface in surfaces]),
        splits_compound=_splits_compound(surfaces, offsets, lexical, function),
        capital=_flags([surface[0].isupper() for surface in surfaces]),
        numeric=_flags([surface[0].isdecimal() for surface in surfaces]),
        opens_line=_opens_line(text, offsets),
    )


def _splits_compound(
    surfaces: list[str],
    offsets: NDArray[np.int64],
    lexical: NDArray[np.bool_],
    function: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return [N + 1] which edges would cut what is written as one; see `Words`."""
    joiner = _flags([surface in _JOINERS for surface in surfaces])
    apostrophe = _flags([surface in _APOSTROPHES for surface in surfaces])
    touching = offsets[1:, 0] == offsets[:-1, 1]
    splits = np.zeros(len(surfaces) + 1, dtype=np.bool_)
    splits[1:-1] = touching & (joiner[1:] | joiner[:-1] | (lexical[1:] & lexical[:-1]))
    splits[2:-1] &= ~(function[:-2] & apostrophe[1:-1])
    return splits


def _opens_line(text: str, offsets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return [N] which words are the first of the text, or of a line."""
    ends = [0, *offsets[:-1, 1].tolist()]
    starts = offsets[:, 0].tolist()
    flags = _flags(["\n" in text[end:start] for end, start in zip(ends, starts, strict=False)])
    flags[:1] = True
    return flags


def _flags(values: list[bool]) -> NDArray[np.bool_]:
    return np.array(values, dtype=np.bool_)


def _plain(surface: str) -> str:
    """Return a word as the function words are listed, however its accents are written."""
    return unicodedata.normalize("NFC", surface.casefold())
