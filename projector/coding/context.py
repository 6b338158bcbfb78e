"""Cut the sentence around a mention: what a cross-encoder may read beside it."""

from __future__ import annotations

import numpy as np

from projector.coding.mentions import CodedDocument
from projector.text.sentences import split_sentences

_REACH = 100  # characters on each side at most: bounds what reading a pair costs


def contexts(document: CodedDocument) -> list[str]:
    """Return the sentence around the first fragment of each mention; empty where there is no text.

    Of a long sentence the words next to the mention are kept.
    """
    if document.document is None:
        return [""] * len(document.mentions)
    text = document.document.text
    sentences = split_sentences(text)
    return [_around(text, sentences, *mention.fragments[0]) for mention in document.mentions]


def _around(text: str, sentences: np.ndarray[tuple[int, int]], start: int, end: int) -> str:
    first = int(np.searchsorted(sentences[:, 1], start, side="right"))
    last = int(np.searchsorted(sentences[:, 0], end, side="left")) - 1
    if first >= len(sentences) or last < first:  # nothing but white space
        return ""
    begin, stop = int(sentences[first, 0]), int(sentences[last, 1])
    if start - begin > _REACH:
        begin = text.find(" ", start - _REACH, start) + 1 or start
    if stop - end > _REACH:
        stop = max(text.rfind(" ", end, end + _REACH), end)
    return text[begin:stop]
