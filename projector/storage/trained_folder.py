"""Find where a trained thing lies: a model, a tagger, a stage of a coder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def find_trained(path: Path, marker: str, *, installed: Mapping[str, Path] | None = None) -> Path:
    """Return the folder that a path names: itself, its `model`, or an installed one's.

    Args:
        path: A folder, that of a training run, or an installed one's name; a folder of the user's
            goes before the installed one of its name.
        marker: A file that `model` holds where the folder is a training run's.
        installed: The folders that are installed with the project, by name.

    Returns:
        A folder; whether it is there, and holds the marker, is for the reader to tell.
    """
    shipped = (installed or {}).get(str(path))
    if shipped is not None and not path.exists():
        return shipped
    inner = path / "model"
    return inner if (inner / marker).is_file() else path
