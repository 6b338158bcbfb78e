"""Measure an encoder's passes on a device: speed and memory by size, what it is told and when."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from jobs.research.flops import sequence_operations

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from projector.models.transformer_encoder import TransformerEncoder
    from projector.run.outcome import DocumentOutcome

_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass of some size takes.

    Args:
        tokens: In it, special ones among them.
        attention: `padded`, `ragged` (one kernel for all lengths) or `each`.
        seconds: Until the device is done; the median of several.
        launch_seconds: Until the process may go on with something else.
        share: Of the matrix-multiply peak.
        memory: The most that is held of the device's memory beside the weights, in MiB.
    """

    tokens: int
    attention: str
    seconds: float
    launch_seconds: float
    share: float
    memory: float


def matrix_peak(device: torch.device, dtype: torch.dtype, *, size: int) -> float:
    """Return the operations a second of a [size, size] product of drawn numbers: a median."""
    import torch

    left, right = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    seconds = timed(lambda: torch.matmul(left, right), device)[0]
    return 2.0 * size**3 / seconds


def copy_speed(device: torch.device, *, size: int) -> float:
    """Return the bytes a second that a copy within the device's memory reads and writes."""
    import torch

    source = torch.randn(size, device=device)
    target = torch.empty_like(source)
    return 2.0 * source.nbytes / timed(lambda: target.copy_(source), device)[0]


def timed(run: Callable[[], object], device: torch.device) -> tuple[float, float]:
    """Return medians of the seconds until a device is done, and until it is told; warm."""
    taken: list[tuple[float, float]] = []
    for _ in range(_REPEATS + 2):
        _wait(device)
        begin = time.perf_counter()
        run()
        told = time.perf_counter() - begin
        _wait(device)
        taken.append((time.perf_counter() - begin, told))
    whole, launched = zip(*taken[2:], strict=True)
    return statistics.median(whole), statistics.median(launched)


def _wait(device: torch.device) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


def sequences_of(
    encoder: TransformerEncoder, texts: Sequence[str], tokens: int
) -> list[NDArray[np.int64]]:
    """Return windows of texts, over and over, that fill a pass of so many tokens."""
    windows = [one for text in texts for one in encoder._windows(encoder.tokenize(text))[0]]
    chosen: list[NDArray[np.int64]] = []
    room, place = tokens, 0
    while room > 0:
        chosen.append(windows[place % len(windows)][:room])
        room -= len(chosen[-1])
        place += 1
    return chosen


def measure_pass(
    encoder: TransformerEncoder, texts: Sequence[str], tokens: int, *, peak: float, padded: bool
) -> Pass:
    """Time one size of pass.

    Args:
        encoder: On the device.
        texts: Whose windows fill it.
        tokens: How many of them.
        peak: Operations a second of the device.
        padded: Whether attention is padded though there is a kernel for all lengths.
    """
    import torch

    from projector.models import packing
    from projector.models.varlen import has_ragged

    ids = [torch.from_numpy(one) for one in sequences_of(encoder, texts, tokens)]
    with torch.inference_mode():
        config = encoder.model.config
        head = config.hidden_size // config.num_attention_heads
        ragged = has_ragged(encoder.model.dtype, encoder.device, head) and not padded
        with patch.object(packing, "has_ragged", lambda *_: ragged):
            held = _held(encoder.device)
            first = encoder.first_position
            seconds, launched = timed(
                lambda: packing.states(encoder.model, ids, first_position=first, packed=True),
                encoder.device,
            )
    kind = "each" if encoder.device.type == "cpu" else "ragged" if ragged else "padded"
    share = operations(encoder, [len(one) for one in ids]) / seconds / peak
    return Pass(tokens, kind, seconds, launched, share, _most(encoder.device) - held)


def operations(encoder: TransformerEncoder, lengths: Sequence[int]) -> float:
    """Return the floating point operations of a pass over sequences of some lengths."""
    config = encoder.model.config
    return sum(
        sequence_operations(
            length,
            layers=config.num_hidden_layers,
            hidden=config.hidden_size,
            feed_forward=config.intermediate_size,
        )
        for length in lengths
    )


def _held(device: torch.device) -> float:
    import torch

    if device.type != "cuda":
        return 0.0
    torch.cuda.reset_peak_memory_stats(device)
    return torch.cuda.memory_allocated(device) / 2**20


def _most(device: torch.device) -> float:
    import torch

    return torch.cuda.max_memory_allocated(device) / 2**20 if device.type == "cuda" else 0.0


def same_in_company(encoder: TransformerEncoder, texts: Sequence[str]) -> Mapping[str, int]:
    """Count the texts whose vectors are the same bits alone and in one call with all others."""
    import torch

    tokens = [encoder.tokenize(text) for text in texts]
    together = encoder.encode(tokens)
    alone = [encoder.encode([one])[0] for one in tokens]
    equal = sum(map(torch.equal, together, alone))
    return {"texts": len(texts), "same bits": int(equal)}


def span_differences(
    some: Sequence[DocumentOutcome], others: Sequence[DocumentOutcome]
) -> dict[str, Any]:
    """Count the mentions that two runs place otherwise, or give another status."""
    told: dict[str, Any] = {"mentions": 0, "other spans": 0, "other status": 0}
    farthest = 0.0
    for one, other in zip(some, others, strict=True):
        for left, right in zip(one.mentions, other.mentions, strict=True):
            told["mentions"] += 1
            told["other spans"] += left.fragments != right.fragments
            told["other status"] += left.status is not right.status
            farthest = max(farthest, abs(left.score - right.score))
    return {**told, "greatest difference of scores": round(farthest, 6)}
