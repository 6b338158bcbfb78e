"""`projector validate`: read everything, report everything."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from projector.cli.options import PATH, corpus_options, opened
from projector.cli.output import echo_json, format_option, with_progress


@click.command("validate")
@click.argument("paths", type=PATH, nargs=-1, required=True)
@corpus_options
@format_option
def command(
    paths: tuple[Path, ...],
    language: str | None,
    texts: Path | None,
    labels: tuple[str, ...],
    keep_labels: bool,
    form: str,
) -> int:
    r"""Read the corpora PATHS and report every problem with its file and line.

    \b
    Example:
      projector validate data_samples/brat/es
    """
    reports = []
    for path in paths:
        corpus = opened(
            path, language=language, texts=texts, labels=labels, keep_labels=keep_labels
        )
        problems = list(corpus.problems)
        documents = mentions = 0
        for name in with_progress(str(path))(corpus.names):
            reading = corpus.read(name)
            problems += reading.problems
            if reading.document is not None:
                documents += 1
                mentions += len(reading.document.mentions)
        reports.append(
            {
                "path": path,
                "format": getattr(corpus, "format", "parquet"),
                "language": corpus.language,
                "documents": documents,
                "mentions": mentions,
                "problems": [asdict(problem) for problem in problems],
            }
        )
        if form == "text":
            for problem in problems:
                click.echo(str(problem))
            click.echo(
                f"{path}: {reports[-1]['format']}, {corpus.language}, {documents} documents, "
                f"{mentions} mentions, {len(problems)} problems"
            )
    if form == "json":
        echo_json(reports)
    return int(any(report["problems"] for report in reports))
