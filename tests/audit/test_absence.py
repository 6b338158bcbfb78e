"""The more of a sentence is linked, and the more its partner is like it, the surer it is there."""

import numpy as np

from projector.audit.absence import absence


def test_a_sentence_without_links_or_partner_is_absent():
    assert absence(np.zeros(1), np.zeros(1))[0] > 0.99


def test_links_or_a_partner_alone_are_enough():
    assert absence(np.array([0.5, 0.0]), np.array([0.0, 0.8])).max() < 0.1


def test_both_count():
    few, little = absence(np.array([0.1, 0.1]), np.array([0.0, 0.3]))
    assert few > 0.9 and little < 0.5
