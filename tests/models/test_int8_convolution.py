import pytest
import torch
from torch import nn

from projector.models.devices import can_int8
from projector.models.int8_convolution import Int8Convolution

pytestmark = pytest.mark.skipif(
    not can_int8(torch.device("cpu")), reason="this processor has no such kernels"
)


def convolution(window=5):
    torch.manual_seed(0)
    return nn.Conv1d(32, 48, window, padding=window // 2).requires_grad_(False)


@pytest.mark.parametrize("window", [1, 3, 5])
@pytest.mark.parametrize("length", [1, 2, 40])
def test_it_is_near_the_exact_one(window, length):
    exact = convolution(window)
    states = torch.randn(length, 32) + 0.5
    expected = exact(states.T[None])[0].T
    assert (Int8Convolution(exact)(states) - expected).norm() / expected.norm() < 0.03


def test_states_on_one_side_of_nought_are_convolved_with_nought_beyond_the_ends():
    exact = convolution()
    for states in (torch.rand(6, 32) + 4, -torch.rand(6, 32) - 4):
        expected = exact(states.T[None])[0].T
        assert (Int8Convolution(exact)(states) - expected).norm() / expected.norm() < 0.03


def test_of_nothing_the_bias_is_left():
    exact = convolution()
    expected = exact.bias.expand(3, -1)
    torch.testing.assert_close(Int8Convolution(exact)(torch.zeros(3, 32)), expected)


def test_a_text_has_the_same_bits_however_often_it_is_convolved():
    rounded, states = Int8Convolution(convolution()), torch.randn(9, 32)
    first = rounded(states)
    rounded(100 * torch.randn(9, 32))
    assert torch.equal(rounded(states), first)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_stays_none(wrong):
    states = torch.randn(4, 32)
    states[2, 5] = wrong
    assert Int8Convolution(convolution())(states).isnan().all()
