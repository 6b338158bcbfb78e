"""Show where the time of a projection goes, and how much of the machine the encoder uses."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.corpus.formats.gold_jsonl import read_pairs
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from torch import Tensor

    from projector.models.edge_model import Edges
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
    def edges(self) -> Edges | None:
        """Return the encoder's edge model."""
        return self.encoder.edges

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


def report(seconds: Mapping[str, float], *, documents: int, tokens: int) -> Iterator[str]:
    """Yield what the stages' seconds say, line by line.

    Args:
        seconds: By stage, `encode` among them.
        documents: Projected in that time, to one language.
        tokens: Encoded, of both sides.
    """
    total = sum(seconds.values())
    for stage, taken in seconds.items():
        yield f"{stage}: {taken:.2f} s, {taken / total:.1%}"
    yield (
        f"{documents} documents, {tokens} tokens, {total:.2f} s: "
        f"{documents / total:.2f} documents/s, {tokens / total:.0f} tokens/s"
    )
    # Every source text is encoded once for all six.
    source_seconds = seconds["encode"] / 2
    hours = (source_seconds + 6 * (total - source_seconds)) / documents * _COLLECTION / 3600
    yield f"{_COLLECTION} such documents in six languages: {hours:.1f} h with one worker"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--limit", default=40, show_default=True, help="Documents.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "fp32", "bf16", "fp16", "int8"]),
)
@click.option("--threads", default=1, show_default=True)
def main(gold: Path, limit: int, model: str, precision: Precision, threads: int) -> None:
    """Time the stages of projecting one GOLD set, after one round of warming up.

    Wall seconds of tokenising, of encoding and of the rest, and their shares; documents and
    tokens a second; hours for the shared task's collection in six languages; and, of an encoder
    with weights, the share of the machine's matrix-multiply peak (GFLOP/s) that it reaches.

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
    if not pairs:
        raise click.ClickException(f"{gold}: no documents; there is nothing to time")
    watch = Stopwatch(encoder)
    recent = CachedEncoder(watch)
    project_pair(pairs[0], encoder, Settings())
    started = time.perf_counter()
    for pair in pairs:
        project_pair(pair, recent, Settings())
    total = time.perf_counter() - started
    watch.seconds["align and decode"] = total - sum(watch.seconds.values())
    for line in report(watch.seconds, documents=len(pairs), tokens=watch.tokens):
        click.echo(line)
    if isinstance(encoder, TransformerEncoder):
        texts = [encoder.tokenize(text) for text in {pair.source.text for pair in pairs[:10]}]
        throughput = measure(encoder, texts)
        click.echo(
            f"the forward pass reaches {throughput.share:.0%} of the matrix-multiply peak, "
            f"{throughput.peak / 1e9:.0f} GFLOP/s in {encoder.precision} on {encoder.device}"
        )


if __name__ == "__main__":
    main()
