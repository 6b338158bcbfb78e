"""Keep converted models in the user's cache folder, each whole or not there at all."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

from projector.errors import ConfigurationError
from projector.storage.atomic_folder import new_folder, put_in_place
from projector.storage.file_names import file_name
from projector.storage.hashes import file_hash

_LOG = logging.getLogger(__name__)
_MANIFEST = "complete.json"
# Folders that this process has found whole, with their hashes, and their files' sizes and times.
_WHOLE: dict[Path, tuple[dict[str, str], tuple[tuple[int, ...], ...]]] = {}


def cache_folder() -> Path:
    """Return `$PROJECTOR_CACHE`, else `$XDG_CACHE_HOME/projector`, else `~/.cache/projector`."""
    if chosen := os.environ.get("PROJECTOR_CACHE"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path("~/.cache").expanduser()) / "projector"
    except RuntimeError as error:
        raise ConfigurationError(
            f"there is nowhere to keep models ({error}); set PROJECTOR_CACHE to a folder"
        ) from error


def cached(name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder `name` of the cache; make it with `build` if it is absent or damaged.

    It is built under another name and renamed, so that it appears whole, and however many
    processes do this at once, all get a whole folder. That one was damaged is told.

    Raises:
        OSError: The cache can't be written.
        OutputError: The name can't be a folder's.
    """
    folder = cache_folder() / file_name(name, kind="cached model")
    damage = damage_of(folder)
    if damage is None:
        return folder
    if folder.is_dir():
        _LOG.warning("%s: is damaged (%s); making it again", folder, damage)
    with new_folder(folder) as temporary:
        build(temporary)
        _write_manifest(temporary)
        put_in_place(temporary, folder, keeps=is_whole)
    return folder


def is_whole(folder: Path) -> bool:
    """Tell whether a cached folder holds every file that was put there, byte for byte."""
    return damage_of(folder) is None


def damage_of(folder: Path) -> str | None:
    """Return what is wrong with a cached folder, None where it is whole.

    Every file's hash is compared with what it was when it was written; in a process only once, as
    long as sizes and times of the files stay.
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if not (isinstance(manifest, dict) and manifest):
            return f"{_MANIFEST} is empty"
        stamp = tuple(_stamp(folder / name) for name in manifest)
        if _WHOLE.get(folder) == (manifest, stamp):
            return None
        for name, expected in manifest.items():
            if file_hash(folder / name) != expected:
                return f"{name} is not what was written there"
    except OSError as error:
        return str(error)
    except (ValueError, RecursionError) as error:
        return f"{_MANIFEST}: {error}"
    _WHOLE[folder] = (manifest, stamp)
    return None


def _stamp(path: Path) -> tuple[int, ...]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _write_manifest(folder: Path) -> None:
    hashes = {path.name: file_hash(path) for path in sorted(folder.iterdir())}
    (folder / _MANIFEST).write_text(json.dumps(hashes, indent=1), encoding="utf-8")
