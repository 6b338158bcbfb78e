"""Tell what training an encoder of some shape costs on a GPU: computed, and measured where one is.

A trained layer costs three times its pass, for the gradients of its inputs and of its weights; a
layer that is kept costs its pass alone. Views and losses are not counted: beside an encoder of
BGE-M3's shape they are below a hundredth.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from jobs.research.flops import sequence_operations
from jobs.research.gpu_passes import matrix_peak

if TYPE_CHECKING:
    import torch
    from transformers import XLMRobertaModel

# Operations a second in bf16 without sparsity, by the datasheets of H200 and of H100 SXM.
H200_PEAK = 989e12
_SHARES = (0.3, 0.4, 0.5)
_WARM, _TIMED = 2, 5


@dataclass(frozen=True, slots=True)
class Shape:
    """What is trained, and on how much at once.

    Args:
        layers, width: Of the encoder, whose inner layers are four times as wide.
        kept: Layers from the first on that are not trained.
        tokens: Of each text.
        texts: In a step.
        words: Rows of the embedding table.
        heads: Of its attention; they divide the width.
    """

    layers: int
    width: int
    kept: int
    tokens: int
    texts: int
    words: int
    heads: int

    @property
    def operations(self) -> float:
        """Return the floating point operations of a step."""
        one = sequence_operations(
            self.tokens, layers=1, hidden=self.width, feed_forward=4 * self.width
        )
        return self.texts * one * (self.kept + 3 * (self.layers - self.kept))

    @property
    def activations(self) -> float:
        """Return the bytes that are kept for the gradients: 34 a token, number and trained layer.

        In 16 bits, where attention keeps no table of its own (Korthikanti et al. 2023).
        """
        return 34.0 * self.texts * self.tokens * self.width * (self.layers - self.kept)


@dataclass(frozen=True, slots=True)
class Measured:
    """What steps took on a device.

    Args:
        steps_per_second: Of whole steps, the optimiser's move among them.
        share: Of the operations a second that a large product in the same precision reaches.
        memory: The most that was held of the device's memory, in bytes; 0 of a processor's.
    """

    steps_per_second: float
    share: float
    memory: int


def measure_steps(shape: Shape, device: torch.device, *, peak_size: int = 8192) -> Measured:
    """Train random weights for a few steps, in bf16 where the device is a GPU."""
    import torch

    on_gpu = device.type == "cuda"
    dtype = torch.bfloat16 if on_gpu else torch.float32
    peak = matrix_peak(device, dtype, size=peak_size)
    model = _model(shape)
    torch.nn.Module.to(model, device)
    trained = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5)
    ids = torch.randint(5, shape.words, (shape.texts, shape.tokens), device=device)
    begin = 0.0
    for step in range(_WARM + _TIMED):
        if step == _WARM:
            _wait(device)
            begin = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=on_gpu):
            vectors = model(input_ids=ids).last_hidden_state
        vectors.float().square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    _wait(device)
    rate = _TIMED / (time.perf_counter() - begin)
    memory = torch.cuda.max_memory_allocated(device) if on_gpu else 0
    return Measured(rate, rate * shape.operations / peak, memory)


def _model(shape: Shape) -> XLMRobertaModel:
    from transformers import XLMRobertaConfig, XLMRobertaModel

    config = XLMRobertaConfig(
        vocab_size=shape.words,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.width,
        max_position_embeddings=shape.tokens + 2,  # RoBERTa's first two are never used
        type_vocab_size=1,
    )
    model = XLMRobertaModel(config, add_pooling_layer=False)
    model.train()
    if shape.kept:
        model.embeddings.requires_grad_(False)
        for layer in model.encoder.layer[: shape.kept]:
            layer.requires_grad_(False)
    return model


def _wait(device: torch.device) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--layers", default=24, show_default=True)
@click.option("--width", default=1024, show_default=True)
@click.option("--heads", default=16, show_default=True)
@click.option("--kept", default=0, show_default=True, help="Layers that are not trained.")
@click.option("--tokens", default=8192, show_default=True, help="Of a text.")
@click.option("--texts", default=4, show_default=True, help="In a step.")
@click.option("--words", default=250_037, show_default=True, help="Of the embedding table.")
@click.option("--steps", default=10_000, show_default=True, help="Of the whole training.")
@click.option("--peak", default=H200_PEAK, show_default=True, help="Operations a second.")
@click.option("--device", default=None, help="Measure there: cuda, cpu; by default a GPU if any.")
def main(
    layers: int,
    width: int,
    heads: int,
    kept: int,
    tokens: int,
    texts: int,
    words: int,
    steps: int,
    peak: float,
    device: str | None,
) -> None:
    """Tell what training an encoder costs, of BGE-M3's shape unless said otherwise.

    Computed from an H100's or H200's datasheet at several shares of its peak; and measured, with
    random weights, where there is a GPU or --device names one.

    \b
    Example:
      python -m jobs.research.training_cost --tokens 8192 --texts 4 --steps 10000
    """
    import torch

    shape = Shape(layers, width, kept, tokens, texts, words, heads)
    click.echo(f"{shape.operations / 1e12:.2f} TFLOP a step of {texts * tokens} tokens")
    click.echo(f"{shape.activations / 2**30:.1f} GiB of activations")
    click.echo("share of the peak\tsteps a second\ttokens a second\thours")
    for share in _SHARES:
        rate = share * peak / shape.operations
        click.echo(_row(f"{share:.0%}", rate, shape, steps))
    if device is None and not torch.cuda.is_available():
        click.echo("measured nothing: no GPU is here")
        return
    place = torch.device(device or "cuda")
    measured = measure_steps(shape, place, peak_size=8192 if place.type == "cuda" else 1024)
    click.echo(_row(f"{measured.share:.0%}, on {place}", measured.steps_per_second, shape, steps))
    if measured.memory:
        click.echo(f"{measured.memory / 2**30:.1f} GiB of the device's memory at most")


def _row(share: str, rate: float, shape: Shape, steps: int) -> str:
    tokens = rate * shape.texts * shape.tokens
    return f"{share}\t{rate:.3f}\t{tokens:.0f}\t{steps / rate / 3600:.2f}"


if __name__ == "__main__":
    main()
