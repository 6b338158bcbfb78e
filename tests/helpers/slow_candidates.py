"""Candidate spans listed and described in plain loops, for tests to compare with."""

import math

import numpy as np

from projector.decode.membership import MassShares
from projector.decode.span_features import SourceSpans
from projector.text.token_words import tokens_in_words
from projector.text.words import find_words

PIECES = ["la", "fiebre", "alta", "de", ",", ".", "(", ")", "post-op", "«", "»", "y", ";", "l'eco"]
SOURCE = "la fiebre alta (de), y post-op «x» fiebre"


def whole_rows(coverage, purity):
    """Return shares [M, N] in windows that are the whole text."""
    return MassShares(np.zeros(len(coverage), np.int64), coverage, purity)


def case(seed, *, spans=3, size=None, tagger=False):
    """Return arguments of `weigh_spans`: a text of odd pieces, random shares, some rows empty."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 16)) if size is None else size
    gaps = rng.choice(["", " ", " "], size)
    text = "".join(piece + gap for piece, gap in zip(rng.choice(PIECES, size), gaps, strict=True))
    source_words, target_words = find_words(SOURCE, "es"), find_words(text, "es")
    count = len(target_words)
    coverage = rng.random((spans, count)) ** 4
    coverage /= coverage.sum(1, keepdims=True) * rng.uniform(1, 3, (spans, 1))
    coverage *= rng.random((spans, 1)) < 0.9
    purity = rng.random((spans, count)) ** 2
    first = rng.integers(0, len(source_words) - 2, spans)
    last = np.minimum(first + rng.integers(1, 4, spans), len(source_words))
    edges = rng.random((2, 2, count)).astype(np.float32) if tagger else (None, None)
    length = rng.uniform(3, 40, spans).astype(np.float32)
    source = SourceSpans(first, last, length, np.arange(spans) % 2, *edges)
    tokens = [
        (place, min(place + 2, end))  # long words have several tokens
        for start, end in target_words.offsets.tolist()
        for place in range(start, end, 2)
    ]
    word_map = tokens_in_words(np.array(tokens, np.int64).reshape(-1, 2), target_words.offsets)
    shares = whole_rows(coverage.astype(np.float32), purity.astype(np.float32))
    return shares, source, source_words, target_words, word_map


def slow_features(m, first, last, shares, source, source_words, words, word_map):
    """Describe one candidate in plain words; the docstring of `span_features` is the law."""
    coverage, purity = shares.coverage[m], shares.purity[m]
    tokens, count = word_map.tokens_per_word, len(words)
    inside, own = range(first, last), range(source.first[m], source.last[m])
    edges, own_edges = (first, last - 1), (source.first[m], source.last[m] - 1)
    mean_purity = sum(purity[n] * tokens[n] for n in inside) / max(
        sum(tokens[n] for n in inside), 1e-9
    )
    characters = words.offsets[last - 1, 1] - words.offsets[first, 0]
    opens = not words.lexical[first] and not words.opening[first]
    closes = not words.lexical[last - 1] and words.bracket[last - 1] >= 0
    separators = sum(words.separator[n] for n in inside)
    separators -= sum(source_words.separator[n] for n in own)
    balance = sum(words.bracket[n] for n in inside)
    features = {
        "recall": math.log(sum(coverage[n] for n in inside) + 1e-3),
        "precision": math.log(mean_purity + 1e-3),
        "length": abs(math.log(characters / source.length[m])),
        "inside": sum(purity[n] for n in edges),
        "outside": sum(purity[n] for n in (first - 1, last) if 0 <= n < count),
        "edge_mass": sum(coverage[n] for n in edges),
        "function_word": sum(
            words.function[n] and not source_words.function[k]
            for n, k in zip(edges, own_edges, strict=True)
        ),
        "cut": int(
            words.splits_compound[first] and not source_words.splits_compound[source.first[m]]
        )
        + int(words.splits_compound[last] and not source_words.splits_compound[source.last[m]]),
        "punctuation": int(opens and source_words.lexical[own_edges[0]])
        + int(closes and source_words.lexical[own_edges[1]]),
        "separators": max(0, separators),
        "brackets": abs(balance),
    }
    if source.begins is not None:
        sure = {
            (a, b): float(source.begins[source.label[m], a] + source.ends[source.label[m], b - 1])
            for a, b in legal_candidates(m, shares, source, words)
        }
        features["tagger"] = sure[first, last] - max(sure.values())
    return {name: float(value) for name, value in features.items()}


def legal_candidates(m, shares, source, words):
    """List the spans that contain the first peak, then those that contain the second alone."""
    coverage = shares.coverage[m].tolist()
    peak = coverage.index(max(coverage))
    others = [0.0 if word == peak else share for word, share in enumerate(coverage)]
    second = others.index(max(others))
    spans = _spans_with(peak, m, source, words)
    if others[second] >= coverage[peak] / 4:
        both = set(spans)
        rivals = _spans_with(second, m, source, words)
        spans += [(a, b) for a, b in rivals if not a <= peak < b and (a, b) not in both]
    return spans


def _spans_with(peak, m, source, words):
    reach = 10 + 3 * int(source.last[m] - source.first[m])
    return [
        (first, last)
        for first in range(max(0, peak - reach), peak + 1)
        for last in range(peak + 1, min(len(words), peak + 1 + reach) + 1)
    ]
