"""Gather all figures of a run's report from its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from projector.report.audits import AuditedDocuments, audit_figures
from projector.report.figures import (
    CodeCount,
    CodeFigures,
    DocumentFigures,
    Fact,
    LanguageFigures,
    ReportFigures,
    ScoreFigures,
    StatusCount,
    WorstDocuments,
)
from projector.report.gold import gold_figures
from projector.report.outcomes import LanguageOutcomes, language_outcomes
from projector.run.reader import FinishedRun
from schemas.coding import read_coding
from schemas.manifest import LOG, Accepted, InputFiles, Manifest

if TYPE_CHECKING:
    from projector.evaluation.score_files import Scored


def report_figures(
    run: FinishedRun, *, gold: Scored | None = None, codes: Path | None = None, worst: int = 10
) -> ReportFigures:
    """Return the figures of a finished run.

    Memory grows with the documents of a language; with `gold` also with all spans.

    Args:
        run: The run; its audit is shown where it has one.
        gold: The run held against gold.
        codes: A folder of its codes.
        worst: How many documents each list of the worst has.

    Raises:
        CorpusError: Something can't be read, or is not as it was written.
    """
    audit, audited = audit_figures(run)
    scores: list[ScoreFigures] = []
    lists: list[WorstDocuments] = []
    for outcomes in language_outcomes(run):
        scores.append(outcomes.scores)
        lists.append(_worst_of_language(outcomes, audited, worst))
    manifest = run.manifest
    return ReportFigures(
        run=run.path.resolve().name,
        tags=run.tags,
        languages=tuple(_languages(manifest)),
        statuses=tuple(
            StatusCount(one.language, one.label, one.status, one.mentions)
            for one in manifest.counts
        ),
        scores=tuple(scores),
        worst=_worst(lists, worst),
        audit=audit,
        gold=None if gold is None else gold_figures(gold),
        codes=None if codes is None else _codes(codes),
        provenance=tuple(_provenance(run)),
        notices=manifest.notices,
    )


def _languages(manifest: Manifest) -> Iterator[LanguageFigures]:
    for summary in manifest.languages:
        yield LanguageFigures(
            summary.language,
            summary.documents,
            summary.translated,
            summary.failed,
            sum(count.mentions for count in manifest.counts if count.language == summary.language),
            summary.lost_annotations,
        )


def _worst_of_language(
    outcomes: LanguageOutcomes, audited: AuditedDocuments, most: int
) -> WorstDocuments:
    """Return the worst documents of a language; those that are alike by their names."""
    language = outcomes.scores.language
    faithful = audited.faithfulness.get(language, {})
    documents = outcomes.documents.with_columns(
        share=pl.col("lost") / pl.col("mentions"), **_audit_columns(outcomes, audited)
    )

    def first(by: list[str], descending: list[bool], which: pl.Expr) -> tuple[DocumentFigures, ...]:
        rows = documents.filter(which)
        rows = rows.sort(*by, "document", descending=[*descending, False]).head(most)
        return tuple(_document(language, row) for row in rows.iter_rows(named=True))

    return WorstDocuments(
        first(["doubtful", "mentions"], [True, False], pl.col("doubtful") > 0),
        first(["share", "lost"], [True, True], pl.col("lost") > 0),
        first(["faithfulness"], [False], pl.col("faithfulness").is_not_null()) if faithful else (),
    )


def _audit_columns(outcomes: LanguageOutcomes, audited: AuditedDocuments) -> dict[str, pl.Series]:
    """Return what an audit says of each document; null where it says nothing."""
    language, names = outcomes.scores.language, outcomes.documents["document"].to_list()
    faithful = audited.faithfulness.get(language, {})
    findings = audited.findings.get(language)
    said = bool(faithful) or findings is not None
    counts = [(findings or {}).get(name, 0) if said else None for name in names]
    return {
        "faithfulness": pl.Series([faithful.get(name) for name in names], dtype=pl.Float64),
        "findings": pl.Series(counts, dtype=pl.Int64),
    }


def _document(language: str, row: Mapping[str, Any]) -> DocumentFigures:
    spans = row["spans"]
    return DocumentFigures(
        language,
        row["document"],
        row["mentions"],
        row["lost"],
        row["doubtful"],
        row["score"] / spans if spans else None,
        row["findings"],
        row["faithfulness"],
    )


def _worst(lists: list[WorstDocuments], most: int) -> WorstDocuments:
    """Return the worst of all languages; those that are alike by language and name."""

    def name(document: DocumentFigures) -> tuple[str, str]:
        return document.language, document.document

    doubtful = [document for one in lists for document in one.doubtful]
    uncovered = [document for one in lists for document in one.uncovered]
    unfaithful = [document for one in lists for document in one.unfaithful]
    doubtful.sort(key=lambda one: (-one.doubtful, one.mentions, *name(one)))
    uncovered.sort(key=lambda one: (-one.lost / one.mentions, -one.lost, *name(one)))
    unfaithful.sort(key=lambda one: (one.faithfulness or 0.0, *name(one)))
    return WorstDocuments(tuple(doubtful[:most]), tuple(uncovered[:most]), tuple(unfaithful[:most]))


def _codes(folder: Path) -> CodeFigures:
    facts = read_coding(folder)
    counts = tuple(
        CodeCount(
            *(one.language, one.label, one.given, one.proposed),
            *(one.unsure, one.uncoded, one.left_alone),
        )
        for one in facts.counts
    )
    return CodeFigures(facts.coder, facts.codes, counts)


def _provenance(run: FinishedRun) -> Iterator[Fact]:
    """Yield what a run was made from, and by."""
    manifest = run.manifest
    model = manifest.model
    yield Fact("Model", model.name)
    yield Fact("Model's fingerprint", model.fingerprint)
    for name, value in (
        ("Tagger's fingerprint", model.tagger),
        ("Layer", model.layer),
        ("Encoded at once", model.granularity),
        ("Precision", model.precision),
        ("Device", model.device),
    ):
        if value is not None:
            yield Fact(name, str(value))
    for files in manifest.inputs:
        yield Fact(f"{files.role.capitalize()} ({files.language})", _input(files))
    for package, version in manifest.versions.items():
        yield Fact(f"Version of {package}", version)
    for number, said in enumerate(manifest.accepted, start=1):
        yield Fact(f"Corrections, time {number}", _accepted(said))
    yield from _times(run.path / LOG)
    if manifest.sha256 is not None:
        yield Fact("Manifest's SHA-256", manifest.sha256)
    yield Fact("Configuration", json.dumps(manifest.configuration, ensure_ascii=False, indent=2))


def _input(files: InputFiles) -> str:
    return f"{files.path}: {files.files} files, SHA-256 {files.sha256}"


def _accepted(said: Accepted) -> str:
    """Return whose corrections were taken, and how many of them were not."""
    by = ", ".join(f"{one.reviewer or one.name}: {one.corrections}" for one in said.corrections)
    return f"{by}; {said.conflicts} in conflict, {said.not_taken} not taken"


def _times(log: Path) -> Iterator[Fact]:
    """Yield when a run began and how long it took; nothing where its log can't be read."""
    try:
        told = json.loads(log.read_bytes())
        yield Fact("Began", str(told["started"]))
        yield Fact("Seconds", str(told["seconds"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return
