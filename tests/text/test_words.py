"""Words, their flags and the ranges that spans touch."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.text.words import find_words, overlap_range

NASTY = st.text(
    st.one_of(
        st.sampled_from(
            "aB1_ñ .,;:()[]«»“”„‘’'-‐‑–/\n\r\t\u0301\u0327\u036f\u00a0\u2009\u3000\u200b\u200d"
            "\ufeff\u00ad\u0085\u2028👨👩⚕️🇪🇸½ﬁ▁٣क्\u20dd\ud800\U0001f9d1\x1c"
        ),
        st.characters(),
    ),
    max_size=30,
)


def surfaces(text, language="es"):
    return [text[start:end] for start, end in find_words(text, language).offsets.tolist()]


def flagged(text, field, language="es"):
    """Return the words of which a flag is set."""
    words = find_words(text, language)
    return [
        text[start:end]
        for (start, end), flag in zip(words.offsets.tolist(), getattr(words, field), strict=True)
        if flag
    ]


def cut_places(text):
    """Return the text with a bar wherever an edge would cut what is written as one."""
    words = find_words(text, "es")
    places = [int(words.offsets[i, 0]) for i in np.flatnonzero(words.splits_compound[:-1])]
    for place in reversed(places):
        text = text[:place] + "|" + text[place:]
    return text


@given(NASTY)
@settings(max_examples=250, deadline=None)
@example("\u0301\u0301 \u0301a")
@example("(\u0301)\u0301")
@example("👨\u200d⚕️ ⚕️")
def test_every_character_but_white_space_is_in_exactly_one_word(text):
    words = find_words(text, "es")
    times = [0] * len(text)
    for start, end in words.offsets.tolist():
        assert start < end
        for place in range(start, end):
            times[place] += 1
    assert times == [0 if character.isspace() else 1 for character in text]
    assert (words.offsets[1:, 0] >= words.offsets[:-1, 1]).all()


@given(NASTY)
@settings(max_examples=60, deadline=None)
def test_every_flag_has_one_entry_a_word_and_the_texts_ends_are_never_cuts(text):
    words = find_words(text, "cs")
    flags = ("lexical", "function", "opening", "bracket", "separator")
    for field in (*flags, "capital", "numeric", "opens_line"):
        assert getattr(words, field).shape == (len(words),)
    assert words.splits_compound.shape == (len(words) + 1,)
    assert not words.splits_compound[0]
    assert not words.splits_compound[-1]


def test_words_are_runs_of_letters_and_digits_and_single_signs():
    assert surfaces("TAC (2,5 mg/día).") == [
        "TAC", "(", "2", ",", "5", "mg", "/", "día", ")", ".",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TA180/100mmHg", ["TA", "180", "/", "100", "mmHg"]),
        ("T38,5", ["T", "38", ",", "5"]),
        ("FC88lpm", ["FC", "88", "lpm"]),
        ("Hb9,8g/dl", ["Hb", "9", ",", "8", "g", "/", "dl"]),
        ("B12", ["B", "12"]),
        ("CO2_x", ["CO", "2", "_x"]),
        ("m² ½", ["m²", "½"]),
        ("٣٤mg", ["٣٤", "mg"]),
        ("e\u03012n\u0303a", ["e\u0301", "2", "n\u0303a"]),
        ("5\u0301\u0327a", ["5\u0301\u0327", "a"]),
        ("\u03015", ["\u0301", "5"]),
    ],
)
def test_letters_and_digits_are_words_of_their_own(text, expected):
    assert surfaces(text) == expected


def test_runs_of_digits_and_words_with_a_capital_are_known():
    text = "Él TAC eCG 38 T38,5 mmHg ½ ٣ (A) _B É \u0301A"
    assert flagged(text, "numeric") == ["38", "38", "5", "٣"]
    assert flagged(text, "capital") == ["Él", "TAC", "T", "A", "É"]
    decomposed = unicodedata.normalize("NFD", "Él él")
    assert flagged(decomposed, "capital") == decomposed.split(" ")[:1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("tos", ["tos"]),
        ("  tos seca", ["tos"]),
        ("tos\nseca y\n\n - leve", ["tos", "seca", "-"]),
        ("tos \r\n seca", ["tos", "seca"]),
        ("T38\n5", ["T", "5"]),
        ("tos\u2028seca\tleve", ["tos"]),
    ],
)
def test_the_first_word_of_the_text_and_of_a_line_opens_it(text, expected):
    assert flagged(text, "opens_line") == expected


def test_accents_stay_with_their_letter_and_variants_with_their_sign():
    decomposed = unicodedata.normalize("NFD", "lesión crónica")
    assert surfaces(decomposed) == decomposed.split(" ")
    assert surfaces("⚕\ufe0f +") == ["⚕\ufe0f", "+"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("post-operatorio", "post|-|operatorio"),
        ("mg/kg", "mg|/|kg"),
        ("l’arteria", "l|’|arteria"),
        ("gastro\u2011esofágico", "gastro|\u2011|esofágico"),
        ("5%", "5|%"),
        ("a - b", "a - b"),
        ("alta. Baja", "alta. Baja"),
        ("(fiebre)", "(fiebre)"),
        ("2,5", "2,5"),
        ("TA180/100mmHg", "TA|180|/|100|mmHg"),
        ("T38,5", "T|38,5"),
        ("FC88lpm", "FC|88|lpm"),
        ("Hb9,8g/dl", "Hb|9,8|g|/|dl"),
        ("T 38 lpm", "T 38 lpm"),
        ("B12\u0301x", "B|12\u0301|x"),
    ],
)
def test_an_edge_at_a_joiner_is_a_cut(text, expected):
    assert cut_places(text) == expected


def test_signs_are_described():
    text = "la (dosis): «10», [x] “y” ¿no?"
    assert flagged(text, "lexical") == ["la", "dosis", "10", "x", "y", "no"]
    assert flagged(text, "opening") == ["(", "«", "[", "“", "¿"]
    assert flagged(text, "separator") == [":", ","]
    words = find_words(text, "es")
    assert dict(zip(surfaces(text), words.bracket.tolist(), strict=True)) | {} == {
        "la": 0, "(": 1, "dosis": 0, ")": -1, ":": 0, "«": 1, "10": 0, "»": -1, ",": 0,
        "[": 1, "x": 0, "]": -1, "“": 1, "y": 0, "”": -1, "¿": 0, "no": 0, "?": 0,
    }  # fmt: skip


def test_function_words_are_those_of_the_language():
    assert flagged("La fiebre de the hospital", "function", "es") == ["La", "de"]
    assert flagged("La fiebre de the hospital", "function", "en") == ["the"]
    assert flagged("La fiebre de the hospital", "function", "xx") == []
    assert flagged("La fiebre", "function", "ES-mx") == ["La"]
    assert flagged("se srdcem", "function", "cz") == flagged("se srdcem", "function", "cs") != []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_function_words_are_known_in_either_form_of_accents(form):
    text = unicodedata.normalize(form, "según él también está")
    known = [unicodedata.normalize("NFC", word) for word in flagged(text, "function")]
    assert known == ["según", "también"]


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3)), max_size=8),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=6),
)
@settings(max_examples=200, deadline=None)
def test_the_range_that_a_span_overlaps_equals_a_loop(pieces, spans):
    offsets, at = [], 0
    for length, gap in pieces:
        offsets.append((at + gap, at + gap + length))
        at += gap + length
    spans = [(start, start + size) for start, size in spans]
    first, last = overlap_range(
        np.array(offsets, np.int64).reshape(-1, 2), np.array(spans, np.int64).reshape(-1, 2)
    )
    for (start, end), one, other in zip(spans, first.tolist(), last.tolist(), strict=True):
        expected = [n for n, (left, right) in enumerate(offsets) if left < end and start < right]
        assert list(range(one, other)) == expected


def test_ranges_of_words():
    words = find_words("fiebre muy alta", "es")
    first, last = words.range_of(np.array([[0, 6], [2, 8], [6, 7], [7, 15], [0, 99]]))
    assert first.tolist() == [0, 0, 1, 1, 0]
    assert last.tolist() == [1, 2, 1, 3, 3]


def test_an_elided_article_can_be_left_outside_a_mention():
    words = find_words("dell'aspirina", "it")
    assert words.splits_compound.tolist() == [False, True, False, False]
