"""Read documents back from Parquet tables, one by one and a row group at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from projector.corpus.formats.parquet_rows import Row, annotations_of, raw_mentions
from projector.corpus.formats.parquet_table import ParquetTable
from projector.corpus.language_names import UNKNOWN_LANGUAGE, same_language
from projector.corpus.offsets import resolve_offsets
from projector.corpus.reading import Reading
from projector.document import (
    Document,
    transferable_annotations,
)
from projector.errors import (
    CorpusError,
    Notice,
    Problem,
    counted,
)
from schemas.tables import (
    ANNOTATIONS,
    DOCUMENTS,
    MENTIONS,
    name_of,
)

_Rows = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ParquetCorpus:
    """Documents of one language in a folder of tables; what `Corpus` is for other formats.

    Args:
        path: The folder.
        language: As the user wrote it, else as it stands in the tables.
        names: The documents', sorted.
        problems: What is wrong beyond single documents: mentions and annotations without a text.
        labels: New names for labels.
        format: What it is.
        notices: Always empty.
    """

    path: Path
    language: str
    names: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    format: Literal["parquet"] = "parquet"
    notices: tuple[Notice, ...] = ()
    _tables: tuple[ParquetTable, ...] = field(default=(), repr=False)
    _rows: tuple[_Rows, ...] = field(default=(), repr=False)

    @property
    def text_folders(self) -> tuple[Path, ...]:
        """Return none: its texts lie in its tables."""
        return ()

    def read(self, name: str) -> Reading:
        """Read a document; what is wrong with it is in the reading, nothing is raised.

        Raises:
            KeyError: It isn't one of `names`.
        """
        try:
            text, mentions, annotations = self.text(name), self._of(1, name), self._of(2, name)
        except CorpusError as error:
            return Reading(None, error.problems, unread=self._unread(name))
        document = Document(name, self.language, text)
        return self._annotated(document, mentions, annotations)

    def text(self, name: str) -> str:
        """Return a document's text; its mentions are not looked at.

        Raises:
            KeyError: It isn't one of `names`.
            CorpusError: It can't be read.
        """
        if name not in self._rows[0]:
            raise KeyError(name)
        text = self._of(0, name)[0]["text"]
        if text is None:
            row = self._rows[0][name][0] + 1
            raise CorpusError(Problem(self._tables[0].path, row, "the text is null", "a text"))
        return str(text)

    def _of(self, table: int, name: str) -> list[dict[str, Any]]:
        """Read a document's rows in one table."""
        rows = self._rows[table].get(name)
        return [] if rows is None else self._tables[table].rows(*rows)

    def _unread(self, name: str) -> tuple[str, ...]:
        """Return the ids of a document's mentions, or as many names where these can't be read."""
        start, end = self._rows[1].get(name, (0, 0))
        try:
            ids = [row["id"] for row in self._of(1, name)]
        except CorpusError:
            ids = []
        if len({*ids} - {None}) == end - start:
            return tuple(ids)
        return tuple(f"row {number}" for number in range(start + 1, end + 1))

    def _annotated(
        self, document: Document, mention_rows: Sequence[Row], annotation_rows: Sequence[Row]
    ) -> Reading:
        """Return the document with its mentions, held against the text, and its annotations."""
        first_rows = [rows.get(document.name, (0, 0))[0] + 1 for rows in self._rows]
        path, of_annotations = self._tables[1].path, self._tables[2].path
        raw, faults = raw_mentions(mention_rows, path, first_rows[1], self.labels)
        mentions, problems = resolve_offsets(document.text, raw)
        problems = sorted([*faults, *problems], key=lambda problem: problem.line or 0)
        stated, faults = annotations_of(
            annotation_rows,
            of_annotations,
            first_rows[2],
            self.labels,
            {row["id"] for row in mention_rows},
        )
        annotations, lost = transferable_annotations(stated, {mention.id for mention in mentions})
        problems += faults
        problems += [
            Problem(
                path, None, f"{document.name}: {one.id} ({one.label}) is about what isn't usable"
            )
            for one in lost
        ]
        lines = [mention_rows[(one.line or 0) - first_rows[1]].get("line") for one in mentions]
        mentions = [
            replace(mention, line=line) for mention, line in zip(mentions, lines, strict=True)
        ]
        document = replace(document, mentions=tuple(mentions), annotations=annotations)
        return Reading(document, tuple(problems))

    def rows(self, name: str) -> tuple[tuple[int, int], ...]:
        """Return where a document's rows begin and end in each table: texts, mentions, the rest."""
        return tuple(rows.get(name, (0, 0)) for rows in self._rows)

    def only(self, names: Collection[str]) -> ParquetCorpus:
        """Return a corpus of some of its documents, small enough to send to another process.

        What is wrong beyond documents stays behind.
        """
        rows = tuple(
            {name: rows_of_table[name] for name in sorted(names) if name in rows_of_table}
            for rows_of_table in self._rows
        )
        return replace(self, names=tuple(sorted(names)), problems=(), _rows=rows)

    def in_language(self, language: str) -> ParquetCorpus:
        """Return the same documents under another name of their language."""
        return replace(self, language=language)


def open_rows(
    path: Path,
    rows: Mapping[str, Sequence[tuple[int, int]]],
    *,
    language: str,
    labels: Mapping[str, str] | None = None,
) -> ParquetCorpus:
    """Open a folder of tables for documents whose rows are known; no table is read yet.

    Args:
        path: The folder.
        rows: For each document what `ParquetCorpus.rows` gives.
        language: The documents'.
        labels: New names for labels; None: they stay.
    """
    tables = _tables_of(path)
    rows_by_table = tuple(
        {name: rows[name][number] for name in sorted(rows) if rows[name][number] != (0, 0)}
        for number in range(len(tables))
    )
    return ParquetCorpus(
        path,
        language,
        tuple(sorted(rows)),
        labels=labels or {},
        _tables=tables,
        _rows=rows_by_table,
    )


def _tables_of(path: Path) -> tuple[ParquetTable, ...]:
    return tuple(
        ParquetTable(path / f"{name_of(schema)}.parquet", schema)
        for schema in (DOCUMENTS, MENTIONS, ANNOTATIONS)
    )


def holds_parquet(path: Path) -> bool:
    """Tell whether a folder holds a corpus as tables."""
    return (path / "documents.parquet").is_file()


def parquet_languages(path: Path) -> list[str]:
    """Return the languages of the documents in a folder of tables, sorted.

    Raises:
        CorpusError: The table of documents is missing or wrong.
    """
    table = ParquetTable(path / f"{name_of(DOCUMENTS)}.parquet", DOCUMENTS)
    keys = table.keys()
    return sorted({code for code, _ in keys})


def open_parquet(
    path: Path, *, language: str | None = None, labels: Mapping[str, str] | None = None
) -> ParquetCorpus:
    """Open a folder of tables, a run's or one that `write_parquet` made; texts are not read yet.

    Args:
        path: The folder.
        language: Which language to take where the tables hold several.
        labels: New names for labels; None: they stay.

    Raises:
        CorpusError: A table is missing or wrong; or several languages are there and none was
            asked for, or not this one.
    """
    tables = _tables_of(path)
    rows_by_table = [_rows_by_document(table) for table in tables]
    _refuse_twins(tables[0].path, rows_by_table[0])
    code = _language(path, sorted({code for code, _ in rows_by_table[0]}), language)
    rows_of_language = tuple(
        {name: rows for (row_code, name), rows in rows_of_table.items() if row_code == code}
        for rows_of_table in rows_by_table
    )
    return ParquetCorpus(
        path,
        language or code or UNKNOWN_LANGUAGE,
        tuple(sorted(rows_of_language[0])),
        tuple(_textless(tables, rows_by_table, code)),
        labels=labels or {},
        _tables=tables,
        _rows=rows_of_language,
    )


def _rows_by_document(table: ParquetTable) -> dict[tuple[str, str], tuple[int, int]]:
    """Return where each document's rows begin and end."""
    rows: dict[tuple[str, str], tuple[int, int]] = {}
    for number, key in enumerate(table.keys()):
        start, end = rows.get(key, (number, number))
        if end != number:
            found = f"the rows of the document {key[1]!r} ({key[0]}) don't stand together"
            raise CorpusError(Problem(table.path, number + 1, found))
        rows[key] = start, number + 1
    return rows


def _refuse_twins(path: Path, rows: Mapping[tuple[str, str], tuple[int, int]]) -> None:
    """Refuse documents that come twice, one right behind the other."""
    for (code, name), (start, end) in rows.items():
        if end - start > 1:
            found = f"the document {name!r} ({code}) comes twice"
            raise CorpusError(Problem(path, start + 2, found, "a name of its own"))


def _textless(
    tables: Sequence[ParquetTable],
    rows_by_table: Sequence[Mapping[tuple[str, str], tuple[int, int]]],
    code: str | None,
) -> Iterator[Problem]:
    """Yield what stands of documents without a text, in this language or in one that has none."""
    texts = rows_by_table[0]
    others = {language for language, _ in texts} - {code}
    for table, rows in zip(tables[1:], rows_by_table[1:], strict=True):
        for (language, name), (start, end) in rows.items():
            if (language, name) not in texts and language not in others:
                found = f"{counted(end - start, 'row')} of {name!r} ({language}), which has no text"
                expected = f"its row in {tables[0].path.name}"
                yield Problem(table.path, start + 1, found, expected)


def _language(path: Path, codes: list[str], asked: str | None) -> str | None:
    if asked is None:
        if len(codes) > 1:
            found = f"documents in {len(codes)} languages: {', '.join(codes)}"
            hint = "Choose one by --language (a run's: --source-language, --target-language)"
            raise CorpusError(Problem(path, None, found, "one language", hint))
        return codes[0] if codes else None
    for code in codes:
        if same_language(code, asked):
            return code
    raise CorpusError(
        Problem(
            path, None, f"documents in {', '.join(codes)}", f"some in {asked}, as --language asks"
        )
    )
