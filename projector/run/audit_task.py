"""Audit a translation while it is projected onto, with the vectors that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from projector.audit.audit_pair import audit_vectors
from projector.audit.findings import UNPAIRED, Block, Finding, Kind
from projector.corpus.language_names import same_language
from projector.document import DocumentPair, Fragment
from projector.models.catalogue import find_entry
from projector.run.audit_outcome import AuditOutcome, FindingOutcome, SentencePair
from projector.text.token_words import expand_ranges
from projector.text.words import overlap_range

if TYPE_CHECKING:
    from torch import Tensor

    from projector.align.anchors import SurePairs
    from projector.settings import AlignSettings
    from projector.text.tokens import TokenizedText
    from schemas.run import ModelConfiguration

_FEWEST_LETTERS = 30  # of a copy that is no translation: names, doses and short forms stay
_PARTNER = "`projector audit` names a better partner, where there is one"
_UNSURE = "it is projected all the same, for nobody has measured what this model makes of pairs"


def judges_pairs(model: ModelConfiguration) -> bool:
    """Tell whether an audit's limits are known for what a model is and how it is read."""
    entry = find_entry(model.name)
    as_known = model.layer in (None, entry.layer) and model.granularity in (None, entry.granularity)
    return entry.judges_pairs and as_known and model.window is None


def audit_outcome(
    pair: DocumentPair,
    source: TokenizedText,
    target: TokenizedText,
    vectors: tuple[Tensor, Tensor],
    settings: AlignSettings,
    pairs: SurePairs | None = None,
) -> AuditOutcome:
    """Audit a document and its translation, whose tokens have vectors already.

    Args:
        pair, source, target, vectors, settings, pairs: As `audit_vectors` takes them.
    """
    audit = audit_vectors(pair, source, target, vectors, settings, pairs)
    scores = block_scores(audit.blocks, source, target, vectors)
    faithfulness = audit.faithfulness
    return AuditOutcome(
        tuple(_finding(finding, pair) for finding in audit.findings),
        tuple(
            SentencePair(block.sources, block.targets, score)
            for block, score in zip(audit.blocks, scores, strict=True)
        ),
        faithfulness.source_covered,
        faithfulness.target_covered,
        faithfulness.intact,
        faithfulness.score,
    )


def _finding(finding: Finding, pair: DocumentPair) -> FindingOutcome:
    return FindingOutcome(
        finding.kind,
        finding.severity,
        finding.source,
        _words(finding.source, pair.source.text),
        finding.target,
        _words(finding.target, pair.target.text),
        finding.message,
        finding.score,
    )


def _words(place: Fragment | None, text: str) -> str:
    return "" if place is None else text[place.start : place.end]


def block_scores(
    blocks: Sequence[Block],
    source: TokenizedText,
    target: TokenizedText,
    vectors: tuple[Tensor, Tensor],
) -> list[float]:
    """Return the cosine of the mean vectors of each block's sides, rounded, 0 where it is less.

    Args:
        blocks: B blocks of sentences.
        source: S tokens.
        target: T tokens.
        vectors: [S, d] and [T, d].
    """
    sides = (
        _sums([block.sources for block in blocks], source, vectors[0]),
        _sums([block.targets for block in blocks], target, vectors[1]),
    )
    norms = np.linalg.norm(sides[0], axis=1) * np.linalg.norm(sides[1], axis=1)
    cosines = (sides[0] * sides[1]).sum(1) / np.maximum(norms, 1e-12)
    return [round(float(cosine), 4) for cosine in np.clip(cosines, 0, 1)]


def _sums(
    stretches: Sequence[tuple[Fragment, ...]], tokens: TokenizedText, vectors: Tensor
) -> NDArray[np.float64]:
    """Return [B, d] the sum of the vectors [T, d] of the tokens in each block's sentences."""
    block = [number for number, fragments in enumerate(stretches) for _ in fragments]
    spans = np.array(
        [(one.start, one.end) for fragments in stretches for one in fragments], np.int64
    )
    stretch, token = expand_ranges(*overlap_range(tokens.offsets, spans.reshape(-1, 2)))
    owner = torch.from_numpy(np.array(block, np.int64)[stretch])
    some = vectors.cpu()[torch.from_numpy(token)]
    sums = torch.zeros(len(stretches), vectors.shape[1], dtype=torch.float64)
    return np.asarray(sums.index_add_(0, owner, some.double()).numpy())


def reason_unpaired(audit: AuditOutcome, pair: DocumentPair, *, judges: bool) -> str:
    """Return why nothing can be projected onto a translation; empty where it can.

    Args:
        audit: What was found.
        pair: The document and its translation.
        judges: Whether limits are known for the model, see `judges_pairs`.
    """
    for finding in audit.findings:
        if finding.kind in UNPAIRED and _is_sure(finding, pair, judges):
            return finding.message
    return ""


def _is_sure(finding: FindingOutcome, pair: DocumentPair, judges: bool) -> bool:
    if finding.kind is Kind.WRONG_PAIR:
        return judges
    letters = sum(map(str.isalpha, pair.target.text))
    same = same_language(pair.source.language, pair.target.language)
    return letters >= _FEWEST_LETTERS and not same


def with_advice(audit: AuditOutcome, *, judges: bool) -> AuditOutcome:
    """Return an audit whose wrong pair says what a run makes of it."""
    advice = _PARTNER if judges else _UNSURE
    findings = tuple(
        replace(finding, message=f"{finding.message}; {advice}")
        if finding.kind is Kind.WRONG_PAIR
        else finding
        for finding in audit.findings
    )
    return replace(audit, findings=findings)
