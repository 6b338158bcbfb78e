import pytest
import torch
from torch import nn

from projector.models.unfilled import unfilled


def test_nothing_is_drawn_in_the_block():
    state = torch.get_rng_state()
    with unfilled():
        nn.Sequential(nn.Linear(300, 300), nn.Embedding(300, 30), nn.Conv1d(3, 3, 3))
    assert torch.equal(torch.get_rng_state(), state)
    nn.Linear(3, 3)
    assert not torch.equal(torch.get_rng_state(), state)


def test_what_an_error_leaves_draws_again():
    with pytest.raises(ZeroDivisionError), unfilled():
        raise ZeroDivisionError
    state = torch.get_rng_state()
    nn.Linear(3, 3)
    assert not torch.equal(torch.get_rng_state(), state)
