"""Attend to sequences of all lengths by one kernel, without padding, where a device has such.

Of what torch offers for this, `varlen_attn` takes a pack as it lies and calls the kernel directly.
Flex attention would compile at the first pass (Triton, seconds, a compiler on the machine) and
want a block mask of each pack; nested tensors call the same kernel through a layer of Python that
torch still calls a prototype.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor

_HALF = (torch.bfloat16, torch.float16)
_WIDEST = 256  # numbers of a head
_AMPERE = (8, 0)  # the first NVIDIA processors that the kernel runs on


def has_ragged(dtype: torch.dtype, device: torch.device, head: int) -> bool:
    """Tell whether a device can attend to sequences of all lengths at once.

    Args:
        dtype: What is computed in.
        device: Where.
        head: Size of the heads; the kernel takes multiples of 8, 256 at most.
    """
    if device.type != "cuda" or dtype not in _HALF or head % 8 or head > _WIDEST:
        return False
    return _options(device) is not None


@lru_cache
def _options(device: torch.device) -> tuple[str, ...] | None:
    """Return what the kernel can be told on a device, by trying it; None where it can't be called.

    Its work is not to be split over a long sequence: how it is split depends on the others. Only
    the kernel for Hopper splits, and only with it does torch take the option.
    """
    if torch.cuda.get_device_capability(device) < _AMPERE:
        return None
    tried = torch.zeros(8, 1, 64, dtype=torch.float16, device=device)
    bounds = torch.tensor([0, 3, 8], dtype=torch.int32, device=device)
    for names in (("scale", "num_splits"), ("scale",), ()):  # what torch 2.13, 2.11, 2.10 know
        told = dict.fromkeys(names, 1)
        try:
            kernel()(tried, tried, tried, bounds, bounds, 5, 5, **told)
        except (ImportError, RuntimeError, TypeError, NotImplementedError):
            continue
        return names
    return None


def kernel() -> Callable[..., Tensor]:
    """Return torch's attention for sequences of all lengths.

    Raises:
        ImportError: This torch, older than 2.10, has none.
    """
    called: Callable[..., Tensor] = importlib.import_module("torch.nn.attention.varlen").varlen_attn
    return called


def attend_ragged(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bounds: Tensor,
    longest: int,
    scaling: float | None,
) -> Tensor:
    """Attend within each sequence of a pack.

    Args:
        query, key, value: [1, heads, tokens, head size], in half precision.
        bounds: [S + 1] int32 the place of each sequence's first token, and the end.
        longest: Tokens of the longest sequence.
        scaling: Of the products; None: by the head size.

    Returns:
        [1, tokens, heads, head size].
    """
    names = _options(query.device) or ()
    told = {"scale": scaling, "num_splits": 1}
    usual = query.shape[-1] ** -0.5
    if "scale" not in names and scaling not in (None, usual):
        query = query * (scaling / usual)
    rows = (part[0].transpose(0, 1) for part in (query, key, value))
    options = {name: told[name] for name in names}
    return kernel()(*rows, bounds, bounds, longest, longest, **options)[None]
