"""Numbers are found with what they may mean and what they count."""

from fractions import Fraction as Ratio

import pytest

from projector.audit.quantities import find_quantities
from projector.document import Fragment


def quantities(text, language="es"):
    return find_quantities(text, Fragment(0, len(text)), language)


def readings(text, language="es"):
    return [set(one.readings) for one in quantities(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,5", {Ratio(1, 2)}),
        ("1.500", {Ratio(1500), Ratio(3, 2)}),
        ("0.500", {Ratio(1, 2)}),
        ("1.234.567", {Ratio(1234567)}),
        ("1,234.5", {Ratio(2469, 2)}),
        ("10 000", {Ratio(10000)}),
        ("12.3.2010", set()),
        (".5", {Ratio(1, 2)}),
        ("10 mil", {Ratio(10), Ratio(10000)}),
        ("8 p.m.", {Ratio(8), Ratio(20)}),
    ],
)
def test_digits_have_all_their_readings(text, expected):
    assert readings(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("treinta y cinco", "es", 35),
        ("veintitrés", "es", 23),
        ("forty-two", "en", 42),
        ("ventuno", "it", 21),
        ("vijfentwintig", "nl", 25),
        ("tjugofem", "sv", 25),
        ("douăzeci și cinci", "ro", 25),
        ("dvacet pět", "cz", 25),
        ("pětadvacet", "cs", 25),
        ("XIV", "en", 14),
        ("noviembre", "es", 11),
    ],
)
def test_numbers_in_words_are_understood_in_every_language(text, language, expected):
    (quantity,) = quantities(text, language)
    assert quantity.readings == {Ratio(expected)}
    assert (quantity.place.start, quantity.place.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("850 mg", "mg"),
        ("5mg/24 h", "mg"),
        ("13,5 g/dl", "g/dl"),
        ("120 mmHg.", "mmHg"),
        ("20 µg", "µg"),
        ("20 mcg", "µg"),
        ("37 ºC", "°C"),
        ("6 meses", "month"),
        ("6-month", "month"),
        ("50%", "%"),
        ("5 a 7", None),
        ("3 mgx", None),
    ],
)
def test_a_number_has_its_unit(text, unit):
    assert quantities(text)[0].unit == unit


def test_the_exponent_of_a_unit_is_no_number():
    assert len(quantities("27 kg/m2")) == 1
