"""Decide where and in which precision a model runs."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Literal

import torch

from projector.errors import ConfigurationError
from projector.models.catalogue import NOT_MEASURED
from projector.settings import Precision

ResolvedPrecision = Literal["fp32", "bf16", "fp16", "int8"]
DTYPES: dict[str, torch.dtype] = {
    "fp32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
    "int8": torch.float32,  # between its products
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


def resolve(precision: Precision, device: str, *, measured: bool = False) -> Runtime:
    """Return the device and the precision that are meant, see `projector.models.load`.

    Args:
        precision, device: As `projector.models.load` takes them.
        measured: Whether the model's ranges are known, so that it can compute in int8.

    Raises:
        ConfigurationError: There is no such device here, or no such precision.
    """
    resolved = resolve_device(device)
    return Runtime(str(resolved), resolve_precision(precision, resolved, measured=measured))


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


def resolve_precision(
    precision: Precision, device: torch.device, *, measured: bool = False
) -> ResolvedPrecision:
    """Return the precision that is meant.

    `auto` is int8 where model and device can, else bf16 where the device is fast in it.

    Args:
        precision: As `projector.models.load` takes it.
        device: Where the model computes.
        measured: Whether the model's ranges are known, so that it can compute in int8.

    Raises:
        ConfigurationError: There is no such precision, or the model or the device hasn't got it.
    """
    if precision == "auto":
        if measured and can_int8(device):
            return "int8"
        return "bf16" if _is_fast_in_bf16(device) else "fp32"
    if precision == "int8":
        refuse_int8(device, measured=measured)
    if precision not in DTYPES:
        raise ConfigurationError(
            f"there is no precision {precision!r}; expected auto, {', '.join(DTYPES)} (--precision)"
        )
    return precision


def refuse_int8(device: torch.device, *, measured: bool) -> None:
    """Refuse int8 where the model or the device hasn't got it.

    Raises:
        ConfigurationError: It is so.
    """
    if not measured:
        raise ConfigurationError(f"this model: {NOT_MEASURED}")
    if not can_int8(device):
        raise ConfigurationError(
            f"there is no int8 on {device} of {platform.machine()} with this torch; expected an "
            "x86 processor with AVX2. Choose auto or fp32 (--precision)"
        )


def can_int8(device: torch.device) -> bool:
    """Tell whether a device has the kernels: an x86 processor, by a torch with oneDNN."""
    return (
        device.type == "cpu"
        and torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.onednn, "qlinear_pointwise")
    )


def kernel(device: torch.device, precision: str) -> str | None:
    """Return what decides the last bits of what is computed, None elsewhere than on a processor.

    The same bytes come of the same kernel; of another, they can differ.
    """
    if device.type != "cpu":
        return None
    told = torch.backends.cpu.get_cpu_capability().lower()
    if precision != "int8" or not hasattr(torch.cpu, "get_capabilities"):
        return told
    able = torch.cpu.get_capabilities()
    abilities = ("amx_int8", "avx512_vnni", "avx_vnni")
    return "+".join([told, *(name for name in abilities if able.get(name))])


def _is_fast_in_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):
        return False
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))
