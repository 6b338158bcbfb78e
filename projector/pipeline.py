"""Project the mentions of documents onto their translations: the whole flow on one page.

text → tokens → vectors → path, band, transport → scores of each mention → spans → projections
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from projector import align
from projector.align import Alignment
from projector.decode import Decoded, SourceSpans, apart, best_span, longest_run
from projector.document import (
    Annotation,
    Document,
    DocumentPair,
    Fragment,
    Mention,
    Projection,
    Status,
    traveling,
)
from projector.encode import Encoder, RecentTexts
from projector.project import (
    project_spans,
    scores_by_word,
    tokens_in_words,
)
from projector.settings import AlignSettings, Settings
from projector.tokens import TokenizedText
from projector.words import Words, find_words, overlap_range


@dataclass(frozen=True, slots=True)
class ProjectedDocument:
    """A translation with the mentions projected onto it, and what became of every one.

    Args:
        source: The document whose mentions they are.
        document: The translation; its mentions keep their source ids and labels, its annotations
            are those that could travel with them.
        projections: One for each source mention, in the source's order.
        lost: The annotations that could not travel, because what they are about is not projected.
    """

    source: Document
    document: Document
    projections: tuple[Projection, ...]
    lost: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class AlignedPair:
    """All that is known about a pair once it is aligned."""

    pair: DocumentPair
    source: TokenizedText
    target: TokenizedText
    source_words: Words
    target_words: Words
    alignment: Alignment


def project_pairs(
    pairs: Iterable[DocumentPair],
    encoder: Encoder,
    settings: Settings,
    *,
    support: Iterable[Document | None] | None = None,
) -> Iterator[ProjectedDocument]:
    """Project pair after pair; a text that recurs in neighbouring pairs is encoded once.

    Args:
        pairs: Read as they are needed.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        support: For each pair the target as an auxiliary tagger annotated it, or None.
    """
    recent = RecentTexts(encoder)
    helpers = iter(support) if support is not None else None
    for pair in pairs:
        helper = next(helpers, None) if helpers is not None else None
        yield project_pair(pair, recent, settings, support=helper)


def project_pair(
    pair: DocumentPair,
    encoder: Encoder,
    settings: Settings,
    *,
    support: Document | None = None,
) -> ProjectedDocument:
    """Project one document's mentions onto its translation.

    Args:
        pair: The document and its translation.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        support: The translation as an auxiliary tagger annotated it.

    Returns:
        The translation with its mentions; every source mention has exactly one projection.
    """
    aligned = align_pair(pair, encoder, settings.align)
    spans, owner = fragment_spans(pair.source)
    found = decode_spans(aligned, spans, owner, settings, support=support)
    outcomes = tuple(
        _outcome(mention, found[found.owner == number], aligned.target.text, settings)
        for number, mention in enumerate(pair.source.mentions)
    )
    return _projected(pair, outcomes)


def align_pair(pair: DocumentPair, encoder: Encoder, settings: AlignSettings) -> AlignedPair:
    """Tokenise, encode and align a document and its translation."""
    source, target = encoder.tokenize(pair.source.text), encoder.tokenize(pair.target.text)
    source_vectors, target_vectors = encoder.encode([source, target])
    return AlignedPair(
        pair,
        source,
        target,
        find_words(pair.source.text, pair.source.language),
        find_words(pair.target.text, pair.target.language),
        align_vectors(source_vectors, target_vectors, settings),
    )


def align_vectors(source: Tensor, target: Tensor, settings: AlignSettings) -> Alignment:
    """Align [S, d] with [T, d] token vectors: path, band, similarity, weights."""
    sources, targets = len(source), len(target)
    if settings.context:
        source = align.contextualized(source, factor=settings.context)
        target = align.contextualized(target, factor=settings.context)
    shrink = align.PRIOR_TOKENS if settings.center else float("inf")
    source = align.centered(source, prior_tokens=shrink)
    target = align.centered(target, prior_tokens=shrink)
    path = align.diagonal(sources, targets)
    if settings.path == "anchored":
        reach = max(settings.search, settings.search_share * targets)
        search = align.band_around(path, targets, full=reach, fade=reach, device=source.device)
        near = align.cosines(source, target, search, neighbors=settings.neighbors)
        path = align.anchored_path(near, search)
    band = align.band_around(
        path, targets, full=settings.full, fade=settings.fade, device=source.device
    )
    similarity = align.cosines(source, target, band, neighbors=settings.neighbors)
    return Alignment(_weights(similarity, band, settings), band)


def _weights(similarity: Tensor, band: align.Band, settings: AlignSettings) -> Tensor:
    temperature = settings.temperature
    match settings.method:
        case "transport":
            return align.transport(
                similarity, band, temperature=temperature, iterations=settings.iterations
            )
        case "exact-transport":
            return align.exact_transport(similarity, band, temperature=temperature)
        case "softmax":
            return align.softmax_both_ways(similarity, band, temperature=temperature)
        case "argmax":
            return align.mutual_argmax(similarity, band).float()
        case "itermax":
            return align.itermax(similarity, band).float()


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
    support: Document | None = None,
) -> TargetSpans:
    """Project source spans [M, 2], fragments of the mentions `owner` [M], and choose where to."""
    if not len(spans) or not len(aligned.source) or not len(aligned.target):
        none = np.empty(0, dtype=np.int64)
        return TargetSpans(none, none.reshape(0, 2), np.empty(0, dtype=np.float32))
    scores = project_spans(aligned.alignment, aligned.source.offsets, spans)
    labels = [aligned.pair.source.mentions[number].label for number in owner]
    if settings.decode.method == "longest-run":
        decoded = longest_run(
            scores.precision,
            _marked(aligned.target.offsets, labels, support),
            threshold=settings.decode.threshold,
            gap=settings.decode.gap,
        )
        return _target_spans(decoded, [], owner, aligned.target.offsets)
    incidence = tokens_in_words(aligned.target.offsets, aligned.target_words.offsets)
    by_word = scores_by_word(scores, incidence)
    decoded = best_span(
        by_word,
        source_spans(aligned, spans, labels, support),
        aligned.source_words,
        aligned.target_words,
        incidence,
        weights=settings.decode.weights,
    )
    pieces = apart(
        by_word,
        decoded,
        aligned.target_words,
        recall=settings.decode.piece_recall,
        precision=settings.decode.piece_precision,
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
    support: Document | None = None,
) -> SourceSpans:
    """Describe source spans [M, 2] for the span model."""
    first, last = overlap_range(aligned.source_words.offsets, spans)
    scale = len(aligned.target.text) / len(aligned.source.text)
    length = ((spans[:, 1] - spans[:, 0]) * scale).astype(np.float32)
    tagged = None
    if support is not None:
        tagged = _edges(aligned.target_words.offsets, labels, support)
    return SourceSpans(first, last, length, tagged)


def _marked(
    offsets: NDArray[np.int64], labels: list[str], support: Document | None
) -> NDArray[np.bool_]:
    """Mark [M, N] the target units inside the tagger's mentions of the same label."""
    marked = np.zeros((len(labels), len(offsets)), dtype=np.bool_)
    for label, first, last in _ranges(offsets, support):
        for number, own in enumerate(labels):
            marked[number, first:last] |= own == label
    return marked


def _edges(offsets: NDArray[np.int64], labels: list[str], support: Document) -> NDArray[np.bool_]:
    """Mark [M, N + 1] where the tagger's mentions of the same label begin or end."""
    marked = np.zeros((len(labels), len(offsets) + 1), dtype=np.bool_)
    for label, first, last in _ranges(offsets, support):
        for number, own in enumerate(labels):
            marked[number, [first, last]] |= own == label
    return marked


def _ranges(offsets: NDArray[np.int64], support: Document | None) -> Iterator[tuple[str, int, int]]:
    for mention in support.mentions if support is not None else ():
        span = np.array([[mention.start, mention.end]], dtype=np.int64)
        first, last = overlap_range(offsets, span)
        if first[0] < last[0]:
            yield mention.label, int(first[0]), int(last[0])


def _outcome(mention: Mention, spans: TargetSpans, text: str, settings: Settings) -> Projection:
    """Decide what became of a mention from what was chosen for its fragments."""
    if not len(spans.owner):
        reason = "no span of the translation fits it better than none"
        return Projection(mention.id, Status.UNALIGNED, reason=reason)
    score = round(float(spans.scores.min()), 4)
    if score < settings.decode.min_score:
        reason = f"its best span scores {score}, below {settings.decode.min_score}"
        return Projection(mention.id, Status.BELOW_THRESHOLD, score, reason=reason)
    fragments = join_fragments(spans.characters, text)
    return Projection(mention.id, Status.PROJECTED, score, fragments)


def join_fragments(characters: NDArray[np.int64], text: str) -> tuple[Fragment, ...]:
    """Put spans [K, 2] in text order; join those that overlap or have only white space between."""
    joined: list[Fragment] = []
    for start, end in sorted((int(start), int(end)) for start, end in characters):
        if joined and not text[joined[-1].end : start].strip():
            joined[-1] = Fragment(joined[-1].start, max(joined[-1].end, end))
        else:
            joined.append(Fragment(start, end))
    return tuple(joined)


def _projected(pair: DocumentPair, outcomes: tuple[Projection, ...]) -> ProjectedDocument:
    mentions = tuple(
        Mention(mention.id, mention.label, outcome.fragments, mention.line)
        for mention, outcome in zip(pair.source.mentions, outcomes, strict=True)
        if outcome.status is Status.PROJECTED
    )
    kept, lost = traveling(pair.source.annotations, {mention.id for mention in mentions})
    target = pair.target
    document = Document(target.name, target.language, target.text, mentions, kept)
    return ProjectedDocument(pair.source, document, outcomes, lost)
