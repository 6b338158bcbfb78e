"""Write an encoder of any shape with random weights, to learn what its size costs before having it.

Its vectors mean nothing; time and memory are those of a trained model of the same shape.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from projector.errors import OutputError, ProjectorError


def write_random_model(
    output: Path,
    *,
    layers: int,
    width: int,
    positions: int,
    heads: int,
    seed: int = 0,
    like: Path | None = None,
) -> int:
    """Write a folder as transformers saves XLM-RoBERTa, with the default model's tokenizer.

    Args:
        output: The folder; it must not exist.
        layers: Of the encoder; all are read.
        width: Of its vectors; the inner layers are four times as wide.
        positions: Tokens it takes at once, special ones among them.
        heads: Of its attention; they divide the width.
        seed: Of the weights.
        like: A folder whose tokenizer and number of words it gets instead.

    Returns:
        The number of its parameters.

    Raises:
        ModelError: The default model, whose tokenizer it is to get, is absent.
        OutputError: The folder exists.
    """
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaModel

    from projector.models.catalogue import OWN_FILE
    from projector.models.embedded.package import read_tokenizer

    tokenizer = read_tokenizer() if like is None else None
    if output.exists():
        raise OutputError(f"{output}: exists already; choose another place")
    torch.manual_seed(seed)
    config = XLMRobertaConfig(
        vocab_size=250_037 if like is None else _words(like),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        max_position_embeddings=positions + 2,  # RoBERTa's first two are never used
        type_vocab_size=1,
    )
    model = XLMRobertaModel(config, add_pooling_layer=False)
    model.save_pretrained(output)
    (output / OWN_FILE).write_text(json.dumps({"layer": layers}), encoding="utf-8")
    if tokenizer is not None:
        tokenizer.save(str(output / "tokenizer.json"), pretty=False)
    elif like is not None:
        shutil.copy(like / "tokenizer.json", output)
    return sum(parameter.numel() for parameter in model.parameters())


def _words(folder: Path) -> int:
    said = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return int(said["vocab_size"])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--layers", default=24, show_default=True)
@click.option("--width", default=1024, show_default=True)
@click.option("--heads", default=16, show_default=True)
@click.option("--positions", default=8192, show_default=True)
def main(output: Path, layers: int, width: int, heads: int, positions: int) -> None:
    """Write a random encoder, of BGE-M3's shape unless said otherwise.

    Tells how many millions of parameters it has; what it costs is for `throughput` to measure.

    \b
    Example:
      python -m jobs.research.random_model large && \\
          python -m jobs.research.throughput SET --model large
    """
    try:
        size = write_random_model(
            output, layers=layers, width=width, positions=positions, heads=heads
        )
    except ProjectorError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{size / 1e6:.0f} million parameters in {output}")


if __name__ == "__main__":
    main()
