"""Look at safetensors before they are loaded, and load small ones: shapes, kinds, finite values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from projector.errors import ModelError, counted
from projector.models.foreign_errors import foreign_reading

_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})


class TensorFacts(NamedTuple):
    """What a file says of one of its tensors."""

    path: Path
    kind: str
    shape: tuple[int, ...]


def tensor_facts(files: Iterable[Path], where: str) -> dict[str, TensorFacts]:
    """Return what safetensors files say of their tensors, by name; nothing is loaded.

    Args:
        files: The files.
        where: What the message calls them.

    Raises:
        ModelError: One can't be read, or is cut.
    """
    facts = {}
    for path in files:
        reading = foreign_reading(where, "whole safetensors", file=path.name)
        with reading, safe_open(path, "pt") as file:
            for name in file.keys():  # noqa: SIM118 it is no mapping
                part = file.get_slice(name)
                facts[name] = TensorFacts(path, part.get_dtype(), tuple(part.get_shape()))
    return facts


def check_model(
    facts: Mapping[str, TensorFacts], model: torch.nn.Module, *, name: str, folder: Path
) -> None:
    """Refuse weights that can't be those of a model, before memory is taken for it.

    Args:
        facts: Of the weights.
        model: On torch's device `meta`, so that it takes none.
        name: What the user calls it.
        folder: Where it is.

    Raises:
        ModelError: They can't be.
    """
    inner = {key.partition(".")[2]: fact for key, fact in facts.items()}
    wanted = {key: weight for key, weight in model.named_parameters() if "pooler" not in key}
    missing = []
    for key, weight in wanted.items():
        fact = facts.get(key) or inner.get(key)  # a checkpoint for a task has a name in front
        if fact is None:
            missing.append(key)
        else:
            _check_tensor(key, fact, tuple(weight.shape), weight.is_floating_point())
    values = sum(weight.numel() for weight in wanted.values())
    # Some are only called otherwise, which transformers knows; more than there are can't be.
    if missing and values > sum(prod(fact.shape) for fact in facts.values()):
        raise missing_tensors(name, folder, missing)


def missing_tensors(name: str, folder: Path | None, missing: Iterable[str]) -> ModelError:
    """Return what to say of weights that lack some tensors."""
    names = sorted(missing)
    return ModelError(
        f"{name}: {counted(len(names), 'tensor is', 'tensors are')} missing from {folder}, the "
        f"first being {names[0]}; expected all that its config.json asks for"
    )


def _check_tensor(name: str, fact: TensorFacts, shape: tuple[int, ...], floats: bool) -> None:
    if fact.shape != shape:
        raise ModelError(
            f"{fact.path}: {name} has the shape {list(fact.shape)}; expected {list(shape)}, as "
            "config.json says. Are both of one model?"
        )
    if floats and fact.kind not in _FLOATS:
        raise ModelError(
            f"{fact.path}: {name} holds {fact.kind}; expected {', '.join(sorted(_FLOATS))}. Save "
            "it as plain, unquantised weights"
        )


def read_tensors(path: Path, expected: str) -> dict[str, Tensor]:
    """Return the tensors of a small safetensors file.

    Args:
        path: The file.
        expected: What it should hold, for the message.

    Raises:
        ModelError: It can't be read, or holds anything but finite floating-point numbers.
    """
    with foreign_reading(path, expected):
        tensors = load_file(path)
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            raise ModelError(f"{path}: {name} holds {tensor.dtype}; expected floats: {expected}")
    check_finite(path, tensors.items())
    return tensors


def read_state(path: Path, module: torch.nn.Module, expected: str) -> dict[str, Tensor]:
    """Return the weights of a module, all of it and nothing else.

    Args:
        path: The safetensors file.
        module: Tells names and shapes; it may be without weights yet.
        expected: What the file should hold, for the message.

    Raises:
        ModelError: It can't be read, or doesn't hold them.
    """
    tensors = read_tensors(path, expected)
    wanted = module.state_dict()
    for name in [*wanted, *sorted(tensors.keys() - wanted.keys())]:
        had, should = (_shape_told(side.get(name)) for side in (tensors, wanted))
        if had != should:
            raise ModelError(f"{path}: {name} is {had}, should be {should}; expected {expected}")
    return tensors


def _shape_told(tensor: Tensor | None) -> str:
    return "absent" if tensor is None else f"of shape {list(tensor.shape)}"


def check_finite(where: Path | str, weights: Iterable[tuple[str, Tensor]]) -> None:
    """Refuse weights that are not all numbers: what comes of them is none either.

    Raises:
        ModelError: Some are NaN or infinite.
    """
    for name, weight in weights:
        # A sum is several times as quick; only where it is none are the values looked at.
        if weight.is_floating_point() and not weight.float().sum().isfinite():
            count = int((~weight.isfinite()).sum())
            if count:
                raise ModelError(
                    f"{where}: {name} holds {counted(count, 'value')} that are NaN or infinite; "
                    "expected numbers. Fetch or train it again; where it was made for more, choose "
                    "--precision fp32"
                )
