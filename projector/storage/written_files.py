"""Hash the files of a folder while they are written, so that nothing is read a second time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from projector.storage.atomic_file import atomic_file
from schemas.manifest import FileFacts, FolderFacts, Written

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class WrittenFiles:
    """Take the size and hash of each of a folder's files as it is written.

    Args:
        folder: The files' names are within it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, FileFacts] = {}
        self._listed: dict[str, dict[str, bytes]] = {}

    @contextmanager
    def open(self, path: Path) -> Iterator[BinaryIO]:
        """Open a file of the folder as `atomic_file` does; its facts are there when it is."""
        with atomic_file(path) as file:
            hashing = HashingFile(file)
            yield hashing.stream
        self._files[self._name(path)] = hashing.facts

    def write_listed(self, path: Path, content: bytes) -> None:
        """Write one of very many files, which are hashed a folder at a time.

        It is not synced: that takes longer than to encode it on a GPU.

        Raises:
            OSError: It can't be written.
        """
        path.write_bytes(content)
        digests = self._listed.setdefault(self._name(path.parent), {})
        digests[path.name] = hashlib.sha256(content).digest()

    def include(self, other: WrittenFiles) -> None:
        """Take what was written to other files of the same folder."""
        self._files.update(other._files)
        for name, digests in other._listed.items():
            self._listed.setdefault(name, {}).update(digests)

    def written(self) -> Written:
        """Return what was written so far, sorted by name."""
        folders = {
            name: folder_facts(digests.items()) for name, digests in sorted(self._listed.items())
        }
        return Written(files=dict(sorted(self._files.items())), folders=folders)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


def folder_facts(digests: Iterable[tuple[str, bytes]]) -> FolderFacts:
    """Return the facts of files from each one's name and SHA-256; see `FolderFacts`."""
    whole = hashlib.sha256()
    files = 0
    for name, digest in sorted(digests):
        whole.update(f"{digest.hex()}  {name}\n".encode())
        files += 1
    return FolderFacts(files=files, sha256=whole.hexdigest())


class HashingFile(io.RawIOBase):
    """A file that is hashed as it is written; a kind of Python's own, as Arrow wants one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0

    @property
    def facts(self) -> FileFacts:
        """Return what was written so far."""
        return FileFacts(size=self._size, sha256=self._hash.hexdigest())

    @property
    def stream(self) -> BinaryIO:
        """Return it as the type that writers ask for."""
        return cast(BinaryIO, self)

    def writable(self) -> bool:
        """Say that it is."""
        return True

    def write(self, data: ReadableBuffer) -> int:
        """Write to the file."""
        self._file.write(data)
        self._hash.update(data)
        size = memoryview(data).nbytes
        self._size += size
        return size

    def tell(self) -> int:
        """Return how much was written."""
        return self._size
