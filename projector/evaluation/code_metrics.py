"""Score proposed codes against gold, as CodiESP and the studies after it do.

A mention is a place in a document; what is called it plays no part. Precision, recall and F1 are
those of first choices, micro over mentions. All compare codes as `normal_code` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from projector.coding.icd10 import category, chapter, normal_code

Place = tuple[str, str, tuple[tuple[int, int], ...]]  # language, document, fragments
Gold = Mapping[Place, Collection[str]]
Proposed = Mapping[Place, Sequence[tuple[str, float]]]  # codes with scores, best first

_DEPTH = 10
_CUTS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class CodeScores:
    """How well codes were proposed.

    Args:
        mentions: Gold mentions with a code, of which `proposed` have a proposal.
        precision, recall, f1: Of first choices: right ones among the proposed places, among the
            gold codes.
        category, chapter: The same F1, codes cut to three characters and to chapters.
        average_precision: MAP@10, the mean over gold mentions.
        reciprocal_rank: The mean, over gold mentions, of one by the first right code's place.
        precision_at, recall_at: By depth, means over gold mentions.
        document_average_precision: CodiESP's MAP: a document's codes in one list, the mean over
            the documents that have gold codes.
    """

    mentions: int
    proposed: int
    precision: float
    recall: float
    f1: float
    category: float
    chapter: float
    average_precision: float
    reciprocal_rank: float
    precision_at: dict[int, float]
    recall_at: dict[int, float]
    document_average_precision: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What comes of keeping silent below a score.

    Args:
        score: The least that counts.
        coverage: Share of the proposed mentions that have at least this.
        precision: Of their first choices.
    """

    score: float
    coverage: float
    precision: float


def score_codes(gold: Gold, proposed: Proposed) -> CodeScores:
    """Score proposals; places without gold count against precision alone."""
    right = {place: {normal_code(code) for code in codes} for place, codes in gold.items() if codes}
    listed_codes = {
        place: list(dict.fromkeys(normal_code(code) for code, _ in codes))
        for place, codes in proposed.items()
        if codes
    }
    precision, recall, f1 = _first_choices(right, listed_codes, str)
    listed = [(codes, listed_codes.get(place, [])) for place, codes in right.items()]
    return CodeScores(
        mentions=len(right),
        proposed=len(listed_codes),
        precision=precision,
        recall=recall,
        f1=f1,
        category=_first_choices(right, listed_codes, category)[2],
        chapter=_first_choices(right, listed_codes, chapter)[2],
        average_precision=_mean(average_precision(own, codes[:_DEPTH]) for own, codes in listed),
        reciprocal_rank=_mean(_reciprocal_rank(own, codes) for own, codes in listed),
        precision_at={
            k: _mean(len(own & {*codes[:k]}) / k for own, codes in listed) for k in _CUTS
        },
        recall_at={
            k: _mean(len(own & {*codes[:k]}) / len(own) for own, codes in listed) for k in _CUTS
        },
        document_average_precision=_documents(right, proposed),
    )


def _first_choices(
    gold: Mapping[Place, set[str]],
    said: Mapping[Place, list[str]],
    cut: Callable[[str], str],
) -> tuple[float, float, float]:
    hits = sum(
        cut(codes[0]) in {cut(code) for code in gold.get(place, ())}
        for place, codes in said.items()
    )
    precision = hits / len(said) if said else 0.0
    wanted = sum(len({cut(code) for code in codes}) for codes in gold.values())
    recall = hits / wanted if wanted else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def average_precision(gold: Collection[str], listed: Sequence[str]) -> float:
    """Return the mean, over gold, of the precision at each right code's place; 0 if not there."""
    hits, total = 0, 0.0
    for rank, code in enumerate(listed, start=1):
        if code in gold:
            hits += 1
            total += hits / rank
    return total / len(gold)


def _reciprocal_rank(gold: Collection[str], listed: Sequence[str]) -> float:
    return next((1 / rank for rank, code in enumerate(listed, start=1) if code in gold), 0.0)


def _documents(gold: Mapping[Place, set[str]], proposed: Proposed) -> float:
    """Return the mean average precision of documents; a code has its best mention's score."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for (language, document, _), right in gold.items():
        wanted.setdefault((language, document), set()).update(right)
    best: dict[tuple[str, str], dict[str, float]] = {key: {} for key in wanted}
    for (language, document, _), codes in proposed.items():
        scores = best.get((language, document))
        if scores is not None and codes:
            code, score = normal_code(codes[0][0]), codes[0][1]
            scores[code] = max(score, scores.get(code, score))
    return _mean(
        average_precision(right, sorted(best[key], key=lambda code: (-best[key][code], code)))
        for key, right in wanted.items()
    )


def coverage_curve(gold: Gold, proposed: Proposed, *, steps: int = 10) -> list[Coverage]:
    """Return precision and coverage at falling least scores, in equal steps of coverage.

    Proposals of one score are kept or left together.
    """
    right = {place: {normal_code(code) for code in codes} for place, codes in gold.items()}
    firsts = sorted(
        (
            (codes[0][1], normal_code(codes[0][0]) in right.get(place, ()))
            for place, codes in proposed.items()
            if codes
        ),
        key=lambda point: -point[0],
    )
    curve: list[Coverage] = []
    for step in range(1, steps + 1):
        if not firsts:
            break
        least = firsts[max(0, round(len(firsts) * step / steps) - 1)][0]
        kept = [hit for score, hit in firsts if score >= least]
        point = Coverage(least, len(kept) / len(firsts), sum(kept) / len(kept))
        if not curve or point.score != curve[-1].score:
            curve.append(point)
    return curve


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return fmean(listed) if listed else 0.0
