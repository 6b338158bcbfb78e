"""Read a low-rank adapter (Hu et al. 2022) as peft saves it, and merge it into its model.

Reading needs no peft: `W + alpha / r · B A` is all there is to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from projector.errors import ModelError
from projector.models.folder_file import read_contract, read_object
from projector.models.weights import read_tensors
from schemas.model_folder import AdapterSaid

CONFIGURATION = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
FILES = (CONFIGURATION, WEIGHTS)
_NUMBER = re.compile(r"\blayers?\.(\d+)\.")
_PREFIX = "base_model.model."
_UNMERGEABLE = ("use_dora", "rank_pattern", "alpha_pattern", "modules_to_save")
_EXPECTED = "a LoRA adapter as peft saves it, of linear layers only"


@dataclass(frozen=True, slots=True)
class Adapter:
    """A low-rank adapter at rest.

    Args:
        folder: Where it lies.
        base: Name or path of the model that it adapts.
        scale: What `B A` is multiplied by.
        factors: (A [r, in], B [out, r]) by the name of the layer.
    """

    folder: Path
    base: str
    scale: float
    factors: dict[str, tuple[Tensor, Tensor]]

    @property
    def rank(self) -> int:
        """Return the greatest rank of a layer's factors."""
        return max((len(down) for down, _ in self.factors.values()), default=0)

    def tensors(self) -> dict[str, Tensor]:
        """Return its factors as peft calls them."""
        named = {}
        for name, (down, up) in self.factors.items():
            named[f"{_PREFIX}{name}.lora_A.weight"] = down.contiguous()
            named[f"{_PREFIX}{name}.lora_B.weight"] = up.contiguous()
        return named

    @torch.no_grad()
    def add_to(self, weights: Mapping[str, Tensor], *, layers: int | None = None) -> None:
        """Add it to a model's weights, in place.

        Args:
            weights: By name, in float32.
            layers: How many layers the model was built with; what adapts later ones is left out.

        Raises:
            ModelError: A layer is not there, or has another shape.
        """
        for name, (down, up) in self.factors.items():
            number = _NUMBER.search(name)
            if layers is not None and number and int(number[1]) >= layers:
                continue
            weight = weights.get(f"{name}.weight")
            shape = [up.shape[0], down.shape[1]]
            if weight is None or list(weight.shape) != shape:
                has = "no such layer" if weight is None else f"one of shape {list(weight.shape)}"
                raise ModelError(
                    f"{self.folder}: adapts {name} of shape {shape}; its base {self.base} has {has}"
                )
            weight += (self.scale * (up.double() @ down.double())).to(weight)


def composed(first: Adapter, then: Adapter) -> Adapter:
    """Return one adapter of the first one's base that does what two do, one on the other.

    Its factors are both adapters' side by side, filled up with zeros to one rank, which is how
    peft reads them.

    Args:
        first: Adapts a base.
        then: Adapts what comes of it; its scale is that of both.
    """
    empty = then.factors | first.factors
    parts = {}
    for name in sorted(empty):
        down, up = empty[name]
        pairs = [
            (adapter.factors[name][0], adapter.factors[name][1] * (adapter.scale / then.scale))
            for adapter in (first, then)
            if name in adapter.factors
        ]
        dtype = torch.promote_types(down.dtype, up.dtype)
        downs = torch.cat([pair[0].to(dtype) for pair in pairs])
        ups = torch.cat([pair[1].to(dtype) for pair in pairs], 1)
        parts[name] = (downs, ups)
    rank = max(len(down) for down, _ in parts.values())
    pad = torch.nn.functional.pad
    filled = {
        name: (pad(down, (0, 0, 0, rank - len(down))), pad(up, (0, rank - len(down))))
        for name, (down, up) in parts.items()
    }
    return Adapter(then.folder, first.base, then.scale, filled)


def layer_of(name: str) -> int | None:
    """Return the number of the layer that a part of a model is in, from 0; None if in none."""
    number = _NUMBER.search(f"{name}.")
    return int(number[1]) if number else None


def is_adapter(folder: Path) -> bool:
    """Tell whether a folder holds an adapter rather than a whole model."""
    return (folder / CONFIGURATION).is_file()


def base_of(folder: Path) -> str:
    """Return the name or path of the model that an adapter adapts.

    Raises:
        ModelError: Its configuration can't be read, or it is no adapter that can be merged.
    """
    return _configuration(folder).base_model_name_or_path


def read_adapter(folder: Path) -> Adapter:
    """Read an adapter.

    Raises:
        ModelError: It can't be read, or can't simply be merged.
    """
    configuration = _configuration(folder)
    tensors = read_tensors(folder / WEIGHTS, _EXPECTED)
    downs = {key: value for key, value in tensors.items() if key.endswith(".lora_A.weight")}
    factors = {}
    for key, down in downs.items():
        stem = key.removesuffix(".lora_A.weight")
        up = tensors.pop(f"{stem}.lora_B.weight", None)
        if up is None or up.ndim != 2 or down.ndim != 2:
            raise ModelError(f"{folder / WEIGHTS}: {stem} has no second factor; {_EXPECTED}")
        if up.shape[1] != down.shape[0]:
            shapes = f"{list(down.shape)} and {list(up.shape)}"
            raise ModelError(f"{folder / WEIGHTS}: {stem} has factors {shapes}; {_EXPECTED}")
        factors[stem.removeprefix(_PREFIX)] = (down, up)
    if len(factors) != len(tensors):
        strange = sorted(set(tensors) - set(downs))
        raise ModelError(f"{folder / WEIGHTS}: holds {strange[0]}; expected {_EXPECTED}")
    root = configuration.r**0.5 if configuration.use_rslora else configuration.r
    base = configuration.base_model_name_or_path
    return Adapter(folder, base, configuration.lora_alpha / root, dict(sorted(factors.items())))


def _configuration(folder: Path) -> AdapterSaid:
    path = folder / CONFIGURATION
    content = read_object(path, _EXPECTED)
    strange = [key for key in _UNMERGEABLE if content.get(key)]
    if content.get("peft_type") != "LORA" or strange:
        unusable = strange[0] if strange else f"peft_type {str(content.get('peft_type'))[:80]}"
        raise ModelError(f"{path}: has {unusable}; expected {_EXPECTED}")
    for key in AdapterSaid.model_fields:
        if not content.get(key) and key != "use_rslora":
            raise ModelError(f"{path}: lacks {key}; expected {_EXPECTED}")
    return read_contract(path, AdapterSaid, _EXPECTED)
