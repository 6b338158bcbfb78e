"""`projector convert`: from one format to another, with the losses told."""

from __future__ import annotations

from pathlib import Path

import click

from projector.cli.options import PATH, corpus_options, opened
from projector.cli.output import echo_json, format_option
from projector.cli.reporter import with_progress


@click.command("convert")
@click.argument("corpus", type=PATH)
@click.argument("output", type=PATH)
@click.option(
    "--to",
    "target",
    type=click.Choice(["brat", "tsv", "parquet"]),
    required=True,
    help="The format to write.",
)
@corpus_options
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="Whether what can't be read rightly stops it, or is skipped and listed.",
)
@click.option("--accept-losses", is_flag=True, help="Exit with 0 though something is lost.")
@click.option("--overwrite", is_flag=True, help="Replace what OUTPUT holds.")
@format_option
def command(
    corpus: Path,
    output: Path,
    target: str,
    language: str | None,
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    on_error: str,
    accept_losses: bool,
    overwrite: bool,
    form: str,
) -> int:
    """Write CORPUS to the folder OUTPUT in another format, and list what is lost.

    BRAT: texts and annotations side by side. TSV: a table named after the folder, the texts in
    `txt/` beside it. Parquet: tables of documents, mentions and annotations.

    \b
    Examples:
      projector convert data_samples/brat/es es-tsv --to tsv
      projector convert out out-it --to brat --language it
    """
    from projector.corpus.convert import convert_corpus

    if target == "tsv" and output.suffix == ".tsv":
        raise click.UsageError(f"OUTPUT is a folder: say {output.with_suffix('')}, not {output}")
    found = opened(corpus, language=language, texts=texts, labels=labels, keep_labels=keep_labels)
    losses = convert_corpus(
        found,
        output,
        target,  # type: ignore[arg-type]
        on_error=on_error,  # type: ignore[arg-type]
        overwrite=overwrite,
        progress=with_progress("documents"),
    )
    if form == "json":
        echo_json({"output": output, "documents": len(found.names), "losses": losses})
    else:
        for loss in losses:
            click.echo(f"lost: {loss}", err=True)
        click.echo(f"{output}: {len(found.names)} documents, {len(losses)} losses")
    return 3 if losses and not accept_losses else 0
