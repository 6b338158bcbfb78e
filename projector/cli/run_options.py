"""Take the options that say what a run projects, and make the run's configuration of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from projector.cli.options import (
    PATH,
    label_options,
    options_of,
    recipe_option,
    renamed,
    stated,
    tagger_option,
    tell_unknown_languages,
)
from projector.cli.sections import option
from projector.errors import ConfigurationError
from projector.settings import DecodeSettings, Settings, published
from schemas.options import PROJECTED, READ, nested
from schemas.run import CorpusConfiguration, RunConfiguration, TaggingConfiguration

_RECIPES = {"default": Settings, "published": published}
_MIN_PRECISION = (
    "Share of the projections that shall be exactly right, as the installed model was on documents "
    "that it did not learn from: the least score follows from it. Not beside --min-score."
)
_MIN_SCORE = "Least score of a projection; mentions below it are `below_threshold`."


def run_options(*, without: Collection[str] = ()) -> Callable[..., Any]:
    """Add the options of a run; `projection` and `tagging` understand them."""
    decorators = (
        option(
            "--source-language",
            section=READ,
            help="The source's language; by default as its path or its documents' names say.",
        ),
        option(
            "--target-language",
            "target_languages",
            section=READ,
            multiple=True,
            help="The targets' languages, in their order, or which ones to take of one tree; "
            "repeatable.",
        ),
        option(
            "--texts",
            section=READ,
            type=PATH,
            help="The folder of the source's texts; by default beside its annotations.",
        ),
        label_options,
        tagger_option,
        option(
            "--min-score",
            section=PROJECTED,
            type=click.FloatRange(0, 1),
            default=DecodeSettings().min_score,
            show_default=True,
            help=_MIN_SCORE,
        ),
        option(
            "--min-precision",
            section=PROJECTED,
            type=click.FloatRange(0, 1, min_open=True),
            help=_MIN_PRECISION,
        ),
        recipe_option,
        options_of(RunConfiguration, without=without),
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def projection(
    source: Path | None,
    targets: tuple[Path, ...],
    *,
    config: Path | None = None,
    **values: Any,  # noqa: ANN401
) -> RunConfiguration:
    """Return the configuration of a projection from its arguments and options.

    Raises:
        click.UsageError: They don't go together.
        ConfigurationError: The file is wrong.
    """
    from projector.run.configure import configure

    tell_unknown_languages("--source-language", [values.get("source_language")])
    tell_unknown_languages("--target-language", values.get("target_languages") or ())
    chosen = resolved(values, of_file=config is not None)
    try:
        configuration = configure(source, targets, file=config, **chosen)
    except ConfigurationError as error:
        if config is not None:
            raise
        raise click.UsageError(str(error)) from error
    if configuration.source is None or not configuration.targets:
        raise click.UsageError(
            "give a SOURCE and at least one of its TARGETS, or a file that names them (--config)"
        )
    return configuration


def resolved(values: Mapping[str, Any], *, of_file: bool = False) -> dict[str, Any]:
    """Return what `configure` takes from what the user gave.

    Args:
        values: Of a command's options, by keyword.
        of_file: Whether a file says what they don't.
    """
    chosen = stated(values)
    own_labels = {key: chosen.pop(key) for key in ("labels", "keep_labels") if key in chosen}
    if own_labels or not of_file:
        chosen["labels"] = renamed(values["labels"], values["keep_labels"])
    recipe = chosen.pop("recipe", None)
    settings: dict[str, Any] = {} if recipe is None else asdict(_RECIPES[recipe]())
    for name in ("min_score", "min_precision"):
        if name in chosen:
            settings.setdefault("decode", {})[name] = chosen.pop(name)
    return {**chosen, "settings": settings} if settings else chosen


def tagging(corpus: Path, **values: Any) -> TaggingConfiguration:  # noqa: ANN401
    """Return the configuration of tagging a corpus, from the options of its own fields."""
    tell_unknown_languages("--language", [values.get("language")])
    content = nested(TaggingConfiguration, stated(values))
    content["source"] = {**content.get("source", {}), "path": str(corpus)}
    names = renamed(values["labels"], values["keep_labels"])
    return TaggingConfiguration.model_validate({**content, "labels": names})


def tagging_collection(source: Path, **values: Any) -> TaggingConfiguration:  # noqa: ANN401
    """Return what is asked for where there is a source alone: to tag it.

    Raises:
        click.UsageError: No tagger is named.
    """
    from projector.tagging.tagger_folder import AUTO, NONE, is_tagger

    tagger = values["tagger"]
    if str(tagger) in (AUTO, NONE) or not is_tagger(Path(tagger)):
        raise click.UsageError(
            "give a TOML file; a source and at least one target; or a source and --tagger, "
            "a trained one, to tag it"
        )
    tell_unknown_languages("--source-language", [values["source_language"]])
    content = nested(TaggingConfiguration, {**stated(values), "model": str(tagger)})
    names = renamed(values["labels"], values["keep_labels"])
    texts = values["texts"]
    corpus = CorpusConfiguration(
        path=str(source),
        language=values["source_language"],
        texts=None if texts is None else str(texts),
    )
    return TaggingConfiguration.model_validate({**content, "source": corpus, "labels": names})
