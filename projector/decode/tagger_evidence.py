"""Hold what an entity tagger says of a translation, for the decoder to weigh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from projector.document import Document
from projector.text.words import overlap_range

Floats = NDArray[np.float32]


class TaggerEvidence(Protocol):
    """What a tagger says of one text, told of any stretches of it."""

    def inside(self, offsets: NDArray[np.int64], labels: Sequence[str]) -> NDArray[np.bool_]:
        """Mark [M, N] which of N stretches are inside the tagger's spans of each of M labels."""

    def edges(self, offsets: NDArray[np.int64], labels: Sequence[str]) -> tuple[Floats, Floats]:
        """Return [M, N] how surely spans of M labels begin, and end, with each of N stretches."""


@dataclass(frozen=True, slots=True)
class SpanEvidence:
    """A tagger's spans: an edge is certain or isn't there.

    Args:
        document: The translation as the tagger annotated it.
    """

    document: Document

    def inside(self, offsets: NDArray[np.int64], labels: Sequence[str]) -> NDArray[np.bool_]:
        """See `TaggerEvidence`."""
        marked = np.zeros((len(labels), len(offsets)), np.bool_)
        for rows, first, last in self._ranges(offsets, labels):
            marked[rows, first:last] = True
        return marked

    def edges(self, offsets: NDArray[np.int64], labels: Sequence[str]) -> tuple[Floats, Floats]:
        """See `TaggerEvidence`; 1 or 0."""
        begins, ends = np.zeros((2, len(labels), len(offsets)), np.float32)
        for rows, first, last in self._ranges(offsets, labels):
            begins[rows, first] = 1
            ends[rows, last - 1] = 1
        return begins, ends

    def _ranges(
        self, offsets: NDArray[np.int64], labels: Sequence[str]
    ) -> Iterator[tuple[list[int], int, int]]:
        """Yield which labels each mention is of, and which stretches it covers."""
        rows: dict[str, list[int]] = {label: [] for label in labels}
        for row, label in enumerate(labels):
            rows[label].append(row)
        mentions = [mention for mention in self.document.mentions if mention.label in rows]
        spans = [(mention.start, mention.end) for mention in mentions]
        ranges = overlap_range(offsets, np.array(spans, dtype=np.int64).reshape(-1, 2))
        for mention, first, last in zip(mentions, *(side.tolist() for side in ranges), strict=True):
            if first < last:
                yield rows[mention.label], first, last


@dataclass(frozen=True, slots=True)
class TokenEvidence:
    """A tagger's probabilities, token by token.

    Args:
        types: The E entity types that it knows; of others it says nothing.
        offsets: [T, 2] of the tokens.
        within: [T, E] that a token belongs to a span.
        begins, ends: [T, E] that a span begins, and ends, with a token.
    """

    types: tuple[str, ...]
    offsets: NDArray[np.int64]
    within: Floats
    begins: Floats
    ends: Floats

    def inside(self, offsets: NDArray[np.int64], labels: Sequence[str]) -> NDArray[np.bool_]:
        """See `TaggerEvidence`: where a token is likelier inside than not."""
        return self._of_labels(self._gathered(self.within, offsets), labels) > 0.5

    def edges(self, offsets: NDArray[np.int64], labels: Sequence[str]) -> tuple[Floats, Floats]:
        """See `TaggerEvidence`; probabilities."""
        begins, ends = (
            self._of_labels(self._gathered(values, offsets), labels)
            for values in (self.begins, self.ends)
        )
        return begins, ends

    def _gathered(self, values: Floats, offsets: NDArray[np.int64]) -> Floats:
        """Return [N, E]: the most that any token of each stretch has."""
        first, last = overlap_range(self.offsets, offsets)
        if not len(values):
            return np.zeros((len(offsets), values.shape[1]), np.float32)
        padded = np.concatenate([values, np.zeros((1, values.shape[1]), np.float32)])
        bounds = np.stack([first, np.maximum(last, first + 1)], 1).ravel()
        most: Floats = np.maximum.reduceat(padded, bounds.clip(None, len(values)), axis=0)[::2]
        most[first >= last] = 0
        return most

    def _of_labels(self, values: Floats, labels: Sequence[str]) -> Floats:
        """Return [M, N] the columns of labels; zeros for those that the tagger doesn't know."""
        columns = np.zeros((len(labels), len(values)), np.float32)
        for row, label in enumerate(labels):
            if label in self.types:
                columns[row] = values[:, self.types.index(label)]
        return columns
