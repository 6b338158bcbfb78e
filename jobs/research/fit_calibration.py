"""Fit how a coder's scores become probabilities that its codes are right, and write that down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from projector.coding.code_list import CodeList
from projector.coding.coder import Query, load_coder
from projector.coding.icd10 import normal_code
from projector.coding.load import configured_codes
from projector.coding.normalize import own_abbreviations
from projector.coding.read_mentions import documents_of, read_mentions
from projector.coding.score_calibration import FEATURES, Doubles, features
from projector.evaluation.calibration import calibration
from schemas.coding import CodingConfiguration

_FOLDS, _SEED, _L2, _STEPS = 5, 0, 1e-5, 50000
_PRECISIONS = (0.99, 0.97, 0.95, 0.93, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5)
_LEAST = 200  # answers that a floor must have had: of fewer a share says little


@dataclass(frozen=True, slots=True, eq=False)
class FirstChoices:
    """A coder's first choices for gold mentions.

    Args:
        features: [N, F], see `projector.coding.score_calibration.features`.
        right: [N] 1 where the choice is right.
        documents: [N] whose mentions they are: what is kept together in a fold.
        lists: [N] the number of the list that they are from.
        mentions: How many there are, with those that got no choice.
    """

    features: Doubles
    right: Doubles
    documents: NDArray[np.str_]
    lists: NDArray[np.int64]
    mentions: int


def is_right(codes: CodeList, code: str, gold: Sequence[str]) -> bool:
    """Tell whether a code is what gold says, as far as the list can say it.

    Where the list lacks a gold code, so is what that is a part of, and what divides it further
    and says no more ("unspecified": zeros and nines).
    """
    code = normal_code(code)
    bare = code.replace(".", "")
    for wanted in map(normal_code, gold):
        if wanted == code:
            return True
        other = wanted.replace(".", "")
        refined = bare.removeprefix(other) if bare.startswith(other) else "refines nothing"
        if codes.find(wanted) is None and (other.startswith(bare) or not refined.strip("09")):
            return True
    return False


def first_choices(
    golds: Sequence[str], lists: Sequence[str], model: str, without: Sequence[Path]
) -> FirstChoices:
    """Code gold's diseases and symptoms by each list, and say which first choices are right."""
    rows: list[Doubles] = []
    right: list[bool] = []
    documents: list[str] = []
    numbers: list[int] = []
    mentions = 0
    left_out = documents_of(without)
    for number, name in enumerate(lists):
        codes = configured_codes(CodingConfiguration(codes=name), Path())
        coder = load_coder(model, codes, own_abbreviations())
        for gold in golds:
            path, _, column = gold.partition("=")
            read = read_mentions(Path(path), language="es", column=column or "code", skipped=[])
            of_gold = [
                mention
                for document in read
                if not left_out & document.known_by()
                for mention in document.mentions
                if mention.codes and not mention.label.startswith("PROC")
            ]
            ranking = coder.propose([Query(mention.text, "es") for mention in of_gold], 10)
            for row, mention in enumerate(of_gold):
                mentions += 1
                scored = ranking.row(row)
                if not scored:
                    continue
                names = [codes.terms[term].text for term in ranking.found_by(row)]
                text = coder.abbreviations.expand(mention.text, "es")
                rows.append(features([score for _, score in scored], text, names)[0])
                right.append(is_right(codes, codes.codes[scored[0][0]], mention.codes))
                documents.append(mention.document)
                numbers.append(number)
    return FirstChoices(
        np.stack(rows),
        np.array(right, np.float64),
        np.array(documents),
        np.array(numbers),
        mentions,
    )


def fitted(values: Doubles, right: Doubles) -> Doubles:
    """Return [1 + F] an intercept and weights, these not negative, by projected gradients."""
    weights = np.zeros(values.shape[1] + 1)
    inputs = np.concatenate([np.ones((len(values), 1)), values], 1)
    rate = 4 / np.linalg.norm(inputs, 2) ** 2
    moved, before = weights, weights
    for step in range(_STEPS):
        gradient = inputs.T @ (_logistic(inputs @ moved) - right)
        gradient[1:] += 2 * _L2 * len(right) * moved[1:]
        weights = moved - rate * gradient
        weights[1:] = np.maximum(weights[1:], 0)
        moved = weights + step / (step + 3) * (weights - before)  # Nesterov 1983
        if np.abs(weights - before).max() < 1e-7 and step > 100:
            break
        before = weights
    return weights


def _logistic(values: Doubles) -> Doubles:
    chances: Doubles = 1 / (1 + np.exp(-values))
    return chances


def held_out(choices: FirstChoices) -> Doubles:
    """Return [N] each choice's probability by a fit to the documents of the other folds."""
    names = np.unique(choices.documents)
    folds = np.random.default_rng(_SEED).permutation(len(names)) % _FOLDS
    fold = folds[np.searchsorted(names, choices.documents)]
    chances = np.zeros(len(choices.right))
    for number in range(_FOLDS):
        inside = fold != number
        weights = fitted(choices.features[inside], choices.right[inside])
        chances[~inside] = _logistic(weights[0] + choices.features[~inside] @ weights[1:])
    return chances


def floors(chances: Doubles, choices: FirstChoices) -> list[dict[str, float]]:
    """Return for each precision the least probability that keeps it on each list, if any does."""
    kept: list[dict[str, float]] = []
    for wanted in _PRECISIONS:
        scores = [
            _floor(chances[inside], choices.right[inside], wanted)
            for number in np.unique(choices.lists)
            for inside in [choices.lists == number]
        ]
        known = [score for score in scores if score is not None]
        if len(known) == len(scores):
            score = max(known)
            coverage = float((chances >= score).sum()) / choices.mentions
            kept.append({"precision": wanted, "score": score, "coverage": round(coverage, 3)})
    return kept


def _floor(chances: Doubles, right: Doubles, wanted: float) -> float | None:
    """Return the least probability above which so many are right; None where none is."""
    order = np.argsort(-chances, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = np.append(chances[order][1:] < chances[order][:-1], True)  # equals stay together
    fitting = np.flatnonzero(last & (precision >= wanted))
    if not len(fitting) or fitting[-1] + 1 < _LEAST:
        return None
    return float(np.floor(chances[order][fitting[-1]] * 1e4) / 1e4)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", nargs=-1, required=True, metavar="PATH[=COLUMN]...")
@click.option("--codes", multiple=True, required=True, help="A list, or `icd10cm`; repeatable.")
@click.option("-m", "--model", default="lexical", show_default=True)
@click.option(
    "--without",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Leave out documents that this gold has, too: what the coder learned from; repeatable.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
def main(
    gold: tuple[str, ...],
    codes: tuple[str, ...],
    model: str,
    without: tuple[Path, ...],
    output: Path,
) -> None:
    """Fit a coder's scores to GOLD, whose codes stand in COLUMN, and write calibration.json.

    What it is good for is measured on documents that it was not fitted to, in five folds.

    \b
    Example:
      python -m jobs.research.fit_calibration ../shared/coding/codiesp_dev.jsonl \\
          ../shared/coding/distemist_train_linking.jsonl=icd10 -m lexical \\
          --without ../shared/coding/codiesp_train.jsonl \\
          --codes ../shared/coding/icd10_es_en.tsv -o calibration.json
    """
    choices = first_choices(gold, codes, model, without)
    chances, weights = held_out(choices), fitted(choices.features, choices.right)
    reliability = calibration(chances, choices.right > 0)
    kept = floors(chances, choices)
    click.echo(f"{choices.mentions} mentions, {choices.right.mean():.3f} of first choices right")
    click.echo(f"expected calibration error {reliability.error:.4f}, area {reliability.area:.3f}")
    for least in np.arange(9, -1, -1) / 10:
        inside = (chances >= least) & ((chances < least + 0.1) | (least > 0.85))
        if inside.any():
            told = f"{inside.sum()}\t{choices.right[inside].mean():.3f}"
            click.echo(f"score {least:.1f} to {least + 0.1:.1f}\t{told}")
    for floor in kept:
        for number, name in enumerate(codes):
            inside = (choices.lists == number) & (chances >= floor["score"])
            share = choices.right[inside].mean() if inside.any() else 0.0
            every = (choices.lists == number).sum()
            click.echo(f"  {name}: precision {share:.3f} of {inside.sum() / every:.3f}")
        click.echo("\t".join(f"{name} {value}" for name, value in floor.items()))
    said = {
        "intercept": round(float(weights[0]), 4),
        "weights": {
            name: round(float(weight), 4)
            for name, weight in zip(FEATURES, weights[1:], strict=True)
        },
        "floors": kept,
        "made": {
            "command": "python -m jobs.research.fit_calibration",
            "coder": Path(model).name,
            "gold": [Path(path).name for path in gold],
            "without": [path.name for path in without],
            "codes": [Path(name).name for name in codes],
            "mentions": choices.mentions,
            "error": round(reliability.error, 4),
            "area": None if reliability.area is None else round(reliability.area, 4),
        },
    }
    output.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
