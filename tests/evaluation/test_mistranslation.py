"""Translations are spoilt in places that are known."""

from random import Random

import pytest

from projector.audit.findings import Block, Kind
from projector.document import Fragment
from projector.evaluation.mistranslation import SPOILERS, Translation
from projector.text.sentences import split_sentences

SOURCE = (
    "Paciente con fiebre de 39 grados en casa desde hace tres días completos. "
    "Sin dolor en la pierna derecha a la exploración física de ingreso hoy. "
    "Se administran 850 mg de metformina al día por vía oral con buena respuesta. "
    "Recibe tratamiento antibiótico intravenoso durante diez días en el hospital. "
    "Mejora clínicamente tras la intervención quirúrgica que fue programada antes. "
    "Alta sin incidencias a su domicilio y revisión en consultas externas en un mes."
)
TARGET = (
    "Patient with a fever of 39 degrees at home for the last three full days. "
    "Without pain in the right leg on physical examination on admission today. "
    "He is given 850 mg of metformin a day by mouth, and responds to it well. "
    "He receives intravenous antibiotic treatment in the hospital for ten days. "
    "He improves clinically after the surgical procedure that was planned before. "
    "Discharged home without incident and for review in outpatient clinics in a month."
)
OTHER = "A woman was seen for chronic headache that had lasted for several years already. She left."


def sentences(text):
    return [Fragment(start, end) for start, end in split_sentences(text).tolist()]


def translation(target=TARGET):
    pairs = zip(sentences(SOURCE), sentences(target), strict=True)
    blocks = [Block((source,), (other,)) for source, other in pairs]
    return Translation(SOURCE, target, "en", blocks, OTHER)


@pytest.mark.parametrize("kind", SPOILERS)
def test_the_text_differs_and_its_places_are_told(kind):
    spoiler, answers = SPOILERS[kind]
    spoilt = spoiler(translation(), Random(1))
    assert spoilt.text != TARGET
    assert kind in answers
    assert len(spoilt.sources) == len(spoilt.targets) > 0
    for place in spoilt.targets:
        assert place is None or spoilt.text[place.start : place.end].strip()


def test_a_number_is_another_where_it_is_said_to_be():
    spoilt = SPOILERS[Kind.NUMBER][0](translation(), Random(1))
    written = [spoilt.text[one.start : one.end] for one in spoilt.targets]
    assert len(written) == 2 and written[0] != "39" and written[1] != "850"
    assert [len(one) for one in written] == [2, 3]


def test_a_side_and_a_negation_are_turned():
    assert "left leg" in SPOILERS[Kind.SIDE][0](translation(), Random(1)).text
    assert "With pain" in SPOILERS[Kind.NEGATION][0](translation(), Random(1)).text


@pytest.mark.parametrize(
    ("language", "written", "spoilt"),
    [
        ("en", "No oedema.", "Oedema."),
        ("en", "There is no oedema.", "There is   oedema."),
        ("cs", "Neměl otoky.", "Měl otoky."),
        ("ro", "Fără febră.", "Cu febră."),
    ],
)
def test_a_sentence_that_loses_its_negation_still_begins_with_a_capital(language, written, spoilt):
    block = Block((Fragment(0, 4),), (Fragment(0, len(written)),))
    whole = Translation("Sin.", written, language, [block], "")
    assert SPOILERS[Kind.NEGATION][0](whole, Random(1)).text == spoilt


def test_what_can_not_be_spoilt_is_left():
    empty = Translation("", "", "en", [], "")
    assert all(spoiler(empty, Random(1)) is None for spoiler, _ in SPOILERS.values())
