"""Measure projection and coding together: whether a mention and its projection get one code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from jobs.research.benchmark import Projector, own_projector
from projector.coding.coder import Coder, Query, configured_coder
from projector.corpus.formats.gold_jsonl import read_pairs
from projector.document import DocumentPair, Mention, Status
from projector.run.reader import read_run
from projector.settings import DEFAULT_MODEL
from schemas.coding import LEXICAL, CodingConfiguration

GOLD, PROJECTED = "gold", "projected"
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
    ranked = coder.propose(target, _DEPTH).codes
    coded = firsts >= 0
    number = int(coded.sum())
    if not number:
        return 0.0, 0.0, 0
    same = ranked[coded] == firsts[coded, None]
    return float(same[:, 0].mean()), float(same.any(1).mean()), number


Mentions = dict[tuple[str, str], tuple[list[Query], list[Query]]]  # by language and kind of span


def run_mentions(run: Path, source_language: str, only: Sequence[str]) -> Mentions:
    """Return the mentions of a run that were projected, with their projections."""
    table = read_run(run).projections().filter(pl.col("status").is_in(Status.with_span()))
    if only:
        table = table.filter(pl.col("label").is_in(only))
    return {
        (str(language), PROJECTED): (
            [Query(text, source_language) for text in rows["source_text"]],
            [Query(text, str(language)) for text in rows["target_text"]],
        )
        for (language,), rows in table.group_by("language", maintain_order=True)
    }


def gold_mentions(
    gold: Path, project: Projector, only: Sequence[str], limit: int | None
) -> Mentions:
    """Return gold's mentions with their counterparts: gold's own, and as they are projected."""
    mentions: Mentions = {}

    def add(pair: DocumentPair, kind: str, mention: Mention, target: str) -> None:
        sides = mentions.setdefault((pair.target.language, kind), ([], []))
        sides[0].append(Query(mention.surface(pair.source.text), pair.source.language))
        sides[1].append(Query(target, pair.target.language))

    for pair in read_pairs(gold, limit=limit):
        projected = project(pair)
        counterparts = {one.id: one.surface(pair.target.text) for one in pair.target.mentions}
        for mention in pair.source.mentions:
            if only and mention.label not in only:
                continue
            if mention.id in counterparts:
                add(pair, GOLD, mention, counterparts[mention.id])
            fragments, _ = projected.get(mention.id, ((), 0.0))
            if fragments:
                text = " ".join(pair.target.text[one.start : one.end] for one in fragments)
                add(pair, PROJECTED, mention, text)
    return mentions


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("mentions", type=click.Path(exists=True, path_type=Path))
@click.option("--codes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--synonyms", multiple=True, help="Further names, see `projector code`; repeatable.")
@click.option("--no-everyday", is_flag=True, help="Leave out the project's own everyday names.")
@click.option("-m", "--model", default=LEXICAL, show_default=True, help="Codes.")
@click.option("--rerank", help="The folder of a trained reranker.")
@click.option("--aligner", default=DEFAULT_MODEL, show_default=True, help="Projects gold.")
@click.option("--source-language", default="es", show_default=True, help="Of a run.")
@click.option("--only", multiple=True, metavar="LABEL", help="Mentions of this label; repeatable.")
@click.option("--limit", type=int, help="Documents of gold; all of them without.")
def main(
    mentions: Path,
    codes: Path,
    synonyms: tuple[str, ...],
    no_everyday: bool,
    model: str,
    rerank: str | None,
    aligner: str,
    source_language: str,
    only: tuple[str, ...],
    limit: int | None,
) -> None:
    """Code MENTIONS on both sides, and tell by language how often the codes agree.

    MENTIONS is a finished run, or a file of gold pairs: its own counterparts tell what coding
    alone does, their projections what both do.

    \b
    Examples:
      python -m jobs.research.code_agreement out --only DISEASE \\
          --codes ../shared/coding/icd10_es_en.tsv
      python -m jobs.research.code_agreement ../shared/gold/multiclinai_es-en.jsonl \\
          --only DISEASE --limit 100 --codes ../shared/coding/icd10_es_en.tsv -m runs/coder
    """
    chosen = CodingConfiguration(
        codes=str(codes),
        lay_terms=not no_everyday,
        synonyms=synonyms,
        model=model,
        rerank=rerank,
    )
    coder = configured_coder(chosen, Path())
    if mentions.is_dir():
        pairs = run_mentions(mentions, source_language, only)
    else:
        from projector.models import load

        pairs = gold_mentions(mentions, own_projector(load(aligner)), only, limit)
    click.echo("language\tspans\tmentions\tagreement at 1\tat 10")
    for (language, kind), (source, target) in pairs.items():
        at_one, at_ten, number = agreement(coder, source, target)
        click.echo(f"{language}\t{kind}\t{number}\t{at_one:.3f}\t{at_ten:.3f}")


if __name__ == "__main__":
    main()
