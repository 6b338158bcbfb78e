"""Write a run's submission tables, and pack them into the task's ZIP."""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from projector.corpus.formats.tsv_dialects import COLUMNS
from projector.corpus.formats.tsv_write import format_row, format_rows, layout_of
from projector.document import Document
from projector.errors import ConfigurationError, CorpusError, OutputError, Problem
from projector.storage.atomic_file import FileOpener, atomic_file
from projector.storage.file_names import file_name, folded

LAYOUT = "{LANG}/{entity}/submission_{n}/{lang}_{entity}_submission{n}.tsv"
TASK_LABELS = ("DISEASE", "PROCEDURE", "SYMPTOM")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a ZIP can hold: the same in each


def write_submission(
    documents: Iterable[Document],
    folder: Path,
    *,
    language: str,
    labels: Iterable[str] = TASK_LABELS,
    extension: bool = False,
    open_file: FileOpener = atomic_file,
) -> dict[str, Path]:
    """Write one table for each label, `{language}_{entity}.tsv`; the entity is its lower case.

    Args:
        documents: Consumed one by one; the tables have their order.
        folder: Made if need be.
        language: As it stands in the names.
        labels: Those that get a table even without a mention; others get theirs when they occur.
        extension: Write file names with `.txt`.
        open_file: Opens each table.

    Returns:
        The tables by entity.

    Raises:
        OutputError: A table can't be written, or a label can't be a file's name.
    """
    layout = layout_of(COLUMNS)
    paths: dict[str, Path] = {}
    taken: set[str] = set()
    file_name(language, kind="language")
    with ExitStack() as stack:
        tables: dict[str, BinaryIO] = {}

        def table(label: str) -> BinaryIO:
            if label not in tables:
                entity = _entity(label, language)
                if _shared(entity) in taken:
                    raise _case_clash(label)
                taken.add(_shared(entity))
                name = file_name(entity, ".tsv", kind="label", prefix=f"{language}_")
                paths[entity] = folder / name
                tables[label] = stack.enter_context(open_file(paths[entity]))
                tables[label].write(format_row(COLUMNS))
            return tables[label]

        for label in labels:
            table(label)
        for document in documents:
            for mention, row in format_rows(document, layout, extension=extension):
                table(mention.label).write(row)
    return paths


def check_labels(labels: Iterable[str], *, language: str = "") -> None:
    """Refuse labels that `write_submission` would refuse, before any work is done for them.

    Args:
        labels: Of mentions that are to be written.
        language: As it stands in the tables' names; empty: a short one.

    Raises:
        OutputError: One can't be part of a file's name, or two differ in case only, or in how
            Unicode composes their letters.
    """
    taken: dict[str, str] = {}
    for label in labels:
        if taken.setdefault(_shared(_entity(label, language)), label) != label:
            raise _case_clash(label)


def _case_clash(label: str) -> OutputError:
    return OutputError(
        f"labels that differ in case only (or in the form of their letters): {label!r}; map them "
        "to one: --label OLD=NEW (labels)"
    )


def _entity(label: str, language: str) -> str:
    """Return what stands for a label in the names of its tables, for people and for machines."""
    for name in (label, label.lower()):
        for suffix, prefix in ((".tsv", f"{language}_"), (".parquet", "")):
            file_name(name, suffix, kind="label", prefix=prefix)
    return label.lower()


def _shared(entity: str) -> str:
    return folded(entity, case=True, form=True)


def pack_submission(
    archive: Path,
    tables: Mapping[tuple[str, str], Path],
    *,
    number: int = 1,
    layout: str = LAYOUT,
    configuration: Mapping[str, object] | None = None,
    readme: str = "",
) -> tuple[str, ...]:
    """Pack tables into one ZIP; the same inputs give the same bytes.

    Args:
        archive: The ZIP file.
        tables: Each language and entity's table.
        number: The submission's.
        layout: Each table's path in the ZIP: {lang}, {LANG}, {entity}, {ENTITY}, {n}.
        configuration: What `config.json` holds.
        readme: What `README.md` holds.

    Returns:
        The paths in the ZIP, in its order.

    Raises:
        ConfigurationError: The layout names something else, or gives two tables one path.
        CorpusError: A table is missing, or hasn't the five columns.
        OutputError: The ZIP can't be written, or a name can't be one in it.
    """
    config = json.dumps(dict(configuration or {}), ensure_ascii=False, indent=2, sort_keys=True)
    contents: dict[str, Path | bytes] = {
        **_member_paths(tables, layout, number),
        "README.md": readme.encode(),
        "config.json": f"{config}\n".encode(),
    }
    member_paths = tuple(sorted(contents))
    with atomic_file(archive) as file, ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for member_path in member_paths:
            _add_member(packed, member_path, contents[member_path])
    return member_paths


def _add_member(packed: ZipFile, member_path: str, content: Path | bytes) -> None:
    """Append a member whose bytes depend on its path and content alone."""
    info = ZipInfo(member_path, _EARLIEST)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 3  # Unix, wherever it is made
    info.external_attr = 0o644 << 16
    with packed.open(info, "w") as member:
        if isinstance(content, bytes):
            member.write(content)
        else:
            with content.open("rb") as table:
                copyfileobj(table, member)


def _member_paths(
    tables: Mapping[tuple[str, str], Path], layout: str, number: int
) -> dict[str, Path]:
    """Return the tables by their paths in the ZIP."""
    table_of: dict[str, Path] = {}
    taken: set[str] = set()
    for (language, entity), table in sorted(tables.items()):
        file_name(language, kind="language")
        file_name(entity, ".tsv", kind="label")
        member_path = _member_path(layout, language, entity, number)
        # Nobody knows what it will be unpacked on.
        if _shared(member_path) in taken:
            found = f"the layout {layout!r} (--template) gives two tables one path: {member_path}"
            raise ConfigurationError(found)
        _check_header(table)
        taken.add(_shared(member_path))
        table_of[member_path] = table
    return table_of


def _member_path(layout: str, language: str, entity: str, number: int) -> str:
    values = {
        "lang": language,
        "LANG": language.upper(),
        "entity": entity,
        "ENTITY": entity.upper(),
        "n": str(number),
    }
    try:
        member_path = string.Formatter().vformat(layout, (), values)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        known = ", ".join(f"{{{name}}}" for name in values)
        raise ConfigurationError(
            f"the layout {layout!r} (--template) is not understood ({error}); it can hold {known}"
        ) from error
    parts = member_path.split("/")
    if not parts[0] or ".." in parts or "\\" in member_path:
        raise ConfigurationError(
            f"the layout {layout!r} (--template) leads out of the ZIP: {member_path}"
        )
    return "/".join(file_name(part, kind="path in the ZIP") for part in parts)


def _check_header(table: Path) -> None:
    try:
        with table.open("rb") as file:
            first = file.readline()
    except OSError as error:
        raise CorpusError(Problem(table, None, f"can't be read: {error.strerror}")) from error
    if first != format_row(COLUMNS):
        found = f"the first line is {first[:100].decode(errors='replace').rstrip()!r}"
        raise CorpusError(Problem(table, 1, found, f"{' '.join(COLUMNS)!r}, with tabs between"))
