"""Hold which mentions a list can code."""

import pytest

from projector.coding.codable_labels import (
    coded_labels,
    is_icd10,
    label_key,
    labels_left_alone,
    of_diagnoses,
    of_procedures,
)
from projector.coding.code_list import make_list, read_codes
from projector.errors import CorpusError

ICD = make_list("icd", [("R05", "es", "Tos"), ("I10", "es", "HTA"), ("QA0.1", "en", "x")])
OTHER = make_list("atc", [("N02BE01", "es", "paracetamol"), ("R05DA04", "es", "codeína")])
DRUGS = make_list("atc", [("N02BE01", "es", "paracetamol")], labels=("MEDICATION",))
LABELS = ("DISEASE", "Síntomas", "Sign_or_Symptom", "ENFERMEDAD", "MEDICATION", "PROCEDURE")


def test_labels_are_compared_without_case_accents_signs_and_plural():
    assert label_key("Síntomas") == label_key("SINTOMA")
    assert label_key("sign-or-symptom") == label_key("SignOrSymptoms")
    for label in ("DIAGNOSIS", "Diagnósticos", "Hallazgos", "ziekte", "sjukdom", "boală", "nemoc"):
        assert of_diagnoses(label), label
    assert of_procedures("Procedimientos") and not of_diagnoses("MEDICATION")


def test_icd_10_codes_diseases_and_symptoms_and_other_lists_what_they_say():
    assert is_icd10(ICD) and not is_icd10(OTHER)
    coded = coded_labels(ICD, (), LABELS)
    assert coded == {"DISEASE", "Síntomas", "Sign_or_Symptom", "ENFERMEDAD"}
    assert coded_labels(ICD, ("PROCEDURE",), LABELS) == {"PROCEDURE"}
    assert coded_labels(OTHER, (), LABELS) == {*LABELS}
    assert coded_labels(DRUGS, (), LABELS) == {"MEDICATION"}


def test_what_is_left_alone_is_told():
    (told,) = labels_left_alone(ICD, (), LABELS)
    assert "left alone: MEDICATION, PROCEDURE" in told and "--only" in told
    (told,) = labels_left_alone(OTHER, (), LABELS)
    assert "doesn't say what its codes are for" in told and "--list-label" in told
    (told,) = labels_left_alone(DRUGS, (), ("DISEASE",))
    assert told.startswith("nothing is coded: atc codes MEDICATION, and the labels are DISEASE")
    assert labels_left_alone(ICD, (), ("DISEASE",)) == () == labels_left_alone(ICD, ("X",), LABELS)


def test_a_list_says_its_labels_in_a_column(tmp_path):
    path = tmp_path / "atc.tsv"
    path.write_text("code\tes\tLabels\nN02BE01\tparacetamol\tDRUG;MEDICATION\nA\tx\t\n")
    assert read_codes(path).labels == ("DRUG", "MEDICATION")
    assert read_codes(path).assignable().labels == ("DRUG", "MEDICATION")
    path.write_text("code\tes\tlabels\nN02BE01\tparacetamol\tDRUG\nA\tx\tDISEASE\n")
    with pytest.raises(CorpusError, match="different things of different codes: DISEASE; DRUG"):
        read_codes(path)
