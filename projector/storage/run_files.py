"""Hold the files of a run, or of a folder of codes, against what was written there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from projector.errors import CorpusError, Problem
from projector.storage.hashes import file_hash
from projector.storage.written_files import folder_facts
from schemas.coding import CODING, read_coding_files
from schemas.manifest import (
    LOG,
    MANIFEST,
    PROJECTIONS_FOLDER,
    RUN_AGAIN,
    SOURCE_FOLDER,
    Written,
    read_manifest,
)

EDITABLE = ("brat", "tsv")  # what people correct by hand; a Parquet table nobody does
LISTED = (".txt", ".ann")
_CORPUS = ("documents.parquet", "mentions.parquet", "annotations.parquet")
_BESIDE = {MANIFEST: (PROJECTIONS_FOLDER, LOG), CODING: ("codes.parquet", "uncoded.tsv")}
_EDITED = "If it was corrected by hand, take it as it is: --edited (edited=True); else run it again"


@dataclass(frozen=True, slots=True)
class WrittenFolder:
    """A folder that says of itself what was written to it.

    Args:
        path: The folder.
        record: The name of the file in it that says so.
        written: What it says.
    """

    path: Path
    record: str
    written: Written

    def problems(self, names: Iterable[str], *, hint: str = RUN_AGAIN) -> tuple[Problem, ...]:
        """Return what is wrong with some of its files, or folders of files, by their names."""
        told = (self._problem(name, hint) for name in names)
        return tuple(problem for problem in told if problem is not None)

    def check(self, names: Iterable[str]) -> None:
        """Refuse files that are not as they were written.

        Raises:
            CorpusError: Some are missing, or were cut or changed.
        """
        if problems := self.problems(names):
            raise CorpusError(*problems)

    def tables(self) -> list[str]:
        """Return the names of its Parquet tables."""
        return [name for name in self.written.files if name.endswith(".parquet")]

    def editable(self, within: str) -> list[str]:
        """Return the names of what people may edit that lie in, or hold, the path `within`."""
        names = (*self.written.files, *self.written.folders)
        return [
            name
            for name in names
            if name.split("/")[0] in EDITABLE
            and not name.endswith(".conf")  # nobody's data: what BRAT is to show
            and (f"{within}/".startswith(f"{name}/") or f"{name}/".startswith(f"{within}/"))
        ]

    def _problem(self, name: str, hint: str) -> Problem | None:
        path = self.path / name
        if name in self.written.folders:
            return self._folder_problem(name, hint)
        if name not in self.written.files:
            return Problem(path, None, f"{self.record} does not list it", hint=hint)
        facts = self.written.files[name]
        expected = f"{facts.size} bytes with SHA-256 {facts.sha256}, as {self.record} says"
        try:
            size = path.stat().st_size
            sha256 = "" if size != facts.size else file_hash(path)
        except FileNotFoundError:
            return Problem(path, None, "it is missing", expected, hint)
        except OSError as error:
            return Problem(path, None, f"can't be read: {error.strerror}", expected, hint)
        if sha256 == facts.sha256:
            return None
        found = f"it has {size} bytes" + (f" with SHA-256 {sha256}" if sha256 else "")
        return Problem(path, None, f"it was cut or changed: {found}", expected, hint)

    def _folder_problem(self, name: str, hint: str) -> Problem | None:
        path, facts = self.path / name, self.written.folders[name]
        kinds = " and ".join(LISTED)
        expected = f"{facts.files} with SHA-256 {facts.sha256}, as {self.record} says"
        try:
            found = folder_facts(
                (file.name, hashlib.sha256(file.read_bytes()).digest())
                for file in listed_files(path)
            )
        except OSError as error:
            return Problem(path, None, f"can't be read: {error.strerror}", expected, hint)
        if found == facts:
            return None
        told = f"its {kinds} were changed: {found.files} with SHA-256 {found.sha256}"
        which = f"`projector jobs verify {self.path}` names those that differ"
        return Problem(path, None, told, expected, f"{which}. {hint}" if hint else which)


def listed_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are hashed together.

    Raises:
        OSError: It can't be read.
    """
    return [file for file in folder.iterdir() if file.suffix in LISTED and file.name[0] != "."]


def written_folder(path: Path) -> WrittenFolder | None:
    """Return a run's folder, or one of codes, as such; None if it is neither, or has no hashes.

    Raises:
        CorpusError: What says what was written there is missing, or was cut or changed.
    """
    if (path / MANIFEST).is_file() and (path / PROJECTIONS_FOLDER).is_dir():
        return _said(path, MANIFEST, read_manifest(path).written)
    if (path / CODING).is_file():
        return _said(path, CODING, read_coding_files(path))
    for record, beside in _BESIDE.items():
        if all((path / name).exists() for name in beside):
            told = f"it is missing, though {' and '.join(beside)} are there"
            raise CorpusError(Problem(path / record, None, told, hint=RUN_AGAIN))
    return None


def _said(path: Path, record: str, written: Written | None) -> WrittenFolder | None:
    return None if written is None else WrittenFolder(path, record, written)


def check_tables(path: Path) -> None:
    """Refuse the tables of a corpus in a run's folder, or one of codes, that aren't as written.

    A run's source is one, too.

    Raises:
        CorpusError: Some are missing, or were cut or changed.
    """
    if path.absolute().name == SOURCE_FOLDER and (run := written_folder(path.absolute().parent)):
        run.check(f"{SOURCE_FOLDER}/{name}" for name in _CORPUS)
    folder = written_folder(path)
    if folder is not None:
        # Of a bare table, whose documents' texts nobody has, a folder of codes has none of these.
        folder.check(one for one in _CORPUS if one in folder.written.files or (path / one).exists())


def check_whole(path: Path) -> None:
    """Refuse a collection's finished result, or its codes, to go on with if it isn't as written.

    What people correct by hand is theirs to correct, and is not looked at.

    Raises:
        CorpusError: Some of the rest is missing, or was cut or changed.
    """
    again = f"Remove {path} and run the same command again: shards that are done count"
    try:
        folder = written_folder(path)
    except CorpusError as error:
        raise CorpusError(*(replace(one, hint=again) for one in error.problems)) from error
    if folder is None:
        return
    names = [name for name in folder.written.files if name.split("/")[0] not in EDITABLE]
    if problems := folder.problems(names, hint=again):
        raise CorpusError(*problems)


def check_edited(path: Path, *, edited: bool) -> tuple[str, ...]:
    """Refuse files that a run wrote for people, and that are no longer as it wrote them.

    Args:
        path: A file or folder that is read, in a run's folder or anywhere.
        edited: They were corrected by hand: take them.

    Returns:
        What there is to tell of those that are taken.

    Raises:
        CorpusError: Some are missing, or were cut or changed.
    """
    absolute = path.absolute()
    for parent in list(absolute.parents)[:3]:
        within = absolute.relative_to(parent)
        if within.parts[0] in EDITABLE and (folder := written_folder(parent)) is not None:
            return taken(folder.problems(folder.editable(within.as_posix()), hint=""), edited)
    return ()


def taken(problems: Sequence[Problem], edited: bool) -> tuple[str, ...]:
    """Return what there is to tell of files that are not as written, and are taken all the same.

    Raises:
        CorpusError: They are not to be taken.
    """
    if problems and not edited:
        raise CorpusError(*problems, advice=_EDITED)
    return tuple(f"taken as edited: {problem}" for problem in problems)
