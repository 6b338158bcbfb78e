"""Count an encoder's floating point operations and measure what the machine could do.

Operations are those of matrix products, two for each multiplication with its addition.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.corpus import open_corpus
from projector.errors import ProjectorError
from projector.settings import DEFAULT_MODEL
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


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--limit", default=10, show_default=True, help="Documents.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(corpus: Path, limit: int, model: str, threads: int) -> None:
    """Measure how fast an encoder encodes the texts of CORPUS, after one round of warming up.

    Wall seconds, the billions of floating point operations (GFLOP) of the forward passes, and
    which share of the speed of a large matrix product in the same precision they reach.

    \b
    Example:
      python -m jobs.research.flops data_samples/brat/es --limit 5
    """
    import torch

    from projector.models import load
    from projector.models.transformer_encoder import TransformerEncoder

    torch.set_num_threads(threads)
    try:
        encoder = load(model)
        documents = open_corpus(corpus)
        readings = [documents.read(name) for name in documents.names[:limit]]
    except ProjectorError as error:
        raise click.ClickException(str(error)) from error
    if not isinstance(encoder, TransformerEncoder):
        raise click.ClickException(f"{model}: it has no weights, and so no operations to count")
    texts = [encoder.tokenize(one.document.text) for one in readings if one.document]
    encoder.encode(texts)
    throughput = measure(encoder, texts)
    click.echo(
        f"{throughput.tokens} tokens in {throughput.seconds:.2f} s: "
        f"{throughput.operations / 1e9:.1f} GFLOP, {throughput.share:.0%} of the matrix-multiply "
        f"peak of {throughput.peak / 1e9:.0f} GFLOP/s"
    )


if __name__ == "__main__":
    main()
