"""Read a finished run: its manifest, its projections as spans, its submission tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from projector.corpus.formats.parquet_read import ParquetCorpus, open_parquet
from projector.corpus.reading import read_text
from projector.document import Status
from projector.errors import CorpusError, OutputError, Problem, counted
from projector.settings import DEFAULT_MODEL
from projector.storage.file_names import file_name
from projector.storage.parquet_file import reading_parquet
from projector.storage.run_files import WrittenFolder, check_tables, taken
from schemas.manifest import (
    MANIFEST,
    PROJECTIONS_FOLDER,
    SOURCE_FOLDER,
    Manifest,
    read_manifest,
)
from schemas.tables import AUDIT, CHANGES, PROJECTIONS, SENTENCES, check_rows, check_table


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run's folder.

    Args:
        path: The folder.
        manifest: What it was made from, and what came of it.
    """

    path: Path
    manifest: Manifest

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the target languages, sorted."""
        return tuple(one.language for one in self.manifest.languages)

    @property
    def tags(self) -> bool:
        """Tell whether mentions were found in the source itself, not projected from it."""
        chosen = self.manifest.configuration  # perhaps of another version: as plain values
        # Version 0.1.0 had one configuration for both, and called the tagger `tagger_model`.
        tagger = chosen.get("tagger_model") or chosen.get("tagger")
        return not chosen.get("targets") and isinstance(tagger, str)

    @property
    def model_name(self) -> str:
        """Return what the user called the run's model, or its folder."""
        model = self.manifest.configuration.get("model")
        return str(model.get("name", DEFAULT_MODEL) if isinstance(model, dict) else model)

    @property
    def tables(self) -> dict[tuple[str, str], Path]:
        """Return the submission table of each language and entity, for `pack_submission`."""
        return {
            (one.language, entity): self._within(table)
            for one in self.manifest.languages
            for entity, table in one.tables.items()
        }

    @property
    def written(self) -> WrittenFolder | None:
        """Return what was written to the folder; None where a version that did not hash wrote it.

        What of it is not as it was written is refused where it is read from here.
        """
        said = self.manifest.written
        return None if said is None else WrittenFolder(self.path, MANIFEST, said)

    def check_submission(self, *, edited: bool = False) -> tuple[str, ...]:
        """Refuse submission tables that are not as they were written.

        Args:
            edited: They were corrected by hand: take them.

        Returns:
            What there is to tell of those that are taken.

        Raises:
            CorpusError: Some are missing, or were cut or changed.
        """
        if self.written is None:
            return ()
        names = [table.relative_to(self.path).as_posix() for table in self.tables.values()]
        return taken(self.written.problems(names, hint=""), edited)

    def _within(self, table: str) -> Path:
        """Return the path of a table that the manifest names, which leads nowhere else."""
        try:
            parts = [file_name(part, kind="table") for part in table.split("/")]
        except OutputError as error:
            found = f"the table {table!r} is not within the run's folder"
            expected = "the manifest as it was written; make the run anew"
            raise CorpusError(Problem(self.path / MANIFEST, None, found, expected)) from error
        return self.path.joinpath(*parts)

    def projections(self, languages: Collection[str] | None = None) -> pl.DataFrame:
        """Return what became of every source mention; columns as in `schemas.tables.PROJECTIONS`.

        Raises:
            CorpusError: The table can't be read, or is not as it was written.
        """
        folder = self.path / PROJECTIONS_FOLDER
        tables = self._projection_tables(languages)
        # Without a mention there is no table, and so no column.
        wanted = pl.concat([_empty(PROJECTIONS), *map(_projections, tables)])
        if languages is not None:
            wanted = wanted.filter(pl.col("language").is_in(list(languages)))
        found = wanted.sort("language", "source_document", maintain_order=True)
        expected = sum(
            one.mentions
            for one in self.manifest.counts
            if (languages is None or one.language in languages) and one.status != Status.TAGGED
        )
        if found.height != expected:
            told = f"it holds {found.height} outcomes"
            raise CorpusError(Problem(folder, None, told, f"{expected}, as {MANIFEST} says"))
        return found

    def _projection_tables(self, languages: Collection[str] | None) -> list[Path]:
        """Return the tables of some languages, once they are found to be as they were written."""
        folder = self.path / PROJECTIONS_FOLDER
        others = set() if languages is None else {*self.languages} - {*languages}
        written = () if self.written is None else self.written.tables()
        names = [name.split("/") for name in written]
        wanted = [one for one in names if one[0] == PROJECTIONS_FOLDER and one[1] not in others]
        if self.written is not None:
            self.written.check("/".join(one) for one in wanted)
        tables = sorted(folder.rglob("*.parquet"))
        return [table for table in tables if table.relative_to(folder).parts[0] not in others]

    def predicted(self, languages: Collection[str] | None = None) -> pl.DataFrame:
        """Return the projected mentions as spans, for `projector.evaluation.metrics.compare`.

        Beside the columns of spans there are `score`, `source_document` and `source_text`.
        """
        projected = self.projections(languages).filter(pl.col("status").is_in(Status.with_span()))
        return projected.select(
            "language",
            pl.col("target_document").alias("document"),
            "label",
            "fragments",
            pl.col("mention_id").alias("id"),
            "score",
            "source_document",
            "source_text",
        )

    def text(self, language: str, document: str) -> str | None:
        """Return a translation's text, None where the run has none of this name."""
        try:
            folder = self.path / "brat" / file_name(language, kind="language")
            path = folder / file_name(document, ".txt", kind="document")
        except OutputError:  # no run has such a file
            return None
        return read_text(path) if path.is_file() else None

    @property
    def has_source(self) -> bool:
        """Tell whether the source is in the folder: not where a run tags, or is an older one."""
        said = self.manifest.written
        return said is not None and f"{SOURCE_FOLDER}/documents.parquet" in said.files

    def source_corpus(self) -> ParquetCorpus:
        """Open the source as it was read, with its mentions; of a run that tags, the output.

        Documents that could not be read are not in it.

        Raises:
            CorpusError: The run has none, for an older version wrote it; or its tables can't be
                read, or are not as they were written.
        """
        if self.tags:
            return self.corpus()
        if not self.has_source:
            found = f"there is no {SOURCE_FOLDER}/: an older version of projector wrote the run"
            hint = "Run it again, into another folder or with --overwrite"
            raise CorpusError(Problem(self.path, None, found, "the source as it was read", hint))
        folder = self.path / SOURCE_FOLDER
        check_tables(folder)
        return open_parquet(folder)

    def sentences(self, language: str) -> pl.DataFrame:
        """Return which sentences of source and translation tell the same, in the source's order.

        Columns as in `schemas.tables.SENTENCES`; no rows of a run that was not audited.

        Raises:
            CorpusError: The table can't be read, or is not as it was written.
        """
        return self._audited("sentences.parquet", SENTENCES).filter(pl.col("language") == language)

    def audit(self) -> pl.DataFrame:
        """Return what is wrong with the translations; columns as in `schemas.tables.AUDIT`.

        No rows of a run that was not audited.

        Raises:
            CorpusError: The table can't be read, or is not as it was written.
        """
        return self._audited("audit.parquet", AUDIT)

    @property
    def is_audited(self) -> bool:
        """Tell whether its translations were audited."""
        said = self.manifest.written
        return said is not None and "audit.parquet" in said.files

    def _audited(self, name: str, schema: pa.Schema) -> pl.DataFrame:
        if self.written is None or not self.is_audited:
            return _empty(schema)
        self.written.check([name])
        return _table(self.path / name, schema)

    def changes(self) -> pl.DataFrame:
        """Return what people said of its mentions and was taken, the first time first.

        Columns as in `schemas.tables.CHANGES`; no rows of a run that nobody corrected.

        Raises:
            CorpusError: The table can't be read, or is not as it was written.
        """
        if self.written is None or not self.manifest.accepted:
            return _empty(CHANGES)
        self.written.check(["changes.parquet"])
        return _table(self.path / "changes.parquet", CHANGES)

    def corpus(self, language: str | None = None) -> ParquetCorpus:
        """Open the translations with their projected mentions as a corpus.

        Raises:
            CorpusError: Its tables can't be read, or are not as they were written.
        """
        check_tables(self.path)
        return open_parquet(self.path, language=language)


def _empty(schema: pa.Schema) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(schema.empty_table()))


def _table(path: Path, schema: pa.Schema) -> pl.DataFrame:
    """Read a table with Arrow: polars ends the program over some damaged files.

    Raises:
        CorpusError: It can't be read, or has nulls where it has none.
    """
    with reading_parquet(path):
        file = pq.ParquetFile(path)
        check_table(file.schema_arrow, schema, path)
        known = [one for one in schema.names if one in file.schema_arrow.names]
        table = file.read(columns=known)
        table.validate(full=True)
        check_rows(table, schema, path)
    # Column by column: what a damaged file says of them beside may not even be UTF-8.
    found = pl.DataFrame([pl.Series(name, table.column(name)) for name in known])
    # Of another version a nullable column may be missing.
    return pl.concat([_empty(schema), found], how="diagonal").select(schema.names)


def _projections(path: Path) -> pl.DataFrame:
    """Read one table of outcomes.

    Raises:
        CorpusError: It can't be read, or has an outcome that is none.
    """
    found = _table(path, PROJECTIONS)
    is_span = (pl.col("fragments").list.len() > 0) & pl.col("score").is_between(0, 1)
    is_sound = ~pl.col("status").is_in(Status.with_span()) | is_span
    wrong = found.with_row_index("row", 1).filter(~is_sound)
    for row in wrong.head(1).iter_rows(named=True):
        fragments = counted(len(row["fragments"]), "fragment")
        told = f"{row['mention_id']} is {row['status']}, with {fragments}"
        expected = "at least one fragment, and a score from 0 to 1"
        raise CorpusError(Problem(path, row["row"], f"{told}, score {row['score']}", expected))
    return found


def is_run(path: Path) -> bool:
    """Tell whether a folder holds a finished run."""
    return (path / MANIFEST).is_file() and (path / PROJECTIONS_FOLDER).is_dir()


def read_run(path: Path | str) -> FinishedRun:
    """Open a finished run.

    Raises:
        CorpusError: There is none.
    """
    return FinishedRun(Path(path), read_manifest(Path(path)))
