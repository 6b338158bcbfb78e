"""State the columns of every Parquet table that is written, and how readers may rely on them.

Offsets are half-open and count Unicode code points of the untouched text. Rows of one document
stand together, in the document's own order.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from projector.errors import CorpusError, Problem

VERSION = 1
_NAME = b"projector.table"
_VERSION = b"projector.version"

FRAGMENTS = pa.list_(
    pa.struct(
        [pa.field("start", pa.int64(), nullable=False), pa.field("end", pa.int64(), nullable=False)]
    )
)
ARGUMENTS = pa.list_(
    pa.struct(
        [
            pa.field("role", pa.string(), nullable=False),
            pa.field("target", pa.string(), nullable=False),
        ]
    )
)

_STRETCH = [
    pa.field("table", pa.string(), nullable=False),
    pa.field("line", pa.int64()),
    pa.field("start", pa.int64(), nullable=False),
    pa.field("length", pa.int64(), nullable=False),
]


def _schema(name: str, columns: Mapping[str, pa.DataType], *, nullable: set[str]) -> pa.Schema:
    fields = [pa.field(key, type_, nullable=key in nullable) for key, type_ in columns.items()]
    return pa.schema(fields, metadata={_NAME: name.encode(), _VERSION: str(VERSION).encode()})


DOCUMENTS = _schema(
    "documents",
    {"language": pa.string(), "document": pa.string(), "text": pa.string()},
    nullable=set(),
)

# `text` is the fragments joined by a space, `line` the place in the file it was read from.
MENTIONS = _schema(
    "mentions",
    {
        "language": pa.string(),
        "document": pa.string(),
        "id": pa.string(),
        "label": pa.string(),
        "fragments": FRAGMENTS,
        "text": pa.string(),
        "line": pa.int64(),
    },
    nullable={"line"},
)

_SAID = {
    "id": pa.string(),
    "kind": pa.string(),
    "label": pa.string(),
    "arguments": ARGUMENTS,
    "value": pa.string(),
}

ANNOTATIONS = _schema(
    "annotations",
    {"language": pa.string(), "document": pa.string(), **_SAID, "line": pa.int64()},
    nullable={"value", "line"},
)

# One row for each source mention and target language, whatever became of it. `target_document`
# is null where the document has no translation. `fragments` and `target_text` are empty unless
# the status is `projected`; `source_fragments` and `source_text` are where the source annotation
# is itself invalid. `collapsed_with` names the mentions that share no words with this one in the
# source and ended on some of its words in the translation; null in tables of earlier versions.
PROJECTIONS = _schema(
    "projections",
    {
        "language": pa.string(),
        "source_document": pa.string(),
        "target_document": pa.string(),
        "mention_id": pa.string(),
        "label": pa.string(),
        "status": pa.string(),
        "reason": pa.string(),
        "score": pa.float64(),
        "fragments": FRAGMENTS,
        "target_text": pa.string(),
        "source_fragments": FRAGMENTS,
        "source_text": pa.string(),
        "collapsed_with": pa.list_(pa.field("mention_id", pa.string(), nullable=False)),
    },
    nullable={"target_document", "collapsed_with"},
)

LOST_ANNOTATIONS = _schema(
    "lost_annotations",
    {
        "language": pa.string(),
        "source_document": pa.string(),
        "target_document": pa.string(),
        **_SAID,
    },
    nullable={"target_document", "value"},
)


def _struct(schema: pa.Schema, *columns: str) -> pa.DataType:
    """Return a list of rows of another table, without the columns that all of them share."""
    return pa.list_(pa.struct([schema.field(column) for column in columns]))


_FOUND = ("id", "label", "fragments", "line")
_ABOUT = ("id", "kind", "label", "arguments", "value", "line")

# What is planned of one shard: numbers for the driver; for a worker the tasks, and where their
# documents lie. A task's `target` is the number of the target corpus, null where the source is
# tagged. A document's `corpus` is a number among the plan's corpora. Its `rows` are stretches of
# tables: bytes from a line of a TSV on, or rows of a Parquet table, which have no line. `lengths`
# are the characters of each task's source text: what a worker needs to tell how far it is.
SHARDS = _schema(
    "shards",
    {
        "shard": pa.int64(),
        "documents": pa.int64(),
        "tasks": pa.int64(),
        "characters": pa.int64(),
        "mentions": pa.int64(),
        "work": pa.list_(
            pa.struct(
                [
                    pa.field("source", pa.string(), nullable=False),
                    pa.field("target", pa.int64()),
                    pa.field("translation", pa.string()),
                    pa.field("prediction", pa.string()),
                ]
            )
        ),
        "files": pa.list_(
            pa.struct(
                [
                    pa.field("corpus", pa.int64(), nullable=False),
                    pa.field("document", pa.string(), nullable=False),
                    pa.field("text", pa.string()),
                    pa.field("annotations", pa.string()),
                    pa.field("rows", pa.list_(pa.struct(_STRETCH)), nullable=False),
                ]
            )
        ),
        "lengths": pa.list_(pa.int64()),
    },
    nullable={"lengths"},
)

# What people said of a run's mentions and was taken: one row for each time that it was. `old_…` is
# what the run had, `new_…` what it is now; `run` the SHA-256 of the manifest of the run it was
# said of.
CHANGES = _schema(
    "changes",
    {
        "language": pa.string(),
        "document": pa.string(),  # the source's
        "mention": pa.string(),
        "label": pa.string(),
        "decision": pa.string(),  # `confirmed`, `corrected` or `absent`
        "old_status": pa.string(),
        "old_fragments": FRAGMENTS,
        "old_text": pa.string(),
        "new_fragments": FRAGMENTS,
        "new_text": pa.string(),
        "reviewer": pa.string(),
        "time": pa.string(),
        "comment": pa.string(),
        "run": pa.string(),
    },
    nullable=set(),
)

# What a mention is coded with: a row for each code that was given, or was proposed, best first.
CODES = _schema(
    "codes",
    {
        "language": pa.string(),
        "document": pa.string(),
        "mention": pa.string(),
        "label": pa.string(),
        "fragments": FRAGMENTS,
        "text": pa.string(),
        "code": pa.string(),
        "rank": pa.int64(),
        "score": pa.float64(),
        "description": pa.string(),
        "name": pa.string(),  # of the code, by which it was found; empty where it was given
        "origin": pa.string(),  # `given` or `proposed`
        "coder": pa.string(),  # what proposed it, and from which list; null where it was given
        "list": pa.string(),
        "assertion": pa.string(),  # whether the mention is negated, …; null where nobody knows
    },
    nullable={"coder", "list", "assertion"},
)

# What is wrong with translations: a row for each finding, those of a document as a whole first.
# `kind` is one of `projector.audit.findings.Kind`, `severity` one of `document`, `error` and
# `warning`. Offsets are null where a text has nothing that corresponds, or where the finding is
# about the whole; their texts are empty then.
AUDIT = _schema(
    "audit",
    {
        "language": pa.string(),
        "document": pa.string(),
        "kind": pa.string(),
        "severity": pa.string(),
        "source_start": pa.int64(),
        "source_end": pa.int64(),
        "source_text": pa.string(),
        "target_start": pa.int64(),
        "target_end": pa.int64(),
        "target_text": pa.string(),
        "message": pa.string(),
        "score": pa.float64(),
    },
    nullable={"source_start", "source_end", "target_start", "target_end"},
)

# Which sentences of a document and its translation tell the same, in the source's order; both sides
# have at least one. `score` is the cosine of their mean vectors, 0 where it is less.
SENTENCES = _schema(
    "sentences",
    {
        "language": pa.string(),
        "source_document": pa.string(),
        "target_document": pa.string(),
        "source_fragments": FRAGMENTS,
        "target_fragments": FRAGMENTS,
        "score": pa.float64(),
    },
    nullable=set(),
)

# One row for each source document and target language: what a worker commits. `status` and
# `reason` are those of the document as a whole, null where it was projected; one that came to
# nothing has no target unless that is no translation, one that was tagged has itself as the target.
# The source's own columns are null but in a document's first target language: there they are what
# was read of it, if anything. `audit` is null where the translation was not audited.
OUTCOMES = _schema(
    "outcomes",
    {
        "language": pa.string(),
        "source_document": pa.string(),
        "status": pa.string(),
        "reason": pa.string(),
        "target_document": pa.string(),
        "target_text": pa.string(),
        "mentions": _struct(MENTIONS, *_FOUND),
        "annotations": _struct(ANNOTATIONS, *_ABOUT),
        "projections": _struct(PROJECTIONS, *PROJECTIONS.names[3:]),
        "lost": _struct(ANNOTATIONS, *_ABOUT),
        "source_language": pa.string(),
        "source_text": pa.string(),
        "source_mentions": _struct(MENTIONS, *_FOUND),
        "source_annotations": _struct(ANNOTATIONS, *_ABOUT),
        "audit": pa.struct(
            [
                pa.field("findings", _struct(AUDIT, *AUDIT.names[2:]), nullable=False),
                pa.field("sentences", _struct(SENTENCES, *SENTENCES.names[3:]), nullable=False),
                pa.field("source_covered", pa.float64(), nullable=False),
                pa.field("target_covered", pa.float64(), nullable=False),
                pa.field("intact", pa.float64(), nullable=False),
                pa.field("faithfulness", pa.float64(), nullable=False),
            ]
        ),
    },
    nullable={
        *("status", "reason", "target_document", "target_text", "audit"),
        *("source_language", "source_text", "source_mentions", "source_annotations"),
    },
)

TABLES: Mapping[str, pa.Schema] = {
    "documents": DOCUMENTS,
    "mentions": MENTIONS,
    "annotations": ANNOTATIONS,
    "projections": PROJECTIONS,
    "lost_annotations": LOST_ANNOTATIONS,
    "outcomes": OUTCOMES,
    "shards": SHARDS,
    "changes": CHANGES,
    "codes": CODES,
    "audit": AUDIT,
    "sentences": SENTENCES,
}


def name_of(schema: pa.Schema) -> str:
    """Return the name of one of `TABLES`."""
    return bytes(schema.metadata[_NAME]).decode()


def check_rows(table: pa.Table, expected: pa.Schema, path: Path) -> None:
    """Refuse rows that hold a null where a reader of `expected` relies on a value.

    Args:
        table: What was read, its types as expected.
        expected: One of `TABLES`, or some of its columns.
        path: The file, all of whose rows they are.

    Raises:
        CorpusError: A row does; the first is told.
    """
    for field in expected:
        if field.name in table.column_names and not field.nullable:
            row = _null_row(table.column(field.name).combine_chunks(), field.type)
            if row is not None:
                found = f"the column {field.name} is null"
                raise CorpusError(Problem(path, row + 1, found, "a value"))


def _null_row(column: pa.Array, type_: pa.DataType) -> int | None:
    """Return the first row that is null or, in a list, has a null in it; None if none is."""
    import pyarrow.compute as pc  # makes hundreds of functions, when it is loaded

    if column.null_count:
        return int(pc.index(column.is_null(), True).as_py())
    if not pa.types.is_list(type_):
        return None
    inner = column.flatten()
    parts = [inner, *(inner.flatten() if pa.types.is_struct(inner.type) else ())]
    if not any(part.null_count for part in parts):
        return None
    rows = pc.list_parent_indices(column)
    return min(
        int(rows[pc.index(part.is_null(), True).as_py()].as_py())
        for part in parts
        if part.null_count
    )


def check_table(found: pa.Schema, expected: pa.Schema, path: Path) -> None:
    """Refuse a file that a reader of `expected` can't rely on.

    Raises:
        CorpusError: It is another table, of another version, or lacks a column.
    """
    metadata = found.metadata or {}
    name = name_of(expected)
    if metadata.get(_NAME) != name.encode():
        raise CorpusError(Problem(path, None, "it is not a table of this name", name))
    version = metadata.get(_VERSION, b"").decode(errors="replace")
    if version != str(VERSION):
        hint = "Read it with the version of projector that wrote it"
        problem = Problem(path, None, f"its version is {version or 'not told'}", str(VERSION), hint)
        raise CorpusError(problem)
    for field in expected:
        if not field.nullable and field.name not in found.names:
            raise CorpusError(Problem(path, None, f"the column {field.name} is missing"))
        if found.names.count(field.name) > 1:
            told = f"the column {field.name} comes {found.names.count(field.name)} times"
            raise CorpusError(Problem(path, None, told, "once"))
        if field.name in found.names and found.field(field.name).type != field.type:
            type_ = found.field(field.name).type
            problem = Problem(path, None, f"the column {field.name} is {type_}", str(field.type))
            raise CorpusError(problem)
