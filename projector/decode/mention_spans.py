"""List what each source fragment may become, and choose: either recipe's way, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from projector.decode.best_span import best_span
from projector.decode.candidates import Candidates, SourceSpans, weigh_spans
from projector.decode.decoded import Decoded
from projector.decode.discontinuous import discontinuous_parts
from projector.decode.fragments import SourceFragments
from projector.decode.longest_run import Run, TokenRuns, longest_run, token_runs
from projector.decode.membership import MassShares, shares_by_word
from projector.decode.tagger_evidence import TaggerEvidence
from projector.settings import DecodeSettings
from projector.text.token_words import TextUnits
from projector.text.words import overlap_range


@dataclass(frozen=True, slots=True)
class TargetSpans:
    """The K target spans chosen for source fragments.

    Args:
        fragment: [K] the source fragment of each; one may have several, or none.
        characters: [K, 2] where they stand.
        scores: [K] in [0, 1].
    """

    fragment: NDArray[np.int64]
    characters: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __getitem__(self, index: NDArray[np.bool_]) -> TargetSpans:
        """Return the spans at `index`."""
        return TargetSpans(self.fragment[index], self.characters[index], self.scores[index])


def candidate_spans(
    shares: Iterable[tuple[slice, MassShares]],
    fragments: SourceFragments,
    source: TextUnits,
    target: TextUnits,
    settings: DecodeSettings,
    *,
    evidence: TaggerEvidence | None = None,
) -> Iterator[Candidates | TokenRuns]:
    """Yield what the fragments of mentions may become, some at a time.

    Args:
        shares: What the fragments send to the target tokens, see `fragment_shares`.
        fragments: Of the source's mentions; the candidates' `index` counts them.
        source: The source text.
        target: The target text.
        settings: Whether spans of words or runs of tokens are weighed.
        evidence: What an auxiliary tagger says of the target.
    """
    for rows, token_shares in shares:
        some = fragments[rows]
        if settings.method == "longest-run":
            index = np.arange(rows.start, rows.start + len(some))
            runs = _runs(token_shares, some, target, settings, evidence)
            yield TokenRuns(index, target.tokens.offsets, runs)
            continue
        for candidates in _word_spans(token_shares, some, source, target, evidence):
            yield replace(candidates, index=candidates.index + rows.start)


def _runs(
    shares: MassShares,
    fragments: SourceFragments,
    target: TextUnits,
    settings: DecodeSettings,
    evidence: TaggerEvidence | None,
) -> tuple[tuple[Run, ...], ...]:
    marked = np.zeros(shares.purity.shape, np.bool_)
    if evidence is not None:
        marked = evidence.inside(target.tokens.offsets, fragments.labels)
    return token_runs(shares.purity, marked, threshold=settings.threshold, gap=settings.gap)


def _word_spans(
    shares: MassShares,
    fragments: SourceFragments,
    source: TextUnits,
    target: TextUnits,
    evidence: TaggerEvidence | None,
) -> Iterator[Candidates]:
    word_map = target.word_map()
    return weigh_spans(
        shares_by_word(shares, word_map),
        source_spans(fragments, source, target, evidence),
        source.words,
        target.words,
        word_map,
    )


def source_spans(
    fragments: SourceFragments,
    source: TextUnits,
    target: TextUnits,
    evidence: TaggerEvidence | None = None,
) -> SourceSpans:
    """Describe source fragments for the span model."""
    first, last = overlap_range(source.words.offsets, fragments.characters)
    scale = len(target.text) / max(len(source.text), 1)
    start, end = fragments.characters.T
    length = ((end - start) * scale).astype(np.float32)
    if evidence is None:
        return SourceSpans(first, last, length)
    return SourceSpans(first, last, length, *evidence.edges(target.words.offsets, fragments.labels))


def choose_spans(
    candidates: Iterable[Candidates | TokenRuns], settings: DecodeSettings
) -> TargetSpans:
    """Choose what each source fragment becomes, and the pieces that stand apart from it."""
    none = np.empty(0, np.int64)
    parts = [TargetSpans(none, none.reshape(0, 2), np.empty(0, np.float32))]
    for some in candidates:
        if isinstance(some, TokenRuns):
            parts.append(_target_spans(some.index, longest_run(some), [], some.offsets))
        else:
            parts.append(_words_chosen(some, settings))
    return TargetSpans(
        np.concatenate([part.fragment for part in parts]),
        np.concatenate([part.characters for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _words_chosen(candidates: Candidates, settings: DecodeSettings) -> TargetSpans:
    decoded = best_span(candidates, weights=settings.weights)
    pieces = discontinuous_parts(
        candidates.shares,
        decoded,
        candidates.words,
        coverage=settings.piece_recall,
        purity=settings.piece_precision,
        reach=settings.piece_reach,
    )
    return _target_spans(candidates.index, decoded, pieces, candidates.words.offsets)


def _target_spans(
    fragment: NDArray[np.int64],
    decoded: Decoded,
    pieces: list[tuple[int, int, int]],
    offsets: NDArray[np.int64],
) -> TargetSpans:
    """Turn unit ranges, and pieces apart from them, into characters."""
    chosen = np.flatnonzero(decoded.first >= 0)
    ranges = np.stack([chosen, decoded.first[chosen], decoded.last[chosen]], axis=1)
    ranges = np.concatenate([ranges, np.array(pieces, dtype=np.int64).reshape(-1, 3)])
    row, first, last = ranges.T
    characters = np.stack([offsets[first, 0], offsets[last - 1, 1]], axis=1)
    return TargetSpans(fragment[row], characters, decoded.score[row])
