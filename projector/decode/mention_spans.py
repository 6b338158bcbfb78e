"""List what each source fragment may become, and choose: either recipe's way, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from projector.arrays import Ints
from projector.decode.best_span import best_span
from projector.decode.candidates import Candidates, weigh_spans
from projector.decode.decoded import Decoded
from projector.decode.discontinuous import discontinuous_parts
from projector.decode.edge_questions import EdgeText
from projector.decode.fragments import SourceFragments
from projector.decode.longest_run import TokenRuns, longest_run, token_runs
from projector.decode.membership import MassShares, shares_by_word
from projector.decode.span_features import SourceSpans
from projector.decode.tagger_evidence import TaggerEvidence
from projector.decode.verdicts import Verdicts
from projector.models.verdict_model import RIGHT
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

    def __getitem__(self, index: Ints) -> TargetSpans:
        """Return the spans at `index`."""
        return TargetSpans(self.fragment[index], self.characters[index], self.scores[index])


def candidate_spans(
    shares: Iterable[tuple[Ints, MassShares]],
    fragments: SourceFragments,
    source: TextUnits,
    target: TextUnits,
    settings: DecodeSettings,
    *,
    evidence: TaggerEvidence | None = None,
    edge_text: EdgeText | None = None,
) -> Iterator[Candidates | TokenRuns]:
    """Yield what the fragments of mentions may become, some at a time.

    Args:
        shares: What the fragments send to the target tokens, see `fragment_shares`.
        fragments: Of the source's mentions; the candidates' `index` counts them.
        source: The source text.
        target: The target text.
        settings: Whether spans of words or runs of tokens are weighed.
        evidence: What an auxiliary tagger says of the target.
        edge_text: What an edge model knows of both.
    """
    if settings.method == "longest-run":
        return _token_runs(shares, fragments, target, settings, evidence)
    return _word_spans(shares, fragments, source, target, evidence, edge_text)


def _token_runs(
    shares: Iterable[tuple[Ints, MassShares]],
    fragments: SourceFragments,
    target: TextUnits,
    settings: DecodeSettings,
    evidence: TaggerEvidence | None,
) -> Iterator[TokenRuns]:
    labels, label = distinct(fragments.labels)
    offsets = target.tokens.offsets
    marked = np.zeros((len(labels), len(offsets)), np.bool_)
    if evidence is not None:
        marked = evidence.inside(offsets, labels)
    for index, token_shares in shares:
        runs = token_runs(
            token_shares, marked, label[index], threshold=settings.threshold, gap=settings.gap
        )
        yield TokenRuns(index, offsets, runs)


def _word_spans(
    shares: Iterable[tuple[Ints, MassShares]],
    fragments: SourceFragments,
    source: TextUnits,
    target: TextUnits,
    evidence: TaggerEvidence | None,
    edge_text: EdgeText | None,
) -> Iterator[Candidates]:
    word_map = target.word_map()
    spans = source_spans(fragments, source, target, evidence)
    for index, token_shares in shares:
        word_shares = shares_by_word(token_shares, word_map)
        for candidates in weigh_spans(
            word_shares, spans[index], source.words, target.words, word_map, edge_text
        ):
            yield replace(candidates, index=index[candidates.index])


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
    labels, label = distinct(fragments.labels)
    if evidence is None:
        return SourceSpans(first, last, length, label)
    edges = evidence.edges(target.words.offsets, labels)
    return SourceSpans(first, last, length, label, *edges)


def distinct(labels: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Return the E labels that there are, and the number [M] among them of each."""
    number = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    return tuple(number), np.array([number[label] for label in labels], np.int64)


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


def given_spans(judged: Verdicts, target: TextUnits) -> TargetSpans:
    """Return the spans that fragments are given, and the pieces that stand apart from them.

    Args:
        judged: What was decided.
        target: The translation.
    """
    spans, score = judged.spans, judged.probabilities[:, RIGHT]
    given = np.flatnonzero(judged.given)
    row = {int(spans.fragment[number]): number for number in given.tolist()}
    pieces = [(row[owner], first, last) for owner, first, last in spans.pieces if owner in row]
    ranges = np.stack([given, spans.first[given], spans.last[given]], axis=1)
    ranges = np.concatenate([ranges, np.array(pieces, np.int64).reshape(-1, 3)])
    number, first, last = ranges.T
    offsets = target.words.offsets
    characters = np.stack([offsets[first, 0], offsets[last - 1, 1]], axis=1)
    return TargetSpans(spans.fragment[number], characters, score[number])


def _words_chosen(candidates: Candidates, settings: DecodeSettings) -> TargetSpans:
    words = candidates.target.words
    decoded = best_span(candidates, weights=settings.span_weights)
    pieces = discontinuous_parts(
        candidates.shares,
        decoded,
        words,
        coverage=settings.piece_recall,
        purity=settings.piece_precision,
        reach=settings.piece_reach,
    )
    return _target_spans(candidates.index, decoded, pieces, words.offsets)


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
