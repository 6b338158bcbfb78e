"""Open what a review needs of a run's folder; what an older run lacks is made up for or empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from projector.corpus.open import open_corpus
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.storage.parquet_file import reading_parquet
from schemas.manifest import MANIFEST, RUN_AGAIN
from schemas.run import RunConfiguration
from schemas.tables import AUDIT, check_rows, check_table

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.run.reader import FinishedRun

_SENTENCES = ("source_document", "source_fragments", "target_fragments")
SentenceLinks = dict[str, list[tuple[list[tuple[int, int]], list[tuple[int, int]]]]]


def run_hash(run: FinishedRun) -> str:
    """Return what corrections call the run by: the hash that its manifest states of itself.

    Raises:
        CorpusError: It states none, or the run has no projections to review.
    """
    if run.tags:
        found = "the run found mentions in the texts themselves; there are no projections to review"
        raise CorpusError(Problem(run.path, None, found, "the folder of a run with translations"))
    if run.manifest.sha256 is None:
        found = "it does not state its own hash: an older version of projector wrote it"
        raise CorpusError(Problem(run.path / MANIFEST, None, found, hint=RUN_AGAIN))
    return run.manifest.sha256


def configuration_of(run: FinishedRun) -> RunConfiguration:
    """Return what the run was made with.

    Raises:
        ConfigurationError: Another version made it, with options that are not known here.
    """
    try:
        return RunConfiguration.model_validate(run.manifest.configuration)
    except ValidationError as error:
        told = f"{run.path / MANIFEST}: its configuration is of another version"
        raise ConfigurationError(f"{told}; run it again with this one") from error


def source_corpus(run: FinishedRun) -> Corpus:
    """Open the run's source: as it lies in the run's folder, or where the run read it.

    Raises:
        CorpusError: It is neither here nor there, or can't be read.
    """
    if run.has_source:
        return run.source_corpus()
    configuration = configuration_of(run)
    source = configuration.source
    if source is None or not Path(source.path).exists():
        found = "the run's folder does not hold its source, and it isn't where the run read it"
        where = "nowhere" if source is None else source.path
        hint = "Run it again, or put the source there"
        raise CorpusError(Problem(run.path, None, found, f"source/, or {where}", hint))
    return open_corpus(
        source.path,
        language=source.language,
        texts=None if source.texts is None else Path(source.texts),
        labels=configuration.labels,
        rules=configuration.reading.rules,
    )


def sentence_links(run: FinishedRun, language: str) -> SentenceLinks:
    """Return which sentences tell the same, by source document; none where the run does not say.

    Raises:
        CorpusError: The table can't be read.
    """
    path = run.path / "sentences.parquet"
    links: SentenceLinks = {}
    if not path.is_file():
        return links
    with reading_parquet(path):
        filters = pl.col("language") == language
        table = pl.from_arrow(pq.read_table(path, columns=["language", *_SENTENCES]))
    assert isinstance(table, pl.DataFrame)
    for name, sources, targets in table.filter(filters).select(_SENTENCES).iter_rows():
        links.setdefault(name, []).append((ranges(sources), ranges(targets)))
    return links


def audit_findings(run: FinishedRun, language: str) -> dict[str, list[dict[str, Any]]]:
    """Return what an audit found, by source document; none where there was no audit.

    Raises:
        CorpusError: The table can't be read.
    """
    path = run.path / "audit.parquet"
    findings: dict[str, list[dict[str, Any]]] = {}
    if not path.is_file():
        return findings
    with reading_parquet(path):
        file = pq.ParquetFile(path)
        check_table(file.schema_arrow, AUDIT, path)
        table: pa.Table = file.read(columns=AUDIT.names)
        check_rows(table, AUDIT, path)
    for row in table.to_pylist():
        if row["language"] == language:
            findings.setdefault(row["document"], []).append(row)
    return findings


def ranges(fragments: list[dict[str, int]]) -> list[tuple[int, int]]:
    """Return a table's fragments as (start, end)."""
    return [(fragment["start"], fragment["end"]) for fragment in fragments]
