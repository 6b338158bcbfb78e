"""Count what a run's audit found in its translations."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from projector.errors import CorpusError, Problem
from projector.report.figures import AuditFigures, FaithfulnessFigures, FindingCount
from projector.run.reader import FinishedRun
from projector.storage.parquet_file import reading_parquet
from schemas.manifest import RUN_AGAIN
from schemas.tables import AUDIT, check_table

FINDINGS, FAITHFULNESS = "audit.parquet", "faithfulness.tsv"
_COLUMNS = ["language", "document", "kind", "severity"]
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(slots=True)
class AuditedDocuments:
    """What an audit says of documents, by language and document.

    Args:
        findings: How many there are that are more than warnings.
        faithfulness: From 0 to 1.
    """

    findings: dict[str, Counter[str]] = field(default_factory=dict)
    faithfulness: dict[str, dict[str, float]] = field(default_factory=dict)


def audit_figures(run: FinishedRun) -> tuple[AuditFigures | None, AuditedDocuments]:
    """Return what a run's audit found, of the whole and of its documents.

    None of the whole where nobody looked: an older run, or one that was not to be audited.

    Raises:
        CorpusError: A table can't be read, or is not as it was written.
    """
    audited = AuditedDocuments()
    if not (run.path / FINDINGS).is_file():
        return None, audited
    _check(run)
    findings = _findings(run.path / FINDINGS, audited)
    if (run.path / FAITHFULNESS).is_file():
        audited.faithfulness = _faithfulness(run.path / FAITHFULNESS)
    spread = tuple(
        _spread(language, np.fromiter(scores.values(), np.float64))
        for language, scores in sorted(audited.faithfulness.items())
    )
    return AuditFigures(findings, spread), audited


def _check(run: FinishedRun) -> None:
    if run.written is not None:
        run.written.check(
            name for name in (FINDINGS, FAITHFULNESS) if name in run.written.written.files
        )


def _findings(path: Path, audited: AuditedDocuments) -> tuple[FindingCount, ...]:
    """Count findings by language, kind and severity, and those of each document."""
    counts: Counter[tuple[str, str, str]] = Counter()
    with reading_parquet(path):
        file = pq.ParquetFile(path)
        check_table(file.schema_arrow, AUDIT, path)
        for batch in file.iter_batches(columns=_COLUMNS):
            rows = pl.DataFrame(pl.from_arrow(batch))
            for *key, number in rows.group_by("language", "kind", "severity").len().rows():
                counts[tuple(key)] += number
            grave = rows.filter(pl.col("severity") != "warning")
            for language, document, number in grave.group_by("language", "document").len().rows():
                audited.findings.setdefault(language, Counter())[document] += number
    return tuple(FindingCount(*key, number) for key, number in sorted(counts.items()))


def _faithfulness(path: Path) -> dict[str, dict[str, float]]:
    scores: dict[str, dict[str, float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t"), start=2):
            try:
                score = float(row["score"])
                scores[row["language"]][row["document"]] = score
            except (KeyError, TypeError, ValueError) as error:
                told = "it is no row of a language, a document and its score"
                raise CorpusError(Problem(path, number, told, hint=RUN_AGAIN)) from error
    return dict(scores)


def _spread(language: str, scores: np.ndarray) -> FaithfulnessFigures:
    quantiles = tuple(float(value) for value in np.quantile(scores, _QUANTILES))
    return FaithfulnessFigures(language, len(scores), float(scores.mean()), quantiles)
