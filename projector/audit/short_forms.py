"""Pair short forms with what writes them out: `AP: MVC.` and all its words.

Their vectors know little of each other. But where both stand without a counterpart between the
same neighbours, who else would they render.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 4  # of a sentence that is a short form
_FEWEST_LETTERS, _MOST_LETTERS = 2, 5  # capitals of a word that is one


def is_short_form(sentence: str) -> bool:
    """Tell whether a sentence is a few words with an abbreviation in capitals among them."""
    words = _WORD.findall(sentence)
    return len(words) <= _MOST_WORDS and any(
        word.isupper() and _FEWEST_LETTERS <= len(word) <= _MOST_LETTERS for word in words
    )


def written_out(
    lone_sources: Sequence[int],
    lone_targets: Sequence[int],
    anchors: tuple[NDArray[np.int64], NDArray[np.int64]],
    sentences: tuple[Sequence[str], Sequence[str]],
) -> list[tuple[int, int]]:
    """Return pairs of sentences of which one is a short form that the other writes out.

    Args:
        lone_sources: Sentences of the source without a counterpart, ascending.
        lone_targets: Those of the translation, ascending.
        anchors: [P] sentences that have one, and [P] it, rising in both texts.
        sentences: Of both texts.
    """
    gaps = (
        np.searchsorted(anchors[0], lone_sources).tolist(),
        np.searchsorted(anchors[1], lone_targets).tolist(),
    )
    pairs: list[tuple[int, int]] = []
    for gap in sorted(set(gaps[0]) & set(gaps[1])):
        rows = [row for row, number in zip(lone_sources, gaps[0], strict=True) if number == gap]
        columns = [one for one, number in zip(lone_targets, gaps[1], strict=True) if number == gap]
        if len(rows) == len(columns):
            pairs += zip(rows, columns, strict=True)
    return [
        (row, column)
        for row, column in pairs
        if is_short_form(sentences[0][row]) or is_short_form(sentences[1][column])
    ]
