"""Keep what training whole did to a model as its weights' change, eight bits a value.

A change is far smaller than its weight, so that what eight bits lose of it is nothing of the sum:
the 21 million weights behind the embeddings of the embedded model take 21 MB, a quarter of what
they take themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from projector.errors import ModelError
from projector.models.folder_file import read_contract
from projector.models.foreign_errors import foreign_reading
from projector.models.weights import check_finite
from schemas.model_folder import DeltaSaid

CONFIGURATION = "delta.json"
WEIGHTS = "delta.safetensors"
FILES = (CONFIGURATION, WEIGHTS)
_NUMBER = re.compile(r"\blayers?\.(\d+)\.")
_SCALE = ".scale"
_MOST = 127
_EXPECTED = "changes of weights, a row of eight-bit numbers with its scale"


@dataclass(frozen=True, slots=True)
class Delta:
    """The changes of a model's weights at rest.

    Args:
        folder: Where they lie.
        base: Name or path of the model that they change.
        changes: [out, in] int8 and [out] float32 by the name of the weight; of one that is no
            matrix the change itself, and None.
    """

    folder: Path
    base: str
    changes: dict[str, tuple[Tensor, Tensor | None]]

    @torch.no_grad()
    def add_to(self, weights: Mapping[str, Tensor], *, layers: int | None = None) -> None:
        """Add them to a model's weights, in place.

        Args:
            weights: By name, in float32.
            layers: How many layers the model was built with; changes of later ones are left out.

        Raises:
            ModelError: A weight is not there, or has another shape.
        """
        for name, (change, scale) in self.changes.items():
            number = _NUMBER.search(name)
            if layers is not None and number and int(number[1]) >= layers:
                continue
            weight, shape = weights.get(name), list(change.shape)
            if weight is None or list(weight.shape) != shape:
                has = "no such weight" if weight is None else f"one of shape {list(weight.shape)}"
                raise ModelError(
                    f"{self.folder}: changes {name} of shape {shape}; its base {self.base} has "
                    f"{has}"
                )
            weight += (change if scale is None else change * scale[:, None]).to(weight)


def is_delta(folder: Path) -> bool:
    """Tell whether a folder holds changes of weights rather than a whole model."""
    return (folder / CONFIGURATION).is_file()


def base_of(folder: Path) -> str:
    """Return the name or path of the model whose weights are changed.

    Raises:
        ModelError: It can't be read.
    """
    path = folder / CONFIGURATION
    return read_contract(path, DeltaSaid, "the base of changes").base_model_name_or_path


def save_delta(
    folder: Path, base: str, before: Mapping[str, Tensor], after: Mapping[str, Tensor]
) -> None:
    """Write what became of a model's weights to a folder that exists.

    Args:
        folder: Where.
        base: Name or path of the model that `before` is of.
        before, after: Its weights, by the same names.
    """
    tensors = {}
    for name, weight in after.items():
        change = (weight.detach() - before[name]).float().cpu()
        if change.ndim != 2:
            tensors[name] = change.contiguous()
            continue
        # The least scale keeps a row that didn't change a row of zeros.
        scale = (change.abs().amax(1) / _MOST).clamp_min(torch.finfo(torch.float32).tiny)
        tensors[name] = (change / scale[:, None]).round().to(torch.int8)
        tensors[f"{name}{_SCALE}"] = scale
    (folder / CONFIGURATION).write_text(
        json.dumps({"base_model_name_or_path": base}, indent=1), encoding="utf-8"
    )
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})
    (folder / WEIGHTS).chmod((folder / CONFIGURATION).stat().st_mode)  # else its owner's only


def read_delta(folder: Path) -> Delta:
    """Read changes of weights.

    Raises:
        ModelError: They can't be read, or aren't such.
    """
    path = folder / WEIGHTS
    with foreign_reading(path, _EXPECTED):
        tensors = load_file(path)
    scales = {name: tensors.pop(name) for name in [*tensors] if name.endswith(_SCALE)}
    check_finite(path, [*tensors.items(), *scales.items()])
    changes = {
        name: (change, scales.pop(f"{name}{_SCALE}", None)) for name, change in tensors.items()
    }
    for name, (change, scale) in changes.items():
        if not _is_change(change, scale):
            raise ModelError(f"{path}: {name} is {_told(change, scale)}; expected {_EXPECTED}")
    if scales:
        raise ModelError(f"{path}: {min(scales)} is of no weight; expected {_EXPECTED}")
    return Delta(folder, base_of(folder), dict(sorted(changes.items())))


def _is_change(change: Tensor, scale: Tensor | None) -> bool:
    """Tell whether tensors are rows of eight-bit numbers with their scales, or no matrix."""
    if scale is None:
        return change.is_floating_point() and change.ndim == 1
    rows = change.dtype == torch.int8 and change.ndim == 2
    return rows and scale.is_floating_point() and scale.shape == change.shape[:1]


def _told(change: Tensor, scale: Tensor | None) -> str:
    by = "no scale" if scale is None else f"a scale of shape {list(scale.shape)}"
    return f"{change.dtype} of shape {list(change.shape)} with {by}"
