"""Hold that a convention is recognised and inverted exactly, or not claimed at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.corpus.offset_conventions import (
    AS_STORED,
    Convention,
    CountedText,
    StatedMention,
    recognise,
)
from projector.corpus.line_ends import with_line_ends

letters = st.text(
    st.one_of(
        st.sampled_from("ab ñé\u0301\u0327\r\n\ufeff😀👩🏽\u200dç한각ᄀ\u1161\u11a8ﬁ\u0344"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
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


def stated(words: str, *ranges: tuple[int, int]) -> StatedMention:
    def matches(stretches, form):
        return words == " ".join(piece for piece, _, _ in stretches)

    return StatedMention(ranges, matches)


def counted_as(text: str, convention: Convention) -> CountedText | None:
    """Count a text step by step: a slow way that shares no step but those of one idea each."""
    import unicodedata

    boundaries = {}  # true offset → counted offset, where the counted text can be cut there
    for offset in range(len(text) + 1):
        before, behind = text[:offset], text[offset:]
        pieces = []
        for part in (before, behind, text):
            if not convention.mark and (part is not behind or offset == 0):
                part = part.removeprefix("\ufeff")
            if convention.form:
                part = unicodedata.normalize(convention.form, part)
            if convention.line_ends == "LF":
                part = part.replace("\r\n", "\n")
            elif convention.line_ends == "CRLF":
                part = part.replace("\r\n", "\n").replace("\n", "\r\n")
            pieces.append(part)
        if pieces[0] + pieces[1] == pieces[2]:
            lengths = {"UTF-16 units": ("utf-16-le", 2), "UTF-8 bytes": ("utf-8", 1)}
            codec, width = lengths.get(convention.unit, ("utf-32-le", 4))
            boundaries[offset] = len(pieces[0].encode(codec, "surrogatepass")) // width
    return boundaries


@given(letters, conventions, st.data())
def test_what_a_convention_states_is_inverted_exactly_or_not_claimed(text, convention, data):
    boundaries = counted_as(text, convention)
    cuts = sorted(boundaries)
    if len(cuts) < 2:
        return
    true, mentions = [], []
    for _ in range(data.draw(st.integers(1, 5))):
        start, end = sorted(
            data.draw(st.lists(st.sampled_from(cuts), min_size=2, max_size=2, unique=True))
        )
        low = boundaries[start] + convention.first
        high = boundaries[end] + convention.first - convention.inclusive
        if boundaries[start] == boundaries[end]:
            continue
        words = text[start:end]

        def matches(stretches, form, words=words):
            import unicodedata

            (piece, _, _), = stretches
            plain = [unicodedata.normalize("NFC", one).replace("\r\n", "\n") for one in (piece, words)]
            return plain[0] == plain[1]

        true.append((start, end))
        mentions.append(StatedMention(((low, high),), matches))
    known = recognise(text, mentions)
    if known.counted.convention == AS_STORED:
        assert not known.convention
        return
    for number in known.explained:
        ((_, start, end),) = known.counted.stretches(mentions[number].ranges)
        # A cut within CRLF, or before a byte order mark that is not counted, says the same.
        assert text[start:end].strip("\r\n\ufeff") == text[slice(*true[number])].strip("\r\n\ufeff")
        assert abs(start - true[number][0]) <= 1 and abs(end - true[number][1]) <= 1
