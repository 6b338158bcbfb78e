import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projector.models.embedded.tokenizer import build_tokenizer
from projector.text.sentences import split_sentences
from projector.text.tokens import Pieces, TokenizedText, tokenize_stretches

LETTERS = "abcdefghijklmnopqrstuvwxyzáéíñöůABC0123456789.,;:()-"
PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    *LETTERS,
    "▁el",
    "▁pa",
    "ciente",
    "▁fi",
    "ebre",
    "▁(",
]
CLINICAL = st.text(
    "aeio\u0301\u0327 ñ\n\t\u00a0\u3000.,(1½…ﬁ▁\u00ad\u200b👨\u200d⚕️가\u1112\u1161ｶﾞ\ufeff\r"
)


@pytest.fixture(scope="module")
def unigram():
    scores = [0.0] * 4 + [-float(2 + 8 / len(piece)) for piece in PIECES[4:]]
    tokenizer = build_tokenizer(PIECES, scores, bos=0, eos=2, unk=3)

    def pieces_of(stretch):
        encoding = tokenizer.encode(stretch, add_special_tokens=False)
        return Pieces(encoding.ids, encoding.offsets, encoding.tokens)

    return pieces_of


def whole(text):
    return np.array([[0, len(text)]], np.int64)


def surfaces(tokenized: TokenizedText):
    return [tokenized.text[start:end] for start, end in tokenized.offsets.tolist()]


def is_visible(character):
    return not character.isspace() and unicodedata.category(character)[0] != "C"


def assert_sound(tokenized: TokenizedText):
    text, offsets = tokenized.text, tokenized.offsets
    assert offsets.dtype == tokenized.ids.dtype == tokenized.segments.dtype == np.int64
    assert len(tokenized.ids) == len(offsets) == len(tokenized.segments) == len(tokenized)
    assert np.all(np.diff(offsets, axis=0) >= 0)
    assert sorted(set(tokenized.segments.tolist())) == list(range(len(set(tokenized.segments))))
    covered = set()
    for start, end in offsets.tolist():
        assert 0 <= start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        if end < len(text):
            assert unicodedata.category(text[end])[0] != "M"
        covered.update(range(start, end))
    for at, character in enumerate(text):
        if is_visible(character) and at not in covered:
            # No token touches it: the tokenizer gave its whole stretch none.
            assert not {at - 1, at + 1} & covered


@given(st.one_of(st.text(), CLINICAL))
@example("e\u0301l pacie\u0301nte")
@example(" \u0301a")
@example("a \u0301")
@example("ｶﾞ 가")
@example("▁ ▁")
def test_offsets_are_sound_in_any_text(unigram, text):
    assert_sound(tokenize_stretches(text, whole(text), unigram))
    assert_sound(tokenize_stretches(text, split_sentences(text), unigram))


def test_leading_spaces_and_lone_space_pieces_are_left_out(unigram):
    text = "el  paciente (x)\u00a0 Z"
    tokenized = tokenize_stretches(text, whole(text), unigram)
    assert surfaces(tokenized) == ["el", "pa", "ciente", "(", "x", ")", "Z"]
    assert PIECES.index("▁") not in tokenized.ids.tolist()


def test_a_space_piece_that_stands_in_the_text_is_a_character():
    def lone(stretch):
        return Pieces([4], [(0, 1)], ["▁"])

    assert surfaces(tokenize_stretches("▁", whole("▁"), lone)) == ["▁"]
    assert surfaces(tokenize_stretches("稣", whole("稣"), lone)) == []


def test_decomposed_accents_belong_to_their_letter(unigram):
    text = "fie\u0301bre, n\u0303 e\u0301"
    found = surfaces(tokenize_stretches(text, whole(text), unigram))
    assert "é" in [unicodedata.normalize("NFC", surface) for surface in found]
    assert found[-1] == "e\u0301"
    assert not any(surface[0] == "\u0301" for surface in found)


def test_pieces_that_share_a_character_keep_it():
    def bytes_of(stretch):
        spans = [(at, at + 1) for at, c in enumerate(stretch) for _ in c.encode()]
        return Pieces(list(range(len(spans))), spans, ["<0x00>"] * len(spans))

    tokenized = tokenize_stretches("a é😀", whole("a é😀"), bytes_of)
    assert surfaces(tokenized) == ["a", "é", "é", "😀", "😀", "😀", "😀"]
    assert_sound(tokenized)


def test_a_mark_split_from_its_letter_takes_the_whole_grapheme():
    def characters(stretch):
        return Pieces([7] * len(stretch), [(at, at + 1) for at in range(len(stretch))], [*stretch])

    assert surfaces(tokenize_stretches("xe\u0301y", whole("xe\u0301y"), characters)) == [
        "x",
        "e\u0301",
        "e\u0301",
        "y",
    ]


def test_segments_number_the_stretches_that_have_tokens(unigram):
    text = "el\n\u200b\npaciente"
    stretches = np.array([[0, 2], [3, 4], [5, 13]])
    tokenized = tokenize_stretches(text, stretches, unigram)
    assert surfaces(tokenized) == ["el", "pa", "ciente"]
    assert tokenized.segments.tolist() == [0, 1, 1]


def test_an_empty_text_has_no_tokens(unigram):
    for text in ("", " \n\t"):
        tokenized = tokenize_stretches(text, split_sentences(text), unigram)
        assert len(tokenized) == 0
        assert tokenized.offsets.shape == (0, 2)
