"""Take the documents of a run with the scores of their mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from projector.corpus.reading import require_document
from projector.document import Status
from projector.exchange.marked import MarkedDocument
from projector.run.reader import FinishedRun

Progress = Callable[[Sequence[str]], Iterator[str]]


def run_documents(
    run: FinishedRun, language: str, *, progress: Progress = iter
) -> Iterator[MarkedDocument]:
    """Yield a language's translations with their mentions; one at a time is held.

    Args:
        run: The run.
        language: One of its languages.
        progress: Wraps the documents' names to show how far it is.

    Raises:
        CorpusError: The run can't be read, or is not as it was written.
    """
    corpus = run.corpus(language)
    outcomes = Outcomes(run.projections([language]))
    for name in progress(corpus.names):
        rows = outcomes.of_target(name)
        scores = {
            str(row["mention_id"]): float(row["score"]) for row in rows if row["status"] in SPANNED
        }
        source = str(rows[0]["source_document"]) if rows else ""
        document = require_document(corpus.read(name))
        held = {mention.id for mention in document.mentions}
        kept = {key: score for key, score in scores.items() if key in held}
        yield MarkedDocument.of(document, kept, source)


# Statuses whose mentions stand in the text: the translation's, or the one that was tagged.
SPANNED = frozenset({*Status.with_span(), Status.TAGGED.value})
_COLUMNS = (
    *("source_document", "target_document", "mention_id", "label", "status", "score", "fragments"),
)


class Outcomes:
    """What became of a language's mentions, found by their translation without a search.

    Args:
        projections: As `FinishedRun.projections` gives them, of one language.
    """

    def __init__(self, projections: pl.DataFrame) -> None:
        columns = projections.select(_COLUMNS).filter(pl.col("target_document").is_not_null())
        self._rows = columns.sort("target_document", maintain_order=True)
        counts = self._rows.group_by("target_document", maintain_order=True).len()
        self._places: dict[str, tuple[int, int]] = {}
        start = 0
        for name, length in counts.iter_rows():
            self._places[name] = (start, length)
            start += length

    def of_target(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a translation's mentions; none where it has none."""
        return self._rows.slice(*self._places.get(name, (0, 0))).to_dicts()
