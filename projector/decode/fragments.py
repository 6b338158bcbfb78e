"""Turn the fragments of mentions into arrays, and say what each sends through an alignment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from projector.align.weights import Alignment
from projector.arrays import Ints
from projector.decode.groups import index_groups
from projector.decode.membership import MassShares, mass_shares, mass_windows
from projector.document import Document
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range

_SHARES_AT_ONCE = 1_000_000  # fragments times their windows, or tokens: bounds the memory


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

    def __getitem__(self, index: Ints) -> SourceFragments:
        """Return the fragments at `index`."""
        labels = tuple(self.labels[number] for number in index)
        return SourceFragments(self.characters[index], self.mention[index], labels)


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
) -> Iterator[tuple[Ints, MassShares]]:
    """Yield what fragments send to the target tokens, as many fragments at a time as memory allows.

    Args:
        fragments: Of the source's mentions.
        alignment: Of the S source tokens with T target tokens.
        source: The source's tokens.

    Yields:
        [m] which fragments, and their shares, each within its window of target tokens. Fragments
        with windows of about one width go together.
    """
    received = alignment.received()
    start, end = mass_windows(alignment.band, source.offsets, fragments.characters)
    first, last = overlap_range(source.offsets, fragments.characters)
    sizes = np.maximum(end - start, last - first)[:, None]
    for index in index_groups(sizes, most=_SHARES_AT_ONCE):
        spans = fragments.characters[index]
        yield index, mass_shares(alignment, source.offsets, spans, received=received)
