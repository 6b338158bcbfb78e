"""Name what lies beside a corpus's files and is not read, so that nobody misses it unawares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from projector.errors import Notice, counted

_SHOWN = 5  # names in a message
# What people put beside their data: BRAT's configuration, and files about it.
_EXPECTED = {".conf", ".md", ".rst"}
_EXPECTED_NAMES = ("README", "LICENSE", "LICENCE", "CITATION", "CHANGELOG")


def unread_files(root: Path, read: Collection[Path]) -> tuple[Notice, ...]:
    """Return a notice that names the files in a corpus's folders that are not read.

    Args:
        root: What was opened; where it is a file, others are none of its.
        read: All files that are.
    """
    if not root.is_dir():
        return ()
    folders = {path.parent for path in read if path != root and path.is_relative_to(root)}
    names = [
        str(path.relative_to(root))
        for folder in sorted({root, *folders})
        for path in sorted(folder.iterdir())
        if path not in read and path.is_file() and not _is_expected(path)
    ]
    if root in folders:
        names += [f"{folder.name}/" for folder in _annotated(root, folders)]
    if not names:
        return ()
    shown = ", ".join(names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    told = counted(len(names), "file or folder is", "files or folders are")
    return (Notice(root, f"{told} not read: {shown}{more}"),)


def without_mentions(path: Path, documents: int) -> Notice:
    """Return a notice of a corpus that has no mention at all, where mentions are what is wanted."""
    return Notice(path, f"NO MENTIONS: {counted(documents, 'document')} and not one mention")


def _is_expected(path: Path) -> bool:
    return (
        path.name[0] == "."
        or path.suffix.lower() in _EXPECTED
        or path.stem.upper().startswith(_EXPECTED_NAMES)
    )


def _annotated(root: Path, read: Collection[Path]) -> Iterator[Path]:
    """Yield the folders right below that hold annotations, where no folder within is read."""
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or folder.name[0] == ".":
            continue
        if next(folder.glob("*.ann"), None) and not any(one.is_relative_to(folder) for one in read):
            yield folder
