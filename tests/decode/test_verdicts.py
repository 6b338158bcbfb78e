"""All spans of a document are decided on together."""

from dataclasses import replace

import numpy as np
import torch
from edge_models import edged_tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from projector.decode.claimed_spans import claimed_spans
from projector.decode.verdicts import FEATURES
from projector.document import Document, DocumentPair, Fragment, Mention, Status
from projector.models.verdict_model import ABSENT, RIGHT, WRONG
from projector.pipeline import decide, project_pair, weigh_pair
from projector.settings import DecodeSettings, Settings

WORDS = ["fiebre", "dolor", "tos", "edema", "agudo", "de", ","]
SEEDS = st.integers(0, 50)


class Judge(torch.nn.Module):
    """Judge by a function of what is told: (right, wrong, absent) log-odds."""

    def __init__(self, odds):
        super().__init__()
        self.odds = odds

    def forward(self, features):
        rows = [dict(zip(FEATURES, row, strict=True)) for row in features.tolist()]
        return torch.tensor([self.odds(row) for row in rows]).reshape(-1, 3)


def judged_by(odds, seed=1):
    encoder = edged_tiny(seed)
    model = encoder.edges.model
    model.verdict = Judge(odds)
    return encoder


@st.composite
def documents(draw):
    words = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=8))
    text, mentions = "", []
    for number, word in enumerate(words):
        if word not in ("de", ","):
            spot = Fragment(len(text), len(text) + len(word))
            mentions.append(Mention(f"T{number}", "X", (spot,)))
        text += word + " "
    target = draw(st.permutations(words))[: draw(st.integers(1, len(words)))]
    source = Document("d", "es", text, tuple(mentions))
    return DocumentPair(source, Document("d", "en", " ".join(target)))


@given(documents(), SEEDS)
@settings(max_examples=60, deadline=None)
def test_words_are_shared_only_where_both_are_likelier_right_than_wrong(pair, seed):
    encoder = edged_tiny(seed, judging=4)
    whole = Settings(decode=DecodeSettings(piece_recall=1.1))  # pieces apart are another matter
    projections = project_pair(pair, encoder, whole).projections
    scores = {one.mention_id: one.score for one in projections}
    for one in projections:
        assert (one.status is Status.PROJECTED) == bool(one.fragments)
        assert bool(one.reason) != bool(one.fragments)
        for other in one.collapsed_with:
            assert min(scores[other], one.score) >= 0.499 or scores[other] == one.score


@given(documents(), SEEDS, st.data())
@settings(max_examples=40, deadline=None)
def test_a_fragments_best_span_is_the_same_whichever_are_asked_for(pair, seed, data):
    weighed = weigh_pair(pair, edged_tiny(seed, judging=4), Settings())
    count = len(weighed.fragments)
    some = data.draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=count))
    index = np.array(sorted(some), np.int64)[: count or 0]
    everything = claimed_spans(weighed.word_candidates(np.arange(count)), weighed.decode)
    chosen = claimed_spans(weighed.word_candidates(index), weighed.decode)
    expected = everything[np.flatnonzero(np.isin(everything.fragment, index))]
    assert chosen.fragment.tolist() == expected.fragment.tolist()
    assert chosen.first.tolist() == expected.first.tolist()
    np.testing.assert_allclose(chosen.figures, expected.figures, atol=1e-4)


@given(documents(), SEEDS)
@settings(max_examples=40, deadline=None)
def test_a_barred_span_touches_nothing_that_is_barred(pair, seed):
    weighed = weigh_pair(pair, edged_tiny(seed, judging=4), Settings())
    index = np.arange(len(weighed.fragments))
    free = claimed_spans(weighed.word_candidates(index), weighed.decode)
    barred = {
        int(fragment): [(int(first), int(last))]
        for fragment, first, last in zip(free.fragment, free.first, free.last, strict=True)
    }
    others = claimed_spans(weighed.word_candidates(index), weighed.decode, barred=barred)
    for fragment, first, last in zip(others.fragment, others.first, others.last, strict=True):
        (start, end) = barred[int(fragment)][0]
        assert last <= start or first >= end


SOURCE = "tos y tos"
TWO = (Mention("T1", "X", (Fragment(0, 3),)), Mention("T2", "X", (Fragment(6, 9),)))
ONE_WORD = DocumentPair(Document("d", "es", SOURCE, TWO), Document("d", "en", "tos"))


def contested_loses(told):
    odds = [0.0, 0.0, 0.0]
    odds[RIGHT] = 2.0 - (8.0 if told["contested"] and told["rival_likelier"] >= 0 else 0.0)
    odds[ABSENT] = -9.0
    return odds


def test_the_better_owner_has_the_words_and_the_other_none_which_says_so():
    encoder = judged_by(contested_loses)
    projections = project_pair(ONE_WORD, encoder, Settings()).projections
    statuses = sorted(one.status for one in projections)
    if statuses == [Status.PROJECTED, Status.UNALIGNED]:
        loser = next(one for one in projections if one.status is Status.UNALIGNED)
        owner = next(one for one in projections if one.status is Status.PROJECTED)
        assert f"'tos' (0 3) belongs to mention {owner.mention_id}" in loser.reason
        assert not owner.collapsed_with
    else:  # both are equally bad owners: nobody is better
        assert len({one.score for one in projections}) == 1


def test_where_both_are_likely_right_both_have_the_words_and_say_so():
    encoder = judged_by(lambda told: [3.0, 0.0, -3.0])
    first, second = project_pair(ONE_WORD, encoder, Settings()).projections
    assert (first.status, second.status) == (Status.PROJECTED, Status.PROJECTED)
    assert (first.collapsed_with, second.collapsed_with) == (("T2",), ("T1",))


def test_what_is_likelier_absent_than_not_has_no_span_and_the_reason_tells_what_there_is():
    encoder = judged_by(lambda told: [0.0, 0.0, 9.0])
    first, _ = project_pair(ONE_WORD, encoder, Settings()).projections
    assert first.status is Status.UNALIGNED and first.score == 0
    assert first.reason.startswith("most likely absent (1.00): ")
    assert "'tos' (0 3)" in first.reason


def test_a_score_below_the_least_is_below_the_threshold():
    encoder = judged_by(lambda told: [0.0, 0.0, -9.0])
    recipe = Settings(decode=DecodeSettings(min_score=0.6))
    first, _ = project_pair(ONE_WORD, encoder, recipe).projections
    assert (first.status, first.score) == (Status.BELOW_THRESHOLD, 0.5)


def test_without_a_verdict_the_likeliest_is_taken():
    weighed = weigh_pair(ONE_WORD, edged_tiny(1), Settings())
    assert weighed.judged() is None
    projections = decide(ONE_WORD, weighed, None)
    assert project_pair(ONE_WORD, edged_tiny(1), Settings()).projections == projections
    assert WRONG not in (RIGHT, ABSENT)


def test_a_document_without_mentions_has_no_verdicts():
    bare = replace(ONE_WORD, source=replace(ONE_WORD.source, mentions=()))
    assert project_pair(bare, edged_tiny(1, judging=4), Settings()).projections == ()
