"""`projector convert`: from one format to another, with the losses told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

import click

from projector.cli.options import (
    PATH,
    accept_losses_option,
    corpus_options,
    edited_option,
    gathered,
    on_error_option,
    opened,
    overwrite_option,
    tell,
    tell_edited,
)
from projector.cli.output import echo_json, exit_code, format_option, say
from projector.cli.reporter import with_progress
from projector.cli.sections import SectionedCommand, option
from projector.corpus.labels import unused_names
from projector.errors import (
    Notice,
    counted,
    summaries,
)
from schemas.options import WRITTEN
from schemas.tools import TOOLS, Tool

if TYPE_CHECKING:
    from projector.corpus.convert import Format
    from projector.corpus.corpus import Corpus


class _Rest(TypedDict):
    """What both ways to write a corpus take."""

    on_error: Literal["stop", "skip"]
    overwrite: bool
    progress: Callable[[Sequence[str]], Iterator[str]]
    notices: list[Notice]
    labels: set[str]


@click.command("convert", cls=SectionedCommand)
@click.argument("corpus", type=PATH)
@click.argument("output", type=PATH)
@corpus_options
@edited_option
@on_error_option
@option(
    "--to",
    "target",
    section=WRITTEN,
    type=click.Choice(["brat", "tsv", "parquet", *TOOLS]),
    required=True,
    help="The format to write, or the tool to write for; what is told of tools: `export`.",
)
@overwrite_option
@accept_losses_option
@format_option
@gathered("corpus", opened)
def command(
    corpus: Corpus,
    output: Path,
    target: Format | Tool,
    edited: bool,
    on_error: Literal["stop", "skip"],
    overwrite: bool,
    accept_losses: bool,
    form: str,
) -> int:
    """Write CORPUS to the folder OUTPUT in another format, and list what is lost.

    BRAT: texts and annotations side by side. TSV: a table named after the folder, the texts in
    `txt/` beside it. Parquet: tables of documents, mentions and annotations. For other tools: as
    `projector export` writes a run.

    \b
    Examples:
      projector convert data_samples/brat/es es-tsv --to tsv
      projector convert out out-it --to brat --language it
    """
    from projector.corpus.convert import convert_corpus

    if target == "tsv" and output.suffix == ".tsv":
        raise click.UsageError(f"OUTPUT is a folder: say {output.with_suffix('')}, not {output}")
    notices: list[Notice] = []
    tell_edited(corpus.path, edited=edited)
    labels: set[str] = set()
    rest: _Rest = {
        "on_error": on_error,
        "overwrite": overwrite,
        "progress": with_progress("documents"),
        "notices": notices,
        "labels": labels,
    }
    if target == "brat" or target == "tsv" or target == "parquet":
        losses = convert_corpus(corpus, output, target, **rest)
    else:
        from projector.exchange.from_corpus import export_corpus

        losses = export_corpus(corpus, output, target, **rest)
    tell(unused_names(corpus.labels, labels))
    if form == "json":
        told = {"output": output, "documents": len(corpus.names), "losses": losses}
        echo_json({**told, "notices": summaries(notices)})
    else:
        for line in summaries(notices):
            say(f"note: {line}", err=True)
        for loss in losses:
            say(f"lost: {loss}", err=True)
        say(
            f"{output}: {counted(len(corpus.names), 'document')}, "
            f"{counted(len(losses), 'loss', 'losses')}"
        )
    return exit_code(bool(losses), accepted=accept_losses)
