"""`projector tag`: find entities by themselves."""

from __future__ import annotations

from pathlib import Path

import click

from projector.cli.options import PATH, corpus_options, device_option, opened
from projector.cli.output import echo_json, format_option
from projector.cli.reporter import with_progress


@click.command("tag")
@click.argument("corpus", type=PATH)
@click.option(
    "-m", "--model", type=PATH, required=True, help="clinical, or a training run's folder."
)
@click.option("-o", "--output", type=PATH, required=True, help="The folder to write.")
@click.option(
    "--to",
    "target",
    type=click.Choice(["brat", "tsv", "parquet"]),
    default="brat",
    show_default=True,
    help="The format to write.",
)
@corpus_options
@click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16", "fp16"]),
    default="auto",
    show_default=True,
    help="auto: bf16 where the processor computes in it, else fp32.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="Whether what can't be read rightly stops it, or is skipped and listed.",
)
@click.option("--accept-losses", is_flag=True, help="Exit with 0 though something is missing.")
@click.option("--overwrite", is_flag=True, help="Replace what OUTPUT holds.")
@device_option
@format_option
def command(
    corpus: Path,
    model: Path,
    output: Path,
    target: str,
    language: str | None,
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    precision: str,
    on_error: str,
    accept_losses: bool,
    overwrite: bool,
    device: str,
    form: str,
) -> int:
    """Find entities in the texts of CORPUS with a tagger, and write them to the folder OUTPUT.

    Annotations that CORPUS may have play no part. OUTPUT is what `projector evaluate` and
    `projector project --tagger` take.

    \b
    Examples:
      projector tag corpus/es -m runs/disease -o tagged
      projector tag corpus/es -m runs/disease -o tagged --to tsv
    """
    from projector.corpus.convert import convert_corpus
    from projector.tagging.tagged_corpus import TaggedCorpus
    from projector.tagging.tagger import load_tagger

    found = opened(corpus, language=language, texts=texts, labels=labels, keep_labels=keep_labels)
    tagger = load_tagger(model, precision=precision, device=device)  # type: ignore[arg-type]
    tagged = TaggedCorpus(found, tagger)
    losses = convert_corpus(
        tagged,
        output,
        target,  # type: ignore[arg-type]
        on_error=on_error,  # type: ignore[arg-type]
        overwrite=overwrite,
        progress=with_progress("documents"),
    )
    counts = tagged.counts()
    if form == "json":
        told = {"output": output, "documents": len(found.names), "mentions": counts}
        echo_json({**told, "losses": losses})
    else:
        for loss in losses:
            click.echo(f"missing: {loss}", err=True)
        listed = ", ".join(f"{count} {label}" for label, count in counts.items())
        click.echo(f"{output}: {len(found.names)} documents, {listed}")
    return 3 if losses and not accept_losses else 0
