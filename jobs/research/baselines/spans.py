"""Project mentions over word links by the usual heuristic: first to last aligned word."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from jobs.research.baselines.baseline import Baseline, Links, text_links
from jobs.research.baselines.pairing import Beads, length_beads, pair_sentences
from jobs.research.baselines.words import surfaces, word_offsets
from projector.document import DocumentPair, Fragment, Mention
from projector.text.words import overlap_range


def project_spans(
    baseline: Baseline, pair: DocumentPair, *, beads: Beads = length_beads
) -> dict[str, Fragment]:
    """Project a pair's mentions with a baseline.

    Returns:
        By mention id; mentions without an aligned word are left out.
    """
    source, target = (word_offsets(side.text) for side in (pair.source, pair.target))
    links = link_documents(baseline, pair, source, target, beads=beads)
    return spans_of_links(pair.source.mentions, source, target, links)


def link_documents(
    baseline: Baseline,
    pair: DocumentPair,
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    *,
    beads: Beads = length_beads,
) -> Links:
    """Link the words [S, 2] and [T, 2] of a pair, whole or sentence by sentence."""
    texts = pair.source.text, pair.target.text
    if baseline.whole_documents:
        blocks = [(slice(0, len(source)), slice(0, len(target)))]
    else:
        stretches = pair_sentences(*texts, beads=beads)
        sides = _words_of(source, stretches[0]), _words_of(target, stretches[1])
        blocks = list(zip(*sides, strict=True))
    links_of_blocks = baseline.align(
        [surfaces(texts[0], source[left]) for left, _ in blocks],
        [surfaces(texts[1], target[right]) for _, right in blocks],
    )
    return text_links(links_of_blocks, blocks)


def spans_of_links(
    mentions: Iterable[Mention],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    links: Links,
) -> dict[str, Fragment]:
    """Give each mention the stretch from the first to the last target word linked with its words.

    Args:
        mentions: Of the source; a word belongs to each mention that it shares a character with.
        source: [S, 2] offsets of the source's words.
        target: [T, 2] offsets of the target's words.
        links: (source word, target word).
    """
    table = np.array(links, dtype=np.int64).reshape(-1, 2)
    span_of_mention = {}
    for mention in mentions:
        parts = np.array([[one.start, one.end] for one in mention.fragments], dtype=np.int64)
        is_mention_word = np.zeros(len(source) + 1, dtype=np.bool_)
        for first, last in zip(*overlap_range(source, parts), strict=True):
            is_mention_word[first:last] = True
        linked = table[is_mention_word[table[:, 0]], 1]
        if len(linked):
            start, end = int(target[linked.min(), 0]), int(target[linked.max(), 1])
            span_of_mention[mention.id] = Fragment(start, end)
    return span_of_mention


def _words_of(words: NDArray[np.int64], stretches: NDArray[np.int64]) -> list[slice]:
    """Return the words in each stretch of characters [P, 2]."""
    ranges = zip(*(side.tolist() for side in overlap_range(words, stretches)), strict=True)
    return [slice(first, last) for first, last in ranges]
