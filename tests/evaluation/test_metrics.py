"""Hold the scores against a slow reading of the task's rules, on thousands of random cases."""

from __future__ import annotations

import random
from statistics import mean, pstdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.evaluation.metrics import (
    Scores,
    Span,
    compare,
    id_coverage,
    language_summaries,
    metrics,
    report,
    score,
    score_table,
    span_table,
)


def span(start: int, end: int, *, label: str = "A", document: str = "d", language: str = "en"):
    return Span(language, document, label, ((start, end),))


# --- the oracle: loops over all pairs, sets of characters, nothing shared with the library ---


def slow_scores(gold: list[Span], predicted: list[Span], rule: str) -> dict:
    def characters(one: Span) -> frozenset[int]:
        if rule == "exact":
            return frozenset(c for start, end in one.fragments for c in range(start, end))
        starts, ends = zip(*one.fragments, strict=True)
        return frozenset(range(min(starts), max(ends)))

    def place(one: Span):
        starts, ends = zip(*one.fragments, strict=True)
        covering = (min(starts), max(ends))
        return one[:3], tuple(sorted(one.fragments)) if rule == "exact" else covering

    kept: list[Span] = []
    for one in predicted:
        if all(place(one) != place(other) for other in kept):
            kept.append(one)
    free = list(kept)
    matches = 0
    for one in gold:
        equal = [other for other in free if place(other) == place(one)]
        if equal:
            free.remove(equal[0])
            matches += 1

    def likeness(one: Span, other: Span) -> float:
        if one[:3] != other[:3]:
            return 0.0
        left, right = characters(one), characters(other)
        return 2 * len(left & right) / (len(left) + len(right))

    def best(of: list[Span], among: list[Span]) -> list[float]:
        return [max((likeness(one, other) for other in among), default=0.0) for one in of]

    def prf(precision: float, recall: float) -> list[float]:
        both = precision + recall
        return [precision, recall, 2 * precision * recall / both if both else 0.0]

    by_gold, by_predicted = best(gold, kept), best(kept, gold)
    return {
        "strict": prf(matches / len(kept) if kept else 0.0, matches / len(gold) if gold else 0.0),
        "counts": [matches, len(kept) - matches, len(gold) - matches],
        "character": prf(mean(by_predicted or [0.0]), mean(by_gold or [0.0])),
        "spans": [len(gold), len(kept)],
        "coverage": mean([value > 0 for value in by_gold] or [0.0]),
    }


def fast_scores(scores: Scores) -> dict:
    strict, character = scores.strict, scores.character
    return {
        "strict": [strict.precision, strict.recall, strict.f1],
        "counts": [strict.tp, strict.fp, strict.fn],
        "character": [character.precision, character.recall, character.f1],
        "spans": [character.n_gold, character.n_pred],
        "coverage": scores.coverage,
    }


def assert_same(scores: Scores, gold: list[Span], predicted: list[Span], rule: str) -> None:
    fast = fast_scores(scores)
    for key, expected in slow_scores(gold, predicted, rule).items():
        assert fast[key] == pytest.approx(expected, abs=1e-12), (key, rule, gold, predicted)


def agree(gold: list[Span], predicted: list[Span], rule: str = "covering") -> None:
    assert_same(score(gold, predicted, fragments=rule), gold, predicted, rule)


def random_spans(random_: random.Random, language: str) -> list[Span]:
    spans = []
    most = random_.randint(1, 3)
    for _ in range(random_.randint(0, 12)):
        borders = sorted(random_.sample(range(-3, 14), 2 * random_.randint(1, most)))
        fragments = list(zip(borders[::2], borders[1::2], strict=True))
        random_.shuffle(fragments)
        document, label = random_.choice("dD"), random_.choice("AB")
        spans.append(Span(language, document, label, tuple(fragments)))
    return spans


@pytest.mark.parametrize("rule", ["covering", "exact"])
def test_thousands_of_cases_agree_with_the_slow_reading(rule: str):
    random_ = random.Random(rule)
    cases = {}
    for number in range(2000):  # a language each, so that one comparison scores them all
        language = str(number)
        gold, predicted = random_spans(random_, language), random_spans(random_, language)
        copied = random_.sample(gold, random_.randint(0, len(gold)))
        cases[language] = gold, predicted + copied
    gold, predicted = ([one for case in cases.values() for one in case[side]] for side in (0, 1))
    rows = score_table(compare(gold, predicted, fragments=rule))
    found = {row.language: row.scores for row in rows if row.label is None}
    none = score([], [])
    for language, sides in cases.items():
        assert_same(found.get(language, none), *sides, rule)
    assert score(*cases["7"], fragments=rule) == found["7"]


offsets = st.integers(-2, 9)
some_spans = st.lists(
    st.tuples(offsets, st.integers(1, 6), st.sampled_from("AB"), st.sampled_from("de")).map(
        lambda parts: span(parts[0], parts[0] + parts[1], label=parts[2], document=parts[3])
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(some_spans, some_spans)
def test_it_agrees_on_what_hypothesis_finds(gold: list[Span], predicted: list[Span]):
    agree(gold, predicted)


@settings(max_examples=50, deadline=None)
@given(some_spans, some_spans, st.randoms())
def test_order_changes_nothing(gold: list[Span], predicted: list[Span], random_: random.Random):
    before = score_table(compare(gold, predicted))
    random_.shuffle(gold)
    random_.shuffle(predicted)
    assert score_table(compare(gold, predicted)) == before


def test_many_spans_of_one_document_agree():
    random_ = random.Random(0)
    spans = [span(start, start + random_.randint(1, 90)) for start in range(0, 600, 3)]
    spans += [span(0, 700), span(0, 700)]
    moved = [
        span(*(border + random_.randint(0, 1) for border in one.fragments[0]))
        for one in spans
        if one.fragments[0][1] - one.fragments[0][0] > 2
    ]
    agree(spans, moved)


# --- the edges that the rules name ---


def test_equal_spans_score_one_and_the_report_is_the_official_one():
    gold = [span(10, 18), span(40, 45)]
    predicted = [span(10, 18), span(39, 45), span(60, 67)]
    assert report(score(gold, predicted)) == {
        "strict": {"precision": 0.3333, "recall": 0.5, "f1": 0.4, "tp": 1, "fp": 2, "fn": 1},
        "char_f1": {
            "precision": 0.6364, "recall": 0.9545, "f1": 0.7636, "n_gold": 2, "n_pred": 3,
        },
    }  # fmt: skip


def test_duplicate_predictions_count_once_and_duplicate_gold_twice():
    scores = score([span(0, 5), span(0, 5)], [span(0, 5), span(0, 5)])
    assert (scores.strict.tp, scores.strict.fp, scores.strict.fn) == (1, 0, 1)
    assert (scores.character.n_gold, scores.character.n_pred) == (2, 1)
    assert scores.character.f1 == 1.0


def test_the_character_score_is_not_one_to_one():
    scores = score([span(0, 10)], [span(0, 5), span(5, 10)])
    assert scores.character.recall == scores.character.precision == pytest.approx(2 / 3)


@pytest.mark.parametrize("other", [{"label": "B"}, {"document": "D"}, {"language": "it"}])
def test_another_label_document_or_language_is_another_span(other: dict):
    scores = score([span(0, 5)], [span(0, 5, **other)])
    assert metrics(scores) == (0.0,) * 6
    assert (scores.strict.fp, scores.strict.fn) == (1, 1)


def test_documents_of_one_side_count():
    scores = score([span(0, 5), span(0, 5, document="g")], [span(0, 5), span(0, 5, document="p")])
    assert scores.strict.precision == scores.strict.recall == 0.5
    assert scores.character.precision == scores.character.recall == 0.5


@pytest.mark.parametrize(("gold", "predicted"), [([], []), ([span(0, 1)], []), ([], [span(0, 1)])])
def test_an_empty_side_gives_zeros(gold: list[Span], predicted: list[Span]):
    scores = score(gold, predicted)
    assert metrics(scores) == (0.0,) * 6
    assert (scores.strict.fp, scores.strict.fn) == (len(predicted), len(gold))


def test_touching_spans_share_nothing():
    assert score([span(0, 5)], [span(5, 9)]).coverage == 0.0


def test_a_negative_start_passes():
    assert score([span(-3, 2)], [span(-3, 2)]).strict.f1 == 1.0


def test_a_label_filter():
    gold = [span(0, 5), span(0, 5, label="B")]
    assert score(gold, gold[:1], labels=["A"]).strict.f1 == 1.0
    assert score(gold, gold[:1], labels=["B"]).strict.f1 == 0.0


def test_discontinuous_spans_are_covering_ones_unless_asked():
    gold = [Span("en", "d", "A", ((0, 4), (8, 12)))]
    predicted = [span(0, 12)]
    assert score(gold, predicted).strict.f1 == 1.0
    exact = score(gold, predicted, fragments="exact")
    assert exact.strict.f1 == 0.0
    assert exact.character.f1 == pytest.approx(2 * 8 / 20)
    swapped = [Span("en", "d", "A", ((8, 12), (0, 4)))]
    assert score(gold, swapped, fragments="exact").strict.f1 == 1.0


# --- tables ---


def parallel(language: str, right: int, wrong: int, label: str = "A") -> tuple[list, list]:
    gold = [span(10 * n, 10 * n + 5, language=language, label=label) for n in range(right + wrong)]
    moved = [
        one._replace(fragments=((s + 1, e),)) for one in gold[right:] for s, e in one.fragments
    ]
    return gold, gold[:right] + moved


def test_the_table_has_every_language_and_label_then_all():
    gold, predicted = [], []
    for language, label, right in (("it", "A", 3), ("en", "A", 1), ("en", "B", 2)):
        more_gold, more_predicted = parallel(language, right, 4 - right, label)
        gold, predicted = gold + more_gold, predicted + more_predicted
    rows = score_table(compare(gold, predicted))
    assert [(row.language, row.label, row.scores.strict.tp) for row in rows] == [
        ("en", "A", 1), ("en", "B", 2), ("en", None, 3), ("it", "A", 3), ("it", None, 3),
        (None, "A", 4), (None, "B", 2), (None, None, 6),
    ]  # fmt: skip
    for row in rows:
        kept = [
            [
                one
                for one in side
                if row.language in (None, one.language) and row.label in (None, one.label)
            ]
            for side in (gold, predicted)
        ]
        assert row.scores == score(*kept)


def test_a_language_of_predictions_alone_is_in_the_table():
    rows = score_table(compare([span(0, 5)], [span(0, 5), span(0, 5, language="nl")]))
    found = {row.language: row.scores.strict for row in rows if row.label is None}
    assert (found["nl"].fp, found["nl"].f1) == (1, 0.0)
    assert found[None].precision == 0.5


def test_the_spread_is_over_languages_each_counting_alike():
    gold, predicted = [], []
    shares = {"cz": (9, 1), "en": (1, 1), "it": (3, 1)}
    for language, (right, wrong) in shares.items():
        more_gold, more_predicted = parallel(language, right, wrong)
        gold, predicted = gold + more_gold, predicted + more_predicted
    more_gold, more_predicted = parallel("it", 1, 0, "B")
    rows = score_table(compare(gold + more_gold, predicted + more_predicted))
    first, second, together = language_summaries(rows)
    assert (first.label, first.languages) == ("A", ("cz", "en", "it"))
    assert first.mean.strict_f1 == pytest.approx(mean([0.9, 0.5, 0.75]))
    assert first.deviation.strict_f1 == pytest.approx(pstdev([0.9, 0.5, 0.75]))
    assert (second.label, second.languages, second.deviation) == ("B", ("it",), (0.0,) * 6)
    assert together.label is None
    assert together.mean.strict_recall == pytest.approx(mean([0.9, 0.5, 0.8]))


def test_no_spans_no_spread():
    assert language_summaries(score_table(compare([], []))) == []


def test_coverage_by_id_asks_for_the_mention_wherever_it_was_put():
    gold = span_table(Span("en", "d", "A", ((n, n + 1),), f"T{n}") for n in range(4))
    predicted = span_table(
        [
            Span("en", "d", "A", ((50, 60),), "T1"),
            Span("en", "d", "A", ((70, 80),), "T1"),
            Span("en", "e", "A", ((2, 3),), "T2"),
        ]
    )
    assert id_coverage(gold, predicted) == 0.25
    assert id_coverage(gold.clear(), predicted) == 0.0
