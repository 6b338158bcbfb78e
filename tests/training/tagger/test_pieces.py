"""Hold where a text is cut for training: at sentences, into pieces that are the whole text."""

import numpy as np
import pytest

from projector.text.tokens import Pieces, TokenizedText, tokenize_stretches
from projector.training.tagger.pieces import piece, piece_borders


def tokens(text, stretches=None):
    """Tokenise by characters that are no blank."""
    whole = np.array([[0, len(text)]] if stretches is None else stretches, np.int64)
    return tokenize_stretches(
        text,
        whole,
        lambda part: Pieces(
            [1] * len(part), [(place, place + 1) for place in range(len(part))], list(part)
        ),
    )


SENTENCES = "Uno dos. Tres cuatro cinco. Seis. Siete ocho nueve diez. Once doce."


def test_a_text_that_fits_is_one_piece():
    text = tokens(SENTENCES)
    assert piece_borders(text, len(text)) == [(0, len(text))]
    assert piece_borders(tokens(""), 5) == []


@pytest.mark.parametrize("window", [5, 20, 30])
def test_pieces_begin_with_sentences_and_are_together_the_text(window):
    text = tokens(SENTENCES)
    pieces = [piece(text, start, end) for start, end in piece_borders(text, window)]
    assert len(pieces) > 1
    assert all(text.text[part.offsets[0, 0]] in "UTSO" for part in pieces)
    assert np.array_equal(np.concatenate([part.offsets for part in pieces]), text.offsets)
    assert np.array_equal(np.concatenate([part.ids for part in pieces]), text.ids)
    assert all(isinstance(part, TokenizedText) and part.text == text.text for part in pieces)


def test_a_text_whose_sentences_are_encoded_by_themselves_is_not_cut():
    text = tokens("Uno dos. Tres.", [[0, 8], [9, 14]])
    assert piece_borders(text, 3) == [(0, len(text))]


def test_one_long_sentence_stays_whole():
    text = tokens("a" * 40)
    assert piece_borders(text, 10) == [(0, 40)]
