"""Turn mentions into arrays for the maths, and what it chose into fragments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector.align.aligner import AlignedPair
from projector.decode.best_span import best_span
from projector.decode.candidates import SourceSpans
from projector.decode.decoded import Decoded
from projector.decode.discontinuous import discontinuous_parts
from projector.decode.longest_run import longest_run
from projector.decode.membership import mass_shares, shares_by_word
from projector.decode.tagger_evidence import TaggerEvidence
from projector.document import Document, Fragment
from projector.settings import Settings
from projector.text.token_words import tokens_in_words
from projector.text.words import overlap_range

_SCORES_AT_ONCE = 16_000_000  # mentions times target tokens: bounds the memory of huge texts


def fragment_spans(document: Document) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every fragment's [M, 2] characters, and which mention [M] it belongs to."""
    rows = [
        (fragment.start, fragment.end, number)
        for number, mention in enumerate(document.mentions)
        for fragment in mention.fragments
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, :2], table[:, 2]


@dataclass(frozen=True, slots=True)
class TargetSpans:
    """The target spans chosen for source spans.

    Args:
        owner: [K] the mention each belongs to; a source span may have several, or none.
        characters: [K, 2] where they stand.
        scores: [K] in [0, 1].
    """

    owner: NDArray[np.int64]
    characters: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __getitem__(self, index: NDArray[np.bool_]) -> TargetSpans:
        """Return the spans at `index`."""
        return TargetSpans(self.owner[index], self.characters[index], self.scores[index])


def decode_spans(
    aligned: AlignedPair,
    spans: NDArray[np.int64],
    owner: NDArray[np.int64],
    settings: Settings,
    *,
    evidence: TaggerEvidence | None = None,
) -> TargetSpans:
    """Project source spans [M, 2], fragments of the mentions `owner` [M], and choose where to."""
    if not len(spans) or not len(aligned.source) or not len(aligned.target):
        none = np.empty(0, dtype=np.int64)
        return TargetSpans(none, none.reshape(0, 2), np.empty(0, dtype=np.float32))
    step = max(1, _SCORES_AT_ONCE // max(len(aligned.target), len(aligned.target_words)))
    parts = [
        _decode_some(aligned, spans[k : k + step], owner[k : k + step], settings, evidence)
        for k in range(0, len(spans), step)
    ]
    return TargetSpans(
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.characters for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _decode_some(
    aligned: AlignedPair,
    spans: NDArray[np.int64],
    owner: NDArray[np.int64],
    settings: Settings,
    evidence: TaggerEvidence | None,
) -> TargetSpans:
    shares = mass_shares(aligned.alignment, aligned.source.offsets, spans)
    labels = [aligned.pair.source.mentions[number].label for number in owner]
    if settings.decode.method == "longest-run":
        inside = np.zeros((len(spans), len(aligned.target)), np.bool_)
        if evidence is not None:
            inside = evidence.inside(aligned.target.offsets, labels)
        decoded = longest_run(
            shares.purity,
            inside,
            threshold=settings.decode.threshold,
            gap=settings.decode.gap,
        )
        return _target_spans(decoded, [], owner, aligned.target.offsets)
    word_map = tokens_in_words(aligned.target.offsets, aligned.target_words.offsets)
    by_word = shares_by_word(shares, word_map)
    decoded = best_span(
        by_word,
        source_spans(aligned, spans, labels, evidence),
        aligned.source_words,
        aligned.target_words,
        word_map,
        weights=settings.decode.weights,
    )
    pieces = discontinuous_parts(
        by_word,
        decoded,
        aligned.target_words,
        coverage=settings.decode.piece_recall,
        purity=settings.decode.piece_precision,
        reach=settings.decode.piece_reach,
    )
    return _target_spans(decoded, pieces, owner, aligned.target_words.offsets)


def _target_spans(
    decoded: Decoded,
    pieces: list[tuple[int, int, int]],
    owner: NDArray[np.int64],
    offsets: NDArray[np.int64],
) -> TargetSpans:
    """Turn unit ranges, and pieces apart from them, into characters."""
    chosen = np.flatnonzero(decoded.first >= 0)
    ranges = np.stack([chosen, decoded.first[chosen], decoded.last[chosen]], axis=1)
    ranges = np.concatenate([ranges, np.array(pieces, dtype=np.int64).reshape(-1, 3)])
    span, first, last = ranges.T
    characters = np.stack([offsets[first, 0], offsets[last - 1, 1]], axis=1)
    return TargetSpans(owner[span], characters, decoded.score[span])


def source_spans(
    aligned: AlignedPair,
    spans: NDArray[np.int64],
    labels: list[str],
    evidence: TaggerEvidence | None = None,
) -> SourceSpans:
    """Describe source spans [M, 2] for the span model."""
    first, last = overlap_range(aligned.source_words.offsets, spans)
    scale = len(aligned.target.text) / len(aligned.source.text)
    length = ((spans[:, 1] - spans[:, 0]) * scale).astype(np.float32)
    if evidence is None:
        return SourceSpans(first, last, length)
    return SourceSpans(first, last, length, *evidence.edges(aligned.target_words.offsets, labels))


def join_fragments(characters: NDArray[np.int64], text: str) -> tuple[Fragment, ...]:
    """Put spans [K, 2] in text order; join those that overlap or have only white space between."""
    joined: list[Fragment] = []
    for start, end in sorted((int(start), int(end)) for start, end in characters):
        if joined and not text[joined[-1].end : start].strip():
            joined[-1] = Fragment(joined[-1].start, max(joined[-1].end, end))
        else:
            joined.append(Fragment(start, end))
    return tuple(joined)
