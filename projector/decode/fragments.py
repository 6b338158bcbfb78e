"""Turn the fragments of mentions into arrays, and say what each sends through an alignment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.align.weights import Alignment
from projector.decode.membership import MassShares, mass_shares
from projector.document import Document
from projector.text.tokens import TokenizedText

Ints = NDArray[np.int64]

_SHARES_AT_ONCE = 16_000_000  # fragments times target tokens: bounds the memory of huge texts


@dataclass(frozen=True, slots=True)
class SourceFragments:
    """The M fragments of a document's mentions, in the mentions' order.

    Args:
        characters: [M, 2] where they stand in the text.
        mention: [M] the number of the mention that each belongs to.
        labels: That mention's label, of each.
    """

    characters: Ints
    mention: Ints
    labels: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of fragments M."""
        return len(self.characters)

    def __getitem__(self, rows: slice) -> SourceFragments:
        """Return some of the fragments."""
        return SourceFragments(self.characters[rows], self.mention[rows], self.labels[rows])


def source_fragments(document: Document) -> SourceFragments:
    """Return every fragment of a document's mentions."""
    rows = [
        (fragment.start, fragment.end, number)
        for number, mention in enumerate(document.mentions)
        for fragment in mention.fragments
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    labels = tuple(document.mentions[number].label for number in table[:, 2])
    return SourceFragments(table[:, :2], table[:, 2], labels)


def fragment_shares(
    fragments: SourceFragments, alignment: Alignment, source: TokenizedText
) -> Iterator[tuple[slice, MassShares]]:
    """Yield what fragments send to the target tokens, as many fragments at a time as memory allows.

    Args:
        fragments: Of the source's mentions.
        alignment: Of the S source tokens with T target tokens.
        source: The source's tokens.

    Yields:
        Which fragments, and their shares over the T target tokens.
    """
    step = max(1, _SHARES_AT_ONCE // max(alignment.band.targets, 1))
    for start in range(0, len(fragments), step):
        rows = slice(start, start + step)
        yield rows, mass_shares(alignment, source.offsets, fragments.characters[rows])
