from pathlib import Path

import pytest
from drawn_documents import characters
from hypothesis import given
from hypothesis import strategies as st

from projector.corpus.offsets import RawMention, flatten, parse_ranges, resolve_offsets
from projector.document import Fragment, Mention

PATH = Path("doc.ann")
ranges = st.lists(st.tuples(st.integers(-1, 25), st.integers(-1, 25)), min_size=1, max_size=3)


def raw(text: str, *stated_ranges: tuple[int, int], id_: str = "T1", line: int = 1) -> RawMention:
    return RawMention(id_, "X", stated_ranges, text, PATH, line)


@pytest.mark.parametrize(
    ("stated", "parsed"),
    [
        ("0 5", ((0, 5),)),
        ("17 23;0 5", ((17, 23), (0, 5))),
        ("5 0", ((5, 0),)),  # whether it can be is not asked yet
        ("", None),
        ("0  5", None),
        ("0 5;", None),
        ("0 5 7", None),
        ("-1 5", None),
        ("0 ５", None),
        ("0 5\n", None),
    ],
)
def test_ranges_are_understood_in_their_order_or_not_at_all(stated, parsed):
    assert parse_ranges(stated) == parsed


def test_fragments_come_in_text_order_with_label_id_and_line():
    mentions, problems = resolve_offsets("tos y fiebre", [raw("fiebre tos", (6, 12), (0, 3))])
    assert mentions == [Mention("T1", "X", (Fragment(0, 3), Fragment(6, 12)))]
    assert mentions[0].line == 1
    assert not problems


@pytest.mark.parametrize(
    ("start", "hint"),
    [
        (1, "It stands at 0 3, -1 from there"),
        (9, "It stands at 10 13, +1 from there"),  # the nearer of two
        (4, "It stands at 0 3, -4 from there"),
        (6, "It stands at 10 13, +4 from there"),
        (13, "It stands at 10 13, -3 from there"),
    ],
)
def test_the_nearest_place_of_a_moved_mention_is_told(start, hint):
    text = "tos 456 8 tos 15 17"
    _, (problem,) = resolve_offsets(text, [raw("tos", (start, start + 3))])
    assert problem.hint == hint
    assert (problem.path, problem.line, problem.mention_id) == (PATH, 1, "T1")


def test_a_mention_that_stands_nowhere_gets_no_hint():
    _, (problem,) = resolve_offsets("tos y fiebre", [raw("asma", (0, 4))])
    assert problem.hint == ""
    _, (problem,) = resolve_offsets("tos y fiebre", [raw("", (0, 4))])
    assert problem.hint == ""


def test_long_texts_are_shortened_in_messages():
    text = "a" * 300
    _, (problem,) = resolve_offsets(text, [raw("b" * 300, (0, 300))])
    assert len(problem.found) < 120 and "…" in problem.found
    assert len(problem.expected) < 120 and "…" in problem.expected


def test_accents_that_are_composed_otherwise_are_told_apart():
    _, (problem,) = resolve_offsets("lesio\u0301n", [raw("lesión", (0, 7))])
    assert "Unicode normalisation" in problem.hint


def test_a_convention_needs_more_than_the_text_as_it_is_stored():
    text = "ab\r\ncd\r\nef"
    as_stored = raw("cd", (4, 6), id_="T1")
    shifted = raw("ef", (6, 8), id_="T2")
    mentions, problems = resolve_offsets(text, [as_stored])
    assert [one.start for one in mentions] == [4] and not problems
    mentions, problems = resolve_offsets(text, [shifted])
    assert [one.start for one in mentions] == [8] and not problems
    # One of either: nobody knows what the file counts.
    mentions, problems = resolve_offsets(text, [as_stored, shifted])
    assert [one.id for one in mentions] == ["T1"]
    assert [one.mention_id for one in problems] == ["T2"]


@given(
    st.text(characters, max_size=24),
    st.lists(st.tuples(ranges, st.text(characters, max_size=6)), max_size=5),
)
def test_each_stated_mention_is_true_or_told(text, stated):
    raw_mentions = [
        raw(words, *spans, id_=f"T{number}", line=number)
        for number, (spans, words) in enumerate(stated)
    ]
    mentions, problems = resolve_offsets(text, raw_mentions)
    usable, unusable = [one.id for one in mentions], [one.mention_id for one in problems]
    assert sorted([*usable, *unusable]) == sorted(one.id for one in raw_mentions)
    for mention in mentions:
        assert all(0 <= part.start < part.end <= len(text) for part in mention.fragments)


@given(st.text(characters, min_size=1, max_size=24), st.data())
def test_what_stands_in_the_text_is_found_there(text, data):
    edges = data.draw(
        st.lists(st.integers(0, len(text)), min_size=2, max_size=2, unique=True).map(sorted)
    )
    start, end = edges
    mentions, problems = resolve_offsets(text, [raw(flatten(text[start:end]), (start, end))])
    assert not problems
    assert [(one.start, one.end) for one in mentions] == [(start, end)]


def test_numbers_beyond_64_bits_are_no_ranges():
    assert parse_ranges("0 " + "9" * 18) == ((0, 10**18 - 1),)
    assert parse_ranges("0 " + "9" * 5000) is None
