"""Score predicted spans against gold ones exactly as the MultiClinAI task does.

Strict: a prediction is right when its document, label, start and end are those of a gold span,
one to one. Characters: a span's score is the character F1 with its best counterpart of the same
document and label; recall is the mean over gold spans, precision the mean over predictions.
Predictions that say the same twice count once, gold spans as often as they are there.

Nothing depends on the order of the spans: sums are exact (`math.fsum`), ties are broken by place.

    from projector.evaluation.metrics import compare, document_spans, score_table, span_table

    gold = span_table(span for document in documents for span in document_spans(document))
    for row in score_table(compare(gold, read_run("out").predicted())):
        print(row.language, row.label, row.scores.strict.f1)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import NamedTuple

import polars as pl

from projector.evaluation.alignment_error import LinkScores, alignment_error_rate, score_links
from projector.evaluation.calibration import Calibration, calibration
from projector.evaluation.error_list import Disagreement, errors
from projector.evaluation.matching import Comparison, FragmentRule, SpanTable, compare
from projector.evaluation.span_table import Span, document_spans, row_spans, span_table

__all__ = [
    "Calibration",
    "CharacterScores",
    "Comparison",
    "Disagreement",
    "FragmentRule",
    "LanguageSummary",
    "LinkScores",
    "Metrics",
    "ScoreRow",
    "Scores",
    "Span",
    "SpanTable",
    "StrictScores",
    "alignment_error_rate",
    "calibration",
    "compare",
    "document_spans",
    "errors",
    "id_coverage",
    "language_summaries",
    "metrics",
    "report",
    "row_spans",
    "score",
    "score_links",
    "score_table",
    "span_table",
    "total",
]


@dataclass(frozen=True, slots=True)
class StrictScores:
    """Precision, recall and F1 of exact spans, not rounded, and what they are counted from."""

    precision: float
    recall: float
    f1: float
    tp: int
    fp: int
    fn: int


@dataclass(frozen=True, slots=True)
class CharacterScores:
    """Precision, recall and F1 of characters, not rounded, and over how many spans."""

    precision: float
    recall: float
    f1: float
    n_gold: int
    n_pred: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The two official scores, and the share of gold spans that any prediction touches."""

    strict: StrictScores
    character: CharacterScores
    coverage: float


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The scores of one language and label; None stands for all of them together."""

    language: str | None
    label: str | None
    scores: Scores


class Metrics(NamedTuple):
    """The six figures that systems are compared by."""

    strict_precision: float
    strict_recall: float
    strict_f1: float
    character_precision: float
    character_recall: float
    character_f1: float


@dataclass(frozen=True, slots=True)
class LanguageSummary:
    """A label's figures over languages (None: all labels together).

    Args:
        languages: Those that have the label in gold or predictions.
        mean: Over languages, each counting alike.
        deviation: Standard deviation of the population (divided by n, as numpy does): the
            languages are all there are, no sample of others.
    """

    label: str | None
    languages: tuple[str, ...]
    mean: Metrics
    deviation: Metrics


def score(
    gold: SpanTable,
    predicted: SpanTable,
    *,
    fragments: FragmentRule = "covering",
    labels: Collection[str] | None = None,
) -> Scores:
    """Return the scores of predicted spans, all together (micro); see `compare`."""
    return total(compare(gold, predicted, fragments=fragments, labels=labels))


def total(comparison: Comparison) -> Scores:
    """Return the scores of all spans together (micro)."""
    return _scores(comparison.gold, comparison.predicted)


def score_table(comparison: Comparison) -> list[ScoreRow]:
    """Return the scores of each language and label, then of each label, then of all.

    Rows: every language with each of its labels, then with all of them (None); then None as the
    language, all spans together: each label, and all labels.
    """
    rows = [
        ScoreRow(language, label, scores)
        for by in (("language", "label"), ("language",), ("label",), ())
        for (language, label), scores in _scores_by(comparison, by)
    ]
    return sorted(rows, key=lambda row: (*_none_last(row.language), *_none_last(row.label)))


def language_summaries(rows: Sequence[ScoreRow]) -> list[LanguageSummary]:
    """Return each label's mean and standard deviation over languages, as papers give them."""
    labels = sorted({row.label for row in rows if row.label is not None})
    summaries = []
    for label in (*labels, None):
        of_label = [row for row in rows if row.label == label and row.language is not None]
        if of_label:
            columns = list(zip(*(metrics(row.scores) for row in of_label), strict=True))
            means = Metrics(*map(_mean, columns))
            deviations = Metrics(*map(_deviation, columns))
            languages = tuple(row.language for row in of_label if row.language is not None)
            summaries.append(LanguageSummary(label, languages, means, deviations))
    return summaries


def metrics(scores: Scores) -> Metrics:
    """Return the six figures, not rounded."""
    strict, character = scores.strict, scores.character
    return Metrics(
        strict.precision,
        strict.recall,
        strict.f1,
        character.precision,
        character.recall,
        character.f1,
    )


def report(scores: Scores) -> dict[str, dict[str, float | int]]:
    """Return what the official scorer prints under `strict` and `char_f1`, to four decimals."""
    strict, character = scores.strict, scores.character
    return {
        "strict": {
            "precision": round(strict.precision, 4),
            "recall": round(strict.recall, 4),
            "f1": round(strict.f1, 4),
            "tp": strict.tp,
            "fp": strict.fp,
            "fn": strict.fn,
        },
        "char_f1": {
            "precision": round(character.precision, 4),
            "recall": round(character.recall, 4),
            "f1": round(character.f1, 4),
            "n_gold": character.n_gold,
            "n_pred": character.n_pred,
        },
    }


def id_coverage(gold: pl.DataFrame, predicted: pl.DataFrame) -> float:
    """Return the share of gold spans whose id has a prediction in the same document, anywhere."""
    keys = ["language", "document", "id"]
    covered = gold.join(predicted.select(keys).unique(), on=keys, how="semi")
    return covered.height / gold.height if gold.height else 0.0


_Key = tuple[str | None, str | None]


def _scores_by(comparison: Comparison, by: Sequence[str]) -> list[tuple[_Key, Scores]]:
    """Return the scores of each group that has a gold or a predicted span."""
    if not by:
        return [((None, None), total(comparison))]
    columns = [*by, "matched", "overlap"]
    gold = comparison.gold.select(columns).partition_by(by, as_dict=True)
    predicted = comparison.predicted.select(columns).partition_by(by, as_dict=True)
    none = comparison.gold.select(columns).clear()
    scored = []
    for key in gold.keys() | predicted.keys():
        named = dict(zip(by, key, strict=True))
        scores = _scores(gold.get(key, none), predicted.get(key, none))
        scored.append(((named.get("language"), named.get("label")), scores))
    return scored


def _scores(gold: pl.DataFrame, predicted: pl.DataFrame) -> Scores:
    tp = int(gold["matched"].sum())
    precision, recall = _ratio(tp, predicted.height), _ratio(tp, gold.height)
    strict = StrictScores(
        precision, recall, _harmonic(precision, recall), tp, predicted.height - tp, gold.height - tp
    )
    precision = _ratio(fsum(predicted["overlap"]), predicted.height)
    recall = _ratio(fsum(gold["overlap"]), gold.height)
    character = CharacterScores(
        precision, recall, _harmonic(precision, recall), gold.height, predicted.height
    )
    coverage = _ratio(int((gold["overlap"] > 0).sum()), gold.height)
    return Scores(strict, character, coverage)


def _none_last(name: str | None) -> tuple[bool, str]:
    return name is None, name or ""


def _ratio(part: float, whole: int) -> float:
    return part / whole if whole else 0.0


def _harmonic(precision: float, recall: float) -> float:
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def _mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def _deviation(values: Sequence[float]) -> float:
    mean = _mean(values)
    return sqrt(fsum((value - mean) ** 2 for value in values) / len(values))
