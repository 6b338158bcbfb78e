"""Measure projection and coding together: whether a mention and its projection get one code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import polars as pl
from numpy.typing import NDArray

from jobs.research.benchmark import Projector, own_projector
from projector.coding.coder import Coder, Query, configured_coder
from projector.concepts.token_concepts import TokenConcepts
from projector.corpus.formats.gold_jsonl import read_pairs
from projector.document import Document, Fragment, Status, surface
from projector.run.reader import read_run
from projector.settings import DEFAULT_MODEL
from projector.text.token_words import inside_of
from schemas.coding import LEXICAL, CodingConfiguration

GOLD, PROJECTED = "gold", "projected"
_DEPTH = 10
_TOKENS, _MENTIONS = "tokens=", "mentions="


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention on one side: what it is called, and where it stands, for who reads it there.

    Args:
        text: Its words.
        language: Theirs.
        document: The text around it; None: not known.
        fragments: Of it, in that text.
    """

    text: str
    language: str
    document: str | None = None
    fragments: tuple[Fragment, ...] = ()

    @classmethod
    def of(cls, document: Document, fragments: tuple[Fragment, ...]) -> Placed:
        """Return the mention that fragments of a document are."""
        words = surface(fragments, document.text)
        return cls(words, document.language, document.text, fragments)


# Ranks codes of M mentions: [M, 10] numbers, best first, -1 where there are no more.
Ranker = Callable[[Sequence[Placed]], NDArray[np.int64]]


def by_coder(coder: Coder) -> Ranker:
    """Return a ranker that reads each mention by itself."""

    def rank(mentions: Sequence[Placed]) -> NDArray[np.int64]:
        return coder.propose([Query(one.text, one.language) for one in mentions], _DEPTH).codes

    return rank


def by_tokens(encoder: TokenConcepts, *, alone: bool = False) -> Ranker:
    """Return a ranker that reads each mention in its text; `alone`: and by itself, too."""

    def rank(mentions: Sequence[Placed]) -> NDArray[np.int64]:
        codes = np.full((len(mentions), _DEPTH), -1)
        texts = dict.fromkeys(one.document for one in mentions if one.document is not None)
        for document in texts:
            text = encoder.tokenize(document)
            points = encoder.points(text)
            rows = [row for row, one in enumerate(mentions) if one.document == document]
            names = encoder.names_points([mentions[row].text for row in rows]) if alone else None
            for number, row in enumerate(rows):
                places = [(part.start, part.end) for part in mentions[row].fragments]
                name = None if names is None else names[number]
                order, _ = encoder.nearest_to_mention(points[inside_of(text, places)], _DEPTH, name)
                codes[row, : len(order)] = order
        return codes

    return rank


def agreement(
    rank: Ranker, source: Sequence[Placed], target: Sequence[Placed]
) -> tuple[float, float, int]:
    """Return how often a target's first choice is the source's, and how often it is among ten.

    Args:
        rank: Codes both.
        source: Mentions.
        target: Their projections, in the same order.

    Returns:
        Both shares, of those mentions whose source gets a code; and how many these are.
    """
    firsts, ranked = rank(source)[:, 0], rank(target)
    coded = firsts >= 0
    number = int(coded.sum())
    if not number:
        return 0.0, 0.0, 0
    same = ranked[coded] == firsts[coded, None]
    return float(same[:, 0].mean()), float(same.any(1).mean()), number


Mentions = dict[tuple[str, str], tuple[list[Placed], list[Placed]]]  # by language, kind of span


def run_mentions(run: Path, source_language: str, only: Sequence[str]) -> Mentions:
    """Return the mentions of a run that were projected, with their projections."""
    table = read_run(run).projections().filter(pl.col("status").is_in(Status.with_span()))
    if only:
        table = table.filter(pl.col("label").is_in(only))
    return {
        (str(language), PROJECTED): (
            [Placed(text, source_language) for text in rows["source_text"]],
            [Placed(text, str(language)) for text in rows["target_text"]],
        )
        for (language,), rows in table.group_by("language", maintain_order=True)
    }


def gold_mentions(
    gold: Path, project: Projector, only: Sequence[str], limit: int | None
) -> Mentions:
    """Return gold's mentions with their counterparts: gold's own, and as they are projected."""
    mentions: Mentions = {}
    for pair in read_pairs(gold, limit=limit):
        projected = project(pair)
        counterparts = {one.id: one.fragments for one in pair.target.mentions}
        for mention in pair.source.mentions:
            if only and mention.label not in only:
                continue
            of_projection, _ = projected.get(mention.id, ((), 0.0))
            for kind, fragments in (
                (GOLD, counterparts.get(mention.id, ())),
                (PROJECTED, of_projection),
            ):
                if fragments:
                    sides = mentions.setdefault((pair.target.language, kind), ([], []))
                    sides[0].append(Placed.of(pair.source, mention.fragments))
                    sides[1].append(Placed.of(pair.target, fragments))
    return mentions


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("mentions", type=click.Path(exists=True, path_type=Path))
@click.option("--codes", type=click.Path(exists=True, path_type=Path), help="A coder's list.")
@click.option("--synonyms", multiple=True, help="Further names, see `projector code`; repeatable.")
@click.option("--no-everyday", is_flag=True, help="Leave out the project's own everyday names.")
@click.option(
    "-m",
    "--model",
    default=LEXICAL,
    show_default=True,
    help="Codes: a coder, or tokens=ENCODER, a post-trained one's tokens in their texts, or "
    "mentions=ENCODER, these and mentions by themselves.",
)
@click.option("--rerank", help="The folder of a trained reranker.")
@click.option("--aligner", default=DEFAULT_MODEL, show_default=True, help="Projects gold.")
@click.option("--source-language", default="es", show_default=True, help="Of a run.")
@click.option("--only", multiple=True, metavar="LABEL", help="Mentions of this label; repeatable.")
@click.option("--limit", type=int, help="Documents of gold; all of them without.")
def main(
    mentions: Path,
    codes: Path | None,
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
      python -m jobs.research.code_agreement ../shared/gold/clinical6_es-nl.jsonl \\
          --only DISEASE -m tokens=runs/encoder
    """
    if model.startswith((_TOKENS, _MENTIONS)):
        if mentions.is_dir():
            raise click.UsageError(f"{model} reads mentions in their texts; give a file of gold")
        kind, _, encoder = model.partition("=")
        rank = by_tokens(TokenConcepts.load(encoder), alone=f"{kind}=" == _MENTIONS)
    else:
        if codes is None:
            raise click.UsageError(f"{model} chooses from a list of codes; add --codes")
        chosen = CodingConfiguration(
            codes=str(codes),
            lay_terms=not no_everyday,
            synonyms=synonyms,
            model=model,
            rerank=rerank,
        )
        rank = by_coder(configured_coder(chosen, Path()))
    if mentions.is_dir():
        pairs = run_mentions(mentions, source_language, only)
    else:
        from projector.models import load

        pairs = gold_mentions(mentions, own_projector(load(aligner)), only, limit)
    click.echo("language\tspans\tmentions\tagreement at 1\tat 10")
    for (language, kind), (source, target) in pairs.items():
        at_one, at_ten, number = agreement(rank, source, target)
        click.echo(f"{language}\t{kind}\t{number}\t{at_one:.3f}\t{at_ten:.3f}")


if __name__ == "__main__":
    main()
