"""Spoil a translation in a known place, to learn and to measure what is made of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

from projector.document import Document, DocumentPair, Fragment, Mention
from projector.text.sentences import split_sentences

_LARGEST_SHARE = 3  # at most one sentence of so many is left out


def without_sentences(pair: DocumentPair, random: Random, *, most: int = 2) -> DocumentPair:
    """Leave sentences that hold mentions out of a translation.

    Args:
        pair: With gold mentions on both sides.
        random: Draws the sentences.
        most: How many at most; of a short translation one.

    Returns:
        The pair with what is left of its translation and of the mentions there; a pair in which
        nothing can be left out as it is.
    """
    starts = split_sentences(pair.target.text)[:, 0].tolist()
    if len(starts) < 2:
        return pair  # nothing would be left of it
    stretches = list(pairwise([*starts, len(pair.target.text)]))  # each with the blanks behind it
    whole = [stretch for stretch in stretches if _holds_whole(pair.target, *stretch)]
    random.shuffle(whole)
    cuts = sorted(whole[: max(1, min(most, len(stretches) // _LARGEST_SHARE))])
    return DocumentPair(pair.source, without_stretches(pair.target, cuts))


def without_mentions(pair: DocumentPair, random: Random, *, share: float = 0.15) -> DocumentPair:
    """Leave mentions out of the sentences of a translation, with the blank before them.

    Args:
        pair: With gold mentions on both sides.
        random: Draws the mentions.
        share: How many of those that overlap no other.

    Returns:
        The pair with what is left of its translation and of the mentions there.
    """
    text = pair.target.text
    spans = sorted((mention.start, mention.end) for mention in pair.target.mentions)
    alone = [
        (start - (text[start - 1 : start] == " "), end)
        for number, (start, end) in enumerate(spans)
        if all(end < other[0] or other[1] < start for other in spans[:number] + spans[number + 1 :])
    ]
    cuts = [span for span in alone if random.random() < share]
    return DocumentPair(pair.source, without_stretches(pair.target, cuts))


def _holds_whole(document: Document, start: int, end: int) -> bool:
    """Tell whether a stretch holds mentions, and cuts none."""
    inside = [start <= one.start and one.end <= end for one in document.mentions]
    apart = [one.end <= start or end <= one.start for one in document.mentions]
    return any(inside) and all(a or b for a, b in zip(inside, apart, strict=True))


def without_stretches(document: Document, cuts: list[tuple[int, int]]) -> Document:
    """Return a document without some stretches, given in text order, and what is in them."""

    def moved(offset: int) -> int:
        return offset - sum(min(end, offset) - start for start, end in cuts if start < offset)

    kept, text, behind = [], "", 0
    for start, end in cuts:
        text, behind = text + document.text[behind:start], end
    for mention in document.mentions:
        if not any(start <= mention.start and mention.end <= end for start, end in cuts):
            fragments = tuple(
                Fragment(moved(part.start), moved(part.end)) for part in mention.fragments
            )
            kept.append(Mention(mention.id, mention.label, fragments, mention.line))
    return replace(
        document, text=text + document.text[behind:], mentions=tuple(kept), annotations=()
    )
