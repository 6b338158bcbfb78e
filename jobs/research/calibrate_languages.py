"""Verify in other languages what a coder's scores were fitted to in Spanish, and set floors there.

The trees stay as they are: fitted to Spanish gold, and for a mention whose document that gold has
to the other folds' documents. A language's floor is never below the Spanish one. Mentions whose
code is known are commoner than others, and easier: what they are easier by in Spanish is added to
the precision that a language has to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from jobs.research.benchmark import own_projector
from jobs.research.fit_calibration import (
    FOLDS,
    FirstChoices,
    Gold,
    candidates,
    first_choices,
    folds_of,
    read_gold,
)
from jobs.research.fit_trees import fitted, trees_of
from jobs.research.translated_gold import (
    TranslatedMention,
    counterparts,
    machine_translated,
    wording_codes,
)
from projector.arrays import Ints
from projector.coding.read_mentions import read_mentions
from projector.coding.retrieval.boosted_trees import BoostedTrees, Doubles
from projector.coding.score_calibration import MIN_PRECISION
from projector.settings import DEFAULT_MODEL
from schemas.coding import LEXICAL

_SOURCE = "es"
_LEAST = 60  # known answers that a language's floor must have had on each list
_MACHINE = "-mt"  # behind the language of what a machine translated


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The first choices for M mentions by all lists, one list behind the other.

    Args:
        choices: Of the mentions.
        known: [M] whether anybody knows what is right.
        kinds: [M] language, and whether a machine translated.
        lists: [M] the number of the list.
        words: [M] of the mentions.
    """

    choices: FirstChoices
    known: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    lists: Ints
    words: NDArray[np.str_]

    def only(self, chosen: NDArray[np.bool_]) -> Judged:
        """Return some of them."""
        choices = FirstChoices(self.choices.chances[chosen], self.choices.right[chosen])
        return Judged(
            *(choices, self.known[chosen], self.kinds[chosen]),
            *(self.lists[chosen], self.words[chosen]),
        )


def judged(
    spanish: Gold,
    trees: Mapping[int, BoostedTrees],
    mentions: Sequence[tuple[str, TranslatedMention]],
    lists: Sequence[str],
    model: str,
) -> Judged:
    """Code mentions by each list, with trees that were not fitted to their documents.

    Args:
        spanish: What trees were fitted to.
        trees: See `fold_trees`.
        mentions: Their kinds, and they.
        lists: See `fit_calibration.list_of`.
        model: Finds.
    """
    rows = [(one.document, one.text, one.codes) for _, one in mentions]
    found = candidates(rows, lists, model, [one.language for _, one in mentions])
    folds = _folds(spanish, [one.document for _, one in mentions] * len(lists))
    return Judged(
        first_choices(found, _chances(found, folds, trees)),
        np.array([bool(one.codes) for _, one in mentions] * len(lists)),
        np.array([kind for kind, _ in mentions] * len(lists)),
        found.lists,
        found.wordings,
    )


def _folds(spanish: Gold, documents: Sequence[str]) -> Ints:
    """Return the fold of gold that has each document; -1 where none has."""
    names, folds = folds_of(spanish.documents)
    known = dict(zip(names.tolist(), folds.tolist(), strict=True))
    fold_of = {
        document: next((known[name] for name in known if document.endswith(name)), -1)
        for document in {*documents}
    }
    return np.array([fold_of[document] for document in documents])


def fold_trees(spanish: Gold) -> dict[int, BoostedTrees]:
    """Return by fold the trees of all other folds' documents; for -1 those of all documents."""
    names, folds = folds_of(spanish.documents)
    fold = folds[np.searchsorted(names, spanish.documents)][spanish.mentions]
    return {
        number: trees_of(fitted(spanish.features[fold != number], spanish.right[fold != number]))
        for number in range(-1, FOLDS)
    }


def _chances(gold: Gold, folds: Ints, trees: Mapping[int, BoostedTrees]) -> Doubles:
    """Return [N] how probable candidates are, by the trees of their mentions' folds [M]."""
    chances = np.zeros(len(gold.right))
    for number, fitted_trees in trees.items():
        of_fold = folds[gold.mentions] == number
        chances[of_fold] = fitted_trees.probabilities(gold.features[of_fold])
    return chances


def surpluses(
    here: Judged, everywhere: FirstChoices, lists: Ints, floors: Sequence[dict[str, float]]
) -> Doubles:
    """Return [F, L] by how much Spanish answers are righter here than over all gold; not below 0.

    Args:
        here: The Spanish mentions that were translated.
        everywhere: First choices for gold, by trees that were fitted to other documents.
        lists: [M] of its mentions.
        floors: From whose scores on answers count.
    """
    rows = []
    for floor in floors:
        row = []
        for number in np.unique(lists):
            of_list = (lists == number) & (everywhere.chances >= floor["score"])
            sure = here.known & (here.lists == number) & (here.choices.chances >= floor["score"])
            more = here.choices.right[sure].mean() - everywhere.right[of_list].mean()
            row.append(max(float(more), 0.0))
        rows.append(row)
    return np.array(rows)


def language_floors(
    judged: Judged, spanish: Sequence[dict[str, float]], surplus: Doubles
) -> list[dict[str, float]]:
    """Return the floors of a language: the least scores that keep a precision on each list.

    Args:
        judged: The language's mentions.
        spanish: Floors that none of it is below.
        surplus: [F, L] what is added to their precisions, see `surpluses`.
    """
    kept = []
    coded = judged.only(judged.known)
    for floor, more in zip(spanish, surplus, strict=True):
        above = coded.choices.chances[coded.choices.chances > floor["score"]]
        scores = [floor["score"], *np.unique(np.floor(above * 1e4) / 1e4).tolist()]
        wanted = floor["precision"] + more
        if (least := next((one for one in scores if _keeps(coded, one, wanted)), None)) is not None:
            coverage = round(float((judged.choices.chances >= least).mean()), 3)
            kept.append({"precision": floor["precision"], "score": least, "coverage": coverage})
    return kept


def _keeps(coded: Judged, least: float, wanted: Doubles) -> bool:
    """Tell whether enough answers from a score on are right on each list, and are enough."""
    sure = coded.choices.chances >= least
    answers = [coded.choices.right[sure & (coded.lists == one)] for one in np.unique(coded.lists)]
    return all(
        len(right) >= _LEAST and right.mean() >= precision
        for right, precision in zip(answers, wanted, strict=True)
    )


def told(judged: Judged, floors: Doubles) -> str:
    """Return a row: mentions, known, right, coverage, known answers and wordings, precision.

    Args:
        judged: M mentions.
        floors: [M] from which score on each is answered.
    """
    answered = judged.choices.chances >= floors
    sure = answered & judged.known
    right = judged.choices.right
    floor = f"{floors[0]:.4f}" if (floors == floors[0]).all() else "each its own"
    return "\t".join(
        (
            *(f"{len(answered)}", f"{judged.known.sum()}", f"{right[judged.known].mean():.3f}"),
            *(floor, f"{answered.mean():.3f}", f"{answered.sum()}", f"{sure.sum()}"),
            *(f"{len({*judged.words[sure].tolist()})}", f"{right[sure].mean():.3f}"),
        )
    )


_COLUMNS = (
    *("language", "list", "mentions", "known", "right", "floor", "coverage", "answers"),
    *("known answers", "wordings", "precision"),
)


def _mentions(
    golds: Sequence[str],
    learned: Sequence[Path],
    pairs: Sequence[Path],
    sentences: Sequence[Path],
) -> list[tuple[str, TranslatedMention]]:
    """Return all mentions with their kinds; the Spanish ones of the first pairs beside them."""
    known = wording_codes(read_gold([path], ()) for path in (*map(str, learned), *golds))
    mentions: list[tuple[str, TranslatedMention]] = []
    for number, path in enumerate(pairs):
        for counterpart in counterparts(path, known):
            mentions.append((counterpart.language, counterpart))
            if number == 0:
                mentions.append(
                    (_SOURCE, counterpart._replace(language=_SOURCE, text=counterpart.source))
                )
    if sentences:
        from projector.models import load

        project = own_projector(load(DEFAULT_MODEL))
        documents = [*read_mentions(Path(golds[0]), language=_SOURCE, skipped=[])]
        for path in sentences:
            found = machine_translated(path, documents, project)
            mentions += [(one.language + _MACHINE, one) for one in found]
    return mentions


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("gold", nargs=-1, required=True, metavar="PATH[=COLUMN]...")
@click.option("--codes", multiple=True, required=True, metavar="LIST[+NAMES]")
@click.option("-m", "--model", default=LEXICAL, show_default=True)
@click.option(
    "--without",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="What the coder learned from: its documents are left out of GOLD; repeatable.",
)
@click.option(
    "--pairs",
    multiple=True,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="Gold pairs, whose Spanish mentions have the codes of their wordings; repeatable.",
)
@click.option(
    "--sentences",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A table of machine-translated sentences of the first GOLD's documents; repeatable.",
)
@click.option(
    "--calibration",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="The file that `fit_calibration` wrote for the coder, with the Spanish floors.",
)
@click.option("--update", is_flag=True, help="Write the languages' floors into that file.")
def main(
    gold: tuple[str, ...],
    codes: tuple[str, ...],
    model: str,
    without: tuple[Path, ...],
    pairs: tuple[Path, ...],
    sentences: tuple[Path, ...],
    calibration: Path,
    *,
    update: bool,
) -> None:
    """Measure what was fitted to Spanish GOLD in the languages of its translations.

    GOLD, lists and what is left out are those of `fit_calibration`. Wordings have the code that the
    files of --without give them, or else GOLD. For each language and list: the mentions, how many
    have a known code, and of these how many get it first; the floor of the default precision, the
    share of all mentions that is answered, the answers, those that are known and of how many
    wordings, and how many of these are right. First at the Spanish floor, then at the language's.

    \b
    Example:
      python -m jobs.research.calibrate_languages ../shared/coding/codiesp_dev.jsonl \\
          ../shared/coding/distemist_train_linking.jsonl=icd10 -m lexical \\
          --without ../shared/coding/codiesp_train.jsonl \\
          --codes ../shared/coding/icd10_es_en.tsv --codes icd10cm \\
          --pairs ../shared/train/clinical6train_es-en.jsonl \\
          --calibration projector/coding/lexical_calibration.json --update
    """
    mentions = _mentions(gold, without, pairs, sentences)
    fitted_to = candidates(read_gold(gold, without), codes, model)
    trees = fold_trees(fitted_to)
    found = judged(fitted_to, trees, mentions, codes, model)
    said = json.loads(calibration.read_text(encoding="utf-8"))
    default = _default(said["floors"])
    kinds = list(dict.fromkeys(found.kinds.tolist()))
    click.echo("\t".join(_COLUMNS))
    _tell(found, kinds, codes, dict.fromkeys(kinds, default))
    folds = _folds(fitted_to, fitted_to.documents.tolist())
    everywhere = first_choices(fitted_to, _chances(fitted_to, folds, trees))
    here = found.only(found.kinds == _SOURCE)
    surplus = surpluses(here, everywhere, fitted_to.lists, said["floors"])
    for floor, more in zip(said["floors"], surplus, strict=True):
        added = "\t".join(f"{one:.3f}" for one in more)
        click.echo(f"{_SOURCE} is righter here\t{floor['precision']}\t{added}")
    floors = {}
    for kind in kinds:
        if kind != _SOURCE and not kind.endswith(_MACHINE):
            chosen = np.isin(found.kinds, (kind, kind + _MACHINE))
            floors[kind] = language_floors(found.only(chosen), said["floors"], surplus)
    least = {
        kind: _default(floors.get(kind.removesuffix(_MACHINE), said["floors"])) for kind in kinds
    }
    _tell(found, kinds, codes, least)
    for kind, kept in floors.items():
        for floor in kept:
            click.echo(f"floor {kind}\t{floor['precision']}\t{floor['score']}\t{floor['coverage']}")
    if update:
        said["floors_by_language"] = floors
        calibration.write_text(json.dumps(said, separators=(",", ":")) + "\n", encoding="utf-8")


def _tell(
    found: Judged, kinds: Sequence[str], codes: Sequence[str], least: Mapping[str, float]
) -> None:
    """Print a row for each kind and list, and one for all languages that people translated to."""
    floors = np.array([least[kind] for kind in found.kinds.tolist()])
    others = [kind for kind in kinds if kind != _SOURCE and not kind.endswith(_MACHINE)]
    for kind, together in (*((kind, [kind]) for kind in kinds), ("all but es", others)):
        for number, name in enumerate(codes):
            some = np.isin(found.kinds, together) & (found.lists == number)
            shown = "+".join(Path(part).name for part in name.split("+"))
            click.echo(f"{kind}\t{shown}\t{told(found.only(some), floors[some])}")


def _default(floors: Sequence[dict[str, float]]) -> float:
    """Return the floor of the default precision."""
    return min(one["score"] for one in floors if one["precision"] >= MIN_PRECISION)


if __name__ == "__main__":
    main()
