"""Hold that a list's codes are looked up under its names."""

import pytest
from concept_encoders import POINTS, named_concepts

from projector.coding.code_list import make_list
from projector.diagnosis.code_names import listed_concepts, told_without
from projector.errors import ConfigurationError

ROWS = [
    ("i219", "en", "heart attack"),
    ("i219", "es", "infarto"),
    ("Z99", "en", "machine"),
    ("R50.9", "en", "fever"),
]


def test_codes_are_found_however_they_are_written_and_the_others_told():
    codes = make_list("mine.tsv", ROWS)
    some, without = listed_concepts(named_concepts(), codes, "es")
    assert sorted(some.table["name"].to_list()) == ["fever", "infarto"]
    assert some.nearest(POINTS[[3]], 1)[0][0].name == "infarto"
    assert without == ("Z99",)
    assert told_without(codes, without) == "mine.tsv: of 3 codes 1 have no concept: Z99"
    assert told_without(codes, ()) == ""


def test_a_list_of_other_codes_is_refused():
    with pytest.raises(ConfigurationError, match=r"no concept of any of its codes, as Z99"):
        listed_concepts(named_concepts(), make_list("mine", [("Z99", "en", "machine")]))
