from fractions import Fraction as Ratio

import pytest

from projector.audit.units import in_base, unit_at


@pytest.mark.parametrize(
    ("text", "unit", "rest"),
    [
        ("mg cada 8 horas", "mg", " cada 8 horas"),
        (" mg/dl.", "mg/dl", "."),
        ("-miligramos", "mg", ""),
        ("mm Hg", "mmHg", ""),
        ("mm de Hg,", "mmHg", ","),
        ("mm3", "µl", ""),
        ("% de", "%", " de"),
        ("ºC", "°C", ""),
        ("° C", "°C", ""),
        ("latidos por minuto", "bpm", ""),
        ("U.I.", "U", ""),
        ("μg", "µg", ""),  # the Greek letter for the sign
        ("año", "year", ""),
    ],
)
def test_a_unit_is_known_however_it_is_written(text, unit, rest):
    found = unit_at(text, 0, "es")
    assert found is not None
    assert (found[0], text[found[1] :]) == (unit, rest)


@pytest.mark.parametrize("text", ["", "  mg", "pacientes", "mg_2", "mg5", ".mg", "mgx"])
def test_what_is_no_unit_is_none(text):
    assert unit_at(text, 0, "es") is None


def test_a_unit_stands_at_its_offset():
    assert unit_at("5 mg y 3 ml", 1, "es") == ("mg", 4)
    assert unit_at("5 mg y 3 ml", 8, "es") == ("ml", 11)


@pytest.mark.parametrize(
    ("text", "language", "unit"),
    [
        ("u", "nl", "h"),
        ("u/l", "nl", "U/l"),
        ("U", "nl", "U"),
        ("u", "es", "U"),
        ("E", "sv", "U"),
        ("e", "es", None),
    ],
)
def test_a_language_may_write_a_unit_otherwise(text, language, unit):
    found = unit_at(text, 0, language)
    assert (found and found[0]) == unit


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((1, "g"), (1000, "mg")),
        ((Ratio(1, 2), "l"), (5, "dl")),
        ((2, "h"), (120, "min")),
        ((1, "week"), (7, "day")),
        ((1, "year"), (12, "month")),
        ((2, "Gy"), (200, "cGy")),
    ],
)
def test_multiples_are_equal_in_their_base(left, right):
    (value, unit), (other, of_other) = left, right
    assert in_base(Ratio(value), unit) == in_base(Ratio(other), of_other)


@pytest.mark.parametrize("unit", [None, "mmHg", "mg/dl", "°C"])
def test_a_unit_without_multiples_has_no_base(unit):
    assert in_base(Ratio(1), unit) is None
