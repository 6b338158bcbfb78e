"""Hold what a file of corrections may say."""

import json

import pytest
from pydantic import ValidationError

from schemas.corrections import Correction, Corrections

SPAN = {"start": 41, "end": 62}
CORRECTION = {
    "language": "en",
    "document": "case-01",
    "mention": "T1",
    "decision": "confirmed",
    "old": [SPAN],
    "new": [SPAN],
    "text": "arterial hypertension",
    "time": "2026-11-28T12:00:00Z",
}


def corrections(*entries, **changed):
    return {"version": 1, "run": "0" * 64, "reviewer": "ana", "corrections": entries} | changed


def read(content):
    return Corrections.model_validate_json(json.dumps(content))


def test_what_is_said_comes_back():
    said = corrections(CORRECTION, CORRECTION | {"mention": "T2", "reviewer": "eva"})
    found = read(said)
    assert Corrections.model_validate_json(found.to_json()) == found
    assert [found.reviewer_of(one) for one in found.corrections] == ["ana", "eva"]
    assert found.corrections[0].key == ("en", "case-01", "T1")
    assert found.corrections[0].comment == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"decision": "wrong"},
        {"decision": "absent"},  # and has a span
        {"decision": "absent", "new": []},  # and has words
        {"decision": "corrected", "new": [], "text": ""},
        {"new": [{"start": 40, "end": 62}]},  # confirmed, and not the run's
        {"decision": "corrected", "new": [{"start": 5, "end": 5}]},
        {"decision": "corrected", "new": [{"start": -1, "end": 5}]},
        {"decision": "corrected", "new": [{"start": 1.5, "end": 5}]},
        {"decision": "corrected", "new": [{"start": "1", "end": 5}]},
        {"decision": "corrected", "new": [{"start": True, "end": 5}]},
        {"decision": "corrected", "new": [SPAN, {"start": 61, "end": 70}]},
        {"decision": "corrected", "new": [{"start": 70, "end": 80}, SPAN]},
        {"old": [{"start": 70, "end": 80}, SPAN]},
        {"language": ""},
        {"document": None},
        {"text": None},
        {"time": "2026-11-28T12:00:00"},  # in which zone?
        {"time": "yesterday"},
        {"label": "DISEASE"},
    ],
)
def test_what_cannot_be_true_is_refused(changed):
    with pytest.raises(ValidationError):
        read(corrections(CORRECTION | changed))


@pytest.mark.parametrize("key", list(CORRECTION))
def test_nothing_may_be_missing(key):
    with pytest.raises(ValidationError, match=key):
        read(corrections({name: value for name, value in CORRECTION.items() if name != key}))


@pytest.mark.parametrize(
    "changed", [{"version": 2}, {"run": "0"}, {"run": "G" * 64}, {"reviewer": None}, {"more": 1}]
)
def test_a_file_of_another_kind_is_refused(changed):
    with pytest.raises(ValidationError):
        read(corrections(CORRECTION, **changed))


def test_a_mention_is_corrected_once():
    with pytest.raises(ValidationError, match="T1 of case-01 in en"):
        read(corrections(CORRECTION, CORRECTION))
    assert len(read(corrections(CORRECTION, CORRECTION | {"language": "it"})).corrections) == 2


def test_a_mention_that_the_run_did_not_find_may_be_absent_or_somewhere():
    read(corrections(CORRECTION | {"decision": "absent", "old": [], "new": [], "text": ""}))
    read(corrections(CORRECTION | {"decision": "corrected", "old": []}))


def test_a_correction_is_hashable():
    assert len({Correction.model_validate_json(json.dumps(CORRECTION)) for _ in range(2)}) == 1
