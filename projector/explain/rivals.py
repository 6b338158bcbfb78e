"""Rank the spans that a mention could have become, with what each feature gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projector.arrays import Floats, Ints
from projector.decode.best_span import best_candidates, span_probabilities
from projector.decode.bounds import Feature
from projector.decode.candidates import Candidates, Described, best_places
from projector.decode.longest_run import TokenRuns
from projector.pipeline import WeighedPair
from projector.settings import DecodeSettings, SpanWeights

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate span.

    Args:
        text: Its characters.
        start, end: Where it stands.
        total: What it is ranked by: its weighted sum, or a run's length in tokens.
        share: Its probability among all that were weighed, having none among them; a run's mean
            membership. The best one's is the projection's score where nobody judges.
        parts: Each feature's part in the sum, or what there is to say of a run.
    """

    text: str
    start: int
    end: int
    total: float
    share: float
    parts: dict[str, float]

    def ahead_of(self, other: RankedCandidate) -> dict[str, float]:
        """Return by how much each feature sets it ahead of another, the most telling first."""
        names = self.parts.keys() | other.parts.keys()
        gains = {name: self.parts.get(name, 0.0) - other.parts.get(name, 0.0) for name in names}
        ranked = sorted(gains.items(), key=lambda gain: (-abs(gain[1]), gain[0]))
        return {name: round(gain, 3) for name, gain in ranked if round(gain, 3)}


@dataclass(frozen=True, slots=True)
class Rivals:
    """What a mention could have become.

    Args:
        spans: For each of its fragments the best candidate spans, as in `Explanation`.
        nothing: The sum that having no span has, as there.
    """

    spans: tuple[tuple[RankedCandidate, ...], ...]
    nothing: float | None


def best_rivals(
    weighed: WeighedPair,
    candidates: Sequence[Candidates | TokenRuns],
    own: Ints,
    most: int,
) -> tuple[tuple[RankedCandidate, ...], ...]:
    """List the best candidates of each of a mention's own fragments."""
    text = weighed.target.text
    rivals: dict[int, tuple[RankedCandidate, ...]] = {}
    for some in candidates:
        if isinstance(some, TokenRuns):
            ranked = [_runs(some, row, text, most) for row in range(len(some.index))]
            rivals |= zip(some.index.tolist(), ranked, strict=True)
        else:
            rivals |= _spans(some, text, weighed.decode.span_weights, most)
    return tuple(rivals.get(number, ()) for number in own.tolist())


def nothing_sum(
    settings: DecodeSettings, candidates: Sequence[Candidates | TokenRuns], own: Ints
) -> float | None:
    """Return the sum that having no span has for a mention's first fragment that is weighed."""
    weights, sums = settings.span_weights, dict[int, float]()
    for some in candidates:
        if isinstance(some, Candidates):
            sums |= zip(some.index.tolist(), some.nothing(weights).tolist(), strict=True)
    weighed = [sums[fragment] for fragment in own.tolist() if fragment in sums]
    if weighed:
        return round(weighed[0], 3)
    return None if settings.method == "longest-run" else weights.nothing


def _runs(candidates: TokenRuns, row: int, text: str, most: int) -> tuple[RankedCandidate, ...]:
    """Return the longest of a fragment's runs of target tokens."""
    ranked = []
    for run in candidates.runs[row][:most]:
        start = int(candidates.offsets[run.first, 0])
        end = int(candidates.offsets[run.last - 1, 1])
        tokens = float(run.last - run.first)
        parts = {"tokens": tokens, "membership": round(run.mass, 3)}
        share = round(run.score, 4)
        ranked.append(RankedCandidate(text[start:end], start, end, tokens, share, parts))
    return tuple(ranked)


def _spans(
    candidates: Candidates, text: str, weights: SpanWeights, most: int
) -> dict[int, tuple[RankedCandidate, ...]]:
    """Return the best spans by fragment, with the decoder's own sums and probabilities."""
    best = best_candidates(candidates, weights=weights)
    fragments = candidates.index.tolist()
    ranked: dict[int, list[tuple[float, RankedCandidate]]] = {number: [] for number in fragments}
    for some in candidates.described(weights):
        total = some.total(weights)
        probability = span_probabilities(total, best, nothing=candidates.nothing(weights))
        for row, fragment in enumerate(fragments):
            first, last = best_places(total[row], most)
            sums = total[row, first, last], probability[row, first, last]
            spans = _described(some, row, (first, last), sums, text, weights)
            ranked[fragment] += zip(sums[0].tolist(), spans, strict=True)
    return {
        fragment: tuple(span for _, span in sorted(spans, key=lambda one: -one[0])[:most])
        for fragment, spans in ranked.items()
    }


def _described(
    candidates: Described,
    row: int,
    places: tuple[Ints, Ints],
    sums: tuple[Floats, Floats],
    text: str,
    weights: SpanWeights,
) -> list[RankedCandidate]:
    """Return some candidates of fragment `row`, given by their places, sums and probabilities."""
    rows = zip(
        candidates.characters(row, *places).tolist(),
        *(values.tolist() for values in sums),
        _parts(candidates.features_of(row, *places), weights, len(places[0])),
        strict=True,
    )
    return [
        RankedCandidate(text[start:end], start, end, round(whole, 3), round(share, 4), parts)
        for (start, end), whole, share, parts in rows
    ]


def _parts(
    features: Mapping[str, Feature], weights: SpanWeights, count: int
) -> list[dict[str, float]]:
    """Return each feature's part in the sums of so many candidates."""
    return [
        {
            name: round(float(values[candidate]) * getattr(weights, name), 3)
            for name, values in features.items()
        }
        for candidate in range(count)
    ]
