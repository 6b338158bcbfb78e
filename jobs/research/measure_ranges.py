"""Measure in which ranges the inputs of the embedded model's layers lie, for 8-bit integers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from tqdm import tqdm

from projector.corpus.formats.gold_jsonl import read_pairs
from projector.models.embedded.package import PACKAGE, RANGES
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from torch import Tensor, nn

    from projector.models.bert import Bert, Layer
    from projector.models.transformer_encoder import TransformerEncoder

_MARGIN = 1.05  # other texts go a little further
_LAYERS = {DEFAULT_MODEL: None, PACKAGE: 12}  # those that are read, or all there are


class Extremes:
    """The least and the largest value of each channel that a module was given so far."""

    def __init__(self) -> None:
        self.least: Tensor | None = None
        self.largest: Tensor | None = None

    def __call__(self, module: nn.Module, inputs: tuple[Tensor]) -> None:
        """Look at what a module is given."""
        values = inputs[0].reshape(-1, inputs[0].shape[-1])
        least, largest = values.amin(0), values.amax(0)
        self.least = least if self.least is None else least.minimum(self.least)
        self.largest = largest if self.largest is None else largest.maximum(self.largest)


def measure(encoders: Sequence[TransformerEncoder], texts: Sequence[str]) -> dict[str, Tensor]:
    """Return the ranges of all layers as `projector.models.int8_ranges` reads them."""
    seen: dict[str, Extremes] = {}
    with ExitStack() as hooks:
        for encoder in encoders:
            for name, module in _inputs(encoder):
                extremes = seen.setdefault(name, Extremes())
                handle = module.register_forward_pre_hook(extremes)
                hooks.callback(handle.remove)
        for text in tqdm(texts, desc="texts"):
            for encoder in encoders:
                encoder.vectors(encoder.tokenize(text))
    return dict(pair for name, extremes in seen.items() for pair in _ranges(name, extremes))


def _inputs(encoder: TransformerEncoder) -> Iterator[tuple[str, nn.Module]]:
    """Yield the linear layers whose inputs are rounded, by name."""
    model = cast("Bert", encoder.model)
    for number, layer in enumerate(cast("Iterable[Layer]", model.encoder.layer)):
        for name, module in _parts(layer).items():
            yield f"{number}.{name}", module


def _parts(layer: Layer) -> dict[str, nn.Module]:
    return {
        "states": layer.attention.self.query,
        "attended": layer.attention.output.dense,
        "fed": layer.intermediate.dense,
        "units": layer.output.dense,
    }


def _ranges(name: str, extremes: Extremes) -> Iterator[tuple[str, Tensor]]:
    import torch

    assert extremes.least is not None and extremes.largest is not None
    if name.endswith("units"):
        yield name, (extremes.largest * _MARGIN).to(torch.float16)
        return
    middle = ((extremes.largest + extremes.least) / 2).to(torch.float16)
    half = (extremes.largest - extremes.least) / 2 * _MARGIN
    yield f"{name}.middle", middle
    yield f"{name}.half", half.clamp(min=1e-3).to(torch.float16)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--limit", type=int, help="Documents of each set; all of them without.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=RANGES)
def main(gold: tuple[Path, ...], limit: int | None, output: Path) -> None:
    """Measure the ranges of the layers' inputs over the texts of GOLD sets; nothing is learned.

    Of the default model and of the one that it adapts, each channel's least and largest value.
    What comes of them is installed with projector and part of the models' fingerprints.

    \b
    Example:
      python -m jobs.research.measure_ranges ../shared/train/clinical6train_es-*.jsonl
    """
    from safetensors.torch import save_file

    from projector.models import load
    from projector.models.transformer_encoder import TransformerEncoder

    loaded = [load(name, layer=layer, precision="fp32") for name, layer in _LAYERS.items()]
    encoders = [encoder for encoder in loaded if isinstance(encoder, TransformerEncoder)]
    pairs = [pair for path in gold for pair in read_pairs(path, limit=limit)]
    texts = sorted({side.text for pair in pairs for side in (pair.source, pair.target)})
    save_file(measure(encoders, texts), output)
    click.echo(f"{output}: ranges over {len(texts)} texts")


if __name__ == "__main__":
    main()
