"""`projector validate`: read everything, report everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from projector.cli.options import PATH, corpus_options, gathered, reading, tell
from projector.cli.output import echo_json, format_option, say
from projector.cli.reporter import with_progress
from projector.cli.sections import SectionedCommand
from projector.cli.stdin import from_stdin
from projector.corpus.labels import unused_names
from projector.corpus.open_languages import open_languages
from projector.corpus.unread import without_mentions
from projector.errors import CorpusError, Notice, Problem, counted, summaries

if TYPE_CHECKING:
    from projector.corpus.corpus import Corpus


@click.command("validate", cls=SectionedCommand)
@click.argument("paths", type=PATH, nargs=-1, required=True)
@corpus_options
@format_option
@gathered("read_as", reading)
def command(paths: tuple[Path, ...], read_as: dict[str, Any], form: str) -> int:
    """Read the corpora PATHS and report every problem with its file and line.

    A path is a corpus in any format, a folder of one for each language, or -: a table or a text
    from the standard input. Exit code 1 if there is
    any problem.

    \b
    Examples:
      projector validate data_samples/brat
      projector validate distemist.tsv --texts text_files --format json
    """
    reports = []
    for given in paths:
        path = from_stdin(given, "either")
        try:
            corpora = open_languages(path, **read_as)
        except CorpusError as error:
            reports.append(_report(path, error.problems, form))
            continue
        reports += [_validated(corpus, form) for corpus in corpora]
    if form == "json":
        echo_json(reports)
    return int(any(report["problems"] for report in reports))


def _validated(corpus: Corpus, form: str) -> dict[str, Any]:
    problems, notices = list(corpus.problems), list(corpus.notices)
    documents = mentions = 0
    labels: set[str] = set()
    for name in with_progress(str(corpus.path))(corpus.names):
        reading = corpus.read(name)
        problems += reading.problems
        notices += reading.notices
        if reading.document is not None:
            documents += 1
            mentions += len(reading.document.mentions)
            labels |= {mention.label for mention in reading.document.mentions}
    tell(unused_names(corpus.labels, labels))
    if documents and not mentions and not problems:
        notices.append(without_mentions(corpus.path, documents))
    return _report(corpus.path, problems, form, notices, corpus, documents, mentions)


def _report(
    path: Path,
    problems: Sequence[Problem],
    form: str,
    notices: Sequence[Notice] = (),
    corpus: Corpus | None = None,
    documents: int = 0,
    mentions: int = 0,
) -> dict[str, Any]:
    """Return what is found of a path, and print it if it is to be read by people."""
    report = {
        "path": path,
        "format": corpus.format if corpus else None,
        "language": corpus.language if corpus else None,
        "documents": documents,
        "mentions": mentions,
        "problems": [asdict(problem) for problem in problems],
        "notices": [asdict(notice) for notice in notices],
    }
    if form == "text":
        for line in summaries(notices):
            say(f"note: {line}")
        for problem in problems:
            say(str(problem))
        kind = f"{corpus.format}, {corpus.language}" if corpus else "can't be opened"
        told = (counted(documents, "document"), counted(mentions, "mention"))
        say(f"{path}: {kind}, {', '.join(told)}, {counted(len(problems), 'problem')}")
    return report
