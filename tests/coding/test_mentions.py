"""Hold what tells coded documents from each other, and the codes that a cell holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.coding.mentions import CodedDocument, codes_in, refuse_unknown
from projector.document import Document
from projector.errors import ConfigurationError

codes = st.from_regex(r"[A-Z][0-9]{2}(\.[0-9]{1,2})?[*†]?", fullmatch=True)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("R05", ("R05",)),
        ("A39.0+G01", ("A39.0", "G01")),
        ("A39.0+G01; I10", ("A39.0", "G01", "I10")),
        ("A39.0|G01", ("A39.0", "G01")),
        ("A39.0 + G01", ("A39.0", "G01")),
        ("A39.0+", ("A39.0+",)),  # a dagger's
        ("A17.0+", ("A17.0+",)),
        ("A17.0++G01*", ("A17.0+", "G01*")),
        ("22298006+840539006", ("22298006", "840539006")),
        ("r05;r05", ("r05", "r05")),
        ("None", ()),
        ("NO_CODE", ()),
        ("nomap", ()),
        ("", ()),
        ("  ", ()),
        ("R05+None", ("R05",)),
    ],
)
def test_a_cells_codes_are_parted_and_none_is_none(cell, expected):
    assert codes_in(cell) == expected


@given(st.lists(codes, max_size=5), st.sampled_from(["+", ";", "|", "; ", " + "]))
def test_codes_that_are_joined_are_parted_again(joined, between):
    assert codes_in(between.join(joined)) == tuple(joined)


@given(st.text(max_size=20))
def test_whatever_a_cell_holds_its_codes_are_parts_of_it(cell):
    for code in codes_in(cell):
        assert code and code in cell and code == code.strip()


def test_a_document_is_known_by_its_name_and_its_text_without_its_edges():
    text = Document("a", "es", "\n Tos. \n")
    assert CodedDocument("es", "a", (), text).known_by() == {"a", "Tos."}
    assert CodedDocument("es", "a", ()).known_by() == {"a"}
    assert CodedDocument("es", "", (), Document("", "es", " ")).known_by() == set()


def test_labels_of_which_nobody_has_any_are_told():
    refuse_unknown([], ["DISEASE"])  # all are meant
    refuse_unknown(["DRUG"], [])  # there is nothing to know them by
    refuse_unknown(["DRUG", "DISEASE"], ["DISEASE", "SYMPTOM"])
    told = r"labelled DRUG or GENE; the labels are DISEASE, SYMPTOM \(.*--keep-labels\)"
    with pytest.raises(ConfigurationError, match=told):
        refuse_unknown(["GENE", "DRUG"], iter(["SYMPTOM", "DISEASE", "SYMPTOM"]))
