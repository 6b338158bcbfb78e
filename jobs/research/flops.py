"""Count an encoder's floating point operations and measure what the machine could do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projector.text.windows import segment_windows

if TYPE_CHECKING:
    import torch

    from projector.models.transformer_encoder import TransformerEncoder
    from projector.text.tokens import TokenizedText


@dataclass(frozen=True, slots=True)
class Throughput:
    """How fast texts were encoded, against the matrix-multiply peak of the same device.

    Args:
        tokens: Encoded, special tokens and overlaps not counted.
        operations: Floating point operations of the forward passes, all tokens counted.
        seconds: Taken by `encode`.
        peak: Operations a second of a large matrix product in the same precision.
    """

    tokens: int
    operations: float
    seconds: float
    peak: float

    @property
    def share(self) -> float:
        """Return the share of the peak that was reached, in [0, 1]."""
        return self.operations / self.seconds / self.peak


def sequence_operations(length: int, *, layers: int, hidden: int, feed_forward: int) -> float:
    """Return the operations for one sequence: a token costs layers · (8h² + 4hf + 4Lh)."""
    token = layers * (8 * hidden**2 + 4 * hidden * feed_forward + 4 * length * hidden)
    return float(length * token)


def matmul_peak(dtype: torch.dtype, device: torch.device, *, size: int = 1536) -> float:
    """Return the operations a second of a [1024, size] · [size, size] product: the best of 8."""
    import torch

    left = torch.randn(1024, size, device=device).to(dtype)
    right = torch.randn(size, size, device=device).to(dtype)
    best = float("inf")
    for _ in range(8):
        _synchronise(device)
        begin = time.perf_counter()
        torch.matmul(left, right)
        _synchronise(device)
        best = min(best, time.perf_counter() - begin)
    return 2 * 1024 * size**2 / best


def measure(encoder: TransformerEncoder, texts: Sequence[TokenizedText]) -> Throughput:
    """Encode distinct texts once and report the speed; run it twice to leave out warming up."""
    config = encoder.model.config
    before = matmul_peak(encoder.model.dtype, encoder.device)
    begin = time.perf_counter()
    encoder.encode(texts)
    _synchronise(encoder.device)
    seconds = time.perf_counter() - begin
    after = matmul_peak(encoder.model.dtype, encoder.device)
    special = len(encoder.prefix) + len(encoder.suffix)
    operations = sum(
        sequence_operations(
            end - start + special,
            layers=config.num_hidden_layers,
            hidden=config.hidden_size,
            feed_forward=config.intermediate_size,
        )
        for text in texts
        for start, end, _, _ in segment_windows(
            text, window=encoder.view.window, overlap=encoder.view.overlap
        ).tolist()
    )
    return Throughput(sum(map(len, texts)), operations, seconds, max(before, after))


def _synchronise(device: torch.device) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)
