"""Make files appear whole or not at all: temporary file, fsync, rename."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from projector.errors import OutputError
from projector.storage.private_folder import is_private, private_folder

FileOpener = Callable[[Path], AbstractContextManager[BinaryIO]]  # `atomic_file`, or what hashes too


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Open a binary file that takes `path`'s place once the block ends without an exception.

    It can be read back, too. Folders on the way are made. The temporary file lies beside it in a
    private folder (`.tmp-….d`), so that the rename stays within a file system, readers of a corpus
    pass it over, and nobody else reads it. After an exception nothing is left, and what was at
    `path` is untouched; what a killed process leaves is removed by the next that writes there.

    Raises:
        OutputError: The file can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            folder = path.parent
            if not is_private(folder.absolute()):  # as all files of a new folder do
                folder = stack.enter_context(private_folder(folder))
            temporary = folder / f".tmp-{secrets.token_hex(8)}"
            try:
                # Not `tempfile`, whose files only their owner may read: the umask decides here.
                with temporary.open("x+b") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
            finally:
                with suppress(OSError):
                    temporary.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(f"{path}: can't be written: {error}") from error


def atomic_write(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all; see `atomic_file`."""
    with atomic_file(path) as file:
        file.write(data)


def check_place(path: Path, *, overwrite: bool, example: str, option: str = "--output") -> None:
    """Refuse a place for a file that a user named, before any work is done for it.

    Args:
        path: As named.
        overwrite: Whether a file that is there may be replaced.
        example: A file's name, for whoever named a folder.
        option: By which it was named.

    Raises:
        OutputError: A folder is there, or a file that may not be replaced.
    """
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; say the file, like {path / example}")
    if path.exists() and not overwrite:
        raise OutputError(
            f"{path}: exists already; choose another {option}, or replace it: --overwrite"
        )


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where folders can be synced (not on Windows)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
