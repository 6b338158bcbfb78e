"""Count what became of a run's documents and mentions, and hold the languages together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from projector.document import Status
from projector.errors import OutputError
from projector.run.outcome import DocumentOutcome
from schemas.manifest import FindingCount, LanguageCount, Manifest, MentionCount

_UNITS = 10_000
_LOST = (Status.INVALID, Status.UNPAIRED, Status.FAILED)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What came of a run, in sorted order; the same figures stand in its manifest."""

    languages: tuple[LanguageCount, ...]
    counts: tuple[MentionCount, ...]
    findings: tuple[FindingCount, ...] = ()

    def with_audit(self, earlier: Manifest) -> RunSummary:
        """Return it with what the audit of an earlier run counted of the same translations."""
        counted = {one.language: one for one in earlier.languages}
        languages = tuple(
            one.model_copy(
                update={
                    "audited": counted[one.language].audited,
                    "faithfulness": counted[one.language].faithfulness,
                }
            )
            for one in self.languages
        )
        return RunSummary(languages, self.counts, earlier.findings)

    def by_status(self) -> dict[str, int]:
        """Return how many mentions, over all languages, came to each status."""
        statuses: Counter[str] = Counter()
        for count in self.counts:
            statuses[count.status] += count.mentions
        return dict(sorted(statuses.items()))

    @property
    def tagged(self) -> dict[str, int]:
        """Return how many mentions of each label a run that tags has found, sorted by label."""
        labels: Counter[str] = Counter()
        for count in self.counts:
            if count.status == Status.TAGGED.value:
                labels[count.label] += count.mentions
        return dict(sorted(labels.items()))

    @property
    def losses(self) -> int:
        """Return how many documents, mentions and annotations are lost, see `count_losses`."""
        return self.count_losses()

    def count_losses(self, also: Collection[str] = ()) -> int:
        """Return how many documents, mentions and annotations were given and not dealt with.

        A loss is a document that failed, or whose translation turned out to be none; a mention that
        is `invalid`, `unpaired` or `failed`; and an annotation that could not travel, whatever
        became of the mentions that it is about. That a mention is `unaligned` or `below_threshold`
        is an outcome: it was sought, and the answer is that the translation lacks it, or that
        nothing there is sure enough.

        Args:
            also: Statuses of outcomes that are to count as losses.
        """
        statuses = {*_LOST, *also}
        mentions = sum(count.mentions for count in self.counts if count.status in statuses)
        return mentions + sum(
            one.failed + one.mispaired + one.lost_annotations for one in self.languages
        )


@dataclass(slots=True)
class LanguageTally:
    """What is counted of one language.

    Args:
        documents: How many outcomes each source document's mentions have.
        labels: Of mentions, found or sought.
        mentions: How many there are of each label and status.
        translated: Documents with a translation.
        lost: Annotations that could not travel.
        failed: Documents that could not be processed.
        mispaired: Documents whose translation turned out to be none.
        audited: Translations that were audited.
        faithful: Their faithfulness, summed in ten-thousandths: whole numbers come to the same in
            any order.
        findings: How many there are of each kind.
    """

    documents: dict[str, int] = field(default_factory=dict)
    labels: set[str] = field(default_factory=set)
    mentions: Counter[tuple[str, Status]] = field(default_factory=Counter)
    translated: int = 0
    lost: int = 0
    failed: int = 0
    mispaired: int = 0
    audited: int = 0
    faithful: int = 0
    findings: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: DocumentOutcome) -> None:
        """Count an outcome."""
        self.documents[outcome.source] = len(outcome.mentions)
        self.labels |= outcome.labels
        self.mentions += outcome.counts()
        self.translated += outcome.target is not None
        self.lost += len(outcome.lost)
        self.failed += outcome.failed
        self.mispaired += outcome.mispaired
        if outcome.audit is not None:
            self.audited += 1
            self.faithful += round(_UNITS * outcome.audit.faithfulness)
            self.findings.update(kind.value for kind in outcome.audit.kinds().elements())

    def include(self, other: LanguageTally) -> None:
        """Take what was counted of other documents."""
        self.documents.update(other.documents)
        self.labels |= other.labels
        self.mentions += other.mentions
        self.translated += other.translated
        self.lost += other.lost
        self.failed += other.failed
        self.mispaired += other.mispaired
        self.audited += other.audited
        self.faithful += other.faithful
        self.findings += other.findings

    def mention_counts(self, language: str) -> tuple[MentionCount, ...]:
        """Return how many mentions of each label came to each status, sorted."""
        return tuple(
            MentionCount(language=language, label=label, status=status.value, mentions=number)
            for (label, status), number in sorted(self.mentions.items())
        )

    def finding_counts(self, language: str) -> tuple[FindingCount, ...]:
        """Return how many findings of each kind there are, sorted."""
        return tuple(
            FindingCount(language=language, kind=kind, findings=number)
            for kind, number in sorted(self.findings.items())
        )

    def language_count(self, language: str, tables: Mapping[str, str]) -> LanguageCount:
        """Return what was done in the language; `tables` are its submission tables by entity."""
        return LanguageCount(
            language=language,
            documents=len(self.documents),
            translated=self.translated,
            mentions=sum(self.documents.values()),
            projected=sum(
                number for (_, status), number in self.mentions.items() if status.has_span
            ),
            lost_annotations=self.lost,
            failed=self.failed,
            audited=self.audited,
            mispaired=self.mispaired,
            faithfulness=round(self.faithful / _UNITS / self.audited, 4) if self.audited else None,
            tables=dict(tables),
        )


def summarize(
    tallies: Mapping[str, LanguageTally], tables: Mapping[str, Mapping[str, str]]
) -> RunSummary:
    """Return the counts of all languages; `tables` are their submission tables by entity."""
    languages = sorted(tallies)
    return RunSummary(
        tuple(tallies[code].language_count(code, tables[code]) for code in languages),
        tuple(count for code in languages for count in tallies[code].mention_counts(code)),
        tuple(count for code in languages for count in tallies[code].finding_counts(code)),
    )


def check_languages(tallies: Mapping[str, LanguageTally], path: Path) -> None:
    """Hold the languages against each other: all must have had the same source mentions.

    Args:
        tallies: Of each language.
        path: The run's folder, for messages.

    Raises:
        OutputError: They have not: a fault in projector.
    """
    every = {name: number for one in tallies.values() for name, number in one.documents.items()}
    for language, tally in sorted(tallies.items()):
        differing = sorted(name for name in every if tally.documents.get(name) != every[name])
        if differing:
            raise OutputError(
                f"{path}: {len(differing)} source documents have other mentions in {language} "
                f"than in another language, or none: {differing[0]} among them; "
                "this is a fault in projector, please report it"
            )
