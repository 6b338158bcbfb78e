"""Keep converted models in the user's cache folder, each whole or not there at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from projector.storage.atomic_folder import new_folder, put_in_place
from projector.storage.file_names import file_name
from projector.storage.hashes import file_hash

_MANIFEST = "complete.json"


def cache_folder() -> Path:
    """Return `$PROJECTOR_CACHE`, else `$XDG_CACHE_HOME/projector`, else `~/.cache/projector`."""
    if chosen := os.environ.get("PROJECTOR_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "projector"


def cached(name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder `name` of the cache; make it with `build` if it is absent or damaged.

    It is built under another name and renamed, so that it appears whole, and however many
    processes do this at once, all get a whole folder.

    Raises:
        OSError: The cache can't be written.
        OutputError: The name can't be a folder's.
    """
    folder = cache_folder() / file_name(name, kind="cached model")
    if is_whole(folder):
        return folder
    with new_folder(folder) as temporary:
        build(temporary)
        _write_manifest(temporary)
        put_in_place(temporary, folder, keeps=is_whole)
    return folder


def is_whole(folder: Path) -> bool:
    """Tell whether a cached folder holds every file that was put there, byte for byte."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(
            file_hash(folder / name) == expected for name, expected in manifest.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def _write_manifest(folder: Path) -> None:
    hashes = {path.name: file_hash(path) for path in sorted(folder.iterdir())}
    (folder / _MANIFEST).write_text(json.dumps(hashes, indent=1), encoding="utf-8")
