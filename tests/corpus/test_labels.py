import pytest

from projector.corpus.labels import (
    KNOWN_LABELS,
    label_map,
    label_twins,
    rename_event,
    unknown_labels,
    unused_names,
)
from projector.document import Annotation


def test_the_users_names_come_before_the_known_ones():
    assert label_map() == dict(KNOWN_LABELS)
    assert label_map({"SINTOMA": "SIGN", "X": "Y"}) == {
        **KNOWN_LABELS,
        "SINTOMA": "SIGN",
        "X": "Y",
    }
    assert label_map({"SINTOMA": "SINTOMA"})["SINTOMA"] == "SINTOMA"
    assert label_map({"X": "Y"}, known=False) == {"X": "Y"}
    assert label_map(known=False) == {}


def test_a_label_is_known_with_its_accent_and_without():
    plain = str.maketrans("ÍÁÓ", "IAO")
    for label, name in KNOWN_LABELS.items():
        assert KNOWN_LABELS[label.translate(plain)] == name


def test_an_event_is_renamed_with_its_trigger_only():
    event = Annotation("E1", "event", "A", (("A", "T1"), ("A", "T2")), line=3)
    renamed = rename_event(event, {"A": "B"})
    assert renamed == Annotation("E1", "event", "B", (("B", "T1"), ("A", "T2")))
    assert renamed.line == 3
    assert rename_event(event, {"C": "D"}) == event


@pytest.mark.parametrize("kind", ["attribute", "relation", "note", "normalization", "equivalence"])
def test_what_is_no_event_keeps_its_name(kind):
    annotation = Annotation("A1", kind, "A", (("A", "T1"),))
    assert rename_event(annotation, {"A": "B"}) is annotation


def test_labels_that_differ_in_how_they_are_written_only_are_told():
    assert label_twins(["DISEASE", "X"], ["DISEASE", "Y"]) == []
    assert label_twins(["a", "A"], ["a", "A"]) == []  # both sides have both
    (told,) = label_twins(["TUMOR_MORPHOLOGY"], ["Tumor morphology"])
    assert "gold has TUMOR_MORPHOLOGY, the predictions Tumor morphology" in told


def test_labels_that_no_mention_has_are_told_with_the_nearest():
    there = {"DISEASE", "SYMPTOM"}
    assert unknown_labels(["DISEASE"], there) == ()
    assert unknown_labels(["disese", "X"], there) == (
        "no mention is labelled disese; the labels are DISEASE, SYMPTOM; did you mean DISEASE?",
        "no mention is labelled X; the labels are DISEASE, SYMPTOM",
    )
    assert unknown_labels(["X"], ()) == ("no mention is labelled X; there are no mentions",)


def test_new_names_that_no_label_gets_are_told_the_built_in_ones_not():
    names = label_map({"DISEASES": "ILLNESS", "SINTOMA": "SIGN", "FARMACO": "DRUG"})
    assert unused_names(names, {"DISEASE", "SIGN", "DRUG"}) == (
        "--label DISEASES=ILLNESS: no mention is labelled DISEASES; the labels are DISEASE, DRUG, "
        "SIGN; did you mean DISEASE?",
    )
