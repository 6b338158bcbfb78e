"""Hold what is said of the scores that codes are proposed from."""

import pytest

from projector.coding.code_list import make_list
from projector.coding.coder import Coder
from projector.coding.normalize import Abbreviations
from projector.coding.remarks import coding_remarks
from projector.coding.retrieval.bm25 import Lexical
from schemas.coding import CalibratedOn, CodingConfiguration, CodingFacts, CodingFloor

CODES = make_list("cie", [("R05", "es", "Tos")])
CODER = Coder("x", CODES, Lexical(CODES), Abbreviations({}), "x")


@pytest.mark.parametrize(
    ("lists", "measured", "said"),
    [
        (("a", "b"), True, "where 90% of such were right, and 40% of the mentions had one"),
        (("a", "b"), False, "90% were right on a list and in words that it was not fitted to"),
        # With one list nobody could look at another.
        (("a",), False, "95% were right there, half the errors of 90% to be safe, and 40%"),
    ],
)
def test_a_floor_says_what_it_rests_on(lists, measured, said):
    floor = CodingFloor(
        precision=0.9, score=0.8, coverage=0.4, languages=("cs",), measured=measured
    )
    known = CalibratedOn(lists=lists, languages=("es",), list_measured=measured)
    facts = CodingFacts(
        coder="x",
        fingerprint="",
        codes="cie",
        codes_fingerprint="",
        configuration=CodingConfiguration(),
        counts=(),
        floors=(floor,),
        calibrated_on=known,
    )
    assert any(said in remark for remark in coding_remarks(facts, CODER))
