"""Hold what an audit says of a translation, as a run keeps and writes it: without vectors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from projector.audit.findings import Kind, Severity
from projector.document import Fragment


@dataclass(frozen=True, slots=True)
class FindingOutcome:
    """What is wrong in one place, with the words there.

    Args:
        kind: What it is.
        severity: How much it weighs.
        source: Where in the source; None where nothing there corresponds, or for the whole.
        source_text: Its words there; empty where it is nowhere.
        target: Where in the translation; None likewise.
        target_text: Its words there.
        message: In words, for people.
        score: In [0, 1], higher is surer.
    """

    kind: Kind
    severity: Severity
    source: Fragment | None
    source_text: str
    target: Fragment | None
    target_text: str
    message: str
    score: float


@dataclass(frozen=True, slots=True)
class SentencePair:
    """Sentences that tell the same.

    Args:
        source: Those of the source, in text order; at least one.
        target: Those of the translation, in text order; at least one.
        score: Cosine of their mean vectors, 0 where it is less.
    """

    source: tuple[Fragment, ...]
    target: tuple[Fragment, ...]
    score: float


@dataclass(frozen=True, slots=True)
class AuditOutcome:
    """What an audit says of one translation.

    Args:
        findings: Those of the whole first.
        sentences: Which tell the same, in the source's order.
        source_covered, target_covered, intact, faithfulness: See `projector.audit.audit_pair`.
    """

    findings: tuple[FindingOutcome, ...]
    sentences: tuple[SentencePair, ...]
    source_covered: float
    target_covered: float
    intact: float
    faithfulness: float

    def kinds(self) -> Counter[Kind]:
        """Return how many findings there are of each kind."""
        return Counter(finding.kind for finding in self.findings)
