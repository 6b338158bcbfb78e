"""Find the best candidate of every source span, whether or not having none is likelier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from projector.arrays import Floats, Ints
from projector.decode.best_span import UNFIT, Barred, BestCandidates, best_candidates
from projector.decode.candidates import Candidates
from projector.decode.decoded import Decoded
from projector.decode.discontinuous import discontinuous_parts
from projector.settings import DecodeSettings, SpanWeights

# What is told of a span by its candidates: the first three by all of them, the others by itself.
FIGURES = (
    "over_none", "share", "none", "recall", "precision", "length", "inside", "outside",
    "edge_mass", "edges", "tagger", "tagger_begins", "tagger_ends",
)  # fmt: skip
_MOST = 30.0  # odds, as a logarithm, that tell no more than this


@dataclass(frozen=True, slots=True)
class ClaimedSpans:
    """The best candidates of K source fragments.

    Args:
        fragment: [K] whose, ascending.
        first, last: [K] the first target word of each, and the word behind its last.
        figures: [K, C] what their candidates tell of them, see `FIGURES`.
        pieces: (fragment, first word, word behind the last) of what stands apart from them.
    """

    fragment: Ints
    first: Ints
    last: Ints
    figures: Floats
    pieces: tuple[tuple[int, int, int], ...] = ()

    def __getitem__(self, index: Ints) -> ClaimedSpans:
        """Return the spans at `index`, with their pieces."""
        alive = set(self.fragment[index].tolist())
        return ClaimedSpans(
            self.fragment[index],
            self.first[index],
            self.last[index],
            self.figures[index],
            tuple(piece for piece in self.pieces if piece[0] in alive),
        )

    def with_others(self, others: ClaimedSpans) -> ClaimedSpans:
        """Return the spans, those of some fragments replaced by other spans of theirs."""
        kept = np.flatnonzero(~np.isin(self.fragment, others.fragment))
        return joined_spans([self[kept], others])

    def __len__(self) -> int:
        """Return the number K."""
        return len(self.fragment)


def claimed_spans(
    candidates: Iterable[Candidates], settings: DecodeSettings, *, barred: Barred | None = None
) -> ClaimedSpans:
    """Return the best candidate of each fragment that has any, in the fragments' order.

    Args:
        candidates: Of the fragments, some at a time.
        settings: The weights of the features, and what makes a piece.
        barred: Words that fragments may not touch.
    """
    return joined_spans([_claimed(some, settings, barred) for some in candidates])


def joined_spans(parts: Sequence[ClaimedSpans]) -> ClaimedSpans:
    """Put the spans of different fragments together, in the fragments' order."""
    none = np.empty(0, np.int64)
    empty = ClaimedSpans(none, none, none, np.empty((0, len(FIGURES)), np.float32))
    some = [empty, *parts]
    fragment = np.concatenate([part.fragment for part in some])
    order = np.argsort(fragment, kind="stable")
    return ClaimedSpans(
        fragment[order],
        np.concatenate([part.first for part in some])[order],
        np.concatenate([part.last for part in some])[order],
        np.concatenate([part.figures for part in some])[order],
        tuple(sorted(piece for part in some for piece in part.pieces)),
    )


def _claimed(
    candidates: Candidates, settings: DecodeSettings, barred: Barred | None
) -> ClaimedSpans:
    weights = settings.span_weights
    best = best_candidates(candidates, weights=weights, barred=barred)
    row = np.sort(np.unique(candidates.index, return_index=True)[1])  # the first of each
    row = row[best.total[row] > UNFIT]
    fragment, first, last = candidates.index[row], best.first[row], best.last[row]
    pieces = discontinuous_parts(
        candidates.shares[row],
        Decoded(first, last, np.ones(len(row), np.float32)),
        candidates.target.words,
        coverage=settings.piece_recall,
        purity=settings.piece_precision,
        reach=settings.piece_reach,
    )
    apart = tuple((int(fragment[number]), start, end) for number, start, end in pieces)
    figures = _figures(candidates, best, weights)[row]
    return ClaimedSpans(fragment, first, last, figures, apart)


def _figures(candidates: Candidates, best: BestCandidates, weights: SpanWeights) -> Floats:
    """Return [m, C] what candidates tell of the best of them."""
    nothing = candidates.nothing(weights)
    features = candidates.features_of_spans(best.first, best.last)
    blank = np.zeros(len(nothing), np.float32)
    begins, ends = candidates.tagged(best.first, best.last)
    columns = {
        "over_none": (best.total - nothing).clip(-_MOST, _MOST),
        "share": -np.log(best.mass).clip(0, _MOST),
        "none": nothing.clip(-_MOST, _MOST),
        **features,
        "tagger_begins": begins,
        "tagger_ends": ends,
    }
    return np.stack([columns.get(name, blank) for name in FIGURES], 1).astype(np.float32)
