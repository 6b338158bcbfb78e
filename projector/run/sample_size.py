"""Measure what a run's files take by what came of some of its documents; all stays in memory."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from projector.corpus.formats.brat_write import format_ann
from projector.document import with_scores
from projector.run.outcome import DocumentOutcome
from projector.run.spool import Spool
from projector.run.tables import write_tables


@dataclass(frozen=True, slots=True)
class SampleSize:
    """What files take.

    Args:
        empty: Bytes of tables without a row.
        tables: Bytes of all tables.
        reviewed: Bytes of the documents for reviewers (BRAT), in whole blocks.
        spool: Bytes of what is kept until all is there.
        seconds: To write all this.
        files: The tables' names within a run's folder.
    """

    empty: int = 0
    tables: int = 0
    reviewed: int = 0
    spool: int = 0
    seconds: float = 0.0
    files: tuple[str, ...] = ()


def sample_size(
    outcomes: Sequence[DocumentOutcome],
    labels: Mapping[str, set[str]],
    *,
    block: int,
    projects: bool,
    audits: bool,
) -> SampleSize:
    """Write outcomes to memory and return what they take.

    Args:
        outcomes: Of some of a run's tasks.
        labels: Of each language.
        block: Bytes that a file takes at least, and a multiple of.
        projects: Whether the run projects, and so writes its source, too.
        audits: Whether it writes an audit's tables.
    """
    started = time.perf_counter()
    empty, _, files = _tables((), labels, projects, audits)
    known = {language: set(of_language) for language, of_language in labels.items()}
    for outcome in outcomes:
        known.setdefault(outcome.language, set()).update(outcome.labels)
    tables, spool, more = _tables(outcomes, known, projects, audits)
    reviewed = sum(_reviewed_size(outcome, block) for outcome in outcomes)
    seconds = time.perf_counter() - started
    return SampleSize(empty, tables, reviewed, spool, seconds, tuple(sorted({*files, *more})))


def _tables(
    outcomes: Sequence[DocumentOutcome],
    labels: Mapping[str, set[str]],
    projects: bool,
    audits: bool,
) -> tuple[int, int, list[str]]:
    """Return what tables and spool take, and the tables' names."""
    content = io.BytesIO()
    spool = Spool(content)
    for outcome in outcomes:
        spool.put(outcome)
    sizes: dict[str, int] = {}

    @contextmanager
    def open_file(path: Path) -> Iterator[BinaryIO]:
        with io.BytesIO() as file:
            yield file
            sizes[path.as_posix()] = file.tell()

    write_tables(
        *(Path(), spool, labels, {}),
        with_source=projects,
        with_audit=audits,
        open_file=open_file,
        make_folders=False,
    )
    return sum(sizes.values()), len(content.getbuffer()), list(sizes)


def _reviewed_size(outcome: DocumentOutcome, block: int) -> int:
    """Return what a document's text and annotations take."""
    if outcome.target is None:
        return 0
    scores = {mention.mention_id: mention.score for mention in outcome.mentions}
    annotations = format_ann(with_scores(outcome.target, scores)).encode()
    return sum(
        -(-len(part) // block) * block for part in (outcome.target.text.encode(), annotations)
    )


def scaled(sample: SampleSize, *, characters: float, documents: float) -> SampleSize:
    """Return what all of a run takes.

    Args:
        sample: What some of it takes.
        characters: How many times as many characters all of it has.
        documents: How many times as many documents.
    """
    return replace(
        sample,
        tables=round(sample.empty + (sample.tables - sample.empty) * characters),
        reviewed=round(sample.reviewed * documents),
        spool=round(sample.spool * characters),
        seconds=sample.seconds * characters,
    )
