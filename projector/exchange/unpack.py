"""Unpack an archive that somebody sends: nothing leads out of the folder, nothing is too large."""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from projector.errors import CorpusError, OutputError, Problem
from projector.storage.file_names import file_name
from projector.storage.private_folder import private_folder

_SUFFIXES = (".xmi", ".xml", ".json", ".jsonl", ".tsv", ".ann", ".txt", ".zip")
_CHUNK = 1 << 20
_DEEPEST = 2  # archives within archives: INCEpTION packs each document's XMI
_HINT = "Unpack it yourself, look at what is in it, and give the folder instead"


@dataclass(slots=True)
class Limits:
    """How much may come out of an archive; what was taken is taken off.

    Args:
        files: Entries, whether they are read or not.
        size: Bytes in all.
    """

    files: int = 400_000
    size: int = 8 << 30


@contextmanager
def opened_folder(path: Path, limits: Limits | None = None) -> Iterator[Path]:
    """Give the folder itself, or one that holds the file, or what the archive holds.

    What is unpacked lies where only its owner can look, and is gone at the end; after a kill, when
    the next archive is unpacked.

    Raises:
        CorpusError: There is nothing, or the archive is damaged, encrypted, too large, or has an
            entry that leads out of it.
    """
    if not path.exists():
        raise CorpusError(Problem(path, None, "it is not there", "a file, a folder or a ZIP"))
    if path.is_dir() or not zipfile.is_zipfile(path):
        yield path
        return
    with private_folder(Path(tempfile.gettempdir())) as private:
        folder = private / "unpacked"  # beside the lock
        folder.mkdir()
        _unpack(path, folder, limits or Limits(), path, depth=0)
        yield folder


def _unpack(archive: Path, folder: Path, limits: Limits, told: Path, *, depth: int) -> None:
    """Unpack what may be of use; archives within are folders of their names."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                limits.files -= 1
                if limits.files < 0:
                    raise _refused(told, "it has too many entries")
                _take(packed, entry, folder, limits, told, depth)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise CorpusError(Problem(told, None, f"it can't be unpacked: {error}")) from error


def _take(
    packed: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    folder: Path,
    limits: Limits,
    told: Path,
    depth: int,
) -> None:
    if _is_hidden(entry):
        return
    path = folder.joinpath(*_parts(entry, told))
    if entry.is_dir() or path.suffix.lower() not in _SUFFIXES:
        return
    if entry.flag_bits & 0x1:
        raise _refused(told, f"{entry.filename!r} in it is encrypted")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise _refused(told, f"{entry.filename!r} is in it twice")
    with packed.open(entry) as source, path.open("xb") as target:
        _copy(source, target, limits, told)  # type: ignore[arg-type]
    if path.suffix.lower() == ".zip":
        if depth >= _DEEPEST:
            raise _refused(told, f"{entry.filename!r}: archives within archives within archives")
        inner = path.with_suffix("")
        inner.mkdir(exist_ok=True)
        _unpack(path, inner, limits, told / entry.filename, depth=depth + 1)
        path.unlink()


def _is_hidden(entry: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is of those that a Mac adds, or hidden otherwise; `..` is not."""
    parts = entry.filename.split("/")
    return any(one == "__MACOSX" or (one.startswith(".") and one.strip(".")) for one in parts)


def _parts(entry: zipfile.ZipInfo, told: Path) -> list[str]:
    """Return the names on the way to an entry, none of which leads anywhere else."""
    mode = entry.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or not stat.S_IFMT(mode)):
        raise _refused(told, f"{entry.filename!r} in it is a link or a device")
    try:
        return [file_name(part, kind="file") for part in entry.filename.rstrip("/").split("/")]
    except OutputError as error:
        raise _refused(told, f"{entry.filename[:80]!r} in it: {error}") from error


def _copy(source: BinaryIO, target: BinaryIO, limits: Limits, told: Path) -> None:
    """Copy what is really there, whatever the archive says of its size."""
    while chunk := source.read(_CHUNK):
        limits.size -= len(chunk)
        if limits.size < 0:
            raise _refused(told, "it unpacks to more than is allowed")
        target.write(chunk)


def _refused(told: Path, found: str) -> CorpusError:
    return CorpusError(Problem(told, None, found, "an archive as a tool saves it", _HINT))
