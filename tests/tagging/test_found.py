"""Hold which spans a head's scores are read as, and how likely each is said to be."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
import torch

from projector.tagging.bio import BEGIN, INSIDE, LABELS, OUTSIDE, bio_spans
from projector.tagging.found import FoundSpans, find_spans, likely_spans
from projector.tagging.head import Head
from schemas.tagger_training import HeadConfiguration

OFFSETS = np.array([[0, 3], [4, 9], [9, 12], [13, 20]])


def scores_of(*columns, sure=3.0):
    """Return scores by which each type has the labels of its column."""
    labels = torch.tensor(columns).T
    return sure * torch.nn.functional.one_hot(labels, 3).float()


def test_spans_are_characters_and_have_the_chance_of_their_labels():
    head = Head(4, 2, HeadConfiguration(kind="linear", dropout=0))
    scores = scores_of([OUTSIDE, BEGIN, INSIDE, OUTSIDE], [BEGIN, OUTSIDE, OUTSIDE, BEGIN])
    disease, symptom = find_spans(
        head, ("DISEASE", "SYMPTOM"), scores, OFFSETS, min_probability=0.35
    )
    assert (disease.label, disease.spans.tolist()) == ("DISEASE", [[4, 12]])
    assert (symptom.label, symptom.spans.tolist()) == ("SYMPTOM", [[0, 3], [13, 20]])
    share = float(torch.softmax(torch.tensor([3.0, 0.0, 0.0]), 0)[0])
    other = (1 - share) / 2
    expected = (share + other * share) * share * (1 - other)
    np.testing.assert_allclose(disease.probabilities, [expected], rtol=1e-6)


def test_a_type_that_is_nowhere_has_no_spans():
    head = Head(4, 1, HeadConfiguration(kind="linear", dropout=0, crf=True))
    (nothing,) = find_spans(head, ("D",), scores_of([OUTSIDE] * 4), OFFSETS, min_probability=0.35)
    assert nothing.spans.shape == (0, 2) and nothing.probabilities.shape == (0,)


def drawn(seed, length=5):
    """Return a head with a chain, scores of a text, and how likely each of its labellings is."""
    torch.manual_seed(seed)
    head = Head(4, 1, HeadConfiguration(kind="linear", dropout=0, crf=True)).eval()
    torch.nn.init.normal_(head.chain.moves)
    torch.nn.init.normal_(head.chain.starts)
    scores = 1.5 * torch.randn(length, 1, LABELS)
    labellings = torch.tensor(list(product(range(LABELS), repeat=length)))
    known = torch.ones(1, dtype=torch.bool)
    with torch.inference_mode():
        losses = torch.stack([head.chain.loss(scores, one[:, None], known) for one in labellings])
    return head, scores, labellings.numpy(), (-losses).double().softmax(0).numpy()


@pytest.mark.parametrize("seed", range(20))
def test_spans_of_a_chain_are_those_that_promise_most_over_all_labellings(seed):
    head, scores, labellings, shares = drawn(seed)
    offsets = np.stack([np.arange(5), np.arange(1, 6)], 1)
    likely = {}
    for labels, share in zip(labellings, shares, strict=True):
        for start, end in bio_spans(labels, offsets).tolist():
            likely[start, end] = likely.get((start, end), 0) + share
    (found,) = likely_spans(head, ("D",), scores, offsets, min_probability=0.05)
    told = dict(zip(map(tuple, found.spans.tolist()), found.probabilities, strict=True))
    assert {span for span, share in likely.items() if share > 0.0501} <= {*told}
    for span, probability in told.items():
        assert probability == pytest.approx(likely[span], abs=1e-4)
    for least in (0.1, 0.2, 0.35):
        sets = [
            some
            for size in range(6)
            for some in combinations(sorted(likely), size)
            if all(one[1] <= other[0] for one, other in pairwise(some))
        ]
        best = max(sum(likely[span] - least for span in some) for some in sets)
        (chosen,) = find_spans(head, ("D",), scores, offsets, min_probability=least)
        spans = [tuple(span) for span in chosen.spans.tolist()]
        assert spans == sorted(spans)
        assert all(likely[span] > least - 1e-4 for span in spans)
        assert sum(likely[span] - least for span in spans) == pytest.approx(best, abs=1e-3)


def test_spans_that_share_no_more_than_an_edge_stay_both():
    spans = np.array([[0, 2], [1, 4], [2, 4], [4, 5]])
    found = FoundSpans("D", spans, np.array([0.5, 0.9, 0.5, 0.3]))
    assert found.apart(0.2).spans.tolist() == [[1, 4], [4, 5]]
    assert found.apart(0.0).spans.tolist() == [[0, 2], [2, 4], [4, 5]]
    assert found.apart(0.35).spans.tolist() == [[1, 4]]


def test_a_long_text_in_which_all_may_be_is_read_in_little_memory():
    """A head that has learned nothing, or is damaged, has a span likely at every two tokens."""
    head = Head(4, 1, HeadConfiguration(kind="linear", dropout=0, crf=True)).eval()
    scores = torch.tensor([-9.0, 0.0, 0.0]).expand(20_000, 1, LABELS)  # no token is outside
    offsets = np.stack([np.arange(20_000), np.arange(1, 20_001)], 1)
    (likely,) = likely_spans(head, ("D",), scores, offsets, min_probability=0.1)
    lengths = likely.spans[:, 1] - likely.spans[:, 0]
    assert lengths.max() <= 4 and len(lengths) <= 10 * len(offsets)
    (found,) = find_spans(head, ("D",), scores, offsets, min_probability=0.1)
    assert (found.spans[1:, 0] >= found.spans[:-1, 1]).all()
