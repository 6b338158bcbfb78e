"""Compute BERT's layers with products of 8-bit integers, by kernels that torch carries.

A product's input is rounded by scales that were measured once (`projector.models.int8_ranges`),
a channel each, never by what happens to be in a pass: a text's vectors don't depend on what else
there is. Weights have a scale for each row, and seven bits: pairs of products are then sums of 16
bits that never overflow, which they would with eight on processors without VNNI, where the sums
of all processors would no longer be the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

from projector.models.bert import Bert, Layer, SelfAttention
from projector.models.int8_ranges import LayerRanges, Range
from projector.models.packing import Layout

_WEIGHT = 64  # 2 · 255 · 64 < 2¹⁵
_ZERO = 128  # what stands for the middle of a range
_STEPS = 127  # on each side of it
_DIP = 0.17  # of GELU below 0
# How much of a channel's range its scale evens out, the rest being left to the weights: of inputs
# with channels that are far larger than others, all would leave too little for the weights.
_SHARE = 0.75
_PLAIN = range(16, 129)  # tokens of a sequence where plain attention is faster than the fused one
_UNITS = 16  # whose excess over the others is computed apart


def quantise(model: Bert, ranges: list[LayerRanges]) -> None:
    """Have a model's layers compute in 8 bits, in place; their weights in float32 are let go.

    Args:
        model: In float32, on a processor, for inference.
        ranges: Of its layers' inputs, from the first on; more are not looked at.
    """
    layers = cast("Iterable[Layer]", model.encoder.layer)
    rounded = [_Layer(layer, seen) for layer, seen in zip(layers, ranges, strict=False)]
    model.encoder.layer = nn.ModuleList(rounded)


@dataclass(frozen=True, slots=True)
class _Rounding:
    """How numbers become 8-bit integers, channel by channel.

    Args:
        factor: [h] integers' steps in one.
        shift: [h] what is added then, a half of rounding in it.
    """

    factor: Tensor
    shift: Tensor

    def __call__(self, values: Tensor) -> Tensor:
        return _integers(torch.addcmul(self.shift, values, self.factor))


def _integers(values: Tensor) -> Tensor:
    """Return what is in range and has a half added as integers; changes the values."""
    return values.clamp_(0, 2 * _ZERO - 1).to(torch.uint8)


@dataclass(frozen=True, slots=True)
class Product:
    """A linear layer of 8-bit integers.

    Args:
        weight: As the kernel packs it.
        scale: [N] of its rows, in the unit of the output.
        middles: [N] which integers of the weight stand for 0: 0.
        bias: [N] likewise.
        step, zero: What one of the input is worth, and which stands for 0.
    """

    weight: Tensor
    scale: Tensor
    middles: Tensor
    bias: Tensor
    step: float = 1.0
    zero: int = _ZERO

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor, *, step: float = 1.0, zero: int = _ZERO) -> Product:
        """Round a linear layer's weight [N, K] and pack it."""
        scale = (weight.abs().amax(1) / _WEIGHT).clamp(min=1e-12)
        whole = (weight / scale[:, None]).round().to(torch.int8)
        packed = torch.ops.onednn.qlinear_prepack(whole, None)
        middles = torch.zeros(len(scale), dtype=torch.int64)
        return cls(packed, scale.contiguous(), middles, bias.contiguous(), step, zero)

    def __call__(self, values: Tensor) -> Tensor:
        """Return [T, N] float32."""
        product: Tensor = torch.ops.onednn.qlinear_pointwise(
            *self._operands(values), self.bias, 1.0, 0, torch.float32, "none", [], ""
        )
        return product

    def gelu(self, values: Tensor, step: float, zero: int) -> Tensor:
        """Return [T, N] integers of its GELU."""
        product: Tensor = torch.ops.onednn.qlinear_pointwise(
            *self._operands(values), self.bias, step, zero, torch.uint8, "gelu", [], "none"
        )
        return product

    def added_to(self, others: Tensor, values: Tensor) -> Tensor:
        """Return [T, N] float32, the others [T, N] added."""
        product: Tensor = torch.ops.onednn.qlinear_pointwise.binary(
            *self._operands(values), others, self.bias, 1.0, 0, torch.float32, 1.0, 0, "add", 1.0,
            "none", [], "",
        )  # fmt: skip
        return product

    def _operands(self, values: Tensor) -> tuple[object, ...]:
        return values, self.step, self.zero, self.weight, self.scale, self.middles


def _rounded_product(weight: Tensor, bias: Tensor, seen: Range) -> tuple[_Rounding, Product]:
    """Return how a linear layer's input is rounded, and its product with what comes of it."""
    half = seen.half / _STEPS
    steps = half**_SHARE / weight.abs().amax(0).clamp(min=1e-6) ** (1 - _SHARE)
    steps = steps * (half / steps).max()  # none too small for its channel
    middle = seen.middle
    rounding = _Rounding(1 / steps, _ZERO + 0.5 - middle / steps)
    return rounding, Product.of(weight * steps, bias + weight @ middle)


class _Layer(nn.Module):
    """One of BERT's layers; what it holds is fixed, and no parameter."""

    def __init__(self, layer: Layer, ranges: LayerRanges) -> None:
        super().__init__()
        self.width = layer.attention.self.width
        self.attention_norm = layer.attention.output.LayerNorm
        self.output_norm = layer.output.LayerNorm
        dense = layer.attention.output.dense
        self.attended, self.mixed = _rounded_product(dense.weight, dense.bias, ranges.attended)
        weight, bias = _queries_keys_values(layer.attention.self, self.attended)
        self.states, self.parts = _rounded_product(weight, bias, ranges.states)
        dense = layer.intermediate.dense
        self.fed, self.units = _rounded_product(dense.weight, dense.bias, ranges.fed)
        self.excess = _Excess.of(layer, ranges.units)
        step, zero = self.excess.step, self.excess.zero
        self.put = Product.of(
            layer.output.dense.weight, layer.output.dense.bias, step=step, zero=zero
        )

    def forward(self, states: Tensor, layout: Layout) -> Tensor:
        """Return the next states [1, T, d]."""
        before = states[0]
        parts = self.parts(self.states(before)).view(len(before), 3, -1, self.width)
        attended = torch.cat([_attended(part) for part in torch.split(parts, layout.lengths)])
        # Values come rounded but for the rounding itself, so that what is attended to does, too.
        whole = _integers(attended.view(before.shape))
        fed = _normed(self.attention_norm, self.mixed.added_to(before, whole))
        units = self.units.gelu(self.fed(fed), self.excess.step, self.excess.zero)
        added = self.put.added_to(self.excess.added_to(fed), units)
        return _normed(self.output_norm, added)[None]


def _queries_keys_values(attention: SelfAttention, attended: _Rounding) -> tuple[Tensor, Tensor]:
    """Return one linear layer for all three: queries scaled, values in steps of what comes of them.

    Attention is a mean: of values that are scaled and shifted it is scaled and shifted as they are.
    """
    query, key, value = attention.query, attention.key, attention.value
    scale = attention.width**-0.5
    weight = torch.cat([query.weight * scale, key.weight, value.weight * attended.factor[:, None]])
    bias = torch.cat([query.bias * scale, key.bias, value.bias * attended.factor + attended.shift])
    return weight, bias


def _attended(parts: Tensor) -> Tensor:
    """Return [T, heads, size] what is attended to in a sequence [T, 3, heads, size]."""
    query, key, value = (part.transpose(0, 1) for part in parts.unbind(1))
    if len(parts) not in _PLAIN:
        return scaled_dot_product_attention(query[None], key[None], value[None], scale=1.0)[
            0
        ].transpose(0, 1)
    weights = torch.bmm(query, key.transpose(1, 2)).softmax(-1)
    return torch.bmm(weights, value).transpose(0, 1)


def _normed(norm: nn.LayerNorm, states: Tensor) -> Tensor:
    return layer_norm(states, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


@dataclass(frozen=True, slots=True)
class _Excess:
    """What a few units of the feed-forward layer give beyond the range of all the others.

    One unit of most layers is ten times as active as any other, at the special tokens alone, and
    these draw attention: in its range, all others would be rounded to nothing.

    Args:
        weight, bias: [U, h] and [U] of the units, from the states.
        back: [U, h] into the states.
        step: What one of the units' integers is worth.
        zero: Which of them stands for 0.
    """

    weight: Tensor
    bias: Tensor
    back: Tensor
    step: float
    zero: int

    @classmethod
    def of(cls, layer: Layer, largest: Tensor) -> _Excess:
        """Take the units [f] that come largest; the range is that of those after them."""
        values, order = largest.sort(descending=True, stable=True)
        step = (values[_UNITS].item() + _DIP) / (2 * _ZERO - 1)
        units = order[:_UNITS]
        dense = layer.intermediate.dense
        back = layer.output.dense.weight[:, units].T.contiguous()
        return cls(dense.weight[units], dense.bias[units], back, step, round(_DIP / step))

    def added_to(self, states: Tensor) -> Tensor:
        """Return the states [T, h] with the units' excess brought back to them."""
        top = (2 * _ZERO - 1 - self.zero) * self.step
        excess = (gelu(linear(states, self.weight, self.bias)) - top).clamp_(min=0)
        return torch.addmm(states, excess, self.back)
