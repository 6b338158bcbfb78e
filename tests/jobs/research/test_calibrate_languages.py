import numpy as np

from jobs.research.calibrate_languages import Judged, _folds, language_floors, surpluses, told
from jobs.research.fit_calibration import FOLDS, FirstChoices, Gold


def judged(chances, right, known=None, lists=None):
    """Return first choices for mentions of one language."""
    size = len(chances)
    return Judged(
        FirstChoices(np.array(chances), np.array(right, float)),
        np.ones(size, bool) if known is None else np.array(known),
        np.array(["en"] * size),
        np.zeros(size, int) if lists is None else np.array(lists),
        np.array([f"w{number}" for number in range(size)]),
    )


SPANISH = [{"precision": 0.9, "score": 0.5, "coverage": 0.4}]
NO_EASIER = np.zeros((1, 1))


def test_a_languages_floor_is_no_lower_than_the_spanish_one():
    some = judged([0.8] * 60 + [0.3] * 60, [1] * 120)
    assert language_floors(some, SPANISH, NO_EASIER) == [
        {"precision": 0.9, "score": 0.5, "coverage": 0.5}
    ]


def test_a_language_in_which_more_is_wrong_has_a_higher_one_on_the_worst_list():
    chances, right = [0.9] * 100 + [0.6] * 100, [1] * 100 + [0] * 100
    (floor,) = language_floors(judged(chances, right), SPANISH, NO_EASIER)
    assert floor["score"] == 0.9 and floor["coverage"] == 0.5
    both = judged(chances + [0.7] * 100, right + [1] * 100, lists=[0] * 200 + [1] * 100)
    (floor,) = language_floors(both, SPANISH, np.zeros((1, 2)))
    assert floor["score"] == 0.7 and floor["coverage"] == 0.667
    none = judged(chances + [0.4] * 100, right + [1] * 100, lists=[0] * 200 + [1] * 100)
    assert language_floors(none, SPANISH, np.zeros((1, 2))) == []  # the second answers too little


def test_a_precision_that_falls_and_rises_again_is_kept_from_the_spanish_score_on():
    chances, right = [0.9] * 60 + [0.6] * 40 + [0.4] * 400, [1] * 60 + [0] * 40 + [1] * 400
    assert language_floors(judged(chances, right), SPANISH, NO_EASIER)[0]["score"] == 0.9


def test_what_is_easier_here_has_to_be_righter():
    chances, right = [0.9] * 100 + [0.6] * 100, [1] * 100 + [1] * 85 + [0] * 15
    some = judged(chances, right)  # .925 of all
    assert language_floors(some, SPANISH, NO_EASIER)[0]["score"] == 0.5
    assert language_floors(some, SPANISH, np.array([[0.05]]))[0]["score"] == 0.9


def test_by_how_much_spanish_is_righter_is_told_by_list():
    here = judged([0.9] * 4 + [0.1], [1, 1, 1, 0, 0], lists=[0, 0, 1, 1, 1])
    everywhere = FirstChoices(np.array([0.9, 0.8, 0.9, 0.2]), np.array([1.0, 0.0, 1.0, 0.0]))
    found = surpluses(here, everywhere, np.array([0, 0, 1, 1]), SPANISH)
    assert found.tolist() == [[0.5, 0.0]]  # 1 beside .5; .5 beside 1


def test_of_too_few_that_are_known_nothing_is_said():
    some = judged([0.9] * 100, [1] * 100, known=[True] * 59 + [False] * 41)
    assert language_floors(some, SPANISH, NO_EASIER) == []


def test_precision_is_of_what_is_known_and_coverage_of_all():
    some = judged([0.9, 0.9, 0.9, 0.1], [1, 0, 0, 1], known=[True, True, False, True])
    row = told(some, np.full(4, 0.5)).split("\t")
    assert row == ["4", "3", "0.667", "0.5000", "0.750", "3", "2", "2", "0.500"]
    row = told(some, np.array([0.95, 0.5, 0.5, 0.5])).split("\t")
    assert row[3:] == ["each its own", "0.500", "2", "1", "1", "0.000"]


def test_a_translation_is_in_the_fold_of_its_document():
    documents = np.array([f"S{number}-1" for number in range(10)])
    nothing = np.zeros(0)
    gold = Gold(nothing, nothing, nothing, nothing, documents, documents, np.zeros(10, int))
    folds = _folds(gold, ["es_x-es-S3-1", "S3-1", "other"])
    assert 0 <= folds[0] == folds[1] < FOLDS and folds[2] == -1
