"""Hold which neighbouring words are joined."""

from itertools import pairwise

import torch
from concept_encoders import POINTS, named_concepts, placed
from hypothesis import given
from hypothesis import strategies as st

from projector.diagnosis.concept_runs import concept_runs

CHEST, BREATH, FEVER, HEART = POINTS
NOBODY = torch.eye(6)[4]
FAINT = 0.4 * CHEST + NOBODY


def runs(text, threshold=0.5, **words):
    points = placed(text, words)
    return [text[one.start : one.end] for one in concept_runs(points, named_concepts(), threshold)]


def test_words_of_one_concept_are_one_run_and_others_their_own():
    text = "presenta dolor torácico, fiebre"
    words = {"dolor": CHEST, "torácico": CHEST, "fiebre": FEVER}
    assert runs(text, **words) == ["dolor torácico", "fiebre"]


def test_words_side_by_side_mean_something_together():
    half = CHEST + 0.9 * NOBODY
    assert runs("dolor torácico", dolor=half, torácico=CHEST - 0.9 * NOBODY) == ["dolor torácico"]
    assert runs("fiebre infarto", fiebre=FEVER, infarto=HEART) == ["fiebre", "infarto"]


def test_words_of_one_block_are_joined_over_function_words():
    assert runs("dolor de pecho", dolor=CHEST, pecho=CHEST) == ["dolor de pecho"]
    assert runs("dolor y fiebre", dolor=CHEST, fiebre=FEVER) == ["dolor", "fiebre"]


def test_a_faint_word_between_is_joined_where_it_points_there_too():
    words = {"dolor": CHEST, "pecho": CHEST}
    assert runs("dolor agudo pecho", agudo=0.9 * CHEST + NOBODY, **words) == ["dolor agudo pecho"]
    assert runs("dolor gran pecho", gran=0.4 * FEVER + NOBODY, **words) == ["dolor", "pecho"]


def test_marks_and_lines_part_runs():
    assert runs("dolor, pecho", dolor=CHEST, pecho=CHEST) == ["dolor", "pecho"]
    assert runs("dolor\npecho", dolor=CHEST, pecho=CHEST) == ["dolor", "pecho"]


def test_faint_words_function_words_and_numbers_begin_none():
    assert runs("gran 12 de", gran=FAINT, **{"12": CHEST, "de": CHEST}) == []
    assert runs("gran", threshold=0.3, gran=FAINT) == ["gran"]
    assert runs("") == []


@given(st.lists(st.sampled_from(["dolor", "pecho", "fiebre", "de", ",", "12"]), max_size=12))
def test_runs_are_apart_in_order_and_begin_and_end_with_telling_words(words):
    text = " ".join(words)
    points = placed(text, {"dolor": CHEST, "pecho": BREATH, "fiebre": FEVER, "de": CHEST})
    found = concept_runs(points, named_concepts(), 0.5)
    for left, right in pairwise(found):
        assert left.end < right.start
    for run in found:
        inside = text[run.start : run.end].split()
        assert {inside[0], inside[-1]} <= {"dolor", "pecho", "fiebre"}
