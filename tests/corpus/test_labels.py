import pytest

from projector.corpus.labels import KNOWN_LABELS, label_map, label_twins, rename_event
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
