"""A short form and what writes it out are a pair, where both stand alone in the same place."""

import numpy as np
import pytest

from projector.audit.short_forms import is_short_form, written_out

SHORT = ["Fiebre.", "AP: MVC.", "Alta."]
LONG = ["Fever.", "Lungs: preserved vesicular breath sounds.", "Discharge."]
AROUND = (np.array([0, 2]), np.array([0, 2]))


def test_a_short_form_alone_in_a_gap_is_written_out_by_what_is_alone_there():
    assert written_out([1], [1], AROUND, (SHORT, LONG)) == [(1, 1)]
    assert written_out([1], [1], AROUND, (LONG, SHORT)) == [(1, 1)]


def test_other_sentences_are_no_pairs_by_their_place_alone():
    assert written_out([1], [1], AROUND, (LONG, LONG)) == []


def test_what_stands_in_another_gap_or_among_more_is_no_pair():
    assert written_out([1], [3], AROUND, (SHORT, [*LONG, "Lungs clear."])) == []
    assert written_out([1], [1, 2], (AROUND[0], np.array([0, 3])), (SHORT, LONG)) == []


@pytest.mark.parametrize(
    ("sentence", "is_short"),
    [("No IY.", True), ("AP: MVC.", True), ("Sin edemas.", False), ("EXPLORACIÓN FÍSICA", False)],
)
def test_a_short_form_has_few_words_and_an_abbreviation(sentence, is_short):
    assert is_short_form(sentence) is is_short
