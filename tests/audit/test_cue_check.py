"""Sides, negations and doubts that are lost, gained or changed are told."""

import numpy as np
import pytest

from projector.audit.correspondence import Correspondence
from projector.audit.cue_check import cue_findings
from projector.audit.cues import find_cues, knows_cues
from projector.audit.findings import Kind, Severity
from projector.document import Document, Fragment

NONE = np.zeros((0, 2), np.int64)


def findings(kind, source, target, language="en"):
    documents = Document("a", "es", source), Document("a", language, target)
    ends = [np.array([0.0, len(text)]) for text in (source, target)]
    between = Correspondence(NONE, NONE, np.zeros(0, np.int64), *ends)
    cues = find_cues(documents[0]), find_cues(documents[1])
    stretch = (Fragment(0, len(target)),)
    return [one for one in cue_findings(*documents, cues, stretch, between) if one.kind is kind]


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
    assert findings(Kind.SIDE, "Lesión en pierna derecha", right, language) == []
    (finding,) = findings(Kind.SIDE, "Lesión en pierna derecha", left, language)
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("right became left: derecha → ")


def test_a_lost_and_a_gained_side_are_told():
    assert findings(Kind.SIDE, "pierna derecha", "leg")[0].target is None
    assert findings(Kind.SIDE, "pierna", "right leg")[0].source is None


def test_an_abbreviation_may_hold_the_side():
    assert findings(Kind.SIDE, "dolor en FID", "pain in the right iliac fossa") == []
    assert findings(Kind.SIDE, "ventrículo izquierdo", "LV") == []


def test_both_answers_bilateral():
    assert findings(Kind.SIDE, "edema bilateral", "oedema of both legs") == []


def test_leaving_is_no_side():
    assert findings(Kind.SIDE, "Abandonó el hospital", "She left the hospital") == []


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
    assert findings(Kind.NEGATION, "No presenta fiebre", negated, language) == []
    assert findings(Kind.NEGATION, "Presenta fiebre", affirmed, language) == []
    (lost,) = findings(Kind.NEGATION, "No presenta fiebre", affirmed, language)
    assert (lost.source, lost.target) == (Fragment(0, 2), None)
    (gained,) = findings(Kind.NEGATION, "Presenta fiebre", negated, language)
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
    assert findings(Kind.NEGATION, source, target, language) == []


def test_a_lost_doubt_is_told():
    assert findings(Kind.CERTAINTY, "Probable neumonía", "Probable pneumonia") == []
    (finding,) = findings(Kind.CERTAINTY, "Probable neumonía", "Pneumonia")
    assert finding.kind == "certainty"


def test_an_unknown_language_is_not_judged():
    assert not knows_cues(Document("a", "de", "Kein Bein, links"))
    assert find_cues(Document("a", "de", "Kein Bein, links")) == []


SEVERAL = {
    "en": "No fever, no cough, with pain",
    "it": "Senza febbre, senza tosse, con dolore",
    "nl": "Geen koorts, geen hoest, met pijn",
    "sv": "Ingen feber, ingen hosta, med smärta",
    "ro": "Fără febră, fără tuse, cu durere",
    "cs": "Bez horečky, bez kašle, s bolestí",
}


@pytest.mark.parametrize("language", SEVERAL)
def test_one_of_several_negations_lost_is_told(language):
    source, target = "Sin fiebre, sin tos, con dolor", SEVERAL[language]
    assert findings(Kind.NEGATION, source, target, language) == []
    first = target.split(",")[0].split()[0].lower()
    fewer = ", ".join(part.replace(first, "") for part in target.split(", "))
    assert len(findings(Kind.NEGATION, source, fewer, language)) == 1


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Sin embargo, mejoró", "He improved"),
        ("No obstante, fiebre", "Fever, though"),
        ("No solo tos", "Not only a cough"),
        ("Nº 4", "Number 4"),
        ("No es posible verlo", "It can not be seen"),
        ("Exploración irrelevante", "Examination without findings"),
    ],
)
def test_what_negates_or_doubts_nothing_is_not_missed(source, target):
    found = (findings(kind, source, target) for kind in (Kind.NEGATION, Kind.CERTAINTY))
    assert [one for some in found for one in some] == []
