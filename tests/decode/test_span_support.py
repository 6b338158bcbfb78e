"""What the texts around a span tell of it."""

import numpy as np
import pytest
import torch

from projector.align.anchors import SurePairs
from projector.decode.claimed_spans import FIGURES, ClaimedSpans
from projector.decode.span_support import SUPPORT, PairContext, _Links, span_support
from projector.text.token_words import TextUnits
from projector.text.tokens import TokenizedText
from projector.text.words import find_words

SOURCE, TARGET = "uno dos tres\ncuatro cinco seis", "one two three\nfour five six"


def units(text, language):
    words = find_words(text, language)
    segments = np.array([text[:start].count("\n") for start, _ in words.offsets.tolist()])
    tokens = TokenizedText(text, np.arange(len(words)), words.offsets, segments)
    return TextUnits(tokens, words)


def context(pairs, *, vectors=None):
    """Return two texts of six words, each a token, three a sentence; pairs of equal numbers."""
    if vectors is None:
        vectors = torch.eye(6)
    pairs = np.array(pairs, np.int64)
    sure = SurePairs(pairs, pairs, np.ones(len(pairs), np.float32))
    source, target = units(SOURCE, "es"), units(TARGET, "en")
    return PairContext(source, target, (torch.eye(6), vectors), sure, np.arange(6.0))


def told(known, word, span):
    """Return what is told of a source word's span of target words, by name."""
    offsets = known.source.words.offsets
    characters = np.array([[offsets[word, 0], offsets[word, 1]]])
    figures = np.zeros((1, len(FIGURES)), np.float32)
    spans = ClaimedSpans(np.array([0]), np.array([span[0]]), np.array([span[1]]), figures)
    (row,) = span_support(known, characters, spans)
    return dict(zip(SUPPORT, row.tolist(), strict=True))


def test_a_word_on_its_partner_has_all_support():
    row = told(context(range(6)), 1, (1, 2))
    assert row["nearest"] == row["span_nearest"] == row["whole"] == pytest.approx(1)
    assert (row["kept"], row["strayed"], row["from_mention"], row["from_others"]) == (1, 0, 1, 0)
    assert row["sentence"] == row["same_sentence"] == pytest.approx((2 + 1) / (2 + 2))
    assert row["other_sentence"] == pytest.approx(1 / 4)


def test_of_a_missing_sentence_nothing_around_has_a_counterpart():
    row = told(context([3, 4, 5]), 1, (4, 5))
    assert row["sentence"] == pytest.approx(1 / 4)  # as an average sentence of two tokens has
    assert row["nearest"] == row["whole"] == pytest.approx(0)
    assert (row["kept"], row["from_mention"], row["from_others"]) == (0, 0, 1)
    assert row["same_sentence"] < row["other_sentence"]
    assert row["off_path"] > 1


def test_a_word_whose_partner_is_elsewhere_strays():
    row = told(context(range(6)), 1, (2, 3))
    assert (row["kept"], row["strayed"], row["from_mention"], row["from_others"]) == (0, 1, 0, 1)


def test_no_spans_are_told_nothing_of():
    none = np.empty(0, np.int64)
    empty = ClaimedSpans(none, none, none, np.empty((0, len(FIGURES)), np.float32))
    assert span_support(context(range(6)), none.reshape(0, 2), empty).shape == (0, len(SUPPORT))


def test_spans_told_of_together_are_told_the_same_as_alone():
    known = context(range(6))
    first = np.arange(300) % 5  # more than are looked at at once
    figures = np.zeros((len(first), len(FIGURES)), np.float32)
    spans = ClaimedSpans(np.arange(300), first, first + 2, figures)
    characters = known.source.words.offsets[first]
    together = span_support(known, characters, spans)
    for row in (0, 4, 299):
        alone = span_support(known, characters[[row]], spans[np.array([row])])
        np.testing.assert_allclose(together[[row]], alone, rtol=1e-6)


def test_sums_are_those_of_adding_up_token_by_token():
    generator = np.random.default_rng(0)
    segments = np.repeat(np.arange(5), [3, 9, 1, 20, 7])
    partner = np.where(generator.random(40) < 0.6, generator.permutation(40), -1)
    pairs = np.flatnonzero(partner >= 0)
    weight, back, back_weight = np.zeros(40, np.float32), np.full(40, -1), np.zeros(40, np.float32)
    weight[pairs] = generator.random(len(pairs), np.float32)
    back[partner[pairs]], back_weight[partner[pairs]] = pairs, weight[pairs]
    links = _Links(partner, weight, back, back_weight, segments, segments, np.arange(40.0))
    first, start = generator.integers(0, 36, (2, 50))
    size, width = generator.integers(1, 5, (2, 50))
    mention, span = np.stack([first, first + size], 1), np.stack([start, start + width], 1)
    names = SUPPORT[SUPPORT.index("sentence") :]
    for (a, b), (c, d), row in zip(mention, span, links.told(mention, span), strict=True):
        figures = dict(zip(names, row.tolist(), strict=True))
        sources, targets = range(a, b), range(c, d)
        here = {k for k in range(40) if segments[k] in segments[a:b]}
        there = {k for k in range(40) if segments[k] in segments[c:d]} - {*targets}
        beside = [k for k in range(max(a - 10, 0), min(b + 10, 40)) if k not in sources]
        reached = [k for k in beside if partner[k] >= 0 and c - 20 <= partner[k] < d + 20]
        kept = [k for k in sources if partner[k] in targets]
        own = [k for k in there if back[k] in here]
        assert figures["kept"] == pytest.approx(weight[kept].sum() / len(sources))
        others = sorted(here - {*sources})
        assert figures["sentence"] == pytest.approx((weight[others].sum() + 1) / (len(others) + 2))
        assert figures["same_sentence"] == pytest.approx(
            (back_weight[own].sum() + 1) / (len(there) + 2)
        )
        assert figures["around"] == pytest.approx((weight[reached].sum() + 1) / (len(beside) + 2))
