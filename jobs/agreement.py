"""Measure projection and coding together: whether a mention and its projection get one code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from projector.coding.coder import Coder, Query, load_coder
from projector.coding.codes import read_codes
from projector.coding.surface import own_abbreviations
from projector.coding.synonyms import with_synonyms
from projector.document import Status
from projector.run_read import read_run

_DEPTH = 10


def agreement(
    coder: Coder, source: Sequence[Query], target: Sequence[Query]
) -> tuple[float, float, int]:
    """Return how often a target's first choice is the source's, and how often it is among ten.

    Args:
        coder: Codes both.
        source: Mentions.
        target: Their projections, in the same order.

    Returns:
        Both shares, of those mentions whose source gets a code; and how many these are.
    """
    firsts = coder.propose(source, 1).codes[:, 0]
    found = coder.propose(target, _DEPTH).codes
    coded = firsts >= 0
    number = int(coded.sum())
    if not number:
        return 0.0, 0.0, 0
    same = found[coded] == firsts[coded, None]
    return float(same[:, 0].mean()), float(same.any(1).mean()), number


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--codes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--synonyms", multiple=True, help="Further names, see `projector code`; repeatable.")
@click.option("-m", "--model", default="lexical", show_default=True)
@click.option("--rerank", type=click.Path(path_type=Path))
@click.option("--source-language", default="es", show_default=True)
@click.option("--only", multiple=True, metavar="LABEL", help="Mentions of this label; repeatable.")
def main(
    run: Path,
    codes: Path,
    synonyms: tuple[str, ...],
    model: str,
    rerank: Path | None,
    source_language: str,
    only: tuple[str, ...],
) -> None:
    """Code the mentions of a finished RUN on both sides, and tell by language how often they agree.

    \b
    Example:
      python -m jobs.agreement out --codes ../shared/coding/icd10_es_en.tsv --only DISEASE
    """
    listed = with_synonyms(read_codes(codes), synonyms).assignable()
    coder = load_coder(model, listed, own_abbreviations(), rerank=rerank)
    table = read_run(run).projections().filter(pl.col("status") == Status.PROJECTED.value)
    if only:
        table = table.filter(pl.col("label").is_in(only))
    click.echo("language\tmentions\tagreement at 1\tat 10")
    for (language,), rows in table.group_by("language", maintain_order=True):
        source = [Query(text, source_language) for text in rows["source_text"]]
        target = [Query(text, str(language)) for text in rows["target_text"]]
        one, ten, number = agreement(coder, source, target)
        click.echo(f"{language}\t{number}\t{one:.3f}\t{ten:.3f}")


if __name__ == "__main__":
    main()
