"""Gather the facts that a run's manifest and log state."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from projector.errors import CorpusError, Problem
from schemas.manifest import InputFiles

# Those that a vector, a token or a byte of the output may depend on.
_PACKAGES = ("projector", "numpy", "pyarrow", "tokenizers", "torch", "transformers")


def hash_input(
    path: Path, *, role: Literal["source", "target", "texts", "tagger"], language: str
) -> InputFiles:
    r"""Hash a corpus's files: the SHA-256 of what `sha256sum` prints for them, sorted by name.

    In a folder hidden files are passed over, and names are those within it, so that it is

        find . -type f -not -path '*/.*' -printf '%P\n' | LC_ALL=C sort |
            xargs -d '\n' sha256sum | sha256sum

    Raises:
        CorpusError: A file can't be read.
    """
    whole = hashlib.sha256()
    files = 0
    for name, file in _files(path):
        try:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise CorpusError(Problem(file, None, f"can't be read: {error.strerror}")) from error
        whole.update(f"{digest}  {name}\n".encode())
        files += 1
    return InputFiles(
        role=role, path=str(path), language=language, files=files, sha256=whole.hexdigest()
    )


def stamp_input(path: Path) -> str:
    """Return what changes when a corpus's files are written to: their names, sizes and times.

    Equal stamps spare a look at the contents; where they differ, only the contents tell.

    Raises:
        CorpusError: A file has gone.
    """
    whole = hashlib.sha256()
    for name, file in _files(path):
        try:
            facts = file.stat()
        except OSError as error:
            raise CorpusError(Problem(file, None, f"can't be read: {error.strerror}")) from error
        whole.update(f"{facts.st_size} {facts.st_mtime_ns} {name}\n".encode())
    return whole.hexdigest()


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    if not path.is_dir():
        yield path.name, path
        return
    files = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if name[0] != "."]
        inside = Path(folder)
        files += [
            ((inside / name).relative_to(path).as_posix(), inside / name)
            for name in names
            if name[0] != "."
        ]
    yield from sorted(files)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results may depend on."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
