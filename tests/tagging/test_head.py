import itertools

import numpy as np
import pytest
import torch

from projector.tagging.bio import bio_spans
from projector.tagging.head import Chain, Head
from schemas.tagger_training import HeadConfiguration

KINDS = [
    HeadConfiguration(kind="linear", dropout=0),
    HeadConfiguration(kind="cnn", window=3, hidden=8, dropout=0),
    HeadConfiguration(kind="cnn", window=5, dropout=0, crf=True),
]


@pytest.mark.parametrize("chosen", KINDS)
def test_every_token_gets_three_scores_a_type(chosen):
    head = Head(6, 2, chosen)
    assert head(torch.randn(9, 6)).shape == (9, 2, 3)
    assert head(torch.randn(1, 6)).shape == (1, 2, 3)


def test_a_convolution_sees_its_window_and_no_further():
    torch.manual_seed(0)
    head = Head(6, 1, HeadConfiguration(window=3, hidden=8, dropout=0))
    vectors = torch.randn(9, 6)
    changed = vectors.clone()
    changed[4] += 1
    moved = (head(vectors) - head(changed)).abs().amax((1, 2)) > 1e-6
    assert moved.tolist() == [False, False, True, True, True, True, True, False, False]


@pytest.mark.parametrize("chosen", KINDS)
def test_unknown_types_teach_nothing(chosen):
    torch.manual_seed(0)
    head = Head(6, 2, chosen)
    vectors, labels = torch.randn(5, 6), torch.tensor([[0, 1], [1, 2], [2, 0], [0, 0], [0, 1]])
    known = torch.tensor([True, False])
    loss = head.loss(head(vectors), labels, known)
    labels[:, 1] = 0
    assert torch.equal(loss, head.loss(head(vectors), labels, known))
    loss.backward()
    gradient = head.scores.weight.grad.view(2, 3, -1)
    assert gradient[0].abs().sum() > 0 and gradient[1].abs().sum() == 0


def chains(length):
    """List every way to label a text in which no inside follows an outside."""
    return [
        one
        for one in itertools.product(range(3), repeat=length)
        if all(not (b == 2 and a == 0) for a, b in zip((0, *one), one, strict=False))
    ]


def test_the_chain_is_that_of_adding_up_every_labelling():
    torch.manual_seed(0)
    chain = Chain(2)
    torch.nn.init.normal_(chain.moves)
    torch.nn.init.normal_(chain.starts)
    scores = torch.randn(4, 2, 3)
    labels = torch.tensor([[0, 1], [1, 2], [2, 2], [0, 1]])

    def weight(one, kind):
        total = chain.starts[kind, one[0]] + scores[0, kind, one[0]]
        for at in range(1, 4):
            total = total + chain.moves[kind, one[at - 1], one[at]] + scores[at, kind, one[at]]
        return total

    expected = 0.0
    for kind in range(2):
        all_of_them = torch.stack([weight(one, kind) for one in chains(4)])
        own = weight(labels[:, kind].tolist(), kind)
        expected += (torch.logsumexp(all_of_them, 0) - own) / 2
    found = chain.loss(scores, labels, torch.tensor([True, True]))
    torch.testing.assert_close(found, expected)
    best = [max(chains(4), key=lambda one, kind=kind: weight(one, kind)) for kind in range(2)]
    assert chain.decode(scores).T.tolist() == [list(one) for one in best]


@pytest.mark.parametrize("length", [1, 2, 5])
def test_marginals_and_edges_are_those_of_adding_up_every_labelling(length):
    torch.manual_seed(length)
    head = Head(6, 2, HeadConfiguration(kind="linear", crf=True))
    torch.nn.init.normal_(head.chain.moves)
    torch.nn.init.normal_(head.chain.starts)
    scores = 2 * torch.randn(length, 2, 3)
    expected = torch.zeros(length, 2, 3)
    ends = torch.zeros(length, 2)
    for kind in range(2):
        weights = []
        for one in chains(length):
            total = head.chain.starts[kind, one[0]] + scores[0, kind, one[0]]
            for at in range(1, length):
                total = total + head.chain.moves[kind, one[at - 1], one[at]]
                total = total + scores[at, kind, one[at]]
            weights.append(total)
        for one, share in zip(chains(length), torch.softmax(torch.stack(weights), 0), strict=True):
            for at, (label, after) in enumerate(zip(one, (*one[1:], 0), strict=True)):
                expected[at, kind, label] += share
                ends[at, kind] += share * (label != 0 and after != 2)
    torch.testing.assert_close(head.chain.marginals(scores), expected)
    within, begins, found = head.edges(scores)
    torch.testing.assert_close(within, 1 - expected[:, :, 0])
    torch.testing.assert_close(begins, expected[:, :, 1])
    torch.testing.assert_close(found, ends)
    for some, whole in zip(head.edges(scores, [1]), (within, begins, found), strict=True):
        assert torch.equal(some, whole[:, 1:])


def test_marginals_of_a_long_text_are_still_probabilities():
    torch.manual_seed(0)
    chain = Chain(1)
    torch.nn.init.normal_(chain.moves)
    scores = 3 * torch.randn(20_000, 1, 3)
    found = chain.marginals(scores)
    assert torch.isfinite(found).all()
    part = chain.marginals(scores[8_000:10_100])[1_000:1_100]
    torch.testing.assert_close(found[9_000:9_100], part, rtol=0, atol=1e-3)


def test_edges_are_as_likely_as_the_labels_around_them_say():
    head = Head(6, 1, HeadConfiguration())
    sure = torch.tensor([[9.0, 0, 0], [0, 9.0, 0], [0, 0, 9.0], [0, 9.0, 0], [9.0, 0, 0]])
    within, begins, ends = head.edges(sure[:, None] * 3)
    assert within[:, 0].round().tolist() == [0, 1, 1, 1, 0]
    assert begins[:, 0].round().tolist() == [0, 1, 0, 1, 0]
    assert ends[:, 0].round().tolist() == [0, 0, 1, 1, 0]
    _, stray, _ = head.edges(torch.tensor([[[0.0, 0, 30]], [[0.0, 0, 30]]]))
    assert stray[:, 0].round().tolist() == [1, 0]


@pytest.mark.parametrize("length", [1, 2, 5])
@pytest.mark.parametrize("crf", [False, True])
@torch.no_grad()
def test_a_span_is_as_likely_as_all_labellings_that_have_it(length, crf):
    torch.manual_seed(length)
    head = Head(4, 2, HeadConfiguration(kind="linear", dropout=0, crf=crf))
    if crf:
        torch.nn.init.normal_(head.chain.moves)
        torch.nn.init.normal_(head.chain.starts)
    scores = torch.randn(length, 2, 3)
    offsets = np.stack([np.arange(length), np.arange(length) + 1], 1)
    spans = [(a, b) for a in range(length) for b in range(a + 1, length + 1)]
    logs = torch.log_softmax(scores[:, 1], 1).double()
    likely = dict.fromkeys(spans, 0.0)
    total = 0.0
    for labels in chains(length) if crf else itertools.product(range(3), repeat=length):
        weight = sum(logs[token, label] for token, label in enumerate(labels))
        if crf:
            weight += head.chain.starts[1, labels[0]]
            weight += sum(head.chain.moves[1, a, b] for a, b in itertools.pairwise(labels))
        total += (chance := float(torch.as_tensor(weight).exp()))
        for start, end in bio_spans(np.array(labels), offsets):
            likely[start, end] += chance
    expected = torch.tensor([likely[span] / total for span in spans], dtype=torch.float64)
    found = head.span_probabilities(scores, 1, torch.tensor(spans))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


@torch.no_grad()
def test_a_span_of_a_long_text_is_as_likely_as_in_a_part_of_it():
    torch.manual_seed(0)
    head = Head(4, 1, HeadConfiguration(kind="linear", dropout=0, crf=True))
    scores = torch.randn(20_000, 1, 3) * 5
    found = head.span_probabilities(scores, 0, torch.tensor([[9_050, 9_053], [9_060, 9_061]]))
    part = head.span_probabilities(scores[9_000:9_200], 0, torch.tensor([[50, 53], [60, 61]]))
    torch.testing.assert_close(found, part, atol=1e-4, rtol=0)
