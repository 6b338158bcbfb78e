"""Tell where in a translation what stands in its source is to be expected, and the other way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.document import Fragment
from projector.text.tokens import TokenizedText
from projector.text.words import overlap_range


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The sure links between two texts' tokens, as places.

    Args:
        source_offsets: [S, 2] of the source's tokens.
        target_offsets: [T, 2] of the translation's.
        partners: [S] the token of the translation that each is linked with; -1: none.
        source_path: [P] middles of linked tokens that rise in both texts, in characters.
        target_path: [P] those of their partners.
    """

    source_offsets: NDArray[np.int64]
    target_offsets: NDArray[np.int64]
    partners: NDArray[np.int64]
    source_path: NDArray[np.float64]
    target_path: NDArray[np.float64]

    def expected(self, places: Sequence[Fragment]) -> NDArray[np.float64]:
        """Return [N] where in the translation places of the source are expected."""
        middles = np.array([(place.start + place.end) / 2 for place in places])
        return np.asarray(np.interp(middles, self.source_path, self.target_path), np.float64)

    def partner_places(self, places: Sequence[Fragment]) -> list[tuple[int, int]]:
        """Return the stretch that each place's tokens are linked with; (-1, -1): none."""
        spans = np.array([(place.start, place.end) for place in places], np.int64).reshape(-1, 2)
        stretches = []
        for first, last in zip(*overlap_range(self.source_offsets, spans), strict=True):
            linked = self.partners[first:last]
            linked = linked[linked >= 0]
            offsets = self.target_offsets[linked]
            stretches.append((int(offsets.min()), int(offsets.max())) if len(linked) else (-1, -1))
        return stretches


def correspondence(
    source: TokenizedText,
    target: TokenizedText,
    links: tuple[NDArray[np.int64], NDArray[np.int64]],
    chain: Sequence[int],
) -> Correspondence:
    """Hold the links between two texts' tokens as places.

    Args:
        source: S tokens.
        target: T tokens.
        links: Source tokens, ascending, and their partners.
        chain: Which of them rise in both texts.
    """
    partners = np.full(len(source), -1, np.int64)
    partners[links[0]] = links[1]
    middles = source.offsets.mean(1), target.offsets.mean(1)
    return Correspondence(
        source.offsets,
        target.offsets,
        partners,
        np.array([0.0, *middles[0][links[0][chain]], len(source.text)]),
        np.array([0.0, *middles[1][links[1][chain]], len(target.text)]),
    )
