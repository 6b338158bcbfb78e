"""Make corrections of what became of a translation's mentions in another tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from projector.document import Document, Fragment, surface
from projector.exchange.from_run import SPANNED
from projector.exchange.match import Matched, RunMention
from projector.exchange.returned import SavedBy
from projector.exchange.segments import trimmed
from schemas.corrections import Correction, Decision, Span


def run_mentions(
    rows: Sequence[Mapping[str, object]], document: Document, tool: SavedBy
) -> Iterator[RunMention]:
    """Yield a translation's mentions, each with what the tool was given of it."""
    for row in rows:
        fragments = _fragments(row["fragments"]) if row["status"] in SPANNED else ()
        expected = fragments
        if tool == "webanno":  # which has no place for white space at edges
            spans = (trimmed(document.text, one.start, one.end) for one in fragments)
            expected = tuple(Fragment(*span) for span in spans if span[0] < span[1])
        yield RunMention(str(row["mention_id"]), str(row["label"]), fragments, expected)


def _fragments(cells: object) -> tuple[Fragment, ...]:
    assert isinstance(cells, list)
    return tuple(Fragment(one["start"], one["end"]) for one in cells)


def corrections_of(
    rows: Sequence[Mapping[str, object]],
    document: Document,
    mentions: Sequence[RunMention],
    what: Matched,
    reviewer: str,
    confirm: bool,
    now: datetime,
) -> Iterator[Correction]:
    """Yield what is said of a document's mentions, in the run's order."""
    unchanged, absent = {*what.unchanged} - what.relabelled, set(what.absent)
    for row, mention in zip(rows, mentions, strict=True):
        decision: Decision
        if mention.id in what.moved:
            decision, new = "corrected", what.moved[mention.id]
        elif mention.id in absent:
            decision, new = "absent", ()
        elif confirm and mention.id in unchanged and mention.fragments:
            decision, new = "confirmed", mention.fragments
        else:
            continue
        yield Correction(
            language=document.language,
            document=str(row["source_document"]),
            mention=mention.id,
            decision=decision,
            old=_spans(mention.fragments),
            new=_spans(new),
            text=surface(new, document.text),
            time=now,
            reviewer=reviewer or None,
        )


def _spans(fragments: Sequence[Fragment]) -> tuple[Span, ...]:
    return tuple(Span(start=one.start, end=one.end) for one in fragments)
