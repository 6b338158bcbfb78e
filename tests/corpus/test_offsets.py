from dataclasses import replace
from pathlib import Path

import pytest
from drawn_documents import characters
from hypothesis import given
from hypothesis import strategies as st

from projector.corpus.offsets import (
    RawMention,
    flatten,
    parse_ranges,
    resolve_mentions,
    resolve_offsets,
)
from projector.document import Fragment, Mention
from projector.errors import Notice

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


def resolved(text: str, *raw_mentions: RawMention, check: str = "strict"):
    return resolve_mentions(text, raw_mentions, check=check)


def test_what_is_converted_is_told_with_its_file():
    text = "Con fiebre 😀 y tos"
    found = resolved(text, raw("fiebre", (4, 10)), raw("tos", (16, 19), id_="T2"))
    assert [one.surface(text) for one in found.mentions] == ["fiebre", "tos"]
    assert found.notices == [Notice(PATH, "offsets count UTF-16 units: converted", 1)]


def test_each_file_has_its_own_convention():
    text = "😀 fiebre y tos"
    other = replace(raw("tos", (11, 14), id_="T2"), path=Path("other.ann"))
    found = resolved(text, raw("fiebre", (3, 9)), other)
    assert [one.surface(text) for one in found.mentions] == ["fiebre", "tos"]
    assert [notice.path for notice in found.notices] == [PATH]


def test_inclusive_ends_of_one_character_are_a_range():
    text = "K y Na altos"
    found = resolved(text, raw("K", (0, 0)), raw("Na", (4, 5), id_="T2"))
    assert [one.surface(text) for one in found.mentions] == ["K", "Na"] and not found.problems


def test_what_the_convention_does_not_explain_is_told_as_counted():
    text = "😀 fiebre y tos"
    wrong = [raw("asma", (12, 15), id_="T3"), raw("x", (1, 4), id_="T4"), raw("x", (0, 99))]
    found = resolved(text, raw("fiebre", (3, 9)), raw("tos", (12, 15), id_="T2"), *wrong)
    assert "the text has 'tos' at 12 15; expected 'asma'" in str(found.problems[0])
    for problem in found.problems[1:]:
        assert "ends within a character, as offsets count UTF-16 units" in str(problem)


def test_words_that_differ_in_the_main_in_nothing_are_hinted_at_or_taken():
    text, stated = "TA\xa0alta, fiebre", raw("TA alta", (0, 7))
    (problem,) = resolved(text, stated).problems
    assert "differ in blanks only" in problem.hint and "--text-check normalised" in problem.hint
    found = resolved(text, stated, check="normalised")
    assert found.mentions[0].surface(text) == "TA\xa0alta" and not found.problems
    assert "in blanks only" in found.notices[0].told and found.notices[0].mentions == 1
    (problem,) = resolved(text, raw("tos", (0, 3)), check="normalised").problems
    assert "expected 'tos'" in str(problem)


def test_conventions_and_words_that_differ_go_together():
    text = "😀 fiebre\xa0alta y tos"
    found = resolved(
        text, raw("fiebre alta", (3, 14)), raw("tos", (17, 20), id_="T2"), check="normalised"
    )
    assert [one.surface(text) for one in found.mentions] == ["fiebre\xa0alta", "tos"]
    assert len(found.notices) == 2


def test_offsets_are_trusted_where_the_user_says_so():
    text = "Anemia leve"
    (problem,) = resolved(text, raw("", (0, 6))).problems
    assert "--text-check off" in problem.expected
    stated = [raw("", (0, 6)), raw("severa", (7, 11), id_="T2"), raw("x", (7, 99), id_="T3")]
    found = resolved(text, *stated, check="off")
    assert [one.surface(text) for one in found.mentions] == ["Anemia", "leve"]
    assert found.notices[0].mentions == 2
    assert "outside the text" in found.problems[0].found


def test_a_text_in_another_form_is_no_other_convention():
    # As bytes of the composed text the same offsets would fit, too.
    found = resolved("lesio\u0301n", raw("lesión", (0, 7)))
    assert not found.mentions and "--text-check normalised" in found.problems[0].hint


def test_numbers_beyond_64_bits_are_no_ranges():
    assert parse_ranges("0 " + "9" * 18) == ((0, 10**18 - 1),)
    assert parse_ranges("0 " + "9" * 5000) is None
