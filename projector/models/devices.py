"""Decide where and in which precision a model runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from projector.errors import ConfigurationError
from projector.settings import Precision

ResolvedPrecision = Literal["fp32", "bf16", "fp16"]
DTYPES: dict[str, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where a model computes, and in which precision; neither is left open.

    Args:
        device: `cpu`, `cuda:0`, …
        precision: Of weights and activations.
    """

    device: str
    precision: ResolvedPrecision

    @property
    def dtype(self) -> torch.dtype:
        """Return the precision as torch calls it."""
        return DTYPES[self.precision]


def resolve(precision: Precision, device: str) -> Runtime:
    """Return the device and the precision that are meant, see `projector.models.load`.

    Raises:
        ConfigurationError: There is no such device here, or no such precision.
    """
    resolved = resolve_device(device)
    return Runtime(str(resolved), resolve_precision(precision, resolved))


def resolve_device(device: str) -> torch.device:
    """Return the device that is meant; `auto` is CUDA where there is one.

    Raises:
        ConfigurationError: There is no such device here.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=torch.device(device)).device  # with its number
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigurationError(
            f"there is no device {device!r} here ({str(error).splitlines()[0]}); "
            "expected auto, cpu, or a CUDA device that torch can see (--device)"
        ) from error


def resolve_precision(precision: Precision, device: torch.device) -> ResolvedPrecision:
    """Return the precision that is meant; `auto` is bf16 where the device is fast in it.

    Raises:
        ConfigurationError: There is no such precision.
    """
    if precision == "auto":
        return "bf16" if _is_fast_in_bf16(device) else "fp32"
    if precision not in DTYPES:
        raise ConfigurationError(
            f"there is no precision {precision!r}; expected auto, {', '.join(DTYPES)} (--precision)"
        )
    return precision


def _is_fast_in_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
