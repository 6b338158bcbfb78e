"""Know in which ranges the inputs of a model's layers lie, as they were measured once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from projector.models.weights import read_tensors

_EXPECTED = "the ranges of a model's layers, as jobs/research/measure_ranges.py writes them"


@dataclass(frozen=True, slots=True)
class Range:
    """Where each channel of an input lies: [h] its middle, and how far it goes to both sides."""

    middle: Tensor
    half: Tensor


@dataclass(frozen=True, slots=True)
class LayerRanges:
    """In which ranges the inputs of a layer's products lie.

    Args:
        states: Of the layer itself, for queries, keys and values.
        attended: Of what is attended to.
        fed: Of the feed-forward layer.
        units: [f] the largest value of each of its units.
    """

    states: Range
    attended: Range
    fed: Range
    units: Tensor


def read_ranges(path: Path) -> list[LayerRanges]:
    """Read the ranges of all layers, from the first on, in float32.

    Raises:
        ModelError: The file can't be read.
    """
    tensors = {name: tensor.float() for name, tensor in read_tensors(path, _EXPECTED).items()}
    layers = 1 + max(int(name.split(".")[0]) for name in tensors)
    return [_layer_ranges(tensors, layer) for layer in range(layers)]


def _layer_ranges(tensors: Mapping[str, Tensor], layer: int) -> LayerRanges:
    states, attended, fed = (
        Range(tensors[f"{layer}.{part}.middle"], tensors[f"{layer}.{part}.half"])
        for part in ("states", "attended", "fed")
    )
    return LayerRanges(states, attended, fed, tensors[f"{layer}.units"])
