import itertools

import pytest
import torch

from projector.tag.head import Chain, Head, edge_probabilities
from schemas.tagging import HeadConfiguration

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


def test_edges_are_as_likely_as_the_labels_around_them_say():
    sure = torch.tensor([[9.0, 0, 0], [0, 9.0, 0], [0, 0, 9.0], [0, 9.0, 0], [9.0, 0, 0]])
    begins, ends = edge_probabilities(sure[:, None] * 3)
    assert begins[:, 0].round().tolist() == [0, 1, 0, 1, 0]
    assert ends[:, 0].round().tolist() == [0, 0, 1, 1, 0]
    stray, _ = edge_probabilities(torch.tensor([[[0.0, 0, 30]], [[0.0, 0, 30]]]))
    assert stray[:, 0].round().tolist() == [1, 0]
