import pytest
import torch

from projector.training.aligner.positional_prior import (
    anchored_prior,
    diagonal_prior,
    positional_prior,
)


def test_it_is_full_near_the_diagonal_fades_in_a_line_and_ends():
    prior = diagonal_prior(400, 400)
    distance = (torch.arange(400)[:, None] - torch.arange(400)).abs()
    assert (prior[distance <= 50] == 1).all()
    torch.testing.assert_close(prior[distance == 75], torch.full((650,), 0.5))
    assert (prior[distance >= 100] == 0).all()
    fading = [float(prior[0, column]) for column in range(50, 101)]
    steps = torch.tensor(fading).diff()
    torch.testing.assert_close(steps, torch.full((50,), -1 / 50))


@pytest.mark.parametrize("shape", [(300, 150), (150, 300), (1, 40), (40, 1), (7, 7)])
def test_texts_of_unequal_length_are_taken_to_advance_evenly(shape):
    prior = diagonal_prior(*shape, full=5, fade=10)
    assert prior.shape == shape
    assert ((prior >= 0) & (prior <= 1)).all()
    middle_row, middle_column = shape[0] // 2, shape[1] // 2
    assert prior[middle_row, middle_column] == 1


def test_it_follows_another_path():
    path = torch.full((6,), 30.0).double().numpy()
    prior = positional_prior(path, 40, full=2, fade=4)
    assert prior[:, 28:33].eq(1).all()
    assert prior[:, 27].eq(0.5).all() and prior[:, :27].eq(0).all()


def test_around_anchors_it_follows_what_was_put_in():
    torch.manual_seed(0)
    source = torch.nn.functional.normalize(torch.randn(60, 32), dim=1)
    put_in = torch.nn.functional.normalize(torch.randn(40, 32), dim=1)
    target = torch.cat([source[:30], put_in, source[30:]])
    prior = anchored_prior(source, target, full=3, fade=6)
    rows = torch.arange(60)
    columns = rows + 40 * (rows >= 30)
    assert (prior[rows, columns] == 1).all()
    assert (diagonal_prior(60, 100, full=3, fade=6)[rows, columns] < 1).any()
