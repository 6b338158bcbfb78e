"""Hold what a run's tables say of texts against the texts, and its BRAT against its tables."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from projector.corpus.formats.brat_write import format_ann
from projector.corpus.formats.parquet_read import ParquetCorpus, open_parquet
from projector.corpus.formats.tsv_read import SpanRow, read_spans
from projector.document import SCORE_NOTE, Document, Status, with_scores
from projector.errors import Problem, counted
from projector.run.reader import FinishedRun
from projector.storage.file_names import file_name
from projector.storage.run_files import listed_files
from schemas.manifest import PROJECTIONS_FOLDER, RUN_AGAIN

_BY_HAND = "If it was corrected by hand, what reads it takes --edited; else run it again"
# As version 0.1.0 wrote the notes that tell a projection's score.
_FORMER_SCORE = re.compile(rb"\tAnnotatorNotes (\S+)\tprojection score (?=[01]\.\d{4}\n)")
_Scores = Mapping[str, Mapping[str, float]]  # by document and mention


def content_problems(
    run: FinishedRun, language: str, damaged: Collection[str]
) -> Iterator[Problem]:
    """Yield what a language's tables say of its texts and that is not there.

    Args:
        run: Its Parquet tables can be read.
        language: One of the run's.
        damaged: Names of files that are not looked at.

    Raises:
        CorpusError: A table can't be read.
    """
    corpus = open_parquet(run.path, language=language)
    projected = _projected(run, language)
    tables = {
        table: _rows_by_document(table)
        for (code, _), table in run.tables.items()
        if code == language and table.relative_to(run.path).as_posix() not in damaged
    }
    mentions = 0
    for name in corpus.names:
        reading = corpus.read(name)
        yield from reading.problems
        document = reading.document or Document(name, language, "")
        mentions += len(document.mentions)
        told = run.path / PROJECTIONS_FOLDER / file_name(language, kind="language")
        for row in projected.get(name, ()):
            parts = [document.text[one["start"] : one["end"]] for one in row["fragments"]]
            where = f"{name}: {row['mention_id']}"
            yield from _belied(told, where, " ".join(parts), row["target_text"])
        for table, rows in tables.items():
            for span in rows.pop(name, ()):
                there = document.text[max(span.start, 0) : span.end]
                where = f"{name}: {span.label} {span.start} {span.end}"
                yield from _belied(table, where, there, span.text)
    yield from _unknown(tables)
    yield from _differing_counts(run, language, len(corpus.names), mentions)


def source_problems(run: FinishedRun, language: str) -> Iterator[Problem]:
    """Yield what a language's outcomes say of the source and that is not there.

    What is wrong with the source's own tables is told with the first language.

    Args:
        run: It projects; its Parquet tables can be read.
        language: One of the run's.

    Raises:
        CorpusError: A table can't be read; or there is no source, for an older version wrote it.
    """
    corpus = run.source_corpus()
    rows = run.projections([language]).select(
        "source_document", "mention_id", "source_fragments", "source_text"
    )
    by_document = rows.partition_by("source_document", as_dict=True)
    told = run.path / PROJECTIONS_FOLDER / file_name(language, kind="language")
    for name in corpus.names:
        reading = corpus.read(name)
        if language == run.languages[0]:
            yield from reading.problems
        text = reading.document.text if reading.document else ""
        for row in by_document.get((name,), rows.clear()).iter_rows(named=True):
            parts = [text[one["start"] : one["end"]] for one in row["source_fragments"]]
            where = f"{name}: {row['mention_id']}"
            yield from _belied(told, where, " ".join(parts), row["source_text"])


def audit_problems(run: FinishedRun, language: str) -> Iterator[Problem]:
    """Yield what the audit of a language says of texts and that is not there.

    Args:
        run: It was audited; its Parquet tables can be read.
        language: One of the run's.

    Raises:
        CorpusError: A table can't be read.
    """
    source, target = run.source_corpus(), open_parquet(run.path, language=language)
    findings = run.audit().filter(pl.col("language") == language)
    by_document = findings.partition_by("document", as_dict=True)
    sentences = run.sentences(language)
    pairs = sentences.partition_by("source_document", as_dict=True)
    for names in _audited_pairs(run, language, sentences):
        texts = source.text(names[0]), target.text(names[1])
        paired = pairs.get((names[0],), sentences.clear())
        rows = by_document.get((names[0],), findings.clear())
        for side, name, text in zip(("source", "target"), names, texts, strict=True):
            yield from _beyond(run.path / "sentences.parquet", paired, side, name, text)
            for row in rows.iter_rows(named=True):
                start, end = row[f"{side}_start"], row[f"{side}_end"]
                there = "" if start is None else text[start:end]
                where = f"{name}: {row['kind']}"
                yield from _belied(run.path / "audit.parquet", where, there, row[f"{side}_text"])


def _audited_pairs(
    run: FinishedRun, language: str, sentences: pl.DataFrame
) -> list[tuple[str, str]]:
    """Return the documents and translations that have mentions, or sentences that pair."""
    columns = "source_document", "target_document"
    tables = (run.projections([language]).select(columns), sentences.select(columns))
    return sorted(pl.concat(tables).drop_nulls().unique().iter_rows())


def _beyond(
    path: Path, sentences: pl.DataFrame, side: str, name: str, text: str
) -> Iterator[Problem]:
    """Yield a sentence that ends behind its text."""
    ends = sentences[f"{side}_fragments"].explode().struct.field("end")
    last = max(ends.drop_nulls().to_list(), default=0)
    if last > len(text):
        found = f"{name}: a sentence ends at {last}"
        yield Problem(path, None, found, f"{len(text)} characters at most")


def _projected(run: FinishedRun, language: str) -> dict[str, list[dict[str, Any]]]:
    """Return what was projected onto each translation."""
    rows = run.projections([language]).filter(pl.col("status").is_in(Status.with_span()))
    wanted = rows.select("target_document", "mention_id", "fragments", "target_text", "score")
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in wanted.iter_rows(named=True):
        by_document[row["target_document"]].append(row)
    return by_document


def _rows_by_document(table: Path) -> dict[str, list[SpanRow]]:
    by_document: dict[str, list[SpanRow]] = defaultdict(list)
    for row in read_spans(table):
        by_document[row.filename].append(row)
    return by_document


def _belied(path: Path, where: str, there: str, told: str) -> Iterator[Problem]:
    if there != told:
        yield Problem(path, None, f"{where} is said to be {told!r}", f"{there!r}, as the text has")


def _unknown(tables: Mapping[Path, Mapping[str, Sequence[SpanRow]]]) -> Iterator[Problem]:
    for table, rows in tables.items():
        for name in rows:
            yield Problem(table, None, f"{name} is none of the run's documents")


def _differing_counts(
    run: FinishedRun, language: str, documents: int, mentions: int
) -> Iterator[Problem]:
    (count,) = (one for one in run.manifest.languages if one.language == language)
    tagged = sum(
        one.mentions
        for one in run.manifest.counts
        if one.language == language and one.status == Status.TAGGED
    )
    for table, found, expected, noun in (
        ("documents.parquet", documents, count.translated, "document"),
        ("mentions.parquet", mentions, count.projected + tagged, "mention"),
    ):
        if found != expected:
            told = f"{counted(found, noun)} in {language}"
            yield Problem(run.path / table, None, told, f"{expected}, as manifest.json says")


def brat_problems(
    path: Path, language: str, damaged: Mapping[str, Problem], run: FinishedRun | None = None
) -> Iterator[Problem]:
    """Yield which BRAT files of a language are not what the tables give.

    Args:
        path: A run's folder, or one of codes, whose Parquet tables can be read.
        language: One of its languages.
        damaged: What is wrong with its files, by their names.
        run: The run whose scores are told as notes; None of a folder of codes.

    Raises:
        CorpusError: A table can't be read.
    """
    name = f"brat/{file_name(language, kind='language')}"
    folder = path / name
    if name not in damaged and (run is None or run.manifest.written is not None):
        return
    corpus = open_parquet(path, language=language)
    scores: _Scores = {} if run is None else _scores(run, language)
    located = list(_differing_files(folder, corpus, scores))
    yield from located
    if not located and name in damaged:  # by another version's rules it was written otherwise
        yield damaged[name]


def _scores(run: FinishedRun, language: str) -> _Scores:
    return {
        document: {row["mention_id"]: row["score"] for row in rows}
        for document, rows in _projected(run, language).items()
    }


def _differing_files(folder: Path, corpus: ParquetCorpus, scores: _Scores) -> Iterator[Problem]:
    present = {file.name for file in listed_files(folder)} if folder.is_dir() else set()
    for name in corpus.names:
        document = corpus.read(name).document
        if document is None:
            continue
        scored = with_scores(document, scores.get(name, {}))
        for suffix, content in ((".txt", document.text), (".ann", format_ann(scored))):
            file = f"{name}{suffix}"
            if file not in present:
                yield Problem(folder / file, None, "it is missing", hint=RUN_AGAIN)
            else:
                present.remove(file)
                yield from _differing(folder / file, content.encode())
    for file in sorted(present):
        yield Problem(folder / file, None, "it is none of the run's files")


def _differing(path: Path, expected: bytes) -> Iterator[Problem]:
    found = path.read_bytes()
    as_now = rb"\t%b \1\t" % SCORE_NOTE.encode()
    if expected in (found, _FORMER_SCORE.sub(as_now, found)):
        return
    pairs = enumerate(zip(found, expected, strict=False))
    first = next((place for place, (a, b) in pairs if a != b), min(len(found), len(expected)))
    told = f"it was cut or changed: its {len(found)} bytes differ from byte {first} on"
    hint = _BY_HAND if path.suffix == ".ann" else RUN_AGAIN
    yield Problem(path, None, told, f"the {len(expected)} bytes that the tables give", hint)
