"""Score predicted spans against gold as the shared task's official scorer does.

Strict: one-to-one, equal document, label, start and end; micro precision, recall and F1.
Character: two spans of one document and label agree by 2 · overlap / (length + length); recall is
the mean over gold of the best agreement with any prediction, precision the mean over predictions
of the best agreement with any gold, F1 their harmonic mean; not one-to-one. Duplicate predictions
are dropped, duplicate gold is not. Ratios are rounded to four decimals, as printed officially.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, pstdev

import numpy as np
from numpy.typing import NDArray

from projector.document import Document
from projector.errors import ConfigurationError

ALL = "ALL"  # the row over every label, or over every language


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A scored mention: where it stands, and as what.

    Args:
        document: Document name; compared as it is.
        label: Entity type.
        start: First character.
        end: Behind the last character, more than `start`.
        parts: The fragments of a discontinuous mention when these are to be scored; empty when
            only its covering span is, as the official files hold it.
    """

    document: str
    label: str
    start: int
    end: int
    parts: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what the official scorer refuses."""
        if self.end <= self.start:
            raise ConfigurationError(
                f"document {self.document!r}: a span ends at {self.end}, "
                f"not behind its start {self.start}"
            )


@dataclass(frozen=True, slots=True)
class Ratio:
    """Precision, recall and F1, each in [0, 1] and rounded to four decimals."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Score:
    """Strict and character scores of one set of spans.

    Args:
        strict: One-to-one.
        character: By characters.
        tp, fp, fn: Of the strict score.
        gold: Number of gold spans.
        predicted: Number of predicted spans, duplicates dropped.
    """

    strict: Ratio
    character: Ratio
    tp: int
    fp: int
    fn: int
    gold: int
    predicted: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of scores; language and label may be `ALL`."""

    language: str
    label: str
    score: Score


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean and population standard deviation over languages, as the papers' tables give them.

    Args:
        label: Entity type, or `ALL`.
        languages: How many.
        strict: Mean strict F1, and its deviation.
        character: Mean character F1, and its deviation.
    """

    label: str
    languages: int
    strict: tuple[float, float]
    character: tuple[float, float]


def document_spans(document: Document, *, exact_fragments: bool = False) -> list[Span]:
    """List a document's mentions as spans.

    Args:
        document: The document.
        exact_fragments: Score the fragments of discontinuous mentions, not their covering span.
    """
    return [
        Span(
            document.name,
            mention.label,
            mention.start,
            mention.end,
            tuple((part.start, part.end) for part in mention.fragments)
            if exact_fragments and len(mention.fragments) > 1
            else (),
        )
        for mention in document.mentions
    ]


def score(gold: Iterable[Span], predicted: Iterable[Span]) -> Score:
    """Score predicted spans against gold spans; their order plays no part."""
    gold_groups, predicted_groups = _groups(gold), _groups(set(predicted))
    tp = gold_count = predicted_count = 0
    best_of_gold = best_of_predicted = 0.0
    for key in sorted(gold_groups.keys() | predicted_groups.keys()):
        golds, guesses = sorted(gold_groups[key]), sorted(predicted_groups[key])
        gold_count += len(golds)
        predicted_count += len(guesses)
        if golds and guesses:
            tp += (Counter(golds) & Counter(guesses)).total()
            agreement = _agreement(golds, guesses)
            best_of_gold += float(agreement.max(1).sum())
            best_of_predicted += float(agreement.max(0).sum())
    return Score(
        strict=_ratio(tp, predicted_count, tp, gold_count),
        character=_ratio(best_of_predicted, predicted_count, best_of_gold, gold_count),
        tp=tp,
        fp=predicted_count - tp,
        fn=gold_count - tp,
        gold=gold_count,
        predicted=predicted_count,
    )


def _groups(spans: Iterable[Span]) -> defaultdict[tuple[str, str], list[Span]]:
    groups: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        groups[span.document, span.label].append(span)
    return groups


def _ratio(hits: float, predicted: int, found: float, gold: int) -> Ratio:
    precision = hits / predicted if predicted else 0.0
    recall = found / gold if gold else 0.0
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return Ratio(round(precision, 4), round(recall, 4), round(f1, 4))


def _agreement(golds: Sequence[Span], guesses: Sequence[Span]) -> NDArray[np.float64]:
    """Return [gold, predicted] character F1."""
    left = np.array([(span.start, span.end) for span in golds])
    right = np.array([(span.start, span.end) for span in guesses])
    overlap = np.minimum(left[:, None, 1], right[None, :, 1]) - np.maximum(
        left[:, None, 0], right[None, :, 0]
    )
    length = (left[:, 1] - left[:, 0])[:, None] + (right[:, 1] - right[:, 0])[None, :]
    result = 2 * overlap.clip(0) / length
    for row, gold in enumerate(golds):
        for column, guess in enumerate(guesses):
            if gold.parts or guess.parts:
                result[row, column] = _parts_agreement(gold, guess)
    return np.asarray(result)


def _parts_agreement(gold: Span, guess: Span) -> float:
    left, right = _characters(gold), _characters(guess)
    return 2 * len(left & right) / (len(left) + len(right))


def _characters(span: Span) -> set[int]:
    parts = span.parts or ((span.start, span.end),)
    return {place for start, end in parts for place in range(start, end)}


def score_table(
    gold: Mapping[str, Sequence[Span]],
    predicted: Mapping[str, Sequence[Span]],
    *,
    label: str | None = None,
) -> list[Row]:
    """Score every language and label, each language over its labels, and everything together.

    Args:
        gold: Spans by language; languages without gold are not scored.
        predicted: Spans by language; a missing language counts as no prediction.
        label: Score this label only.

    Returns:
        Rows by language, then label, `ALL` last.
    """
    rows = []
    everything: tuple[list[Span], list[Span]] = ([], [])
    for language in sorted(gold):
        sides = [
            [span for span in side if label in (None, span.label)]
            for side in (gold[language], predicted.get(language, ()))
        ]
        labels = sorted({span.label for side in sides for span in side})
        for one in labels:
            own = [[span for span in side if span.label == one] for side in sides]
            rows.append(Row(language, one, score(own[0], own[1])))
        rows.append(Row(language, ALL, score(sides[0], sides[1])))
        for whole, side in zip(everything, sides, strict=True):
            # The same document name may occur in every language.
            whole.extend(
                Span(f"{language}/{span.document}", span.label, span.start, span.end, span.parts)
                for span in side
            )
    if len(gold) > 1:
        rows.append(Row(ALL, ALL, score(*everything)))
    return rows


def summarize(rows: Iterable[Row]) -> list[Summary]:
    """Average rows over languages, by label; rows over all languages are left out."""
    by_label: defaultdict[str, list[Score]] = defaultdict(list)
    for row in rows:
        if row.language != ALL:
            by_label[row.label].append(row.score)
    return [
        Summary(
            label,
            len(scores),
            _mean_and_deviation([one.strict.f1 for one in scores]),
            _mean_and_deviation([one.character.f1 for one in scores]),
        )
        for label, scores in sorted(by_label.items(), key=lambda item: (item[0] == ALL, item[0]))
    ]


def _mean_and_deviation(values: Sequence[float]) -> tuple[float, float]:
    return round(mean(values), 4), round(pstdev(values), 4)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A gold span that is not predicted exactly, or a prediction that agrees with no gold.

    Args:
        gold: The gold span; None for a prediction without any.
        predicted: The prediction that agrees best; None where none does.
        agreement: Character F1 of the two; 0 where one is missing.
    """

    gold: Span | None
    predicted: Span | None
    agreement: float


def disagreements(gold: Iterable[Span], predicted: Iterable[Span]) -> list[Disagreement]:
    """List where gold and predictions differ, worst first, then in text order."""
    gold_groups, predicted_groups = _groups(set(gold)), _groups(set(predicted))
    found = []
    for key in gold_groups.keys() | predicted_groups.keys():
        golds, guesses = sorted(gold_groups[key]), sorted(predicted_groups[key])
        agreement = _agreement(golds, guesses) if golds and guesses else np.zeros((0, 0))
        exact = set(golds) & set(guesses)
        for row, span in enumerate(golds):
            best = int(agreement[row].argmax()) if guesses else -1
            value = float(agreement[row, best]) if guesses else 0.0
            if span not in exact:
                found.append(Disagreement(span, guesses[best] if value else None, value))
        for column, span in enumerate(guesses):
            if not golds or not agreement[:, column].any():
                found.append(Disagreement(None, span, 0.0))
    return sorted(found, key=lambda one: (one.agreement, one.gold or one.predicted, not one.gold))


def alignment_error_rate(
    gold: Sequence[frozenset[tuple[int, int]]], predicted: Sequence[frozenset[tuple[int, int]]]
) -> float:
    """Return the alignment error rate over sentences (Och & Ney 2003), in [0, 1].

    All gold links are taken as sure, which makes it one minus the links' micro F1.
    """
    hits = sum(len(left & right) for left, right in zip(gold, predicted, strict=True))
    links = sum(len(left) + len(right) for left, right in zip(gold, predicted, strict=True))
    return round(1 - 2 * hits / links, 4) if links else 0.0


@dataclass(frozen=True, slots=True)
class Separation:
    """How well scores tell right from wrong.

    Args:
        area: Area under the ROC curve; .5 is chance. None where all are right or all wrong.
        tenths: For each tenth of the score's range, (how many, share that is right).
    """

    area: float | None
    tenths: tuple[tuple[int, float], ...]


def separation(scores: Sequence[float], right: Sequence[bool]) -> Separation:
    """Measure how well scores in [0, 1] separate right projections from wrong ones."""
    values, hits = np.asarray(scores, dtype=float), np.asarray(right, dtype=bool)
    tenth = (values * 10).astype(int).clip(0, 9)
    tenths = []
    for number in range(10):
        inside = hits[tenth == number]
        tenths.append((len(inside), round(float(inside.mean()), 4) if len(inside) else 0.0))
    return Separation(_area(values, hits), tuple(tenths))


def _area(values: NDArray[np.float64], hits: NDArray[np.bool_]) -> float | None:
    good, bad = int(hits.sum()), int((~hits).sum())
    if not good or not bad:
        return None
    ordered = np.sort(values)
    # The mean rank of equal scores, so that ties count half.
    rank = (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right") + 1) / 2
    return round(float((rank[hits].sum() - good * (good + 1) / 2) / (good * bad)), 4)
