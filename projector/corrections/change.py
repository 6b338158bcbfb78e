"""Make what people say of a document part of what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from projector.corrections.decide import Decided
from projector.document import (
    Document,
    Fragment,
    Mention,
    Status,
    surface,
    transferable_annotations,
)
from projector.run.outcome import DocumentOutcome, MentionOutcome
from projector.run.read_outcomes import ReadOutcome


@dataclass(frozen=True, slots=True)
class Change:
    """What was said of a mention and was taken.

    Args:
        language: The translation's.
        document: The source document.
        old: What became of the mention before.
        new: What became of it now.
        decided: Who said so, and when.
    """

    language: str
    document: str
    old: MentionOutcome
    new: MentionOutcome
    decided: Decided


def changed(
    read: ReadOutcome, decided: Mapping[str, Decided]
) -> tuple[DocumentOutcome, list[Change]]:
    """Return what becomes of a document with what people say of its mentions, and what that is.

    What is said about mentions travels with those that have a span now.

    Args:
        read: What became of it.
        decided: What people say, by mention; checked against it.
    """
    outcome, source = read.outcome, read.source
    if not decided or source is None or outcome.target is None:  # it has no translation
        return outcome, []
    judged = tuple(
        _changed_mention(mention, decided.get(mention.mention_id), outcome.target)
        for mention in outcome.mentions
    )
    mentions = _with_collapsed(judged, decided)
    changes = [
        Change(outcome.language, outcome.source, old, new, decided[old.mention_id])
        for old, new in zip(outcome.mentions, mentions, strict=True)
        if old.mention_id in decided
    ]
    spans = {one.mention_id: one.fragments for one in mentions if one.status.has_span}
    found = tuple(
        Mention(one.id, one.label, spans[one.id], one.line)
        for one in source.mentions
        if one.id in spans
    )
    kept, lost = transferable_annotations(source.annotations, spans)
    target = replace(outcome.target, mentions=found, annotations=kept)
    return replace(outcome, target=target, mentions=mentions, lost=lost), changes


def _with_collapsed(
    mentions: Sequence[MentionOutcome], decided: Collection[str]
) -> tuple[MentionOutcome, ...]:
    """Return mentions that name those on their words which are still there.

    One that a person has judged is where it should be, whatever else is.
    """
    fragments = {mention.mention_id: mention.fragments for mention in mentions}
    return tuple(
        replace(
            mention,
            collapsed_with=()
            if mention.mention_id in decided
            else tuple(
                id_
                for id_ in mention.collapsed_with
                if _overlap(fragments.get(id_, ()), mention.fragments)
            ),
        )
        for mention in mentions
    )


def _overlap(ours: Sequence[Fragment], theirs: Sequence[Fragment]) -> bool:
    return any(one.start < other.end and other.start < one.end for one in ours for other in theirs)


def _changed_mention(
    mention: MentionOutcome, decided: Decided | None, target: Document
) -> MentionOutcome:
    if decided is None:
        return mention
    status = decided.status(mention.fragments)
    reason = f"absent, says {decided.reviewers or 'a reviewer'}" if status is Status.ABSENT else ""
    return replace(
        mention,
        status=status,
        reason=reason,
        fragments=decided.fragments,
        text=surface(decided.fragments, target.text),
    )
