"""`projector train`: make models from data."""

from __future__ import annotations

import logging
from pathlib import Path

import click

from projector.cli.options import PATH
from projector.cli.output import echo_json, format_option


@click.group("train", epilog="Example: projector train aligner config.toml -o runs/aligner-1")
def command() -> None:
    """Train models."""


@command.command("aligner")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=PATH, required=True, help="The run's folder.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint.")
@format_option
def aligner(configuration: Path, output: Path, resume: bool, form: str) -> None:
    """Train an aligner as a CONFIGURATION in TOML says.

    The run's folder holds checkpoints, the loss curve as curve.parquet and curve.png, and in
    model/ what `projector project --model` takes.

    \b
    Examples:
      projector train aligner config.toml -o runs/aligner-1
      projector train aligner config.toml -o runs/aligner-1 --resume
    """
    from projector.train.aligner import train_aligner
    from schemas.training import read_aligner_training

    logging.basicConfig(level=logging.INFO, format="%(message)s", force=True)
    for name in ("httpx", "matplotlib", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.WARNING)
    figures = train_aligner(read_aligner_training(configuration), output, resume=resume)
    if form == "json":
        echo_json(figures)
        return
    for name, value in figures.items():
        click.echo(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}")
    click.echo(f"model: {output / 'model'}")
