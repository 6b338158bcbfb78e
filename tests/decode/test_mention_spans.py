"""From mentions to arrays, and from what the maths chose to fragments."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projector.align.aligner import align_pair
from projector.decode.mention_spans import decode_spans, fragment_spans, join_fragments
from projector.decode.tagger_evidence import SpanEvidence
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair
from projector.settings import DecodeSettings, Settings, published

TEXT = "ab c\u00a0\nde, f  gh🫁i"


def document(text, *mentions, language="es"):
    made = tuple(
        Mention(f"T{n}", "X", tuple(Fragment(*place) for place in places))
        for n, places in enumerate(mentions)
    )
    return Document("d", language, text, made)


def test_every_fragment_is_listed_with_its_mention():
    spans, owner = fragment_spans(document(TEXT, [(0, 2), (3, 4)], [(6, 8)], [(0, 8)]))
    assert spans.tolist() == [[0, 2], [3, 4], [6, 8], [0, 8]]
    assert owner.tolist() == [0, 0, 1, 2]


def test_no_mentions_are_an_empty_table():
    spans, owner = fragment_spans(document(TEXT))
    assert (spans.shape, owner.shape) == ((0, 2), (0,))
    assert spans.dtype == owner.dtype == np.int64


@given(
    st.lists(
        st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 6)).map(
            lambda span: (span[0], min(sum(span), len(TEXT)))
        ),
        max_size=5,
    )
)
@settings(max_examples=100, deadline=None)
@example([(6, 8), (3, 4), (3, 4)])
@example([(0, 15), (3, 4), (6, 8), (14, 15)])  # the widest first, others within
def test_joined_fragments_hold_the_same_letters_apart_by_letters(spans):
    joined = join_fragments(np.array(spans, np.int64).reshape(-1, 2), TEXT)
    covered = {place for start, end in spans for place in range(start, end)}
    found = [place for one in joined for place in range(one.start, one.end)]
    assert len(found) == len(set(found))
    assert covered <= set(found)
    assert all(TEXT[place].isspace() for place in set(found) - covered)
    assert list(joined) == sorted(joined)
    for left, right in pairwise(joined):
        assert TEXT[left.end : right.start].strip()
    edges = {start for start, _ in spans}, {end for _, end in spans}
    assert {one.start for one in joined} <= edges[0]
    assert {one.end for one in joined} <= edges[1]


def test_a_mention_realised_in_two_pieces_gets_both():
    source = document("hepatomegalia intensa. Paciente varón fuma y bebe mucho", [(0, 21)])
    target = document("hepatomegalia varón fuma. Paciente y bebe intensa mucho")
    pair = DocumentPair(source, target)

    def surfaces(piece_recall):
        decode = DecodeSettings(piece_recall=piece_recall, piece_precision=0.5)
        (mention,) = project_pair(pair, TinyEncoder(), Settings(decode=decode)).document.mentions
        return [target.text[one.start : one.end] for one in mention.fragments]

    assert surfaces(0.2) == ["hepatomegalia", "intensa"]
    assert surfaces(1.1) == ["hepatomegalia"]


@pytest.mark.parametrize("recipe", [Settings(), published()], ids=["default", "published"])
@pytest.mark.parametrize("tagged", [False, True])
def test_mentions_decoded_some_at_a_time_come_out_alike(monkeypatch, recipe, tagged):
    text = "tos y fiebre alta; dolor lumbar, tos seca. fiebre alta y tos"
    words = [(0, 3), (6, 12), (6, 17), (19, 31), (33, 41), (43, 49), (43, 54), (57, 60)]
    source = document(text, *([word] for word in words), [(0, 3), (13, 17)])
    pair = DocumentPair(source, document(text.replace("lumbar", "de espalda"), language="en"))
    told = document(pair.target.text, [(6, 17)], [(0, 12)])
    evidence = SpanEvidence(told) if tagged else None
    expected = project_pair(pair, TinyEncoder(), recipe, evidence=evidence)
    for at_once in (1, 40, 100):
        monkeypatch.setattr("projector.decode.mention_spans._SCORES_AT_ONCE", at_once)
        assert project_pair(pair, TinyEncoder(), recipe, evidence=evidence) == expected


@pytest.mark.parametrize(("source", "target"), [("", ""), ("", "tos"), ("tos", ""), (" ", "\n")])
def test_texts_without_tokens_are_aligned_to_nothing(source, target):
    pair = DocumentPair(document(source), document(target))
    aligned = align_pair(pair, TinyEncoder(), Settings().align)
    dense = aligned.alignment.dense()
    assert dense.shape == (len(aligned.source), len(aligned.target))
    assert not dense.any()
    found = decode_spans(aligned, np.array([[0, 1]]), np.array([0]), Settings())
    assert len(found.owner) == len(found.characters) == len(found.scores) == 0
