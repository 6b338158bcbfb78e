"""Hold who stands near whom in a list."""

import torch

from projector.coding.code_list import make_list
from projector.training.concepts.hierarchy import Hierarchy, standings

CODES = make_list(
    "test",
    [
        (code, "en", f"name of {code}")
        for code in ("E10-E14", "E11", "E11.0", "E11.9", "E13.9", "E66.0", "I10", "X")
    ],
)
CONCEPTS = ("E11.0", "E11.9", "E13.9", "E66.0", "I10", "X")


def test_what_stands_above_is_known_from_the_whole_list():
    above = standings(CONCEPTS, CODES)
    assert (above[0].parent, above[0].block, above[0].chapter) == ("E11", "E10-E14", "IV")
    assert (above[4].parent, above[4].chapter) == ("", "IX")
    assert above[5].chapter == ""


def test_nearness_is_that_of_the_nearest_thing_above_both():
    hierarchy = Hierarchy.of(standings(CONCEPTS, CODES))
    others = torch.arange(1, 6)
    near = hierarchy.nearness(torch.zeros(5, dtype=torch.long), others)
    assert near.tolist() == [3, 2, 1, 0, 0]


def test_what_is_drawn_stands_near_and_is_never_the_concept_itself():
    hierarchy = Hierarchy.of(standings(CONCEPTS, CODES))
    torch.manual_seed(0)
    left, right = hierarchy.drawn(torch.arange(6).repeat(200))
    assert (left != right).all()
    # Of E11.0 only E11.9 has the same parent; three in four of its partners are in its chapter.
    share = (hierarchy.nearness(left, right)[left == 0] > 0).float().mean()
    assert share > 0.7
    assert set(right[left == 5].tolist()) <= set(range(5))  # it stands alone: any other
