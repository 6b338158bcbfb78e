"""`projector code`: propose codes for mentions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.cli.options import PATH, corpus_options, device_option, renamed
from projector.cli.output import echo_coded, echo_json, exit_code, format_option
from projector.cli.reporter import with_progress

if TYPE_CHECKING:
    from projector.errors import Problem


@click.command("code")
@click.argument("mentions", type=PATH)
@click.option("-o", "--output", type=PATH, required=True, help="The folder to write.")
@click.option(
    "-m",
    "--model",
    default="lexical",
    show_default=True,
    help="lexical: by the names' characters; retriever: the installed one, by their meaning; or a "
    "trained retriever's folder.",
)
@click.option("--rerank", type=PATH, help="The folder of a trained reranker.")
@click.option(
    "--codes",
    type=PATH,
    help="TSV or Parquet: code, description, perhaps language and parent.  [default: ICD-10-CM]",
)
@click.option(
    "--synonyms",
    multiple=True,
    metavar="PATH|icd10cm",
    help="Further names of the codes: a table like that of --codes, a coded corpus (a folder or "
    "JSON Lines) whose mentions they are, or ICD-10-CM's; repeatable.",
)
@click.option("--no-everyday", is_flag=True, help="Leave out the project's own everyday names.")
@click.option("--top-k", type=click.IntRange(min=1), default=10, show_default=True)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Keep silent below.",
)
@click.option("--only", multiple=True, metavar="LABEL", help="Code this label only; repeatable.")
@click.option(
    "--abbreviations", type=PATH, help="TSV of short forms: short, long, perhaps language."
)
@click.option(
    "--any-level", is_flag=True, help="Propose codes that are divided further, and blocks, too."
)
@click.option("--anew", is_flag=True, help="Code mentions that have codes, too: to measure.")
@click.option("--resource", default="ICD10", show_default=True, help="The list's name in BRAT.")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="Whether what can't be read rightly stops it, or is skipped and listed.",
)
@click.option("--accept-losses", is_flag=True, help="Exit with 0 though mentions have no code.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier folder.")
@corpus_options
@device_option
@format_option
def command(
    mentions: Path,
    output: Path,
    model: str,
    rerank: Path | None,
    codes: Path | None,
    synonyms: tuple[str, ...],
    no_everyday: bool,
    top_k: int,
    min_score: float,
    only: tuple[str, ...],
    abbreviations: Path | None,
    any_level: bool,
    anew: bool,
    resource: str,
    on_error: str,
    accept_losses: bool,
    overwrite: bool,
    language: str | None,
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    device: str,
    form: str,
) -> int:
    """Propose codes for MENTIONS: those of a run, a corpus, or a table without its texts.

    Codes that a mention has stay. OUTPUT holds the ranked proposals as Parquet, and the first ones
    as BRAT normalisations and in the tables of DisTEMIST and CodiESP.

    \b
    Examples:
      projector code out --codes cie10.tsv -o coded --only DISEASE
      projector code corpus/es -o coded --top-k 5 --min-score 0.4
    """
    from projector.coding.coder import configured_coder
    from projector.coding.read_mentions import read_mentions
    from projector.coding.writer import write_codes
    from projector.storage.atomic_folder import refuse_existing
    from schemas.coding import CODING, CodingConfiguration

    refuse_existing(output, overwrite=overwrite, mark=CODING)
    chosen = CodingConfiguration(
        codes=None if codes is None else str(codes),
        lay_terms=not no_everyday,
        synonyms=synonyms,
        model=model,
        rerank=None if rerank is None else str(rerank),
        abbreviations=None if abbreviations is None else str(abbreviations),
        top_k=top_k,
        min_score=min_score,
        labels=only,
        any_level=any_level,
        recode=anew,
        resource=resource,
    )
    coder = configured_coder(chosen, Path(), device=device, progress=with_progress("descriptions"))
    names = renamed(labels, keep_labels)
    skipped: list[Problem] | None = [] if on_error == "skip" else None
    facts = write_codes(
        read_mentions(mentions, language=language, texts=texts, labels=names, skipped=skipped),
        coder,
        output,
        chosen,
        overwrite=overwrite,
    )
    losses = [str(one) for one in skipped or ()]
    if form == "json":
        echo_json({"output": output, **facts.model_dump(), "skipped": losses})
    else:
        for loss in losses:
            click.echo(f"skipped: {loss}", err=True)
        echo_coded(facts)
        click.echo(f"written to {output}; the ranked codes are in its codes.parquet")
    wanted = (one for one in facts.counts if not only or one.label in only)
    missing = bool(losses) or any(one.uncoded for one in wanted)
    return exit_code(missing, accepted=accept_losses)
