"""Hold how ICD-10 codes are written, and what stands above them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.coding.icd10 import bounds, category, chapter, normal_code, shorter

letters, digits = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.sampled_from("0123456789")
last_of_category = st.sampled_from("0123456789AB")
categories = st.tuples(letters, digits, last_of_category).map("".join)
# Without a sole filler behind the category, which stands for nothing.
details = st.text("0123456789ABCDXS", min_size=1, max_size=4).filter(lambda one: one != "X")
dotted = st.tuples(categories, details).map(".".join)
codes = dotted | categories


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a00.0", "A00.0"),
        (" E119 ", "E11.9"),
        ("A39.0†", "A39.0"),
        ("A17.0+", "A17.0"),
        ("G01*", "G01"),
        ("I10X", "I10"),
        ("I10.X", "I10"),
        ("I10.-", "I10"),
        ("T36.0X1A", "T36.0X1A"),
        ("S0101X", "S01.01X"),
        ("C7A.00", "C7A.00"),
        ("QA0010", "QA0.010"),
        ("qa0.0101", "QA0.0101"),
        ("BW03ZZZ", "BW03ZZZ"),  # of procedures
        ("3E02329", "3E02329"),
        ("A00-A09", "A00-A09"),
        ("D99999999", "D99999999"),
        ("75702008", "75702008"),
        ("", ""),
        ("None", "NONE"),
    ],
)
def test_codes_are_brought_into_one_form(written, expected):
    assert normal_code(written) == expected
    assert normal_code(expected) == expected


@given(codes, st.sampled_from(["", "*", "†", "+", "‡", "!", " ", "* "]), st.booleans())
def test_case_marks_and_blanks_make_no_other_code(code, mark, lower):
    written = f" {code}{mark}"
    assert normal_code(written.lower() if lower else written) == code


@given(categories, st.text("0123456789ABCDS", min_size=1, max_size=3))
def test_a_missing_dot_makes_no_other_code(three, detail):
    assert normal_code(three + detail) == normal_code(f"{three}.{detail}") == f"{three}.{detail}"


@given(categories, st.sampled_from(["X", ".X", ".-", "-"]))
def test_fillers_behind_a_category_make_no_other_code(three, filler):
    assert normal_code(three + filler) == three


@given(st.text(max_size=12))
def test_whatever_is_written_has_a_form_without_marks_at_its_end(written):
    form = normal_code(written)
    assert not form or form[-1] not in "†‡*+!"
    assert normal_code(f" {form}\t") == form


@given(codes)
def test_what_stands_above_a_code_are_its_shorter_forms_down_to_the_category(code):
    above = shorter(code)
    assert all(long.startswith(short) and long != short for long, short in pairwise([code, *above]))
    assert not any(one.endswith(".") for one in above)
    if code == category(code):
        assert above == []
        return
    assert above[-1] == category(code)
    assert len(above) == len(code.replace(".", "")) - 3  # one for each character that is cut off
    assert shorter(above[0]) == above[1:]
    assert all(normal_code(one) == one for one in above if one[4:] != "X")


def test_what_stands_above_a_code_follows_from_its_characters():
    assert shorter("E11.92") == ["E11.9", "E11"]
    assert shorter("S01.01XA") == ["S01.01X", "S01.01", "S01.0", "S01"]
    assert shorter("E11") == [] and shorter("A00-A09") == [] and shorter("75702008") == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [("E11.9", "E11"), ("E11", "E11"), ("C7A.00", "C7A"), ("A00-A09", "A00-A09"), ("7570", "7570")],
)
def test_a_codes_category_has_three_characters(code, expected):
    assert category(code) == expected


def test_a_block_is_bounded_by_categories():
    assert bounds("A00-A09") == ("A00", "A09") and bounds("C7A-C7B") == ("C7A", "C7B")
    for other in ("A00", "A00.0-A09.9", "A00-", "", "A00-A09-B10"):
        assert bounds(other) is None


@given(categories, categories)
def test_every_two_categories_bound_a_block_that_is_its_own_category(first, last):
    block = f"{first}-{last}"
    assert bounds(block) == (first, last)
    assert category(block) == normal_code(block) == block
    assert chapter(block) == chapter(first)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("A00.1", "I"),
        ("D48", "II"),
        ("D49.5", "II"),
        ("D50", "III"),
        ("D89", "III"),
        ("D90", ""),  # between two chapters
        ("H59", "VII"),
        ("H60", "VIII"),
        ("I10", "IX"),
        ("O9A", "XV"),
        ("T98", "XIX"),
        ("V01", "XX"),
        ("U07.1", "XXII"),
        ("A00-B99", "I"),
        ("X", ""),
        ("75702008", ""),
    ],
)
def test_a_code_is_in_the_chapter_around_its_category(code, expected):
    assert chapter(code) == expected


def test_categories_with_two_letters_are_of_their_chapter():
    assert (category("QA0.0101"), chapter("QA0"), chapter("QA0-QA0")) == ("QA0", "XVII", "XVII")
    assert bounds("QA0-QA0") == ("QA0", "QA0")
    assert shorter("QA0.01") == ["QA0.0", "QA0"]
    assert chapter("BW0") == "" and category("BW03") == "BW03"  # of procedures
