"""Measure coders on gold: a line for each, over all its mentions and over those that a list has."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from jobs.research.fit_calibration import is_right
from projector.coding.code_list import CodeList
from projector.coding.coder import Coder, Query, load_coder
from projector.coding.load import configured_codes
from projector.coding.normalize import own_abbreviations, plain, words
from projector.coding.read_mentions import documents_of, read_mentions
from projector.coding.retrieval.bm25 import Lexical
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.errors import Problem
from projector.evaluation.calibration import calibration
from projector.evaluation.code_metrics import Place, score_codes
from schemas.coding import CodingConfiguration

_WORDS, _DICTIONARY = "words", "dictionary"
_COLUMNS = ("F1", "category", "chapter", "MAP@10", "R@10")


@dataclass(frozen=True, slots=True)
class CodedGold:
    """Mentions that have a code.

    Args:
        queries: What is looked up, one for each mention.
        places: Where each stands.
        right: The codes of each place.
        skipped: What could not be read rightly.
    """

    queries: Sequence[Query]
    places: Sequence[Place]
    right: Mapping[Place, set[str]]
    skipped: Sequence[Problem]


def read_gold(
    path: Path,
    column: str,
    labels: Sequence[str],
    language: str,
    without: Sequence[Path],
    within: Sequence[Path],
) -> CodedGold:
    """Read the coded mentions of gold, of documents that other files don't have, or do.

    Raises:
        CorpusError: It is of no known layout.
    """
    skipped: list[Problem] = []
    left_out, taken = documents_of(without), documents_of(within)
    right: dict[Place, set[str]] = {}
    queries: list[Query] = []
    places: list[Place] = []
    for document in read_mentions(path, language=language, column=column, skipped=skipped):
        known_by = document.known_by()
        if left_out & known_by or (within and not taken & known_by):
            continue
        for mention in document.mentions:
            if mention.codes and (not labels or mention.label in labels):
                place = ("", document.name, mention.fragments)
                queries.append(Query(mention.text, language))
                places.append(place)
                right.setdefault(place, set()).update(mention.codes)
    return CodedGold(queries, places, right, skipped)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a coder with calibrated scores answers with at its default floor.

    Args:
        least: The floor.
        answered: Mentions whose first choice is at least so sure.
        right: Of these.
        error: The expected calibration error of all first choices.
        area: Under the curve of telling the right ones; None where all are.
    """

    least: float
    answered: int
    right: int
    error: float
    area: float | None

    def told(self, mentions: int) -> str:
        """Return it as a row: floor, coverage, precision, error, area."""
        precision = self.right / max(1, self.answered)
        area = "" if self.area is None else f"{self.area:.3f}"
        shares = f"coverage {self.answered / mentions:.3f}\tprecision {precision:.3f}"
        return f"from {self.least:.3f} on\t{shares}\terror {self.error:.3f}\tarea {area}"


def answers_of(
    coder: Coder,
    proposed: Mapping[Place, Sequence[tuple[str, float]]],
    gold: CodedGold,
    language: str,
) -> Answers | None:
    """Return what a coder answers with, of all mentions; None where its scores mean nothing.

    A code is right as `fit_calibration` has it: also if it is all that the list can say of gold's.
    """
    floor = coder.floor(None, language)
    firsts = [(place, *ranked[0]) for place, ranked in proposed.items() if ranked]
    if floor is None or not firsts:
        return None
    chances = np.array([score for _, _, score in firsts])
    right = np.array([is_right(coder.codes, code, [*gold.right[p]]) for p, code, _ in firsts])
    answered = chances >= floor.score
    told = calibration(chances, right)
    return Answers(
        floor.score, int(answered.sum()), int(right[answered].sum()), told.error, told.area
    )


def _coder(name: str, codes: CodeList) -> Coder:
    """Return a coder by its name: also those that no command needs."""
    short = own_abbreviations()
    if name == _WORDS:
        return Coder(name, codes, ExactNameFirst(codes, Lexical(codes, words)), short, name)
    if name == _DICTIONARY:
        return Coder(name, codes, ExactNameFirst(codes, Lexical(codes, _whole)), short, name)
    first, _, second = name.partition("+")
    return load_coder(first, codes, short, rerank=Path(second) if second else None)


def _whole(text: str) -> list[str]:
    return [plain(text)]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", type=click.Path(exists=True, path_type=Path))
@click.option("--codes", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--synonyms", multiple=True, help="Further names, see `projector code`; repeatable.")
@click.option("--no-everyday", is_flag=True, help="Leave out the project's own everyday names.")
@click.option(
    "-m", "--model", "models", multiple=True, default=[_WORDS, "lexical"], show_default=True
)
@click.option("--column", default="code", show_default=True, help="Of an annotation's code.")
@click.option("--only", multiple=True, metavar="LABEL", help="Measure on this label; repeatable.")
@click.option(
    "--without",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Leave out documents that this gold has, too; repeatable.",
)
@click.option(
    "--within",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Take only documents that this gold has, too; repeatable.",
)
@click.option("--language", default="es", show_default=True, help="Of the mentions.")
@click.option("--any-level", is_flag=True, help="Codes that are divided further may be proposed.")
def main(
    gold: Path,
    codes: Path,
    synonyms: tuple[str, ...],
    no_everyday: bool,
    models: tuple[str, ...],
    column: str,
    only: tuple[str, ...],
    without: tuple[Path, ...],
    within: tuple[Path, ...],
    language: str,
    any_level: bool,
) -> None:
    """Measure coders on the coded mentions of GOLD, over all and over those that the list has.

    Where scores are calibrated, a last line tells the coverage and precision of the answers at the
    default floor, of all mentions, and the expected calibration error.

    A coder is `lexical`, `retriever` (the installed one) or a retriever's folder, any of them with
    `+` and a reranker's folder; `words` is BM25 over whole words, `dictionary` finds equal names.

    \b
    Examples:
      python -m jobs.research.coding_benchmark ../shared/coding/codiesp_dev.jsonl \\
          --only DIAGNOSTICO --codes ../shared/coding/icd10_es_en.tsv \\
          -m words -m lexical -m runs/coder
      python -m jobs.research.coding_benchmark ../shared/coding/distemist_train_linking.jsonl \\
          --column icd10 --codes ../shared/coding/icd10_es_en.tsv --any-level
    """
    chosen = CodingConfiguration(
        codes=str(codes), synonyms=synonyms, lay_terms=not no_everyday, any_level=any_level
    )
    listed = configured_codes(chosen, Path())
    gold_mentions = read_gold(gold, column, only, language, without, within)
    if gold_mentions.skipped:
        click.echo(
            f"{len(gold_mentions.skipped)} skipped; the first: {gold_mentions.skipped[0]}", err=True
        )
    if not gold_mentions.right:
        raise click.ClickException(f"{gold}: no mention has a code; there is nothing to measure")
    covered = {
        place: kept
        for place, gold_set in gold_mentions.right.items()
        if (kept := {code for code in gold_set if listed.find(code) is not None})
    }
    click.echo(
        f"{len(gold_mentions.right)} mentions with a code, "
        f"{len(covered)} with one of {len(listed)} codes"
    )
    click.echo("coder\tmentions\t" + "\t".join(_COLUMNS) + "\tmentions/s")
    for name in models:
        coder = _coder(name, listed)
        started = time.perf_counter()
        ranking = coder.propose(gold_mentions.queries, 10)
        speed = len(gold_mentions.queries) / (time.perf_counter() - started)
        proposed = {
            place: [(listed.codes[code], score) for code, score in ranking.row(row)]
            for row, place in enumerate(gold_mentions.places)
        }
        for what, gold_codes in (("all", gold_mentions.right), ("in the list", covered)):
            scores = score_codes(gold_codes, {place: proposed[place] for place in gold_codes})
            figures = (
                *(scores.f1, scores.category, scores.chapter),
                *(scores.average_precision, scores.recall_at[10]),
            )
            told = "\t".join(f"{figure:.3f}" for figure in figures)
            click.echo(f"{name}\t{what} {scores.mentions}\t{told}\t{speed:.0f}")
        if (answers := answers_of(coder, proposed, gold_mentions, language)) is not None:
            click.echo(f"{name}\tanswers {answers.told(len(proposed))}")


if __name__ == "__main__":
    main()
