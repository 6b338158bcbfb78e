"""What the fragments of mentions may become, and what is chosen for them, in both recipes."""

import numpy as np
import pytest

from projector.decode.candidates import Candidates
from projector.decode.longest_run import TokenRuns
from projector.decode.mention_spans import choose_spans
from projector.decode.tagger_evidence import SpanEvidence, TokenEvidence
from projector.document import Document, DocumentPair, Fragment, Mention
from projector.models.character_ngrams import TinyEncoder
from projector.pipeline import project_pair, weigh_pair
from projector.settings import DecodeSettings, Settings, published


def document(text, *mentions, language="es"):
    made = tuple(
        Mention(f"T{n}", "X", tuple(Fragment(*place) for place in places))
        for n, places in enumerate(mentions)
    )
    return Document("d", language, text, made)


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
        monkeypatch.setattr("projector.decode.fragments._SHARES_AT_ONCE", at_once)
        assert project_pair(pair, TinyEncoder(), recipe, evidence=evidence) == expected


TEXTS = [("", ""), ("", "tos"), ("tos", ""), (" ", "\n")]


@pytest.mark.parametrize("recipe", [Settings(), published()], ids=["default", "published"])
@pytest.mark.parametrize(("source", "target"), TEXTS)
def test_texts_without_tokens_are_aligned_to_nothing(recipe, source, target):
    pair = DocumentPair(document(source, [(0, 1)]), document(target))
    none = np.zeros((0, 1), np.float32)
    tokens = TokenEvidence(("X",), np.empty((0, 2), np.int64), none, none, none)
    for evidence in (None, SpanEvidence(document(target)), tokens):
        weighed = weigh_pair(pair, TinyEncoder(), recipe, evidence=evidence)
        dense = weighed.alignment.dense()
        assert dense.shape == (len(weighed.source.tokens), len(weighed.target.tokens))
        assert not dense.any()
        spans = choose_spans(weighed.candidates, recipe.decode)
        assert len(spans.fragment) == len(spans.characters) == len(spans.scores) == 0


@pytest.mark.parametrize("recipe", [Settings(), published()], ids=["default", "published"])
def test_candidates_count_the_fragments_of_all_mentions(monkeypatch, recipe):
    text = "tos y fiebre alta; dolor lumbar"
    source = document(text, [(0, 3), (6, 12)], [(19, 31)], [(13, 17)])
    pair = DocumentPair(source, document(text, language="en"))
    monkeypatch.setattr("projector.decode.fragments._SHARES_AT_ONCE", 1)
    weighed = weigh_pair(pair, TinyEncoder(), recipe)
    candidates = list(weighed.candidates)
    kind = TokenRuns if recipe.decode.method == "longest-run" else Candidates
    assert all(isinstance(some, kind) for some in candidates)
    assert sorted(np.unique(some.index).tolist() for some in candidates) == [[0], [1], [2], [3]]
    spans = choose_spans(candidates, recipe.decode)
    assert sorted(spans.fragment.tolist()) == [0, 1, 2, 3]
    expected = weighed.fragments.characters[spans.fragment]
    assert spans.characters.tolist() == expected.tolist()
