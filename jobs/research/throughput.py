"""Show where the time of a projection goes, and how much of the machine the encoder uses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.corpus.formats.gold_jsonl import read_pairs
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from torch import Tensor

    from projector.models.encoder import Encoder
    from projector.settings import Precision
    from projector.text.tokens import TokenizedText

_COLLECTION = 30_000  # documents: the shared task's background collection


@dataclass(slots=True)
class Stopwatch:
    """An encoder that times itself.

    Args:
        encoder: Does the work.
        seconds: Spent so far, by stage.
        tokens: Encoded so far.
    """

    encoder: Encoder
    seconds: dict[str, float] = field(default_factory=dict)
    tokens: int = 0

    @property
    def name(self) -> str:
        """Return the encoder's name."""
        return self.encoder.name

    @property
    def fingerprint(self) -> str:
        """Return the encoder's fingerprint."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Return the width of its vectors."""
        return self.encoder.dimension

    def tokenize(self, text: str) -> TokenizedText:
        """Tokenise, timed."""
        with self.timed("tokenize"):
            return self.encoder.tokenize(text)

    def encode(self, texts: Sequence[TokenizedText]) -> list[Tensor]:
        """Encode, timed."""
        with self.timed("encode"):
            vectors = self.encoder.encode(texts)
            _wait(vectors)
        self.tokens += sum(len(vector) for vector in vectors)
        return vectors

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        started = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


def _wait(vectors: Sequence[Tensor]) -> None:
    """Wait for a GPU to finish: it is asked and not waited for."""
    if vectors and vectors[0].is_cuda:
        import torch

        torch.cuda.synchronize()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--limit", default=40, show_default=True, help="Documents.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "fp32", "bf16", "fp16"]),
)
@click.option("--threads", default=1, show_default=True)
def main(gold: Path, limit: int, model: str, precision: Precision, threads: int) -> None:
    """Time the stages of projecting one GOLD set, after one round of warming up.

    \b
    Example:
      python -m jobs.research.throughput ../shared/gold/multiclinai_es-en.jsonl
    """
    import torch

    from jobs.research.flops import measure
    from projector.models import load
    from projector.models.encoder import CachedEncoder
    from projector.models.transformer_encoder import TransformerEncoder
    from projector.pipeline import project_pair
    from projector.settings import Settings

    torch.set_num_threads(threads)
    encoder = load(model, precision=precision)
    pairs = list(read_pairs(gold, limit=limit))
    watch = Stopwatch(encoder)
    recent = CachedEncoder(watch)
    project_pair(pairs[0], encoder, Settings())
    started = time.perf_counter()
    for pair in pairs:
        project_pair(pair, recent, Settings())
    total = time.perf_counter() - started
    watch.seconds["align and decode"] = total - sum(watch.seconds.values())
    for stage, seconds in watch.seconds.items():
        click.echo(f"{stage}: {seconds:.2f} s, {seconds / total:.1%}")
    click.echo(
        f"{len(pairs)} documents, {watch.tokens} tokens, {total:.2f} s: "
        f"{len(pairs) / total:.2f} documents/s, {watch.tokens / total:.0f} tokens/s"
    )
    # Every source text is encoded once for all six.
    once = watch.seconds["encode"] / 2
    hours = (once + 6 * (total - once)) / len(pairs) * _COLLECTION / 3600
    click.echo(f"{_COLLECTION} such documents in six languages: {hours:.1f} h with one worker")
    if isinstance(encoder, TransformerEncoder):
        texts = [encoder.tokenize(text) for text in {pair.source.text for pair in pairs[:10]}]
        throughput = measure(encoder, texts)
        click.echo(
            f"the forward pass reaches {throughput.share:.0%} of the matrix-multiply peak, "
            f"{throughput.peak / 1e9:.0f} GFLOP/s in {encoder.precision} on {encoder.device}"
        )


if __name__ == "__main__":
    main()
