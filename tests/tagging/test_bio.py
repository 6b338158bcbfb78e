import numpy as np
import pytest

from projector.tagging.bio import bio_labels, bio_spans, expressible

TOKENS = np.array([[0, 2], [3, 5], [5, 7], [8, 9], [9, 12], [13, 15]])


def spans_of(*rows):
    return np.array(rows, np.int64).reshape(-1, 2)


@pytest.mark.parametrize(
    ("spans", "labels"),
    [
        ([], "OOOOOO"),
        ([(3, 7)], "OBIOOO"),
        ([(8, 12), (3, 7)], "OBIBIO"),
        ([(0, 2), (3, 5), (5, 7)], "BBBOOO"),
        ([(3, 5), (3, 9)], "OBIIOO"),  # the longer one stays
        ([(3, 7), (5, 9)], "OBIOOO"),  # of equals the first
        ([(1, 6)], "BIIOOO"),  # a token that is cut belongs to it
        ([(2, 3), (12, 13)], "OOOOOO"),  # no token's
    ],
)
def test_spans_become_labels(spans, labels):
    found = bio_labels(spans_of(*spans), TOKENS)
    assert "".join("OBI"[one] for one in found) == labels


@pytest.mark.parametrize(
    ("labels", "spans"),
    [
        ("OOOOOO", []),
        ("OBIOOB", [(3, 7), (13, 15)]),
        ("BBIOOO", [(0, 2), (3, 7)]),
        ("IIOOOO", [(0, 5)]),  # a stray inside begins a span
        ("BOIIBI", [(0, 2), (5, 9), (9, 15)]),
    ],
)
def test_labels_become_spans(labels, spans):
    found = bio_spans(np.array(["OBI".index(one) for one in labels]), TOKENS)
    assert [tuple(row) for row in found.tolist()] == spans


def test_any_spans_that_share_no_token_come_back():
    random = np.random.default_rng(0)
    for _ in range(200):
        ends = np.sort(random.choice(7, size=4, replace=False))
        spans = spans_of(
            *((TOKENS[a, 0], TOKENS[b - 1, 1]) for a, b in (ends[:2], ends[2:]) if b <= 6)
        )
        back = bio_spans(bio_labels(spans, TOKENS), TOKENS)
        assert back.tolist() == spans.tolist()
        assert expressible(spans, TOKENS).all()


def test_what_labels_can_not_hold_is_told():
    spans = spans_of((3, 9), (3, 5), (1, 2), (13, 15), (12, 13))
    assert expressible(spans, TOKENS).tolist() == [True, False, False, True, False]


def test_a_text_without_tokens_has_no_labels():
    none = np.empty((0, 2), np.int64)
    assert bio_labels(spans_of((0, 1)), none).shape == (0,)
    assert bio_spans(np.empty(0, np.int64), none).shape == (0, 2)
