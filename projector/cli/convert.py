"""`projector convert`: from one format to another, with the losses told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, corpus_options, opened
from projector.cli.output import echo_json, format_option, with_progress
from projector.corpus import strictly
from projector.document import Document
from projector.errors import CorpusError, OutputError

if TYPE_CHECKING:
    from projector.corpus.opening import AnyCorpus


@click.command("convert")
@click.argument("corpus", type=PATH)
@click.argument("output", type=PATH)
@click.option("--to", "target", type=click.Choice(["brat", "tsv", "parquet"]), required=True)
@corpus_options
@click.option("--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True)
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
    r"""Write CORPUS to OUTPUT in another format.

    BRAT and Parquet are folders; a TSV is one table, its texts in a folder `txt` beside it.

    \b
    Example:
      projector convert data_samples/brat/es es-tsv/es.tsv --to tsv
    """
    found = opened(corpus, language=language, texts=texts, labels=labels, keep_labels=keep_labels)
    if not overwrite and output.exists() and (output.is_file() or any(output.iterdir())):
        raise OutputError(f"{output}: exists already; choose another name or give --overwrite")
    losses: list[str] = [str(problem) for problem in found.problems]
    if losses and on_error == "stop":
        raise CorpusError(*found.problems)
    documents = _read(found, on_error, losses)
    if target == "brat":
        _to_brat(documents, output)
    elif target == "tsv":
        _to_tsv(found, documents, output, losses)
    else:
        from projector.corpus.parquet_write import write_parquet

        write_parquet(documents, output, overwrite=overwrite)
    if form == "json":
        echo_json({"output": output, "documents": len(found.names), "losses": losses})
    else:
        for loss in losses:
            click.echo(f"lost: {loss}", err=True)
        click.echo(f"{output}: {len(found.names)} documents, {len(losses)} losses")
    return 3 if losses and not accept_losses else 0


def _read(corpus: AnyCorpus, on_error: str, losses: list[str]) -> Iterator[Document]:
    for name in with_progress("documents")(corpus.names):
        reading = corpus.read(name)
        if on_error == "stop":
            yield strictly(reading)
            continue
        losses += [str(problem) for problem in reading.problems]
        if reading.document is not None:
            yield reading.document


def _to_brat(documents: Iterator[Document], folder: Path) -> None:
    from projector.corpus import write_brat

    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        write_brat(document, folder)


def _to_tsv(
    corpus: AnyCorpus, documents: Iterator[Document], path: Path, losses: list[str]
) -> None:
    from projector.corpus import columns_for, tsv_losses, write_tsv
    from projector.corpus.atomic import atomic_write

    readable = (corpus.read(name).document for name in corpus.names)
    columns = columns_for(document for document in readable if document is not None)
    texts = path.parent / "txt"
    texts.mkdir(parents=True, exist_ok=True)

    def noted() -> Iterator[Document]:
        for document in documents:
            losses.extend(
                f"{document.name}: {one}" for one in tsv_losses(document, columns=columns)
            )
            atomic_write(texts / f"{document.name}.txt", document.text.encode())
            yield document

    write_tsv(path, noted(), columns=columns)
