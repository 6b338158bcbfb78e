"""Measure what the report of a large run costs: seconds, memory, and the size of its page."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa

from jobs.research.whole_command import Cost, command_cost, told
from projector.corpus.formats.parquet_write import table_writer
from projector.corpus.formats.tsv_write import format_row
from projector.storage.file_names import file_name
from projector.storage.written_files import WrittenFiles
from schemas.manifest import (
    LOG,
    MANIFEST,
    LanguageCount,
    Manifest,
    MentionCount,
    ModelFacts,
    RunLog,
)
from schemas.run import RunConfiguration
from schemas.seal import sealed_json
from schemas.tables import AUDIT, PROJECTIONS

_LABELS = ("disease", "medication", "procedure", "symptom")
_LANGUAGES = ("cs", "en", "it", "nl", "ro", "sv")
_STATUSES = ("projected", "unaligned", "below_threshold", "unpaired")
_SHARES = (0.955, 0.035, 0.005, 0.005)
_FINDINGS = (("number", "error"), ("omission", "error"), ("certainty", "warning"))
_FRAGMENTS = [{"start": 120, "end": 141}]


def write_drawn_run(
    folder: Path,
    *,
    documents: int,
    languages: Sequence[str] = _LANGUAGES,
    labels: Sequence[str] = _LABELS,
    mentions: int = 4,
    seed: int = 0,
) -> Path:
    """Write a run's folder as a report reads it, with drawn outcomes; return it.

    It has neither texts nor BRAT: a report reads none.

    Args:
        folder: Made.
        documents: How many in each language.
        languages: Into which they are projected.
        labels: Of mentions.
        mentions: Of each label in each document.
        seed: Of what is drawn.
    """
    folder.mkdir(parents=True)
    drawn, files = np.random.default_rng(seed), WrittenFiles(folder)
    names = [f"case-{number:06}" for number in range(documents)]
    counts: Counter[tuple[str, str, str]] = Counter()
    for language in languages:
        inner = folder / "projections" / file_name(language, kind="language")
        inner.mkdir(parents=True)
        for label in labels:
            path = inner / file_name(label, ".parquet", kind="label")
            with table_writer(path, PROJECTIONS, open_file=files.open) as table:
                for rows in _outcomes(language, label.upper(), names, mentions, drawn):
                    counts.update((language, row[4], row[5]) for row in rows)
                    table.add(rows)
    _write_audit(folder, languages, names, drawn, files)
    _write_records(folder, documents, languages, counts, files)
    return folder


def _outcomes(
    language: str, label: str, names: Sequence[str], mentions: int, drawn: np.random.Generator
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of each document, as `schemas.tables.PROJECTIONS` has them."""
    for name in names:
        statuses = drawn.choice(len(_STATUSES), mentions, p=_SHARES)
        scores = np.round(1 - drawn.beta(0.6, 7, mentions), 6)
        rows: list[tuple[Any, ...]] = []
        for number, (place, score) in enumerate(zip(statuses, scores, strict=True)):
            status, found = _STATUSES[place], place == 0
            about = (language, name, name, f"T{number}", label, status)
            target = _FRAGMENTS if found else []
            words = "arterial hypertension" if found else ""
            reason = "" if found else "nothing is aligned with it"
            score = float(score) if found else 0.0
            source = (_FRAGMENTS, "hipertensión arterial", None)
            rows.append((*about, reason, score, target, words, *source))
        yield rows


def _write_audit(
    folder: Path,
    languages: Sequence[str],
    names: Sequence[str],
    drawn: np.random.Generator,
    files: WrittenFiles,
) -> None:
    with (
        table_writer(folder / "audit.parquet", AUDIT, open_file=files.open) as table,
        files.open(folder / "faithfulness.tsv") as faithful,
    ):
        columns = ("language", "document", "score", "source_covered", "target_covered", "intact")
        faithful.write(format_row((*columns, "findings")))
        for language in languages:
            scores, kinds = drawn.beta(30, 1.2, len(names)), drawn.integers(0, 9, len(names))
            for name, score, kind in zip(names, scores, kinds, strict=True):
                faithful.write(format_row((language, name, *[f"{score:.4f}"] * 4, "1")))
                if kind < len(_FINDINGS):
                    place = (3, 9, "7,5 mg", 4, 9, "75 mg")
                    about = (language, name, *_FINDINGS[kind])
                    table.add([(*about, *place, "7.5 mg is 75 mg", 0.9)])


def _write_records(
    folder: Path,
    documents: int,
    languages: Sequence[str],
    counts: Counter[tuple[str, str, str]],
    files: WrittenFiles,
) -> None:
    totals: Counter[tuple[str, str]] = Counter()
    for (language, _, status), number in counts.items():
        totals[language, ""] += number
        totals[language, status] += number
    facts = [
        LanguageCount(
            language=language,
            documents=documents,
            translated=documents,
            mentions=totals[language, ""],
            projected=totals[language, "projected"],
            lost_annotations=0,
            tables={},
        )
        for language in languages
    ]
    manifest = Manifest(
        configuration=RunConfiguration().model_dump(mode="json"),
        model=ModelFacts(name="drawn", fingerprint="none"),
        inputs=(),
        versions={"pyarrow": pa.__version__},
        languages=tuple(facts),
        counts=tuple(
            MentionCount(language=language, label=label, status=status, mentions=number)
            for (language, label, status), number in sorted(counts.items())
        ),
        written=files.written(),
    )
    (folder / MANIFEST).write_text(sealed_json(manifest), encoding="utf-8", newline="")
    log = RunLog(
        started="2026-01-01T00:00:00+00:00",
        seconds=0,
        stages={},
        host="",
        platform="",
        processors=1,
        command=(),
    )
    (folder / LOG).write_text(sealed_json(log), encoding="utf-8", newline="")


def report_cost(run: Path, page: Path) -> Cost:
    """Return what `projector report` takes, as a user calls it."""
    command = [sys.executable, "-m", "projector.cli", "report", str(run), "-o", str(page)]
    return command_cost(command)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--documents", "counts", multiple=True, type=int, default=[3_000, 30_000])
@click.option("--mentions", default=4, show_default=True, help="Of each of the four labels.")
def main(counts: tuple[int, ...], mentions: int) -> None:
    """Draw larger and larger runs in six languages, and report on each; show what it takes.

    A ratio says how many times as much as the line above it takes.

    \b
    Example:
      python -m jobs.research.report_benchmark --documents 3000 --documents 30000
    """
    before: Cost | None = None
    for count in counts:
        with tempfile.TemporaryDirectory() as temporary:
            run = write_drawn_run(Path(temporary, "run"), documents=count, mentions=mentions)
            page = Path(temporary, "report.html")
            cost = report_cost(run, page)
            size = page.stat().st_size / 1000
        rows = count * mentions * len(_LABELS) * len(_LANGUAGES)
        click.echo(f"{count} documents, {rows} mentions: {told(cost, before)}, page {size:.0f} kB")
        before = cost


if __name__ == "__main__":
    main()
