"""Hold what became of one document in one language: what a run is written from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projector.document import Annotation, Document, Projection, Status
from projector.run.rows import check_outcomes, outcome_rows

if TYPE_CHECKING:  # it loads torch, which reading a run does without
    from projector.pipeline import ProjectedDocument


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one document in one language.

    Args:
        language: The target's, as the user wrote it.
        source: The source document's name.
        target: The translation with its projected mentions; None where there is none.
        rows: Of `schemas.tables.PROJECTIONS`; none where the document was tagged only.
        lost: The annotations that could not travel.
        whole: What became of the document as a whole and why, where nothing could be projected.
    """

    language: str
    source: str
    target: Document | None
    rows: list[tuple[object, ...]]
    lost: tuple[Annotation, ...]
    whole: tuple[str, str] | None = None

    @property
    def failed(self) -> bool:
        """Tell whether the document could not be processed."""
        return self.whole is not None and self.whole[0] == Status.FAILED.value

    @property
    def labels(self) -> set[str]:
        """Return the labels of its mentions, found or sought; an invalid one's is unknown."""
        found = {one.label for one in self.target.mentions} if self.target else set()
        return found | {str(row[4]) for row in self.rows if row[4]}

    def counts(self) -> Iterator[tuple[str, str, str]]:
        """Yield each mention's language, label and status."""
        for row in self.rows:
            yield self.language, str(row[4]), str(row[5])


def entry_of(projected: ProjectedDocument, *, invalid: Mapping[str, str] | None = None) -> Entry:
    """Return the entry of a translation with what was projected onto it.

    Args:
        projected: As the pipeline gives it; its language is its document's.
        invalid: The ids of source mentions that can't be used, each with the reason; see
            `projector.run.rows.invalid_mentions`.

    Raises:
        OutputError: The outcomes don't reconcile.
    """
    outcomes = (*projected.projections, *_outcomes(invalid or {}, Status.INVALID))
    target = projected.document
    return _entry(target.language, projected.source, target, outcomes, projected.lost)


def entry_without(
    source: Document,
    language: str,
    status: Status,
    reason: str,
    *,
    invalid: Mapping[str, str] | None = None,
) -> Entry:
    """Return the entry of a document that nothing could be projected from.

    Its annotations are all lost.

    Args:
        source: The document; one without mentions where it could not be read.
        language: The target's, as the user wrote it.
        status: What became of it and of its mentions: `unpaired` or `failed`.
        reason: Why, in words.
        invalid: As in `entry_of`.

    Raises:
        OutputError: The outcomes don't reconcile.
    """
    outcomes = (
        *_outcomes({mention.id: reason for mention in source.mentions}, status),
        *_outcomes(invalid or {}, Status.INVALID),
    )
    whole = (status.value, reason)
    return _entry(language, source, None, outcomes, source.annotations, whole)


def _entry(
    language: str,
    source: Document,
    target: Document | None,
    projections: Sequence[Projection],
    lost: tuple[Annotation, ...],
    whole: tuple[str, str] | None = None,
) -> Entry:
    check_outcomes(source, target, projections)
    rows = outcome_rows(language, source, target, projections)
    return Entry(language, source.name, target, rows, lost, whole)


def _outcomes(reasons: Mapping[str, str], status: Status) -> Iterator[Projection]:
    """Yield an outcome without a span for each mention id."""
    for id_, reason in reasons.items():
        yield Projection(id_, status, reason=reason)
