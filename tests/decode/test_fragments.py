"""The fragments of mentions as arrays, and what they send."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.align.anchors import diagonal
from projector.align.band import band_around
from projector.align.weights import Alignment
from projector.decode.fragments import fragment_shares, source_fragments
from projector.document import Document, Fragment, Mention
from projector.text.tokens import TokenizedText

TEXT = "ab c\u00a0\nde, f  gh🫁i"


def document(text, *mentions, language="es"):
    made = tuple(
        Mention(f"T{n}", "X", tuple(Fragment(*place) for place in places))
        for n, places in enumerate(mentions)
    )
    return Document("d", language, text, made)


def test_every_fragment_is_listed_with_its_mention():
    source = document(TEXT, [(0, 2), (3, 4)], [(6, 8)], [(0, 8)])
    fragments = source_fragments(source)
    assert fragments.characters.tolist() == [[0, 2], [3, 4], [6, 8], [0, 8]]
    assert fragments.mention.tolist() == [0, 0, 1, 2]
    assert fragments.labels == ("X",) * 4
    assert fragments[np.array([1, 2])].characters.tolist() == [[3, 4], [6, 8]]
    assert fragments[np.array([1, 2])].mention.tolist() == [0, 1]


def test_no_mentions_are_an_empty_table():
    fragments = source_fragments(document(TEXT))
    assert (fragments.characters.shape, fragments.mention.shape) == ((0, 2), (0,))
    assert fragments.characters.dtype == fragments.mention.dtype == np.int64


@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), max_size=6),
    st.sampled_from([1, 8, 20, 10**6]),
)
@settings(max_examples=40, deadline=None)
def test_a_fragment_shares_out_its_mass_once_however_many_go_together(seed, places, at_once):
    offsets = np.array([[n, n + 1] for n in range(12)], np.int64)
    source = TokenizedText("x" * 12, np.arange(12), offsets, np.zeros(12, np.int64))
    weights = torch.from_numpy(np.random.default_rng(seed).random((12, 8), np.float32))
    band = band_around(diagonal(12, 8), 8, full=20, fade=20)
    alignment = Alignment(weights.gather(1, band.columns) * (band.prior > 0), band)
    mentions = [[(start, min(start + size, 12))] for start, size in places]
    fragments = source_fragments(document("x" * 12, *mentions))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projector.decode.fragments._SHARES_AT_ONCE", at_once)
        parts = list(fragment_shares(fragments, alignment, source))
    rows = [row for part, _ in parts for row in part.tolist()]
    assert sorted(rows) == list(range(len(fragments)))
    for part, shares in parts:
        assert shares.coverage.shape == (len(part), 8)
        np.testing.assert_allclose(shares.coverage.sum(1), 1, atol=1e-5)
        assert (shares.purity <= 1 + 1e-5).all()
