import pytest
import torch

from projector.training.aligner.losses import (
    consistency_loss,
    contrast_loss,
    cosine_loss,
    divergence_loss,
    projection_loss,
    self_training_loss,
)

LOSSES = {
    "cosine": cosine_loss,
    "kl": lambda similarity, target: divergence_loss(similarity, target, temperature=0.1),
    "self-training": lambda similarity, target: self_training_loss(
        similarity, target, temperature=0.1
    ),
}


def vectors(count, seed):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(count, 16, generator=random, requires_grad=True)


@pytest.mark.parametrize("name", LOSSES)
def test_descending_a_loss_brings_the_target_about(name):
    source, target = vectors(5, 0), vectors(6, 1)
    wanted = torch.zeros(5, 6)
    wanted[torch.arange(5), torch.tensor([1, 0, 2, 5, 3])] = 1.0  # the fifth target has no one
    optimizer = torch.optim.Adam([source, target], lr=0.05)
    losses = []
    for _ in range(300):
        normal = [torch.nn.functional.normalize(side, dim=1) for side in (source, target)]
        similarity = normal[0] @ normal[1].T
        loss = LOSSES[name](similarity, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert (similarity.argmax(1) == torch.tensor([1, 0, 2, 5, 3])).all()
    assert losses[-1] < 0.3 * losses[0]


def test_the_cosine_loss_is_that_of_its_definition_whatever_the_scale():
    similarity = torch.tensor([[0.9, 0.1], [0.2, 0.4], [0.0, 0.5]])
    target = torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    rows = sum(
        float(a @ b / (a.norm() * b.norm())) for a, b in zip(similarity, target, strict=True)
    )
    columns = sum(
        float(a @ b / (a.norm() * b.norm())) for a, b in zip(similarity.T, target.T, strict=True)
    )
    expected = 2 - rows / 3 - columns / 2
    assert cosine_loss(similarity, target).item() == pytest.approx(expected, abs=1e-6)
    assert cosine_loss(similarity, 7 * target).item() == pytest.approx(expected, abs=1e-6)
    assert cosine_loss(3 * target, target).item() == pytest.approx(0, abs=1e-6)


def test_the_divergence_is_zero_where_the_shares_are_the_targets():
    similarity = torch.tensor([[0.3, 0.1], [0.1, 0.3]])
    shares = torch.softmax(similarity / 0.1, 1)  # symmetric: the columns' as well
    assert divergence_loss(similarity, shares, temperature=0.1).item() == pytest.approx(0, abs=1e-6)
    assert divergence_loss(similarity.flip(0), shares, temperature=0.1) > 0.5


def test_self_training_is_bounded_and_zero_where_all_mass_is_wanted():
    similarity = torch.eye(4) * 2 - 1
    assert self_training_loss(similarity, torch.eye(4), temperature=0.1) < 1e-6
    nothing = self_training_loss(similarity, 1 - torch.eye(4), temperature=0.1)
    assert 0.99 < nothing <= 1
    assert consistency_loss(similarity, temperature=0.1) < 1e-6
    one_sided = torch.tensor([[1.0, 0.9], [1.0, 0.9]])  # both rows want the first column
    assert consistency_loss(one_sided, temperature=0.01) > 0.4


@pytest.mark.parametrize("name", LOSSES)
def test_a_target_without_anything_teaches_nothing_and_breaks_nothing(name):
    similarity = (vectors(3, 0) @ vectors(4, 1).T).tanh()
    loss = LOSSES[name](similarity, torch.zeros(3, 4))
    assert torch.isfinite(loss)


def test_the_contrast_is_the_cross_entropy_of_mean_best_similarities():
    similarity = torch.rand(7, 6, generator=torch.Generator().manual_seed(0))
    sources, targets = torch.tensor([0, 0, 0, 1, 1, 2, 2]), torch.tensor([0, 1, 1, 2, 2, 2])
    scores = torch.zeros(3, 3)
    for left in range(3):
        for right in range(3):
            block = similarity[sources == left][:, targets == right]
            scores[left, right] = (block.amax(1).mean() + block.amax(0).mean()) / 2
    scores /= 0.1
    expected = -(scores.log_softmax(1).diagonal() + scores.log_softmax(0).diagonal()).mean() / 2
    found = contrast_loss(similarity, sources, targets, temperature=0.1)
    assert found.item() == pytest.approx(expected.item(), abs=1e-5)
    one = contrast_loss(similarity, sources * 0, targets * 0, temperature=0.1)
    assert one.item() == pytest.approx(0, abs=1e-6)


def test_the_projection_loss_is_the_cross_entropy_of_carried_membership():
    similarity = torch.rand(4, 5, generator=torch.Generator().manual_seed(1))
    source = torch.tensor([[True, True, False, False]])
    target = torch.tensor([[False, True, True, True, False]])
    carried = torch.softmax(similarity / 0.2, 0)[:2].sum(0)  # to the target's tokens
    back = torch.softmax(similarity / 0.2, 1)[:, 1:4].sum(1)
    expected = 0.0
    for found, gold in ((carried, target[0]), (back, source[0])):
        right = torch.where(gold, found, 1 - found)
        expected += float(-right.log().sum() / gold.sum()) / 2
    found = projection_loss(similarity, source, target, temperature=0.2)
    assert found.item() == pytest.approx(expected, abs=1e-5)


def test_hopeless_gold_has_no_gradient_and_true_gold_has():
    similarity = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], requires_grad=True)
    first, second = torch.tensor([[True, False]]), torch.tensor([[False, True]])
    projection_loss(similarity, first, second, temperature=0.1).backward()
    assert not similarity.grad.any()
    projection_loss(similarity, first, first, temperature=0.7).backward()
    assert similarity.grad[0, 0] < 0 < similarity.grad[0, 1]
