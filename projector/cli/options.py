"""Make a command's options of a configuration's fields, and a configuration of their values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from inspect import signature
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel

from projector.cli.output import say
from projector.cli.sections import Decorator, option
from projector.corpus import label_map
from projector.corpus.language_names import is_language
from projector.corpus.open import open_corpus
from projector.errors import ConfigurationError
from projector.settings import TextCheck
from schemas.options import (
    ENDED,
    MODEL,
    PROJECTED,
    READ,
    SCORED,
    WRITTEN,
    FieldOption,
    field_options,
)
from schemas.run import CorpusConfiguration, ReadingConfiguration
from schemas.validation import validated

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus

PATH = click.Path(path_type=Path)


def options_of(contract: type[BaseModel], *, without: Collection[str] = ()) -> Decorator:
    """Add a configuration's fields as options; `without` are keywords of those that are not."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for field in reversed([*field_options(contract)]):
            if field.keyword not in without:
                command = option(
                    *field.names, field.keyword, section=field.option.section, **_attributes(field)
                )(command)
        return command

    return decorate


def _attributes(field: FieldOption) -> dict[str, Any]:
    """Return what click is told of a field's option."""
    described = field.field.description or ""
    if field.negates:
        described = f"{described.removesuffix('.')}; this switches it off."
    attributes: dict[str, Any] = {"help": described}
    if field.option.metavar not in (None, "PATH"):
        attributes["metavar"] = field.option.metavar
    kind, default = _kind(field.field.annotation), field.field.get_default()
    if kind in (int, float):
        attributes["metavar"] = "N"
    if kind is bool:
        return {**attributes, "is_flag": True}
    if get_origin(kind) is tuple:
        described = f"{described.removesuffix('.')}; repeatable."
        return {**attributes, "multiple": True, "help": described}
    if default is not None:
        attributes |= {"default": default, "show_default": True}
    return {**attributes, "type": _click_type(kind, field)}


def _kind(annotation: Any) -> Any:  # noqa: ANN401
    """Return a field's type, without None."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return kinds[0]


def _click_type(kind: Any, field: FieldOption) -> click.ParamType[Any] | type[str]:  # noqa: ANN401
    if get_origin(kind) is Literal:
        return click.Choice(get_args(kind))
    limits = {
        limit: getattr(rule, side)
        for rule in field.field.metadata
        for limit, side in (("min", "ge"), ("max", "le"))
        if hasattr(rule, side)
    }
    if kind is int:
        return click.IntRange(**limits)
    if kind is float:
        return click.FloatRange(**limits)
    return click.Path() if field.option.metavar == "PATH" else str


def gathered(name: str, build: Callable[..., object]) -> Decorator:
    """Hand a command, as `name`, what `build` makes of those values that it takes.

    Where it takes any, these are all that the command itself has no argument for.
    """
    parameters = signature(build).parameters
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        taken_itself = {*signature(command).parameters} - {name}

        @wraps(command)
        def called(**values: Any) -> Any:  # noqa: ANN401
            taken = values.keys() - taken_itself if takes_any else values.keys() & parameters
            built = build(**{key: values.pop(key) for key in taken})
            return command(**values, **{name: built})

        return called

    return decorate


def stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those values that the user gave, by their keywords."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    return {key: values[key] for key in values if context.get_parameter_source(key) is not default}


def corpus_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a corpus is read; `opened` and `reading` understand them."""
    command = options_of(ReadingConfiguration)(label_options(command))
    return options_of(CorpusConfiguration)(command)


def label_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name labels anew; `renamed` understands them."""
    for decorate in (
        option(
            "--keep-labels",
            section=READ,
            is_flag=True,
            help="Keep labels as they are, without the built-in names.",
        ),
        option(
            "--label",
            "labels",
            section=READ,
            multiple=True,
            metavar="OLD=NEW",
            help="Rename a label; repeatable.",
        ),
    ):
        command = decorate(command)
    return command


def renamed(labels: tuple[str, ...], keep_labels: bool) -> dict[str, str]:
    """Return the new names that labels get, from `OLD=NEW` words."""
    new_names = {}
    for word in labels:
        old, sign, new = word.partition("=")
        if not (old and sign and new):
            raise click.BadParameter(f"{word!r} is not of the form OLD=NEW", param_hint="--label")
        new_names[old] = new
    return dict(label_map(new_names, known=not keep_labels))


device_option = option(
    "--device",
    section=MODEL,
    default="auto",
    show_default=True,
    help="Where the model runs: cpu, cuda, cuda:1, …; auto: on a GPU if there is one.",
)

recipe_option = option(
    "--recipe",
    section=PROJECTED,
    type=click.Choice(["default", "published"]),
    default="default",
    show_default=True,
    help="How spans are aligned and decoded; published: as ClinicalAligner26AM.",
)

tagger_option = option(
    "--tagger",
    section=PROJECTED,
    type=PATH,
    default="auto",
    show_default=True,
    help="auto: clinical, if it shares the model's pass; none; a tagger's folder, or predictions.",
)

overwrite_option = option(
    "--overwrite", section=WRITTEN, is_flag=True, help="Replace what an earlier run wrote there."
)

on_error_option = option(
    "--on-error",
    section=READ,
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="Whether what can't be read rightly stops it, or is skipped and listed.",
)

only_option = option(
    "--only",
    section=SCORED,
    multiple=True,
    metavar="LABEL",
    help="Score this label only; repeatable.",
)

edited_option = option(
    "--edited",
    section=READ,
    is_flag=True,
    help="Take BRAT and TSV of a run though they are not as it wrote them: corrected by hand.",
)

accept_losses_option = option(
    "--accept-losses", section=ENDED, is_flag=True, help="Exit with 0, not with 3, after losses."
)

fail_on_option = option(
    "--fail-on",
    section=ENDED,
    multiple=True,
    type=click.Choice(["unaligned", "below_threshold"]),
    help="Count mentions of this status as losses, too: by themselves they are outcomes, and "
    "exit code 3 tells of documents that failed, of mentions that are invalid, unpaired or failed, "
    "and of annotations that could not travel; repeatable.",
)


def tell(remarks: Iterable[str]) -> None:
    """Print what a user should know, beside the results."""
    for remark in remarks:
        say(remark, err=True)


def tell_unknown_languages(option_name: str, codes: Iterable[str | None]) -> None:
    """Print which codes are no language's; they are taken as they are written."""
    tell(
        f"{option_name} {code}: no language has this code; expected one like es or en. It is taken "
        "as it is written"
        for code in codes
        if code is not None and not is_language(code)
    )


def tell_edited(*paths: Path, edited: bool) -> None:
    """Refuse what a run wrote and is not as it wrote it, or tell of it as `--edited` has it taken.

    Raises:
        CorpusError: It is not to be taken.
    """
    from projector.storage.run_files import check_edited

    for path in paths:
        tell(check_edited(path, edited=edited))


def output_option(what: str) -> Decorator:
    """Add the option that says where to write."""
    return option("-o", "--output", section=WRITTEN, type=PATH, required=True, help=what)


def reading(
    language: str | None,
    texts: str | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    text_check: TextCheck,
    columns: tuple[str, ...],
) -> dict[str, Any]:
    """Return how corpora are opened, as the options say."""
    stated = {"text_check": text_check, "columns": columns}
    try:
        rules = validated(ReadingConfiguration, stated).rules
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
    tell_unknown_languages("--language", [language])
    return {
        "language": language,
        "texts": None if texts is None else Path(texts),
        "labels": renamed(labels, keep_labels),
        "rules": rules,
    }


def open_configured(
    corpus: CorpusConfiguration, labels: Mapping[str, str] | None, reading: ReadingConfiguration
) -> Corpus:
    """Open a corpus of a configuration, with the new names of its labels."""
    return open_corpus(
        corpus.path,
        language=corpus.language,
        texts=corpus.texts,
        labels=labels,
        rules=reading.rules,
    )


def opened(corpus: Path, **values: Any) -> Corpus:  # noqa: ANN401
    """Open a corpus as the options say; a folder of Parquet tables too."""
    return open_corpus(corpus, **reading(**values))
