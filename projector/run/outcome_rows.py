"""Make outcomes of the rows that tables and shards hold of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from projector.document import Fragment, Status
from projector.run.outcome import MentionOutcome


def mention_outcome(row: Mapping[str, Any]) -> MentionOutcome:
    """Return what a row says of a mention, with the columns of `schemas.tables.PROJECTIONS`."""
    return MentionOutcome(
        mention_id=row["mention_id"],
        label=row["label"],
        status=Status(row["status"]),
        reason=row["reason"],
        score=row["score"],
        fragments=fragments_of(row["fragments"]),
        text=row["target_text"],
        source_fragments=fragments_of(row["source_fragments"]),
        source_text=row["source_text"],
        collapsed_with=tuple(row.get("collapsed_with") or ()),
    )


def fragments_of(cells: Sequence[Mapping[str, int]]) -> tuple[Fragment, ...]:
    """Return the fragments that a cell holds."""
    return tuple(Fragment(cell["start"], cell["end"]) for cell in cells)
