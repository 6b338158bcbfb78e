"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.corpus import label_map
from projector.corpus.open import open_corpus
from projector.errors import ConfigurationError
from projector.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.settings import Settings
    from schemas.run import RunConfiguration

PATH = click.Path(path_type=Path)


def corpus_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a corpus is read."""
    for option in (
        click.option("--language", help="The corpus's language, or which one of a tree to take."),
        click.option("--texts", type=PATH, help="The folder of the texts, if it is elsewhere."),
        click.option(
            "--label",
            "labels",
            multiple=True,
            metavar="OLD=NEW",
            help="Rename a label; repeatable.",
        ),
        click.option("--keep-labels", is_flag=True, help="Don't apply the built-in label names."),
    ):
        command = option(command)
    return command


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which model is read, and how; where it runs is `device_option`."""
    for option in (
        click.option(
            "-m",
            "--model",
            default=DEFAULT_MODEL,
            show_default=True,
            help="Name, folder or hub name.",
        ),
        click.option(
            "--layer",
            type=click.IntRange(min=0),
            help="Hidden layer to read, if not the model's own.",
        ),
        click.option(
            "--granularity",
            type=click.Choice(["sentence", "window"]),
            help="What is encoded at once, if not as the model's own.",
        ),
        click.option(
            "--window", type=click.IntRange(min=1), help="Tokens encoded at once at most."
        ),
        click.option(
            "--precision",
            type=click.Choice(["auto", "fp32", "bf16", "fp16"]),
            default="auto",
            show_default=True,
            help="auto: bf16 where the processor computes in it, else fp32.",
        ),
        click.option(
            "--recipe",
            type=click.Choice(["default", "published"]),
            default="default",
            show_default=True,
            help="How spans are aligned and decoded; published: as ClinicalAligner26AM.",
        ),
    ):
        command = option(command)
    return command


device_option = click.option(
    "--device", default="auto", show_default=True, help="cpu, cuda, cuda:1, …"
)


tagger_option = click.option(
    "--tagger",
    type=PATH,
    default="auto",
    show_default=True,
    help="auto: clinical, if it shares the model's pass; none; a tagger's folder, or predictions.",
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what a run projects, and how; `configured` understands them."""
    for option in (
        click.option("--source-language", help="The source's language, if its path does not say."),
        click.option(
            "--target-language",
            "target_languages",
            multiple=True,
            help="The targets' languages, in their order; or which ones to take of one tree.",
        ),
        click.option(
            "--texts", type=PATH, help="The folder of the source's texts, if it is elsewhere."
        ),
        click.option("--label", "labels", multiple=True, metavar="OLD=NEW", help="Rename a label."),
        click.option("--keep-labels", is_flag=True, help="Don't apply the built-in label names."),
        click.option(
            "--pattern", help="Regular expression whose groups are what paired names share."
        ),
        tagger_option,
        click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, show_default=True),
        click.option(
            "--max-characters",
            type=click.IntRange(min=1),
            help="Documents with more on either side fail, each for itself.",
        ),
    ):
        command = option(command)
    return model_options(command)


def configured(
    source: Path,
    targets: Sequence[Path],
    *,
    labels: tuple[str, ...],
    keep_labels: bool,
    min_score: float,
    recipe: str,
    **chosen: Any,  # noqa: ANN401
) -> RunConfiguration:
    """Put together what `run_options` were given; the rest is as `configure` takes it.

    Raises:
        click.UsageError: They don't go together.
    """
    from projector.run.configure import configure

    settings = settings_of(recipe)
    settings = replace(settings, decode=replace(settings.decode, min_score=min_score))
    names = renamed(labels, keep_labels)
    try:
        return configure(source, targets, labels=names, settings=settings, **chosen)
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error


def settings_of(recipe: str) -> Settings:
    """Return the settings of a recipe."""
    from projector.settings import Settings, published

    return published() if recipe == "published" else Settings()


def renamed(labels: tuple[str, ...], keep_labels: bool) -> dict[str, str]:
    """Return the new names that labels get, from `OLD=NEW` words."""
    own = {}
    for word in labels:
        old, sign, new = word.partition("=")
        if not (old and sign and new):
            raise click.BadParameter(f"{word!r} is not of the form OLD=NEW", param_hint="--label")
        own[old] = new
    return dict(label_map(own, known=not keep_labels))


def opened(
    path: Path,
    *,
    language: str | None = None,
    texts: Path | None = None,
    labels: tuple[str, ...] = (),
    keep_labels: bool = False,
) -> Corpus:
    """Open a corpus as the options say; a folder of Parquet tables too."""
    names = renamed(labels, keep_labels)
    return open_corpus(path, language=language, texts=texts, labels=names)
