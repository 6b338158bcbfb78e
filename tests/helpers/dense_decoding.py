"""Decode over whole texts, as version 0.1.0 did, for tests to compare windows with.

Every fragment holds a row as long as the translation, every 32 spans are weighed together, and a
probability is a sum over all candidates of one array.
"""

from dataclasses import dataclass, fields

import numpy as np
import torch

from projector.decode import peaks
from projector.decode.decoded import Decoded
from projector.decode.longest_run import Run, TokenRuns, longest_run
from projector.decode.mention_spans import source_spans
from projector.text.token_words import expand_ranges
from projector.text.words import overlap_range

_SPANS_AT_ONCE = 32


@dataclass
class Shares:
    """[M, N] each, over all of a text's units."""

    coverage: np.ndarray
    purity: np.ndarray


@dataclass
class Weighed:
    """The candidates of some spans, [m, A, B]."""

    index: np.ndarray
    shares: Shares
    first: np.ndarray
    last: np.ndarray
    legal: np.ndarray
    features: dict

    def total(self, weights):
        total = np.zeros(self.legal.shape, dtype=np.float32)
        for field in fields(weights):
            if field.name in self.features:
                total += np.float32(getattr(weights, field.name)) * self.features[field.name]
        total[~self.legal] = -np.inf
        return total


def dense_target_spans(weighed, settings, evidence=None):
    """Return what a weighed pair's fragments become: {(fragment, start, end): score}."""
    fragments, source, target = weighed.fragments, weighed.source, weighed.target
    shares = mass_shares(weighed.alignment, source.tokens.offsets, fragments.characters)
    if settings.method == "longest-run":
        marked = np.zeros(shares.purity.shape, np.bool_)
        if evidence is not None:
            marked = evidence.inside(target.tokens.offsets, fragments.labels)
        runs = token_runs(shares.purity, marked, threshold=settings.threshold, gap=settings.gap)
        index = np.arange(len(fragments))
        decoded = longest_run(TokenRuns(index, target.tokens.offsets, runs))
        return _spans(index, decoded, [], target.tokens.offsets)
    word_map, spans = target.word_map(), {}
    shares = shares_by_word(shares, word_map)
    asked = source_spans(fragments, source, target, evidence)
    for some in weigh_spans(shares, asked, source.words, target.words, word_map):
        decoded = best_span(some, weights=settings.span_weights)
        pieces = discontinuous_parts(
            some.shares,
            decoded,
            target.words,
            coverage=settings.piece_recall,
            purity=settings.piece_precision,
            reach=settings.piece_reach,
        )
        spans |= _spans(some.index, decoded, pieces, target.words.offsets)
    return spans


def _spans(index, decoded, pieces, offsets):
    chosen = np.flatnonzero(decoded.first >= 0)
    rows = [(row, decoded.first[row], decoded.last[row]) for row in chosen] + pieces
    return {
        (int(index[row]), int(offsets[first, 0]), int(offsets[last - 1, 1])): decoded.score[row]
        for row, first, last in rows
    }


def mass_shares(alignment, offsets, spans):
    weights, band = alignment.weights, alignment.band
    span, token, share = _memberships(offsets, spans)
    member = torch.from_numpy(token).to(weights.device)
    columns = band.columns
    received = weights.new_zeros(band.targets).index_add_(0, columns.flatten(), weights.flatten())
    sent = weights.sum(1).clamp_min(1e-30)[member, None]
    mass = weights[member] * torch.from_numpy(share).to(weights)[:, None]
    total = np.bincount(span, weights=share, minlength=len(spans)).astype(np.float32)
    entry = torch.from_numpy(span).to(weights.device)[:, None] * band.targets + columns[member]

    def gathered(values):
        flat = weights.new_zeros(len(spans) * band.targets)
        return flat.index_add_(0, entry.flatten(), values.flatten()).view(len(spans), band.targets)

    coverage = gathered(mass / sent).cpu().numpy() / total.clip(1e-9)[:, None]
    purity = (gathered(mass) / received.clamp_min(1e-30)).cpu().numpy()
    return Shares(coverage, purity)


def _memberships(offsets, spans):
    span, token = expand_ranges(*overlap_range(offsets, spans))
    inside = np.minimum(offsets[token, 1], spans[span, 1]) - np.maximum(
        offsets[token, 0], spans[span, 0]
    )
    length = offsets[token, 1] - offsets[token, 0]
    return span, token, (inside / length).astype(np.float32)


def shares_by_word(shares, word_map):
    words = len(word_map.tokens_per_word)

    def gathered(values):
        result = np.zeros((words, len(values)), dtype=np.float32)
        np.add.at(result, word_map.word, (values[:, word_map.token] * word_map.share).T)
        return np.ascontiguousarray(result.T)

    per_word = word_map.tokens_per_word.clip(1e-9)
    return Shares(gathered(shares.coverage), gathered(shares.purity) / per_word)


def weigh_spans(shares, source, source_words, target_words, word_map):
    reach = 10 + 3 * (source.last - source.first)
    able = np.nonzero(shares.coverage.max(1, initial=0) > 0)[0]
    able = able[np.argsort(reach[able], kind="stable")]
    for start in range(0, len(able), _SPANS_AT_ONCE):
        index = able[start : start + _SPANS_AT_ONCE]
        index, peak, barred = _peaks(shares, index, reach)
        some = Shares(shares.coverage[index], shares.purity[index])
        first, last, legal = _ranges_around(peak, reach[index], len(target_words))
        legal &= ~((first <= barred[:, None])[:, :, None] & (last > barred[:, None])[:, None, :])
        features = span_features(
            some, source[index], source_words, target_words, word_map, first, last
        )
        if "tagger" in features:
            # Below its best candidate: a tagger tells where a mention stands, not whether it does.
            sure = features["tagger"]
            most = np.where(legal, sure, -np.inf).max((1, 2))
            of_span = [most[index == span].max() for span in index]
            features["tagger"] = (sure - np.array(of_span)[:, None, None]).astype(np.float32)
        yield Weighed(index, some, first, last, legal, features)


def _peaks(shares, index, reach):
    """Return rows for first peaks and second ones, and the word that each row's spans lack."""
    coverage = shares.coverage[index].copy()
    first = coverage.argmax(1)
    most = coverage.max(1)
    coverage[np.arange(len(index)), first] = 0
    second, much = coverage.argmax(1), coverage.max(1) >= most / 4
    much &= reach[index] <= peaks._FARTHEST
    barred = np.concatenate([np.full(len(index), -1), first[much]])
    peak = np.concatenate([first, second[much]])
    return np.concatenate([index, index[much]]), peak, barred


def _ranges_around(peak, reach, count):
    steps = np.arange(int(reach.max()) + 1)
    near = steps <= reach[:, None]
    first = peak[:, None] - steps[::-1]
    last = peak[:, None] + 1 + steps
    legal = (near[:, ::-1] & (first >= 0))[:, :, None] & (near & (last <= count))[:, None, :]
    return first.clip(0), last.clip(None, count), legal


def span_features(shares, source, source_words, target_words, word_map, first, last):
    row = np.arange(len(first))[:, None]
    start, end = first, last - 1
    coverage = _inside(shares.coverage, first, last)
    tokens = np.broadcast_to(word_map.tokens_per_word, shares.purity.shape)
    purity = _inside(shares.purity * tokens, first, last) / np.maximum(
        _inside(tokens, first, last), 1e-9
    )
    characters = target_words.offsets[end, 1][:, None] - target_words.offsets[start, 0][:, :, None]
    ratio = characters.clip(1) / source.length[:, None, None]
    padded = np.pad(shares.purity, ((0, 0), (1, 1)))
    features = {
        "recall": np.log(coverage.clip(0) + 1e-3),
        "precision": np.log(purity.clip(0) + 1e-3),
        "length": np.abs(np.log(ratio)),
        "inside": _edges(shares.purity[row, start], shares.purity[row, end]),
        "outside": _edges(padded[row, first], padded[row, last + 1]),
        "edge_mass": _edges(shares.coverage[row, start], shares.coverage[row, end]),
        "cut": _edges(
            target_words.splits_compound[first]
            & ~source_words.splits_compound[source.first][:, None],
            target_words.splits_compound[last]
            & ~source_words.splits_compound[source.last][:, None],
        ),
        **_text_features(source, source_words, target_words, first, last),
    }
    if source.begins is not None and source.ends is not None:
        features["tagger"] = _edges(
            source.begins[source.label[:, None], start], source.ends[source.label[:, None], end]
        )
    return features


def _text_features(source, source_words, target_words, first, last):
    begin, end = source.first[:, None], source.last[:, None] - 1
    opens = ~target_words.lexical & ~target_words.opening
    closes = ~target_words.lexical & (target_words.bracket >= 0)
    separators = _between(target_words.separator, first, last)
    brackets = _between(target_words.bracket, first, last)
    own_separators = _between(source_words.separator, source.first[:, None], source.last[:, None])
    return {
        "function_word": _edges(
            target_words.function[first.clip(None, len(target_words) - 1)]
            & ~source_words.function[begin],
            target_words.function[last - 1] & ~source_words.function[end],
        ),
        "punctuation": _edges(
            opens[first.clip(None, len(target_words) - 1)] & source_words.lexical[begin],
            closes[last - 1] & source_words.lexical[end],
        ),
        "separators": (separators - own_separators).clip(0).astype(np.float32),
        "brackets": np.abs(brackets).astype(np.float32),
    }


def _edges(first, last):
    return first.astype(np.float32)[:, :, None] + last.astype(np.float32)[:, None, :]


def _inside(values, first, last):
    running = np.pad(np.cumsum(values, axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    row = np.arange(len(first))[:, None]
    total = running[row, last][:, None, :] - running[row, first][:, :, None]
    return total.astype(np.float32)


def _between(values, first, last):
    running = np.concatenate([[0], np.cumsum(values.astype(np.int64))])
    return np.asarray(running[last][:, None, :] - running[first][:, :, None])


def best_span(candidates, *, weights):
    total = candidates.total(weights)
    first, last = np.full((2, len(total)), -1)
    score = np.zeros(len(total), np.float32)
    for span in np.unique(candidates.index):
        rows = np.flatnonzero(candidates.index == span)
        of_span = total[rows]
        row, a, b = np.unravel_index(of_span.argmax(), of_span.shape)
        top = of_span[row, a, b]
        if top >= weights.nothing:
            first[rows[0]] = candidates.first[rows[row], a]
            last[rows[0]] = candidates.last[rows[row], b]
            # In float64 the padding of spans weighed together leaves no trace in the last bits.
            mass = np.float64(0)
            for sums in of_span:
                odds = np.exp(sums - sums.max()).ravel()
                mass += odds.sum(dtype=np.float64) * np.exp(np.float64(sums.max()) - top)
            score[rows[0]] = np.float32(1 / (mass + np.exp(np.float32(weights.nothing) - top)))
    return Decoded(first, last, score)


def discontinuous_parts(shares, decoded, words, *, coverage, purity, reach):
    word = np.arange(len(words))
    first, last = decoded.first[:, None], decoded.last[:, None]
    near = (word >= first - reach) & (word < last + reach)
    touching = (word >= first - 1) & (word <= last)
    free = near & ~touching & words.lexical & (first >= 0)
    pure = free & (shares.purity >= purity)
    pieces = []
    for span, core in zip(*np.nonzero(pure & (shares.coverage >= coverage)), strict=True):
        start = end = int(core)
        while start > 0 and pure[span, start - 1]:
            start -= 1
        while end + 1 < len(words) and pure[span, end + 1]:
            end += 1
        pieces.append((int(span), start, end + 1))
    return sorted(set(pieces))


def token_runs(membership, marked, *, threshold, gap):
    passing = (membership >= threshold) | marked
    return tuple(
        _runs_of_row(row, mask, threshold, gap)
        for row, mask in zip(membership, passing, strict=True)
    )


def _runs_of_row(row, passing, threshold, gap):
    tokens = np.flatnonzero(passing)
    if not len(tokens):
        return ()
    pieces = np.split(tokens, np.flatnonzero(np.diff(tokens) > gap + 1) + 1)
    runs = [
        _run(row, int(piece[0]), int(piece[-1]) + 1)
        for piece in pieces
        if (row[piece] >= threshold).any()
    ]
    return tuple(sorted(runs, key=lambda run: (run.first - run.last, -run.mass, run.first)))


def _run(row, first, last):
    inside = row[first:last]
    return Run(first, last, float(inside.sum()), float(min(1.0, inside.mean())))
