"""Damage files as disks and hands do, one way at a time, and name the files of a folder."""

from collections.abc import Callable
from pathlib import Path


def halve(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def flip_late(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-(len(content) // 9) - 1] ^= 16
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


WAYS: dict[str, Callable[[Path], None]] = {
    "cut in half": halve,
    "a bit flipped": flip,
    "a bit flipped near its end": flip_late,
    "emptied": empty,
    "deleted": Path.unlink,
}


def swap(path: Path, other: Path) -> None:
    ours, theirs = path.read_bytes(), other.read_bytes()
    path.write_bytes(theirs)
    other.write_bytes(ours)


def files_of(folder: Path) -> list[str]:
    """Return the names of all files in a folder, at any depth, sorted."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)
