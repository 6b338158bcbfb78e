"""`projector train`: make models from data."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from projector.cli.options import PATH, output_option, overwrite_option
from projector.cli.output import echo_json, echo_rows, format_option, hint, say
from projector.cli.sections import SectionedGroup, option
from projector.errors import ProjectorError, missing_package
from schemas.options import READ, WRITTEN

resume_option = option(
    "--resume", section=WRITTEN, is_flag=True, help="Go on from the last checkpoint."
)


@click.group(
    "train",
    cls=SectionedGroup,
    epilog="Example: projector train aligner config.toml -o runs/aligner-1",
)
def command() -> None:
    """Train models."""


@command.command("aligner")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option("The run's folder.")
@resume_option
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
    from projector.training.aligner.train import train_aligner
    from schemas.aligner_training import AlignerTraining
    from schemas.validation import read_validated

    _show_progress()
    training = read_validated(configuration, AlignerTraining)
    following = f"projector project SOURCE TARGETS --model {output} -o OUT"
    with _clean_if_refused(output):
        figures = train_aligner(training, output, resume=resume)
    _echo(figures, output, form, following)


@command.command("tagger")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option("The run's folder.")
@resume_option
@format_option
def tagger(configuration: Path, output: Path, resume: bool, form: str) -> None:
    """Train an entity tagger as a CONFIGURATION in TOML says.

    The run's folder holds checkpoints, the curves of loss and F1 as curve.parquet and curve.png,
    and in model/ what `projector tag --model` and `projector project --tagger` take.

    \b
    Examples:
      projector train tagger config.toml -o runs/disease
      projector train tagger config.toml -o runs/disease --resume
    """
    from projector.training.tagger.train import train_tagger
    from schemas.tagger_training import TaggerTraining
    from schemas.validation import read_validated

    _show_progress()
    training = read_validated(configuration, TaggerTraining)
    following = f"projector tag CORPUS --model {output} -o OUT"
    with _clean_if_refused(output):
        figures = train_tagger(training, output, resume=resume)
    _echo(figures, output, form, following)


@command.command("coder")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option("The run's folder.")
@resume_option
@format_option
def coder(configuration: Path, output: Path, resume: bool, form: str) -> None:
    """Train a stage of a coder, retriever or reranker, as a CONFIGURATION in TOML says.

    The run's folder holds checkpoints, the curves as curve.parquet and curve.png, the examples
    with what made each as examples.tsv, and in model/ what `projector code` takes.

    \b
    Examples:
      projector train coder config.toml -o runs/coder-1
      projector train coder config.toml -o runs/coder-1 --resume
    """
    from projector.training.coder.train import train_coder
    from schemas.coder_training import CoderTraining
    from schemas.validation import read_validated

    _show_progress()
    training = read_validated(configuration, CoderTraining)
    following = f"projector code MENTIONS --model {output} -o OUT"
    with _clean_if_refused(output):
        figures = train_coder(training, output, resume=resume)
    _echo(figures, output, form, following)


@command.command("edges")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option("The run's folder.")
@resume_option
@format_option
def edges(configuration: Path, output: Path, resume: bool, form: str) -> None:
    """Train a model of spans' edges on gold as a CONFIGURATION in TOML says.

    The run's folder holds checkpoints, the curves as curve.parquet and curve.png, and in model/
    the file edges.safetensors: put it into the folder of the encoder that it was trained on, where
    every projection finds it. An encoder that is an adapter is copied beside it, so that model/ is
    what `projector project --model` takes.

    \b
    Examples:
      projector train edges config.toml -o runs/edges-1
      projector train edges config.toml -o runs/edges-1 --resume
    """
    from projector.training.edges.train import train_edges
    from schemas.edge_training import EdgeTraining
    from schemas.validation import read_validated

    _show_progress()
    training = read_validated(configuration, EdgeTraining)
    following = f"projector project SOURCE TARGETS --model {output / 'model'} -o OUT"
    with _clean_if_refused(output):
        figures = train_edges(training, output, resume=resume)
    _echo(figures, output, form, following)


@command.command("concepts")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option("The run's folder.")
@resume_option
@format_option
def concepts(configuration: Path, output: Path, resume: bool, form: str) -> None:
    """Train a space of concepts as a CONFIGURATION in TOML says: from their names and hierarchy.

    The run's folder holds checkpoints, the curves as curve.parquet and curve.png, and in model/
    the space: vectors, concepts.parquet, names.parquet. `projector concepts` looks into it, and
    `projector train encoder` teaches an encoder's tokens to lie in it.

    \b
    Examples:
      projector train concepts config.toml -o runs/space
      projector train concepts config.toml -o runs/space --resume
    """
    from projector.training.concepts.train import train_concepts
    from schemas.concept_training import ConceptTraining
    from schemas.validation import read_validated

    _show_progress()
    training = read_validated(configuration, ConceptTraining)
    following = f"projector concepts {output}"
    with _clean_if_refused(output):
        figures = train_concepts(training, output, resume=resume)
    _echo(figures, output, form, following)


@command.command("encoder")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@output_option("The run's folder.")
@resume_option
@format_option
def encoder(configuration: Path, output: Path, resume: bool, form: str) -> None:
    """Post-train an encoder towards a concept space as a CONFIGURATION in TOML says.

    The run's folder holds checkpoints, the curves as curve.parquet and curve.png, and in model/
    an encoder like any other, with the views beside it that say what its tokens mean.

    \b
    Examples:
      projector train encoder config.toml -o runs/encoder
      projector train encoder config.toml -o runs/encoder --resume
    """
    from projector.training.encoder.train import train_encoder
    from schemas.encoder_training import EncoderTraining
    from schemas.validation import read_validated

    _show_progress()
    training = read_validated(configuration, EncoderTraining)
    following = f"projector project SOURCE TARGETS --model {output} -o OUT"
    with _clean_if_refused(output):
        figures = train_encoder(training, output, resume=resume)
    _echo(figures, output, form, following)


def _echo(figures: Mapping[str, float], output: Path, form: str, following: str) -> None:
    """Print what a run came to, and the command that uses it."""
    if form == "json":
        echo_json(figures)
        return
    for name, value in figures.items():
        say(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}")
    say(f"model: {output / 'model'}")
    hint(following)


@contextmanager
def _clean_if_refused(folder: Path) -> Iterator[None]:
    """Take a run's folder away again where its training was refused before it began.

    Else what is asked for rightly would be refused next, because there is a run.
    """
    before = {*folder.iterdir()} if folder.is_dir() else None
    try:
        yield
    except ProjectorError:
        begun = folder / "configuration.json"
        if not before and folder.is_dir() and [*folder.iterdir()] == [begun]:
            begun.unlink()
            if before is None:
                folder.rmdir()
        raise


def _show_progress() -> None:
    """Tell measurements on stderr as they are made, and nothing that libraries say."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", force=True)
    logging.getLogger("projector").setLevel(logging.INFO)


@command.command("sweep")
@click.argument("configuration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option(
    "--set",
    "axes",
    section=READ,
    multiple=True,
    required=True,
    metavar="SETTING=VALUE,…",
    help="A setting and the values to try; repeatable, every combination is tried.",
)
@output_option("The folder of the runs and their table.")
@format_option
def sweep_command(configuration: Path, axes: tuple[str, ...], output: Path, form: str) -> None:
    """Train one aligner for each value of some settings, and lay their figures side by side.

    The same command again goes on where it was stopped. OUTPUT gets a run for each value,
    sweep.parquet, and pictures of the curves and of the figures over the values.

    \b
    Example:
      projector train sweep config.toml --set teacher.bias=0,0.1,0.2,0.4 -o runs/bias
    """
    from projector.training.aligner.sweep import Axis, sweep
    from schemas.aligner_training import AlignerTraining
    from schemas.validation import read_validated

    _show_progress()
    chosen = [Axis.parse(axis) for axis in axes]
    echo_rows(
        form, sweep(read_validated(configuration, AlignerTraining), chosen, output).to_dicts()
    )


@command.command("compare")
@click.argument("runs", type=PATH, nargs=-1, required=True)
@output_option("The picture to write, a PNG.")
@overwrite_option
@format_option
def compare(runs: tuple[Path, ...], output: Path, overwrite: bool, form: str) -> None:
    """Lay the curves of training RUNS over each other, and their best figures side by side.

    \b
    Example:
      projector train compare runs/base runs/clinical -o comparison.png
    """
    from projector.storage.atomic_file import check_place
    from projector.training.checkpoints import TrainingFolder
    from projector.training.curves import draw_curves, read_curve

    check_place(output, overwrite=overwrite, example="comparison.png")
    names = [
        run.name if [one.name for one in runs].count(run.name) == 1 else str(run) for run in runs
    ]
    if not draw_curves(dict(zip(names, map(read_curve, runs), strict=True)), output):
        raise missing_package("matplotlib", "train", "projector train compare")
    figures = [TrainingFolder(run).result() or {} for run in runs]
    columns = list(dict.fromkeys(key for one in figures for key in one))
    rows = [
        {"run": name, **{column: one.get(column) for column in columns}}
        for name, one in zip(names, figures, strict=True)
    ]
    echo_rows(form, rows)
