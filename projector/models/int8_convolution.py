"""Compute a convolution over the tokens of a text with products of 8-bit integers.

What is convolved has no range that was measured before, as the layers of `projector.models.int8`
have: its own least and greatest number are its range, so that what comes of a text depends on that
text alone.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan

import torch
from torch import Tensor, nn

from projector.models.int8 import Product

_GREATEST = 255  # of the integers; the least is 0


class Int8Convolution(nn.Module):
    """A convolution over neighbouring tokens; what it holds is fixed, and no parameter.

    Args:
        convolution: In float32, on a processor, for inference; its window is centred.
    """

    def __init__(self, convolution: nn.Conv1d) -> None:
        super().__init__()
        _, self.width, self.window = convolution.weight.shape
        weight, bias = convolution.weight.detach(), convolution.bias
        assert bias is not None
        self.product = Product.of(weight.transpose(1, 2).flatten(1), bias.detach())

    def forward(self, states: Tensor) -> Tensor:
        """Return [T, N] float32 of a text's states [T, K]; T is at least 1.

        NaN where a state is no number, for whoever reads them to tell.
        """
        least, greatest = (bound.item() for bound in states.aminmax())
        if not (isfinite(least) and isfinite(greatest)):
            return states.new_full((len(states), len(self.product.bias)), nan)
        least, greatest = min(least, 0.0), max(greatest, 0.0)  # beyond its ends a text is 0
        step = (greatest - least) / _GREATEST or 1.0
        zero = round(-least / step)
        around = self.window // 2
        size = len(states) + 2 * around, self.width
        integers = states.new_full(size, zero, dtype=torch.uint8)
        rounded = (states * (1 / step)).add_(zero + 0.5).clamp_(0, _GREATEST)
        integers[around : around + len(states)] = rounded
        # Neighbours lie in a row already: that of a token begins where the one before it does.
        rows = integers.as_strided((len(states), self.window * self.width), (self.width, 1))
        return replace(self.product, step=step, zero=zero)(rows)
