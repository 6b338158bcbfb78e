"""Hold the figures of a report: all that its page shows, and nothing of how."""

from __future__ import annotations

from dataclasses import dataclass

from projector.document import Status

BINS = 20  # of scores and of faithfulness, each a twentieth wide

HUMAN = (Status.CONFIRMED.value, Status.CORRECTED.value, Status.ABSENT.value)  # what people say
WITH_SPAN = tuple(Status.with_span())
WITHOUT_SPAN = (
    Status.UNALIGNED.value,
    Status.BELOW_THRESHOLD.value,
    Status.ABSENT.value,
    Status.UNPAIRED.value,
    Status.INVALID.value,
    Status.FAILED.value,
)


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """What was done in a language, as the manifest counts it."""

    language: str
    documents: int
    translated: int
    failed: int
    mentions: int
    lost_annotations: int


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many mentions of a label came to a status in a language."""

    language: str
    label: str
    status: str
    mentions: int


@dataclass(frozen=True, slots=True)
class ScoreFigures:
    """How the scores of a language's projections are spread.

    Args:
        bins: How many lie in each of `BINS` equal parts of [0, 1], the last with 1 itself.
        mean: Of all; None where there is none.
        low: How many are below `LOW_SCORE`, and no human has looked at them.
        collapsed: How many share their span with another mention's.
    """

    language: str
    bins: tuple[int, ...]
    mean: float | None
    low: int
    collapsed: int


@dataclass(frozen=True, slots=True)
class DocumentFigures:
    """What came of a document in a language.

    Args:
        lost: Mentions that have no span, unless a human says that there is none.
        doubtful: These, and those whose score is low or whose span is another's, too.
        findings: An audit's that are more than warnings; None where nobody looked.
        faithfulness: In [0, 1]; None where nobody looked.
    """

    language: str
    document: str
    mentions: int
    lost: int
    doubtful: int
    mean_score: float | None
    findings: int | None = None
    faithfulness: float | None = None


@dataclass(frozen=True, slots=True)
class WorstDocuments:
    """Where to look first; each list has the worst in front."""

    doubtful: tuple[DocumentFigures, ...] = ()
    uncovered: tuple[DocumentFigures, ...] = ()
    unfaithful: tuple[DocumentFigures, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many findings of a kind and severity an audit has in a language."""

    language: str
    kind: str
    severity: str
    findings: int


@dataclass(frozen=True, slots=True)
class FaithfulnessFigures:
    """How faithful the translations of a language are.

    Args:
        quantiles: The 5th, 25th, 50th, 75th and 95th percentile.
    """

    language: str
    documents: int
    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AuditFigures:
    """What an audit of the translations found."""

    findings: tuple[FindingCount, ...]
    faithfulness: tuple[FaithfulnessFigures, ...]


@dataclass(frozen=True, slots=True)
class GoldRow:
    """The scores of one language and label; None stands for all of them together."""

    language: str | None
    label: str | None
    strict_precision: float
    strict_recall: float
    strict_f1: float
    character_f1: float
    gold: int
    predicted: int


@dataclass(frozen=True, slots=True)
class ReliabilityTenth:
    """The projections whose scores are from `low` to `high`, and how many are strictly right."""

    low: float
    high: float
    predicted: int
    right: int


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """Strict precision and recall where only projections with a score of `least` are kept."""

    least: float
    kept: int
    precision: float | None
    recall: float


@dataclass(frozen=True, slots=True)
class GoldFigures:
    """How the projections compare with gold.

    Args:
        area: Under the ROC curve of the scores; None unless there are right and wrong ones.
        calibration_error: Expected calibration error of the scores.
        remarks: What a reader should know of the comparison.
    """

    rows: tuple[GoldRow, ...]
    tenths: tuple[ReliabilityTenth, ...]
    thresholds: tuple[ThresholdRow, ...]
    area: float | None
    calibration_error: float | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many mentions of a label have codes in a language, and why the others have none."""

    language: str
    label: str
    given: int
    proposed: int
    unsure: int
    uncoded: int
    left_alone: int


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """What codes were proposed, by what."""

    coder: str
    codes: str
    counts: tuple[CodeCount, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the run was made from, or by."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """All that a report shows of a run.

    Args:
        run: Its folder's name.
        tags: Its mentions were found in the texts themselves: nothing was projected.
        statuses: Of every mention, as the manifest counts them.
        scores: Of each language with projections.
        audit, gold, codes: None where there is none.
        provenance: What it was made from, and by.
        notices: What of the inputs was understood otherwise than it is stated.
    """

    run: str
    tags: bool
    languages: tuple[LanguageFigures, ...]
    statuses: tuple[StatusCount, ...]
    scores: tuple[ScoreFigures, ...]
    worst: WorstDocuments
    audit: AuditFigures | None
    gold: GoldFigures | None
    codes: CodeFigures | None
    provenance: tuple[Fact, ...]
    notices: tuple[str, ...] = ()

    @property
    def mentions(self) -> int:
        """Return how many mentions there are, in all languages."""
        return sum(count.mentions for count in self.statuses)

    def count(self, *statuses: str, language: str | None = None, label: str | None = None) -> int:
        """Return how many mentions came to any of some statuses, of all languages and labels."""
        return sum(
            count.mentions
            for count in self.statuses
            if count.status in statuses
            and language in (None, count.language)
            and label in (None, count.label)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels, sorted; that of an invalid mention may be empty."""
        return tuple(sorted({count.label for count in self.statuses}))
