"""Numbers find their counterparts, the surest first, in time that grows with their number."""

import time

import pytest

from projector.audit.number_matching import match_numbers
from projector.audit.quantities import find_quantities
from projector.document import Fragment


def quantities(text, language="es"):
    return find_quantities(text, Fragment(0, len(text)), language) if text else []


def matched(source, target):
    match = match_numbers(quantities(source), quantities(target, "en"))
    return [len(match.units), len(match.sources), len(match.targets)]


@pytest.mark.parametrize(
    ("source", "target", "left"),
    [
        ("5 mg y 5 ml", "5 ml and 5 mg", [0, 0, 0]),
        ("5 mg", "5 mg/day", [0, 0, 0]),
        ("5 mg/día", "5 mg", [0, 0, 0]),
        ("5 mg/día", "5 mg/h", [1, 0, 0]),
        ("5", "5 mg", [0, 0, 0]),
        ("5 mg", "6 mg", [0, 1, 1]),
        ("1,5 l", "1500 ml", [0, 0, 0]),
        ("12/03/2010", "12 3 2010", [0, 0, 0]),
        ("", "7", [0, 0, 1]),
        ("180880 pg/ml", "180 880 pg/ml", [0, 0, 0]),
        ("180 / 880", "180880", [0, 0, 0]),
    ],
)
def test_numbers_are_matched_by_value_and_unit(source, target, left):
    assert matched(source, target) == left


def test_a_line_of_many_numbers_takes_no_square_of_them():
    source = " ".join(f"5 {unit}" for unit in ("mg", "ml") * 5000)
    start = time.process_time()
    assert matched(source, source.replace("mg", "kg")) == [5000, 0, 0]
    assert time.process_time() - start < 5
