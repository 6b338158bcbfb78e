"""Decide where and in which precision a model runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from projector.errors import ConfigurationError

if TYPE_CHECKING:
    from projector.settings import Precision

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def resolve_device(device: str) -> torch.device:
    """Return the device that is meant; `auto` is CUDA where there is one.

    Raises:
        ConfigurationError: There is no such device here.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
        torch.empty(0, device=place)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigurationError(
            f"there is no device {device!r} here ({str(error).splitlines()[0]}); "
            "expected auto, cpu, or a CUDA device that torch can see"
        ) from error
    return place


def resolve_precision(precision: Precision, device: torch.device) -> str:
    """Return the precision that is meant; `auto` is bf16 where the device is fast in it.

    Raises:
        ConfigurationError: There is no such precision.
    """
    if precision == "auto":
        return "bf16" if _is_fast_in_bf16(device) else "fp32"
    if precision not in DTYPES:
        raise ConfigurationError(
            f"there is no precision {precision!r}; expected auto, {', '.join(DTYPES)}"
        )
    return precision


def _is_fast_in_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
