"""Audit a document and its translation: every check, and how faithful the whole is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from projector.align.aligner import token_vectors
from projector.align.anchors import SurePairs
from projector.audit.cue_check import cue_findings
from projector.audit.cues import find_cues, knows_cues
from projector.audit.findings import UNPAIRED, Block, Finding, Kind, Severity
from projector.audit.language_check import language_findings, sentence_language_findings
from projector.audit.name_check import name_findings
from projector.audit.names import drug_names, person_names
from projector.audit.number_check import number_findings
from projector.audit.repetition_check import loop_findings
from projector.audit.sentence_check import sentence_findings
from projector.audit.sentence_links import MOST_ABSENT, SentenceLinks, sentence_links
from projector.document import DocumentPair, Fragment
from projector.models.encoder import Encoder
from projector.settings import AlignSettings
from projector.text.tokens import TokenizedText

if TYPE_CHECKING:
    from torch import Tensor

# Least links of a pair: clean clinical translations have .40 and more, abstracts that are freely
# translated .24; wrong pairs of a hundred words have .16 at most.
_LEAST_LINKED = 0.2
_FEWEST_TOKENS = 8  # of both texts, for them to be a wrong pair


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """What a translation keeps of its source; each part is in [0, 1].

    Args:
        source_covered: The share of the source's tokens in sentences that have a counterpart.
        target_covered: The same of the translation's.
        intact: The share of blocks of sentences in which no error was found.
    """

    source_covered: float
    target_covered: float
    intact: float

    @property
    def score(self) -> float:
        """Return the product of the parts."""
        return self.source_covered * self.target_covered * self.intact


@dataclass(frozen=True, slots=True)
class PairAudit:
    """What is wrong with a translation.

    Args:
        findings: Of the whole first, then in the source's order as far as it has a say.
        faithfulness: What it keeps of its source.
        blocks: The sentences that tell the same.
    """

    findings: tuple[Finding, ...]
    faithfulness: Faithfulness
    blocks: tuple[Block, ...] = ()

    @property
    def is_pair(self) -> bool:
        """Tell whether the texts are a document and its translation at all."""
        return not any(finding.kind in UNPAIRED for finding in self.findings)


def audit_pair(pair: DocumentPair, encoder: Encoder, settings: AlignSettings) -> PairAudit:
    """Encode a document and its translation, and audit them.

    Args:
        pair: The document and its translation; their mentions play no part.
        encoder: Gives tokens and vectors.
        settings: Of aligning.
    """
    source = encoder.tokenize(pair.source.text)
    target = encoder.tokenize(pair.target.text)
    vectors = token_vectors(source, target, encoder, settings)
    return audit_vectors(pair, source, target, vectors, settings)


def audit_vectors(
    pair: DocumentPair,
    source: TokenizedText,
    target: TokenizedText,
    vectors: tuple[Tensor, Tensor],
    settings: AlignSettings,
    pairs: SurePairs | None = None,
) -> PairAudit:
    """Audit a document and its translation, whose tokens have vectors already.

    Args:
        pair: The document and its translation.
        source: S tokens.
        target: T tokens.
        vectors: [S, d] and [T, d], as `token_vectors` returns them.
        settings: Of aligning.
        pairs: The texts' sure pairs by these settings, where they are known.
    """
    links = sentence_links(source, target, vectors, settings, pairs)
    whole = [*language_findings(pair.source, pair.target), *_wrong_pair(links)]
    blocks = links.blocks()
    if any(finding.severity is Severity.DOCUMENT for finding in whole):
        return PairAudit(tuple(whole), _faithfulness(links, 0, 1), tuple(blocks))
    sentences = [
        *loop_findings(pair.source, pair.target),
        *sentence_findings(pair.source, pair.target, links),
        *sentence_language_findings(pair.source, pair.target, links.targets),
    ]
    within = _within(pair, blocks, links)
    wrong = sum(any(one.severity is Severity.ERROR for one in found) for found in within)
    findings = [*whole, *sentences, *(one for found in within for one in found)]
    faithfulness = _faithfulness(links, len(blocks) - wrong, len(blocks))
    return PairAudit(tuple(findings), faithfulness, tuple(blocks))


def _within(pair: DocumentPair, blocks: list[Block], links: SentenceLinks) -> list[list[Finding]]:
    """Return what differs within each block of sentences."""
    source, target = pair.source, pair.target
    known = knows_cues(source) and knows_cues(target)
    cues = [_Placed.of(find_cues(document)) for document in (source, target)] if known else []
    drugs = [_Placed.of(drug_names(document.text)) for document in (source, target)]
    people = _Placed.of(person_names(source.text))
    found = []
    for block in blocks:
        stretches = block.sources, block.targets
        findings = list(number_findings(source, target, *stretches))
        if known:
            theirs = cues[0].within(block.sources), cues[1].within(block.targets)
            findings += cue_findings(source, target, theirs, block.targets, links.between)
        names = (
            drugs[0].within(block.sources),
            drugs[1].within(block.targets),
            people.within(block.sources),
        )
        findings += name_findings(source, target, names, *stretches)
        found.append(findings)
    return found


class _HasPlace(Protocol):
    @property
    def place(self) -> Fragment: ...


_Item = TypeVar("_Item", bound=_HasPlace)


@dataclass(frozen=True, slots=True)
class _Placed(Generic[_Item]):
    """What was found in a text, in its order, with where each begins."""

    items: list[_Item]
    starts: list[int]

    @classmethod
    def of(cls, items: list[_Item]) -> _Placed[_Item]:
        """Hold what was found."""
        return cls(items, [item.place.start for item in items])

    def within(self, stretches: tuple[Fragment, ...]) -> list[_Item]:
        """Return what begins within stretches, all of them in text order."""
        return [
            item
            for stretch in stretches
            for item in self.items[
                bisect_left(self.starts, stretch.start) : bisect_left(self.starts, stretch.end)
            ]
        ]


def _wrong_pair(links: SentenceLinks) -> Iterator[Finding]:
    """Yield that two texts don't tell the same, when next to nothing links them."""
    fewest = min(links.source_tokens.sum(), links.target_tokens.sum())
    if fewest >= _FEWEST_TOKENS and links.linked < _LEAST_LINKED:
        message = "the texts do not tell the same"
        score = round(1 - 0.5 * links.linked / _LEAST_LINKED, 4)
        yield Finding(Kind.WRONG_PAIR, Severity.DOCUMENT, None, None, message, score)


def _faithfulness(links: SentenceLinks, intact: int, blocks: int) -> Faithfulness:
    return Faithfulness(
        _share(links.source_absence, links.source_tokens),
        _share(links.target_absence, links.target_tokens),
        intact / blocks if blocks else 1.0,
    )


def _share(absence: NDArray[np.float64], tokens: NDArray[np.int64]) -> float:
    """Return the share of tokens that stand in sentences with a counterpart; 1 of none."""
    total = int(tokens.sum())
    return float(tokens[absence <= MOST_ABSENT].sum()) / total if total else 1.0
