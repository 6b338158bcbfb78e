"""Sides, negations and doubts that are lost, gained or changed are told."""

import pytest

from projector.audit.cue_check import certainty_findings, negation_findings, side_findings
from projector.audit.findings import Severity
from projector.document import Document, Fragment


def findings(check, source, target, language="en"):
    documents = Document("a", "es", source), Document("a", language, target)
    stretches = [(Fragment(0, len(text)),) for text in (source, target)]
    return list(check(*documents, *stretches))


RIGHT = {
    "en": ("right leg", "left leg"),
    "it": ("gamba destra", "gamba sinistra"),
    "nl": ("rechterbeen", "linkerbeen"),
    "sv": ("höger ben", "vänster ben"),
    "ro": ("piciorul drept", "piciorul stâng"),
    "cz": ("pravá noha", "levá noha"),
}


@pytest.mark.parametrize("language", RIGHT)
def test_a_swapped_side_is_told_in_every_language(language):
    right, left = RIGHT[language]
    assert findings(side_findings, "Lesión en pierna derecha", right, language) == []
    (finding,) = findings(side_findings, "Lesión en pierna derecha", left, language)
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("right became left: derecha → ")


def test_a_lost_and_a_gained_side_are_told():
    assert findings(side_findings, "pierna derecha", "leg")[0].target is None
    assert findings(side_findings, "pierna", "right leg")[0].source is None


def test_an_abbreviation_may_hold_the_side():
    assert findings(side_findings, "dolor en FID", "pain in the right iliac fossa") == []
    assert findings(side_findings, "ventrículo izquierdo", "LV") == []


def test_both_answers_bilateral():
    assert findings(side_findings, "edema bilateral", "oedema of both legs") == []


def test_leaving_is_no_side():
    assert findings(side_findings, "Abandonó el hospital", "She left the hospital") == []


NEGATED = {
    "en": ("No fever", "Fever"),
    "it": ("Non presenta febbre", "Presenta febbre"),
    "nl": ("Geen koorts", "Koorts"),
    "sv": ("Ingen feber", "Feber"),
    "ro": ("Nu prezintă febră", "Prezintă febră"),
    "cs": ("Nemá horečku", "Má horečku"),
}


@pytest.mark.parametrize("language", NEGATED)
def test_a_negation_lost_or_gained_is_told_in_every_language(language):
    negated, affirmed = NEGATED[language]
    assert findings(negation_findings, "No presenta fiebre", negated, language) == []
    assert findings(negation_findings, "Presenta fiebre", affirmed, language) == []
    (lost,) = findings(negation_findings, "No presenta fiebre", affirmed, language)
    assert (lost.source, lost.target) == (Fragment(0, 2), None)
    (gained,) = findings(negation_findings, "Presenta fiebre", negated, language)
    assert gained.source is None


@pytest.mark.parametrize(
    ("source", "target", "language"),
    [
        ("Sin fiebre", "Afebrile", "en"),
        ("Sin alteraciones", "Unremarkable", "en"),
        ("Sin dolor", "Smärtfri", "sv"),
        ("Sin cambios", "Onveranderd", "nl"),
        ("No se observa ninguna lesión", "No lesion is seen", "en"),
        ("linfoma no-Hodgkin", "non-Hodgkin lymphoma", "en"),
    ],
)
def test_a_negation_may_be_rendered_otherwise(source, target, language):
    assert findings(negation_findings, source, target, language) == []


def test_a_lost_doubt_is_told():
    assert findings(certainty_findings, "Probable neumonía", "Probable pneumonia") == []
    (finding,) = findings(certainty_findings, "Probable neumonía", "Pneumonia")
    assert finding.kind == "certainty"


def test_an_unknown_language_is_not_judged():
    for check in (side_findings, negation_findings, certainty_findings):
        assert findings(check, "No, pierna derecha", "Kein Bein", "de") == []
