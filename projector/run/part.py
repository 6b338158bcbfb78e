"""Hold what one of several processes wrote of a run, and join what all of them wrote.

A part is a stretch of the run's outcomes in their order, by language and source document. Its
documents for reviewers lie in the run's folder already; its tables lie in a folder of their own,
and are joined so that they are, byte for byte, those that one process would have written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

import pyarrow.parquet as pq

from projector.corpus.formats.brat_configuration import BratTypes
from projector.corpus.formats.parquet_write import table_writer
from projector.run.summary import LanguageTally
from projector.storage.atomic_file import FileOpener
from projector.storage.written_files import WrittenFiles
from schemas.manifest import PROJECTIONS_FOLDER
from schemas.tables import TABLES, name_of


@dataclass(frozen=True, slots=True)
class Part:
    """What a process wrote.

    Args:
        folder: Where its tables lie, under the names that they are to have.
        tallies: What it counted of each language.
        translations: Language and name of each translation.
        types: What occurs in these.
        files: What it wrote in the run's folder.
        tables: Its submission tables' paths by language and entity.
    """

    folder: Path
    tallies: Mapping[str, LanguageTally]
    translations: frozenset[tuple[str, str]]
    types: BratTypes
    files: WrittenFiles
    tables: Mapping[str, Mapping[str, str]]


@contextmanager
def open_part_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file of a part's; none is there yet, and it need not survive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        yield file


def join_tables(
    parts: Sequence[Part], folder: Path, facts: Mapping[str, str], open_file: FileOpener
) -> dict[str, dict[str, str]]:
    """Join the tables of all parts in a run's folder.

    Args:
        parts: In their order.
        folder: The run's.
        facts: Kept in the tables of projections.
        open_file: Opens each table.

    Returns:
        The submission tables' paths within `folder`, by language and entity.
    """
    tables: dict[str, dict[str, str]] = {}
    names: dict[str, list[Path]] = {}
    for part in parts:
        for path in part.folder.rglob("*"):
            if path.is_file():
                names.setdefault(path.relative_to(part.folder).as_posix(), []).append(path)
        for language, of_language in part.tables.items():
            tables.setdefault(language, {}).update(of_language)
    for name, paths in sorted(names.items()):
        if name.endswith(".parquet"):
            _join_parquet(paths, folder / name, facts, open_file)
        else:
            _join_rows(paths, folder / name, open_file)
    return {language: dict(sorted(tables[language].items())) for language in sorted(tables)}


def _join_parquet(
    paths: Sequence[Path], joined: Path, facts: Mapping[str, str], open_file: FileOpener
) -> None:
    schema = TABLES[name_of(pq.read_schema(paths[0]))]
    told = facts if PROJECTIONS_FOLDER in joined.parts[-3:-1] else None
    with table_writer(joined, schema, metadata=told, open_file=open_file) as writer:
        for path in paths:
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    writer.add_table(file.read_row_group(group))


def _join_rows(paths: Sequence[Path], joined: Path, open_file: FileOpener) -> None:
    """Join tables for people: the first with its header, the others without."""
    with open_file(joined) as whole:
        for number, path in enumerate(paths):
            with path.open("rb") as rows:
                if number:
                    rows.readline()
                copyfileobj(rows, whole)
