"""Pair the sentences of a text and its translation, for aligners that know sentences only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from jobs.research.baselines.baseline import import_package
from projector.text.sentences import split_sentences

Bead = tuple[int, int, int, int]  # half-open ranges of source and of target sentences
Beads = Callable[[Sequence[str], Sequence[str]], list[Bead]]


def length_beads(source: Sequence[str], target: Sequence[str]) -> list[Bead]:
    """Group sentences by their lengths alone (Gale and Church 1993), in order.

    Raises:
        ConfigurationError: The package `galechurch` is not installed.
    """
    beads = import_package("galechurch").align(source, target).beads
    return [(one.source_start, one.source_end, one.target_start, one.target_end) for one in beads]


def pair_sentences(
    source: str, target: str, *, beads: Beads = length_beads
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair stretches of one or more sentences of two texts.

    Returns:
        ([P, 2], [P, 2]) character offsets of each pair's source and target stretch, in order in
        both texts; sentences without counterpart are left out.
    """
    sides = [split_sentences(text) for text in (source, target)]
    sentences = [
        [text[start:end] for start, end in spans.tolist()]
        for text, spans in zip((source, target), sides, strict=True)
    ]
    if not all(sentences):
        return np.empty((0, 2), np.int64), np.empty((0, 2), np.int64)
    all_beads = np.array(beads(sentences[0], sentences[1]), dtype=np.int64).reshape(-1, 4)
    paired_beads = all_beads[
        (all_beads[:, 0] < all_beads[:, 1]) & (all_beads[:, 2] < all_beads[:, 3])
    ]
    return _stretches(sides[0], paired_beads[:, :2]), _stretches(sides[1], paired_beads[:, 2:])


def _stretches(sentences: NDArray[np.int64], ranges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where ranges of sentences [P, 2] begin and end."""
    return np.stack([sentences[ranges[:, 0], 0], sentences[ranges[:, 1] - 1, 1]], axis=1)
