"""Gather the queue of a language: a row for each mention that can be reviewed, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from projector.review.document_data import Row

QUEUE_PART = 20_000  # rows that are loaded at once
_WORDS = 80  # characters of a mention in the queue


@dataclass(slots=True)
class Queue:
    """The mentions of a language, row by row as documents are written.

    Args:
        labels, statuses: All that there are; a row holds numbers of these.
    """

    labels: list[str]
    statuses: list[str]
    _rows: list[tuple[int, int, str, int, int, int, int, str, str]] = field(default_factory=list)

    def add(self, document: int, number: int, row: Row, doubtful: int) -> None:
        """Add a mention.

        Args:
            document: The number of its document among the language's.
            number: Its number within the document's record.
            row: What became of it.
            doubtful: Its doubts, as bits.
        """
        self._rows.append(
            (
                document,
                number,
                row["mention_id"],
                _number(row["label"], self.labels),
                _number(row["status"], self.statuses),
                round(row["score"] * 10_000),
                doubtful,
                row["source_text"][:_WORDS],
                row["target_text"][:_WORDS],
            )
        )

    def __len__(self) -> int:
        """Return how many mentions there are."""
        return len(self._rows)

    def parts(self) -> Iterator[dict[str, Sequence[Any]]]:
        """Yield the rows some thousands at a time: the doubtful first, of those the lower scores.

        Each column by its name; scores are ten-thousandths.
        """
        ordered = sorted(self._rows, key=lambda row: (row[6] == 0, row[5], row[0], row[1]))
        for start in range(0, len(ordered), QUEUE_PART):
            yield _columns(ordered[start : start + QUEUE_PART])


_COLUMNS = (
    "document",
    "mention",
    "id",
    "label",
    "status",
    "score",
    "doubts",
    "words",
    "becomes",
)


def _columns(rows: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    return dict(zip(_COLUMNS, zip(*rows, strict=True), strict=True))


def _number(name: str, names: list[str]) -> int:
    """Return the number of a name, which is added if it is new."""
    if name not in names:
        names.append(name)
    return names.index(name)
