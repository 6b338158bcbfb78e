"""Turn what became of a document's mentions into the rows and the notes that a run writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from projector.corpus.formats.parquet_write import annotation_cells, fragment_cells
from projector.document import Annotation, Document, Mention, Projection, Status
from projector.errors import OutputError, Problem

if TYPE_CHECKING:
    from projector.run.outcome import Entry

UNPROJECTED_COLUMNS = (
    "language",
    "document",
    "mention_id",
    "label",
    "start_span",
    "end_span",
    "text",
    "status",
    "reason",
)
PROBLEM_COLUMNS = ("file", "line", "mention_id", "found", "expected", "hint")
FAILED_COLUMNS = ("language", "document", "reason")
LOST_COLUMNS = ("language", "document", "id", "kind", "label", "about", "value")


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
    for one in projections:
        fits = bool(one.fragments) and all(fragment.end <= length for fragment in one.fragments)
        if one.status is Status.PROJECTED:
            if not fits or not 0 <= one.score <= 1:
                yield one.mention_id
        elif one.fragments:
            yield one.mention_id


def _disagreeing(target: Document | None, projections: Sequence[Projection]) -> set[str]:
    mentions = target.mentions if target is not None else ()
    found = {(mention.id, mention.fragments) for mention in mentions}
    told = {
        (one.mention_id, one.fragments) for one in projections if one.status is Status.PROJECTED
    }
    return {id_ for id_, _ in found ^ told}


def invalid_mentions(problems: Iterable[Problem]) -> dict[str, str]:
    """Return why each source mention can't be used, by id, for `RunWriter.add` and its sibling.

    Args:
        problems: Of the source's reading; those that are about no one mention are passed over.
    """
    reasons: dict[str, list[str]] = {}
    for one in problems:
        if one.mention_id is not None:
            place = "" if one.line is None else f"line {one.line}: "
            expected = f"; expected {one.expected}" if one.expected else ""
            reasons.setdefault(one.mention_id, []).append(f"{place}{one.found}{expected}")
    return {id_: ". ".join(told) for id_, told in reasons.items()}


def outcome_rows(
    language: str, source: Document, target: Document | None, projections: Sequence[Projection]
) -> list[tuple[object, ...]]:
    """Return the rows of `schemas.tables.PROJECTIONS`, in the source's order, invalid ones last."""
    of_id = {one.mention_id: one for one in projections}
    mentions: dict[str, Mention | None] = {mention.id: mention for mention in source.mentions}
    mentions |= {id_: None for id_ in of_id if id_ not in mentions}
    rows: list[tuple[object, ...]] = []
    for id_, mention in mentions.items():
        one = of_id[id_]
        words = Mention(id_, "", one.fragments).surface(target.text) if target else ""
        rows.append(
            (
                language,
                source.name,
                None if target is None else target.name,
                id_,
                "" if mention is None else mention.label,
                one.status.value,
                one.reason,
                float(one.score),
                fragment_cells(one.fragments),
                words,
                fragment_cells(mention.fragments if mention else ()),
                mention.surface(source.text) if mention else "",
            )
        )
    return rows


def lost_row(language: str, source: str, target: str | None, one: Annotation) -> tuple[object, ...]:
    """Return a row of `schemas.tables.LOST_ANNOTATIONS`."""
    return (language, source, target, *annotation_cells(one))


def unprojected_cells(entry: Entry) -> Iterator[list[str]]:
    """Yield the cells of `UNPROJECTED_COLUMNS` for each outcome that is no projection.

    A document that came to nothing and has no mentions to say so gets one for itself.
    """
    yield from filter(None, map(_unprojected, entry.rows))
    if entry.whole is not None and not entry.rows:
        yield [entry.language, entry.source, *[""] * 5, *entry.whole]


def _unprojected(row: Sequence[object]) -> list[str] | None:
    language, source, _, id_, label, status, reason, _, _, _, fragments, words = row
    if status == Status.PROJECTED.value:
        return None
    assert isinstance(fragments, list)
    start = str(fragments[0]["start"]) if fragments else ""
    end = str(fragments[-1]["end"]) if fragments else ""
    return list(map(str, (language, source, id_, label, start, end, words, status, reason)))


def lost_cells(language: str, source: str, one: Annotation) -> list[str]:
    """Return the cells of `LOST_COLUMNS` for an annotation."""
    return [language, source, one.id, one.kind, one.label, " ".join(one.targets), one.value or ""]


def with_scores(document: Document, scores: Mapping[str, float]) -> Document:
    """Return the document with each mention's score as a note, as a reviewer reads it in BRAT."""
    taken = {one.id for one in document.annotations}
    free = (id_ for id_ in (f"#{number}" for number in count(1)) if id_ not in taken)
    notes = tuple(
        Annotation(
            next(free),
            "note",
            "AnnotatorNotes",
            (("", mention.id),),
            f"projection score {scores[mention.id]:.4f}",
        )
        for mention in document.mentions
        if mention.id in scores
    )
    return replace(document, annotations=(*document.annotations, *notes))
