"""Write what each shard is to do as columns, and read it back; nothing of it is ever run.

A shard is a row, in a row group of its own: numbers for the driver; for a worker its tasks, and
where their documents lie, so that nobody lists a corpus again. The plan states the file's hash:
whoever reads the file holds it against that first.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.folder import RunFolder
from jobs.plan import (
    PLAN_AGAIN,
    CollectionPlan,
    PlannedCorpus,
    ShardPlan,
)
from projector.corpus.files import (
    FORMATS,
    FileCorpus,
)
from projector.corpus.formats.parquet_read import ParquetCorpus, open_rows
from projector.corpus.formats.stretch import RecordFiles, Stretch
from projector.corpus.formats.tsv_dialects import read_columns
from projector.corpus.formats.tsv_read import RowRange
from projector.corpus.labels import label_map
from projector.corpus.layout import DocumentFiles
from projector.corpus.records import RECORD_FORMATS, RecordCorpus
from projector.corpus.text_only import TextOnlyCorpus
from projector.errors import CorpusError, Problem
from projector.run.plan import Plan, Task
from projector.storage.atomic_file import atomic_file
from projector.storage.written_files import HashingFile
from schemas.run import (
    RunConfiguration,
    TaggingConfiguration,
)
from schemas.tables import SHARDS, check_table

if TYPE_CHECKING:
    from projector.corpus import Corpus

SHARDS_FILE = "shards.parquet"
_TASK_COLUMNS = ("source", "target", "translation", "prediction")

_Row = Mapping[str, Any]


def planned_corpora(plan: Plan) -> tuple[PlannedCorpus, ...]:
    """Return what the documents of a plan's shards are of, in the order of their numbers."""
    return tuple(planned for planned, _ in _corpora(plan))


def _corpora(plan: Plan) -> Iterator[tuple[PlannedCorpus, Corpus]]:
    """Yield a plan's corpora: the source, the targets, and the taggers' on the targets."""
    yield _planned(plan.source, "source"), plan.source
    for number, target in enumerate(plan.targets):
        yield _planned(target, "target", number), target
    for number, tagger in enumerate(plan.taggers):
        if tagger is not None:
            yield _planned(tagger, "tagger", number), tagger


def _planned(corpus: Corpus, role: str, target: int | None = None) -> PlannedCorpus:
    return PlannedCorpus.model_validate(
        {
            "role": role,
            "target": target,
            "format": corpus.format,
            "path": str(corpus.path),
            "language": corpus.language,
        }
    )


def write_work(path: Path | None, plan: Plan, shards: Iterable[Sequence[Task]]) -> str:
    """Write the shards of a plan; return the file's hash.

    Args:
        path: The file; None: it is only to be known what its hash would be.
        plan: Knows the corpora, and the facts of their documents.
        shards: The tasks of each.

    Raises:
        OutputError: It can't be written.
    """
    with BytesIO() if path is None else atomic_file(path) as file:
        hashing = HashingFile(file)
        with pq.ParquetWriter(hashing.stream, SHARDS, compression="zstd") as writer:
            for number, tasks in enumerate(shards):
                row = _shard_row(number, tasks, plan)
                writer.write_table(pa.Table.from_pylist([row], schema=SHARDS))
    return hashing.facts.sha256


def _shard_row(number: int, tasks: Sequence[Task], plan: Plan) -> _Row:
    of_tasks = [plan.facts[task.source] for task in tasks]
    return {
        "shard": number,
        "documents": len({task.source for task in tasks}),
        "tasks": len(tasks),
        "characters": sum(facts.characters for facts in of_tasks),
        "mentions": sum(facts.mentions for facts in of_tasks),
        "work": [{name: getattr(task, name) for name in _TASK_COLUMNS} for task in tasks],
        "files": [
            {"corpus": place, **row}
            for place, (_, corpus) in enumerate(_corpora(plan.only(tasks)))
            for row in _document_rows(corpus)
        ],
        "lengths": [facts.characters for facts in of_tasks],
    }


def _document_rows(corpus: Corpus) -> Iterator[_Row]:
    """Yield where each document of a corpus lies."""
    if isinstance(corpus, TextOnlyCorpus):
        yield from _document_rows(corpus.corpus)
    elif isinstance(corpus, ParquetCorpus):
        for name in corpus.names:
            rows = [_stretch(corpus.path, start, end - start) for start, end in corpus.rows(name)]
            yield {"document": name, "text": None, "annotations": None, "rows": rows}
    elif isinstance(corpus, RecordCorpus):
        for name, record in corpus.files.items():
            parts = [_stretch(one.path, one.offset, one.length, one.line) for one in record.parts]
            beside = None if record.text is None else str(record.text)
            yield {"document": name, "text": beside, "annotations": None, "rows": parts}
    elif isinstance(corpus, FileCorpus):
        for name, files in corpus.files.items():
            rows = [
                _stretch(part.path, part.offset, part.length, part.line)
                for part in files.row_ranges
            ]
            annotations = None if files.annotations is None else str(files.annotations)
            text = str(files.text)
            yield {"document": name, "text": text, "annotations": annotations, "rows": rows}
    else:
        raise TypeError(f"{type(corpus).__name__} can't be opened in another process")


def _stretch(table: Path, start: int, length: int, line: int | None = None) -> _Row:
    return {"table": str(table), "line": line, "start": start, "length": length}


def read_shards(folder: RunFolder, plan: CollectionPlan) -> list[ShardPlan]:
    """Return what a driver must know of each shard.

    Raises:
        CorpusError: The shards can't be read, or are not those of the plan.
    """
    columns = list(ShardPlan.model_fields)
    rows = _verified(folder, plan).read(columns=columns).to_pylist()
    return [ShardPlan.model_validate(row) for row in rows]


def read_work(folder: RunFolder, plan: CollectionPlan, shard: int) -> Plan:
    """Return the plan of one shard's tasks, its corpora open.

    Raises:
        CorpusError: The shards can't be read, or are not those of the plan; or a table that its
            documents lie in can't be read any more.
    """
    file = _verified(folder, plan)
    (row,) = file.read_row_group(shard, columns=["work", "files"]).to_pylist()
    opened = _opened(plan, row["files"])
    (source,) = opened["source"].values()
    targets = tuple(opened["target"].values())
    return Plan(
        source=TextOnlyCorpus(source) if isinstance(plan.run, TaggingConfiguration) else source,
        targets=targets,
        taggers=tuple(opened["tagger"].get(number) for number in range(len(targets))),
        tasks=tuple(Task(**task) for task in row["work"]),
        unused=((),) * len(targets),
    )


def read_lengths(folder: RunFolder, plan: CollectionPlan, shard: int) -> list[int]:
    """Return the characters of the source text of each of a shard's tasks, in their order.

    Raises:
        CorpusError: The shards can't be read, or are not those of the plan.
    """
    (row,) = _verified(folder, plan).read_row_group(shard, columns=["tasks", "lengths"]).to_pylist()
    lengths: list[int] | None = row.get("lengths")  # files of earlier versions have none
    return [0] * row["tasks"] if lengths is None else lengths


def _verified(folder: RunFolder, plan: CollectionPlan) -> pq.ParquetFile:
    """Open the shards' file once it is found to be the one that the plan states."""
    path = folder.plan / SHARDS_FILE
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != plan.work:
            told = "the plan's shards don't have the fingerprint that the plan states"
            hint = f"It was cut or changed. {PLAN_AGAIN}, or begin anew with --overwrite"
            raise CorpusError(Problem(path, None, told, plan.work, hint))
        file = pq.ParquetFile(pa.BufferReader(content))
    except (OSError, pa.ArrowInvalid) as error:
        raise CorpusError(Problem(path, None, f"can't be read: {error}")) from error
    check_table(file.schema_arrow, SHARDS, path)
    return file


def _opened(
    plan: CollectionPlan, rows: Sequence[_Row]
) -> Mapping[str, Mapping[int | None, Corpus]]:
    """Open the corpora for a shard's documents, by role and number of the target."""
    rows_of: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        rows_of[row["corpus"]].append(row)
    opened: dict[str, dict[int | None, Corpus]] = defaultdict(dict)
    for number, planned in enumerate(plan.corpora):
        corpus = _open_corpus(planned, rows_of[number], plan.run)
        opened[planned.role][planned.target] = corpus
    return opened


def _open_corpus(
    planned: PlannedCorpus, rows: Sequence[_Row], run: RunConfiguration | TaggingConfiguration
) -> Corpus:
    """Open a corpus for documents that are known to lie in it."""
    path, language = Path(planned.path), planned.language
    labels, rules = run.labels, run.reading.rules
    if planned.format == "parquet":
        places = {row["document"]: list(map(_limits, row["rows"])) for row in rows}
        return open_rows(path, places, language=language, labels=labels)
    names = tuple(sorted(row["document"] for row in rows))
    new_names = label_map() if labels is None else labels
    for record_format in RECORD_FORMATS:
        if record_format == planned.format:
            return RecordCorpus(
                path=path,
                format=record_format,
                language=language,
                names=names,
                labels=new_names,
                files=_records(rows),
                rules=rules,
            )
    columns_of = lru_cache(partial(read_columns, rules=rules))
    files = {
        row["document"]: DocumentFiles(
            Path(row["text"]),
            None if row["annotations"] is None else Path(row["annotations"]),
            tuple(
                RowRange(table, columns_of(table), part["line"], part["start"], part["length"])
                for part in row["rows"]
                for table in (Path(part["table"]),)
            ),
        )
        for row in rows
    }
    return FileCorpus(
        path=path,
        format=next(one for one in FORMATS if one == planned.format),
        language=language,
        names=names,
        labels=new_names,
        files=files,
        rules=rules,
    )


def _records(rows: Sequence[_Row]) -> dict[str, RecordFiles]:
    """Return where documents lie in files that hold several."""
    return {
        row["document"]: RecordFiles(
            tuple(
                Stretch(Path(part["table"]), part["line"], part["start"], part["length"])
                for part in row["rows"]
            ),
            None if row["text"] is None else Path(row["text"]),
        )
        for row in rows
    }


def _limits(part: _Row) -> tuple[int, int]:
    return part["start"], part["start"] + part["length"]
