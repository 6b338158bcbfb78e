"""Measure coders on gold in the layout of `../shared/coding`: a line for each, and each list.

Gold is JSON Lines of documents with `annotations`, each with its `text`, `label`, where it stands
and a code in `code` or in one of the columns asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from projector.coding.coder import Coder, Query, load_coder
from projector.coding.codes import CodeList, read_codes
from projector.coding.scores import Place, score_codes
from projector.coding.sources import codes_in
from projector.coding.surface import own_abbreviations, words
from projector.corpus.lines import objects
from projector.errors import CorpusError, Problem

_WORDS = "words"
_COLUMNS = ("F1", "category", "chapter", "MAP@10", "R@10")


def read_coded(
    path: Path, column: str, labels: tuple[str, ...]
) -> Iterator[tuple[Place, str, set[str]]]:
    """Yield place, words and codes of every mention that has a code.

    Raises:
        CorpusError: A line is not of this layout.
    """
    expected = f"a document with annotations that have {column}"
    for number, document in objects(path, expected):
        try:
            for one in document["annotations"]:
                if labels and one["label"] not in labels:
                    continue
                fragments = one.get("fragments") or [[one["start"], one["end"]]]
                place = tuple((int(start), int(end)) for start, end in fragments)
                codes = set(codes_in(one[column] or ""))
                if codes:
                    yield ("", document["id"], place), one["text"], codes
        except (KeyError, TypeError, ValueError) as error:
            raise CorpusError(Problem(path, number, f"is none ({error!r})", expected)) from error


def _coder(name: str, codes: CodeList) -> Coder:
    """Return a coder by its name: also the ranking by whole words, which no command needs."""
    short = own_abbreviations()
    if name != _WORDS:
        first, _, second = name.partition("+")
        return load_coder(first, codes, short, rerank=Path(second) if second else None)
    from projector.coding.lexical import Lexical

    return Coder(name, codes, Lexical(codes, words), short, name)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--codes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option(
    "-m", "--model", "models", multiple=True, default=[_WORDS, "lexical"], show_default=True
)
@click.option("--column", default="code", show_default=True, help="Of an annotation's code.")
@click.option("--only", multiple=True, metavar="LABEL", help="Measure on this label; repeatable.")
@click.option("--language", default="es", show_default=True, help="Of the mentions.")
@click.option("--any-level", is_flag=True, help="Codes that are divided further may be proposed.")
def main(
    gold: Path,
    codes: Path,
    models: tuple[str, ...],
    column: str,
    only: tuple[str, ...],
    language: str,
    any_level: bool,
) -> None:
    """Measure coders on the coded mentions of GOLD, over all and over those that the list has.

    \b
    Examples:
      python -m jobs.coding ../shared/coding/codiesp_dev.jsonl --only DIAGNOSTICO \\
          --codes ../shared/coding/icd10_es_en.tsv -m words -m lexical -m runs/coder
      python -m jobs.coding ../shared/coding/distemist_train_linking.jsonl --column icd10 \\
          --codes ../shared/coding/icd10_es_en.tsv --any-level
    """
    listed = read_codes(codes)
    if not any_level:
        listed = listed.assignable()
    found = list(read_coded(gold, column, only))
    right: dict[Place, set[str]] = {}
    for place, _, own in found:
        right.setdefault(place, set()).update(own)
    covered = {
        place: kept
        for place, own in right.items()
        if (kept := {code for code in own if listed.find(code) is not None})
    }
    click.echo(f"{len(right)} mentions with a code, {len(covered)} with one of {len(listed)} codes")
    click.echo("coder\tmentions\t" + "\t".join(_COLUMNS) + "\tmentions/s")
    for name in models:
        coder = _coder(name, listed)
        started = time.perf_counter()
        ranking = coder.propose([Query(text, language) for _, text, _ in found], 10)
        speed = len(found) / (time.perf_counter() - started)
        proposed = {
            place: [(listed.codes[code], score) for code, score in ranking.row(row)]
            for row, (place, _, _) in enumerate(found)
        }
        for what, gold_codes in (("all", right), ("in the list", covered)):
            scores = score_codes(gold_codes, {place: proposed[place] for place in gold_codes})
            figures = (
                *(scores.f1, scores.category, scores.chapter),
                *(scores.average_precision, scores.recall_at[10]),
            )
            told = "\t".join(f"{figure:.3f}" for figure in figures)
            click.echo(f"{name}\t{what} {scores.mentions}\t{told}\t{speed:.0f}")


if __name__ == "__main__":
    main()
