from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from projector.exchange.segments import segments, token_range, token_spans, trimmed

TEXTS = st.text("aé1 .,\n\u0301\u200d🙂-", max_size=40)


@st.composite
def texts_and_spans(draw):
    text = draw(TEXTS)
    offsets = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(offsets, offsets), max_size=4))
    return text, [(start, end) for start, end in spans if start < end]


def edges(spans):
    return [edge for span in spans for edge in span]


def test_words_numbers_and_signs_are_tokens():
    text = "TA 180/100, T 38,5 °C."
    tokens = [text[start:end] for start, end in token_spans(text, ())]
    assert tokens == ["TA", "180", "/", "100", ",", "T", "38,5", "°", "C", "."]


def test_a_token_is_cut_where_a_mention_has_an_edge():
    text = "hiperglucemia"
    assert token_spans(text, (5,)) == [(0, 5), (5, 13)]
    assert token_spans(text, (0, 13, 20)) == [(0, 13)]


@given(texts_and_spans())
def test_tokens_are_in_order_hold_all_but_blanks_and_begin_and_end_at_edges(drawn):
    text, spans = drawn
    tokens = token_spans(text, edges(spans))
    assert all(start < end for start, end in tokens)
    assert all(left[1] <= right[0] for left, right in pairwise(tokens))
    inside = {k for start, end in tokens for k in range(start, end)}
    assert all(text[k].isspace() for k in range(len(text)) if k not in inside)
    assert not any(start < edge < end for edge in edges(spans) for start, end in tokens)


@given(texts_and_spans())
def test_lines_hold_every_token_once_and_no_span_is_cut(drawn):
    text, spans = drawn
    tokens = token_spans(text, edges(spans))
    lines = list(segments(text, tokens, spans))
    assert [token for line in lines for token in line.tokens] == tokens
    assert [line.first for line in lines] == [
        sum(len(former.tokens) for former in lines[:number]) for number in range(len(lines))
    ]
    for start, end in spans:
        first, behind = token_range(tokens, start, end)
        touched = [line for line in lines if line.start < end and start < line.end]
        assert len(touched) <= 1 or first == behind


def test_a_line_is_a_segment_and_lines_that_a_span_goes_over_are_one():
    text = "uno dos\ntres\n\ncuatro"
    tokens = token_spans(text, ())
    assert [text[one.start : one.end] for one in segments(text, tokens, ())] == [
        *("uno dos", "tres", "cuatro")
    ]
    assert [text[one.start : one.end] for one in segments(text, tokens, [(4, 12)])] == [
        *("uno dos\ntres", "cuatro")
    ]
    assert list(segments("", [], ())) == []


@given(texts_and_spans())
def test_a_span_without_its_blanks_has_the_same_words(drawn):
    text, spans = drawn
    for start, end in spans:
        left, right = trimmed(text, start, end)
        assert start <= left <= right
        assert text[left:right] == text[start:end].strip()
