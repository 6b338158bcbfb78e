"""Hold how points are looked up, and how two meanings are compared."""

import pytest
import torch
from concept_encoders import POINTS, named_concepts

from projector.concepts.compared_meaning import compared_meaning


def test_the_nearest_come_first_with_their_cosines():
    point = torch.nn.functional.normalize(2 * POINTS[2] + POINTS[3], dim=0)
    ((first, second),) = named_concepts().nearest(point[None], 2)
    assert (first.code, first.name, first.chapter, first.block) == (
        *("R50.9", "fiebre", "XVIII", "R50-R69"),
    )
    assert first.cosine == pytest.approx(2 / 5**0.5, abs=1e-4)
    assert second.code == "I21.9"
    assert [len(near) for near in named_concepts().nearest(POINTS, 9)] == [4] * 4


def test_some_are_looked_up_under_other_names():
    some = named_concepts().among({3: "heart attack", 0: "chest pain"})
    ((first, second),) = some.nearest(POINTS[[0]], 2)
    assert (first.code, first.name) == ("R07.4", "chest pain")
    assert (second.code, second.name) == ("I21.9", "heart attack")


@pytest.mark.parametrize(
    ("source", "span", "words"),
    [
        (0, 0, "both say R07.4 dolor torácico"),
        (0, 1, "both are of R00-R09: the source says R07.4 dolor torácico, the span R07.1 dolor"),
        (0, 2, "they part: the source says R07.4 dolor torácico, the span R50.9 fiebre"),
    ],
)
def test_what_two_points_say_is_told_in_words(source, span, words):
    compared = compared_meaning(named_concepts(), POINTS[source], POINTS[span], 2)
    assert compared.words.startswith(words)
    assert compared.cosine == float(source == span)
    assert compared.mention[0].cosine == compared.span[0].cosine == 1


def test_what_has_no_point_is_not_compared():
    compared = compared_meaning(named_concepts(), POINTS[0], None, 2)
    assert compared.cosine is None and not compared.words and not compared.span
    assert compared.mention[0].code == "R07.4"
