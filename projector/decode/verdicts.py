"""Decide on all spans of a document together: which are right, and whose contested words are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from projector.arrays import Floats, Ints
from projector.decode.candidates import Candidates
from projector.decode.claimed_spans import FIGURES, ClaimedSpans, claimed_spans
from projector.decode.contested import CONTEST, contest, rivals
from projector.decode.fragments import SourceFragments
from projector.decode.span_support import SUPPORT, PairContext, span_support
from projector.models.verdict_model import ABSENT, RIGHT, VerdictModel
from projector.settings import DecodeSettings

CandidatesOf = Callable[[Ints], Iterator[Candidates]]
FEATURES = (*FIGURES, *SUPPORT, *CONTEST)
_EVEN = 0.5  # the odds at which a span is likelier right than not, a mention likelier there


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is decided of the best spans of K fragments.

    Args:
        spans: The spans; of a fragment whose words a better owner took, the next best.
        features: [K, F] what was told of them, see `FEATURES`.
        probabilities: [K, 3] that a span is exactly right, that it isn't, that the mention is
            absent.
        given: [K] whether a span is its fragment's.
        rival: [K] the fragment that owns words of a span that is not given; -1 where none does.
    """

    spans: ClaimedSpans
    features: Floats
    probabilities: Floats
    given: NDArray[np.bool_]
    rival: Ints


def verdicts(
    model: VerdictModel,
    context: PairContext,
    fragments: SourceFragments,
    candidates_of: CandidatesOf,
    settings: DecodeSettings,
) -> Verdicts:
    """Decide on the spans of all fragments of a document.

    Each is judged with what the others claim in view. One that is likelier wrong than right, and
    whose words a better owner claims, gets its next best span, apart from these words, if that
    is likelier right; or else none.

    Args:
        model: Judges.
        context: The texts.
        fragments: Of the source's mentions.
        candidates_of: Gives the candidates of fragments by their numbers.
        settings: Of decoding.
    """
    spans, support = spans_with_support(context, fragments, candidates_of, settings)
    first = _judged(model, fragments, spans, support)
    barred = {
        number: [(int(spans.first[owner]), int(spans.last[owner])) for owner in owners]
        for number, owners in _better_owners(first, fragments).items()
    }
    if not barred:
        return first
    by_fragment = {int(spans.fragment[number]): taken for number, taken in barred.items()}
    others = claimed_spans(
        candidates_of(np.array(sorted(by_fragment))), settings, barred=by_fragment
    )
    row = np.searchsorted(spans.fragment, others.fragment)
    told = support.copy()
    told[row] = span_support(context, fragments.characters[others.fragment], others)
    second = _judged(model, fragments, spans.with_others(others), told)
    better = second.probabilities[row, RIGHT] > np.maximum(first.probabilities[row, RIGHT], _EVEN)
    told[row[~better]] = support[row[~better]]
    last = _judged(model, fragments, spans.with_others(others[np.flatnonzero(better)]), told)
    return _without_taken(last, _better_owners(last, fragments))


def spans_with_support(
    context: PairContext,
    fragments: SourceFragments,
    candidates_of: CandidatesOf,
    settings: DecodeSettings,
) -> tuple[ClaimedSpans, Floats]:
    """Return the best spans of all fragments, and what the texts tell of them."""
    spans = claimed_spans(candidates_of(np.arange(len(fragments))), settings)
    return spans, span_support(context, fragments.characters[spans.fragment], spans)


def span_features(spans: ClaimedSpans, support: Floats, fragments: SourceFragments) -> Floats:
    """Return [K, F] all that is told of spans, each beside its rivals, see `FEATURES`."""
    told = contest(spans, support, rivals(spans, fragments))
    return np.concatenate([spans.figures, support, told], 1)


def _judged(
    model: VerdictModel, fragments: SourceFragments, spans: ClaimedSpans, support: Floats
) -> Verdicts:
    """Judge spans, with what the texts tell of them, each beside its rivals."""
    features = span_features(spans, support, fragments)
    with torch.inference_mode():
        odds = model(torch.from_numpy(features)).double()
    probabilities = odds.softmax(1).float().numpy()
    nobody = np.full(len(spans), -1)
    return Verdicts(spans, features, probabilities, probabilities[:, ABSENT] < _EVEN, nobody)


def _better_owners(judged: Verdicts, fragments: SourceFragments) -> dict[int, list[int]]:
    """Return the spans that are likelier wrong than right, each with the better ones it meets."""
    right = judged.probabilities[:, RIGHT]
    owners: defaultdict[int, list[int]] = defaultdict(list)
    for number, other in rivals(judged.spans, fragments).tolist():
        if right[number] < _EVEN and right[other] > right[number]:
            owners[number].append(other)
    return dict(owners)


def _without_taken(judged: Verdicts, owners: Mapping[int, Sequence[int]]) -> Verdicts:
    """Give nothing to those whose words belong to others that are given theirs."""
    given, rival = judged.given.copy(), judged.rival.copy()
    for number, better in owners.items():
        held = [other for other in better if judged.given[other]]
        if held:
            given[number] = False
            best = max(held, key=lambda other: (judged.probabilities[other, RIGHT], -other))
            rival[number] = judged.spans.fragment[best]
    return Verdicts(judged.spans, judged.features, judged.probabilities, given, rival)
