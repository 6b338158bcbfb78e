"""Fit what weighs the evidence for a coder's codes, and find how often they are right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from jobs.research.fit_trees import fitted, trees_of
from projector.arrays import Ints
from projector.coding.code_list import CodeList
from projector.coding.icd10 import normal_code
from projector.coding.load import configured_codes, first_stage_hash, identified_retriever
from projector.coding.normalize import own_abbreviations, plain
from projector.coding.read_mentions import documents_of, read_mentions
from projector.coding.retrieval.bm25 import Lexical
from projector.coding.retrieval.boosted_trees import Doubles
from projector.coding.retrieval.cross_encoder import CrossEncoder, load_cross_encoder
from projector.coding.retrieval.evidence import DEPTH, FEATURES, Evidence
from projector.coding.retrieval.exact_names import ExactNameFirst
from projector.coding.retrieval.two_stages import RetrieveRerank
from projector.coding.retrieval.weighed import evidence_of
from projector.coding.score_calibration import codes_hash
from projector.evaluation.calibration import calibration
from schemas.coding import LEXICAL, CodingConfiguration

FOLDS, _SEED = 5, 0
_PRECISIONS = (0.99, 0.97, 0.95, 0.93, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6, 0.5)
_LEAST = 200  # answers that a floor must have had: of fewer a share says little
_LANGUAGE = "es"


@dataclass(frozen=True, slots=True, eq=False)
class Gold:
    """What may be right for gold mentions: the candidates of all mentions by all lists.

    Args:
        features: [N, F], see `projector.coding.retrieval.evidence`.
        right: [N] 1 where a candidate is right.
        mentions: [N] whose candidate each is.
        named: [N] whether the mention is a name of it.
        documents, wordings, lists: [M] of the mentions: what is kept together in a fold.
    """

    features: Doubles
    right: Doubles
    mentions: Ints
    named: NDArray[np.bool_]
    documents: NDArray[np.str_]
    wordings: NDArray[np.str_]
    lists: Ints


@dataclass(frozen=True, slots=True, eq=False)
class FirstChoices:
    """What comes first for each of M mentions.

    Args:
        chances: [M] its probability; -1 where there is none.
        right: [M] 1 where it is right.
    """

    chances: Doubles
    right: Doubles


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


def read_gold(
    golds: Sequence[str], without: Sequence[Path]
) -> list[tuple[str, str, Sequence[str]]]:
    """Return document, words and codes of gold's diseases and symptoms."""
    left_out = documents_of(without)
    rows: list[tuple[str, str, Sequence[str]]] = []
    for gold in golds:
        path, _, column = gold.partition("=")
        for document in read_mentions(
            Path(path), language=_LANGUAGE, column=column or "code", skipped=[]
        ):
            if not left_out & document.known_by():
                rows += [
                    (mention.document, mention.text, mention.codes)
                    for mention in document.mentions
                    if mention.codes and not mention.label.startswith("PROC")
                ]
    return rows


def list_of(said: str) -> CodeList:
    """Return a list by its name, with further names behind plus signs."""
    name, *synonyms = said.split("+")
    return configured_codes(CodingConfiguration(codes=name, synonyms=tuple(synonyms)), Path())


def candidates(
    rows: Sequence[tuple[str, str, Sequence[str]]],
    lists: Sequence[str],
    model: str,
    languages: Sequence[str] = (),
    cross: CrossEncoder | None = None,
) -> Gold:
    """Find what mentions may mean by each list, and say what of it is right.

    Args:
        rows: Document, words and codes of M mentions.
        lists: See `list_of`.
        model: Finds.
        languages: [M] theirs; by default all are Spanish.
        cross: Reads what the model finds; None: nothing does.
    """
    languages = languages or [_LANGUAGE] * len(rows)
    short = own_abbreviations()
    texts = [
        short.expand(text, language) for (_, text, _), language in zip(rows, languages, strict=True)
    ]
    pairs = dict.fromkeys(zip(texts, languages, strict=True))
    distinct = {pair: number for number, pair in enumerate(pairs)}
    features: list[Doubles] = []
    right: list[bool] = []
    named: list[bool] = []
    owners: list[int] = []
    for number, name in enumerate(lists):
        codes = list_of(name)
        by_characters = ExactNameFirst(codes, Lexical(codes))
        by_meaning = None if model == LEXICAL else identified_retriever(model, codes, "cpu")[0]
        asked, said = zip(*distinct, strict=True)
        first = by_characters if by_meaning is None else by_meaning
        second = None if cross is None else RetrieveRerank(codes, first, cross)
        reread = None if second is None else second.find(asked, DEPTH)
        found = evidence_of(by_meaning, by_characters, Evidence(codes), asked, said, reread)
        for row, pair in enumerate(zip(texts, languages, strict=True)):
            mine, names, evidence = found[distinct[pair]]
            if not mine:
                continue
            features.append(evidence)
            right += [is_right(codes, codes.codes[one.code], rows[row][2]) for one in mine]
            named += [one.code in names for one in mine]
            owners += [number * len(rows) + row] * len(mine)
    return Gold(
        np.concatenate(features),
        np.array(right, np.float64),
        np.array(owners),
        np.array(named),
        np.array([document for document, _, _ in rows] * len(lists)),
        np.array([plain(text) for text in texts] * len(lists)),
        np.repeat(np.arange(len(lists)), len(rows)),
    )


def held_out(gold: Gold, keys: NDArray[np.str_], *, other_lists: bool = False) -> Doubles:
    """Return [N] each candidate's probability by a fit to the mentions of the other folds.

    Args:
        gold: The candidates.
        keys: [M] What is kept together: documents, or wordings.
        other_lists: Fit to the candidates of other lists alone.
    """
    names, folds = folds_of(keys)
    fold = folds[np.searchsorted(names, keys)][gold.mentions]
    listed = gold.lists[gold.mentions]
    chances = np.zeros(len(gold.right))
    for number in range(FOLDS):
        for of_list in np.unique(listed) if other_lists else [None]:
            outside = (fold == number) & (True if of_list is None else listed == of_list)
            inside = (fold != number) & (True if of_list is None else listed != of_list)
            trees = trees_of(fitted(gold.features[inside], gold.right[inside]))
            chances[outside] = trees.probabilities(gold.features[outside])
    return chances


def folds_of(keys: NDArray[np.str_]) -> tuple[NDArray[np.str_], Ints]:
    """Return the distinct keys, sorted, and which fold each is in."""
    names = np.unique(keys)
    return names, np.random.default_rng(_SEED).permutation(len(names)) % FOLDS


def first_choices(gold: Gold, chances: Doubles) -> FirstChoices:
    """Return what comes first for each mention: names before all others."""
    order = np.lexsort((-chances, ~gold.named, gold.mentions))
    owners, firsts = np.unique(gold.mentions[order], return_index=True)
    best = order[firsts]
    told, right = np.full(len(gold.lists), -1.0), np.zeros(len(gold.lists))
    told[owners], right[owners] = chances[best], gold.right[best]
    return FirstChoices(told, right)


def floors(choices: FirstChoices, lists: Ints) -> list[dict[str, float]]:
    """Return for each precision the least probability that keeps it on each list, if any does."""
    kept: list[dict[str, float]] = []
    for wanted in _PRECISIONS:
        scores = [
            _floor(choices.chances[lists == number], choices.right[lists == number], wanted)
            for number in np.unique(lists)
        ]
        known = [score for score in scores if score is not None]
        if len(known) == len(scores):
            score = max(known)
            coverage = round(float((choices.chances >= score).mean()), 3)
            kept.append({"precision": wanted, "score": score, "coverage": coverage})
    return kept


def with_half_the_errors(kept: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return floors for where nothing could be measured: those of half as many errors.

    What several lists showed of `lexical` is that a list that nothing was fitted to needs them.
    """
    stricter: list[dict[str, float]] = []
    for floor in kept:
        wanted = 1 - (1 - floor["precision"]) / 2
        better = [one for one in kept if one["precision"] >= wanted - 1e-9]
        if better:
            chosen = min(better, key=lambda one: one["score"])
            stricter.append({**chosen, "precision": floor["precision"]})
    return stricter


def _floor(chances: Doubles, right: Doubles, wanted: float) -> float | None:
    """Return the least probability above which so many are right; None where none is."""
    order = np.argsort(-chances, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last = np.append(chances[order][1:] < chances[order][:-1], True)  # equals stay together
    fitting = np.flatnonzero(last & (precision >= wanted))
    if not len(fitting) or fitting[-1] + 1 < _LEAST:
        return None
    return float(np.floor(chances[order][fitting[-1]] * 1e4) / 1e4)


def _tell(what: str, choices: FirstChoices, gold: Gold, lists: Sequence[str], least: float) -> None:
    """Print how often first choices are right, over all lists and by list."""
    for number, name in enumerate(("all lists", *lists)):
        inside = (gold.lists == number - 1) | (number == 0)
        chances, right = choices.chances[inside], choices.right[inside]
        answered = chances >= least
        known = chances >= 0
        reliability = calibration(chances[known], right[known] > 0)
        click.echo(
            f"{what}\t{name}\t{len(right)}\t{right.mean():.3f}\t{reliability.error:.3f}\t"
            f"{reliability.area:.3f}\t{answered.mean():.3f}\t{right[answered].mean():.3f}"
        )
    for lower in np.arange(9, -1, -1) / 10:
        inside = (choices.chances >= lower) & ((choices.chances < lower + 0.1) | (lower > 0.85))
        if inside.any():
            told = f"{inside.sum()}\t{choices.right[inside].mean():.3f}"
            click.echo(f"{what}\tscore {lower:.1f} to {lower + 0.1:.1f}\t{told}")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", nargs=-1, required=True, metavar="PATH[=COLUMN]...")
@click.option(
    "--codes",
    multiple=True,
    required=True,
    metavar="LIST[+NAMES]",
    help="A list, or `icd10cm`, perhaps with further names of its codes; repeatable.",
)
@click.option("-m", "--model", default=LEXICAL, show_default=True)
@click.option(
    "--rerank", type=click.Path(path_type=Path), help="A reranker that reads what it finds."
)
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
    rerank: Path | None,
    without: tuple[Path, ...],
    output: Path,
) -> None:
    """Fit what weighs a coder's evidence to GOLD, whose codes stand in COLUMN: calibration.json.

    What it is good for is measured on documents that it was not fitted to, in five folds. The
    floors for other lists and languages come of wordings that it was not fitted to, on a list that
    it was not fitted to either; of one list alone, of half as many errors.

    \b
    Example:
      python -m jobs.research.fit_calibration ../shared/coding/codiesp_dev.jsonl \\
          ../shared/coding/distemist_train_linking.jsonl=icd10 -m lexical \\
          --without ../shared/coding/codiesp_train.jsonl \\
          --codes ../shared/coding/icd10_es_en.tsv --codes icd10cm -o calibration.json
    """
    rows = read_gold(gold, without)
    cross = None if rerank is None else load_cross_encoder(rerank)[0]
    found = candidates(rows, codes, model, cross=cross)
    click.echo("what\tlist\tmentions\tright\terror\tarea\tcoverage\tprecision at the default floor")
    measured = first_choices(found, held_out(found, found.documents))
    kept = floors(measured, found.lists)
    least = _default(kept)
    _tell("documents", measured, found, codes, least)
    unseen = first_choices(found, held_out(found, found.wordings))
    _tell("wordings", unseen, found, codes, least)
    strict = with_half_the_errors(kept)
    if len(codes) > 1:
        elsewhere = first_choices(found, held_out(found, found.wordings, other_lists=True))
        strict = floors(elsewhere, found.lists)
        _tell("elsewhere", elsewhere, found, codes, _default(strict))
    for what, some in (("floor", kept), ("floor elsewhere", strict)):
        for floor in some:
            click.echo(f"{what}\t{floor['precision']}\t{floor['score']}\t{floor['coverage']}")
    known = measured.chances >= 0
    reliability = calibration(measured.chances[known], measured.right[known] > 0)
    said = {
        "features": list(FEATURES),
        "floors": kept,
        "floors_elsewhere": strict,
        "lists": {codes_hash(list_of(name)): Path(name.partition("+")[0]).name for name in codes},
        "languages": [_LANGUAGE],
        **({} if rerank is None else {"first": first_stage_hash(model)}),
        "made": {
            "command": "python -m jobs.research.fit_calibration",
            "coder": " + ".join(Path(one).name for one in (model, rerank) if one is not None),
            "gold": [Path(path).name for path in gold],
            "without": [path.name for path in without],
            "codes": ["+".join(Path(part).name for part in name.split("+")) for name in codes],
            "mentions": len(found.lists),
            "error": round(reliability.error, 4),
            "area": None if reliability.area is None else round(reliability.area, 4),
        },
        "trees": fitted(found.features, found.right),
    }
    output.write_text(json.dumps(said, separators=(",", ":")) + "\n", encoding="utf-8")


def _default(kept: Sequence[Mapping[str, float]]) -> float:
    """Return the floor of the default precision."""
    return min((floor["score"] for floor in kept if floor["precision"] >= 0.9), default=2.0)


if __name__ == "__main__":
    main()
