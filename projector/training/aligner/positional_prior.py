"""Say where a token's counterpart may stand, before anything is known of what it means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from projector.align.anchors import anchored_path, diagonal
from projector.align.band import band_around
from projector.align.weights import Alignment
from projector.settings import AlignSettings

FULL = 50.0  # tokens; both are ClinicalAligner26AM's (§2)
FADE = 100.0


def positional_prior(
    path: NDArray[np.float64], targets: int, *, full: float = FULL, fade: float = FADE
) -> Tensor:
    """Return how willingly each source token meets each target token, by place alone.

    Args:
        path: [S] target positions: `path.diagonal` as published, or a path along anchors.
        targets: T.
        full: Distance from the path in target tokens up to which the prior is 1.
        fade: Distance at which it has fallen to 0, in a straight line.

    Returns:
        [S, T] float32 in [0, 1]; where it is 0 a match is disallowed.
    """
    band = band_around(path, targets, full=full, fade=fade)
    return Alignment(band.prior, band).dense()


def diagonal_prior(sources: int, targets: int, *, full: float = FULL, fade: float = FADE) -> Tensor:
    """Return the prior around the diagonal, as published; see `positional_prior`."""
    return positional_prior(diagonal(sources, targets), targets, full=full, fade=fade)


def anchored_prior(
    source: Tensor, target: Tensor, *, full: float = FULL, fade: float = FADE
) -> Tensor:
    """Return the prior around a chain of sure pairs; see `positional_prior`.

    The chain is sought as far from the diagonal as the aligner seeks it at inference.

    Args:
        source: [S, d] of unit length.
        target: [T, d] of unit length.
        full, fade: See `positional_prior`.
    """
    known = AlignSettings()
    reach = known.search_reach(len(target))
    path = anchored_path(source, target, reach=reach, neighbors=known.neighbors)
    return positional_prior(path, len(target), full=full, fade=fade)
