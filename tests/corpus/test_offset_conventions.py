"""Hold that a convention is recognised and inverted exactly, or that none is claimed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.corpus.offset_conventions import (
    AS_STORED,
    Convention,
    Recognised,
    StatedMention,
    recognise,
)

# Emoji, accents of either form, marks in any order, line ends, byte order marks, Hangul.
characters = st.one_of(
    st.sampled_from("ab ñé\u0301\u0327\r\n\ufeff😀👩🏽\u200dç각ᄀ\u1161\u11a8ﬁ\u0344"),
    st.characters(exclude_categories=["Cs"]),
)
conventions = st.builds(
    Convention,
    st.sampled_from(["", "UTF-16 units", "UTF-8 bytes"]),
    st.booleans(),
    st.sampled_from(["", "LF", "CRLF"]),
    st.sampled_from(["", "NFC", "NFD"]),
    st.sampled_from([0, 1]),
    st.booleans(),
)
_CODECS = {"": ("utf-32-le", 4), "UTF-16 units": ("utf-16-le", 2), "UTF-8 bytes": ("utf-8", 1)}


def as_counted(text: str, convention: Convention, *, is_start: bool) -> str:
    """Return what a tool saw of a text, or of a part of it."""
    if is_start and not convention.mark:
        text = text.removeprefix("\ufeff")
    if convention.form:
        text = unicodedata.normalize(convention.form, text)
    if convention.line_ends:
        text = text.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if convention.line_ends == "CRLF" else text


def counted_offsets(text: str, convention: Convention) -> dict[int, int]:
    """Return by true offset what a tool says: slowly, each from the text before it."""
    codec, width = _CODECS[convention.unit]
    whole = as_counted(text, convention, is_start=True)
    offsets = {}
    for offset in range(len(text) + 1):
        before = as_counted(text[:offset], convention, is_start=True)
        behind = as_counted(text[offset:], convention, is_start=not offset)
        cuts_mark = not convention.mark and text[:1] == "\ufeff" and not offset
        if before + behind == whole and not cuts_mark:  # else the tool can't cut there
            offsets[offset] = len(before.encode(codec, "surrogatepass")) // width
    return offsets


def stated(text: str, start: int, end: int, offsets: dict[int, int], how: Convention):
    """Return a mention as a tool states it, its words in the form and line ends of the text."""
    words = plain(text[start:end])

    def matches(stretches, form):
        return plain(" ".join(piece for piece, _, _ in stretches)) == words

    low, high = offsets[start] + how.first, offsets[end] + how.first - how.inclusive
    return StatedMention(((low, high),), matches)


def plain(words: str) -> str:
    return unicodedata.normalize("NFC", words).replace("\r\n", "\n")


def ranges(known: Recognised, mentions: list[StatedMention]) -> list[tuple[int, int]]:
    """Return the true ranges of mentions that are all explained, but for line ends at edges."""
    found = []
    for mention in mentions:
        ((_, start, end),) = known.counted.stretches(mention.ranges)
        found.append((start, end))
    return found


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in "\r\n":
        start += 1
    while start < end and text[end - 1] in "\r\n":
        end -= 1
    return start, end


@pytest.mark.promise(
    "offsets are true and losses counted, or it is told where",
    "offsets that count something else",
    trials=100,
)
@given(st.text(characters, max_size=30), conventions, st.data())
def test_a_convention_is_inverted_exactly_or_not_claimed(text, convention, data):
    offsets = counted_offsets(text, convention)
    true = []
    for _ in range(data.draw(st.integers(1, 5)) if len(offsets) > 1 else 0):
        cuts = st.lists(st.sampled_from(sorted(offsets)), min_size=2, max_size=2, unique=True)
        start, end = sorted(data.draw(cuts))
        if trimmed(text, start, end)[0] < trimmed(text, start, end)[1]:
            true.append((start, end))
    mentions = [stated(text, *edges, offsets, convention) for edges in true]
    known = recognise(text, mentions)
    if known.counted.convention == AS_STORED:
        assert not known.convention  # none is claimed
        return
    assert len(known.explained) == len(mentions)
    assert [trimmed(text, *edges) for edges in ranges(known, mentions)] == [
        trimmed(text, *edges) for edges in true
    ]


TEXT = "Evolución 😀 clínica:\nfiebre alta,\r\ntos 5–6 días y disnea. 😀 Niega cefalea.\n"
WORDS = ("clínica", "fiebre alta", "días", "disnea", "cefalea")
ONE_WAY = [
    Convention("UTF-16 units"),
    Convention("UTF-8 bytes"),
    Convention(line_ends="LF"),
    Convention(line_ends="CRLF"),
    Convention(form="NFD"),
    Convention(first=1),
    Convention(inclusive=True),
    Convention(first=1, inclusive=True),
    Convention("UTF-16 units", line_ends="LF"),
    Convention("UTF-8 bytes", inclusive=True),
    Convention("UTF-16 units", first=1, inclusive=True),
]


def in_convention(text: str, convention: Convention) -> tuple[list[StatedMention], list]:
    offsets = counted_offsets(text, convention)
    true = [(text.index(word), text.index(word) + len(word)) for word in WORDS]
    return [stated(text, *edges, offsets, convention) for edges in true], true


@pytest.mark.parametrize("convention", ONE_WAY, ids=str)
def test_the_words_of_a_note_tell_how_it_is_counted(convention):
    mentions, true = in_convention(TEXT, convention)
    known = recognise(TEXT, mentions)
    assert known.counted.convention == convention
    assert str(convention) == known.convention
    assert ranges(known, mentions) == true


def test_the_other_form_and_a_missing_mark_are_told_too():
    decomposed = unicodedata.normalize("NFD", TEXT)
    offsets = counted_offsets(decomposed, Convention(form="NFC"))
    start = decomposed.index("fiebre")
    mention = stated(decomposed, start, start + 6, offsets, AS_STORED)
    known = recognise(decomposed, [mention])
    assert "NFC" in known.convention and ranges(known, [mention]) == [(start, start + 6)]
    marked = f"\ufeff{TEXT}"
    known = recognise(marked, in_convention(marked, Convention(mark=False))[0])
    assert known.convention == "the byte order mark is not counted"


def test_conventions_that_come_to_the_same_are_both_named():
    text = "Niños con atención: fiebre"
    offsets = counted_offsets(text, Convention("UTF-8 bytes"))
    known = recognise(text, [stated(text, 20, 26, offsets, AS_STORED)])
    assert known.convention == (
        "offsets count UTF-8 bytes, or the text is counted in its Unicode form NFD"
    )


def test_two_conventions_that_differ_are_no_claim():
    text = "ñ😀tostos"  # at 6 there is the first "tos" in bytes, the second in UTF-16 units
    mention = StatedMention(
        ((6, 9),), lambda stretches, form: [words for words, _, _ in stretches] == ["tos"]
    )
    known = recognise(text, [mention])
    assert known.counted.convention == AS_STORED and not known.convention


def test_a_mere_shift_needs_two_mentions():
    text = "x fiebre y tos y fiebre"
    alone = stated(text, 2, 8, {2: 3, 8: 9}, AS_STORED)
    known = recognise(text, [alone, alone])  # twice the same is one
    assert known.counted.convention == AS_STORED and not known.explained
    other = stated(text, 11, 14, {11: 12, 14: 15}, AS_STORED)
    assert recognise(text, [alone, other]).convention == "the first character has the number 1"


def test_a_mention_that_nothing_explains_does_not_hide_the_convention():
    mentions, true = in_convention(TEXT, Convention("UTF-16 units"))
    nowhere = StatedMention(((0, 3),), lambda stretches, form: False)
    known = recognise(TEXT, [*mentions, nowhere])
    assert known.convention == "offsets count UTF-16 units"
    assert known.explained == set(range(len(true)))


def test_a_convention_that_a_mention_contradicts_is_a_hint():
    mentions, _ = in_convention(TEXT, Convention("UTF-16 units"))
    as_stored, _ = in_convention(TEXT, AS_STORED)
    known = recognise(TEXT, [*mentions, as_stored[-1]])
    assert known.counted.convention == AS_STORED
    assert known.hint == "5 of 6 mentions fit if offsets count UTF-16 units"
