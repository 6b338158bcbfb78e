"""Hold how probable a coder's codes are said to be, and from where on they are proposed."""

import json
from pathlib import Path

import numpy as np
import pytest

from projector.coding.code_list import make_list
from projector.coding.coder_folder import RERANKER, RETRIEVER, CoderFolder
from projector.coding.load import calibration_of, first_stage_hash
from projector.coding.retrieval.boosted_trees import BoostedTrees
from projector.coding.retrieval.evidence import FALLING, FEATURES, RISING
from projector.coding.score_calibration import Floor, ScoreCalibration, codes_hash
from projector.errors import ConfigurationError, ModelError
from schemas.coding import LEXICAL

ICD = make_list("icd", [("R05", "es", "Tos"), ("R50.9", "es", "Fiebre")])
LEAF = {"features": [0], "thresholds": [0.0], "children": [[0, 0]], "values": [0.5], "roots": [0]}
SAID = {
    "features": ["named", "share"],
    "trees": {
        "features": [1, 0, 0],
        "thresholds": [0.5, 0.0, 0.0],
        "children": [[1, 2], [1, 1], [2, 2]],
        "values": [0.0, -1.0, 1.0],
        "roots": [0],
    },
    "floors": [
        {"precision": 0.95, "score": 0.9, "coverage": 0.2},
        {"precision": 0.9, "score": 0.6, "coverage": 0.4},
    ],
    "floors_elsewhere": [{"precision": 0.9, "score": 0.8, "coverage": 0.3}],
    "lists": {codes_hash(ICD): "icd.tsv"},
    "languages": ["es"],
}


@pytest.fixture
def calibration(tmp_path):
    (tmp_path / "calibration.json").write_text(json.dumps(SAID))
    return ScoreCalibration.read(tmp_path)


def test_its_trees_weigh_the_features_that_it_names(calibration):
    rows = np.zeros((2, len(FEATURES)))
    rows[1, FEATURES.index("share")] = 0.6
    assert calibration.trees.sums(rows).tolist() == [-1.0, 1.0]


def test_a_precision_has_its_floor_and_elsewhere_a_stricter_one(calibration):
    assert calibration.floor(0.9) == Floor(0.9, 0.6, 0.4)
    assert calibration.floor(0.5).score == 0.6 and calibration.floor(0.92).score == 0.9
    assert calibration.floor(0).score == calibration.floor(0, elsewhere=True).score == 0
    assert calibration.floor(0.9, elsewhere=True) == Floor(0.9, 0.8, 0.3)
    with pytest.raises(ConfigurationError, match=r"right in 0\.990 of cases; .* 0\.950"):
        calibration.floor(0.99)
    with pytest.raises(ConfigurationError, match=r"that nobody measured; .* 0\.900"):
        calibration.floor(0.95, elsewhere=True)


@pytest.fixture
def verified(tmp_path):
    """Say of a language that it was verified in it."""
    floors = {"cs": [{"precision": 0.9, "score": 0.7, "coverage": 0.35}]}
    (tmp_path / "calibration.json").write_text(json.dumps({**SAID, "floors_by_language": floors}))
    return ScoreCalibration.read(tmp_path)


def test_a_language_that_it_was_verified_in_has_its_own_floors(verified):
    assert verified.measured_languages == ("es", "cs")
    assert verified.floor(0.9, language="cs") == verified.floor(0.9, language="cz")
    assert verified.floor(0.9, language="cs") == Floor(0.9, 0.7, 0.35)
    assert verified.floor(0.9, language="es").score == 0.6
    assert verified.floor(0.9, language="cs", elsewhere=True).score == 0.8
    assert [verified.is_measured(code) for code in ("es", "cz", "cs", "en", "")] == [
        *(True, True, True, False, False)
    ]


def test_a_precision_that_too_few_show_in_a_language_has_the_floor_of_elsewhere(tmp_path):
    floors = {
        "en": [{"precision": 0.8, "score": 0.7, "coverage": 1}],
        "sv": [{"precision": 0.9, "score": 0.85, "coverage": 0.1}],
    }
    elsewhere = [*SAID["floors_elsewhere"], {"precision": 0.95, "score": 0.84, "coverage": 0.2}]
    said = {**SAID, "floors_by_language": floors, "floors_elsewhere": elsewhere}
    (tmp_path / "calibration.json").write_text(json.dumps(said))
    calibration = ScoreCalibration.read(tmp_path)
    assert calibration.floor(0.9, language="en") == Floor(0.9, 0.8, 0.3)
    assert calibration.floor(0.8, language="en").score == 0.7
    assert calibration.floor(0.95, language="en").score == 0.84
    assert calibration.floor(0.9, language="sv").score == 0.85  # not the .84 of elsewhere
    with pytest.raises(ConfigurationError, match=r"right in 0\.950"):
        calibration.floor(0.95, language="sv")


def test_a_list_is_known_by_its_codes_however_they_are_written_and_called(calibration):
    assert calibration.knows(make_list("x", [("r509", "en", "Fever"), ("R05", "en", "Cough")]))
    assert not calibration.knows(make_list("x", [("R05", "es", "Tos")]))


@pytest.mark.parametrize(
    "damage",
    [
        {"features": ["luck"]},
        {"floors": [{}]},
        {"trees": {**SAID["trees"], "roots": []}},
        {"trees": {**SAID["trees"], "roots": [3]}},
        {"trees": {**SAID["trees"], "children": [[1, 7], [1, 1], [2, 2]]}},
        {"trees": {**SAID["trees"], "children": [[1, 2], [0, 0], [2, 2]]}},
        {"trees": {**SAID["trees"], "values": [0.0]}},
        {"trees": {**SAID["trees"], "features": [1, 0, 9]}},
        {"trees": {**SAID["trees"], "thresholds": [float("nan"), 0.0, 0.0]}},
        {"lists": None},
    ],
)
def test_a_damaged_one_is_told(tmp_path, damage):
    (tmp_path / "calibration.json").write_text(json.dumps({**SAID, **damage}))
    with pytest.raises(ModelError, match="Fit it again"):
        ScoreCalibration.read(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, "[1]", "{", '{"floors": 1e400}'])
def test_what_is_no_calibration_is_told(tmp_path, text):
    (tmp_path / "calibration.json").write_text(text)
    with pytest.raises(ModelError, match="Fit it again"):
        ScoreCalibration.read(tmp_path)


@pytest.mark.parametrize("first", ["lexical", "retriever"])
def test_what_is_installed_is_calibrated_for_icd_10_alone(first):
    calibration = calibration_of(first, ICD)
    known, elsewhere = calibration.floor(0.9), calibration.floor(0.9, elsewhere=True)
    assert known.coverage > 0.3 and elsewhere.coverage > 0.2
    assert elsewhere.score >= known.score
    assert calibration.languages == ("es",) and not calibration.knows(ICD)
    assert calibration.measured_languages[1:] == ("cs", "en", "it", "nl", "ro", "sv")
    for language in calibration.measured_languages[1:]:
        assert calibration.floor(0.9, language=language).score >= known.score
    assert calibration_of(first, make_list("atc", [("N02BE01", "", "x")])) is None


@pytest.mark.parametrize("first", ["lexical", "retriever"])
def test_more_of_what_speaks_for_a_code_never_makes_it_less_probable(first):
    trees: BoostedTrees = calibration_of(first, ICD).trees
    random = np.random.default_rng(0)
    rows = random.random((200, len(FEATURES)))
    for names, sign in ((RISING, 1), (FALLING, -1)):
        for name in names:
            more = rows.copy()
            more[:, FEATURES.index(name)] += sign * random.random(200)
            assert (trees.sums(more) >= trees.sums(rows) - 1e-3).all(), name


def test_a_reranker_is_calibrated_beside_the_retriever_that_it_was_fitted_with():
    installed = CoderFolder.read(Path(RERANKER), RERANKER).path
    both = calibration_of(RETRIEVER, ICD, rerank=installed)
    alone = calibration_of(RETRIEVER, ICD)
    assert both.first == first_stage_hash(RETRIEVER) and alone.first is None
    assert both.floor(0.9).coverage > alone.floor(0.9).coverage
    assert calibration_of(LEXICAL, ICD, rerank=installed) is None
