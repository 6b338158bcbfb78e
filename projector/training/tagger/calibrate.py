"""Fit how often a tagger's spans are right to how likely it takes them to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from projector.tagging.span_calibration import log_odds
from projector.training.logistic import fit_logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from projector.tagging.found import FoundSpans
    from projector.training.tagger.data import Annotated

_LEAST = 50  # spans of a type, of which some are right and some are wrong

Judged = dict[str, tuple["NDArray[np.float64]", "NDArray[np.bool_]"]]


def judged_spans(read: Iterable[tuple[Annotated, Sequence[FoundSpans]]]) -> Judged:
    """Return by type how likely each span found was taken to be, and whether gold has it.

    Args:
        read: Documents, and what was found in them; of types that one isn't annotated with
            nothing is judged.
    """
    likely: dict[str, list[NDArray[np.float64]]] = {}
    right: dict[str, list[bool]] = {}
    for annotated, found in read:
        gold = {
            (one.label, one.start, one.end)
            for one in annotated.document.mentions
            if len(one.fragments) == 1
        }
        for one in found:
            if annotated.types is None or one.label in annotated.types:
                likely.setdefault(one.label, []).append(one.probabilities)
                right.setdefault(one.label, []).extend(
                    (one.label, int(start), int(end)) in gold for start, end in one.spans
                )
    return {
        label: (np.concatenate(parts), np.array(right[label], np.bool_))
        for label, parts in likely.items()
    }


def fit_calibration(judged: Judged) -> dict[str, tuple[float, float]]:
    """Return by type the factor of the log odds, and what is added, as `SpanCalibration` has them.

    A type of which there are too few spans is left out, and so is one whose likelier spans are not
    oftener right.
    """
    scales = {}
    for label, (likely, right) in judged.items():
        if len(right) >= _LEAST and 0 < right.sum() < len(right):
            factor, added = fit_logistic(log_odds(likely)[:, None], right).tolist()
            if factor > 0:
                scales[label] = (round(factor, 4), round(added, 4))
    return scales
