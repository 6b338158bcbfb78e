from hypothesis import given
from hypothesis import strategies as st

from projector.document import Fragment, Mention
from projector.exchange.parts import mention_id, part_of, parts

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def mention(id_, count):
    return Mention(id_, "X", tuple(Fragment(5 * k, 5 * k + 3) for k in range(count)))


@given(IDS, st.integers(1, 5))
def test_each_part_names_its_mention_whatever_is_in_the_id(id_, count):
    named = list(parts(mention(id_, count)))
    assert [mention_id(part) for part, _ in named] == [id_] * count
    assert [fragment for _, fragment in named] == list(mention(id_, count).fragments)
    assert len({part for part, _ in named}) == count


def test_a_whole_mention_keeps_its_id_and_parts_have_numbers():
    assert [part for part, _ in parts(mention("T1", 1))] == ["T1"]
    assert [part for part, _ in parts(mention("T1", 2))] == ["T1@1", "T1@2"]
    assert [part for part, _ in parts(mention("T@1", 1))] == ["T%401"]


def test_what_no_part_is_called_is_an_id_itself():
    for id_ in ("T1@", "@1", "T1@x", "T1@1234567"):
        assert mention_id(id_) == id_


def test_a_fragment_tells_which_part_it_is():
    assert part_of(mention("T1", 1), 1) == ""
    assert [part_of(mention("T1", 3), number) for number in (1, 2, 3)] == ["1/3", "2/3", "3/3"]
