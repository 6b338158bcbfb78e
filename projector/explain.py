"""Say why a mention went where it went: its tokens, the rivals of its span, what decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from projector.align.aligner import AlignedPair, align_pair
from projector.decode.candidates import Candidates, Floats, weigh_spans
from projector.decode.membership import mass_shares, shares_by_word
from projector.decode.mention_spans import fragment_spans, source_spans
from projector.decode.tagger_evidence import TaggerEvidence
from projector.document import DocumentPair, Mention, Projection
from projector.errors import ConfigurationError
from projector.models.encoder import CachedEncoder, Encoder
from projector.pipeline import project_pair
from projector.settings import Settings
from projector.text.token_words import tokens_in_words
from projector.text.words import overlap_range


@dataclass(frozen=True, slots=True)
class TokenLinks:
    """A source token and the target tokens that receive most of it.

    Args:
        text: The token's characters.
        targets: (characters, start, share of the token's mass), strongest first.
    """

    text: str
    targets: tuple[tuple[str, int, float], ...]


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate span.

    Args:
        text: Its characters.
        start, end: Where it stands.
        total: What it is ranked by: its weighted sum, or a run's length in tokens.
        share: Its probability among all that were weighed, having none among them; a run's mean
            membership. The best one's is the projection's score.
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
class Explanation:
    """Why a mention went where it went.

    Args:
        mention: The source mention.
        text: Its words.
        tokens: Its tokens with their best target tokens.
        rivals: For each of its fragments the best candidate spans, best first; none where nothing
            of the fragment arrives in the translation.
        nothing: The sum that having no span has; None where runs are taken, which have none.
        projection: What became of it, with its status and the reason.
        projected: The words it became; empty where it is not projected.
    """

    mention: Mention
    text: str
    tokens: tuple[TokenLinks, ...]
    rivals: tuple[tuple[RankedCandidate, ...], ...]
    nothing: float | None
    projection: Projection
    projected: str


def explain_mention(
    pair: DocumentPair,
    mention_id: str,
    encoder: Encoder,
    settings: Settings,
    *,
    most: int = 5,
    evidence: TaggerEvidence | None = None,
) -> Explanation:
    """Explain one mention of a pair.

    Args:
        pair: The document and its translation.
        mention_id: The source mention.
        encoder: Gives tokens and vectors.
        settings: Of aligning and decoding.
        most: How many target tokens and candidates are listed.
        evidence: What an auxiliary tagger says of the translation.

    Raises:
        ConfigurationError: The document has no such mention.
    """
    number = next((k for k, one in enumerate(pair.source.mentions) if one.id == mention_id), None)
    if number is None:
        ids = ", ".join(one.id for one in pair.source.mentions) or "none"
        raise ConfigurationError(
            f"{pair.source.name} has no mention {mention_id}; its mentions are: {ids}"
        )
    mention = pair.source.mentions[number]
    encoder = CachedEncoder(encoder)
    outcome = project_pair(pair, encoder, settings, evidence=evidence).projections[number]
    aligned = align_pair(pair, encoder, settings.align)
    words = " … ".join(pair.target.text[part.start : part.end] for part in outcome.fragments)
    runs = settings.decode.method == "longest-run"
    return Explanation(
        mention,
        mention.surface(pair.source.text),
        _tokens(aligned, mention, most),
        _runs(aligned, number, settings, most)
        if runs
        else _rivals(aligned, number, settings, most, evidence),
        None if runs else settings.decode.weights.nothing,
        outcome,
        words,
    )


def _tokens(aligned: AlignedPair, mention: Mention, most: int) -> tuple[TokenLinks, ...]:
    spans = np.array([(part.start, part.end) for part in mention.fragments], dtype=np.int64)
    ranges = zip(*overlap_range(aligned.source.offsets, spans), strict=True)
    tokens = sorted({token for first, last in ranges for token in range(first, last)})
    weights = aligned.alignment.weights
    columns = aligned.alignment.band.columns
    found = []
    for token in tokens:
        shares = weights[token] / weights[token].sum().clamp_min(1e-30)
        best = shares.topk(min(most, len(shares)))
        targets = []
        for share, entry in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            start, end = aligned.target.offsets[int(columns[token, entry])].tolist()
            if share > 0:
                targets.append((aligned.target.text[start:end], start, round(share, 4)))
        start, end = aligned.source.offsets[token].tolist()
        found.append(TokenLinks(aligned.source.text[start:end], tuple(targets)))
    return tuple(found)


def _runs(
    aligned: AlignedPair, number: int, settings: Settings, most: int
) -> tuple[tuple[RankedCandidate, ...], ...]:
    """List the runs of target tokens that pass the threshold, for each of a mention's fragments."""
    spans, owner = fragment_spans(aligned.pair.source)
    spans = spans[owner == number]
    if not len(aligned.source) or not len(aligned.target):
        return ((),) * len(spans)
    membership = mass_shares(aligned.alignment, aligned.source.offsets, spans).purity
    listed = []
    for row in membership:
        places = np.flatnonzero(row >= settings.decode.threshold)
        breaks = np.flatnonzero(np.diff(places) > settings.decode.gap + 1) + 1
        runs = [
            _run(row, int(run[0]), int(run[-1]) + 1, aligned)
            for run in np.split(places, breaks)
            if len(run)
        ]
        listed.append(tuple(sorted(runs, key=_longest_first)[:most]))
    return tuple(listed)


def _run(row: Floats, first: int, last: int, aligned: AlignedPair) -> RankedCandidate:
    start, end = int(aligned.target.offsets[first, 0]), int(aligned.target.offsets[last - 1, 1])
    mass, tokens = float(row[first:last].sum()), last - first
    parts = {"tokens": float(tokens), "membership": round(mass, 3)}
    share = round(min(1.0, mass / tokens), 4)
    return RankedCandidate(aligned.target.text[start:end], start, end, float(tokens), share, parts)


def _longest_first(run: RankedCandidate) -> tuple[float, float, int]:
    return -run.total, -run.parts["membership"], run.start


def _rivals(
    aligned: AlignedPair,
    number: int,
    settings: Settings,
    most: int,
    evidence: TaggerEvidence | None,
) -> tuple[tuple[RankedCandidate, ...], ...]:
    """List the best candidates of the span model, for each of a mention's fragments."""
    spans, owner = fragment_spans(aligned.pair.source)
    spans = spans[owner == number]
    if not len(aligned.source) or not len(aligned.target):
        return ((),) * len(spans)
    word_map = tokens_in_words(aligned.target.offsets, aligned.target_words.offsets)
    label = aligned.pair.source.mentions[number].label
    listed: dict[int, tuple[RankedCandidate, ...]] = {}
    for candidates in weigh_spans(
        shares_by_word(mass_shares(aligned.alignment, aligned.source.offsets, spans), word_map),
        source_spans(aligned, spans, [label] * len(spans), evidence),
        aligned.source_words,
        aligned.target_words,
        word_map,
    ):
        for row, index in enumerate(candidates.index.tolist()):
            listed[index] = _best(candidates, row, aligned, settings, most)
    return tuple(listed.get(index, ()) for index in range(len(spans)))


def _best(
    candidates: Candidates, row: int, aligned: AlignedPair, settings: Settings, most: int
) -> tuple[RankedCandidate, ...]:
    weights = settings.decode.weights
    total = candidates.total(weights)[row].astype(np.float64)
    mass = np.exp(total - total.max()).sum() + np.exp(weights.nothing - total.max())
    rivals = []
    for place in np.argsort(-total, axis=None, kind="stable")[:most].tolist():
        first, last = divmod(place, total.shape[1])
        if not np.isfinite(total[first, last]):
            break
        start = int(aligned.target_words.offsets[candidates.first[row, first], 0])
        end = int(aligned.target_words.offsets[candidates.last[row, last] - 1, 1])
        parts = {}
        for name, values in candidates.features.items():
            value = np.broadcast_to(values, candidates.legal.shape)[row, first, last]
            parts[name] = round(float(value) * getattr(weights, name), 3)
        share = round(float(np.exp(total[first, last] - total.max()) / mass), 4)
        text = aligned.target.text[start:end]
        rivals.append(
            RankedCandidate(text, start, end, round(float(total[first, last]), 3), share, parts)
        )
    return tuple(rivals)
