"""Open what a review needs of a run's folder; what an older run lacks is made up for or empty."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from projector.corpus.open import open_corpus
from projector.errors import ConfigurationError, CorpusError, Problem
from projector.review.document_rows import DocumentRows, read_rows
from schemas.manifest import MANIFEST, RUN_AGAIN
from schemas.run import RunConfiguration
from schemas.tables import AUDIT

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus
    from projector.run.reader import FinishedRun


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


def sentence_links(run: FinishedRun, language: str) -> DocumentRows:
    """Return which sentences tell the same; no rows where the run does not say.

    Raises:
        CorpusError: The table can't be read, or is not as it was written.
    """
    columns = ("source_fragments", "target_fragments")
    return _rows(run, "sentences.parquet", columns, language=language, document="source_document")


def audit_findings(run: FinishedRun, language: str) -> DocumentRows:
    """Return what an audit found, by source document; no rows where there was no audit.

    Raises:
        CorpusError: The table can't be read, or is not as it was written.
    """
    return _rows(run, "audit.parquet", AUDIT.names[2:], language=language)


def _rows(
    run: FinishedRun,
    name: str,
    columns: Sequence[str],
    *,
    language: str,
    document: str = "document",
) -> DocumentRows:
    path = run.path / name
    if not path.is_file():
        return DocumentRows()
    if run.written is not None and name in run.written.written.files:
        run.written.check([name])
    return read_rows(path, columns, language=language, document=document)


def ranges(fragments: list[dict[str, int]]) -> list[tuple[int, int]]:
    """Return a table's fragments as (start, end)."""
    return [(fragment["start"], fragment["end"]) for fragment in fragments]
