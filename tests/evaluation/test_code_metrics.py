"""Hold the code scores against definitions written out slowly."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from projector.coding.icd10 import category, chapter
from projector.evaluation.code_metrics import coverage_curve, score_codes

CODES = ["A00.0", "A00.1", "A01", "B20", "E11.9", "E11.2", "I10"]
PLACES = [("es", document, ((k, k + 1),)) for document in "ab" for k in range(4)]
golds = st.dictionaries(
    st.sampled_from(PLACES), st.sets(st.sampled_from(CODES), min_size=1, max_size=3), min_size=1
)
proposals = st.dictionaries(
    st.sampled_from(PLACES),
    st.lists(st.sampled_from(CODES), unique=True, max_size=7).map(
        lambda codes: [(code, 1 - k / 10) for k, code in enumerate(codes)]
    ),
)


def slow_first(gold, proposed, cut):
    hits = 0
    for place in proposed:
        if proposed[place] and place in gold:
            hits += cut(proposed[place][0][0]) in [cut(code) for code in gold[place]]
    said = len([place for place in proposed if proposed[place]])
    wanted = 0
    for place in gold:
        wanted += len({cut(code) for code in gold[place]})
    precision = hits / said if said else 0
    recall = hits / wanted
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0


def slow_average_precision(gold, listed):
    return sum(
        len(gold & set(listed[: listed.index(code) + 1])) / (listed.index(code) + 1)
        for code in gold
        if code in listed
    ) / len(gold)


@given(golds, proposals)
def test_scores_are_those_of_the_definitions(gold, proposed):
    found = score_codes(gold, proposed)
    expected = slow_first(gold, proposed, str)
    assert (found.precision, found.recall, found.f1) == approx(expected)
    assert found.category == approx(slow_first(gold, proposed, category)[2])
    assert found.chapter == approx(slow_first(gold, proposed, chapter)[2])
    lists = {place: [code for code, _ in proposed.get(place, [])] for place in gold}
    precisions = [slow_average_precision(gold[place], lists[place][:10]) for place in gold]
    assert found.average_precision == approx(sum(precisions) / len(gold))
    ranks = [
        max([1 / (1 + lists[place].index(code)) for code in gold[place] if code in lists[place]],
            default=0)
        for place in gold
    ]  # fmt: skip
    assert found.reciprocal_rank == approx(sum(ranks) / len(gold))
    for k in (1, 5, 10):
        hits = [len(gold[place] & set(lists[place][:k])) for place in gold]
        assert found.precision_at[k] == approx(sum(hits) / k / len(gold))
        recalls = [hit / len(gold[place]) for hit, place in zip(hits, gold, strict=True)]
        assert found.recall_at[k] == approx(sum(recalls) / len(gold))


def test_a_documents_codes_are_one_list_by_their_best_scores():
    place = [("es", "a", ((k, k + 1),)) for k in range(4)]
    gold = {
        place[0]: {"A00.0"},
        place[1]: {"B20"},
        place[2]: {"I10"},
        ("es", "b", ((0, 1),)): {"I10"},
    }
    proposed = {
        place[0]: [("A00.0", 0.5), ("B20", 0.4)],
        place[1]: [("E11.9", 0.9)],
        place[3]: [("A00.0", 0.95)],
    }
    # a: A00.0 (.95), E11.9 (.9); one of three right at place 1; b: none
    assert score_codes(gold, proposed).document_average_precision == approx((1 / 3 + 0) / 2)


def test_codes_are_compared_however_they_are_written():
    place = ("es", "a", ((0, 1),))
    assert score_codes({place: ["e119"]}, {place: [("E11.9", 1.0)]}).f1 == 1
    assert score_codes({place: ["G01*"]}, {place: [("G01", 1.0)]}).f1 == 1


@given(golds, proposals)
def test_the_curve_ends_with_all_proposals(gold, proposed):
    curve = coverage_curve(gold, proposed)
    said = [place for place in proposed if proposed[place]]
    assert bool(curve) == bool(said)
    if curve:
        assert curve[-1].coverage == 1
        assert curve[-1].precision == approx(score_codes(gold, proposed).precision)
        assert [one.score for one in curve] == sorted({one.score for one in curve}, reverse=True)


def test_silence_below_a_score_leaves_the_surer_half():
    places = [("es", "a", ((k, k + 1),)) for k in range(4)]
    gold = {place: {"I10"} for place in places}
    proposed = {
        place: [(code, score)]
        for place, code, score in zip(
            places, ["I10", "I10", "B20", "A01"], [0.9, 0.8, 0.3, 0.2], strict=True
        )
    }
    half = next(one for one in coverage_curve(gold, proposed, steps=4) if one.coverage == 0.5)
    assert (half.score, half.precision) == (0.8, 1.0)


def test_nothing_at_all_scores_nothing():
    found = score_codes({}, {})
    assert (found.mentions, found.f1, found.average_precision) == (0, 0, 0)
