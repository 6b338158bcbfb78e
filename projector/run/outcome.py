"""Hold what became of one document in one language: what a run is written from.

From the decoder to the writers it is this one type; rows and columns are the writers' own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from projector.document import (
    Annotation,
    Document,
    DocumentPair,
    Fragment,
    Mention,
    Projection,
    Status,
    surface,
    without_scores,
)
from projector.errors import OutputError, Problem
from projector.run.audit_outcome import AuditOutcome

if TYPE_CHECKING:  # it loads torch, which reading a run does without
    from projector.pipeline import ProjectedDocument

# Below it a projection is in doubt: five of six wrong ones of a try had a lower score.
LOW_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class MentionOutcome:
    """What became of one source mention in one translation.

    Args:
        mention_id: The source mention's id.
        label: Its label; empty where the mention is invalid.
        status: Exactly one.
        reason: Why it is not projected, in words; empty when it is.
        score: In [0, 1], higher is surer; 0 when nothing was found.
        fragments: Where it stands in the translation; none unless it is projected.
        text: Its words there.
        source_fragments: Where it stands in the source; none where it is invalid.
        source_text: Its words there.
        collapsed_with: The mentions of other words that ended on some of its words.
    """

    mention_id: str
    label: str
    status: Status
    reason: str = ""
    score: float = 0.0
    fragments: tuple[Fragment, ...] = ()
    text: str = ""
    source_fragments: tuple[Fragment, ...] = ()
    source_text: str = ""
    collapsed_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentOutcome:
    """What became of one document in one language.

    Args:
        language: The target's, as the user wrote it.
        source: The source document's name.
        target: The translation with its projected mentions; None where there is none. One that
            turned out to be no translation has no mentions.
        mentions: One outcome for each source mention, in the source's order, invalid ones last;
            none where the document was tagged.
        lost: The annotations that could not travel.
        status: What became of the document as a whole: `projected`, whatever became of its
            mentions; `tagged`, its target being its own text with what was found in it; or why
            it came to nothing.
        reason: The same in words; empty when it did not.
        original: The source document itself: in the first target language only, for it is the same
            in all, and None where it could not be read or is the target.
        audit: What is wrong with the translation; None where nobody looked, or there is none.
    """

    language: str
    source: str
    target: Document | None
    mentions: tuple[MentionOutcome, ...] = ()
    lost: tuple[Annotation, ...] = ()
    status: Status = Status.PROJECTED
    reason: str = ""
    original: Document | None = None
    audit: AuditOutcome | None = None

    @property
    def failed(self) -> bool:
        """Tell whether the document could not be processed."""
        return self.status is Status.FAILED

    @property
    def mispaired(self) -> bool:
        """Tell whether its translation turned out to be none."""
        return self.status is Status.UNPAIRED and self.target is not None

    @property
    def labels(self) -> set[str]:
        """Return the labels of its mentions, found or sought; an invalid one's is unknown."""
        found = {mention.label for mention in self.target.mentions} if self.target else set()
        return found | {mention.label for mention in self.mentions if mention.label}

    def counts(self) -> Counter[tuple[str, Status]]:
        """Return how many mentions there are of each label and status."""
        if self.status is Status.TAGGED and self.target is not None:
            return Counter((mention.label, Status.TAGGED) for mention in self.target.mentions)
        return Counter((mention.label, mention.status) for mention in self.mentions)


def projected_outcome(
    projected: ProjectedDocument,
    *,
    invalid: Mapping[str, str] | None = None,
    audit: AuditOutcome | None = None,
) -> DocumentOutcome:
    """Return the outcome of a document that was projected onto its translation.

    Args:
        projected: As the pipeline gives it; its language is its document's.
        invalid: The ids of source mentions that can't be used, each with the reason; see
            `invalid_mentions`.
        audit: What is wrong with the translation, if anybody looked.

    Raises:
        OutputError: The outcomes don't reconcile.
    """
    source, target = projected.source, projected.document
    projections = (*projected.projections, *_without_span(invalid or {}, Status.INVALID))
    mentions = _mention_outcomes(source, target, projections)
    return DocumentOutcome(
        target.language, source.name, target, mentions, projected.lost, audit=audit
    )


def mispaired_outcome(
    pair: DocumentPair,
    reason: str,
    audit: AuditOutcome | None = None,
    *,
    invalid: Mapping[str, str] | None = None,
) -> DocumentOutcome:
    """Return the outcome of a document whose translation turned out to be none.

    Its mentions are `unpaired`, its annotations are all lost; the text that is no translation of
    it stays, for whoever wants to see, without mentions.

    Args:
        pair: The document and what was taken for its translation.
        reason: Why it is none, in words.
        audit: What found it.
        invalid: As in `projected_outcome`.

    Raises:
        OutputError: The outcomes don't reconcile.
    """
    source, target = pair.source, replace(pair.target, mentions=(), annotations=())
    unpaired = unprojected_outcome(
        source, target.language, Status.UNPAIRED, reason, invalid=invalid
    )
    return replace(unpaired, target=target, audit=audit)


def unprojected_outcome(
    source: Document,
    language: str,
    status: Status,
    reason: str,
    *,
    invalid: Mapping[str, str] | None = None,
) -> DocumentOutcome:
    """Return the outcome of a document that nothing could be projected from.

    Its annotations are all lost.

    Args:
        source: The document; one without mentions where it could not be read.
        language: The target's, as the user wrote it.
        status: What became of it and of its mentions: `unpaired` or `failed`.
        reason: Why, in words.
        invalid: As in `projected_outcome`.

    Raises:
        OutputError: The outcomes don't reconcile.
    """
    projections = (
        *_without_span({mention.id: reason for mention in source.mentions}, status),
        *_without_span(invalid or {}, Status.INVALID),
    )
    mentions = _mention_outcomes(source, None, projections)
    lost = without_scores(source.annotations)
    return DocumentOutcome(language, source.name, None, mentions, lost, status, reason)


def invalid_mentions(
    problems: Iterable[Problem], *, unread: Collection[str] = ()
) -> dict[str, str]:
    """Return why each source mention can't be used, by id.

    Args:
        problems: Of the source's reading; those that are about no one mention play no part, unless
            they leave no document.
        unread: The ids of the mentions that are lost with the document, see `Reading`.
    """
    reasons: dict[str, list[str]] = {}
    of_document: list[str] = []
    for problem in problems:
        if problem.mention_id is not None:
            reasons.setdefault(problem.mention_id, []).append(_reason(problem))
        else:
            of_document.append(str(problem))
    for id_ in unread:
        reasons.setdefault(id_, of_document)
    return {id_: ". ".join(told) for id_, told in reasons.items()}


def _reason(problem: Problem) -> str:
    where = "" if problem.line is None else f"line {problem.line}: "
    expected = f"; expected {problem.expected}" if problem.expected else ""
    return f"{where}{problem.found}{expected}"


def _without_span(reasons: Mapping[str, str], status: Status) -> Iterator[Projection]:
    """Yield a projection without a span for each mention id."""
    for id_, reason in reasons.items():
        yield Projection(id_, status, reason=reason)


def _mention_outcomes(
    source: Document, target: Document | None, projections: Sequence[Projection]
) -> tuple[MentionOutcome, ...]:
    """Return an outcome for each mention, once the projections are held against them."""
    check_outcomes(source, target, projections)
    of_id = {projection.mention_id: projection for projection in projections}
    mentions: dict[str, Mention | None] = {mention.id: mention for mention in source.mentions}
    mentions |= {id_: None for id_ in of_id if id_ not in mentions}
    return tuple(
        _mention_outcome(of_id[id_], mention, source, target) for id_, mention in mentions.items()
    )


def _mention_outcome(
    projection: Projection, mention: Mention | None, source: Document, target: Document | None
) -> MentionOutcome:
    return MentionOutcome(
        mention_id=projection.mention_id,
        label="" if mention is None else mention.label,
        status=projection.status,
        reason=projection.reason,
        score=float(projection.score),
        fragments=projection.fragments,
        text="" if target is None else surface(projection.fragments, target.text),
        source_fragments=() if mention is None else mention.fragments,
        source_text="" if mention is None else mention.surface(source.text),
        collapsed_with=projection.collapsed_with,
    )


def check_outcomes(
    source: Document, target: Document | None, projections: Sequence[Projection]
) -> None:
    """Hold the outcomes against the mentions: exactly one each, and what is projected is there.

    Outcomes that are `invalid` may be of mentions that are not in `source`, because they can't be.

    Raises:
        OutputError: They don't reconcile: a fault of whoever made them.
    """
    ids = [one.mention_id for one in projections]
    known = {mention.id for mention in source.mentions}
    for problem in (
        _told("more than one outcome", {id_ for id_, number in Counter(ids).items() if number > 1}),
        _told("no outcome", known - set(ids)),
        _told(
            "an outcome but no such mention",
            {one.mention_id for one in projections if one.status is not Status.INVALID} - known,
        ),
        _told("a status that its fragments or its score belie", set(_belied(target, projections))),
        _told("another mention in the target than projected", _disagreeing(target, projections)),
    ):
        if problem:
            raise OutputError(
                f"{source.name}: the outcomes don't reconcile: {problem}; "
                "this is a fault in projector, please report it"
            )


def _told(what: str, ids: Collection[str]) -> str:
    return f"{what}: {', '.join(sorted(ids))}" if ids else ""


def _belied(target: Document | None, projections: Sequence[Projection]) -> Iterator[str]:
    length = -1 if target is None else len(target.text)
    for projection in projections:
        fits = bool(projection.fragments) and all(
            fragment.end <= length for fragment in projection.fragments
        )
        if projection.status is Status.PROJECTED:
            if not fits or not 0 <= projection.score <= 1:
                yield projection.mention_id
        elif projection.fragments:
            yield projection.mention_id


def _disagreeing(target: Document | None, projections: Sequence[Projection]) -> set[str]:
    mentions = target.mentions if target is not None else ()
    in_target = {(mention.id, mention.fragments) for mention in mentions}
    told = {
        (one.mention_id, one.fragments) for one in projections if one.status is Status.PROJECTED
    }
    return {id_ for id_, _ in in_target ^ told}
