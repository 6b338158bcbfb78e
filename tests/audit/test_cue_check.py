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


def test_what_only_may_negate_answers_its_like_first():
    source = "Eje normal, sin trastornos de la conducción"
    assert findings(Kind.NEGATION, source, "Normal axis, without conduction disorders") == []
    (lost,) = findings(Kind.NEGATION, source, "Axis normal, with conduction disorders")
    assert lost.message.startswith("sin:")


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


JOINED = {
    "en": ("Without fever, cough or pain", "Without fever and without cough or pain"),
    "it": ("Senza febbre, tosse né dolore", "Senza febbre e senza tosse né dolore"),
    "nl": ("Zonder koorts, hoest of pijn", "Zonder koorts en zonder hoest of pijn"),
    "sv": ("Utan feber, hosta eller smärta", "Utan feber och utan hosta eller smärta"),
    "ro": ("Fără febră, tuse sau durere", "Fără febră și fără tuse sau durere"),
    "cs": ("Bez horečky, kašle a bolesti", "Bez horečky a bez kašle a bolesti"),
}


@pytest.mark.parametrize("language", JOINED)
def test_what_carries_a_negation_on_may_be_joined_or_negated_again(language):
    for target in JOINED[language]:
        assert findings(Kind.NEGATION, "Sin fiebre, ni tos ni dolor", target, language) == []


LOST = {
    "en": ("Without fever and without cough", "Without fever and with cough"),
    "it": ("Senza febbre e senza tosse", "Senza febbre e con tosse"),
    "nl": ("Zonder koorts en zonder hoest", "Zonder koorts en met hoest"),
    "sv": ("Utan feber och utan hosta", "Utan feber och med hosta"),
    "ro": ("Fără febră și fără tuse", "Fără febră și cu tuse"),
    "cs": ("Bez horečky a bez kašle", "Bez horečky a s kašlem"),
}


@pytest.mark.parametrize("language", LOST)
def test_one_of_two_negations_that_render_one_is_missed(language):
    negated, lost = LOST[language]
    assert findings(Kind.NEGATION, "Sin fiebre ni tos", negated, language) == []
    assert len(findings(Kind.NEGATION, "Sin fiebre ni tos", lost, language)) == 1


def test_a_verb_that_a_negation_goes_on_with_is_negated_again():
    source = "No es diabético ni tiene dislipemia"
    for target in ("He is diabetic or has no dyslipidaemia", "He is not diabetic or has it"):
        assert len(findings(Kind.NEGATION, source, target)) == 1
    assert findings(Kind.NEGATION, source, "He is not diabetic and has no dyslipidaemia") == []


def test_an_or_answers_no_other_negation():
    source, target = "Sin fiebre o tos", "With fever or cough"
    assert len(findings(Kind.NEGATION, source, target)) == 1


@pytest.mark.parametrize(
    "source", ["Saturación de oxígeno del 96,5% basal", "SatO2 basal 96%", "Saturación basal 96%"]
)
def test_a_saturation_without_oxygen_is_missed(source):
    for target in ("Saturation 96% without oxygen", "Saturation at baseline 96%"):
        assert findings(Kind.NEGATION, source, target) == []
    assert len(findings(Kind.NEGATION, source, "Saturation 96% with oxygen")) == 1


@pytest.mark.parametrize("source", ["Glucosa basal 96", "Saturación 96%. Glucosa basal"])
def test_another_base_is_no_negation(source):
    assert findings(Kind.NEGATION, source, "Glucose with something") == []


@pytest.mark.parametrize(
    ("source", "target", "lost", "language"),
    [
        ("Dolor; masa indolora", "Pain; painless mass", "Pain; painful mass", "en"),
        ("Masa irresecable", "Massa non resecabile", "Massa resecabile", "it"),
        ("Sonda ineficaz", "Sonde zonder effect", "Sonde met effect", "nl"),
        ("Afebril", "Utan feber", "Med feber", "sv"),
        (
            "Exploración irrelevante",
            "Examen fără particularități",
            "Examen cu particularități",
            "ro",
        ),
        ("Está asintomático", "Je bez příznaků", "Je s příznaky", "cs"),
    ],
)
def test_a_word_that_negates_by_its_build_is_missed(source, target, lost, language):
    assert findings(Kind.NEGATION, source, target, language) == []
    assert len(findings(Kind.NEGATION, source, lost, language)) == 1


def test_a_second_negative_word_of_a_clause_takes_no_counterpart_away():
    source = "No presentaba ningún tipo de dolor en la zona"
    assert findings(Kind.NEGATION, source, "There was no pain of any kind in the area") == []
